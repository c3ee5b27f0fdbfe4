"""The line between real processes on loopback: killed, started again, and equal in the end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from data.blobs import Blobs
from data.canonical import canonical_bytes
from data.edit import Write
from data.errors import BadInput, NoOffice, NotFound
from data.photos import MOST_BYTES
from data.stamp import Clock, Sources
from data.store import Store
from sync.blobs import accept
from sync.calls import Call, Connect, Timings, over_http
from sync.errand import with_office
from sync.exchange import Office
from sync.hub import Turn, routes
from sync.link import Link, LinkState
from sync.wire import MOST_PACKED, TYPE, Hello, Page, Welcome

ROOT = Path(__file__).parent.parent
PRODUCTION = "5f2c1a70-3b1e-4c7d-9a51-0d6a2f1e8b33"
QUICK = Timings(poll=5, connect=2, answer=10, first=0.02, longest=0.1)
BOUND = 60.0

HUB = """
import asyncio, sys
from pathlib import Path
import uvicorn
from starlette.applications import Starlette
from data.blobs import Blobs
from data.stamp import Sources
from data.store import Store
from sync.errand import with_office
from sync.exchange import Office
from sync.hub import routes

home = Path(sys.argv[1])
store = Store(home, sources=Sources(), hub=True)
if not store.production:
    store.set_meta(production=sys.argv[3])
app = Starlette(routes=routes(Office(store), Blobs(home / "photos")))

class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("open", flush=True)

config = uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
asyncio.run(Server(config).serve())
"""

DEVICE = """
import asyncio, sys
from pathlib import Path
from data.blobs import Blobs
from data.edit import Write
from data.stamp import Sources
from data.store import Store
from sync.calls import Timings
from sync.link import Link

home = Path(sys.argv[1])
store = Store(home, sources=Sources(), hub=False)
quick = Timings(first=0.02, longest=0.1)
link = Link(store, Blobs(home / "photos"), sys.argv[2], timings=quick)

async def work():
    line = asyncio.create_task(link.run())
    for n in range(10_000):
        store.commit([Write("person", f"p{n}", {"name": f"Walk-on {n}"})], user="gate")
        print(f"p{n}", flush=True)
        await asyncio.sleep(0)

asyncio.run(work())
"""


class Process:
    """A Python process with our modules; SIGKILL is how it ends."""

    def __init__(self, code: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def says(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def kill(self) -> list[str]:
        """Ends it without a word; what it had still said comes back."""
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGKILL)
        rest = self._process.stdout.read().splitlines()
        self._process.stdout.close()
        self._process.wait()
        return rest


class Hub:
    """The office in a process of its own, always at the same address."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: Process | None = None

    def start(self) -> None:
        self._process = Process(HUB, str(self.home), str(self._port), PRODUCTION)
        assert self._process.says() == "open"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


def sources(seed: int) -> Sources:
    return Sources(Clock(lambda: datetime(2026, 6, 9, 5, 30, tzinfo=UTC)), random.Random(seed))


def copy_at(home: Path, seed: int, *, hub: bool = False) -> tuple[Store, Blobs]:
    return Store(home, sources=sources(seed), hub=hub), Blobs(home / "photos")


def write(store: Store, record_id: str, **values: str) -> None:
    store.commit([Write("person", record_id, values)], user="gate")


def contents(store: Store) -> dict[str, bytes]:
    states = {record_id: store.state(record_id) for record_id in store.ids()}
    return {record_id: canonical_bytes(state) for record_id, state in states.items() if state}


async def until(link: Link, reached: Callable[[LinkState], bool]) -> None:
    """Returns once the link has told a state that is like that."""
    told = asyncio.Event()
    stop = link.listen(lambda state: told.set() if reached(state) else None)
    try:
        if not reached(link.state):
            async with asyncio.timeout(BOUND):
                await told.wait()
    finally:
        stop()


@asynccontextmanager
async def running(link: Link) -> AsyncIterator[None]:
    line = asyncio.create_task(link.run())
    try:
        yield
    finally:
        line.cancel()
        with suppress(asyncio.CancelledError):
            await line


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    hub = Hub(tmp_path / "office")
    yield hub
    hub.kill()


# ---- two processes --------------------------------------------------------------------------


