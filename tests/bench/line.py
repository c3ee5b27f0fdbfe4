"""A sync between real processes on loopback: thirty devices at wrap, and the first fill of one.

The office is a process with the routes of sync/hub.py on one event loop, as the product runs them.
A tap is what a screen's handler is to that loop: a callback that commits.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx

from data.blobs import Blobs
from data.desk import Desk
from data.edit import Write
from data.files import MemoryFolder
from data.housekeeping import Keeper
from data.kinds import ALL
from data.stamp import Sources
from data.store import Store
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.device import Device
from sync.session import Session, converse
from sync.wire import TYPE
from tests.bench.cold import alone, peak_memory
from tests.bench.rows import Row
from tests.bench.slips import begun, device_id, laid_out, office_of, person_id

ROOT: Final = Path(__file__).parents[2]
DEVICES: Final = 30
PATIENCE: Final = 300.0
"""Seconds after which a process that does not answer is given up."""


# ---- the office ------------------------------------------------------------------------------


class OfficeProcess:
    """The office at `address`; ended, it has `told` what it measured."""

    def __init__(self, home: Path, *, tapped: bool, kept: bool) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.told: dict[str, Any] = {}
        code = f"from {__name__} import serve; serve({str(home)!r}, {port}, {tapped}, {kept})"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "open\n"

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        said, _ = self._process.communicate(timeout=PATIENCE)
        self.told = json.loads(said)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def office(home: Path, *, tapped: bool = False, kept: bool = False) -> Iterator[OfficeProcess]:
    """`kept`: its journal is folded when nobody waits, as an open Callboard does."""
    process = OfficeProcess(home, tapped=tapped, kept=kept)
    try:
        yield process
        process.end()
    finally:
        process.kill()


def serve(home: str, port: int, tapped: bool, kept: bool) -> None:
    """Answers until it is told to end, and says then how long taps took, and its peak memory."""
    import uvicorn
    from starlette.applications import Starlette

    from sync.hub import routes

    store = Store(Path(home), sources=Sources(), hub=True)
    app = Starlette(routes=routes(office_of(store), Blobs(Path(home, "photos"))))
    taps: list[tuple[float, float]] = []

    keeper = Keeper(Desk(store, ALL, user="office"), backups=False)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            self.keeping = asyncio.create_task(keeper.run()) if kept else None
            if tapped:
                words = (store, asyncio.get_running_loop(), taps)
                threading.Thread(target=_tap, args=words, daemon=True).start()
            print("open", flush=True)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            print(json.dumps({"taps": taps, "memory": peak_memory()}), flush=True)

    Server(uvicorn.Config(app, port=port, log_level="error")).run()  # on the product's own loop


def _tap(store: Store, loop: asyncio.AbstractEventLoop, taps: list[tuple[float, float]]) -> None:
    """Twenty taps a second, each when it is time for it, whether or not the last is through."""

    def commit(n: int, began: float) -> None:
        store.commit([Write("time", f"tap{n % 600}", {"in": n})], user="office")
        taps.append((began, time.time() - began))

    for n in range(int(20 * PATIENCE)):
        time.sleep(0.05)
        try:
            loop.call_soon_threadsafe(commit, n, time.time())
        except RuntimeError:
            return  # the loop has ended


# ---- thirty devices at wrap ------------------------------------------------------------------


def tap_row(home: Path, records: int) -> Row:
    each = max(20, 500 * records // 100_000)
    make_office(str(home), 0)
    with office(home, tapped=True) as hub:
        begin, end = alone(push_all, hub.address, each)
    taps = [cost for began, cost in hub.told["taps"] if begin <= began <= end]
    p95 = quantiles([*taps, *taps], n=20, method="inclusive")[18]
    name = f"office tap p95 while {DEVICES} devices push 500 records each (budget)"
    return Row(name, p95 * 1e3, 200.0, 1.0, "ms")


def push_all(address: str, each: int) -> tuple[float, float]:
    """From the first push to the last answer, all devices at once. What they say is laid ready
    before: in life thirty devices have thirty processors."""
    return asyncio.run(_push_all(address, each))


async def _push_all(address: str, each: int) -> tuple[float, float]:
    with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as client:
        laid = [_pushes(client, n, each) for n in range(DEVICES)]
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE) as line:

        async def push(calls: list[Call]) -> None:
            for call in calls:
                answer = await line.post(
                    call.path, content=call.content, headers={"content-type": TYPE}
                )
                assert answer.status_code == 200, answer.text

        begin = time.time()
        await asyncio.gather(*map(push, laid))
        return begin, time.time()


def _pushes(client: httpx.Client, n: int, each: int) -> list[Call]:
    """The pushes of one device that has met the office and then worked for a day."""
    store = Store(Path("nowhere"), sources=Sources(), hub=False, folder=MemoryFolder())
    device = Device(store, device=device_id(n))
    converse(Session(device, OwnPhotos(store, Blobs(Path("nowhere")))).whole(), over(client))
    laid_out(store, range(n * each + 1, (n + 1) * each + 1), person_id(n))
    return [Call("POST", "/v1/push", device.push(b).to_bytes()) for b in device.batches()]


def over(client: httpx.Client) -> Callable[[Call], Answer]:
    def ask(call: Call) -> Answer:
        answer = client.request(
            call.method, call.path, content=call.content, headers={"content-type": TYPE}
        )
        return Answer(answer.status_code, answer.content)

    return ask


# ---- the first fill of a device --------------------------------------------------------------


def fill_rows(place: Path, records: int) -> list[Row]:
    """A device is filled, killed in the middle and started again: it goes on where it was."""
    alone(make_office, str(place / "office"), records)
    with office(place / "office") as hub:
        cut = max(1, records // 1000)
        begun = alone(fill, str(place / "device"), hub.address, cut)
        ended = alone(fill, str(place / "device"), hub.address, 0)
    asked, again = begun["pages"], ended["pages"]
    assert asked + again <= records // 500 + 3, f"{asked} pages, and {again} of {records} again"
    name = "first fill of 100,000 records"
    device = max(begun["memory"], ended["memory"])
    return [
        Row(f"{name}, the office's peak memory (budget)", hub.told["memory"], 400.0, 1.0, "MB"),
        Row(f"{name}, the device's peak memory (budget)", device, 200.0, 1.0, "MB"),
    ]


def make_office(home: str, records: int) -> None:
    store = Store(Path(home), sources=Sources(), hub=True)
    with store.all_at_once():
        begun(store, DEVICES)
        for first in range(1, records + 1, 500):
            laid_out(store, range(first, min(first + 500, records + 1)))
    store.storage.compact()
    store.close()


def fill(home: str, address: str, cut: int) -> dict[str, Any]:
    """Pages asked for and the peak memory; after `cut` pages the process is as good as killed."""
    store = Store(Path(home), sources=Sources(), hub=False)
    session = Session(
        Device(store, device=device_id(0)), OwnPhotos(store, Blobs(Path(home, "photos")))
    )
    told: dict[str, Any] = {"pages": 0, "memory": 0.0}
    with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as client:
        ask = over(client)

        def counted(call: Call) -> Answer:
            if told["pages"] == cut > 0:
                told["memory"] = peak_memory()
                print(json.dumps(told), flush=True)
                os._exit(0)
            told["pages"] += call.path.startswith(("/v1/changes", "/v1/snapshot"))
            return ask(call)

        converse(session.whole(), counted)
    told["memory"] = peak_memory()
    return told


def opened_both(place: Path) -> tuple[Store, Store]:
    """The office and the device that the first fill left behind."""
    return (
        Store(place / "office", sources=Sources(), hub=True),
        Store(place / "device", sources=Sources(), hub=False),
    )
