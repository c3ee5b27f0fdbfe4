"""The rows of a shooting schedule: each a scene on a day, its values as they would be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.errors import BadInput
from data.imports.columns import Layout, lay_out
from data.imports.dates import Order, ambiguous, order_of, read_day
from data.imports.keys import folded, squashed
from data.imports.report import Problem, Severity
from data.imports.sheets import Row, Sheet, said
from data.tables import read_eighths

HEADERS: Mapping[str, tuple[str, ...]] = {
    "day": ("day", "shoot day", "shooting day", "day no", "day number", "sd", "day #"),
    "date": ("date", "shoot date", "shooting date", "day date"),
    "scene": ("scene", "scenes", "sc", "scene no", "scene number", "scn", "sc no", "scene #"),
    "int_ext": ("i/e", "int/ext", "int ext", "ie", "interior exterior"),
    "set_name": ("set", "set name", "location set", "scene heading", "slugline", "heading",
                 "set description"),
    "day_night": ("d/n", "day/night", "day night", "dn", "time of day", "tod"),
    "story_day": ("story day", "script day", "story", "script day no", "cont day"),
    "pages": ("pages", "pgs", "page count", "pp", "eighths", "page", "length"),
    "cast": ("cast", "cast ids", "cast id", "cast no", "cast numbers", "characters", "cast list"),
    "background": ("bg", "background", "extras", "atmosphere", "atmos", "sa", "supporting artists",
                   "background actors", "no of bg"),
    "unit": ("unit", "shooting unit"),
}  # fmt: skip
NAMES: Mapping[str, str] = {
    "day": "shoot day no.", "date": "date", "scene": "scene", "int_ext": "I/E", "set_name": "set",
    "day_night": "D/N", "story_day": "story day", "pages": "pages", "cast": "cast",
    "background": "background", "unit": "unit",
}  # fmt: skip

_INSIDE = {"int": "INT", "i": "INT", "interior": "INT", "ext": "EXT", "e": "EXT", "x": "EXT",
           "exterior": "EXT", "intext": "INT/EXT", "extint": "INT/EXT", "ie": "INT/EXT",
           "ei": "INT/EXT"}  # fmt: skip
_SLUG = re.compile(r"^((?:INT|EXT|I|E)(?:\.?\s*/\s*(?:INT|EXT|I|E))?)[.\s]+(?=\S)", re.IGNORECASE)
_TIME = re.compile(r"\s+[-–]+\s+(DAY|NIGHT|DUSK|DAWN|MORNING|EVENING|LATER|D|N)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: (unit, day number), its date, the scene's number or "", and the Scene's fields."""

    row: int
    day: tuple[str, int]
    date: date | None
    scene: str
    values: Mapping[str, Any]


@dataclass(slots=True)
class Reading:
    """All that was understood of a schedule, and all that was not."""

    file: str
    columns: tuple[tuple[str, str], ...] = ()
    read_as: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0

    def say(self, row: int, column: str, value: str, reason: str, severity: Severity) -> None:
        self.problems.append(Problem(self.file, row, column, value, reason, severity))

    def by_day(self) -> dict[tuple[str, int], list[Line]]:
        """The lines of each numbered day, in the list's order."""
        days: dict[tuple[str, int], list[Line]] = {}
        for line in self.lines:
            if line.day[1]:
                days.setdefault(line.day, []).append(line)
        return days


def read_schedule(file: str, sheets: Sequence[Sheet], *, month_first: bool) -> Reading:
    """Reads the first sheet that has scenes and days; BadInput if none has."""
    reading = Reading(file)
    found = None
    for sheet in sheets:
        layout = lay_out(sheet.rows, HEADERS)
        if found is None and layout is not None and layout.columns.keys() >= {"scene", "day"}:
            found = layout
            reading.read_as.append(sheet.read_as)
        else:
            reading.say(0, "", sheet.title, "this sheet has no schedule; passed over.", "note")
    if found is None:
        raise BadInput(
            f"No columns of days and scenes were found in {file}. Give the schedule a row of "
            "headers, as in Day, Date, Scene, I/E, Set, D/N, Pages, Cast, BG."
        )
    reading.columns = found.understood(NAMES)
    for header in found.passed_over():
        reading.say(found.header, header, "", "this column has no place here; passed over.", "note")
    order = _order(reading, found, month_first)
    before = Line(0, ("Main", 0), None, "", {})
    for row in found.body:
        reading.rows += 1
        line = _line(reading, found, row, order, before)
        if line is not None:
            reading.lines.append(line)
            before = line
    return reading


