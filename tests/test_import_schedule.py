"""Shooting schedules: the office's own, and schedules that are worse."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from data.desk import Desk
from data.errors import BadInput, Refused
from data.imports.report import Plan, Result, carry_out
from data.imports.schedule import plan_schedule, spans
from data.imports.schedule_rows import cast_numbers
from data.kinds.people import CAST, CastMember
from data.kinds.schedule import DAY, SCENE, Scene, ShootDay, day_id, scene_id
from tests.office_lists import PRODUCTION, desk_in

SCHEDULE = (Path(__file__).parent / "data" / "shooting_schedule.csv").read_bytes()
HEAD = "Day,Date,Scene,I/E,Set,D/N,Pages,Cast,BG\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


def scenes(desk: Desk) -> dict[str, Scene]:
    return {scene.number: scene for scene in desk.all(SCENE)}


def days(desk: Desk) -> dict[int, ShootDay]:
    return {day.number: day for day in desk.all(DAY)}


def bring_in(desk: Desk, text: str | bytes, name: str = "list.csv") -> Plan:
    plan = plan_schedule(desk, name, text.encode() if isinstance(text, str) else text)
    carry_out(desk, plan)
    return plan


def reasons(plan: Plan) -> list[str]:
    return [str(p) for p in plan.problems if "cast numbers" not in p.reason]


# ---- the office's own -----------------------------------------------------------------------


def test_the_schedule_makes_22_days_and_92_scenes(desk: Desk) -> None:
    plan = bring_in(desk, SCHEDULE, "shooting_schedule.csv")

    assert (len(desk.all(DAY)), len(desk.all(SCENE))) == (22, 92)
    assert (
        plan.summary() == "shooting_schedule.csv: 92 rows read. 22 new shoot days. 92 new scenes."
    )
    assert reasons(plan) == []


def test_a_scene_has_everything_its_row_says(desk: Desk) -> None:
    bring_in(desk, SCHEDULE)

    assert (
        Scene(
            id=scene_id(PRODUCTION, "2B"),
            number="2B",
            day=day_id(PRODUCTION, "Main", 1),
            position=2,
            int_ext="INT",
            set_name="CHURCH HALL",
            day_night="DAY",
            story_day="5",
            pages=7,
            cast=frozenset({"3", "6", "8", "10", "16"}),
            background=4,
        )
        == scenes(desk)["2B"]
    )
    assert [scenes(desk)[n].pages for n in ("1", "2B", "3", "4", "5")] == [8, 7, 24, 3, 19]


def test_a_days_background_is_the_most_of_any_scene(desk: Desk) -> None:
    bring_in(desk, SCHEDULE)
    first = days(desk)[1]

    assert (12, date(2026, 7, 13), "Main") == (first.background, first.date, first.unit)
    assert (days(desk)[9].background, days(desk)[2].background) == (60, 30)


def test_importing_again_writes_no_edit(desk: Desk) -> None:
    bring_in(desk, SCHEDULE)
    before = desk.store.order.top
    plan = plan_schedule(desk, "list.csv", SCHEDULE)

    assert Result(0, 0, 0, None) == carry_out(desk, plan)
    assert (before, 114) == (desk.store.order.top, plan.unchanged)


def test_cast_numbers_without_a_name_are_said_once(desk: Desk) -> None:
    plan = plan_schedule(desk, "s.csv", SCHEDULE)
    desk.add(CastMember(number=3, character="ROSA"))
    later = plan_schedule(desk, "s.csv", SCHEDULE)

    assert [str(problem) for problem in plan.problems] == [
        "s.csv: cast: 1-18: cast numbers without a name on the cast list."
    ]
    assert [problem.value for problem in later.problems] == ["1-2, 4-18"]
    assert len(desk.all(CAST)) == 1


def test_an_import_is_undone_as_one(desk: Desk) -> None:
    gesture = carry_out(desk, plan_schedule(desk, "s.csv", SCHEDULE)).gesture
    assert gesture is not None
    desk.undo(gesture)

    assert (desk.all(DAY), desk.all(SCENE)) == ([], [])


# ---- what is here already -------------------------------------------------------------------


def test_what_a_person_filled_stays_and_what_was_blank_is_filled(desk: Desk) -> None:
    desk.add(ShootDay(date=date(2026, 7, 13), number=1, general_call=330, background=99))
    desk.add(Scene(number="2b", set_name="CHAPEL"))
    plan = bring_in(desk, SCHEDULE)

    assert (days(desk)[1].general_call, days(desk)[1].background) == (330, 99)
    assert [(d.offer.who, d.offer.label, d.offer.said, d.here) for d in plan.differs] == [
        ("Main day 1", "Background expected", "12", "99"),
        ("scene 2B", "Set", "CHURCH HALL", "CHAPEL"),
    ]
    church = scenes(desk)["2b"]
    assert ("CHAPEL", 7, days(desk)[1].id) == (church.set_name, church.pages, church.day)
    assert (len(desk.all(DAY)), len(desk.all(SCENE))) == (22, 92)


def test_a_day_that_has_no_number_yet_is_found_by_its_date(desk: Desk) -> None:
    desk.add(ShootDay(date=date(2026, 7, 13), location="Motel"))
    bring_in(desk, SCHEDULE)

    assert (days(desk)[1].location, len(desk.all(DAY))) == ("Motel", 22)


def test_a_scene_that_moved_is_shown_with_both_days(desk: Desk) -> None:
    bring_in(desk, HEAD + "1,2026-07-13,1,INT,A,DAY,1,,\n2,2026-07-14,2,INT,A,DAY,1,,\n")
    plan = bring_in(desk, HEAD + "1,2026-07-13,2,INT,A,DAY,1,,\n2,2026-07-14,1,INT,A,DAY,1,,\n")

    assert [(d.offer.who, d.offer.said, d.here) for d in plan.differs] == [
        ("scene 2", "day 1", "day 2"),
        ("scene 1", "day 2", "day 1"),
    ]


# ---- schedules that are worse ---------------------------------------------------------------


def test_a_scene_listed_twice_is_taken_once_and_listed(desk: Desk) -> None:
    plan = bring_in(desk, HEAD + "1,2026-07-13,5,INT,A,DAY,1,,4\n2,2026-07-14,5,INT,A,DAY,2,,30\n")

    assert (reasons(plan)) == [
        "list.csv, row 3: scene: 5: listed twice, first in row 2; only the first is taken."
    ]
    assert scenes(desk)["5"].pages == 8
    assert days(desk)[2].background == 30


@pytest.mark.parametrize("pages", ["1 9/8", "two", "1/3"])
def test_an_unreadable_page_count_is_listed_and_left_blank(desk: Desk, pages: str) -> None:
    plan = bring_in(desk, HEAD + f"1,2026-07-13,5,INT,A,DAY,{pages},,\n")

    assert [(2, "pages", pages, "error")] == [
        (p.row, p.column, p.value, p.severity) for p in plan.problems
    ]
    assert scenes(desk)["5"].pages == 0


def test_pages_that_the_spreadsheet_made_a_date_of_are_listed(desk: Desk) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Day", "Date", "Scene", "Pages", "Cast"])
    sheet.append([1, datetime(2026, 7, 13), 5, datetime(2026, 7, 8), 13])
    sheet.append([1, datetime(2026, 7, 13), "6A", 2.375, "1, 2"])
    out = io.BytesIO()
    book.save(out)
    plan = bring_in(desk, out.getvalue(), "s.xlsx")

    assert [(p.row, p.column) for p in plan.problems if p.severity == "error"] == [(2, "pages")]
    assert (19, frozenset({"1", "2"})) == (scenes(desk)["6A"].pages, scenes(desk)["6A"].cast)


def test_a_day_with_two_dates_takes_the_one_most_rows_say(desk: Desk) -> None:
    text = HEAD + "".join(
        f"1,2026-07-{day},{n},INT,A,DAY,1,,\n" for n, day in enumerate((14, 13, 13), 1)
    )
    plan = bring_in(desk, text)

    assert date(2026, 7, 13) == days(desk)[1].date
    assert reasons(plan) == [
        "list.csv, row 2: date: 2026-07-14: day 1 has two dates; 2026-07-13 is taken, as most of "
        "its rows say."
    ]
    assert not plan_schedule(desk, "list.csv", text.encode()).changes


def test_two_days_of_one_date_are_listed(desk: Desk) -> None:
    plan = bring_in(desk, HEAD + "1,2026-07-13,1,INT,A,DAY,1,,\n2,2026-07-13,2,INT,A,DAY,1,,\n")

    assert [p.reason for p in plan.problems] == ["day 1 and day 2 have one date; both are taken."]
    assert len(desk.all(DAY)) == 2


def test_scenes_of_a_day_without_a_date_stand_without_a_day(desk: Desk) -> None:
    plan = bring_in(desk, HEAD + "1,soon,1,INT,A,DAY,1,,\n,,2,INT,A,DAY,1,,\n")

    assert {n: scene.day for n, scene in scenes(desk).items()} == {"1": None, "2": None}
    assert [problem.column for problem in plan.problems] == ["date", "day"]


def test_a_day_written_once_holds_for_the_rows_below_it(desk: Desk) -> None:
    bring_in(desk, HEAD + "Day 1,Mon 13 Jul 2026,1,INT,A,DAY,1,,\n,,2,INT,A,DAY,1,,\n")

    assert days(desk)[1].id == scenes(desk)["2"].day
    assert scenes(desk)["2"].position == 2


def test_strips_between_the_scenes_are_no_scenes(desk: Desk) -> None:
    plan = bring_in(
        desk,
        HEAD
        + "1,2026-07-13,1,INT,A,DAY,1,,\n,,COMPANY MOVE,,,,,,\n,,End of Day 1 - 1 page,,,,,,\n",
    )

    assert list(scenes(desk)) == ["1"]
    assert [problem.row for problem in plan.problems] == [3, 4]


def test_a_scene_heading_is_taken_apart(desk: Desk) -> None:
    bring_in(
        desk,
        "Shoot Day;Date;Sc.;Slugline;Pgs;Unit\n"
        "1;13/07/2026;1;INT./EXT. PICK-UP (TRAVELLING) - NIGHT;1 2/8;2nd Unit\n",
    )

    scene = scenes(desk)["1"]
    assert (
        scene.int_ext,
        scene.set_name,
        scene.day_night,
        scene.pages,
    ) == ("INT/EXT", "PICK-UP (TRAVELLING)", "NIGHT", 10)
    assert [day.unit for day in desk.all(DAY)] == ["2nd Unit"]


def test_words_that_are_neither_int_nor_ext_and_no_numbers_are_listed(desk: Desk) -> None:
    plan = bring_in(desk, HEAD + "1,2026-07-13,1,STAGE,A,DAY,1,,lots\n")

    assert [(problem.column, problem.value) for problem in plan.problems] == [
        ("I/E", "STAGE"),
        ("background", "lots"),
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("13 15", "13 15"), ("1, 2,4", "1 2 4"), ("1. 2.", "1 2"), ("4-6", "4 5 6"),
     ("4 - 6", "4 5 6"), ("01 1A", "1 1A"), ("", ""), ("-", "")],
)  # fmt: skip
def test_cast_numbers_are_words(text: str, numbers: str) -> None:
    assert frozenset(numbers.split()) == cast_numbers(text)


def test_runs_of_numbers_are_drawn_together() -> None:
    assert spans({"1", "2", "3", "7", "9", "10", "4A"}) == "1-3, 7, 9-10, 4A"


@pytest.mark.parametrize("content", [b"", b"Name,Dept\nAda,GRIP\n", b"Scene\n1\n", b"%PDF-1.4"])
def test_what_is_no_schedule_is_refused(desk: Desk, content: bytes) -> None:
    with pytest.raises(BadInput):
        plan_schedule(desk, "s.csv", content)


def test_a_copy_without_a_production_refuses(tmp_path: Path) -> None:
    with desk_in(tmp_path, production="") as desk, pytest.raises(Refused, match="no production"):
        plan_schedule(desk, "s.csv", SCHEDULE)


# ---- laws -----------------------------------------------------------------------------------

ROWS = st.fixed_dictionaries(
    {
        "Day": st.sampled_from(["", "1", "2", "Day 3", "x"]),
        "Date": st.sampled_from(["", "2026-07-13", "07/14/2026", "soon"]),
        "Scene": st.sampled_from(["", "1", "2B", "2b", "3", "MOVE"]),
        "I/E": st.sampled_from(["", "INT", "E", "?"]),
        "Pages": st.sampled_from(["", "1", "7/8", "x"]),
        "Cast": st.sampled_from(["", "1 2", "3-5"]),
        "BG": st.sampled_from(["", "0", "12", "30"]),
    }
)


@settings(max_examples=120, deadline=None)
@given(rows=st.lists(ROWS, max_size=12))
def test_a_schedule_imported_again_changes_nothing(rows: list[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["Day", "Date", "Scene", "I/E", "Pages", "Cast", "BG"])
    writer.writeheader()
    writer.writerows(rows)
    content = out.getvalue().encode()
    with tempfile.TemporaryDirectory() as home, desk_in(Path(home)) as desk:
        carry_out(desk, plan_schedule(desk, "s.csv", content))
        again = plan_schedule(desk, "s.csv", content)

        assert not again.changes
        assert again.differs == ()


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, max_size=8), more=st.lists(ROWS, max_size=8))
def test_what_was_filled_stands_whatever_comes_after(
    rows: list[dict[str, str]], more: list[dict[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as home, desk_in(Path(home)) as desk:
        for part in (rows, more):
            out = io.StringIO()
            writer = csv.DictWriter(out, ["Day", "Date", "Scene", "I/E", "Pages", "Cast", "BG"])
            writer.writeheader()
            writer.writerows(part)
            before = [*desk.all(DAY), *desk.all(SCENE)]
            carry_out(desk, plan_schedule(desk, "s.csv", out.getvalue().encode()))
            after = {record.id: record for record in (*desk.all(DAY), *desk.all(SCENE))}

        for record in before:
            filled = {name: value for name, value in record.model_dump().items() if value}
            now = after[record.id].model_dump()
            assert filled == {name: now[name] for name in filled}
