"""Records that were deleted so long ago that only their id is left.

A deleted record keeps its values until every living device has heard of the delete and thirty days
have passed; then it is *buried*: what is left is a state without any edit, which takes the place of
the record everywhere. Records with a natural id are never buried, since the same thing may be made
again under the same id.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final

from data.document import GONE
from data.state import State
from data.store import Store

KEPT_MS: Final = 30 * 24 * 3600 * 1000
_DAY_MS: Final = 24 * 3600 * 1000
_AT_ONCE: Final = 500


def is_buried(state: State) -> bool:
    return not state.vv


def buried(state: State) -> State:
    return State(state.id, state.kind)


def may_be_buried(state: State) -> bool:
    try:
        return not state.alive and uuid.UUID(state.id).version != 5
    except ValueError:
        return not state.alive


def bury(store: Store, everybody_has: int | None) -> int:
    """Buries what may be, at most once a day; how many. `everybody_has`: the number up to which
    every living device has everything."""
    now = store.sources.wall_ms()
    days = [list(day) for day in store.meta.get("days", ())]
    if days and now - days[-1][0] < _DAY_MS:
        return 0
    old = max((top for at, top in days if now - at >= KEPT_MS), default=0)
    behind = old if everybody_has is None else min(old, everybody_has)
    changes: dict[str, tuple[State | None, State]] = {}
    for state in _deleted(store, behind):
        changes[state.id] = (state, buried(state))
        if len(changes) == _AT_ONCE:
            break
    kept = [day for day in days if day[1] >= old or now - day[0] < KEPT_MS]
    noted = {} if len(changes) == _AT_ONCE else {"days": [*kept, [now, store.order.top]]}
    store.accept(changes, {}, meta=noted)
    return len(changes)


def _deleted(store: Store, behind: int) -> Iterator[State]:
    rows = store.storage.tables.get(GONE, ())
    for hseq, record_id in store.order.after(0) if rows and behind else ():
        if hseq > behind:
            return
        if store.storage.where(record_id) == GONE:
            state = store.state(record_id)
            if state is not None and state.vv and may_be_buried(state):
                yield state
