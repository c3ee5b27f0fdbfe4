"""What looks wrong though no two values of a field stand apart: it is asked, and nothing waits.

One person checked in twice more than five minutes apart, one number on two slips or envelopes, one
person called by two units on one date. Every copy that holds the same records asks the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any, Final, Literal

from data.desk import Desk
from data.kind import Kind
from data.kinds.attendance import take_back
from data.kinds.envelopes import ENVELOPE
from data.kinds.people import CAST
from data.kinds.receipts import RECEIPT
from data.kinds.schedule import DAY, PERSONAL_CALL, PersonalCall
from data.kinds.times import TIME, TimeEvent, twins
from data.kinds.voiding import taken_back
from data.packing import loads

RECENT: Final = timedelta(days=14)

What = Literal["twice", "number", "double-booked"]
Scope = tuple[str, ...]
"""Records that are looked at together: a kind, and which of it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Records that hardly can all be right, in order."""

    what: What
    kind: str
    records: tuple[str, ...]

    @property
    def id(self) -> str:
        told = "\n".join([self.what, *sorted(self.records)])
        return blake2b(told.encode(), digest_size=16).hexdigest()


def doubts(desk: Desk) -> list[Doubt]:
    """Everything that looks wrong and that nobody at this copy has said is right."""
    seen = set(desk.store.meta.get("seen", ()))
    asked = desk.watch.kept("doubts", Asked).of(desk)
    return sorted((d for d in asked if d.id not in seen), key=lambda d: (d.what, d.records))


def keep_time(desk: Desk, doubt: Doubt, kept: str) -> None:
    """Of one person's times that were said twice this one counts; the others are taken back."""
    with desk.gesture():
        for record_id in doubt.records:
            event = desk.find(TIME, record_id)
            if event is not None and record_id != kept:
                take_back(desk, event, reason="said twice")


class Asked:
    """Doubts by scope; of each commit only the scopes that it touched are looked at again."""

    def __init__(self) -> None:
        self._scope_of: dict[str, Scope] = {}
        self._within: dict[Scope, set[str]] = {}
        self._doubts: dict[Scope, list[Doubt]] = {}

    def of(self, desk: Desk) -> Iterable[Doubt]:
        news, touched = desk.watch.news("doubts"), set[Scope]()
        for record_id, kind, doc in _documents(desk, news):
            scope = None if doc is None else SCOPES[kind](doc)
            touched |= self._move(record_id, None if scope is None else (kind, *scope))
            touched |= self._beside(kind, doc or {})
        for scope in touched:
            records = sorted(self._within[scope])
            self._doubts[scope] = _TOLD[scope[0]](desk, records) if len(records) > 1 else []
        return [doubt for told in self._doubts.values() for doubt in told]

    def _move(self, record_id: str, scope: Scope | None) -> set[Scope]:
        """Both scopes of a record that changed its scope, or the one it has."""
        before = self._scope_of.pop(record_id, None)
        if before is not None:
            self._within[before].discard(record_id)
        if scope is not None:
            self._scope_of[record_id] = scope
            self._within.setdefault(scope, set()).add(record_id)
        return {scope for scope in (before, scope) if scope is not None}

    def _beside(self, kind: str, doc: Mapping[str, Any]) -> set[Scope]:
        """Scopes that a record is not in and yet decides about: what it takes back, its date."""
        if kind == DAY.name:
            return {scope for scope in self._within if scope[0] == PERSONAL_CALL.name}
        if kind == TIME.name and doc.get("what") == "void":
            said = ((kind, *_of_person(doc), what) for what in ASKED_TWICE)
            return {scope for scope in said if scope in self._within}
        return set()


def _documents(
    desk: Desk, news: Iterable[str] | None
) -> Iterator[tuple[str, str, Mapping[str, Any] | None]]:
    """(id, kind, document) of every record in question; a deleted one has no document."""
    for name in SCOPES if news is None else ():
        if name == TIME.name:
            yield from _recent_times(desk)
        elif name in desk.store.storage.tables:
            for record_id, standing in desk.store.storage.tables[name].each():
                yield record_id, name, standing
    for record_id in news or ():
        doc = desk.store.document(record_id)
        if doc is not None and doc["_m"]["t"] in SCOPES:
            yield record_id, doc["_m"]["t"], doc if doc["_m"]["l"] else None


