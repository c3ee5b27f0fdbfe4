"""Known faults, put into the product from outside: each must be caught, or the simulator is blind.

Each is a way in which other systems lost people's work (shared by many; PouchDB, CHT, Joplin,
WatermelonDB among them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from data.arrival import Arrival
from data.canonical import decode
from data.edit import Edit
from data.errors import OfficeError
from data.frame import Commit
from data.journal import Journal
from data.state import Dot, State, join
from data.store import Store
from sync.crew import Hearing
from sync.device import Device
from sync.epochs import Epochs
from sync.holding import Holding
from sync.neighbour import Group, Told
from sync.owed import Batch
from sync.refusing import stands
from sync.ring import CREW, Ring
from sync.sealing import Letter
from sync.taking import Taking, _merged
from sync.wire import Page, Push, Pushed, Verdict

Patches = dict[str, Any]
"""By dotted name: what stands there instead."""


def no_epoch() -> Patches:
    """An office that was put back to an older copy goes on as if nothing had happened."""

    def known(_epochs: Epochs, _place: object) -> bool:
        return True

    def begin(_epochs: Epochs, *, above: int = 0, recovering: bool = True) -> None:
        del above, recovering

    return {"sync.epochs.Epochs.known": known, "sync.epochs.Epochs.begin": begin}


def partial_push() -> Patches:
    """A device sends only the fields that changed, with the vector of the whole record."""

    push = Device.push

    def part(device: Device, batch: Batch) -> Push:
        states = [_changed(device.store, state) for state in batch.states]
        return push(device, replace(batch, states=states))

    return {"sync.device.Device.push": part}


def dot_reuse() -> Patches:
    """A copy keeps one replica for ever and goes on counting where its own disk ends."""

    def next_dot(store: Store) -> Dot:
        replica = f"{store.meta.get('device', 'office')}"[-16:]
        store._n = max(store._n, *_counted(store, replica)) + 1
        return Dot(replica, store._n)

    return {"data.store.Store.next_dot": next_dot}


def cursor_before_rows() -> Patches:
    """The cursor is durable before the rows that it passes."""

    def received(device: Device, page: Page) -> None:
        device.store.set_meta(cursor=page.next, mark=page.mark)
        device.store.receive([decode(raw) for raw in page.states])

    return {"sync.device.Device.received": received}


def ack_before_fsync() -> Patches:
    """A commit is told before the disk has it."""
    append = Journal.append

    def told_first(journal: Journal, commit: Commit) -> None:
        journal._later = True
        append(journal, commit)

    return {"data.journal.Journal.append": told_first}


def order_by_clock() -> Patches:
    """A value with a later stamp stays, also where its author's next edit wrote over it."""

    def by_clock(a: State, b: State) -> State:
        joined = join(a, b)
        cells, marks = dict(joined.cells), dict(joined.marks)
        for name, live in joined.cells.items():
            both = {**a.cells.get(name, {}), **b.cells.get(name, {})}
            stamps = {dot: (a.marks.get(dot) or b.marks[dot]).stamp for dot in both}
            last = max(both, key=lambda dot: (stamps[dot], dot))
            if last not in live:
                cells[name] = {last: both[last]}
                marks[last] = a.marks.get(last) or b.marks[last]
        return trimmed(replace(joined, cells=cells, marks=marks))

    return {f"{module}.join": by_clock for module in _JOINING}


def refusal_by_reset() -> Patches:
    """What is refused is not joined; the device goes back to what the office had, and writes on."""
    pushed = Device.pushed

    def refuse(taking: Taking, sent: State) -> Verdict:
        _, here = taking._here(sent.id)
        if here is None or not here.vv:
            return verdict(taking, sent)
        new = taking._new_edits(sent, here)
        after = join(here, sent)
        if not taking._is_judged(sent.kind, here, new):
            return verdict(taking, sent)
        for edit in new.values():
            why = taking._why_not(edit, here, None, first=False)
            if why is not None and stands(edit, after, here):
                return _merged(here, why)
        return verdict(taking, sent)

    def go_back(device: Device, batch: Batch, reply: Pushed) -> None:
        pushed(device, batch, reply)
        for told in reply.verdicts:
            if told.outcome == "merged" and told.code and told.state:
                state = decode(told.state)
                device.store.receive((), buried=[state], rebased={state.id: state})

    verdict = Taking._verdict
    return {"sync.taking.Taking._verdict": refuse, "sync.device.Device.pushed": go_back}


