"""`open_db`: a TinyDB whose every write is durable, and whose queries go by indexes.

Storage and table go in through TinyDB's documented extension points. The table keeps TinyDB's own
methods; what they read is parsed when it is touched, and what they write becomes one commit of the
documents that changed. It also works over TinyDB's other storages, as TinyDB's table does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table

from data.files import Folder
from data.frame import Commit
from data.packing import dumps, loads, no_collection
from data.plan import plan
from data.rows import Nests, Rows
from data.storage import JournalStorage

_EMPTY = Rows()
_MANY = 1000
_REGEX = frozenset({"matches", "search"})


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

    def search(self, cond: QueryLike) -> list[Document]:
        if self._journal is None:
            return deepcopy(self._scan_elsewhere(cond))
        if self._version != self._journal.version:  # another handle may have written
            self.clear_cache()
            self._version = self._journal.version
        ids = self._query_cache.get(cond)
        if ids is None:
            found = self._found(cond)
            if _may_be_kept(cond) and self._query_cache.capacity != 0:
                self._query_cache[cond] = [doc.doc_id for doc in found]
            return found
        return self._documents([str(doc_id) for doc_id in ids])

    def get(
        self,
        cond: QueryLike | None = None,
        doc_id: Any = None,
        doc_ids: list[Any] | None = None,
    ) -> Any:
        if self._journal is None:
            return deepcopy(super().get(cond, doc_id, doc_ids))
        if doc_id is not None:
            key = str(doc_id)
            if key not in self._rows().refs:
                return None
            ((_, doc, nests),) = self._rows().known((key,))
            return self._own(doc_id, doc, nests)
        if doc_ids is None and cond is not None:
            return next(self._matching(cond), None)
        return super().get(cond, doc_id, doc_ids)  # type: ignore[arg-type]

    def insert(self, document: Mapping[str, Any]) -> int:
        # What TinyDB's does, without a view of the table: this is the write that people wait for.
        if self._journal is None or isinstance(document, self.document_class):
            return super().insert(document)
        if not isinstance(document, Mapping):
            raise ValueError("Document is not a Mapping")
        doc, doc_id = dict(document), self._get_next_id()
        try:
            self._journal.commit(Commit({self.name: {str(doc_id): dumps(doc)}}))
        except BaseException:
            self._next_id = None  # the id is given again
            raise
        return cast("int", doc_id)

    def update(
        self,
        fields: Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None],
        cond: QueryLike | None = None,
        doc_ids: Iterable[Any] | None = None,
    ) -> list[Any]:
        if self._journal is not None and doc_ids is None and cond is not None:
            doc_ids = [doc.doc_id for doc in self._matching(cond)]
        return super().update(cast("Any", fields), cond, doc_ids)

    def update_multiple(self, updates: Iterable[Any]) -> list[Any]:
        return super().update_multiple(list(updates))  # TinyDB's would read an iterator once

    def remove(
        self, cond: QueryLike | None = None, doc_ids: Iterable[Any] | None = None
    ) -> list[Any]:
        if self._journal is not None and doc_ids is None and cond is not None:
            doc_ids = [doc.doc_id for doc in self._matching(cond)]
        return super().remove(cond, doc_ids)

    def all(self) -> list[Document]:
        return super().all() if self._journal is None else self._documents(self._rows().refs)

    def __iter__(self) -> Iterator[Document]:
        if self._journal is None:
            yield from deepcopy(list(super().__iter__()))
            return
        for record_id, doc in self._rows().each():
            yield self._document(record_id, doc)

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

    def _document(self, record_id: str, doc: Mapping[str, Any]) -> Document:
        return self.document_class(doc, self.document_id_class(record_id))

    def _documents(self, ids: Collection[str]) -> list[Document]:
        own, as_id = self._own, self.document_id_class
        with no_collection() if len(ids) > _MANY else nullcontext():
            return [own(as_id(i), doc, nests) for i, doc, nests in self._rows().known(ids)]

    def _own(self, doc_id: Any, doc: Mapping[str, Any], nests: Nests) -> Document:
        """A copy that is the caller's alone."""
        own = self.document_class(doc, doc_id)
        for key, copy in nests:
            own[key] = copy(doc[key])
        return own

    def _found(self, cond: QueryLike) -> list[Document]:
        planned = plan(self._rows(), getattr(cond, "_hash", None))
        if planned is not None and planned.exact:
            return self._documents(planned.ids)
        return list(self._matching(cond))

    def _matching(self, cond: QueryLike) -> Iterator[Document]:
        rows = self._rows()
        planned = plan(rows, getattr(cond, "_hash", None))
        if planned is None:
            for record_id, doc in rows.each():
                if cond(doc):
                    yield self._document(record_id, doc)
            return
        for record_id, doc, nests in rows.known(list(planned.ids)):
            own = self._own(self.document_id_class(record_id), doc, nests)
            if planned.exact or cond(own):
                yield own

    def _scan_elsewhere(self, cond: QueryLike) -> list[Document]:
        if _may_be_kept(cond):
            return super().search(cond)
        return [self._document(i, doc) for i, doc in super()._read_table().items() if cond(doc)]


