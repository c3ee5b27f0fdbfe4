"""A session's start: theme, width, the show's first words, then the routes."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.kinds.own import asks_who
from views.adapt import Width
from views.context import PLACE, Place, use_link_said, use_place, use_said
from views.routes import ROUTES, NotFound
from views.safe import act, part
from views.screens.door import Emptied, FirstPairing
from views.screens.setup import FirstMeeting, Wizard
from views.screens.who import Who
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
        place = place_for(width)
        page.on_keyboard_event = act(place.wedge.key)
        place.wedge.otherwise = lambda: page.run_task(page.push_route, "/scan")
        if place.browser is not None:  # there the page itself hears the camera and the scanner
            place.browser.on_read(place.wedge.heard)
        page.render_views(App, place)

    return start


@part
def App(place: Place) -> ft.Control:
    inside: ft.Control = PLACE(place, lambda: Door())
    return inside


# Every address: flet puts what it calls `not_found` inside a View of its own.
BEGINNINGS = {
    "office": [ft.Route(path=":anywhere*", component=Wizard)],
    "device": [ft.Route(path=":anywhere*", component=FirstMeeting)],
    "pair": [ft.Route(path=":anywhere*", component=FirstPairing)],
    "who": [ft.Route(path=":anywhere*", component=Who)],
    "emptied": [ft.Route(path=":anywhere*", component=Emptied)],
}


@part
def Door() -> ft.Control:
    """The routes, or what comes before them. Drawn again only when another door opens: everything
    there is stands behind it."""
    place = use_place()
    use_link_said(lambda: _opens(place))
    name = use_said(lambda: _opens(place), "production", "lending", "device")
    return _router(name, BEGINNINGS.get(name, ROUTES), place.width.visit)


def _opens(place: Place) -> str:
    """All, once there is a production; before that the wizard, or the code to be typed. A lent
    device first asks who has it."""
    desk, state = place.desk, place.link.state if place.link else None
    if state is not None and state.wiped:
        return "emptied"
    begun = bool(desk.all(desk.kinds["production"]))
    if place.face == "device" and asks_who(desk):
        return "who" if begun else "pair"
    if begun:
        return "all"
    refused = state is not None and state.door == "unpaired"
    paired = "token" in desk.store.meta
    to_pair = refused or paired or place.wiped or place.invited
    return "pair" if to_pair else place.face


def _router(name: str, routes: list[ft.Route], visit: int) -> ft.Control:
    # Components take a key; flet's types do not say so.
    router: ft.Control = ft.Router(  # type: ignore[call-arg]
        routes, not_found=NotFound, manage_views=True, key=f"{name}{visit}"
    )
    return router
