"""Large keys for an amount: a thumb finds them in the rain, where a phone's own keys are small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import flet as ft

from views.safe import act
from views.theme import GAP, KEY_HEIGHT, KEY_SIZE

ROWS: Final = ("123", "456", "789")
BACK: Final = "back"


def amount_pad(alter: Callable[[Callable[[str], str]], None]) -> ft.Control:
    """Ten digits, a point, and one that takes the last back. `alter` is told what a key does."""
    rows = [[_key(key, alter) for key in row] for row in ROWS]
    rows.append([_key(".", alter), _key("0", alter), _back(alter)])
    return ft.Column(
        [ft.Row(row, spacing=GAP) for row in rows],
        spacing=GAP // 2,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def keyed(text: str, key: str) -> str:
    """The amount after a key; a currency or a tax that was written behind it stays there."""
    amount, blank, rest = text.partition(" ")
    if key == BACK:
        amount = amount[:-1]
    elif key != ".":
        amount += key
    elif "." not in amount:
        amount = f"{amount or '0'}."
    return f"{amount}{blank}{rest}"


def _key(key: str, alter: Callable[[Callable[[str], str]], None]) -> ft.Control:
    return ft.OutlinedButton(
        key,
        expand=True,
        height=KEY_HEIGHT,
        style=ft.ButtonStyle(text_style=ft.TextStyle(size=KEY_SIZE)),
        on_click=act(lambda: alter(lambda text: keyed(text, key))),
    )


def _back(alter: Callable[[Callable[[str], str]], None]) -> ft.Control:
    return ft.OutlinedButton(
        ft.Icon(ft.Icons.BACKSPACE_OUTLINED, semantics_label="Take the last figure back"),
        expand=True,
        height=KEY_HEIGHT,
        on_click=act(lambda: alter(lambda text: keyed(text, BACK))),
    )
