"""What a device still owes its office, cut into batches that fit a message.

A record and its edits travel together: an edit whose values all stand in the state goes as its
header, and a fact that nobody has touched since is its own edit. Where a record and its edits do
not fit together, or the office could not read them, they go one by one and whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.canonical import canonical_bytes
from data.edit import dot_of, header
from data.kinds import ALL
from data.packing import dumps_exact
from data.state import Dot, State
from data.store import Store
from sync.wire import FULL, MOST_RECORD, dot_name

FACTS = frozenset(kind.name for kind in ALL if kind.nature == "fact")


@dataclass(slots=True)
class Batch:
    """What one push carries. `settles`: the edits that are told with it, also those that a state
    tells by itself."""

    states: list[State] = field(default_factory=list)
    edits: list[Mapping[str, Any]] = field(default_factory=list)
    settles: list[Dot] = field(default_factory=list)
    size: int = 0
    units: int = 0

    def __len__(self) -> int:
        return self.units

    @property
    def records(self) -> set[str]:
        """The ids of the records it is about."""
        return {state.id for state in self.states} | {str(raw["id"]) for raw in self.edits}

    @property
    def replicas(self) -> set[str]:
        """Those that wrote what it carries."""
        wrote = {dot.replica for state in self.states for dot in state.marks}
        wrote |= {dot.replica for dot in self.settles}
        return wrote | {replica for state in self.states for replica in state.vv}

    def take(self, other: Batch) -> None:
        self.states += other.states
        self.edits += other.edits
        self.settles += other.settles
        self.size += other.size
        self.units += 1


def units(
    store: Store, *, apart: bool, aside: Mapping[str, Any], left: Callable[[State], bool]
) -> Iterator[Batch]:
    """Everything that is owed, in the smallest parts that may travel alone. A state over the
    limit is a unit too; whoever sends must look. `apart`: no two things in one. `left`: whether
    a state is put aside as it is."""
    edits: dict[str, list[Mapping[str, Any]]] = {}
    for dot, raw in list(store.unacked.items()):
        if dot_name(dot) not in aside:
            edits.setdefault(raw["id"], []).append(raw)
    for record_id in list(store.bases):
        state = store.state(record_id)
        told = edits.pop(record_id, [])
        if state is not None and not left(state):
            yield from _of_record(state, told, apart=apart)
        else:
            yield from map(_edit, told)
    for alone in edits.values():
        yield from map(_edit, alone)


def _of_record(state: State, edits: list[Mapping[str, Any]], *, apart: bool) -> Iterator[Batch]:
    size = len(canonical_bytes(state))
    if not apart and size <= MOST_RECORD:
        unit = Batch([state], size=size, units=1)
        for edit in edits:
            if not _is_told(state, edit, edits):
                short = header(edit, state)
                unit.edits.append(short)
                unit.size += len(dumps_exact(short))
            unit.settles.append(dot_of(edit))
        if unit.size <= FULL // 2:
            yield unit
            return
    for edit in edits:
        yield _edit(edit)
    yield Batch([state], size=size, units=1)


def _edit(raw: Mapping[str, Any]) -> Batch:
    return Batch(edits=[raw], settles=[dot_of(raw)], size=len(dumps_exact(raw)), units=1)


def _is_told(state: State, edit: Mapping[str, Any], edits: list[Mapping[str, Any]]) -> bool:
    """Whether the state is this very edit: a fact that was written once, by the office's clock."""
    dot = dot_of(edit)
    return (
        state.kind in FACTS
        and len(edits) == 1
        and state.vv == {dot.replica: dot.n}
        and state.marks.keys() == {dot} == set(state.life)
        and not edit.keys() & {"x", "rem", "lx", "del"}
        and edit.get("k", [0, "ok"])[1] != "suspect"
    )


def forgotten(
    store: Store, seen: Mapping[str, int], aside: Collection[str]
) -> list[Mapping[str, Any]]:
    """Edits that the office acknowledged once, and does not know: of these replicas it says up to
    where it has all. Behind one that was put aside (`aside`, by dot) it cannot say what it has."""
    owed = Counter(dot.replica for dot in store.unacked if dot.n > seen.get(dot.replica, dot.n))
    dots = store.books.history.dots
    lost = {
        replica
        for replica, n in seen.items()
        if dots.behind(replica, n) > owed[replica] and dot_name(Dot(replica, n + 1)) not in aside
    }
    recent = store.books.history.recent() if lost else ()
    return [raw for raw in recent if raw["dot"][0] in lost and raw["dot"][1] > seen[raw["dot"][0]]]
