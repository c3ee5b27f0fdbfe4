"""Law, agreement and deal: the more favourable counts, and it is said what it beat."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from data.rules.day import person_day
from data.rules.library import Stack, stack_for, with_deal
from data.rules.overtime import day_hours
from data.rules.pay import by_the_day, by_the_hour
from data.rules.results import Reckoned
from data.rules.stack import reckon
from data.rules.turnaround import forced, rest, turnaround
from data.rules.why import UNVERIFIED, why
from tests.rules_days import DAY, ZONE, pack, taps, when, worked

LONG = "in 07:00, meal_out 13:42, meal_in 14:12, out 21:30"


def stack(union: str, place: str = "US-CA", tier: str = "tv") -> Stack:
    return stack_for(union, DAY, jurisdiction=place, tier=tier)


def told(found: Reckoned) -> str:
    return " / ".join(why(found.steps))


def test_of_two_hours_the_one_that_pays_more_counts() -> None:
    found = reckon(worked(LONG), stack("SAG"))

    assert found.hours is not None
    assert found.hours.pack == "sag-theatrical-tv-principal"
    assert [each.pack for each in found.others] == ["us-california"]
    assert "hours: 19.00 pay hours by sag-theatrical-tv-principal, 18.00 by us-california" in told(
        found
    )


def test_where_the_law_pays_more_the_law_counts() -> None:
    uk_terms = pack(hours={"tiers": [{"over": 660, "multiple": "1.5"}]})
    law = stack("").packs[0]

    found = reckon(worked(LONG), Stack((law, uk_terms)), rate=by_the_hour(Decimal(50)))

    assert found.hours is not None
    assert ("us-california", Decimal("900.00")) == (found.hours.pack, found.hours.amount)


def test_an_agreement_with_meal_terms_stands_instead_of_californias() -> None:
    union, law = reckon(worked(LONG), stack("SAG")), reckon(worked(LONG), stack(""))

    assert union.meals is not None
    assert law.meals is not None
    assert (union.meals.pack, law.meals.pack) == ("sag-theatrical-tv-principal", "us-california")
    assert "give way" in told(union)
    assert "give way" not in told(law)


def test_a_law_that_does_not_give_way_is_weighed_in_money() -> None:
    law = pack(id="stern-law", kind="law", meals={"premium_hours": "1"})
    both = Stack((law, *stack("SAG").packs[1:]))

    cheap = reckon(worked(LONG), both, rate=by_the_hour(Decimal(20)))
    dear = reckon(worked(LONG), both, rate=by_the_hour(Decimal(200)))

    assert cheap.meals is not None
    assert dear.meals is not None
    assert (cheap.meals.pack, dear.meals.pack) == ("sag-theatrical-tv-principal", "stern-law")
    assert "200.00 by stern-law" in told(dear)


def test_without_a_rate_hours_of_pay_are_not_weighed_against_money_and_it_says_so() -> None:
    law = pack(id="stern-law", kind="law", meals={"premium_hours": "1"})

    found = reckon(worked(LONG), Stack((law, *stack("SAG").packs[1:])))

    assert found.meals is not None
    assert found.meals.pack == "sag-theatrical-tv-principal"
    assert "stern-law gives 1 h pay" in told(found)


def test_a_deal_betters_its_agreement_and_a_worse_one_changes_nothing() -> None:
    better = with_deal(stack("IATSE 600"), {"rest": {"daily": 720}})
    worse = with_deal(stack("IATSE 600"), {"rest": {"daily": 480}})
    day = worked("in 07:00, out 21:36")

    found = [rest(day, each) for each in (better, worse)]

    assert [when("33:36"), when("31:36")] == [each and each.earliest for each in found]
    assert (found[0] and found[0].pack) == "iatse-2024-tv-studio+deal"
    assert any("their own deal changes: rest" in step.words() for step in better.steps)


def test_a_continuous_day_of_nine_hours_is_a_deal() -> None:
    nine = with_deal(stack("BECTU", "GB"), {"hours": {"tiers": [{"over": 540, "multiple": "1.5"}]}})

    found = reckon(worked("in 08:00, out 18:00"), nine)

    assert found.hours is not None
    assert [part.minutes for part in found.hours.slices] == [540, 60]


def test_a_deal_without_an_agreement_stands_on_the_law() -> None:
    found = with_deal(stack("", "FR"), {"hours": {"tiers": [{"over": 420, "multiple": "1.25"}]}})

    hours = reckon(worked("in 08:00, out 18:00"), found).hours

    assert hours is not None
    assert [hours.pack, len(hours.slices)] == ["no-agreement+deal", 2]


def test_where_nothing_is_known_hours_are_counted_all_the_same() -> None:
    found = reckon(worked(LONG), stack("DGA", "FR"))

    assert found.meals is None
    assert found.hours is not None
    assert (found.hours.pack, found.hours.worked) == ("no-rules", 14 * 60)
    assert 'no pack is known for "DGA"' in told(found)


def test_the_sixth_day_is_counted_inside_each_packs_own_week() -> None:
    sunday_to_friday = {date(2026, 6, 7) + timedelta(n) for n in range(6)}
    tuesday_on = {DAY - timedelta(n) for n in range(1, 6)}

    found = reckon(worked("in 08:00, out 16:00"), stack("IATSE 600"), worked=tuesday_on)

    assert DAY.weekday() == 2
    assert found.hours is not None
    assert [(s.minutes, str(s.multiple)) for s in found.hours.slices] == [(480, "1")]
    saturday = date(2026, 6, 13)
    day = person_day(taps("in 08:00, out 16:00"), day=saturday, zone=ZONE)
    seventh = reckon(day, stack("IATSE 600"), worked=sunday_to_friday).hours
    assert seventh is not None
    assert [(s.minutes, str(s.multiple)) for s in seventh.slices] == [(480, "2")]


def test_a_forced_call_is_priced_by_the_pack_that_makes_most_of_it() -> None:
    day = worked("in 07:00, out 21:36")

    found = forced(day, stack("SAG"), when("32:12"), rate=by_the_day(Decimal(1246)))

    assert found is not None
    assert (84, Decimal(900), "sag-theatrical-tv-principal") == (
        found.short, found.amount, found.rest.pack
    )  # fmt: skip
    assert forced(day, stack(""), when("32:12")) is None


def test_what_came_of_a_rest_is_judged_by_the_taps_of_both_days() -> None:
    before, after = worked("in 07:00, out 21:36"), worked("in 31:00", call="31:00")
    portal = Stack((pack(rest={"daily": 600, "portal": True, "forced": {"multiple": "1"}}),))
    home = worked("in 07:00, out 21:00, travel_in 22:00")
    off = worked("travel_out 30:30, in 31:30")

    set_to_set = turnaround(before, after, stack("IATSE 600"))
    door_to_door = turnaround(home, off, portal)

    assert [found and found.short for found in (set_to_set, door_to_door)] == [36, 90]
    assert turnaround(before, worked(""), stack("IATSE 600")) is None


def test_every_result_keeps_its_pack_and_edition() -> None:
    old, new = (
        stack_for("IATSE 600", day, jurisdiction="US-CA", tier="tv")
        for day in (date(2024, 7, 31), date(2024, 8, 1))
    )

    before, after = reckon(worked(LONG), old).hours, reckon(worked(LONG), new).hours

    assert before is not None
    assert after is not None
    assert [(each.pack, each.version) for each in (before, after)] == [
        ("iatse-2021-tv-studio", 1),
        ("iatse-2024-tv-studio", 1),
    ]


def test_every_reckoning_says_that_nobody_verified_its_packs() -> None:
    assert UNVERIFIED in told(reckon(worked(LONG), stack("SAG")))


@pytest.mark.parametrize("rules", [pack(hours={"tiers": [{"over": 480, "multiple": "1.5"}]})])
def test_multiples_do_not_pyramid(rules: Any) -> None:
    late = pack(
        id="b",
        meals={"schedule": [{"rate_hours": "1"}]},
        hours={"tiers": [{"over": 480, "multiple": "1.5"}]},
    )
    rate = by_the_hour(Decimal(10))

    found = reckon(worked("in 07:00, out 17:00"), Stack((late,)), rate=rate)
    alone = day_hours(worked("in 07:00, out 17:00"), rules, rate=rate)

    assert found.hours is not None
    assert found.meals is not None
    assert alone is not None
    assert alone.amount == found.hours.amount
    assert Decimal("80.00") == found.meals.amount
