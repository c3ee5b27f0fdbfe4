"""The inbox: what two people wrote differently, what looks wrong, what became of one's own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flet as ft

from data.conflicts import Item
from data.desk import Desk
from data.doubts import doubts
from data.edit import Edit
from data.inbox import before, inbox
from data.notices import notices, to_ask_about
from views.asking import use_told
from views.context import go, here, use_desk, use_place, use_records, use_state
from views.parts import PAUSE_S, empty, heading, icon_button, note, side_button, sub_view
from views.safe import part, screen
from views.screens.inbox_bulk import Bulk
from views.screens.inbox_cards import QuestionCard
from views.screens.inbox_notes import DoubtCard, NoticeCard
from views.theme import SMALL
from views.words import count

WINDOW = 20
BULK_FROM = 3
"""With fewer questions, one tap for each is quicker than choosing."""


@screen
def Inbox() -> ft.View:
    desk = use_desk()
    use_records(*desk.kinds)
    query = here()
    later, set_later = use_state(frozenset[str]())
    window, set_window = use_state(WINDOW)
    _seen, set_seen = use_state(0)
    asked = [i for i in inbox(desk) if query.get("record", i.record) == i.record]
    open_ones = [item for item in asked if item.id not in later]
    ready = _use_pause()
    told = use_told(_only_at_the_office(desk, open_ones[:window]) if use_place().link else ())
    looks = doubts(desk) if "record" not in query else []
    mine = notices(desk, told.edits) if "record" not in query else []

    def noted() -> None:
        set_seen(lambda n: n + 1)  # what was seen is a note beside the records

    controls: list[ft.Control] = []
    if not (asked or looks or mine):
        controls.append(_nothing())
    put_off = _adds_to(set_later)
    controls += _questions(open_ones, window, told.edits, put_off, ready)
    if len(open_ones) > window:
        more = f"Show more ({len(open_ones) - window})"
        controls.append(side_button(more, lambda: set_window(window + WINDOW)))
    if len(asked) > len(open_ones):
        waiting = count(len(asked) - len(open_ones), "question is", "questions are")
        controls.append(note(f"{waiting} put off. They stay here until somebody answers."))
        controls.append(side_button("Show them again", lambda: set_later(frozenset())))
    if looks:
        controls.append(heading("Looks wrong"))
        controls += [DoubtCard(doubt, noted, ready, key=doubt.id) for doubt in looks]
    if mine:
        controls.append(heading("For you to know"))
        controls += [NoticeCard(notice, noted, key=notice.id) for notice in mine]
    if told.words:
        controls.append(note(told.words))
    return sub_view("Inbox", lambda: go(query.get("from", "/")), controls)


def _only_at_the_office(desk: Desk, items: Sequence[Item]) -> list[str]:
    """Records of which this copy does not know what stood before, or whether mine was used."""
    unknown = [item.record for item in items if before(desk, item) is None]
    return list(dict.fromkeys([*unknown, *to_ask_about(desk)]))


def _use_pause() -> Callable[[], bool]:
    """Whether a tap counts. An answered card goes, and the next one slides under the finger: the
    second tap of a double tap must not answer that one too."""
    answered: Any = ft.use_ref(-PAUSE_S)

    def ready() -> bool:
        before, answered.current = answered.current, time.monotonic()
        return bool(answered.current - before >= PAUSE_S)

    return ready


def _adds_to(set_later: Callable[[Any], None]) -> Callable[[str], None]:
    return lambda item_id: set_later(lambda now: now | {item_id})


def _questions(
    items: Sequence[Item],
    window: int,
    office: Mapping[str, list[Edit]],
    put_off: Callable[[str], None],
    ready: Callable[[], bool],
) -> list[ft.Control]:
    if not items:
        return []
    several = [Bulk(items)] if len(items) >= BULK_FROM else []
    return [
        note(
            f"{count(len(items), 'question')}. Two people wrote different things; both are kept "
            "until you choose."
        ),
        *several,
        *[
            QuestionCard(item, office.get(item.record, ()), put_off, ready, key=item.id)
            for item in items[:window]
        ],
    ]


def _nothing() -> ft.Control:
    return empty(
        "Nothing to settle.",
        ft.Text(
            "When two people change one thing apart, both values are kept, and you choose here.",
            theme_style=SMALL,
            text_align=ft.TextAlign.CENTER,
        ),
    )


@part
def InboxBadge() -> ft.Control:
    """How much waits for somebody to look, at the head of every tab; nothing while nothing does."""
    desk = use_desk()
    use_records(*desk.kinds)
    location = ft.use_route_location().split("?")[0]
    n = len(inbox(desk)) + len(doubts(desk)) + len(notices(desk))
    if not n:
        return ft.Container(width=0)
    button = icon_button(
        ft.Icons.INBOX_OUTLINED, f"Inbox: {n} to look at", lambda: go(f"/inbox?from={location}")
    )
    return ft.Row([ft.Text(str(n), theme_style=SMALL), button], tight=True, spacing=0)
