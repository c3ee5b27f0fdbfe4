"""Who is about to cost a meal penalty, to lose their rest, or has to go: the day held against the
rules, minute by minute, from the same taps that the papers are made of.

The packs are examples (data/rules/packs): figures are to be checked with payroll.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from data.desk import Desk
from data.kinds.attendance import NOTHING, Attendance, board
from data.kinds.calls import Call, call_of, shoot_days
from data.kinds.deals import DEAL, Deal
from data.kinds.minors import Minor, child_of, children
from data.kinds.people import Person
from data.kinds.production import Production, show_of, zone
from data.kinds.schedule import ShootDay
from data.kinds.times import EVERYBODY, Said, TimeEvent, said_on
from data.rules.day import CLOSES, person_day
from data.rules.events import Event
from data.rules.library import Stack, stack_for
from data.rules.minutes import at_clock, minute, telling
from data.rules.pay import Rate, by_the_day, by_the_hour
from data.rules.radar import Radar, Watch, radar, watch
from data.rules.stack import reckon
from data.rules.why import why
from data.walltime import instant


@dataclass(frozen=True, slots=True)
class Blip:
    """One person on the radar. `next_call` is tomorrow's as it is drafted."""

    row: Attendance
    seen: Radar
    watched: Watch
    next_call: datetime | None = None

    @property
    def person(self) -> Person:
        return self.row.person


def blips(desk: Desk, day: ShootDay, rows: Iterable[Attendance] | None = None) -> list[Blip]:
    """Everybody who came, as of now; who is asked about first stands first."""
    scope = desk.watch.kept(f"radar {day.id}", lambda: Scope(desk))
    found = scope.of(day, board(desk, day) if rows is None else rows)
    return sorted(found, key=lambda blip: (_urgency(blip), blip.person.name.casefold()))


def explained(desk: Desk, blip: Blip) -> list[str]:
    """Why: every step from the taps to the figures, each with the rule and where it was read. On a
    desk that may not see rates the sums are left out."""
    day = blip.watched.day
    tell = telling(day.day, day.zone, "24" if show_of(desk).clock == "24" else "12")
    told = reckon(day, blip.watched.stack, now=minute(desk.now()), rate=blip.watched.rate)
    steps = [*blip.watched.stack.steps, *told.steps]
    for part in (told.meals, told.hours, blip.seen.forced, blip.seen.minor):
        steps += part.steps if part is not None else ()
    lines = dict.fromkeys(why(steps, tell))
    return list(lines) if sees_money(desk) else [_MONEY.sub("...", line) for line in lines]


_MONEY: Final = re.compile(r"\$?\d[\d,]*\.\d\d\b")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """One person's day as the rules watch it, and what it was laid out from."""

    mine: Said
    everybody: Said
    call: Call
    late: bool
    watched: Watch
    next_call: datetime | None

    def still(self, mine: Said, everybody: Said, row: Attendance, late: bool) -> bool:
        same = mine is self.mine and everybody is self.everybody
        return same and row.call == self.call and late == self.late


