"""Check-in on a stage, every gesture counted: the fastest sign-in sheet on any set."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import flet as ft
import pytest

from data.desk import Desk
from data.kinds.attendance import Attendance, board, check_in, row_of
from data.kinds.badges import give_badges, text_of
from data.kinds.people import Person
from data.kinds.pins import set_pin
from data.kinds.schedule import DAY
from data.kinds.signatures import SIGNATURE, strokes_of
from data.kinds.times import TIME, events_of
from data.kinds.unit_day import running
from data.kinds.vouchers import vouchers_of
from tests.small_show import SmallShow, at
from tests.stage import Window
from views import theme
from views.screens import answer as answers


class Counted(Window):
    """A window that counts what a person does: a tap is one, and so is a word that is typed."""

    gestures = 0

    def __init__(self, desk: Desk, route: str) -> None:
        super().__init__(desk, route)
        self.session.page.push_route = self.go  # what a browser does with an address

    async def fire(self, control: Any, event: str, data: Any = None) -> None:
        self.gestures += event in ("click", "change", "select", "submit")
        await super().fire(control, event, data)

    async def press(self, label: str) -> None:
        """The one button with these words on it."""
        buttons = (ft.FilledButton, ft.OutlinedButton, ft.TextButton, ft.FilledTonalButton)
        found = [c for kind in buttons for c in self.controls(kind) if c.content == label]
        await self.fire(one(found, label), "click")

    async def choose(self, title: str) -> None:
        """The line of a list with this title."""
        found = [t for t in self.controls(ft.ListTile) if t.title.value == title]
        await self.fire(one(found, title), "click")

    async def pick(self, label: str) -> None:
        found = [c for c in self.controls(ft.Chip) if c.label.value == label]
        await self.fire(one(found, label), "select", True)

    async def scan(self, text: str) -> None:
        """As a scanner types; whoever holds it makes one gesture."""
        self.gestures += 1
        for key in [*text, "Enter"]:
            data = {"key": key, "shift": False, "ctrl": False, "alt": False, "meta": False}
            await self.session.dispatch_event(self.session.page._i, "keyboard_event", data)
        await self.settle()

    def fills(self) -> Any:
        """The colour that fills the screen, or None."""
        looks = {ground for ground, _, _ in answers.LOOKS.values()}
        found = [c.bgcolor for c in self.controls(ft.Container) if c.bgcolor in looks]
        return found[0] if found else None


def one(found: list[Any], what: str) -> Any:
    distinct = list({id(control): control for control in found}.values())
    assert len(distinct) == 1, f"{len(distinct)} of {what!r}"
    return distinct[0]


def play(desk: Desk, scene: Callable[[Counted], Awaitable[None]], route: str) -> None:
    async def played() -> None:
        window = Counted(desk, route)
        await window.settle()
        await scene(window)

    asyncio.run(played())


def row(show: SmallShow, name: str) -> Attendance:
    return row_of(show.desk, show.day, show[name])


def badge(show: SmallShow, name: str) -> str:
    return text_of(show.desk, give_badges(show.desk, [show[name]])[0])


# ---- badges --------------------------------------------------------------------------------------


def shown_so_long(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What waits until an answer was shown long enough; a test's own hour comes when it says."""
    loop, waiting = asyncio.get_running_loop(), list[Callable[[], object]]()
    later = loop.call_later

    def call_later(delay: float, what: Callable[..., object], *more: Any, **how: Any) -> Any:
        if delay == answers.SHOWN_S:
            return waiting.append(what)
        return later(delay, what, *more, **how)

    monkeypatch.setattr(loop, "call_later", call_later)
    return waiting


