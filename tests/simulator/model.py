"""What must be true of a record, told from the edits alone: sets of events, no join, no clock.

Every edit that anybody makes is written down here when it is made: what it wrote, and which edits
of that record its author's copy had then (its *past*). From that follows which values are live on a
copy that has seen any given edits, without a line of the product's merge. Beside it stands which
edits must never be lost: those that somebody was told were saved, on a disk that was not itself
thrown away or put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from data.edit import Edit, Write
from data.state import Dot, State
from tests.simulator.gestures import Part, Vector

Place: TypeAlias = tuple[str, str, Dot]
"""Where a dot is live: a field and an element; of a register the element is empty, of the life
both are."""


@dataclass(frozen=True, slots=True)
class Event:
    """One edit of one record. `gone`: the dots it writes over, by the place they were live at."""

    dot: Dot
    user: str
    where: str
    values: Mapping[str, Any]
    elements: tuple[tuple[str, str], ...]
    delete: bool
    gone: frozenset[Place]
    own: bool
    """The office wrote it of itself."""


@dataclass(slots=True)
class Live:
    """What is live in a record: under places (field, element); a register's element is empty."""

    cells: dict[str, dict[Dot, Any]] = field(default_factory=dict)
    sets: dict[str, dict[str, set[Dot]]] = field(default_factory=dict)
    life: set[Dot] = field(default_factory=set)


