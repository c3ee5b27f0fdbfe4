"""The radar: whose meal is due, who loses rest before tomorrow's call, which child has to go."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import flet as ft

from data.desk import Desk
from data.kinds.radar import Blip, blips, explained, sees_money
from data.kinds.schedule import ShootDay
from data.rules.minutes import At
from views.context import go, use_desk, use_minutes, use_records, use_state
from views.parts import empty, note, sub_view
from views.safe import act, part, screen
from views.screens.showing import use_showing
from views.theme import GAP, LATE, PAD, QUIET, SMALL, TITLE, TO_DO
from views.words import moment

SOON = 30
"""Minutes before something is due from which it is marked."""


@screen
def RadarScreen() -> ft.View:
    desk = use_desk()
    use_records("time", "person", "day", "personal_call", "department_call", "deal", "minor")
    use_minutes()
    showing = use_showing()
    opened, set_opened = use_state("")
    day = showing.day
    if day is None:
        return sub_view("Radar", lambda: go("/"), [note(showing.why)])
    seen = blips(desk, day)
    blip = next((b for b in seen if b.person.id == opened), None)
    ft.use_dialog(_why(blip, lambda: set_opened("")))
    return sub_view(
        "Radar",
        lambda: go(f"/?day={day.id}"),
        [
            note(
                "Reckoned by example packs that nobody has verified: check with payroll before "
                "anything is paid by it."
            ),
            *(
                [_line(desk, day, b, lambda i=b.person.id: set_opened(i)) for b in seen]  # type: ignore[misc]
                or [empty("Nobody has come yet.")]
            ),
        ],
    )


def _line(desk: Desk, day: ShootDay, blip: Blip, on_click: Callable[[], None]) -> ft.Control:
    words = told(desk, day, blip)
    urgent = [w for w, marked in words if marked]
    icon, color = (ft.Icons.WARNING_AMBER, TO_DO) if urgent else (ft.Icons.SCHEDULE, QUIET)
    return ft.Container(
        ft.Row(
            [
                ft.Icon(icon, color=color),
                ft.Column(
                    [
                        ft.Text(blip.person.name),
                        *[
                            ft.Text(w, theme_style=SMALL, color=LATE if marked else QUIET)
                            for w, marked in words
                        ],
                    ],
                    spacing=0,
                    expand=True,
                ),
            ],
            spacing=GAP,
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
        key=blip.person.id,
        ink=True,
        padding=ft.Padding.symmetric(vertical=GAP),
        on_click=act(on_click),
    )


def told(desk: Desk, day: ShootDay, blip: Blip) -> list[tuple[str, bool]]:
    """What the radar says of one person, and whether it presses."""
    seen = blip.seen
    worked = f"{seen.worked_tenths / 10:.1f} h, {seen.state}"
    lines = [(worked + (" (an estimate)" if seen.estimated else ""), False)]
    lines += _meal(desk, blip)
    if seen.minor is not None:
        by = _clock(desk, day, seen.minor.dismiss_by)
        left = seen.minor.minutes_left
        lines.append((f"has to go by {by}: {seen.minor.because}", 0 <= left <= SOON or left < 0))
    if seen.forced is not None and seen.forced.short and blip.next_call is not None:
        earliest = _clock(desk, day, seen.forced.rest.earliest)
        call = moment(desk, day, blip.next_call)
        cost = _money(desk, seen.forced.amount or seen.forced.at_most)
        lines.append((f"called {call} tomorrow, rested at {earliest}: a forced call{cost}", True))
    lines += [(ask.sentence, True) for ask in seen.asks]
    if not blip.watched.stack.understood:
        lines.append((f"no pack is known for {blip.person.union!r}: law only", False))
    return lines


def _meal(desk: Desk, blip: Blip) -> list[tuple[str, bool]]:
    seen = blip.seen
    lines: list[tuple[str, bool]] = []
    if seen.state == "working" and seen.meal_in is not None:
        if seen.meal_in >= 0:
            lines.append((f"meal due in {seen.meal_in} min", seen.meal_in <= SOON))
        else:
            more = f", next in {seen.next_in} min" if seen.next_in is not None else ""
            lines.append((f"meal {-seen.meal_in} min late{more}", True))
    if seen.penalties:
        words = "1 meal penalty" if seen.penalties == 1 else f"{seen.penalties} meal penalties"
        lines.append((f"{words}{_money(desk, seen.cost)}", False))
    return lines


def _money(desk: Desk, amount: Decimal | None) -> str:
    """Only on a desk that may see rates."""
    return f", {amount:,.2f}" if amount is not None and sees_money(desk) else ""


def _clock(desk: Desk, day: ShootDay, at: At) -> str:
    return moment(desk, day, at.moment)


def _why(blip: Blip | None, close: Callable[[], None]) -> ft.BottomSheet | None:
    if blip is None:
        return None
    return ft.BottomSheet(
        ft.Container(Why(blip, key=blip.person.id), padding=PAD, width=640),
        show_drag_handle=True,
        scrollable=True,
        on_dismiss=act(lambda: close()),
    )


@part
def Why(blip: Blip) -> ft.Control:
    desk = use_desk()
    return ft.Column(
        [
            ft.Text(f"{blip.person.name}: why?", theme_style=TITLE),
            *[ft.Text(line, theme_style=SMALL, selectable=True) for line in explained(desk, blip)],
        ],
        tight=True,
        spacing=GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
