"""The board on a stage: a tap draws one line again, and whatever comes from elsewhere appears."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import flet as ft
import pytest
from flet.components.component import Component

from data.desk import Desk
from data.kinds import ALL
from data.kinds.attendance import check_in, take_back
from data.kinds.people import Person
from data.store import Store
from tests.small_show import SmallShow
from tests.stage import Window

ON_BOARD = ["Ada", "Cam", "Gus", "Grete", "Rosa"]


def play(desk: Desk, scene: Callable[[Window], Awaitable[None]], route: str = "/board") -> None:
    async def played() -> None:
        window = Window(desk, route)
        await window.settle()
        await scene(window)

    asyncio.run(played())


def chips(window: Window) -> list[str]:
    return [chip.label.value for chip in window.controls(ft.Chip)]


async def choose(window: Window, beginning: str) -> None:
    (chip,) = (c for c in window.controls(ft.Chip) if c.label.value.startswith(beginning))
    await window.fire(chip, "select", True)


async def find(window: Window, text: str) -> None:
    await window.type("Find a name", text)


def test_a_tap_draws_one_line_and_what_counts_it(
    show: SmallShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(window: Window) -> None:
        drawn: list[str] = []
        update: Callable[[Component], None] = Component.update

        def noted(component: Component) -> None:
            drawn.append(component.fn.__name__)
            update(component)

        monkeypatch.setattr(Component, "update", noted)
        await window.tap("In: Gus")

        assert drawn[0] == "PersonRow"
        assert sorted(drawn[1:]) == ["Counts", "Department"]

    play(show.desk, scene)


def test_a_tap_sends_as_little_for_a_hundred_people_as_for_five(show: SmallShow) -> None:
    sent: list[int] = []

    async def scene(window: Window) -> None:
        before = window.audience.bytes
        await window.tap("In: Gus")
        sent.append(window.audience.bytes - before)

    play(show.desk, scene)
    take_back(show.desk, show.desk.all(show.desk.kinds["time"])[0])
    for n in range(100):
        show.desk.add(Person(name=f"Walk-on {n}", department="EXTRAS", start=show.day.date))
    play(show.desk, scene)

    assert sent[1] <= sent[0] * 1.1


def test_the_line_the_head_and_the_counts_say_what_was_tapped(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        assert [name.removeprefix("In: ") for name in window.names("In: ")] == ON_BOARD
        show.wall.shows(7, 4)
        await window.tap("In: Gus")

        assert window.names("Out: ") == ["Out: Gus"]
        assert {"07:04", "1 of 2"} <= set(window.texts())
        assert chips(window) == ["All 5", "Not in 4", "Late 1", "In 1", "Out 0"]
        await window.tap("Out: Gus")
        assert "07:04 to 07:04" in window.texts()
        assert chips(window) == ["All 5", "Not in 4", "Late 1", "In 0", "Out 1"]

    play(show.desk, scene)


def test_a_tap_at_another_window_appears(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        other = Window(show.desk, "/board")
        await other.settle()
        await other.tap("In: Gus")
        await window.tap("In: Cam")
        await other.settle()

        assert window.names("Out: ") == other.names("Out: ") == ["Out: Cam", "Out: Gus"]

    play(show.desk, scene)


def test_a_tap_that_a_merge_brings_appears(show: SmallShow, device: Store) -> None:
    office = show.desk.store
    device.receive(s for i in office.ids() if (s := office.state(i)) is not None)
    check_in(Desk(device, ALL, user="Bea"), show.day, show["Gus"])

    async def scene(window: Window) -> None:
        office.receive(s for i in device.ids() if (s := device.state(i)) is not None)
        await window.settle()

        assert window.names("Out: ") == ["Out: Gus"]

    play(show.desk, scene)


def test_who_was_tapped_stays_where_they_are_until_a_filter_is_chosen(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        await choose(window, "Not in")
        await window.tap("In: Gus")

        assert window.names("In: ") == ["In: Ada", "In: Cam", "In: Grete", "In: Rosa"]
        assert window.names("Out: ") == ["Out: Gus"]
        await choose(window, "Not in")
        assert window.names("Out: ") == []
        await window.tap("In: Rosa")
        assert window.names("Out: ") == ["Out: Rosa"]

    play(show.desk, scene)


def test_who_is_tapped_at_another_window_leaves_those_not_in(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        await choose(window, "Not in")
        check_in(show.desk, show.day, show["Gus"])
        await window.settle()

        assert window.names("In: ") == ["In: Ada", "In: Cam", "In: Grete", "In: Rosa"]
        assert window.names("Out: ") == []
        await window.tap("In: Grete")
        assert "2 of 2" in window.texts()

    play(show.desk, scene)


def test_a_tap_taken_back_is_as_never_tapped(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        await window.tap("In: Gus")
        assert show.desk.last is not None
        show.desk.undo(show.desk.last)
        await window.settle()

        assert [name.removeprefix("In: ") for name in window.names("In: ")] == ON_BOARD
        assert chips(window)[1:] == ["Not in 5", "Late 0", "In 0", "Out 0"]

    play(show.desk, scene)


def test_who_becomes_late_is_said_with_the_next_tap(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        show.wall.shows(6, 50)
        await window.tap("In: Ada")
        assert "late" in window.texts()
        show.wall.shows(7, 20)
        await window.tap("In: Cam")

        assert window.texts().count("late") == 3
        assert "Late 3" in chips(window)

    play(show.desk, scene)


def test_a_search_finds_who_is_not_called_and_keeps_counting(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        await find(window, "n")
        assert window.names("In: ") == ["In: Newt, not called today"]
        await window.tap("In: Newt, not called today")
        assert window.names("Out: ") == ["Out: Newt"]
        await find(window, "")
        await window.tap("In: Gus")

        assert "2 of 3" in window.texts()
        assert chips(window)[0] == "All 6"

    play(show.desk, scene)


def test_another_day_has_its_own_taps(show: SmallShow) -> None:
    check_in(show.desk, show.day, show["Gus"])

    async def scene(window: Window) -> None:
        assert window.names("Out: ") == []
        await window.tap("In: Gus")
        assert window.names("Out: ") == ["Out: Gus"]
        await window.go(f"/board?day={show.day.id}")
        assert window.names("Out: ") == ["Out: Gus"]
        await window.tap("In: Cam")

        assert window.names("Out: ") == ["Out: Cam", "Out: Gus"]
        assert "In 2" in chips(window)

    play(show.desk, scene, f"/board?day={show.days[1].id}")


def test_past_midnight_a_tap_is_of_the_day_of_the_call(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        await window.tap("In: Gus")
        show.wall.shows(25, 10)
        await window.tap("Out: Gus")

        assert "06:30 to 25:10" in window.texts()
        assert "Out 1" in chips(window)

    play(show.desk, scene)


def test_a_person_added_or_called_later_gets_a_line(show: SmallShow) -> None:
    async def scene(window: Window) -> None:
        show.desk.add(Person(name="Zoë", department="CAMERA", start=show.day.date))
        await window.settle()
        assert "In: Zoë" in window.names("In: ")
        show.desk.edit(show.day, general_call=5 * 60)
        await window.settle()

        assert "05:00" in window.texts()
        await window.tap("In: Zoë")
        assert "1 of 2" in window.texts()

    play(show.desk, scene)
