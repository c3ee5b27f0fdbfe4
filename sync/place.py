"""Points in the office's order, and the letters it gives its devices."""

from __future__ import annotations

from typing import NamedTuple

from data.errors import Malformed


class Place(NamedTuple):
    """A point in the office's order: after commit `hseq`, as told by one run of one epoch."""

    epoch: str
    run: str
    hseq: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.run}-{self.hseq}"

    @classmethod
    def read(cls, text: str) -> Place:
        epoch, _, rest = text.partition("-")
        run, _, hseq = rest.partition("-")
        counter, _, chance = epoch.partition(".")
        if not (_number(counter) and chance and run and _number(hseq)):
            raise Malformed(f"{text!r:.80} is no place in the office's order.")
        return cls(epoch, run, int(hseq))

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