def unsent_dropped() -> Patches:
    """A device lets go of what is outside its scope before it was sent."""

    def unsent(_holding: Holding) -> set[str]:
        return set()

    return {"sync.holding.Holding._unsent": unsent}


def refused_unkept() -> Patches:
    """What the office refuses waits nowhere."""

    def keep(_taking: Taking, _edit: Edit, _why: OfficeError) -> None:
        return None

    return {"sync.taking.Taking._keep_waiting": keep}


def written_on() -> Patches:
    """A record that left a device is written anew by the replica that had written it before."""

    def go_on(_store: Store) -> None:
        return None

    return {"data.store.Store.new_run": go_on}


def no_vector_check() -> Patches:
    """A device believes a colleague whatever he says that he has seen."""

    def believes(_hearing: Hearing, _one: Told, _state: State) -> bool:
        return False

    return {"sync.crew.Hearing._reaches_too_far": believes}


def no_mac() -> Patches:
    """A device believes whoever says that he is a colleague."""

    def believes(letter: Letter, _device: str, ring: Ring) -> bool:
        return letter.device in ring.peers

    return {"sync.bringing.is_for": believes}


def base_moved() -> Patches:
    """What a colleague tells counts as if the office had told it."""
    return {"data.arrival.Arrival.meet": Arrival.join}


def told_to_all() -> Patches:
    """What is owed is told to the whole crew."""

    def lies(_store: Store, _ring: Ring, _state: State) -> frozenset[str]:
        return frozenset({CREW})

    def may(_hearing: Hearing, _group: Group, _state: State) -> bool:
        return True

    return {"sync.crew._lies": lies, "sync.crew.Hearing._may_tell": may}


_JOINING = ("data.arrival", "sync.joinable", "sync.taking")
BROKEN: dict[str, Callable[[], Patches]] = {
    "no-epoch": no_epoch,
    "partial-push": partial_push,
    "dot-reuse": dot_reuse,
    "cursor-before-rows": cursor_before_rows,
    "ack-before-fsync": ack_before_fsync,
    "order-by-clock": order_by_clock,
    "refusal-by-reset": refusal_by_reset,
    "unsent-dropped": unsent_dropped,
    "refused-unkept": refused_unkept,
    "written-on": written_on,
    "no-vector-check": no_vector_check,
    "no-mac": no_mac,
    "base-moved": base_moved,
    "told-to-all": told_to_all,
}


@contextmanager
def broken(name: str) -> Iterator[None]:
    """The product has that fault inside; with an empty name it is whole."""
    with ExitStack() as stack:
        for where, instead in (BROKEN[name]() if name else {}).items():
            stack.enter_context(patch(where, instead))
        yield


def trimmed(state: State) -> State:
    """The state with the marks of only those dots that something refers to."""
    used = state.dots()
    return replace(state, marks={dot: mark for dot, mark in state.marks.items() if dot in used})


def _changed(store: Store, state: State) -> State:
    raw = store.bases.get(state.id)
    if raw is None:
        return state
    base = decode(raw)
    cells = {n: live for n, live in state.cells.items() if live != base.cells.get(n)}
    sets = {n: elements for n, elements in state.sets.items() if elements != base.sets.get(n)}
    return trimmed(replace(state, cells=cells, sets=sets))


def _counted(store: Store, replica: str) -> list[int]:
    ranges = store.books.history.dots.to_json().get(replica, [])
    return [0, *(last for _, last in ranges)]
