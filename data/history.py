"""Every edit this copy has: the recent ones in memory, at the office the older ones in segments.

A segment is a sealed file of compressed edits that is never changed again; the office makes one
with every generation and keeps them all. A device lets go of edits that the office has acknowledged
and that are older than thirty days: older history is at the office.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from data.edit import dot_of
from data.errors import Damaged
from data.files import Folder
from data.packing import dumps, loads
from data.sealed import HISTORY, Sealed, Writer
from data.state import Dot

KEPT_MS: Final = 30 * 24 * 3600 * 1000
_BLOCK: Final = 256


class Dots:
    """A set of dots, kept as ranges: edits of a replica are numbered one after another."""

    def __init__(self, ranges: Mapping[str, list[list[int]]] | None = None) -> None:
        self._ranges = {name: [list(r) for r in told] for name, told in (ranges or {}).items()}

    def __contains__(self, dot: Dot) -> bool:
        ranges = self._ranges.get(dot.replica, ())
        at = bisect_right(ranges, dot.n, key=lambda r: r[0]) - 1
        return at >= 0 and dot.n <= ranges[at][1]

    def add(self, dot: Dot) -> None:
        if dot in self:
            return
        ranges = self._ranges.setdefault(dot.replica, [])
        at = bisect_right(ranges, dot.n, key=lambda r: r[0])
        ranges.insert(at, [dot.n, dot.n])
        for left in (at, at - 1):
            if 0 <= left < len(ranges) - 1 and ranges[left][1] + 1 == ranges[left + 1][0]:
                ranges[left][1] = ranges.pop(left + 1)[1]

    def upto(self, replica: str) -> int:
        """The last number of a replica's edits before the first one that is missing."""
        ranges = self._ranges.get(replica)
        return ranges[0][1] if ranges and ranges[0][0] == 1 else 0

    def behind(self, replica: str, n: int) -> int:
        """How many of a replica's edits have a number above that one."""
        return sum(
            max(0, last - max(first, n + 1) + 1) for first, last in self._ranges.get(replica, ())
        )

    def to_json(self) -> dict[str, list[list[int]]]:
        return {replica: [list(r) for r in ranges] for replica, ranges in self._ranges.items()}


class History:
    """Edits by record, each a line of JSON, in the order they came."""

    def __init__(self, folder: Folder) -> None:
        self.dots = Dots()
        """Every edit this copy has or had."""
        self._folder = folder
        self._recent: dict[str, list[bytes]] = {}
        self._sealing: dict[str, list[bytes]] = {}
        """What is on its way into a segment."""
        self._segments: list[Segment] = []
        self._forgotten: set[str] = set()
        """Records whose edits still lie in a segment, which nobody is to read any more."""

    def begin(self, segments: Iterable[int], dots: Mapping[str, Any], lines: Iterable[Any]) -> None:
        """Goes on from a snapshot."""
        self.dots = Dots(dots)
        self._segments = [Segment(self._folder, number) for number in segments]
        for raw in lines:
            self._recent.setdefault(raw["id"], []).append(dumps(raw))

    def add(self, raw: Mapping[str, Any], line: bytes) -> None:
        self.dots.add(dot_of(raw))
        self._recent.setdefault(raw["id"], []).append(line)

    def of(self, record_id: str) -> list[Mapping[str, Any]]:
        """The record's edits in the order they came."""
        return [loads(line) for line in self.lines(record_id)]

    def lines(self, record_id: str) -> list[bytes]:
        """As `of`, each a line of JSON."""
        lines = [] if record_id in self._forgotten else self._in_segments(record_id)
        lines += self._sealing.get(record_id, ())
        lines += self._recent.get(record_id, ())
        return lines

    def newest(self) -> Iterator[list[bytes]]:
        """Every edit as a line: those in memory, then segment by segment, the newest first."""
        held = (*self._sealing.values(), *self._recent.values())
        yield [line for lines in held for line in lines]
        for segment in reversed(self._segments):
            yield from segment.every() if not self._forgotten else self._not_forgotten(segment)

    def records(self) -> set[str]:
        """Every record that has an edit here."""
        kept = {i for s in self._segments for i in s.records()} - self._forgotten
        return {*self._recent, *self._sealing, *kept}

    def forget(self, record_ids: Iterable[str]) -> None:
        """Their edits are gone; the next generation writes every segment anew without them."""
        for record_id in record_ids:
            self._recent.pop(record_id, None)
            self._sealing.pop(record_id, None)
            if any(record_id in segment.records() for segment in self._segments):
                self._forgotten.add(record_id)

    def find(self, record_id: str, dot: Dot) -> Mapping[str, Any] | None:
        if dot not in self.dots:
            return None
        return next((raw for raw in self.of(record_id) if dot_of(raw) == dot), None)

    def recent(self) -> Iterator[Mapping[str, Any]]:
        """Every edit that is in memory: on a device, all it has."""
        for lines in tuple(self._recent.values()):
            yield from map(loads, tuple(lines))

    @property
    def segments(self) -> list[int]:
        return [segment.number for segment in self._segments]

    def seal(self, generation: int) -> Callable[[], Iterator[int | None]]:
        """Takes what is in memory now out of it, for a segment. The returned steps write it: None
        after a step, at the end its number, if there was anything."""
        for record_id, lines in self._recent.items():  # an earlier try may have left some
            self._sealing.setdefault(record_id, []).extend(lines)
        self._recent = {}
        if self._forgotten:
            self._unseal()
        frozen = self._sealing
        return lambda: _write(self._folder, generation, frozen) if frozen else iter(())

    def close(self) -> None:
        for segment in self._segments:
            segment.close()

    def _unseal(self) -> None:
        """All that the segments hold is on its way into a new one, but for what is forgotten."""
        held, self._sealing = self._sealing, {}
        for record_id in dict.fromkeys(i for s in self._segments for i in s.records()):
            if record_id not in self._forgotten:
                self._sealing[record_id] = self._in_segments(record_id)
        for record_id, lines in held.items():
            self._sealing.setdefault(record_id, []).extend(lines)
        self.close()
        self._segments, self._forgotten = [], set()

    def _in_segments(self, record_id: str) -> list[bytes]:
        return [line for segment in self._segments for line in segment.of(record_id)]

    def _not_forgotten(self, segment: Segment) -> Iterator[list[bytes]]:
        yield [
            line for i in segment.records() if i not in self._forgotten for line in segment.of(i)
        ]

    def sealed(self, generation: int) -> None:
        """The segment of that generation is whole on the disk."""
        if self._sealing:
            self._segments.append(Segment(self._folder, generation))
            self._sealing = {}
        listed = {f"history.{number}" for number in self.segments}
        for name in self._folder.names():
            if name.startswith("history.") and name not in listed:
                self._folder.remove(name)  # a generation that was given up


