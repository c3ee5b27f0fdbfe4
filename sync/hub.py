"""The office's half over HTTP: a few routes, mounted beside the office screens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from data.blobs import Blobs
from data.errors import Malformed, OfficeError
from data.photos import MOST_BYTES
from sync.blobs import accept
from sync.exchange import Office
from sync.wire import MOST_PACKED, MOST_STATES, TYPE, Hello, Message, Page, Push

LONGEST_WAIT = 25.0
"""Seconds a question for changes may stay open; proxies and phones cut longer ones."""

Handler = Callable[[Request], Awaitable[Response]]

STATUS = {
    "malformed": 400,
    "not-found": 404,
    "no-photo": 404,
    "other-production": 409,
    "say-hello": 409,
    "empty": 409,
    "too-large": 413,
    "wrong-type": 415,
    "wrong-hash": 422,
    "damaged": 500,
    "not-saved": 507,
}
"""By the refusal's code; 400 for any other."""


def routes(office: Office, blobs: Blobs) -> list[Route]:
    """The calls of PROTOCOL.md, under /v1. They run on the event loop that owns the store."""

    async def hello(request: Request) -> Response:
        return _answer(office.hello(Hello.from_bytes(await _message(request))))

    async def push(request: Request) -> Response:
        return _answer(office.push(Push.from_bytes(await _message(request))))

    async def changes(request: Request) -> Response:
        ask = request.query_params
        run, cursor = ask.get("run", ""), ask.get("cursor", "")
        limit = int(_number(ask.get("limit", str(MOST_STATES)), 1, MOST_STATES))
        wait = _number(ask.get("wait", "0"), 0, LONGEST_WAIT)

        def page() -> Page:
            return office.changes(run, cursor, limit)

        return _answer(await _first_news(office, page, wait))

    async def photo(request: Request) -> Response:
        name = request.path_params["name"]
        here = blobs.has(name)
        if request.method == "PUT":
            content = await _body(request, MOST_BYTES)
            if not here:
                await run_in_threadpool(accept, blobs, name, content)
            return Response(status_code=200 if here else 201)
        if request.method == "HEAD":
            return Response(status_code=200 if here else 404)
        content = await run_in_threadpool(blobs.read, name)
        return Response(content, media_type="application/octet-stream")

    return [
        Route("/v1/hello", _edge(hello), methods=["POST"]),
        Route("/v1/push", _edge(push), methods=["POST"]),
        Route("/v1/changes", _edge(changes), methods=["GET"]),
        Route("/v1/blobs/{name}", _edge(photo), methods=["GET", "PUT"]),  # starlette adds HEAD
    ]


def _edge(handler: Handler) -> Handler:
    """Refusals leave as one line of JSON: a code for programs, a sentence for people."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except OfficeError as error:
            told = {"code": error.code, "sentence": error.sentence}
            return JSONResponse(told, STATUS.get(error.code, 400))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is left to read it

    return answer


async def _first_news(office: Office, page: Callable[[], Page], wait: float) -> Page:
    """The changes; if there are none, the first that come within `wait` seconds."""
    news, loop = asyncio.Event(), asyncio.get_running_loop()

    def tell(_touched: object) -> None:
        loop.call_soon_threadsafe(news.set)  # a screen's handler may commit from a thread

    stop = office.store.listen(tell)
    try:
        found = page()
        async with asyncio.timeout(wait):
            while not found.states:
                await news.wait()
                news.clear()
                found = page()
    except TimeoutError:
        pass
    finally:
        stop()
    return found


async def _message(request: Request) -> bytes:
    if request.headers.get("content-type") != TYPE:
        raise Malformed(f"A message is sent as {TYPE}.", code="wrong-type")
    return await _body(request, MOST_PACKED)


async def _body(request: Request, most: int) -> bytes:
    """The body, or Malformed as soon as it is longer than `most`, whatever its header said."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Malformed(f"This is larger than {most} bytes.", code="too-large")
        parts.append(part)
    return b"".join(parts)


def _answer(message: Message) -> Response:
    return Response(message.to_bytes(), media_type=TYPE)


def _number(text: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise Malformed(f"{text!r:.40} is not a number.") from error
    if not least <= number <= most:
        raise Malformed(f"{text!r:.40} is not between {least:g} and {most:g}.")
    return number
