"""What is in the way between a device and its office, in words, each with its next step."""

from __future__ import annotations

from dataclasses import dataclass

from data.desk import Desk
from data.stamp import FAR_MS
from sync.link import LinkState
from views import told


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
    elif state.trouble:
        step = "It is tried again by itself. If it stays, read this to the office."
        found.append(Trouble("Not everything gets through", state.trouble, step))
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
