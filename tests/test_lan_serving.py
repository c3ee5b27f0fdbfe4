"""A line that keeps the office waiting is let go, and the others do not notice."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from data.errors import Busy
from tests.handshakes import trusting
from views.lan.authority import end_of, new_authority, new_leaf
from views.lan.identity import server_context
from views.lan.serving import (
    LONGEST_HEAD,
    MOST,
    MOST_EACH,
    OWN_FILES,
    Line,
    files_for,
    on_every_address,
    served,
)
from views.web import listening

HOST = "callboard-3f2b8c54.local"
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 64 * 2**20
PATIENCE = 30.0
"""Seconds after which a test gives up: far more than any of the limits here."""


class Hasty(Line):
    """With limits that a test can wait for."""

    most, most_each, head_s, read_s = 4, 3, 0.3, 0.3


class Trusting(Hasty):
    """But that a head may take its time."""

    head_s = PATIENCE


async def said(request: Request) -> Response:
    return PlainTextResponse(f"{request.client.host if request.client else ''} {request.url}")


async def much(_request: Request) -> Response:
    return Response(bytes(LARGE))


APP = Starlette(routes=[Route("/", said), Route("/much", much)])

Talk = Callable[[int], Awaitable[None]]


def with_office(
    talk: Talk, line: type[Line] = Hasty, context: ssl.SSLContext | None = None
) -> None:
    """An office on a port of its own, while `talk` goes on."""

    async def both() -> None:
        sock = on_every_address(0)
        async with asyncio.timeout(PATIENCE), served(APP, sock, context, line):
            await talk(sock.getsockname()[1])

    asyncio.run(both())


async def opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(ASK)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)


async def is_let_go(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("listen", [on_every_address, lambda _: listening(0, or_any=True)[0]])
def test_an_answer_in_two_parts_does_not_wait_for_the_first_to_be_heard(
    listen: Callable[[int], socket.socket],
) -> None:
    seen: list[int] = []

    class Seen(Trusting):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            sock = transport.get_extra_info("socket")
            seen.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async def whole() -> None:
        sock = listen(0)
        async with served(APP, sock, None, Seen):
            assert await answered(*await opened(sock.getsockname()[1]))

    asyncio.run(whole())
    assert [bool(one) for one in seen] == [True]


def test_who_says_nothing_is_let_go() -> None:
    async def talk(port: int) -> None:
        silent, _ = await opened(port)
        assert await is_let_go(silent)

    with_office(talk)


def test_who_says_it_letter_by_letter_is_let_go() -> None:
    class Tiring(Trusting):
        """Patient until its first answer."""

    async def talk(port: int) -> None:
        reader, writer = await opened(port)
        assert await answered(reader, writer) == b"127.0.0.1 http://x/"
        Tiring.head_s = Hasty.head_s
        gone = asyncio.ensure_future(is_let_go(reader))
        while not gone.done():
            writer.write(b"G" if not writer.is_closing() else b"")
            await asyncio.wait({gone}, timeout=0.02)
        assert await gone

    with_office(talk, Tiring)


def test_who_does_not_read_is_let_go() -> None:
    async def whole() -> None:
        letting_go = asyncio.Event()

        class Seen(Trusting):
            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                letting_go.set()

        sock = on_every_address(0)
        async with asyncio.timeout(PATIENCE), served(APP, sock, None, Seen):
            _, writer = await opened(sock.getsockname()[1])
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # of a reading transport
            writer.write(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
            await letting_go.wait()
            writer.close()

    asyncio.run(whole())


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.1\r\nX: " + b"a" * LONGEST_HEAD, b"a" * (LONGEST_HEAD + 1)]
)
def test_a_head_that_is_too_long_is_refused(head: bytes) -> None:
    async def talk(port: int) -> None:
        reader, writer = await opened(port)
        writer.write(head)
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")

    with_office(talk, Trusting)


def test_one_address_holds_only_so_many_lines() -> None:
    async def talk(port: int) -> None:
        lines = [await opened(port) for _ in range(Hasty.most_each)]
        first = [await answered(*line) for line in lines]
        more, _ = await opened(port)

        assert await is_let_go(more)
        assert len(first) == len([await answered(*line) for line in lines]) == Hasty.most_each
        lines[0][1].close()
        await lines[0][1].wait_closed()
        again = await opened(port)
        assert await answered(*again)

    with_office(talk, Trusting)


def test_all_together_hold_only_so_many_lines() -> None:
    class Few(Trusting):
        most, most_each = 2, 9

    async def talk(port: int) -> None:
        lines = [await opened(port) for _ in range(Few.most)]
        for line in lines:
            await answered(*line)
        more, _ = await opened(port)

        assert await is_let_go(more)
        assert await answered(*lines[0])

    with_office(talk, Few)


@pytest.mark.usefixtures("files")
def test_a_thousand_lines_are_held_open_and_the_office_answers_on_each() -> None:
    class Patient(Line):
        head_s = PATIENCE

    async def talk(port: int) -> None:
        lines = []
        for n in range(MOST):
            at = f"127.1.0.{1 + n // MOST_EACH}", 0  # as many phones have as many addresses
            lines.append(await asyncio.open_connection("127.0.0.1", port, local_addr=at))
        assert len([await answered(*line) for line in lines]) == MOST
        more, _ = await opened(port)
        assert await is_let_go(more)
        lines[7][1].close()
        await lines[7][1].wait_closed()
        while not await _is_answered(port):
            await asyncio.sleep(0)  # it has yet to hear that a line was closed
        assert await answered(*lines[-1])

    with_office(talk, Patient)


async def _is_answered(port: int) -> bool:
    reader, writer = await opened(port)
    try:
        return bool(await answered(reader, writer))
    except (ConnectionError, asyncio.IncompleteReadError):
        return False


@pytest.fixture
def files() -> Iterator[None]:
    """Both ends of a thousand lines are in this process."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert files_for(2 * MOST) == ""
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_lines_that_never_shake_hands_are_counted_too() -> None:
    async def talk(port: int) -> None:
        silent = [await opened(port) for _ in range(Hasty.most_each)]
        more, _ = await opened(port)

        assert await is_let_go(more)
        assert len(silent) == Hasty.most_each

    now = datetime.now(UTC)
    authority = new_authority(HOST, code="c", now=now, end=end_of(None, now))
    leaf = new_leaf(authority, [HOST], [], code="c", now=now)
    with_office(talk, Trusting, server_context(leaf))


