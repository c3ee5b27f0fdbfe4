"""The app's own TinyDB: text ids, queries for everyone, writing for the store alone."""

from __future__ import annotations

from typing import Any, NoReturn

from tinydb import TinyDB
from tinydb.table import Table

from data.disk import RecordTable
from data.errors import Refused
from data.storage import JournalStorage


class RecordStorage(JournalStorage):
    """The store commits here; TinyDB only reads."""

    def where(self, record_id: str) -> str | None:
        """The table a record lies in. Record ids are unique in the whole production."""
        rows = self.tables.get(self._last)
        if rows is not None and record_id in rows.refs:
            return self._last
        for name, rows in self.tables.items():
            if record_id in rows.refs:
                self._last = name
                return name
        return None

    _last = ""
    """Where the last one was found: whoever asks for many asks for one kind's."""

    def line(self, record_id: str) -> bytes | None:
        """The record's document as a line of JSON, the same object until it changes."""
        table = self.where(record_id)
        return None if table is None else self.tables[table].line(record_id)

    def write(self, data: Any) -> NoReturn:  # noqa: ARG002
        _only_the_store_writes()


class OfficeTable(RecordTable):
    """A table of one kind."""

    document_id_class = str  # type: ignore[assignment]

    def __init__(self, storage: JournalStorage, name: str, **_options: Any) -> None:
        # An answer that is kept would outlive the commit that changes it.
        super().__init__(storage, name, cache_size=0)

    def _insert(self, documents: Any) -> NoReturn:  # noqa: ARG002
        _only_the_store_writes()

    def _set(self, fields: Any, doc_ids: Any) -> NoReturn:  # noqa: ARG002
        _only_the_store_writes()

    def _update_table(self, updater: Any) -> NoReturn:  # noqa: ARG002
        _only_the_store_writes()


class RecordDB(TinyDB):
    table_class: type[Table] = OfficeTable


def _only_the_store_writes() -> NoReturn:
    raise Refused("Records change by edits, through a desk; TinyDB only reads here.")
