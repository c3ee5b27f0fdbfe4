"""Every pack we ship says where it was read, and its own examples come out of the engine."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from data.rules.library import SHIPPED, pack, shipped, stack_for, text_of
from data.rules.minors import Child, minor_day
from data.rules.minutes import At, minute
from data.rules.overtime import day_hours
from data.rules.pay import Rate, by_the_day, by_the_hour
from data.rules.prices import price
from data.rules.reading import PackUnreadable, pack_of, vectors
from data.rules.rest import rest_from
from data.rules.why import UNVERIFIED
from tests.rules_days import DAY, ZONE, at, worked

SUMMER = date(2026, 6, 10)


def examples(topic: str) -> list[Any]:
    return [
        pytest.param(name, example, id=f"{name}-{n}")
        for name in SHIPPED
        for n, example in enumerate(vectors(text_of(name)).get(topic, ()))
    ]


def rate_of(example: dict[str, Any]) -> Rate | None:
    if "hourly" in example:
        return by_the_hour(Decimal(example["hourly"]))
    if "day_rate" in example:
        return by_the_day(Decimal(example["day_rate"]), example["day_hours"])
    return None


# ---- the files --------------------------------------------------------------------------------


def test_every_file_of_a_pack_is_on_the_list() -> None:
    lie = {path.name for path in files("data.rules").joinpath("packs").iterdir()}

    assert {f"{name}.json" for name in SHIPPED} == lie


@pytest.mark.parametrize("name", SHIPPED)
def test_a_pack_is_named_as_its_file_and_has_an_example(name: str) -> None:
    assert pack(name).id == name
    assert any(vectors(text_of(name)).values())


@pytest.mark.parametrize("name", SHIPPED)
def test_nobody_has_verified_a_pack_and_it_says_so(name: str) -> None:
    assert pack(name).status == UNVERIFIED
    assert pack(name).verified_on is None
    assert pack(name).source


@pytest.mark.parametrize("name", SHIPPED)
def test_every_topic_of_a_pack_cites_where_it_was_read(name: str) -> None:
    told = pack(name)

    for topic in (told.meals, told.hours, told.rest, told.minors):
        assert topic is None or topic.citation


def test_no_two_packs_of_one_tier_hold_on_the_same_day() -> None:
    for day in (date(2022, 5, 1), date(2024, 7, 31), date(2024, 8, 1), SUMMER):
        places = [
            (each.jurisdiction, each.union, tier, each.background)
            for each in shipped()
            if each.kind == "agreement" and not each.sample and each.holds_on(day)
            for tier in each.tiers
        ]

        assert sorted(set(places)) == sorted(places)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"meels": {}}, "meels"),
        ({"meals": {"first_within": "6 h"}}, "first_within"),
        ({"meals": {"schedule": [{"minutes": 30, "amount": 25.0}]}}, r"schedule\[0\].amount"),
        ({"meals": {"schedule": [{"amount": "lots"}]}}, "lots"),
        ({"hours": {"tiers": [{"over": 480, "basis": "guessed"}]}}, "guessed"),
        ({"hours": {"rounding": {"increment_minutes": 7}}}, "7"),
        ({"rest": []}, "group of parts"),
        ({"minors": {"earliest": "05:00"}}, "missing"),
        ({"effective_from": "last year"}, "last year"),
        ({"names": "SAG"}, "should be a list"),
        ({"version": True}, "version"),
    ],
)
def test_a_word_a_pack_does_not_know_is_refused(wrong: dict[str, Any], said: str) -> None:
    told = json.loads(text_of("teamsters-399"))

    with pytest.raises(PackUnreadable, match=said):
        pack_of({**told, **wrong})


# ---- their examples ---------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "example"), examples("meals"))
def test_a_packs_example_of_a_late_meal(name: str, example: dict[str, Any]) -> None:
    rules, rate = pack(name).meals, rate_of(example)
    assert rules is not None

    bill = price(rules, example["late"])

    assert Decimal(example["amount"]) == bill.in_money(rate.hourly if rate else None)


@pytest.mark.parametrize(("name", "example"), examples("hours"))
def test_a_packs_example_of_a_days_hours(name: str, example: dict[str, Any]) -> None:
    end = example["minutes"]
    day = worked(f"in 04:00, out {4 + end // 60}:{end % 60:02d}")

    hours = day_hours(
        day, pack(name), rate=rate_of(example), consecutive=example.get("consecutive", 1)
    )

    assert hours is not None
    assert Decimal(example["amount"]) == hours.amount


@pytest.mark.parametrize(("name", "example"), examples("rest"))
def test_a_packs_example_of_a_rest(name: str, example: dict[str, Any]) -> None:
    released = datetime.fromisoformat(example["released"]).replace(tzinfo=ZONE)

    rest = rest_from(
        minute(released),
        pack(name),
        zone=ZONE,
        worked_days=example.get("worked_days"),
        circumstances=example.get("when", ()),
    )

    earliest = datetime.fromisoformat(example["earliest"]).replace(tzinfo=ZONE)
    assert minute(earliest) == rest.earliest


@pytest.mark.parametrize(("name", "example"), examples("minors"))
def test_a_packs_example_of_a_childs_day(name: str, example: dict[str, Any]) -> None:
    born = DAY.replace(year=DAY.year - example["age"]) - timedelta(days=40)
    child = Child(
        born,
        school_day=example.get("school_day", False),
        after_school=example.get("after_school", False),
        eve_of_school=example.get("school_day", False),
        next_day_off=example.get("next_day_off", False),
    )
    began = example["began"]

    found = minor_day(worked(f"in {began}"), child, pack(name), now=At(minute(at(began))))

    assert found is not None
    assert minute(at(example["dismiss"])) == found.dismiss_by


# ---- whose pack -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("union", "agreement"),
    [
        ("IATSE 600", "iatse-2024-tv-studio"),
        ("I.A.T.S.E. Local #600", "iatse-2024-tv-studio"),
        ("iatse 480", "iatse-2024-tv-studio"),
        ("Local 728", "iatse-2024-tv-studio"),
        ("600 ICG", "iatse-2024-tv-studio"),
        ("SAG", "sag-theatrical-tv-principal"),
        ("SAG-AFTRA", "sag-theatrical-tv-principal"),
        ("SAG/AFTRA background", "sag-background"),
        ("Teamsters 399", "teamsters-399"),
        ("Local 399", "teamsters-399"),
        ("BECTU", "pact-bectu-2023"),
    ],
)
def test_the_union_column_is_read_as_people_write_it(union: str, agreement: str) -> None:
    stack = stack_for(union, SUMMER, jurisdiction="US-CA", tier="tv")

    assert stack.agreement is pack(agreement)
    assert stack.understood
    assert agreement in " ".join(str(step.source) for step in stack.steps)


@pytest.mark.parametrize("union", ["Teamsters 492", "Teamsters", "DGA", "728 Main Street", "Sagan"])
def test_what_is_not_understood_gets_the_law_alone_and_says_so(union: str) -> None:
    stack = stack_for(union, SUMMER, jurisdiction="US-CA", tier="tv")

    assert [each.id for each in stack.packs] == ["us-california"]
    assert not stack.understood
    assert f'no pack is known for "{union}": law only' in stack.steps[0].words()


@pytest.mark.parametrize("union", ["", "  ", "NON", "Non-union", "n/a"])
def test_nobodys_member_gets_the_law(union: str) -> None:
    stack = stack_for(union, SUMMER, jurisdiction="US-CA")

    assert [each.id for each in stack.packs] == ["us-california"]
    assert stack.understood
    assert "law only" in stack.steps[0].words()


@pytest.mark.parametrize(
    ("day", "agreement"),
    [
        (date(2024, 7, 31), "iatse-2021-tv-studio"),
        (date(2024, 8, 1), "iatse-2024-tv-studio"),
        (date(2019, 1, 1), None),
    ],
)
def test_the_shows_date_chooses_the_edition(day: date, agreement: str | None) -> None:
    stack = stack_for("IATSE 600", day, jurisdiction="US-CA", tier="tv")

    assert agreement == (stack.agreement.id if stack.agreement else None)
    assert stack.understood is (agreement is not None)


@pytest.mark.parametrize(
    ("tier", "agreement"),
    [
        ("theatrical", "sag-theatrical-tv-principal"),
        ("short", "sag-short-ulb-principal"),
        ("tv-three-day", "sag-tv-three-day"),
        ("podcast", "sag-theatrical-tv-principal"),
    ],
)
def test_the_shows_tier_chooses_among_them(tier: str, agreement: str) -> None:
    stack = stack_for("SAG", SUMMER, tier=tier)

    assert stack.agreement is pack(agreement)
    assert ("no pack of its own" in stack.steps[0].words()) is (tier == "podcast")


def test_background_by_their_list_is_background_without_the_word() -> None:
    assert stack_for("SAG", SUMMER, background=True).agreement is pack("sag-background")


def test_nobody_is_given_a_sample() -> None:
    for word in ("commercial", "Canada", "technician", "sample"):
        assert stack_for(word, SUMMER).agreement is None


@pytest.mark.parametrize(
    ("place", "law", "said"),
    [
        ("US-CA", "us-california", ""),
        ("US-NM", "us-federal", "no pack for US-NM"),
        ("GB", "gb-working-time", ""),
        ("FR", None, "nothing is priced by law"),
        ("", None, "which is not set"),
    ],
)
def test_the_law_is_that_of_the_place_or_its_country(
    place: str, law: str | None, said: str
) -> None:
    stack = stack_for("", SUMMER, jurisdiction=place)

    assert ([law] if law else []) == [each.id for each in stack.packs]
    assert said in " / ".join(step.words() for step in stack.steps)