class Changes(MutableMapping[Any, dict[str, Any]]):
    """A table as TinyDB's methods see it while they write: documents parsed when touched, changes
    gathered for one commit."""

    def __init__(self, rows: Rows, as_id: Callable[[str], Any]) -> None:
        self._rows, self._as_id = rows, as_id
        self._docs: dict[str, dict[str, Any] | None] = {}
        """By id: the document as it is now, or None: taken out."""
        self._cleared = False
        self.last = rows.last
        """The highest number that is or was an id."""

    def __getitem__(self, doc_id: Any) -> dict[str, Any]:
        record_id = self._key(doc_id)
        if record_id in self._docs:
            doc = self._docs[record_id]
        else:
            doc = self._docs[record_id] = self._there(record_id)
        if doc is None:
            raise KeyError(doc_id)
        return doc

    def _there(self, record_id: str) -> dict[str, Any] | None:
        line = None if self._cleared else self._rows.line(record_id)
        return None if line is None else cast("dict[str, Any]", loads(line))

    def __setitem__(self, doc_id: Any, doc: dict[str, Any]) -> None:
        record_id = self._key(doc_id)
        if not record_id:
            raise ValueError(f"{doc_id!r} cannot be an id in this table.")
        self._docs[record_id] = doc
        if isinstance(doc_id, int):
            self.last = max(self.last, doc_id)

    def __delitem__(self, doc_id: Any) -> None:
        if doc_id not in self:
            raise KeyError(doc_id)
        self._docs[self._key(doc_id)] = None

    def __contains__(self, doc_id: object) -> bool:
        record_id = self._key(doc_id)
        if record_id in self._docs:
            return self._docs[record_id] is not None
        return not self._cleared and record_id in self._rows.refs

    def __iter__(self) -> Iterator[Any]:
        there = () if self._cleared else self._rows.refs
        for record_id in there:
            if self._docs.get(record_id, record_id) is not None:
                yield self._as_id(record_id)
        for record_id, doc in self._docs.items():
            if doc is not None and record_id not in there:
                yield self._as_id(record_id)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        self._docs.clear()
        self._cleared, self.last = True, 0

    def commit(self, table: str, *, new: bool) -> Commit | None:
        """What changed, or None. `new`: the table is not there yet, and is made."""
        put: dict[str, bytes] = {}
        out: list[str] = []
        drop = self._cleared and not new
        for record_id, doc in self._docs.items():
            before = None if drop else self._rows.line(record_id)
            if doc is None:
                if before is not None:
                    out.append(record_id)
                continue
            line = dumps(doc)
            if line != before:
                put[record_id] = line
        if not (put or out or drop or new):
            return None
        return Commit(
            {table: put} if put or drop or new else {},
            {table: tuple(out)} if out else {},
            (table,) if drop else (),
        )

    def _key(self, doc_id: Any) -> str:
        """The id's text; empty for what equals no id: 1.0 is 1, the text "1" is not."""
        if type(doc_id) is self._as_id:
            return str(doc_id)
        try:
            as_id = self._as_id(doc_id)
        except (TypeError, ValueError, OverflowError):
            return ""
        return str(as_id) if as_id == doc_id else ""


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
