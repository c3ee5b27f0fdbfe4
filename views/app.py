"""A session's start: theme, width, the show's first words, then the routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from views.adapt import Width
from views.context import PLACE, Place, use_place, use_records
from views.routes import ROUTES, NotFound
from views.safe import part
from views.screens.setup import FirstMeeting, Wizard
from views.theme import theme


def session(place_for: Callable[[Width], Place]) -> Callable[[ft.Page], None]:
    """The function flet calls for every browser window that opens."""

    def start(page: ft.Page) -> None:
        page.title = "Callboard"
        page.theme = page.dark_theme = theme()
        page.theme_mode = ft.ThemeMode.SYSTEM
        width = Width(page.width)
        page.on_resize = width.resized
        page.on_connect = width.came_back
        page.render_views(App, place_for(width))

    return start


@part
def App(place: Place) -> ft.Control:
    inside: ft.Control = PLACE(place, lambda: Door())
    return inside


# Every address: flet puts what it calls `not_found` inside a View of its own.
BEGINNINGS = {
    "office": [ft.Route(path=":anywhere*", component=Wizard)],
    "device": [ft.Route(path=":anywhere*", component=FirstMeeting)],
}


@part
def Door() -> ft.Control:
    """The routes, once there is a production; before that the wizard, or waiting for the office."""
    place = use_place()
    use_records("production")
    if place.desk.all(place.desk.kinds["production"]):
        return _router(ROUTES, NotFound, place.width.visit)
    return _router(BEGINNINGS[place.face], NotFound, place.width.visit)


def _router(routes: list[ft.Route], otherwise: Any, visit: int) -> ft.Control:
    # Components take a key; flet's types do not say so.
    router: ft.Control = ft.Router(  # type: ignore[call-arg]
        routes, not_found=otherwise, manage_views=True, key=f"visit{visit}"
    )
    return router
