"""Hours: rates taken apart, tiers, golden time, the sixth and seventh day, the week."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from data.rules.library import pack as shipped_pack
from data.rules.overtime import consecutive_day, day_hours
from data.rules.pack import RulePack
from data.rules.pay import by_the_day, by_the_hour, pay_hours
from data.rules.results import DayHours
from data.rules.week import cumulative_overtime, weekly_overtime
from data.rules.why import why
from tests.rules_days import pack, when, worked

CALIFORNIA = shipped_pack("us-california")
SAG = shipped_pack("sag-theatrical-tv-principal")
UK = shipped_pack("pact-bectu-2023")


def hours_of(text: str, rules: RulePack, *, until: str = "", **more: Any) -> DayHours:
    day = worked(text, french_hours=more.pop("french_hours", False))
    found = day_hours(day, rules, now=when(until) if until else None, **more)
    assert found is not None
    return found


def cut(found: DayHours) -> list[tuple[int, str]]:
    return [(part.minutes, f"{part.multiple.normalize():f}") for part in found.slices]


# ---- the rate ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "hours", "paid", "hourly"),
    [
        ("500", 10, 11, "45.4545"),
        ("500", 12, 14, "35.7143"),
        ("125", 12, 14, "8.9286"),
        ("600", 14, 18, "33.3333"),
        ("400", 8, 8, "50.0000"),
    ],
)
def test_a_guaranteed_day_holds_more_pay_hours_than_hours(
    rate: str, hours: int, paid: int, hourly: str
) -> None:
    found = by_the_day(Decimal(rate), hours).hourly

    assert Fraction(paid) == pay_hours(hours)
    assert hourly == f"{float(found):.4f}"


def test_the_guaranteed_hours_cost_the_days_rate_exactly() -> None:
    found = hours_of("in 06:00, out 20:00", CALIFORNIA, rate=by_the_day(Decimal(600), 14))

    assert Decimal("600.00") == found.amount


# ---- the day ----------------------------------------------------------------------------------


def test_california_pays_14_point_2_hours_at_50_with_920() -> None:
    found = hours_of(
        "in 06:00, meal_out 12:00, meal_in 12:30, out 20:42",
        CALIFORNIA,
        rate=by_the_hour(Decimal(50)),
    )

    assert (142, Decimal("920.00")) == (found.worked_tenths, found.amount)
    assert cut(found) == [(480, "1"), (240, "1.5"), (132, "2")]


def test_a_seventh_day_at_40_is_600() -> None:
    found = hours_of(
        "in 06:00, out 15:30", CALIFORNIA, rate=by_the_hour(Decimal(40)), consecutive=7
    )

    assert Decimal("600.00") == found.amount
    assert any("day 7 running" in line for line in why(found.steps))


def test_a_day_player_of_1246_with_12_point_3_hours_is_2429_70() -> None:
    found = hours_of(
        "in 06:00, meal_out 12:00, meal_in 12:40, out 18:58", SAG, rate=by_the_day(Decimal(1246), 8)
    )

    assert (123, Decimal("2429.70")) == (found.worked_tenths, found.amount)


def test_overtime_goes_up_to_the_begun_tenth_in_minutes_worked() -> None:
    found = hours_of("in 06:00, out 16:01", SAG)

    assert cut(found) == [(480, "1"), (120, "1.5"), (6, "2")]
    assert found.worked == 601


def test_elapsed_double_time_counts_the_meal_and_worked_does_not() -> None:
    text = "in 06:00, meal_out 12:00, meal_in 13:00, out 20:00"

    assert cut(hours_of(text, shipped_pack("iatse-2021-tv-studio"))) == [
        (480, "1"),
        (240, "1.5"),
        (60, "2"),
    ]
    assert cut(hours_of(text, shipped_pack("iatse-2021-features-distant"))) == [
        (480, "1"),
        (180, "1.5"),
        (120, "2"),
    ]


def test_triple_time_begins_fifteen_hours_after_the_call() -> None:
    text = "in 06:00, meal_out 12:00, meal_in 13:00, out 22:00"

    assert cut(hours_of(text, shipped_pack("iatse-2024-tv-studio")))[-1] == (60, "3")
    assert cut(hours_of(text, shipped_pack("iatse-2021-tv-studio")))[-1] == (180, "2")


def test_a_commercials_four_tiers() -> None:
    found = hours_of("in 04:00, out 23:00", shipped_pack("sample-commercial"))

    assert cut(found) == [(600, "1"), (240, "1.5"), (240, "2"), (60, "3")]


def test_golden_time_is_a_days_pay_for_each_begun_hour_past_sixteen() -> None:
    rate = by_the_day(Decimal(200), 8)
    background = shipped_pack("sag-background")

    sixteen = hours_of("in 06:00, out 22:00", background, rate=rate)
    one_minute_more = hours_of("in 06:00, out 22:01", background, rate=rate)
    two_hours_more = hours_of("in 06:00, out 24:00", background, rate=rate)

    assert [Decimal("550.00"), Decimal("750.00"), Decimal("950.00")] == [
        each.amount for each in (sixteen, one_minute_more, two_hours_more)
    ]


def test_golden_time_says_how_long_it_was() -> None:
    found = hours_of("in 06:00, out 22:01", shipped_pack("sag-background"))

    assert any(line.startswith("6 min of golden time: 1 days' pay") for line in why(found.steps))
    assert (found.paid, sum(part.minutes for part in found.slices)) == (966, 960)


def test_pay_hours_count_each_hour_as_often_as_it_is_paid() -> None:
    found = hours_of("in 06:00, meal_out 12:00, meal_in 12:40, out 18:58", SAG)

    assert found.pay_hours == Decimal("15.60")


def test_two_tiers_at_one_multiple_are_one() -> None:
    tiers = [{"over": 480, "multiple": "1.5"}, {"over": 600, "multiple": "1.5"}]

    assert cut(hours_of("in 06:00, out 18:00", pack(hours={"tiers": tiers}))) == [
        (480, "1"),
        (240, "1.5"),
    ]


def test_a_meal_after_the_twelfth_hour_does_not_move_elapsed_double_time() -> None:
    found = hours_of(
        "in 06:00, meal_out 18:30, meal_in 19:00, out 20:00",
        shipped_pack("iatse-2021-features-distant"),
    )

    assert cut(found) == [(480, "1"), (240, "1.5"), (90, "2")]


def test_a_day_that_goes_on_has_no_hours_without_a_now() -> None:
    assert day_hours(worked("in 07:00"), SAG) is None


def test_the_minimum_call_is_paid_and_not_called_worked() -> None:
    found = hours_of("in 06:00, out 09:00", SAG)

    assert (found.worked, found.paid) == (180, 480)
    assert any("minimum call is 8 h" in line for line in why(found.steps))


def test_late_notice_owes_the_longer_minimum() -> None:
    rules = pack(hours={"minimum_call": 240, "minimum_call_late_notice": 480})

    assert hours_of("in 06:00, out 07:00", rules).paid == 240
    assert hours_of("in 06:00, out 07:00", rules, late_notice=True).paid == 480


def test_punches_are_rounded_where_the_agreement_rounds_punches() -> None:
    rules = pack(hours={"rounding": {"increment_minutes": 15, "mode": "in-down-out-up"}})

    assert hours_of("in 07:08, out 19:11", rules).worked == 735


def test_who_never_came_has_no_hours() -> None:
    assert day_hours(worked("sick 06:00"), SAG) is None


def test_french_hours_and_walking_meals_take_nothing_off() -> None:
    lunch = "in 06:00, meal_out 12:00, meal_in 13:00, out 16:00"

    assert hours_of(lunch, CALIFORNIA, french_hours=True).worked == 600
    assert hours_of(lunch.replace("meal_out", "walk_out"), CALIFORNIA).worked == 600
    assert hours_of(lunch, CALIFORNIA).worked == 540


def test_somebody_at_table_works_no_longer_while_they_eat() -> None:
    text = "in 06:00, meal_out 12:00"

    assert [
        hours_of(text, CALIFORNIA, until=clock).worked for clock in ("12:00", "13:00", "13:30")
    ] == [360, 360, 390]


# ---- quarters, nights and bounds --------------------------------------------------------------


def test_british_overtime_runs_in_quarters_and_costs_35_to_70() -> None:
    assert [Decimal("311.25"), Decimal("670.00"), Decimal("235.00")] == [
        hours_of(f"in 08:00, out {out}", UK, rate=by_the_hour(Decimal(rate))).amount
        for out, rate in (("18:10", 30), ("19:00", 60), ("19:00", 20))
    ]


def test_overtime_after_eleven_at_night_is_enhanced() -> None:
    found = hours_of("in 12:00, out 24:00", UK)

    assert cut(found) == [(600, "1"), (60, "1.5"), (60, "2")]


def test_straight_hours_at_night_are_straight() -> None:
    assert cut(hours_of("in 18:00, out 26:00", UK)) == [(480, "1")]


def test_a_sixth_day_in_britain_is_time_and_a_half_from_the_first_hour() -> None:
    assert cut(hours_of("in 08:00, out 16:00", UK, consecutive=6)) == [(480, "1.5")]


def test_above_the_money_break_overtime_is_figured_on_the_break() -> None:
    rules = pack(hours={"tiers": [{"over": 480, "multiple": "1.5"}], "money_break": "100"})

    assert [Decimal("950.00"), Decimal("1750.00")] == [
        hours_of("in 06:00, out 15:00", rules, rate=by_the_hour(Decimal(rate))).amount
        for rate in (100, 200)
    ]


# ---- the week ---------------------------------------------------------------------------------

SUNDAY = date(2026, 6, 7)


def days(*numbers: int) -> set[date]:
    return {SUNDAY + timedelta(n) for n in numbers}


def test_the_seventh_day_running_is_counted_inside_the_workweek() -> None:
    assert consecutive_day(days(0, 1, 2, 3, 4, 5), SUNDAY + timedelta(6)) == 7
    assert consecutive_day(days(0, 1, 2, 3, 4, 6), SUNDAY + timedelta(7)) == 1


def test_nine_straight_days_can_hide_in_two_workweeks() -> None:
    nine = days(*range(3, 12))

    assert max(consecutive_day(nine, day) for day in nine) == 5


def test_forty_straight_hours_a_week_and_then_half_as_much_again() -> None:
    federal = shipped_pack("us-federal")
    week = [hours_of("in 06:00, out 15:00", federal) for _ in range(5)]

    found = weekly_overtime(week, federal, rate=by_the_hour(Decimal(20)))

    assert found is not None
    assert (2700, 300, Decimal("50.00")) == (found.straight, found.over, found.amount)


def test_hours_paid_at_more_already_do_not_count_again() -> None:
    week = [hours_of("in 06:00, out 18:00", CALIFORNIA) for _ in range(5)]

    found = weekly_overtime(week, CALIFORNIA)

    assert found is not None
    assert (found.straight, found.over) == (2400, 0)


def test_a_three_day_player_past_24_hours() -> None:
    three_day = shipped_pack("sag-tv-three-day")
    engagement = [hours_of("in 06:00, out 15:30", three_day) for _ in range(3)]

    found = cumulative_overtime(engagement, three_day)

    assert found is not None
    assert (270, Decimal(135)) == (found.over, found.extra_pay_minutes)
    assert cumulative_overtime(engagement, SAG) is None
