"""Secrets as people and devices carry them: a code to type, a QR code to scan, a token to keep.

Kept of a secret is a hash, BLAKE2b, quick and without salt. Behind a token are 256 random bits that
nobody can try through, so slowness would only tire the office; a code is good for minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from data.errors import BadInput

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O 1 I L. Thirty-one, a prime: so one check character finds every single slip and every
two characters that changed places."""
LENGTH: Final = 10


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


def invited_by(address: str) -> str:
    """The code in an address that an office's picture opened, as it stands there, or that came
    with an icon on an iPhone's home screen; else empty."""
    parts = urlsplit(address)
    told = {**parse_qs(parts.query), **parse_qs(parts.fragment)}
    return told.get("pair", [""])[0]


# ---- tokens ---------------------------------------------------------------------------------


def new_token(rng: random.Random) -> str:
    return f"{rng.getrandbits(256):064x}"


def token_hash(token: str) -> str:
    return hash_of(token, b"token")


def is_token(token: str, kept: str) -> bool:
    """Whether it is the token behind that hash, in a time that tells nothing."""
    return bool(kept) and hmac.compare_digest(token_hash(token), kept)


def hash_of(text: str, what: bytes) -> str:
    return hashlib.blake2b(text.encode(), digest_size=32, person=b"callboard." + what).hexdigest()
