"""The inbox of a desk: the questions that copies left when they met, and how they are answered.

Questions are derived, never stored. An answer is an ordinary edit over exactly the values that were
shown; a value that came meanwhile stays, and asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data.conflicts import Item, Known, Side, common, items_of
from data.desk import Desk
from data.edit import Edit, Write
from data.errors import Refused

# ---- questions ------------------------------------------------------------------------------


def inbox(desk: Desk) -> list[Item]:
    """Every question there is, the one about the newest value first; the same on every copy."""
    watch = desk.watch
    found: list[Item] = []
    for record_id in watch.concurrent():
        found += watch.remembered(record_id, "items", lambda i: _items(desk, i))
    return sorted(found, key=lambda item: (-item.at, item.id))


def before(desk: Desk, item: Item, told: Iterable[Edit] = ()) -> Known | None:
    """The value from before the question, if it is known here."""
    known = common(item, [*desk.store.history(item.record), *told])
    if known is None or known.value is not None:
        return known
    return Known(desk.kinds[item.kind].unwritten(item.field))


# ---- answers --------------------------------------------------------------------------------


def keep(desk: Desk, item: Item, side: Side) -> None:
    """This value is right."""
    _answer(desk, item, side.value)


def keep_all(desk: Desk, items: Iterable[Item], user: str) -> int:
    """What this person wrote is right, in every one of the items, as one gesture."""
    answers = [(item, side) for item in items if (side := item.side_of(user)) is not None]
    with desk.gesture():
        for item, side in answers:
            keep(desk, item, side)
    return len(answers)


def write_another(desk: Desk, item: Item, value: Any) -> None:
    """None of them is right: this is. BadInput names the field."""
    kind = desk.kinds[item.kind]
    there = desk.get(kind, item.record)
    new = kind.check({**there.model_dump(), item.field: value}, changed=(item.field,))
    _answer(desk, item, kind.cell(item.field, new))


def _answer(desk: Desk, item: Item, value: Any) -> None:
    state = desk.store.state(item.record)
    standing = {} if state is None or not state.alive else state.cells.get(item.field, {})
    if not any(dot in standing for dot in item.dots):
        raise Refused("This was settled meanwhile. Look at the record again.", code="settled")
    desk.write(Write(item.kind, item.record, {item.field: value}, over={item.field: item.dots}))


def _items(desk: Desk, record_id: str) -> tuple[Item, ...]:
    state = desk.store.state(record_id)
    kind = None if state is None else desk.kinds.get(state.kind)
    return () if state is None or kind is None else tuple(items_of(kind, state))
