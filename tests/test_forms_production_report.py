"""The report's back: hours as a payroll clerk would add them, blanks where nobody wrote a time."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from data.rules.hours import Meal, Rounding
from views.forms.head import Head, Show
from views.forms.production_report import (
    MealsServed,
    ProductionReportFacts,
    ReportDepartment,
    ReportPerson,
    blank,
    draw,
    person_tenths,
    totals,
)

ZONE = ZoneInfo("America/Denver")
DAY = date(2026, 6, 9)
SHOW = Show("Copper Mountain", zone="America/Denver")
HEAD = Head(form_no="26-PR-0012", generated_at=datetime(2026, 6, 10, 4, tzinfo=UTC))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 9, tzinfo=ZONE) + timedelta(hours=hour, minutes=minute)


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def facts(*people: ReportPerson, rounding: Rounding | None = None) -> ProductionReportFacts:
    return ProductionReportFacts(
        SHOW, HEAD, DAY, (ReportDepartment("Grip", people),), rounding=rounding or Rounding()
    )


KEY = ReportPerson("Łukasz Dąbrowski", "Key Grip", at(7), came=at(7), left=at(19, 15))
BEST = ReportPerson(
    "Nguyễn Thị Minh Khai",
    "Best Boy",
    at(6, 30),
    came=at(6, 30),
    left=at(19),
    meals=(Meal(at(12, 30), at(13)),),
    ndb=at(6, 48),
)
OPEN = ReportPerson("Zoë Ibrahim", "Dolly Grip", at(7), came=at(6, 54))
OFF = ReportPerson("Siobhán O'Brien", "Rigging Grip", call_code="OFF")


def test_each_persons_times_and_hours_are_on_the_page() -> None:
    text = texts(draw(facts(KEY, BEST)))[0]

    for wanted in ("Łukasz Dąbrowski", "Key Grip", "7:00A", "7:15P", "12.3"):
        assert wanted in text
    for wanted in ("Nguyễn Thị Minh Khai", "12:30P", "1:00P", "12.0", "6:48A"):
        assert wanted in text


def test_who_has_not_gone_has_no_hours() -> None:
    assert person_tenths(facts(), OPEN) is None


def test_totals_count_who_worked_and_leave_open_hours_out() -> None:
    everyone = facts(KEY, BEST, OPEN, OFF)
    sums = totals(everyone, everyone.departments[0].people)

    assert (sums.man_days, sums.tenths, sums.open) == (3, 123 + 120, 1)


def test_the_page_says_which_hours_are_not_counted() -> None:
    text = "".join(texts(draw(facts(KEY, BEST, OPEN, OFF))))

    assert "24.3 (1 without hours not counted)" in " ".join(text.split())
    assert "4 listed · 3 worked · 24.3 h · 1 open" in text
    assert "OFF" in text


def test_hours_follow_the_shows_rounding() -> None:
    assert person_tenths(facts(rounding=Rounding(30, "up")), KEY) == 125


def test_a_third_meal_is_deducted_and_named_in_the_remarks() -> None:
    person = ReportPerson(
        "Bo Li",
        came=at(6),
        left=at(26),
        meals=tuple(Meal(at(hour), at(hour, 30)) for hour in (11, 17, 22)),
    )
    text = texts(draw(facts(person)))[0]

    assert person_tenths(facts(), person) == 200 - 15
    assert "Meal 3 10:00P-10:30P" in text


def test_a_walking_meal_is_shown_and_not_deducted() -> None:
    person = ReportPerson("Bo Li", came=at(7), left=at(19), meals=(Meal(walking=True),))

    assert person_tenths(facts(), person) == 120
    assert "Walking" in texts(draw(facts(person)))[0]


def test_last_man_out_is_named_only_when_everyone_is_out() -> None:
    assert texts(draw(facts(KEY)))[0].count("7:15P") == 2
    assert texts(draw(facts(KEY, OPEN)))[0].count("7:15P") == 1


def test_a_long_remark_is_printed_to_its_end() -> None:
    remark = (
        "Late: shuttle broke down on Brighton Blvd, came with the props truck, told UPM at 7:10A"
    )
    person = ReportPerson("Bo Li", "Key Asst. Location Manager", came=at(7), remarks=remark)

    assert remark in " ".join(texts(draw(facts(person)))[0].split())


def test_meals_add_up_only_when_all_are_counted() -> None:
    assert MealsServed("Lunch", crew=118, cast=12, background=44).total == 174
    assert MealsServed("Lunch", crew=118, cast=12).total is None


def test_meals_background_comments_and_signatures_are_there() -> None:
    lunch = MealsServed("Lunch", at(12, 30), 118, 12, 44, Decimal("3480"), "USD")
    report = ProductionReportFacts(
        SHOW,
        HEAD,
        DAY,
        (),
        meals=(lunch,),
        background_expected=45,
        background_actual=43,
        comments=("Company move took 48 minutes because of the train.",),
        signers=("Siobhán O'Brien", "", ""),
    )
    text = "".join(texts(draw(report)))

    for wanted in ("174", "USD 3,480.00", "Breakfast", "2nd meal", "45", "43"):
        assert wanted in text
    assert "Company move took 48 minutes because of the train." in text
    assert "2nd Assistant Director: Siobhán O'Brien" in text
    assert "Unit Production Manager" in text


@pytest.mark.parametrize("people", [1, 30, 33, 34, 120])
def test_everyone_is_listed_once_and_the_signatures_are_never_alone(people: int) -> None:
    crew = tuple(
        ReportPerson(f"Person {n}.", "Key Asst. Location Manager", came=at(7), left=at(19))
        for n in range(people)
    )
    pages = texts(draw(facts(*crew)))
    text = "".join(pages)

    assert all(text.count(f"Person {n}.") == 1 for n in range(people))
    assert "Unit Production Manager" in pages[-1]
    assert "Comments" in pages[-1]


def test_a_hundred_and_twenty_people_take_six_pages_at_most() -> None:
    crew = tuple(ReportPerson(f"Person {n}", came=at(7), left=at(19)) for n in range(120))

    assert len(texts(draw(facts(*crew)))) <= 6


def test_a_blank_report_has_ruled_rows_and_no_figures() -> None:
    pages = texts(blank(SHOW))
    text = "".join(pages)

    assert len(pages) == 3
    assert "Department:" in text
    assert "0.0" not in text
    assert "listed" not in text


def test_the_same_facts_give_the_same_bytes() -> None:
    once = facts(KEY, BEST, OPEN)

    assert draw(once) == draw(once)
