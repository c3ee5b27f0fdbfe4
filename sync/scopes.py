"""What each device may hold and write, as the office's own records say at this moment.

A scope is a set of buckets (data/buckets.py), told as a word that changes with it. Nothing is kept
of what a device was given before: it says which scope it holds, and if that is not its scope any
more it has to say hello, and is told the new one.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from data.canonical import digest
from data.desk import Desk
from data.judge import Book
from data.kinds import ALL
from data.kinds.devices import DEVICE
from data.kinds.grants import ROLE_CELL, changes_of, roles_of
from data.placing import Placing
from data.rights_book import SCOPED_BY, book_of, scope_of
from data.roles import next_change
from data.state import State
from data.store import Store
from data.sums import MODULUS, Sums, Weight, factor_of, slot_of, weight_of

OFFICE: Final = "office"
SLICE: Final = 0.005
"""Seconds that one slice of counting takes."""
COMMANDS: Final = "commands"
"""The device that this laptop's own commands are: the office's own, and known by its note."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Without a `word` it is everything."""

    word: str = ""
    buckets: frozenset[str] = frozenset()

    def told(self, lying: frozenset[str]) -> frozenset[str]:
        """Of a record's buckets those of the scope."""
        return lying & self.buckets


EVERYTHING: Final = Scope()


class _Kept(NamedTuple):
    scope: Scope
    until: int | None


class Scopes:
    """Of one office. `strangers`: a device that was never paired counts as the office's own, as
    long as nobody has to pair; else it holds and writes nothing."""

    def __init__(self, store: Store, *, strangers: bool) -> None:
        self.store = store
        self.strangers = strangers
        self.desk = Desk(store, ALL, user=OFFICE)
        self._kept: dict[str, _Kept] = {}
        self.placing = Placing(self.desk)
        self.placing.catch_up()
        store.placing = self.placing
        self.sums = BucketSums(store)
        store.listen(self._touched)

    def of(self, device: str) -> Scope:
        now, kept = self.store.sources.wall_ms(), self._kept.get(device)
        if kept is None or (kept.until is not None and kept.until <= now):
            kept = self._kept[device] = self._told(device, now)
        return kept.scope

    def until(self, device: str) -> int | None:
        """When the device's scope changes, if nothing is written till then; None: not by itself."""
        self.of(device)
        return self._kept[device].until

    def book(self, pushed: Iterable[State]) -> Book:
        """What the judge of a push looks up."""
        return book_of(
            self.desk, self._device_of, mine=OFFICE, pushed=pushed, author=self.placing.author
        )

    def _touched(self, touched: frozenset[tuple[str, str]]) -> None:
        if any(kind in SCOPED_BY for kind, _ in touched):
            self._kept.clear()

    def _told(self, device: str, now: int) -> _Kept:
        if self._is_own(device):
            return _Kept(EVERYTHING, None)
        record = self.desk.find(DEVICE, device)
        if record is None:
            return _Kept(_scope(frozenset()), None)
        held = roles_of(self.desk, record.person or "")
        until = next_change(held, changes_of(self.desk.all(ROLE_CELL)), now)
        return _Kept(_scope(scope_of(self.desk, record, now)), until)

    def _is_own(self, device: str) -> bool:
        document = self.store.document(device) if device else None
        paired = document is not None and document["_m"]["t"] == DEVICE.name
        # One that was deleted holds nothing.
        return device == COMMANDS or (self.strangers and not paired)

    def _device_of(self, replica: str) -> str | None:
        if replica in self.store.replicas:
            return OFFICE
        device = self.store.meta.get(f"replica/{replica}")
        return OFFICE if self._is_own(device or "") else device


class BucketSums:
    """Sums by bucket, in memory: counted at the first question, and only what changed after.

    The first count takes some 35 us a record; whoever cannot wait for it does it in slices. What a
    commit has digested anyway is counted with it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._by: dict[str, Sums] = {}
        self._counted: dict[str, tuple[int, frozenset[str]]] = {}
        self._stale: set[str] | None = None
        self._ways: dict[frozenset[str], list[tuple[Sums, Weight]]] = {}
        """By where records lie: what they are counted in, and how."""
        store.listen(self._touched)

    def over(self, scope: Scope) -> Sums:
        """Each record once for every bucket of the scope that it lies in."""
        if not scope.word:
            return self.store.sums
        total = Sums()
        for one in self._within(scope):
            total.merge(one)
        return total

    def root(self, scope: Scope) -> list[int | str]:
        """Count and total of `over`, without its slots."""
        if not scope.word:
            return self.store.sums.root()
        within = self._within(scope)
        total = sum(one.total for one in within) % MODULUS
        return [sum(one.count for one in within), f"{total:x}"]

    def tend(self, seconds: float = SLICE) -> bool:
        """Counts for about so long what is yet to be counted; whether more is left."""
        if self._stale is None:
            self._stale = set(self.store.ids())
        end = time.perf_counter() + seconds
        while self._stale:
            self._recount(self._stale.pop())
            if time.perf_counter() > end:
                break
        return bool(self._stale)

    def _within(self, scope: Scope) -> list[Sums]:
        self.tend(float("inf"))
        return [self._by[name] for name in scope.buckets & self._by.keys()]

    def _touched(self, touched: frozenset[tuple[str, str]]) -> None:
        if self._stale is None:
            return
        for _, record_id in touched:
            value = self.store.sums.told.get(record_id)
            if value is None:
                self._stale.add(record_id)
            else:
                self._stale.discard(record_id)
                self._replace(record_id, value)

    def _recount(self, record_id: str) -> None:
        state = None if self.store.is_purged(record_id) else self.store.state(record_id)
        self._replace(record_id, None if state is None else digest(state))

    def _replace(self, record_id: str, value: int | None) -> None:
        """From now on the record counts with this digest, where it lies now; None: not at all."""
        before = self._counted.pop(record_id, None)
        if before is not None:
            self._count(record_id, *before, sign=-1)
        if value is not None:
            now = self._counted[record_id] = (value, self.store.books.holdings.of(record_id))
            self._count(record_id, *now, sign=1)

    def _count(self, record_id: str, value: int, lying: frozenset[str], *, sign: int) -> None:
        slot, ways = slot_of(record_id), self._ways.get(lying)
        if ways is None:
            each = ((self._by.setdefault(name, Sums()), factor_of(name)) for name in lying)
            ways = self._ways[lying] = [(sums, Weight(1, factor)) for sums, factor in each]
        for sums, weight in ways:
            sums.count_in(slot, value, weight, sign)


def weighed(state: State, told: frozenset[str], scope: Scope) -> int:
    """A record's digest as it counts in a scope."""
    return digest(state) if not scope.word else digest(state) * weight_of(told).factor % MODULUS


def _scope(buckets: frozenset[str]) -> Scope:
    word = hashlib.blake2b("\n".join(sorted(buckets)).encode(), digest_size=8).hexdigest()
    return Scope(word, buckets)
