"""A day out of its taps: whichever order they come in, amended, said twice, or never tapped out."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from data.rules.day import person_day
from data.rules.events import Event, PersonDay, standing
from data.rules.hours import Meal
from data.rules.library import pack as shipped_pack
from data.rules.minutes import minute, telling
from data.rules.overtime import day_hours
from data.rules.why import why
from data.tables import eighths_text, read_eighths
from tests.rules_days import DAY, ZONE, at, taps, when, worked

CALIFORNIA = shipped_pack("us-california")


def codes(day: PersonDay) -> list[str]:
    return [ask.code for ask in day.asks]


def made(*events: Event) -> PersonDay:
    return person_day(events, day=DAY, zone=ZONE)


# ---- when the day begins ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "began"),
    [
        ("in 06:41, out 19:00", "07:00"),
        ("in 06:41, told_to_work 06:41, out 19:00", "06:41"),
        ("in 07:20, out 19:00", "07:20"),
        ("in 06:41, out 06:50", "06:50"),
    ],
)
def test_who_comes_early_begins_at_the_call_unless_told_to_work(text: str, began: str) -> None:
    assert when(began) == worked(text, call="07:00").began


def test_who_was_not_called_begins_when_they_came() -> None:
    assert when("06:41") == worked("in 06:41").began


def test_sick_and_absent_are_no_day_unless_they_came_after_all() -> None:
    assert [
        worked(text).absence for text in ("sick 06:00", "absent 06:30", "sick 06:00, in 09:00")
    ] == ["sick", "absent", ""]


# ---- said twice, amended ----------------------------------------------------------------------


def test_of_two_ins_within_five_minutes_the_earlier_counts_and_nobody_is_asked() -> None:
    day = worked("in 06:41, in 06:46, out 19:00")

    assert (when("06:41"), []) == (day.came, codes(day))


def test_two_ins_farther_apart_are_asked() -> None:
    day = worked("in 06:41, in 06:47, out 19:00")

    assert (codes(day), day.asks[0].events) == (["in-twice"], ("0", "1"))


def test_in_at_two_units_is_asked() -> None:
    day = made(
        Event("in", at("07:00"), "a", unit="Main"), Event("in", at("07:02"), "b", unit="Second")
    )

    assert codes(day) == ["two-units"]


def test_of_two_outs_within_five_minutes_the_earlier_counts() -> None:
    assert when("19:00") == worked("in 07:00, out 19:00, out 19:05").left


def test_who_came_back_leaves_when_they_left_last() -> None:
    assert when("21:00") == worked("in 07:00, out 19:00, out 21:00").left


def test_two_tablets_call_one_lunch() -> None:
    day = worked("in 07:00, meal_out 13:00, meal_out 13:05, meal_in 13:30, out 19:00")

    assert len(day.meals) == 1
    assert codes(day) == []


def test_a_walking_meal_needs_no_end_and_hides_no_meal_after_it() -> None:
    day = worked("in 07:00, walk_out 12:50, meal_out 19:00, meal_in 19:30, out 21:00")

    assert [(m.walking, m.back) for m in day.meals] == [(True, None), (False, when("19:30"))]
    assert codes(day) == []


def test_an_amendment_takes_the_place_of_what_it_names() -> None:
    wrong = Event("in", at("09:00"), "a")
    right = Event("in", at("07:00"), "b", replaces="a")

    assert [when("07:00")] * 2 == [made(*each).came for each in ((wrong, right), (right, wrong))]


def test_an_amendment_taken_back_lets_the_first_tap_count_again() -> None:
    events = [
        Event("in", at("09:00"), "a"),
        Event("in", at("07:00"), "b", replaces="a"),
        Event("void", at("09:30"), "c", replaces="b"),
    ]

    assert [when("09:00"), "a"] == [made(*events).came, made(*events).in_id]


def test_an_amendment_of_an_amendment_is_the_last_word() -> None:
    events = [
        Event("in", at("09:00"), "a"),
        Event("in", at("07:00"), "b", replaces="a"),
        Event("in", at("10:00"), "c", replaces="b"),
    ]

    assert [e.id for e in standing(events)] == ["c"]


def test_a_taking_back_taken_back_leaves_the_amendment_in_force() -> None:
    events = [
        Event("in", at("09:00"), "a"),
        Event("in", at("07:00"), "b", replaces="a"),
        Event("void", at("09:30"), "c", replaces="b"),
        Event("void", at("09:31"), "d", replaces="c"),
    ]

    assert [e.id for e in standing(events)] == ["b"]


def test_a_tap_taken_back_is_gone() -> None:
    assert (
        made(Event("in", at("09:00"), "a"), Event("void", at("09:30"), "b", replaces="a")).came
        is None
    )


# ---- what is missing --------------------------------------------------------------------------


def test_at_four_in_the_morning_an_open_in_is_a_marked_estimate_that_asks() -> None:
    day = worked("in 07:00, meal_out 13:00, meal_in 13:30", now="28:00", wrap="19:30")

    assert (when("19:30"), True) == (day.left, day.estimated)
    assert (codes(day), day.asks[0].events) == (["no-out"], ("0",))
    hours = day_hours(day, CALIFORNIA)
    assert hours is not None
    assert hours.estimated
    assert any("it is an estimate" in line for line in why(hours.steps))


def test_before_four_nothing_is_estimated() -> None:
    day = worked("in 07:00", now="27:59", wrap="19:30")

    assert (day.left, day.estimated, codes(day)) == (None, False, [])


def test_a_night_shoot_at_four_is_at_work_and_not_forgotten() -> None:
    assert worked("in 18:00", now="28:00").left is None
    assert worked("in 18:00", now="28:00", wrap="30:00").left is None
    assert when("18:00") == worked("in 18:00", now="34:00").left


def test_the_last_they_were_seen_is_the_least_of_an_estimate() -> None:
    text = "in 07:00, meal_out 20:00, meal_in 20:30"

    assert when("20:30") == worked(text, now="28:00", wrap="19:30").left
    assert when("20:30") == worked(text, now="28:00").left


def test_an_out_ends_the_estimate() -> None:
    day = worked("in 07:00, out 20:10", now="28:00", wrap="19:30")

    assert (when("20:10"), False) == (day.left, day.estimated)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("out 19:00", "no-in"),
        ("meal_out 13:00", "no-in"),
        ("in 08:00, out 07:00", "out-before-in"),
        ("in 07:00, meal_in 13:30, out 19:00", "no-meal-out"),
        ("in 07:00, meal_out 13:00, meal_out 19:00, meal_in 19:30, out 20:00", "no-meal-in"),
    ],
)
def test_what_does_not_fit_is_asked(text: str, code: str) -> None:
    assert code in codes(worked(text))


def test_a_second_lunch_inside_the_first_is_asked_and_not_counted() -> None:
    day = worked("in 07:00, meal_out 13:00, meal_out 13:20, meal_in 13:30, out 19:00")

    assert ([m.back for m in day.meals], codes(day)) == ([when("13:30")], ["no-meal-in"])


def test_who_turned_round_at_the_gate_was_there_and_left() -> None:
    assert worked("in 07:00, out 07:00").left == when("07:00")


def test_the_outs_before_the_in_are_named() -> None:
    (ask,) = worked("out 06:00, in 07:00, out 19:00").asks

    assert ask.events == ("0",)


def test_everybodys_breakfast_is_not_for_who_had_their_own_or_was_not_there() -> None:
    breakfast = Meal(at("07:30"), at("07:50"))

    had = [
        worked(text, ndb=breakfast).ndb
        for text in ("in 07:00, ndb_out 07:05, ndb_in 07:20", "in 07:00", "in 07:31", "")
    ]

    assert [each and each.out for each in had] == [when("07:05"), when("07:30"), None, None]


@pytest.mark.parametrize(
    ("text", "counts"),
    [("in 13:00", True), ("in 13:01", False), ("in 07:00, out 13:00", False),
     ("in 07:00, out 13:01", True)],
)  # fmt: skip
def test_everybodys_lunch_is_for_who_is_at_work_when_it_is_called(text: str, counts: bool) -> None:
    assert bool(worked(text, company_meals=[Meal(at("13:00"), at("13:30"))]).meals) is counts


def test_an_out_before_the_in_is_not_taken_for_one() -> None:
    assert worked("in 08:00, out 07:00").left is None


def test_everybodys_lunch_has_not_ended_before_it_has() -> None:
    lunch = Meal(at("13:00"), at("13:30"))

    assert [
        len(worked("in 07:00", company_meals=[lunch], now=clock).meals)
        for clock in ("12:59", "13:10", "13:40")
    ] == [0, 1, 1]
    assert worked("in 07:00", company_meals=[lunch], now="13:10").meals[0].back is None


# ---- instants ---------------------------------------------------------------------------------


def test_past_midnight_belongs_to_the_day_of_the_call_and_prints_so() -> None:
    day = worked("in 18:00, out 28:30")
    hours = day_hours(day, CALIFORNIA)

    assert hours is not None
    assert hours.worked == 630
    assert (
        hours.steps[0].words(telling(DAY, ZONE))
        == "18:00 to 28:30 less 0 min for meals: 10 h 30 worked"
    )


@pytest.mark.parametrize(
    ("eve", "zone", "minutes"),
    [
        (date(2026, 10, 31), "America/Los_Angeles", 13 * 60),
        (date(2026, 3, 7), "America/Los_Angeles", 11 * 60),
        (date(2026, 3, 28), "Europe/Berlin", 11 * 60),
    ],
)
def test_the_night_the_clocks_change_has_its_real_hours(eve: date, zone: str, minutes: int) -> None:
    where = ZoneInfo(zone)
    events = [
        Event("in", at("18:00", day=eve, zone=where), "a"),
        Event("out", at("30:00", day=eve, zone=where), "b"),
    ]

    hours = day_hours(person_day(events, day=eve, zone=where), CALIFORNIA)

    assert hours is not None
    assert minutes == hours.worked


def test_a_day_begun_in_one_zone_and_ended_in_another_has_its_real_hours() -> None:
    east = ZoneInfo("America/New_York")
    events = [Event("in", at("07:00", zone=east), "a"), Event("out", at("19:00"), "b")]

    hours = day_hours(person_day(events, day=DAY, zone=ZONE), CALIFORNIA)

    assert hours is not None
    assert hours.worked == 15 * 60


def test_seconds_are_cut_off() -> None:
    assert minute(at("07:00")) == minute(at("07:00").replace(second=59, microsecond=999999))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        minute(datetime(2026, 6, 10, 7, 0))


def test_a_tap_by_a_wrong_clock_counts_and_is_asked() -> None:
    day = made(Event("in", at("07:00"), "a", doubtful=True))

    assert (day.came, codes(day), day.asks[0].events) == (when("07:00"), ["clock"], ("a",))


def test_travel_is_before_the_in_and_after_the_out() -> None:
    day = worked("travel_out 06:15, in 07:00, out 19:00, travel_out 19:05, travel_in 19:50")

    assert (day.home, day.back_home) == (when("06:15"), when("19:50"))
    assert worked("travel_in 06:50, in 07:00").back_home is None
    assert worked("travel_in 06:50, in 07:00, out 19:00").back_home is None
    assert worked("in 07:00, out 19:00, travel_in 19:00").back_home == when("19:00")
    assert worked("in 07:00, travel_out 07:01").home is None
    assert worked("travel_out 07:00, in 07:00").home == when("07:00")


def test_pages_add_up_in_eighths() -> None:
    assert eighths_text(read_eighths("5 3/8") + read_eighths("2 6/8")) == "8 1/8"


def test_events_may_come_in_any_order() -> None:
    events = taps("in 07:00, meal_out 13:00, meal_in 13:30, out 19:00")

    assert made(*events) == made(*reversed(events))
