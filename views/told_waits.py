"""How it is put into words what the office did not let stand, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from data.desk import Desk
from data.kind import Kind
from data.kinds.people import called
from data.kinds.times import TIME
from data.kinds.waiting import Waiting, wanted
from data.waits import decided
from views import told

MOST = 2


def lines(desk: Desk, waiting: Waiting) -> list[str]:
    """What was written, field by field, from what stands to what was wanted:
    `General call: 07:00 → 07:30`."""
    kind, want = desk.kinds.get(waiting.record_kind), wanted(waiting)
    if kind is None:
        return ["A record that this version does not know"]
    document = desk.store.document(waiting.record)
    alive = document is not None and bool(document["_m"]["l"])
    found = [] if alive or want.delete else ["A new record"]
    for name, raw in _in_order(kind, want.values):
        if name not in kind.meanings:
            found.append(f"{name}: a field that this version does not know")
            continue
        there = (document or {}).get(name) if alive else None
        before, after = (told.value(desk, kind, name, value) for value in (there, raw))
        changes = f"{before} → {after}" if alive and before != told.NOTHING else after
        found.append(f"{_label(kind, name)}: {changes}")
    found += _elements(kind, want.add, "with")
    found += _elements(kind, want.remove, "without")
    return [*found, *(["Delete it"] if want.delete else [])]


def brief(desk: Desk, waiting: Waiting) -> str:
    """The same in the middle of a sentence: `General call 07:30 and Location Mill`."""
    kind, want = desk.kinds.get(waiting.record_kind), wanted(waiting)
    if want.delete or kind is None:
        return "deleting" if want.delete else "edit"
    told_of = [
        f"{_label(kind, name)} {told.value(desk, kind, name, raw)}"
        for name, raw in _in_order(kind, want.values)
        if name in kind.meanings
    ]
    told_of += [_label(kind, name) for name in (*want.add, *want.remove) if name in kind.meanings]
    more = " and more" if len(told_of) > MOST else ""
    return " and ".join(told_of[:MOST]) + more or "edit"


def standing(desk: Desk, waiting: Waiting) -> str:
    """Where it stands, to its author, in one line."""
    return f"{outcome(desk, waiting)}: your {counts(desk, waiting)}"


def outcome(desk: Desk, waiting: Waiting) -> str:
    """`Waiting at the office`, `Released by Amara, Tue 9 Jun, 06:30`."""
    if waiting.outcome == "open":
        return "Waiting at the office"
    at = told.at(desk, decided(desk, waiting).stamp)
    return f"{waiting.outcome.capitalize()} by {called(desk, waiting.by)}, {at}"


def counts(desk: Desk, waiting: Waiting) -> str:
    """Whether what was written counts, and why not."""
    said = brief(desk, waiting)
    if waiting.outcome == "released":
        return f"{said} counts."
    yet = " yet" if waiting.outcome == "open" else ""
    return f"{said} is not counted{yet}. Why: {waiting.sentence}"


def _label(kind: Kind[Any], name: str) -> str:
    """`At` says nothing in the middle of a sentence."""
    return "Time" if (kind, name) == (TIME, "at") else kind.label(name)


def _in_order(kind: Kind[Any], values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """As the kind has its fields, what it does not know at the end."""
    names = list(kind.meanings)
    return sorted(values.items(), key=lambda pair: (*names, pair[0]).index(pair[0]))


def _elements(kind: Kind[Any], some: Any, how: str) -> Iterator[str]:
    for name, elements in some.items():
        if name in kind.meanings:
            names = ", ".join(e if len(e) < 64 else "a photo" for e in elements)
            yield f"{_label(kind, name)}: {how} {names}"
