"""Who is on set now, for the muster; and how many eat, for those who cook."""

from __future__ import annotations

import flet as ft

from data.kinds.attendance import board
from data.kinds.unit_day import last_out, muster, plates
from views.context import go, use_desk, use_records
from views.forms import MUSTER
from views.parts import card, main_button, note, sub_view
from views.safe import screen
from views.screens.paper import use_printer
from views.screens.showing import use_showing
from views.theme import BIG, QUIET, SMALL
from views.words import count, moment


@screen
def Here() -> ft.View:
    desk = use_desk()
    use_records("time", "voucher", "person", "day")
    showing = use_showing()
    printer = use_printer()
    day = showing.day
    if day is None:
        return sub_view("Who is here", lambda: go("/"), [note(showing.why)])
    now, eating, all_day = muster(desk, day), plates(desk, day), plates(desk, day, called=True)
    groups = [
        card(
            *[
                ft.Row(
                    [
                        ft.Text(name, expand=True),
                        ft.Text(what, theme_style=SMALL, color=QUIET),
                    ]
                )
                for name, what in names
            ],
            title=f"{sort}: {len(names)}",
        )
        for sort, names in now.here.items()
        if names
    ]
    last = last_out(board(desk, day))
    diets = [f"{n} {diet}" for diet, n in eating.diets.items()]
    return sub_view(
        "Who is here",
        lambda: go(f"/?day={day.id}"),
        [
            card(
                ft.Text(count(now.count, "person", "people"), theme_style=BIG),
                ft.Text(f"on set at {moment(desk, day, now.at)}"),
                *(
                    [ft.Text(f"Last man out: {last.person.name}, {moment(desk, day, last.left)}")]
                    if last is not None
                    else []
                ),
                ft.Row(
                    [
                        main_button(
                            "Print the muster list",
                            printer(MUSTER, day.id),
                            icon=ft.Icons.PRINT_OUTLINED,
                        )
                    ]
                ),
                title="Muster",
            ),
            card(
                ft.Text(count(eating.count, "plate"), theme_style=BIG),
                ft.Text(
                    f"{eating.crew} crew and cast, {eating.background} background. "
                    f"With those still to come: {all_day.count}."
                ),
                ft.Text(", ".join(diets) if diets else "Nobody here has said what they eat."),
                title="Plates now",
            ),
            *groups,
        ],
    )
