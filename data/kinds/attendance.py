"""Who came when, as the board and the paper show it, and the taps that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.desk import Desk
from data.errors import BadInput, NotFound, Refused
from data.kinds.calls import Call, call_of, calls
from data.kinds.people import Person
from data.kinds.production import show_of, zone
from data.kinds.schedule import ShootDay
from data.kinds.times import EVERYBODY, Said, TimeEvent, said_on, twins, voiding
from data.walltime import clock_text, instant, wall_minutes


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
    away: str = ""
    """`sick` or `absent`: somebody said why they are not coming."""

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

NOTHING: Said = []


def board(desk: Desk, day: ShootDay) -> list[Attendance]:
    """Everybody with their times on this day: those called, and those who came all the same."""
    return rows_of(desk, day, calls(desk, day), {})


Made = dict[str, tuple[Said, Said, Attendance]]
"""By person: a row, and the events it was made of, theirs and everybody's."""


def rows_of(desk: Desk, day: ShootDay, listed: Iterable[Call], made: Made) -> list[Attendance]:
    """The board's rows. `made` keeps them: whose events are the same gets the same row again."""
    said = said_on(desk, day)
    everybody = said.get(EVERYBODY, NOTHING)
    rows: list[Attendance] = []
    for call in listed:
        events = said.get(call.person.id, NOTHING)
        if call.called or events:
            known = made.get(call.person.id)
            if known is None or known[0] is not events or known[1] is not everybody:
                row = attendance(desk, day, call, events, everybody)
                known = made[call.person.id] = events, everybody, row
            rows.append(known[2])
    return rows


def attendance(
    desk: Desk, day: ShootDay, call: Call, events: Sequence[TimeEvent], everybody: Said = NOTHING
) -> Attendance:
    """One person's day from their standing events, and from those that were said of everybody; of
    twin `in`s the earlier counts."""
    if not events:
        return Attendance(call)
    by_what = _by_what(events)
    in_event = next(iter(by_what.get("in", ())), None)
    outs = [e for e in by_what.get("out", ()) if in_event is None or e.at >= in_event.at]
    out_event = next((e for e in outs if twins(e, outs[-1])), None)
    told = "told_to_work" in by_what
    arrived = in_event.at if in_event else None
    started = arrived
    if arrived is not None and call.called and not told:
        started = max(arrived, instant(day.date, call.minutes, zone(desk)))
    left = out_event.at if out_event else None
    meals = _meals(by_what)
    if not meals and started is not None and "worked_through" not in by_what:
        called = _meals(_by_what(everybody))
        meals = tuple(m for m in called if started <= m[0] and (left is None or m[0] < left))
    away = next((w for w in ("sick", "absent") if w in by_what and in_event is None), "")
    return Attendance(call, in_event, out_event, told, arrived, started, left, meals, away)


def _by_what(events: Iterable[TimeEvent]) -> dict[str, list[TimeEvent]]:
    by_what: dict[str, list[TimeEvent]] = {}
    for event in events:
        by_what.setdefault(event.what, []).append(event)
    return by_what


def _meals(by_what: dict[str, list[TimeEvent]]) -> tuple[tuple[datetime, datetime | None], ...]:
    """Out and back of each; what was called twice within minutes is one meal."""
    back = [e.at for e in by_what.get("meal_in", ())]
    outs = by_what.get("meal_out", ())
    firsts = [e for n, e in enumerate(outs) if n == 0 or not twins(e, outs[n - 1])]
    return tuple((e.at, next((b for b in back if b > e.at), None)) for e in firsts)


def missing(desk: Desk, day: ShootDay, rows: Iterable[Attendance]) -> list[Attendance]:
    """Those called who are not in fifteen minutes after their call."""
    now = wall_minutes(day.date, desk.now(), zone(desk))
    return [
        row
        for row in rows
        if row.call.called
        and row.in_event is None
        and not row.away
        and now >= row.call.minutes + LATE_AFTER
    ]


# ---- verbs ----------------------------------------------------------------------------------


def check_in(
    desk: Desk, day: ShootDay, person: Person, *, how: str = "now", at: datetime | None = None
) -> TimeEvent:
    """`person` is in: now, at their call, or at a typed moment. Refused if they are in already."""
    row = row_of(desk, day, person)
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
    row = row_of(desk, day, person)
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
    row = row_of(desk, day, person)
    if row.arrived is None:
        raise Refused(f"{person.name} is not in yet. Check them in first.", code="not-in")
    return _say(desk, day, person, "told_to_work", row.arrived, "typed")


def take_back(desk: Desk, event: TimeEvent, *, reason: str = "") -> TimeEvent:
    """Voids an event by a new one; the tap that was wrong stays on record."""
    return desk.add(voiding(event, reason))


def amend(desk: Desk, event: TimeEvent, at: datetime, *, reason: str) -> TimeEvent:
    """The same said of another moment, by a new event with its reason: the first one stays on
    record, as payroll will ask for it."""
    if not reason.strip():
        raise BadInput("Say why the time is changed: it is kept for payroll.", field="reason")
    update = {"id": "", "at": at.replace(microsecond=0), "how": "typed", "voids": event.id}
    return desk.add(event.model_copy(update={**update, "reason": reason}))


def stay_away(
    desk: Desk, day: ShootDay, person: Person, what: str, *, reason: str = ""
) -> TimeEvent:
    """`person` is not coming: `sick` or `absent`. No diagnosis is asked for, or kept."""
    row = row_of(desk, day, person)
    if row.in_event is not None:
        since = _said(desk, day, row.in_event.at)
        raise Refused(f"{person.name} is in since {since}. Take that back first.", code="in")
    if row.away:
        raise Refused(f"{person.name} is {row.away} already.", code="away")
    return _say(desk, day, person, what, None, "now", reason=reason)


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
    desk: Desk,
    day: ShootDay,
    person: Person,
    what: str,
    at: datetime | None,
    how: str,
    *,
    reason: str = "",
) -> TimeEvent:
    return desk.add(
        TimeEvent(
            person=person.id,
            day=day.id,
            unit=day.unit,
            what=what,
            at=(at or desk.now()).replace(microsecond=0),
            how=how,
            reason=reason,
        )
    )


def row_of(desk: Desk, day: ShootDay, person: Person) -> Attendance:
    """One person's day, or NotFound for who is on no list."""
    call = call_of(desk, day, person.id)
    if call is None:
        raise NotFound(f"{person.name} is not on the crew list any more.")
    said = said_on(desk, day)
    return attendance(desk, day, call, said.get(person.id, NOTHING), said.get(EVERYBODY, NOTHING))


def _said(desk: Desk, day: ShootDay, moment: datetime) -> str:
    return clock_text(wall_minutes(day.date, moment, zone(desk)), show_of(desk).clock)
