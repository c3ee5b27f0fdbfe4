"""Lines to an office over sockets: kept open, given up, and used by several calls at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from data.errors import NoOffice
from sync.calls import Call, Send, Timings, over_http

ENDS = b"\r\n\r\n"
PATIENT = Timings(connect=5, answer=10)
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def asked(office: Talk, *calls: Call, timings: Timings = PATIENT, together: bool = False) -> object:
    """What the calls bring over the lines of one device, or the refusal of the first that fails."""

    async def talk() -> list[bytes]:
        async with await asyncio.start_server(office, "127.0.0.1") as server:
            port = server.sockets[0].getsockname()[1]
            async with over_http(f"http://127.0.0.1:{port}/show", timings) as send:
                return await _answers(send, calls, together)

    return asyncio.run(talk())


async def _answers(send: Send, calls: tuple[Call, ...], together: bool) -> list[bytes]:
    if together:
        return [answer.content for answer in await asyncio.gather(*map(send, calls))]
    return [(await send(call)).content for call in calls]


def _named(told: bytes) -> bytes:
    """A header with its name in small letters."""
    name, colon, rest = told.partition(b":")
    return name.lower() + colon + rest if b" " not in name else told


class Office:
    """Says of each call on which of its lines it came, and what it was."""

    def __init__(self, answer: bytes = b"", *, together: int = 1) -> None:
        self.lines, self.answer = 0, answer
        self.heads: list[list[bytes]] = []
        self._all_here = asyncio.Barrier(together)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        line = self.lines
        try:
            while True:
                head = [_named(told) for told in (await reader.readuntil(ENDS)).split(b"\r\n")]
                self.heads.append(head)
                size = [int(told[15:]) for told in head if told.startswith(b"content-length:")]
                said = await reader.readexactly(sum(size))
                await self._all_here.wait()
                body = b"%d:%b" % (line, said)
                writer.write(
                    self.answer
                    or b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


PUSH = Call("POST", "/v1/push", b"edits")


def test_one_call_after_another_goes_over_the_same_line() -> None:
    office = Office()

    assert asked(office, PUSH, PUSH, Call("GET", "/v1/devices")) == [b"1:edits", b"1:edits", b"1:"]
    assert office.heads[0][0] == b"POST /show/v1/push HTTP/1.1"
    assert office.heads[2][0] == b"GET /show/v1/devices HTTP/1.1"
    assert office.lines == 1


def test_calls_at_the_same_time_have_a_line_each() -> None:
    office = Office(together=3)

    told = asked(office, PUSH, PUSH, PUSH, together=True)

    assert isinstance(told, list)
    assert sorted(told) == [b"1:edits", b"2:edits", b"3:edits"]


def test_a_call_tells_that_it_has_gone_out_before_it_is_answered() -> None:
    out = asyncio.Event()

    async def office(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"edits")
        await out.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    assert asked(office, PUSH._replace(sent=out.set)) == [b"ok"]


def test_the_office_is_told_the_token_and_what_kind_of_message_it_is() -> None:
    office = Office()

    asked(office, PUSH._replace(token="t0ken"))

    assert b"authorization: Bearer t0ken" in office.heads[0]
    assert b"content-type: application/vnd.callboard" in office.heads[0]
    assert b"content-length: 5" in office.heads[0]


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
            b"abcd",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", b"x"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx", b"x"),
    ],
)
def test_an_answer_is_read_however_it_is_framed(answer: bytes, content: bytes) -> None:
    assert asked(Office(answer), PUSH, PUSH) == [content, content]


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000,
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ],
)
def test_what_speaks_otherwise_is_no_office(answer: bytes) -> None:
    with pytest.raises(NoOffice, match="cannot be reached"):
        asked(Office(answer), PUSH)


def test_half_an_answer_is_none() -> None:
    lines = []

    async def office(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"edits")
        lines.append(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        writer.close()

    with pytest.raises(NoOffice, match="cannot be reached"):
        asked(office, PUSH)
    assert len(lines) == 2, "it is asked once more, over a line of its own"


def test_what_came_of_a_photo_is_kept_and_it_is_not_asked_for_twice() -> None:
    came, lines = list[bytes](), []

    async def office(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        lines.append(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        writer.close()

    with pytest.raises(NoOffice):
        asked(office, Call("GET", "/v1/blobs/a", into=came.append))
    assert b"".join(came) == b"half"
    assert len(lines) == 1


def test_an_office_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with pytest.raises(NoOffice, match="cannot be reached"):
        asked(Office(together=2), PUSH, timings=Timings(answer=0.05))


def test_the_refusal_of_a_message_that_was_not_read_to_its_end_is_heard() -> None:
    async def office(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbig")
        await writer.drain()
        while await reader.read(2**16):
            pass
        writer.close()

    assert asked(office, PUSH._replace(content=bytes(2**20))) == [b"big"]


@pytest.mark.parametrize(
    "address", ["", "office", "ftp://office", "http://", "http://[::1", "http://a:b"]
)
def test_what_is_no_address_is_told_as_an_office_that_cannot_be_reached(address: str) -> None:
    async def ask() -> None:
        async with over_http(address, PATIENT) as send:
            await send(PUSH)

    with pytest.raises(NoOffice, match="cannot be reached"):
        asyncio.run(ask())
