"""Sums that prove two copies equal: the digests of all records, added up in 256 slots.

A digest is 128 bits of BLAKE2b over a record's canonical form (canonical.py); a slot's sum is taken
modulo 2^128, so a change costs one subtraction and one addition, and the order does not matter.
Slots that differ between two copies say where to look. The office sums what it holds; a device
what the office has confirmed to it, so that edits it has not sent yet do not disturb the proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from data.canonical import digest
from data.state import State

SLOTS: Final = 256
_MODULUS: Final = 2**128


def slot_of(record_id: str) -> int:
    """The slot a record counts in, the same on every copy."""
    return hashlib.blake2b(record_id.encode(), digest_size=1).digest()[0]


class Sums:
    """By slot: how many records, and the sum of their digests."""

    def __init__(self, slots: Mapping[int, tuple[int, int]] | None = None) -> None:
        self._slots: dict[int, tuple[int, int]] = dict(slots or {})

    @classmethod
    def of(cls, states: Iterable[State]) -> Sums:
        sums = cls()
        for state in states:
            sums.add({state.id: (None, state)})
        return sums

    def __getitem__(self, slot: int) -> tuple[int, int]:
        return self._slots.get(slot, (0, 0))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sums) and all(self[n] == other[n] for n in range(SLOTS))

    @property
    def count(self) -> int:
        return sum(count for count, _ in self._slots.values())

    @property
    def total(self) -> int:
        """The sum over all slots: equal copies agree in it and in the count."""
        return sum(total for _, total in self._slots.values()) % _MODULUS

    def after(self, changes: Mapping[str, tuple[State | None, State | None]]) -> dict[str, Any]:
        """The slots that changes touch, as they will be, in JSON for `take`. `changes` says of each
        record what counted before and what counts now."""
        touched: dict[int, tuple[int, int]] = {}
        for record_id, (before, now) in changes.items():
            if before == now:
                continue
            slot = slot_of(record_id)
            count, total = touched.get(slot) or self[slot]
            for state, sign in ((before, -1), (now, 1)):
                if state is not None:
                    count, total = count + sign, (total + sign * digest(state)) % _MODULUS
            touched[slot] = (count, total)
        return {str(slot): [count, f"{total:x}"] for slot, (count, total) in touched.items()}

    def take(self, slots: Mapping[str, Any]) -> None:
        for slot, (count, total) in slots.items():
            self._slots[int(slot)] = (count, int(total, 16))

    def add(self, changes: Mapping[str, tuple[State | None, State | None]]) -> None:
        self.take(self.after(changes))

    def to_json(self) -> dict[str, Any]:
        return {str(slot): [count, f"{total:x}"] for slot, (count, total) in self._slots.items()}
