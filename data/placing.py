"""The office keeps of every record in which buckets it lies, and moves it when what it belongs to
moves: a float's custodian, somebody's department, the unit of a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from data.buckets import Place, buckets, linked, place_of
from data.desk import Desk
from data.fields import Link
from data.kind import Kind
from data.leaving import place

RULES: Final = 4
"""Rises when records have to be placed anew: a kind's reach or a row of the matrix has changed."""
_AT_ONCE: Final = 5000


class Placing:
    """Asked by the store with every commit; what it answers moves in the same frame."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.store = desk.store
        self._moving = _moving(desk.kinds)
        """By kind: the fields by which other records are placed."""
        self._naming: dict[str, set[str]] | None = None
        """By record: those that were placed by it. Made when one of them moves others."""
        self._made_by: dict[str, str] = {}
        """By record: its author, where the edit that made it is here; the older ones are packed
        away, and slow to read."""

    def catch_up(self) -> None:
        """Places what was put while nobody placed anything."""
        store, holdings = self.store, self.store.books.holdings
        anew = store.meta.get("placed_by") != RULES
        behind = 0 if anew else holdings.top
        ids = [record_id for _, record_id in store.order.after(behind)]
        if anew:
            ids = list(store.ids())
        for first in range(0, len(ids), _AT_ONCE):
            some = dict.fromkeys(ids[first : first + _AT_ONCE])
            place(store, self._placed(some, (), ()))
        if anew:
            store.set_meta(placed_by=RULES)

    def __call__(
        self, put: Mapping[str, Mapping[str, Any]], edits: Iterable[Mapping[str, Any]]
    ) -> dict[str, frozenset[str]]:
        """Where the records lie that are put now, and those that move with them: also a record that
        is here already and whose first edit comes only now."""
        edits = list(edits)
        late = {str(raw["id"]) for raw in edits} - put.keys()
        return self._placed(put, edits, sorted(filter(self._asks_author, late)))

    def author(self, record_id: str) -> str:
        """Who made the record, as far as the office knows; empty: nobody has."""
        return self._first(record_id, self.store.document(record_id), ())

    # ---- inside -----------------------------------------------------------------------------

    def _placed(
        self,
        put: Mapping[str, Mapping[str, Any] | None],
        edits: Sequence[Mapping[str, Any]],
        late: Iterable[str],
    ) -> dict[str, frozenset[str]]:
        """`put`: the documents to come; None: as it stands. `late`: others to be placed anew."""

        def doc_of(record_id: str) -> Mapping[str, Any] | None:
            return put.get(record_id) or self.store.document(record_id)

        @cache  # of what is put together much belongs together: the slips of an envelope
        def look(kind: str, record_id: str) -> Mapping[str, Any] | None:
            found = doc_of(record_id)
            return found if found is not None and found["_m"]["t"] == kind else None

        told: dict[str, list[Mapping[str, Any]]] = {}
        for raw in edits:
            told.setdefault(raw["id"], []).append(raw)
        found: dict[str, frozenset[str]] = {}
        for record_id in (*put, *self._moved_by(put), *late):
            doc = doc_of(record_id)
            if doc is None or record_id in found:
                continue
            if not doc["_m"]["vv"] and record_id in self.store.books.holdings:
                continue  # buried: whoever had it is to hear that
            kind = self.desk.kinds.get(doc["_m"]["t"])
            author = self._author(record_id, doc, told.get(record_id, ()))
            there = place_of(kind, record_id, doc, look, author)
            found[record_id] = buckets(there)
            if self._naming is not None:
                _note(kind, record_id, doc, there, self._naming)
        return found

    def _author(
        self, record_id: str, doc: Mapping[str, Any], edits: Sequence[Mapping[str, Any]]
    ) -> Callable[[], str]:
        return lambda: self._first(record_id, doc, edits)

    def _first(
        self, record_id: str, doc: Mapping[str, Any] | None, edits: Sequence[Mapping[str, Any]]
    ) -> str:
        """`edits`: those of the record that come now."""
        if record_id not in self._made_by:
            told = self.store.books.history.of(record_id)
            found = first_author([*told, *edits], doc)
            if not any(map(is_making, told)):
                return found
            self._made_by[record_id] = found
        return self._made_by[record_id]

    def _asks_author(self, record_id: str) -> bool:
        doc = self.store.document(record_id)
        kind = None if doc is None else self.desk.kinds.get(doc["_m"]["t"])
        return kind is not None and "@author" in kind.reach.owner

    def _moved_by(self, put: Mapping[str, Mapping[str, Any] | None]) -> Iterator[str]:
        """Records that were placed by one of these, where that has changed."""
        for record_id, doc in put.items():
            if self._moves(record_id, doc):
                yield from sorted(self._named().get(record_id, ()))

    def _moves(self, record_id: str, doc: Mapping[str, Any] | None) -> bool:
        """Whether others that were placed by this record may lie elsewhere now."""
        if doc is None:  # nobody knows what it said when they were placed
            stands = self.store.document(record_id)
            return stands is not None and bool(self._moving.get(stands["_m"]["t"]))
        fields = self._moving.get(doc["_m"]["t"], ())
        if not fields:
            return False
        stood = self.store.document(record_id) or {}
        return any(stood.get(name) != doc.get(name) for name in fields)

    def _named(self) -> dict[str, set[str]]:
        if self._naming is None:
            self._naming = {}
            for record_id in self.store.ids():
                doc = self.store.document(record_id)
                if doc is not None:
                    kind = self.desk.kinds.get(doc["_m"]["t"])
                    author = self._author(record_id, doc, ())
                    there = place_of(kind, record_id, doc, self._look, author)
                    _note(kind, record_id, doc, there, self._naming)
        return self._naming

    def _look(self, kind: str, record_id: str) -> Mapping[str, Any] | None:
        doc = self.store.document(record_id)
        return doc if doc is not None and doc["_m"]["t"] == kind else None


def is_making(raw: Mapping[str, Any]) -> bool:
    """Whether an edit found no life to write over: the record begins with it."""
    return not raw.get("lx")


def first_author(edits: Sequence[Mapping[str, Any]], doc: Mapping[str, Any] | None) -> str:
    """Who made the record, told from its edits in the order they came; where none is here, as when
    somebody else's copy brought it back to an office that forgot it, who wrote it last. Empty: it
    is not here."""
    for raw in (*filter(is_making, edits), *edits):
        return str(raw["mark"][2])
    books = doc["_m"] if doc is not None else {"l": ()}
    return str(books["d"][books["l"][0]][4]) if books["l"] else ""


def _note(
    kind: Kind[Any] | None,
    record_id: str,
    doc: Mapping[str, Any],
    there: Place,
    naming: dict[str, set[str]],
) -> None:
    if kind is not None:
        for other in linked(kind, doc, there) - {record_id}:
            naming.setdefault(other, set()).add(record_id)


def _moving(kinds: Mapping[str, Kind[Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"person": {"department", "unit"}}
    for kind in kinds.values():
        for path in (*kind.reach.owner, *kind.reach.department, *kind.reach.unit):
            name, _, behind = path.partition(".")
            meaning = kind.meanings.get(name)
            if behind and isinstance(meaning, Link):
                found.setdefault(meaning.kind, set()).add(behind)
    return found
