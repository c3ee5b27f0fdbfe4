"""A child's day: when they have to go, which limit says so, and how many minutes are left.

Four clocks run at once: the hours a child may be at work, those they may be there at all, the time
of night, and the school still owed. The first to run out sends them home.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from data.rules.events import Break, PersonDay
from data.rules.minutes import At, at_clock, read_clock
from data.rules.pack import AgeRow, MinorRules, RulePack
from data.rules.results import MinorDay
from data.rules.why import Step, hours_text


@dataclass(frozen=True, slots=True)
class Child:
    """What the rules ask of a child on a day. `school_day`: school is in session, and they learn on
    set. `after_school`: they were at their own school first. `eve_of_school`: school tomorrow."""

    born: date
    school_day: bool = False
    after_school: bool = False
    eve_of_school: bool = False
    next_day_off: bool = False
    graduate: bool = False


def months_old(born: date, day: date) -> int:
    months = (day.year - born.year) * 12 + day.month - born.month
    return months - (day.day < born.day)


def row_of(rules: MinorRules, child: Child, day: date) -> AgeRow | None:
    """The line of the table for the child's age; None for who is under no table."""
    age = months_old(child.born, day)
    exempt = rules.graduates_exempt_from_months
    if child.graduate and exempt is not None and age >= exempt:
        return None
    return next((row for row in rules.ages if row.from_months <= age < row.to_months), None)


def minor_day(
    day: PersonDay, child: Child, pack: RulePack, *, now: At, began: At | None = None
) -> MinorDay | None:
    """A child's limits by one pack; None if it has none for them. `began`: the call, for a child
    who has not come yet."""
    # A child is there from the moment they come, called or not.
    rules, start = pack.minors, day.came if day.came is not None else began or day.call
    if rules is None or start is None:
        return None
    row = row_of(rules, child, day.day)
    if row is None:
        return None
    ends = day.left if day.left is not None else max(now, start)
    work = worked_of(day, start, ends)
    allowed = row.work_of(child.school_day)
    if _may_stay_longer(child, rules, day.day):
        allowed += rules.extra_once
    limits = list(_limits(day, child, rules, row, start))
    dismiss, because = min(limits)
    earliest, latest = _window(day, child, rules, row, start)
    stop = _stop_of_work(day, ends, allowed - work)
    next_stop = dismiss if stop is None else min(dismiss, stop)
    left = 0 if day.left is not None else next_stop - now
    return MinorDay(
        pack.id,
        pack.version,
        dismiss,
        because,
        stop,
        earliest,
        latest,
        allowed,
        work,
        ends - start,
        _school_left(day, child, row, start, ends),
        max(0, row.rest - _away(day.rests, start, ends)),
        tuple(_steps(limits, dismiss, because, stop, allowed, row, pack, rules, day)),
        left,
        None if day.left is not None else alarm(left, rules.warnings),
        tuple(_breaches(start, ends, earliest, dismiss, work, allowed)),
    )


def _stop_of_work(day: PersonDay, now: At, work_left: int) -> At | None:
    """When their work runs out if it goes on from now; None while they are at none."""
    away = any(b.back is None for b in (*day.meals, *day.school, *day.rests) if not b.walking)
    return None if away or day.left is not None else At(now + work_left)


def _school_left(day: PersonDay, child: Child, row: AgeRow, start: At, ends: At) -> int:
    if not child.school_day or child.after_school:
        return 0
    return max(0, row.school - _away(day.school, start, ends))


def alarm(left: int, warnings: Iterable[int] = (30, 10)) -> int | None:
    """The tightest warning that holds: 30, 10, or 0 when time is up."""
    return 0 if left <= 0 else min((w for w in warnings if left <= w), default=None)


def worked_of(day: PersonDay, start: At, ends: At) -> int:
    """Minutes at work: those there less meals, school and rest, each minute once."""
    away = sorted(
        (max(start, b.out), min(ends, b.back if b.back is not None else ends))
        for b in (*day.meals, *day.school, *day.rests)
        if not b.walking
    )
    off, upto = 0, start
    for out, back in away:
        out = max(out, upto)
        if back > out:
            off, upto = off + back - out, back
    return ends - start - off


def _away(breaks: Iterable[Break], start: At, ends: At) -> int:
    return sum(
        max(0, min(ends, b.back if b.back is not None else ends) - max(start, b.out))
        for b in breaks
    )


def _limits(
    day: PersonDay, child: Child, rules: MinorRules, row: AgeRow, start: At
) -> Iterator[tuple[At, str]]:
    presence = row.location
    told = f"{hours_text(presence)} at the location"
    if child.after_school:
        presence = max(0, presence - rules.after_school_less)
        if row.after_school is not None:
            presence = row.after_school
        told = f"{hours_text(presence)} at the location after regular school"
    if rules.extra_once and _may_stay_longer(child, rules, day.day):
        presence += rules.extra_once
        told += f", and {hours_text(rules.extra_once)} once before a day off"
    yield At(start + presence), told
    yield _window(day, child, rules, row, start)[1], "the hour of the night"


def _may_stay_longer(child: Child, rules: MinorRules, day: date) -> bool:
    return child.next_day_off and months_old(child.born, day) >= rules.extra_from_months


def _window(
    day: PersonDay, child: Child, rules: MinorRules, row: AgeRow, start: At
) -> tuple[At, At]:
    """The stretch of the clock they may be there in; of several the one they began in, or next."""
    latest = rules.latest_before_school if child.eve_of_school else rules.latest
    windows = row.windows or ((rules.earliest, latest),)
    spans = [(_at(day, opens), _at(day, closes, opens)) for opens, closes in windows]
    return next((span for span in spans if start < span[1]), spans[-1])


def _at(day: PersonDay, clock: str, after: str = "00:00") -> At:
    minutes = read_clock(clock)
    # Half past midnight closes the day that opened at five.
    return at_clock(day.day, minutes + (24 * 60 if minutes < read_clock(after) else 0), day.zone)


def _steps(
    limits: list[tuple[At, str]],
    dismiss: At,
    because: str,
    stop: At | None,
    allowed: int,
    row: AgeRow,
    pack: RulePack,
    rules: MinorRules,
    day: PersonDay,
) -> Iterator[Step]:
    source = pack.cites("minors", rules.citation)
    for at, told in sorted(limits):
        yield Step("{} is reached at {}", (told, at), source, (day.in_id, day.out_id))
    yield Step("dismiss by {}: {} comes first", (dismiss, because), source)
    if stop is not None:
        said = "{} of work are allowed: working on, they run out at {}"
        yield Step(said, (hours_text(allowed), stop), source)
    if row.note:
        yield Step("{}", (row.note,), source)


def _breaches(
    start: At, ends: At, earliest: At, dismiss: At, work: int, allowed: int
) -> Iterator[str]:
    if start < earliest:
        yield f"began {hours_text(earliest - start)} too early"
    if work > allowed:
        yield f"worked {hours_text(work - allowed)} too long"
    elif ends > dismiss:
        yield f"stayed {hours_text(ends - dismiss)} too long"
