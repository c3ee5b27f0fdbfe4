"""The check-in: a tap, the board it draws, and a show's time events held against the rules."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from data.desk import Desk
from data.edit import Write
from data.files import sync_file
from data.kinds import ALL
from data.kinds.attendance import board, check_in
from data.kinds.calls import day_now
from data.kinds.people import PERSON, Person
from data.kinds.radar import blips
from data.kinds.schedule import ShootDay
from data.rules.day import person_day
from data.rules.events import Event
from data.rules.library import Stack, stack_for
from data.rules.stack import reckon
from data.sample import lay_out
from data.stamp import Clock, Sources
from data.store import Store
from tests.bench.rows import Row, interleaved, seconds
from views.screens.board_sight import Sight

EVENTS: Final = 400_000
ZONE: Final = ZoneInfo("America/Los_Angeles")
FIRST: Final = datetime(2026, 6, 8, 14, 0, tzinfo=UTC)
UNIONS: Final = ("IATSE 600", "IATSE 728", "SAG", "SAG background", "Teamsters 399", "DGA", "")

MORNING: Final = datetime(2026, 7, 15, 13, 0, tzinfo=UTC)
BYTES_OF_A_TAP: Final = 900

PersonsDay = tuple[list[Event], date, datetime, Stack]


def rows(events: int = EVENTS) -> list[Row]:
    laid_out = list(_days(events))
    for union in UNIONS:
        _stack(union)  # the packs are read once, when the office opens

    def priced() -> None:
        for taps, day, call, stack in laid_out:
            reckon(person_day(taps, day=day, zone=ZONE, call=call), stack)

    name = "penalties and hours of 400,000 events (budget)"
    priced_row = Row(name, seconds(priced) * EVENTS / events, 10.0, 1.0, "s")
    with tempfile.TemporaryDirectory() as folder:
        return [*_at_the_gate(Path(folder), events), priced_row]


def _at_the_gate(folder: Path, events: int) -> list[Row]:
    """A show whose days filled the store, and a morning of it: taps, and the board they draw."""
    store = _filled(folder, events)  # and opened in the morning, as an office is
    desk = Desk(store, ALL, user="bench")
    day = day_now(desk, "Main").day
    assert day is not None
    sight = Sight(desk)
    sight.look(day, "", "all")
    waiting = iter([r.person for r in board(desk, day) if r.in_event is None])
    raw = (folder / "raw").open("wb", buffering=0)

    def append() -> None:
        raw.write(os.urandom(BYTES_OF_A_TAP))
        sync_file(raw.fileno())

    tap, peer = interleaved(lambda: check_in(desk, day, next(waiting)), append, times=200)
    drawn = [_told(sight, desk, day, next(waiting)) for _ in range(40)]
    blips(desk, day)
    seen = [seconds(lambda: blips(desk, day)) for _ in range(9)]
    on_board = len(sight.pieces)
    store.close()
    raw.close()
    print(f"{events} time events, {on_board} lines and heads on the board")
    return [
        Row("check-in verb / raw append+fsync", tap * 1e3, peer * 1e3, 5.0, "ms"),
        Row("one tile on a board of 400 (budget)", statistics.median(drawn) * 1e3, 10.0, 1.0, "ms"),
        Row("the radar of everybody who is in (budget)", min(seen) * 1e3, 50.0, 1.0, "ms"),
    ]


def _filled(folder: Path, events: int) -> Store:
    def opened(seed: int) -> Store:
        chance = random.Random(seed)
        return Store(folder, sources=Sources(Clock(lambda: MORNING), chance), hub=True)

    store = opened(1)
    desk = Desk(store, ALL, user="bench")
    lay_out(desk, around=MORNING.date())
    _fill(desk, [p.id for p in desk.all(PERSON)], events - sum(1 for _ in store.lines("time")))
    more = [Person(name=f"Extra hand {n}", department=f"UNIT {n % 9}") for n in range(400)]
    with desk.gesture():
        for person in more:
            desk.add(person)
    store.storage.compact()
    store.close()
    return opened(2)


def _told(sight: Sight, desk: Desk, day: ShootDay, person: Person) -> float:
    """After a tap: the pieces of the board that changed are found and told."""
    check_in(desk, day, person)
    return seconds(lambda: sight.hear({"time"}))


def _fill(desk: Desk, people: list[str], events: int) -> None:
    """Time events of other days, as many as are missing; written as a copy brings them."""
    for begin in range(0, events, 5000):
        writes = [
            Write(
                "time",
                f"old{n}",
                {
                    "person": people[n % len(people)],
                    "day": f"day{n // 7500}",
                    "unit": "Main",
                    "what": "in" if n % 2 else "out",
                    "at": "2026-01-05T13:00:00Z",
                    "how": "now",
                },
            )
            for n in range(begin, min(begin + 5000, events))
        ]
        desk.store.commit(writes, user="bench")


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
