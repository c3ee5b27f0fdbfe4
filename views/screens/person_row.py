"""One person on the board: the big button does the next thing, the name opens everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import flet as ft

from data.desk import Desk
from data.kinds.attendance import Attendance, check_in, check_out
from data.kinds.people import Person
from data.kinds.schedule import ShootDay
from views.safe import act, part, say
from views.screens.person_sheet import call_button
from views.theme import BODY, GAP, IN, LATE, OUT, QUIET, SMALL, TARGET
from views.words import moment, wall


@dataclass(frozen=True, eq=False)
class Doing:
    """What a row's taps need from the board: the time they mean, a sheet, who was tapped."""

    say_time: Callable[[Attendance], tuple[str, datetime | None]]
    opened: Callable[[str], None]
    tapped: Callable[[Person], None]


@part
def PersonRow(
    desk: Desk,
    day: ShootDay,
    row: Attendance,
    late: bool,
    doing: Doing,
) -> ft.Control:
    """A person: the big button does the next thing, a tap on the name opens everything else."""
    person = row.person
    under = [wall(desk, row.call.minutes) if row.call.called else row.call.why, person.position]

    def come() -> None:
        how, at = doing.say_time(row)
        event = check_in(desk, day, person, how=how, at=at)
        doing.tapped(person)
        _said(desk, f"{person.name} in {moment(desk, day, event.at)}.")

    def leave() -> None:
        how, at = doing.say_time(row)
        event = check_out(desk, day, person, how="typed" if how == "call" else how, at=at)
        doing.tapped(person)
        _said(desk, f"{person.name} out {moment(desk, day, event.at)}.")

    if row.in_event is None:
        button = ft.FilledButton if row.call.called else ft.OutlinedButton
        uncalled = "" if row.call.called else ", not called today"
        next_step: ft.Control = ft.MergeSemantics(
            button(
                "In",
                on_click=act(come),
                width=88,
                height=TARGET,
                tooltip=f"In: {person.name}{uncalled}",
            )
        )
    elif row.out_event is None:
        next_step = ft.MergeSemantics(
            ft.OutlinedButton(
                "Out", on_click=act(leave), width=88, height=TARGET, tooltip=f"Out: {person.name}"
            )
        )
    else:
        next_step = ft.Container()
    return ft.Container(
        ft.Row(
            [
                ft.Container(
                    ft.Column(
                        [
                            ft.Text(
                                person.name,
                                theme_style=BODY,
                                max_lines=1,
                                overflow=ft.TextOverflow.ELLIPSIS,
                            ),
                            ft.Text(
                                " · ".join(filter(None, under)),
                                theme_style=SMALL,
                                color=QUIET,
                                max_lines=1,
                                overflow=ft.TextOverflow.ELLIPSIS,
                            ),
                        ],
                        spacing=0,
                        tight=True,
                    ),
                    expand=True,
                    ink=True,
                    padding=ft.Padding.symmetric(vertical=6),
                    on_click=act(lambda: doing.opened(person.id)),
                ),
                _times(desk, day, row, late),
                next_step,
            ],
            spacing=GAP,
        ),
        height=64,
    )


def _times(desk: Desk, day: ShootDay, row: Attendance, late: bool) -> ft.Control:
    """The state in a sign and a word, never in colour alone."""
    if row.out_event is not None:
        words = f"{moment(desk, day, row.arrived)} to {moment(desk, day, row.left)}"
        return _sign(ft.Icons.LOGOUT, words, OUT)
    if row.in_event is not None:
        return _sign(ft.Icons.CHECK_CIRCLE, moment(desk, day, row.arrived), IN)
    if not late:
        return ft.Container()
    if not row.person.phone:
        return _sign(ft.Icons.ERROR_OUTLINE, "late", LATE)
    return ft.Row(
        [
            ft.Text("late", theme_style=SMALL, color=LATE),
            call_button(row.person.phone, row.person.name),
        ],
        spacing=0,
        tight=True,
    )


def _sign(icon: ft.IconData, words: str, color: ft.Colors) -> ft.Control:
    return ft.Row(
        [ft.Icon(icon, size=18, color=color), ft.Text(words, theme_style=SMALL, color=color)],
        spacing=4,
        tight=True,
    )


def _said(desk: Desk, words: str) -> None:
    gesture = desk.last

    def undo() -> None:
        if gesture is not None:
            desk.undo(gesture)

    say(words, undo=undo)