class Scope:
    """Keeps everybody's day laid out: of a commit only those it touched are laid out anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._laid_out: dict[str, LaidOut] = {}
        self._as_of = -1
        self._after: ShootDay | None = None
        self._kids: dict[str, Minor] = {}

    def of(self, day: ShootDay, rows: Iterable[Attendance]) -> list[Blip]:
        desk = self._desk
        as_of = desk.watch.commits(KNOWN)
        if as_of != self._as_of:
            self._as_of, self._laid_out = as_of, {}
            self._after, self._kids = _day_after(desk, day), children(desk)
        said, now = said_on(desk, day), desk.now()
        everybody = said.get(EVERYBODY, NOTHING)
        late = minute(now) >= at_clock(day.date, CLOSES, zone(desk))
        found: list[Blip] = []
        for row in rows:
            if row.in_event is None:
                continue
            mine = said.get(row.person.id, NOTHING)
            known = self._laid_out.get(row.person.id)
            if known is None or not known.still(mine, everybody, row, late):
                known = self._lay_out(day, mine, everybody, row, late)
                self._laid_out[row.person.id] = known
            seen = radar(known.watched, minute(now))
            found.append(Blip(row, seen, known.watched, known.next_call))
        return found

    def _lay_out(
        self, day: ShootDay, mine: Said, everybody: Said, row: Attendance, late: bool
    ) -> LaidOut:
        desk, show = self._desk, show_of(self._desk)
        child = self._kids.get(row.person.id)
        next_call = _call_on(desk, self._after, row.person)
        call = instant(day.date, row.call.minutes, zone(desk)) if row.call.called else None
        on_set = person_day(
            _events(mine, everybody, row),
            day=day.date,
            zone=zone(desk),
            call=call,
            general_call=instant(day.date, day.general_call, zone(desk)),
            wrap=day.wrapped,
            now=desk.now() if late else None,
        )
        watched = watch(
            on_set,
            _stack(show, row.person, day.date),
            rate=_rate(desk, row.person),
            child=child_of(child, day.date) if child else None,
            proposed=next_call,
        )
        return LaidOut(mine, everybody, row.call, late, watched, next_call)


KNOWN = ("person", "production", "deal", "minor", "day", "department_call", "personal_call")
"""Kinds that say who somebody is to the rules; with a commit of them everything is new."""


def sees_money(desk: Desk) -> bool:
    """Whether this desk may say what it costs: the office, and devices that hold deals."""
    return desk.store.hub or bool(desk.all(DEAL))


def _urgency(blip: Blip) -> int:
    """Minutes to whatever comes first; who has gone stands last."""
    seen = blip.seen
    waits = [seen.meal_in, seen.minor.minutes_left if seen.minor else None]
    if seen.forced is not None and seen.forced.short:
        waits.append(-seen.forced.short)
    left = [wait for wait in waits if wait is not None]
    return min(left, default=24 * 60) + (48 * 60 if seen.state == "out" and not left else 0)


def _stack(show: Production, person: Person, on: date) -> Stack:
    background = person.department.casefold() in ("background", "extras")
    return stack_for(
        person.union, on, jurisdiction=show.jurisdiction, tier=show.tier, background=background
    )


def _rate(desk: Desk, person: Person) -> Rate | None:
    """Their newest deal's, where this desk holds it."""
    deals = [d for d in desk.having(DEAL, "person", person.id) if d.hourly or d.rate]
    if not deals:
        return None
    deal = max(deals, key=lambda d: (d.start is not None, d.start, d.id))
    if deal.hourly is not None:
        return by_the_hour(deal.hourly.amount)
    assert deal.rate is not None
    return by_the_day(deal.rate.amount / _days(deal), deal.guaranteed_hours or 8)


def _days(deal: Deal) -> Decimal:
    return Decimal(deal.days_a_week or 5) if deal.rate_for == "week" else Decimal(1)


def _day_after(desk: Desk, day: ShootDay) -> ShootDay | None:
    """The unit's next shoot day."""
    later = (other for other in shoot_days(desk, day.unit) if other.date > day.date)
    return next(later, None)


def _call_on(desk: Desk, day: ShootDay | None, person: Person) -> datetime | None:
    """Their call on that day; None if they are not called."""
    call = call_of(desk, day, person.id) if day else None
    called = call is not None and call.called
    return instant(day.date, call.minutes, zone(desk)) if day and call and called else None


def _events(mine: Said, everybody: Said, row: Attendance) -> list[Event]:
    """A person's own events, and of those for everybody what was theirs too: they were at work,
    and have none of that sort themselves."""
    theirs = {event.what for event in mine}
    shared: list[TimeEvent] = []
    if row.started is not None:
        if not theirs & {"meal_out", "meal_in", "worked_through"}:
            shared += _while_here(everybody, ("meal_out", "line", "meal_in"), row.started, row.left)
        if not theirs & {"ndb_out", "ndb_in"}:
            began = row.arrived or row.started
            shared += _while_here(everybody, ("ndb_out", "ndb_in"), began, row.left)
    return [
        Event(event.what, event.at, event.id, None, event.walking, event.unit)
        for event in (*mine, *shared)
        if event.what != "worked_through"
    ]


def _while_here(
    everybody: Said, what: tuple[str, ...], came: datetime, left: datetime | None
) -> list[TimeEvent]:
    return [
        event
        for event in everybody
        if event.what in what and event.at >= came and (left is None or event.at <= left)
    ]
