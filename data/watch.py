"""Which records want a second look, kept up to date commit by commit.

The first question looks at every line once, as bytes: a document is parsed only where two values
may stand beside each other, an edit only where it may have deleted or settled something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar, cast

from data.packing import loads
from data.store import Store

T = TypeVar("T")

APART: Final = b":[["
"""Stands once in a document's books (its dots), and again before every field with two values."""

DELETES, SETTLES = b'"del":true', b'],["'
"""What stands in an edit that deletes, and in one that wrote over several values at once."""

_FEW: Final = 2000


class Watch:
    """The records of a store that hold concurrent values, and those whose edits tell of one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._concurrent: dict[str, str] = {}
        self._eventful: set[str] = set()
        self._news: dict[str, set[str]] = {}
        self._remembered: dict[str, dict[str, Any]] = {}
        self._kept: dict[str, Any] = {}
        self._commits: Counter[str] = Counter()
        store.listen(self._touched)

    def concurrent(self) -> dict[str, str]:
        """By id: the kind of every living record in which two values of a field stand."""
        news = self.news("concurrent")
        if news is None:
            self._concurrent = dict(_all_apart(self._store))
        for record_id in news or ():
            self._concurrent.pop(record_id, None)
            line = self._store.line(record_id)
            if line is not None and (kind := _kind_apart(line)):
                self._concurrent[record_id] = kind
        return self._concurrent

    def eventful(self) -> set[str]:
        """Every record with an edit that deleted it, or that settled values which stood apart."""
        news, history = self.news("eventful"), self._store.books.history
        if news is None:
            lines = (line for some in history.newest() for line in some)
            self._eventful = {str(loads(line)["id"]) for line in lines if _tells(line)}
        self._eventful.update(i for i in news or () if any(map(_tells, history.lines(i))))
        return self._eventful

    def news(self, asker: str) -> set[str] | None:
        """The records touched since `asker` asked last. None the first time, and when so many
        were that a look at everything is quicker."""
        news, self._news[asker] = self._news.get(asker), set()
        return None if news is None or len(news) > _FEW else news

    def remembered(self, record_id: str, what: str, tell: Callable[[str], T]) -> T:
        """What `tell` says of a record, asked again only when the record was touched."""
        told = self._remembered.setdefault(record_id, {})
        if what not in told:
            told[what] = tell(record_id)
        return cast("T", told[what])

    def kept(self, what: str, make: Callable[[], T]) -> T:
        """Something that goes on from question to question; made for the first of them."""
        if what not in self._kept:
            self._kept[what] = make()
        return cast("T", self._kept[what])

    def commits(self, kinds: Iterable[str]) -> int:
        """A number that grows with every commit that touches records of these kinds."""
        return sum(self._commits[kind] for kind in kinds)

    def _touched(self, touched: Iterable[tuple[str, str]]) -> None:
        touched = tuple(touched)
        self._commits.update({kind for kind, _ in touched})
        for _, record_id in touched:
            self._remembered.pop(record_id, None)
            for news in self._news.values():
                news.add(record_id)


def _all_apart(store: Store) -> Iterator[tuple[str, str]]:
    for rows in tuple(store.storage.tables.values()):
        for ids, lines in rows.frozen():
            for record_id, line in zip(ids, lines, strict=True):
                if kind := _kind_apart(line):
                    yield record_id, kind


def _kind_apart(line: bytes) -> str:
    """The record's kind if it lives and two values of a field stand in it, else nothing."""
    if line.count(APART) < 2:
        return ""
    books: Any = loads(line)["_m"]
    apart = books["l"] and any(isinstance(live, list) for live in books["c"].values())
    return str(books["t"]) if apart else ""


def _tells(line: bytes) -> bool:
    return DELETES in line or SETTLES in line
