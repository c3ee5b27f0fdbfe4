"""Colours, gaps and sizes. No other file names a colour by number."""

from __future__ import annotations

import flet as ft

SEED = "#14606B"

GAP = 8
PAD = 16
TARGET = 48
"""Logical pixels: nothing that is tapped on a set is smaller."""

IN = ft.Colors.PRIMARY
OUT = ft.Colors.OUTLINE
LATE = ft.Colors.ERROR
TO_DO = ft.Colors.ORANGE_800
"""A sign only, never words: on a white page it is too pale to read."""
GOOD, KNOWN, STOP = ft.Colors.GREEN_800, ft.Colors.AMBER_600, ft.Colors.RED_800
"""What fills the screen at the gate, always with a sign and words on it."""
ON_GOOD, ON_KNOWN, ON_STOP = ft.Colors.WHITE, ft.Colors.BLACK, ft.Colors.WHITE
QUIET = ft.Colors.ON_SURFACE_VARIANT

TITLE = ft.TextThemeStyle.TITLE_LARGE
HEAD = ft.TextThemeStyle.TITLE_MEDIUM
BODY = ft.TextThemeStyle.BODY_LARGE
SMALL = ft.TextThemeStyle.BODY_MEDIUM
KEY_HEIGHT, KEY_SIZE = 52, 24
"""A key of the amount pad, and the figure on it."""
WIDEST = 760
"""Logical pixels: no column of text and fields is wider on a desk."""

BIG = ft.TextThemeStyle.DISPLAY_SMALL


def theme() -> ft.Theme:
    return ft.Theme(
        color_scheme_seed=SEED,
        visual_density=ft.VisualDensity.STANDARD,
        snackbar_theme=ft.SnackBarTheme(behavior=ft.SnackBarBehavior.FLOATING),
    )
