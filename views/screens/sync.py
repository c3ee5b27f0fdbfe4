"""What the office has and what is only here, in words, with the next step."""

from __future__ import annotations

from datetime import tzinfo

import flet as ft

from data.kinds.production import zone
from sync.link import LinkState
from views.context import go, here, use_link_state, use_place, use_records
from views.parts import card, main_button, note, sub_view
from views.safe import say, screen


def badge(state: LinkState | None, where: tzinfo) -> tuple[ft.IconData, str]:
    """The sign at the head of every screen, and what it says."""
    if state is None:
        return ft.Icons.HOME_WORK_OUTLINED, "This is the office copy"
    if state.equal:
        return ft.Icons.CLOUD_DONE_OUTLINED, state.words(where)
    if state.records or state.photos:
        return ft.Icons.CLOUD_UPLOAD_OUTLINED, state.words(where)
    return ft.Icons.CLOUD_OFF_OUTLINED, state.words(where)


@screen
def Sync() -> ft.View:
    place = use_place()
    state = use_link_state()
    before = here().get("from", "/")
    use_records("receipt", "time", "person")
    if place.link is None or state is None:
        addresses = [ft.Text(address, selectable=True) for address in place.addresses]
        return sub_view(
            "The office copy",
            lambda: go(before),
            [
                note("This laptop is the office. Devices bring their work here."),
                card(*addresses, title="Devices reach it at"),
            ],
        )
    link = place.link

    def now() -> None:
        link.try_now()
        say("Trying to reach the office.")

    return sub_view(
        "Sync",
        lambda: go(before),
        [
            card(ft.Text(state.words(zone(place.desk))), title="This device and the office"),
            ft.Row([main_button("Sync now", now, icon=ft.Icons.SYNC)]),
            note("Everything you tap is saved on this device first. The office can wait."),
        ],
    )
