"""Sums that prove two copies equal: the digests of all records, added up in 256 slots.

A digest is 128 bits of BLAKE2b over a record's canonical form (canonical.py); a slot's sum is taken
modulo 2^128, so a change costs one subtraction and one addition, and the order does not matter.
Slots that differ between two copies say where to look. The office sums what it holds; a device
what the office has confirmed to it, so that edits it has not sent yet do not disturb the proof.
Where a device holds some buckets only, a record counts once for each of them it lies in, its digest
times a number made of the bucket's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from data.canonical import digest
from data.state import State

SLOTS: Final = 256
MODULUS: Final = 2**128


def slot_of(record_id: str) -> int:
    """The slot a record counts in, the same on every copy."""
    return hashlib.blake2b(record_id.encode(), digest_size=1).digest()[0]


class Weight(NamedTuple):
    """For how many records one counts, and what its digest is multiplied with."""

    times: int
    factor: int


Weights = Callable[[str], tuple[Weight, Weight]]
"""By record: its weight before and after a change."""
WHOLE: Final = Weight(1, 1)
"""Where there are no buckets."""


@cache
def factor_of(bucket: str) -> int:
    """An odd number, so that no digest is lost in it."""
    return int.from_bytes(hashlib.blake2b(bucket.encode(), digest_size=8).digest(), "big") | 1


def weight_of(buckets: Collection[str]) -> Weight:
    return Weight(len(buckets), sum(map(factor_of, buckets)))


class Sums:
    """By slot: how many records, and the sum of their digests."""

    def __init__(self, slots: Mapping[int, tuple[int, int]] | None = None) -> None:
        self.count = self.total = 0
        """Over all slots: equal copies agree in both."""
        self._slots: dict[int, tuple[int, int]] = {}
        for slot, told in (slots or {}).items():
            self._put(slot, *told)
        self._asked: dict[str, int] = {}
        self.told: Mapping[str, int] = {}
        """By record: its digest, of those that the last changes taken were about."""

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

    def after(
        self,
        changes: Mapping[str, tuple[State | None, State | None]],
        weights: Weights | None = None,
    ) -> dict[str, Any]:
        """The slots that changes touch, as they will be, in JSON for `take`. `changes` says of each
        record what counted before and what counts now, `weights` how much then and now."""
        touched: dict[int, tuple[int, int]] = {}
        self._asked = {}
        for record_id, (before, now) in changes.items():
            then, since = weights(record_id) if weights is not None else (WHOLE, WHOLE)
            if before == now and then == since:
                continue
            slot = slot_of(record_id)
            count, total = touched.get(slot) or self[slot]
            for state, weight, sign in ((before, then, -1), (now, since, 1)):
                if state is not None and weight.times:
                    value = digest(state)
                    count += sign * weight.times
                    total = (total + sign * weight.factor * value) % MODULUS
                    if sign > 0:
                        self._asked[record_id] = value
            touched[slot] = (count, total)
        return {str(slot): [count, f"{total:x}"] for slot, (count, total) in touched.items()}

    def take(self, slots: Mapping[str, Any]) -> None:
        """The changes last asked about are durable."""
        self.told, self._asked = self._asked, {}
        for slot, (count, total) in slots.items():
            self._put(int(slot), count, int(total, 16))

    def add(
        self,
        changes: Mapping[str, tuple[State | None, State | None]],
        weights: Weights | None = None,
    ) -> None:
        self.take(self.after(changes, weights))

    def count_in(self, slot: int, value: int, weight: Weight, sign: int) -> None:
        """One record's digest more (sign 1) or less (-1)."""
        count, total = self[slot]
        total = (total + sign * weight.factor * value) % MODULUS
        self._put(slot, count + sign * weight.times, total)

    def merge(self, other: Sums) -> None:
        """Counts what the other has besides."""
        for slot, (count, total) in other._slots.items():
            mine = self[slot]
            self._put(slot, mine[0] + count, (mine[1] + total) % MODULUS)

    def to_json(self) -> dict[str, Any]:
        return {str(slot): [count, f"{total:x}"] for slot, (count, total) in self._slots.items()}

    def root(self) -> list[int | str]:
        """The count and the total, as they travel."""
        return [self.count, f"{self.total:x}"]

    def _put(self, slot: int, count: int, total: int) -> None:
        before = self[slot]
        self.count += count - before[0]
        self.total = (self.total + total - before[1]) % MODULUS
        self._slots[slot] = (count, total)
