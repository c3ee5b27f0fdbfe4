"""What the judge and the scopes look up, read from the office's own records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from data.buckets import buckets, place_of, scope, scope_of_lent
from data.conflicts import when
from data.desk import Desk
from data.judge import Book, Hand
from data.kinds.devices import DEVICE, Device
from data.kinds.envelope_laws import LAWS
from data.kinds.grants import ROLE_CELL, ROLE_GRANT, changes_of, roles_of
from data.kinds.lending import Tap, hand_of, lent_role, tap_of, taps_of
from data.kinds.people import PERSON
from data.packing import loads
from data.placing import first_author
from data.roles import DEFAULT, Table, table_at
from data.state import State

OFFICE = Hand(office=True)


def book_of(
    desk: Desk,
    device_of: Callable[[str], str | None],
    *,
    mine: str = "",
    pushed: Iterable[State] = (),
    author: Callable[[str], str] | None = None,
) -> Book:
    """The book of an office, made anew for every push. `device_of` tells which device a replica
    belongs to: its record's id, `mine` for the office itself, None where nobody knows. `pushed`:
    what came in the same push, so that who took a tablet counts for what they then wrote.
    `author`: who made a record, where that is known already."""
    taps = [tap for tap in map(tap_of, pushed) if tap is not None]

    @cache
    def on(replica: str) -> _On | None:
        return _on(desk, device_of, replica, mine, taps)

    def hand(replica: str, at: int) -> Hand | None:
        there = on(replica)
        if there is None:
            return None
        return OFFICE if there.device is None else hand_of(there.device, there.taps, at)

    return Book(
        kinds=desk.kinds,
        production=desk.store.production,
        look=cache(looking(desk)),
        table=tables(desk),
        held=cache(lambda person: roles_of(desk, person)),
        hand=hand,
        author=author or (lambda record_id: _author(desk, record_id)),
        laws=LAWS,
        having=lambda kind, name, text: (
            loads(line) for _, line in desk.store.lines_having(kind, name, text)
        ),
        since=lambda _kind, record_id, name: _since(desk, record_id, name),
    )


def looking(desk: Desk) -> Callable[[str, str], Mapping[str, Any] | None]:
    """Records by kind and id, the deleted ones too: who owned them still does."""

    def look(kind: str, record_id: str) -> Mapping[str, Any] | None:
        document = desk.store.document(record_id)
        return document if document is not None and document["_m"]["t"] == kind else None

    return look


def tables(desk: Desk) -> Callable[[int], Table]:
    """The matrix at any moment, with what this show changes in it by now."""
    changes = changes_of(desk.all(ROLE_CELL))
    moments = sorted({change.since for change in changes})
    made: dict[int, Table] = {}

    def at(ms: int) -> Table:
        passed = sum(1 for moment in moments if moment <= ms)
        if passed not in made:
            made[passed] = table_at(changes, ms) if passed else DEFAULT
        return made[passed]

    return at


def buckets_of(desk: Desk, record_id: str) -> frozenset[str]:
    """The buckets a record lies in now; of none that was never here."""
    document = desk.store.document(record_id)
    if document is None:
        return frozenset()
    kind = desk.kinds.get(str(document["_m"]["t"]))

    def author() -> str:
        return _author(desk, record_id)

    return buckets(place_of(kind, record_id, document, looking(desk), author))


SCOPED_BY: Final = frozenset({DEVICE.name, PERSON.name, ROLE_GRANT.name, ROLE_CELL.name})
"""Kinds of the records from which scopes are told."""


def scope_of(desk: Desk, device: Device, at: int) -> frozenset[str]:
    """The buckets that a device reads at that moment: its person's, or those of its role."""
    table = tables(desk)(at)
    if device.lent_to:
        return scope_of_lent(table, lent_role(device))
    return scope(table, [held for held in roles_of(desk, device.person or "") if held.at(at)])


def _since(desk: Desk, record_id: str, name: str) -> int:
    """When the value was written that stands in the field, by the time that counts."""
    state = desk.store.state(record_id)
    dots = [] if state is None else state.ranked(name)
    return when(state.marks[dots[0]]) if state is not None and dots else 0


def _author(desk: Desk, record_id: str) -> str:
    """Who made the record, as far as this copy knows; empty: nobody has."""
    return first_author(desk.store.books.history.of(record_id), desk.store.document(record_id))


class _On(NamedTuple):
    """Where a replica writes: on a device, with whoever was said to have it; None: the office."""

    device: Device | None
    taps: Sequence[Tap] = ()


def _on(
    desk: Desk,
    device_of: Callable[[str], str | None],
    replica: str,
    mine: str,
    fresh: Iterable[Tap],
) -> _On | None:
    device_id = device_of(replica)
    if device_id is not None and device_id == mine:
        return _On(None)
    device = desk.find(DEVICE, device_id)
    if device is None:
        return None
    known = taps_of(desk, device)
    kept = {tap.fact.id for tap in known}
    known += [tap for tap in fresh if tap.fact.device == device.id and tap.fact.id not in kept]
    # Who has a tablet is said on it, or at the office; another phone's word must not take it away.
    return _On(device, [tap for tap in known if device_of(tap.replica) in (device.id, mine)])
