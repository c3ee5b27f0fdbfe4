"""Everything about one person on one day that is not the next tap."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import flet as ft

from data.desk import Desk
from data.kinds.attendance import (
    Attendance,
    check_in,
    check_out,
    row_of,
    stay_away,
    told_to_work,
)
from data.kinds.calls import call_of, set_personal_call
from data.kinds.production import zone
from data.kinds.schedule import ShootDay
from data.kinds.times import said_on
from data.walltime import instant, near, read_clock
from views.context import use_desk, use_records, use_state
from views.parts import note, side_button
from views.safe import act, part
from views.screens.inbox_waits import waits_told
from views.screens.said_line import SaidLine
from views.theme import GAP, QUIET, SMALL, TARGET, TITLE
from views.words import moment, wall


@part
def PersonSheet(day: ShootDay, person_id: str, close: Callable[[], None]) -> ft.Control:
    """Times typed for one person, told to work, off, the phone, and what can be taken back."""
    desk = use_desk()
    use_records("time", "personal_call", "waiting")
    typed, set_typed = use_state("")
    call = call_of(desk, day, person_id)
    if call is None:
        return note("This person is no longer on the crew list.")
    mine = said_on(desk, day).get(person_id, [])
    person = call.person
    row = row_of(desk, day, person)

    def at_typed(verb: Callable[..., object]) -> None:
        minutes = near(read_clock(typed), day.date, desk.now(), zone(desk))
        verb(desk, day, person, how="typed", at=instant(day.date, minutes, zone(desk)))
        close()

    def then_close(doing: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            doing()
            close()

        return run

    controls: list[ft.Control] = [
        ft.Text(person.name, theme_style=TITLE, weight=ft.FontWeight.W_600),
        ft.Text(
            " · ".join(filter(None, [person.position, person.department])),
            theme_style=SMALL,
            color=QUIET,
        ),
        ft.Text(_said(desk, day, row)),
        ft.Row(
            [
                ft.TextField(
                    label="Typed time",
                    hint_text="6:30, 0630, 6:30p",
                    value=typed,
                    expand=True,
                    dense=True,
                    keyboard_type=ft.KeyboardType.DATETIME,
                    on_change=act(lambda e: set_typed(e.control.value)),
                ),
                ft.FilledButton(
                    "Out at" if row.in_event else "In at",
                    height=TARGET,
                    on_click=act(lambda: at_typed(check_out if row.in_event else check_in)),
                    disabled=row.out_event is not None,
                ),
            ],
            spacing=GAP,
        ),
    ]
    buttons: list[ft.Control] = []
    if row.in_event is None and call.called:
        at_call = then_close(lambda: check_in(desk, day, person, how="call"))
        buttons.append(side_button(f"In at call, {wall(desk, call.minutes)}", at_call))
    if row.early:
        told = then_close(lambda: told_to_work(desk, day, person))
        buttons.append(side_button("Told to work from arrival", told))
    if row.in_event is None and call.called:
        off = then_close(lambda: set_personal_call(desk, day, person_id, call=None, off=True))
        buttons.append(side_button("Off today", off, icon=ft.Icons.EVENT_BUSY))
        buttons += [
            side_button(what.capitalize(), then_close(partial(stay_away, desk, day, person, what)))
            for what in ("sick", "absent")
            if not row.away
        ]
    if call.why.startswith("off"):
        on = then_close(lambda: set_personal_call(desk, day, person_id, call=None))
        buttons.append(side_button("Works today after all", on))
    if person.phone:
        buttons.append(phone_button(person.phone, person.name))
    controls.append(ft.Row(buttons, wrap=True, spacing=GAP, run_spacing=GAP))
    for event in mine:
        controls += [SaidLine(day, event, key=event.id), *waits_told(desk, event.id)]
    return ft.Column(
        controls,
        tight=True,
        spacing=GAP + 4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def phone_button(phone: str, name: str) -> ft.Control:
    """Opens the phone's dialler; the number is on the button."""
    return ft.MergeSemantics(
        ft.OutlinedButton(
            phone,
            icon=ft.Icons.CALL,
            url=_dial(phone),
            height=TARGET,
            tooltip=f"Call {name}: {phone}",
        )
    )


def call_button(phone: str, name: str) -> ft.Control:
    """The same where there is room for a sign only."""
    return ft.MergeSemantics(
        ft.IconButton(
            ft.Icons.CALL,
            url=_dial(phone),
            width=TARGET,
            height=TARGET,
            tooltip=f"Call {name}: {phone}",
        )
    )


def _dial(phone: str) -> str:
    return "tel:" + "".join(c for c in phone if c.isdigit() or c == "+")


def _said(desk: Desk, day: ShootDay, row: Attendance) -> str:
    if row.away:
        return f"Called {wall(desk, row.call.minutes)}, {row.away} today."
    if row.in_event is None:
        return (
            f"Called {wall(desk, row.call.minutes)}."
            if row.call.called
            else (f"Not called: {row.call.why}.")
        )
    came = f"Came {moment(desk, day, row.arrived)}"
    if row.early:
        came += f", counts from the call {moment(desk, day, row.started)}"
    elif row.told_to_work:
        came += ", told to work"
    left = f", out {moment(desk, day, row.left)}" if row.left else ""
    return f"{came}{left}."
