"""A record's past, told from its edits: what each of them changed, and from what.

Pure functions. Which edits there are is the caller's: this copy's, and those the office sent. What
an edit wrote over may stand in an edit that is not among them; then the past says so.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from data.as_of import state_at
from data.conflicts import Known, clock_off, when
from data.edit import Edit
from data.packing import loads_many
from data.state import Dot, State

What = Literal["added", "changed", "deleted", "brought back"]


@dataclass(frozen=True, slots=True)
class Change:
    """One field in one edit. `before`: what stood there; a None in it is not known here."""

    field: str
    before: tuple[Known | None, ...]
    after: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One edit as history tells it."""

    edit: Edit
    what: What
    changes: tuple[Change, ...]
    added: Mapping[str, tuple[str, ...]]
    removed: Mapping[str, tuple[str, ...]]
    clock_ms: int
    """By how much the writer's clock was ahead; negative: behind."""


def together(edits: Iterable[Edit], *more: Edit, state: State | None = None) -> list[Edit]:
    """Edits of a record from several places, each once, by the time that counts, and whatever the
    clocks say none before one that its writer knew. Order times that only the state knows are
    taken from it."""
    by_dot: dict[Dot, Edit] = {}
    for edit in (*edits, *more):
        there = by_dot.get(edit.dot)
        known = None if state is None else state.marks.get(edit.dot)
        times = [m.ot for m in (edit.mark, there and there.mark, known) if m and m.ot is not None]
        mark = edit.mark._replace(ot=min(times, default=None))
        by_dot[edit.dot] = edit if mark == edit.mark else edit._replace(mark=mark)
    return _in_order(by_dot)


def steps(edits: Iterable[Edit]) -> list[Step]:
    """What happened to a record, in the order in which it counts."""
    edits = list(edits)
    by_dot = {edit.dot: edit for edit in edits}
    place = {dot: n for n, dot in enumerate(by_dot)}

    def known(edit: Edit, name: str) -> list[Dot]:
        """What it wrote over, the earliest first, and last what is not known here."""
        return sorted(over(edit, name), key=lambda dot: place.get(dot, len(place)))

    told, deleted = list[Step](), False
    for edit in edits:
        changes = tuple(
            Change(name, tuple(_wrote(by_dot.get(dot), name) for dot in known(edit, name)), value)
            for name, value in edit.values.items()
        )
        removed = {name: tuple(losses) for name, losses in edit.remove.items()}
        told.append(
            Step(edit, _what(edit, deleted), changes, edit.add, removed, clock_off(edit.mark))
        )
        deleted = deleted or edit.delete
    return told


def over(edit: Edit, name: str) -> tuple[Dot, ...]:
    """What the edit wrote over in a field."""
    return edit.over.get(name, ())


def whole(edits: Iterable[Edit], state: State | None) -> bool:
    """Whether these are all the record's edits: none of them, nor the state, tells of another."""
    edits = list(edits)
    known = {edit.dot for edit in edits}
    named = set[Dot]().union(*map(_named, edits))
    if state is not None:
        named.update(state.marks)
        named.update(Dot(replica, n) for replica, n in state.vv.items())
        told = state_at(edits)
        if told is None or told.life != state.life:
            return False  # a deleting that nobody names
    return named <= known


def newest_gestures(chunks: Iterable[list[bytes]], most: int) -> list[tuple[Edit, ...]]:
    """The newest gestures, the newest first, from edits as lines; `chunks` of them, the newest
    chunk first, are read until there are enough."""
    by_gesture: dict[str, list[Any]] = defaultdict(list)
    for lines in chunks:
        for raw in loads_many(lines):
            by_gesture[raw["g"]].append(raw)
        if len(by_gesture) > most:
            break
    newest = heapq.nlargest(most, by_gesture.values(), key=lambda raws: _at(raws[0]))
    parts = ((Edit.from_json(raw) for raw in raws) for raws in newest)
    return [tuple(sorted(part, key=lambda edit: (edit.mark.stamp, edit.dot))) for part in parts]


def _in_order(by_dot: Mapping[Dot, Edit]) -> list[Edit]:
    waits = {dot: _named(edit) & by_dot.keys() for dot, edit in by_dot.items()}
    last: dict[str, Dot] = {}
    for dot in sorted(by_dot):  # of one run each knew those before it
        if dot.replica in last:
            waits[dot].add(last[dot.replica])
        last[dot.replica] = dot
    followers: dict[Dot, list[Dot]] = defaultdict(list)
    for dot, before in waits.items():
        for other in before:
            followers[other].append(dot)
    ready = [(when(by_dot[dot].mark), dot) for dot, before in waits.items() if not before]
    heapq.heapify(ready)
    ordered: list[Edit] = []
    while ready:
        _, dot = heapq.heappop(ready)
        ordered.append(by_dot[dot])
        for other in followers[dot]:
            waits[other].discard(dot)
            if not waits[other]:
                heapq.heappush(ready, (when(by_dot[other].mark), other))
    # Edits that know each other in a ring no app of ours writes; they are told all the same.
    told = {edit.dot for edit in ordered}
    return ordered + [by_dot[dot] for dot in sorted(by_dot) if dot not in told]


def _named(edit: Edit) -> set[Dot]:
    """The dots of the edits that this one tells of."""
    named = {*edit.life_over, *(dot for dots in edit.over.values() for dot in dots)}
    named.update(d for losses in edit.remove.values() for dots in losses.values() for d in dots)
    return named


def _at(raw: Any) -> int:
    return int(raw["mark"][0] if raw["mark"][1] is None else raw["mark"][1])


def _what(edit: Edit, deleted: bool) -> What:
    if edit.delete:
        return "deleted"
    if edit.life_over:
        return "changed"
    return "brought back" if deleted else "added"


def _wrote(edit: Edit | None, name: str) -> Known | None:
    return Known(edit.values[name]) if edit is not None and name in edit.values else None
