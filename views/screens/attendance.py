"""The check-in board: one tap a person, by department, for the day of the call until its wrap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import flet as ft

from data.desk import Desk
from data.kinds.attendance import (
    Attendance,
    attendance,
    board,
    missing,
)
from data.kinds.calls import calls, departments
from data.kinds.people import Person
from data.kinds.production import zone
from data.kinds.schedule import ShootDay
from data.walltime import instant, near, read_clock
from views.context import go, here, use_desk, use_records, use_state
from views.parts import centred, empty, icon_button, side_button
from views.safe import act, part
from views.screens.person_row import Doing, PersonRow
from views.screens.person_sheet import PersonSheet
from views.screens.showing import day_bar, use_showing
from views.screens.wrap_sheet import WrapSheet
from views.theme import GAP, HEAD, PAD, QUIET, SMALL, TARGET

FILTERS = (("all", "All"), ("not", "Not in"), ("late", "Late"), ("in", "In"), ("out", "Out"))
MOST_FOUND = 40
NOBODY: frozenset[str] = frozenset()


@part
def Board() -> ft.Control:
    """The whole board: how a tap counts, who to show, and everybody by department."""
    desk = use_desk()
    use_records("time", "person", "day", "department_call", "personal_call", "scene", "cast")
    showing = use_showing()
    looking, set_looking = use_state("")
    which, set_which = use_state(here().get("show", "all"))
    held, set_held = use_state(NOBODY)
    how, set_how = use_state("now")
    typed, set_typed = use_state("")
    opened, set_opened = use_state("")
    day = showing.day
    rows = board(desk, day) if day else []
    ft.use_dialog(_sheet(day, opened, lambda: set_opened("")))
    if day is None:
        return empty(showing.why, side_button("To the lists", lambda: go("/lists")))
    late: set[str] = {row.person.id for row in missing(desk, day, rows)}
    say_time = _teller(desk, day, how, typed)
    searching = bool(looking.strip())
    found = _found(desk, day, rows, looking) if searching else _chosen(rows, which, late, held)

    def tapped(person: Person) -> None:
        set_held(lambda now: now | {person.id})

    def choose(name: str) -> None:
        set_which(name)
        set_held(NOBODY)

    lines = _lines(desk, day, rows, found, late, Doing(say_time, set_opened, tapped))
    return centred(
        ft.Column(
            [
                ft.Container(
                    ft.Column(
                        [
                            *day_bar(showing, "/board"),
                            _search(looking, set_looking),
                            _how(how, set_how, typed, set_typed),
                            _filters(rows, late, "" if searching else which, choose),
                        ],
                        spacing=GAP,
                        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    ),
                    padding=ft.Padding.only(left=PAD, right=PAD, top=GAP),
                ),
                ft.ListView(
                    lines or [empty("Nobody here. Look for a name above, or choose All.")],
                    expand=True,
                    padding=ft.Padding.only(left=PAD, right=PAD, bottom=96),
                ),
                _foot(day, set_opened),
            ],
            expand=True,
            spacing=GAP,
        )
    )


def _search(looking: str, set_looking: Callable[[str], None]) -> ft.Control:
    return ft.TextField(
        label="Find a name",
        value=looking,
        prefix_icon=ft.Icons.SEARCH,
        on_change=act(lambda e: set_looking(e.control.value)),
        suffix_icon=(
            icon_button(ft.Icons.CLOSE, "Clear", lambda: set_looking("")) if looking else None
        ),
    )


def _how(
    how: str, set_how: Callable[[str], None], typed: str, set_typed: Callable[[str], None]
) -> ft.Control:
    """What a tap on In or Out says: now, the call, or the time in the field."""
    buttons = ft.SegmentedButton(
        selected=[how],
        show_selected_icon=False,
        segments=[
            ft.Segment(value="now", label=ft.Text("Now")),
            ft.Segment(value="call", label=ft.Text("At call")),
            ft.Segment(value="typed", label=ft.Text("Time")),
        ],
        on_change=act(lambda e: set_how(next(iter(e.control.selected)))),
    )
    if how != "typed":
        return ft.Row([ft.Text("A tap means", theme_style=SMALL, color=QUIET), buttons])
    return ft.Row(
        [
            buttons,
            ft.TextField(
                label="Time",
                value=typed,
                hint_text="6:30",
                dense=True,
                expand=True,
                autofocus=True,
                keyboard_type=ft.KeyboardType.DATETIME,
                on_change=act(lambda e: set_typed(e.control.value)),
            ),
        ]
    )


def _filters(
    rows: list[Attendance], late: set[str], which: str, set_which: Callable[[str], None]
) -> ft.Control:
    counts = {name: len(_chosen(rows, name, late)) for name, _ in FILTERS}

    def chip(name: str, label: str) -> ft.Chip:
        return ft.Chip(
            label=ft.Text(f"{label} {counts[name]}"),
            selected=which == name,
            show_checkmark=False,
            label_padding=ft.Padding.symmetric(horizontal=2),
            visual_density=ft.VisualDensity.COMPACT,
            on_select=act(lambda: set_which(name)),
        )

    return ft.Row(
        [chip(name, label) for name, label in FILTERS],
        spacing=4,
        scroll=ft.ScrollMode.HIDDEN,
    )


def _foot(day: ShootDay, opened: Callable[[str], None]) -> ft.Control:
    return ft.Container(
        ft.Row(
            [
                ft.FilledTonalButton(
                    "Add person",
                    icon=ft.Icons.PERSON_ADD_ALT,
                    height=TARGET,
                    expand=True,
                    on_click=act(lambda: go(f"/gate?day={day.id}")),
                ),
                ft.FilledTonalButton(
                    "Wrap",
                    icon=ft.Icons.LOGOUT,
                    height=TARGET,
                    expand=True,
                    on_click=act(lambda: opened("wrap:")),
                ),
            ],
            spacing=GAP,
        ),
        padding=ft.Padding.only(left=PAD, right=PAD, bottom=GAP),
    )


def _chosen(
    rows: list[Attendance], which: str, late: set[str], held: frozenset[str] = NOBODY
) -> list[Attendance]:
    """The rows of a filter. Those just tapped stay: else the next tap would hit the next person."""
    tests: dict[str, Callable[[Attendance], bool]] = {
        "all": lambda _row: True,
        "not": lambda row: row.in_event is None,
        "late": lambda row: row.person.id in late,
        "in": lambda row: row.is_in,
        "out": lambda row: row.out_event is not None,
    }
    return [row for row in rows if tests[which](row) or row.person.id in held]


def _found(desk: Desk, day: ShootDay, rows: list[Attendance], looking: str) -> list[Attendance]:
    """People by the beginnings of their names' words, those who are not called today at the end."""
    words = looking.casefold().split()

    def matches(person: Person) -> bool:
        names = [*person.name.casefold().split(), *person.position.casefold().split()]
        return all(any(name.startswith(word) for name in names) for word in words)

    here_today = {row.person.id for row in rows}
    others = [
        attendance(desk, day, call, ())
        for call in calls(desk, day)
        if call.person.id not in here_today and matches(call.person)
    ]
    return ([row for row in rows if matches(row.person)] + others)[:MOST_FOUND]


