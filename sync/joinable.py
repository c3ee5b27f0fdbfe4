"""Which of the office's states can be joined here; one that cannot never stops the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data.canonical import decode, encode
from data.errors import Malformed
from data.state import State, join
from data.store import Store


def readable(
    store: Store, raws: Iterable[Any], *, known: bool = True
) -> tuple[list[State], dict[str, Any]]:
    """The states that can be joined here, and the books of those that cannot: they stay at the
    office, and are joined when they come again. `known`: echoes are passed over."""
    states: list[State] = []
    unjoined = dict(store.meta.get("unjoined", {}))
    for raw in raws:
        name = str(raw.get("id")) if isinstance(raw, dict) else "?"
        try:
            if known and _stands_here(store, raw):
                continue
            state = decode(raw)
            here = store.state(state.id)
            if here is not None:
                join(here, state)
        except Malformed as error:
            unjoined[name[:64]] = {"code": error.code, "reason": error.sentence}
            continue
        unjoined.pop(name, None)
        states.append(state)
    return states, unjoined


def _stands_here(store: Store, raw: Any) -> bool:
    """Whether this is the echo of what was confirmed already: most of what comes back is."""
    record_id = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(record_id, str) or record_id in store.bases:
        return False
    here = store.state(record_id)
    return here is not None and encode(here) == raw
