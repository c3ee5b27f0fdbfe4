"""Any kind out to CSV and XLSX, and rows back in."""

from __future__ import annotations

import csv
import io
import random
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from data.errors import BadInput
from data.fields import Choice, Link, Meal, Meaning, Money
from data.imports.sheets import read_sheets
from data.kind import Kind
from data.kinds import ALL
from data.kinds.people import PERSON, Person
from data.kinds.receipts import RECEIPT, Receipt
from data.kinds.schedule import DAY, SCENE, Scene, ShootDay
from data.kinds.times import TIME, TimeEvent
from data.record import Record, RecordId
from data.tables import (
    SPREAD,
    Column,
    Table,
    cell_text,
    csv_of,
    eighths_text,
    harmless,
    read_eighths,
    table_of,
    to_csv,
    to_xlsx,
)

FILLED: dict[str, Any] = {
    "line": "Ada Vargas",
    "prose": "one\ntwo",
    "phone": "+1 505-686-7143",
    "email": "a@example.com",
    "count": 12,
    "minutes": -60,
    "walltime": 1710,
    "eighths": 19,
    "flag": True,
    "day": date(2026, 7, 13),
    "moment": datetime(2026, 7, 13, 12, 30, tzinfo=UTC),
    "link": "id-1",
    "photos": frozenset({"ab" * 32}),
    "looks": frozenset({"AAAA"}),
    "pages": "9f86d081 0a1b2c3d",
    "words": frozenset({"10", "2", "9A"}),
    "money": Money(amount=Decimal("12.50"), currency="USD", tax=Decimal("0.92")),
    "meal": Meal(out=750, back=780),
}
SAID = {
    "line": ("Ada Vargas",),
    "prose": ("one\ntwo",),
    "phone": ("+1 505-686-7143",),
    "email": ("a@example.com",),
    "count": ("12",),
    "minutes": ("-60",),
    "walltime": ("28:30",),
    "eighths": ("2 3/8",),
    "flag": ("yes",),
    "day": ("2026-07-13",),
    "moment": ("2026-07-13 06:30",),
    "link": ("the {} named id-1",),
    "photos": ("1",),
    "looks": ("1",),
    "pages": ("9f86d081 0a1b2c3d",),
    "words": ("2, 9A, 10",),
    "money": ("12.50", "USD", "0.92"),
    "meal": ("12:30 - 13:00",),
}


def resolve(kind: str, record_id: str) -> str:
    return f"the {kind} named {record_id}"


def filled(meaning: Meaning) -> Any:
    return meaning.words[0] if isinstance(meaning, Choice) else FILLED[meaning.name]


def said(meaning: Meaning) -> tuple[str, ...]:
    if isinstance(meaning, Choice):
        return (meaning.words[0],)
    kind = meaning.kind if isinstance(meaning, Link) else ""
    return tuple(text.format(kind) for text in SAID[meaning.name])


def full_record(kind: Kind[Any]) -> Record:
    values = {name: filled(meaning) for name, meaning in kind.meanings.items()}
    return kind.check(values).model_copy(update={"id": RecordId("x")})  # type: ignore[no-any-return]


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in ALL for name in kind.meanings],
    ids=lambda part: part if isinstance(part, str) else part.name,
)
def test_every_field_of_every_kind_goes_to_both_spreadsheets(kind: Kind[Any], name: str) -> None:
    zone = ZoneInfo("America/Denver")
    table = table_of(kind, [full_record(kind)], resolve, zone=zone)
    header, row = read_csv(csv_of(table))
    at = next(i for i, title in enumerate(header) if title.startswith(kind.label(name)))
    expected = said(kind.meanings[name])
    book = read_xlsx(to_xlsx([table]))

    assert expected == tuple(row[at : at + len(expected)])
    assert list(book[0]) == header
    assert book[1][at] is not None


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_every_kinds_blank_record_can_be_written(kind: Kind[Any]) -> None:
    blank = kind.read("x", {})
    header, row = read_csv(to_csv(kind, [blank], resolve))

    assert len(header) == len(row) == len(set(header))
    assert len(read_xlsx(to_xlsx([table_of(kind, [blank], resolve)]))) == 2


def test_no_meaning_in_use_is_without_its_cells() -> None:
    used = {meaning.name for kind in ALL for meaning in kind.meanings.values()}

    assert used <= SPREAD.keys()


def test_a_workbook_has_real_dates_amounts_and_pages() -> None:
    receipt = Receipt(date=date(2026, 7, 13), vendor="Hardware", money=FILLED["money"])
    table = table_of(RECEIPT, [receipt], resolve)
    sheet = load_workbook(io.BytesIO(to_xlsx([table]))).worksheets[0]
    row = {str(a.value): b for a, b in zip(sheet[1], sheet[2], strict=True)}
    pages = load_workbook(
        io.BytesIO(to_xlsx([table_of(SCENE, [Scene(number="2B", pages=19)], resolve)]))
    ).worksheets[0]

    assert datetime(2026, 7, 13) == row["Date"].value
    assert (
        row["Amount"].value,
        row["Amount currency"].value,
        row["Amount tax"].value,
    ) == (12.5, "USD", 0.92)
    assert (pages["F2"].value, pages["F2"].number_format) == (2.375, "# ?/8")


