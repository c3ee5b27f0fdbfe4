"""What fills the screen after a scan: a colour, a sign and words, for as long as a glance takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import flet as ft

from data.kinds.scanning import Answer, Tone
from views.context import use_place, use_state
from views.safe import act
from views.theme import (
    BIG,
    GAP,
    GOOD,
    KNOWN,
    ON_GOOD,
    ON_KNOWN,
    ON_STOP,
    PAD,
    STOP,
    TITLE,
)

SHOWN_S: Final = 0.8
"""Seconds; a no stays until somebody has read it."""

LOOKS: Final[dict[Tone, tuple[ft.Colors, ft.Colors, ft.IconData]]] = {
    "new": (GOOD, ON_GOOD, ft.Icons.CHECK_CIRCLE),
    "already": (KNOWN, ON_KNOWN, ft.Icons.HISTORY),
    "no": (STOP, ON_STOP, ft.Icons.DO_NOT_DISTURB_ON),
}


def use_answer(silent: bool) -> tuple[Answer | None, Callable[[Answer | None], None]]:
    """The answer that fills the screen, if one does; and how to give one, or to take it away."""
    browser = use_place().browser
    shown, set_shown = use_state(None)
    turn: Any = ft.use_ref(0)

    def give(answer: Answer | None) -> None:
        turn.current += 1
        mine = turn.current
        set_shown(answer)
        if browser is not None:
            browser.cover(answer is not None)
        if answer is None:
            return
        if browser is not None:
            browser.signal(answer.tone, silent)
        if answer.tone != "no":
            later = asyncio.get_running_loop().call_later
            later(SHOWN_S, lambda: give(None) if turn.current == mine else None)

    return shown, give


def over(
    below: ft.Control,
    answer: Answer | None,
    close: Callable[[], None],
    *actions: ft.Control,
) -> ft.Control:
    """The screen with its answer over it; a tap anywhere takes it away."""
    if answer is None:
        return ft.Stack([below], expand=True)
    return ft.Stack([below, _filling(answer, close, actions)], expand=True)


def _filling(
    answer: Answer, close: Callable[[], None], actions: tuple[ft.Control, ...]
) -> ft.Control:
    ground, ink, icon = LOOKS[answer.tone]
    words: list[ft.Control] = [
        ft.Icon(icon, size=96, color=ink),
        ft.Text(
            answer.head,
            theme_style=BIG,
            weight=ft.FontWeight.W_600,
            color=ink,
            text_align=ft.TextAlign.CENTER,
        ),
        ft.Text(answer.words, theme_style=TITLE, color=ink, text_align=ft.TextAlign.CENTER),
    ]
    return ft.Container(
        ft.Column(
            [*words, *actions],
            alignment=ft.MainAxisAlignment.CENTER,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            spacing=PAD + GAP,
        ),
        bgcolor=ground,
        padding=PAD * 2,
        left=0,
        right=0,
        top=0,
        bottom=0,
        on_click=act(close),
    )
