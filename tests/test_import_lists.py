"""Crew lists that are worse than the office's own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from data.desk import Desk
from data.errors import BadInput
from data.imports.crew import plan_crew
from data.kinds.people import PERSON, Person
from tests.office_lists import bring_in, crew, desk_in, reasons


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


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


def test_first_and_last_names_without_a_header_are_told_apart_by_the_addresses(desk: Desk) -> None:
    bring_in(
        desk,
        "Vargas,Ada,Key Grip,505-686-7143,a.vargas@example.com\n"
        "Olsen,Kai,Loader,505-686-7144,k.olsen@example.com\n",
    )

    assert {name: person.position for name, person in crew(desk).items()} == {
        "Ada Vargas": "Key Grip",
        "Kai Olsen": "Loader",
    }


def test_words_beside_words_are_no_crew_list(desk: Desk) -> None:
    with pytest.raises(BadInput, match="row of headers"):
        plan_crew(desk, "l.csv", b"apple,red\npear,green\nGrace Lee,Key Grip\n")


def test_a_number_and_an_address_in_one_cell_are_taken_apart(desk: Desk) -> None:
    bring_in(
        desk,
        'Position,Name,Contact\nGaffer,Ada Vargas,"505-686-7143\na@example.com"\n'
        "Grip,Wen Li,w@example.com\n",
    )

    ada, wen = crew(desk).values()
    assert (ada.phone, ada.email) == ("+1 505-686-7143", "a@example.com")
    assert (wen.phone, wen.email) == ("", "w@example.com")


def test_pronouns_beside_a_name_do_not_make_another_person(desk: Desk) -> None:
    bring_in(desk, "Name,Dept\nAda Vargas,GRIP\n")
    plan = bring_in(desk, "Name,Dept,Diet\nAda Vargas (she/her),GRIP,vegan\n")

    assert (plan.new, crew(desk)["Ada Vargas"].diet) == ((), "vegan")


def test_capitals_all_over_do_not_hide_headings_and_totals(desk: Desk) -> None:
    plan = bring_in(
        desk, "NAME,TITLE\nRIGGING CREW,\nADA VARGAS,BEST BOY\nWEN LI,RIGGER\nTOTAL: 2,\n"
    )

    assert [person.department for person in desk.all(PERSON)] == ["RIGGING CREW"] * 2
    assert reasons(plan) == ["list.csv, row 5: TOTAL: 2: not understood; passed over."]


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


def test_five_thousand_rows_are_matched_by_key(desk: Desk) -> None:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["Name", "Dept", "Phone", "E-mail"])
    for n in range(5000):
        rows.writerow([f"Ada Vargas {n % 7}x", f"Dept {n}", "505-686-7143", f"a{n}@example.com"])
    plan = plan_crew(desk, "long.csv", out.getvalue().encode())

    assert (plan.rows, len(plan.new)) == (5000, 7)
