"""Six people, two actors, three days: a show small enough to keep in mind while reading a test.

day 2 is Tue 9 June 2026, general call 07:00 in Denver (13:00 UTC)
Gus, Grete   GRIP          at the general call
Cam          CAMERA        half an hour before it
Ada          ASSISTANT DIRECTORS
Lou          LOCATIONS     finished the day before
Newt         GRIP          starts the day after
Rosa (1), Dale (2)         CAST; day 2 has a scene for Rosa only
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from data.desk import Desk
from data.kinds.calls import set_department_call
from data.kinds.people import CastMember, Person
from data.kinds.production import Production, production_id
from data.kinds.schedule import Scene, ShootDay, day_id, scene_id
from data.walltime import instant, zone_of

PRODUCTION = "3f2b8c54-0d7e-4c53-9a51-6f0c1b1f0a77"
ZONE = zone_of("America/Denver")
TODAY = date(2026, 6, 9)


@dataclass
class Wall:
    """A clock whose hands the test turns."""

    at: datetime = datetime(2026, 6, 9, 12, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def shows(self, hour: int, minute: int = 0, *, day: date = TODAY) -> datetime:
        """Turns it to this wall time of the work day in Denver; hours run past 24."""
        self.at = instant(day, hour * 60 + minute, ZONE)
        return self.at


@dataclass
class SmallShow:
    desk: Desk
    wall: Wall
    days: dict[int, ShootDay] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def day(self) -> ShootDay:
        return self.days[2]

    def __getitem__(self, name: str) -> Person:
        return self.people[name]


def at(hour: int, minute: int = 0, *, day: date = TODAY) -> datetime:
    """The instant of a wall time of the work day."""
    return instant(day, hour * 60 + minute, ZONE)


def made_up(desk: Desk, wall: Wall) -> SmallShow:
    show = SmallShow(desk, wall)
    desk.store.set_meta(production=PRODUCTION)
    desk.add(
        Production(title="Small Show", zone="America/Denver"), record_id=production_id(PRODUCTION)
    )
    for number in (1, 2, 3):
        show.days[number] = desk.add(
            ShootDay(date=TODAY + timedelta(days=number - 2), number=number, general_call=7 * 60),
            record_id=day_id(PRODUCTION, "Main", number),
        )
    for name, department in (
        ("Ada", "ASSISTANT DIRECTORS"),
        ("Cam", "CAMERA"),
        ("Gus", "GRIP"),
        ("Grete", "GRIP"),
        ("Lou", "LOCATIONS"),
        ("Newt", "GRIP"),
        ("Rosa", "CAST"),
        ("Dale", "CAST"),
    ):
        show.people[name] = desk.add(
            Person(
                name=name,
                department=department,
                start=TODAY + timedelta(days=1 if name == "Newt" else -5),
                finish=TODAY - timedelta(days=1) if name == "Lou" else None,
            )
        )
    for number, name in ((1, "Rosa"), (2, "Dale")):
        desk.add(CastMember(number=number, character=name.upper(), person=show[name].id))
    desk.add(
        Scene(number="14", day=show.day.id, cast=frozenset({"1"})),
        record_id=scene_id(PRODUCTION, "14"),
    )
    set_department_call(desk, show.day, "Camera", -30)
    return show
