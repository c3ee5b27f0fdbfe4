"""The whole day on one screen, in a minute: the call, departments, own calls, meals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from data.desk import Desk
from data.errors import BadInput
from data.kinds.calls import (
    calls,
    departments,
    offsets_of,
    set_department_call,
    set_personal_call,
    units,
)
from data.kinds.people import PERSON
from data.kinds.schedule import DAY, PERSONAL_CALL, ShootDay
from data.walltime import read_clock
from views.context import go, use_desk, use_records, use_state
from views.drafts import use_draft
from views.inputs import choose
from views.parts import card, icon_button, main_button, side_button, sub_view
from views.safe import act, part, say, screen
from views.theme import QUIET, SMALL
from views.words import offset, short_day, wall

FIELDS = (
    "general_call",
    "location",
    "lunch",
    "second_meal",
    "estimated_wrap",
    "background",
    "date",
    "number",
    "note",
)
STEP = 30


@screen
def DayEdit() -> ft.View:
    """Fields are saved together by Save; department and own calls count at once."""
    desk = use_desk()
    use_records("day", "department_call", "personal_call", "person")
    day = desk.get(DAY, ft.use_route_params()["id"])
    draft = use_draft(desk, DAY, (*FIELDS, "unit"), day)

    async def save() -> None:
        desk.edit(day, shown=draft.seen, **draft.values())
        gesture = desk.last
        draft.done()
        await back()
        say("The day is saved.", undo=lambda: desk.undo(gesture) if gesture else None)

    def back() -> Awaitable[None]:
        return go(f"/?day={day.id}")

    def start_over() -> Awaitable[None]:
        draft.done()
        return back()

    unit = choose(
        "Unit", [(u, u) for u in units(desk)], draft.texts["unit"], lambda u: draft.put("unit", u)
    )
    return sub_view(
        f"{short_day(day.date)}, {day.unit} unit",
        back,
        [
            *draft.waiting(start_over),
            *draft.controls(FIELDS[:6]),
            ft.Row([main_button("Save the day", save, icon=ft.Icons.CHECK)]),
            Departments(day),
            OwnCalls(day),
            card(
                unit,
                *draft.controls(FIELDS[6:]),
                ft.Row([main_button("Save all of the day", save, icon=ft.Icons.CHECK)]),
                title="More",
            ),
        ],
    )


@part
def Departments(day: ShootDay) -> ft.Control:
    """Each department's call, half an hour earlier or later at a tap."""
    desk = use_desk()
    use_records("department_call", "person", "day")
    offsets = offsets_of(desk, day)

    def line(name: str) -> ft.Control:
        now = offsets.get(name.casefold(), 0)

        def move(by: int) -> Callable[[], object]:
            return lambda: set_department_call(desk, day, name, now + by)

        return ft.Row(
            [
                ft.Column(
                    [
                        ft.Text(name, max_lines=1),
                        ft.Text(
                            f"{wall(desk, day.general_call + now)} · {offset(now)}",
                            theme_style=SMALL,
                            color=QUIET,
                        ),
                    ],
                    spacing=0,
                    expand=True,
                ),
                icon_button(ft.Icons.REMOVE, f"{name}: {STEP} min earlier", move(-STEP)),
                icon_button(ft.Icons.ADD, f"{name}: {STEP} min later", move(STEP)),
            ],
            key=name,
        )

    names = [name for name in departments(desk.all(PERSON)) if name]
    return card(*[line(name) for name in names], title="Department calls")


@part
def OwnCalls(day: ShootDay) -> ft.Control:
    """People who do not come with their department: another time, or off."""
    desk = use_desk()
    use_records("personal_call", "person", "day")
    person, set_person = use_state("")
    text, set_text = use_state("")
    own = [line for line in desk.all(PERSONAL_CALL) if line.day == day.id]
    own = [line for line in own if line.off or line.call is not None]

    def set_call() -> None:
        set_personal_call(desk, day, _chosen(person), call=read_clock(text, field="call"))
        set_person("")
        set_text("")

    def set_off() -> None:
        set_personal_call(desk, day, _chosen(person), call=None, off=True)
        set_person("")

    people = sorted(
        ((c.person.id, f"{c.person.name}, {c.person.position}") for c in calls(desk, day)),
        key=lambda pair: pair[1],
    )
    return card(
        *[_own_line(desk, day, line.person, line.off, line.call) for line in own],
        choose("Person", people, person, set_person),
        ft.TextField(
            label="Own call",
            hint_text="6:30",
            value=text,
            keyboard_type=ft.KeyboardType.DATETIME,
            on_change=act(lambda e: set_text(e.control.value)),
        ),
        ft.Row(
            [side_button("Set own call", set_call), side_button("Off today", set_off)], wrap=True
        ),
        title="Own calls and who is off",
    )


def _own_line(desk: Desk, day: ShootDay, person_id: str, off: bool, call: int | None) -> ft.Control:
    person = desk.find(PERSON, person_id)
    name = person.name if person else "deleted person"
    return ft.Row(
        [
            ft.Text(f"{name}: {'off' if off else wall(desk, call)}", expand=True),
            icon_button(
                ft.Icons.CLOSE,
                f"{name}: back with the department",
                lambda: set_personal_call(desk, day, person_id, call=None),
            ),
        ],
        key=person_id,
    )


def _chosen(person: str) -> str:
    if not person:
        raise BadInput("Choose the person first.", field="person")
    return person
