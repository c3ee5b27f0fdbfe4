"""A snapshot: every document of a generation in blocks, and beside them what is needed at once.

For each table its ids, and the values at declared paths, lie in columns of their own, so that
opening a production reads neither documents nor indexes; for the store its books, under names.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from data.files import Folder
from data.index import Path, in_column, value_at
from data.packing import dumps, loads, loads_many
from data.rows import Rows
from data.sealed import SNAPSHOT, Sealed, Section, Writer


class Books(Protocol):
    """What the owner of a journal keeps beside its documents."""

    def load(self, read: Callable[[str], Any], tables: Mapping[str, Rows]) -> None:
        """Takes up the books of a snapshot; `read` gives one by its name, None if it has none."""

    def frozen(
        self, generation: int, tables: Mapping[str, Rows]
    ) -> Iterator[tuple[str, Any] | None]:
        """The books as they are at this call, whatever is committed while they are asked for.
        None: one more step is done."""

    def settled(self, generation: int) -> None:
        """The generation is whole on the disk."""


def open_tables(sealed: Sealed) -> dict[str, Rows]:
    tables = {}
    for name, told in sealed.directory["tables"].items():
        columns: dict[Path, Section] = {tuple(path): place for path, place in told["columns"]}
        ids = loads(sealed.read(told["ids"]))
        tables[name] = Rows(
            ids, told["blocks"], sealed.read, columns, last=told["last"], odd=told["odd"]
        )
    return tables


def book_reader(sealed: Sealed) -> Callable[[str], Any]:
    places: Mapping[str, Section] = sealed.directory["books"]
    return lambda name: loads(sealed.read(places[name])) if name in places else None


def write(
    folder: Folder,
    generation: int,
    tables: Mapping[str, Rows],
    books: Iterator[tuple[str, Any] | None],
) -> Iterator[None]:
    """Writes `snapshot.N` step by step, each a few milliseconds; the tables are frozen at the
    first. OSError ends it; a file without its end is no snapshot."""
    frozen = [
        (name, _Table(rows.declared, {"last": rows.last, "odd": rows.odd}), rows.frozen())
        for name, rows in tables.items()
    ]
    yield
    writer = Writer(folder, f"snapshot.{generation}", SNAPSHOT)
    try:
        directory: dict[str, Any] = {"tables": {}, "books": {}}
        for name, table, blocks in frozen:
            for ids, lines in blocks:
                table.add(writer, ids, lines)
                yield
            yield from table.finish(writer)
            directory["tables"][name] = table.told
        for book in books:
            if book is not None:
                directory["books"][book[0]] = writer.add(dumps(book[1]))
            yield
        writer.seal(directory)
    finally:
        writer.close()


class _Table:
    """What a snapshot says of one table, as its blocks go by."""

    def __init__(self, declared: Iterable[Path], told: dict[str, Any]) -> None:
        self._ids: list[str] = []
        self._values: dict[Path, list[Any]] = {path: [] for path in sorted(declared)}
        self.told = told | {"blocks": []}

    def add(self, writer: Writer, ids: list[str], lines: list[bytes]) -> None:
        self.told["blocks"].append(writer.add(b"\n".join(lines)))
        self._ids += ids
        if self._values:
            docs = loads_many(lines)
            for path, values in self._values.items():
                values += [in_column(value_at(doc, path)) for doc in docs]

    def finish(self, writer: Writer) -> Iterator[None]:
        self.told["ids"] = writer.add(dumps(self._ids))
        yield
        columns = []
        for path, values in self._values.items():
            columns.append([path, writer.add(zlib.compress(dumps(values), 1))])
            yield
        self.told["columns"] = columns
