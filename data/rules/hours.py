"""A day's hours are the time between two instants; the clock on the wall is only how they print.

Durations are whole minutes, hours are whole tenths (6 minutes, begun ones count), moments are aware
datetimes. Two datetimes of one zone subtract as wall clocks in Python, so everything goes through
UTC first: the night the clocks change, the day has 23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Literal, get_args

Increment = Literal[1, 6, 15, 30]
Mode = Literal["up", "nearest", "in-down-out-up"]
ClockStyle = Literal["12", "24", "tenths"]

MINUTES_A_TENTH = 6


@dataclass(frozen=True, slots=True)
class Rounding:
    """How an agreement rounds: to which increment, which way, the punches or the day's duration.

    `in-down-out-up` can only mean punches. A punch on the increment stays where it is. Meals keep
    their real minutes: rounded, a half-hour meal could fall under the least that deducts.
    """

    increment_minutes: Increment = 1
    mode: Mode = "up"
    applied_to: Literal["punches", "duration"] = "duration"

    def __post_init__(self) -> None:
        if self.increment_minutes not in get_args(Increment):
            raise ValueError(f"hours round to 1, 6, 15 or 30 minutes, not {self.increment_minutes}")
        if self.mode not in get_args(Mode):
            raise ValueError(f"hours round up, nearest or in-down-out-up, not {self.mode!r}")

    @property
    def rounds_punches(self) -> bool:
        return self.applied_to == "punches" or self.mode == "in-down-out-up"

    def duration(self, minutes: int) -> int:
        if self.rounds_punches:
            return minutes
        return _step(minutes, self.increment_minutes, self.mode)

    def punch_in(self, at: datetime) -> datetime:
        return self._punch(at, "down" if self.mode == "in-down-out-up" else self.mode)

    def punch_out(self, at: datetime) -> datetime:
        return self._punch(at, "up" if self.mode == "in-down-out-up" else self.mode)

    def _punch(self, at: datetime, mode: str) -> datetime:
        if not self.rounds_punches:
            return at
        # Only the minute past the hour decides, and the step is taken in UTC, where no hour is
        # missing or doubled.
        shift = _step(at.minute, self.increment_minutes, mode) - at.minute
        return (_to_the_minute(at) + timedelta(minutes=shift)).astimezone(at.tzinfo)


@dataclass(frozen=True, slots=True)
class Deduction:
    """Which meals come off the day: shorter ones not at all, longer ones only up to `most`."""

    least: int = 30
    most: int = 60


@dataclass(frozen=True, slots=True)
class Meal:
    """A meal from `out` of work to back `in`. A walking meal or an NDB is eaten on the clock."""

    out: datetime | None = None
    back: datetime | None = None
    walking: bool = False


AS_WORKED = Rounding()
USUAL_DEDUCTION = Deduction()


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes of real time. Seconds are cut off both ends, as paper prints no seconds."""
    return (_to_the_minute(end) - _to_the_minute(start)) // timedelta(minutes=1)


def meal_minutes(meal: Meal, deduction: Deduction = USUAL_DEDUCTION) -> int | None:
    """What one meal takes off the day; None when only one of its two ends is known."""
    if meal.walking or (meal.out is None and meal.back is None):
        return 0
    if meal.out is None or meal.back is None:
        return None
    length = minutes_between(meal.out, meal.back)
    if length < 0:
        return None
    return min(length, deduction.most) if length >= deduction.least else 0


def worked_minutes(
    came: datetime | None,
    left: datetime | None,
    meals: Sequence[Meal] = (),
    *,
    rounding: Rounding = AS_WORKED,
    deduction: Deduction = USUAL_DEDUCTION,
) -> int | None:
    """Out minus in minus meals; None where only a person can say, and paper leaves a blank.

    That is: no in, no out, a meal with one end, or an order of times that cannot be.
    """
    if came is None or left is None:
        return None
    off = [meal_minutes(meal, deduction) for meal in meals]
    whole = minutes_between(rounding.punch_in(came), rounding.punch_out(left))
    worked = whole - sum(minutes or 0 for minutes in off)
    if None in off or minutes_between(came, left) < 0 or worked < 0:
        return None
    if any(not came <= at <= left for meal in meals for at in (meal.out, meal.back) if at):
        return None
    return rounding.duration(worked)


def worked_tenths(
    came: datetime | None,
    left: datetime | None,
    meals: Sequence[Meal] = (),
    *,
    rounding: Rounding = AS_WORKED,
    deduction: Deduction = USUAL_DEDUCTION,
) -> int | None:
    """The day's hours as a production report writes them, in whole tenths."""
    minutes = worked_minutes(came, left, meals, rounding=rounding, deduction=deduction)
    return None if minutes is None else tenths(minutes)


def tenths(minutes: int) -> int:
    """Tenths of an hour; a begun tenth counts: 13:13 is 133."""
    return -(-minutes // MINUTES_A_TENTH)


def hours(tenths: int) -> Decimal:
    """133 tenths are Decimal("13.3")."""
    return Decimal(tenths).scaleb(-1)


def tenths_text(tenths: int | None) -> str:
    """133 prints 13.3; None prints nothing, to be written in by hand."""
    return "" if tenths is None else f"{hours(tenths):.1f}"


def clock(at: datetime, *, day: date, zone: tzinfo, style: ClockStyle) -> str:
    """A moment as the sheet of work day `day` shows it, on the wall clock of `zone`."""
    local = at.astimezone(zone)
    if style == "12":
        return clock_12(local)
    if style == "24":
        return clock_24(local, day)
    return clock_tenths(local, day)


def clock_12(local: datetime) -> str:
    """6:30A, 12:00P at noon, 12:00A at midnight."""
    return f"{local.hour % 12 or 12}:{local.minute:02d}{'A' if local.hour < 12 else 'P'}"


def clock_24(local: datetime, day: date) -> str:
    """06:30; past midnight the hours of the work day go on: 28:30. `-1d` marks the eve."""
    minutes, eve = _minutes_of(local, day)
    return f"{minutes // 60:02d}:{minutes % 60:02d}{eve}"


def clock_tenths(local: datetime, day: date) -> str:
    """6.5 for 6:30, 28.5 for half past four the next morning; a begun tenth counts."""
    minutes, eve = _minutes_of(local, day)
    return f"{tenths_text(tenths(minutes))}{eve}"


def _minutes_of(local: datetime, day: date) -> tuple[int, str]:
    days = (local.date() - day).days
    clock_minutes = local.hour * 60 + local.minute
    if days < 0:
        return clock_minutes, f" {days}d"
    return days * 24 * 60 + clock_minutes, ""


def _to_the_minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _step(minutes: int, increment: int, mode: str) -> int:
    if mode == "down":
        return minutes // increment * increment
    if mode == "nearest":
        # The half goes up, in the worker's favour.
        return (2 * minutes + increment) // (2 * increment) * increment
    return -(-minutes // increment) * increment
