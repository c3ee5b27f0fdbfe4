"""Which of the office's states can be joined here; one that cannot never stops the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data.canonical import decode
from data.document import encoded, state_of
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
        record_id = str(raw.get("id")) if isinstance(raw, dict) else "?"
        try:
            doc = store.document(record_id)
            if known and doc and record_id not in store.bases and encoded(record_id, doc) == raw:
                continue  # the echo of what was confirmed already: most of what comes back is
            state = decode(raw)
            if doc:
                join(state_of(record_id, doc), state)
        except Malformed as error:
            unjoined[record_id[:64]] = {"code": error.code, "reason": error.sentence}
            continue
        unjoined.pop(record_id, None)
        states.append(state)
    return states, unjoined
