"""The end of a run: everything heals, each device syncs three times, and then all must agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from data.as_of import state_at
from data.canonical import canonical_bytes
from data.edit import Edit, dot_of
from data.errors import NoOffice, OfficeError
from data.state import Dot, State, seen
from sync.calls import Answer, Call
from sync.session import converse
from tests.simulator.copies import Copy, DeviceCopy
from tests.simulator.model import Event, name_of
from tests.simulator.net import DAY
from tests.simulator.scopes import within
from tests.simulator.world import World
from tests.simulator.wrong import diverged, lost

ROUNDS = 3


def end(world: World) -> None:
    """Wrong, if anything was lost or two copies differ."""
    heal(world)
    one_office(world)
    for n in range(ROUNDS):
        world.tell("everybody", f"quiet sessions, round {n + 1}")
        for device in world.devices:
            quiet(world, device)
    agree(world)
    survives(world)
    changes_nothing(world)
    if "gather" in world.swarm:
        weeks_later(world)
        agree(world)


def heal(world: World) -> None:
    """Every machine runs, every disk obeys; what is still on its way arrives or never does."""
    world.tell("everybody", "the trouble is over")
    world.net.calm()
    for copy in world.copies:
        copy.disk.fuse = None
    for copy in world.copies:
        world.start(copy)
    while world.due(2**62) and world.rng.random() < 0.95:
        world.next()
    world.forget_queue()
    world.lines.clear()
    world.retire()
    for copy in world.copies:
        world.start(copy)


def one_office(world: World) -> None:
    """Where devices know of a newer office, somebody has to say that there is none but this."""
    for device in world.devices:
        quiet(world, device)
    office = world.office.front.office
    over = office.epochs.here.counter > 1 and not office.epochs.recovering
    if office.newer or over:  # after a fortnight nothing forgotten is taken any more
        world.tell(world.office.name, "asks all devices what it should have")
        office.new_epoch()


def quiet(world: World, device: DeviceCopy) -> None:
    """A session on a good line."""
    calls = 0

    def ask(call: Call) -> Answer:
        nonlocal calls
        calls += 1
        world.steps += 1
        if calls > world.bound():
            raise diverged(f"{device.name}: a session of {calls} calls on a good line")
        answer = world.answer(world.office, call._replace(token=device.store.meta["device"]))
        if answer is None:
            raise NoOffice("The office stopped on a good line.")
        return answer

    try:
        converse(device.session.whole(), ask)
    except OfficeError as error:
        raise diverged(f"{device.name}: a session on a good line ends: {error.sentence}") from error


def agree(world: World) -> None:
    """Every invariant that holds at rest."""
    office = states_of(world.office)
    for record in sorted(world.model.owed):
        for event in world.model.lost(record, office.get(record)):
            raise lost(
                f"the office lacks the edit {name_of(event.dot)} of {record} by {event.user}, "
                f"saved on {event.where}",
                record,
            )
    for record, state in sorted(office.items()):
        if record not in world.model.graves and (words := world.model.unlike(state)):
            raise diverged(f"{record} {words}", record)
    for device in world.devices:
        _same_records(world.office, _its_own(world, office, device), device)
        _nothing_owed(device)
    for copy in world.copies:
        if copy.store.sums != copy.store.counted():
            raise diverged(f"{copy.name}: the sums it keeps are not those of its records")
        if not copy.scoped and copy.store.sums != world.office.store.sums:
            raise diverged(f"{copy.name}: its sums are not the office's")
        if isinstance(copy, DeviceCopy) and not copy.session.device.verified:
            raise diverged(f"{copy.name} does not know that it equals the office")
    _order(world)
    _history(world, office)
    _waiting(world)


def survives(world: World) -> None:
    """What was agreed upon is on the disks."""
    for copy in world.copies:
        before = states_of(copy)
        copy.stop(power=True, between=True)
        world.start(copy)
        if states_of(copy) != before:
            raise lost(f"{copy.name} has other records after a power cut at rest")


def changes_nothing(world: World) -> None:
    """Another session of everybody moves nothing."""
    top = world.office.store.order.top
    for device in world.devices:
        before = states_of(device)
        quiet(world, device)
        if states_of(device) != before:
            raise diverged(f"{device.name}: one more session changed its records")
    if world.office.store.order.top != top:
        raise diverged("one more session of everybody gave the office something to number")


def weeks_later(world: World) -> None:
    """Long enough for the office to forget what was deleted."""
    for days in (1, 36, 1, 1):
        world.now += days * DAY
        for device in world.devices:
            quiet(world, device)


def states_of(copy: Copy) -> dict[str, State]:
    store = copy.store
    return {record: state for record in store.ids() if (state := store.state(record)) is not None}


def _its_own(world: World, there: Mapping[str, State], device: DeviceCopy) -> Mapping[str, State]:
    """The office's records that the device holds; of what was buried nobody can tell whose it was:
    that it holds its share of that is told by the sums."""
    if not device.scoped:
        return there
    graves = world.model.graves & there.keys() & set(device.store.ids())
    own = within(world.office.store, device.store.meta["device"]) - world.model.graves
    return {record: there[record] for record in own | graves}


def _same_records(office: Copy, there: Mapping[str, State], device: DeviceCopy) -> None:
    here = states_of(device)
    for record in sorted({*here, *there}):
        if record not in here or record not in there:
            who = device.name if record not in here else office.name
            raise diverged(f"{who} does not have {record}", record)
        ours, theirs = canonical_bytes(here[record]), canonical_bytes(there[record])
        if ours != theirs:
            raise diverged(
                f"{record} differs: {device.name} {ours.decode()}, office {theirs.decode()}", record
            )


def _nothing_owed(device: DeviceCopy) -> None:
    store = device.store
    for what, held in (
        ("records", store.bases),
        ("edits", store.unacked),
        ("records put aside", store.meta.get("aside")),
        ("records it could not join", store.meta.get("unjoined")),
    ):
        if held:
            raise diverged(f"{device.name} still has {what} not at the office: {sorted(held)}")


def _order(world: World) -> None:
    """Each record once, numbers rising, the last of them the newest."""
    store = world.office.store
    numbers = list(store.order.after(0))
    rising = [n for n, _ in numbers]
    if rising != sorted(set(rising)) or {r for _, r in numbers} != set(store.ids()):
        raise diverged("the office's order is not that of its records")
    if len(numbers) != len({r for _, r in numbers}) or rising[-1:] not in ([], [store.order.top]):
        raise diverged("the office's order names a record twice, or ends too early")


def _history(world: World, office: Mapping[str, State]) -> None:
    """The office has every edit that any device has; where it has all of a record's edits, they
    say the same as the record."""
    kept = world.office.store.books.history.dots
    for device in world.devices:
        for raw in device.store.books.history.recent():
            if dot_of(raw) not in kept:
                dot = name_of(dot_of(raw))
                raise lost(f"the office's history lacks the edit {dot} of {raw['id']}", raw["id"])
    for record, state in office.items():
        # An edit may be here whose record was lost with a device that was put back.
        edits = [e for e in world.office.store.history(record) if seen(state.vv, e.dot)]
        have = {edit.dot for edit in edits}
        if all(dot in have for dot in _seen(world, state)) and not _tells(edits, state):
            raise diverged(f"{record} is not what its edits at the office say", record)


def _tells(edits: list[Edit], state: State) -> bool:
    """Whether a record's edits alone say what it is: values, elements, whether it lives."""
    told = state_at(edits)
    if told is None:
        return not (state.cells or state.sets or state.life)
    return (told.cells, told.sets, told.alive) == (state.cells, state.sets, state.alive)


def _waiting(world: World) -> None:
    """What the office wrote over while it took a push is kept for somebody to look at, unless all
    copies that had that record were put back."""
    model = world.model
    for event, name in model.written_over_by_office():
        record = model.record_of[event.dot]
        kept = [w for w in model.waiting if _waits(w, record, name, event.values[name])]
        if not kept:
            raise lost(
                f"{name} of {record}, refused as {name_of(event.dot)}, waits nowhere", record
            )


def _waits(waiting: Event, record: str, name: str, value: Any) -> bool:
    said = json.loads(waiting.values.get("values", "{}")).get("f", {})
    return waiting.values["record"] == record and name in said and said[name] == value


def _seen(world: World, state: State) -> list[Dot]:
    return [event.dot for event in world.model.seen(state.id, state.vv)]
