"""The day a screen is about: named in the address, or the unit's day now."""

from __future__ import annotations

import flet as ft

from data.kinds.calls import Showing, day_now, shoot_days, units
from data.kinds.schedule import DAY, ShootDay
from views.context import go, here, use_desk, use_records, use_said
from views.parts import icon_button, note
from views.safe import act
from views.theme import GAP, QUIET, SMALL, TITLE
from views.words import day_of, short_day


def use_showing() -> Showing:
    """The day to show, drawn again when days change, or when a tap makes it another one."""
    desk = use_desk()
    use_records("day", "production")
    query = here()

    def showing() -> Showing:
        chosen = desk.find(DAY, query["day"]) if "day" in query else None
        if chosen is not None:
            return Showing(chosen)
        return day_now(desk, query.get("unit", units(desk)[0]))

    return use_said(showing, "time")


def day_bar(showing: Showing, path: str) -> list[ft.Control]:
    """Which day this is, the days before and after it, and the units where there are several."""
    desk, day = use_desk(), showing.day
    if day is None:
        return [note(showing.why)]
    days = shoot_days(desk, day.unit)
    at = next(i for i, d in enumerate(days) if d.id == day.id)
    step = [
        _step(ft.Icons.CHEVRON_LEFT, "Day before", days[at - 1] if at else None, path),
        ft.Column(
            [
                ft.Text(day_of(day, days), theme_style=TITLE, weight=ft.FontWeight.W_600),
                ft.Text(f"{short_day(day.date)} · {day.unit} unit", theme_style=SMALL, color=QUIET),
            ],
            spacing=0,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        _step(
            ft.Icons.CHEVRON_RIGHT, "Day after", days[at + 1] if at + 1 < len(days) else None, path
        ),
    ]
    controls: list[ft.Control] = [ft.Row(step, spacing=GAP)]
    names = units(desk)
    if len(names) > 1:
        controls.append(_units(names, day, path))
    if showing.why:
        controls.append(note(showing.why, icon=ft.Icons.EVENT_BUSY))
    return controls


def _step(icon: ft.IconData, label: str, day: ShootDay | None, path: str) -> ft.Control:
    if day is None:
        return ft.Container(width=48)
    return icon_button(icon, label, lambda: go(f"{path}?day={day.id}"))


def _units(names: list[str], day: ShootDay, path: str) -> ft.Control:
    def chip(name: str) -> ft.Chip:
        opens = act(lambda: go(f"{path}?unit={name}"))
        return ft.Chip(label=ft.Text(name), selected=name == day.unit, on_select=opens)

    return ft.Row(
        [chip(name) for name in names], spacing=GAP, alignment=ft.MainAxisAlignment.CENTER
    )
