"""Hours: the figures a payroll clerk would check by hand, and the nights the clocks change."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from data.rules.hours import (
    Deduction,
    Meal,
    Rounding,
    clock,
    hours,
    minutes_between,
    tenths,
    tenths_text,
    worked_minutes,
    worked_tenths,
)

DENVER = ZoneInfo("America/Denver")
BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 6, 9)


def at(hour: int, minute: int = 0, *, day: date = DAY, zone: ZoneInfo = DENVER) -> datetime:
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    return start.replace(hour=hour % 24, minute=minute) + timedelta(days=hour // 24)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (13 * 60 + 13, "13.3"),
        (0, "0.0"),
        (1, "0.1"),
        (6, "0.1"),
        (7, "0.2"),
        (600, "10.0"),
        (6000, "100.0"),
    ],
)
def test_a_begun_tenth_counts(minutes: int, text: str) -> None:
    assert text == tenths_text(tenths(minutes))


def test_seven_to_a_quarter_past_seven_is_twelve_point_three() -> None:
    assert worked_tenths(at(7), at(19, 15)) == 123


def test_half_past_six_to_seven_is_twelve_point_five() -> None:
    assert worked_tenths(at(6, 30), at(19)) == 125


def test_hours_are_exact_decimals() -> None:
    assert Decimal("12.3") == hours(123)


@pytest.mark.parametrize(
    ("meal", "worked"),
    [(29, 720), (30, 690), (45, 675), (60, 660), (75, 660)],
)
def test_a_meal_deducts_from_thirty_minutes_and_never_more_than_sixty(
    meal: int, worked: int
) -> None:
    lunch = Meal(at(13), at(13) + timedelta(minutes=meal))

    assert worked == worked_minutes(at(7), at(19), [lunch])


def test_a_walking_meal_is_not_deducted() -> None:
    assert worked_minutes(at(7), at(19), [Meal(at(13), at(13, 45), walking=True)]) == 720


def test_two_meals_are_both_deducted() -> None:
    meals = [Meal(at(13), at(13, 30)), Meal(at(19), at(19, 30))]

    assert worked_minutes(at(7), at(22), meals) == 900 - 60


def test_another_agreement_may_deduct_the_whole_meal() -> None:
    meals = [Meal(at(13), at(14, 30))]

    assert worked_minutes(at(7), at(19), meals, deduction=Deduction(least=20, most=90)) == 630


@pytest.mark.parametrize(
    ("came", "left", "meals"),
    [
        (None, at(19), ()),
        (at(7), None, ()),
        (None, None, ()),
        (at(7), at(19), (Meal(at(13), None),)),
        (at(7), at(19), (Meal(None, at(13)),)),
        (at(19), at(7), ()),
        (at(7), at(19), (Meal(at(14), at(13)),)),
        (at(7), at(12), (Meal(at(13), at(13, 20)),)),
        (at(14), at(20), (Meal(at(13), at(13, 30)),)),
    ],
)
def test_what_cannot_be_known_is_left_to_be_written_in(
    came: datetime | None, left: datetime | None, meals: tuple[Meal, ...]
) -> None:
    assert worked_tenths(came, left, meals) is None


def test_no_hours_print_as_nothing() -> None:
    assert tenths_text(None) == ""


def test_a_meal_nobody_took_deducts_nothing() -> None:
    assert worked_minutes(at(7), at(19), [Meal()]) == 720


def test_the_night_the_clocks_go_back_has_one_hour_more() -> None:
    eve = date(2026, 10, 31)

    assert worked_minutes(at(18, day=eve), at(30, day=eve)) == 13 * 60


def test_the_night_the_clocks_go_forward_has_one_hour_less() -> None:
    eve = date(2026, 3, 28)

    assert worked_minutes(at(18, day=eve, zone=BERLIN), at(30, day=eve, zone=BERLIN)) == 11 * 60


def test_a_meal_in_the_doubled_hour_lasts_its_real_minutes() -> None:
    first = datetime(2026, 11, 1, 1, 30, tzinfo=DENVER)
    second = first.replace(fold=1)

    assert minutes_between(first, second) == 60


def test_hours_across_two_zones_are_counted_from_instants() -> None:
    assert minutes_between(at(9, zone=BERLIN), at(9, zone=DENVER)) == 8 * 60


def test_seconds_never_make_a_tenth_that_the_printed_times_do_not_show() -> None:
    assert worked_tenths(at(7).replace(second=59), at(13).replace(second=59)) == 60
    assert worked_tenths(at(7), at(13).replace(second=59)) == 60


@pytest.mark.parametrize(
    ("rounding", "worked"),
    [
        (Rounding(1, "up"), 723),
        (Rounding(6, "up"), 726),
        (Rounding(15, "up"), 735),
        (Rounding(30, "up"), 750),
        (Rounding(6, "nearest"), 726),
        (Rounding(15, "nearest"), 720),
        (Rounding(6, "in-down-out-up"), 726),  # 7:06 to 19:12
        (Rounding(15, "in-down-out-up"), 735),  # 7:00 to 19:15
        (Rounding(15, "nearest", applied_to="punches"), 720),  # 7:15 to 19:15
        (Rounding(30, "up", applied_to="punches"), 720),  # 7:30 to 19:30
    ],
)
def test_each_agreement_rounds_its_own_way(rounding: Rounding, worked: int) -> None:
    assert worked == worked_minutes(at(7, 8), at(19, 11), rounding=rounding)


def test_a_punch_on_the_increment_stays() -> None:
    rounding = Rounding(6, "in-down-out-up")

    assert at(8, 12) == rounding.punch_in(at(8, 12))
    assert at(8, 18) == rounding.punch_out(at(8, 18))


def test_a_punch_rounded_up_over_the_missing_hour_lands_after_it() -> None:
    before = datetime(2026, 3, 8, 1, 50, tzinfo=DENVER)

    assert minutes_between(before, Rounding(15, "in-down-out-up").punch_out(before)) == 10


def test_an_increment_no_agreement_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="not 7"):
        Rounding(7)  # type: ignore[arg-type]


def test_a_mode_no_agreement_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="sideways"):
        Rounding(6, "sideways")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "twelve", "twenty_four", "decimal"),
    [
        (at(6, 30), "6:30A", "06:30", "6.5"),
        (at(12), "12:00P", "12:00", "12.0"),
        (at(19, 15), "7:15P", "19:15", "19.3"),
        (at(24), "12:00A", "24:00", "24.0"),
        (at(28, 30), "4:30A", "28:30", "28.5"),
        (at(0, 6), "12:06A", "00:06", "0.1"),
        (at(23, 59), "11:59P", "23:59", "24.0"),
        (at(-1, 30), "11:30P", "23:30 -1d", "23.5 -1d"),
    ],
)
def test_one_moment_prints_in_the_three_clocks(
    moment: datetime, twelve: str, twenty_four: str, decimal: str
) -> None:
    assert twelve == clock(moment, day=DAY, zone=DENVER, style="12")
    assert twenty_four == clock(moment, day=DAY, zone=DENVER, style="24")
    assert decimal == clock(moment, day=DAY, zone=DENVER, style="tenths")


def test_a_stored_instant_prints_in_the_shows_zone() -> None:
    stored = datetime(2026, 6, 9, 12, 30, tzinfo=UTC)

    assert clock(stored, day=DAY, zone=DENVER, style="12") == "6:30A"


def test_the_wall_clock_goes_on_past_midnight_on_the_night_the_clocks_go_back() -> None:
    eve = date(2026, 10, 31)

    assert clock(at(30, day=eve), day=eve, zone=DENVER, style="24") == "30:00"
