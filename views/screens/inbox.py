"""The inbox: what two people wrote differently, what does not count yet, what looks wrong, what
became of one's own. Whatever somebody waits for comes first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from data.conflicts import Item
from data.desk import Desk
from data.doubts import doubts
from data.inbox import before, inbox
from data.notices import notices, to_ask_about
from data.waits import to_decide, to_know
from views.asking import Told, use_told
from views.context import go, here, use_place, use_records, use_state
from views.parts import PAUSE_S, empty, note, side_button, sub_view
from views.safe import screen
from views.screens.inbox_bulk import Bulk
from views.screens.inbox_cards import QuestionCard
from views.screens.inbox_notes import DoubtCard, NoticeCard
from views.screens.inbox_sections import Section, under_headings
from views.screens.inbox_waits import DecideCard, MineCard, deleting
from views.theme import SMALL
from views.words import count

WINDOW = 20
BULK_FROM = 3
"""With fewer questions, one tap for each is quicker than choosing."""


@screen
def Inbox() -> ft.View:
    place, query = use_place(), here()
    desk, record = place.desk, query.get("record", "")
    use_records(*desk.kinds)
    later, set_later = use_state(frozenset[str]())
    window, set_window = use_state(WINDOW)
    only, set_only = use_state("")
    to_delete, set_to_delete = use_state("")
    _seen, set_seen = use_state(0)
    ready = _use_pause()
    asked = [item for item in inbox(desk) if record in ("", item.record)]
    open_ones = [item for item in asked if item.id not in later]
    office = use_told(_only_at_the_office(desk, open_ones[:window]) if place.link else ())
    dialog = deleting(desk, to_delete, lambda: set_to_delete("")) if to_delete else None
    ft.use_dialog(dialog)

    def noted() -> None:
        set_seen(lambda n: n + 1)  # what was seen is a note beside the records

    questions = _questions(open_ones[:window], office, _adds_to(set_later), ready)
    if len(open_ones) > window:
        more = f"Show more ({len(open_ones) - window})"
        questions.append(side_button(more, lambda: set_window(window + WINDOW)))
    if len(asked) > len(open_ones):
        put_off = count(len(asked) - len(open_ones), "question is", "questions are")
        questions.append(note(f"{put_off} put off. They stay here until somebody answers."))
        questions.append(side_button("Show them again", lambda: set_later(frozenset())))
    sections = [
        Section("Which is right?", APART, len(asked), questions),
        _to_decide(desk, record, set_to_delete, ready),
        *([] if record else [_doubts(desk, noted, ready), _to_know(desk, office, noted)]),
    ]
    shown = [section for section in sections if section.n]
    controls = under_headings(shown, only, set_only) or [_nothing()]
    if office.words:
        controls.append(note(office.words))
    return sub_view("Inbox", lambda: go(query.get("from", "/")), controls)


APART = "Two people wrote different things. Both are kept until you choose."
REFUSED = "It was written and does not count. It is kept until you release or decline it."
ODD = "Nothing waits for these."
NEWS = "Nothing to answer here."


# ---- the sections -----------------------------------------------------------------------------


def _questions(
    items: Sequence[Item],
    office: Told,
    put_off: Callable[[str], None],
    ready: Callable[[], bool],
) -> list[ft.Control]:
    several = [Bulk(items)] if len(items) >= BULK_FROM else []
    return [
        *several,
        *[
            QuestionCard(item, office.edits.get(item.record, ()), put_off, ready, key=item.id)
            for item in items
        ],
    ]


def _to_decide(
    desk: Desk, record: str, ask: Callable[[str], None], ready: Callable[[], bool]
) -> Section:
    found = [waiting for waiting in to_decide(desk) if record in ("", waiting.record)]
    cards = [DecideCard(waiting, ask, ready, key=waiting.id) for waiting in found]
    return Section("Does it count?", REFUSED, len(cards), cards)


def _doubts(desk: Desk, noted: Callable[[], None], ready: Callable[[], bool]) -> Section:
    cards = [DoubtCard(doubt, noted, ready, key=doubt.id) for doubt in doubts(desk)]
    return Section("Looks wrong", ODD, len(cards), cards)


def _to_know(desk: Desk, office: Told, noted: Callable[[], None]) -> Section:
    cards = [MineCard(waiting, noted, key=waiting.id) for waiting in to_know(desk)]
    cards += [NoticeCard(n, noted, key=n.id) for n in notices(desk, office.edits)]
    return Section("For you to know", NEWS, len(cards), cards)


def _nothing() -> ft.Control:
    return empty(
        "Nothing to settle.",
        ft.Text(
            "When two people change one thing apart, both values are kept, and you choose here.",
            theme_style=SMALL,
            text_align=ft.TextAlign.CENTER,
        ),
    )


# ---- inside -----------------------------------------------------------------------------------


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
