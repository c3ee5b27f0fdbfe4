"""What the office has and what is only here, in words, with the next step."""

from __future__ import annotations

from collections import Counter

import flet as ft

from data.desk import Desk
from data.kinds.production import zone
from sync.link import LinkState
from views.context import (
    Place,
    go,
    here,
    use_desk,
    use_link_state,
    use_place,
    use_records,
    use_state,
)
from views.parts import card, main_button, note, side_button, sub_view, tile
from views.safe import part, say, screen
from views.screens.inbox_badge import to_look_at
from views.screens.own import OwnTile
from views.screens.sync_aside import aside, put_aside
from views.screens.sync_office import OfficeNews
from views.screens.sync_trouble import Trouble, troubles
from views.screens.sync_ways import WaysCard
from views.theme import HEAD, LATE
from views.words import count

RECOVERY = (
    "A laptop that takes this one's place needs it to renew the show's certificate. Write it down "
    "and keep it apart from this laptop and from the backups."
)


def badge(state: LinkState) -> tuple[ft.IconData, str]:
    """The sign at the head of every screen and its name; the sentences are on the sync screen.

    Three states: saved on this device, at the office, compared and equal. That the office does not
    answer is said with where the records are, and what is in the way before everything else.
    """
    if state.older or state.trouble or state.aside or state.update:
        return ft.Icons.SYNC_PROBLEM, "Something is in the way to the office"
    if state.records or state.photos:
        return ft.Icons.CLOUD_UPLOAD_OUTLINED, "Not yet at the office, saved on this device"
    if not state.met:
        return ft.Icons.CLOUD_OFF_OUTLINED, "This device has not met its office yet"
    if not state.reached:
        return ft.Icons.CLOUD_OFF_OUTLINED, "At the office, which cannot be reached now"
    if state.verified:
        return ft.Icons.VERIFIED_OUTLINED, "At the office, compared and equal"
    return ft.Icons.CLOUD_DONE_OUTLINED, "At the office"


def keep_open(place: Place, state: LinkState) -> list[ft.Control]:
    """A browser sends only while its page is open."""
    if place.browser is None or not (state.busy and state.photos):
        return []
    to_go = f"Keep this open: {count(state.photos, 'photo')} to go."
    return [note(to_go, icon=ft.Icons.CLOUD_UPLOAD_OUTLINED), ft.ProgressBar()]


@part
def PhonesCard() -> ft.Control:
    """How a phone finds its way in, for whoever stands before the laptop with it."""
    phones = use_place().phones
    shown, set_shown = use_state(False)
    if phones is None:
        return ft.Container(height=0)
    lines: list[ft.Control] = [ft.Text(line) for line in phones.steps()]
    code = phones.recovery()
    if code and shown:
        text = ft.Text(code, theme_style=HEAD, selectable=True)
        lines.append(ft.Semantics(label=f"The recovery code: {code}", container=True, content=text))
        lines.append(note(RECOVERY))
    elif code:
        lines.append(ft.Row([side_button("Show the recovery code", lambda: set_shown(True))]))
    return card(*lines, title="Phones on the same Wi-Fi")


@screen
def Sync() -> ft.View:
    place, state = use_place(), use_link_state()
    before = here().get("from", "/")
    use_records(*place.desk.kinds)
    link = place.link
    if link is None or state is None:
        addresses = [ft.Text(address, selectable=True) for address in place.addresses]
        return sub_view(
            "The office copy",
            lambda: go(before),
            [
                note("This laptop is the office. Devices bring their work here."),
                OfficeNews(),
                card(*addresses, title="Devices on this laptop reach it at"),
                PhonesCard(),
                Afterwards(before),
            ],
        )

    def now() -> None:
        link.try_now()
        say("Trying to reach the office.")

    icon, _ = badge(state)
    return sub_view(
        "Sync",
        lambda: go(before),
        [
            card(
                ft.Row([ft.Icon(icon), ft.Text(state.stands(zone(place.desk)), expand=True)]),
                title="This device and the office",
            ),
            *[_trouble(each) for each in troubles(place.desk, state)],
            *_owed(place.desk, state),
            *aside(place.desk),
            *keep_open(place, state),
            ft.Row([main_button("Sync now", now, icon=ft.Icons.SYNC)]),
            *_door(state),
            WaysCard(),
            card(OwnTile()),
            note("Everything you tap is saved on this device first. The office can wait."),
            Afterwards(before),
            *(
                [side_button("This phone", lambda: go("/this-phone"), icon=ft.Icons.SMARTPHONE)]
                if place.browser
                else []
            ),
        ],
    )


def _trouble(trouble: Trouble) -> ft.Control:
    sign = ft.Icon(ft.Icons.WARNING_AMBER_OUTLINED, color=LATE)
    said = ft.Row(
        [sign, ft.Text(trouble.says, expand=True)],
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    return card(said, ft.Text(trouble.step), title=trouble.title)


def _door(state: LinkState) -> list[ft.Control]:
    """The next step of a device that the office does not let in."""
    if state.door not in ("unpaired", "device-retired"):
        return []
    return [
        ft.Row([side_button("Pair it again", lambda: go("/pair-here"), icon=ft.Icons.LINK)]),
        note("What is on this device stays here, and is sent as soon as it is paired."),
    ]


def _owed(desk: Desk, state: LinkState) -> list[ft.Control]:
    """What the office does not have yet, by kind."""
    names = Counter(_kind(desk, i) for i in desk.store.bases if i not in put_aside(desk))
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


@part
def Afterwards(before: str) -> ft.Control:
    """Ways to what met and to what was done."""
    desk = use_desk()
    return card(
        tile(
            "Inbox",
            f"{to_look_at(desk) or 'nothing'} to look at",
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
