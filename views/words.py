"""How screens say dates, times, money and numbers; each in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from data.desk import Desk
from data.kinds.calls import said
from data.kinds.production import show_of, zone
from data.kinds.schedule import ShootDay
from data.walltime import clock_text, wall_minutes


def count(n: int, one: str, many: str = "") -> str:
    """`1 person`, `2 people`, `no receipts`."""
    return f"{n or 'no'} {one if n == 1 else many or one + 's'}"


def wall(desk: Desk, minutes: int | None) -> str:
    """A wall time by the show's clock; an empty text for none."""
    return "" if minutes is None else clock_text(minutes, show_of(desk).clock)


def clock_of(desk: Desk, at: datetime) -> str:
    """An instant as the clock on the wall had it, with its day if that is not today."""
    local = at.astimezone(zone(desk))
    clock = wall(desk, local.hour * 60 + local.minute)
    today = desk.now().astimezone(zone(desk)).date()
    return clock if local.date() == today else f"{short_day(local.date())}, {clock}"


def moment(desk: Desk, day: ShootDay, at: datetime | None) -> str:
    """An instant as the clock on the wall showed it, counted from the work day's date."""
    return "" if at is None else wall(desk, wall_minutes(day.date, at, zone(desk)))


def long_day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    return said(day)


def day_of(day: ShootDay, days: Iterable[ShootDay]) -> str:
    """`Day 12 of 22`; a day without a number says its date alone."""
    last = max((d.number for d in days if d.unit == day.unit), default=day.number)
    if not day.number:
        return said(day.date)
    return f"Day {day.number} of {last}"


def money(sums: Mapping[str, Decimal]) -> str:
    """Sums by currency, side by side; different currencies are never added."""
    return " + ".join(f"{amount:,.2f} {currency}" for currency, amount in sums.items()) or "0.00"


def ago(seconds: float) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 days ago`."""
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 48 * 3600:
        return f"{int(seconds // 3600)} h ago"
    return f"{int(seconds // 86400)} days ago"


def offset(minutes: int) -> str:
    """`with the general call`, `1 h before`, `30 min after`."""
    if not minutes:
        return "with the general call"
    hours, rest = divmod(abs(minutes), 60)
    length = " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest else ""]))
    return f"{length} {'before' if minutes < 0 else 'after'}"


def show_title(desk: Desk) -> str:
    return show_of(desk).title
