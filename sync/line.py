"""Lines to one address: HTTP/1.1 as h11 reads it, over asyncio's streams.

A client made for the web looks for redirects, cookies, proxies and encodings at every call. No
office has any; on one table that is most of what a device waits for when there is little to say.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import h11

from sync.calls import DONE, Answer, Call, Timings, headers

PIECE: Final = 64 * 2**10
IDLE: Final = 4.5
"""Seconds after which a line that nobody used is not trusted: the office closes it about then."""


class _Address(NamedTuple):
    host: str = ""
    """Empty: it is none."""
    port: int = 0
    said: str = ""
    """As the office is told where it was looked for."""
    under: str = ""
    """What stands before every path."""


def _read(address: str) -> _Address:
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        said = parts.netloc.encode("idna").decode()
    except (ValueError, KeyError):
        return _Address()
    return _Address(parts.hostname or "", port, said, parts.path.rstrip("/"))


class Lines:
    """One for each call that is under way; those that are free stay open for the next."""

    def __init__(self, address: str, timings: Timings, trusts: ssl.SSLContext | None) -> None:
        self._address = _read(address)
        self._timings, self._trusts = timings, trusts
        self._free: list[_Line] = []

    async def ask(self, call: Call, *, anew: bool = False) -> Answer:
        """OSError or h11.ProtocolError: it did not come through. `anew`: over a line of its own,
        since the office closes one that was quiet for a while, sometimes just as it is used."""
        async with self._line(anew) as line:
            patience = self._timings.answer + call.wait
            await line.say(self._head(call), call.content or b"", patience)
            return await line.hear(call, patience)

    async def close(self) -> None:
        while self._free:
            line = self._free.pop()
            line.close()
            with suppress(OSError):
                await line.closed()

    # ---- inside -----------------------------------------------------------------------------

    def _head(self, call: Call) -> h11.Request:
        told = {"host": self._address.said, **headers(call)}
        if call.content is not None:
            told["content-length"] = str(len(call.content))
        return h11.Request(
            method=call.method, target=self._address.under + call.path, headers=list(told.items())
        )

    @asynccontextmanager
    async def _line(self, anew: bool) -> AsyncIterator[_Line]:
        """It is kept only if the call came to its end."""
        line = None if anew else self._kept()
        if line is None:
            async with asyncio.timeout(self._timings.connect):
                line = await self._opened()
        try:
            yield line
        except BaseException:
            line.close()
            raise
        if line.goes_on():
            self._free.append(line)
        else:
            line.close()

    async def _opened(self) -> _Line:
        host, port, *_ = self._address
        if not host:
            raise OSError("There is no office at such an address.")
        return _Line(*await asyncio.open_connection(host, port, ssl=self._trusts))

    def _kept(self) -> _Line | None:
        while self._free:
            line = self._free.pop()
            if line.is_good():
                return line
            line.close()
        return None


class _Line:
    """A connection, for one call after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.CLIENT)
        self._used = 0.0

    async def say(self, head: h11.Request, content: bytes, patience: float) -> None:
        """Head and content leave together: two small parts would be two ways there."""
        http = self._http
        said = (http.send(head) or b"") + (http.send(h11.Data(content)) or b"" if content else b"")
        said += http.send(h11.EndOfMessage()) or b""
        with suppress(ConnectionError):  # refused before all of it was read: the answer tells why
            for at in range(0, len(said), PIECE):
                self._writer.write(said[at : at + PIECE])
                async with asyncio.timeout(patience):
                    await self._writer.drain()

    async def hear(self, call: Call, patience: float) -> Answer:
        status, parts, pour = 0, list[bytes](), None
        while True:
            event: Any = self._http.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(patience):
                    self._http.receive_data(await self._reader.read(PIECE))
            elif isinstance(event, h11.Response):
                status = event.status_code
                pour = call.into if status == 200 else None
            elif isinstance(event, h11.Data):
                (pour or parts.append)(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return Answer(status, b"".join(parts)) if pour is None else DONE
            elif not isinstance(event, h11.InformationalResponse):
                raise h11.RemoteProtocolError("The line ended, or the office speaks otherwise.")

    def goes_on(self) -> bool:
        """Whether another call may follow."""
        self._used = asyncio.get_running_loop().time()
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    def is_good(self) -> bool:
        quiet = asyncio.get_running_loop().time() - self._used
        gone = self._reader.at_eof() or self._writer.is_closing()
        return not gone and quiet < IDLE

    def close(self) -> None:
        self._writer.transport.abort()

    async def closed(self) -> None:
        await self._writer.wait_closed()
