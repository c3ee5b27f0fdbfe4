"""A state that was pushed, read with suspicion, and best while its line is still at hand.

A batch is some megabytes once it is parsed: who reads it from end to end, again and again, waits
for the memory each time. What is no state stays as it came, and spoils nothing beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from data.canonical import decode
from data.errors import Malformed
from data.state import State


def read_state(raw: Any) -> State | Malformed:
    if isinstance(raw, State):
        return raw
    try:
        return decode(raw)
    except Malformed as error:
        return error


def _at_once(raw: Any) -> Any:
    read = read_state(raw)
    return read if isinstance(read, State) else raw


AT_ONCE: Final[Mapping[str, Callable[[Any], Any]]] = {"s": _at_once}
"""For `Push.from_bytes`: the states of a push come read."""
