"""Paper and sheets: every form of the day, filled or blank, made on this device."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import flet as ft

from data.aside import aside
from data.kinds.envelopes import ENVELOPE
from data.kinds.people import PERSON
from views.context import use_desk, use_picker, use_place, use_records, use_state
from views.forms import FORMS
from views.forms.paper import Form
from views.inputs import choose
from views.parts import card, note, page, side_button
from views.safe import part, say
from views.screens.showing import day_bar, use_showing
from views.theme import GAP

A_MOMENT: Final = 1.0
"""Seconds after which whoever waits is told."""

Printer = Callable[..., Callable[[], Awaitable[None]]]


@part
def Paper() -> ft.Control:
    """Sign-in and production report of the day shown, an envelope, and the spreadsheets."""
    desk = use_desk()
    use_records("envelope", "person")
    showing = use_showing()
    envelope, set_envelope = use_state("")
    printer = use_printer()
    names: dict[str, str] = {person.id: person.name for person in desk.all(PERSON)}
    envelopes = sorted(
        (f"{e.number} {names.get(e.custodian, '')}", e.id) for e in desk.all(ENVELOPE)
    )
    day = showing.day.id if showing.day else ""

    def form_card(form: Form) -> ft.Control:
        about = {"day": day, "envelope": envelope, "show": ""}[form.about]
        pick = choose("Envelope", [(i, words) for words, i in envelopes], envelope, set_envelope)
        return card(
            *([pick] if form.about == "envelope" else []),
            ft.Row(
                [
                    side_button(
                        f"{form.title}, filled", printer(form, about), icon=ft.Icons.PRINT_OUTLINED
                    ),
                    *(
                        [side_button(f"{form.title}, blank", printer(form, about, blank=True))]
                        if form.blank
                        else []
                    ),
                ],
                wrap=True,
                spacing=GAP,
                run_spacing=GAP,
            ),
            title=form.title,
        )

    return page(
        [
            *day_bar(showing, "/paper"),
            *[form_card(form) for form in FORMS],
            note("Print the blank ones before you need them: the day the batteries die."),
        ]
    )


def use_printer() -> Printer:
    """Makes handlers that draw a form and hand it over as a download."""
    desk = use_place().desk
    picker = use_picker()

    def printer(form: Form, about: str, *, blank: bool = False) -> Callable[[], Awaitable[None]]:
        async def make() -> None:
            paper = form.make_blank(desk) if blank else form.make(desk, about)
            drawing = asyncio.ensure_future(aside(paper.draw))
            await asyncio.wait((drawing,), timeout=A_MOMENT)
            if not drawing.done():
                say(f"{paper.file_name} is being drawn. With many photos it takes a while: go on.")
            await picker.save_file(file_name=paper.file_name, src_bytes=await drawing)
            say(f"{paper.file_name} is ready.")

        return make

    return printer
