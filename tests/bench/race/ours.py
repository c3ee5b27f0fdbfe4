"""Our side: an office and devices, each a process of its own on the disk, as people run them."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

from data.blobs import Blobs
from data.desk import Desk
from data.edit import Write
from data.errors import NoOffice
from data.kinds import ALL
from data.kinds.attendance import check_in
from data.kinds.people import PERSON, Person
from data.kinds.schedule import DAY, ShootDay
from data.stamp import Sources
from data.store import Store
from sync.calls import Answer, Call, Send, Timings, over_http
from sync.link import Link
from tests.bench.race.helper import Helper
from tests.bench.race.slips import photos
from tests.bench.slips import begun, device_id, person_id

CREW: Final = 500
PATIENT: Final = Timings(poll=1.0, connect=5.0, answer=60.0, first=0.01, longest=0.02)


def make_office(home: str, devices: int) -> None:
    """A show with a shoot day and a crew; rights and scopes as in life."""
    store = Store(Path(home), sources=Sources(), hub=True)
    with store.all_at_once():
        begun(store, devices)
        desk = Desk(store, ALL, user="office")
        desk.add(ShootDay(date=date(2026, 6, 9)))
        for n in range(CREW):
            desk.add(Person(name=f"Crew {n:03d}", department="GRIP"))
    store.close()


def device_process(folder: Path, address: str, n: int) -> Helper:
    code = f"from {__name__} import device; device({str(folder)!r}, {address!r}, {n})"
    return Helper([sys.executable, "-c", code], log=folder.with_suffix(".log"))


def device(home: str, address: str, n: int) -> None:
    """Does what it is asked, line by line, to the end; on the loop that the product runs on."""
    import uvicorn

    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(_device(Path(home), address, n))


async def _device(home: Path, address: str, n: int) -> None:
    store = Store(home, sources=Sources(), hub=False)
    bodies = Counter()
    async with over_http(address, PATIENT) as send:

        @asynccontextmanager
        async def connect() -> Any:  # the line stays open, as while a link runs
            yield bodies.counting(send)

        link = Link(
            store,
            Blobs(home / "photos"),
            address,
            device=device_id(n),
            timings=PATIENT,
            connect=connect,
        )
        side = Side(link, bodies, person_id(n))
        print(json.dumps({"ready": True}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            told = await getattr(side, asked.pop("do"))(**asked)
            print(json.dumps(told), flush=True)
            while not side.is_open and store.tend():  # the journal is folded when nobody waits
                pass
    store.close()


class Counter:
    """Bytes of the bodies that went and came."""

    def __init__(self) -> None:
        self.up = self.down = self.calls = 0

    def counting(self, send: Send) -> Callable[[Call], Awaitable[Answer]]:
        async def counted(call: Call) -> Answer:
            answer = await send(call)
            self.up += len(call.content or b"")
            self.down += len(answer.content)
            self.calls += 1
            return answer

        return counted


class Side:
    """A device, by the words that it is asked with."""

    def __init__(self, link: Link, bodies: Counter, user: str) -> None:
        self.link, self.bodies, self.user = link, bodies, user
        self._running: list[asyncio.Task[None]] = []

    @property
    def is_open(self) -> bool:
        return bool(self._running)

    async def open(self) -> dict[str, Any]:
        """From now on it stays with the office, as an app does that is open."""
        before = self.link.state.last_contact
        self._running = [asyncio.create_task(self.link.run()), asyncio.create_task(self._tended())]
        while self.link.state.last_contact == before or not self.link.state.equal:
            await asyncio.sleep(0.01)
        return {"open": True}

    async def close(self) -> dict[str, Any]:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running = []
        return {"open": False}

    async def seen(self, record: str, what: str) -> dict[str, Any]:
        """As soon as the edit that somebody made elsewhere is here, on the disk."""
        here = asyncio.Event()
        stop = self.link.store.listen(lambda _touched: here.set())
        try:
            while (self.link.store.document(record) or {}).get("what_for") != what:
                here.clear()
                await here.wait()
        finally:
            stop()
        return {"seen": what}

    async def _tended(self) -> None:
        while True:
            await asyncio.sleep(0.02 if self.link.store.tend() else 1.0)

    async def sync(self) -> dict[str, Any]:
        """What a person waits for: everything both ways, and the proof that both are equal."""
        before = self.bodies.up, self.bodies.down, self.bodies.calls
        began = time.perf_counter()
        await self.link.sync_once()
        took = time.perf_counter() - began
        assert self.link.state.equal
        assert self.link.state.verified
        after = self.bodies.up, self.bodies.down, self.bodies.calls
        up, down, calls = (late - early for late, early in zip(after, before, strict=True))
        return {"seconds": took, "up": up, "down": down, "calls": calls}

    async def write(self, file: str) -> dict[str, Any]:
        """New receipts, each a gesture of its own."""
        store, told = self.link.store, json.loads(Path(file).read_text(encoding="utf-8"))
        with store.all_at_once():
            for fields in told:
                photos = {"photos": tuple(fields.pop("photos"))}
                write = Write("receipt", fields.pop("id"), fields, add=photos)
                store.commit([write], user=self.user)
        return {"written": len(told)}

    async def edit(self, record: str, what: str) -> dict[str, Any]:
        write = Write("receipt", record, {"what_for": what})
        began = time.perf_counter()
        self.link.store.commit([write], user=self.user)
        return {"seconds": time.perf_counter() - began}

    async def read(self, record: str) -> dict[str, Any]:
        return {"what": (self.link.store.document(record) or {}).get("what_for")}

    async def check_in(self, count: int) -> dict[str, Any]:
        """So many of the crew come through the gate, one tap each."""
        desk = Desk(self.link.store, ALL, user=self.user)
        (day,) = desk.all(DAY)
        crew = [person for person in desk.all(PERSON) if person.name.startswith("Crew")][:count]
        for person in crew:
            check_in(desk, day, person)
        return {"in": len(crew)}

    async def photograph(self, count: int, size: int) -> dict[str, Any]:
        """So many receipts with a photo each."""
        store, named = self.link.store, map(self.link.blobs.keep, photos(count, size))
        for n, name in enumerate(named):
            fields = {"vendor": "Prairie Hardware", "number": str(n + 1)}
            write = Write("receipt", store.sources.new_id(), fields, add={"photos": (name,)})
            store.commit([write], user=self.user)
        return {"taken": count}

    async def send(self, seconds: float) -> dict[str, Any]:
        """Tries again and again, as a link does, until nothing is owed or the time is over."""
        until = time.perf_counter() + seconds
        while not self.link.state.equal and time.perf_counter() < until:
            with suppress(NoOffice):
                await self.link.sync_once()
        return {"left": self.link.state.records + self.link.state.photos}

    async def count(self) -> dict[str, Any]:
        return {"receipts": sum(1 for _ in self.link.store.lines("receipt"))}
