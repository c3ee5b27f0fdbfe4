"""A command's errand to the office that is running: for a moment it is a device of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from data.blobs import Blobs
from data.errors import NoOffice
from data.stamp import Sources
from data.store import Store
from sync.link import Link
from sync.scopes import COMMANDS

T = TypeVar("T")


async def with_office(
    address: str, sources: Sources, verb: Callable[[Store, Link], T], *, token: str = ""
) -> T:
    """Runs `verb` on a short-lived device of the running office and sends what it did.

    A command must not write to an office copy that is open elsewhere; so it works as any device
    does. NoOffice: the office was lost; what the verb had done may be there in part.
    """
    with tempfile.TemporaryDirectory(prefix="callboard-") as folder:
        store = Store(Path(folder), sources=sources, hub=False, holder="command")
        try:
            blobs = Blobs(Path(folder) / "photos")
            link = Link(store, blobs, address, device=COMMANDS, called="Commands", token=token)
            await link.sync_once()
            done = verb(store, link)
            await link.sync_once()
            if not link.state.equal:
                raise NoOffice(f"Not all of it reached the office. {link.state.words()}")
            return done
        finally:
            store.close()
