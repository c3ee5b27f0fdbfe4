"""Children: when they have to go, what runs out first, and the alarms before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from data.rules.library import pack as shipped_pack
from data.rules.library import stack_for
from data.rules.minors import Child, alarm, minor_day, months_old
from data.rules.results import MinorDay
from data.rules.turnaround import minor
from data.rules.why import why
from tests.rules_days import DAY, when, worked

CALIFORNIA = shipped_pack("us-california-minors")
NEW_YORK = shipped_pack("us-new-york-minors")


def child(years: int, months: int = 0, **more: Any) -> Child:
    month = DAY.month - months
    return Child(date(DAY.year - years - (month < 1), (month - 1) % 12 + 1, DAY.day), **more)


def found(text: str, who: Child, now: str, rules: Any = CALIFORNIA, **more: Any) -> MinorDay:
    day = minor_day(worked(text, **more), who, rules, now=when(now))
    assert day is not None
    return day


def test_eight_years_old_on_a_school_day_called_at_eight_goes_by_half_past_four() -> None:
    day = found("in 08:00", child(8, school_day=True, eve_of_school=True), "09:00")

    assert (when("16:30"), "8 h 30 at the location") == (day.dismiss_by, day.because)


def test_after_school_an_eight_year_old_who_came_at_three_is_out_by_half_past_five() -> None:
    day = found("in 15:00", child(8, school_day=True, after_school=True), "15:00")

    assert when("17:30") == day.dismiss_by


@pytest.mark.parametrize(
    ("years", "months", "hours", "work", "work_no_school", "after"),
    [
        (0, 8, 4.5, 2, 2, None),
        (3, 0, 6.5, 3, 3, None),
        (6, 0, 8.5, 4, 6, 2.5),
        (9, 0, 9.5, 5, 7, 3.5),
        (15, 11, 9.5, 5, 7, 3.5),
        (16, 0, 10.5, 6, 8, 4.5),
    ],
)
def test_the_californian_table(
    years: int, months: int, hours: float, work: int, work_no_school: int, after: float | None
) -> None:
    school = found("in 09:00", child(years, months, school_day=True), "09:00")
    free = found("in 09:00", child(years, months), "09:00")

    assert when("09:00") + hours * 60 == school.dismiss_by
    assert (work * 60, work_no_school * 60) == (school.work_allowed, free.work_allowed)
    if after is not None:
        late = found("in 15:00", child(years, months, school_day=True, after_school=True), "15:00")
        assert when("15:00") + after * 60 == late.dismiss_by


@pytest.mark.parametrize(
    ("came", "dismiss"), [("09:30", "11:30"), ("10:00", "11:30"), ("14:30", "16:30")]
)
def test_a_baby_is_there_in_one_of_two_windows(came: str, dismiss: str) -> None:
    day = found(f"in {came}", child(0, 3), came)

    assert when(dismiss) == day.dismiss_by
    assert day.minutes_left == 20
    assert any("nurse" in line for line in why(day.steps))


def test_a_baby_who_came_before_the_window_came_too_early() -> None:
    assert found("in 09:00", child(0, 3), "09:10").breaches == ("began 30 min too early",)


@pytest.mark.parametrize(("eve_of_school", "dismiss"), [(True, "22:00"), (False, "24:30")])
def test_the_hour_of_the_night_sends_them_home_first(eve_of_school: bool, dismiss: str) -> None:
    day = found("in 16:30", child(10, eve_of_school=eve_of_school), "17:00")

    assert (when(dismiss), "the hour of the night") == (day.dismiss_by, day.because)


def test_a_child_is_there_from_when_they_come_and_not_from_the_call() -> None:
    day = found("in 07:40", child(8, school_day=True), "08:30", call="08:00")

    assert (when("16:10"), 50) == (day.dismiss_by, day.work_done)


def test_work_stops_before_the_day_does() -> None:
    day = found("in 08:00", child(8, school_day=True), "11:30")

    assert (210, when("12:00"), 30, 30) == (
        day.work_done, day.stop_work, day.minutes_left, day.alarm
    )  # fmt: skip


def test_lunch_school_and_rest_are_no_work() -> None:
    text = (
        "in 08:00, school_out 09:00, school_in 10:30, "
        "meal_out 12:00, meal_in 12:30, rest_out 13:00, rest_in 13:30"
    )
    day = found(text, child(8, school_day=True), "14:00")

    assert (day.work_done, day.school_left, day.rest_left) == (210, 90, 30)
    assert when("14:30") == day.stop_work


def test_while_they_are_at_school_no_work_runs_out() -> None:
    day = found("in 08:00, school_out 11:55", child(8, school_day=True), "12:30")

    assert day.stop_work is None
    assert (when("16:30") - when("12:30"), None) == (day.minutes_left, day.alarm)


def test_overlapping_breaks_are_taken_off_once() -> None:
    text = "in 08:00, school_out 09:00, school_in 11:00, meal_out 10:30, meal_in 11:30"

    assert found(text, child(8), "12:00").work_done == 90


@pytest.mark.parametrize(
    ("left", "told"), [(31, None), (30, 30), (11, 30), (10, 10), (1, 10), (0, 0), (-5, 0)]
)
def test_alarms_at_thirty_and_ten_and_when_time_is_up(left: int, told: int | None) -> None:
    assert told == alarm(left)


def test_what_was_broken_is_said() -> None:
    assert found("in 08:00, out 13:00", child(8, school_day=True), "14:00").breaches == (
        "worked 1 h too long",
    )
    early = found("in 04:30, out 06:00", child(10), "07:00")
    assert early.breaches == ("began 30 min too early",)


def test_who_has_gone_has_no_alarm() -> None:
    day = found("in 08:00, out 11:00", child(8), "20:00")

    assert (day.minutes_left, day.alarm, day.present) == (0, None, 180)


def test_before_they_come_the_call_counts() -> None:
    assert when("16:30") == found("", child(8), "07:00", call="08:00").dismiss_by


def test_graduates_of_sixteen_are_under_no_table() -> None:
    day = worked("in 08:00")

    assert minor_day(day, child(16, graduate=True), CALIFORNIA, now=when("09:00")) is None
    assert minor_day(day, child(15, graduate=True), CALIFORNIA, now=when("09:00")) is not None
    assert minor_day(day, child(18), CALIFORNIA, now=when("09:00")) is None


def test_new_york_takes_three_hours_after_school_and_gives_two_before_a_day_off() -> None:
    assert (
        when("20:00")
        == found("in 15:00", child(8, after_school=True), "15:00", NEW_YORK).dismiss_by
    )
    longer = found("in 08:00", child(8, next_day_off=True), "09:00", NEW_YORK)
    assert when("18:00") == longer.dismiss_by
    baby = found("in 08:00", child(0, 3, next_day_off=True), "08:30", NEW_YORK)
    assert when("10:00") == baby.dismiss_by


def test_the_place_says_whose_table_holds() -> None:
    day, who = worked("in 08:00"), child(8, school_day=True)

    def dismissal(place: str) -> Any:
        stack = stack_for("SAG", DAY, jurisdiction=place)
        said = minor(day, who, stack, now=when("09:00"))
        return said and said.dismiss_by

    assert [when("16:30"), when("16:00"), None] == [
        dismissal(place) for place in ("US-CA", "US-NY", "GB")
    ]


@pytest.mark.parametrize(
    ("born", "months"),
    [
        (date(2026, 1, 10), 5),
        (date(2026, 1, 11), 4),
        (date(2018, 6, 10), 96),
        (date(2018, 6, 11), 95),
    ],
)
def test_a_month_is_full_on_its_day(born: date, months: int) -> None:
    assert months == months_old(born, DAY)
