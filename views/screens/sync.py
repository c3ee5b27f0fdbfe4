"""What the office has and what is only here, in words, with the next step."""

from __future__ import annotations

from collections import Counter

import flet as ft

from data.desk import Desk
from data.inbox import inbox
from data.kinds.production import zone
from sync.link import LinkState
from views import told
from views.context import go, here, use_desk, use_link_state, use_place, use_records
from views.parts import card, main_button, note, side_button, sub_view, tile
from views.safe import part, say, screen
from views.screens.own import OwnTile
from views.theme import QUIET, SMALL
from views.words import count

ASIDE_SHOWN = 10


def badge(state: LinkState | None) -> tuple[ft.IconData, str]:
    """The sign at the head of every screen and its name; the sentences are on the sync screen."""
    if state is None:
        return ft.Icons.HOME_WORK_OUTLINED, "The office copy"
    if state.equal and getattr(state, "verified", False):
        return ft.Icons.VERIFIED_OUTLINED, "At the office, compared and equal"
    if state.equal:
        return ft.Icons.CLOUD_DONE_OUTLINED, "At the office"
    if state.records or state.photos:
        return ft.Icons.CLOUD_UPLOAD_OUTLINED, "Not yet at the office, saved on this device"
    return ft.Icons.CLOUD_OFF_OUTLINED, "No office"


@screen
def Sync() -> ft.View:
    place = use_place()
    state = use_link_state()
    before = here().get("from", "/")
    use_records(*place.desk.kinds)
    if place.link is None or state is None:
        addresses = [ft.Text(address, selectable=True) for address in place.addresses]
        return sub_view(
            "The office copy",
            lambda: go(before),
            [
                note("This laptop is the office. Devices bring their work here."),
                card(*addresses, title="Devices on this laptop reach it at"),
                Afterwards(before),
            ],
        )
    link = place.link

    def now() -> None:
        link.try_now()
        say("Trying to reach the office.")

    icon, _ = badge(state)
    return sub_view(
        "Sync",
        lambda: go(before),
        [
            card(
                ft.Row([ft.Icon(icon), ft.Text(state.words(zone(place.desk)), expand=True)]),
                title="This device and the office",
            ),
            *_waiting(place.desk, state),
            *_aside(place.desk),
            ft.Row([main_button("Sync now", now, icon=ft.Icons.SYNC)]),
            *_door(state),
            card(OwnTile()),
            note("Everything you tap is saved on this device first. The office can wait."),
            Afterwards(before),
        ],
    )


def _door(state: LinkState) -> list[ft.Control]:
    """The next step of a device that the office does not let in."""
    if state.door not in ("unpaired", "device-retired"):
        return []
    return [
        ft.Row([side_button("Pair it again", lambda: go("/pair-here"), icon=ft.Icons.LINK)]),
        note("What is on this device stays here, and is sent as soon as it is paired."),
    ]


def _waiting(desk: Desk, state: LinkState) -> list[ft.Control]:
    """What the office does not have yet, by kind."""
    names = Counter(_kind(desk, record_id) for record_id in desk.store.bases)
    lines = [
        count(names[kind.name], kind.title.lower(), kind.plural.lower())
        for kind in desk.kinds.values()
        if names[kind.name]
    ]
    others = names.total() - sum(names[name] for name in desk.kinds)
    lines += [count(others, "other record")] if others else []
    lines += [count(state.photos, "photo")] if state.photos else []
    return [card(*[ft.Text(line) for line in lines], title="Still to bring there")] if lines else []


def _kind(desk: Desk, record_id: str) -> str:
    doc = desk.store.document(record_id)
    return "" if doc is None else str(doc["_m"]["t"])


def _aside(desk: Desk) -> list[ft.Control]:
    """What the office would not take, each with its reason."""
    aside = desk.store.meta.get("aside", {})
    if not aside:
        return []
    lines: list[ft.Control] = []
    for name, why in list(aside.items())[:ASIDE_SHOWN]:
        there = desk.store.document(name) is not None
        lines.append(
            ft.Column(
                [
                    ft.Text(told.name_of(desk, name) if there else "An edit made on this device"),
                    ft.Text(str(why.get("reason", "")), theme_style=SMALL, color=QUIET),
                ],
                key=name,
                spacing=0,
            )
        )
    if len(aside) > ASIDE_SHOWN:
        lines.append(ft.Text(f"and {len(aside) - ASIDE_SHOWN} more"))
    return [card(*lines, title="Put aside by the office; it stays here")]


@part
def Afterwards(before: str) -> ft.Control:
    """Ways to what met and to what was done."""
    desk = use_desk()
    questions = count(len(inbox(desk)), "question")
    return card(
        tile(
            "Inbox",
            f"{questions} where two people wrote different things",
            icon=ft.Icons.INBOX_OUTLINED,
            on_click=lambda: go(f"/inbox?from=/sync?from={before}"),
        ),
        tile(
            "What was done",
            "put something back, also from before a restart",
            icon=ft.Icons.UNDO,
            on_click=lambda: go(f"/undo?from={before}"),
        ),
    )
