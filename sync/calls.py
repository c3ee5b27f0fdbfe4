"""One request to the office and its answer, and the way they go where httpx is at hand.

A conversation is a generator: it yields its next `Call` and is sent the `Answer`, or thrown the
OfficeError that came instead. Where some of it may go side by side it yields `Together`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from data.errors import BadInput, Malformed, NoOffice, NotFound, OfficeError
from sync.wire import TYPE


class Answer(NamedTuple):
    status: int
    content: bytes


class Call(NamedTuple):
    """One request; `wait` is how long the office may hold its answer back."""

    method: str
    path: str
    content: bytes | None = None
    wait: float = 0.0
    token: str = ""
    """What the device was given when it was paired."""
    source: str = ""
    """At the office: the address it came from."""
    into: Callable[[bytes], None] | None = None
    """Is handed the content of a 200 as it comes, which the answer then has not: what came before
    the line broke is kept."""

    meanwhile: Callable[[], None] | None = None
    """What the device would do next, and may do while it waits for the answer."""

    @property
    def resumes(self) -> bool:
        """Some of it may have come through: whoever asked finds out how much, and goes on there."""
        return self.method == "PUT" or self.into is not None


class Together(NamedTuple):
    """Conversations that do not wait for each other. When all of them are over `DONE` is sent, or
    the first error of those that failed is thrown."""

    talks: tuple[Talk, ...]


Talk: TypeAlias = "Generator[Call | Together, Answer, None]"
DONE = Answer(200, b"")
SLOWEST_LINE = 4096
"""Bytes a second of the slowest line that is any use."""

Send = Callable[[Call], Awaitable[Answer]]
Connect = Callable[[], AbstractAsyncContextManager[Send]]
"""Opens the way to the office: httpx here, the browser's fetch in a browser."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. The pause after the n-th failure is a random part of first * 2^n, up to longest."""

    poll: float = 25.0
    connect: float = 5.0
    answer: float = 30.0
    first: float = 1.0
    longest: float = 300.0


@asynccontextmanager
async def over_http(
    address: str, timings: Timings, *, transport: Any = None, trusts: Any = True
) -> AsyncIterator[Send]:
    """Calls by httpx, which is loaded only when an office is looked for; `transport` as there.
    `trusts`: an SSLContext that knows the show's own authority."""
    import httpx

    # The world's authorities take 30 ms to read, and nobody asks them on a plain line.
    trusted = trusts if address.startswith("https:") else False
    # A proxy set up for the web must not stand between two machines on one table.
    alone = {"trust_env": False, "transport": transport, "verify": trusted}
    try:
        quick, patient = (httpx.AsyncClient(base_url=address, **alone) for _ in range(2))
    except httpx.InvalidURL as error:
        yield _nowhere(address, str(error))
        return
    async with quick, patient:

        async def asked(call: Call) -> Answer:
            # A question that is held back has a line of its own: to break it off ends that line,
            # and whoever does so has something to say that must not wait for a new one.
            client = patient if call.wait else quick
            limits = httpx.Timeout(timings.answer + call.wait, connect=timings.connect)
            request = client.build_request(
                call.method,
                call.path,
                content=call.content,
                headers=headers(call),
                timeout=limits,
            )
            answer = await client.send(request, stream=True)
            try:
                if call.into is None or answer.status_code != 200:
                    return Answer(answer.status_code, await answer.aread())
                async for part in answer.aiter_bytes():
                    call.into(part)
                return DONE
            finally:
                await answer.aclose()

        async def send(call: Call) -> Answer:
            try:
                try:
                    return await asked(call)
                except httpx.RemoteProtocolError:
                    if call.resumes:
                        raise
                    # The office closes a line that was quiet for a while, sometimes just as we use
                    # it. Every call may be said twice.
                    return await asked(call)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise _not_reached(address, str(error)) from error

        yield send


def _nowhere(address: str, why: str) -> Send:
    """Tells it to whoever asks something there: a link waits then, as for an office that is off."""

    async def send(_call: Call) -> Answer:
        raise _not_reached(address, why)

    return send


def _not_reached(address: str, why: str) -> NoOffice:
    """As OpenSSL says it; the words that tell one fault from another are its own."""
    if "CERTIFICATE_VERIFY_FAILED" not in why:
        return NoOffice("The office cannot be reached.", code="unreachable")
    if "expired" in why or "not yet valid" in why:
        words = f"The certificate that the office shows at {address} is not good today."
        return NoOffice(words, code="expired")
    words = f"What answers at {address} does not show a certificate that this device trusts."
    return NoOffice(words, code="untrusted")


def headers(call: Call) -> dict[str, str]:
    """What every call of a device says beside its content."""
    own = {"authorization": f"Bearer {call.token}"} if call.token else {}
    return {"content-type": TYPE, **own}


def converse(talk: Talk, ask: Callable[[Call], Answer]) -> None:
    """Carries a conversation to its end over a way that answers at once: a front in memory, say.
    An OfficeError that `ask` raises is a call that did not come through."""
    step: Callable[[], Call | Together] = partial(next, talk)
    while True:
        try:
            said = step()
        except StopIteration:
            return
        try:
            step = partial(talk.send, _answered(said, ask))
        except OfficeError as error:
            step = partial(talk.throw, error)


def _answered(said: Call | Together, ask: Callable[[Call], Answer]) -> Answer:
    if isinstance(said, Call):
        return _poured(said, ask(said))
    failed = list[OfficeError]()
    for talk in said.talks:
        try:
            converse(talk, ask)
        except OfficeError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return DONE


def _poured(call: Call, answer: Answer) -> Answer:
    if call.into is None or answer.status != 200:
        return answer
    call.into(answer.content)
    return DONE


def taken(answer: Answer) -> bytes:
    """What was answered. OfficeError: what the office said instead."""
    if answer.status != 200:
        raise refusal(answer)
    return answer.content


def refusal(answer: Answer) -> OfficeError:
    """What the office said instead of an answer."""
    try:
        told = json.loads(answer.content)
        code, sentence = str(told["code"]), str(told["sentence"])
    except (ValueError, TypeError, KeyError):
        return NoOffice(f"What answers at this address ({answer.status}) is no office.")
    if code in ("malformed", "too-large"):
        return Malformed(sentence, code=code)
    if code == "wrong-hash":
        return BadInput(sentence, code=code)
    if code in ("no-photo", "not-found"):
        return NotFound(sentence, code=code)
    if code == "not-saved":
        return NoOffice(f"At the office: {sentence}", code=code)
    return NoOffice(sentence, code=code)
