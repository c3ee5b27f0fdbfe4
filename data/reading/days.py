"""The date of purchase among the dates that a slip prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from data.reading.lines import Line, beside

_NUMBERS = re.compile(
    r"(?<!\d)(?P<a>\d{1,2})\s?(?P<mark>[/.-])\s?(?P<b>\d{1,2})\s?(?P=mark)\s?"
    r"(?P<y>(?:19|20)\d\d|\d\d(?=\D|$|\d{1,2}:\d\d))"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<mark>[/.年-])\s?(?P<a>\d{1,2})(?:(?P=mark)|月)\s?(?P<b>\d{1,2})"
)
_WORDS = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?[\s./-]*(?:de\s)?(?P<m>[^\W\d_]{3,10})\.?[\s,./-]*"
    r"(?:de\s)?'?(?P<y>(?:19|20)\d\d|\d\d(?!\d))"
)
_WORDS_FIRST = re.compile(
    r"(?P<m>[^\W\d_]{3,10})\.?\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s,]+(?P<y>(?:19|20)\d\d)"
)
_MONTHS = (
    "jan|feb|mar mär maa mrt|apr avr abr|may mai maj mei mag|jun jui giu cze|jul juil lug lip|"
    "aug aou aoû ago sie|sep set wrz|oct okt ott out paz|nov lis|dec dez déc dic des gru"
)
MONTHS = {word: n for n, words in enumerate(_MONTHS.split("|"), 1) for word in words.split()}
MONTHS |= {"juin": 6, "juil": 7, "marz": 3}
_SAYS_DATE = re.compile(
    r"(?i)\b(inv|bill|biz|trans|sale)?\s*(date|datum|data|fecha|dato|dt)\b|日付"
)
_OTHER = re.compile(
    r"(?i)\b(valid|expir\w*|exp|due|until|before|best|return|since|from|delivery|birth|printed|prn)"
)
_AMERICAN = re.compile(r"(?<![A-Za-z])[A-Z]{2}[\s,.]+\d{5}(?:-\d{4})?(?!\d)|(?i:\bsales tax\b)")


@dataclass(frozen=True, slots=True)
class Dated:
    day: date
    line: Line
    text: str


def american(lines: Sequence[Line]) -> bool:
    """Whether the slip writes the month first: a state with its ZIP code, or a sales tax."""
    return any(_AMERICAN.search(line.text) for line in lines)


def date_on(
    lines: Sequence[Line], *, latest: date, month_first: bool | None = None
) -> Dated | None:
    """The likeliest date of purchase not after `latest`.

    The day comes first unless the slip is American or another of its dates can only be read the
    other way; `month_first` says what is known from elsewhere.
    """
    if month_first is None:
        month_first = _order_told(lines)
    found = [
        Dated(day, line, line.text)
        for line in lines
        for day in days_in(line.text, month_first=month_first)
        if date(2000, 1, 1) <= day <= latest
    ]
    return max(found, key=lambda dated: _weight(dated, lines, found), default=None)


def days_in(text: str, *, month_first: bool) -> Iterator[date]:
    """Every date that a line of text tells."""
    for match in _YEAR_FIRST.finditer(text):
        yield from _day(int(match["y"]), int(match["a"]), int(match["b"]))
    for match in _NUMBERS.finditer(text):
        a, b, year = int(match["a"]), int(match["b"]), _year(match["y"])
        first = month_first if max(a, b) <= 12 else b > 12
        yield from _day(year, *((a, b) if first else (b, a)))
    for pattern in (_WORDS, _WORDS_FIRST):
        for match in pattern.finditer(text):
            month = _month(match["m"])
            if month:
                yield from _day(_year(match["y"]), month, int(match["d"]))


def _month(word: str) -> int:
    plain = word.casefold()
    return MONTHS.get(plain[:4]) or MONTHS.get(plain[:3], 0)


def _order_told(lines: Sequence[Line]) -> bool:
    for line in lines:
        for match in _NUMBERS.finditer(line.text):
            a, b = int(match["a"]), int(match["b"])
            if a <= 12 < b <= 31 or b <= 12 < a <= 31:
                return b > 12
    return american(lines)


def _weight(dated: Dated, lines: Sequence[Line], all_of_them: list[Dated]) -> tuple[float, float]:
    around = " ".join([dated.text, *(other.text for other in beside(dated.line, lines))])
    weight = 2.0 * bool(_SAYS_DATE.search(around)) - 3.0 * bool(_OTHER.search(around))
    weight += 0.8 * bool(re.search(r"\d{1,2}[:.]\d\d", around.replace(str(dated.day), "")))
    weight += 0.4 * (sum(other.day == dated.day for other in all_of_them) - 1)
    return weight, -dated.line.level.top  # of equals the upper one


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
