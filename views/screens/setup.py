"""A new production in one form, its settings later, and a device that never met its office."""

from __future__ import annotations

from typing import Any

import flet as ft

from data.errors import BadInput
from data.kinds.production import PRODUCTION, Production, create_production, show_of
from data.walltime import zone_of
from views.context import go, use_desk, use_keeper, use_link_state, use_place
from views.drafts import use_draft
from views.parts import empty, main_button, note, side_button, sub_view, tile
from views.safe import part, screen
from views.screens.backup import standing
from views.screens.sync_trouble import troubles
from views.theme import BIG, PAD

ASKED = (
    "title",
    "company",
    "number",
    "starts",
    "ends",
    "zone",
    "units",
    "paper",
    "clock",
    "measures",
    "currency",
)
LATER = (*ASKED, "jurisdiction", "tier", "gate_words")


@screen
def Wizard() -> ft.View:
    """The first start at the office: what the show is called, and how it writes times and paper."""
    from tzlocal import get_localzone_name  # not on a phone, where no production begins

    desk = use_desk()
    draft = use_draft(
        desk,
        PRODUCTION,
        ASKED,
        Production.model_construct(title="", zone=get_localzone_name() or "UTC"),
    )

    def create() -> None:
        create_production(desk, Production(**_checked(draft.values())))

    return ft.View(
        route="/",
        padding=0,
        controls=[
            ft.SafeArea(
                ft.ListView(
                    [
                        ft.Text("A new production", theme_style=BIG),
                        note("All of this can be changed later."),
                        *draft.controls(ASKED),
                        ft.Row([main_button("Create it", create, icon=ft.Icons.CHECK)]),
                    ],
                    expand=True,
                    padding=PAD,
                    spacing=PAD,
                ),
                expand=True,
            )
        ],
    )


@screen
def Settings() -> ft.View:
    desk = use_desk()
    show = show_of(desk)
    draft = use_draft(desk, PRODUCTION, LATER, show)

    async def save() -> None:
        desk.edit(show, shown=draft.seen, **_checked(draft.values()))
        draft.done()
        await go("/lists")

    return sub_view(
        "Production",
        lambda: go("/lists"),
        [
            BackupTile(),
            *draft.controls(LATER),
            ft.Row([main_button("Save", save, icon=ft.Icons.CHECK)]),
        ],
    )


@part
def BackupTile() -> ft.Control:
    keeper = use_keeper()
    if keeper is None:
        return ft.Container(height=0)
    words = standing(keeper.choice, keeper.now())
    return tile("Backups", words, icon=ft.Icons.BACKUP_OUTLINED, on_click=lambda: go("/backup"))


@screen
def FirstMeeting() -> ft.View:
    """A device without a production: it needs the office once."""
    place = use_place()
    state = use_link_state()

    def now() -> None:
        if place.link is not None:
            place.link.try_now()

    return ft.View(
        route="/",
        controls=[
            ft.SafeArea(
                empty(
                    "This device has no production yet. Let it meet the office once; after that "
                    "it works without.",
                    ft.Text(state.words() if state else ""),
                    *[
                        ft.Text(each.step)
                        for each in (troubles(place.desk, state) if state else [])
                    ],
                    side_button("Try now", now, icon=ft.Icons.SYNC),
                )
            )
        ],
    )


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    zone_of(values["zone"])
    if values["starts"] and values["ends"] and values["ends"] < values["starts"]:
        raise BadInput("The last shoot day is before the first one.", field="ends")
    return values
