"""Somebody at the gate who is on no list: five fields, and they are in."""

from __future__ import annotations

from collections.abc import Awaitable

import flet as ft

from data.errors import BadInput
from data.kinds.attendance import add_at_gate
from data.kinds.calls import departments
from data.kinds.people import PERSON
from views.context import go, use_desk, use_state
from views.inputs import choose
from views.parts import main_button, note, sub_view
from views.safe import act, say, screen
from views.screens.showing import use_showing
from views.words import short_day

FIELDS = (
    ("name", "Name", ft.KeyboardType.NAME),
    ("position", "What they do", ft.KeyboardType.TEXT),
    ("reports_to", "Reports to", ft.KeyboardType.NAME),
    ("phone", "Phone", ft.KeyboardType.PHONE),
)


@screen
def Gate() -> ft.View:
    """Name and department are needed; the rest helps the office tomorrow."""
    desk = use_desk()
    showing = use_showing()
    draft, set_draft = use_state({"department": ""})
    nothing: dict[str | None, str] = {}
    wrong, set_wrong = use_state(nothing)
    day = showing.day
    if day is None:
        return sub_view("Add a person", lambda: go("/board"), [note(showing.why)])

    def put(name: str, value: str) -> None:
        set_draft({**draft, name: value})

    async def add() -> None:
        try:
            person = add_at_gate(desk, day, **{"name": "", **draft})
        except BadInput as error:
            set_wrong({error.field: error.sentence})
            raise
        gesture = desk.last
        await back()
        say(f"{person.name} is in.", undo=lambda: desk.undo(gesture) if gesture else None)

    def back() -> Awaitable[None]:
        return go(f"/board?day={day.id}")

    def text_field(name: str, label: str, keyboard: ft.KeyboardType) -> ft.Control:
        return ft.TextField(
            label=label,
            value=draft.get(name, ""),
            keyboard_type=keyboard,
            error=wrong.get(name),
            autofocus=name == "name",
            on_change=act(lambda e: put(name, e.control.value)),
        )

    names = [(name, name) for name in departments(desk.all(PERSON)) if name]
    fields = [text_field(*field) for field in FIELDS]
    fields.insert(
        1, choose("Department", names, draft["department"], lambda value: put("department", value))
    )
    return sub_view(
        "Add a person",
        back,
        [
            note(f"For {short_day(day.date)}, {day.unit} unit. They are in from now."),
            *fields,
            ft.Row([main_button("Add and check in", add, icon=ft.Icons.HOW_TO_REG)]),
        ],
    )
