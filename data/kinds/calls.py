"""Who is called when: the general call, plus the department's offset, or a person's own call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tinydb import where

from data.desk import Desk
from data.errors import BadInput
from data.kinds.people import CAST, PERSON, Person
from data.kinds.production import show_of, today, zone
from data.kinds.schedule import (
    DAY,
    DEPARTMENT_CALL,
    PERSONAL_CALL,
    SCENE,
    DepartmentCall,
    PersonalCall,
    Scene,
    ShootDay,
    department_call_id,
    personal_call_id,
)
from data.walltime import wall_minutes

CAST_DEPARTMENT = "CAST"


@dataclass(frozen=True, slots=True)
class Call:
    """A person on a day: `minutes` is their call as wall time; not `called`: `why` says why not."""

    person: Person
    minutes: int
    called: bool
    why: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Showing:
    """The day a screen opens on; `why` is what to say when it is not plainly today."""

    day: ShootDay | None
    why: str = ""


def shoot_days(desk: Desk, unit: str | None = None) -> list[ShootDay]:
    """Every shoot day, or one unit's, by date."""
    days = [d for d in desk.all(DAY) if unit is None or d.unit == unit]
    return sorted(days, key=lambda d: (d.date, d.unit.casefold() != "main", d.unit, d.number))


def scenes_of(desk: Desk, day: ShootDay) -> list[Scene]:
    """The day's scenes in shooting order."""
    scenes = desk.having(SCENE, "day", day.id)
    return sorted(scenes, key=lambda scene: (scene.position, scene.number))


def offsets_of(desk: Desk, day: ShootDay) -> dict[str, int]:
    """Minutes from the general call by department, casefolded."""
    lines = desk.having(DEPARTMENT_CALL, "day", day.id)
    return {line.department.casefold(): line.offset for line in lines}


def calls(desk: Desk, day: ShootDay) -> list[Call]:
    """Everybody on the crew and cast list with their call on this day, by department as listed."""
    call = _caller(desk, day)
    return [call(person) for person in desk.all(PERSON)]


def call_of(desk: Desk, day: ShootDay, person_id: str) -> Call | None:
    """One person's call on this day; None for somebody who is on no list."""
    person = desk.find(PERSON, person_id)
    return None if person is None else _caller(desk, day)(person)


def called(desk: Desk, day: ShootDay) -> list[Call]:
    return [call for call in calls(desk, day) if call.called]


def departments(people: Iterable[Person]) -> list[str]:
    """Department names in the order the list has them, each once whatever its spelling."""
    seen: dict[str, str] = {}
    for person in people:
        seen.setdefault(person.department.casefold(), person.department)
    return list(seen.values())


def day_now(desk: Desk, unit: str) -> Showing:
    """The unit's day to show: yesterday's until its wrap, else today's, else the nearest one."""
    now = today(desk)
    days = {day.date: day for day in shoot_days(desk, unit)}
    if not days:
        return Showing(None, "There are no shoot days yet. Import the schedule, or add a day.")
    before = days.get(now - timedelta(days=1))
    if before is not None and _still_running(desk, before, days.get(now)):
        return Showing(before, "Still this day until its wrap is called.")
    if now in days:
        return Showing(days[now])
    nearest = min(days, key=lambda d: (abs((d - now).days), d < now))
    return Showing(days[nearest], f"No shoot day on {said(now)}: this is the nearest one.")


def day_on(desk: Desk, on: date | None, unit: str) -> ShootDay:
    """The unit's shoot day on a date, or the one to show now; BadInput when there is none."""
    if on is None:
        showing = day_now(desk, unit)
        if showing.day is None:
            raise BadInput(showing.why)
        return showing.day
    for day in shoot_days(desk, unit):
        if day.date == on:
            return day
    raise BadInput(f"The {unit} unit has no shoot day on {said(on)}.")


def said(day: date) -> str:
    """A date as a person says it: Mon 13 Jul."""
    return f"{day:%a} {day.day} {day:%b}"


def set_department_call(desk: Desk, day: ShootDay, department: str, offset: int) -> DepartmentCall:
    """The department comes `offset` minutes after the general call; negative: before it."""
    record_id = department_call_id(desk.store.production, day.id, department)
    return desk.put(
        record_id, DepartmentCall(day=day.id, department=department, unit=day.unit, offset=offset)
    )


def set_personal_call(
    desk: Desk, day: ShootDay, person: str, *, call: int | None, off: bool = False, why: str = ""
) -> PersonalCall:
    """This person's own call, or off; neither puts them back on the department's call."""
    record_id = personal_call_id(desk.store.production, day.id, person)
    return desk.put(
        record_id,
        PersonalCall(day=day.id, person=person, unit=day.unit, call=call, off=off, why=why),
    )


def units(desk: Desk) -> list[str]:
    """The shooting units, the main one first."""
    return sorted(show_of(desk).units or {"Main"}, key=lambda u: (u.casefold() != "main", u))


def _still_running(desk: Desk, before: ShootDay, today_: ShootDay | None) -> bool:
    """Somebody came yesterday, nobody called the wrap, and today's own work has not begun."""
    if before.wrapped is not None or not desk.store.db.table("time").contains(
        where("day") == before.id
    ):
        return False
    minutes = wall_minutes(today(desk), desk.now(), zone(desk))
    return minutes < (6 * 60 if today_ is None else max(today_.general_call - 4 * 60, 0))


CALLING: Final = frozenset(
    {"person", "day", "department_call", "personal_call", "scene", "cast", "production"}
)
"""Kinds that say who is called and when; they change seldom."""


def _caller(desk: Desk, day: ShootDay) -> Callable[[Person], Call]:
    """Says anybody's call, by what the records say of the day: read again when they change."""
    known: dict[str, tuple[int, ShootDay, Callable[[Person], Call]]]
    known = desk.watch.kept("callers", dict)
    as_of, there = desk.watch.commits(CALLING), known.get(day.id)
    if there is None or there[:2] != (as_of, day):
        there = known[day.id] = as_of, day, _read_caller(desk, day)
    return there[2]


def _read_caller(desk: Desk, day: ShootDay) -> Callable[[Person], Call]:
    offsets = offsets_of(desk, day)
    own = {line.person: line for line in desk.having(PERSONAL_CALL, "day", day.id)}
    playing = _cast_called(desk, day)
    return lambda person: _call(person, day, offsets, own.get(person.id), playing.get(person.id))


def _cast_called(desk: Desk, day: ShootDay) -> dict[str, bool]:
    """By person: whether one of the day's scenes lists their cast number."""
    numbers = {number for scene in scenes_of(desk, day) for number in scene.cast}
    playing: dict[str, bool] = {}
    for member in desk.all(CAST):
        if member.person:
            works = str(member.number) in numbers
            playing[member.person] = playing.get(member.person, False) or works
    return playing


def _call(
    person: Person,
    day: ShootDay,
    offsets: dict[str, int],
    own: PersonalCall | None,
    plays: bool | None,
) -> Call:
    minutes = day.general_call + offsets.get(person.department.casefold(), 0)
    has_own = own is not None and own.call is not None
    if own is not None and own.call is not None:
        minutes = own.call
    why = ""
    if person.start is not None and person.start > day.date:
        why = f"starts {said(person.start)}"
    elif person.finish is not None and person.finish < day.date:
        why = f"finished {said(person.finish)}"
    elif own is not None and own.off:
        why = f"off: {own.why}" if own.why else "off"
    elif person.unit and person.unit != day.unit:
        why = f"on the {person.unit} unit"
    elif plays is False and not has_own:
        why = "no scene today"
    return Call(person, minutes, not why, why, has_own)
