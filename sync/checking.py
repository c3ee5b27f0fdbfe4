"""What no honest copy sends: an edit with two contents, a value that went away by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.canonical import encode
from data.errors import Malformed, ReplicaCloned
from data.packing import dumps
from data.state import Dot, State, seen
from sync.wire import MOST_RECORD, TOO_LARGE, dot_name

MISSING = "A value is missing that nobody has written over."


def check_payload(sent: State, dot: Dot, told: Mapping[str, Any]) -> None:
    """A dot that the office knows must say what it says there."""
    values = told.get("f", {})
    for name, cells in sent.cells.items():
        if dot in cells and (name not in values or values[name] != cells[dot]):
            raise ReplicaCloned(f"the edit {dot_name(dot)} has two contents.")


def check_losses(sent: State, after: State, here: State | None) -> None:
    """No value goes away unless somebody has written."""
    if here is None or any(n > here.vv.get(replica, 0) for replica, n in sent.vv.items()):
        return
    if not _standing(here) <= _standing(after):
        raise Malformed(MISSING)


def check_written_over(sent: State, after: State, here: State) -> None:
    """What goes away was written over: whoever does leaves another value there, if only an empty
    one. An edit of one field takes no other field's value with it. Not so where other offices may
    have refused what stands here: what they take back leaves nothing where nothing stood before."""
    for name, cells in here.cells.items():
        gone = cells.keys() - after.cells.get(name, {}).keys()
        if gone and all(seen(here.vv, dot) for dot in sent.cells.get(name, ())):
            raise Malformed(MISSING)


def check_size(state: State) -> None:
    """The office puts a record aside that is larger, and with it what everybody wrote in it."""
    if len(dumps(encode(state))) > MOST_RECORD:
        raise Malformed(TOO_LARGE[1], code=TOO_LARGE[0])


def _standing(state: State) -> set[tuple[str, Dot]]:
    """Everything that stands in a record, by what it is and whose edit."""
    found = {("life", dot) for dot in state.life}
    found |= {(f"cell {name}", dot) for name, cells in state.cells.items() for dot in cells}
    return found | {
        (f"element {name} {element}", dot)
        for name, elements in state.sets.items()
        for element, dots in elements.items()
        for dot in dots
    }
