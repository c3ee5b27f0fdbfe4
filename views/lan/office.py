"""The second door as a whole: opened beside the office, looked after while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from starlette.routing import BaseRoute

from data.errors import OfficeError
from views.lan.addresses import Way
from views.lan.authority import Address, addresses_of
from views.lan.door import LanDoor, lan_app
from views.lan.identity import server_context, show
from views.lan.page import mark, trust_page
from views.lan.published import Published, Say, own_addresses, published
from views.lan.serving import MOST, files_for, on_every_address, served
from views.phone.serving import PhoneApp

LOOK_S: Final = 15.0
"""Seconds between two looks at the laptop's addresses and the certificate's days."""
MOST_TOLD: Final = 4
"""Addresses that devices are told; a laptop with more has them from other programs."""


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
        self._amiss: dict[str, str] = {}
        """By what it is about: what a person should know now."""
        self._of_the_name = ""
        pair, word = way.shown(addresses(), right_now())
        self._note("certificate", word)
        self._note("lines", files_for(MOST))
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

    def steps(self) -> tuple[str, ...]:
        """Where a phone begins, in words; last what is amiss now."""
        own, amiss = self._way.own, self._amiss.values()
        if own is None:
            return (f"Phones open {self.origin}/phone/", *amiss)
        return (
            f"A new phone begins at {' or '.join(self.begins())}",
            f"The certificate's mark, which the phone must show too: {mark(own)}",
            f"Then it opens {self.origin}/phone/",
            *amiss,
        )

    def begins(self) -> tuple[str, ...]:
        """Where a phone gets the certificate, by address first: names do not lead everywhere. None,
        where phones trust the certificate already."""
        own = self._way.own
        if own is None:
            return ()
        here = sorted(str(a) for a in self._addresses() if a.version == 4)
        return tuple(f"http://{at}:{own.port + 1}" for at in [*here, own.host])

    def reached(self) -> tuple[list[str], int]:
        """Where the office answers beside its name, and when (ms) its certificate ends. The ones
        that its certificate names: a device would refuse the others."""
        leaf = self._shown.read
        vouched = addresses_of(leaf) & frozenset(self._addresses()) if self._way.own else ()
        here = sorted(vouched, key=lambda at: (at.version, at.is_link_local, at.packed))
        port = urlsplit(self.origin).port
        named = [f"[{at}]" if at.version == 6 else str(at) for at in here]
        until = int(leaf.not_valid_after_utc.timestamp() * 1000)
        return [f"https://{name}:{port}" for name in named[:MOST_TOLD]], until

    def fingerprint(self) -> str:
        """Of the show's own authority; empty, where phones trust the certificate already."""
        return self._way.own.fingerprint if self._way.own else ""

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
                told = published(self._way.host, self._way.port, self._hear_of_the_name)
                name = await open_now.enter_async_context(told)
                self._note("name", self._of_the_name)
            while True:
                await self.look(name)
                await asyncio.sleep(LOOK_S)

    async def look(self, name: Published | None = None) -> None:
        """The certificate and the name follow the laptop: to another network, through the weeks."""
        here = list(self._addresses())
        try:
            pair, word = self._way.shown(here, right_now())
        except OfficeError as error:
            self._note("certificate", error.sentence)
        else:
            self._note("certificate", word)
            if pair != self._shown:
                show(self._context, pair)
                self._shown = pair
        if name is not None:
            self._of_the_name = ""
            await name.at(here)
            self._note("name", self._of_the_name)

    def close(self) -> None:
        """For a door that never ran."""
        for sock in self._sockets:
            sock.close()

    def _hear_of_the_name(self, sentence: str) -> None:
        self._of_the_name = sentence

    def _note(self, about: str, sentence: str) -> None:
        """Told once, not at every look; on the screen for as long as it is so."""
        if sentence and sentence != self._amiss.get(about):
            self._tell(sentence)
        self._amiss.pop(about, None)
        if sentence:
            self._amiss[about] = sentence
