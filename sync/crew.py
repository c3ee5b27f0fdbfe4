"""What a device tells other devices of what it owes the office, and what it takes from them.

Told are the records that the receiver may hold by the office's word: those that lie in buckets, to
whoever holds one of them. A new record lies in none yet: a green one is told to everybody, an amber
one to those whose bucket it would lie in by this copy's own records, a red one to nobody.

Taken is what cannot wipe anybody's work: a vector may count, past what is known here, only edits
of replicas that the teller can prove to be its own; and of this device's own edits only those that
the office has or that were handed over. Rights are for the office to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from data.buckets import buckets, place_of
from data.errors import Malformed
from data.kinds import ALL
from data.placing import first_author
from data.state import State, join
from data.store import Store
from sync.checking import check_losses, check_size, check_written_over
from sync.neighbour import FULL_TOLD, MOST_GROUPS, MOST_TOLD, Group, Told
from sync.ring import CREW, WHOLE, Ring
from sync.wire import MOST_RECORD

KINDS: Final = {kind.name: kind for kind in ALL}
HANDED: Final = "handed"
"""In the books: by replica of this device, how many of its edits other devices may have seen."""


# ---- told -------------------------------------------------------------------------------------


def told(store: Store, ring: Ring) -> list[Group]:
    """What is owed, by where it lies; records the office put aside are left out."""
    found: dict[frozenset[str], list[State]] = {}
    size, count, aside = 0, 0, store.meta.get("aside", {})
    for record_id in store.bases:
        state = store.state(record_id)
        if state is None or not state.vv or record_id in aside:
            continue
        lies = frozenset(_lies(store, ring, state) & ring.keys.keys())
        length = len(store.line(record_id) or b"")
        if not lies or length > MOST_RECORD or (lies not in found and len(found) == MOST_GROUPS):
            continue
        size, count = size + length, count + 1
        if size > FULL_TOLD or count > MOST_TOLD:
            break
        found.setdefault(lies, []).append(state)
    return [Group(lies, states) for lies, states in found.items()]


def salts(store: Store, groups: list[Group]) -> dict[str, str]:
    """The proofs of this device's replicas that wrote what is told."""
    named = {replica for group in groups for state in group.states for replica in state.vv}
    found = {replica: store.meta.get(f"salt/{replica}") for replica in store.replicas}
    return {r: str(salt) for r, salt in found.items() if salt and r in named}


def note_handed(store: Store) -> None:
    """Others may have seen this device's edits from now on, and may write over them."""
    counted: dict[str, int] = {}
    mine = set(store.replicas)
    for replica, n in store.unacked:
        if replica in mine:
            counted[replica] = max(n, counted.get(replica, 0))
    if counted != store.meta.get(HANDED, {}):
        store.set_meta(**{HANDED: counted})


def _lies(store: Store, ring: Ring, state: State) -> frozenset[str]:
    """The buckets whose holders may be told of a record."""
    if WHOLE in ring.keys:
        return frozenset({WHOLE})
    lies = store.books.holdings.of(state.id)
    if lies or store.bases[state.id] is not None:
        return lies  # it has left this device's scope: the office alone is told
    return _would_lie(store, state)


def _would_lie(store: Store, state: State) -> frozenset[str]:
    """A new record: where the office has yet to say."""
    kind = KINDS.get(state.kind)
    if kind is None or kind.confidentiality == "red":
        return frozenset()
    if kind.confidentiality == "green":
        return frozenset({CREW})
    document = store.document(state.id) or {}

    def look(name: str, record_id: str) -> Mapping[str, Any] | None:
        found = store.document(record_id)
        return found if found is not None and found["_m"]["t"] == name else None

    def author() -> str:
        return first_author(store.books.history.of(state.id), document)

    return buckets(place_of(kind, state.id, document, look, author))


# ---- taken ------------------------------------------------------------------------------------


class Hearing:
    """What is to be taken of letters to the crew. They may need each other: who was told something
    by a colleague tells it too, and brings that colleague's letter beside his own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.taken: list[State] = []
        self._now: dict[str, State] = {}
        self._mine = frozenset(store.replicas)

    def hear(self, letters: list[Told]) -> Mapping[str, int]:
        """By device, how many records were not taken; `taken` are the others."""
        left = [(one, group, state) for one in letters for group in one.groups
                for state in group.states]  # fmt: skip
        before = -1
        while len(left) != before:
            before = len(left)
            left = [item for item in left if not self._takes(*item)]
        aside: dict[str, int] = {}
        for one, _, _ in left:
            aside[one.device] = aside.get(one.device, 0) + 1
        return aside

    # ---- inside -----------------------------------------------------------------------------

    def _takes(self, one: Told, group: Group, state: State) -> bool:
        if not self._may_tell(group, state) or self._reaches_too_far(one, state):
            return False
        here = self._now.get(state.id) or self.store.state(state.id)
        if here is not None:
            # What is known of others' edits is known better than a colleague says it.
            known = {d: here.marks.get(d, m) for d, m in state.marks.items() if not one.owns(d[0])}
            state = replace(state, marks={**state.marks, **known})
        try:
            after = state if here is None else join(here, state)
            check_losses(state, after, here)
            if here is not None:
                check_written_over(state, after, here)
                check_size(after)
        except Malformed:
            return False
        if after != here:
            self._now[state.id] = after
            self.taken.append(state)
        return True

    def _may_tell(self, group: Group, state: State) -> bool:
        """Whether who could close the group reads such records: it had the key of a bucket."""
        kind = KINDS.get(state.kind)
        green = kind is not None and kind.confidentiality == "green"
        if green or WHOLE in group.buckets:
            return True
        lies = self.store.books.holdings.of(state.id)
        return bool(group.buckets & lies if lies else group.buckets - {CREW})

    def _reaches_too_far(self, one: Told, state: State) -> bool:
        """Whether it counts an edit as seen that its device cannot have seen."""
        here = self._now.get(state.id) or self.store.state(state.id)
        known = {} if here is None else here.vv
        for replica, n in state.vv.items():
            if replica in self._mine:
                if n > min(known.get(replica, 0), self._let_out(replica, state.id)):
                    return True
            elif n > known.get(replica, 0) and not one.owns(replica):
                return True
        return False

    def _let_out(self, replica: str, record_id: str) -> int:
        """Up to where others can know this device's own edits of a record."""
        base = self.store.base(record_id)
        by_office = 0 if base is None else base.vv.get(replica, 0)
        return max(by_office, int(self.store.meta.get(HANDED, {}).get(replica, 0)))
