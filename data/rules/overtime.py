"""A day's hours and how often each is paid: tiers of overtime, golden time, sixth and seventh day.

A minute is paid at the best multiple that any tier gives it and never at two of them: multiples do
not pyramid. Meals come off worked time as the pack deducts them; French hours take nothing off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from data.rules.events import PersonDay
from data.rules.minutes import At, at_clock, minute, read_clock
from data.rules.pack import HoursRules, RulePack, Tier
from data.rules.pay import Rate
from data.rules.results import DayHours, Slice
from data.rules.why import Step, cents, hours_text, times

ONE = Decimal(1)
NO_DAYS = Decimal(0)

Edge = tuple[int, Decimal, Decimal | None]
"""From this worked minute on: the multiple, or the days' pay an hour."""

NO_HOURS = HoursRules()


class Sliced(NamedTuple):
    """A day's paid minutes by multiple, those of golden time, and the days' pay for them."""

    slices: tuple[Slice, ...]
    pay_minutes: Decimal
    golden: int
    days: Decimal

    def __str__(self) -> str:
        return " + ".join(f"{hours_text(s.minutes)} at {times(s.multiple)}x" for s in self.slices)


def day_hours(
    day: PersonDay,
    pack: RulePack,
    *,
    now: At | None = None,
    rate: Rate | None = None,
    consecutive: int = 1,
    late_notice: bool = False,
) -> DayHours | None:
    """The hours of one day by one pack, up to `now` while it lasts; None for who was not there.

    `consecutive` is which day running of the workweek it is (`consecutive_day`). `late_notice`: the
    call was given or taken back too late, and the pack's longer minimum call is due.
    """
    rules = pack.hours or NO_HOURS
    ends = day.left if day.left is not None else now
    if day.began is None or ends is None:
        return None
    began, ends = _punched(day, ends, rules)
    off = deductions(day, rules, ends)
    elapsed = max(0, ends - began)
    worked = max(0, elapsed - sum(minutes for _, minutes in off))
    steps = [_worked_step(day, pack, rules, began, ends, off, worked)]
    paid = _least(rules.rounding.duration(worked), pack, rules, late_notice, steps)
    tiers = _tiers_of(pack, rules, consecutive, steps)
    found = _sliced(paid, tuple(_edges(day, rules, tiers, began, off)))
    steps.extend(_slice_steps(found, pack, rules))
    amount = None if rate is None else _amount(found.slices, found.days, rate, rules)
    return DayHours(
        pack.id, pack.version, worked, elapsed, paid, found.slices, found.pay_minutes, found.days,
        amount,
        tuple(steps), day.estimated,
    )  # fmt: skip


def deductions(day: PersonDay, rules: HoursRules, ends: At) -> list[tuple[At, int]]:
    """Each meal that comes off with its minutes; one they are at comes off as it lasts."""
    if day.french_hours:
        return []
    off = []
    for meal in day.meals:
        length = (meal.back if meal.back is not None else ends) - meal.out
        if meal.walking or (meal.back is not None and length < rules.deduction.least):
            continue
        off.append((meal.out, max(0, min(length, rules.deduction.most, ends - meal.out))))
    return off


def _punched(day: PersonDay, ends: At, rules: HoursRules) -> tuple[At, At]:
    assert day.began is not None
    rounding = rules.rounding
    if not rounding.rounds_punches:
        return day.began, ends
    came = rounding.punch_in(day.began.moment.astimezone(day.zone))
    return minute(came), minute(rounding.punch_out(ends.moment.astimezone(day.zone)))


def _worked_step(
    day: PersonDay,
    pack: RulePack,
    rules: HoursRules,
    began: At,
    ends: At,
    off: list[tuple[At, int]],
    worked: int,
) -> Step:
    said = "{} to {} less {} min for meals: {} worked"
    if day.french_hours:
        said = "{} to {}, French hours, {} min for meals: {} worked"
    if day.estimated:
        said += "; nobody tapped the out, it is an estimate"
    return Step(
        said,
        (began, ends, sum(minutes for _, minutes in off), _Length(worked)),
        pack.cites("hours", rules.citation),
        (day.in_id, day.out_id),
    )


class _Length(int):
    """Minutes that are written as hours when somebody reads them."""

    __slots__ = ()

    def __str__(self) -> str:
        return hours_text(self)


