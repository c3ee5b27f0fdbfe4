"""What is read of badges, by whatever reads it, reaches the screen that listens.

A keyboard-wedge scanner types what it reads and ends with Enter, whichever screen is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from data.kinds.badges import PREFIX, SIGNED, SIGNS

_BADGE: Final = re.compile(rf"{PREFIX}\d{{1,6}}[A-Z]?[{SIGNS}]{{{SIGNED}}}$")
_LONGEST: Final = 24
_ENTER: Final = ("Enter", "Numpad Enter")


class Wedge:
    """Told every key. Nothing depends on how fast they come: a badge has a beginning, an end, and
    a signature in between, which nobody types by chance."""

    def __init__(self) -> None:
        self.otherwise: Callable[[], Any] = lambda: None
        """Called when no screen listens to what was read; the one that it opens finds `waiting`."""
        self.waiting = ""
        self._typed = ""
        self._listeners: list[Callable[[str], Any]] = []

    def listen(self, listener: Callable[[str], Any]) -> Callable[[], None]:
        """Told what was read, at once what waits, until the returned function is called."""
        self._listeners.append(listener)
        if self.waiting:
            text, self.waiting = self.waiting, ""
            listener(text)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def key(self, event: Any) -> Any:
        """One key of the keyboard, as flet tells it."""
        key = str(event.key).removeprefix("Numpad ")
        if event.key in _ENTER:
            read, self._typed = _BADGE.search(self._typed), ""
            return self.heard(read[0]) if read else None
        if len(key) == 1:
            self._typed = (self._typed + key.upper())[-_LONGEST:]
        return None

    def typed(self, text: str) -> bool:
        """What was typed into a field, ended with Enter: whether it was a scanner that typed."""
        read = _BADGE.search(text.strip().upper())
        if read is not None:
            self.heard(read[0])
        return read is not None

    def heard(self, text: str) -> Any:
        """Something was read, by a scanner or the camera."""
        if not self._listeners:
            self.waiting = text
            return self.otherwise()
        for listener in tuple(self._listeners):
            listener(text)
        return None
