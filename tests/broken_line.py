"""A way to an office in memory that counts what goes over it, and breaks where it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from data.errors import NoOffice
from sync.calls import Answer, Call, Send
from tests.test_sync_http import Desk
from tests.wire_door import Told


class BrokenLine:
    """`breaks`: after how many bytes of a call's content the line breaks; None: it holds."""

    def __init__(self, desk: Desk, breaks: Callable[[Call], int | None] = lambda _: None) -> None:
        self.calls: list[Call] = []
        self.gone_up = 0
        """Bytes of photos."""
        self.most_at_once = 0
        self.breaks = breaks
        self._desk, self._over = desk, desk.connect()
        self._uploads = 0

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        async with self._over() as send:
            yield lambda call: self._counted(send, call)

    def said(self) -> list[str]:
        return [
            f"{call.method} {urlsplit(call.path).path.rpartition('/')[2]}" for call in self.calls
        ]

    def places(self, method: str) -> list[int]:
        """Where the pieces begin that were sent (PUT) or asked for (GET)."""
        asked = [parse_qs(urlsplit(c.path).query) for c in self.calls if c.method == method]
        return [int(ask["at"][0]) for ask in asked if "at" in ask]

    async def _counted(self, send: Send, call: Call) -> Answer:
        self.calls.append(call)
        up = call.method == "PUT"
        self._uploads += up
        self.most_at_once = max(self.most_at_once, self._uploads)
        try:
            at = self.breaks(call)
            self.gone_up += up * (len(call.content or b"") if at is None else at)
            return await (send(call) if at is None else self._broken(send, call, at))
        finally:
            self._uploads -= up

    async def _broken(self, send: Send, call: Call, at: int) -> Answer:
        if call.into is not None:
            call.into((await send(call._replace(into=None))).content[:at])
        elif call.method == "PUT":
            await self._cut(call, at)
        raise NoOffice("The office cannot be reached.", code="unreachable")

    async def _cut(self, call: Call, at: int) -> None:
        """The office's end of an upload whose sender is heard of no more."""
        content = call.content or b""
        said: list[dict[str, Any]] = [
            {"type": "http.request", "body": content[:at], "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> dict[str, Any]:
            return said.pop(0)

        await heard(self._desk, call.path, receive, len(content))


async def heard(
    desk: Desk,
    path: str,
    receive: Callable[[], Awaitable[dict[str, Any]]],
    length: int | None = None,
) -> Told:
    """What the office says to an upload that it receives so, if somebody is there to hear it."""
    path, _, query = path.partition("?")
    heads = [] if length is None else [(b"content-length", str(length).encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PUT",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": heads,
        "client": ("gate", 1),
        "server": ("office", 80),
    }
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    await desk.app(scope, receive, send)
    return Told(said[0]["status"], b"".join(part.get("body", b"") for part in said[1:]))