def _lines(
    desk: Desk,
    day: ShootDay,
    rows: list[Attendance],
    found: list[Attendance],
    late: set[str],
    doing: Doing,
) -> list[ft.Control]:
    """The rows found, under their departments; a head counts its whole department of the day."""
    lines: list[ft.Control] = []
    for department in departments(row.person for row in found):
        lines.append(_department(department, _members(rows, department), doing.opened))
        lines.extend(
            PersonRow(desk, day, row, row.person.id in late, doing, key=row.person.id)
            for row in sorted(_members(found, department), key=lambda r: r.call.minutes)
        )
    return lines


def _members(rows: list[Attendance], department: str) -> list[Attendance]:
    return [row for row in rows if row.person.department.casefold() == department.casefold()]


def _department(name: str, members: list[Attendance], opened: Callable[[str], None]) -> ft.Control:
    here_now = sum(row.in_event is not None for row in members)
    return ft.Container(
        ft.Row(
            [
                ft.Text(
                    name or "No department",
                    theme_style=HEAD,
                    weight=ft.FontWeight.W_600,
                    expand=True,
                ),
                ft.Text(f"{here_now} of {len(members)}", theme_style=SMALL, color=QUIET),
                icon_button(
                    ft.Icons.MORE_VERT, f"{name}: whole department", lambda: opened(f"wrap:{name}")
                ),
            ]
        ),
        key=f"department {name}",
        border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
    )


def _teller(
    desk: Desk, day: ShootDay, how: str, typed: str
) -> Callable[[Attendance], tuple[str, datetime | None]]:
    """How and when a tap counts for a row, by the choice at the head of the board."""

    def tell(row: Attendance) -> tuple[str, datetime | None]:
        if how == "typed":
            minutes = near(read_clock(typed), day.date, desk.now(), zone(desk))
            return "typed", instant(day.date, minutes, zone(desk))
        if how == "call" and row.in_event is not None:
            return "now", None
        return how, None

    return tell


def _sheet(day: ShootDay | None, opened: str, close: Callable[[], None]) -> ft.BottomSheet | None:
    if not opened or day is None:
        return None
    if opened.startswith("wrap:"):
        content = WrapSheet(day, opened.removeprefix("wrap:"), close)
    else:
        content = PersonSheet(day, opened, close)
    return ft.BottomSheet(
        ft.Container(content, padding=PAD, width=640),
        show_drag_handle=True,
        scrollable=True,
        on_dismiss=act(lambda: close()),
    )
