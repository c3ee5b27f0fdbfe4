"""A listener for a Wi-Fi where anybody may be: few patient seconds, short heads, counted lines.

uvicorn alone waits for ever for a head that does not come and for a reader that does not read.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from data.errors import Busy

MOST: Final = 1000
"""Lines at once; a crew's phones hold two or three each."""
MOST_EACH: Final = 64
"""Of them from one address: a hotspot may stand before several phones."""
HANDSHAKE_S: Final = 10.0
HEAD_S: Final = 15.0
"""Seconds in which a request's head must be here, from its first byte or the line's beginning."""
READ_S: Final = 60.0
"""Seconds in which whoever asked must take some of the answer."""
IDLE_S: Final = 20
LONGEST_HEAD: Final = 16 * 2**10
GOODBYE_S: Final = 1.0
MOST_SHOWS: Final = 10
"""That are looked after on one laptop: each show has its own ports for its life."""
BREATH_S: Final = 0.1
OWN_FILES: Final = 256
"""Files that the office opens itself: journals, photos, fonts, its own windows."""

log = logging.getLogger("callboard.lan")


class Line(H11Protocol):
    """One connection, let go when it keeps the office waiting."""

    most, most_each, head_s, read_s = MOST, MOST_EACH, HEAD_S, READ_S

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head: asyncio.TimerHandle | None = None
        self._read: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head = self.loop.call_later(self.head_s, transport.abort)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            _end(self._head)
            self._head = None
        elif self._head is None:
            self._head = self.loop.call_later(self.head_s, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._read = self.loop.call_later(self.read_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _end(self._read)

    def connection_lost(self, exc: Exception | None) -> None:
        _end(self._head, self._read)
        super().connection_lost(exc)


def _end(*timers: asyncio.TimerHandle | None) -> None:
    for timer in timers:
        if timer is not None:
            timer.cancel()


def free_pair(first: int) -> int:
    """The first of two free ports side by side, from `first` on: for a show that has none yet."""
    for port in range(first, first + MOST_SHOWS * 2, 2):
        with suppress(Busy), on_every_address(port), on_every_address(port + 1):
            return port
    return first  # who opens it is told that it is taken


def on_every_address(port: int) -> socket.socket:
    """Busy: the port is taken. There is no other one: it is part of the show's address."""
    # Named TCP: else asyncio leaves its lines to gather small parts, and each answer takes 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name != "nt")
    try:
        sock.bind(("0.0.0.0", port))
    except OSError as error:
        sock.close()
        raise Busy(
            f"Port {port}, where this show's phones look for the office, is taken by another "
            "program. Close it, then open Callboard again."
        ) from error
    sock.listen(128)
    return sock


@asynccontextmanager
async def served(
    app: ASGIApp,
    sock: socket.socket,
    context: ssl.SSLContext | None = None,
    line: type[Line] = Line,
) -> AsyncIterator[None]:
    """The application answers on this socket for as long as the block runs, on the loop of the
    block. A new certificate is shown by loading it into `context`."""
    config = uvicorn.Config(
        app,
        log_config=None,  # the office's own server has set it up for this process
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,  # nothing stands before us: whoever says so is not believed
        timeout_keep_alive=IDLE_S,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    config.load()
    state = ServerState()
    letting_in = _LettingIn(lambda: line(config=config, server_state=state, app_state={}), line)
    accepting = asyncio.create_task(letting_in.from_(sock, context, state))
    try:
        yield
    finally:
        accepting.cancel()
        await asyncio.wait({accepting, *letting_in.coming})
        sock.close()
        for open_line in list(state.connections):
            open_line.shutdown()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=GOODBYE_S)
        for open_line in list(state.connections):
            open_line.transport.abort()


class _LettingIn:
    """Counts lines from the moment they are there: asyncio's own server would count one only after
    its handshake, and whoever never shakes hands could use up all files that the office may open,
    its journal's too."""

    def __init__(self, make: Callable[[], Line], line: type[Line]) -> None:
        self._make, self._line = make, line
        self.coming: dict[asyncio.Task[None], str] = {}

    async def from_(
        self, sock: socket.socket, context: ssl.SSLContext | None, state: ServerState
    ) -> None:
        loop = asyncio.get_running_loop()
        sock.setblocking(False)
        try:
            while True:
                try:
                    came, (host, *_) = await loop.sock_accept(sock)
                except OSError as error:  # somebody was gone already, or no file can be opened
                    log.warning("a line was not taken: %s", error)
                    await asyncio.sleep(BREATH_S)
                    continue
                if self._is_room(host, state):
                    task = loop.create_task(self._let_in(came, context))
                    self.coming[task] = host
                    task.add_done_callback(self.coming.pop)
                else:
                    came.close()
        finally:
            for task in self.coming:
                task.cancel()

    def _is_room(self, host: str, state: ServerState) -> bool:
        lines = [one for one in state.connections if isinstance(one, Line)]
        hosts = [*self.coming.values(), *(one.client[0] for one in lines if one.client)]
        return len(hosts) < self._line.most and hosts.count(host) < self._line.most_each

    async def _let_in(self, came: socket.socket, context: ssl.SSLContext | None) -> None:
        hands = HANDSHAKE_S if context is not None else None
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._make, came, ssl=context, ssl_handshake_timeout=hands
            )
        except OSError:
            came.close()  # no TLS, another authority, or gone: each is said on their side


def files_for(lines: int) -> str:
    """Lets this process open that many files beside its own; what a person should know if not."""
    if sys.platform == "win32":
        return ""  # sockets are no files there
    import resource

    wanted = lines + OWN_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = hard if hard != resource.RLIM_INFINITY else wanted
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, most), hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return ""
    return (
        f"This laptop lets Callboard hold {max(0, soft - OWN_FILES)} lines to devices at once, and "
        f"a large crew needs up to {lines}. Start it where more files may be open (ulimit -n)."
    )
