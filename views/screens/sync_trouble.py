"""What is in the way between a device and its office, in words, each with its next step."""

from __future__ import annotations

from dataclasses import dataclass

from data.desk import Desk
from data.stamp import FAR_MS
from sync.link import LinkState
from views import told

UNTIL = "office_until"
"""Among the device's facts: when the certificate ends that its office showed last."""


@dataclass(frozen=True)
class Trouble:
    title: str
    says: str
    step: str


def troubles(desk: Desk, state: LinkState) -> list[Trouble]:
    """The worst first; none while all is well, or while the office only cannot be reached."""
    found = []
    if state.older:
        found.append(OLDER)
    elif state.why in IN_THE_WAY:
        found.append(IN_THE_WAY[state.why])
    elif state.trouble:
        step = "It is tried again by itself. If it stays, read this to the office."
        found.append(Trouble("Not everything gets through", state.trouble, step))
    elif _ended(desk, state):
        found.append(_certificate_ended(desk))
    if state.update:
        found.append(Trouble("This app is too old", state.update, UPDATE))
    offset = desk.store.sources.offset
    if abs(offset) > FAR_MS:
        found.append(_wrong_clock(desk, offset))
    return found


OLDER = Trouble(
    "This office is an older copy",
    "This device has met a newer office since. What you write is sent to this one too, but nothing "
    "is taken from it, and nothing counts as brought there.",
    "Ask which laptop is the office now. If it is this one, somebody confirms it there: the "
    "office sign at its head, then 'This is the only office now'.",
)
IN_THE_WAY = {
    "other-production": Trouble(
        "This is another production's office",
        "What answers where this device looks is the office of another show. Nothing was told to "
        "it, and nothing of this device was sent.",
        "Join the Wi-Fi of your own office, or type its address below. For the other show this "
        "device opens the other show's own address.",
    ),
    "expired": Trouble(
        "The office's certificate has ended",
        "The office answers with a certificate that is not good today, so nothing was told to it.",
        "Check this device's date. If it is right, close Callboard on the office's laptop and open "
        "it again: it renews the certificate, or says what it needs.",
    ),
    "untrusted": Trouble(
        "This device does not trust what answers",
        "What answers at the office's address does not show the show's own certificate, so nothing "
        "was told to it.",
        "Is this the office's own Wi-Fi? If it is, get the show's certificate from the page that "
        "its screen names under the sign at its head. On a laptop, start this device with all that "
        "the office's pairing picture says, or with --ca FILE.",
    ),
    "device-retired": Trouble(
        "This device was away for long",
        "The office takes what it has not sent, and gives it nothing until it is paired again.",
        "Ask the office for a code and tap Pair it again.",
    ),
    "unpaired": Trouble(
        "The office does not know this device",
        "It was paired with another copy of the office, or not at all. What is on it stays here.",
        "Ask the office for a code and tap Pair it again.",
    ),
}
"""By the code of what was in the way when the office was asked last."""
UPDATE = (
    "Close the app when everything is sent, and open the newest one. Until then what others "
    "write with it may look incomplete here."
)


def _wrong_clock(desk: Desk, offset: int) -> Trouble:
    measured = desk.store.meta.get("clock", {}).get("at")
    at = f" They last met {told.at(desk, measured + offset)}." if measured else ""
    return Trouble(
        "This device's clock is wrong",
        f"{told.clock('this device', -offset)}{at}",
        "Set date and time to automatic in the device's settings. What was written meanwhile is "
        "kept, and put in order by the office's clock.",
    )


def _ended(desk: Desk, state: LinkState) -> bool:
    """A browser does not say why a line failed; the office said when its certificate ends."""
    until = desk.store.meta.get(UNTIL, 0)
    return bool(until) and not state.reached and desk.store.sources.wall_ms() > until


def _certificate_ended(desk: Desk) -> Trouble:
    known = told.at(desk, desk.store.meta[UNTIL])
    ended = IN_THE_WAY["expired"]
    words = f"The one that this device saw last ended {known}; it may be why nothing answers."
    return Trouble(ended.title, words, ended.step)
