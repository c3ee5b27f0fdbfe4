"""Meal penalties: when a meal was due, how late it came, and what so late a meal costs.

A meal ends the bill of its delay; a meal never given runs on to the wrap. A meal too short, or
eaten walking, is no meal, unless the pack says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from data.rules.events import Break, PersonDay
from data.rules.minutes import At
from data.rules.pack import MealRules, RulePack
from data.rules.prices import NO_PAY, NOTHING, Price, price
from data.rules.results import Delay, MealPenalties
from data.rules.why import Step, hours_text


@dataclass(frozen=True, slots=True)
class GraceClaim:
    """Somebody says that a meal came late within the agreement's grace, and why."""

    meal: int
    condition: str
    used_this_week: int = 0


def meal_penalties(
    day: PersonDay,
    pack: RulePack,
    *,
    now: At | None = None,
    hourly: Fraction | None = None,
    earlier_in_week: int = 0,
    grace: GraceClaim | None = None,
) -> MealPenalties | None:
    """The day's meal penalties by one pack, up to `now` while the day lasts; None without rules."""
    rules = pack.meals
    if rules is None:
        return None
    steps: list[Step] = []
    delays: list[Delay] = []
    due: At | None = None
    if day.french_hours and rules.french_hours:
        said = "French hours were agreed by the whole crew: no meal is due"
        steps.append(Step(said, (), pack.cites("French hours", rules.citation)))
    else:
        ends = day.left if day.left is not None else now
        count = earlier_in_week
        for meal, fallen_due, taken in _meals_due(day, pack, rules, steps):
            delay = _delay(meal, fallen_due, taken, ends, pack, rules, count, hourly, grace, steps)
            if delay is not None:
                delays.append(delay)
                count += delay.count
            due = fallen_due if taken is None and day.left is None else None
    bill = _bill(delays, pack, rules, steps)
    return MealPenalties(
        pack.id,
        pack.version,
        tuple(delays),
        bill.count,
        bill.in_money(hourly),
        bill.rate_hours,
        bill.fixed,
        due,
        tuple(steps),
        day.estimated,
    )


def _meals_due(
    day: PersonDay, pack: RulePack, rules: MealRules, steps: list[Step]
) -> Iterator[tuple[int, At, Break | None]]:
    """Each meal with when it was due and the break that was it; the last one with none, unless
    they are at table."""
    if day.began is None:
        return
    source = pack.cites("meal periods", rules.citation)
    clock_from = _first_clock(day, pack, rules, steps)
    due, meal = At(clock_from + rules.first_within), 1
    for taken in day.meals:
        length = taken.length()
        if taken.walking and not rules.walking_meal_ends:
            steps.append(
                Step(
                    "walking meal at {}: it is eaten on the clock, the next meal stays due",
                    (taken.out,),
                    source,
                    taken.events,
                )
            )
            continue
        if length is not None and length < rules.least:
            steps.append(
                Step(
                    "{} min at {} is too short for a meal: it takes {}",
                    (length, taken.out, rules.least),
                    source,
                    taken.events,
                )
            )
            continue
        yield meal, due, taken
        ended = taken.out if taken.walking else taken.back
        if ended is None:
            return
        due, meal = At(ended + rules.next_within), meal + 1
    yield meal, due, None


def _first_clock(day: PersonDay, pack: RulePack, rules: MealRules, steps: list[Step]) -> At:
    """From when the first meal's hours run: the call, or what a breakfast makes of it."""
    assert day.began is not None
    source = pack.cites("meal periods", rules.citation)
    ids = (day.in_id,)
    ndb, eaten = rules.ndb, day.ndb
    if ndb is not None and eaten is not None and eaten.back is not None:
        length = eaten.back - eaten.out
        if length >= ndb.least and eaten.out <= day.began + ndb.within:
            at = eaten.back
            if ndb.clock_from == "general_call" and day.general_call is not None:
                at = At(max(day.began, day.general_call))
            steps.append(
                Step(
                    "breakfast on the clock {} to {}: the first meal is due {} after {}",
                    (eaten.out, eaten.back, hours_text(rules.first_within), at),
                    pack.cites("NDB", rules.citation),
                    eaten.events,
                )
            )
            return at
        said = "breakfast {} to {} moves no meal: it takes {} min, begun {} min after call at most"
        steps.append(
            Step(
                said,
                (eaten.out, eaten.back, ndb.least, ndb.within),
                pack.cites("NDB", rules.citation),
                eaten.events,
            )
        )
    steps.append(
        Step(
            "the first meal is due {} after {}",
            (hours_text(rules.first_within), day.began),
            source,
            ids,
        )
    )
    return day.began


