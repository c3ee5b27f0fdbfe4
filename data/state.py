"""The state of one record and the join of two: the only thing that is ever merged.

A state holds, for every field, the values nobody has yet written over, each under the *dot*
(replica, n) of the edit that wrote it; the dots that keep the record alive; and a version vector
`vv` of all edits it includes. `join` is commutative, associative and idempotent, so copies may meet
in any order, any number of times, by any way. It knows no schema and no role. Causality comes from
the vector; stamps (milliseconds of a clock that may be wrong) only pick which of several truly
concurrent values is shown first.

Sources: observed-remove sets and delta-state CRDTs (Almeida, Shoker, Baquero 2018); dotted version
vectors (Preguiça et al. 2010).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, TypeVar

from data.errors import Malformed, ReplicaCloned


class Dot(NamedTuple):
    """The name of one edit: the replica that made it and its number there, from 1."""

    replica: str
    n: int


class Mark(NamedTuple):
    """What is known of a dot besides its values: its stamp (ms), the hub's order time, the user."""

    stamp: int
    ot: int | None
    user: str


Cells: TypeAlias = dict[Dot, Any]
Elements: TypeAlias = dict[str, frozenset[Dot]]


@dataclass(frozen=True, slots=True)
class State:
    """One record as it merges. Never changed in place; treat the dictionaries as frozen."""

    id: str
    kind: str
    vv: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[Dot, Mark] = field(default_factory=dict)
    life: frozenset[Dot] = frozenset()
    cells: Mapping[str, Cells] = field(default_factory=dict)
    sets: Mapping[str, Elements] = field(default_factory=dict)
    text: bytes | None = field(default=None, init=False, compare=False, repr=False)
    """Its canonical form (canonical.py), once somebody has asked for that."""

    @property
    def alive(self) -> bool:
        return bool(self.life)

    def ranked(self, name: str) -> list[Dot]:
        """The live dots of a field, the one to show first (latest by order time) at the head."""
        live = list(self.cells.get(name, ()))
        return live if len(live) < 2 else sorted(live, key=self.rank, reverse=True)

    def rank(self, dot: Dot) -> tuple[int, str, int]:
        mark = self.marks[dot]
        return (mark.stamp if mark.ot is None else mark.ot, dot.replica, dot.n)

    def dots(self) -> set[Dot]:
        """Every dot that a cell, an element or the life still refers to."""
        return _dots(self.life, self.cells, self.sets)


def seen(vv: Mapping[str, int], dot: Dot) -> bool:
    return dot.n <= vv.get(dot.replica, 0)


def includes(big: State, small: State) -> bool:
    """Whether every edit in `small` is in `big` already, so that joining it changes nothing."""
    return all(n <= big.vv.get(replica, 0) for replica, n in small.vv.items())


def join(a: State, b: State) -> State:
    """Both records' edits in one state. ReplicaCloned if one dot has two contents."""
    if a is b:
        return a
    if (a.id, a.kind) != (b.id, b.kind):
        raise Malformed(f"{a.kind} {a.id} cannot be joined with {b.kind} {b.id}.")
    marks = _join_marks(a.marks, b.marks)
    a_old, b_old = _had(a.marks, b.vv), _had(b.marks, a.vv)
    cells = _join_fields(a.cells, b.cells, a_old, b_old, _join_cells)
    sets = _join_fields(a.sets, b.sets, a_old, b_old, _join_elements) if a.sets or b.sets else {}
    if sets and not cells.keys().isdisjoint(sets):
        raise Malformed(
            f"{a.kind} {a.id}: one field is a value on one copy and a set on the other."
        )
    life = _join_dots(a.life, b.life, a_old, b_old)
    used = _dots(life, cells, sets)
    return State(a.id, a.kind, _join_vv(a.vv, b.vv), _kept(marks, used), life, cells, sets)


def write(
    state: State,
    dot: Dot,
    mark: Mark,
    *,
    values: Mapping[str, Any] | None = None,
    add: Mapping[str, Iterable[str]] | None = None,
    remove: Mapping[str, Mapping[str, Iterable[Dot]]] | None = None,
    over: Mapping[str, Iterable[Dot]] | None = None,
    delete: bool = False,
) -> State:
    """The state after one edit. `over` names, by field, the dots the person was shown.

    A field missing from `over` is written over whatever stands there now. `delete` takes the life
    away and leaves the cells; any other edit makes the record alive.
    """
    if seen(state.vv, dot):
        raise ReplicaCloned(f"the edit {dot.replica}/{dot.n} was made before.")
    cells = dict(state.cells)
    for name, value in (values or {}).items():
        current = cells.get(name, {})
        gone = set(over[name]) if over and name in over else set(current)
        cells[name] = {d: v for d, v in current.items() if d not in gone} | {dot: value}
    sets = dict(state.sets)
    for name, elements in (add or {}).items():
        grown = dict(sets.get(name, {}))
        for element in elements:
            grown[element] = frozenset({dot})
        sets[name] = grown
    for name, losses in (remove or {}).items():
        left = dict(sets.get(name, {}))
        for element, dots in losses.items():
            left[element] = left.get(element, _NONE) - frozenset(dots)
        sets[name] = {element: dots for element, dots in left.items() if dots}
    sets = {name: elements for name, elements in sets.items() if elements}
    life = _NONE if delete else frozenset({dot})
    marks = _kept({**state.marks, dot: mark}, _dots(life, cells, sets))
    return State(state.id, state.kind, {**state.vv, dot.replica: dot.n}, marks, life, cells, sets)


