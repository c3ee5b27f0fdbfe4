"""A table as TinyDB's methods see it while they write: documents parsed when they are touched, and
what changed gathered for one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, cast

from data.frame import Commit
from data.packing import dumps, loads
from data.rows import Rows


def key_of(doc_id: Any, as_id: Callable[[Any], Any]) -> str:
    """The id's text; empty for what equals no id: 1.0 is 1, the text "1" is not."""
    if type(doc_id) is as_id:
        return str(doc_id)
    try:
        known = as_id(doc_id)
    except (TypeError, ValueError, OverflowError):
        return ""
    return str(known) if known == doc_id else ""


class Changes(MutableMapping[Any, dict[str, Any]]):
    """The table, with what was changed so far laid over what stands in its rows."""

    def __init__(self, rows: Rows, as_id: Callable[[Any], Any]) -> None:
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
        return key_of(doc_id, self._as_id)
