"""A folder of generations as TinyDB's storage: tables in memory, every commit durable first."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from errno import ENOENT
from pathlib import Path
from typing import Any, Final, Protocol, cast

from tinydb.storages import Storage

from data.errors import BadInput, OfficeError, ReadOnly, Refused
from data.files import DiskFolder, Folder
from data.frame import Commit
from data.generations import Generations
from data.index import Path as Keys
from data.journal import why_not
from data.lock import WriterLock
from data.packing import dumps, loads, no_collection
from data.rows import Rows
from data.snapshot import Books as SnapshotBooks
from data.snapshot import book_reader, open_tables

SMALLEST: Final = 2**20
"""Bytes of journal below which no new generation is worth its writing."""
LONG: Final = 32 * 2**20
"""Bytes of journal that a burst of work may leave, before commits fold it themselves."""


class Books(SnapshotBooks, Protocol):
    """What the owner of the storage keeps beside its documents."""

    def replay(self, commit: Commit) -> None:
        """Takes up a commit from the journal."""

    def close(self) -> None:
        """Lets go of the files it reads."""


class NoBooks:
    """A plain database keeps nothing beside its documents."""

    def load(self, read: Callable[[str], Any], tables: Mapping[str, Rows]) -> None: ...

    def replay(self, commit: Commit) -> None: ...

    def frozen(
        self,
        generation: int,  # noqa: ARG002
        tables: Mapping[str, Rows],  # noqa: ARG002
    ) -> Iterator[tuple[str, Any] | None]:
        return iter(())

    def settled(self, generation: int) -> None: ...

    def close(self) -> None: ...


class JournalStorage(Storage):
    """A folder of generations as TinyDB's storage.

    `encoding` and what JSONStorage hands to `json.dumps` is taken and means nothing here: the text
    on the disk has one form. FileNotFoundError as JSONStorage raises it; Busy: another process
    writes here; Damaged: it is not as it was written.
    """

    def __init__(
        self,
        path: str | Path | Folder,
        create_dirs: bool = False,
        encoding: str | None = None,
        access_mode: str = "r+",
        *,
        indexes: Mapping[str, Iterable[str | Keys]] | None = None,
        books: Books | None = None,
        holder: str = "database",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **_json_options: Any,
    ) -> None:
        del encoding
        self.tables: dict[str, Rows] = {}
        self.lock: WriterLock | None = None
        self.version = 0
        """Rises with every commit, so that what was remembered of the tables is known to be old."""
        self.slow: Iterator[None] | None = None
        """The making of the next generation, while it goes on."""
        self.trouble = ""
        """Why the last try at a new generation was given up, in words; empty if it was not."""
        self._writer = "+" in access_mode or "w" in access_mode
        self._books: Books = books or NoBooks()
        self._declared: dict[str, set[Keys]] = {}
        folder = path if not isinstance(path, (str, Path)) else DiskFolder(Path(path))
        if isinstance(folder, DiskFolder):
            _check_place(folder.path, make=create_dirs, writer=self._writer)
            if self._writer:
                self.lock = WriterLock(folder.path)
                self.lock.take(what=holder)
        self._files = Generations(folder, writer=self._writer, now=now())
        for table, paths in (indexes or {}).items():
            self.declare(table, paths)
        try:
            self._load()
        except BaseException:
            self.close()
            raise

    @property
    def cut_aside(self) -> str:
        """Where a torn last commit was put on opening, to be said once."""
        return self._files.cut_aside

    @property
    def folder(self) -> Folder:
        """Where the generations lie."""
        return self._files.folder

    @property
    def journal_bytes(self) -> int:
        """Bytes of commits that are in no snapshot yet."""
        return self._files.journal_bytes

    def declare(self, table: str, paths: Iterable[str | Keys]) -> None:
        """Queries for these paths go by an index; the next snapshot keeps a column for each."""
        keys = {(path,) if isinstance(path, str) else tuple(path) for path in paths}
        self._declared.setdefault(table, set()).update(keys)
        if table in self.tables:
            self.tables[table].declared |= keys

    # ---- commits ----------------------------------------------------------------------------

    def commit(self, commit: Commit) -> None:
        """Durable, then shown. NotSaved: nothing has changed."""
        self._check_writable()
        if self._files.journal_bytes > LONG and self._overdue():
            self.tend()  # nobody has tended it for long; before the commit, while books agree
        self._files.append(commit)
        self._show(commit)

    def one_sync(self) -> AbstractContextManager[None]:
        """Commits inside are durable together at the end. Only for laying out a production that
        nobody relies on yet: a power cut inside may leave one that cannot be read."""
        assert self._files.journal is not None
        return self._files.journal.one_sync()

    # ---- the next generation ----------------------------------------------------------------

    def tend(self, seconds: float = 0.015) -> bool:
        """A slice of the work of making the next generation, when it is due; whether more is
        waiting. To be called when nobody is waiting for anything."""
        if self.slow is None and self._writer and self._files.journal_bytes > self._enough():
            self.slow = self._files.next(self.tables, self._books)
        end = time.perf_counter() + seconds
        while self.slow is not None and time.perf_counter() < end:
            self._step()
        return self.slow is not None

    def compact(self) -> None:
        """The next generation, now and in one go. OfficeError: all is as it was."""
        self._check_writable()
        if self.slow is None:
            self.slow = self._files.next(self.tables, self._books)
        while self.slow is not None:
            self._step()
        if self.trouble:
            raise OfficeError(self.trouble, code="not-compacted")

    def settle(self) -> None:
        """Ends the making of a generation that was begun."""
        while self.slow is not None:
            self._step()

    def clear_cuts(self) -> None:
        """Removes what crashes left behind and nobody was told was saved."""
        self._files.clear_cuts()

    def _check_writable(self) -> None:
        if self._closed:
            raise Refused("This copy was closed. Open it again to go on.", code="closed")
        if not self._writer:
            raise ReadOnly("This copy is open for reading only. Open it for writing to change it.")

    def _step(self) -> None:
        assert self.slow is not None
        try:
            next(self.slow)
        except StopIteration:
            self.slow, self.trouble = None, ""
        except (OSError, OfficeError) as error:
            why = f"{why_not(error)}." if isinstance(error, OSError) else error.sentence
            self.slow, self.trouble = None, f"The journal could not be made shorter: {why}"
            self._given_up = self._files.journal_bytes

    def _enough(self) -> int:
        return max(SMALLEST, self._files.snapshot_bytes // 4, 2 * self._given_up)

    def _overdue(self) -> bool:
        return self._files.journal_bytes > 4 * self._enough()

    _given_up = 0
    _closed = False

    # ---- what TinyDB asks -------------------------------------------------------------------

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Every table as a mapping that parses a document when it is touched."""
        if not self.tables:
            return None
        return cast(
            "dict[str, dict[str, Any]]", {name: Parsed(rows) for name, rows in self.tables.items()}
        )

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """One commit that makes the tables be `data`: only what differs is written."""
        drop = tuple(name for name in self.tables if name not in data)
        put: dict[str, dict[str, bytes]] = {}
        out: dict[str, tuple[str, ...]] = {}
        for name, docs in data.items():
            rows = self.tables.get(name)
            if isinstance(docs, Parsed) and docs.rows is rows:
                continue
            lines = {str(doc_id): dumps(doc) for doc_id, doc in docs.items()}
            there = Rows() if rows is None else rows
            put[name] = {i: line for i, line in lines.items() if line != there.line(i)}
            out[name] = tuple(i for i in there.refs if i not in lines)
            if rows is not None and not put[name]:
                del put[name]
        gone = {name: ids for name, ids in out.items() if ids}
        if drop or put or gone:
            self.commit(Commit(put, gone, drop))

    def close(self) -> None:
        """Makes a new generation if one is due: a program that never idles has no other time."""
        if self._files.journal is not None and self._writer and not self._closed:
            while self.tend(1.0):
                pass
        self._closed = True
        self._files.close()
        self._books.close()
        if self.lock is not None:
            self.lock.release()

    # ---- inside -----------------------------------------------------------------------------

    def _load(self) -> None:
        with no_collection():
            sealed = self._files.open()
            if sealed is not None:
                self.tables = open_tables(sealed)
                self._books.load(book_reader(sealed), self.tables)
            for name in self.tables:
                self.tables[name].declared |= self._declared.get(name, set())
            for commit in self._files.commits():
                self._show(commit)
                self._books.replay(commit)

    def _show(self, commit: Commit) -> None:
        self.version += 1
        for name in commit.drop:
            self.tables.pop(name, None)
        for name, ids in commit.out.items():
            if name in self.tables:
                for record_id in ids:
                    self.tables[name].out(record_id)
        for name, lines in commit.put.items():
            rows = self.tables.get(name)
            if rows is None:
                rows = self.tables[name] = Rows()
                rows.declared |= self._declared.get(name, set())
            rows.put(lines)


class Parsed(Mapping[str, dict[str, Any]]):
    """A table's documents, each parsed anew when it is touched."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def __getitem__(self, record_id: str) -> dict[str, Any]:
        line = self.rows.line(record_id)
        if line is None:
            raise KeyError(record_id)
        return cast("dict[str, Any]", loads(line))

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows.refs)

    def __len__(self) -> int:
        return len(self.rows)


def _check_place(path: Path, *, make: bool, writer: bool) -> None:
    """As JSONStorage: a reader makes nothing, a writer the folder itself, and more if told to."""
    if path.is_file():
        raise BadInput(f"{path} is a file; a production is a folder. Choose another name.")
    if not path.exists() and not (writer and (make or path.parent.is_dir())):
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(path))
