"""The office's order: which records were put after a point, each once, the newest put last."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

Kept: TypeAlias = "tuple[list[int], list[str]]"
"""Numbers that rise, and the record put under each."""


class Order:
    """Record ids by `hseq`, the number of the put. What a snapshot holds of it is read at the
    first question, so that opening an office costs nothing here."""

    def __init__(self) -> None:
        self.top = 0
        """The last number given."""
        self._load: Callable[[], Kept] = lambda: ([], [])
        self._kept: Kept | None = None
        self._first = 0
        self._log: list[str] = []
        self._newest: dict[str, int] = {}

    def begin(self, top: int, load: Callable[[], Kept]) -> None:
        """Goes on from a snapshot."""
        self.top = self._first = top
        self._load = load

    def put(self, record_id: str) -> None:
        self.top += 1
        self._log.append(record_id)
        self._newest[record_id] = self.top

    def after(self, hseq: int) -> Iterator[tuple[int, str]]:
        """What was put after that number and not again since."""
        return _after(hseq, self._from_snapshot(), self._first, self._log, self._newest)

    def frozen(self) -> Iterator[tuple[int, str]]:
        """All of it as it is now, whatever is put while it is read."""
        kept, log, newest = self._from_snapshot(), self._log.copy(), self._newest.copy()
        return _after(0, kept, self._first, log, newest)

    def _from_snapshot(self) -> Kept:
        if self._kept is None:
            self._kept = self._load()
        return self._kept


def _after(
    hseq: int, kept: Kept, first: int, log: list[str], newest: dict[str, int]
) -> Iterator[tuple[int, str]]:
    numbers, ids = kept
    for at in range(bisect_right(numbers, hseq), len(numbers)):
        if ids[at] not in newest:
            yield numbers[at], ids[at]
    for at in range(max(0, hseq - first), len(log)):
        if newest[log[at]] == first + at + 1:
            yield first + at + 1, log[at]


def packed(order: Iterator[tuple[int, str]], tables: Iterable[Sequence[str]]) -> Iterator[Any]:
    """The order as a snapshot keeps it, numbers and places in its tables one after another; None
    after each step on the way."""
    place: dict[str, int] = {}
    for ids in tables:
        place |= dict(zip(ids, range(len(place), len(place) + len(ids)), strict=True))
        yield None
    numbers, places = list[int](), list[int]()
    for number, record_id in order:
        numbers.append(number)
        places.append(place[record_id])
        if not len(numbers) % 4096:
            yield None
    yield [numbers, places]


def unpacked(raw: Any, tables: Iterable[Sequence[str]]) -> Kept:
    ids = [record_id for there in tables for record_id in there]
    numbers, places = raw
    return numbers, [ids[place] for place in places]
