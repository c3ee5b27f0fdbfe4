"""Law, agreement and deal over one day: of each topic the most favourable, and why it is that.

Ties go to the agreement over the law, and to the deal over both. Where a rate is not known here and
hours of pay stand against money, nothing is compared: the agreement is shown, and that is said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from data.rules.events import PersonDay
from data.rules.library import Stack
from data.rules.meals import GraceClaim, meal_penalties
from data.rules.minutes import At
from data.rules.overtime import NO_HOURS, consecutive_day, day_hours
from data.rules.pack import RulePack
from data.rules.pay import Rate
from data.rules.prices import Price
from data.rules.results import DayHours, MealPenalties, Reckoned
from data.rules.why import Step

NO_RULES = RulePack(
    id="no-rules",
    version=1,
    name="no law and no agreement is known",
    kind="law",
    jurisdiction="",
    source="the clock alone",
    effective_from=date.min,
)
"""Hours are counted all the same."""


def reckon(
    day: PersonDay,
    stack: Stack,
    *,
    now: At | None = None,
    rate: Rate | None = None,
    earlier_in_week: int = 0,
    grace: GraceClaim | None = None,
    worked: Collection[date] = (),
    late_notice: bool = False,
) -> Reckoned:
    """Penalties and hours of one day. `worked` are the days they worked before it, for the sixth
    and seventh; `earlier_in_week` the meal penalties they have had this week."""
    hourly = rate.hourly if rate is not None else None
    bills = [
        bill
        for pack in stack.meal_packs
        for bill in (
            meal_penalties(
                day, pack, now=now, hourly=hourly, earlier_in_week=earlier_in_week, grace=grace
            ),
        )
        if bill is not None
    ]
    days = [
        hours
        for pack in [each for each in stack.packs if each.hours] or [NO_RULES]
        for hours in (
            day_hours(
                day,
                pack,
                now=now,
                rate=rate,
                late_notice=late_notice,
                consecutive=_running(worked, day.day, pack),
            ),
        )
        if hours is not None
    ]
    steps: list[Step] = []
    best_bill = _best_bill(bills, rate, steps)
    best_hours = _best_hours(days, steps)
    lost: tuple[MealPenalties | DayHours, ...] = (
        *(each for each in bills if each is not best_bill),
        *(each for each in days if each is not best_hours),
    )
    made = (best_bill.steps if best_bill else (), best_hours.steps if best_hours else ())
    return Reckoned(
        best_bill,
        best_hours,
        min((each.due for each in bills if each.due is not None), default=None),
        lost,
        (*stack.steps, *made[0], *made[1], *steps),
        day.estimated,
    )


def favoured(prices: Sequence[Price], hourly: Fraction | None) -> int:
    """Which of them is the most favourable; the later of equals."""
    best = len(prices) - 1
    for place in range(len(prices) - 2, -1, -1):
        if _more(prices[place], prices[best], hourly):
            best = place
    return best


def _more(one: Price, other: Price, hourly: Fraction | None) -> bool:
    if hourly is not None:
        return _money(one, hourly) > _money(other, hourly)
    no_less = one.fixed >= other.fixed and one.rate_hours >= other.rate_hours
    return no_less and (one.fixed, one.rate_hours) != (other.fixed, other.rate_hours)


def _money(price: Price, hourly: Fraction) -> Fraction:
    return Fraction(price.fixed) + price.rate_hours * hourly


def _best_bill(
    bills: list[MealPenalties], rate: Rate | None, steps: list[Step]
) -> MealPenalties | None:
    if not bills:
        return None
    prices = [Price(each.count, each.fixed, each.rate_hours) for each in bills]
    best = bills[favoured(prices, rate.hourly if rate is not None else None)]
    for other in bills:
        if other is best or not (other.count or best.count):
            continue
        if best.amount is not None and other.amount is not None:
            said = "meal penalties: {} by {}, {} by {}: the more favourable counts"
            steps.append(Step(said, (best.amount, best.pack, other.amount, other.pack)))
        else:
            said = (
                "meal penalties: {} is shown; {} gives {} h pay and {}, which no rate here prices"
            )
            values = (best.pack, other.pack, other.rate_hours, other.fixed)
            steps.append(Step(said, values))
    return best


def _best_hours(days: list[DayHours], steps: list[Step]) -> DayHours | None:
    if not days:
        return None
    best = max(reversed(days), key=_worth)
    for other in days:
        if other is not best:
            said = "hours: {} pay hours by {}, {} by {}: the more favourable counts"
            steps.append(Step(said, (best.pay_hours, best.pack, other.pay_hours, other.pack)))
    return best


def _worth(hours: DayHours) -> tuple[Decimal, Decimal]:
    worth = hours.pay_minutes + hours.days * 480
    return (worth if hours.amount is None else hours.amount), worth


def _running(worked: Collection[date], day: date, pack: RulePack) -> int:
    if not worked:
        return 1
    return consecutive_day(worked, day, (pack.hours or NO_HOURS).week_starts)
