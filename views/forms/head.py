"""Every page of every form says whose it is, which day, which revision and who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from data.rules.hours import ClockStyle
from views.forms import cells
from views.forms.canvas import LABEL_GREY, THICK, THIN, Canvas

TITLE_HEIGHT = 24.0
FIELD_HEIGHT = 21.0
HEAD_HEIGHT = TITLE_HEIGHT + FIELD_HEIGHT
FOOT_HEIGHT = 19.0

CLASSES = {
    "green": "GREEN: for everyone on the show",
    "amber": "AMBER: for the office and those who sign it",
    "red": "RED: personal; locked away",
}


@dataclass(frozen=True, slots=True)
class Show:
    """What is the same on every form of a production."""

    title: str
    company: str = ""
    number: str = ""
    zone: str = "UTC"
    paper: Literal["letter", "a4"] = "letter"
    clock: ClockStyle = "12"
    language: str = "en"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head and foot of one form say; an empty field leaves its box to be written in."""

    form_no: str = ""
    day: date | None = None
    day_number: int | None = None
    day_count: int | None = None
    unit: str = ""
    prepared_by: str = ""
    status: str = ""
    reason: str = ""
    revision: str = ""
    supersedes: str = ""
    generated_at: datetime | None = None
    confidentiality: Literal["green", "amber", "red"] = "amber"


def day_of_days(head: Head) -> str:
    """Day 12 of 45; Day 12; with neither, the words with room to write the figures in."""
    if head.day_number is None:
        return "Day ____ of ____"
    of = "" if head.day_count is None else f" of {head.day_count}"
    return f"Day {head.day_number}{of}"


def draw_head(page: Canvas, show: Show, head: Head, title: str, corner: str, margin: float) -> None:
    """Title, form and day in one strip, the rest of the block in labelled boxes under it."""
    x, y, wide = margin, margin, page.width - 2 * margin
    third = wide * 0.34
    base = y + 16
    page.box(x, y, wide, HEAD_HEIGHT, THICK)
    _title(page, show.title, x + 5, y, third - 10)
    page.fitted(
        x + wide / 2, base, title.upper(), wide * 0.32 - 8, size=11, face="bold", align="centre"
    )
    right = x + wide - 5
    page.fitted(right, y + 10.5, corner, third - 10, size=9, face="bold", align="right")
    dated = cells.day(head.day) or "Date ______________"
    page.fitted(right, y + 20.5, dated, third - 10, size=8.5, align="right")
    page.rule(x, y + TITLE_HEIGHT, x + wide, y + TITLE_HEIGHT, THIN)
    status = f"{head.status}: {head.reason}" if head.reason else head.status
    labelled(
        page,
        x,
        y + TITLE_HEIGHT,
        wide,
        (
            ("Production company", show.company, 2.4),
            ("Production no.", show.number, 1.1),
            ("Unit / episode", head.unit, 1.4),
            ("Form no.", head.form_no, 1.2),
            ("Prepared by", head.prepared_by, 1.8),
            ("Status", status, 1.5),
        ),
    )


def _title(page: Canvas, title: str, x: float, y: float, wide: float) -> None:
    """The production's title, on two lines when it is long: it is what tells two shows apart."""
    size, lines = page.faces["bold"].fitted(title, 12.5, wide, lines=2, least=0.68)
    base = y + 16 if len(lines) == 1 else y + 10.3
    for place, line in enumerate(lines):
        page.text(x, base + place * 9.8, line, size=size, face="bold")


def labelled(
    page: Canvas,
    x: float,
    y: float,
    width: float,
    boxes: tuple[tuple[str, str, float], ...],
    height: float = FIELD_HEIGHT,
) -> None:
    """Boxes side by side: a small label above, the value or room to write under it.

    Each is (label, value, share of the width). The outer frame is the caller's.
    """
    whole = sum(share for _, _, share in boxes)
    for place, (label, value, share) in enumerate(boxes):
        wide = width * share / whole
        if place:
            page.rule(x, y, x, y + height, THIN)
        page.fitted(x + 3, y + 6.6, label, wide - 6, size=5.6, grey=LABEL_GREY)
        page.fitted(x + 3, y + height - 4.6, value, wide - 6, size=8.6, least=0.6)
        x += wide


def draw_foot(page: Canvas, show: Show, head: Head, margin: float, place: int, pages: int) -> None:
    """When it was made and what it replaces; who may read it; which page of how many."""
    y = page.height - margin - FOOT_HEIGHT + 7
    wide = page.width - 2 * margin
    page.rule(margin, y, page.width - margin, y, THIN)
    made = cells.moment(head.generated_at, zone=show.tz, style=show.clock)
    parts = [
        f"Generated {made}" if made else "Blank form",
        f"Revision {head.revision}" if head.revision else "",
        f"supersedes {head.supersedes}" if head.supersedes else "",
    ]
    base = y + 8.5
    page.fitted(margin, base, " · ".join(filter(None, parts)), wide * 0.4, size=6.4)
    page.fitted(
        page.width / 2 + wide * 0.05,
        base,
        CLASSES[head.confidentiality],
        wide * 0.34,
        size=6.4,
        align="centre",
    )
    page.text(page.width - margin, base, f"Page {place} of {pages}", size=7, align="right")
