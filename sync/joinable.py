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
        record_id = raw.get("id") if isinstance(raw, dict) else None
        name = str(record_id)[:64] if isinstance(raw, dict) else "?"
        try:
            here = store.state(record_id) if isinstance(record_id, str) else None
            if known and here is not None and record_id not in store.bases and encode(here) == raw:
                continue  # the echo of what was confirmed already: most of what comes back is
            state = decode(raw)
            if here is not None:
                join(here, state)
        except Malformed as error:
            unjoined[name] = {"code": error.code, "reason": error.sentence}
            continue
        unjoined.pop(name, None)
        states.append(state)
    return states, unjoined
