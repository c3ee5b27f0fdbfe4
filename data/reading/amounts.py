"""Amounts of money as slips print them: 12.50, 1,234.50, 12,50, RM 9.00, $8.20."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_AMOUNT = re.compile(
    r"(?<![\d.,:/×*])(?<!\d[-])(?P<minus>-\s?(?:RM|[$€£])?\s?|\()?"
    r"(?P<whole>\d{1,3}(?:[,.' ]\d{3})+(?=[.,])|\d{1,7})"
    r"\s?[.,]\s?(?P<cents>[\dOoCc]{2})(?![\d:%/×]|[.,]\d|\s?%|\s?(?:CM|MM|ML|KG|G|L)\b)"
)
_WHOLE = re.compile(r"(?<![\d.,:/-])(?P<whole>\d{1,3}(?:[,.]\d{3})+|\d{2,7})(?![\d:%/-]|[.,]\d)")
_LETTERS = str.maketrans("OoCc", "0000")


@dataclass(frozen=True, slots=True)
class Amount:
    """`before` and `after` are the words of its line around it."""

    value: Decimal
    before: str
    after: str


def amounts_in(text: str) -> Iterator[Amount]:
    """Every amount with two decimals; a minus before or brackets around make it less."""
    for found in _AMOUNT.finditer(text):
        whole = re.sub(r"[,.' ]", "", found["whole"])
        value = Decimal(f"{whole}.{found['cents'].translate(_LETTERS)}")
        sign = -1 if found["minus"] else 1
        yield Amount(sign * value, text[: found.start()], text[found.end() :])


def whole_amounts_in(text: str) -> Iterator[Amount]:
    """Amounts without decimals, of currencies that have none."""
    for found in _WHOLE.finditer(text):
        value = Decimal(re.sub(r"[,.]", "", found["whole"]))
        yield Amount(value, text[: found.start()], text[found.end() :])
