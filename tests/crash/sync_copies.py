"""An office and its devices as processes that talk over real HTTP, and end when they are killed.

Each is a fork of a warm process that has only imported what they need: a start takes milliseconds.
Told to, a process kills itself at one exact moment, where chance would seldom come.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
import socket
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import data.storage
from data.blobs import Blobs
from data.edit import Write
from data.files import DiskFile
from data.frame import Commit
from data.stamp import Sources
from data.storage import JournalStorage
from data.store import Store
from sync.calls import Timings
from sync.exchange import Office
from sync.hub import routes
from sync.link import Link, LinkState

PRODUCTION: Final = "5f2c1a70-3b1e-4c7d-9a51-0d6a2f1e8b33"
QUICK: Final = Timings(poll=5, connect=2, answer=10, first=0.02, longest=0.1)
BOUND: Final = 30.0
"""Seconds after which a process that says nothing is taken for hung."""

PUSHED: Final = 5
"""Records in a push of a device."""

MOMENTS: Final = ("before", "half", "unsynced", "after", "answer", "step")
"""Where in the n-th commit of records: nothing written, half of it, all but not synced, durable but
nobody told, half of the answer sent; or in the n-th step towards a new generation."""

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


class Running:
    """A process of ours: what it says, and its end."""

    def __init__(self, role: Any, *words: Any, dies: tuple[str, int] | None = None) -> None:
        self._hears, tells = _PROCESSES.Pipe(duplex=False)
        self._process = _PROCESSES.Process(target=role, args=(tells, dies, *words))
        self._process.start()
        tells.close()

    def says(self) -> str | None:
        """The next word; None: it has ended."""
        try:
            if not self._hears.poll(BOUND):
                self.kill()
                raise AssertionError("it has hung")
            return str(self._hears.recv())
        except (EOFError, OSError):
            return None

    def until(self, word: str) -> list[str]:
        """All it says before that word."""
        said: list[str] = []
        while (heard := self.says()) != word:
            assert heard is not None, f"it ended before {word!r}, after {said[-3:]}"
            said.append(heard)
        return said

    def ended(self) -> list[str]:
        """All it says before it kills itself."""
        said = self._rest()
        self._process.join(BOUND)
        assert self._process.exitcode == -signal.SIGKILL
        return said

    def kill(self) -> list[str]:
        """SIGKILL, wherever it is; what it had said before."""
        self._process.kill()
        self._process.join(BOUND)
        return self._rest()

    def _rest(self) -> list[str]:
        said: list[str] = []
        while (heard := self.says()) is not None:
            said.append(heard)
        return said


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# ---- the roles, each in a process of its own --------------------------------------------------


def office(told: Connection, dies: tuple[str, int] | None, home: str, port: int, taps: int) -> None:
    """The office at a port. It says `open`, and `tap n` for each of so many taps on its screens."""
    store = _opened(Path(home), hub=True, dies=dies)
    if not store.production:
        store.set_meta(production=PRODUCTION)
    app: ASGIApp = Starlette(routes=routes(Office(store), Blobs(Path(home, "photos"))))
    if dies is not None and dies[0] == "answer":
        app = _dies_in_an_answer(app, dies[1])

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            told.send("open")
            self.work = asyncio.gather(_tend(store), _work(store, told, "tap", taps))

    server = Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical"))
    asyncio.run(server.serve())


def device(
    told: Connection, dies: tuple[str, int] | None, home: str, port: int, name: str, taps: int
) -> None:
    """A device of the office at a port. It says `NAME n` for each of so many taps, and `equal` when
    the office has all of them and it has all of the office's."""
    store = _opened(Path(home), hub=False, dies=dies)
    # However late it comes, all it has done is some pushes: else the office's third may never be.
    patch("sync.device.MOST_STATES", PUSHED).start()
    address = f"http://127.0.0.1:{port}"
    link = Link(store, Blobs(Path(home, "photos")), address, called=name, timings=QUICK)

    async def live() -> None:
        line = asyncio.gather(link.run(), _tend(store))
        await _work(store, told, name, taps)
        equal = asyncio.Event()

        def look(state: LinkState) -> None:
            if state.equal and state.last_contact is not None:
                equal.set()

        link.listen(look)
        look(link.state)
        await equal.wait()
        told.send("equal")
        await line

    asyncio.run(live())


async def _work(store: Store, told: Connection, name: str, taps: int) -> None:
    """Taps of a person."""
    for n in range(taps):
        write = Write("person", f"{name} {n}", {"name": f"Walk-on {n}", "note": "x" * 99})
        store.commit([write, Write("scene", "all", {f"turn_{name}": n})], user=name)
        told.send(f"{name} {n}")
        await asyncio.sleep(0.002)


async def _tend(store: Store) -> None:
    """What the store does when nobody waits."""
    while True:
        await asyncio.sleep(0.01)
        store.tend()


# ---- the end ----------------------------------------------------------------------------------


def _opened(home: Path, *, hub: bool, dies: tuple[str, int] | None) -> Store:
    patch.object(data.storage, "SMALLEST", 20_000).start()
    patch.object(data.storage, "LONG", 80_000).start()
    if dies is not None:
        _dies_in_a_commit(*dies)
    return Store(home, sources=Sources(rng=random.SystemRandom()), hub=hub)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dies_in_a_commit(moment: str, n: int) -> None:
    left = n
    really = JournalStorage.commit
    step = JournalStorage._step
    append = DiskFile.append

    def half(file: DiskFile, content: bytes) -> None:
        append(file, content[: len(content) // 2])
        _die()

    def commit(storage: JournalStorage, what: Commit) -> None:
        nonlocal left
        left -= bool(what.put) and moment in ("before", "half", "unsynced", "after")
        if left or not what.put:
            really(storage, what)
            return
        if moment == "before":
            _die()
        if moment == "half":
            patch.object(DiskFile, "append", half).start()
        if moment == "unsynced":
            patch.object(DiskFile, "sync", lambda _file: _die()).start()
        really(storage, what)
        _die()

    def _step(storage: JournalStorage) -> None:
        nonlocal left
        left -= moment == "step"
        step(storage)
        if not left:
            _die()

    patch.object(JournalStorage, "commit", commit).start()
    patch.object(JournalStorage, "_step", _step).start()


def _dies_in_an_answer(app: ASGIApp, n: int) -> ASGIApp:
    """Half of the n-th answer to a push has left the machine."""
    left = n

    async def dying(scope: Scope, receive: Receive, send: Send) -> None:
        async def half(message: Message) -> None:
            nonlocal left
            if message["type"] != "http.response.body" or scope["path"] != "/v1/push":
                await send(message)
                return
            left -= 1
            if left:
                await send(message)
                return
            body = message["body"]
            await send({**message, "body": body[: len(body) // 2], "more_body": True})
            _die()

        await app(scope, receive, half if scope["type"] == "http" else send)

    return dying
