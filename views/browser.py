"""The browser around the app: what only it knows, and what only it can do. None at the office."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar

from data.photos import is_light
from data.reading.looks import Small

Offline = Literal["no", "coming", "ready", "cut", "full"]
Shrink = Callable[[bytes], Awaitable[bytes | None]]
Grey = Callable[[bytes, int], Awaitable[Small | None]]
"""A photo's small grey copy, its longer edge as wished; None for what is no picture."""
Install = Literal["installed", "ask", "ios", "android", "other"]
Camera = Literal["off", "on", "asking", "refused", "missing", "busy"]
Answer = Literal["new", "already", "no"]
Stop = Callable[[], None]
_L = TypeVar("_L")


@dataclass(frozen=True, slots=True)
class BrowserState:
    """What the page said last (assets/web/page.js)."""

    offline: Offline = "no"
    """Whether the app opens without a network: its files are on the way, here, or were cut off."""
    done: int = 0
    of: int = 0
    update: bool = False
    """A newer app is here and waits to be used."""
    persisted: bool | None = None
    """Whether the browser promised to keep what is stored, also when it needs room."""
    asked: bool = False
    usage: int = 0
    quota: int = 0
    install: Install = "other"
    version: str = ""
    camera: Camera = "off"
    """Missing: there is none, or the address is not a safe one. Busy: another app has it."""
    lost: str = ""
    """What the browser threw away, as it was noted when it was last seen; empty if nothing."""

    @property
    def left(self) -> int:
        """Bytes that may still be stored."""
        return max(0, self.quota - self.usage)


class Browser:
    """Hears the page and asks things of it. `tell` sends a word and its value there."""

    def __init__(
        self,
        tell: Callable[[str, Any], object],
        shrink: Shrink | None = None,
        grey: Grey | None = None,
    ) -> None:
        self.tell = tell
        self._shrink = shrink
        self._grey = grey
        self.state = BrowserState()
        self.came_back: Callable[[], object] = lambda: None
        """Called when the page is looked at again, or the network is there again."""
        self.beside: Sequence[object] = ()
        """The tasks that run beside the screens; asyncio drops those that nobody holds."""
        self._listeners: list[Callable[[], None]] = []
        self._readers: list[Callable[[str], object]] = []

    def listen(self, listener: Callable[[], None]) -> Stop:
        """Told after every change, until the returned function is called."""
        return _until_stopped(self._listeners, listener)

    def on_read(self, listener: Callable[[str], object]) -> Stop:
        """Told each text that the camera or a scanner reads, until the returned function is called.

        A code that stays in view is told once.
        """
        return _until_stopped(self._readers, listener)

    def heard(self, text: str) -> None:
        """A word of the page, as JSON. What this version does not know is passed over."""
        said = json.loads(text)
        if said.get("back"):
            self.came_back()
        if "read" in said:
            for reader in tuple(self._readers):
                reader(said["read"])
        known = {field.name for field in fields(BrowserState)}
        page = {name: value for name, value in said.get("page", {}).items() if name in known}
        self.note(**page)

    def note(self, **changes: Any) -> None:
        state = replace(self.state, **changes)
        if state != self.state:
            self.state = state
            for listener in tuple(self._listeners):
                listener()

    async def shrunk(self, photo: bytes) -> bytes:
        """The photo as a JPEG of a size that is kept, drawn by the browser. What it cannot draw
        comes back as it is: `photos.fit` says what it is."""
        if self._shrink is None or is_light(photo):
            return photo
        return await self._shrink(photo) or photo

    async def grey(self, photo: bytes, edge: int) -> Small | None:
        """What a photo is known again by and judged by, drawn by the browser."""
        return None if self._grey is None else await self._grey(photo, edge)

    # ---- what is asked of the page ------------------------------------------------------------

    def keep_for_good(self) -> None:
        """Asks the browser to keep what is stored until the person removes it."""
        self.tell("persist", True)

    def install(self) -> None:
        self.tell("install", True)

    def use_update(self) -> None:
        """Opens the app anew, with the newer files."""
        self.tell("update", True)

    def remember(self, words: str) -> None:
        """Notes outside of the store that there is one, so that a lost one is noticed."""
        self.tell("remember", words)

    def look(self, on: bool, top: float = 0, height: float = 0) -> None:
        """Shows what the camera sees over the screen, at these shares of the window's height; the
        screen leaves the place free. Off: it is gone at once and the camera's lamp goes out."""
        self.tell("look", {"on": on, "top": top, "height": height})

    def cover(self, on: bool) -> None:
        """Hides the camera's picture while an answer fills the screen; the camera goes on."""
        self.tell("cover", on)

    def signal(self, kind: Answer, silent: bool) -> None:
        """An answer to be heard and felt; silent: felt alone, for when the camera rolls."""
        self.tell("signal", {"kind": kind, "silent": silent})

    def hand_over(self, name: str, parts: Iterable[bytes]) -> None:
        """A file for the person, put together by the page."""
        self.tell("file", {"name": name, "parts": list(parts)})


def _until_stopped(listeners: list[_L], listener: _L) -> Stop:
    listeners.append(listener)
    return lambda: listeners.remove(listener) if listener in listeners else None
