"""Times of a day and the slips as spreadsheets, from the facts that the paper has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from data.desk import Desk
from data.errors import OfficeError
from data.kind import Kind
from data.kinds.envelopes import ENVELOPE
from data.kinds.numbers import slip_order
from data.kinds.production import show_of, zone
from data.kinds.receipts import RECEIPT
from data.kinds.schedule import DAY
from data.record import Record
from data.rules.hours import clock, hours
from data.tables import Cell, Column, Table, csv_of, table_of, to_xlsx
from views.forms import production_report
from views.forms.about import file_name
from views.forms.paper import Paper

TIME_COLUMNS = (
    Column("Department"),
    Column("Name"),
    Column("Position"),
    Column("Call"),
    Column("In"),
    Column("Meal 1 out"),
    Column("Meal 1 in"),
    Column("Meal 2 out"),
    Column("Meal 2 in"),
    Column("Out"),
    Column("Hours", "0.0"),
    Column("Remarks"),
)


def times(desk: Desk, day_id: str) -> Paper:
    """The day's people with their times as the production report has them, hours in tenths."""
    facts = production_report.facts(desk, day_id)
    day = desk.get(DAY, day_id)
    where, style = zone(desk), facts.show.clock

    def said(at: datetime | None) -> Cell:
        return "" if at is None else clock(at, day=day.date, zone=where, style=style)

    rows: list[tuple[Cell, ...]] = []
    for department in facts.departments:
        for person in department.people:
            meals = [moment for meal in person.meals[:2] for moment in (meal.out, meal.back)]
            tenths = production_report.person_tenths(facts, person)
            rows.append(
                (
                    department.name,
                    person.name,
                    person.title,
                    said(person.call),
                    said(person.came),
                    *[said(moment) for moment in (meals + [None] * 4)[:4]],
                    said(person.left),
                    None if tenths is None else hours(tenths),
                    person.remarks,
                )
            )
    table = Table(f"Times {day.date}", TIME_COLUMNS, tuple(rows))
    return _book(table, "times", day.date, day.unit)


def receipts(desk: Desk, envelope_id: str) -> Paper:
    """The slips of one envelope, or all of them when none is named."""
    envelope = desk.find(ENVELOPE, envelope_id)
    slips = [r for r in desk.all(RECEIPT) if envelope is None or r.envelope == envelope_id]
    slips.sort(key=lambda slip: (slip.envelope or "", slip_order(slip.number)))
    table = kind_table(desk, RECEIPT, slips)
    return _book(table, "receipts", envelope.number if envelope else "all")


def kind_table(desk: Desk, kind: Kind[Any], records: Sequence[Record] | None = None) -> Table:
    """Records of any kind with every field, links by the name of what they lead to."""

    def resolve(name: str, record_id: str) -> str:
        linked = desk.kinds[name]
        record = desk.find(linked, record_id)
        return record_id if record is None else str(getattr(record, linked.named_by))

    rows = desk.all(kind) if records is None else records
    return table_of(kind, rows, resolve, clock=show_of(desk).clock, zone=zone(desk))


def _book(table: Table, *name: object) -> Paper:
    """XLSX, or CSV on a device that cannot write Excel files."""
    try:
        return Paper(file_name(*name, suffix=".xlsx"), to_xlsx([table]))
    except OfficeError as error:
        if error.code != "no-xlsx":
            raise
        return Paper(file_name(*name, suffix=".csv"), csv_of(table))
