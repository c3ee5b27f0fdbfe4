"""What is said of the whole unit at once: breakfast and meals called, who is on set, who eats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from data.desk import Desk
from data.errors import Refused
from data.fields import Meal
from data.kinds.attendance import Attendance, board
from data.kinds.people import Person
from data.kinds.production import zone
from data.kinds.schedule import ShootDay
from data.kinds.times import EVERYBODY, TimeEvent, said_on
from data.kinds.vouchers import vouchers_of
from data.walltime import wall_minutes

CAST, CREW, BACKGROUND, VISITORS, VENDORS = "Cast", "Crew", "Background", "Visitors", "Vendors"

GUESTS: Final = {"visitors": VISITORS, "visitor": VISITORS, "vendors": VENDORS, "vendor": VENDORS}
"""Departments at the gate that are no crew."""


PRINTED: Final = ("lunch", "second_meal")
"""Fields of the day in which its papers look for the meals."""


@dataclass(frozen=True, slots=True)
class Called:
    """A breakfast or a meal that was called for everybody. `line`: the last one was through."""

    out: TimeEvent
    line: TimeEvent | None = None
    back: TimeEvent | None = None
    walking: bool = False


def called_for_all(desk: Desk, day: ShootDay, what: str = "meal") -> list[Called]:
    """The day's meals, or with `ndb` its breakfasts, as they were called, in order."""
    events = said_on(desk, day).get(EVERYBODY, [])
    found: list[Called] = []
    for event in events:
        last = found[-1] if found and found[-1].back is None else None
        if event.what == f"{what}_out" and last is None:
            found.append(Called(event, walking=event.walking))
        elif event.what == "line" and what == "meal" and last is not None:
            found[-1] = Called(last.out, last.line or event, None, last.walking)
        elif event.what == f"{what}_in" and last is not None:
            found[-1] = Called(last.out, last.line, event, last.walking)
    return found


def running(desk: Desk, day: ShootDay, what: str = "meal") -> Called | None:
    """The meal that everybody is at."""
    called = called_for_all(desk, day, what)
    return called[-1] if called and called[-1].back is None else None


# ---- verbs ----------------------------------------------------------------------------------


def call_out(
    desk: Desk,
    day: ShootDay,
    what: str = "meal",
    *,
    at: datetime | None = None,
    without: Iterable[Person] = (),
    walking: bool = False,
) -> TimeEvent:
    """`Lunch called`: everybody who is in leaves work, but for those who work through."""
    if running(desk, day, what) is not None:
        raise Refused("It is called already. Say when work goes on.", code="called")
    with desk.gesture():
        event = _say(desk, day, f"{what}_out", at, walking=walking)
        for person in without:
            desk.add(_event(desk, day, "worked_through", event.at, person=person.id))
    return event


def last_through(desk: Desk, day: ShootDay, *, at: datetime | None = None) -> TimeEvent:
    """The last one is through the line: from now on the half hour of a meal counts."""
    if running(desk, day) is None:
        raise Refused("No meal is called. Call it first.", code="not-called")
    return _say(desk, day, "line", at)


def call_back(
    desk: Desk, day: ShootDay, what: str = "meal", *, at: datetime | None = None
) -> TimeEvent:
    """Work goes on. The first meal and the second are the day's, as its papers print them."""
    called = running(desk, day, what)
    if called is None:
        raise Refused("Nothing is called. Call it first.", code="not-called")
    until = (at or desk.now()).replace(microsecond=0)
    if until <= called.out.at:
        raise Refused("Work goes on after the meal was called, not before.", code="order")
    with desk.gesture():
        event = _say(desk, day, f"{what}_in", until)
        place = len(called_for_all(desk, day, what)) - 1
        if what == "meal" and place < len(PRINTED):
            out, back = (wall_minutes(day.date, at, zone(desk)) for at in (called.out.at, until))
            if out < back:
                meal: dict[str, Any] = {PRINTED[place]: Meal(out=out, back=back)}
                desk.edit(day, **meal)
    return event


# ---- who is here, and who eats --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Muster:
    """Everybody who is on set now, by sort; of each the name and what they do."""

    at: datetime
    here: dict[str, list[tuple[str, str]]]

    @property
    def count(self) -> int:
        return sum(map(len, self.here.values()))


def muster(desk: Desk, day: ShootDay, rows: Sequence[Attendance] | None = None) -> Muster:
    """Who came and has not left: crew, cast, background, visitors, vendors' people."""
    here: dict[str, list[tuple[str, str]]] = {
        sort: [] for sort in (CREW, CAST, BACKGROUND, VISITORS, VENDORS)
    }
    for row in board(desk, day) if rows is None else rows:
        if row.is_in:
            here[sort_of(row.person)].append((row.person.name, row.person.position))
    for voucher in vouchers_of(desk, day):
        if voucher.came is not None and voucher.left is None:
            here[BACKGROUND].append((voucher.name or "Background", f"voucher {voucher.number}"))
    return Muster(desk.now(), {sort: sorted(names) for sort, names in here.items()})


def sort_of(person: Person) -> str:
    department = person.department.casefold().strip()
    if department == "cast":
        return CAST
    if department in ("background", "extras"):
        return BACKGROUND
    return GUESTS.get(department, CREW)


@dataclass(frozen=True, slots=True)
class Plates:
    """How many eat. `diets`: by what they eat, without a name; who says nothing eats anything."""

    crew: int
    background: int
    diets: dict[str, int]

    @property
    def count(self) -> int:
        return self.crew + self.background


def plates(desk: Desk, day: ShootDay, *, called: bool = False) -> Plates:
    """For those who cook: who is in now, or with `called` also who is still to come."""
    rows = [
        row
        for row in board(desk, day)
        if row.is_in or (called and row.call.called and row.in_event is None and not row.away)
    ]
    diets = Counter(row.person.diet.strip().casefold() for row in rows if row.person.diet.strip())
    background = [v for v in vouchers_of(desk, day) if v.came is not None and v.left is None]
    extras = max(len(background), day.background if called else 0)
    return Plates(len(rows), extras, dict(sorted(diets.items(), key=lambda d: (-d[1], d[0]))))


def last_out(rows: Iterable[Attendance]) -> Attendance | None:
    """The last man out: None while somebody is still in."""
    rows = list(rows)
    if any(row.is_in for row in rows):
        return None
    gone = [row for row in rows if row.left is not None]
    return max(gone, key=lambda row: (row.left, row.person.id), default=None)


def _say(
    desk: Desk, day: ShootDay, what: str, at: datetime | None, *, walking: bool = False
) -> TimeEvent:
    return desk.add(_event(desk, day, what, at, walking=walking))


def _event(
    desk: Desk,
    day: ShootDay,
    what: str,
    at: datetime | None,
    *,
    person: str | None = None,
    walking: bool = False,
) -> TimeEvent:
    return TimeEvent(
        person=person,
        day=day.id,
        unit=day.unit,
        what=what,
        at=(at or desk.now()).replace(microsecond=0),
        how="now" if at is None else "typed",
        walking=walking,
    )
