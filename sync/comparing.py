"""How a device finds the records in which it and its office differ."""

from __future__ import annotations

from collections.abc import Mapping

from data.canonical import digest
from data.errors import Malformed
from data.state import State
from data.store import Store
from data.sums import MODULUS, SLOTS, Sums, slot_of
from sync.wire import Compared


def sums_of(store: Store) -> dict[str, list[int | str]]:
    """The sums over what the office has confirmed, by slot, the empty ones left out."""
    told: dict[str, list[int | str]] = {}
    for slot in range(SLOTS):
        count, total = store.sums[slot]
        if count:
            told[str(slot)] = [count, f"{total:x}"]
    return told


def told_sums(told: Mapping[str, list[int | str]]) -> Sums:
    """What `sums_of` said elsewhere. Malformed: these are none."""
    try:
        return Sums(
            {int(slot): (int(count), int(str(total), 16)) for slot, (count, total) in told.items()}
        )
    except ValueError as error:
        raise Malformed("These are no sums.") from error


def differing(store: Store, found: Compared) -> tuple[list[str], list[str]]:
    """Of the slots that differ: the records that the office has otherwise, and those it lacks.

    What was buried here is offered instead of asked for: the office forgot that it was.
    """
    slots = frozenset(found.slots)
    if not slots:
        return [], []
    theirs = {str(record_id): str(told) for record_id, told in found.digests}
    ours = {i for i in (*store.ids(), *store.bases) if slot_of(i) in slots}
    wants, lacks = [], []
    for record_id in sorted(ours | theirs.keys()):
        base, state = store.base(record_id), store.state(record_id)
        told = theirs.get(record_id)
        if told == (None if base is None else f"{_counted(store, base):032x}"):
            continue
        buried = state is not None and not state.vv
        if told is not None and not buried:
            wants.append(record_id)
        elif base is not None:
            lacks.append(record_id)
    return wants, lacks


def _counted(store: Store, base: State) -> int:
    """Its digest as it counts here."""
    weights = store.books.weights()
    factor = 1 if weights is None else weights(base.id)[0].factor
    return digest(base) * factor % MODULUS
