"""The office behind its routes with a stranger's hands on them: raw bytes in, what came of them."""

from __future__ import annotations

import asyncio
import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from data.canonical import decode, encode
from data.edit import Write
from data.packing import loads
from data.state import State, join
from sync.wire import TYPE, Push
from tests.paired_office import PairedOffice
from tests.small_show import SmallShow

MOST_CPU_S = 1.0
"""Of one call; the machine may be busy, so it is the processor's time and not the wall's."""


class Told(NamedTuple):
    status: int
    content: bytes


class Before(NamedTuple):
    """What an attack must leave as it was: the order, the sums, every book, every record."""

    top: int
    sums: tuple[int, int]
    books: dict[str, Any]
    states: dict[str, State]


class WireDoor(PairedOffice):
    """Gus's phone is in a stranger's hands; Cam's record is what must survive it."""

    def __init__(self, show: SmallShow, folder: Path) -> None:
        super().__init__(show, folder)
        self.gus, cam = self.paired("Gus"), self.paired("Cam")
        cam.store.commit([Write("person", "cams", {"name": "Cam's"})], user="cam")
        asyncio.run(cam.sync_once())
        asyncio.run(self.gus.sync_once())
        self.token = str(self.gus.store.meta["token"])
        store = self.gus.store
        store.commit([Write("person", "p1", {"name": "Mallory"})], user="gus")
        store.commit([Write("person", "cams", {"phone": "1"}, {"tags": ("fuel",)})], user="gus")
        last = [Write("person", "p2", {"name": "Zoë"}), Write("person", "p1", delete=True)]
        store.commit(last, user="gus")
        self.gus.device.run = self.office.run
        self._callers = 0

    def push(self) -> Push:
        """What the phone would say next."""
        return self.gus.device.push(next(self.gus.device.batches()))

    def before(self) -> Before:
        store = self.office.store
        states = {i: state for i in store.ids() if (state := store.state(i)) is not None}
        return Before(
            store.order.top, (store.sums.count, store.sums.total), dict(store.meta), states
        )

    def say(self, method: str, target: str, body: bytes = b"", **heads: bytes) -> Told:
        """One request as a server hands it over, from an address of its own; it took its time."""
        begun = time.process_time()
        told = asyncio.run(self._say(method, target, body, heads))
        took = time.process_time() - begun

        assert took < MOST_CPU_S, f"{method} {target[:80]}: {took:.2f} s"
        return told

    async def _say(self, method: str, target: str, body: bytes, heads: dict[str, bytes]) -> Told:
        from urllib.parse import unquote_to_bytes

        path, _, query = target.partition("?")
        self._callers += 1
        known = {"content-type": TYPE.encode(), "host": b"office", **heads}
        known.setdefault("authorization", b"Bearer " + self.token.encode())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote_to_bytes(path).decode("utf-8", "replace"),
            "raw_path": path.encode("utf-8", "replace"),
            "query_string": query.encode("utf-8", "replace"),
            "root_path": "",
            "headers": [(name.encode(), value) for name, value in known.items()],
            "client": (f"caller {self._callers}", 1),
            "server": ("office", 80),
        }
        parts, said = [body], list[Any]()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await self.app(scope, receive, send)
        content = b"".join(part.get("body", b"") for part in said[1:])
        return Told(said[0]["status"], content)

    # ---- what must hold ---------------------------------------------------------------------

    def check_refused(self, told: Told, before: Before) -> None:
        """One line, of a client's fault; nothing has changed."""
        assert 400 <= told.status < 500, told
        assert told.content.count(b"\n") == 0
        assert len(told.content) < 2000
        if told.content[:1] == b"{":
            said = json.loads(told.content)
            assert set(said) == {"code", "sentence"}
            assert said["sentence"]
        assert before == self.before()

    def check_harmless(self, told: Told, before: Before) -> None:
        """Refused whole; or taken, and then every record is one, has all it had, and counts no
        edit that neither the phone nor the office made."""
        if told.status >= 400:
            self.check_refused(told, before)
            return
        after = self.before()
        for record_id, state in after.states.items():
            assert decode(loads(json.dumps(encode(state)).encode())) == state
            old = before.states.get(record_id)
            assert old is None or join(old, state) == state
            self._check_vector(state, {} if old is None else old.vv)
        assert self.office.store.counted() == self.office.store.sums

    def _check_vector(self, state: State, had: Any) -> None:
        gus = str(self.gus.store.meta["device"])
        for replica, n in state.vv.items():
            mine = self.office.register.owns(gus, replica)
            assert mine or replica in self.office.store.replicas or n <= had.get(replica, 0)


def peak(doing: Callable[[], Told]) -> tuple[Told, int]:
    """What came of it, and the most memory that it took at one time."""
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        held, _ = tracemalloc.get_traced_memory()
        told = doing()
        return told, tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()