def test_a_badge_is_one_gesture_and_the_answer_fills_the_screen(
    show: SmallShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = badge(show, "Gus")

    async def scene(window: Counted) -> None:
        waiting = shown_so_long(monkeypatch)
        await window.scan(text)
        assert window.gestures == 1
        assert window.fills() == theme.GOOD
        assert {"Gus", "In 06:30"} <= set(window.texts())

        waiting.pop()()
        await window.settle()
        assert window.fills() is None, "it goes by itself: the next one is waiting"
        await window.scan(text)
        assert window.fills() == theme.KNOWN
        assert "In already, since 06:30." in window.texts()

    play(show.desk, scene, "/scan")
    assert row(show, "Gus").is_in
    assert len(show.desk.all(TIME)) == 1


def test_a_red_answer_stays_until_somebody_has_read_it_and_lets_in_on_one_tap(
    show: SmallShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = badge(show, "Dale")

    async def scene(window: Counted) -> None:
        waiting = shown_so_long(monkeypatch)
        await window.scan(text)
        assert not waiting
        assert window.fills() == theme.STOP
        await window.press("Let in")
        assert window.gestures == 2

    play(show.desk, scene, "/scan")
    assert row(show, "Dale").is_in


def test_a_scanner_works_on_every_screen(show: SmallShow) -> None:
    text = badge(show, "Gus")

    async def scene(window: Counted) -> None:
        await window.scan(text)
        assert "In 06:30" in window.texts()

    play(show.desk, scene, "/receipts")
    assert row(show, "Gus").is_in


@pytest.mark.parametrize(
    ("route", "label"), [("/scan", "Or a name: two letters do"), ("/board", "Find a name")]
)
def test_a_scanner_that_types_into_a_field_is_heard_and_the_field_is_emptied(
    show: SmallShow, route: str, label: str
) -> None:
    text = badge(show, "Gus")

    async def scene(window: Counted) -> None:
        await window.type(label, text)
        (field,) = (f for f in window.controls(ft.TextField) if f.label == label)
        await window.fire(field, "submit", text)
        assert "In 06:30" in window.texts()
        assert text not in [f.value for f in window.controls(ft.TextField)]

    play(show.desk, scene, route)
    assert row(show, "Gus").is_in


def test_keys_that_are_no_badge_do_nothing(show: SmallShow) -> None:
    badge(show, "Gus")

    async def scene(window: Counted) -> None:
        for words in ("HELLO", "CB1", "4006381333931", ""):
            await window.scan(words)
        assert window.fills() is None

    play(show.desk, scene, "/scan")
    assert events_of(show.desk, show.day) == []


# ---- names, departments --------------------------------------------------------------------------


def test_a_name_is_three_gestures_at_most(show: SmallShow) -> None:
    async def scene(window: Counted) -> None:
        await window.type("Or a name: two letters do", "gu")
        await window.choose("Gus")
        assert window.gestures <= 3

    play(show.desk, scene, "/scan")
    assert row(show, "Gus").is_in


def test_the_gate_shows_a_queue_no_phone_number_and_no_diet(show: SmallShow) -> None:
    show.desk.edit(show["Gus"], phone="+1 575 555 0100", diet="vegan")

    async def scene(window: Counted) -> None:
        await window.type("Or a name: two letters do", "gu")
        assert "Gus" in " ".join(window.texts())
        assert not [t for t in window.texts() if "555" in t or "vegan" in t]

    play(show.desk, scene, "/scan")


@pytest.fixture
def grips(show: SmallShow) -> SmallShow:
    """Twelve in the department, all called at 07:00."""
    for n in range(10):
        show.desk.add(Person(name=f"Grip {n}", department="GRIP", start=show.day.date))
    return show


def test_a_department_of_twelve_is_three_gestures_with_one_deselected(grips: SmallShow) -> None:
    async def scene(window: Counted) -> None:
        await window.tap("GRIP: whole department")
        await window.pick("Grip 3")
        await window.press("11 in at call 07:00")
        assert window.gestures == 3

    play(grips.desk, scene, "/board")
    rows = [r for r in board(grips.desk, grips.day) if r.person.department == "GRIP"]
    assert sum(r.is_in for r in rows) == 11
    assert [r.person.name for r in rows if not r.is_in] == ["Grip 3"]
    assert {r.arrived for r in rows if r.is_in} == {at(7)}


def test_a_department_is_undone_as_one_gesture(grips: SmallShow) -> None:
    async def scene(window: Counted) -> None:
        await window.tap("GRIP: whole department")
        await window.press("All 12 in at call 07:00")

    play(grips.desk, scene, "/board")
    gesture = grips.desk.last
    assert gesture is not None
    assert grips.desk.undo(gesture).back == 12


# ---- everybody at once ---------------------------------------------------------------------------


def test_lunch_for_everybody_is_two_taps_and_back_to_work_two(show: SmallShow) -> None:
    for name in ("Gus", "Grete", "Ada"):
        check_in(show.desk, show.day, show[name])
    show.wall.shows(12, 48)

    async def scene(window: Counted) -> None:
        await window.tap("Meals")
        await window.press("Lunch called 12:48: 3 people")
        assert window.gestures == 2
        show.wall.shows(13, 20)
        await window.tap("Meals")
        await window.press("Back to work 13:20")
        assert window.gestures == 4

    play(show.desk, scene, "/board")
    assert row(show, "Gus").meals == ((at(12, 48), at(13, 20)),)


def test_who_works_through_is_named_in_two_more(show: SmallShow) -> None:
    for name in ("Gus", "Grete", "Ada"):
        check_in(show.desk, show.day, show[name])
    show.wall.shows(12, 48)

    async def scene(window: Counted) -> None:
        await window.tap("Meals")
        await window.type("Who works through? Type a name", "ada")
        await window.pick("Ada")
        await window.press("Lunch called 12:48: 2 people")
        assert window.gestures == 4

    play(show.desk, scene, "/board")
    assert running(show.desk, show.day) is not None
    assert row(show, "Gus").meals
    assert row(show, "Ada").meals == ()


# ---- one person ----------------------------------------------------------------------------------


def test_sick_is_said_from_the_sheet_of_a_person(show: SmallShow) -> None:
    async def scene(window: Counted) -> None:
        await window.fire(line_of(window, "Gus"), "click")
        await window.press("Sick")
        assert window.gestures == 2
        assert "sick" in window.texts()

    play(show.desk, scene, "/board")
    assert row(show, "Gus").away == "sick"


def test_a_time_is_changed_with_its_reason(show: SmallShow) -> None:
    check_in(show.desk, show.day, show["Gus"])

    async def scene(window: Counted) -> None:
        await window.fire(line_of(window, "Gus"), "click")
        await window.press("Change in 06:30")
        await window.type("The right time", "6:12")
        await window.press("Save the change")
        assert row(show, "Gus").arrived == at(6, 30), "not without a reason"
        await window.type("Why it is changed", "tablet came late")
        await window.press("Save the change")

    play(show.desk, scene, "/board")
    assert row(show, "Gus").arrived == at(6, 12)


def line_of(window: Counted, name: str) -> Any:
    """What opens a person's sheet: the name on the board."""
    found = [
        c
        for c in window.controls(ft.Container)
        if c.on_click is not None and name in [t.value for t in texts_in(c)]
    ]
    return found[0]


def texts_in(container: ft.Container) -> list[ft.Text]:
    inside = getattr(container.content, "controls", [])
    return [control for control in inside if isinstance(control, ft.Text)]


# ---- background, kiosk, walk-on ------------------------------------------------------------------


def test_background_is_one_tap_a_voucher(show: SmallShow) -> None:
    show.desk.edit(show.desk.get(DAY, show.day.id), background=30)

    async def scene(window: Counted) -> None:
        for n in (1, 2, 3):
            await window.press(f"In: voucher {n}")
        assert window.gestures == 3
        assert "3 of 30" in window.texts()

    play(show.desk, scene, "/background")
    assert [v.number for v in vouchers_of(show.desk, show.day)] == ["1", "2", "3"]


def test_a_kiosk_wants_the_pin_and_shows_no_whole_name(show: SmallShow) -> None:
    show.desk.edit(show["Gus"], name="Gus Ortega")
    set_pin(show.desk, show["Gus"], "4071")

    async def scene(window: Counted) -> None:
        await window.type("Your name", "gu")
        assert "Gus Ortega" not in window.texts()
        await window.choose("Gus O.")
        await window.type("PIN", "1234")
        await window.press("I am here")
        assert not row(show, "Gus").is_in
        await window.type("PIN", "4071")
        await window.press("I am here")

    play(show.desk, scene, "/kiosk")
    assert row(show, "Gus").is_in
    assert [e.how for e in events_of(show.desk, show.day)] == ["kiosk"]


def test_who_walks_on_signs_on_the_screen(show: SmallShow) -> None:
    async def scene(window: Counted) -> None:
        await window.type("Name", "Vi Example")
        (choice,) = window.controls(ft.Dropdown)
        window.session.apply_patch(choice._i, {"value": "Visitors"})
        await window.fire(choice, "select", "Visitors")
        (pad,) = window.controls(ft.GestureDetector)
        await drawn(window, pad)
        await window.press("Add and check in")

    play(show.desk, scene, "/gate")
    (signed,) = show.desk.all(SIGNATURE)
    assert strokes_of(signed.strokes)
    assert show.desk.get(show.desk.kinds["person"], signed.person).name == "Vi Example"
    assert "safety rules" in signed.words


async def drawn(window: Counted, pad: Any) -> None:
    base = {"k": "touch"}
    for event, x, y in (("pan_start", 10, 10), ("pan_update", 60, 40), ("pan_update", 200, 20)):
        at = {"x": x, "y": y}
        await window.fire(pad, event, {**base, "l": at, "g": at})
    await window.fire(pad, "pan_end", {p: {"x": 0, "y": 0} for p in "lgv"})
