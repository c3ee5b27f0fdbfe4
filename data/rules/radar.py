"""What is about to happen to one person: the next meal penalty, their hours, tomorrow's call.

A board asks this of 400 people at every redraw. So a `Watch` is made when a person's events change,
and holds their day as numbers; `radar` only subtracts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from data.rules.events import Ask, PersonDay
from data.rules.library import Stack
from data.rules.meals import GraceClaim, meal_penalties
from data.rules.minors import Child
from data.rules.minutes import DAY_OF_MINUTES, At, minute
from data.rules.overtime import NO_HOURS, deductions
from data.rules.pack import MealRules, RulePack
from data.rules.pay import Rate
from data.rules.prices import NOTHING, Price, next_rise, price
from data.rules.results import Forced, MinorDay
from data.rules.stack import favoured
from data.rules.turnaround import USUAL, RestTerms, forced, minor, rest

State = Literal["away", "working", "at a meal", "out"]


@dataclass(frozen=True, slots=True)
class MealClock:
    """One pack's meal clock: what the day has cost so far, and when the next meal is due."""

    rules: MealRules
    settled: Price
    premium_owed: bool
    earlier: int
    due: At | None

    def bill(self, late: int) -> Price:
        more = price(self.rules, late, self.earlier)
        hours = self.settled.rate_hours + more.rate_hours
        count = self.settled.count + more.count
        if late > 0 and self.rules.premium_hours is not None and not self.premium_owed:
            count, hours = count + 1, hours + self.rules.premium_hours
        return Price(count, self.settled.fixed + more.fixed, hours)

    def rise(self, late: int) -> int | None:
        """The delay at which the bill grows next."""
        if late < 1 and self.rules.premium_hours is not None and not self.premium_owed:
            return 1
        return next_rise(self.rules, max(late, 0), self.earlier)


@dataclass(frozen=True, slots=True)
class Watch:
    """One person's day laid out for the radar, good until one of their events changes."""

    day: PersonDay
    stack: Stack
    state: State
    clocks: tuple[MealClock, ...]
    off: int
    open_meal: At | None
    most: int
    rest_minutes: int | None
    earliest: At | None
    terms: RestTerms
    rate: Rate | None
    child: Child | None
    proposed: At | None


