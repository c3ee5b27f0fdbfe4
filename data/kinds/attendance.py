"""Who came when: time events, which are facts. A correction or an undo is a new fact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from data.desk import Desk
from data.errors import BadInput, NotFound, Refused
from data.fields import Label, Line, Moment, link_to, one_of
from data.kind import Kind
from data.kinds.calls import Call, call_of, calls
from data.kinds.people import Person, PersonId
from data.kinds.production import show_of, zone
from data.kinds.schedule import DayId, ShootDay
from data.kinds.voiding import standing, taken_back
from data.reach import Reach
from data.record import Record, RecordId
from data.walltime import clock_text, instant, wall_minutes

WHAT = ("in", "out", "meal_out", "meal_in", "told_to_work", "void")
HOW = ("now", "call", "typed")


class TimeEvent(Record):
    """One tap on the board. `at` is what was said; an early `in` is kept as the arrival it was."""

    person: PersonId
    day: DayId
    unit: Line = "Main"
    what: Annotated[str, one_of(*WHAT), Label("What")]
    at: Moment
    how: Annotated[str, one_of(*HOW), Label("How")] = "now"
    voids: Annotated[str | None, link_to("time"), Label("Takes back")] = None
    reason: Line = ""


def _void(event: TimeEvent) -> TimeEvent:
    return event.model_copy(update={"id": RecordId(""), "what": "void", "voids": event.id})


TIME = Kind(
    name="time",
    model=TimeEvent,
    title="Time event",
    plural="Times",
    named_by="what",
    nature="fact",
    columns=("day", "person", "what", "at", "how", "reason"),
    reach=Reach("times", owner=("person",), unit=("unit",)),
    indexed=("day",),
    confidentiality="amber",
    take_back=_void,
    taken_back=taken_back,
)


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person on one day as the board and the paper show it.

    `arrived` is the moment of the `in` as it was said; `started` is what counts: the call for those
    who came early, unless they were told to work. All instants are UTC.
    """

    call: Call
    in_event: TimeEvent | None = None
    out_event: TimeEvent | None = None
    told_to_work: bool = False
    arrived: datetime | None = None
    started: datetime | None = None
    left: datetime | None = None
    meals: tuple[tuple[datetime, datetime | None], ...] = ()

    @property
    def person(self) -> Person:
        return self.call.person

    @property
    def is_in(self) -> bool:
        return self.in_event is not None and self.out_event is None

    @property
    def early(self) -> bool:
        return self.arrived is not None and self.started != self.arrived


LATE_AFTER = 15
"""Minutes past the call after which somebody who is not in stands on the list to phone."""

TWINS = timedelta(minutes=5)


def board(desk: Desk, day: ShootDay) -> list[Attendance]:
    """Everybody with their times on this day: those called, and those who came all the same."""
    return rows_of(desk, day, calls(desk, day), {})


Made = dict[str, tuple[list[TimeEvent], Attendance]]
"""By person: a row, and the events it was made of."""


def rows_of(desk: Desk, day: ShootDay, listed: Iterable[Call], made: Made) -> list[Attendance]:
    """The board's rows. `made` keeps them: whose events are the same gets the same row again."""
    by_person: dict[str, list[TimeEvent]] = {}
    for event in events_of(desk, day):
        by_person.setdefault(event.person, []).append(event)
    rows: list[Attendance] = []
    for call in listed:
        events = by_person.get(call.person.id, [])
        if call.called or events:
            known = made.get(call.person.id)
            if known is None or known[0] != events:
                known = made[call.person.id] = events, attendance(desk, day, call, events)
            rows.append(known[1])
    return rows


def events_of(desk: Desk, day: ShootDay) -> list[TimeEvent]:
    """The day's standing time events, in order."""
    return sorted(standing(desk.having(TIME, "day", day.id)), key=lambda e: (e.at, e.id))


def attendance(desk: Desk, day: ShootDay, call: Call, events: Iterable[TimeEvent]) -> Attendance:
    """One person's day from their standing events; of twin `in`s the earlier counts."""
    by_what: dict[str, list[TimeEvent]] = {}
    for event in events:
        by_what.setdefault(event.what, []).append(event)
    in_event = next(iter(by_what.get("in", ())), None)
    outs = [e for e in by_what.get("out", ()) if in_event is None or e.at >= in_event.at]
    out_event = next((e for e in outs if twins(e, outs[-1])), None)
    told = bool(by_what.get("told_to_work"))
    called_at = instant(day.date, call.minutes, zone(desk))
    arrived = in_event.at if in_event else None
    started = arrived
    if arrived is not None and call.called and not told:
        started = max(arrived, called_at)
    back = [e.at for e in by_what.get("meal_in", ())]
    meals = tuple(
        (e.at, next((b for b in back if b > e.at), None)) for e in by_what.get("meal_out", ())
    )
    return Attendance(
        call,
        in_event,
        out_event,
        told,
        arrived,
        started,
        out_event.at if out_event else None,
        meals,
    )


