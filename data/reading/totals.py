"""What was paid: told by the words beside the sums, and by sums that come out.

A word alone is not believed. Cash less change, or what goes before plus tax and rounding, says the
total again; a sum that comes out outweighs a word that may be misread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final, Literal

from data.reading import words
from data.reading.amounts import Amount, amounts_in, whole_amounts_in
from data.reading.lines import Line, beside, usual_height

Role = Literal["total", "subtotal", "tax", "adjusts", "paid", "change", "counted", "other"]
CERTAIN, LIKELY, COMES_OUT, ADDS_UP, AGAIN, LARGER, REPEATED = 3.0, 2.0, 2.5, 2.0, 0.5, 0.4, -1.0
MOST_PARTS: Final = 7


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount on the slip, and what the words beside it make of it."""

    value: Decimal
    line: Line
    role: Role
    weight: float


def total_on(lines: Sequence[Line]) -> Sum | None:
    """The likeliest total with its place; None where no amount can be read."""
    sums = sums_on(lines)
    positive = {s.value for s in sums if s.value > 0}
    if not positive:
        return None
    scored = {value: _evidence(value, sums) for value in positive}
    best = max(scored, key=lambda value: (scored[value], value))
    return max((s for s in sums if s.value == best), key=lambda s: (s.weight, s.line.level.top))


def sums_on(lines: Sequence[Line]) -> list[Sum]:
    """Every amount with its role, from top to bottom."""
    tall, behind = usual_height(lines), _summary_begins(lines)
    sums = []
    for line, amount in _amounts(lines):
        role, weight = _role(line, amount, lines)
        weight += LARGER if role == "total" and line.level.height > 1.35 * tall else 0.0
        if behind is not None and line.level.top >= behind:
            role, weight = "other", REPEATED
        sums.append(Sum(amount.value, line, role, weight))
    return sums


def _amounts(lines: Sequence[Line]) -> list[tuple[Line, Amount]]:
    """Those with decimals; or the others, where a currency has none.

    It has none if no amount on the slip has any. A single one may be a weight or litres: it is
    believed by the words beside it, or if no other says what was paid either.
    """
    fine = [(line, amount) for line in lines for amount in amounts_in(line.text)]
    if len(fine) > 1 or _says_what_was_paid(fine, lines):
        return fine
    whole = [(line, amount) for line in lines for amount in whole_amounts_in(line.text)]
    return whole if not fine or _says_what_was_paid(whole, lines) else fine


def _says_what_was_paid(amounts: Iterable[tuple[Line, Amount]], lines: Sequence[Line]) -> bool:
    return any(_role(line, amount, lines)[0] in ("total", "paid") for line, amount in amounts)


def role_of(label: str) -> tuple[Role, float]:
    """What an amount is with these words beside it, and how much that says for a total."""
    text = words.squeezed(label)
    inclusive = words.has(text, words.INCLUSIVE)
    if words.has(text, words.COUNTED):
        return "counted", -1.0
    if words.has(text, words.CHANGE) and not words.has(text, words.NOT_PAID):
        return "change", -2.0
    if words.has(text, words.SUBTOTAL):
        return "subtotal", 0.3
    if words.has(text, words.CERTAIN):
        return "total", CERTAIN
    if words.has(text, words.ADJUSTS):
        return "adjusts", -1.0
    if words.has(text, words.TAX) and not (inclusive and words.has(text, words.LIKELY)):
        return "tax", -1.0
    if words.has(text, words.PAID) and not words.has(text, words.NOT_PAID):
        return "paid", 0.2
    return ("total", LIKELY) if words.has(text, words.LIKELY) else ("other", 0.0)


def _role(line: Line, amount: Amount, lines: Sequence[Line]) -> tuple[Role, float]:
    row = beside(line, lines)
    left = [other.text for other in row if other.level.left < line.level.left]
    role, weight = role_of(" ".join([*left, amount.before]))
    if role == "other" and not any(map(str.isalpha, "".join(left) + amount.before)):
        above = _label_above(line, lines)
        role, weight = role_of(above) if above else (role, weight)
    elsewhere = sum(1 for other in row for _ in amounts_in(other.text))
    return role, weight + (REPEATED if role == "total" and elsewhere > 1 else 0.0)


def _label_above(line: Line, lines: Sequence[Line]) -> str:
    """The words of the line just above, if they stand there without an amount of their own."""
    over = [
        other
        for other in lines
        if 0 < line.level.middle - other.level.middle < 1.6 * line.level.height
    ]
    if any(True for other in over for _ in amounts_in(other.text)):
        return ""
    return " ".join(other.text for other in over)


def _summary_begins(lines: Sequence[Line]) -> float | None:
    heads = [
        line.level.top for line in lines if words.has(words.squeezed(line.text), words.SUMMARY)
    ]
    return min(heads, default=None)


def _evidence(value: Decimal, sums: list[Sum]) -> float:
    mine = [s for s in sums if s.value == value]
    weight = max(s.weight for s in mine) + AGAIN * (len({s.role for s in mine}) > 1)
    if value in _paid_less_change(sums):
        weight += COMES_OUT
    taxes, adjusts = (_values(sums, role) for role in ("tax", "adjusts"))
    if any(value - base in _reached([*taxes, *adjusts]) for base in _values(sums, "subtotal")):
        weight += ADDS_UP
    elif any(value - base in _reached(adjusts) for base in _values(sums, "total")):
        weight += ADDS_UP  # a total, and what is left of it when it is rounded
    return weight


def _paid_less_change(sums: list[Sum]) -> set[Decimal]:
    paid = {s.value for s in sums if s.role == "paid"}
    change = {s.value for s in sums if s.role == "change"}
    return {given - back for given in paid for back in change if given > back}


def _values(sums: list[Sum], role: Role) -> list[Decimal]:
    return list(dict.fromkeys(s.value for s in sums if s.role == role and s.value))


def _reached(parts: Iterable[Decimal]) -> set[Decimal]:
    """Every sum of some of the parts; a discount may be printed with its minus or without."""
    parts = list(parts)[:MOST_PARTS]
    parts = [*parts, *(-part for part in parts if part > 0)]
    return {sum(some, Decimal(0)) for n in (1, 2, 3) for some in combinations(parts, n)} - {0}
