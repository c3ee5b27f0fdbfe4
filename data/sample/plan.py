"""A plan: gestures with the moment each happens at, played in order up to now and no further."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.desk import Desk
from data.sample.sizes import Size
from data.walltime import instant

ZONE = ZoneInfo("America/Denver")


@dataclass(slots=True)
class Plan:
    """Its `now` is the show's clock while it is played; a step may plan further steps."""

    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    _steps: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _count: int = 0

    def at(self, day: date, minutes: int, act: Callable[[], object]) -> None:
        """`act` when the wall clock shows `minutes` on `day`; what is late already comes next."""
        self._count += 1
        heapq.heappush(self._steps, (instant(day, minutes, ZONE), self._count, act))

    def play(self, until: datetime) -> None:
        while self._steps and self._steps[0][0] <= until:
            moment, _, act = heapq.heappop(self._steps)
            self.now = max(self.now, moment)
            act()


@dataclass(frozen=True, slots=True)
class Stage:
    """What every part of the plan needs: the people at their desks, chance, and the calendar."""

    office: Desk
    """The coordinator keeps the lists."""
    floor: Desk
    """The second assistant director makes the calls."""
    gate: Desk
    """The key set PA keeps the board."""
    books: Desk
    """Accounting logs slips, counts cash, audits envelopes and posts them."""
    manager: Desk
    """The unit production manager approves them."""
    rng: random.Random
    size: Size
    today: date
    dates: tuple[date, ...]
    """The shoot days, today's among them."""

    @property
    def production(self) -> str:
        return self.office.store.production

    @property
    def number_today(self) -> int:
        return self.dates.index(self.today) + 1

    def before(self, days: int) -> date:
        """A date so many days before the first shoot day."""
        return self.dates[0] - timedelta(days=days)


def shoot_dates(today: date, days: int, target: int) -> tuple[date, ...]:
    """`days` work days in weeks of five, with `today` in them, near number `target`.

    A week begins on Monday; around a weekend it is moved so that today is still a work day.
    """
    place = min(today.weekday(), 4)
    weeks = min(
        range(max(1, -(-days // 5))),
        key=lambda w: (5 * w + place >= days, abs(5 * w + place + 1 - target)),
    )
    first = today - timedelta(days=place + 7 * weeks)
    return tuple(first + timedelta(days=7 * (i // 5) + i % 5) for i in range(days))
