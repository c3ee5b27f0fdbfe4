"""What no honest copy sends: an edit with two contents, a value that went away by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.errors import Malformed, ReplicaCloned
from data.state import Dot, State
from sync.wire import dot_name


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
        raise Malformed("A value is missing that nobody has written over.")


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
