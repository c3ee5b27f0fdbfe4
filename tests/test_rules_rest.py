"""Rest: the earliest next call of a person, and what a call before it costs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from data.rules.calls import cast_call, late_notice, lose_at, sheet_due
from data.rules.library import pack as shipped_pack
from data.rules.minutes import At, minute, telling
from data.rules.pay import by_the_day, by_the_hour
from data.rules.rest import forced_call, rest_after, rest_from
from data.rules.results import Forced
from data.rules.why import why
from tests.rules_days import DAY, ZONE, at, pack, when, worked

SAG = shipped_pack("sag-theatrical-tv-principal")
IATSE = shipped_pack("iatse-2024-tv-studio")
UK = shipped_pack("pact-bectu-2023")
NEW_YORK = ZoneInfo("America/New_York")

FRIDAY = date(2026, 6, 12)


def wrapped(clock: str, day: date = FRIDAY) -> At:
    return minute(at(clock, day=day))


def monday(clock: str) -> At:
    return minute(at(clock, day=date(2026, 6, 15)))


@pytest.mark.parametrize(
    ("name", "earliest"),
    [
        ("sag-theatrical-tv-principal", "33:36"),
        ("iatse-2024-tv-studio", "31:36"),
        ("pact-bectu-2023", "32:36"),
    ],
)
def test_wrapped_at_21_36(name: str, earliest: str) -> None:
    rest = rest_after(worked("in 09:00, out 21:36"), shipped_pack(name))

    assert rest is not None
    assert when(earliest) == rest.earliest


@pytest.mark.parametrize(
    ("out", "exception", "earliest"),
    [
        ("22:00", False, "06:00"),
        ("24:30", False, "08:30"),
        ("24:30", True, "06:30"),
        ("22:00", True, "06:00"),
        ("18:00", False, "02:00"),
    ],
)
def test_a_weekend_is_56_hours_or_54_for_first_calls_from_six(
    out: str, exception: bool, earliest: str
) -> None:
    when_ = ["54-hour exception"] if exception else []

    rest = rest_from(wrapped(out), SAG, zone=ZONE, worked_days=5, circumstances=when_)

    assert monday(earliest) == rest.earliest


@pytest.mark.parametrize(
    ("name", "days", "hours"),
    [("iatse-2024-tv-studio", 5, 54), ("iatse-2024-tv-studio", 6, 32),
     ("sag-theatrical-tv-principal", 6, 36), ("pact-bectu-2023", 6, 24)],
)  # fmt: skip
def test_the_weekly_rest_goes_by_the_days_worked(name: str, days: int, hours: int) -> None:
    rest = rest_from(wrapped("22:00"), shipped_pack(name), zone=ZONE, worked_days=days)

    assert hours * 60 == rest.minutes


def test_rest_is_shortened_where_every_condition_holds_and_not_too_often() -> None:
    out = wrapped("21:36")
    both = ["outside the studio zone", "exterior photography"]

    def minutes(circumstances: list[str], days: int = 9) -> int:
        return rest_from(
            out, SAG, zone=ZONE, circumstances=circumstances, days_since_reduction=days
        ).minutes

    assert [
        minutes(both),
        minutes(both[:1]),
        minutes(both, 3),
        minutes(both, 4),
    ] == [600, 720, 720, 600]
    assert minutes(["overnight location", "theatrical"]) == 660
    assert minutes(["overnight location", "tv"]) == 720


def test_rest_begins_at_their_own_out_and_not_at_the_wrap() -> None:
    rest = rest_after(worked("in 09:00, out 23:00", wrap="21:00"), IATSE)

    assert rest is not None
    assert when("33:00") == rest.earliest


def test_who_is_still_at_work_could_come_back_so_long_after_now() -> None:
    rest = rest_after(worked("in 09:00"), IATSE, now=when("20:00"))

    assert rest is not None
    assert when("30:00") == rest.earliest


def test_rest_is_counted_from_the_door_where_the_agreement_says_so() -> None:
    day = worked("in 09:00, out 20:00, travel_in 21:15")
    portal = pack(rest={"daily": 600, "portal": True})

    from_the_door, from_the_set = rest_after(day, portal), rest_after(day, IATSE)
    assert from_the_door is not None
    assert from_the_set is not None

    assert (when("31:15"), when("30:00")) == (from_the_door.earliest, from_the_set.earliest)


def test_ten_hours_are_ten_hours_on_the_night_the_clocks_go_back() -> None:
    eve = date(2026, 10, 31)
    rest = rest_from(minute(at("22:00", day=eve)), IATSE, zone=ZONE)

    told = telling(date(2026, 11, 1), ZONE)
    assert told(rest.earliest) == "07:00"


def test_a_call_in_another_zone_is_judged_by_the_instant() -> None:
    rest = rest_from(when("22:00"), IATSE, zone=NEW_YORK)

    assert telling(date(2026, 6, 11), NEW_YORK)(rest.earliest) == "11:00"


def test_the_exceptions_six_o_clock_is_that_of_the_place_of_the_next_call() -> None:
    out = wrapped("22:00")
    rest = rest_from(out, SAG, zone=NEW_YORK, worked_days=5, circumstances=["54-hour exception"])

    assert rest.minutes == 54 * 60  # 04:00 here is 07:00 there


# ---- forced calls -----------------------------------------------------------------------------


def forced(name: str, call: str, **more: object) -> Forced:
    told = shipped_pack(name)
    rest = rest_from(when("21:36"), told, zone=ZONE)
    return forced_call(rest, when(call), told, **more)  # type: ignore[arg-type]


def test_a_call_after_the_rest_costs_nothing() -> None:
    found = forced("sag-theatrical-tv-principal", "33:36")

    assert (0, Decimal(0), False) == (found.short, found.amount, found.stops_work)


@pytest.mark.parametrize(
    ("day_rate", "amount", "at_most"),
    [
        (1246, Decimal(900), Decimal(900)),
        (700, Decimal(700), Decimal(700)),
        (None, None, Decimal(900)),
    ],
)
def test_a_players_forced_call_costs_a_day_or_900_whichever_is_less(
    day_rate: int | None, amount: Decimal | None, at_most: Decimal
) -> None:
    rate = by_the_day(Decimal(day_rate)) if day_rate else None

    found = forced("sag-theatrical-tv-principal", "32:12", rate=rate)

    assert (84, amount, at_most) == (found.short, found.amount, found.at_most)
    assert any("1 h 24 short" in line for line in why(found.steps))


def test_a_three_day_players_ceiling_is_950() -> None:
    assert Decimal(950) == forced("sag-tv-three-day", "32:12").at_most


def test_crew_get_the_invaded_hours_straight_up_to_two_and_then_the_days_top_rate() -> None:
    rate = by_the_hour(Decimal(40))

    two = forced("iatse-2024-tv-studio", "29:36", rate=rate, top_multiple=Decimal(2))
    more = forced("iatse-2024-tv-studio", "29:30", rate=rate, top_multiple=Decimal(2))

    assert (Decimal("80.00"), Decimal("168.00")) == (two.amount, more.amount)
    assert Fraction(2) == forced("iatse-2024-tv-studio", "29:36").rate_hours


def test_a_begun_hour_of_british_rest_counts_whole() -> None:
    assert Fraction(2) == forced("pact-bectu-2023", "31:30").rate_hours


def test_a_pack_without_a_price_says_so() -> None:
    found = forced("gb-working-time", "30:00")

    assert (found.amount, found.at_most) == (None, None)
    assert any("ask payroll" in line for line in why(found.steps))


# ---- calls ------------------------------------------------------------------------------------


def test_a_performers_call_is_counted_back_from_the_set() -> None:
    assert at("06:00") == cast_call(at("08:00"), travel=30)
    assert at("06:15") == cast_call(at("08:00"), make_up=45)
    assert at("17:15") == lose_at(at("17:00"))


def test_notice_after_six_the_evening_before_is_late() -> None:
    tomorrow = date(2026, 6, 11)

    assert not late_notice(at("18:00"), tomorrow, ZONE)
    assert late_notice(at("18:01"), tomorrow, ZONE)


def test_the_call_sheet_is_out_twelve_hours_ahead() -> None:
    assert datetime(2026, 6, 11, 2, 0, tzinfo=UTC) == sheet_due(at("31:00", day=DAY)).moment