def test_a_device_works_with_the_hub_stopped_and_both_are_equal_afterwards(
    hub: Hub, tmp_path: Path
) -> None:
    store, blobs = copy_at(tmp_path / "gate", 1)
    link = Link(store, blobs, hub.address, called="Gate tablet", timings=QUICK)

    async def day() -> None:
        async with running(link):
            write(store, "p0", name="Ada Brandt")
            await until(link, lambda state: state.lost_since is not None)
            hub.start()
            await until(link, lambda state: state.equal)
            hub.kill()
            for n in range(1, 40):
                write(store, f"p{n}", name=f"Walk-on {n}")
            photo = blobs.keep(b"a slip")
            store.commit([Write("receipt", "r1", {}, {"photos": (photo,)})], user="gate")
            await until(link, lambda state: state.records == 40 and state.lost_since is not None)
            assert link.state.photos == 1
            hub.start()
            await until(link, lambda state: state.equal)

    asyncio.run(day())
    hub.kill()

    office = Store(hub.home, sources=sources(9), hub=True, reader=True)
    assert contents(office) == contents(store)
    assert len(contents(office)) == 41
    dots = [tuple(raw["dot"]) for i in office.ids() for raw in office.books.history.of(i)]
    assert len(dots) == len(set(dots)) == 41
    assert list(Blobs(hub.home / "photos").names()) == [hashlib.sha256(b"a slip").hexdigest()]


def test_a_hub_killed_again_and_again_while_a_device_writes_loses_nothing(
    hub: Hub, tmp_path: Path
) -> None:
    store, blobs = copy_at(tmp_path / "gate", 1)
    link = Link(store, blobs, hub.address, timings=QUICK)

    async def day() -> None:
        async with running(link):
            for part in range(4):
                hub.start()
                before = len(store.bases)
                for n in range(60):
                    write(store, f"p{part}-{n}", name=f"Walk-on {n}")
                    await asyncio.sleep(0)
                await until(link, lambda state, n=before: state.reached or state.records < n)  # type: ignore[misc]
                hub.kill()
            hub.start()
            await until(link, lambda state: state.equal)

    asyncio.run(day())
    hub.kill()

    office = Store(hub.home, sources=sources(9), hub=True, reader=True)
    assert contents(office) == contents(store)
    dots = [tuple(raw["dot"]) for i in office.ids() for raw in office.books.history.of(i)]
    assert len(dots) == len(set(dots)) == 240


def test_what_a_device_called_saved_reaches_the_office_after_both_were_killed(
    hub: Hub, tmp_path: Path
) -> None:
    hub.start()
    device = Process(DEVICE, str(tmp_path / "gate"), hub.address)
    saved = [device.says() for _ in range(150)]
    hub.kill()
    saved += [device.says() for _ in range(50)]
    saved += [line for line in device.kill() if line]
    hub.start()
    store, blobs = copy_at(tmp_path / "gate", 2)
    link = Link(store, blobs, hub.address, timings=QUICK)
    asyncio.run(link.sync_once())
    other, other_blobs = copy_at(tmp_path / "van", 3)
    asyncio.run(Link(other, other_blobs, hub.address, timings=QUICK).sync_once())

    assert link.state.equal
    assert contents(other) == contents(store)
    # The last line may have been cut off by the kill itself.
    assert set(saved[:-1]) <= set(contents(other))


def test_news_of_one_device_reach_the_other_without_asking(hub: Hub, tmp_path: Path) -> None:
    hub.start()
    gate, gate_blobs = copy_at(tmp_path / "gate", 1)
    van, van_blobs = copy_at(tmp_path / "van", 2)
    slow = Timings(poll=20, first=0.02, longest=0.1)
    here = Link(gate, gate_blobs, hub.address, timings=slow)
    there = Link(van, van_blobs, hub.address, timings=slow)

    async def day() -> None:
        came = asyncio.Event()
        van.listen(lambda touched: came.set() if ("person", "p1") in touched else None)
        async with running(here), running(there):
            await until(there, lambda state: state.equal)
            write(gate, "p1", name="Ada Brandt")
            async with asyncio.timeout(10):
                await came.wait()

    asyncio.run(day())
    assert contents(gate) == contents(van)


def test_a_command_works_through_the_running_office(hub: Hub, tmp_path: Path) -> None:
    hub.start()
    gate, blobs = copy_at(tmp_path / "gate", 1)
    write(gate, "p1", name="Ada Brandt")
    asyncio.run(Link(gate, blobs, hub.address, timings=QUICK).sync_once())

    def verb(store: Store, _link: Link) -> list[str]:
        write(store, "p2", name="Łukasz Ortega")
        return sorted(contents(store))

    done = asyncio.run(with_office(hub.address, sources(2), verb))
    asyncio.run(Link(gate, blobs, hub.address, timings=QUICK).sync_once())

    assert done == ["p1", "p2"] == sorted(contents(gate))


def test_a_command_without_an_office_is_told_so(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "office")  # never started

    with pytest.raises(NoOffice, match="cannot be reached"):
        asyncio.run(with_office(hub.address, sources(2), lambda _store, _link: None))


# ---- the routes -----------------------------------------------------------------------------


