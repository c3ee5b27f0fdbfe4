"""The crew list and the cast list."""

from __future__ import annotations

from typing import Annotated

from data.desk import Desk
from data.fields import Count, Day, Email, Flag, Label, Line, Phone, link_to
from data.kind import Kind
from data.reach import Reach
from data.record import Record

PersonId = Annotated[str, link_to("person")]


class Person(Record):
    """Somebody on the crew or in the cast, from the day they start to the day they finish."""

    name: Line
    department: Line = ""
    position: Line = ""
    phone: Phone = ""
    email: Annotated[Email, Label("E-mail")] = ""
    start: Annotated[Day | None, Label("Starts")] = None
    finish: Annotated[Day | None, Label("Finishes")] = None
    unit: Annotated[Line, Label("Unit", "empty: works on every unit")] = ""
    union: Annotated[Line, Label("Union / local")] = ""
    diet: Line = ""
    reports_to: Annotated[Line, Label("Reports to")] = ""
    walk_on: Annotated[Flag, Label("Added at the gate")] = False


class CastMember(Record):
    """A line of the cast list; scenes name the number, the board calls the person."""

    number: Annotated[Count, Label("No.")]
    character: Line = ""
    performer: Line = ""
    person: Annotated[PersonId | None, Label("On the crew list as")] = None


PERSON = Kind(
    name="person",
    model=Person,
    title="Person",
    plural="Crew",
    nature="shared",
    columns=("name", "department", "position", "phone", "email", "start"),
    confidentiality="amber",
    search=("name", "department", "position", "phone"),
    reach=Reach("contacts", owner=("@id",), department=("department",), unit=("unit",)),
)

CAST = Kind(
    name="cast",
    model=CastMember,
    title="Cast member",
    plural="Cast",
    named_by="character",
    nature="shared",
    columns=("number", "character", "performer", "person"),
    reach=Reach("contacts", owner=("person",)),
)


def called(desk: Desk, user: str) -> str:
    """The user of an edit as people say it: a person by name, the office as it is written."""
    person = desk.find(PERSON, user)
    return person.name if person else user or "nobody"


def answers_to(person: Person, looking: str) -> bool:
    """Whether every word typed begins a word of their name or of what they do."""
    names = [*person.name.casefold().split(), *person.position.casefold().split()]
    return all(any(n.startswith(word) for n in names) for word in looking.casefold().split())
