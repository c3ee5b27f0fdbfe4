"""An office that lets in only paired devices, and devices that pair with it as people do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

import httpx
from starlette.applications import Starlette

from data.blobs import Blobs
from data.desk import Desk
from data.kinds import ALL
from data.kinds.devices import Device
from data.stamp import Clock, Sources
from data.store import Store
from sync.calls import Answer, Call, Timings, over_http
from sync.exchange import Office
from sync.front import Front
from sync.hub import routes
from sync.link import Link
from sync.pairing import Pairings, Shown
from tests.small_show import SmallShow

LOCAL = "1" * 64
QUICK = Timings(poll=5, connect=2, answer=10, first=0.01, longest=0.02)


class PairedOffice:
    """The small show's office behind its door, in memory and over HTTP."""

    def __init__(self, show: SmallShow, folder: Path) -> None:
        self.show, self.desk, self.folder = show, show.desk, folder
        self.office = Office(self.desk.store)
        self.pairings = Pairings(self.desk, self.office, local=LOCAL)
        self.front = Front(self.office, self.desk.blobs, self.pairings)
        self.app = Starlette(routes=routes(self.office, self.desk.blobs, self.pairings))
        self.links: list[Link] = []

    def ask(self, method: str, path: str, content: bytes | None = None, token: str = "") -> Answer:
        return self.front.answer(Call(method, path, content, token=token))

    def for_person(self, name: str, role: str = "crew", called: str = "") -> Shown:
        person = self.show[name]
        return self.pairings.show(called or f"{name}'s phone", role, person=person.id)

    def for_tablet(self, role: str = "ad") -> Shown:
        return self.pairings.show("Gate tablet", role, unit="Main")

    def link(self, home: str, store: Store | None = None) -> Link:
        """A device's link, over HTTP; its copy lies in the folder `home`."""
        if store is None:
            sources = Sources(clock=Clock(self.show.wall), rng=Random(home))
            store = Store(self.folder / home, sources=sources, hub=False)
        transport = httpx.ASGITransport(app=self.app)
        link = Link(
            store,
            Blobs(store.home / "photos"),
            "http://office",
            called=home,
            timings=QUICK,
            connect=lambda: over_http("http://office", QUICK, transport=transport),
        )
        self.links.append(link)
        return link

    def pair(self, link: Link, shown: Shown, says: Callable[[str], object] | None = None) -> None:
        """The device says the code, the office says yes (or what `says` does)."""
        asyncio.run(self._pair(link, shown, says or self.pairings.confirm))

    def paired(self, name: str, role: str = "crew") -> Link:
        """That person's phone, paired, with what the office has."""
        link = self.link(f"{name}'s phone")
        self.pair(link, self.for_person(name, role))
        asyncio.run(link.sync_once())
        return link

    def device(self, link: Link) -> Device:
        (found,) = [d for d in self.devices() if d.id == link.store.meta["device"]]
        return found

    def devices(self) -> list[Device]:
        return self.desk.all(self.desk.kinds["device"])

    def close(self) -> None:
        for link in self.links:
            link.store.close()

    async def _pair(self, link: Link, shown: Shown, says: Callable[[str], object]) -> None:
        asked = asyncio.Event()

        def heard() -> None:
            found = self.pairings.offer(shown.id)
            if found is not None and found.asked is not None:
                asked.set()

        stop = self.pairings.listen(heard)
        pairing = asyncio.create_task(link.pair(shown.code))
        asking = asyncio.create_task(asked.wait())
        try:
            await asyncio.wait({pairing, asking}, return_when=asyncio.FIRST_COMPLETED)
            if asked.is_set():
                says(shown.id)
            await pairing
        finally:
            stop()
            asking.cancel()
            pairing.cancel()


def desk_of(link: Link) -> Desk:
    """The desk of whoever has the device."""
    from data.kinds.own import writer

    desk = Desk(link.store, ALL, user="")
    desk.user = writer(desk)
    return desk
