"""The journal on disk, and TinyDB's storage and table over it.

A production is one append-only file. Its first line names the format; every line after it is a
frame `length crc32 json`, one commit each, fsynced before anybody is told "saved". Replay puts
documents and never runs edits or joins again, so old journals open under newer code.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TypeAlias

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table

from data.document import table_of
from data.errors import Damaged, NotSaved, Refused

try:
    import orjson

    def dumps(value: Any) -> bytes:
        return orjson.dumps(value)

    def loads(text: bytes) -> Any:
        return orjson.loads(text)

except ImportError:  # the phone and the browser have only the standard library's

    def dumps(value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def loads(text: bytes) -> Any:
        return json.loads(text)


HEADER = b"callboard journal 1\n"
_PREFIX = 18  # "llllllll cccccccc " in hexadecimal


@dataclass(frozen=True, slots=True)
class Frame:
    """One commit: what changed, the edits that changed it, and the books that move with them."""

    puts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    edits: tuple[Mapping[str, Any], ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    bases: Mapping[str, Any] = field(default_factory=dict)
    """By record: the last state the office confirmed, as canonical JSON; None: it has none."""
    clean: tuple[str, ...] = ()
    """Records whose state the office has confirmed; their base is the state itself."""
    acked: tuple[tuple[str, int], ...] = ()
    hseq: int = 0
    """At the office: the number of the first put; the others follow in order. 0: not numbered."""

    def to_bytes(self) -> bytes:
        raw = {
            "p": self.puts,
            "e": self.edits,
            "m": self.meta,
            "b": self.bases,
            "c": self.clean,
            "a": self.acked,
            "h": self.hseq,
        }
        body = dumps({key: value for key, value in raw.items() if value}) + b"\n"
        return b"%08x %08x " % (len(body), zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, body: bytes) -> Frame:
        raw = loads(body)
        return cls(
            raw.get("p", {}),
            tuple(raw.get("e", ())),
            raw.get("m", {}),
            raw.get("b", {}),
            tuple(raw.get("c", ())),
            tuple((replica, n) for replica, n in raw.get("a", ())),
            raw.get("h", 0),
        )


class Journal:
    """The file of one production. A reader sees the last whole commit and never changes a byte."""

    def __init__(self, path: Path, *, writer: bool, now: datetime) -> None:
        self.path = path
        self.writer = writer
        self.cut_aside: Path | None = None
        """Where a torn last commit was put on opening, to be said once."""
        self._now = now
        self._end = 0
        self._torn = False
        """Whether bytes behind `_end` are no whole commit."""
        self._later = False
        self._file: BinaryIO | None = None

    def frames(self) -> Iterator[Frame]:
        """Every whole commit in order; then, for a writer, the file is open for appending.

        Raises Damaged for a journal that was not written so: bytes changed in the middle of it.
        """
        data = self.path.read_bytes() if self.path.exists() else b""
        if not data.startswith(HEADER) and HEADER[: len(data)] != data:
            raise Damaged(f"{self.path} is not a Callboard journal that this version reads.")
        at = min(len(HEADER), len(data))
        while at < len(data):
            end, body = _frame_at(data, at)
            if body is None:
                if end < len(data):
                    raise Damaged(
                        f"{self.path} is damaged at byte {at}; what comes before it is whole. "
                        "Restore the last backup, or ask for help with this file untouched."
                    )
                break
            yield Frame.from_bytes(body)
            at = end
        self._end = at
        if self.writer:
            self._open_for_writing(data)

    def append(self, frame: Frame) -> None:
        """Durable when it returns. NotSaved: the file is as it was before."""
        if self._file is None:
            raise Refused("This copy is open for reading only.", code="read-only")
        data = frame.to_bytes()
        try:
            if self._torn:
                self._take_back()
            self._torn = True
            self._write(data)
            self._torn = False
        except OSError as error:
            with suppress(OSError):  # else the next append does it first
                self._take_back()
            full = error.errno in (28, 27, 122)  # ENOSPC, EFBIG, EDQUOT
            why = "the disk is full" if full else f"the disk says {error.strerror or error}"
            raise NotSaved(f"Not saved: {why}. Free some space, then do it again.") from error

    @contextmanager
    def one_sync(self) -> Iterator[None]:
        """Frames appended inside are made durable together at the end. Nobody may be told of one
        before that: it is for laying out a whole show, not for taps."""
        self._later = True
        try:
            yield
        finally:
            self._later = False
            if self._file is not None:
                sync_file(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, data: bytes) -> None:
        assert self._file is not None
        left = memoryview(data)
        while left:  # a nearly full disk takes a part and says so only by the count
            left = left[self._file.write(left) :]
        if not self._later:
            sync_file(self._file.fileno())
        self._end += len(data)

    def _take_back(self) -> None:
        assert self._file is not None
        self._file.truncate(self._end)
        self._file.seek(self._end)
        self._torn = False

    def _open_for_writing(self, data: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if len(data) > self._end:
            self.cut_aside = self.path.with_name(f"journal.cut-{self._now:%Y%m%dT%H%M%S}")
            self.cut_aside.write_bytes(data[self._end :])
        self._file = self.path.open("r+b" if data else "w+b", buffering=0)
        self._file.truncate(self._end)
        self._file.seek(self._end)
        if self._end < len(HEADER):
            self._file.seek(0)
            self._end = 0
            self._write(HEADER)
            sync_folder(self.path.parent)


def _frame_at(data: bytes, at: int) -> tuple[int, bytes | None]:
    """The end of the frame at `at` and its body; None for a body that is torn or damaged.

    A frame that runs past the end of the file, or is the last one and lost its final newline, was
    torn by a crash (end = end of file). A whole frame with a wrong sum is damage.
    """
    prefix = data[at : at + _PREFIX]
    if len(prefix) < _PREFIX:
        return len(data), None
    try:
        length, crc = int(prefix[:8], 16), int(prefix[9:17], 16)
    except ValueError:
        return (len(data) if not data[at:].strip(b"\0") else at), None
    end = at + _PREFIX + length
    body = data[at + _PREFIX : end]
    if end <= len(data) and zlib.crc32(body) == crc:
        return end, body
    torn = end > len(data) or (end == len(data) and not body.endswith(b"\n"))
    # A commit behind it means that the length was changed, not that the writing was cut short.
    return (len(data) if torn and not _whole_frame_in(body) else at), None


def _whole_frame_in(tail: bytes) -> bool:
    """Whether a commit begins after some line of these bytes and is whole."""
    at = tail.find(b"\n") + 1
    while at:
        try:
            length, crc = int(tail[at : at + 8], 16), int(tail[at + 9 : at + 17], 16)
            body = tail[at + _PREFIX : at + _PREFIX + length]
            if len(body) == length and zlib.crc32(body) == crc:
                return True
        except ValueError:
            pass  # this line begins no commit; the next one may
        at = tail.find(b"\n", at) + 1
    return False


def sync_file(fd: int) -> None:
    """On the platter, not in a cache: macOS answers fsync before that and wants F_FULLFSYNC."""
    try:
        import fcntl

        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined, unused-ignore]
    except (ImportError, AttributeError, OSError):
        os.fsync(fd)


def sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no handle on a folder to sync
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


Index: TypeAlias = dict[str | None, dict[str, Mapping[str, Any]]]


class JournalStorage(Storage):
    """TinyDB's view of the documents that the journal's frames have put."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Mapping[str, Any]]] = {}
        self.where: dict[str, str] = {}
        self._indexes: dict[str, dict[str, Index]] = {}

    def put(self, record_id: str, doc: Mapping[str, Any]) -> None:
        """Replaces a document; a record that was deleted or came back changes its table."""
        table, before = table_of(doc), self.where.get(record_id)
        if before is not None:
            old = self.tables[before][record_id]
            for name, index in self._indexes.get(before, {}).items():
                index.get(_word(old, name), {}).pop(record_id, None)
            if before != table:
                del self.tables[before][record_id]
        self.tables.setdefault(table, {})[record_id] = doc
        self.where[record_id] = table
        for name, index in self._indexes.get(table, {}).items():
            index.setdefault(_word(doc, name), {})[record_id] = doc

    def having(self, table: str, name: str, word: str) -> Mapping[str, Mapping[str, Any]]:
        """The documents whose field `name` is the text `word`. The first question makes the index,
        and it is kept up from then on."""
        indexes = self._indexes.setdefault(table, {})
        if name not in indexes:
            indexes[name] = {}
            for record_id, doc in self.tables.get(table, {}).items():
                indexes[name].setdefault(_word(doc, name), {})[record_id] = doc
        return indexes[name].get(word, {})

    def document(self, record_id: str) -> Mapping[str, Any] | None:
        table = self.where.get(record_id)
        return None if table is None else self.tables[table][record_id]

    def read(self) -> dict[str, dict[str, Any]] | None:
        return {name: dict(docs) for name, docs in self.tables.items()}

    def write(self, data: dict[str, dict[str, Any]]) -> None:  # noqa: ARG002
        _only_the_store_writes()


