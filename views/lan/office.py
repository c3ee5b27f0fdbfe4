"""The second door as a whole: opened beside the office, looked after while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Final

from starlette.routing import BaseRoute

from data.errors import OfficeError
from views.lan.addresses import Way
from views.lan.authority import Address
from views.lan.door import LanDoor, lan_app
from views.lan.identity import server_context, show
from views.lan.page import mark, trust_page
from views.lan.published import Published, Say, own_addresses, published
from views.lan.serving import on_every_address, served
from views.phone.serving import PhoneApp

LOOK_S: Final = 15.0
"""Seconds between two looks at the laptop's addresses and the certificate's days."""


def right_now() -> datetime:
    """By this laptop's own clock, also while another day is rehearsed: phones go by theirs."""
    return datetime.now(UTC)


class SecondDoor:
    """Its ports are taken when it is made. Busy, BadInput: they are not to be had, and why."""

    def __init__(
        self,
        way: Way,
        routes: Sequence[BaseRoute],
        phone: PhoneApp,
        *,
        local: str,
        say: Say,
        addresses: Callable[[], Iterable[Address]] = own_addresses,
    ) -> None:
        self._way, self._addresses, self._tell = way, addresses, say
        self._said = ""
        pair, word = way.shown(addresses(), right_now())
        self._say(word)
        self._shown = pair
        self._context = server_context(pair)
        self.origin = f"https://{way.host}:{way.port}"
        app = lan_app([*routes, *phone.routes()])
        self._door = LanDoor(app, self.origin, page=phone.page, local=local)
        self._sockets = [on_every_address(way.port)]
        if way.own is not None:
            try:
                self._sockets.append(on_every_address(way.port + 1))
            except OfficeError:
                self.close()
                raise

    @property
    def steps(self) -> str:
        """Where a phone begins, in words."""
        own = self._way.own
        if own is None:
            return f"Phones open {self.origin}/phone/"
        here = sorted(str(a) for a in self._addresses() if a.version == 4)
        first = " or ".join(f"http://{at}:{own.port + 1}" for at in [own.host, *here])
        return f"Phones begin at {first}\nThe certificate's mark there: {mark(own)}"

    async def run(self) -> None:
        """Open until it is cancelled."""
        async with AsyncExitStack() as open_now:
            tls, *plain = self._sockets
            await open_now.enter_async_context(served(self._door, tls, self._context))
            name: Published | None = None
            own = self._way.own
            if own is not None:
                page = trust_page(lambda: self._way.own or own)
                await open_now.enter_async_context(served(page, plain[0]))
                told = published(self._way.host, self._way.port, self._say)
                name = await open_now.enter_async_context(told)
            while True:
                await self.look(name)
                await asyncio.sleep(LOOK_S)

    async def look(self, name: Published | None = None) -> None:
        """The certificate and the name follow the laptop: to another network, through the weeks."""
        here = list(self._addresses())
        try:
            pair, word = self._way.shown(here, right_now())
        except OfficeError as error:
            self._say(error.sentence)
        else:
            self._say(word)
            if pair != self._shown:
                show(self._context, pair)
                self._shown = pair
        if name is not None:
            await name.at(here)

    def close(self) -> None:
        """For a door that never ran."""
        for sock in self._sockets:
            sock.close()

    def _say(self, sentence: str) -> None:
        """Once, not at every look."""
        if sentence and sentence != self._said:
            self._said = sentence
            self._tell(sentence)
