"""Who has this tablet? Name and PIN; until then a lent device does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from data.desk import Desk
from data.kinds.lending import give_back
from data.kinds.own import may_take, own_device, take
from data.kinds.people import PERSON, called
from views.context import go, use_desk, use_records, use_state
from views.parts import empty, note, tile
from views.safe import act, part, say, screen
from views.screens.pin_pad import PinPad
from views.theme import BIG, GAP, PAD
from views.words import show_title

SHOWN = 30


@screen
def Who() -> ft.View:
    desk = use_desk()
    use_records("pin", "person", "lending", "device")
    chosen, set_chosen = use_state("")
    looking, set_looking = use_state("")
    person = desk.find(PERSON, chosen)
    device = own_device(desk)
    people = may_take(desk)
    found = [p for p in people if all(w in p.name.casefold() for w in looking.casefold().split())]
    head = [
        ft.Text("Who has this tablet?", theme_style=BIG),
        ft.Text(f"{device.name if device else ''} · {show_title(desk)}"),
    ]
    if person is not None:
        body: list[ft.Control] = [PinForm(person.id, lambda: set_chosen(""), key=person.id)]
    elif not people:
        body = [empty("Nobody has a PIN yet. The office gives one: People, then Set the PIN.")]
    else:
        find = ft.TextField(
            label="Find your name",
            value=looking,
            prefix_icon=ft.Icons.SEARCH,
            on_change=act(lambda e: set_looking(e.control.value)),
        )
        rows = [
            tile(
                p.name,
                " · ".join(filter(None, [p.position, p.department])),
                icon=ft.Icons.PERSON_OUTLINE,
                on_click=_choosing(set_chosen, p.id),
                key=p.id,
            )
            for p in found[:SHOWN]
        ]
        body = [find, *rows]
    column = ft.ListView([*head, *body], expand=True, padding=PAD, spacing=GAP)
    return ft.View(route="/", padding=0, controls=[ft.SafeArea(column, expand=True)])


def _choosing(choose: Callable[[str], None], person_id: str) -> Callable[[], None]:
    return lambda: choose(person_id)


@part
def PinForm(person_id: str, other: Callable[[], None]) -> ft.Control:
    desk = use_desk()
    person = desk.get(PERSON, person_id)

    async def enter(digits: str) -> None:
        take(desk, person, digits)
        await go("/")
        say(f"{person.name} has this tablet.")

    return ft.Column(
        [
            PinPad(person.name, "I have it", enter, other),
            note("What you tap from now on carries your name."),
        ],
        spacing=GAP * 2,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@part
def Holder() -> ft.Control:
    """In the frame of a lent device: whose name is on what is tapped, and the way out."""
    desk = use_desk()
    use_records("lending", "person")
    asking, set_asking = use_state(False)
    given: Any = ft.use_ref(False)
    device = own_device(desk)
    name = called(desk, desk.user)

    def back() -> None:
        given.current = True
        set_asking(False)

    def closed() -> None:
        # Only now: giving it back takes this component away, and its dialog would stay for ever.
        set_asking(False)
        if given.current and device is not None:
            given.current = False
            give_back(desk, device)

    question = ft.AlertDialog(
        title=ft.Text(f"{name} gives it back?"),
        content=ft.Text("The next one says who they are before they can tap anything."),
        actions=[
            ft.TextButton("Keep it", on_click=act(lambda: set_asking(False))),
            ft.FilledButton("Give it back", on_click=act(back)),
        ],
        on_dismiss=act(closed),
    )
    ft.use_dialog(question if asking else None)
    if device is None or not device.lent_to:
        return ft.Container(width=0)
    # Merged: flet puts a bare tooltip on the parent, and the name of a button is what is heard.
    return ft.MergeSemantics(
        ft.TextButton(
            _short(desk),
            icon=ft.Icons.PERSON,
            tooltip=f"{name} has this tablet. Give it back",
            on_click=act(lambda: set_asking(True)),
        )
    )


def _short(desk: Desk) -> str:
    return called(desk, desk.user).split()[0]
