"""What a run may be found guilty of."""

from __future__ import annotations

from typing import Literal


class Wrong(Exception):
    """`loss`: something that was saved is gone. `divergence`: two that must agree do not, or a rule
    that keeps them in agreement was broken."""

    def __init__(self, what: Literal["loss", "divergence"], words: str, record: str = "") -> None:
        super().__init__(words)
        self.what = what
        self.words = words
        self.record = record


def lost(words: str, record: str = "") -> Wrong:
    return Wrong("loss", words, record)


def diverged(words: str, record: str = "") -> Wrong:
    return Wrong("divergence", words, record)
