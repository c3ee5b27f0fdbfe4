"""Pairing at the office: an offer is made, a device says its code, the office confirms.

Everything here is a function from one `Pairing` to the next; time, chance and the network are
handed in. A code is good once, for ten minutes and five wrong guesses.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from data.codes import hash_of, read_code
from data.errors import BadInput, OfficeError, Refused

GOOD_MS: Final = 10 * 60 * 1000
TRIES: Final = 5
MINUTE_MS: Final = 60 * 1000
A_MINUTE_FROM_ONE: Final = 10
"""Tries a minute that one address is heard; any more wait."""
A_MINUTE: Final = 30


# ---- the office's half ----------------------------------------------------------------------


class Ask(NamedTuple):
    """What a device says of itself when it says the code."""

    name: str
    source: str
    """The address it speaks from; only the pace of tries is counted by it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One code on the office's screen, and what became of it."""

    id: str
    secret: str
    made: int
    wrong: int = 0
    asked: Ask | None = None
    asked_at: int = 0
    ticket: str = ""
    """The hash of what the asking device shows to be told the outcome."""
    outcome: str = ""
    """`confirmed` or `declined`; empty: the office has not said yet."""

    def open(self, now: int) -> bool:
        return self.asked is None and self.wrong < TRIES and _young(self.made, now)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Every offer of the last minutes, and the tries of the last minute."""

    offers: tuple[Offer, ...] = ()
    tries: tuple[tuple[str, int], ...] = ()


def offer(pairing: Pairing, offer_id: str, code: str, now: int) -> Pairing:
    """A new code is on the screen. Old offers are forgotten."""
    kept = [o for o in pairing.offers if _young(max(o.made, o.asked_at), now)]
    made = Offer(offer_id, hash_of(read_code(code), b"code"), now)
    return replace(pairing, offers=(*kept, made))


def attempt(
    pairing: Pairing, code: str, ask: Ask, ticket: str, now: int
) -> tuple[Pairing, Offer | OfficeError]:
    """A device says a code. The right one is used up by it: the office is asked now. A wrong one
    counts against every open offer, since it was a guess at each of them. `ticket` is a fresh
    secret that the device is given to come back with."""
    tries = tuple(t for t in pairing.tries if 0 <= now - t[1] < MINUTE_MS)
    pairing = replace(pairing, tries=tries)
    if len(tries) >= A_MINUTE or [s for s, _ in tries].count(ask.source) >= A_MINUTE_FROM_ONE:
        return pairing, Refused("Too many tries. Wait a minute.", code="too-many-tries")
    pairing = replace(pairing, tries=(*tries, (ask.source, now)))
    try:
        secret = hash_of(read_code(code), b"code")
    except BadInput as error:
        return pairing, error
    found = next((o for o in pairing.offers if hmac.compare_digest(o.secret, secret)), None)
    if found is None:
        return _change(pairing, lambda o: o.open(now), _missed), _WRONG
    if not found.open(now):
        return pairing, _why_closed(found, now)
    asked = replace(found, asked=ask, asked_at=now, ticket=hash_of(ticket, b"ticket"))
    return _change(pairing, lambda o: o is found, lambda _: asked), asked


def decide(pairing: Pairing, offer_id: str, yes: bool, now: int) -> Pairing:
    """The office says whether this is the device it meant. Refused when there is nothing to
    decide any more."""
    found = next((o for o in pairing.offers if o.id == offer_id), None)
    if found is None or found.asked is None or not _young(found.asked_at, now):
        raise Refused("Nobody waits for this any more. Show a new code.", code="code-old")
    if found.outcome:
        raise Refused("This was decided already. Show a new code.", code="decided")
    outcome = "confirmed" if yes else "declined"
    return _change(pairing, lambda o: o is found, lambda o: replace(o, outcome=outcome))


def collect(pairing: Pairing, ticket: str, now: int) -> Offer | OfficeError:
    """The offer whose device comes back with its ticket: with an outcome, or still without. It may
    ask again, in case the answer was lost: each time it is given a new token, and only the last
    one is kept."""
    secret = hash_of(ticket, b"ticket")
    found = next((o for o in pairing.offers if o.ticket and o.ticket == secret), None)
    if found is None or not _young(found.asked_at, now):
        return Refused("This code is too old. Ask for a new one.", code="code-old")
    if found.outcome == "declined":
        return Refused("The office did not take this device. Ask there.", code="declined")
    return found


def collected(pairing: Pairing, offer_id: str) -> Pairing:
    """The device has used its token: the offer has done its work."""
    return replace(pairing, offers=tuple(o for o in pairing.offers if o.id != offer_id))


# ---- inside -----------------------------------------------------------------------------------

_WRONG: Final = Refused(
    "No such code is open at the office. Compare it with the screen there.", code="code-wrong"
)


def _young(since: int, now: int) -> bool:
    return 0 <= now - since < GOOD_MS


def _missed(one: Offer) -> Offer:
    return replace(one, wrong=one.wrong + 1)


def _why_closed(found: Offer, now: int) -> Refused:
    if found.asked is not None:
        return Refused("This code was used already. Ask for a new one.", code="code-used")
    if not _young(found.made, now):
        return Refused("This code is too old. Ask for a new one.", code="code-old")
    return Refused("Too many wrong codes were tried. Ask for a new one.", code="code-spent")


def _change(
    pairing: Pairing, which: Callable[[Offer], bool], how: Callable[[Offer], Offer]
) -> Pairing:
    return replace(pairing, offers=tuple(how(o) if which(o) else o for o in pairing.offers))