@dataclass(frozen=True, slots=True)
class Radar:
    """One person at one minute. Money is None where it takes a rate that is not known here.

    `meal_in` counts down to the time the next meal is due and below it; `next_in` to the last
    minute before the bill grows by `next_cost`, or by `next_hours` of pay.
    """

    state: State
    worked: int
    meal_in: int | None
    penalties: int
    cost: Decimal | None
    next_in: int | None
    next_cost: Decimal | None
    next_hours: Fraction
    earliest_call: At | None
    forced: Forced | None
    minor: MinorDay | None
    asks: tuple[Ask, ...]
    estimated: bool

    @property
    def worked_tenths(self) -> int:
        return -(-self.worked // 6)


def watch(
    day: PersonDay,
    stack: Stack,
    *,
    rate: Rate | None = None,
    child: Child | None = None,
    proposed: datetime | None = None,
    earlier_in_week: int = 0,
    grace: GraceClaim | None = None,
    terms: RestTerms = USUAL,
) -> Watch:
    """`proposed` is tomorrow's call as it is drafted; `terms` are those of the rest before it."""
    if child is not None:
        terms = replace(terms, child=True)
    hours = next((p.hours for p in reversed(stack.packs) if p.hours), NO_HOURS)
    over = max((meal.back for meal in day.meals if meal.back is not None), default=At(0))
    open_meal = next((m.out for m in day.meals if m.back is None and not m.walking), None)
    off = [minutes for out, minutes in deductions(day, hours, day.left or over) if out != open_meal]
    if day.french_hours or day.left is not None:
        open_meal = None
    gone = rest(day, stack, terms=terms) if day.left is not None else None
    clocks = [_clock(day, pack, earlier_in_week, grace) for pack in stack.meal_packs]
    return Watch(
        day,
        stack,
        _state(day),
        tuple(clock for clock in clocks if clock is not None),
        sum(off),
        open_meal,
        hours.deduction.most,
        _rest_minutes(day, stack, terms),
        gone.earliest if gone is not None else None,
        terms,
        rate,
        child,
        minute(proposed) if proposed is not None else None,
    )


def radar(watched: Watch, now: At) -> Radar:
    """The person as of `now`."""
    day = watched.day
    bill, meal_in, next_in, growth = _meals(watched, now)
    hourly = watched.rate.hourly if watched.rate is not None else None
    earliest = _earliest(watched, now)
    cost = None
    if watched.proposed is not None and earliest is not None and watched.proposed < earliest:
        cost = forced(
            day, watched.stack, watched.proposed, now=now, terms=watched.terms, rate=watched.rate
        )
    return Radar(
        watched.state,
        _worked(watched, now),
        meal_in,
        bill.count,
        bill.in_money(hourly),
        next_in,
        None if growth is None else growth.in_money(hourly),
        Fraction(0) if growth is None else growth.rate_hours,
        earliest,
        cost,
        None if watched.child is None else minor(day, watched.child, watched.stack, now=now),
        day.asks,
        day.estimated,
    )


def _state(day: PersonDay) -> State:
    if day.came is None:
        return "away"
    if day.left is not None:
        return "out"
    return "at a meal" if any(m.back is None and not m.walking for m in day.meals) else "working"


def _clock(
    day: PersonDay, pack: RulePack, earlier: int, grace: GraceClaim | None
) -> MealClock | None:
    settled = meal_penalties(day, pack, earlier_in_week=earlier, grace=grace)
    if settled is None or pack.meals is None:
        return None
    so_far = Price(settled.count, settled.fixed, settled.rate_hours)
    counted = earlier + sum(delay.count for delay in settled.delays)
    return MealClock(pack.meals, so_far, bool(settled.delays), counted, settled.due)


def _meals(watched: Watch, now: At) -> tuple[Price, int | None, int | None, Price | None]:
    """The bill now, minutes to the meal, minutes to the next rise, and how much that one is."""
    clocks = watched.clocks
    if not clocks:
        return Price(), None, None, None
    hourly = watched.rate.hourly if watched.rate is not None else None
    bill = _bill(clocks, now, hourly)
    dues = [clock.due for clock in clocks if clock.due is not None]
    if not dues:
        return bill, None, None, None
    at = _next_rise(clocks, now)
    # A bill that none of the packs makes dearer within a day is not waited for.
    while at is not None and at - now < DAY_OF_MINUTES:
        then = _bill(clocks, at, hourly)
        if then.money != bill.money:
            # Where the two prices come from different packs, one part may fall as the other rises.
            fixed, hours = then.fixed - bill.fixed, then.rate_hours - bill.rate_hours
            more = Price(0, max(fixed, NOTHING), max(hours, Fraction(0)))
            if hourly is not None:
                rise = _in_money(then, hourly) - _in_money(bill, hourly)
                more = Price(0, rise, Fraction(0))
            return bill, min(dues) - now, at - 1 - now, more
        at = _next_rise(clocks, at)
    return bill, min(dues) - now, None, None


def _in_money(bill: Price, hourly: Fraction) -> Decimal:
    money = bill.in_money(hourly)
    assert money is not None
    return money


def _bill(clocks: tuple[MealClock, ...], now: At, hourly: Fraction | None) -> Price:
    bills = [
        clock.settled if clock.due is None else clock.bill(now - clock.due) for clock in clocks
    ]
    return bills[0] if len(bills) == 1 else bills[favoured(bills, hourly)]


def _next_rise(clocks: tuple[MealClock, ...], now: At) -> At | None:
    rises = []
    for clock in clocks:
        if clock.due is not None and (late := clock.rise(now - clock.due)) is not None:
            rises.append(clock.due + late)
    return At(min(rises)) if rises else None


def _worked(watched: Watch, now: At) -> int:
    day = watched.day
    if day.began is None:
        return 0
    ends = day.left if day.left is not None else now
    eating = 0
    if watched.open_meal is not None:
        eating = min(max(0, ends - watched.open_meal), watched.most)
    return max(0, ends - day.began - watched.off - eating)


def _rest_minutes(day: PersonDay, stack: Stack, terms: RestTerms) -> int | None:
    """The rest that is due whenever they leave, if no weekly rest has a say in it."""
    if day.began is None or day.left is not None or terms.worked_days is not None:
        return None
    found = rest(day, stack, now=day.began, terms=terms)
    return found.minutes if found is not None else None


def _earliest(watched: Watch, now: At) -> At | None:
    day = watched.day
    if watched.earliest is not None or day.began is None or day.left is not None:
        return watched.earliest
    if watched.rest_minutes is not None:
        return At(max(now, day.began) + watched.rest_minutes)
    if watched.terms.worked_days is None:
        return None
    found = rest(day, watched.stack, now=now, terms=watched.terms)
    return found.earliest if found is not None else None
