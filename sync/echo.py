"""What a device put itself need not come back to it: the numbers of its own pushes.

The office says under which numbers it put what a push brought, if the verdicts told all of it. The
device names them when it asks for changes in the same session, and the office passes over what it
has put nowhere else since. Who names nothing hears everything; so nothing depends on this.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from data.errors import Malformed

MOST_SPANS: Final = 40
"""Spans in one question; what is past them is told again."""


class Own:
    """Spans of numbers of the office's order, as `first-last`, rising."""

    def __init__(self, text: str = "") -> None:
        """Malformed: these are no spans."""
        self._firsts, self._lasts = list[int](), list[int]()
        for span in text.split(".") if text else ():
            first, dash, last = span.partition("-")
            if not (dash and first.isdecimal() and last.isdecimal() and len(span) < 40):
                raise Malformed("These are no numbers of the office's order.")
            self.add(int(first), int(last))

    def add(self, first: int, last: int) -> None:
        """One more span; it counts only where it comes behind the others."""
        behind = self._lasts[-1] if self._lasts else -1
        if not behind < first <= last:
            return
        if first == behind + 1 and self._lasts:
            self._lasts[-1] = last
        elif len(self._firsts) < MOST_SPANS:
            self._firsts.append(first)
            self._lasts.append(last)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._lasts[at]

    def __str__(self) -> str:
        spans = zip(self._firsts, self._lasts, strict=True)
        return ".".join(f"{first}-{last}" for first, last in spans)
