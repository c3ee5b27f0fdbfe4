"""Lunch called: everybody on one tap, but for those who work through; and back to work on one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import flet as ft

from data.desk import Desk
from data.errors import BadInput
from data.kinds.attendance import Attendance, board
from data.kinds.people import answers_to
from data.kinds.production import zone
from data.kinds.schedule import ShootDay
from data.kinds.unit_day import call_back, call_out, last_through, running
from data.walltime import instant, near, read_clock, wall_minutes
from views.context import use_desk, use_records, use_state
from views.parts import main_button, note, side_button
from views.safe import act, part, say
from views.theme import GAP, TITLE
from views.words import count, moment, wall

FOUND = 5

Done = Callable[[str, Callable[[], object]], Callable[[], None]]
"""Makes of words and a verb what a button does: it is done, said, and can be taken back."""


@part
def MealSheet(day: ShootDay, close: Callable[[], None]) -> ft.Control:
    desk = use_desk()
    use_records("time")
    now = wall(desk, wall_minutes(day.date, desk.now(), zone(desk)))
    typed, set_typed = use_state(now)
    clock, at = _moment(desk, day, typed, now)

    def done(words: str, verb: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            verb()
            gesture = desk.last
            say(words, undo=lambda: desk.undo(gesture) if gesture else None)
            close()

        return run

    if running(desk, day) is not None:
        controls = _at_meal(desk, day, clock, at, done)
    elif running(desk, day, "ndb") is not None:
        controls = _at_breakfast(desk, day, clock, at, done)
    else:
        controls = [Call(day, clock, at, done)]
    return ft.Column(
        [
            ft.Text("Meals", theme_style=TITLE, weight=ft.FontWeight.W_600),
            ft.TextField(
                label="At",
                value=typed,
                keyboard_type=ft.KeyboardType.DATETIME,
                on_change=act(lambda e: set_typed(e.control.value)),
            ),
            *controls,
        ],
        tight=True,
        spacing=GAP + 4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _moment(desk: Desk, day: ShootDay, typed: str, now: str) -> tuple[str, datetime | None]:
    """The time in the field as it prints, and as an instant: None where it is now. What is no time
    is said when it is used."""
    if typed == now:
        return now, None
    try:
        minutes = near(read_clock(typed), day.date, desk.now(), zone(desk))
    except BadInput:
        return typed, None
    return wall(desk, minutes), instant(day.date, minutes, zone(desk))


def _at_meal(
    desk: Desk, day: ShootDay, clock: str, at: datetime | None, done: Done
) -> list[ft.Control]:
    meal = running(desk, day)
    assert meal is not None
    through = done(f"The half hour counts from {clock}.", lambda: last_through(desk, day, at=at))
    back = done(f"Back to work at {clock}.", lambda: call_back(desk, day, at=at))
    line = [] if meal.line else [side_button(f"Last one through the line {clock}", through)]
    what = "A walking meal" if meal.walking else "The meal"
    since = moment(desk, day, meal.out.at)
    return [
        note(f"{what} was called at {since}."),
        *line,
        ft.Row([main_button(f"Back to work {clock}", back)]),
    ]


def _at_breakfast(
    desk: Desk, day: ShootDay, clock: str, at: datetime | None, done: Done
) -> list[ft.Control]:
    breakfast = running(desk, day, "ndb")
    assert breakfast is not None
    over = done(f"Breakfast over at {clock}.", lambda: call_back(desk, day, "ndb", at=at))
    return [
        note(f"Breakfast was called at {moment(desk, day, breakfast.out.at)}."),
        ft.Row([main_button(f"Breakfast over {clock}", over)]),
    ]


@part
def Call(day: ShootDay, clock: str, at: datetime | None, done: Done) -> ft.Control:
    """Nothing is called: breakfast or lunch, and for whom not."""
    desk = use_desk()
    nobody: tuple[str, ...] = ()
    through, set_through = use_state(nobody)
    looking, set_looking = use_state("")
    walking, set_walking = use_state(False)
    inside = [row for row in board(desk, day) if row.is_in]
    working = [row for row in inside if row.person.id in through]

    def chosen(person_id: str) -> Callable[[], None]:
        def choose() -> None:
            others = tuple(i for i in through if i != person_id)
            set_through(others if person_id in through else (*through, person_id))
            set_looking("")

        return choose

    def lunch() -> object:
        without = [row.person for row in working]
        return call_out(desk, day, at=at, without=without, walking=walking)

    eating = count(len(inside) - len(working), "person", "people")
    breakfast = done(f"Breakfast called at {clock}.", lambda: call_out(desk, day, "ndb", at=at))
    return ft.Column(
        [
            ft.Checkbox(
                label="A walking meal: nobody leaves work",
                value=walking,
                on_change=act(lambda e: set_walking(bool(e.control.value))),
            ),
            ft.TextField(
                label="Who works through? Type a name",
                value=looking,
                dense=True,
                on_change=act(lambda e: set_looking(e.control.value)),
            ),
            *_chips(inside, working, looking, chosen),
            side_button(f"Breakfast called {clock}", breakfast),
            ft.Row(
                [
                    main_button(
                        f"Lunch called {clock}: {eating}",
                        done(f"Lunch called at {clock}.", lunch),
                        icon=ft.Icons.RESTAURANT,
                    )
                ]
            ),
        ],
        tight=True,
        spacing=GAP + 4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _chips(
    inside: list[Attendance],
    working: list[Attendance],
    looking: str,
    chosen: Callable[[str], Callable[[], None]],
) -> list[ft.Control]:
    """Who works through, and who answers to what is typed."""
    found = [row for row in inside if looking.strip() and answers_to(row.person, looking)]
    shown = [*working, *[row for row in found if row not in working][:FOUND]]
    chips: list[ft.Control] = [
        ft.Chip(
            label=ft.Text(row.person.name),
            selected=row in working,
            on_select=act(chosen(row.person.id)),
        )
        for row in shown
    ]
    return [ft.Row(chips, wrap=True, spacing=GAP, run_spacing=GAP)] if chips else []
