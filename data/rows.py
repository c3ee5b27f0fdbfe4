"""One table's documents: lines of JSON by id, parsed when somebody asks for them.

The lines are the truth in memory as on the disk: a caller who changes what he was given changes
nothing here, and a production takes the room of its bytes. Lines of a snapshot stay on the disk, in
blocks, until one of a block's documents is asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from data.index import MISSING, Index, Path, value_at
from data.packing import ODD, loads, loads_many
from data.sealed import Section

BLOCK: Final = 128
"""Documents in a block of a snapshot."""

_FEW: Final = 1000


class Rows:
    """The documents of a table in the order they were first put."""

    def __init__(
        self,
        ids: Sequence[str] = (),
        blocks: Sequence[Section] = (),
        read: Callable[[Section], bytes] | None = None,
        columns: Mapping[Path, Section] | None = None,
        *,
        last: int = 0,
        odd: bool = False,
    ) -> None:
        self.refs: dict[str, int | bytes] = dict(zip(ids, range(len(ids)), strict=True))
        """By id: the line, or the place of one that still lies in the snapshot as it was."""
        self.last = last
        """The highest number that was ever an id here, for tables whose ids are numbers."""
        self.odd = odd
        """Whether there may be lines that only the standard library reads."""
        self.declared: set[Path] = set()
        self.there = ids
        """Ids by their place in the snapshot."""
        self._as_there = True
        self._places = blocks
        self._blocks: list[list[bytes] | None] = [None] * len(blocks)
        self._read = read
        self._columns = columns or {}
        self._indexes: dict[Path, Index] = {}
        self._stale: dict[str, int | bytes | None] = {}
        """By id: what stood there when the indexes were last made true."""

    def __len__(self) -> int:
        return len(self.refs)

    def line(self, record_id: str) -> bytes | None:
        ref = self.refs.get(record_id)
        return self._at(ref) if type(ref) is int else ref  # type: ignore[return-value]

    def lines(self, ids: Iterable[str]) -> list[bytes]:
        """The lines of documents that are here."""
        blocks, lines = self._blocks, list[bytes]()
        for ref in map(self.refs.__getitem__, ids):
            if type(ref) is int:
                block = blocks[ref // BLOCK] or self._block(ref // BLOCK)
                ref = block[ref % BLOCK]
            lines.append(ref)  # type: ignore[arg-type]
        return lines

    def docs(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """Documents that are here, parsed for whoever asks: they are his alone."""
        lines = self.lines(ids)
        if len(lines) <= BLOCK:
            return loads_many(lines, odd=self.odd)
        docs = list[dict[str, Any]]()
        for first in range(0, len(lines), BLOCK):  # what is parsed at once stays near the processor
            docs += loads_many(lines[first : first + BLOCK], odd=self.odd)
        return docs

    def each(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every document that is here now with its id, whatever is put while they are looked at."""
        for ids, docs in self.parsed():
            yield from zip(ids, docs, strict=True)

    def parsed(self) -> Iterator[tuple[Sequence[str], list[dict[str, Any]]]]:
        """As `each`, a block at a time: nothing of it stays in memory here."""
        if self._as_there and not self.odd and self._read is not None:
            for number, place in enumerate(self._places):
                first = number * BLOCK
                listed = self._read(place).replace(b"\n", b",")  # a line of JSON holds no other
                yield self.there[first : first + BLOCK], loads(b"[" + listed + b"]")
            return
        for ids, lines in self._blocks_of(self.refs.copy()):
            yield ids, loads_many(lines, odd=self.odd)

    def put(self, lines: Mapping[str, bytes]) -> None:
        """Adds or replaces documents."""
        self._touch(lines)
        self.refs.update(lines)
        for record_id, line in lines.items():
            if line[:1] == ODD:
                self.odd = True
            if record_id.isdecimal() and (number := int(record_id)) > self.last:
                self.last = number

    def out(self, record_id: str) -> None:
        """Takes a document away, if it is here."""
        if record_id in self.refs:
            self._touch((record_id,))
            del self.refs[record_id]

    def frozen(self) -> Iterator[tuple[list[str], list[bytes]]]:
        """The documents as they are now, block by block, whatever is put meanwhile. Blocks that
        nobody has asked for are read and let go again."""
        return self._blocks_of(self.refs.copy())

    def index(self, path: Path) -> Index | None:
        """The index at a declared path; the first question builds it, from the snapshot's column
        where there is one."""
        if self._stale:
            self._catch_up()
        index = self._indexes.get(path)
        if index is None and path in self.declared:
            index = self._indexes[path] = Index(path, *self._column(path))
        return index

    def _column(self, path: Path) -> tuple[Collection[str], list[Any]]:
        """Every id and what its document has at the path."""
        place = self._columns.get(path)
        if place is None or self._read is None:
            values = [value_at(doc, path) for _, docs in self.parsed() for doc in docs]
            return self.refs.keys(), values
        column = loads(zlib.decompress(self._read(place)))
        if MISSING in column:
            column = [MISSING if value == MISSING else value for value in column]
        if self._as_there:
            return self.there, column
        return self.refs.keys(), [
            column[ref] if type(ref) is int else value_at(loads(ref), path)  # type: ignore[arg-type]
            for ref in self.refs.values()
        ]

    def _touch(self, ids: Iterable[str]) -> None:
        """These are about to change: the indexes will have to know what stood there."""
        self._as_there = False
        if self._indexes:
            stale, refs = self._stale, self.refs
            for record_id in ids:
                if record_id not in stale:
                    stale[record_id] = refs.get(record_id)
            if len(stale) > max(_FEW, len(refs) // 4):
                self._indexes.clear()  # built anew they cost less
                stale.clear()

    def _catch_up(self) -> None:
        """Indexes follow at the next question: whoever writes does not wait for them."""
        stale, self._stale = self._stale, {}
        for record_id, ref in stale.items():
            before = self._at(ref) if type(ref) is int else ref
            after = self.line(record_id)
            old = None if before is None else loads(before)  # type: ignore[arg-type]
            new = None if after is None else loads(after)
            for index in self._indexes.values():
                index.put(record_id, old, new)

    def _at(self, place: int) -> bytes:
        block = self._blocks[place // BLOCK] or self._block(place // BLOCK)
        return block[place % BLOCK]

    def _block(self, number: int) -> list[bytes]:
        block = self._blocks[number] = self._from_disk(number)
        return block

    def _from_disk(self, number: int) -> list[bytes]:
        assert self._read is not None
        return self._read(self._places[number]).split(b"\n")

    def _blocks_of(self, refs: dict[str, int | bytes]) -> Iterator[tuple[list[str], list[bytes]]]:
        passing, block = -1, list[bytes]()
        ids, lines = list[str](), list[bytes]()
        for record_id, ref in refs.items():
            if type(ref) is int:
                if ref // BLOCK != passing:
                    passing = ref // BLOCK
                    block = self._blocks[passing] or self._from_disk(passing)
                ref = block[ref % BLOCK]
            ids.append(record_id)
            lines.append(ref)  # type: ignore[arg-type]
            if len(ids) == BLOCK:
                yield ids, lines
                ids, lines = [], []
        if ids:
            yield ids, lines
