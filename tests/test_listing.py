"""A list on a stage: what is typed finds at once, what is committed shows, few are drawn anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import flet as ft
import pytest
from flet.components.component import Component

from data.desk import Desk
from data.kinds.people import CAST, Person
from tests.small_show import SmallShow
from tests.stage import Window
from views.records.listing import FOUND, WINDOW


def play(
    desk: Desk, scene: Callable[[Window], Awaitable[None]], route: str = "/list/person"
) -> None:
    async def played() -> None:
        window = Window(desk, route)
        await window.settle()
        await scene(window)

    asyncio.run(played())


async def find(window: Window, text: str) -> None:
    await window.type("Find", text)


def names(window: Window) -> list[str]:
    return [tile.title.value for tile in window.controls(ft.ListTile)]


def test_every_word_that_is_typed_must_be_found(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        await find(window, "gr")
        assert names(window) == ["Grete", "Gus", "Newt"]
        await find(window, "gr ne")
        assert names(window) == ["Newt"]
        assert "1 person" in window.texts()
        await find(window, "nobody")
        assert "Nothing here." in window.texts()

    play(show.desk, scene)


def test_a_key_that_leaves_the_same_people_draws_none_of_them(
    show: SmallShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(window: Window) -> None:
        await find(window, "gr")
        drawn: list[str] = []
        draw: Callable[[Component], None] = Component.before_update

        def noted(component: Component) -> None:
            drawn.append(component.fn.__name__)
            draw(component)

        monkeypatch.setattr(Component, "before_update", noted)
        await find(window, "grip")

        assert len(names(window)) == 3
        assert "Row" not in drawn

    play(show.desk, scene)


def test_what_is_committed_while_somebody_looks_is_found_and_shown(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        await find(window, "gr")
        show.desk.add(Person(name="Greta", department="GRIP"))
        show.desk.edit(show["Gus"], name="Gustav")
        show.desk.delete(show["Newt"])
        await window.settle()
        assert names(window) == ["Greta", "Grete", "Gustav"]
        await find(window, "gustav")

        assert names(window) == ["Gustav"]

    play(show.desk, scene)


def test_a_record_is_found_by_the_new_name_of_whom_it_names(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        await find(window, "rosa")
        assert len(names(window)) == 1
        show.desk.edit(show["Rosa"], name="Rosalind")
        show.desk.edit(show.desk.all(CAST)[1], character="DALE 2")
        await find(window, "rosalind")

        assert len(names(window)) == 1

    play(show.desk, scene, "/list/cast")


def test_a_long_list_is_drawn_a_window_at_a_time(show: SmallShow) -> None:
    for n in range(2 * WINDOW):
        show.desk.add(Person(name=f"Walk-on {n:03}", department="EXTRAS"))

    async def more(window: Window) -> None:
        (button,) = (
            b for b in window.controls(ft.OutlinedButton) if str(b.content).startswith("Show more")
        )
        await window.fire(button, "click")

    async def scene(window: Window) -> None:
        assert len(names(window)) == WINDOW
        await find(window, "walk")
        assert len(names(window)) == FOUND
        await more(window)
        assert len(names(window)) == FOUND + WINDOW
        await find(window, "walk-on 0")
        assert names(window) == [f"Walk-on {n:03}" for n in range(FOUND)]

    play(show.desk, scene)
