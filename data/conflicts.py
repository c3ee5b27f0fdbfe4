"""What is shown and who must look where copies wrote one field apart. Derived, never stored.

A field is in conflict when two of its live values differ, come from different people, and its rule
wants somebody to look. Equal values never are, nor what one person wrote on two devices. Every copy
that holds the same state derives the same items with the same ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from data.edit import Edit
from data.kind import Kind, Rule
from data.state import Dot, Mark, State

RULES: Final[Mapping[str, Rule]] = {
    "line": "lww",
    "prose": "review",
    "phone": "lww",
    "email": "lww",
    "count": "lww",
    "minutes": "review",
    "walltime": "review",
    "eighths": "lww",
    "flag": "lww",
    "day": "review",
    "moment": "review",
    "photos": "set",
    "words": "set",
    "looks": "set",
    "pages": "lww",
    "money": "group",
    "meal": "group",
    "choice": "review",
    "link": "ref",
}
"""By meaning. `lww`: the later by order is shown; `review`: the same, and somebody looks; `group`:
as `review`, of one value in several parts; `flow`: what allows least is shown, and somebody looks;
`set`: both; `ref`: as `lww`, and may dangle; `once`: a second write is refused."""

ASKED: Final[frozenset[Rule]] = frozenset({"review", "group", "flow"})

WRONG_MS: Final = 120_000
"""A clock that is off by more is said to be wrong."""


def rule_of(kind: Kind[Any], name: str) -> Rule:
    """The field's rule: its kind's word, or its meaning's. Of paper somebody always looks."""
    if kind.nature == "fact":
        return "once"
    if name in kind.flows:
        return "flow"
    rule = kind.merge.get(name) or RULES[kind.meanings[name].name]
    return "review" if kind.nature == "paper" and rule in ("lww", "ref") else rule


@dataclass(frozen=True, slots=True)
class Side:
    """One of the values, with everybody who wrote it, the latest first."""

    value: Any
    dots: tuple[Dot, ...]
    marks: tuple[Mark, ...]

    @property
    def user(self) -> str:
        return self.marks[0].user

    @property
    def users(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(mark.user for mark in self.marks))


@dataclass(frozen=True, slots=True)
class Item:
    """A question: which of these values is right? The one that is shown meanwhile comes first."""

    id: str
    kind: str
    record: str
    field: str
    sides: tuple[Side, ...]

    @property
    def dots(self) -> tuple[Dot, ...]:
        """Exactly what the person is shown; the answer is written over these."""
        return tuple(sorted(dot for side in self.sides for dot in side.dots))

    @property
    def at(self) -> int:
        """When the latest of the values was written, in ms."""
        return max(when(mark) for side in self.sides for mark in side.marks)

    def side_of(self, user: str) -> Side | None:
        """The latest value of one person."""
        mine = [(when(m), side) for side in self.sides for m in side.marks if m.user == user]
        return max(mine, key=lambda pair: pair[0])[1] if mine else None


def items_of(kind: Kind[Any], state: State) -> Iterator[Item]:
    """The questions that a record asks; a deleted one asks none."""
    if not state.alive:
        return
    for name in sorted(state.cells.keys() & kind.meanings.keys()):
        if len(state.cells[name]) > 1 and rule_of(kind, name) in ASKED:
            sides = _sides(kind, state, name)
            if _differ(sides):
                dots = sorted(dot for side in sides for dot in side.dots)
                item = item_id(state.id, name, dots)
                yield Item(item, kind.name, state.id, name, tuple(sides))


def item_id(record: str, name: str, dots: Iterable[Dot]) -> str:
    """The same on every copy where these dots stand in this field."""
    told = json.dumps([record, name, [list(dot) for dot in sorted(dots)]], ensure_ascii=False)
    return blake2b(told.encode(), digest_size=16).hexdigest()


def when(mark: Mark) -> int:
    """The time that counts, in ms: the office's where it set one, else the writer's own."""
    return mark.stamp if mark.ot is None else mark.ot


def clock_off(mark: Mark) -> int:
    """By how many ms the writer's clock was ahead (negative: behind); 0 where it was right."""
    off = 0 if mark.ot is None else mark.stamp - mark.ot
    return off if abs(off) > WRONG_MS else 0


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is known, which may be nothing."""

    value: Any


def common(item: Item, edits: Iterable[Edit]) -> Known | None:
    """The value before all sides parted, as far as these edits tell; None: they do not."""
    by_dot = {edit.dot: edit for edit in edits}
    overs = [set(by_dot[dot].over.get(item.field, ())) for dot in item.dots if dot in by_dot]
    if len(overs) < len(item.dots):
        return None
    if not any(overs):
        return Known(None)  # each was the first to write the field
    shared = [by_dot[dot] for dot in set.intersection(*overs) if dot in by_dot]
    shared = [edit for edit in shared if item.field in edit.values]
    latest = max(shared, key=lambda edit: (when(edit.mark), edit.dot), default=None)
    return None if latest is None else Known(latest.values[item.field])


def same(kind: Kind[Any], name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field say the same to a person: 12.5 and 12.50 do."""
    return bool(kind.one(name, one) == kind.one(name, other))


def _sides(kind: Kind[Any], state: State, name: str) -> list[Side]:
    live = state.cells[name]
    read = {dot: kind.one(name, value) for dot, value in live.items()}
    grouped: list[list[Dot]] = []
    for dot in state.ranked(name):
        dots = next((dots for dots in grouped if read[dots[0]] == read[dot]), None)
        if dots is None:
            grouped.append([dot])
        else:
            dots.append(dot)
    sides = [
        Side(live[dots[0]], tuple(dots), tuple(state.marks[dot] for dot in dots))
        for dots in grouped
    ]
    if name in kind.flows:
        shown = kind.least(name, [side.value for side in sides])
        sides.sort(key=lambda side: side.value != shown)
    return sides


def _differ(sides: list[Side]) -> bool:
    """Whether two of the values come from different people."""
    return len(sides) > 1 and len({user for side in sides for user in side.users}) > 1
