"""Badges to cut out, ten to a page, every department on pages of its own.

The picture holds a number and its signature; the name is printed beside it for whoever hands the
badges out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from data.desk import Desk
from data.errors import Refused
from data.kinds.badges import badge_for, text_of
from data.kinds.calls import departments
from data.kinds.people import PERSON
from views.forms.about import file_name, head_facts, show_facts
from views.forms.canvas import HAIR, LABEL_GREY
from views.forms.head import Head, Show
from views.forms.paper import Paper
from views.forms.sheet import GAP, Sheet

TITLE = "Badges"
ACROSS, HEIGHT, QUIET_ZONE = 2, 124.0, 4
SIDE: Final = 96.0
"""Points of the picture: 34 mm, which a tablet reads at arm's length."""


@dataclass(frozen=True, slots=True)
class BadgeFacts:
    number: str
    name: str
    position: str
    text: str


def draw(show: Show, head: Head, sheets: Sequence[tuple[str, Sequence[BadgeFacts]]]) -> bytes:
    """The badges as PDF, department by department."""
    sheet = Sheet(TITLE, show, head, corner=sheets[0][0] if sheets else "")
    for place, (department, badges) in enumerate(sheets):
        sheet.corner = department
        if place:
            sheet.turn()
        for n, badge in enumerate(badges):
            if n % ACROSS == 0:
                if n:
                    sheet.y += HEIGHT
                sheet.need(HEIGHT)
            wide = sheet.inner / ACROSS
            _badge(sheet, sheet.left + (n % ACROSS) * wide, wide, show.title, department, badge)
    return sheet.finish()


def _badge(
    sheet: Sheet, x: float, wide: float, title: str, department: str, badge: BadgeFacts
) -> None:
    page, y = sheet.page, sheet.y
    page.box(x, y, wide, HEIGHT, HAIR)
    _picture(sheet, x + GAP, y + (HEIGHT - SIDE) / 2, badge.text)
    left, room = x + SIDE + 2 * GAP, wide - SIDE - 3 * GAP
    page.fitted(left, y + 24, title, room, size=8, grey=LABEL_GREY)
    page.fitted(left, y + 50, badge.name, room, size=14, face="bold", least=0.5)
    page.fitted(left, y + 66, badge.position or department, room, size=9)
    page.fitted(left, y + 102, badge.number, room, size=24, face="bold")


def _picture(sheet: Sheet, x: float, y: float, text: str) -> None:
    """A QR code (ISO/IEC 18004) as filled squares, runs of a row together."""
    import segno  # only the office prints badges; phones do without

    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    step = SIDE / (len(rows) + 2 * QUIET_ZONE)
    for down, row in enumerate(rows):
        for begin, length in _runs(row):
            left, top = x + (QUIET_ZONE + begin) * step, y + (QUIET_ZONE + down) * step
            sheet.page.fill(left, top, length * step, step, grey=0)


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Where the dark stretches of a row begin, and how long they are."""
    begin = None
    for at, dark in enumerate([*row, 0]):
        if dark and begin is None:
            begin = at
        elif not dark and begin is not None:
            yield begin, at - begin
            begin = None


def make(desk: Desk, _about: str) -> Paper:
    """Every badge that is worn now. Refused while there are none, and on a phone."""
    if sys.platform == "emscripten":
        raise Refused("Badges are printed at the office: a phone cannot draw their pictures.")
    worn = [
        (person, badge)
        for person in desk.all(PERSON)
        if (badge := badge_for(desk, person)) is not None
    ]
    if not worn:
        raise Refused("Nobody has a badge yet. Give them out under Badges first.")
    sheets = [
        (
            name or "No department",
            [
                BadgeFacts(badge.number, person.name, person.position, text_of(desk, badge))
                for person, badge in worn
                if person.department.casefold() == name.casefold()
            ],
        )
        for name in departments(person for person, _ in worn)
    ]
    draws = partial(draw, show_facts(desk), head_facts(desk), sheets)
    return Paper(file_name("badges", desk.now().date(), suffix=".pdf"), draws)
