"""Small controls that every screen uses, each with its name for those who hear the screen."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from views.context import go, use_place
from views.safe import act, part
from views.theme import BODY, GAP, HEAD, PAD, QUIET, SMALL, TARGET, TITLE, WIDEST


def icon_button(icon: ft.IconData, label: str, on_click: Callable[..., Any]) -> ft.Control:
    """A glyph that says its name: flet puts a bare tooltip on the parent, not on the button."""
    return ft.MergeSemantics(
        ft.IconButton(icon, tooltip=label, on_click=act(on_click), width=TARGET, height=TARGET)
    )


PAUSE_S = 1.5


def main_button(
    label: str,
    on_click: Callable[[], Any],
    *,
    icon: ft.IconData | None = None,
    disabled: bool = False,
    second: bool = False,
) -> ft.Control:
    """The one thing this screen is for; as wide as the column. A double tap counts once.

    `second`: the other way of doing it, beside the first.
    """
    button: ft.Control = MainButton(label, on_click, icon, disabled, second)
    return button


@part
def MainButton(
    label: str,
    on_click: Callable[[], Any],
    icon: ft.IconData | None,
    disabled: bool,
    second: bool = False,
) -> ft.Control:
    done: Any = ft.use_ref(0.0)

    async def once() -> None:
        # The screen that a saved form leaves may stay in sight for a second.
        if time.monotonic() - done.current < PAUSE_S:
            return
        result = on_click()
        if inspect.isawaitable(result):
            await result
        done.current = time.monotonic()

    made = ft.FilledTonalButton if second else ft.FilledButton
    return made(label, icon=icon, on_click=act(once), height=56, disabled=disabled, expand=True)


def side_button(
    label: str, on_click: Callable[..., Any], *, icon: ft.IconData | None = None
) -> ft.Control:
    return ft.OutlinedButton(label, icon=icon, on_click=act(on_click), height=TARGET)


def history_button(kind: str, record_id: str) -> ft.Control:
    """Who changed a record, when, from what to what."""
    path = f"/history/{kind}/{record_id}"
    return ft.Row([side_button("History", lambda: go(path), icon=ft.Icons.HISTORY)])


def wide(*controls: ft.Control) -> ft.Control:
    """Controls that share one row in equal parts."""
    return ft.Row([ft.Container(control, expand=True) for control in controls], spacing=GAP)


def heading(text: str) -> ft.Control:
    return ft.Container(
        ft.Text(text, theme_style=HEAD, weight=ft.FontWeight.W_600),
        padding=ft.Padding.only(top=GAP),
    )


def note(text: str, *, icon: ft.IconData = ft.Icons.INFO_OUTLINE) -> ft.Control:
    """A quiet sentence with a sign before it."""
    return ft.Row(
        [ft.Icon(icon, size=20, color=QUIET), ft.Text(text, theme_style=SMALL, expand=True)],
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def card(*controls: ft.Control, title: str = "", action: ft.Control | None = None) -> ft.Control:
    """A group of things that belong together."""
    head = []
    if title:
        head = [
            ft.Row(
                [
                    ft.Text(title, theme_style=HEAD, weight=ft.FontWeight.W_600, expand=True),
                    *([action] if action else []),
                ],
                height=36 if action is None else TARGET,
            )
        ]
    return ft.Card(
        ft.Container(
            ft.Column(
                [*head, *controls],
                spacing=GAP,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            padding=PAD,
        ),
        variant=ft.CardVariant.FILLED,
        margin=0,
    )


def tile(
    title: str,
    subtitle: str = "",
    *,
    icon: ft.IconData | None = None,
    on_click: Callable[..., Any] | None = None,
    trailing: ft.Control | None = None,
    key: str | None = None,
) -> ft.Control:
    """A line of a list that can be tapped."""
    return ft.ListTile(
        key=key,
        leading=ft.Icon(icon) if icon else None,
        title=ft.Text(title, theme_style=BODY),
        subtitle=ft.Text(subtitle, theme_style=SMALL, color=QUIET) if subtitle else None,
        trailing=trailing,
        on_click=act(on_click) if on_click else None,
        min_height=TARGET,
        content_padding=ft.Padding.symmetric(horizontal=GAP, vertical=2),
    )


def empty(text: str, *actions: ft.Control) -> ft.Control:
    """What stands where a list has nothing, and what to do about it."""
    return ft.Container(
        ft.Column(
            [
                ft.Text(text, theme_style=BODY, color=QUIET, text_align=ft.TextAlign.CENTER),
                *actions,
            ],
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            spacing=PAD,
        ),
        padding=PAD * 2,
        alignment=ft.Alignment.CENTER,
    )


def page(controls: Sequence[ft.Control]) -> ft.Control:
    """The scrolling column of a screen."""
    return centred(ft.ListView(expand=True, padding=PAD, spacing=GAP + 4, controls=list(controls)))


def centred(column: ft.Control) -> ft.Control:
    """On a desk a column keeps the width that a person reads; elsewhere it takes what there is."""
    if use_place().width.name != "desk":
        return column
    held = ft.Container(column, width=WIDEST)
    return ft.Row(
        [held],
        alignment=ft.MainAxisAlignment.CENTER,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        expand=True,
    )


def sub_view(
    title: str,
    back: Callable[..., Any],
    controls: Sequence[ft.Control],
    *,
    foot: ft.Control | None = None,
    **more: Any,
) -> ft.View:
    """A screen on top of the tabs, with the way back at its head; its `foot` does not scroll."""
    body = page(controls)
    if foot is not None:
        body = ft.Column([ft.Container(body, expand=True), centred_foot(foot)], spacing=0)
    return ft.View(
        route=ft.use_view_path(),
        padding=0,
        appbar=ft.AppBar(
            leading=icon_button(ft.Icons.ARROW_BACK, "Back", back),
            title=ft.Text(title, theme_style=TITLE),
            actions=more.pop("actions", None),
        ),
        controls=[ft.SafeArea(body, expand=True, avoid_intrusions_top=False)],
        **more,
    )


def centred_foot(foot: ft.Control) -> ft.Control:
    """What stays in sight under a scrolling column, as wide as that is."""
    desk = use_place().width.name == "desk"
    held = ft.Container(
        foot,
        width=WIDEST if desk else None,
        expand=not desk,
        padding=ft.Padding.symmetric(horizontal=PAD, vertical=GAP),
    )
    return ft.Row([held], alignment=ft.MainAxisAlignment.CENTER)
