"""What a device shows when it is not let in: the code to type, or why it was emptied."""

from __future__ import annotations

import asyncio
from typing import Any

import flet as ft

from data.codes import LENGTH, read_qr
from views.context import go, here, use_browser, use_link_state, use_place, use_state
from views.parts import card, empty, main_button, note, side_button, sub_view
from views.safe import act, part, screen
from views.screens.phone import lost_words
from views.theme import BIG, HEAD, PAD, QUIET


@screen
def FirstPairing() -> ft.View:
    """A device that holds nothing yet: the office's code is all it asks for."""
    place = use_place()
    browser = use_browser()
    why = [f"This device was emptied. {place.wiped}"] if place.wiped else []
    why += [lost_words(browser.state)] if browser and browser.state.lost else []
    column = ft.ListView(
        [
            ft.Text("Pair this device", theme_style=BIG),
            *[card(ft.Text(words)) for words in why],
            CodeForm(),
        ],
        expand=True,
        padding=PAD,
        spacing=PAD,
    )
    return ft.View(route="/", padding=0, controls=[ft.SafeArea(column, expand=True)])


@screen
def PairAgain() -> ft.View:
    """A device that the office does not know: what it has stays, and is sent when it is paired."""
    before = here().get("from", "/sync")
    words = "What is on this device stays here, and is sent as soon as it is paired."
    return sub_view("Pair this device", lambda: go(before), [note(words), CodeForm()])


@part
def CodeForm() -> ft.Control:
    place, state = use_place(), use_link_state()
    typed, set_typed = use_state(place.invited)
    waiting, set_waiting = use_state(False)
    task: Any = ft.use_ref(None)
    link = place.link

    async def say_it() -> None:
        if link is None:
            return
        set_waiting(True)
        task.current = asyncio.ensure_future(link.pair(_code(typed)))
        try:
            await task.current
        except asyncio.CancelledError:
            return
        finally:
            set_waiting(False)
        await go("/")

    if state is not None and place.desk.store.meta.get("token") and not state.door:
        return card(
            ft.Text("Paired.", theme_style=HEAD),
            ft.Text("The show is on its way here. Keep this open for a moment."),
            ft.ProgressBar(),
        )
    if waiting:
        return card(
            ft.Text("The office is asked.", theme_style=HEAD),
            ft.Text("Somebody there says yes on the screen that shows the code."),
            ft.ProgressBar(),
            ft.Row([side_button("Use another code", lambda: task.current.cancel())]),
        )
    return ft.Column(
        [
            ft.Text(f"Ask the office for a code: {LENGTH} characters, good for ten minutes."),
            ft.TextField(
                label="Code from the office",
                value=typed,
                hint_text="XXXXX-XXXXX",
                capitalization=ft.TextCapitalization.CHARACTERS,
                text_size=24,
                on_change=act(lambda e: set_typed(e.control.value)),
            ),
            ft.Row([main_button("Pair", say_it, icon=ft.Icons.LINK)]),
        ],
        spacing=PAD,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _code(typed: str) -> str:
    """A scanner that types, or a pasted picture's text, says more than the code."""
    return read_qr(typed).code if "://" in typed else typed


@screen
def Emptied() -> ft.View:
    """The office had this device forget everything."""
    state = use_link_state()
    words = state.trouble if state else ""
    told = empty(
        f"{words} Everything of the show was removed from this device.",
        ft.Icon(ft.Icons.PHONELINK_ERASE, size=64, color=QUIET),
        note("To use it again: close Callboard, open it, and pair it with a new code."),
    )
    return ft.View(route="/", controls=[ft.SafeArea(told)])
