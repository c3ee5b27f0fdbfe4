"""Any story of an office and its devices against a model that is only sets of events.

The copies are real: stores over folders, the office behind `Front`, devices that hold sessions with
it. The model knows of every edit what its author knew when he made it, and of every copy which
edits it has heard of; from that alone it tells every value, element and life of every record.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from data.blobs import Blobs
from data.canonical import canonical_bytes
from data.edit import Write, values_from
from data.errors import NoOffice
from data.files import MemoryFolder
from data.stamp import Clock, Sources
from data.state import Dot, State
from data.store import Store
from sync.calls import Answer, Call
from sync.device import Device
from sync.exchange import Office
from sync.front import Front
from sync.session import Session, converse

PRODUCTION = "5f2c1a70-3b1e-4c7d-9a51-0d6a2f1e8b33"
START = datetime(2026, 6, 9, 5, 30, tzinfo=UTC)
KIND = "scene"
MOST_COPIES = 5


# ---- the model --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Event:
    """One edit of one record, and what its author knew of the record when he made it."""

    record: str
    dot: Dot
    change: Write
    known: frozenset[Dot]

    def writes(self, name: str) -> bool:
        return name in self.change.values

    def touches(self, element: str) -> bool:
        change = self.change
        return element in (*change.add.get("cast", ()), *change.remove.get("cast", ()))


def superseded(dot: Dot, later: Iterable[Event]) -> bool:
    return any(dot in event.known for event in later)


def values(events: Iterable[Event]) -> dict[str, dict[Dot, Any]]:
    told: dict[str, dict[Dot, Any]] = {}
    events = list(events)
    for event in events:
        for name, value in event.change.values.items():
            if not superseded(event.dot, [e for e in events if e.writes(name)]):
                told.setdefault(name, {})[event.dot] = value
    return told


def elements(events: Iterable[Event]) -> dict[str, set[Dot]]:
    told: dict[str, set[Dot]] = {}
    events = list(events)
    for event in events:
        for element in event.change.add.get("cast", ()):
            if not superseded(event.dot, [e for e in events if e.touches(element)]):
                told.setdefault(element, set()).add(event.dot)
    return told


def life(events: Iterable[Event]) -> set[Dot]:
    events = list(events)
    return {e.dot for e in events if not e.change.delete and not superseded(e.dot, events)}


def agrees(state: State | None, events: list[Event]) -> bool:
    """Whether a copy shows what the events it has heard of say, and nothing else."""
    if state is None:
        return not events
    cast = {element: set(dots) for element, dots in state.sets.get("cast", {}).items()}
    same_values = repr_of(state.cells) == repr_of(values(events))
    return same_values and cast == elements(events) and state.life == life(events)


def repr_of(cells: Mapping[str, Mapping[Dot, Any]]) -> str:
    """As text, in which 1 and True differ."""
    return repr({name: sorted(cells[name].items()) for name in sorted(cells)})


# ---- the copies -------------------------------------------------------------------------------


class NoPhotos:
    def owed(self) -> list[str]:
        return []

    def read(self, name: str) -> bytes:
        raise AssertionError(name)

    def size(self, name: str) -> int:
        raise AssertionError(name)

    def piece(self, name: str, at: int, length: int) -> bytes:  # noqa: ARG002
        raise AssertionError(name)

    def held(self, *names: str) -> None:
        raise AssertionError(names)

    def let_go(self) -> None:
        pass


class Cut(NoOffice):
    """The line broke here."""


@dataclass
class Backup:
    files: dict[str, bytes]
    knows: frozenset[Event]
    wrote: frozenset[Event]


@dataclass
class Copy:
    """The office or a device, and in the model: the events it has heard of."""

    hub: bool
    chance: Iterator[int]
    folder: MemoryFolder = field(default_factory=MemoryFolder)
    knows: set[Event] = field(default_factory=set)
    wrote: set[Event] = field(default_factory=set)
    """Of these it has the edits too; a state forgets what was written over."""
    days_off: int = 0

    def open(self) -> Copy:
        """A start draws new random numbers: seeds are never used twice."""
        clock = Clock(lambda: START + timedelta(seconds=next(self.chance), days=self.days_off))
        sources = Sources(clock, random.Random(next(self.chance)))
        self.store = Store(Path("copy"), sources=sources, hub=self.hub, folder=self.folder)
        if self.hub:
            self.front = Front(Office(self.store), Blobs(Path("no photos")))
        else:
            self.device = Device(self.store)
        return self

    def restart(self) -> None:
        self.store.close()
        self.open()

    def files(self) -> dict[str, bytes]:
        return {name: bytes(content) for name, content in self.folder.files.items()}

    def backup(self) -> Backup:
        return Backup(self.files(), frozenset(self.knows), frozenset(self.wrote))

    def put_back(self, backup: Backup) -> None:
        self.store.close()
        self.folder.files = {name: bytearray(content) for name, content in backup.files.items()}
        self.knows, self.wrote = set(backup.knows), set(backup.wrote)
        self.open()

    def write(self, change: Write) -> None:
        known = frozenset(e.dot for e in self.knows if e.record == change.id)
        (edit,) = self.store.commit([change], user="somebody").edits
        event = Event(change.id, edit.dot, change, known)
        self.knows.add(event)
        self.wrote.add(event)

    def heard(self, everything: Iterable[Event]) -> set[Event]:
        """What its vectors say it has heard of."""
        states = {record: self.store.state(record) for record in RECORDS}
        return {
            event
            for event in everything
            if (state := states[event.record]) is not None
            and event.dot.n <= state.vv.get(event.dot.replica, 0)
        }

    def contents(self) -> dict[str, bytes]:
        states = {record: self.store.state(record) for record in self.store.ids()}
        return {record: canonical_bytes(state) for record, state in states.items() if state}


# ---- the stories ------------------------------------------------------------------------------

RECORDS = ("s1", "s2", "s3")
RECORD = st.sampled_from(RECORDS)
FIELD = st.sampled_from(["set_name", "pages"])
VALUE: st.SearchStrategy[Any] = st.sampled_from([None, True, 1, "", "Zoë", {"a": "1.50"}])
ELEMENT = st.sampled_from(["1", "2", "14A"])
WHO = st.integers(0, MOST_COPIES - 1)
"""0 is the office."""


class Stories(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.chance = count(1)
        self.office = Copy(hub=True, chance=self.chance).open()
        self.office.store.set_meta(production=PRODUCTION)
        self.copies = [self.office, *(Copy(hub=False, chance=self.chance).open() for _ in "ab")]
        self.backups: list[tuple[Copy, Backup]] = []
        self.office_put_back = False
        self.arrived = set[Event]()

    def copy(self, who: int) -> Copy:
        return self.copies[who % len(self.copies)]

    def a_device(self, who: int) -> Copy:
        return self.copies[1 + who % (len(self.copies) - 1)]

    # ---- what people do

    @rule(who=WHO, record=RECORD, name=FIELD, value=VALUE)
    def edit(self, who: int, record: str, name: str, value: Any) -> None:
        self.written(self.copy(who), Write(KIND, record, {name: value}))

    @rule(who=WHO, record=RECORD, element=ELEMENT)
    def add(self, who: int, record: str, element: str) -> None:
        self.written(self.copy(who), Write(KIND, record, add={"cast": (element,)}))

    @rule(who=WHO, record=RECORD, element=ELEMENT)
    def remove(self, who: int, record: str, element: str) -> None:
        self.written(self.copy(who), Write(KIND, record, remove={"cast": (element,)}))

    @rule(who=WHO, record=RECORD)
    def delete(self, who: int, record: str) -> None:
        self.written(self.copy(who), Write(KIND, record, delete=True))

    # ---- when they meet

    @rule(who=WHO)
    def sync(self, who: int) -> None:
        device = self.a_device(who)
        self.meet_whole(device)
        device.knows |= self.office.knows
        self.office.knows |= device.knows
        self.check(device, self.office)

    @rule(who=WHO, cut=st.integers(1, 4), arrives=st.booleans())
    def drop_ack(self, who: int, cut: int, arrives: bool) -> None:
        """The line breaks at a call, before or after the office has heard it."""
        device = self.a_device(who)
        here, there = set(device.knows), set(self.office.knows)
        self.meet(device, cut=cut, arrives=arrives)
        for copy, had, offered in ((device, here, there), (self.office, there, here)):
            copy.knows = copy.heard(here | there)
            assert had <= copy.knows <= had | offered
        self.arrived |= {event for event in here | there if self.has_edit(event)}
        self.check(device, self.office)

    def has_edit(self, event: Event) -> bool:
        return event.dot in {edit.dot for edit in self.office.store.history(event.record)}

    def meet_whole(self, device: Copy) -> None:
        """Where a device has met a newer office, somebody at this one says that there is no other:
        it was put back twice."""
        self.meet(device)
        if device.device.older:
            self.office.front.office.new_epoch()
            self.meet(device)
            assert not device.device.older

    def meet(self, device: Copy, *, cut: int = 0, arrives: bool = False) -> None:
        calls = count(1)

        def ask(call: Call) -> Answer:
            broken = next(calls) == cut
            if not broken or arrives:
                answer = self.office.front.answer(call)
            if broken:
                raise Cut("The line is cut.", code="unreachable")
            return answer

        with suppress(Cut):
            converse(Session(device.device, NoPhotos()).whole(), ask)

    # ---- what happens to machines

    @rule(who=WHO)
    def back_up(self, who: int) -> None:
        copy = self.copy(who)
        self.backups.append((copy, copy.backup()))

    @rule(which=st.integers(0, 99))
    def restore(self, which: int) -> None:
        """Nobody says so to the others."""
        if self.backups:
            copy, backup = self.backups[which % len(self.backups)]
            copy.put_back(backup)
            self.office_put_back |= copy.hub
            self.check(copy)

    @rule(who=WHO)
    def clone(self, who: int) -> None:
        """A phone is set up from another one's backup; both go on."""
        if len(self.copies) < MOST_COPIES:
            device = self.a_device(who)
            twin = Copy(hub=False, chance=self.chance).open()
            twin.put_back(device.backup())
            self.copies.append(twin)
            self.check(twin)

    @rule(who=WHO, days=st.integers(-3, 3))
    def clock_jump(self, who: int, days: int) -> None:
        self.copy(who).days_off = days

    @rule(who=WHO)
    def compact(self, who: int) -> None:
        self.copy(who).store.storage.compact()
        self.check(self.copy(who))

    @rule(who=WHO)
    def restart(self, who: int) -> None:
        self.copy(who).restart()
        self.check(self.copy(who))

    # ---- what must hold

    def written(self, copy: Copy, change: Write) -> None:
        copy.write(change)
        self.check(copy)

    def check(self, *copies: Copy) -> None:
        for copy in copies:
            for record in RECORDS:
                events = [event for event in copy.knows if event.record == record]
                assert agrees(copy.store.state(record), events), record
            assert copy.store.counted() == copy.store.sums

    def teardown(self) -> None:
        if not hasattr(self, "copies"):
            return
        everything = set[Event]().union(*(copy.knows for copy in self.copies))
        for _ in range(2):
            for device in self.copies[1:]:
                self.meet_whole(device)
        for copy in self.copies:
            copy.knows = set(everything)
        self.check(*self.copies)
        self.check_all_equal()
        self.check_history(everything)

    def check_all_equal(self) -> None:
        expected = self.office.contents()
        for device in self.copies[1:]:
            assert expected == device.contents()
            assert self.office.store.sums == device.store.sums
            assert (device.device.waiting, device.store.unacked, device.device.aside) == (0, {}, {})

    def check_history(self, everything: set[Event]) -> None:
        """The office has every edit, each once, and its documents could be made from them. One that
        was put back has those that their authors have: of the others only the values live on. An
        edit that came just before the line broke stays in its books, also if its author is then put
        back to a moment before it and nobody knows of it any more."""
        everything = everything | self.arrived
        wrote = set[Event]().union(*(copy.wrote for copy in self.copies))
        for record in RECORDS:
            edits = self.office.store.history(record)
            dots = [edit.dot for edit in edits]
            made, kept = (
                {event.dot for event in events if event.record == record}
                for events in (everything, wrote)
            )
            assert len(dots) == len(set(dots))
            assert kept <= set(dots) <= made
            if not self.office_put_back:
                assert made == set(dots)
                state = self.office.store.state(record)
                assert repr_of({} if state is None else state.cells) == repr_of(values_from(edits))


LAW = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_every_copy_shows_what_it_has_heard_of_and_all_are_equal_in_the_end() -> None:
    run_state_machine_as_test(Stories, settings=LAW)


@pytest.mark.long
def test_the_same_in_very_many_longer_stories() -> None:
    run_state_machine_as_test(
        Stories, settings=settings(LAW, max_examples=500, stateful_step_count=60)
    )


# ---- the model itself -------------------------------------------------------------------------


def test_the_model_sees_a_value_that_vanished() -> None:
    office = Copy(hub=True, chance=count(1)).open()
    office.write(Write(KIND, "s1", {"pages": 1}))
    office.write(Write(KIND, "s1", {"set_name": "MOTEL"}))
    state, events = office.store.state("s1"), list(office.knows)
    assert state is not None
    lost = State(state.id, state.kind, state.vv, state.marks, state.life, {})

    assert agrees(state, events)
    assert not agrees(lost, events)
    assert not agrees(state, events[:1])
