"""Background at the gate: the next voucher is one tap, its count stands by what was ordered."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.kinds.vouchers import (
    Voucher,
    give_voucher,
    next_number,
    voucher_out,
    vouchers_of,
    wrap_background,
)
from views.context import go, use_desk, use_records, use_state
from views.parts import card, note, side_button, sub_view
from views.safe import act, say, screen
from views.screens.showing import use_showing
from views.theme import BIG, GAP, SMALL, TARGET
from views.words import count, moment, short_day

SHOWN = 12


@screen
def Background() -> ft.View:
    desk = use_desk()
    showing = use_showing()
    use_records("voucher", "day")
    number, set_number = use_state("")
    name, set_name = use_state("")
    day = showing.day
    if day is None:
        return sub_view("Background", lambda: go("/board"), [note(showing.why)])
    given = vouchers_of(desk, day)
    inside = [v for v in given if v.came is not None and v.left is None]
    coming = number.strip() or next_number(given)

    def come() -> None:
        voucher = give_voucher(desk, day, coming, name=name)
        gesture = desk.last
        set_number("")
        set_name("")
        say(
            f"Voucher {voucher.number} is in.",
            undo=lambda: desk.undo(gesture) if gesture else None,
        )

    def wrap() -> None:
        gone = wrap_background(desk, day, desk.now())
        gesture = desk.last
        say(
            f"{count(len(gone), 'voucher')} out.",
            undo=lambda: desk.undo(gesture) if gesture else None,
        )

    def field(label: str, value: str, put: Callable[[str], None]) -> ft.Control:
        return ft.TextField(
            label=label, value=value, expand=True, on_change=act(lambda e: put(e.control.value))
        )

    def line(voucher: Voucher) -> ft.Control:
        times = f"{moment(desk, day, voucher.came)} to {moment(desk, day, voucher.left)}"
        if voucher.left is None:
            times = f"in {moment(desk, day, voucher.came)}"
        out = ft.MergeSemantics(
            ft.OutlinedButton(
                "Out",
                height=TARGET,
                tooltip=f"Out: voucher {voucher.number}",
                on_click=act(lambda: voucher_out(desk, day, voucher)),
            )
        )
        words = " · ".join(filter(None, [voucher.name, times]))
        return ft.Row(
            [
                ft.Column(
                    [ft.Text(f"Voucher {voucher.number}"), ft.Text(words, theme_style=SMALL)],
                    spacing=0,
                    expand=True,
                ),
                *([out] if voucher.left is None else []),
            ],
            key=voucher.id,
        )

    newest = sorted(given, key=lambda v: (v.came is not None, v.came, v.id), reverse=True)
    return sub_view(
        "Background",
        lambda: go(f"/board?day={day.id}"),
        [
            card(
                ft.Text(f"{len(given)} of {day.background}", theme_style=BIG),
                ft.Text(f"came, of those expected. {len(inside)} are in now."),
                title=f"{short_day(day.date)}, {day.unit} unit",
            ),
            ft.Row(
                [
                    field("Voucher no.", number or coming, set_number),
                    field("Name (optional)", name, set_name),
                ],
                spacing=GAP,
            ),
            # Not the usual main button: that one takes a second tap for a slip, and a queue has
            # the next voucher ready within the second.
            ft.FilledButton(
                f"In: voucher {coming}", icon=ft.Icons.HOW_TO_REG, height=64, on_click=act(come)
            ),
            *[line(voucher) for voucher in newest[:SHOWN]],
            *([note(f"and {len(newest) - SHOWN} before these")] if len(newest) > SHOWN else []),
            *(
                [side_button(f"Wrap background: {len(inside)} out", wrap, icon=ft.Icons.LOGOUT)]
                if inside
                else []
            ),
        ],
    )
