"""What the office has to know of itself: a newer one, what came back, what grows too large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import flet as ft

from data.desk import Desk
from data.notices import mark_seen
from views import told
from views.context import use_desk, use_office, use_pairings, use_picker, use_state
from views.parts import card, main_button, note, side_button
from views.safe import act, part, say
from views.theme import LATE, QUIET, SMALL, TARGET
from views.words import count

if TYPE_CHECKING:
    from sync.exchange import Office  # a device has no use for it

SHOWN = 10
BROUGHT = (
    "Work of a unit without signal, brought as a file on a stick, another phone or in a message. "
    "What the office answers goes back the same way."
)


def office_badge(office: Office | None) -> tuple[ft.IconData, str]:
    """The sign at the office's own head, and its name."""
    if office is not None and office.newer:
        return ft.Icons.SYNC_PROBLEM, "The office copy; devices know a newer office"
    return ft.Icons.HOME_WORK_OUTLINED, "The office copy"


@part
def OfficeNews() -> ft.Control:
    """Nothing while there is nothing to say."""
    office, desk = use_office(), use_desk()
    asking, set_asking = use_state(False)
    question = _question(office, lambda: set_asking(False)) if office and asking else None
    ft.use_dialog(question)
    if office is None:
        return ft.Container(height=0)
    newer = [_newer(lambda: set_asking(True))] if office.newer else []
    return ft.Column([*newer, *_came_back(desk, office), *_alarms(desk, office), Brought()])


@part
def Brought() -> ft.Control:
    """Files that devices handed over and somebody carried here."""
    pairings = use_pairings()

    async def picked(event: ft.FilePickerResultEvent) -> None:
        for file in event.files or ():
            if pairings is not None:
                answers, taken = pairings.take_file(file.bytes or b"")
                say(brought_words(file.name, taken))
                await saver.save_file(file_name=f"{file.name} answers", src_bytes=answers)

    picker, saver = use_picker(act(picked)), use_picker()
    if pairings is None:
        return ft.Container(height=0)
    return card(
        note(BROUGHT),
        ft.FilledTonalButton(
            "Take a file in",
            icon=ft.Icons.MOVE_TO_INBOX,
            height=TARGET,
            action=ft.PickFiles(picker, with_data=True),
        ),
        title="Brought by hand",
    )


def brought_words(file: str, taken: int) -> str:
    return f"{count(taken, 'letter')} of {file} taken in. Give the answers to who brought it."


def _newer(ask: Callable[[], None]) -> ft.Control:
    return card(
        _warning(
            "Some devices have met a newer office of this show than this laptop. They send their "
            "work here, but take nothing from here."
        ),
        ft.Text(
            "If the other laptop is the office, close this one and work there. If it is lost, or "
            "will never be used again, say so here."
        ),
        ft.Row([main_button("This is the only office now", ask)]),
        title="Devices know a newer office",
    )


def _question(office: Office, close: Callable[[], None]) -> ft.AlertDialog:
    def only() -> None:
        close()
        office.new_epoch()
        say("This is the only office now. Devices compare everything when they meet it.")

    return ft.AlertDialog(
        title=ft.Text("Is this the only office now?"),
        content=ft.Text(
            "Every device will follow this laptop, and bring what is missing here. Should the "
            "other laptop be opened again, devices take nothing from it any more."
        ),
        actions=[
            ft.TextButton("No, ask first", on_click=act(close)),
            ft.FilledButton("Yes, the only one", on_click=act(only)),
        ],
        on_dismiss=act(close),
    )


def _came_back(desk: Desk, office: Office) -> list[ft.Control]:
    """What this office had forgotten, and devices still had."""
    records = list(dict.fromkeys(record for record, _ in office.recovered))
    name = f"recovered {len(records)}"
    if not records or name in desk.store.meta.get("seen", ()):
        return []
    lines = [ft.Text(told.name_of(desk, record)) for record in records[:SHOWN]]
    if len(records) > SHOWN:
        lines.append(ft.Text(f"and {len(records) - SHOWN} more"))
    seen = side_button("Seen", lambda: mark_seen(desk, name), icon=ft.Icons.CHECK)
    return [
        card(
            note(
                "This office was put back to an older copy. Devices still had these, and gave "
                "them back. Look through them; what is wrong is changed as always."
            ),
            ft.Text(came_back(desk, records), weight=ft.FontWeight.W_600),
            *lines,
            ft.Row([seen]),
            title="Came back from devices",
        )
    ]


def came_back(desk: Desk, records: list[str]) -> str:
    """`3 crew, 1 receipt`: kinds in the order a person should see them."""
    documents = (desk.store.document(record) for record in records)
    kinds = Counter("" if doc is None else str(doc["_m"]["t"]) for doc in documents)
    parts = [
        count(kinds.pop(kind.name), kind.title.lower(), kind.plural.lower())
        for kind in desk.kinds.values()
        if kind.name in kinds
    ]
    return ", ".join([*parts, *([count(kinds.total(), "other record")] if kinds else [])])


def _alarms(desk: Desk, office: Office) -> list[ft.Control]:
    alarms = list(office.alarms)
    if not alarms:
        return []
    return [
        card(
            _warning(
                "These were written in so many runs of the app that every copy carries a long list "
                "of them. Nothing is lost. Write each anew, and delete the old one."
            ),
            *[ft.Text(told.name_of(desk, record)) for record in alarms[:SHOWN]],
            *([ft.Text(f"and {len(alarms) - SHOWN} more")] if len(alarms) > SHOWN else []),
            title="Written too often",
        )
    ]


def _warning(text: str) -> ft.Control:
    sign = ft.Icon(ft.Icons.WARNING_AMBER_OUTLINED, color=LATE)
    words = ft.Text(text, expand=True, theme_style=SMALL, color=QUIET)
    return ft.Row([sign, words], vertical_alignment=ft.CrossAxisAlignment.START)
