"""Instants as whole minutes since 1970 in UTC: a board of 400 people subtracts numbers, not dates.

A night on which the clocks change comes out right by itself, and so does a day that began in one
zone and ended in another. Only where an agreement speaks of a clock ("first call at 06:00 or
later") is a wall clock looked at, and then with the zone given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo

from data.rules.hours import ClockStyle, clock, clock_24

DAY_OF_MINUTES = 24 * 60


class At(int):
    """An instant, in whole minutes since 1970 in UTC."""

    __slots__ = ()

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self * 60, UTC)


Telling = Callable[[At], str]
"""How an instant is written for whoever reads: their zone, their clock."""


def minute(at: datetime) -> At:
    """The minute an instant falls in. Seconds are cut off, as paper prints no seconds."""
    if at.tzinfo is None:
        raise ValueError("a time without its zone is no instant")
    return At(at.timestamp() // 60)


def at_clock(day: date, clock_minutes: int, zone: tzinfo) -> At:
    """The instant the wall clock of `zone` shows `clock_minutes` on work day `day`, past 24 too."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=clock_minutes)
    return minute(wall.replace(tzinfo=zone))


def clock_minutes(at: At, zone: tzinfo) -> int:
    """Minutes past midnight on the wall clock of `zone`."""
    local = at.moment.astimezone(zone)
    return local.hour * 60 + local.minute


def day_at(at: At, zone: tzinfo) -> date:
    return at.moment.astimezone(zone).date()


def read_clock(text: str) -> int:
    """Minutes past midnight of the "23:00" that an agreement speaks of."""
    hour, _, minutes = text.partition(":")
    return int(hour) * 60 + int(minutes)


def telling(day: date, zone: tzinfo, style: ClockStyle = "24") -> Telling:
    """Times as the sheet of `day` writes them: 28:30 is half past four the next morning."""

    def tell(at: At) -> str:
        return clock(at.moment, day=day, zone=zone, style=style)

    return tell


def tell_in_utc(at: At) -> str:
    return f"{clock_24(at.moment, at.moment.date())} UTC"
