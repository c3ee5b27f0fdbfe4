"""Somebody at the gate who is on no list: five fields, and they are in."""

from __future__ import annotations

from collections.abc import Awaitable

import flet as ft

from data.errors import BadInput
from data.kinds.attendance import add_at_gate
from data.kinds.calls import departments
from data.kinds.people import PERSON, Person
from data.kinds.production import show_of
from data.kinds.signatures import sign
from data.kinds.unit_day import GUESTS
from views.context import go, use_desk, use_state
from views.drafts import use_draft
from views.inputs import choose
from views.parts import main_button, note, sub_view
from views.safe import say, screen
from views.screens.showing import use_showing
from views.screens.sign_pad import SignPad
from views.words import short_day

NOBODY = Person.model_construct(name="")
FIELDS = ("position", "reports_to", "phone")


@screen
def Gate() -> ft.View:
    """Name and department are needed; the rest helps the office tomorrow."""
    desk = use_desk()
    showing = use_showing()
    draft = use_draft(desk, PERSON, ("name", "department", *FIELDS), NOBODY)
    strokes, set_strokes = use_state(())
    day, words = showing.day, show_of(desk).gate_words
    if day is None:
        return sub_view("Add a person", lambda: go("/board"), [note(showing.why)])

    async def add() -> None:
        values = draft.values()
        try:
            with desk.gesture():
                person = add_at_gate(desk, day, **values)
                if strokes:
                    sign(desk, person, strokes, words=words)
        except BadInput as error:
            draft.refuse(error)
            raise
        gesture = desk.last
        draft.done()
        await back()
        say(f"{person.name} is in.", undo=lambda: desk.undo(gesture) if gesture else None)

    def back() -> Awaitable[None]:
        return go(f"/board?day={day.id}")

    names = sorted({*filter(None, departments(desk.all(PERSON))), *GUESTS.values()})
    return sub_view(
        "Add a person",
        back,
        [
            note(f"For {short_day(day.date)}, {day.unit} unit. They are in from now."),
            draft.control("name"),
            choose(
                "Department",
                [(name, name) for name in names],
                draft.texts["department"],
                lambda value: draft.put("department", value),
                error=draft.wrong("department"),
            ),
            *draft.controls(FIELDS),
            SignPad(words, strokes, set_strokes),
            ft.Row([main_button("Add and check in", add, icon=ft.Icons.HOW_TO_REG)]),
        ],
    )
