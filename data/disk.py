"""`open_db`: a TinyDB whose every write is durable, and whose queries go by indexes.

Storage and table go in through TinyDB's documented extension points. The table keeps TinyDB's own
methods; what they read is parsed when it is touched, and what they write becomes one commit of the
documents that changed. It also works over TinyDB's other storages, as TinyDB's table does.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table

from data.changes import Changes, key_of
from data.files import Folder
from data.frame import Commit
from data.packing import ODD, dumps, dumps_exact, is_plain, loads, no_collection
from data.plan import Plan, plan
from data.rows import Rows
from data.storage import JournalStorage

_EMPTY = Rows()
_MANY = 1000
_REGEX = frozenset({"matches", "search"})


class Found(Document):
    """A document as TinyDB hands it out, made without a call of Python code for each."""

    __slots__ = ("doc_id",)
    __init__ = dict.__init__


class RecordTable(Table):
    """TinyDB's table. What it hands out is the caller's own: changing it changes no record, and
    no later answer."""

    _next_id: Any
    _query_cache: Any  # here it keeps ids, so that no answer is kept that a caller has

    def __init__(self, storage: Storage, name: str, **options: Any) -> None:
        self._journal = storage if isinstance(storage, JournalStorage) else None
        self._version = -1
        self._changes: Changes | None = None
        super().__init__(storage, name, **options)

    # ---- reading ----------------------------------------------------------------------------

    def search(self, cond: QueryLike) -> list[Document]:
        if self._journal is None:
            return deepcopy(self._scan_elsewhere(cond))
        rows = self._rows()
        planned = plan(rows, getattr(cond, "_hash", None))
        if planned is not None and planned.exact:
            return self._documents(rows, planned.ids)
        if self._version != self._journal.version:  # another handle may have written
            self.clear_cache()
            self._version = self._journal.version
        ids, as_id = self._query_cache.get(cond), self.document_id_class
        if ids is not None:
            return self._documents(rows, ids)
        found = [self._document(as_id(i), doc) for i, doc in _tried(rows, cond, planned)]
        if _may_be_kept(cond) and self._query_cache.capacity != 0:
            self._query_cache[cond] = [str(doc.doc_id) for doc in found]
        return found

    def get(
        self,
        cond: QueryLike | None = None,
        doc_id: Any = None,
        doc_ids: list[Any] | None = None,
    ) -> Any:
        if self._journal is None:
            return deepcopy(super().get(cond, doc_id, doc_ids))
        if doc_id is not None:
            line = self._rows().line(str(doc_id))
            return None if line is None else self._document(doc_id, loads(line))
        if doc_ids is None and cond is not None:
            as_id, found = self.document_id_class, _matching(self._rows(), cond)
            return next((self._document(as_id(i), doc) for i, doc in found), None)
        return super().get(cond, doc_id, doc_ids)  # type: ignore[arg-type]

    def all(self) -> list[Document]:
        if self._journal is None:
            return super().all()
        with no_collection():
            return [doc for ids, docs in self._rows().parsed() for doc in self._made(docs, ids)]

    def __iter__(self) -> Iterator[Document]:
        if self._journal is None:
            yield from deepcopy(list(super().__iter__()))
            return
        for record_id, doc in self._rows().each():
            yield self._document(self.document_id_class(record_id), doc)

    # ---- writing: what TinyDB's does, without a view of the table ---------------------------

    def insert(self, document: Mapping[str, Any]) -> int:
        if self._journal is None or isinstance(document, self.document_class):
            return super().insert(document)
        return cast("int", self._insert((document,))[0])

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        docs = list(documents)
        if self._journal is None or any(isinstance(doc, self.document_class) for doc in docs):
            return super().insert_multiple(docs)
        return self._insert(docs)

    def update(
        self,
        fields: Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None],
        cond: QueryLike | None = None,
        doc_ids: Iterable[Any] | None = None,
    ) -> list[Any]:
        if self._journal is None:
            return super().update(cast("Any", fields), cond, doc_ids)
        ids = self._meant(cond, doc_ids)
        if callable(fields):
            return super().update(cast("Any", fields), doc_ids=ids)
        return self._set(dict(fields), ids)

    def update_multiple(self, updates: Iterable[Any]) -> list[Any]:
        return super().update_multiple(list(updates))  # TinyDB's would read an iterator once

    def remove(
        self, cond: QueryLike | None = None, doc_ids: Iterable[Any] | None = None
    ) -> list[Any]:
        if self._journal is not None and doc_ids is None and cond is not None:
            doc_ids = self._meant(cond, None)
        return super().remove(cond, doc_ids)

    def _insert(self, documents: Sequence[Mapping[str, Any]]) -> list[Any]:
        if not all(isinstance(document, Mapping) for document in documents):
            raise ValueError("Document is not a Mapping")
        ids = [self._get_next_id() for _ in documents]
        try:
            put = {
                str(doc_id): dumps(doc if type(doc) is dict else dict(doc))
                for doc_id, doc in zip(ids, documents, strict=True)
            }
            self._put(put)
        except BaseException:
            self._next_id = None  # the ids are given again
            raise
        return ids

    def _set(self, fields: dict[str, Any], doc_ids: Iterable[Any]) -> list[Any]:
        """Each of these documents with these fields, in one commit; the ids that are here."""
        rows, as_id = self._rows(), self.document_id_class
        keys = [(key_of(doc_id, as_id), doc_id) for doc_id in doc_ids]
        there = [(key, doc_id) for key, doc_id in keys if key in rows.refs]
        as_line = dumps_exact if is_plain(fields) else dumps
        put = {}
        for key, _ in there:
            line = rows.line(key)
            assert line is not None
            doc = loads(line)
            doc.update(fields)
            after = as_line(doc) if line[:1] != ODD else dumps(doc)
            if after != line:
                put[key] = after
        self._put(put)
        return [doc_id for _, doc_id in there]

    def _put(self, lines: Mapping[str, bytes]) -> None:
        assert self._journal is not None
        if lines or self.name not in self._journal.tables:
            self._journal.commit(Commit({self.name: lines}))
        self.clear_cache()

    # ---- what TinyDB's methods stand on -----------------------------------------------------

    def _get_next_id(self) -> Any:
        if self._journal is None:
            return super()._get_next_id()  # type: ignore[no-untyped-call]
        last = self._rows().last if self._changes is None else self._changes.last
        given = max(self._next_id or 0, last + 1)
        self._next_id = given + 1
        return given

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        if self._journal is None:
            super()._update_table(updater)
            return
        self._changes = changes = Changes(self._rows(), self.document_id_class)
        try:
            updater(changes)
            commit = changes.commit(self.name, new=self.name not in self._journal.tables)
            if commit is not None:
                self._journal.commit(commit)
        except BaseException:
            self._next_id = None  # ids given to what was not written are given again
            raise
        finally:
            self._changes = None
        self.clear_cache()

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        if self._journal is None:
            return super()._read_table()
        tables = self._journal.read() or {}
        return tables.get(self.name, {})

    # ---- inside -----------------------------------------------------------------------------

    def _rows(self) -> Rows:
        assert self._journal is not None
        return self._journal.tables.get(self.name, _EMPTY)

    def _document(self, doc_id: Any, doc: Mapping[str, Any]) -> Document:
        if self.document_class is not Document:
            return self.document_class(doc, doc_id)
        found: Document = Found(doc)
        found.doc_id = doc_id
        return found

    def _documents(self, rows: Rows, ids: Collection[str]) -> list[Document]:
        if len(ids) <= _MANY:
            return self._made(rows.docs(ids), ids)
        with no_collection():
            return self._made(rows.docs(ids), ids)

    def _made(self, docs: Iterable[dict[str, Any]], ids: Iterable[str]) -> list[Document]:
        as_id = self.document_id_class
        if self.document_class is not Document:
            return list(map(self._document, map(as_id, ids), docs))
        found = list(map(Found, docs))
        for doc, record_id in zip(found, ids, strict=True):
            doc.doc_id = as_id(record_id)
        return found

    def _meant(self, cond: QueryLike | None, doc_ids: Iterable[Any] | None) -> list[Any]:
        """Which documents a write is about, found before anything is written."""
        if doc_ids is not None:
            return list(doc_ids)
        rows, as_id = self._rows(), self.document_id_class
        if cond is None:
            return list(map(as_id, rows.refs))
        return [as_id(record_id) for record_id, _ in _matching(rows, cond)]

    def _scan_elsewhere(self, cond: QueryLike) -> list[Document]:
        if _may_be_kept(cond):
            return super().search(cond)
        there, as_id = super()._read_table(), self.document_id_class
        return [self._document(as_id(i), doc) for i, doc in there.items() if cond(doc)]


def _matching(rows: Rows, cond: QueryLike) -> Iterator[tuple[str, dict[str, Any]]]:
    return _tried(rows, cond, plan(rows, getattr(cond, "_hash", None)))


def _tried(
    rows: Rows, cond: QueryLike, planned: Plan | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ids and documents that meet the condition; what was planned saves looking at the others."""
    if planned is None:
        yield from (pair for pair in rows.each() if cond(pair[1]))
        return
    for record_id in list(planned.ids):
        doc = loads(rows.line(record_id) or b"{}")
        if planned.exact or cond(doc):
            yield record_id, doc


def _may_be_kept(cond: QueryLike) -> bool:
    """Whether the answer may be remembered. TinyDB's hash of a regex leaves out its flags."""
    cacheable = getattr(cond, "is_cacheable", None)
    return (cacheable is None or cacheable()) and not _asks_regex(getattr(cond, "_hash", None))


def _asks_regex(asked: Any) -> bool:
    if isinstance(asked, (tuple, frozenset)):
        return any(part in _REGEX or _asks_regex(part) for part in asked)
    inner = getattr(asked, "_hash", None)  # a query inside `any` or `all`
    return inner is not None and _asks_regex(inner)


class JournalDB(TinyDB):
    """A TinyDB with this storage and table as its own."""

    table_class: type[Table] = RecordTable
    default_storage_class = JournalStorage  # type: ignore[assignment]


def open_db(path: str | Path | Folder, **options: Any) -> TinyDB:
    """A TinyDB in the folder `path`; ids are whole numbers, never given twice.

    Options: `indexes` by table, as `{"scene": ["day", ("set", "name")]}`; `access_mode="r"` reads
    the last commit without the writer's lock; `create_dirs`. Busy: another process has it open for
    writing; Damaged: it is not as it was written.
    """
    return JournalDB(path, **options)
