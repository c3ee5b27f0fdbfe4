"""A slip as the office reads it: a suggestion, with each value's place in the photo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from data.reading.days import date_on
from data.reading.lines import Box, Corners, lines_of
from data.reading.totals import total_on
from data.reading.vendors import vendor_on

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What was read, and where in the photo a person can check it."""

    value: T
    place: Box


@dataclass(frozen=True, slots=True)
class Reading:
    """None where nothing was found; a person types it then, as they may type over the rest."""

    vendor: Found[str] | None = None
    date: Found[date] | None = None
    total: Found[Decimal] | None = None


def read_slip(
    seen: Iterable[tuple[Corners, str]], *, latest: date, month_first: bool | None = None
) -> Reading:
    """Of recognised lines with their corners: the vendor, the date, not after `latest`, the total.

    `month_first`: how the show's country writes dates, for those that can be read both ways.
    """
    lines = lines_of(seen)
    vendor = vendor_on(lines)
    dated = date_on(lines, latest=latest, month_first=month_first)
    total = total_on(lines)
    return Reading(
        None if vendor is None else Found(vendor[0], vendor[1].place),
        None if dated is None else Found(dated.day, dated.line.place),
        None if total is None else Found(total.value, total.line.place),
    )
