"""Dates as offices write them: ISO, 06/15/2026, 15.06.2026, 01-Jun-26, Mon July 13, 2026.

Whether 06/07 is June or July is decided for a whole column, from those of its cells that can be
read in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from data.imports.sheets import Cell

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ].*)?$")
_NUMBERS = re.compile(r"^(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})$")
_DAY_FIRST = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th)?[-\s./]*([a-z]{3,9})\.?[-\s,./]*'?(\d{4}|\d\d)$"
)
_MONTH_FIRST = re.compile(
    r"^([a-z]{3,9})\.?[-\s]*(\d{1,2})(?:st|nd|rd|th)?[-\s,./]+'?(\d{4}|\d\d)$"
)
_EXCEL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Order:
    """How a column writes 06/07/2026; `known` when its own cells say so."""

    month_first: bool
    known: bool

    def __str__(self) -> str:
        return "month/day/year" if self.month_first else "day/month/year"


def order_of(cells: Iterable[Cell], *, month_first: bool) -> Order:
    """The order that the column's unambiguous cells agree on; `month_first` where none does."""
    seen = set()
    for cell in cells:
        found = _numbers(cell)
        if found and found[2] != "." and (int(found[1]) > 12) != (int(found[3]) > 12):
            seen.add(int(found[3]) > 12)
    return Order(seen.pop(), True) if len(seen) == 1 else Order(month_first, False)


def ambiguous(cell: Cell) -> bool:
    """Whether the cell alone does not say which number is the month."""
    found = _numbers(cell)
    if found is None or found[2] == "." or found[1] == found[3]:
        return False
    return int(found[1]) <= 12 and int(found[3]) <= 12


def read_day(cell: Cell, order: Order) -> date | None:
    """The date, or None where it cannot be read or its year is missing."""
    if isinstance(cell, date):
        return cell
    text = _WEEKDAY.sub("", cell.strip().lower())
    if found := _ISO.match(text):
        return _day(found[1], found[2], found[3])
    if found := _NUMBERS.match(text):
        month_first = order.month_first and found[2] != "."
        month, day = (found[1], found[3]) if month_first else (found[3], found[1])
        if int(month) > 12:
            month, day = day, month
        return _day(found[4], month, day)
    if found := _DAY_FIRST.match(text):
        return _day(found[3], _month(found[2]), found[1])
    if found := _MONTH_FIRST.match(text):
        return _day(found[3], _month(found[1]), found[2])
    if re.fullmatch(r"20\d{6}", text):
        return _day(text[:4], text[4:6], text[6:])
    if re.fullmatch(r"[345]\d{4}", text):  # a date that lost its format is a count of days
        return _EXCEL_ZERO + timedelta(days=int(text))
    return None


def _numbers(cell: Cell) -> re.Match[str] | None:
    return None if isinstance(cell, date) else _NUMBERS.match(_WEEKDAY.sub("", cell.strip()))


def _month(word: str) -> str:
    return str(_MONTHS.index(word[:3]) + 1) if word[:3] in _MONTHS else "0"


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
