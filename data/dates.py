"""Days as people type them, read with the year that makes them nearest."""

from __future__ import annotations

import re
from calendar import isleap
from datetime import date

from data.errors import BadInput

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_day(text: str, *, near: date, field: str = "") -> date:
    """`2026-07-13`, `13 Jul`, `Jul 13 2026`, or `7/13` and `13.7.` as the two countries write them.

    Without a year it is the one that puts the day nearest to `near`. BadInput says how to write it.
    """
    words = text.strip().lower().replace(",", " ")
    numbers = [int(n) for n in re.findall(r"\d+", words)]
    month = next((i for i, m in enumerate(_MONTHS, 1) if re.search(rf"\b{m}", words)), 0)
    try:
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", words):
            return date(numbers[0], numbers[1], numbers[2])
        if month and 1 <= len(numbers) <= 2:
            return _nearest(month, numbers[0], numbers[1:], near)
        if re.fullmatch(r"\d{1,2}/\d{1,2}(/\d{2,4})?", words):
            return _nearest(numbers[0], numbers[1], numbers[2:], near)
        if re.fullmatch(r"\d{1,2}\.\d{1,2}\.?(\d{2,4})?", words):
            return _nearest(numbers[1], numbers[0], numbers[2:], near)
    except ValueError as error:
        raise _unreadable(text, field) from error
    raise _unreadable(text, field)


def _nearest(month: int, day: int, year: list[int], near: date) -> date:
    if year:
        return date(year[0] + (2000 if year[0] < 100 else 0), month, day)
    leap = 8 if (month, day) == (2, 29) else 1
    around = []
    for y in range(near.year - leap, near.year + leap + 1):
        if (month, day) != (2, 29) or isleap(y):
            around.append(date(y, month, day))
    return min(around, key=lambda d: abs((d - near).days))


def _unreadable(text: str, field: str) -> BadInput:
    return BadInput(f"{text!r} is not a date. Write 2026-07-13 or 13 Jul.", field=field)
