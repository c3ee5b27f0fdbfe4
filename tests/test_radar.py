"""The radar reads the same taps as the papers: meals due, rest before tomorrow, children."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from data.desk import Desk
from data.fields import Money
from data.kinds import ALL
from data.kinds.attendance import amend, check_in, check_out
from data.kinds.deals import Deal
from data.kinds.minors import Minor, child_of
from data.kinds.people import PERSON
from data.kinds.radar import Blip, blips, explained, sees_money
from data.kinds.schedule import DAY
from data.kinds.times import events_of
from data.kinds.unit_day import call_back, call_out
from data.record import natural_id
from data.rules import radar as radar_rules
from data.store import Store
from tests.small_show import SmallShow, at
from tests.stage import Window


@pytest.fixture
def sag(show: SmallShow) -> SmallShow:
    """Gus is an actor for a day, Grete a grip; the show is a feature in California."""
    show.desk.edit(show["Gus"], union="SAG-AFTRA")
    show.desk.edit(show["Grete"], union="IATSE 80")
    production = show.desk.all(show.desk.kinds["production"])[0]
    show.desk.edit(production, jurisdiction="US-CA", tier="theatrical")
    show.wall.shows(7)
    for name in ("Gus", "Grete"):
        check_in(show.desk, show.day, show[name])
    return show


def blip(show: SmallShow, name: str) -> Blip:
    day = show.desk.get(DAY, show.day.id)
    return next(b for b in blips(show.desk, day) if b.person.name == name)


def test_a_meal_is_counted_down_to_and_then_costs(sag: SmallShow) -> None:
    sag.wall.shows(12, 40)
    assert blip(sag, "Gus").seen.meal_in == 20
    assert blip(sag, "Gus").seen.penalties == 0

    sag.wall.shows(13, 31)
    late = blip(sag, "Gus").seen
    assert (late.meal_in, late.penalties, late.cost) == (-31, 2, Decimal("60.00"))


def test_lunch_for_everybody_ends_everybodys_delay(sag: SmallShow) -> None:
    call_out(sag.desk, sag.day, at=at(13, 21))
    sag.wall.shows(13, 40)
    at_lunch = blip(sag, "Gus").seen
    assert (at_lunch.state, at_lunch.penalties, at_lunch.cost) == ("at a meal", 1, Decimal("25.00"))

    call_back(sag.desk, sag.day, at=at(13, 51))
    sag.wall.shows(14)
    assert blip(sag, "Gus").seen.meal_in == 5 * 60 + 51


def test_who_works_through_lunch_has_none(sag: SmallShow) -> None:
    call_out(sag.desk, sag.day, at=at(12, 30), without=[sag["Gus"]])
    sag.wall.shows(13, 10)

    assert blip(sag, "Gus").seen.meal_in == -10
    assert blip(sag, "Grete").seen.state == "at a meal"


def test_breakfast_moves_the_meal(sag: SmallShow) -> None:
    call_out(sag.desk, sag.day, "ndb", at=at(7, 36))
    call_back(sag.desk, sag.day, "ndb", at=at(7, 51))
    sag.wall.shows(13)

    assert blip(sag, "Gus").seen.meal_in == 51


def test_a_late_wrap_makes_tomorrows_call_a_forced_one(sag: SmallShow) -> None:
    call_out(sag.desk, sag.day, at=at(12, 30))
    call_back(sag.desk, sag.day, at=at(13))
    sag.wall.shows(21, 36)
    check_out(sag.desk, sag.day, sag["Gus"])
    check_out(sag.desk, sag.day, sag["Grete"])

    actor, grip = blip(sag, "Gus").seen.forced, blip(sag, "Grete").seen.forced
    assert actor is not None
    assert actor.rest.earliest.moment == at(33, 36)
    assert actor.short == 2 * 60 + 36
    assert grip is not None
    assert grip.rest.earliest.moment == at(31, 36)


def test_a_changed_time_changes_what_it_costs(sag: SmallShow) -> None:
    sag.wall.shows(13, 10)
    assert blip(sag, "Gus").seen.meal_in == -10
    (first,) = [e for e in events_of(sag.desk, sag.day) if e.person == sag["Gus"].id]
    amend(sag.desk, first, at(7, 30), reason="he was at the wrong gate")

    assert blip(sag, "Gus").seen.meal_in == 20


def test_pay_in_hours_becomes_money_where_the_deal_is_held(sag: SmallShow) -> None:
    dollars = Money(amount=Decimal("40.00"), currency="USD")
    sag.desk.edit(sag.desk.get(PERSON, sag["Grete"].id), union="")
    sag.wall.shows(13, 10)
    assert blip(sag, "Grete").seen.cost is None, "an hour's pay, and nobody here knows how much"

    sag.desk.add(Deal(person=sag["Grete"].id, hourly=dollars))
    assert blip(sag, "Grete").seen.cost == Decimal("40.00")
    assert sees_money(sag.desk)


def test_an_unknown_union_is_the_law_only_and_says_so(sag: SmallShow) -> None:
    sag.desk.edit(sag.desk.get(PERSON, sag["Grete"].id), union="Guild of Somewhere")

    told = blip(sag, "Grete")
    assert not told.watched.stack.understood
    assert any("law only" in line for line in explained(sag.desk, told))


def test_why_names_the_taps_the_rule_and_where_it_was_read(sag: SmallShow) -> None:
    sag.wall.shows(13, 31)

    lines = explained(sag.desk, blip(sag, "Gus"))

    assert any("sag-theatrical" in line and "60.00" in line for line in lines), lines


def test_a_device_without_deals_is_told_why_and_no_sums(sag: SmallShow, device: Store) -> None:
    sag.wall.shows(13, 31)
    office = sag.desk.store
    device.receive(s for i in office.ids() if (s := office.state(i)) is not None)
    there = Desk(device, ALL, user="Ada")
    day = there.get(DAY, sag.day.id)
    gus = next(b for b in blips(there, day) if b.person.name == "Gus")

    assert not sees_money(there)
    lines = explained(there, gus)
    assert lines
    assert not [line for line in lines if "60.00" in line or "25.00" in line]
    assert any("13:00" in line for line in lines), "when the meal was due is no secret"


def test_a_child_has_to_go_and_is_counted_down(sag: SmallShow) -> None:
    rosa = sag["Rosa"]
    minor = Minor(person=rosa.id, born=date(2018, 5, 4))
    sag.desk.add(minor, record_id=natural_id(sag.desk.store.production, "minor", rosa.id))
    sag.wall.shows(8)
    check_in(sag.desk, sag.day, rosa)
    sag.wall.shows(16, 10)

    seen = blip(sag, "Rosa").seen.minor
    assert seen is not None
    assert seen.dismiss_by.moment <= at(16, 30)
    assert seen.alarm in (30, 10, 0)


def test_holidays_and_weekends_are_no_school() -> None:
    minor = Minor(person="p", born=date(2018, 5, 4), holidays_from=date(2026, 6, 10))

    assert child_of(minor, date(2026, 6, 8)).school_day
    assert child_of(minor, date(2026, 6, 8)).eve_of_school
    assert not child_of(minor, date(2026, 6, 9)).eve_of_school
    assert not child_of(minor, date(2026, 6, 10)).school_day
    assert not child_of(minor, date(2026, 6, 6)).school_day, "a Saturday"
    own = minor.model_copy(update={"school": "own school first"})
    assert child_of(own, date(2026, 6, 9)).after_school


def test_only_whose_taps_changed_is_laid_out_anew(
    sag: SmallShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    blips(sag.desk, sag.day)
    laid_out: list[object] = []
    watch = radar_rules.watch

    def noted(*args: object, **more: object) -> object:
        laid_out.append(args)
        return watch(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("data.kinds.radar.watch", noted)
    sag.wall.shows(9)
    blips(sag.desk, sag.day)
    assert laid_out == []
    check_in(sag.desk, sag.day, sag["Ada"])
    blips(sag.desk, sag.day)
    assert len(laid_out) == 1


def test_the_screen_says_what_presses_first_and_why(sag: SmallShow) -> None:
    sag.wall.shows(13, 31)

    async def scene() -> list[str]:
        window = Window(sag.desk, "/radar")
        await window.settle()
        return window.texts()

    texts = asyncio.run(scene())
    assert any(t.startswith("meal 31 min late") for t in texts)
    assert "2 meal penalties, 60.00" in texts
    assert any("nobody has verified" in t for t in texts)
