"""A whole department, or the whole unit, in one gesture: all in at call, or wrapped."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.kinds.attendance import board, check_in, wrap_day, wrap_department
from data.kinds.production import zone
from data.kinds.schedule import ShootDay
from data.walltime import instant, near, read_clock, wall_minutes
from views.context import use_desk, use_records, use_state
from views.parts import main_button, note, side_button
from views.safe import act, part, say
from views.theme import GAP, SMALL, TITLE
from views.words import count, wall


@part
def WrapSheet(day: ShootDay, department: str, close: Callable[[], None]) -> ft.Control:
    """`department` empty: the unit. The time stands ready as now and can be typed over."""
    desk = use_desk()
    use_records("time")
    now = wall(desk, wall_minutes(day.date, desk.now(), zone(desk)))
    typed, set_typed = use_state(now)
    rows = [
        row
        for row in board(desk, day)
        if not department or row.person.department.casefold() == department.casefold()
    ]
    inside = [row for row in rows if row.is_in]
    waiting = [row for row in rows if row.in_event is None and row.call.called and not row.away]
    nobody: frozenset[str] = frozenset()
    not_yet, set_not_yet = use_state(nobody)
    coming = [row for row in waiting if row.person.id not in not_yet]

    def undoable(words: str) -> None:
        gesture = desk.last
        say(words, undo=lambda: desk.undo(gesture) if gesture else None)
        close()

    def wrap() -> None:
        minutes = near(read_clock(typed), day.date, desk.now(), zone(desk))
        at = instant(day.date, minutes, zone(desk))
        done = wrap_department(desk, day, department, at) if department else wrap_day(desk, day, at)
        undoable(f"{count(len(done), 'person', 'people')} out at {wall(desk, minutes)}.")

    def all_in() -> None:
        with desk.gesture():
            for row in coming:
                check_in(desk, day, row.person, how="call")
        undoable(f"{count(len(coming), 'person', 'people')} in at call.")

    def pick(person_id: str) -> Callable[[], None]:
        return lambda: set_not_yet(lambda now: now ^ {person_id})

    controls: list[ft.Control] = [
        ft.Text(department or f"{day.unit} unit", theme_style=TITLE, weight=ft.FontWeight.W_600),
        ft.Text(
            f"{count(len(inside), 'person is', 'people are')} in. " + _to_come(len(waiting)),
            theme_style=SMALL,
        ),
    ]
    if department and waiting:
        calls = {row.call.minutes for row in coming}
        at = f" {wall(desk, min(calls))}" if len(calls) == 1 else ""
        all_of = "All " if len(coming) == len(waiting) else ""
        controls += [
            side_button(f"{all_of}{len(coming)} in at call{at}", all_in),
            ft.Row(
                [
                    ft.Chip(
                        label=ft.Text(row.person.name),
                        selected=row in coming,
                        on_select=act(pick(row.person.id)),
                    )
                    for row in waiting
                ],
                wrap=True,
                spacing=GAP,
                run_spacing=0,
            ),
        ]
    if not department:
        controls.append(note("The board moves on to the next day after the unit's wrap."))
    # Wrap is always the lowest: a hurried thumb must find it where it was.
    controls += [
        ft.TextField(
            label="Out at",
            value=typed,
            keyboard_type=ft.KeyboardType.DATETIME,
            on_change=act(lambda e: set_typed(e.control.value)),
        ),
        ft.Row(
            [
                main_button(
                    f"Wrap {department or 'the unit'}: {len(inside)} out",
                    wrap,
                    icon=ft.Icons.LOGOUT,
                    disabled=not inside and bool(department),
                )
            ]
        ),
    ]
    return ft.Column(
        controls,
        tight=True,
        spacing=GAP + 4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _to_come(waiting: int) -> str:
    if not waiting:
        return "Everybody who is called has come."
    return f"{count(waiting, 'has', 'have')} not come yet."
