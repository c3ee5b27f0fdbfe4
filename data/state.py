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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

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

    @property
    def alive(self) -> bool:
        return bool(self.life)

    def ranked(self, name: str) -> list[Dot]:
        """The live dots of a field, the one to show first (latest by order time) at the head."""
        return sorted(self.cells.get(name, {}), key=self.rank, reverse=True)

    def rank(self, dot: Dot) -> tuple[int, str, int]:
        mark = self.marks[dot]
        return (mark.stamp if mark.ot is None else mark.ot, dot.replica, dot.n)

    def dots(self) -> set[Dot]:
        """Every dot that a cell, an element or the life still refers to."""
        used = set(self.life)
        for cells in self.cells.values():
            used.update(cells)
        for elements in self.sets.values():
            for dots in elements.values():
                used.update(dots)
        return used


def seen(vv: Mapping[str, int], dot: Dot) -> bool:
    return dot.n <= vv.get(dot.replica, 0)


def includes(big: State, small: State) -> bool:
    """Whether every edit in `small` is in `big` already, so that joining it changes nothing."""
    return all(n <= big.vv.get(replica, 0) for replica, n in small.vv.items())


def join(a: State, b: State) -> State:
    """Both records' edits in one state. ReplicaCloned if one dot has two contents."""
    # Python's 1 == True is not ours, so equal values must look equal too.
    if a is b or (a == b and repr(a.cells) == repr(b.cells)):
        return a
    if (a.id, a.kind) != (b.id, b.kind):
        raise Malformed(f"{a.kind} {a.id} cannot be joined with {b.kind} {b.id}.")
    marks = _join_marks(a, b)
    cells: dict[str, Cells] = {}
    for name in a.cells.keys() | b.cells.keys():
        kept = _join_cells(a.cells.get(name, {}), a.vv, b.cells.get(name, {}), b.vv)
        if kept:
            cells[name] = kept
    sets: dict[str, Elements] = {}
    for name in a.sets.keys() | b.sets.keys():
        ours, theirs = a.sets.get(name, {}), b.sets.get(name, {})
        elements = {
            element: dots
            for element in ours.keys() | theirs.keys()
            if (
                dots := _join_dots(ours.get(element, _NONE), a.vv, theirs.get(element, _NONE), b.vv)
            )
        }
        if elements:
            sets[name] = elements
    if cells.keys() & sets.keys():
        raise Malformed(
            f"{a.kind} {a.id}: one field is a value on one copy and a set on the other."
        )
    vv = dict(a.vv)
    for replica, n in b.vv.items():
        if n > vv.get(replica, 0):
            vv[replica] = n
    return _trim(
        State(a.id, a.kind, vv, marks, _join_dots(a.life, a.vv, b.life, b.vv), cells, sets)
    )


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
    return _trim(
        replace(
            state,
            vv={**state.vv, dot.replica: dot.n},
            marks={**state.marks, dot: mark},
            life=_NONE if delete else frozenset({dot}),
            cells=cells,
            sets={name: elements for name, elements in sets.items() if elements},
        )
    )


_NONE: frozenset[Dot] = frozenset()


def _join_marks(a: State, b: State) -> dict[Dot, Mark]:
    marks = dict(a.marks)
    for dot, theirs in b.marks.items():
        ours = marks.get(dot)
        if ours is None or ours == theirs:
            marks[dot] = theirs
        elif (ours.stamp, ours.user) != (theirs.stamp, theirs.user):
            raise ReplicaCloned(f"the edit {dot.replica}/{dot.n} has two authors or times.")
        else:
            times = [ot for ot in (ours.ot, theirs.ot) if ot is not None]
            marks[dot] = ours._replace(ot=min(times))
    return marks


def _join_cells(a: Cells, a_vv: Mapping[str, int], b: Cells, b_vv: Mapping[str, int]) -> Cells:
    kept: Cells = {}
    for dot, value in a.items():
        if dot in b:
            if not _same(b[dot], value):
                raise ReplicaCloned(f"the edit {dot.replica}/{dot.n} has two contents.")
            kept[dot] = value
        elif not seen(b_vv, dot):
            kept[dot] = value
    for dot, value in b.items():
        if dot not in a and not seen(a_vv, dot):
            kept[dot] = value
    return kept


def _join_dots(
    a: frozenset[Dot], a_vv: Mapping[str, int], b: frozenset[Dot], b_vv: Mapping[str, int]
) -> frozenset[Dot]:
    if a == b:
        return a
    return (
        (a & b)
        | {dot for dot in a - b if not seen(b_vv, dot)}
        | {dot for dot in b - a if not seen(a_vv, dot)}
    )


def _same(a: Any, b: Any) -> bool:
    """Equal as JSON: 1 and True are equal in Python and are not the same value."""
    return a is b or (a == b and json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True))


def _trim(state: State) -> State:
    """Marks of dots that nothing refers to any more would differ between copies; they go."""
    used = state.dots()
    if len(used) == len(state.marks):
        return state
    return replace(state, marks={dot: mark for dot, mark in state.marks.items() if dot in used})
