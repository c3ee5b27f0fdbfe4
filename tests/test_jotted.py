"""What a verb asks for waits on a device, half-typed, until it is said or thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import flet as ft
import pytest

from data.desk import Desk
from data.fields import Money
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import issue_float
from tests.small_show import SmallShow
from tests.stage import Window
from views.context import Face

WAITS = "Not saved yet, from 06:30."


def play(
    desk: Desk, route: str, scene: Callable[[Window], Awaitable[None]], face: Face = "device"
) -> None:
    """In a window of its own: the app was ended before, or is ended afterwards."""

    async def played() -> None:
        window = Window(desk, route, face)
        await window.settle()
        await scene(window)

    asyncio.run(played())


async def press(window: Window, words: str) -> None:
    (button,) = (
        button
        for kind in (ft.OutlinedButton, ft.FilledButton)
        for button in window.controls(kind)
        if button.content == words
    )
    await window.fire(button, "click")


@pytest.fixture
def envelope(show: SmallShow) -> str:
    issue_float(show.desk, show["Gus"], Money(amount=Decimal(100), currency="USD"), note="")
    return f"/envelope/{show.desk.all(ENVELOPE)[0].id}"


def test_a_float_that_was_half_typed_waits_with_its_note(show: SmallShow) -> None:
    async def typing(window: Window) -> None:
        await window.type("Amount in USD", "250")
        await window.type("Note", "for the van")

    async def later(window: Window) -> None:
        assert window.typed("Amount in USD") == "250"
        assert window.typed("Note") == "for the van"
        assert WAITS in window.texts()
        await press(window, "Start over")
        assert window.typed("Amount in USD") == ""

    async def at_last(window: Window) -> None:
        assert window.typed("Note") == ""
        assert WAITS not in window.texts()

    for scene in (typing, later, at_last):
        play(show.desk, "/envelope/new", scene)


def test_a_count_waits_until_it_is_saved(show: SmallShow, envelope: str) -> None:
    async def typing(window: Window) -> None:
        await window.type("Cash counted", "99.50")
        await window.type("Over or short because", "tip")

    async def saving(window: Window) -> None:
        assert window.typed("Cash counted") == "99.50"
        await press(window, "Save the count")

    async def afterwards(window: Window) -> None:
        assert WAITS not in window.texts()
        assert window.typed("Cash counted") == "99.50"
        assert window.typed("Over or short because") == "tip"

    for scene in (typing, saving, afterwards):
        play(show.desk, envelope, scene)
    assert show.desk.all(ENVELOPE)[0].explained == "tip"


def test_an_amount_handed_back_is_begun_anew_once_it_is_said(
    show: SmallShow, envelope: str
) -> None:
    async def typing(window: Window) -> None:
        await window.type("Amount", "40")

    async def saying(window: Window) -> None:
        assert WAITS in window.texts()
        await press(window, "Handed back")
        assert window.typed("Amount") == ""

    async def afterwards(window: Window) -> None:
        assert WAITS not in window.texts()
        assert window.typed("Amount") == ""

    for scene in (typing, saying, afterwards):
        play(show.desk, envelope, scene)


def test_at_the_office_nothing_waits_where_everybody_would_see_it(show: SmallShow) -> None:
    async def typing(window: Window) -> None:
        await window.type("Note", "for the van")

    async def later(window: Window) -> None:
        assert window.typed("Note") == ""

    play(show.desk, "/envelope/new", typing, "office")
    play(show.desk, "/envelope/new", later, "office")