class Model:
    """The events of all records, and what of them is owed to everybody at the end."""

    def __init__(self) -> None:
        self.events: dict[str, dict[Dot, Event]] = {}
        self.kinds: dict[str, str] = {}
        self.record_of: dict[Dot, str] = {}
        self.owed: dict[str, set[Dot]] = {}
        self.graves: set[str] = set()
        """Records that the office has buried: of them only their id is owed to anybody."""

    def wrote(self, part: Part, *, where: str) -> Event | None:
        """Writes an edit down. None: that dot names another edit already."""
        change, dot, past = part.change, part.dot, part.past
        if dot in self.record_of:
            return None
        self.record_of[dot] = change.id
        gone = self._gone(change, past) if part.own is None else _told_gone(part.own)
        added = tuple((name, e) for name, elements in change.add.items() for e in elements)
        event = Event(
            dot,
            part.user,
            where,
            change.values,
            added,
            change.delete,
            frozenset(gone),
            part.own is not None,
        )
        self.events.setdefault(change.id, {})[dot] = event
        self.kinds[change.id] = change.kind
        return event

    def _gone(self, change: Write, past: Vector) -> set[Place]:
        live = self.live(change.id, past)
        gone = {("", "", d) for d in live.life}
        for name in change.values:
            shown = None if change.over is None else change.over.get(name)
            if shown is None:
                dots = list(live.cells.get(name, {}))
            else:  # but what has left that copy since
                dots = [dot for dot in shown if dot.n <= past.get(dot.replica, 0)]
            gone |= {(name, "", d) for d in dots}
        touched = [(n, e) for part in (change.add, change.remove) for n in part for e in part[n]]
        for name, element in touched:
            gone |= {(name, element, d) for d in live.sets.get(name, {}).get(element, ())}
        return gone

    def seen(self, record: str, vector: Vector) -> list[Event]:
        return [
            event
            for dot, event in self.events.get(record, {}).items()
            if dot.n <= vector.get(dot.replica, 0)
        ]

    def live(self, record: str, vector: Vector) -> Live:
        """What stands on a copy whose state has this vector."""
        events = self.seen(record, vector)
        gone = {place for event in events for place in event.gone}
        live = Live()
        for event in events:
            dot = event.dot
            for name, value in event.values.items():
                if (name, "", dot) not in gone:
                    live.cells.setdefault(name, {})[dot] = value
            for name, element in event.elements:
                if (name, element, dot) not in gone:
                    live.sets.setdefault(name, {}).setdefault(element, set()).add(dot)
            if not event.delete and ("", "", dot) not in gone:
                live.life.add(dot)
        return live

    @property
    def waiting(self) -> list[Event]:
        """The office's writings of what it refused; a record of one that is owed must be there."""
        events = (e for of in self.events.values() for e in of.values())
        return [event for event in events if event.own and "record_kind" in event.values]

    def written_over_by_office(self) -> Iterator[tuple[Event, str]]:
        """Every value of a person's that the office itself wrote over, by event and field; also
        those of a record to which it gave no life."""
        for events in self.events.values():
            for event in events.values():
                for name, _, dot in event.gone if event.own else ():
                    loser = events.get(dot)
                    if loser is None or loser.own:
                        continue
                    if name in loser.values:
                        yield loser, name
                    elif not name and event.delete:
                        yield from ((loser, value) for value in loser.values)

    # ---- what is owed -------------------------------------------------------------------------

    def saved(self, record: str, vector: Vector) -> None:
        """A disk holds this, and somebody was told or may build on it."""
        if record in self.graves:
            return
        owed = self.owed.setdefault(record, set())
        owed.update(event.dot for event in self.seen(record, vector))

    def buried(self, record: str, vector: Vector) -> bool:
        """The office has forgotten what it held with that vector; whether it was deleted then."""
        self.graves.add(record)
        self.owed.pop(record, None)
        return not self.live(record, vector).life

    def only(self, holders: Iterable[Mapping[str, Vector]]) -> int:
        """A disk was thrown away or put back: what no other copy holds is owed no more. How many
        edits that were."""
        held = list(holders)
        before = sum(map(len, self.owed.values()))
        for record, dots in self.owed.items():
            vectors = [copy[record] for copy in held if record in copy]
            dots.intersection_update(
                [dot for dot in dots if any(dot.n <= v.get(dot.replica, 0) for v in vectors)]
            )
        return before - sum(map(len, self.owed.values()))

    # ---- judging a state ----------------------------------------------------------------------

    def lost(self, record: str, state: State | None) -> list[Event]:
        """What is owed and is not in this state."""
        vector = {} if state is None else state.vv
        owed = self.owed.get(record, set())
        missing = sorted(dot for dot in owed if dot.n > vector.get(dot.replica, 0))
        return [self.events[record][dot] for dot in missing]

    def unlike(self, state: State) -> str:
        """How a state differs from what its edits make, in words; empty if it does not."""
        live = self.live(state.id, state.vv)
        if state.kind != self.kinds.get(state.id):
            return f"is a {state.kind}, was made as a {self.kinds.get(state.id)}"
        for name in sorted({*live.cells, *state.cells}):
            want, have = live.cells.get(name, {}), dict(state.cells.get(name, {}))
            if want != have:
                return f"{name} is {_said(have)}, its edits say {_said(want)}"
        for name in sorted({*live.sets, *state.sets}):
            wanted = live.sets.get(name, {})
            there = {e: set(dots) for e, dots in state.sets.get(name, {}).items()}
            if wanted != there:
                return f"{name} holds {_said(there)}, its edits say {_said(wanted)}"
        if live.life != set(state.life):
            return f"its life is {_said(state.life)}, its edits say {_said(live.life)}"
        for dot in state.dots():
            if state.marks[dot].user != self.events[state.id][dot].user:
                return f"the edit {name_of(dot)} has another author"
        return ""


def _told_gone(edit: Edit) -> set[Place]:
    gone = {("", "", dot) for dot in edit.life_over}
    gone |= {(name, "", dot) for name, dots in edit.over.items() for dot in dots}
    return gone | {
        (name, element, dot)
        for name, losses in edit.remove.items()
        for element, dots in losses.items()
        for dot in dots
    }


def name_of(dot: Dot) -> str:
    return f"{dot.replica[:4]}/{dot.n}"


def _said(thing: Any) -> str:
    if isinstance(thing, Mapping):
        pairs = [
            f"{name_of(key) if isinstance(key, Dot) else key}: {_said(value)}"
            for key, value in sorted(thing.items())
        ]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(thing, Dot):
        return name_of(thing)
    if isinstance(thing, (set, frozenset)):
        return "{" + ", ".join(name_of(dot) for dot in sorted(thing)) + "}"
    return repr(thing)
