"""What an hour is worth: a rate with guaranteed hours holds more pay hours than clock hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from data.rules.pack import Tier

EIGHT = 8 * 60

GUARANTEE = (Tier(EIGHT, Decimal("1.5")), Tier(12 * 60, Decimal(2)))
"""How a guarantee of more than eight hours is taken apart in the US."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A person's pay: exact by the hour, and a day's, which is eight hours' unless it is said."""

    hourly: Fraction
    day: Fraction


def by_the_hour(rate: Decimal) -> Rate:
    return Rate(Fraction(rate), Fraction(rate) * 8)


def by_the_day(rate: Decimal, hours: Decimal | int = 8, tiers: Sequence[Tier] = GUARANTEE) -> Rate:
    """A day's rate that buys so many hours: 14 pay hours in a 12-hour day."""
    return Rate(Fraction(rate) / pay_hours(hours, tiers), Fraction(rate))


def pay_hours(hours: Decimal | int, tiers: Sequence[Tier] = GUARANTEE) -> Fraction:
    """Each hour of the guarantee counted as often as it is paid."""
    minutes = Fraction(hours) * 60
    edges = [Fraction(0), *(Fraction(tier.over) for tier in tiers), None]
    multiples = [Decimal(1), *(tier.multiple for tier in tiers)]
    paid = Fraction(0)
    for start, end, multiple in zip(edges, edges[1:], multiples, strict=False):
        upto = minutes if end is None else min(minutes, end)
        if start is not None and upto > start:
            paid += (upto - start) * Fraction(multiple)
    return paid / 60
