"""One thing that was said of somebody's day: who said it, and how to take it back or change it."""

from __future__ import annotations

from typing import Final

import flet as ft

from data.desk import Desk
from data.kinds.attendance import amend, take_back
from data.kinds.people import called
from data.kinds.production import zone
from data.kinds.schedule import ShootDay
from data.kinds.times import TimeEvent
from data.walltime import instant, near, read_clock
from views.context import use_desk, use_state
from views.parts import main_button, side_button
from views.safe import act, part
from views.theme import GAP, SMALL
from views.words import moment

SAID: Final = {
    "ndb_out": "breakfast out",
    "ndb_in": "breakfast in",
    "line": "last through the line",
    "travel_out": "travel begins",
    "travel_in": "travel ends",
}


@part
def SaidLine(day: ShootDay, event: TimeEvent) -> ft.Control:
    desk = use_desk()
    changing, set_changing = use_state(False)
    typed, set_typed = use_state("")
    reason, set_reason = use_state("")
    label = f"{said(event.what)} {moment(desk, day, event.at)}"

    def change() -> None:
        minutes = near(read_clock(typed), day.date, desk.now(), zone(desk))
        amend(desk, event, instant(day.date, minutes, zone(desk)), reason=reason)
        set_changing(False)

    line = ft.Row(
        [
            ft.Text(f"{label} · {_how(desk, event)}", expand=True, theme_style=SMALL),
            ft.TextButton(f"Change {label}", on_click=act(lambda: set_changing(not changing))),
            ft.TextButton(f"Undo {label}", on_click=act(lambda: take_back(desk, event))),
        ],
        wrap=True,
    )
    if not changing:
        return line
    return ft.Column(
        [
            line,
            ft.Row(
                [
                    ft.TextField(
                        label="The right time",
                        value=typed,
                        hint_text="6:30, 0630, 6:30p",
                        width=140,
                        on_change=act(lambda e: set_typed(e.control.value)),
                    ),
                    ft.TextField(
                        label="Why it is changed",
                        value=reason,
                        expand=True,
                        on_change=act(lambda e: set_reason(e.control.value)),
                    ),
                ],
                spacing=GAP,
            ),
            ft.Row(
                [
                    main_button("Save the change", change),
                    side_button("Leave it", lambda: set_changing(False)),
                ],
                spacing=GAP,
            ),
        ],
        spacing=GAP,
    )


def said(what: str) -> str:
    """A time event's word as people say it."""
    return SAID.get(what, what.replace("_", " "))


def _how(desk: Desk, event: TimeEvent) -> str:
    """Who said it, on what, and why it is another time than was said first."""
    how = {"badge": "by badge", "kiosk": "at the kiosk", "typed": "typed"}.get(event.how, "")
    by = f"by {called(desk, desk.author(event.id))}"
    return ", ".join(filter(None, [how, by, event.reason]))
