"""Meal penalties: late by how much, what it costs by each table, and what is no meal at all."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from data.rules.hours import Meal
from data.rules.library import pack as shipped_pack
from data.rules.meals import GraceClaim, meal_penalties
from data.rules.minutes import telling
from data.rules.pack import MealRules, RulePack
from data.rules.prices import next_rise, price
from data.rules.results import MealPenalties
from data.rules.why import why
from tests.rules_days import DAY, ZONE, at, pack, when, worked

SAG = shipped_pack("sag-theatrical-tv-principal")
IATSE = shipped_pack("iatse-2024-tv-studio")
CALIFORNIA = shipped_pack("us-california")


def penalties(text: str, rules: RulePack = SAG, **more: Any) -> MealPenalties:
    asked = {k: more.pop(k) for k in ("hourly", "earlier_in_week", "grace") if k in more}
    until = when(more.pop("until")) if "until" in more else None
    found = meal_penalties(worked(text, **more), rules, now=until, **asked)
    assert found is not None
    return found


def meals(**parts: Any) -> MealRules:
    rules = pack(meals=parts).meals
    assert rules is not None
    return rules


# ---- the tables -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "late", "count", "amount"),
    [
        ("sag-theatrical-tv-principal", 1, 1, "25"),
        ("sag-theatrical-tv-principal", 30, 1, "25"),
        ("sag-theatrical-tv-principal", 31, 2, "60"),
        ("sag-theatrical-tv-principal", 61, 3, "110"),
        ("sag-theatrical-tv-principal", 95, 4, "160"),
        ("iatse-2024-tv-studio", 1, 1, "8.50"),
        ("iatse-2024-tv-studio", 31, 2, "19.50"),
        ("iatse-2024-tv-studio", 61, 3, "33.00"),
        ("iatse-2024-tv-studio", 95, 4, "46.50"),
        ("teamsters-399", 95, 4, "52.50"),
        ("sag-short-ulb-principal", 95, 4, "100"),
    ],
)
def test_so_late_a_meal_is_so_many_penalties(name: str, late: int, count: int, amount: str) -> None:
    rules = shipped_pack(name).meals
    assert rules is not None

    bill = price(rules, late)

    assert (count, Decimal(amount)) == (bill.count, bill.fixed)


@pytest.mark.parametrize(
    ("late", "amount"),
    [(5, "5.00"), (13, "12.50"), (31, "15.00"), (60, "25.00"), (90, "37.50"), (91, "40.50"),
     (120, "52.50")],
)  # fmt: skip
def test_a_table_by_the_tenth(late: int, amount: str) -> None:
    rules = shipped_pack("sample-canada-a").meals
    assert rules is not None

    assert Decimal(amount) == price(rules, late).fixed


def test_in_time_costs_nothing() -> None:
    assert price(meals(schedule=[{"minutes": 30, "amount": "25"}]), 0).count == 0


def test_whole_units_alone_count_where_fractions_do_not() -> None:
    rules = meals(schedule=[{"minutes": 30, "amount": "25"}], fraction_counts=False)

    assert [price(rules, late).count for late in (29, 30, 59, 60)] == [0, 1, 1, 2]


def test_a_table_that_ends_ends_the_bill() -> None:
    rules = meals(schedule=[{"minutes": 30, "amount": "25"}], repeat_last=False)

    assert Decimal(25) == price(rules, 300).fixed


def test_a_cap_is_the_most_of_one_delay() -> None:
    rules = meals(schedule=[{"minutes": 30, "amount": "25"}], cap="60")

    assert [Decimal(50), Decimal(60)] == [price(rules, late).fixed for late in (60, 61)]


def test_after_twenty_in_a_week_each_costs_an_hours_pay() -> None:
    assert IATSE.meals is not None

    bill = price(IATSE.meals, 61, 19)

    assert (3, Decimal("8.50"), Fraction(2)) == (bill.count, bill.fixed, bill.rate_hours)
    assert Decimal("88.50") == bill.in_money(Fraction(40))
    assert bill.in_money(None) is None


def test_the_fifth_half_hour_and_each_further_costs_25_more() -> None:
    assert IATSE.meals is not None

    assert Decimal("46.50") == price(IATSE.meals, 120).fixed
    assert Decimal("85.00") == price(IATSE.meals, 121).fixed
    assert Decimal("123.50") == price(IATSE.meals, 151).fixed


def test_an_hourly_rate_is_credited_for_ten_minutes_at_least_and_three_hours_at_most() -> None:
    rules = shipped_pack("sample-technician-b").meals
    assert rules is not None

    assert [Fraction(1, 6), Fraction(1, 6), Fraction(11, 60), Fraction(3), Fraction(3)] == [
        price(rules, late).rate_hours for late in (1, 10, 11, 180, 400)
    ]


def test_the_least_credit_is_for_a_meal_that_came_late() -> None:
    rules = shipped_pack("sample-technician-b").meals
    assert rules is not None

    assert price(rules, 0).rate_hours == 0
    assert [next_rise(rules, late) for late in (0, 1, 10, 30, 180)] == [1, 11, 11, 31, None]


@pytest.mark.parametrize(("late", "rises"), [(0, 1), (1, 31), (30, 31), (31, 61), (200, 211)])
def test_the_bill_rises_at_the_next_begun_half_hour(late: int, rises: int) -> None:
    assert SAG.meals is not None

    assert rises == next_rise(SAG.meals, late)


def test_a_capped_bill_rises_no_more() -> None:
    assert next_rise(meals(schedule=[{"minutes": 30, "amount": "25"}], cap="25"), 20) is None


# ---- the day ----------------------------------------------------------------------------------


def test_breakfast_on_the_clock_moves_the_first_meal() -> None:
    found = penalties(
        "in 07:00, ndb_out 07:36, ndb_in 07:51, meal_out 14:12, meal_in 14:42, out 18:00"
    )

    (delay,) = found.delays
    assert when("13:51") == delay.due
    assert (21, 1, Decimal(25)) == (delay.late, found.count, found.amount)


def test_without_breakfast_lunch_at_13_42_is_42_late() -> None:
    found = penalties("in 07:00, meal_out 13:42, meal_in 14:12, out 18:00")

    assert (42, 2, Decimal(60)) == (found.delays[0].late, found.count, found.amount)


@pytest.mark.parametrize(
    "breakfast", ["ndb_out 07:36, ndb_in 07:50", "ndb_out 09:01, ndb_in 09:16"]
)
def test_a_breakfast_too_short_or_too_late_moves_nothing(breakfast: str) -> None:
    found = penalties(f"in 07:00, {breakfast}, meal_out 13:42, meal_in 14:12, out 18:00")

    assert when("13:00") == found.delays[0].due
    assert any("moves no meal" in line for line in why(found.steps))


def test_breakfast_makes_a_precalls_clock_start_with_everybodys() -> None:
    found = penalties(
        "in 05:30, ndb_out 06:40, ndb_in 06:55", IATSE, general_call="07:00", until="09:00"
    )

    assert when("13:00") == found.due


def test_everybodys_breakfast_counts_for_who_has_none_of_their_own() -> None:
    found = penalties("in 07:00", ndb=Meal(at("07:30"), at("07:45")), until="09:00")

    assert when("13:45") == found.due


def test_the_second_meal_is_due_six_hours_after_the_first_ended() -> None:
    found = penalties(
        "in 07:00, meal_out 12:48, meal_in 13:30, meal_out 20:00, meal_in 20:30, out 22:00"
    )

    (delay,) = found.delays
    assert (2, when("19:30"), 30) == (delay.meal, delay.due, delay.late)


def test_a_meal_never_given_runs_on_to_the_wrap() -> None:
    found = penalties("in 07:00, out 14:35")

    assert (95, Decimal(160)) == (found.delays[0].late, found.amount)
    assert found.delays[0].taken is None


def test_who_wraps_before_it_is_due_is_owed_nothing() -> None:
    assert penalties("in 07:00, out 13:00").amount == 0


def test_a_delay_runs_while_the_day_does() -> None:
    found = penalties("in 07:00", until="13:31")

    assert (31, 2, when("13:00")) == (found.delays[0].late, found.count, found.due)


def test_who_is_at_table_has_no_meal_due() -> None:
    assert penalties("in 07:00, meal_out 12:50", until="13:20").due is None


def test_a_walking_meal_is_no_meal() -> None:
    found = penalties("in 07:00, walk_out 12:50, meal_in 13:10, out 13:40")

    assert found.delays[0].late == 40
    assert any("walking meal" in line for line in why(found.steps))


def test_a_walking_meal_is_one_where_the_agreement_says_so() -> None:
    rules = pack(meals={"schedule": [{"minutes": 30, "amount": "25"}], "walking_meal_ends": True})

    found = penalties("in 07:00, walk_out 12:50, out 19:00", rules)

    assert [(d.meal, d.due, d.late) for d in found.delays] == [(2, when("18:50"), 10)]


def test_twenty_nine_minutes_are_no_meal() -> None:
    assert penalties("in 07:00, meal_out 12:50, meal_in 13:19, out 14:00").delays[0].late == 60
    assert penalties("in 07:00, meal_out 12:50, meal_in 13:20, out 14:00").delays == ()


def test_the_half_hour_runs_from_the_last_person_through_the_line() -> None:
    found = penalties("in 07:00, meal_out 12:50, line 13:05, meal_in 13:30, out 14:00")

    assert found.delays[0].late == 60


def test_everybodys_lunch_counts_for_who_has_none_of_their_own() -> None:
    lunch = Meal(at("13:12"), at("13:42"))

    everybodys = penalties("in 07:00, out 18:00", company_meals=[lunch])
    their_own = penalties(
        "in 07:00, meal_out 13:00, meal_in 13:30, out 18:00", company_meals=[lunch]
    )
    after_it = penalties("in 13:30, out 18:00", company_meals=[lunch])

    assert [sum(d.late for d in each.delays) for each in (everybodys, their_own, after_it)] == [
        12,
        0,
        0,
    ]


def test_french_hours_owe_no_meal_where_the_agreement_knows_them() -> None:
    teamsters = shipped_pack("teamsters-399")

    assert penalties("in 07:00, out 17:00", teamsters, french_hours=True).amount == 0
    assert penalties("in 07:00, out 17:00", SAG, french_hours=True).count == 8


# ---- grace ------------------------------------------------------------------------------------

SET_UP = "finishing the set-up, camera not already extended"


@pytest.mark.parametrize(
    ("lunch", "claim", "late"),
    [
        ("13:12", GraceClaim(1, SET_UP), 0),
        ("13:13", GraceClaim(1, SET_UP), 13),
        ("13:12", GraceClaim(1, "we forgot"), 12),
        ("13:12", GraceClaim(2, SET_UP), 12),
        ("13:12", None, 12),
    ],
)
def test_grace_covers_its_minutes_if_somebody_says_its_condition_held(
    lunch: str, claim: GraceClaim | None, late: int
) -> None:
    found = penalties(f"in 07:00, meal_out {lunch}, meal_in 14:00, out 18:00", grace=claim)

    assert late == sum(delay.late for delay in found.delays)


def test_grace_is_not_for_every_day() -> None:
    text = "in 07:00, meal_out 13:10, meal_in 14:00, out 18:00"

    assert penalties(text, IATSE, grace=GraceClaim(1, SET_UP, used_this_week=0)).count == 0
    again = penalties(text, IATSE, grace=GraceClaim(1, SET_UP, used_this_week=1))
    assert again.count == 1
    assert any("grace was used 1 times this week" in line for line in why(again.steps))


def test_an_agreement_without_grace_gives_none() -> None:
    teamsters = shipped_pack("teamsters-399")
    text = "in 07:00, meal_out 13:05, meal_in 14:00, out 18:00"

    assert penalties(text, teamsters, grace=GraceClaim(1, SET_UP)).count == 1


# ---- the law's hour ---------------------------------------------------------------------------


def test_the_law_gives_one_hours_pay_a_day_and_the_meal_is_still_due() -> None:
    found = penalties("in 07:00, meal_out 14:00, meal_in 14:30", CALIFORNIA, until="22:00")

    assert (Fraction(1), None) == (found.rate_hours, found.amount)
    assert when("20:30") == found.due
    assert Decimal(50) == penalties("in 07:00, out 22:00", CALIFORNIA, hourly=Fraction(50)).amount


# ---- why --------------------------------------------------------------------------------------


def test_every_penalty_says_its_taps_its_rule_and_its_source() -> None:
    found = penalties("in 07:00, meal_out 13:42, meal_in 14:12, out 18:00")
    step = next(step for step in found.steps if "min late" in step.form)

    assert step.events == ("1", "2")
    assert (
        step.words(telling(DAY, ZONE))
        == "meal 1 due 13:00, taken 13:42, 42 min late: 2 MP, 60.00 USD"
    )
    assert (
        step.words(telling(DAY, ZONE, "12"))
        == "meal 1 due 1:00P, taken 1:42P, 42 min late: 2 MP, 60.00 USD"
    )
    assert (
        str(step.source)
        == "sag-theatrical-tv-principal v1, meal penalties: sagaftra.org/meal-periods"
    )
    assert (found.pack, found.version) == ("sag-theatrical-tv-principal", 1)
