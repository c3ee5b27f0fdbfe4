"""Children on set: what the rules ask of a child's day, kept with the few who may see it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final

from data.desk import Desk
from data.fields import Day, Flag, Label, Line, one_of
from data.kind import Kind
from data.kinds.people import PersonId
from data.reach import Reach
from data.record import Record, natural_id
from data.rules.minors import Child

SCHOOLS: Final = ("on set", "own school first", "none")


class Minor(Record):
    """One child. School is taken to be from Monday to Friday, until the holidays say otherwise."""

    person: PersonId
    born: Annotated[Day, Label("Date of birth")]
    school: Annotated[str, one_of(*SCHOOLS), Label("School")] = "on set"
    holidays_from: Annotated[Day | None, Label("Holidays from")] = None
    holidays_to: Annotated[Day | None, Label("Holidays to")] = None
    graduate: Annotated[Flag, Label("Left school with a diploma")] = False
    permit_until: Annotated[Day | None, Label("Work permit until")] = None
    guardian: Annotated[Line, Label("Guardian on set")] = ""


MINOR = Kind(
    name="minor",
    model=Minor,
    title="Child on set",
    plural="Children on set",
    nature="shared",
    columns=("person", "born", "school", "permit_until", "guardian"),
    natural=lambda production, minor: natural_id(production, "minor", minor.person),
    reach=Reach("minors", owner=("person",), one_each=True),
    confidentiality="amber",
)


def child_of(minor: Minor, day: date) -> Child:
    """What the rules ask of this child on a day."""
    in_school = _school_day(minor, day)
    tomorrow = _school_day(minor, day + timedelta(days=1))
    return Child(
        born=minor.born,
        school_day=in_school and minor.school == "on set",
        after_school=in_school and minor.school == "own school first",
        eve_of_school=tomorrow,
        graduate=minor.graduate,
    )


def children(desk: Desk) -> dict[str, Minor]:
    """By person: every child this desk may know of."""
    return {minor.person: minor for minor in desk.all(MINOR)}


def _school_day(minor: Minor, day: date) -> bool:
    if minor.school == "none" or minor.graduate or day.weekday() > 4:
        return False
    begins, ends = minor.holidays_from, minor.holidays_to
    return not (begins is not None and begins <= day and (ends is None or day <= ends))
