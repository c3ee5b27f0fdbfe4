"""What a delay costs by an agreement's table: bands, escalators, caps; and when it costs more next.

Kept by its arguments: on a board the same few delays are priced over and over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from data.rules.pack import MealRules
from data.rules.why import cents

NOTHING = Decimal(0)
NO_PAY = Fraction(0)


@dataclass(frozen=True, slots=True)
class Price:
    """What a delay costs: so many penalties, so much money, so many hours of the person's pay."""

    count: int = 0
    fixed: Decimal = NOTHING
    rate_hours: Fraction = NO_PAY

    @property
    def money(self) -> tuple[Decimal, Fraction]:
        return self.fixed, self.rate_hours

    def in_money(self, hourly: Fraction | None) -> Decimal | None:
        """None where it takes a rate that is not known here."""
        if not self.rate_hours:
            return self.fixed
        return None if hourly is None else cents(Fraction(self.fixed) + self.rate_hours * hourly)


@lru_cache(maxsize=4096)
def price(rules: MealRules, late: int, earlier_in_week: int = 0) -> Price:
    """The bill of one delay of `late` minutes, after so many penalties earlier in the week."""
    if late <= 0 or not rules.schedule:
        return Price()
    count, fixed, hours = 0, NOTHING, NO_PAY
    for amount, rate_hours in _units(rules, max(late, rules.least_credit)):
        count += 1
        for escalator in rules.escalators:
            after, nth = escalator.after_in_week, escalator.from_nth_in_delay
            if after is not None and earlier_in_week + count > after:
                amount, rate_hours = NOTHING, escalator.rate_hours or NO_PAY
            if nth is not None and count >= nth:
                fixed += escalator.add or NOTHING
        fixed, hours = fixed + amount, hours + rate_hours
    if rules.cap is not None:
        fixed = min(fixed, rules.cap)
    if rules.cap_rate_hours is not None:
        hours = min(hours, rules.cap_rate_hours)
    return Price(count, fixed, hours)


def _units(rules: MealRules, late: int) -> Iterator[tuple[Decimal, Fraction]]:
    """The priced stretches of a delay, one after another."""
    past = 0
    for place, band in enumerate(rules.schedule):
        endless = band.minutes is None or (place == len(rules.schedule) - 1 and rules.repeat_last)
        end = late if endless or band.minutes is None else min(late, past + band.minutes)
        length = end - past
        if length <= 0:
            return
        units = -(-length // band.unit) if rules.fraction_counts else length // band.unit
        for unit in range(units):
            part = Fraction(1)
            if band.prorated:
                part = min(part, Fraction(length - unit * band.unit, band.unit))
            yield (band.amount or NOTHING) * _decimal(part), (band.rate_hours or NO_PAY) * part
        past = end


def _decimal(part: Fraction) -> Decimal:
    return Decimal(part.numerator) / part.denominator


@lru_cache(maxsize=4096)
def next_rise(rules: MealRules, late: int, earlier_in_week: int = 0) -> int | None:
    """The delay, in minutes, at which the bill grows next; None if it never does again."""
    if not rules.schedule:
        return None
    if late < 0:
        late = 0
    now = price(rules, late, earlier_in_week)
    widest = max(band.unit for band in rules.schedule)
    for more in range(late + 1, late + widest + rules.least_credit + 1):
        if price(rules, more, earlier_in_week).money != now.money:
            return more
    return None
