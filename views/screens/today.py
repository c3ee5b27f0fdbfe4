"""The first screen: the shoot day, who is in, who is late, what is shot, and the two quick jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from data.desk import Desk
from data.kinds.attendance import Attendance, board, missing
from data.kinds.calls import scenes_of
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import balance
from data.kinds.people import PERSON
from data.kinds.schedule import ShootDay
from data.tables import eighths_text
from views.context import go, use_desk, use_place, use_records
from views.parts import card, empty, icon_button, note, page, side_button, tile
from views.safe import act, part
from views.screens.backup import BackupLine
from views.screens.person_sheet import phone_button
from views.screens.phone import PhoneLine
from views.screens.showing import day_bar, use_showing
from views.theme import BIG, GAP, QUIET, SMALL
from views.words import count, money, wall

SCENES_SHOWN = 8


@part
def Today() -> ft.Control:
    desk = use_desk()
    use_records("time", "person", "scene", "receipt", "cash", "envelope", "personal_call")
    showing = use_showing()
    if showing.day is None:
        return page([empty(showing.why, *_first_steps()), PhoneLine(), BackupLine()])
    day = showing.day
    rows = board(desk, day)
    return page(
        [
            *day_bar(showing, "/"),
            _quick(day),
            PhoneLine(),
            BackupLine(),
            _call(desk, day),
            _people(desk, day, rows),
            *_late(desk, day, rows),
            _on_set(day),
            _scenes(desk, day),
            _cash(desk),
        ]
    )


def _quick(day: ShootDay) -> ft.Control:
    """The two jobs that cannot wait, each one tap away."""

    def big(label: str, icon: ft.IconData, path: str) -> ft.Control:
        return ft.FilledButton(
            label,
            icon=icon,
            height=64,
            expand=True,
            on_click=act(lambda: go(path)),
        )

    return ft.Row(
        [
            big("Check in", ft.Icons.HOW_TO_REG, f"/board?day={day.id}"),
            big("Log receipt", ft.Icons.PHOTO_CAMERA, "/receipt/new"),
        ],
        spacing=GAP,
    )


def _call(desk: Desk, day: ShootDay) -> ft.Control:
    lines = [
        day.location,
        f"Lunch {wall(desk, day.lunch.out)} to {wall(desk, day.lunch.back)}" if day.lunch else "",
        f"Estimated wrap {wall(desk, day.estimated_wrap)}" if day.estimated_wrap else "",
        f"{day.background} background" if day.background else "",
        day.note,
    ]
    return card(
        ft.Text(wall(desk, day.general_call), theme_style=BIG, weight=ft.FontWeight.W_600),
        *[ft.Text(line) for line in lines if line],
        title="General call",
        action=icon_button(ft.Icons.EDIT_OUTLINED, "Edit the day", lambda: go(f"/day/{day.id}")),
    )


def _people(desk: Desk, day: ShootDay, rows: list[Attendance]) -> ft.Control:
    called = [row for row in rows if row.call.called]
    inside = sum(row.is_in for row in rows)
    gone = sum(row.out_event is not None for row in rows)
    waiting = sum(row.in_event is None for row in called)
    late = len(missing(desk, day, rows))

    def figure(n: int, words: str, show: str) -> ft.Control:
        return ft.Container(
            ft.Column(
                [
                    ft.Text(str(n), theme_style=ft.TextThemeStyle.HEADLINE_MEDIUM),
                    ft.Text(words, theme_style=SMALL, color=QUIET),
                ],
                spacing=0,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            ),
            expand=True,
            ink=True,
            padding=GAP,
            on_click=act(lambda: go(f"/board?day={day.id}&show={show}")),
        )

    return card(
        ft.Row(
            [
                figure(inside, "in", "in"),
                figure(waiting, "not in", "not"),
                figure(late, "late", "late"),
                figure(gone, "out", "out"),
            ]
        ),
        title=f"{len(called)} called",
    )


def _late(desk: Desk, day: ShootDay, rows: list[Attendance]) -> list[ft.Control]:
    late = missing(desk, day, rows)
    if not late:
        return []
    shown = [
        ft.Row(
            [
                ft.Column(
                    [
                        ft.Text(row.person.name),
                        ft.Text(
                            f"{wall(desk, row.call.minutes)} · {row.person.position}",
                            theme_style=SMALL,
                            color=QUIET,
                            max_lines=1,
                            overflow=ft.TextOverflow.ELLIPSIS,
                        ),
                    ],
                    spacing=0,
                    expand=True,
                ),
                phone_button(row.person.phone, row.person.name)
                if row.person.phone
                else ft.Text("no phone", theme_style=SMALL, color=QUIET),
            ],
            key=row.person.id,
        )
        for row in late[:6]
    ]
    if len(late) > len(shown):
        more = f"/board?day={day.id}&show=late"
        shown.append(ft.Row([side_button(f"All {len(late)}", lambda: go(more))]))
    return [card(*shown, title="Not here 15 minutes after the call")]


def _on_set(day: ShootDay) -> ft.Control:
    """What else belongs to people coming and going."""
    return card(
        tile("Who is here", "muster list, plates to cook", icon=ft.Icons.GROUPS_OUTLINED,
             on_click=_open(f"/here?day={day.id}")),
        tile("Radar", "meals due, rest, children", icon=ft.Icons.RADAR,
             on_click=_open(f"/radar?day={day.id}")),
        tile("Background", f"vouchers, {day.background} expected", icon=ft.Icons.LOCAL_ACTIVITY,
             on_click=_open(f"/background?day={day.id}")),
        tile("Badges", "give, print, lost ones", icon=ft.Icons.BADGE_OUTLINED,
             on_click=_open("/badges")),
        tile("Kiosk", "a tablet on a stand: name and PIN", icon=ft.Icons.TABLET_ANDROID,
             on_click=_open(f"/kiosk?day={day.id}")),
        title="On set",
    )  # fmt: skip


def _scenes(desk: Desk, day: ShootDay) -> ft.Control:
    scenes = scenes_of(desk, day)
    if not scenes:
        return card(note("No scenes on this day yet."), title="Scenes")
    pages = _pages(sum(scene.pages for scene in scenes))
    tiles = [
        tile(
            f"{scene.number}  {scene.int_ext} {scene.set_name}",
            " · ".join(filter(None, [scene.day_night, _pages(scene.pages), _cast(scene.cast)])),
            key=scene.id,
            on_click=_open(f"/list/scene/{scene.id}"),
        )
        for scene in scenes[:SCENES_SHOWN]
    ]
    return card(*tiles, title=f"{count(len(scenes), 'scene')}, {pages}")


def _pages(eighths: int) -> str:
    return f"{eighths_text(eighths)} {'page' if eighths <= 8 else 'pages'}"


def _cast(numbers: frozenset[str]) -> str:
    return "cast " + " ".join(sorted(numbers, key=lambda n: n.zfill(4))) if numbers else ""


def _cash(desk: Desk) -> ft.Control:
    envelopes = [e for e in desk.all(ENVELOPE) if e.closed is None]
    tiles = []
    for envelope in envelopes[-4:]:
        custodian = desk.find(PERSON, envelope.custodian)
        tiles.append(
            tile(
                f"{envelope.number}  {custodian.name if custodian else ''}",
                f"{money(balance(desk, envelope))} left",
                key=envelope.id,
                on_click=_open(f"/envelope/{envelope.id}"),
            )
        )
    return card(*(tiles or [note("No float is out.")]), title="Petty cash")


def _open(path: str) -> Callable[[], Awaitable[None]]:
    return lambda: go(path)


def _first_steps() -> list[ft.Control]:
    """What an empty show needs first; importing is the office's."""
    if use_place().face != "office":
        return []
    return [
        side_button("Import the crew list", lambda: go("/import/crew"), icon=ft.Icons.UPLOAD_FILE),
        side_button("Import the schedule", lambda: go("/import/schedule")),
        side_button("Add a shoot day", lambda: go("/list/day/new")),
    ]
