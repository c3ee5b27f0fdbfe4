"""Scenes, shoot days, and who is called when on each of them."""

from __future__ import annotations

from typing import Annotated

from data.fields import (
    Count,
    Day,
    Eighths,
    Flag,
    Label,
    Line,
    MealTimes,
    Minutes,
    Moment,
    Prose,
    WallTime,
    Words,
    link_to,
    one_of,
)
from data.kind import Kind
from data.kinds.people import PersonId
from data.reach import Reach
from data.record import Record, RecordId, natural_id

DayId = Annotated[str, link_to("day")]


class ShootDay(Record):
    """One unit's work day. It belongs to the date of its call, also past midnight."""

    date: Day
    unit: Line = "Main"
    number: Annotated[Count, Label("Shoot day no.")] = 0
    general_call: Annotated[WallTime, Label("General call")] = 7 * 60
    location: Line = ""
    lunch: Annotated[MealTimes | None, Label("Lunch")] = None
    second_meal: Annotated[MealTimes | None, Label("Second meal")] = None
    background: Annotated[Count, Label("Background expected")] = 0
    estimated_wrap: Annotated[WallTime | None, Label("Estimated wrap")] = None
    wrapped: Annotated[Moment | None, Label("Wrapped at")] = None
    note: Prose = ""


class DepartmentCall(Record):
    """How far from the general call a department comes, in minutes; -60 is an hour before it."""

    day: DayId
    department: Line
    unit: Line = "Main"
    offset: Minutes = 0


class PersonalCall(Record):
    """One person's own call on one day, or that they are off."""

    day: DayId
    person: PersonId
    unit: Line = "Main"
    call: Annotated[WallTime | None, Label("Own call")] = None
    off: Flag = False
    why: Line = ""


class Scene(Record):
    """A scene of the schedule; `cast` holds cast numbers as the strip board writes them."""

    number: Annotated[Line, Label("Scene")]
    day: DayId | None = None
    position: Annotated[Count, Label("Order in the day")] = 0
    int_ext: Annotated[str, one_of("INT", "EXT", "INT/EXT", ""), Label("I/E")] = ""
    set_name: Annotated[Line, Label("Set")] = ""
    day_night: Annotated[Line, Label("D/N")] = ""
    story_day: Annotated[Line, Label("Story day")] = ""
    pages: Annotated[Eighths, Label("Pages")] = 0
    cast: Words = frozenset()
    background: Annotated[Count, Label("Background")] = 0


DAY = Kind(
    name="day",
    model=ShootDay,
    title="Shoot day",
    plural="Shoot days",
    nature="shared",
    reach=Reach("contacts", unit=("unit",)),
    columns=("date", "number", "unit", "general_call", "location", "background"),
    merge={"location": "review"},
    natural=lambda production, day: day_id(production, day.unit, day.number) if day.number else "",
)
DEPARTMENT_CALL = Kind(
    name="department_call",
    model=DepartmentCall,
    title="Department call",
    plural="Department calls",
    nature="shared",
    reach=Reach("contacts", department=("department",), unit=("unit",)),
    columns=("day", "department", "offset"),
    indexed=("day",),
)
PERSONAL_CALL = Kind(
    name="personal_call",
    model=PersonalCall,
    title="Personal call",
    plural="Personal calls",
    nature="shared",
    reach=Reach("contacts", owner=("person",), unit=("unit",)),
    columns=("day", "person", "call", "off", "why"),
    indexed=("day",),
    merge={"off": "review"},
)
SCENE = Kind(
    name="scene",
    model=Scene,
    title="Scene",
    plural="Scenes",
    nature="shared",
    reach=Reach("script", part="schedule", unit=("day.unit",)),
    columns=("number", "day", "int_ext", "set_name", "day_night", "pages", "cast"),
    indexed=("day",),
    merge={"day": "review", "int_ext": "lww"},
    natural=lambda production, scene: scene_id(production, scene.number),
)


def day_id(production: str, unit: str, number: int) -> RecordId:
    """Shoot day n of a unit is one thing, whoever types it in first."""
    return natural_id(production, "day", unit.casefold(), number)


def scene_id(production: str, number: str) -> RecordId:
    return natural_id(production, "scene", number.casefold())


def department_call_id(production: str, day: str, department: str) -> RecordId:
    return natural_id(production, "department_call", day, department.casefold())


def personal_call_id(production: str, day: str, person: str) -> RecordId:
    return natural_id(production, "personal_call", day, person)
