"""The second door of every office: opened as soon as there is a production, and where it cannot be
opened, that is said, and the office goes on without."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from data.errors import OfficeError
from data.store import Store

if TYPE_CHECKING:  # what the door needs takes its time to load, and the office does not wait for it
    from views.lan.office import SecondDoor
    from views.lan.published import Say

AGAIN_S: Final = 15.0
"""Seconds until a door that could not be opened is tried again: the other program has ended."""
SHUT: Final = "Phones cannot come in now: "

Pause = Callable[[float], Awaitable[None]]


class Opening:
    """`make`: the door itself. `code`: what the person is to write down."""

    def __init__(
        self,
        store: Store,
        make: Callable[[], SecondDoor],
        say: Say,
        *,
        code: Callable[[], str] = str,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._store, self._make, self._say, self._pause = store, make, say, pause
        self._code = code
        self._door: SecondDoor | None = None
        self._why = ""

    def open(self) -> None:
        """At once, for whoever asked for it. Busy, BadInput: it is not to be had, and why."""
        self._door = self._make()

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._begun()
        await asyncio.to_thread(importlib.import_module, "views.lan.office")
        while self._door is None:
            try:
                self.open()
            except OfficeError as error:
                self._note(error.sentence)
                await self._pause(AGAIN_S)
        self._why = ""
        await self._door.run()

    # ---- what the office's screens ask -------------------------------------------------------

    def origin(self) -> str:
        """Where phones open the app; empty while the door is shut."""
        return self._door.origin if self._door else ""

    def steps(self) -> tuple[str, ...]:
        """Where a phone begins, in words; or why it cannot."""
        if self._door is not None:
            return self._door.steps()
        return (f"{SHUT}{self._why}",) if self._why else ()

    def begins(self) -> tuple[str, ...]:
        return self._door.begins() if self._door else ()

    def fingerprint(self) -> str:
        return self._door.fingerprint() if self._door else ""

    def reached(self) -> tuple[list[str], int]:
        return self._door.reached() if self._door else ([], 0)

    def recovery(self) -> str:
        """The code that a laptop needs which takes this one's place; empty: there is none here."""
        return self._code() if self._door is not None else ""

    # ---- inside ------------------------------------------------------------------------------

    async def _begun(self) -> None:
        """Returns when there is a production: a new office makes it on its first screen."""
        news, loop = asyncio.Event(), asyncio.get_running_loop()

        def tell(_touched: object) -> None:
            loop.call_soon_threadsafe(news.set)  # a screen may commit from a thread

        stop = self._store.listen(tell)
        try:
            while not self._store.production:
                await news.wait()
                news.clear()
        finally:
            stop()

    def _note(self, sentence: str) -> None:
        if sentence != self._why:
            self._say(f"{SHUT}{sentence}")
        self._why = sentence
