"""The check-in: what a show's time events cost to price by the rules."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from data.rules.day import person_day
from data.rules.events import Event
from data.rules.library import Stack, stack_for
from data.rules.stack import reckon
from tests.bench.rows import Row, seconds

EVENTS: Final = 400_000
ZONE: Final = ZoneInfo("America/Los_Angeles")
FIRST: Final = datetime(2026, 6, 8, 14, 0, tzinfo=UTC)
UNIONS: Final = ("IATSE 600", "IATSE 728", "SAG", "SAG background", "Teamsters 399", "DGA", "")

PersonsDay = tuple[list[Event], date, datetime, Stack]


def rows(events: int = EVENTS) -> list[Row]:
    laid_out = list(_days(events))
    for union in UNIONS:
        _stack(union)  # the packs are read once, when the office opens

    def priced() -> None:
        for taps, day, call, stack in laid_out:
            reckon(person_day(taps, day=day, zone=ZONE, call=call), stack)

    name = "penalties and hours of 400,000 events (budget)"
    return [Row(name, seconds(priced) * EVENTS / events, 10.0, 1.0, "s")]


def _days(events: int) -> Iterator[PersonsDay]:
    """People's days of six or seven taps, no two quite alike, of several unions; seeded."""
    rng, made = random.Random(8), 0
    while made < events:
        call = FIRST + timedelta(days=made // 3000, minutes=rng.choice((-60, 0, 0, 30)))
        taps = _taps(call, rng, f"{made}")
        made += len(taps)
        yield taps, call.astimezone(ZONE).date(), call, _stack(rng.choice(UNIONS))


def _taps(call: datetime, rng: random.Random, name: str) -> list[Event]:
    def after(minutes: int, spread: int) -> datetime:
        return call + timedelta(minutes=minutes + rng.randint(-spread, spread))

    lunch = after(365, 40)
    told = [
        ("in", after(-5, 12)),
        ("ndb_out", after(40, 20)),
        ("ndb_in", after(78, 10)),
        ("meal_out", lunch),
        ("meal_in", lunch + timedelta(minutes=rng.randint(28, 60))),
        ("out", after(800, 120)),
    ]
    if rng.random() < 0.4:
        told.insert(1, ("told_to_work", after(0, 5)))
    return [Event(what, at, f"{name}-{n}") for n, (what, at) in enumerate(told)]


def _stack(union: str) -> Stack:
    return stack_for(union, FIRST.date(), jurisdiction="US-CA", tier="tv")
