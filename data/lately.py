"""The records that were read last: whoever asks again for one that has not changed gets the same.

A device reads what it owes when it sends it, and again when the office has confirmed it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from data.document import state_of
from data.packing import loads
from data.state import State

ENOUGH: Final = 1000
"""Two full batches, the one on its way and the one being made."""


class Lately:
    """By id the state that a line says. `line` gives the same object until the record changes."""

    def __init__(self, line: Callable[[str], bytes | None]) -> None:
        self._line = line
        self._newer: dict[str, tuple[bytes, State]] = {}
        self._older: dict[str, tuple[bytes, State]] = {}

    def state(self, record_id: str) -> State | None:
        line = self._line(record_id)
        if line is None:
            return None
        known = self._newer.get(record_id) or self._older.get(record_id)
        if known is None or known[0] is not line:
            known = self._newer[record_id] = line, state_of(record_id, loads(line))
            if len(self._newer) >= ENOUGH:
                self._newer, self._older = {}, self._newer
        return known[1]
