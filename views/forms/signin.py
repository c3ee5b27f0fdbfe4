"""Crew sign-in: everyone called that day, by department, with a box to sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from data.desk import Desk
from data.kinds.attendance import board
from data.kinds.calls import departments
from data.kinds.schedule import DAY
from views.forms import blocks, cells
from views.forms.about import at, file_name, head_facts, show_facts
from views.forms.head import Head, Show
from views.forms.paper import Paper
from views.forms.sheet import GAP, Sheet
from views.forms.table import Column, Table

TITLE = "Crew sign-in sheet"
ROW_HEIGHT = 19.0
COLUMNS = (
    Column("No.", 20, "right"),
    Column("Name", 128, lines=2),
    Column("Position", 112, lines=2),
    Column("Call", 42, "centre", bold=True),
    Column("In", 42, "centre"),
    Column("Out", 42, "centre"),
    Column("Signature", 160),
)


@dataclass(frozen=True, slots=True)
class SignInPerson:
    """One line. `call_code` (O/C, N/C, OFF, per Gaffer) stands where there is no call time."""

    name: str
    position: str = ""
    call: datetime | None = None
    call_code: str = ""
    came: datetime | None = None
    left: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignInDepartment:
    """A band and its people; `blanks` are lines for people who walk on in this department."""

    name: str
    people: tuple[SignInPerson, ...] = ()
    blanks: int = 0


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """Who is called on one work day, and who has come so far."""

    show: Show
    head: Head
    day: date | None
    departments: tuple[SignInDepartment, ...]
    general_call: datetime | None = None
    location: str = ""
    walk_ons: int = 8
    background_expected: int | None = None
    background_arrived: int | None = None
    notes: tuple[str, ...] = ()


def draw(facts: SignInFacts) -> bytes:
    """The sheet as PDF."""
    head = replace(facts.head, day=facts.head.day or facts.day)
    sheet = Sheet(TITLE, facts.show, head)
    people = [person for department in facts.departments for person in department.people]
    arrived = sum(person.came is not None for person in people)
    blocks.strip(
        sheet,
        (
            ("General crew call", _clock(facts, facts.general_call), 1),
            ("Location", facts.location, 3),
            ("On this sheet", cells.count(len(people) or None), 0.8),
            ("Signed in", cells.count(arrived or None), 0.8),
        ),
    )
    table = Table(sheet, COLUMNS, row_height=ROW_HEIGHT, size=8.6)
    number = 0
    for department in facts.departments:
        on_sheet = len(department.people)
        table.band(department.name, f"{on_sheet} on the sheet" if on_sheet else "")
        for person in department.people:
            number += 1
            table.row(_row(facts, number, person))
        table.blanks(department.blanks)
    if facts.walk_ons:
        table.band("Additional crew, day players and visitors", "print name and position")
        table.blanks(facts.walk_ons)
    table.end()
    _close(sheet, facts)
    return sheet.finish()


def blank(
    show: Show,
    *,
    day: date | None = None,
    departments: Sequence[str] = (),
    rows: int = 30,
    printed_at: datetime | None = None,
) -> bytes:
    """The same sheet with nobody on it: `rows` lines, shared by the departments that are named."""
    each = max(1, rows // max(1, len(departments)))
    empty = tuple(SignInDepartment(name, blanks=each) for name in departments or ("Department:",))
    return draw(SignInFacts(show, Head(day=day, generated_at=printed_at), day, empty, walk_ons=0))


def _clock(facts: SignInFacts, at: datetime | None) -> str:
    return cells.clock(at, day=facts.day, zone=facts.show.tz, style=facts.show.clock)


def _row(facts: SignInFacts, number: int, person: SignInPerson) -> tuple[str, ...]:
    return (
        str(number),
        person.name,
        person.position,
        _clock(facts, person.call) or person.call_code,
        _clock(facts, person.came),
        _clock(facts, person.left),
        "",
    )


def _close(sheet: Sheet, facts: SignInFacts) -> None:
    sheet.y += GAP
    blocks.strip(
        sheet,
        (
            ("Background expected", cells.count(facts.background_expected), 1),
            ("Background signed in (vouchers)", cells.count(facts.background_arrived), 1.2),
            ("Stand-ins", "", 0.8),
            ("Counted by", "", 1.6),
            ("Sheet checked by (2nd AD)", "", 1.6),
        ),
        height=28,
    )
    if facts.notes:
        blocks.comments(sheet, "Notes", facts.notes, blank=(0, 0))


# ---- from the records -----------------------------------------------------------------------


COUNTS_FROM_CALL = "In is the call for those who came before it and were not told to work."


def facts(desk: Desk, day_id: str) -> SignInFacts:
    """Everybody called that day with their call, and the times the board already has."""
    day = desk.get(DAY, day_id)
    rows = board(desk, day)
    names = departments(row.person for row in rows)
    return SignInFacts(
        show=show_facts(desk),
        head=head_facts(desk, day),
        day=day.date,
        departments=tuple(
            SignInDepartment(
                name or "No department",
                tuple(
                    SignInPerson(
                        name=row.person.name,
                        position=row.person.position,
                        call=at(desk, day, row.call.minutes) if row.call.called else None,
                        came=row.started,
                        left=row.left,
                    )
                    for row in rows
                    if row.person.department.casefold() == name.casefold()
                ),
            )
            for name in names
        ),
        general_call=at(desk, day, day.general_call),
        location=day.location,
        background_expected=day.background or None,
        notes=(COUNTS_FROM_CALL,) if any(row.early for row in rows) else (),
    )


def make(desk: Desk, day_id: str) -> Paper:
    day = desk.get(DAY, day_id)
    name = file_name("sign-in", day.date, day.unit, suffix=".pdf")
    return Paper(name, partial(draw, facts(desk, day_id)))


def make_blank(desk: Desk) -> Paper:
    return Paper("sign-in-blank.pdf", partial(blank, show_facts(desk), printed_at=desk.now()))
