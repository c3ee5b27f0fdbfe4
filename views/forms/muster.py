"""The muster list: everybody who is on set now, with a box to tick at the assembly point."""

from __future__ import annotations

from functools import partial

from data.desk import Desk
from data.kinds.schedule import DAY
from data.kinds.unit_day import Muster, muster
from views.forms import blocks, cells
from views.forms.about import file_name, head_facts, show_facts
from views.forms.head import Head, Show
from views.forms.paper import Paper
from views.forms.sheet import Sheet
from views.forms.table import Column, Table

TITLE = "Muster list"
COLUMNS = (
    Column("No.", 26, "right"),
    Column("Name", 230, bold=True),
    Column("Position", 220),
    Column("Here", 70, "centre"),
)


def draw(show: Show, head: Head, here: Muster, clock: str) -> bytes:
    """The list as PDF."""
    sheet = Sheet(TITLE, show, head)
    blocks.strip(
        sheet,
        (
            ("On set at", clock, 1),
            ("People", cells.count(here.count), 1),
            *((sort, cells.count(len(names)), 1) for sort, names in here.here.items()),
        ),
    )
    table = Table(sheet, COLUMNS, row_height=17.0, size=9.0)
    number = 0
    for sort, names in here.here.items():
        if names:
            table.band(sort, str(len(names)))
        for name, what in names:
            number += 1
            table.row((str(number), name, what, ""))
    table.end()
    blocks.signatures(sheet, (("Counted by", ""), ("Everybody is accounted for (1st AD)", "")))
    return sheet.finish()


def make(desk: Desk, day_id: str) -> Paper:
    day = desk.get(DAY, day_id)
    here, show = muster(desk, day), show_facts(desk)
    clock = cells.clock(here.at, day=day.date, zone=show.tz, style=show.clock)
    draws = partial(draw, show, head_facts(desk, day), here, clock)
    return Paper(file_name("muster", day.date, day.unit, suffix=".pdf"), draws)