_NONE: frozenset[Dot] = frozenset()
_TEXT = frozenset({str})
_SIMPLE = frozenset({str, int, bool, type(None)})
T = TypeVar("T", Cells, Elements)


def _join_marks(a: Mapping[Dot, Mark], b: Mapping[Dot, Mark]) -> dict[Dot, Mark]:
    marks = {**b, **a}
    for dot in a.keys() & b.keys():
        ours, theirs = a[dot], b[dot]
        if ours == theirs:
            continue
        if (ours.stamp, ours.user) != (theirs.stamp, theirs.user):
            raise ReplicaCloned(f"the edit {dot.replica}/{dot.n} has two authors or times.")
        times = [ot for ot in (ours.ot, theirs.ot) if ot is not None]
        marks[dot] = ours._replace(ot=min(times))
    return marks


def _had(dots: Iterable[Dot], vv: Mapping[str, int]) -> set[Dot]:
    """Those the other side has seen: where it does not hold them, it has written over them."""
    return {dot for dot in dots if dot.n <= vv.get(dot.replica, 0)}


def _join_vv(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    vv = dict(a)
    for replica, n in b.items():
        if n > vv.get(replica, 0):
            vv[replica] = n
    return vv


def _join_fields(
    a: Mapping[str, T],
    b: Mapping[str, T],
    a_old: set[Dot],
    b_old: set[Dot],
    join_one: Callable[[T, T, set[Dot], set[Dot]], T],
) -> dict[str, T]:
    joined: dict[str, T] = {}
    nothing: T = {}
    for name, ours in a.items():
        theirs = b.get(name, nothing)
        if ours == theirs and _TEXT.issuperset(map(type, ours.values())):
            joined[name] = ours  # most fields of most records; two equal texts are the same
        elif kept := join_one(ours, theirs, a_old, b_old):
            joined[name] = kept
    for name in b.keys() - a.keys():
        if kept := join_one(nothing, b[name], a_old, b_old):
            joined[name] = kept
    return joined


def _join_cells(a: Cells, b: Cells, a_old: set[Dot], b_old: set[Dot]) -> Cells:
    kept: Cells = {}
    for dot, value in a.items():
        if dot in b:
            if not _same(value, b[dot]):
                raise ReplicaCloned(f"the edit {dot.replica}/{dot.n} has two contents.")
        elif dot in a_old:
            continue
        kept[dot] = value
    for dot, value in b.items():
        if dot not in a and dot not in b_old:
            kept[dot] = value
    return kept


def _join_elements(a: Elements, b: Elements, a_old: set[Dot], b_old: set[Dot]) -> Elements:
    if a == b:
        return a
    elements = {
        element: _join_dots(a.get(element, _NONE), b.get(element, _NONE), a_old, b_old)
        for element in a.keys() | b.keys()
    }
    return {element: dots for element, dots in elements.items() if dots}


def _join_dots(
    a: frozenset[Dot], b: frozenset[Dot], a_old: set[Dot], b_old: set[Dot]
) -> frozenset[Dot]:
    return a if a == b else (a & b) | (a - b - a_old) | (b - a - b_old)


def _same(a: Any, b: Any) -> bool:
    """Equal as JSON: 1 and True are equal in Python and are not the same value."""
    if a is b or a != b:
        return a is b
    if type(a) is type(b) and type(a) in _SIMPLE:
        return True
    # Two texts of Python's cost less than two of JSON's; only the latter do not mind the order.
    return repr(a) == repr(b) or json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def _dots(
    life: frozenset[Dot], cells: Mapping[str, Cells], sets: Mapping[str, Elements]
) -> set[Dot]:
    used = set(life)
    for live in cells.values():
        used.update(live)
    for elements in sets.values():
        for dots in elements.values():
            used.update(dots)
    return used


def _kept(marks: Mapping[Dot, Mark], used: set[Dot]) -> Mapping[Dot, Mark]:
    """Marks of dots that nothing refers to any more would differ between copies; they go."""
    if len(used) == len(marks):
        return marks
    return {dot: mark for dot, mark in marks.items() if dot in used}
