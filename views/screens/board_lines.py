"""The board's moving pieces: the lines by department, their heads, and the filters' counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from views.context import use_feed
from views.parts import empty, icon_button
from views.safe import act, part
from views.screens.board_sight import COUNTS, HEAD, LINES, Head, Piece, Sight
from views.screens.person_row import Doing, PersonRow
from views.theme import HEAD as HEADING
from views.theme import PAD, QUIET, SMALL

FILTERS = (("all", "All"), ("not", "Not in"), ("late", "Late"), ("in", "In"), ("out", "Out"))


def use_piece(sight: Sight, key: str) -> Any:
    """A piece that says more than one person's line, drawn again after theirs."""
    use_feed(lambda bump: sight.listen(key, bump), later=True)
    return sight.pieces[key]


@part
def Counts(sight: Sight, which: str, choose: Callable[[str], None]) -> ft.Control:
    """The filters, each with how many it would show."""
    counts: dict[str, int] = use_piece(sight, COUNTS)

    def chip(name: str, label: str) -> ft.Chip:
        return ft.Chip(
            label=ft.Text(f"{label} {counts[name]}"),
            selected=which == name,
            show_checkmark=False,
            label_padding=ft.Padding.symmetric(horizontal=2),
            visual_density=ft.VisualDensity.COMPACT,
            on_select=act(lambda: choose(name)),
        )

    return ft.Row(
        [chip(name, label) for name, label in FILTERS],
        spacing=4,
        scroll=ft.ScrollMode.HIDDEN,
    )


@part
def Lines(sight: Sight, doing: Doing) -> ft.Control:
    """Who is shown. A line that says what it said is handed to flet as the same object, which it
    passes over: a filter or a tap elsewhere costs nothing for those who stay."""
    keys: tuple[str, ...] = use_piece(sight, LINES)
    drawn: Any = ft.use_ref(None)
    before: dict[str, tuple[Piece, ft.Control]] = drawn.current or {}
    lines: dict[str, tuple[Piece, ft.Control]] = {}
    for key in keys:
        piece = sight.pieces[key]
        known = before.get(key)
        if known is None or known[0] != piece:
            known = piece, _line(sight, key, doing)
        lines[key] = known
    drawn.current = lines
    return ft.ListView(
        [line for _, line in lines.values()]
        or [empty("Nobody here. Look for a name above, or choose All.")],
        expand=True,
        padding=ft.Padding.only(left=PAD, right=PAD, bottom=96),
    )


def _line(sight: Sight, key: str, doing: Doing) -> ft.Control:
    made: ft.Control = (
        Department(sight, doing, key, key=key)
        if key.startswith(HEAD)
        else PersonRow(sight, doing, key, key=key)
    )
    return made


@part
def Department(sight: Sight, doing: Doing, piece: str) -> ft.Control:
    head: Head = use_piece(sight, piece)
    whole = f"{head.name}: whole department"
    return ft.Container(
        ft.Row(
            [
                ft.Text(
                    head.name or "No department",
                    theme_style=HEADING,
                    weight=ft.FontWeight.W_600,
                    expand=True,
                ),
                ft.Text(f"{head.came} of {head.all}", theme_style=SMALL, color=QUIET),
                icon_button(ft.Icons.MORE_VERT, whole, lambda: doing.opened(f"wrap:{head.name}")),
            ]
        ),
        border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
    )
