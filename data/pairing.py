"""Pairing: a secret that is shown once, typed once and soon old; and the token that comes of it.

The office makes an offer: a code of ten characters, shown as text and inside a QR code. A device
says it, the office sees who asks and confirms, the device collects its token. Everything here is a
function from one `Pairing` to the next; time, chance and the network are handed in.

Kept of a code and of a token is a hash. Of a token it is BLAKE2b, quick and without salt: behind
it are 256 random bits that nobody can try through, so slowness would only tire the office.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from data.errors import BadInput, OfficeError, Refused

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O 1 I L. Thirty-one, a prime: so one check character finds every single slip and every
two characters that changed places."""
LENGTH: Final = 10
GOOD_MS: Final = 10 * 60 * 1000
TRIES: Final = 5
MINUTE_MS: Final = 60 * 1000
A_MINUTE_FROM_ONE: Final = 10
"""Tries a minute that one address is heard; any more wait."""
A_MINUTE: Final = 30


# ---- codes ----------------------------------------------------------------------------------


def new_code(rng: random.Random) -> str:
    """A fresh code: nine characters of chance (44 bits) and the check character."""
    said = "".join(rng.choice(ALPHABET) for _ in range(LENGTH - 1))
    return said + _check(said)


def read_code(text: str) -> str:
    """A code as somebody typed it, or BadInput: a slip is found before the office is asked."""
    code = "".join(text.split()).replace("-", "").upper()
    strange = sorted({letter for letter in code if letter not in ALPHABET})
    if strange:
        raise BadInput(f"There is no {' or '.join(strange)} in a code. Look again.", field="code")
    if len(code) != LENGTH:
        raise BadInput(f"A code has {LENGTH} characters; these are {len(code)}.", field="code")
    if code[-1] != _check(code[:-1]):
        raise BadInput("There is a slip in the code. Compare it with the office's.", field="code")
    return code


def code_text(code: str) -> str:
    """A code as it is read out: in two halves."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def _check(said: str) -> str:
    total = sum(place * ALPHABET.index(letter) for place, letter in enumerate(said, start=1))
    return ALPHABET[total % len(ALPHABET)]


# ---- what the QR code says ------------------------------------------------------------------


class Invitation(NamedTuple):
    address: str
    production: str
    fingerprint: str
    """Of the office's certificate authority."""
    code: str


def qr_text(invitation: Invitation) -> str:
    """The office's address with the rest behind #, which no browser sends to anybody."""
    told = {"pair": invitation.code, "show": invitation.production, "ca": invitation.fingerprint}
    return urlunsplit((*urlsplit(invitation.address)[:4], urlencode(told)))


def read_qr(text: str) -> Invitation:
    """What a scanned text invites to, or BadInput: it is no invitation of an office."""
    try:
        parts = urlsplit(text.strip())
        told = {name: values[0] for name, values in parse_qs(parts.fragment).items()}
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise KeyError("address")
        address = urlunsplit((*parts[:4], ""))
        return Invitation(address, told["show"], told.get("ca", ""), read_code(told["pair"]))
    except (ValueError, KeyError, BadInput) as error:
        raise BadInput(
            "This is no invitation of an office. Scan the one on its screen.", field="code"
        ) from error


# ---- tokens ---------------------------------------------------------------------------------


def new_token(rng: random.Random) -> str:
    return f"{rng.getrandbits(256):064x}"


def token_hash(token: str) -> str:
    return _hash(token, b"token")


def is_token(token: str, kept: str) -> bool:
    """Whether it is the token behind that hash, in a time that tells nothing."""
    return bool(kept) and hmac.compare_digest(token_hash(token), kept)


def _hash(text: str, what: bytes) -> str:
    return hashlib.blake2b(text.encode(), digest_size=32, person=b"callboard." + what).hexdigest()


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
    made = Offer(offer_id, _hash(read_code(code), b"code"), now)
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
        secret = _hash(read_code(code), b"code")
    except BadInput as error:
        return pairing, error
    found = next((o for o in pairing.offers if hmac.compare_digest(o.secret, secret)), None)
    if found is None:
        return _change(pairing, lambda o: o.open(now), _missed), _WRONG
    if not found.open(now):
        return pairing, _why_closed(found, now)
    asked = replace(found, asked=ask, asked_at=now, ticket=_hash(ticket, b"ticket"))
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
    secret = _hash(ticket, b"ticket")
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
