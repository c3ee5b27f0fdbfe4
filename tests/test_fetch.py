"""The phone's own way to the office, against a browser that is played: what `fetch` promises."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from data.errors import NoOffice
from data.files import MemoryFolder
from data.packed_blobs import PackedBlobs
from sync.calls import Call, Connect, Timings
from sync.carrying import OFFICE, PIECE
from sync.fetch import over_fetch
from sync.link import Link
from tests.copies import copy_in
from tests.test_sync_http import QUICK, Desk

SLIP = Random(5).randbytes(2 * PIECE + 17)


class JsException(Exception):
    """As a promise that was refused."""


class Browser:
    """`fetch` over an office in memory. `breaks`: after how many bytes of the next body's way it
    breaks; a list that is used up."""

    def __init__(self, desk: Desk, breaks: list[int | None]) -> None:
        self.asked: list[tuple[str, str]] = []
        self._desk, self._breaks = desk, breaks

    async def fetch(self, address: str, options: SimpleNamespace) -> Any:
        parts = urlsplit(address)
        self.asked.append((options.method, f"{parts.path}?{parts.query}"))
        photo = parts.path.startswith("/v1/blobs/")
        at = self._breaks.pop(0) if photo and self._breaks else None
        body = getattr(options, "body", None)
        transport = httpx.ASGITransport(app=self._desk.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            answer = await client.request(
                options.method, address, content=body, headers=vars(options.headers)
            )
        if at is not None and options.method == "PUT":
            raise JsException("network error")
        return Response(answer.status_code, answer.content, at)


class Response:
    def __init__(self, status: int, content: bytes, breaks: int | None) -> None:
        self.status, self._content, self._breaks = status, content, breaks
        self.body = SimpleNamespace(getReader=lambda: self)
        self._at = 0

    async def arrayBuffer(self) -> Any:
        return SimpleNamespace(to_bytes=lambda: self._content)

    async def read(self) -> Any:
        if self._breaks is not None and self._at >= self._breaks:
            raise JsException("network error")
        end = min(self._at + 1000, self._breaks or len(self._content))
        part, self._at = self._content[self._at : end], end
        value = SimpleNamespace(to_bytes=lambda: part)
        return SimpleNamespace(done=not part, value=value)


def as_js(value: Any, **_: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{key: as_js(one) for key, one in value.items()})
    return value


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Browser]:
    def playing(breaks: list[int | None]) -> Browser:
        made = Browser(Desk(tmp_path / "office"), breaks)
        js, ffi = ModuleType("js"), ModuleType("pyodide.ffi")
        stop = SimpleNamespace(signal=None, abort=lambda: None)
        js.fetch = made.fetch  # type: ignore[attr-defined]
        js.Object = SimpleNamespace(fromEntries=None)  # type: ignore[attr-defined]
        js.AbortController = SimpleNamespace(new=lambda: stop)  # type: ignore[attr-defined]
        ffi.JsException, ffi.to_js = JsException, as_js  # type: ignore[attr-defined]
        for name, module in (("js", js), ("pyodide", ModuleType("pyodide")), ("pyodide.ffi", ffi)):
            monkeypatch.setitem(sys.modules, name, module)
        return made

    return playing


def phone(folder: Path) -> Link:
    files = MemoryFolder()
    store, blobs = copy_in(files, hub=False), PackedBlobs(files, folder / "beside")
    way: Connect = lambda: over_fetch("http://office", QUICK)  # noqa: E731
    return Link(store, blobs, "", timings=QUICK, connect=way)


def test_an_upload_goes_on_where_the_office_is_when_its_answer_was_lost(
    browser: Callable[..., Browser], tmp_path: Path
) -> None:
    played = browser([None, 0])
    link = phone(tmp_path)
    name = link.blobs.keep(SLIP)
    asyncio.run(link.sync_once())
    places = [
        path.partition("at=")[2].partition("&")[0] for verb, path in played.asked if verb == "PUT"
    ]

    assert places == ["0", str(PIECE), str(2 * PIECE)]
    assert played._desk.blobs.read(name) == SLIP
    assert link.state.equal


def test_a_download_keeps_what_came_before_the_line_broke(
    browser: Callable[..., Browser], tmp_path: Path
) -> None:
    played = browser([2500, 1000, None])
    link = phone(tmp_path)
    name = played._desk.blobs.keep(SLIP)

    assert asyncio.run(link.photo(name)) == SLIP == link.blobs.read(name)
    places = [path.partition("at=")[2].partition("&")[0] for _, path in played.asked]
    assert places == ["0", "2500", "3500"]
    assert link.blobs.parts.size(OFFICE, name) == 0


def test_a_browser_that_cannot_ask_has_no_office(browser: Callable[..., Browser]) -> None:
    browser([0])

    async def ask() -> None:
        async with over_fetch("http://office", Timings()) as send:
            await send(Call("PUT", "/v1/blobs/x", b"y"))

    with pytest.raises(NoOffice, match="cannot be reached"):
        asyncio.run(ask())
