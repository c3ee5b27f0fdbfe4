"""A value as paper shows it: unambiguous dates, the show's clock, exact money, blanks."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal

from data.rules.hours import ClockStyle
from data.rules.hours import clock as _clock

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# ISO 4217: the currencies whose smallest coin is not a hundredth.
NO_CENTS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"}
    | {"PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THOUSANDTHS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


def day(value: date | None) -> str:
    """Tue 9 Jun 2026: nobody abroad can read it as another day."""
    if value is None:
        return ""
    return f"{DAYS[value.weekday()]} {short_day(value)}"


def short_day(value: date | None) -> str:
    """9 Jun 2026."""
    return "" if value is None else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def period(start: date | None, end: date | None) -> str:
    return " – ".join(short_day(each) for each in (start, end) if each is not None)


def clock(at: datetime | None, *, day: date | None, zone: tzinfo, style: ClockStyle) -> str:
    """The show's clock, counted from the work day if there is one; no time, no text."""
    if at is None:
        return ""
    return _clock(at, day=day or at.astimezone(zone).date(), zone=zone, style=style)


def moment(at: datetime | None, *, zone: tzinfo, style: ClockStyle) -> str:
    """Tue 9 Jun 2026 6:30A MDT."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    hour = _clock(at, day=local.date(), zone=zone, style="24" if style == "tenths" else style)
    return f"{day(local.date())} {hour} {local.tzname() or ''}".rstrip()


def money(amount: Decimal | None, currency: str = "") -> str:
    """1,234.50; yen without cents. Digits smaller than the smallest coin are shown, not hidden."""
    if amount is None:
        return ""
    cents = 0 if currency in NO_CENTS else 3 if currency in THOUSANDTHS else 2
    exponent = amount.normalize().as_tuple().exponent
    written = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return f"{amount:,.{max(cents, written)}f}"


def count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def tick(value: bool | None) -> str:
    """A tick for yes, nothing for no or not known."""
    return "✓" if value else ""