class RecordTable(Table):
    """A TinyDB table of one kind: text ids, queries for everyone, writing for the store alone."""

    document_id_class = str  # type: ignore[assignment]

    def __init__(self, storage: Storage, name: str, **_options: Any) -> None:
        # A cached result would outlive the commit that changes it.
        super().__init__(storage, name, cache_size=0)

    def search(self, cond: QueryLike) -> list[Document]:
        """As TinyDB's; a question for a field's text, alone or with others, goes by an index."""
        asked = _texts_asked(getattr(cond, "_hash", None))
        if not asked:
            return super().search(cond)
        storage = self._storage
        assert isinstance(storage, JournalStorage)
        few = min((storage.having(self.name, *text) for text in asked), key=len)
        return [Document(doc, doc_id) for doc_id, doc in few.items() if cond(doc)]  # type: ignore[arg-type]

    def get(self, cond: QueryLike | None = None, *args: Any, **by_id: Any) -> Any:
        if cond is not None and _texts_asked(getattr(cond, "_hash", None)):
            return next(iter(self.search(cond)), None)
        return super().get(cond, *args, **by_id)

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        storage = self._storage
        assert isinstance(storage, JournalStorage)
        return storage.tables.get(self.name, {})

    def _get_next_id(self) -> NoReturn:
        _only_the_store_writes()

    def _update_table(self, updater: Any) -> None:  # noqa: ARG002
        _only_the_store_writes()


class RecordDB(TinyDB):
    table_class: type[Table] = RecordTable


def _word(doc: Mapping[str, Any], name: str) -> str | None:
    value = doc.get(name)
    return value if isinstance(value, str) else None


def _texts_asked(asked: Any) -> list[tuple[str, str]]:
    """The (field, text) pairs a TinyDB query wants equal, told from its structural hash."""
    match asked:
        case ("==", (str(name),), str(word)):
            return [(name, word)]
        case ("and", frozenset() as parts):
            return [pair for part in parts for pair in _texts_asked(part)]
    return []


def _only_the_store_writes() -> NoReturn:
    raise Refused("Records change by edits, through a desk; TinyDB only reads here.")
