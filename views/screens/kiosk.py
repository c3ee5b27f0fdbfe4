"""A tablet on a stand: people say who they are and their PIN, and nothing else is to be seen."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.desk import Desk
from data.kinds.calls import calls
from data.kinds.own import may_take, prove
from data.kinds.people import PERSON, Person, answers_to
from data.kinds.pins import has_pin
from data.kinds.scanning import Answer, let_in, scanned
from data.kinds.schedule import ShootDay
from views.context import go, use_desk, use_ear, use_place, use_state
from views.parts import centred, empty, main_button, note, side_button, tile
from views.safe import act, part, screen
from views.screens.answer import over, use_answer
from views.screens.pin_pad import PinPad
from views.screens.scan import LEAST, Picture
from views.screens.showing import use_showing
from views.theme import BIG, GAP, PAD, TITLE
from views.words import show_title

SHOWN = 8


@screen
def Kiosk() -> ft.View:
    desk, place = use_desk(), use_place()
    showing = use_showing()
    looking, set_looking = use_state("")
    chosen, set_chosen = use_state("")
    leaving, set_leaving = use_state(False)
    answer, give = use_answer(False)
    day = showing.day

    def tell(said: Answer) -> None:
        set_looking("")
        set_chosen("")
        give(said)

    def hear(text: str) -> None:
        if day is not None:
            tell(scanned(desk, day, text))

    use_ear(place.wedge.listen, hear)
    if day is None:
        body: list[ft.Control] = [empty(showing.why)]
    elif leaving:
        body = [Leave(lambda: set_leaving(False))]
    elif chosen:
        body = [Proof(day, chosen, tell, lambda: set_chosen(""), key=chosen)]
    else:
        body = [
            ft.Text("Say that you are here", theme_style=BIG),
            ft.Text(show_title(desk)),
            Picture(),
            ft.TextField(
                label="Your name",
                value=looking,
                prefix_icon=ft.Icons.SEARCH,
                on_change=act(lambda e: set_looking(e.control.value)),
            ),
            *_people(desk, day, looking, set_chosen),
        ]
    column = ft.ListView(
        [*body, ft.Container(height=PAD), *([] if leaving else [_way_out(set_leaving)])],
        expand=True,
        padding=PAD,
        spacing=GAP * 2,
    )
    return ft.View(
        route=ft.use_view_path(),
        padding=0,
        controls=[ft.SafeArea(over(centred(column), answer, lambda: give(None)), expand=True)],
    )


def _way_out(set_leaving: Callable[[bool], None]) -> ft.Control:
    button = ft.TextButton("For the crew of this tablet", on_click=act(lambda: set_leaving(True)))
    return ft.Row([button], alignment=ft.MainAxisAlignment.CENTER)


def _people(
    desk: Desk, day: ShootDay, looking: str, choose: Callable[[str], None]
) -> list[ft.Control]:
    """A queue looks on: of a name no more than its owner needs to find it."""
    if len(looking.strip()) < LEAST:
        return []
    found = [c.person for c in calls(desk, day) if c.called and answers_to(c.person, looking)]
    if not found:
        return [note("Nobody by that name is called today. Ask at the desk.")]
    return [
        tile(short(person), icon=ft.Icons.PERSON_OUTLINE, on_click=_choosing(choose, person.id))
        for person in sorted(found, key=lambda p: p.name.casefold())[:SHOWN]
    ]


def short(person: Person) -> str:
    """`Maria O.`"""
    first, *others = person.name.split() or [""]
    return f"{first} {others[-1][0]}." if others else first


def _choosing(choose: Callable[[str], None], person_id: str) -> Callable[[], None]:
    return lambda: choose(person_id)


@part
def Proof(
    day: ShootDay, person_id: str, tell: Callable[[Answer], None], other: Callable[[], None]
) -> ft.Control:
    """The PIN of whoever was chosen; then they are in."""
    desk = use_desk()
    person = desk.get(PERSON, person_id)

    def enter(digits: str) -> None:
        prove(desk, person, digits)
        tell(let_in(desk, day, person, how="kiosk"))

    if not has_pin(desk, person):
        return ft.Column(
            [
                ft.Text(short(person), theme_style=TITLE),
                note("You have no PIN on this tablet. Ask at the desk; they check you in."),
                side_button("Back", other),
            ],
            spacing=GAP * 2,
        )
    form: ft.Control = PinPad(short(person), "I am here", enter, other)
    return form


@part
def Leave(stay: Callable[[], None]) -> ft.Control:
    """Back to the board: by the PIN of anybody who may have this tablet."""
    desk = use_desk()
    chosen, set_chosen = use_state("")
    people = may_take(desk)

    def out(digits: str = "") -> object:
        if chosen:
            prove(desk, desk.get(PERSON, chosen), digits)
        return go("/board")

    if not people:  # no PINs on this device: it is nobody's to guard
        return ft.Column([ft.Row([main_button("To the board", out)]), side_button("Stay", stay)])
    if chosen:
        holder = desk.get(PERSON, chosen)
        form: ft.Control = PinPad(short(holder), "To the board", out, stay, key=chosen)
        return form
    rows = [tile(short(p), on_click=_choosing(set_chosen, p.id)) for p in people]
    return ft.Column([ft.Text("Who takes it back?", theme_style=TITLE), *rows,
                      side_button("Stay", stay)])  # fmt: skip
