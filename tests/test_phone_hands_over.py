"""The phone's screen: a file for the office goes out, and one that somebody brought comes in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flet as ft
import pytest
from flet.controls.context import _context_page

from data.edit import Write
from sync.link import Link
from tests.paired_office import PairedOffice, desk_of
from tests.small_show import SmallShow
from tests.stage import Window
from views.browser import Browser, BrowserState
from views.screens.phone import taken_words

BOUND = 20.0


@pytest.fixture
def door(show: SmallShow, tmp_path: Path) -> Iterator[PairedOffice]:
    made = PairedOffice(show, tmp_path / "devices")
    yield made
    made.close()


class Held:
    """A phone in somebody's hand: its screen, and the files it hands over."""

    def __init__(self, link: Link) -> None:
        self.files = list[bytes]()
        self.handed = asyncio.Event()
        browser = Browser(self._told)
        browser.state = BrowserState(offline="ready", persisted=True)
        self.window = Window(desk_of(link), "/this-phone", "device", link=link, browser=browser)

    def _told(self, word: str, value: Any) -> None:
        if word == "file":
            self.files.append(b"".join(value["parts"]))
            self.handed.set()

    def button(self, words: str) -> Any:
        buttons = self.window.controls(ft.Control)
        (found,) = (b for b in buttons if getattr(b, "content", None) == words)
        return found

    async def hand_over(self) -> bytes:
        await self.window.settle()
        await self.window.fire(self.button("Hand over what is owed"), "click")
        return self.files.pop()

    async def take(self, content: bytes) -> None:
        await self.window.settle()
        picker = self.button("Take a file in").action.file_picker
        file = ft.FilePickerFile(id=1, name="stick.callboard", size=len(content), bytes=content)
        _context_page.set(self.window.session.page)  # as flet does for the event of a session
        await picker.on_result(ft.FilePickerResultEvent("result", picker, files=[file]))
        await self.window.settle()


def test_a_file_goes_out_of_one_phone_and_by_another_to_the_office(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    gus.store.commit([Write("person", "g1", {"name": "Walk-on"})], user="gus")

    async def day() -> None:
        here, there = Held(gus), Held(cam)
        await there.take(await here.hand_over())
        async with asyncio.timeout(BOUND):
            await there.handed.wait()
        await there.window.settle()
        assert any(taken_words(carried=True) in text for text in there.window.texts())
        await here.take(there.files.pop())
        assert any(taken_words(carried=False) in text for text in here.window.texts())

    asyncio.run(day())

    assert door.desk.store.state("g1") == gus.store.state("g1")
    assert not gus.device.owes


def test_a_file_that_is_none_is_said_in_words(door: PairedOffice) -> None:
    gus = door.paired("Gus")

    async def day() -> list[str]:
        phone = Held(gus)
        await phone.take(b"PK a holiday photo")
        return phone.window.texts()

    assert any("cut off or damaged" in text for text in asyncio.run(day()))