def twins(one: TimeEvent, other: TimeEvent) -> bool:
    """Whether two copies may have said one thing of one person: both are kept, the earlier counts.
    Farther apart they are a question (data/doubts.py)."""
    alike = (one.person, one.what, one.unit) == (other.person, other.what, other.unit)
    return alike and abs(one.at - other.at) <= TWINS


def missing(desk: Desk, day: ShootDay, rows: Iterable[Attendance]) -> list[Attendance]:
    """Those called who are not in fifteen minutes after their call."""
    now = wall_minutes(day.date, desk.now(), zone(desk))
    return [
        row
        for row in rows
        if row.call.called and row.in_event is None and now >= row.call.minutes + LATE_AFTER
    ]


# ---- verbs ----------------------------------------------------------------------------------


def check_in(
    desk: Desk, day: ShootDay, person: Person, *, how: str = "now", at: datetime | None = None
) -> TimeEvent:
    """`person` is in: now, at their call, or at a typed moment. Refused if they are in already."""
    row = _row(desk, day, person)
    if row.in_event is not None:
        raise Refused(
            f"{person.name} is in already, since {_said(desk, day, row.in_event.at)}.",
            code="already-in",
        )
    if how == "call":
        at = instant(day.date, row.call.minutes, zone(desk))
    return _say(desk, day, person, "in", at, how)


def check_out(
    desk: Desk, day: ShootDay, person: Person, *, how: str = "now", at: datetime | None = None
) -> TimeEvent:
    """`person` is out. Refused before they are in, and for a moment before they came."""
    row = _row(desk, day, person)
    if row.in_event is None:
        raise Refused(f"{person.name} is not in yet. Check them in first.", code="not-in")
    if row.out_event is not None:
        raise Refused(
            f"{person.name} is out already, since {_said(desk, day, row.out_event.at)}.",
            code="already-out",
        )
    if (at or desk.now()) < row.in_event.at:
        raise Refused(
            f"{person.name} came at {_said(desk, day, row.in_event.at)}; out must be after that.",
            code="out-before-in",
        )
    return _say(desk, day, person, "out", at, how)


def told_to_work(desk: Desk, day: ShootDay, person: Person) -> TimeEvent:
    """They came early and were put to work: the day counts from the arrival, not the call."""
    row = _row(desk, day, person)
    if row.arrived is None:
        raise Refused(f"{person.name} is not in yet. Check them in first.", code="not-in")
    return _say(desk, day, person, "told_to_work", row.arrived, "typed")


def take_back(desk: Desk, event: TimeEvent, *, reason: str = "") -> TimeEvent:
    """Voids an event by a new one; the tap that was wrong stays on record."""
    return desk.add(_void(event).model_copy(update={"reason": reason}))


def wrap_department(desk: Desk, day: ShootDay, department: str, at: datetime) -> list[TimeEvent]:
    """Everybody of the department who is in goes out at `at`, as one gesture."""
    rows = [r for r in board(desk, day) if r.person.department.casefold() == department.casefold()]
    return _wrap(desk, day, rows, at)


def wrap_day(desk: Desk, day: ShootDay, at: datetime) -> list[TimeEvent]:
    """The unit's wrap: whoever is still in goes out, and the board may move to the next day."""
    with desk.gesture():
        events = _wrap(desk, day, board(desk, day), at)
        desk.edit(day, wrapped=at)
    return events


def add_at_gate(
    desk: Desk,
    day: ShootDay,
    *,
    name: str,
    department: str,
    reports_to: str = "",
    position: str = "",
    phone: str = "",
) -> Person:
    """A day player who is on no list: put on the crew list for this day, and in, in one gesture."""
    if not name.strip():
        raise BadInput("Name is missing. Write who came.", field="name")
    if not department.strip():
        raise BadInput("Department is missing. Choose whom they came for.", field="department")
    with desk.gesture():
        person = desk.add(
            Person(
                name=name,
                department=department,
                reports_to=reports_to,
                position=position,
                phone=phone,
                start=day.date,
                finish=day.date,
                unit=day.unit,
                walk_on=True,
            )
        )
        _say(desk, day, person, "in", None, "now")
    return person


def _wrap(desk: Desk, day: ShootDay, rows: Iterable[Attendance], at: datetime) -> list[TimeEvent]:
    with desk.gesture():
        return [
            _say(desk, day, row.person, "out", max(at, row.in_event.at), "typed")
            for row in rows
            if row.is_in and row.in_event is not None
        ]


def _say(
    desk: Desk, day: ShootDay, person: Person, what: str, at: datetime | None, how: str
) -> TimeEvent:
    moment = (at or desk.now()).replace(microsecond=0)
    return desk.add(
        TimeEvent(person=person.id, day=day.id, unit=day.unit, what=what, at=moment, how=how)
    )


def _row(desk: Desk, day: ShootDay, person: Person) -> Attendance:
    call = call_of(desk, day, person.id)
    if call is None:
        raise NotFound(f"{person.name} is not on the crew list any more.")
    return attendance(desk, day, call, [e for e in events_of(desk, day) if e.person == person.id])


def _said(desk: Desk, day: ShootDay, moment: datetime) -> str:
    return clock_text(wall_minutes(day.date, moment, zone(desk)), show_of(desk).clock)
