"""One person on the board: the big button does the next thing, the name opens everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import flet as ft

from data.desk import Desk
from data.kinds.attendance import Attendance, check_in, check_out
from data.kinds.production import zone
from data.kinds.schedule import ShootDay
from data.walltime import instant, near, read_clock
from views.context import use_feed
from views.safe import act, part, say
from views.screens.board_sight import Line, Sight
from views.screens.person_sheet import call_button
from views.theme import BODY, GAP, IN, LATE, OUT, QUIET, SMALL, TARGET
from views.words import moment, wall

AFTER_S = 0.05
"""A few frames: by then the row of whoever was tapped stands on the screen."""


class Doing:
    """What a tap on a row means; rows ask when they are tapped, so they need not be drawn again."""

    def __init__(self, desk: Desk, sight: Sight, opened: Callable[[str], None]) -> None:
        self.desk = desk
        self.opened = opened
        self._sight = sight
        self._how, self._typed = "now", ""

    def mean(self, how: str, typed: str) -> None:
        """How a tap counts from now on, by the choice at the head of the board."""
        self._how, self._typed = how, typed

    async def come(self, line: Line) -> None:
        person, (how, at) = line.row.person, self._when(line)
        self._sight.hold(person.id)
        event = check_in(self.desk, line.day, person, how=how, at=at)
        await self._said(f"{person.name} in {moment(self.desk, line.day, event.at)}.")

    async def leave(self, line: Line) -> None:
        person, (how, at) = line.row.person, self._when(line)
        self._sight.hold(person.id)
        how = "typed" if how == "call" else how
        event = check_out(self.desk, line.day, person, how=how, at=at)
        await self._said(f"{person.name} out {moment(self.desk, line.day, event.at)}.")

    async def _said(self, words: str) -> None:
        """The words about it come when the row has been drawn: they must not hold it up."""
        gesture = self.desk.last
        await asyncio.sleep(AFTER_S)
        say(words, undo=lambda: self.desk.undo(gesture) if gesture is not None else None)

    def _when(self, line: Line) -> tuple[str, datetime | None]:
        desk, date = self.desk, line.day.date
        if self._how == "typed":
            minutes = near(read_clock(self._typed), date, desk.now(), zone(desk))
            return "typed", instant(date, minutes, zone(desk))
        if self._how == "call" and line.row.in_event is not None:
            return "now", None
        return self._how, None


@part
def PersonRow(sight: Sight, doing: Doing, person_id: str) -> ft.Control:
    """A person: the big button does the next thing, a tap on the name opens everything else."""
    use_feed(lambda bump: sight.listen(person_id, bump))
    line = sight.pieces[person_id]
    assert isinstance(line, Line)
    desk, day, row = doing.desk, line.day, line.row
    person = row.person
    under = [wall(desk, row.call.minutes) if row.call.called else row.call.why, person.position]

    if row.in_event is None:
        button = ft.FilledButton if row.call.called else ft.OutlinedButton
        uncalled = "" if row.call.called else ", not called today"
        next_step: ft.Control = ft.MergeSemantics(
            button(
                "In",
                on_click=act(lambda: doing.come(line)),
                width=88,
                height=TARGET,
                tooltip=f"In: {person.name}{uncalled}",
            )
        )
    elif row.out_event is None:
        next_step = ft.MergeSemantics(
            ft.OutlinedButton(
                "Out",
                on_click=act(lambda: doing.leave(line)),
                width=88,
                height=TARGET,
                tooltip=f"Out: {person.name}",
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
                _times(desk, day, row, line.late),
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
    if row.away:
        return _sign(ft.Icons.EVENT_BUSY, row.away, OUT)
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
