"""What the judge and the scopes look up, read from the office's own records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from data.buckets import buckets, place_of, scope, scope_of_lent
from data.desk import Desk
from data.judge import Book, Hand
from data.kinds.devices import DEVICE, Device
from data.kinds.grants import ROLE_CELL, changes_of, roles_of
from data.kinds.lending import Tap, hand_of, lent_role, tap_of, taps_of
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
) -> Book:
    """The book of an office, made anew for every push. `device_of` tells which device a replica
    belongs to: its record's id, `mine` for the office itself, None where nobody knows. `pushed`:
    what came in the same push, so that who took a tablet counts for what they then wrote."""
    taps = [tap for tap in map(tap_of, pushed) if tap is not None]
    return Book(
        kinds=desk.kinds,
        production=desk.store.production,
        look=looking(desk),
        table=tables(desk),
        held=lambda person: roles_of(desk, person),
        hand=lambda replica, at: _hand(desk, device_of, replica, at, mine, taps),
        author=lambda record_id: _author(desk, record_id),
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


def scope_of(desk: Desk, device: Device, at: int) -> frozenset[str]:
    """The buckets that a device reads at that moment: its person's, or those of its role."""
    table = tables(desk)(at)
    if device.lent_to:
        return scope_of_lent(table, lent_role(device))
    return scope(table, [held for held in roles_of(desk, device.person or "") if held.at(at)])


def _author(desk: Desk, record_id: str) -> str:
    """Who made the record, as far as this copy knows; empty: nobody has."""
    return first_author(desk.store.books.history.of(record_id), desk.store.document(record_id))


def _hand(
    desk: Desk,
    device_of: Callable[[str], str | None],
    replica: str,
    at: int,
    mine: str,
    fresh: Iterable[Tap],
) -> Hand | None:
    device_id = device_of(replica)
    if device_id is not None and device_id == mine:
        return OFFICE
    device = desk.find(DEVICE, device_id)
    if device is None:
        return None
    known = taps_of(desk, device)
    kept = {tap.fact.id for tap in known}
    known += [tap for tap in fresh if tap.fact.device == device.id and tap.fact.id not in kept]
    # Who has a tablet is said on it, or at the office; another phone's word must not take it away.
    heard = [tap for tap in known if device_of(tap.replica) in (device.id, mine)]
    return hand_of(device, heard, at)
