"""A line to sign on with a finger."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import flet as ft
import flet.canvas as cv

from data.kinds.signatures import GRID, Signature, Stroke, strokes_of
from views.parts import note
from views.safe import act, part
from views.theme import GAP, QUIET, SMALL

HEIGHT: Final = 130.0
WIDE: Final = 240.0
"""Of one that is kept and shown again."""
EVERY_MS: Final = 20
"""Milliseconds between two points of a stroke: smooth enough, and light for a phone."""

Strokes = tuple[Stroke, ...]


@part
def SignPad(words: str, strokes: Strokes, put: Callable[[Strokes], None]) -> ft.Control:
    """`strokes` are drawn as they are made; `put` is told each one when the finger is lifted."""
    wide: Any = ft.use_ref(GRID)
    line: Any = ft.use_ref(None)
    now, set_now = ft.use_state(())

    def point(event: Any) -> tuple[int, int]:
        at = event.local_position
        return round(at.x * GRID / wide.current), round(at.y * GRID / wide.current)

    def sized(event: Any) -> None:
        wide.current = event.width or GRID

    def begin(event: Any) -> None:
        line.current = [point(event)]

    def go_on(event: Any) -> None:
        if line.current is not None:
            line.current.append(point(event))
            set_now(tuple(line.current))

    def end() -> None:
        if line.current:
            put((*strokes, tuple(line.current)))
        line.current = None
        set_now(())

    paths = drawn((*strokes, now), wide.current / GRID)
    pad = ft.GestureDetector(
        content=cv.Canvas(paths, height=HEIGHT, on_resize=sized),
        drag_interval=EVERY_MS,
        on_pan_start=act(begin),
        on_pan_update=act(go_on),
        on_pan_end=act(end),
    )
    framed = ft.Container(
        pad,
        border=ft.Border.all(1, ft.Colors.OUTLINE),
        border_radius=GAP,
        height=HEIGHT,
    )
    clear = ft.TextButton("Clear", on_click=act(lambda: put(())), disabled=not strokes)
    return ft.Column(
        [
            note(words, icon=ft.Icons.DRAW_OUTLINED),
            ft.Semantics(content=framed, label="Sign here with a finger"),
            ft.Row(
                [ft.Text("Signature", theme_style=SMALL, color=QUIET, expand=True), clear],
            ),
        ],
        spacing=GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def signed(signature: Signature, words: str) -> ft.Control:
    """A signature that is kept, as it was drawn."""
    canvas = cv.Canvas(drawn(strokes_of(signature.strokes), WIDE / GRID), height=WIDE / 3)
    return ft.Column(
        [note(words, icon=ft.Icons.DRAW_OUTLINED), ft.Container(canvas, width=WIDE)], spacing=0
    )


def drawn(strokes: Iterable[Stroke], scale: float) -> list[cv.Shape]:
    """The strokes as lines, so many pixels for a step of the grid."""
    paint = ft.Paint(stroke_width=3, style=ft.PaintingStyle.STROKE, color=ft.Colors.ON_SURFACE)
    return [
        cv.Path(
            [
                (cv.Path.MoveTo if n == 0 else cv.Path.LineTo)(x * scale, y * scale)
                for n, (x, y) in enumerate(stroke)
            ],
            paint=paint,
        )
        for stroke in strokes
        if len(stroke) > 1
    ]
