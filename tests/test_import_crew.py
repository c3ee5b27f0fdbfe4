"""Crew and cast lists: the office's own, and who on them is whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from data.desk import Desk
from data.errors import BadInput
from data.imports.cast import plan_cast
from data.imports.crew import plan_crew
from data.imports.report import Result, carry_out
from data.kinds.people import CAST, PERSON, Person
from data.tables import csv_of, table_of, to_xlsx
from tests.office_lists import LISTS, bring_in, crew, desk_in, reasons

CREW_CSV = (LISTS / "crew_list.csv").read_bytes()
CREW_XLSX = (LISTS / "crew_list.xlsx").read_bytes()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


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
    before = desk.store.order.top
    plan = plan_crew(desk, again, (LISTS / again).read_bytes())

    assert Result(0, 0, 0, None) == carry_out(desk, plan)
    assert before == desk.store.order.top
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
    before = dict(desk.store.meta), desk.store.order.top
    plan_crew(desk, "list.csv", CREW_CSV)

    assert before == (dict(desk.store.meta), desk.store.order.top)


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


def test_one_address_and_one_name_are_one_person_in_two_departments(desk: Desk) -> None:
    bring_in(desk, "Name,Dept,E-mail\nWen Li,GRIP,W.Li@example.com\n")
    plan = bring_in(desk, "Name,Dept,E-mail,Diet\nWen Li,SOUND,w.li@example.com,vegan\n")

    assert (plan.new, [d.offer.label for d in plan.differs]) == ((), ["Department"])
    assert crew(desk)["Wen Li"].diet == "vegan"


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
