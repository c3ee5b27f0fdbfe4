"""The back of the daily production report: every person's times and hours, meals, who signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from data.desk import Desk
from data.kinds.attendance import Attendance, board
from data.kinds.calls import departments
from data.kinds.schedule import DAY, ShootDay
from data.rules.hours import (
    AS_WORKED,
    USUAL_DEDUCTION,
    Deduction,
    Meal,
    Rounding,
    tenths_text,
    worked_tenths,
)
from views.forms import blocks, cells
from views.forms.about import at, file_name, head_facts, show_facts
from views.forms.head import Head, Show
from views.forms.meals_served import MealsServed, meals_and_vehicles
from views.forms.paper import Paper
from views.forms.sheet import GAP, Sheet
from views.forms.signin import COUNTS_FROM_CALL
from views.forms.table import Column, Table

__all__ = [
    "MealsServed",
    "ProductionReportFacts",
    "ReportDepartment",
    "ReportPerson",
    "blank",
    "draw",
]

TITLE = "Production report: back"
ROW_HEIGHT = 14.5
COLUMNS = (
    Column("Name", 124, lines=2),
    Column("Title", 118, lines=2),
    Column("Call", 38, "centre"),
    Column("In", 38, "centre", bold=True),
    Column("Meal 1\nout", 36, "centre"),
    Column("Meal 1\nin", 36, "centre"),
    Column("Meal 2\nout", 36, "centre"),
    Column("Meal 2\nin", 36, "centre"),
    Column("Out", 38, "centre", bold=True),
    Column("Hours", 34, "right", bold=True),
    Column("MP", 24, "centre"),
    Column("NDB", 36, "centre"),
    Column("Remarks", 146, lines=5),
)
SIGNERS = ("2nd Assistant Director", "1st Assistant Director", "Unit Production Manager")


@dataclass(frozen=True, slots=True)
class ReportPerson:
    """One person's day. A time that nobody wrote is None and prints as a blank.

    `call_code` (O/C, N/C, OFF, T) stands where there is no call time. `meal_penalties` is what
    the office has worked out, or None to be written in.
    """

    name: str
    title: str = ""
    call: datetime | None = None
    call_code: str = ""
    came: datetime | None = None
    left: datetime | None = None
    meals: tuple[Meal, ...] = ()
    ndb: datetime | None = None
    meal_penalties: int | None = None
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class ReportDepartment:
    name: str
    people: tuple[ReportPerson, ...] = ()
    blanks: int = 0


@dataclass(frozen=True, slots=True)
class ProductionReportFacts:
    """The back of one work day's report."""

    show: Show
    head: Head
    day: date | None
    departments: tuple[ReportDepartment, ...]
    meals: tuple[MealsServed, ...] = ()
    background_expected: int | None = None
    background_actual: int | None = None
    comments: tuple[str, ...] = ()
    rounding: Rounding = AS_WORKED
    deduction: Deduction = USUAL_DEDUCTION
    walk_ons: int = 4
    signers: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over people. Who came counts a man-day; who has no hours yet is counted as open."""

    man_days: int
    tenths: int
    open: int


def person_tenths(facts: ProductionReportFacts, person: ReportPerson) -> int | None:
    """The person's hours under this show's rounding; None where a time is missing."""
    return worked_tenths(
        person.came,
        person.left,
        person.meals,
        rounding=facts.rounding,
        deduction=facts.deduction,
    )


def totals(facts: ProductionReportFacts, people: Iterable[ReportPerson]) -> Totals:
    """Man-days and hours. Hours are summed from the printed tenths, as a clerk would add them."""
    came = [person for person in people if person.came is not None or person.left is not None]
    worked = [person_tenths(facts, person) for person in came]
    known = [each for each in worked if each is not None]
    return Totals(man_days=len(came), tenths=sum(known), open=len(worked) - len(known))


def draw(facts: ProductionReportFacts) -> bytes:
    """The report's back as PDF."""
    sheet = _sheet(facts.show, replace(facts.head, day=facts.head.day or facts.day))
    table = Table(sheet, COLUMNS, row_height=ROW_HEIGHT, size=7.8)
    for department in facts.departments:
        table.band(department.name, _summary(facts, department.people))
        for person in department.people:
            table.row(_row(facts, person))
        table.blanks(department.blanks)
    if facts.walk_ons:
        table.band("Additional")
        table.blanks(facts.walk_ons)
    table.end()
    sheet.y += GAP
    everyone = [person for department in facts.departments for person in department.people]
    whole = totals(facts, everyone)
    _totals(sheet, facts, whole, everyone)
    meals_and_vehicles(sheet, facts.meals, partial(_clock, facts))
    blocks.comments(
        sheet,
        "Comments: accidents, delays, late arrivals, forced calls, L&D",
        facts.comments,
        blank=(2, 5),
        then=blocks.SIGNATURE_HEIGHT,
    )
    blocks.signatures(sheet, tuple(zip(SIGNERS, facts.signers, strict=True)))
    return sheet.finish()


