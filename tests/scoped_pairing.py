"""The scoped show behind its door: devices come with a code, go by their tokens, and are wiped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from data.desk import Desk
from data.errors import NoOffice
from data.kinds import ALL
from data.kinds.devices import DEVICE, Device, Status
from data.kinds.own import writer
from data.rights_book import buckets_of, scope_of
from data.store import Store
from sync.calls import Answer, Call, Send, Timings
from sync.exchange import Office
from sync.front import Front
from sync.link import Link
from sync.paired import DOORS
from sync.pairing import Pairings
from tests.scoped import Phone, ScopedShow

AT_ONCE = Timings(poll=5, connect=2, answer=10, first=0.0, longest=0.0)
Ask = Callable[[Call], Answer]


class FlatBattery(Exception):
    """The device went off in the middle of something."""


class Installation(Phone):
    """The app in one folder. Which device it is, it learns when it is paired."""

    show: PairedShow

    def __init__(self, show: PairedShow, name: str, folder: Path) -> None:
        self.show, self.name, self.folder = show, name, folder
        self.calls: list[Call] = []
        self._ask: Ask = self.ask
        self.open()

    def open(self) -> None:
        self.store = Store(self.folder, sources=self.show.sources(), hub=False)
        self.desk = Desk(self.store, ALL, user="")
        self.desk.user = writer(self.desk)
        self.link = Link(
            self.store,
            self.desk.blobs,
            "http://office",
            called=self.name,
            timings=AT_ONCE,
            connect=self._way,
        )
        self.device, self.session = self.link.device, self.link.session

    @property
    def id(self) -> str:
        return str(self.store.meta["device"])

    @property
    def unsent(self) -> set[str]:
        """Records of which something is not at the office yet, as far as is known here."""
        return {*self.store.bases, *(raw["id"] for raw in self.store.unacked.values())}

    def speak(self, ask: Ask | None = None) -> str:
        """A whole session; the code of the refusal, if the office does not let it in."""
        self._ask = ask or self.ask
        try:
            straight(self.link.sync_once())
        except NoOffice as refused:
            if refused.code not in DOORS:
                raise
            return refused.code
        return ""

    def pair(self, role: str, *, person: str = "", breaks: bool = False) -> None:
        """A code is typed in here and confirmed at the office. `breaks`: the device goes off when
        the office has given it a token and before it has kept it."""
        pairings = self.show.pairings
        shown = pairings.show(self.name, role, person=person, unit="" if person else "Main")

        def ask(call: Call) -> Answer:
            answer = self.ask(call)
            offer = pairings.offer(shown.id)
            if offer is not None and offer.asked and not offer.outcome:
                pairings.confirm(shown.id)
            elif breaks:
                raise FlatBattery
            return answer

        self._ask = ask
        try:
            straight(self.link.pair(shown.code))
        except FlatBattery:
            self.restart()
        self.desk.user = writer(self.desk)

    @asynccontextmanager
    async def _way(self) -> AsyncIterator[Send]:
        async def send(call: Call) -> Answer:
            return self._ask(call)

        yield send


class PairedShow(ScopedShow):
    """Nobody is let in without a token of this office."""

    phones: dict[str, Installation]  # type: ignore[assignment]  # all of them are paired

    def _serve(self) -> None:
        self.office = Office(self.store, rights=True, strangers=False)
        self.pairings = Pairings(self.desk, self.office)
        self.front = Front(self.office, self.desk.blobs, self.pairings)

    def install(self, name: str, called: str) -> Installation:
        """The app on a fresh device; known here by that name."""
        self.phones[name] = Installation(self, called, self.folder / called)
        return self.phones[name]

    def record(self, phone: Installation) -> Device | None:
        """The device, if this office knows of it."""
        return self.desk.find(DEVICE, phone.id)

    def status(self, phone: Installation) -> Status:
        return self.pairings.status(phone.id)

    def within(self, phone: Phone) -> set[str]:
        """Every record in the device's scope, told straight from the rights."""
        assert isinstance(phone, Installation)
        device = self.record(phone)
        if device is None:
            return set()
        scope = scope_of(self.desk, device, self.store.sources.wall_ms())
        return {i for i in self.store.ids() if buckets_of(self.desk, i) & scope}


def straight(talk: Coroutine[Any, Any, None]) -> None:
    """Runs a talk to its end; the office answers at once."""
    asyncio.run(talk)
