"""This device's own page: whose it is, what lies on it, and why."""

from __future__ import annotations

import flet as ft

from data.kinds.grants import role_title, roles_of
from data.kinds.lending import lent_role
from data.kinds.own import own_device
from data.kinds.people import called
from data.rights_book import tables
from views.context import go, here, use_link_state, use_place, use_records
from views.parts import card, empty, note, side_button, sub_view, tile
from views.safe import part, screen
from views.screens.roles import sees
from views.theme import GAP
from views.words import count


@screen
def OwnDevice() -> ft.View:
    place, state = use_place(), use_link_state()
    desk, before = place.desk, here().get("from", "/sync")
    use_records(*desk.kinds)
    device = own_device(desk)
    back = lambda: go(before)  # noqa: E731
    if device is None:
        words = "This device is not paired yet."
        pair = side_button("Pair it", lambda: go("/pair-here"), icon=ft.Icons.LINK)
        return sub_view("This device", back, [empty(words, pair)])
    now = desk.store.sources.wall_ms()
    if device.lent_to:
        whose = f"Lent to: {role_title(device.lent_to)}. {called(desk, desk.user)} has it now."
        roles = [lent_role(device)]
    else:
        whose = f"It belongs to {called(desk, device.person or '')}."
        roles = [h for h in roles_of(desk, device.person or "") if h.at(now)]
    counts = [f"{kind.plural}: {n}" for kind in desk.kinds.values() if (n := len(desk.all(kind)))]
    earlier = [
        note(
            f"{told['called']} had {count(sum(told['unsent']), 'thing')} that never reached the "
            "office. Look for it before it is given away.",
            icon=ft.Icons.WARNING_AMBER,
        )
        for told in desk.store.meta["paired"].get("before", [])
        if any(told["unsent"])
    ]
    refused = [
        ft.Row([side_button("Pair it again", lambda: go("/pair-here"), icon=ft.Icons.LINK)])
        for _ in range(1)
        if state is not None and state.door
    ]
    holds = ft.Row(
        [ft.Container(ft.Text(text), padding=GAP) for text in counts], wrap=True, spacing=0
    )
    known = (
        sees(desk, tables(desk)(now), roles)
        if roles
        else [note("No role of yours is on this device yet; the office gives one.")]
    )
    return sub_view(
        device.name,
        back,
        [
            card(ft.Text(whose), *refused, *earlier, title="Whose it is"),
            card(holds, title="What lies on it"),
            *known,
        ],
    )


@part
def OwnTile() -> ft.Control:
    desk = use_place().desk
    device = own_device(desk)
    words = "what it holds, and why" if device else "not paired yet"
    name = device.name if device else "This device"
    return tile(name, words, icon=ft.Icons.SMARTPHONE, on_click=lambda: go("/own"))
