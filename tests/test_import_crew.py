"""Crew lists: the office's own two, and lists that are worse."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from data.desk import Desk
from data.errors import BadInput, OfficeError
from data.imports.cast import plan_cast
from data.imports.contacts import read_email, read_phone, split_phones
from data.imports.crew import plan_crew
from data.imports.dates import Order, order_of, read_day
from data.imports.keys import department_key, name_key
from data.imports.report import Plan, Result, carry_out
from data.kinds import ALL
from data.kinds.people import CAST, PERSON, Person
from data.stamp import Clock, Sources
from data.store import Store
from data.tables import csv_of, table_of, to_xlsx

LISTS = Path(__file__).parent / "data"
CREW_CSV = (LISTS / "crew_list.csv").read_bytes()
CREW_XLSX = (LISTS / "crew_list.xlsx").read_bytes()
US = Order(month_first=True, known=True)


@contextmanager
def desk_in(home: Path) -> Iterator[Desk]:
    now = datetime(2026, 7, 13, 11, 30, tzinfo=UTC)
    sources = Sources(Clock(lambda: now), random.Random(7))
    store = Store(home, sources=sources, hub=True)
    store.set_meta(production="5e3cf0a2-6ab4-4d39-8f0b-3f3a0a7c9f11")
    try:
        yield Desk(store, ALL, user="coordinator")
    finally:
        store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


def crew(desk: Desk) -> dict[str, Person]:
    return {person.name: person for person in desk.all(PERSON)}


def bring_in(desk: Desk, text: str | bytes, name: str = "list.csv") -> Plan:
    plan = plan_crew(desk, name, text.encode() if isinstance(text, str) else text)
    carry_out(desk, plan)
    return plan


def reasons(plan: Plan) -> list[str]:
    return [str(problem) for problem in plan.problems]


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for n, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet {n}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---- the office's own lists -----------------------------------------------------------------


def test_the_csv_has_109_people_and_names_the_one_it_lists_twice(desk: Desk) -> None:
    plan = bring_in(desk, CREW_CSV, "crew_list.csv")

    assert (plan.rows, len(plan.new)) == (110, 109)
    assert len(desk.all(PERSON)) == 109
    assert [str(p) for p in plan.problems if p.severity == "note"] == [
        "crew_list.csv, row 112: name: Petra Park: on this list twice, first in row 5; "
        "taken as one."
    ]


def test_the_csv_columns_are_understood_by_their_words(desk: Desk) -> None:
    plan = plan_crew(desk, "crew_list.csv", CREW_CSV)

    assert plan.columns == (
        ("Dept.", "department"),
        ("Position", "position"),
        ("First Name", "first name"),
        ("Last Name", "last name"),
        ("Mobile", "phone"),
        ("E-Mail", "e-mail"),
        ("Start", "starts"),
        ("Union / Local", "union / local"),
        ("Diet", "diet"),
    )


def test_values_are_kept_tidy(desk: Desk) -> None:
    bring_in(desk, CREW_CSV)

    renee = crew(desk)["Renée Kowalski"]
    assert ("+1 505-686-7143", date(2026, 7, 13)) == (renee.phone, renee.start)
    assert crew(desk)["Olu Cho"].position == "Office PA"
    assert date(2026, 6, 15) == crew(desk)["Carlos Kowalski"].start
    assert date(2026, 6, 1) == crew(desk)["Wen Ueda"].start
    assert all(person.start is not None for person in desk.all(PERSON))


def test_bad_addresses_are_kept_as_written_and_listed_with_their_rows(desk: Desk) -> None:
    plan = bring_in(desk, CREW_CSV)

    bad = [(p.row, p.value) for p in plan.problems if p.severity == "doubt"]
    assert bad == [
        (23, ".schafer@example.com"),
        (25, ".muller@example.com"),
        (68, ".reyes@example.com"),
        (75, ".ortiz@example.com"),
        (84, ".garnier@example.com"),
    ]
    assert crew(desk)["Łukasz Schäfer"].email == ".schafer@example.com"


def test_two_people_with_one_address_are_shown_and_not_merged(desk: Desk) -> None:
    plan = bring_in(desk, CREW_CSV)

    assert [(pair.one, pair.other) for pair in plan.pairs] == [
        ("Noé Lindqvist (Electrician, ELECTRIC)", "Nia Lindqvist (Driver, TRANSPORTATION)")
    ]
    assert {"Noé Lindqvist", "Nia Lindqvist"} <= crew(desk).keys()


def test_the_workbook_adds_nobody_and_fills_five_phones(desk: Desk) -> None:
    bring_in(desk, CREW_CSV)
    plan = bring_in(desk, CREW_XLSX, "crew_list.xlsx")

    assert plan.new == ()
    assert [fill.who for fill in plan.fills] == [
        "Siobhán Kim",
        "Mina Gómez",
        "Farid Cohen",
        "Wen Reyes",
        "Uma Björk",
    ]
    assert {"phone"} == {fill.field for fill in plan.fills}
    assert plan.differs == ()
    assert crew(desk)["Siobhán Kim"].phone == "+1 213-753-3380"


def test_both_lists_make_the_same_departments(tmp_path: Path) -> None:
    with desk_in(tmp_path / "a") as a, desk_in(tmp_path / "b") as b:
        one = bring_in(a, CREW_CSV)
        other = bring_in(b, CREW_XLSX, "crew_list.xlsx")

        assert one.groups == other.groups
        assert len(one.groups) == 22
        assert crew(a).keys() == crew(b).keys()


def test_two_copies_that_import_one_list_apart_make_the_same_people(tmp_path: Path) -> None:
    with desk_in(tmp_path / "a") as a, desk_in(tmp_path / "b") as b:
        bring_in(a, CREW_CSV)
        bring_in(b, CREW_XLSX, "crew_list.xlsx")

        assert {p.id for p in a.all(PERSON)} == {p.id for p in b.all(PERSON)}


@pytest.mark.parametrize("again", ["crew_list.csv", "crew_list.xlsx"])
def test_importing_again_writes_no_edit(desk: Desk, again: str) -> None:
    bring_in(desk, CREW_CSV, "crew_list.csv")
    bring_in(desk, CREW_XLSX, "crew_list.xlsx")
    before = len(desk.store.order)
    plan = plan_crew(desk, again, (LISTS / again).read_bytes())

    assert Result(0, 0, 0, None) == carry_out(desk, plan)
    assert before == len(desk.store.order)
    assert plan.unchanged == 109
    assert "Nothing to change." in plan.summary()


def test_an_import_is_undone_as_one(desk: Desk) -> None:
    gesture = carry_out(desk, plan_crew(desk, "list.csv", CREW_CSV)).gesture
    assert gesture is not None
    undone = desk.undo(gesture)

    assert (undone.back, undone.changed_since) == (109, ())
    assert desk.all(PERSON) == []


def test_a_plan_carried_out_twice_writes_once(desk: Desk) -> None:
    plan = plan_crew(desk, "list.csv", CREW_CSV)
    carry_out(desk, plan)

    assert Result(0, 0, 109, None) == carry_out(desk, plan)
    assert len(desk.all(PERSON)) == 109


def test_planning_writes_nothing(desk: Desk) -> None:
    before = dict(desk.store.meta), list(desk.store.order)
    plan_crew(desk, "list.csv", CREW_CSV)

    assert before == (dict(desk.store.meta), list(desk.store.order))


def test_the_workbooks_second_sheet_is_passed_over_aloud(desk: Desk) -> None:
    plan = plan_crew(desk, "crew_list.xlsx", CREW_XLSX)

    assert "crew_list.xlsx: notes: this sheet has no crew list; passed over." in reasons(plan)


# ---- who is whom ----------------------------------------------------------------------------


def test_a_filled_field_is_never_overwritten(desk: Desk) -> None:
    bring_in(desk, "Name,Dept,Phone,Start\nAda Vargas,GRIP,505-686-7143,2026-06-01\n")
    plan = bring_in(desk, "Name,Dept,Phone,Start\nAda Vargas,GRIP,505-686-7144,2026-06-02\n")

    assert [d.offer.label for d in plan.differs] == ["Phone", "Starts"]
    assert (
        "list.csv, row 2: Starts: 2026-06-02: differs: Ada Vargas has 2026-06-01 here; not changed."
        in reasons(plan)
    )
    assert crew(desk)["Ada Vargas"].phone == "+1 505-686-7143"


def test_a_difference_is_written_where_a_person_takes_it(desk: Desk) -> None:
    bring_in(desk, "Name,Dept,Phone\nAda Vargas,GRIP,505-686-7143\n")
    plan = plan_crew(desk, "b.csv", b"Name,Dept,Phone\nAda Vargas,GRIP,505-686-7144\n")
    carry_out(desk, plan, take=plan.differs)

    assert crew(desk)["Ada Vargas"].phone == "+1 505-686-7144"


def test_a_fill_that_somebody_made_meanwhile_is_left_alone(desk: Desk) -> None:
    bring_in(desk, "Name,Dept,Phone\nAda Vargas,GRIP,\n")
    plan = plan_crew(desk, "b.csv", b"Name,Dept,Phone\nAda Vargas,GRIP,505-686-7144\n")
    desk.edit(crew(desk)["Ada Vargas"], phone="+1 505-686-7000")

    assert Result(0, 0, 1, None) == carry_out(desk, plan)
    assert crew(desk)["Ada Vargas"].phone == "+1 505-686-7000"


def test_accents_case_and_spaces_do_not_make_another_person(desk: Desk) -> None:
    bring_in(desk, "Name,Dept\nRenée O’Brien,Art Department\n")
    plan = bring_in(desk, "Name,Dept,Diet\n  RENEE   O'BRIEN ,ART DEPT.,vegan\n")

    assert plan.new == ()
    assert crew(desk)["Renée O’Brien"].diet == "vegan"


def test_the_same_name_alone_makes_a_pair_and_two_people(desk: Desk) -> None:
    bring_in(desk, "Name,Dept,Phone\nWen Li,GRIP,505-686-7143\n")
    plan = bring_in(desk, "Name,Dept,Phone\nWen Li,SOUND,505-686-7144\n")

    assert [pair.reason for pair in plan.pairs] == [
        "the same name, and nothing else agrees. One person or two?"
    ]
    assert len(desk.all(PERSON)) == 2


def test_a_row_that_fits_two_people_equally_is_not_imported(desk: Desk) -> None:
    for phone in ("+1 505-686-7143", "+1 505-686-7144"):
        desk.add(Person(name="Wen Li", department="GRIP", phone=phone))
    plan = bring_in(desk, "Name,Dept,E-mail\nWen Li,GRIP,w.li@example.com\n")

    assert (reasons(plan)) == [
        "list.csv, row 2: name: Wen Li: fits 2 people of this name equally; not imported."
    ]
    assert not plan.changes


def test_a_phone_typed_by_hand_is_the_same_phone(desk: Desk) -> None:
    desk.add(Person(name="Wen Li", department="GRIPS", phone="(505) 686 7143"))
    plan = bring_in(desk, "Name,Dept,Phone\nWen Li,SOUND,505.686.7143 cell\n")

    assert (list(plan.new), plan.unchanged) == ([], 1)
    assert [d.offer.label for d in plan.differs] == ["Department"]


def test_a_department_is_spelled_as_it_was_first(desk: Desk) -> None:
    bring_in(desk, "Name,Dept\nAda Vargas,Hair & Make-Up\n")
    bring_in(desk, "Name,Dept\nLena Bianchi,HAIR AND MAKEUP DEPT\n")

    assert {"Hair & Make-Up"} == {person.department for person in desk.all(PERSON)}


def test_somebody_deleted_and_listed_again_is_a_new_record(desk: Desk) -> None:
    bring_in(desk, "Name,Dept\nAda Vargas,GRIP\n")
    before = crew(desk)["Ada Vargas"]
    desk.delete(before)
    bring_in(desk, "Name,Dept\nAda Vargas,GRIP\n")

    assert before.id != crew(desk)["Ada Vargas"].id


def test_an_exported_crew_list_comes_back_without_a_change(desk: Desk) -> None:
    bring_in(desk, CREW_CSV)
    table = table_of(PERSON, desk.all(PERSON), lambda _, record_id: record_id)

    for name, content in (("out.csv", csv_of(table)), ("out.xlsx", to_xlsx([table]))):
        plan = plan_crew(desk, name, content)
        assert (plan.changes, plan.differs, plan.unchanged) == (False, (), 109)


# ---- lists that are worse -------------------------------------------------------------------


def test_department_headings_in_a_csv_hold_for_the_rows_below(desk: Desk) -> None:
    bring_in(
        desk,
        "Name,Position,Cell\nCAMERA,,\nAda Vargas,Loader,505-686-7143\n,,\n"
        "Grip:,,\nLena Bianchi,Key Grip,\nWen Li,Grip,\n",
    )

    assert [(person.name, person.department) for person in desk.all(PERSON)] == [
        ("Ada Vargas", "CAMERA"),
        ("Lena Bianchi", "Grip"),
        ("Wen Li", "Grip"),
    ]


def test_a_name_alone_is_taken_for_a_person_and_listed(desk: Desk) -> None:
    plan = bring_in(desk, "Name,Cell\nCAMERA,\nAda Vargas,\n")

    assert crew(desk)["Ada Vargas"].department == "CAMERA"
    assert reasons(plan) == [
        "list.csv, row 3: name: Ada Vargas: nothing but a name in this row; taken for a person."
    ]


def test_a_heading_that_no_list_of_departments_knows_is_one_where_names_are_elsewhere(
    desk: Desk,
) -> None:
    bring_in(desk, "Position,Name,Cell\nFalconry,,\nFalconer,Ada Vargas,505-686-7143\n")

    assert crew(desk)["Ada Vargas"].department == "Falconry"


def test_last_first_names_are_turned(desk: Desk) -> None:
    plan = bring_in(
        desk,
        'Dept;Name\nGRIP;"Vargas, Ada"\nGRIP;de la Cruz, María José\nGRIP;Li, Wen\n'
        "CAMERA;Esther Park, ASC\nGRIP;Sami Romano, Jr.\n",
    )

    assert list(crew(desk)) == ["Ada Vargas", "María José de la Cruz", "Wen Li", "Esther Park, ASC",
            "Sami Romano, Jr."]  # fmt: skip
    assert "names as Last, First" in plan.read_as


def test_one_comma_among_plain_names_is_kept_and_listed(desk: Desk) -> None:
    plan = bring_in(
        desk, 'Name,Dept\nAda Vargas,GRIP\nWen Li,GRIP\nKai Olsen,GRIP\n"Park, Min",GRIP\n'
    )

    assert "Park, Min" in crew(desk)
    assert (reasons(plan)) == [
        "list.csv, row 5: name: Park, Min: is this Last, First? Kept as written."
    ]


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("cp1252", "Windows-1252, separated by semicolons"),
        ("mac_roman", "Mac Roman, separated by semicolons"),
        ("utf-16", "UTF-16, separated by semicolons"),
        ("utf-8", "UTF-8, separated by semicolons"),
    ],
)
def test_semicolons_and_old_encodings_are_read(desk: Desk, codec: str, said: str) -> None:
    text = "Vorname;Nachname;Abteilung;Funktion\r\nRenée;Müller;Ausstattung;Garçon\r\n"
    plan = bring_in(desk, text.encode(codec))

    assert list(crew(desk)) == ["Renée Müller"]
    assert said in plan.read_as


def test_excels_own_separator_line_is_not_counted(desk: Desk) -> None:
    plan = plan_crew(desk, "l.csv", b"sep=;\r\nName;Dept\r\nAda;GRIP\r\n;GRIP;x\r\n")

    assert [problem.row for problem in plan.problems if problem.severity == "error"] == [3]


def test_the_header_may_stand_in_row_six(desk: Desk) -> None:
    rows: list[list[object]] = [["THE LONG WAY DOWN"], [], ["Crew List", None, "11 July 2026"], [],
                                ["CONFIDENTIAL"],
                                ["Dept", "Job Title", "Crew Member", "Cell #", "E-mail address"],
                                ["GRIP", "Key Grip", "Ada Vargas", 5056867143, "a@example.com"],
                                [], ["GRIP", "Grip", None, 5056867144, None],
                                ["GRIP", "Grip", "TBD", None, None]]  # fmt: skip
    plan = bring_in(desk, workbook(rows), "list.xlsx")

    assert crew(desk)["Ada Vargas"].phone == "+1 505-686-7143"
    assert reasons(plan) == [
        "list.xlsx, row 9: GRIP / Grip / 5056867144: no name in this row; not imported.",
        "list.xlsx, row 10: Grip: nobody has this position yet; not imported.",
    ]


def test_a_list_without_a_header_is_understood_by_its_content(desk: Desk) -> None:
    plan = bring_in(
        desk,
        "Key Grip,Ada Vargas,505-686-7143,a.vargas@example.com,GRIP\n"
        "Grip,Wen Li,505-686-7144,w.li@example.com,GRIP\n"
        "Loader,Kai Olsen,505-686-7145,k.olsen@example.com,CAMERA\n",
    )

    assert plan.columns == (
        ("column A", "position (by its content)"),
        ("column B", "name (by its content)"),
        ("column C", "phone (by its content)"),
        ("column D", "e-mail (by its content)"),
        ("column E", "department (by its content)"),
    )
    ada = crew(desk)["Ada Vargas"]
    assert (ada.position, ada.department, ada.email) == ("Key Grip", "GRIP", "a.vargas@example.com")


def test_a_column_that_only_says_contact_is_understood_by_its_content(desk: Desk) -> None:
    plan = plan_crew(desk, "l.csv", b"Name,Dept,Contact\nAda Vargas,GRIP,505-686-7143\n")

    assert plan.columns[2] == ("Contact", "phone (by its content)")


def test_an_emergency_number_is_not_taken_for_the_persons_own(desk: Desk) -> None:
    plan = bring_in(desk, "Name,Dept,Next of kin\nAda Vargas,GRIP,505-686-7143\n")

    assert crew(desk)["Ada Vargas"].phone == ""
    assert (reasons(plan)) == [
        "list.csv, row 1: Next of kin: this column has no place here; passed over."
    ]


def test_of_two_phones_the_first_is_kept_and_the_second_listed(desk: Desk) -> None:
    plan = bring_in(
        desk,
        "Name,Dept,Mobile,Home phone\nAda Vargas,GRIP,505-686-7143,505-686-7144\n"
        "Wen Li,GRIP,,505-686-7145\nKai Olsen,GRIP,505-686-7146 / 505-686-7147,\n",
    )

    assert [person.phone for person in desk.all(PERSON)] == [
        "+1 505-686-7143",
        "+1 505-686-7145",
        "+1 505-686-7146",
    ]
    assert [(problem.row, problem.value) for problem in plan.problems] == [
        (2, "+1 505-686-7144"),
        (4, "+1 505-686-7147"),
    ]


def test_either_of_two_phones_knows_the_person(desk: Desk) -> None:
    desk.add(Person(name="Ada Vargas", department="GRIP", phone="+1 505-686-7144"))
    plan = bring_in(desk, "Name,Mobile,Home\nAda Vargas,505-686-7143,505-686-7144\n")

    assert (plan.new, plan.fills, plan.differs) == ((), (), ())


def test_a_department_written_once_holds_for_the_rows_below_it(desk: Desk) -> None:
    plan = bring_in(
        desk, "Dept,Name\nGRIP,Ada Vargas\n,Wen Li\n,Kai Olsen\nSOUND,Min Park\n,Lu Cho\n"
    )

    assert [p.department for p in desk.all(PERSON)] == ["GRIP", "GRIP", "GRIP", "SOUND", "SOUND"]
    assert "a department holds for the rows below it, until the next one" in plan.read_as


def test_a_sheet_for_each_half_of_the_crew_is_read_and_named(desk: Desk) -> None:
    one: list[list[object]] = [["Name", "Dept"], ["Ada Vargas", "GRIP"]]
    two: list[list[object]] = [["Name", "Dept"], ["Wen Li", "SOUND"], [None, "SOUND", "x"]]
    plan = bring_in(desk, workbook(one, two), "l.xlsx")

    assert list(crew(desk)) == ["Ada Vargas", "Wen Li"]
    assert [p.file for p in plan.problems if p.severity == "error"] == ["l.xlsx (Sheet 2)"]


def test_excels_dates_and_numbers_are_read(desk: Desk) -> None:
    rows: list[list[object]] = [["Name", "Dept", "Start", "Finish", "Phone"],
                                ["Ada Vargas", "GRIP", datetime(2026, 6, 15), 46216,
                                 5056867143.0]]  # fmt: skip
    bring_in(desk, workbook(rows), "l.xlsx")

    ada = crew(desk)["Ada Vargas"]
    assert (date(2026, 6, 15), date(2026, 7, 13)) == (ada.start, ada.finish)
    assert ada.phone == "+1 505-686-7143"


def test_dates_that_can_be_read_two_ways_are_said_once(desk: Desk) -> None:
    plan = bring_in(desk, "Name,Dept,Start\nAda Vargas,GRIP,06/07/2026\nWen Li,GRIP,05/04/2026\n")

    assert date(2026, 6, 7) == crew(desk)["Ada Vargas"].start
    assert reasons(plan) == [
        "list.csv: starts: 05/04/2026: 2 of the dates can be read two ways, as this one; "
        "read as month/day/year."
    ]


def test_one_day_past_the_twelfth_decides_the_column(desk: Desk) -> None:
    plan = bring_in(desk, "Name,Dept,Start\nAda Vargas,GRIP,06/07/2026\nWen Li,GRIP,15/07/2026\n")

    assert date(2026, 7, 6) == crew(desk)["Ada Vargas"].start
    assert "dates as day/month/year, as those show that are past the 12th" in plan.read_as


def test_an_unreadable_date_is_listed_and_the_person_imported(desk: Desk) -> None:
    plan = bring_in(desk, "Name,Dept,Start\nAda Vargas,GRIP,after Easter\nWen Li,GRIP,TBD\n")

    assert [problem.row for problem in plan.problems] == [2]
    assert list(crew(desk)) == ["Ada Vargas", "Wen Li"]


def test_phones_without_a_country_belong_where_the_others_do(desk: Desk) -> None:
    plan = bring_in(
        desk, "Name,Dept,Phone\nAda Vargas,GRIP,+44 20 7946 0018\nWen Li,GRIP,020 7946 0958\n"
    )

    assert crew(desk)["Wen Li"].phone == "+44 20 7946 0958"
    assert "phone numbers without a country as numbers in GB" in plan.read_as


def test_a_page_heading_repeated_by_the_printer_is_no_person(desk: Desk) -> None:
    bring_in(desk, "Name,Dept\nAda Vargas,GRIP\nPage 1 of 2,\nName,Dept\nWen Li,GRIP\n")

    assert {"Ada Vargas", "Wen Li"} <= crew(desk).keys()
    assert "Name" not in crew(desk)


def test_a_thing_that_is_no_name_is_not_imported(desk: Desk) -> None:
    plan = bring_in(desk, "Name,Dept\na.vargas@example.com,GRIP\n12345,GRIP\nWen Li,GRIP\n")

    assert list(crew(desk)) == ["Wen Li"]
    assert [problem.row for problem in plan.problems] == [2, 3]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \r\n ", "is empty"),
        (b"\xef\xbb\xbf,,,\r\n,,,\r\n", "has no rows"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\xff\xd8\xff\xe0 JFIF", "is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel file (.xls)"),
        (b"PK\x03\x04 and no more", "is damaged"),
        (b"\x00\x01\x02\x03", "is no text"),
        (b"\xff\xfe\x00", "no list that can be read"),
        (b"<html><table>", "is a web page"),
        (b"Dear all,\nplease find the list attached.\nBest, A.", "No column of names"),
        (b'Name,Dept\n"Ada,GRIP\n' + b"Wen,GRIP\n" * 30, "quotation mark"),
        (CREW_XLSX[:4000], "is damaged"),
    ],
)
def test_what_is_no_list_is_refused_in_words(desk: Desk, content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words.replace("(", r"\(").replace(")", r"\)")) as refused:
        plan_crew(desk, "thing", content)

    assert refused.value.sentence.endswith(".")


def test_a_device_without_excel_says_what_to_do(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    with pytest.raises(OfficeError, match="Save the list as CSV"):
        plan_crew(desk, "crew_list.xlsx", CREW_XLSX)
    with pytest.raises(OfficeError, match="Export as CSV"):
        to_xlsx([])


def test_what_is_slow_to_load_is_loaded_when_a_list_is_read() -> None:
    code = (
        "import sys, data.tables, data.imports.crew, data.imports.schedule, data.imports.cast;"
        "print({'phonenumbers', 'openpyxl', 'dateutil'} & sys.modules.keys())"
    )
    root = Path(__file__).parent.parent
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)

    assert said.stdout.strip() == b"set()"


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_workbook_is_refused_or_read_but_never_breaks(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    damaged = bytearray(CREW_XLSX)
    for _ in range(rng.choice([1, 5, 50])):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    try:
        said = plan_crew(desk, "crew_list.xlsx", bytes(damaged)).summary()
    except BadInput as refused:
        said = refused.sentence

    assert said.startswith("crew_list.xlsx")


def test_five_thousand_rows_are_matched_by_key(desk: Desk) -> None:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["Name", "Dept", "Phone", "E-mail"])
    for n in range(5000):
        rows.writerow([f"Ada Vargas {n % 7}x", f"Dept {n}", "505-686-7143", f"a{n}@example.com"])
    plan = plan_crew(desk, "long.csv", out.getvalue().encode())

    assert (plan.rows, len(plan.new)) == (5000, 7)


# ---- laws -----------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["Ada Vargas", "ADA VARGAS", "Wen Li", "Renée Kim", "Renee  Kim", "Kai Olsen"]
)
CELLS = st.fixed_dictionaries(
    {
        "Name": NAMES,
        "Dept": st.sampled_from(["GRIP", "Grips", "SOUND", "CAMERA", "Art Dept", "ART"]),
        "Position": st.sampled_from(["", "Key", "PA"]),
        "Phone": st.sampled_from(["", "505-686-7143", "(505) 686-7144 cell", "686-7143"]),
        "E-mail": st.sampled_from(["", "a@example.com", "b@example.com", ".bad@example.com"]),
        "Start": st.sampled_from(["", "2026-07-13", "06/15/2026", "06/07/2026"]),
    }
)


def as_csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["Name", "Dept", "Position", "Phone", "E-mail", "Start"])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(CELLS, min_size=1, max_size=14), rng=st.randoms(use_true_random=False))
def test_a_list_imported_again_in_any_order_changes_nothing(
    rows: list[dict[str, str]], rng: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as home, desk_in(Path(home)) as desk:
        first = plan_crew(desk, "l.csv", as_csv(rows))
        carry_out(desk, first)
        people = desk.all(PERSON)
        rng.shuffle(rows)
        again = plan_crew(desk, "l.csv", as_csv(rows))

        assert not again.changes
        assert Result(0, 0, 0, None) == carry_out(desk, again)
        assert people == desk.all(PERSON)


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(CELLS, min_size=1, max_size=10), more=st.lists(CELLS, max_size=10))
def test_what_was_filled_stands_whatever_comes_after(
    rows: list[dict[str, str]], more: list[dict[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as home, desk_in(Path(home)) as desk:
        carry_out(desk, plan_crew(desk, "l.csv", as_csv(rows)))
        before = {person.id: person.model_dump() for person in desk.all(PERSON)}
        carry_out(desk, plan_crew(desk, "m.csv", as_csv([*more, *rows])))
        after = {person.id: person.model_dump() for person in desk.all(PERSON)}

        for record_id, values in before.items():
            filled = {name: value for name, value in values.items() if value}
            assert filled == {name: after[record_id][name] for name in filled}


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_no_bytes_make_a_plan_break(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as home, desk_in(Path(home)) as desk:
        for head in (b"", b"Name,Dept,Phone,Start,E-mail\n"):
            try:
                plan = plan_crew(desk, "l.csv", head + content)
            except BadInput:
                continue
            assert plan.summary().startswith("l.csv: ")


# ---- single values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("505-686-7143 cell", "+1 505-686-7143"),
        ("213.259.2022", "+1 213-259-2022"),
        ("(c) 818 726 0909", "+1 818-726-0909"),
        ("M: 8184833065", "+1 818-483-3065"),
        ("+1 575 204 2841", "+1 575-204-2841"),
        ("505 686 7143 x12", "+1 505-686-7143 ext. 12"),
        ("+44 (0)20 7946 0018", "+44 20 7946 0018"),
    ],
)
def test_phones_are_kept_in_one_form(text: str, kept: str) -> None:
    assert (kept, True) == (read_phone(text, "US").text, read_phone(text, "US").good)
    assert kept == read_phone(kept, "GB").text


@pytest.mark.parametrize(
    "text", ["686-7143", "ask the office", "1-800-FLOWERS", "12", "505-686-71433"]
)
def test_an_unreadable_phone_is_kept_as_written(text: str) -> None:
    phone = read_phone(text, "US")

    assert (text, False) == (phone.text, phone.good)


def test_two_phones_in_a_cell_are_two_and_a_slash_inside_one_is_not() -> None:
    assert split_phones("505-686-7143 / 505-686-7144") == ["505-686-7143", "505-686-7144"]
    assert split_phones("089/1234567") == ["089/1234567"]


@pytest.mark.parametrize(
    ("text", "kept", "good"),
    [
        ("mailto:a@example.com", "a@example.com", True),
        ("Ada Vargas <A.Vargas@example.com>", "A.Vargas@example.com", True),
        (".schafer@example.com", ".schafer@example.com", False),
        ("a..b@example.com", "a..b@example.com", False),
        ("a@example", "a@example", False),
        ("a at example.com", "a at example.com", False),
    ],
)
def test_addresses_are_judged_and_never_mended(text: str, kept: str, good: bool) -> None:
    assert (kept, good) == (read_email(text).text, read_email(text).good)


@pytest.mark.parametrize(
    "text",
    ["2026-07-13", "07/13/2026", "13/07/2026", "13.07.2026", "13.7.26", "13-Jul-26", "13 July 2026",
     "Mon 13 Jul 2026", "Monday, July 13, 2026", "July 13th, 2026", "7-13-26", "20260713", "46216",
     "2026-07-13T00:00:00", "Jul-13-2026", "13Jul26"],
)  # fmt: skip
def test_dates_are_read_as_offices_write_them(text: str) -> None:
    assert date(2026, 7, 13) == read_day(text, US)


@pytest.mark.parametrize(
    "text", ["", "TBD", "7/13", "32/13/2026", "2026-13-13", "next Monday", "13"]
)
def test_half_a_date_is_no_date(text: str) -> None:
    assert read_day(text, US) is None


def test_cells_that_disagree_leave_the_order_open() -> None:
    assert not order_of(["13/07/2026", "07/13/2026"], month_first=True).known


def test_names_and_departments_compare_without_dress() -> None:
    assert name_key("Łukasz  O’Brien-Sørby") == name_key("LUKASZ O'BRIEN SORBY")
    assert department_key("Art Dept.") == department_key("ART DEPARTMENT")
    assert department_key("Hair & Makeup") == department_key("HAIR AND MAKE-UP")
    assert department_key("Grip") != department_key("Rigging Grip")


# ---- cast lists -----------------------------------------------------------------------------


def test_a_cast_list_is_imported_by_number_and_once(desk: Desk) -> None:
    content = b"No.,Character,Performer\n1,ROSA,Ada Vargas\n2.,SHERIFF,TBD\n2,DEPUTY,Wen Li\nx,,\n"
    plan = plan_cast(desk, "cast.csv", content)
    carry_out(desk, plan)

    assert [(member.number, member.character, member.performer) for member in desk.all(CAST)] == [
        (1, "ROSA", "Ada Vargas"),
        (2, "SHERIFF", ""),
    ]
    assert [problem.row for problem in plan.problems] == [4, 5]
    assert not plan_cast(desk, "cast.csv", content).changes


def test_a_cast_list_is_not_taken_for_a_crew_list(desk: Desk) -> None:
    with pytest.raises(BadInput, match="No column of names"):
        plan_crew(desk, "cast.csv", b"No.,Character,Name\n1,ROSA,Ada Vargas\n")
