"""The way to an office in this process: its application is called, and there is no socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.types import ASGIApp

from data.errors import NoOffice
from sync.calls import DONE, Answer, Call, Connect, Send, headers


def over_app(app: ASGIApp, origin: str = "http://office") -> Connect:
    """The same promises as `sync.calls.over_http`."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Send]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=origin) as client:

            async def send(call: Call) -> Answer:
                said = {"content": call.content, "headers": headers(call)}
                try:
                    answer = await client.request(call.method, call.path, **said)  # type: ignore[arg-type]
                except httpx.HTTPError as error:
                    raise NoOffice("The office cannot be reached.", code="unreachable") from error
                if call.into is not None and answer.status_code == 200:
                    call.into(answer.content)
                    return DONE
                return Answer(answer.status_code, answer.content)

            yield send

    return connect
