"""The radar says beforehand what the reckoning says afterwards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from data.rules.library import Stack, stack_for
from data.rules.minors import Child
from data.rules.minutes import At
from data.rules.pay import by_the_hour
from data.rules.radar import Radar, radar, watch
from data.rules.stack import reckon
from data.rules.turnaround import RestTerms, rest
from tests.rules_days import DAY, at, pack, when, worked

SAG = stack_for("SAG", DAY, jurisdiction="US-CA", tier="tv")
LAW = stack_for("", DAY, jurisdiction="US-CA")


OF_THE_DAY = ("call", "french_hours", "wrap", "closed")


def seen(text: str, now: str, stack: Stack = SAG, **more: Any) -> Radar:
    asked = {name: more.pop(name) for name in list(more) if name not in OF_THE_DAY}
    if more.pop("closed", False):
        more["now"] = now
    if "proposed" in asked:
        asked["proposed"] = at(asked["proposed"])
    return radar(watch(worked(text, **more), stack, **asked), when(now))


@pytest.mark.parametrize(
    ("now", "meal_in", "penalties", "cost", "next_in", "next_cost"),
    [
        ("12:15", 45, 0, "0", 45, "25.00"),
        ("13:00", 0, 0, "0", 0, "25.00"),
        ("13:01", -1, 1, "25.00", 29, "35.00"),
        ("13:30", -30, 1, "25.00", 0, "35.00"),
        ("13:31", -31, 2, "60.00", 29, "50.00"),
        ("14:35", -95, 4, "160.00", 25, "50.00"),
    ],
)
def test_minutes_to_the_next_penalty_and_what_it_will_cost(
    now: str, meal_in: int, penalties: int, cost: str, next_in: int, next_cost: str
) -> None:
    found = seen("in 07:00", now)

    assert (meal_in, penalties, Decimal(cost)) == (found.meal_in, found.penalties, found.cost)
    assert (next_in, Decimal(next_cost)) == (found.next_in, found.next_cost)


def test_at_table_and_after_the_wrap_nothing_is_due() -> None:
    lunch = seen("in 07:00, meal_out 13:12", "13:20")
    home = seen("in 07:00, out 12:00", "13:20")

    assert (
        lunch.state,
        lunch.meal_in,
        lunch.next_in,
        lunch.penalties,
    ) == ("at a meal", None, None, 1)
    assert (home.state, home.meal_in, home.next_in, home.penalties) == ("out", None, None, 0)


def test_who_has_not_come_has_no_clocks() -> None:
    found = seen("", "13:00", call="07:00")

    assert (
        found.state,
        found.worked,
        found.meal_in,
        found.earliest_call,
    ) == ("away", 0, None, None)


def test_the_laws_hour_is_counted_in_hours_where_no_rate_is_known() -> None:
    unseen = seen("in 07:00", "12:50", LAW)
    known = seen("in 07:00", "12:50", LAW, rate=by_the_hour(Decimal(40)))
    owed = seen("in 07:00", "13:10", LAW)

    assert (10, None, Fraction(1)) == (unseen.next_in, unseen.next_cost, unseen.next_hours)
    assert (10, Decimal("40.00")) == (known.next_in, known.next_cost)
    assert (owed.penalties, owed.cost, owed.next_in) == (1, None, None)


def test_the_more_favourable_of_two_bills_is_awaited() -> None:
    law = pack(id="stern-law", kind="law", meals={"premium_hours": "1"})
    both = Stack((law, *SAG.packs[1:]))

    found = seen("in 07:00", "13:05", both, rate=by_the_hour(Decimal(100)))

    # 100 by the law since 13:01; the agreement has 60 at 13:31 and 110 at 14:01.
    assert (Decimal("100.00"), 55, Decimal("10.00")) == (found.cost, found.next_in, found.next_cost)


def test_a_price_that_never_catches_up_is_not_waited_for() -> None:
    deal = pack(id="deal", meals={"premium_hours": "1"})

    found = seen("in 07:00", "13:05", Stack((*SAG.packs[1:], deal)))

    assert (found.cost, found.next_in) == (None, None)


def test_who_eats_walking_is_at_work() -> None:
    found = seen("in 07:00, walk_out 12:50", "13:05")

    assert (found.state, found.worked, found.penalties) == ("working", 365, 1)


def test_penalties_earlier_in_the_week_raise_the_next_one() -> None:
    crew = stack_for("IATSE 600", DAY, jurisdiction="US-CA", tier="tv")

    found = seen("in 07:00", "13:05", crew, earlier_in_week=19)

    assert (Decimal("8.50"), None, Fraction(1)) == (found.cost, found.next_cost, found.next_hours)


def test_worked_so_far_leaves_out_the_meal_they_are_at_up_to_an_hour() -> None:
    text = "in 07:00, meal_out 13:00"

    assert [seen(text, now).worked for now in ("13:00", "13:40", "14:15")] == [360, 360, 375]
    assert seen("in 07:00", "13:28").worked_tenths == 65


def test_the_earliest_call_moves_on_while_they_work_and_stands_once_they_left() -> None:
    assert [when("32:00"), when("33:00")] == [
        seen("in 07:00", now).earliest_call for now in ("20:00", "21:00")
    ]
    assert when("33:36") == seen("in 07:00, out 21:36", "23:00").earliest_call


def test_a_proposed_call_inside_the_rest_is_forced_and_says_its_price() -> None:
    found = seen("in 07:00, out 21:36", "22:00", proposed="32:12")

    assert found.forced is not None
    assert (84, Decimal(900)) == (found.forced.short, found.forced.at_most)
    assert seen("in 07:00, out 21:36", "22:00", proposed="33:36").forced is None


def test_a_call_that_is_well_turns_forced_when_they_wrap_late() -> None:
    drafted = [seen("in 07:00", now, proposed="33:00").forced for now in ("21:00", "21:01")]

    assert [each and each.short for each in drafted] == [None, 1]


def test_the_weekly_rest_counts_at_the_end_of_a_work_week() -> None:
    working = seen("in 07:00", "21:00", terms=RestTerms(worked_days=5)).earliest_call
    gone = seen("in 07:00, out 21:00", "23:00", terms=RestTerms(worked_days=5)).earliest_call

    assert when("21:00") + 56 * 60 == working == gone


def test_a_childs_minutes_and_alarm() -> None:
    child = Child(date(2018, 3, 1), school_day=True)

    found = seen("in 08:00", "11:35", child=child).minor

    assert found is not None
    assert (found.minutes_left, found.alarm) == (25, 30)


def test_a_childs_twelve_hours_hold_where_their_agreement_asks_for_less() -> None:
    crew = stack_for("IATSE 600", DAY, jurisdiction="US-CA", tier="tv")
    child = Child(date(2018, 3, 1))
    text = "in 08:00, out 16:00"

    assert [when("26:00"), when("28:00")] == [
        seen(text, "17:00", crew, child=who).earliest_call for who in (None, child)
    ]
    found = seen(text, "17:00", crew, child=child, proposed="27:00").forced
    assert found is not None
    assert (found.short, found.stops_work) == (60, True)


def test_what_has_to_be_asked_is_on_the_radar() -> None:
    found = seen("in 07:00", "28:00", closed=True, wrap="19:00")

    assert ([ask.code for ask in found.asks], found.estimated) == (["no-out"], True)


@pytest.mark.parametrize("union", ["SAG", "IATSE 600", "Teamsters 399", "", "DGA"])
def test_the_radar_and_the_reckoning_say_the_same_at_every_quarter(union: str) -> None:
    stack = stack_for(union, DAY, jurisdiction="US-CA", tier="tv")
    rate = by_the_hour(Decimal(40))
    day = worked(
        "in 06:30, ndb_out 07:00, ndb_in 07:20, meal_out 13:40, meal_in 14:20", call="07:00"
    )
    watched = watch(day, stack, rate=rate)

    for now in range(when("14:20"), when("23:00"), 15):
        told, reckoned = radar(watched, At(now)), reckon(day, stack, now=At(now), rate=rate)
        turned = rest(day, stack, now=At(now))

        assert reckoned.hours is not None
        assert reckoned.hours.worked == told.worked
        assert (reckoned.meals and reckoned.meals.amount) == (told.cost if reckoned.meals else None)
        assert (turned and turned.earliest) == told.earliest_call