def blank(
    show: Show,
    *,
    day: date | None = None,
    departments: Sequence[str] = (),
    rows: int = 56,
    printed_at: datetime | None = None,
) -> bytes:
    """The same page with nobody on it: `rows` lines, shared by the departments that are named."""
    each = max(1, rows // max(1, len(departments)))
    empty = tuple(ReportDepartment(name, blanks=each) for name in departments or ("Department:",))
    head = Head(day=day, generated_at=printed_at)
    return draw(ProductionReportFacts(show, head, day, empty, walk_ons=0))


def _sheet(show: Show, head: Head) -> Sheet:
    return Sheet(TITLE, show, head, orientation="landscape")


def _clock(facts: ProductionReportFacts, at: datetime | None) -> str:
    return cells.clock(at, day=facts.day, zone=facts.show.tz, style=facts.show.clock)


def _summary(facts: ProductionReportFacts, people: Sequence[ReportPerson]) -> str:
    if not people:
        return ""
    sums = totals(facts, people)
    missing = f" · {sums.open} open" if sums.open else ""
    return f"{len(people)} listed · {sums.man_days} worked · {tenths_text(sums.tenths)} h{missing}"


def _row(facts: ProductionReportFacts, person: ReportPerson) -> tuple[str, ...]:
    eaten = [*person.meals[:2], *[Meal()] * 2][:2]
    times = [
        "Walking" if meal.walking and at is None else _clock(facts, at)
        for meal in eaten
        for at in (meal.out, meal.back)
    ]
    return (
        person.name,
        person.title,
        _clock(facts, person.call) or person.call_code,
        _clock(facts, person.came),
        *times,
        _clock(facts, person.left),
        tenths_text(person_tenths(facts, person)),
        cells.count(person.meal_penalties),
        _clock(facts, person.ndb),
        "; ".join(filter(None, (*_further_meals(facts, person), person.remarks))),
    )


def _further_meals(facts: ProductionReportFacts, person: ReportPerson) -> list[str]:
    # The grid has room for two meals; a third is deducted too, so it must be seen somewhere.
    return [
        f"Meal {place} {_clock(facts, meal.out) or '?'}-{_clock(facts, meal.back) or '?'}"
        for place, meal in enumerate(person.meals[2:], 3)
    ] + [
        f"Meal {place} walking"
        for place, meal in enumerate(person.meals[:2], 1)
        if meal.walking and meal.out is not None
    ]


def _totals(
    sheet: Sheet, facts: ProductionReportFacts, whole: Totals, everyone: Sequence[ReportPerson]
) -> None:
    worked = whole.man_days or None
    hours = tenths_text(whole.tenths) if worked else ""
    if whole.open:
        hours += f"  ({whole.open} without hours not counted)"
    penalties = [each.meal_penalties for each in everyone if each.meal_penalties is not None]
    outs = [person.left for person in everyone if person.left is not None]
    last = max(outs) if outs and not whole.open else None
    blocks.strip(
        sheet,
        (
            ("Man-days", cells.count(worked), 0.8),
            ("Total hours", hours, 2.2),
            ("Meal penalties", cells.count(sum(penalties) if penalties else None), 0.8),
            ("Background expected", cells.count(facts.background_expected), 1),
            ("Background actual", cells.count(facts.background_actual), 1),
            ("Stand-ins", "", 0.8),
            ("Last man out", _clock(facts, last), 1),
        ),
    )


# ---- from the records -----------------------------------------------------------------------


def facts(desk: Desk, day_id: str) -> ProductionReportFacts:
    """Everybody of the day: in counts from the call for those who came early (unless told to work).

    A person's own meal taps stand before the day's meals; the day's meals are theirs if they were
    at work when the meal was called. A meal that is not over yet stays blank.
    """
    day = desk.get(DAY, day_id)
    rows = board(desk, day)
    early = [COUNTS_FROM_CALL] if any(row.early for row in rows) else []
    return ProductionReportFacts(
        show=show_facts(desk),
        head=head_facts(desk, day),
        day=day.date,
        departments=tuple(
            ReportDepartment(
                name or "No department",
                tuple(
                    _person(desk, day, row)
                    for row in rows
                    if row.person.department.casefold() == name.casefold()
                ),
            )
            for name in departments(row.person for row in rows)
        ),
        meals=tuple(
            MealsServed(name, served_at=at(desk, day, meal.out))
            for name, meal in (("Lunch", day.lunch), ("2nd meal", day.second_meal))
            if meal is not None
        ),
        background_expected=day.background or None,
        comments=tuple(filter(None, [day.note, *early])),
    )


def make(desk: Desk, day_id: str) -> Paper:
    day = desk.get(DAY, day_id)
    name = file_name("production-report-back", day.date, day.unit, suffix=".pdf")
    return Paper(name, partial(draw, facts(desk, day_id)))


def make_blank(desk: Desk) -> Paper:
    draws = partial(blank, show_facts(desk), printed_at=desk.now())
    return Paper("production-report-back-blank.pdf", draws)


def _person(desk: Desk, day: ShootDay, row: Attendance) -> ReportPerson:
    remarks = ["added at the gate"] if row.person.walk_on else []
    remarks += ["told to work"] if row.told_to_work else []
    return ReportPerson(
        name=row.person.name,
        title=row.person.position,
        call=at(desk, day, row.call.minutes) if row.call.called else None,
        came=row.started,
        left=row.left,
        meals=_meals(desk, day, row),
        remarks=", ".join(remarks),
    )


def _meals(desk: Desk, day: ShootDay, row: Attendance) -> tuple[Meal, ...]:
    if row.meals:
        return tuple(Meal(out, back) for out, back in row.meals)
    taken = []
    for meal in (day.lunch, day.second_meal):
        if meal is None or row.started is None:
            continue
        out, back = at(desk, day, meal.out), at(desk, day, meal.back)
        at_work = out is not None and row.started < out
        until = row.left or desk.now()
        if at_work and back is not None and back <= until:
            taken.append(Meal(out, back))
    return tuple(taken)