def test_times_follow_the_shows_clock_and_zone() -> None:
    event = TimeEvent(person="p", day="d", what="in", at=FILLED["moment"])
    day = ShootDay(date=date(2026, 7, 13), general_call=1710)
    times = read_csv(to_csv(TIME, [event], resolve, zone=ZoneInfo("Asia/Tokyo")))
    days = read_csv(to_csv(DAY, [day], resolve, clock="12"))

    assert times[1][times[0].index("At")] == "2026-07-13 21:30"
    assert days[1][days[0].index("General call")] == "4:30A+1"


def test_pages_in_csv_are_not_taken_for_a_date() -> None:
    rows = read_csv(to_csv(SCENE, [Scene(number="1", pages=7)], resolve))

    assert rows[1][rows[0].index("Pages")] == "0 7/8"
    assert read_eighths(rows[1][rows[0].index("Pages")]) == 7


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://example.com\")",
     "＝1", "+1+1", "+15056867143"],
)  # fmt: skip
def test_no_text_becomes_a_formula(text: str) -> None:
    table = Table("T", (Column("=A"),), ((text,),))
    rows = read_csv(csv_of(table))
    sheet = load_workbook(io.BytesIO(to_xlsx([table]))).worksheets[0]

    assert [["'=A"], [f"'{text}"]] == rows
    assert (sheet["A1"].data_type, sheet["A2"].data_type) == ("s", "s")
    assert text == sheet["A2"].value


def test_a_phone_number_and_a_negative_amount_stay_plain() -> None:
    assert harmless("+1 505-686-7143 ext. 12") == "+1 505-686-7143 ext. 12"
    assert cell_text(Decimal("-12.50")) == "-12.50"
    assert cell_text(-60) == "-60"


@given(text=st.text(max_size=40))
def test_csv_gives_back_what_a_cell_says(text: str) -> None:
    row = read_csv(csv_of(Table("T", (Column("A"),), ((text,),))))[1:]

    assert [text] == [cell[1:] if cell != text else cell for cell in (row[0] if row else [""])]


@given(text=st.text(max_size=40))
def test_a_workbook_takes_any_text(text: str) -> None:
    rows = read_xlsx(to_xlsx([Table("T", (Column("A"), Column("B")), ((text, 1),))]))

    assert rows[1][1] == 1


def test_an_exported_crew_list_can_be_read_again() -> None:
    people = [Person(name="Renée Kim", phone="+1 505-686-7143", start=date(2026, 7, 13))]
    table = table_of(PERSON, people, resolve)
    from_csv = read_sheets("a.csv", csv_of(table))[0]
    from_xlsx = read_sheets("a.xlsx", to_xlsx([table]))[0]

    assert "Renée Kim" == from_csv.rows[1].cells[0] == from_xlsx.rows[1].cells[0]
    assert "+1 505-686-7143" == from_csv.rows[1].cells[3] == from_xlsx.rows[1].cells[3]
    assert date(2026, 7, 13) == from_xlsx.rows[1].cells[5]


def test_a_guarded_cell_is_read_without_its_guard() -> None:
    content = csv_of(Table("T", (Column("A"), Column("B")), (("=1+1", "x"),)))

    assert read_sheets("a.csv", content)[0].rows[1].cells[0] == "=1+1"


def test_sheets_with_impossible_names_are_given_others() -> None:
    tables = [
        Table(title, (Column("A"),), ()) for title in ("Cast/Crew?", "Cast Crew", "", "x" * 40)
    ]
    book = load_workbook(io.BytesIO(to_xlsx(tables)))

    assert len(set(book.sheetnames)) == 4
    assert all(re.fullmatch(r"[^\[\]:*?/\\]{1,31}", name) for name in book.sheetnames)


def test_a_workbook_of_nothing_opens() -> None:
    assert len(load_workbook(io.BytesIO(to_xlsx([]))).sheetnames) == 1


def test_rows_keep_the_numbers_the_spreadsheet_shows() -> None:
    content = b'A,B\r\n\r\n"two\nlines",1\r\n,,\r\nx,2\r\n'

    assert [row.number for row in read_sheets("a.csv", content)[0].rows] == [1, 3, 5]


@pytest.mark.parametrize(
    ("text", "eighths"),
    [("1", 8), ("7/8", 7), ("2 3/8", 19), ("2-3/8", 19), ("0 7/8", 7), (".5", 4), ("2.375", 19),
     ("2,5", 20), ("1 ½", 12), ("⅞", 7), ("1⅛", 9), ("3/4", 6), ("12/8", 12), (" 1  1/8 ", 9),
     ("0", 0)],
)  # fmt: skip
def test_page_counts_are_read_as_they_are_written(text: str, eighths: int) -> None:
    assert eighths == read_eighths(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "1 9/8", "2 3", "/", "8/", "1/3", "1/0", "-1", ".", "1-2", "99999", "1/8 2"],
)
def test_what_is_no_page_count_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="2 3/8"):
        read_eighths(text)


def test_every_page_count_survives_being_written() -> None:
    for eighths in random.Random(3).sample(range(8000), 500):
        assert eighths == read_eighths(eighths_text(eighths))
        assert eighths == read_eighths(cell_text(Fraction(eighths, 8)))
