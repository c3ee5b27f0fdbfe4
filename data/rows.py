"""One table's documents: lines of JSON by id, parsed when somebody asks for them.

The lines are the truth in memory as on the disk: a caller who changes what he was given changes
nothing here, and a production takes the room of its bytes. Lines of a snapshot stay on the disk, in
blocks, until one of a block's documents is asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from data.index import MISSING, Index, Path, value_at
from data.packing import ODD, loads, loads_many
from data.sealed import Section

BLOCK: Final = 128
"""Documents in a block of a snapshot."""

_FEW: Final = 1000

KEPT: Final = 2**16
"""Documents of a table that are kept parsed once a query has met them (3 kB each, about)."""


Nests: TypeAlias = "tuple[tuple[str, Callable[[Any], Any]], ...]"
"""The keys under which a document holds lists or objects, each with what copies it."""


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
        self._kept: dict[str, tuple[dict[str, Any], Nests]] = {}

    def __len__(self) -> int:
        return len(self.refs)

    def line(self, record_id: str) -> bytes | None:
        ref = self.refs.get(record_id)
        return self._at(ref) if type(ref) is int else ref  # type: ignore[return-value]

    def lines(self, ids: Iterable[str]) -> list[bytes]:
        """The lines of documents that are here."""
        at = self._at
        return [
            ref if type(ref) is bytes else at(ref)  # type: ignore[arg-type]
            for ref in map(self.refs.__getitem__, ids)
        ]

    def known(self, ids: Collection[str]) -> Iterator[tuple[str, dict[str, Any], Nests]]:
        """Documents that are here. They are kept for the next question: copy them, and what lies in
        them with its copier, before anybody gets them."""
        if len(ids) > KEPT // 2:  # a look at everything keeps nothing
            for some, lines in self._blocks_of({i: self.refs[i] for i in ids}):
                for record_id, doc in zip(some, loads_many(lines, odd=self.odd), strict=True):
                    yield record_id, doc, ()
            return
        kept = self._kept
        missing = [record_id for record_id in ids if record_id not in kept]
        if missing:
            if len(kept) + len(missing) > KEPT:
                kept.clear()
                missing = list(ids)
            docs = loads_many(self.lines(missing), odd=self.odd)
            kept.update(zip(missing, ((doc, _nests(doc)) for doc in docs), strict=True))
        # All of them at once: whoever asks may write before the last one is looked at.
        yield from [(record_id, *kept[record_id]) for record_id in ids]

    def each(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every document that is here now with its id, parsed a block at a time, whatever is put
        while they are looked at."""
        for ids, lines in self._blocks_of(self.refs.copy()):
            yield from zip(ids, loads_many(lines, odd=self.odd), strict=True)

    def put(self, record_id: str, line: bytes) -> None:
        """Adds or replaces a document."""
        self._touch(record_id)
        self.refs[record_id] = line
        self.odd = self.odd or line[:1] == ODD
        if record_id.isdecimal() and (number := int(record_id)) > self.last:
            self.last = number

    def out(self, record_id: str) -> None:
        """Takes a document away, if it is here."""
        if record_id in self.refs:
            self._touch(record_id)
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
            index = self._indexes[path] = Index(path, self._values(path))
        return index

    def _values(self, path: Path) -> Iterator[tuple[str, Any]]:
        place = self._columns.get(path)
        if place is None or self._read is None:
            for record_id, doc in self.each():
                yield record_id, value_at(doc, path)
            return
        column = loads(zlib.decompress(self._read(place)))
        if MISSING in column:
            column = [MISSING if value == MISSING else value for value in column]
        if self._as_there:
            yield from zip(self.there, column, strict=True)
            return
        for record_id, ref in self.refs.items():
            yield record_id, column[ref] if type(ref) is int else value_at(loads(ref), path)  # type: ignore[arg-type]

    def _touch(self, record_id: str) -> None:
        self._as_there = False
        self._kept.pop(record_id, None)
        if self._indexes and record_id not in self._stale:
            self._stale[record_id] = self.refs.get(record_id)
            if len(self._stale) > max(_FEW, len(self.refs) // 4):
                self._indexes.clear()  # built anew they cost less
                self._stale.clear()

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
        block = self._blocks[place // BLOCK]
        if block is None:
            block = self._block(place // BLOCK)
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


def _nests(doc: dict[str, Any]) -> Nests:
    return tuple(
        (key, _copier(value)) for key, value in doc.items() if isinstance(value, (dict, list))
    )


def _copier(value: dict[str, Any] | list[Any]) -> Callable[[Any], Any]:
    inner = value.values() if isinstance(value, dict) else value
    return _copied if any(isinstance(i, (dict, list)) for i in inner) else type(value).copy


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
