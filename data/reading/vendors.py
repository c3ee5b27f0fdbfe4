"""The shop's name: one of the top lines, by what it says, where it stands and how large it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from data.reading.amounts import amounts_in
from data.reading.days import days_in
from data.reading.lines import Line, usual_height
from data.reading.words import ADDRESS, LEGAL, OTHER, TRADES

LOOKED_AT: Final = 12
"""Lines from the top; a name stands above the goods."""
_TRAILING = re.compile(r"\s*[(（][\w\s.:/-]*\d[\w\s.:/-]*[)）]?\s*$|\s+\d{4,}[-\w]*$")
_EDGES = " .,:;*-=_~|☆★•'\"`<>#"


def vendor_on(lines: Sequence[Line]) -> tuple[str, Line] | None:
    """The likeliest name with its line; None where nothing at the top can be one."""
    top = _above_the_goods(lines)
    if not top:
        return None
    tall, known = usual_height(lines), False
    best: tuple[float, Line] | None = None
    for n, line in enumerate(top):
        weight = _weight(line, tall) - 0.08 * n - (1.5 if known else 0.0)
        if weight > 0 and (best is None or weight > best[0]):
            best = weight, line
        known = known or bool(ADDRESS.search(line.text) or OTHER.search(line.text))
    return None if best is None else (name_in(best[1].text), best[1])


def name_in(text: str) -> str:
    """The name without the registration number that some print behind it."""
    return _TRAILING.sub("", text.strip(_EDGES)).strip(_EDGES) or text


def _above_the_goods(lines: Sequence[Line]) -> list[Line]:
    goods = [line.level.top for line in lines if any(True for _ in amounts_in(line.text))]
    ends = min(goods, default=float("inf"))
    return [line for line in lines if line.level.middle < ends][:LOOKED_AT]


def _weight(line: Line, tall: float) -> float:
    """Below nothing: it is no name."""
    text = line.text
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < 3 or len(letters) < sum(map(str.isdigit, text)):
        return -3.0
    weight = 1.0 + 0.8 * max(0.0, min(1.0, line.level.height / tall - 1.1))
    weight += 1.5 * bool(LEGAL.search(text))
    weight += 0.8 * _names_a_trade(text)
    weight -= 3.0 * bool(OTHER.search(text)) + 3.0 * any(
        True for _ in days_in(text, month_first=False)
    )
    weight -= 1.6 * bool(ADDRESS.search(text))
    if not any(letter.isupper() or not letter.islower() for letter in letters):
        weight -= 1.5  # a person wrote that on it: what a shop prints of itself has capitals
    return weight


def _names_a_trade(text: str) -> bool:
    rest = TRADES.sub("", text)
    return rest != text and sum(map(str.isalpha, rest)) >= 3
