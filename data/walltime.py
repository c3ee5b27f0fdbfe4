"""Times as the trade says them: minutes after the midnight that began the work day, past 24 too.

A work day belongs to the date its call fell on, so 04:30 the next morning is 28:30. Instants are
kept in UTC; the wall time is derived with the show's zone, so a DST night comes out right.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.errors import BadInput

_TYPED = re.compile(r"^(\d{1,2})(?:[:.h]?(\d{2}))?([ap])?\.?m?\.?(\+1)?$", re.IGNORECASE)


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone, or BadInput."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(
            f"{name!r} is not a time zone. Write it as in America/Denver.", field="zone"
        ) from error


def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment the clock on the wall shows `minutes` on the work day `day`, in UTC."""
    on = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    return on.replace(tzinfo=zone).astimezone(UTC)


def wall_minutes(day: date, moment: datetime, zone: ZoneInfo) -> int:
    """What the clock on the wall showed, in minutes after the midnight that began `day`."""
    local = moment.astimezone(zone)
    return (local.date() - day).days * 1440 + local.hour * 60 + local.minute


def clock_text(minutes: int, clock: str) -> str:
    """`06:30` and `28:30` on a 24-hour show, `6:30A` and `4:30A+1` on a 12-hour one."""
    days, rest = divmod(minutes, 1440)
    hour, minute = divmod(rest, 60)
    if clock == "24":
        return f"{minutes // 60:02d}:{minute:02d}" if minutes >= 0 else f"{hour:02d}:{minute:02d}-1"
    later = "" if days == 0 else f"{days:+d}"
    return f"{hour % 12 or 12}:{minute:02d}{'A' if hour < 12 else 'P'}{later}"


def read_clock(text: str, *, field: str = "") -> int:
    """Minutes from `6:30`, `0630`, `6.30p`, `6`, `28:30`, `4:30A+1`; BadInput says how to write."""
    found = _TYPED.match(text.strip().replace(" ", ""))
    if not found:
        raise _unreadable(text, field)
    hour, minute = int(found[1]), int(found[2] or 0)
    half = (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise _unreadable(text, field)
        hour = hour % 12 + (12 if half == "p" else 0)
    if found[4]:
        hour += 24
    if minute > 59 or hour > 47:
        raise _unreadable(text, field)
    return hour * 60 + minute


def near(minutes: int, day: date, moment: datetime, zone: ZoneInfo) -> int:
    """A typed 1:10 on a work day past its midnight means 25:10: the reading nearer to now."""
    now = wall_minutes(day, moment, zone)
    later = minutes + 1440
    return later if now >= 1440 and abs(later - now) < abs(minutes - now) else minutes


def _unreadable(text: str, field: str) -> BadInput:
    how = "6:30, 0630, 6:30p, or 28:30 for 4:30 the next morning"
    if not text.strip():
        return BadInput(f"There is no time yet. Write {how}.", field=field)
    return BadInput(f"{text!r} is not a time. Write {how}.", field=field)
