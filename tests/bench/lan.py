"""What the trusted door costs: a push over TLS with a token beside a plain one, and the start.

Both doors stand before one office in one process, on one event loop, as `callboard` runs them. The
device is another process; it sends the same messages to both, by turns, each over a line that stays
open.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import httpx

from data.blobs import Blobs
from data.codes import new_token, token_hash
from data.desk import Desk
from data.files import MemoryFolder
from data.kinds import ALL
from data.stamp import Sources
from data.store import Store
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.device import Device
from sync.session import Session, converse
from sync.wire import TYPE, Pushed
from tests.bench.rows import Row, timed
from tests.bench.slips import begun, device_id, laid_out, person_id
from tests.browser.processes import Face, new_show
from tests.test_lan_office import two_ports

ROOT: Final = Path(__file__).parents[2]
HOST: Final = "callboard-3f2b8c54.local"
PUSHES: Final = 60
STARTS: Final = 9
PATIENCE: Final = 120.0


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as place:
        return [*push_rows(Path(place)), start_row(Path(place))]


# ---- a push ----------------------------------------------------------------------------------


def push_rows(place: Path) -> list[Row]:
    with two_doors(place / "office") as told, ExitStack() as lines:
        trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusts.load_verify_locations(cadata=told["authority"])
        tls = lines.enter_context(httpx.Client(base_url=told["tls"], verify=trusts, **ALONE))
        plain = lines.enter_context(httpx.Client(base_url=told["plain"], **ALONE))
        ours = Pusher(0, over(tls, told["token"], told["host"]))
        peer = Pusher(1, over(plain))
        found = []
        for each, words in ((1, "a tap"), (100, "100 records")):
            costs: tuple[list[float], list[float]] = ([], [])
            for turn in range(PUSHES):
                for who in (0, 1) if turn % 2 else (1, 0):
                    costs[who].append((ours, peer)[who].push(each))
            medians = statistics.median(costs[0]), statistics.median(costs[1])
            found.append(timed(f"push with TLS and token / push, {words}", medians, 1.25, "ms"))
        return found


ALONE: Final[dict[str, Any]] = {"trust_env": False, "timeout": PATIENCE}

Ask = Callable[[Call], Answer]


def over(client: httpx.Client, token: str = "", host: str = "") -> Ask:
    """`host`: the show's name and port, where only the address leads to this machine."""
    said = {"content-type": TYPE}
    said |= {"authorization": f"Bearer {token}"} if token else {}
    said |= {"host": host} if host else {}
    extensions = {"sni_hostname": host.partition(":")[0]} if host else {}

    def ask(call: Call) -> Answer:
        answer = client.request(
            call.method, call.path, content=call.content, headers=said, extensions=extensions
        )
        assert answer.status_code < 300, answer.text
        return Answer(answer.status_code, answer.content)

    return ask


class Pusher:
    """A device that has met the office and works on."""

    def __init__(self, n: int, ask: Ask) -> None:
        self._n, self._ask, self._next = n, ask, 1 + n * 1_000_000
        self._store = Store(Path("nowhere"), sources=Sources(), hub=False, folder=MemoryFolder())
        self._device = Device(self._store, device=device_id(n))
        photos = OwnPhotos(self._store, Blobs(Path("nowhere")))
        converse(Session(self._device, photos).whole(), ask)

    def push(self, each: int) -> float:
        """Seconds from the message to its answer, for so many new records."""
        numbers = range(self._next, self._next + each)
        self._next += each
        laid_out(self._store, numbers, person_id(self._n))
        (batch,) = self._device.batches()
        call = Call("POST", "/v1/push", self._device.push(batch).to_bytes())
        began = time.perf_counter()
        answer = self._ask(call)
        cost = time.perf_counter() - began
        self._device.pushed(batch, Pushed.from_bytes(answer.content))
        return cost


@contextmanager
def two_doors(home: Path) -> Iterator[dict[str, Any]]:
    """Where both are, and what is shown there."""
    code = f"from {__name__} import serve; serve({str(home)!r})"
    words = [sys.executable, "-c", code]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def serve(home: str) -> None:
    """Until it is ended. The plain door believes everybody: no token is asked for there."""
    from starlette.applications import Starlette

    from sync.hub import routes
    from sync.pairing import Pairings
    from views.lan.authority import end_of, new_authority, new_leaf
    from views.lan.door import LanDoor, lan_app
    from views.lan.identity import server_context
    from views.lan.serving import on_every_address, served

    store = Store(Path(home), sources=Sources(), hub=True)
    office, blobs = begun(store, 2), Blobs(Path(home, "photos"))
    pairings = Pairings(Desk(store, ALL, user="office"), office)
    token = new_token(store.sources.rng)
    store.set_meta(**{f"token/{device_id(0)}": token_hash(token)})
    now = datetime.now(UTC)
    authority = new_authority(HOST, code="bench", now=now, end=end_of(None, now))
    leaf = new_leaf(authority, [HOST], [], code="bench", now=now)

    async def no_page() -> bytes:
        return b""

    async def both() -> None:
        plain, tls = on_every_address(0), on_every_address(0)
        ports = plain.getsockname()[1], tls.getsockname()[1]
        host = f"{HOST}:{ports[1]}"
        door = LanDoor(lan_app(routes(office, blobs, pairings)), f"https://{host}", page=no_page)
        told = {"plain": f"http://127.0.0.1:{ports[0]}", "tls": f"https://127.0.0.1:{ports[1]}"}
        told |= {"host": host, "token": token, "authority": authority.certificate}
        async with (
            served(Starlette(routes=routes(office, blobs)), plain),
            served(door, tls, server_context(leaf)),
        ):
            print(json.dumps(told), flush=True)
            await asyncio.Event().wait()

    asyncio.run(both())


# ---- the start -------------------------------------------------------------------------------


def start_row(place: Path) -> Row:
    """From the command to the first answer on loopback, with the second door and without. The
    production has its certificate: it is made once in a show's life."""
    home = place / "started"
    new_show(home)
    own = {name: str(place / "data") for name in ("XDG_DATA_HOME", "LOCALAPPDATA")}
    costs: dict[str, list[float]] = {WITH: [], WITHOUT: []}
    with patch.dict(os.environ, own):
        started(home, "--lan", "--lan-port", str(two_ports()))
        for turn in range(STARTS):
            for word in (WITH, WITHOUT) if turn % 2 else (WITHOUT, WITH):
                costs[word].append(started(home, *([word] if word else [])))
    # The quickest of each: whatever else a machine does only makes a start longer.
    more = max(0.0, min(costs[WITH]) - min(costs[WITHOUT]))
    name = "TLS and mDNS add to the office's start (budget)"
    return Row(name, more * 1e3, 300.0, 1.0, "ms")


WITH, WITHOUT = "", "--no-lan"


def started(home: Path, *words: str) -> float:
    face = Face(home, "main.py", "--home", str(home), "--quiet", *words, "--port")
    began = time.perf_counter()
    with face, urllib.request.urlopen(face.address, timeout=PATIENCE) as answer:
        assert answer.status == 200
        return time.perf_counter() - began
