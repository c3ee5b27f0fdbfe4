"""An index: which documents have a value at a path, and which have one within bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

from sortedcontainers import SortedList

Path: TypeAlias = tuple[str, ...]
"""The keys from the top of a document to a value, as TinyDB's queries name them."""

MISSING: Final[dict[str, Any]] = {}
"""In a column: this document has nothing at the path. No scalar equals it, and it is JSON."""

_Ids: TypeAlias = "str | dict[str, None]"


def value_at(doc: Any, path: Path) -> Any:
    """The value, or MISSING; found as TinyDB finds it."""
    if len(path) == 1 and type(doc) is dict:
        return doc.get(path[0], MISSING)
    for part in path:
        try:
            doc = doc[part]
        except (KeyError, TypeError):
            return MISSING
    return doc


def in_column(value: Any) -> Any:
    """The value as a snapshot's column keeps it: what no index finds is only told to be there."""
    found = isinstance(value, (str, int, type(None))) or _sort(value) == "number"
    return value if found or value is MISSING else []


class Bounds:
    """A range of values; a side that is not asked about is open without end."""

    def __init__(self) -> None:
        self.low: list[tuple[Any, bool]] = []
        self.high: list[tuple[Any, bool]] = []
        """Values with whether they themselves belong to it."""

    def narrow(self, operator: str, value: Any) -> None:
        side = self.low if operator[0] == ">" else self.high
        side.append((value, operator.endswith("=")))

    def values(self) -> list[Any]:
        return [value for value, _ in (*self.low, *self.high)]

    def slice_of(self, ordered: SortedList) -> tuple[int, int]:
        start, end = 0, len(ordered)
        for value, itself in self.low:
            find = ordered.bisect_left if itself else ordered.bisect_right
            start = max(start, find(value))
        for value, itself in self.high:
            find = ordered.bisect_right if itself else ordered.bisect_left
            end = min(end, find(value))
        return start, end


class Index:
    """Ids by the scalar at one path. Kept up by `add` and `take`, document by document."""

    def __init__(self, path: Path, ids: Collection[str] = (), values: Collection[Any] = ()) -> None:
        """`values`: what stands at the path in each of the documents `ids`."""
        self.path = path
        self._ids: dict[Any, _Ids] = {}
        self._ordered: SortedList | None = None
        self._count = {"text": 0, "number": 0, "": 0}
        if set(map(type, values)) == {str}:
            each_once: dict[Any, _Ids] = dict(zip(values, ids, strict=True))
            if len(each_once) == len(ids):  # a number, a name: what is asked for first at a start
                self._ids, self._count["text"] = each_once, len(ids)
                return
        for record_id, value in zip(ids, values, strict=True):
            self._add(record_id, value)

    def put(self, record_id: str, before: Any, after: Mapping[str, Any] | None) -> None:
        """The document was `before` (None: it was not there) and is `after` (None: it is gone)."""
        new = MISSING if after is None else value_at(after, self.path)
        if before is None:
            self._add(record_id, new)
            return
        old = value_at(before, self.path)
        if old is new or (old is not MISSING and new is not MISSING and _same(old, new)):
            return
        self._take(record_id, old)
        self._add(record_id, new)

    def equal(self, value: Any) -> Collection[str]:
        """The ids whose value equals it, as Python compares: 1, 1.0 and True are one."""
        ids = self._ids.get(value, ())
        return (ids,) if type(ids) is str else ids

    def between(self, bounds: Bounds) -> list[str] | None:
        """The ids inside the bounds; None where comparing could be refused, so must be tried."""
        asked = {_sort(value) for value in bounds.values()}
        there = {sort for sort, count in self._count.items() if count}
        if len(asked) != 1 or not there <= asked or asked == {""}:
            return None if there else []
        if self._ordered is None:
            self._ordered = SortedList(self._ids)
        start, end = bounds.slice_of(self._ordered)
        return self._in_order(self._ordered.islice(start, end))

    def _in_order(self, values: Iterable[Any]) -> list[str]:
        found: list[Any] = list(map(self._ids.__getitem__, values))
        if dict not in set(map(type, found)):
            return found
        return [i for ids in found for i in ((ids,) if type(ids) is str else ids)]

    def _add(self, record_id: str, value: Any) -> None:
        if value is MISSING:
            return
        sort = _sort(value)
        self._count[sort] += 1
        if sort == "" and value is not None:
            return
        there = self._ids.get(value)
        if there is None:
            self._ids[value] = record_id
            if self._ordered is not None:
                self._insert(value)
        elif type(there) is str:
            self._ids[value] = {there: None, record_id: None}
        else:
            there[record_id] = None  # type: ignore[index]

    def _take(self, record_id: str, value: Any) -> None:
        if value is MISSING:
            return
        sort = _sort(value)
        self._count[sort] -= 1
        if sort == "" and value is not None:
            return
        there = self._ids[value]
        if type(there) is str:
            del self._ids[value]
            if self._ordered is not None:
                self._ordered.remove(value)
        else:
            del there[record_id]  # type: ignore[union-attr]
            if len(there) == 1:
                self._ids[value] = next(iter(there))

    def _insert(self, value: Any) -> None:
        assert self._ordered is not None
        if _sort(value) == "" or (self._ordered and _sort(value) != _sort(self._ordered[0])):
            self._ordered = None  # it cannot be ordered any more; asked again, it is tried again
        else:
            self._ordered.add(value)


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new)


def _sort(value: Any) -> str:
    """What a value can be ordered among: texts, numbers, or nothing."""
    if isinstance(value, str):
        return "text"
    return "number" if isinstance(value, (int, float)) and value == value else ""