def _least(
    worked: int, pack: RulePack, rules: HoursRules, late_notice: bool, steps: list[Step]
) -> int:
    least = rules.minimum_call
    if late_notice:
        least = max(least, rules.minimum_call_late_notice)
    if worked < least:
        said = "{} worked, the minimum call is {}"
        steps.append(
            Step(
                said, (_Length(worked), _Length(least)), pack.cites("minimum call", rules.citation)
            )
        )
    return max(worked, least)


def _tiers_of(
    pack: RulePack, rules: HoursRules, consecutive: int, steps: list[Step]
) -> tuple[Tier, ...]:
    special: tuple[Tier, ...] = ()
    if consecutive >= 7:
        special = rules.seventh_day or rules.sixth_day
    elif consecutive == 6:
        special = rules.sixth_day
    if special:
        steps.append(
            Step(
                "day {} running of the workweek has tiers of its own",
                (consecutive,),
                pack.cites("sixth and seventh day", rules.citation),
            )
        )
    return special or rules.tiers


def _edges(
    day: PersonDay, rules: HoursRules, tiers: tuple[Tier, ...], began: At, off: list[tuple[At, int]]
) -> Iterator[Edge]:
    for tier in tiers:
        over = tier.over
        if tier.basis == "elapsed":
            over = _worked_at(At(began + over), began, off)
        yield over, tier.multiple, tier.days_an_hour
    if rules.night is not None and tiers:
        after = at_clock(day.day, read_clock(rules.night.after), day.zone)
        over = max(tiers[0].over, _worked_at(after, began, off))
        yield over, rules.night.multiple, None


def _worked_at(at: At, began: At, off: list[tuple[At, int]]) -> int:
    """How much had been worked at an instant of the day."""
    return max(0, at - began - sum(min(minutes, max(0, at - out)) for out, minutes in off))


@lru_cache(maxsize=16384)
def _sliced(paid: int, edges: tuple[Edge, ...]) -> Sliced:
    """The paid minutes cut where a multiple changes. Days are much alike, so they are kept."""
    golden = min((over for over, _, days in edges if days is not None), default=paid)
    days = NO_DAYS
    if paid > golden:
        days = -(-(paid - golden) // 60) * max(d for _, _, d in edges if d is not None)
    straight = min(paid, golden)
    cuts = sorted({0, straight, *(over for over, _, _ in edges if 0 < over < straight)})
    slices: list[Slice] = []
    for start, end in pairwise(cuts):
        multiple = max([ONE, *(m for over, m, days in edges if over <= start and days is None)])
        if slices and slices[-1].multiple == multiple:
            slices[-1] = Slice(slices[-1].minutes + end - start, multiple)
        else:
            slices.append(Slice(end - start, multiple))
    pay_minutes = sum((s.minutes * s.multiple for s in slices), NO_DAYS)
    return Sliced(tuple(slices), pay_minutes, paid - straight, days)


def _slice_steps(found: Sliced, pack: RulePack, rules: HoursRules) -> Iterator[Step]:
    if found.slices:
        yield Step("{}", (found,), pack.cites("overtime", rules.citation))
    if found.golden:
        values = (_Length(found.golden), times(found.days))
        yield Step(
            "{} of golden time: {} days' pay", values, pack.cites("golden time", rules.citation)
        )


def _amount(slices: tuple[Slice, ...], days: Decimal, rate: Rate, rules: HoursRules) -> Decimal:
    by_the_minute = sum(part.minutes * _hour_costs(part.multiple, rate, rules) for part in slices)
    return cents(Fraction(by_the_minute) / 60 + Fraction(days) * rate.day)


def _hour_costs(multiple: Decimal, rate: Rate, rules: HoursRules) -> Fraction:
    if multiple == ONE:
        return rate.hourly
    base = rate.hourly
    if rules.money_break is not None:
        base = min(base, Fraction(rules.money_break))
    cost = base * Fraction(multiple)
    if rules.overtime_rate_most is not None:
        cost = min(cost, Fraction(rules.overtime_rate_most))
    if rules.overtime_rate_least is not None:
        cost = max(cost, Fraction(rules.overtime_rate_least))
    return cost


# ---- the week ---------------------------------------------------------------------------------


def consecutive_day(worked: Iterable[date], day: date, starts: str = "sunday") -> int:
    """Which day running this is inside its workweek; a new workweek begins to count anew."""
    worked = set(worked)
    first = day - timedelta(days=(day.weekday() + (1 if starts == "sunday" else 0)) % 7)
    running = 1
    while day - timedelta(days=running) >= first and day - timedelta(days=running) in worked:
        running += 1
    return running
