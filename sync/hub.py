"""The office's half over HTTP: `Front` behind a few routes, mounted beside the office screens.

What is here is only what a network needs: bounded bodies, a question that is held back until there
is news, and photos in threads, which go to the disk as they come.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from data.blobs import Blobs
from data.errors import Malformed, OfficeError
from sync.blobs import Coming
from sync.calls import SLOWEST_LINE, Answer, Call
from sync.exchange import Office
from sync.front import Front, refused
from sync.pairing import MOST_PAIR, Pairings
from sync.sealing import MOST_LETTER
from sync.wire import MOST_PACKED, TYPE

SLOWEST = 20.0
"""Seconds that a body may take, and one more for each SLOWEST_LINE bytes that it may have."""
MOST = {"/v1/pair": MOST_PAIR, "/v1/bundle": MOST_LETTER}
"""Bytes, where it is not what a message may have."""
BREATH = 0.001
"""Seconds in which the loop gets through what else has come."""


def routes(office: Office, blobs: Blobs, pairings: Pairings | None = None) -> list[Route]:
    """The calls of PROTOCOL.md, under /v1. They run on the event loop that owns the store."""
    front, turn = Front(office, blobs, pairings), Turn()

    async def endpoint(request: Request) -> Response:
        try:
            answer = await _answer(front, turn, request)
        except OfficeError as error:
            answer = refused(error)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is left to read it
        return Response(answer.content, answer.status, media_type=_type(request, answer))

    methods: dict[str, list[str]] = {}
    for method, path in front.served:
        methods.setdefault(path, []).append(method)  # starlette adds HEAD to GET
    return [Route(path, endpoint, methods=allowed) for path, allowed in methods.items()]


class Turn:
    """One answer at a time, and before one that had to wait for another's a breath for whoever
    works in the office: thirty devices come back at wrap. One device alone leaves it time enough
    while its next call is on its way."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        queued = self._lock.locked()
        async with self._lock:
            if queued:
                await asyncio.sleep(BREATH)
            try:
                yield
            finally:
                await asyncio.sleep(0)  # whoever has come meanwhile finds it taken, and queues


async def _answer(front: Front, turn: Turn, request: Request) -> Answer:
    call = _call(request)
    who = front.let_in(call)  # before a stranger's bytes are read
    if call.path.startswith("/v1/blobs/"):
        front.check_photo(call, who)
        # Photos touch no records; the records belong to the event loop alone.
        if request.method == "PUT":
            return await _taken(front.coming(call, who), request)
        return await run_in_threadpool(front.photo, call)
    if request.method == "POST" and request.headers.get("content-type") != TYPE:
        raise Malformed(f"A message is sent as {TYPE}.", code="wrong-type")
    most = MOST.get(request.url.path, MOST_PACKED)
    call = call._replace(content=await _body(request, most))
    wait = front.wait(call)
    if wait:
        await _news(front, call, wait, request)
    async with turn.taken():
        while front.prepares(call):
            await asyncio.sleep(0)
        return front.answer(call)


async def _news(front: Front, call: Call, wait: float, request: Request) -> None:
    """Returns when there is news for this question, or after `wait` seconds. ClientDisconnect: who
    asked is gone, as a device is that has something to say itself; its answer would only keep the
    others waiting."""
    news, loop = asyncio.Event(), asyncio.get_running_loop()
    gone = asyncio.ensure_future(request.receive())  # the body was read: nothing else can come
    gone.add_done_callback(lambda _: news.set())

    def tell(_touched: object) -> None:
        loop.call_soon_threadsafe(news.set)  # a screen's handler may commit from a thread

    stop = front.listen(tell)
    try:
        async with asyncio.timeout(wait):
            while not (gone.done() or front.has_news(call)):
                await news.wait()
                news.clear()
    except TimeoutError:
        pass
    finally:
        stop()
        left = gone.done()
        gone.cancel()
    if left:
        raise ClientDisconnect


async def _taken(coming: Coming, request: Request) -> Answer:
    """A photo's bytes go to the disk as they come: if the line breaks, they are there."""
    await run_in_threadpool(coming.take, b"")  # in the wrong place: told before any is read
    await _read(request, coming.most, lambda part: run_in_threadpool(coming.take, part))
    return await run_in_threadpool(coming.ended)


async def _body(request: Request, most: int) -> bytes:
    parts: list[bytes] = []

    async def keep(part: bytes) -> None:
        parts.append(part)

    await _read(request, most, keep)
    return b"".join(parts)


async def _read(request: Request, most: int, keep: Callable[[bytes], Awaitable[None]]) -> None:
    """Hands on the body as it comes. Malformed: it is longer than `most`, whatever its header said,
    or takes longer than the slowest line that is any use."""
    too_large = Malformed(f"This is larger than {most} bytes.", code="too-large")
    said = request.headers.get("content-length", "0")
    if said.isdecimal() and int(said[:20]) > most:
        raise too_large
    size = 0
    try:
        async with asyncio.timeout(SLOWEST + most / SLOWEST_LINE):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise too_large
                await keep(part)
    except TimeoutError as error:
        raise Malformed("This came too slowly. Try again nearer.", code="too-slow") from error


def _call(request: Request) -> Call:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return Call(
        request.method,
        path,
        token=token.strip() if scheme.lower() == "bearer" else "",
        source=request.client.host if request.client else "",
    )


def _type(request: Request, answer: Answer) -> str:
    if answer.status >= 300:
        return "application/json"
    return "application/octet-stream" if "/v1/blobs/" in request.url.path else TYPE
