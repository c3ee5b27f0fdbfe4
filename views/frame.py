"""The frame around the tabs: what the show is, whether the office has everything, where to go."""

from __future__ import annotations

import flet as ft

from views.context import go, here, use_link_state, use_office, use_place, use_records
from views.parts import icon_button
from views.safe import act, part, screen
from views.screens.inbox_badge import InboxBadge
from views.screens.sync import badge
from views.screens.sync_office import office_badge
from views.screens.who import Holder
from views.theme import SMALL, TITLE
from views.words import show_title

TABS = (
    ("/", "Today", ft.Icons.TODAY_OUTLINED),
    ("/board", "Check-in", ft.Icons.HOW_TO_REG_OUTLINED),
    ("/receipts", "Receipts", ft.Icons.RECEIPT_LONG_OUTLINED),
    ("/lists", "Lists", ft.Icons.LIST_ALT),
    ("/paper", "Paper", ft.Icons.PRINT_OUTLINED),
)


@screen
def Frame() -> ft.View:
    """The tabs; on a tablet or a desk they stand at the side."""
    place = use_place()
    use_records("production")
    query = here()
    location = ft.use_route_location().split("?")[0]
    at = max((i for i, tab in enumerate(TABS) if _inside(location, tab[0])), default=0)
    outlet = ft.use_route_outlet()

    def pick(event: ft.Event[ft.NavigationBar]) -> object:
        day = f"?day={query['day']}" if "day" in query else ""
        return go(TABS[event.control.selected_index][0] + day)

    bar = ft.AppBar(
        title=ft.Column(
            [
                ft.Text(TABS[at][1], theme_style=TITLE),
                ft.Text(show_title(place.desk), theme_style=SMALL),
            ],
            spacing=0,
            tight=True,
        ),
        actions=[Holder(), InboxBadge(), SyncBadge()],
        actions_padding=ft.Padding.only(right=8),
    )
    body = ft.SafeArea(outlet, expand=True, avoid_intrusions_top=False)
    if place.width.name == "phone":
        return ft.View(
            route="/",
            padding=0,
            appbar=bar,
            controls=[body],
            navigation_bar=ft.NavigationBar(
                selected_index=at,
                on_change=act(pick),
                destinations=[
                    ft.NavigationBarDestination(icon=icon, label=name) for _, name, icon in TABS
                ],
            ),
        )
    rail = ft.NavigationRail(
        selected_index=at,
        extended=place.width.name == "desk",
        label_type=None if place.width.name == "desk" else ft.NavigationRailLabelType.ALL,
        min_extended_width=180,
        on_change=act(pick),
        destinations=[
            ft.NavigationRailDestination(icon=icon, label=name) for _, name, icon in TABS
        ],
    )
    row = ft.Row(
        [rail, ft.VerticalDivider(width=1), ft.Container(body, expand=True)],
        expand=True,
        spacing=0,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.View(route="/", padding=0, appbar=bar, controls=[row])


@part
def SyncBadge() -> ft.Control:
    """Whether the office has what is here; nothing to show at the office itself but its door."""
    state, office = use_link_state(), use_office()
    location = ft.use_route_location().split("?")[0]
    icon, words = office_badge(office) if state is None else badge(state)
    owed = state.records + state.photos if state else 0
    sending = use_place().browser is not None and state is not None and state.busy
    button = icon_button(icon, words, lambda: go(f"/sync?from={location}"))
    if not owed:
        return button
    to_send = (
        f"Keep open: {state.photos} to go"
        if state and sending and state.photos
        else f"{owed} to send"
    )
    return ft.Row([ft.Text(to_send, theme_style=SMALL), button], tight=True, spacing=0)


def _inside(location: str, tab: str) -> bool:
    return location == tab or (tab != "/" and location.startswith(tab))