class Segment:
    """`history.N`: read when somebody asks for an old edit."""

    def __init__(self, folder: Folder, number: int) -> None:
        self.number = number
        self._folder = folder
        self._sealed: Sealed | None = None
        self._ordinals: dict[str, list[int]] = {}
        self._blocks: dict[int, list[bytes]] = {}

    def of(self, record_id: str) -> list[bytes]:
        sealed = self._open()
        ordinals = self._ordinals.get(record_id, ())
        return [self._block(sealed, n // _BLOCK)[n % _BLOCK] for n in ordinals]

    def every(self) -> Iterator[list[bytes]]:
        """All its edits in one list, read and let go again."""
        sealed = self._open()
        blocks = (zlib.decompress(sealed.read(at)) for at in sealed.directory["blocks"])
        yield [line for block in blocks for line in block.split(b"\n")]

    def _open(self) -> Sealed:
        if self._sealed is None:
            sealed = open_segment(self._folder, self.number)
            try:
                self._ordinals = loads(zlib.decompress(sealed.read(sealed.directory["ids"])))
            except Damaged:
                sealed.close()
                raise
            self._sealed = sealed
        return self._sealed

    def records(self) -> Iterable[str]:
        self._open()
        return self._ordinals

    def close(self) -> None:
        if self._sealed is not None:
            self._sealed.close()
            self._sealed = None

    def _block(self, sealed: Sealed, number: int) -> list[bytes]:
        if number not in self._blocks:
            if len(self._blocks) >= 64:
                self._blocks.pop(next(iter(self._blocks)))
            body = sealed.read(sealed.directory["blocks"][number])
            self._blocks[number] = zlib.decompress(body).split(b"\n")
        return self._blocks[number]


def open_segment(folder: Folder, number: int) -> Sealed:
    name = f"history.{number}"
    try:
        sealed = Sealed.open(folder, name, HISTORY)
    except FileNotFoundError:
        sealed = None
    if sealed is None:
        raise Damaged(f"{name} is missing or damaged, and with it older history. Restore a backup.")
    return sealed


def _write(folder: Folder, number: int, edits: Mapping[str, list[bytes]]) -> Iterator[int | None]:
    writer = Writer(folder, f"history.{number}", HISTORY)
    try:
        ordinals: dict[str, list[int]] = {}
        blocks, waiting, n = [], list[bytes](), 0
        for record_id, lines in edits.items():
            ordinals[record_id] = list(range(n, n + len(lines)))
            n += len(lines)
            waiting += lines
            while len(waiting) >= _BLOCK:
                blocks.append(writer.add(zlib.compress(b"\n".join(waiting[:_BLOCK]))))
                del waiting[:_BLOCK]
                yield None
        if waiting:
            blocks.append(writer.add(zlib.compress(b"\n".join(waiting))))
        ids = writer.add(zlib.compress(dumps(ordinals)))
        yield None
        writer.seal({"ids": ids, "blocks": blocks})
    finally:
        writer.close()
    yield number
