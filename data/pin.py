"""PINs: four digits, sealed so that they can be checked without the office; and a growing wait.

PBKDF2 (RFC 8018) with HMAC-SHA-256. The Python of the browser has neither scrypt nor the library's
PBKDF2 (both come from OpenSSL, which is not in it), and a lent tablet is a browser: so the rounds
are turned here where they must be, and by the library where it can. Both give the same bytes.
"""

from __future__ import annotations

import hashlib
import hmac
from itertools import pairwise
from typing import Final, NamedTuple

from data.errors import BadInput

DIGITS: Final = 4
ROUNDS: Final = 10_000
FREE: Final = 3
"""Wrong PINs that cost no time: fat fingers."""
WAITS_S: Final = (30, 60, 300, 900)
"""Seconds to wait after the third wrong PIN, the fourth, ...; then always the last."""


class Sealed(NamedTuple):
    salt: str
    rounds: int
    sealed: str


class Tries(NamedTuple):
    """Wrong PINs in a row for one person on one device, and when the last one was (ms)."""

    wrong: int = 0
    last: int = 0


def seal(digits: str, salt: bytes) -> Sealed:
    """A PIN as it may be kept. BadInput: no four digits, or the first that anybody would try."""
    _check(digits)
    return Sealed(salt.hex(), ROUNDS, _turned(digits, salt, ROUNDS).hex())


def right(digits: str, sealed: Sealed) -> bool:
    """Whether it is the PIN that was sealed; what is no seal opens for nobody."""
    try:
        salt, expected = bytes.fromhex(sealed.salt), bytes.fromhex(sealed.sealed)
    except ValueError:
        return False
    if not expected or not 1 <= sealed.rounds <= 10 * ROUNDS:
        return False
    return hmac.compare_digest(expected, _turned(digits, salt, sealed.rounds))


def wait_ms(tries: Tries, now: int) -> int:
    """How long until the next PIN is looked at; 0: now. A clock set back starts the wait anew."""
    if tries.wrong < FREE:
        return 0
    whole = 1000 * WAITS_S[min(tries.wrong - FREE, len(WAITS_S) - 1)]
    return whole if now < tries.last else max(0, whole - (now - tries.last))


def tried(tries: Tries, ok: bool, now: int) -> Tries:
    """After one PIN that was looked at."""
    return Tries() if ok else Tries(tries.wrong + 1, now)


def _check(digits: str) -> None:
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        raise BadInput(f"A PIN is {DIGITS} digits.", field="pin")
    steps = {int(b) - int(a) for a, b in pairwise(digits)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise BadInput(
            f"{digits} is the first that anybody would try. Choose another.", field="pin"
        )


def _turned(digits: str, salt: bytes, rounds: int) -> bytes:
    library = getattr(hashlib, "pbkdf2_hmac", None)
    if library is not None:
        return bytes(library("sha256", digits.encode(), salt, rounds))
    return by_hand(digits.encode(), salt, rounds)


def by_hand(password: bytes, salt: bytes, rounds: int) -> bytes:
    """One block of PBKDF2-HMAC-SHA-256 with nothing but HMAC."""
    keyed = hmac.new(password, digestmod="sha256")

    def turn(block: bytes) -> bytes:
        copy = keyed.copy()
        copy.update(block)
        return copy.digest()

    block = turn(salt + (1).to_bytes(4, "big"))
    total = int.from_bytes(block, "big")
    for _ in range(rounds - 1):
        block = turn(block)
        total ^= int.from_bytes(block, "big")
    return total.to_bytes(32, "big")
