"""What states from another copy make of the records and bases of this one.

A *base* is the join of everything the office has said of a record: it moves with what comes in,
and a record that differs from it is owed. Only a burial, a state without any edit, is not joined:
it takes the record's place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from data.canonical import decode
from data.state import State, includes, join

Bases = Mapping[str, Any]
"""By record that the office has not confirmed as it is: the state it did confirm, as canonical
JSON; None: it has none."""


def base_in(bases: Bases, here: Callable[[str], State | None], record_id: str) -> State | None:
    """A record without an entry in the books is clean: its base is what stands here."""
    if record_id in bases:
        raw = bases[record_id]
        return None if raw is None else decode(raw)
    return here(record_id)


class Arrival:
    """One meeting. `here`: this copy's records; `bases`: the books of theirs; None: this is the
    office, which has none."""

    def __init__(self, here: Callable[[str], State | None], bases: Bases | None) -> None:
        self._here = cache(here)  # asked for what was, what changed and what agrees
        self._hub = bases is None
        self._owed = bases or {}
        self.joined: dict[str, State] = {}
        self.bases: dict[str, State | None] = {}

    def join(self, state: State) -> None:
        """It came from the office, or to it."""
        if not state.vv and not self._hub:
            self.bases[state.id] = state
            if state.id not in self._owed:
                self.joined[state.id] = state
            return
        here = self.joined.get(state.id) or self._here(state.id)
        self.joined[state.id] = state if here is None else join(here, state)
        self.confirm(state)

    def meet(self, state: State) -> None:
        """It came from another device: what the office has of it stays as it was told."""
        here = self.joined.get(state.id) or self._here(state.id)
        if state.id not in self._owed:
            self.bases.setdefault(state.id, self._here(state.id))
        self.joined[state.id] = state if here is None else join(here, state)

    def bury(self, state: State) -> None:
        """Nobody has written here what the office does not know: it may take the place."""
        self.joined[state.id] = self.bases[state.id] = state

    def confirm(self, state: State) -> None:
        """The office has it. Nobody confirms anything to the office itself, nor what was let go
        of while the answer was carried here, nor what a copy does not have that was put back since:
        it would owe the record for ever."""
        here = self.joined.get(state.id) or self._here(state.id)
        if self._hub or here is None or not includes(here, state):
            return
        base = self.bases.get(state.id) or self.was(state.id)
        self.bases[state.id] = state if base is None else join(base, state)

    def was(self, record_id: str) -> State | None:
        """Its base before this meeting."""
        return base_in(self._owed, self._here, record_id)

    def changes(self) -> dict[str, tuple[State | None, State]]:
        """The records that are not as they were: before, and now."""
        return {
            record_id: (before, after)
            for record_id, after in self.joined.items()
            if (before := self._here(record_id)) != after
        }

    def clean(self) -> tuple[str, ...]:
        """The records that agree with their base from now on."""
        return tuple(
            record_id
            for record_id, base in self.bases.items()
            if base == (self.joined.get(record_id) or self._here(record_id))
        )
