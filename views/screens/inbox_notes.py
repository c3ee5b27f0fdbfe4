"""What looks wrong, and what somebody is to know: cards of the inbox that nothing waits for."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.desk import Desk
from data.doubts import Doubt, keep_time
from data.kinds.people import called
from data.kinds.times import TIME
from data.notices import Notice, mark_seen
from views import told
from views.context import use_desk
from views.parts import card, main_button, side_button
from views.safe import part, say
from views.screens.inbox_cards import record_line
from views.theme import QUIET, SMALL


@part
def DoubtCard(doubt: Doubt, noted: Callable[[], None], ready: Callable[[], bool]) -> ft.Control:
    """Records that hardly can all be right; nothing waits for the answer."""
    desk = use_desk()

    def right() -> None:
        mark_seen(desk, doubt.id)
        noted()
        say("It is not asked again on this copy.")

    lines = [_doubted(desk, doubt, record_id, ready) for record_id in doubt.records]
    leave = "Both are right" if len(doubt.records) == 2 else "All are right"
    return card(*lines, ft.Row([side_button(leave, right)]), title=_why(desk, doubt))


def _why(desk: Desk, doubt: Doubt) -> str:
    if doubt.what == "twice":
        event = desk.get(TIME, doubt.records[0])
        name = told.value(desk, TIME, "person", event.person)
        return f"{name}: {event.what} twice"
    if doubt.what == "double-booked":
        return "Called by two units on one date"
    return f"One number on {len(doubt.records)} {desk.kinds[doubt.kind].plural.lower()}"


def _doubted(desk: Desk, doubt: Doubt, record_id: str, ready: Callable[[], bool]) -> ft.Control:
    if doubt.what != "twice":
        return record_line(desk, doubt.kind, record_id)
    event = desk.get(TIME, record_id)
    text = told.value(desk, TIME, "at", TIME.cell("at", event))

    def kept() -> None:
        if not ready():
            return
        keep_time(desk, doubt, record_id)
        gesture = desk.last
        say(f"{text} counts.", undo=lambda: desk.undo(gesture) if gesture else None)

    who = f"tapped by {called(desk, desk.author(record_id))}"
    return ft.Column(
        [
            ft.Text(who, theme_style=SMALL, color=QUIET),
            ft.Row([main_button(f"{text} counts", kept)]),
        ],
        key=record_id,
        spacing=4,
    )


@part
def NoticeCard(notice: Notice, noted: Callable[[], None]) -> ft.Control:
    """Something to know; it goes when it was seen."""
    desk, kind = use_desk(), use_desk().kinds[notice.kind]

    def seen() -> None:
        mark_seen(desk, notice.id)
        noted()

    if notice.what == "not used":
        label = kind.label(notice.field)
        mine, kept = (told.value(desk, kind, notice.field, v) for v in (notice.mine, notice.kept))
        title = "Your value was not used"
        lines = [f"{label}: you wrote {mine}.", f"Kept: {kept}, by {told.by(desk, notice.by)}."]
    else:
        title = "Deleted, and kept after all"
        lines = [
            f"{called(desk, notice.deleted_by)} deleted it while "
            f"{called(desk, notice.by.user)} changed it.",
            f"{told.by(desk, notice.by)}: the change is kept. Delete it again if it should go.",
        ]
    return card(
        record_line(desk, notice.kind, notice.record),
        *[ft.Text(line) for line in lines],
        ft.Row([side_button("Seen", seen, icon=ft.Icons.CHECK)]),
        title=title,
    )