def test_too_few_files_are_raised_or_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    limits = {"now": (300, 4000)}
    monkeypatch.setattr(resource, "getrlimit", lambda _what: limits["now"])
    monkeypatch.setattr(resource, "setrlimit", lambda _what, to: limits.update(now=to))

    assert files_for(MOST) == ""
    assert limits["now"] == (MOST + OWN_FILES, 4000)
    limits["now"] = (300, 1024)
    assert f"hold {1024 - OWN_FILES} lines" in files_for(MOST)


def test_nobody_says_for_another_where_they_come_from() -> None:
    async def talk(port: int) -> None:
        reader, writer = await opened(port)
        writer.write(ASK[:-2] + b"X-Forwarded-For: 10.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n")
        head = await reader.readuntil(b"127.0.0.1 http://x/")
        assert b"10.9.9.9" not in head

    with_office(talk, Trusting)


def test_over_tls_the_show_is_believed_and_plain_words_are_not_answered() -> None:
    now = datetime.now(UTC)
    authority = new_authority(HOST, code="c", now=now, end=end_of(None, now))
    leaf = new_leaf(authority, [HOST], [], code="c", now=now)

    async def talk(port: int) -> None:
        client = trusting(authority)
        line = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=HOST)
        assert await answered(*line) == b"127.0.0.1 https://x/"
        line[1].close()
        plain, writer = await opened(port)
        writer.write(ASK)
        assert await is_let_go(plain)

    with_office(talk, Trusting, server_context(leaf))


def test_a_port_that_is_taken_is_said_and_no_other_is_used() -> None:
    with (
        on_every_address(0) as first,
        pytest.raises(Busy, match="taken by another program"),
    ):
        on_every_address(first.getsockname()[1])
