"""Points in the office's order, and the letters it gives its devices."""

from __future__ import annotations

from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple

from data.errors import Malformed


class Place(NamedTuple):
    """A point in the office's order: after commit `hseq`, as told by one run of one epoch. The
    `seal` is the office's own: only it, or a copy of it, can have named the place."""

    epoch: str
    run: str
    hseq: int
    seal: str = ""

    def __str__(self) -> str:
        return f"{self.epoch}-{self.run}-{self.hseq}" + (f"-{self.seal}" if self.seal else "")

    @classmethod
    def read(cls, text: str) -> Place:
        epoch, run, hseq, seal = (text.split("-", 3) + [""] * 4)[:4]
        counter, _, chance = epoch.partition(".")
        if not (_number(counter) and chance and run and _number(hseq) and seal.isascii()):
            raise Malformed(f"{text!r:.80} is no place in the office's order.")
        return cls(epoch, run, int(hseq), seal)

    def sealed(self, secret: str) -> Place:
        """The place as the office that has the secret names it."""
        named = str(self._replace(seal="")).encode()
        seal = blake2b(named, key=bytes.fromhex(secret), digest_size=6, person=b"callboard.place")
        return self._replace(seal=seal.hexdigest())

    def is_named_by(self, secret: str) -> bool:
        return compare_digest(self.sealed(secret).seal, self.seal)

    @property
    def counter(self) -> int:
        return int(self.epoch.partition(".")[0])


def letters(n: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    text = ""
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def letter_number(text: str) -> int:
    """The number whose letters these are."""
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15
