"""Time events: what was said of a person on a day, or of everybody; and the days they make up.

They are facts. A correction or an undo is a new fact that names the one whose place it takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Final

from data.desk import Desk
from data.fields import Flag, Label, Line, Moment, link_to, one_of
from data.kind import Kind
from data.kinds.people import PersonId
from data.kinds.schedule import DayId, ShootDay
from data.kinds.voiding import standing, taken_back
from data.reach import Reach
from data.record import Record, RecordId

WHAT: Final = (
    "in",
    "out",
    "ndb_out",
    "ndb_in",
    "meal_out",
    "line",
    "meal_in",
    "worked_through",
    "travel_out",
    "travel_in",
    "school_out",
    "school_in",
    "rest_out",
    "rest_in",
    "told_to_work",
    "sick",
    "absent",
    "void",
)
"""`X_out` leaves work for a breakfast, a meal, class or rest, `X_in` is back. `line`: the last one
is through the line. `worked_through`: what was called for everybody was not theirs."""

HOW: Final = ("now", "call", "typed", "badge", "kiosk")

EVERYBODY: Final = ""
"""The key of the events that name nobody: lunch is called for the unit."""

TWINS: Final = timedelta(minutes=5)


class TimeEvent(Record):
    """One tap on the board. `at` is what was said; an early `in` is kept as the arrival it was.

    Without a person it is said of everybody who was at work then. `voids` names the event in whose
    place this one stands, for the `reason` given.
    """

    person: PersonId | None = None
    day: DayId
    unit: Line = "Main"
    what: Annotated[str, one_of(*WHAT), Label("What")]
    at: Moment
    how: Annotated[str, one_of(*HOW), Label("How")] = "now"
    walking: Annotated[Flag, Label("Walking meal")] = False
    voids: Annotated[str | None, link_to("time"), Label("In place of")] = None
    reason: Line = ""


def voiding(event: TimeEvent, reason: str = "") -> TimeEvent:
    """The fact that takes an event back."""
    return event.model_copy(
        update={"id": RecordId(""), "what": "void", "voids": event.id, "reason": reason}
    )


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
    take_back=voiding,
    taken_back=taken_back,
)


def twins(one: TimeEvent, other: TimeEvent) -> bool:
    """Whether two copies may have said one thing of one person: both are kept, the earlier counts.
    Farther apart they are a question (data/doubts.py)."""
    alike = (one.person, one.what, one.unit) == (other.person, other.what, other.unit)
    return alike and abs(one.at - other.at) <= TWINS


Said = list[TimeEvent]
"""Standing events in the order of their moments."""


class DayTimes:
    """The days that were asked about, person by person. A commit makes anew only the lists of those
    whose events it touched; the others' stay the same objects."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._begin()

    def _begin(self) -> None:
        self._days: dict[str, dict[str, Said]] = {}
        self._events: dict[str, dict[str, dict[str, TimeEvent]]] = {}
        """By day and person: every event by its id, the voids too."""
        self._where: dict[str, tuple[str, str]] = {}

    def of(self, day_id: str) -> dict[str, Said]:
        """By person, and under EVERYBODY, what stands. Not the caller's to change."""
        news = self._desk.watch.news("times")
        if news is None:
            self._begin()
        for record_id in news or ():
            self._hear(record_id)
        if day_id not in self._days:
            self._events[day_id], self._days[day_id] = {}, {}
            for event in self._desk.having(TIME, "day", day_id):
                self._put(event)
            for person in self._events[day_id]:
                self._tell(day_id, person)
        return self._days[day_id]

    def _hear(self, record_id: str) -> None:
        before = self._where.pop(record_id, None)
        if before is not None:
            self._events[before[0]][before[1]].pop(record_id, None)
        event = self._desk.find(TIME, record_id)
        if event is not None and event.day in self._days:
            self._put(event)
        for where in {before, self._where.get(record_id)}:
            if where is not None:
                self._tell(*where)

    def _put(self, event: TimeEvent) -> None:
        person = event.person or EVERYBODY
        self._events[event.day].setdefault(person, {})[event.id] = event
        self._where[event.id] = (event.day, person)

    def _tell(self, day_id: str, person: str) -> None:
        said = in_order(self._events[day_id][person].values())
        if said:
            self._days[day_id][person] = said
        else:
            self._days[day_id].pop(person, None)


def said_on(desk: Desk, day: ShootDay) -> dict[str, Said]:
    """What stands of a day, by person and under EVERYBODY. Not the caller's to change."""
    return desk.watch.kept("times", lambda: DayTimes(desk)).of(day.id)


def in_order(events: Iterable[TimeEvent]) -> Said:
    return sorted(standing(events), key=lambda e: (e.at, e.id))


def events_of(desk: Desk, day: ShootDay) -> Said:
    """The day's standing time events, in order."""
    return sorted(
        (event for said in said_on(desk, day).values() for event in said),
        key=lambda e: (e.at, e.id),
    )