def _delay(
    meal: int,
    due: At,
    taken: Break | None,
    ends: At | None,
    pack: RulePack,
    rules: MealRules,
    earlier: int,
    hourly: Fraction | None,
    grace: GraceClaim | None,
    steps: list[Step],
) -> Delay | None:
    until = taken.out if taken is not None else ends
    if until is None or until <= due:
        if taken is not None:
            steps.append(
                Step("meal {} at {}: in time, due {}", (meal, taken.out, due), None, taken.events)
            )
        return None
    late = until - due
    if grace is not None and grace.meal == meal and _graced(late, pack, rules, grace, steps):
        return None
    bill = price(rules, late, earlier)
    how = "taken" if taken is not None else "not taken by"
    said, values = _costs(bill, pack)
    steps.append(
        Step(
            "meal {} due {}, {} {}, {} min late: " + said,
            (meal, due, how, until, late, *values),
            pack.cites("meal penalties", rules.citation),
            taken.events if taken is not None else (),
        )
    )
    if earlier and bill.rate_hours and rules.escalators:
        steps.append(
            Step(
                "{} penalties earlier this week: the agreement's later prices hold",
                (earlier,),
                pack.cites("meal penalties", rules.citation),
            )
        )
    return Delay(
        meal,
        due,
        until,
        taken.out if taken else None,
        late,
        bill.count,
        bill.fixed,
        bill.rate_hours,
        bill.in_money(hourly),
    )


def _costs(bill: Price, pack: RulePack) -> tuple[str, tuple[object, ...]]:
    if bill.rate_hours:
        return "{} MP, {} {} and {} h pay", (bill.count, bill.fixed, pack.currency, bill.rate_hours)
    return "{} MP, {} {}", (bill.count, bill.fixed, pack.currency)


def _graced(
    late: int, pack: RulePack, rules: MealRules, claim: GraceClaim, steps: list[Step]
) -> bool:
    """Whether the grace covers it; beyond its minutes the whole delay counts."""
    grace, source = rules.grace, pack.cites("grace", rules.citation)
    if grace is None:
        steps.append(Step("grace was claimed: this agreement knows none", (), source))
        return False
    if late > grace.minutes:
        steps.append(
            Step(
                "{} min is more than the grace of {}: all of it counts",
                (late, grace.minutes),
                source,
            )
        )
        return False
    if grace.conditions and claim.condition not in grace.conditions:
        steps.append(Step("grace needs: {}", (" or ".join(grace.conditions),), source))
        return False
    if grace.max_per_week is not None and claim.used_this_week >= grace.max_per_week:
        steps.append(
            Step(
                "grace was used {} times this week, {} is the most",
                (claim.used_this_week, grace.max_per_week),
                source,
            )
        )
        return False
    steps.append(
        Step(
            "{} min late within the grace of {}: {}", (late, grace.minutes, claim.condition), source
        )
    )
    return True


def _bill(delays: list[Delay], pack: RulePack, rules: MealRules, steps: list[Step]) -> Price:
    count = sum(delay.count for delay in delays)
    fixed = sum((delay.fixed for delay in delays), NOTHING)
    # Most delays take no hours of pay, and to add fractions is slow.
    hours = sum((delay.rate_hours for delay in delays if delay.rate_hours), NO_PAY)
    if delays and rules.premium_hours is not None:
        count, hours = count + 1, hours + rules.premium_hours
        steps.append(
            Step(
                "a meal came late or not at all: {} h pay for the day; the meal is still due",
                (rules.premium_hours,),
                pack.cites("meal premium", rules.citation),
            )
        )
    return Price(count, fixed, hours)
