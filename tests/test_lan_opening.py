"""Every office opens its second door by itself, and none stays shut because of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import flet as ft

from data.errors import Busy
from data.stamp import Sources
from data.store import Store
from tests.lan_door import small_app
from tests.small_show import SmallShow
from tests.stage import Window
from tests.test_lan_office import HERE, two_ports, way
from views.lan.addresses import Asked, OwnName
from views.lan.identity import PORT
from views.lan.office import SecondDoor
from views.lan.opening import AGAIN_S, SHUT, Opening
from views.lan.page import mark
from views.lan.serving import free_pair, on_every_address

SHOW = "Show the recovery code"


def test_an_office_whose_ports_are_taken_goes_on_and_opens_when_they_are_free(
    show: SmallShow, tmp_path: Path
) -> None:
    port = two_ports()
    found, _ = way(show, tmp_path, Asked(port=port))
    phone, said, taken = small_app(tmp_path / "app"), list[str](), on_every_address(port)

    def make() -> SecondDoor:
        return SecondDoor(found, (), phone, local="", say=said.append, addresses=list)

    async def pause(seconds: float) -> None:
        assert seconds == AGAIN_S
        assert opening.steps() == tuple(said)
        assert opening.origin() == opening.recovery() == ""
        taken.close()

    opening = Opening(show.desk.store, make, said.append, pause=pause)

    async def go() -> None:
        running = asyncio.create_task(opening.run())
        while not opening.origin():
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(go())
    assert said[0].startswith(f"{SHUT}Port {port}")
    assert opening.origin() == f"https://{found.host}:{port}"


def test_a_new_office_has_its_second_door_when_the_production_is_made(tmp_path: Path) -> None:
    store = Store(tmp_path / "office", sources=Sources(), hub=True)
    made = list[str]()

    def make() -> SecondDoor:
        made.append(store.production)
        raise Busy("far enough")

    async def go() -> None:
        running = asyncio.create_task(Opening(store, make, made.append).run())
        await asyncio.sleep(0)
        assert made == []
        store.set_meta(production="3f2b8c54-0d7e")
        while not made:
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(go())
    assert made[0] == "3f2b8c54-0d7e"


def test_two_shows_on_a_laptop_have_ports_of_their_own(show: SmallShow, tmp_path: Path) -> None:
    with on_every_address(free_pair(PORT)) as first:
        found, _ = way(show, tmp_path, Asked())

        assert found.port != first.getsockname()[1]
        assert way(show, tmp_path, Asked())[0].port == found.port


def test_the_offices_screen_shows_where_phones_begin_and_the_mark(
    show: SmallShow, tmp_path: Path
) -> None:
    port = two_ports()
    found, _ = way(show, tmp_path, Asked(port=port))
    assert isinstance(found, OwnName)
    phone = small_app(tmp_path / "app")
    door = SecondDoor(found, (), phone, local="", say=print, addresses=lambda: [HERE])

    opening = Opening(show.desk.store, lambda: door, print, code=lambda: "AAAAA-BBBBB")
    opening.open()

    async def texts() -> list[str]:
        window = Window(show.desk, "/sync", phones=opening)
        await window.settle()
        before = window.texts()
        assert "AAAAA-BBBBB" not in before
        (button,) = [b for b in window.controls(ft.OutlinedButton) if b.content == SHOW]
        await window.fire(button, "click")
        assert "AAAAA-BBBBB" in window.texts()
        return before

    try:
        seen = "\n".join(asyncio.run(texts()))
    finally:
        door.close()
    assert f"http://{HERE}:{port + 1}" in seen
    assert f"the phone must show too: {mark(found.own)}" in seen
    assert f"{door.origin}/phone/" in seen
