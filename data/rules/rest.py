"""Rest between a person's own release and their next call, and what a call inside it costs.

The next call is the first thing they must be there for: pick-up and make-up are part of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction

from data.rules.events import PersonDay
from data.rules.minutes import At, at_clock, day_at, read_clock
from data.rules.overtime import ONE
from data.rules.pack import ForcedCall, RestRules, RulePack, WeeklyRest
from data.rules.pay import Rate
from data.rules.results import Forced, Rest
from data.rules.why import Step, cents, hours_text

SOME_DAYS = 99
"""No reduction was used in memory of this show."""


def rest_after(
    day: PersonDay,
    pack: RulePack,
    *,
    now: At | None = None,
    zone: tzinfo | None = None,
    worked_days: int | None = None,
    circumstances: Collection[str] = (),
    days_since_reduction: int = SOME_DAYS,
) -> Rest | None:
    """The earliest next call; for who is still at work, if they were released `now`.

    `worked_days`: their work week ends today after so many days, and the weekly rest is due.
    `circumstances` are what reductions ask for. `zone` is where the next call is.
    """
    released = release(day, pack, now)
    if pack.rest is None or released is None:
        return None
    return rest_from(
        released,
        pack,
        zone=zone or day.zone,
        worked_days=worked_days,
        circumstances=circumstances,
        days_since_reduction=days_since_reduction,
        estimated=day.estimated,
        events=(day.out_id,),
    )


def release(day: PersonDay, pack: RulePack, now: At | None = None) -> At | None:
    """When their rest begins: their own out, or where travel is no rest, when they were back."""
    if day.began is None:
        return None
    if pack.rest is not None and pack.rest.portal and day.back_home is not None:
        return day.back_home
    return day.left if day.left is not None else now


def begun(day: PersonDay, pack: RulePack) -> At | None:
    """When their rest ended: as they set off where travel is no rest, else at their call."""
    if pack.rest is not None and pack.rest.portal and day.home is not None:
        return day.home
    return day.began if day.began is not None else day.call


def rest_from(
    released: At,
    pack: RulePack,
    *,
    zone: tzinfo,
    worked_days: int | None = None,
    circumstances: Collection[str] = (),
    days_since_reduction: int = SOME_DAYS,
    estimated: bool = False,
    events: tuple[str, ...] = (),
) -> Rest:
    rules = pack.rest or RestRules()
    minutes, said = _daily(rules, circumstances, days_since_reduction)
    source = pack.cites("rest", rules.citation)
    earliest = At(released + minutes)
    steps = [Step(said, (released, hours_text(minutes), earliest), source, events)]
    weekly = next((w for w in rules.weekly if w.after_days == worked_days), None)
    if weekly is not None:
        at = _after_the_week(released, weekly, zone, circumstances)
        said = "after {} days of work the rest is {}: not before {}"
        long = hours_text(at - released)
        steps.append(
            Step(said, (weekly.after_days, long, at), pack.cites("weekly rest", rules.citation))
        )
        earliest = max(earliest, at)
    if estimated:
        steps.append(Step("the release is an estimate: nobody tapped it"))
    return Rest(
        pack.id, pack.version, released, earliest, earliest - released, tuple(steps), estimated
    )


def _daily(rules: RestRules, circumstances: Collection[str], days_since: int) -> tuple[int, str]:
    allowed = [
        reduction
        for reduction in rules.reductions
        if days_since >= reduction.every_nth_day and set(reduction.conditions) <= set(circumstances)
    ]
    shortest = min(allowed, key=lambda r: r.minutes, default=None)
    if shortest is None or shortest.minutes >= rules.daily:
        return rules.daily, "released {}, rest {}: not before {}"
    why = ", ".join(shortest.conditions).replace("{", "").replace("}", "")
    return shortest.minutes, f"released {{}}, rest shortened to {{}} ({why}): not before {{}}"


def _after_the_week(
    released: At, weekly: WeeklyRest, zone: tzinfo, circumstances: Collection[str]
) -> At:
    whole = At(released + weekly.minutes)
    if weekly.exception is None or weekly.exception_when not in circumstances:
        return whole
    early = At(released + weekly.exception)
    opens = at_clock(day_at(early, zone), read_clock(weekly.exception_from), zone)
    return min(whole, max(early, opens))


# ---- a call inside the rest -------------------------------------------------------------------


def forced_call(
    rest: Rest,
    call: At,
    pack: RulePack,
    *,
    rate: Rate | None = None,
    top_multiple: Decimal = ONE,
) -> Forced:
    """What `call` costs. `top_multiple` is what their last hour of the day before was paid at."""
    short = max(0, rest.earliest - call)
    if not short:
        enough = Step("called {}, rest was over {}", (call, rest.earliest))
        return Forced(
            rest, call, 0, Fraction(0), Decimal(0), Decimal(0), False, (*rest.steps, enough)
        )
    rules = pack.rest or RestRules()
    terms = rules.forced or ForcedCall()
    source = pack.cites("forced call", rules.citation)
    steps = [*rest.steps, Step("called {}: {} short", (call, hours_text(short)), source)]
    hours = _invaded(terms, short, top_multiple)
    amount, at_most = _cost(terms, hours, rate)
    steps.extend(Step(words, (), source) for words in _terms(terms, hours, amount, at_most))
    return Forced(rest, call, short, hours, amount, at_most, terms.stops_work, tuple(steps))


def _invaded(terms: ForcedCall, short: int, top_multiple: Decimal) -> Fraction:
    """Hours of pay for the hours that the call takes from the rest."""
    if terms.multiple is None:
        return Fraction(0)
    minutes = -(-short // 60) * 60 if terms.hours_begun else short
    multiple = terms.multiple
    if terms.full_beyond is not None and short > terms.full_beyond:
        multiple = max(multiple, top_multiple)
    return Fraction(minutes, 60) * Fraction(multiple)


def _cost(
    terms: ForcedCall, hours: Fraction, rate: Rate | None
) -> tuple[Decimal | None, Decimal | None]:
    if terms.day_rate or terms.flat is not None:
        day = cents(rate.day) if terms.day_rate and rate is not None else None
        both = [part for part in (day, terms.flat) if part is not None]
        known = day is not None or not terms.day_rate
        least = min(both, default=None)
        return (least if known else None), least
    if not hours:
        return None, None
    amount = None if rate is None else cents(hours * rate.hourly)
    return amount, amount


def _terms(
    terms: ForcedCall, hours: Fraction, amount: Decimal | None, at_most: Decimal | None
) -> Iterator[str]:
    if terms.stops_work:
        yield "no pay makes up for it: they must not be called"
    elif terms.day_rate:
        flat = "" if terms.flat is None else f" or {terms.flat:,.2f}, whichever is less"
        yield f"a forced call costs a day's pay{flat}"
    elif hours:
        yield f"the hours taken from the rest cost {float(hours):.1f} h pay"
    else:
        yield "the pack names no price: ask payroll"
    if amount is not None:
        yield f"that is {amount:,.2f}"
    elif at_most is not None:
        yield f"that is {at_most:,.2f} at most"