def _recent_times(desk: Desk) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Times of the last days: older ones are on the payroll by now, and there are very many. Those
    that a copy brings late are asked about all the same: they come with a commit."""
    first = desk.now().date() - RECENT
    for day in desk.all(DAY):
        if day.date is None or day.date >= first:
            for record_id, line in desk.store.lines_having(TIME.name, "day", day.id):
                yield record_id, TIME.name, loads(line)


def _time_scope(doc: Mapping[str, Any]) -> Scope | None:
    what = doc.get("what")
    return (*_of_person(doc), str(what)) if what in ASKED_TWICE else None


def _of_person(doc: Mapping[str, Any]) -> Scope:
    return (str(doc.get("day")), str(doc.get("person")), str(doc.get("unit", "")))


def _slip_scope(doc: Mapping[str, Any]) -> Scope | None:
    envelope, number = doc.get("envelope"), doc.get("number")
    return (str(envelope), str(number)) if envelope and number and not doc.get("void") else None


ASKED_TWICE: Final = ("in", "out")

SCOPES: Final[Mapping[str, Callable[[Mapping[str, Any]], Scope | None]]] = {
    TIME.name: _time_scope,
    RECEIPT.name: _slip_scope,
    ENVELOPE.name: lambda doc: (str(doc.get("number", "")).casefold(),),
    CAST.name: lambda doc: (str(doc.get("number", "")),),
    PERSONAL_CALL.name: lambda doc: (str(doc.get("person", "")),),
    DAY.name: lambda _doc: None,
}
"""By kind: which of its records are looked at together."""


def _said_twice(desk: Desk, records: list[str]) -> list[Doubt]:
    """Times of one person that stand more than five minutes apart; nearer ones are twins."""
    events = [event for i in records if (event := desk.find(TIME, i)) is not None]
    gone = taken_back(desk.having(TIME, "day", events[0].day)) if events else frozenset()
    standing = sorted((e for e in events if e.id not in gone), key=lambda e: (e.at, e.id))
    apart = [event for event in standing if not _twin_of_another(event, standing)]
    if len(apart) < 2:
        return []
    return [Doubt("twice", TIME.name, tuple(event.id for event in apart))]


def _twin_of_another(event: TimeEvent, standing: list[TimeEvent]) -> bool:
    """Whether somebody said the same a little earlier: the earlier counts."""
    return any(
        other is not event and (other.at, other.id) < (event.at, event.id) and twins(other, event)
        for other in standing
    )


def _one_number(kind: Kind[Any]) -> Callable[[Desk, list[str]], list[Doubt]]:
    return lambda _desk, records: [Doubt("number", kind.name, tuple(records))]


def _double_booked(desk: Desk, records: list[str]) -> list[Doubt]:
    """Own calls of one person on one date for two units."""
    by_date: dict[date, list[PersonalCall]] = defaultdict(list)
    for record_id in records:
        call = desk.find(PERSONAL_CALL, record_id)
        day = None if call is None else desk.find(DAY, call.day)
        if call is not None and day is not None and call.call is not None and not call.off:
            by_date[day.date].append(call)
    return [
        Doubt("double-booked", PERSONAL_CALL.name, tuple(call.id for call in calls))
        for _, calls in sorted(by_date.items())
        if len({call.day for call in calls}) > 1
    ]


_TOLD: Final[Mapping[str, Callable[[Desk, list[str]], list[Doubt]]]] = {
    TIME.name: _said_twice,
    RECEIPT.name: _one_number(RECEIPT),
    ENVELOPE.name: _one_number(ENVELOPE),
    CAST.name: _one_number(CAST),
    PERSONAL_CALL.name: _double_booked,
}
