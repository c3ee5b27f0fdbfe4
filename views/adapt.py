"""Which of three widths the window has; told to screens only when the class changes."""

from __future__ import annotations

from typing import Literal

import flet as ft

WidthClass = Literal["phone", "tablet", "desk"]


def width_class(width: float | None) -> WidthClass:
    """Phone below 600 logical pixels, tablet below 1000, desk above."""
    if not width or width < 600:
        return "phone"
    return "tablet" if width < 1000 else "desk"


@ft.observable
class Width:
    """The window's class; screens that read it from context are drawn again when it changes.

    `visit` counts the times the browser came back. Flet 1.0.5 resumes a session whose widgets no
    longer hear it; a new visit draws everything anew.
    """

    def __init__(self, width: float | None) -> None:
        self.name: WidthClass = width_class(width)
        self.visit = 0

    def came_back(self, event: ft.Event[ft.Page]) -> None:
        while event.page.pop_dialog():
            pass  # an open dialog would outlive its component, and its buttons do nothing
        self.visit += 1

    def resized(self, event: ft.PageResizeEvent) -> None:
        self.name = width_class(event.width)
