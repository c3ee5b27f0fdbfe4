"""One request to the office and its answer, and the way they go where httpx is at hand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

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

    # A proxy set up for the web must not stand between two machines on one table.
    alone = {"trust_env": False, "transport": transport, "verify": trusts}
    async with httpx.AsyncClient(base_url=address, **alone) as client:

        async def send(call: Call) -> Answer:
            limits = httpx.Timeout(timings.answer + call.wait, connect=timings.connect)

            def asked() -> Awaitable[Any]:
                return client.request(
                    call.method,
                    call.path,
                    content=call.content,
                    headers=headers(call),
                    timeout=limits,
                )

            try:
                try:
                    answer = await asked()
                except httpx.RemoteProtocolError:
                    # The office closes a line that was quiet for a while, sometimes just as we use
                    # it. Every call may be said twice.
                    answer = await asked()
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise _not_reached(address, str(error)) from error
            return Answer(answer.status_code, answer.content)

        yield send


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
