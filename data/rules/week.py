"""Overtime that only a week shows: straight hours over forty, or over what an engagement holds.

Hours already paid at more than once are not counted again: multiples do not pyramid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from data.rules.overtime import NO_HOURS, ONE
from data.rules.pack import RulePack, Tier
from data.rules.pay import Rate
from data.rules.results import DayHours
from data.rules.why import Step, Steps, cents, hours_text, times


@dataclass(frozen=True, slots=True)
class WeekOvertime:
    """Straight minutes of a week or an engagement, those over, and what is still owed for them."""

    pack: str
    version: int
    straight: int
    over: int
    extra_pay_minutes: Decimal
    amount: Decimal | None
    steps: Steps


def weekly_overtime(
    days: Sequence[DayHours], pack: RulePack, *, rate: Rate | None = None
) -> WeekOvertime | None:
    """What the workweek owes beyond its days; None where the pack has no weekly overtime."""
    return _overtime(days, pack, (pack.hours or NO_HOURS).weekly, "week", rate)


def cumulative_overtime(
    days: Sequence[DayHours], pack: RulePack, *, rate: Rate | None = None
) -> WeekOvertime | None:
    """The same over the days of one engagement, as a three-day player's."""
    return _overtime(days, pack, (pack.hours or NO_HOURS).cumulative, "engagement", rate)


def _overtime(
    days: Sequence[DayHours], pack: RulePack, tier: Tier | None, what: str, rate: Rate | None
) -> WeekOvertime | None:
    if tier is None:
        return None
    straight = sum(part.minutes for day in days for part in day.slices if part.multiple == ONE)
    over = max(0, straight - tier.over)
    extra = over * (tier.multiple - ONE)
    said = "{} straight in the {}, {} over {}: {} on top for each"
    values = (
        hours_text(straight),
        what,
        hours_text(over),
        hours_text(tier.over),
        f"{times(tier.multiple - ONE)}x",
    )
    citation = pack.hours.citation if pack.hours is not None else ""
    step = Step(said, values, pack.cites(f"{what} overtime", citation))
    amount = None if rate is None else cents(Fraction(extra) * rate.hourly / 60)
    return WeekOvertime(pack.id, pack.version, straight, over, extra, amount, (step,))
