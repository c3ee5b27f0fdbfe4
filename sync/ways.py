"""Where a device looks for its office: the show's own name, where it was last, what was typed.

What answers is asked, before anything is told to it, whether it is this show's: an address of a
local network belongs to somebody else tomorrow, and a token is nothing to tell a stranger.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from data.errors import BadInput, NoOffice
from data.store import Store
from sync.calls import Answer, Call, Send, Timings, refusal

MOST_LAST: Final = 4
"""Addresses that are kept of those the office told."""
TOLD, FOUND, TYPED = "office_at", "found_at", "typed_at"
"""Among the device's own facts: what the office said, where it answered last, what was typed."""
UNTIL: Final = "office_until"
"""Likewise: when the certificate ends that the office showed last, in milliseconds."""

Over = Callable[[str], AbstractAsyncContextManager[Send]]


class Ways:
    """`own`: the address that the app came from, which is tried first. `over`: opens a line."""

    def __init__(self, store: Store, own: str, over: Over, timings: Timings | None = None) -> None:
        self.own = own
        self.at = ""
        """Where the office answers now; empty: nowhere."""
        self._store, self._over, self._timings = store, over, timings or Timings()

    def listed(self) -> tuple[str, ...]:
        """In the order in which they are tried."""
        meta = self._store.meta
        told = [str(address) for address in meta.get(TOLD, ())][:MOST_LAST]
        known = [self.own, meta.get(FOUND, ""), *told, meta.get(TYPED, "")]
        return tuple(dict.fromkeys(filter(None, known)))

    def type_in(self, text: str) -> None:
        """An address that somebody read off the office's screen. BadInput: it cannot be one."""
        self._store.set_meta(**{TYPED: read_address(text, self.own)})

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """One way to the office, looked for when something is to be said, and again when it is
        lost."""
        async with AsyncExitStack() as open_now:
            lines: dict[str, Send] = {}
            at = ""

            async def line(address: str) -> Send:
                if address not in lines:
                    opened = self._over(address)
                    lines[address] = await open_now.enter_async_context(opened)
                return lines[address]

            async def send(call: Call) -> Answer:
                nonlocal at
                at = self.at = at or self.at or await self._found(line)
                try:
                    return await (await line(at))(call)
                except NoOffice:
                    at = self.at = ""
                    raise

            yield send

    async def _found(self, line: Callable[[str], Awaitable[Send]]) -> str:
        """The first address where this show's office answers. NoOffice: none, and why."""
        why = NoOffice("The office cannot be reached.", code="unreachable")
        show = letters_of(self._store.production)
        for address in self.listed():
            try:
                async with asyncio.timeout(self._timings.connect):
                    answer = await (await line(address))(Call("GET", f"/v1/changes?show={show}"))
                _check_ours(answer, address)
            except TimeoutError:
                continue
            except NoOffice as error:
                why = error if error.code != "unreachable" else why
                continue
            if address != self._store.meta.get(FOUND, self.own):
                self._store.set_meta(**{FOUND: address})
            return address
        raise why


def letters_of(production: str) -> str:
    """What is known of a show to everybody on its Wi-Fi: they are in its name."""
    return production[:8].lower()


def _check_ours(answer: Answer, address: str) -> None:
    """NoOffice: it is not this show's. To be refused by the right one is as good as an answer."""
    refused = None if answer.status == 200 else refusal(answer)
    if refused is None or refused.code not in ("no-office", "other-production"):
        return
    if refused.code == "no-office":
        raise NoOffice(f"What answers at {address} is no office.")
    words = f"What answers at {address} is the office of another production."
    raise NoOffice(words, code="other-production")


def read_address(text: str, own: str) -> str:
    """As the app goes by it. The port may be left out: a show has one for its life."""
    mine = urlsplit(own)
    typed = text.strip().rstrip("/")
    try:
        parts = urlsplit(typed if "://" in typed else f"{mine.scheme}://{typed}")
        host, port = parts.hostname, parts.port or mine.port
    except ValueError:
        host = port = None
    if not host or any(letter.isspace() for letter in host):
        words = "That is no address. The office's own screen shows it: 192.168.1.20, say."
        raise BadInput(words, field="address")
    if parts.scheme != mine.scheme or (mine.scheme == "https" and port != mine.port):
        words = (
            f"This show's office answers over {mine.scheme} at port {mine.port}. Leave both out."
        )
        raise BadInput(words, field="address")
    host = f"[{host}]" if ":" in host else host
    return f"{mine.scheme}://{host}" + (f":{port}" if port else "")
