"""Days for the tests of the rules: a wall clock in one zone, and taps written short."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data.rules.day import person_day
from data.rules.events import Event, PersonDay
from data.rules.minutes import At, minute
from data.rules.pack import RulePack
from data.rules.reading import pack_of

ZONE = ZoneInfo("America/Los_Angeles")
DAY = date(2026, 6, 10)
"""A Wednesday."""


def at(clock: str, *, day: date = DAY, zone: ZoneInfo = ZONE) -> datetime:
    """`at("28:30")` is half past four the next morning."""
    hour, _, minutes = clock.partition(":")
    wall = datetime(day.year, day.month, day.day) + timedelta(hours=int(hour), minutes=int(minutes))
    return wall.replace(tzinfo=zone).astimezone(UTC)


def when(clock: str) -> At:
    return minute(at(clock))


def taps(text: str) -> list[Event]:
    """`"in 07:00, meal_out 13:00"`; the id is the place in the list; `walk_out` walks to eat."""
    made = []
    for place, each in enumerate(filter(None, (part.strip() for part in text.split(",")))):
        what, clock = each.split()
        walking = what == "walk_out"
        made.append(Event("meal_out" if walking else what, at(clock), str(place), walking=walking))
    return made


def worked(text: str, **more: Any) -> PersonDay:
    """The day of somebody with these taps; `call` and the like as clocks."""
    clocks = {"call", "general_call", "now", "wrap"}
    told: dict[str, Any] = {
        name: at(value) if name in clocks else value for name, value in more.items()
    }
    return person_day(taps(text), day=DAY, zone=ZONE, **told)


def pack(**parts: Any) -> RulePack:
    """A made-up agreement with these parts, written as a pack's file writes them."""
    told: Mapping[str, Any] = {
        "id": "made-up",
        "version": 3,
        "name": "Made-up",
        "kind": "agreement",
        "jurisdiction": "US",
        "source": "a test",
        "effective_from": "2020-01-01",
    }
    return pack_of({**told, **parts})
