"""Somebody's PIN, asked for once; whoever is wrong is told and may try again."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import flet as ft

from data.pin import DIGITS
from views.context import use_state
from views.parts import main_button, side_button
from views.safe import act, part
from views.theme import GAP, TITLE


@part
def PinPad(
    name: str, label: str, enter: Callable[[str], Any], other: Callable[[], None]
) -> ft.Control:
    """`enter` is handed the digits and raises where they are wrong; `label` says what it does."""
    typed, set_typed = use_state("")

    async def check() -> None:
        digits = typed
        set_typed("")
        done = enter(digits)
        if inspect.isawaitable(done):
            await done

    return ft.Column(
        [
            ft.Text(name, theme_style=TITLE),
            ft.TextField(
                label="PIN",
                value=typed,
                password=True,
                hint_text=f"{DIGITS} digits",
                keyboard_type=ft.KeyboardType.NUMBER,
                on_change=act(lambda e: set_typed(e.control.value)),
                on_submit=act(check),
            ),
            ft.Row(
                [main_button(label, check, icon=ft.Icons.CHECK), side_button("Not me", other)],
                spacing=GAP,
            ),
        ],
        spacing=GAP * 2,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