class Desk:
    """An office in this process, spoken to without a socket."""

    def __init__(self, home: Path) -> None:
        self.store, self.blobs = copy_at(home, 99, hub=True)
        self.store.set_meta(production=PRODUCTION)
        self.app = Starlette(routes=routes(Office(self.store), self.blobs))

    def connect(self) -> Connect:
        return lambda: over_http(
            "http://office", QUICK, transport=httpx.ASGITransport(app=self.app)
        )

    def call(
        self, method: str, path: str, content: bytes = b"", kind: str = TYPE
    ) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
                return await client.request(
                    method, path, content=content, headers={"content-type": kind}
                )

        return asyncio.run(once())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "office")


def link_to(desk: Desk, home: Path, seed: int) -> Link:
    store, blobs = copy_at(home, seed)
    return Link(store, blobs, "", timings=QUICK, connect=desk.connect())


def problem(answer: httpx.Response) -> tuple[int, str]:
    told = json.loads(answer.content)
    assert set(told) == {"code", "sentence"}
    assert answer.content.count(b"\n") == 0
    return answer.status_code, told["code"]


def test_a_photo_with_the_wrong_hash_is_refused_and_never_seen(desk: Desk) -> None:
    name = hashlib.sha256(b"the slip").hexdigest()

    assert problem(desk.call("PUT", f"/v1/blobs/{name}", b"another slip")) == (422, "wrong-hash")
    assert problem(desk.call("GET", f"/v1/blobs/{name}")) == (404, "no-photo")
    assert list(desk.blobs.names()) == []


def test_a_photo_comes_back_as_it_went(desk: Desk) -> None:
    name = hashlib.sha256(b"the slip").hexdigest()
    path = f"/v1/blobs/{name}"

    assert desk.call("HEAD", path).status_code == 404
    assert desk.call("PUT", path, b"the slip").status_code == 201
    assert desk.call("PUT", path, b"the slip").status_code == 200
    assert desk.call("HEAD", path).status_code == 200
    assert desk.call("GET", path).content == b"the slip"


@pytest.mark.parametrize("name", ["short", "../journal.1", "A" * 64, "%2e%2e%2fjournal.1"])
def test_what_is_no_photos_name_is_not_found(desk: Desk, name: str) -> None:
    for method in ("GET", "PUT"):
        assert desk.call(method, f"/v1/blobs/{name}", b"x").status_code in (404, 405)


def test_a_photo_over_the_limit_is_refused(desk: Desk) -> None:
    content = bytes(MOST_BYTES + 1)
    path = f"/v1/blobs/{hashlib.sha256(content).hexdigest()}"

    assert problem(desk.call("PUT", path, content)) == (413, "too-large")


def test_messages_that_are_none_are_refused_in_one_line(desk: Desk) -> None:
    assert problem(desk.call("POST", "/v1/push", b"x")) == (400, "malformed")
    assert problem(desk.call("POST", "/v1/hello", b"x" * (MOST_PACKED + 1))) == (413, "too-large")
    assert problem(desk.call("POST", "/v1/push", b"x", kind="text/plain")) == (415, "wrong-type")
    assert problem(desk.call("GET", "/v1/changes?run=x")) == (409, "say-hello")
    assert problem(desk.call("GET", "/v1/changes?wait=1e9")) == (400, "malformed")
    assert problem(desk.call("GET", "/v1/changes?limit=nan")) == (400, "malformed")


def test_a_question_for_changes_ends_without_news(desk: Desk) -> None:
    hello = Hello(device="d1").to_bytes()
    run = Welcome.from_bytes(desk.call("POST", "/v1/hello", hello).content).run
    answer = desk.call("GET", f"/v1/changes?run={run}&wait=0.01")

    assert Page.from_bytes(answer.content).states == ()


def test_between_two_of_many_calls_that_come_at_once_whoever_works_gets_a_turn() -> None:
    done: list[str] = []

    async def answered(turn: Turn, n: int) -> None:
        async with turn.taken():
            done.append(f"call {n}")

    async def at_wrap() -> None:
        turn = Turn()
        calls = [asyncio.create_task(answered(turn, n)) for n in range(3)]
        asyncio.get_running_loop().call_soon(done.append, "tap")
        await asyncio.gather(*calls)

    asyncio.run(at_wrap())

    assert done == ["call 0", "tap", "call 1", "call 2"]


def test_a_question_whose_asker_is_gone_is_let_go_of_at_once(desk: Desk) -> None:
    """A device that has something to say breaks off its question for news, at every tap."""
    hello = Hello(device="d1").to_bytes()
    run = Welcome.from_bytes(desk.call("POST", "/v1/hello", hello).content).run
    heard: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    ]
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return heard.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    async def asked() -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/v1/changes",
            "query_string": f"run={run}&wait=20".encode(),
            "headers": [],
        }
        async with asyncio.timeout(10):  # half of what it would be held back for
            await desk.app(scope, receive, send)

    asyncio.run(asked())

    assert [said[0]["status"], len(said)] == [400, 2]


