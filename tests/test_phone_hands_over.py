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
from views.screens.phone import carrying_words
from views.screens.sync_office import brought_words

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

    async def hand_over(self) -> bytes:
        await self.window.settle()
        await self.window.fire(button(self.window, "Hand over what is owed"), "click")
        return self.files.pop()

    async def take(self, content: bytes) -> None:
        await self.window.settle()
        await picked(self.window, content)


def button(window: Window, words: str) -> Any:
    (found,) = (c for c in window.controls() if getattr(c, "content", None) == words)
    return found


async def picked(window: Window, content: bytes) -> None:
    """The person chooses that file."""
    picker = button(window, "Take a file in").action.file_picker
    file = ft.FilePickerFile(id=1, name="stick.callboard", size=len(content), bytes=content)
    _context_page.set(window.session.page)  # as flet does for the event of a session
    await picker.on_result(ft.FilePickerResultEvent("result", picker, files=[file]))
    await window.settle()


def test_a_file_goes_out_of_one_phone_and_by_another_to_the_office(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    gus.store.commit([Write("person", "g1", {"name": "Walk-on"})], user="gus")

    async def day() -> None:
        here, there = Held(gus), Held(cam)
        await there.take(await here.hand_over())
        async with asyncio.timeout(BOUND):
            await there.handed.wait()
        await there.window.settle()
        assert any("Its answer is in your downloads" in text for text in there.window.texts())
        await here.take(there.files.pop())
        assert any("the office has what it answers" in text for text in here.window.texts())

    asyncio.run(day())

    assert door.desk.store.state("g1") == gus.store.state("g1")
    assert not gus.device.owes


def test_what_is_carried_for_others_is_said_with_their_names() -> None:
    assert carrying_words([]) == ""
    assert carrying_words(["Ana's phone"]).startswith("1 file of Ana's phone waits here")
    many = carrying_words(["Ana's phone", "Gate tablet", "Ana's phone"])
    assert many.startswith("3 files of Ana's phone, Gate tablet wait here")


def test_a_file_that_is_none_is_said_in_words(door: PairedOffice) -> None:
    gus = door.paired("Gus")

    async def day() -> list[str]:
        phone = Held(gus)
        await phone.take(b"PK a holiday photo")
        return phone.window.texts()

    assert any("cut off or damaged" in text for text in asyncio.run(day()))


def test_the_office_takes_a_file_in_at_its_screen(
    door: PairedOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = list[bytes]()

    async def save(_picker: Any, *, file_name: str, src_bytes: bytes) -> None:
        del file_name
        saved.append(src_bytes)

    monkeypatch.setattr(ft.FilePicker, "save_file", save)
    gus = door.paired("Gus")
    gus.store.commit([Write("person", "g1", {"name": "Walk-on"})], user="gus")
    file = b"".join(gus.hand_over())

    async def day() -> list[str]:
        window = Window(door.desk, "/sync", office=door.office, pairings=door.pairings)
        await window.settle()
        await picked(window, file)
        return window.texts()

    assert any(brought_words("stick.callboard", 1) in text for text in asyncio.run(day()))
    assert door.desk.store.state("g1") == gus.store.state("g1")
    asyncio.run(gus.take_in(saved.pop()))
    assert not gus.device.owes
