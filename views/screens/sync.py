"""What the office has and what is only here, in words, with the next step."""

from __future__ import annotations

import flet as ft

from data.kinds.production import zone
from sync.link import LinkState
from views.context import Place, go, here, use_link_state, use_place, use_records
from views.parts import card, main_button, note, side_button, sub_view
from views.safe import say, screen
from views.words import count


def badge(state: LinkState | None) -> tuple[ft.IconData, str]:
    """The sign at the head of every screen and its name; the sentences are on the sync screen."""
    if state is None:
        return ft.Icons.HOME_WORK_OUTLINED, "The office copy"
    if state.equal:
        return ft.Icons.CLOUD_DONE_OUTLINED, "At the office"
    if state.records or state.photos:
        return ft.Icons.CLOUD_UPLOAD_OUTLINED, "Not yet at the office"
    return ft.Icons.CLOUD_OFF_OUTLINED, "No office"


def keep_open(place: Place, state: LinkState) -> list[ft.Control]:
    """A browser sends only while its page is open."""
    if place.browser is None or not (state.busy and state.photos):
        return []
    to_go = f"Keep this open: {count(state.photos, 'photo')} to go."
    return [note(to_go, icon=ft.Icons.CLOUD_UPLOAD_OUTLINED), ft.ProgressBar()]


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
                card(*addresses, title="Devices on this laptop reach it at"),
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
            *keep_open(place, state),
            ft.Row([main_button("Sync now", now, icon=ft.Icons.SYNC)]),
            note("Everything you tap is saved on this device first. The office can wait."),
            *(
                [side_button("This phone", lambda: go("/this-phone"), icon=ft.Icons.SMARTPHONE)]
                if place.browser
                else []
            ),
        ],
    )