def _order(reading: Reading, layout: Layout, month_first: bool) -> Order:
    cells = list(_dates(layout, layout.body))
    order = order_of(cells, month_first=month_first)
    open_ = [said(cell) for cell in cells if ambiguous(cell)]
    if open_ and order.known:
        reading.read_as.append(f"dates as {order}, as those show that are past the 12th")
    elif open_:
        reason = f"{len(open_)} dates can be read two ways, as this one; read as {order}."
        reading.say(0, "date", min(open_), reason, "doubt")
    return order


def _dates(layout: Layout, rows: Sequence[Row]) -> Iterator[str | date]:
    for row in rows:
        for at in layout.columns.get("date", ()):
            if row.text(at):
                yield row.cells[at]


def _line(reading: Reading, layout: Layout, row: Row, order: Order, before: Line) -> Line | None:
    """The row as a line; one that names neither a scene nor a day is listed."""
    scene = " ".join(layout.text(row, "scene").split())
    written = layout.text(row, "day")
    number = None if read_day(written, order) else re.search(r"\d{1,4}", written)
    if _banner(scene, layout.text(row, "pages")):
        scene = ""
    if not scene and not number:
        what = " / ".join(row.filled())[:80]
        reading.say(row.number, "", what, "no scene number in this row; passed over.", "note")
        return None
    if written and not number:
        reason = "no day number; the scene stands without a day."
        reading.say(row.number, "day", written, reason, "error")
    unit = " ".join(layout.text(row, "unit").split()) or (before.day[0] if not written else "Main")
    day = (unit, int(number[0]) if number else 0)
    when = None
    for cell in _dates(layout, [row]):
        when = read_day(cell, order)
        if when is None:
            reason = "not a whole date. Write it as in 2026-07-13."
            reading.say(row.number, "date", said(cell), reason, "error")
    if not written and before.row:  # written once for the rows below it, as in merged cells
        day, when = before.day, when or before.date
    return Line(row.number, day, when, scene, _values(reading, layout, row) if scene else {})


def _values(reading: Reading, layout: Layout, row: Row) -> dict[str, Any]:
    set_name = _tidy(layout.text(row, "set_name"))
    inside, day_night = layout.text(row, "int_ext"), _tidy(layout.text(row, "day_night"))
    if not inside and (slug := _SLUG.match(set_name)):
        inside, set_name = slug[1], set_name[slug.end() :]
        if not day_night and (time := _TIME.search(set_name)):
            day_night, set_name = time[1], set_name[: time.start()]
    if inside and squashed(inside) not in _INSIDE:
        reading.say(row.number, "I/E", inside, "neither INT nor EXT; left blank.", "error")
    return {
        "int_ext": _INSIDE.get(squashed(inside), ""),
        "set_name": set_name,
        "day_night": day_night,
        "story_day": _tidy(layout.text(row, "story_day")),
        "pages": _pages(reading, layout, row),
        "cast": cast_numbers(layout.text(row, "cast")),
        "background": _background(reading, layout, row),
    }


def _pages(reading: Reading, layout: Layout, row: Row) -> int:
    for at in layout.columns.get("pages", ()):
        if at >= len(row.cells) or not folded(row.text(at)):
            continue
        cell = row.cells[at]
        if isinstance(cell, date):
            reason = "the spreadsheet made a date of it; left blank. Write it as text, as in 7/8."
            reading.say(row.number, "pages", said(cell), reason, "error")
            continue
        try:
            return read_eighths(cell)
        except BadInput as error:
            reading.say(row.number, "pages", cell, f"left blank. {error.sentence}", "error")
    return 0


def _background(reading: Reading, layout: Layout, row: Row) -> int:
    text = layout.text(row, "background")
    number = re.search(r"\d+", text.replace(",", ""))
    if folded(text) in ("", "none", "no", "n a", "tbd"):
        return 0
    if number is None or len(number[0]) > 6:
        reading.say(row.number, "background", text, "no number; left blank.", "error")
        return 0
    return int(number[0])


def cast_numbers(text: str) -> frozenset[str]:
    """`13 15`, `1, 2, 4-6`, `1. 2.`: the numbers one by one, without leading noughts."""
    numbers: set[str] = set()
    for word in re.split(r"[\s,;/&]+", re.sub(r"\s*[-–]\s*", "-", text)):
        bare = word.strip(".#()").upper()
        span = re.fullmatch(r"(\d{1,3})-(\d{1,3})", bare)
        if span and int(span[1]) < int(span[2]) <= int(span[1]) + 100:
            numbers |= {str(n) for n in range(int(span[1]), int(span[2]) + 1)}
        elif bare.strip("-"):
            numbers.add(bare.lstrip("0") or "0")
    return frozenset(numbers)


def _banner(scene: str, pages: str) -> bool:
    """`END OF DAY 3`, `COMPANY MOVE`, `LUNCH`: strips between the scenes."""
    return not pages and (not re.search(r"\d", scene) or (len(scene) > 12 and " " in scene))


def _tidy(text: str) -> str:
    return " ".join(text.split())
