"""A listener for a Wi-Fi where anybody may be: few patient seconds, short heads, counted lines.

uvicorn alone waits for ever for a head that does not come and for a reader that does not read.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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


class Line(H11Protocol):
    """One connection, let go when it keeps the office waiting."""

    most, most_each, head_s, read_s = MOST, MOST_EACH, HEAD_S, READ_S

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head: asyncio.TimerHandle | None = None
        self._read: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most or self._beside() > self.most_each:
            transport.abort()
        else:
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

    def _beside(self) -> int:
        """Lines from the same address."""
        lines = [line for line in self.connections if isinstance(line, Line)]
        return sum(_host(line) == _host(self) for line in lines)


def _host(line: Line) -> str:
    return line.client[0] if line.client else ""


def _end(*timers: asyncio.TimerHandle | None) -> None:
    for timer in timers:
        if timer is not None:
            timer.cancel()


def on_every_address(port: int) -> socket.socket:
    """Busy: the port is taken. There is no other one: it is part of the show's address."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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
    server = await asyncio.get_running_loop().create_server(
        lambda: line(config=config, server_state=state, app_state={}),
        sock=sock,
        ssl=context,
        ssl_handshake_timeout=HANDSHAKE_S if context is not None else None,
    )
    try:
        yield
    finally:
        server.close()
        for open_line in list(state.connections):
            open_line.shutdown()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=GOODBYE_S)
        for open_line in list(state.connections):
            open_line.transport.abort()