def test_photos_go_by_their_hash_and_come_on_demand(desk: Desk, tmp_path: Path) -> None:
    gate, van = link_to(desk, tmp_path / "gate", 1), link_to(desk, tmp_path / "van", 2)
    name = gate.blobs.keep(b"the slip")
    asyncio.run(gate.sync_once())
    asyncio.run(van.sync_once())

    assert not van.blobs.has(name)
    assert asyncio.run(van.photo(name)) == b"the slip" == van.blobs.read(name)
    assert (gate.state.photos, van.state.photos) == (0, 0)


def test_a_photo_the_office_does_not_have_yet_is_not_found(desk: Desk, tmp_path: Path) -> None:
    van = link_to(desk, tmp_path / "van", 2)

    with pytest.raises(NotFound):
        asyncio.run(van.photo(hashlib.sha256(b"on its way").hexdigest()))


def test_a_damaged_photo_does_not_hold_up_the_others(desk: Desk, tmp_path: Path) -> None:
    gate = link_to(desk, tmp_path / "gate", 1)
    bad, good = sorted(gate.blobs.keep(content) for content in (b"one slip", b"another slip"))
    (tmp_path / "gate" / "photos" / bad[:2] / bad).write_bytes(b"rot")
    asyncio.run(gate.sync_once())

    assert list(desk.blobs.names()) == [good]
    assert gate.state.photos == 1
    assert "is not what was taken" in gate.state.words()


def test_an_office_put_back_is_given_the_photos_again(desk: Desk, tmp_path: Path) -> None:
    gate = link_to(desk, tmp_path / "gate", 1)
    name = gate.blobs.keep(b"the slip")
    asyncio.run(gate.sync_once())
    (tmp_path / "office" / "photos" / name[:2] / name).unlink()
    Office(desk.store).new_epoch()
    desk.app.router.routes[:] = routes(Office(desk.store), desk.blobs)
    asyncio.run(gate.sync_once())

    assert desk.blobs.read(name) == b"the slip"


def test_bytes_that_are_not_their_name_are_never_kept(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)

    with pytest.raises(BadInput, match="not the photo"):
        accept(blobs, hashlib.sha256(b"a").hexdigest(), b"b")
    assert list(blobs.names()) == []


# ---- what a person is told ------------------------------------------------------------------


def test_the_words_say_what_is_saved_where() -> None:
    at = datetime(2026, 6, 9, 14, 5, tzinfo=UTC)

    assert LinkState().words() == "This device has not met its office yet."
    assert LinkState(reached=True, last_contact=at).words() == "At the office."
    assert LinkState(records=3, photos=1, last_contact=at, lost_since=at).words() == (
        "Saved on this device: 3 records and 1 photo not yet at the office. "
        "The office cannot be reached since 14:05."
    )


def test_the_count_grows_with_every_tap(desk: Desk, tmp_path: Path) -> None:
    link = link_to(desk, tmp_path / "gate", 1)
    told: list[int] = []
    link.listen(lambda state: told.append(state.records))
    write(link.store, "p1", name="Ada Brandt")
    write(link.store, "p2", name="Łukasz Ortega")

    assert told == [1, 2]


def test_another_productions_office_is_told_and_nothing_is_sent(desk: Desk, tmp_path: Path) -> None:
    link = link_to(desk, tmp_path / "gate", 1)
    link.store.set_meta(production="00000000-3b1e-4c7d-9a51-0d6a2f1e8b33")
    write(link.store, "p1", name="Ada Brandt")

    with pytest.raises(NoOffice):
        asyncio.run(link.sync_once())
    assert "another production" in link.state.words()
    assert contents(desk.store) == {}


def test_what_answers_but_is_no_office_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "office")
    desk.app.router.routes.clear()
    link = link_to(desk, tmp_path / "gate", 1)

    with pytest.raises(NoOffice, match="no office"):
        asyncio.run(link.sync_once())


@pytest.mark.parametrize(("dropped", "reached"), [(1, True), (2, False)])
def test_a_line_that_was_closed_as_it_was_used_is_opened_again_once(
    dropped: int, reached: bool
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if len(asked) <= dropped:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        return httpx.Response(200, content=b"here")

    async def ask() -> bytes:
        line = over_http("http://office", Timings(), transport=httpx.MockTransport(answer))
        async with line as send:
            return (await send(Call("GET", "/v1/devices"))).content

    if reached:
        assert asyncio.run(ask()) == b"here"
    else:
        with pytest.raises(NoOffice, match="cannot be reached"):
            asyncio.run(ask())
    assert asked == ["/v1/devices"] * 2
