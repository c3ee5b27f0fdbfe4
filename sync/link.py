"""A device's line to its office: sync when there is something to say, listen when there is not.

Nothing else in the app knows whether there is a network. The line never blocks work: every edit is
durable on this copy before the link hears of it, and a lost office only means waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote, urlencode
from weakref import WeakValueDictionary

from data.blobs import Blobs
from data.edit import Edit
from data.errors import NoOffice, OfficeError
from data.store import Store
from data.wipe import wipe
from sync.blobs import OwnPhotos, note_held, owed
from sync.bringing import Brought, brought
from sync.bundle import handed_over
from sync.calls import DONE, Answer, Call, Connect, Send, Talk, Timings, Together, over_http, taken
from sync.carrying import AT_ONCE, fetched
from sync.device import Device
from sync.edits import read_edit
from sync.link_state import LinkState as LinkState
from sync.paired import DOORS, asking, keep
from sync.session import Session
from sync.ways import Ways
from sync.wire import Past

NOT_ALL = " What it still has is sent when the office is reached; then it is wiped."
ON_ITS_WAY = 0.002
"""Seconds in which a call gets out of here, if nobody says when it has; what makes the device busy
would hold it back."""


class Link:
    """Keeps `store` and `blobs` equal with the office at `address`."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        address: str,
        *,
        device: str = "",
        called: str = "",
        app: str = "",
        token: str = "",
        timings: Timings | None = None,
        connect: Connect | None = None,
        ways: Ways | None = None,
    ) -> None:
        """`token`: of a device that is none; else it is what pairing left in the store. `ways`: to
        look for the office at more than its one address."""
        self.store = store
        self.blobs = blobs
        self.device = Device(store, device=device, called=called, app=app)
        self.session = Session(self.device, OwnPhotos(store, blobs))
        self.timings = timings or Timings()
        self.ways = ways
        straight = connect or (lambda: over_http(address, self.timings))
        self._way = ways.connect if ways else straight
        self._token = token
        self._send: Send | None = None
        self._listeners: list[Callable[[LinkState], None]] = []
        self._news, self._nudge = asyncio.Event(), asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._booking = False
        self._few, self._few_small = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AT_ONCE)
        self._each = WeakValueDictionary[str, asyncio.Lock]()
        self.state = LinkState()
        self._tell()
        store.listen(self._committed)

    def listen(self, listener: Callable[[LinkState], None]) -> Callable[[], None]:
        """Keeps telling `listener` the state until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def try_now(self) -> None:
        """Somebody is waiting: do not sit out the pause."""
        self._from_anywhere(self._nudge)

    async def run(self) -> None:
        """Stays with the office until cancelled, or wiped by it; what goes wrong is told in
        `state`."""
        self._loop = asyncio.get_running_loop()
        failures = 0
        async with self._line():
            while True:
                try:
                    await self._session()
                    failures = 0
                    await self._attend()
                except OfficeError as error:
                    self._lost(error)
                    if await self._dismissed(error):
                        return
                    # A line that breaks every few seconds is one that gets on.
                    failures = 0 if self.session.moved else failures
                    await self._pause(failures)
                    failures += 1

    async def sync_once(self) -> None:
        """Everything both ways, once. NoOffice: it cannot be reached, or is not ours."""
        async with self._line():
            try:
                await self._session()
            except OfficeError as error:
                self._lost(error)
                await self._dismissed(error)
                raise

    async def pair(self, code: str) -> None:
        """Says the code that the office shows and waits until it has said yes. BadInput: a slip in
        it. NoOffice: the office does not know it, said no, or cannot be reached."""
        talk = asking(self.store, code, str(self.store.meta.get("name", "")))
        async with self._connect() as send:
            call, heard = next(talk), False
            try:
                while True:
                    try:
                        answer = await send(call)
                    except NoOffice:
                        if not heard:
                            raise
                        await asyncio.sleep(self.timings.first)  # it is asked still; ask again
                        continue
                    heard = True
                    call = talk.send(answer)
            except StopIteration as done:
                with self._own_books():
                    keep(self.store, done.value)
        self._tell(door="")
        self.session.trouble = ""
        self.try_now()

    async def photo(self, name: str) -> bytes:
        """A photo, asked of the office if it is not here. NotFound: it has not arrived there."""
        async with self._fetching(name, self._few):
            if not self.blobs.has(name):
                device = str(self.store.meta["device"])
                async with self._connect() as send:
                    await self._talk(fetched(self.blobs, name, device), send)
                with self._own_books():
                    note_held(self.store, name)
            return self.blobs.read(name)

    async def small_photo(self, name: str) -> bytes:
        """The small picture of a photo, which need not be here. NotFound: it has not arrived at the
        office. No hash proves it, so it is only ever looked at."""
        async with self._fetching(name, self._few_small):
            small = self.blobs.small(name)
            if small is None:
                call = Call("GET", f"/v1/blobs/{name}?{self._who()}&small=1")
                small = taken(await self._asked(call))
                self.blobs.keep_small(name, small)
            return small

    async def history(self, record_id: str) -> list[Edit]:
        """The office's edits of a record, in the order they came there. NotFound: it has none."""
        if not self.device.run and self._send is None:
            await self.sync_once()
        edits, more = list[Edit](), True
        async with self._connect() as send:
            while more:
                ask = {"run": self.device.run, "after": len(edits)}
                path = f"/v1/history/{quote(record_id, safe='')}?{urlencode(ask)}&{self._who()}"
                past = Past.from_bytes(taken(await send(Call("GET", path))))
                edits += map(read_edit, past.edits)
                more = past.more
        return edits

    def hand_over(self) -> Iterator[bytes]:
        """What this copy owes, sealed for its office: anybody may carry it."""
        return handed_over(self.device, self.session.photos)

    async def take_in(self, content: bytes) -> Brought:
        """Takes a file that was carried here. What it has for the office goes there at once if it
        can be reached, else before anything else in the next session."""
        with self._own_books():
            done = brought(self.device, self.session.photos, content)
        self._from_anywhere(self._news)
        with suppress(NoOffice):
            async with self._line():
                await self._talk(self.session.bring(done))
        return done.checked()

    # ---- one session ------------------------------------------------------------------------

    async def _session(self) -> None:
        await self._talk(self._with_office(self.session.whole()))

    def _with_office(self, talk: Talk) -> Talk:
        """A talk that both sides come out of quiet; what it says about itself is told."""
        self._tell(busy=True)
        self._news.clear()
        yield from talk
        self._tell(busy=False, last_contact=self.store.sources.clock.now())

    async def _talk(self, talk: Talk, send: Send | None = None) -> None:
        """Carries a conversation to the office and back until it is over, over the line that is
        open or another one."""
        send = send or self._send
        assert send is not None
        answer: Answer | None = None
        error: OfficeError | None = None
        try:
            while True:
                with self._own_books():
                    said = talk.throw(error) if error else talk.send(cast("Answer", answer))
                self._tell()
                error = None
                try:
                    answer = await self._answered(said, send)
                except OfficeError as refused:
                    error = refused
        except StopIteration:
            self._tell()
        finally:
            talk.close()

    async def _answered(self, said: Call | Together, send: Send) -> Answer:
        if isinstance(said, Call):
            return await (send(said) if said.meanwhile is None else self._ahead(said, send))
        # Each to its own end: one that lost its line takes none of the others' bytes with it.
        going = [self._talk(talk, send) for talk in said.talks]
        for ended in await asyncio.gather(*going, return_exceptions=True):
            if ended is not None:
                raise ended
        return DONE

    async def _ahead(self, call: Call, send: Send) -> Answer:
        """The office takes a batch while the next one is made here."""
        out = asyncio.Event()
        asked = asyncio.ensure_future(send(call._replace(sent=out.set)))
        asked.add_done_callback(lambda _asked: out.set())
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(ON_ITS_WAY):
                    await out.wait()
            if not asked.done() and call.meanwhile is not None:
                with self._own_books():
                    call.meanwhile()
            return await asked
        finally:
            asked.cancel()

    # ---- between sessions -------------------------------------------------------------------

    async def _attend(self) -> None:
        """Waits for news from either side until the office is lost."""
        while True:
            poll = asyncio.create_task(self._talk(self.session.listen(self.timings.poll)))
            news = asyncio.create_task(self._news.wait())
            try:
                await asyncio.wait({poll, news}, return_when=asyncio.FIRST_COMPLETED)
                if poll.done():
                    poll.result()
                    self._tell(last_contact=self.store.sources.clock.now())
            finally:
                poll.cancel()
                news.cancel()
                await asyncio.gather(poll, news, return_exceptions=True)
            if self._news.is_set():
                await self._talk(self._with_office(self.session.exchange()))

    async def _pause(self, failures: int) -> None:
        """Full jitter: after a restart of the office, devices come back one by one."""
        longest = min(self.timings.longest, self.timings.first * 2 ** min(failures, 20))
        self._nudge.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.store.sources.rng.uniform(0, longest)):
                await self._nudge.wait()

    def _lost(self, error: OfficeError) -> None:
        since = self.state.lost_since or self.store.sources.clock.now()
        self.session.reached = False
        self.session.trouble = "" if error.code == "unreachable" else error.sentence
        door = error.code if error.code in DOORS else ""
        self._tell(reached=False, busy=False, lost_since=since, door=door, why=error.code)

    async def _dismissed(self, error: OfficeError) -> bool:
        """Whether this device is wiped now: at once if it is lost; when its owner left the crew,
        once nothing of it is on this device only."""
        if error.code == "device-left":
            try:
                await self._talk(self.session.drain())
            except OfficeError as lost:
                self._lost(lost)
                return False
            owed = self.session.alone
            self.session.trouble = error.sentence + (NOT_ALL if owed else "")
            if owed:
                self._tell(door=error.code)
                return False
        elif error.code != "device-lost":
            return False
        wipe(self.store, self.blobs, error.sentence)
        self.state = replace(self.state, door=error.code, wiped=True, trouble=error.sentence)
        self._tell_all()
        return True

    # ---- inside -----------------------------------------------------------------------------

    def _who(self) -> str:
        return urlencode({"device": self.store.meta["device"]})

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Send]:
        """The way to the office; every call shows this device's token."""
        async with self._way() as send:

            async def shown(call: Call) -> Answer:
                token = self._token or str(self.store.meta.get("token", ""))
                return await send(call._replace(token=token))

            yield shown

    async def _asked(self, call: Call) -> Answer:
        """Over the line that is open, else over one of its own."""
        if self._send is not None:
            return await self._send(call)
        async with self._connect() as send:
            return await send(call)

    @asynccontextmanager
    async def _fetching(self, name: str, few: asyncio.Semaphore) -> AsyncIterator[None]:
        """One at a time of each photo, and a few at a time of all."""
        async with self._each.setdefault(name, asyncio.Lock()), few:
            yield

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[None]:
        if self._send is not None:
            yield
            return
        async with self._connect() as send:
            self._send = send
            try:
                yield
            finally:
                self._send = None

    def _committed(self, touched: frozenset[tuple[str, str]]) -> None:
        if self._booking:
            return
        named = (self.store.document(record_id) for _, record_id in touched)
        if any(doc is not None and doc.get("photos") for doc in named):
            self.session.photos_left = len(owed(self.store, self.blobs))
        self._tell()
        if touched:
            self._from_anywhere(self._news)

    @contextmanager
    def _own_books(self) -> Iterator[None]:
        """The link's own commits are no news to it."""
        self._booking = True
        try:
            yield
        finally:
            self._booking = False

    def _from_anywhere(self, event: asyncio.Event) -> None:
        if self._loop is None or self._loop.is_closed():
            event.set()
        else:
            self._loop.call_soon_threadsafe(event.set)  # a screen may commit from a thread

    def _tell(self, **changes: Any) -> None:
        device, session = self.device, self.session
        told: dict[str, Any] = {"records": device.waiting, "aside": len(device.aside)}
        told |= {"photos": session.photos_left, "trouble": session.trouble, "older": device.older}
        told |= {"update": device.update, "met": bool(self.store.meta.get("epoch"))}
        told["verified"] = device.verified and not told["records"]
        if session.reached:
            told |= {"reached": True, "lost_since": None, "door": "", "why": ""}
        state = replace(self.state, **{**told, **changes})
        if state != self.state:
            self.state = state
            self._tell_all()

    def _tell_all(self) -> None:
        for listener in tuple(self._listeners):
            listener(self.state)
