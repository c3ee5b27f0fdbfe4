"""Wall times: a day runs past midnight, and a night that changes the clock comes out right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.walltime import clock_text, instant, near, read_clock, wall_minutes, zone_of

DENVER = zone_of("America/Denver")
DAY = date(2026, 6, 9)
FALL_BACK = date(2026, 10, 31)  # at 26:00 of this work day it is 25:00 again
SPRING_FORWARD = date(2026, 3, 7)  # at 26:00 of this work day it is 27:00


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("6:30", 390),
        ("0630", 390),
        ("630", 390),
        ("6.30", 390),
        ("6h30", 390),
        ("06:30", 390),
        ("6", 360),
        ("6:30p", 1110),
        ("6:30 PM", 1110),
        ("6.30 p.m.", 1110),
        ("6a", 360),
        ("12a", 0),
        ("12p", 720),
        ("12:05am", 5),
        ("0:00", 0),
        ("24:00", 1440),
        ("28:30", 1710),
        ("4:30A+1", 1710),
        (" 6:30 ", 390),
    ],
)
def test_a_time_is_read_as_people_type_it(text: str, minutes: int) -> None:
    assert minutes == read_clock(text)


@pytest.mark.parametrize(
    "text", ["", "soon", "6:60", "48:00", "13p", "0a", "6:3", "6:300", "-1", "6:30x", "24:00+1"]
)
def test_what_is_no_time_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(BadInput, match="Write 6:30") as refused:
        read_clock(text, field="call")

    assert refused.value.field == "call"


@given(st.integers(0, 48 * 60 - 1), st.sampled_from(["12", "24"]))
def test_a_time_that_is_shown_can_be_typed_again(minutes: int, clock: str) -> None:
    assert minutes == read_clock(clock_text(minutes, clock))


@pytest.mark.parametrize(
    ("minutes", "long", "short"),
    [
        (390, "06:30", "6:30A"),
        (0, "00:00", "12:00A"),
        (720, "12:00", "12:00P"),
        (1710, "28:30", "4:30A+1"),
        (-30, "23:30-1", "11:30P-1"),
    ],
)
def test_a_time_is_shown_on_either_clock(minutes: int, long: str, short: str) -> None:
    assert (long, short) == (clock_text(minutes, "24"), clock_text(minutes, "12"))


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(-24 * 60, 48 * 60),
    st.sampled_from(["America/Denver", "Europe/Warsaw", "Asia/Kathmandu", "UTC"]),
)
def test_the_instant_of_a_wall_time_shows_that_wall_time(
    day: date, minutes: int, name: str
) -> None:
    zone = zone_of(name)
    moment = instant(day, minutes, zone)
    shown = wall_minutes(day, moment, zone)

    assert moment.tzinfo is UTC
    # A time that the clock jumps over exists on no wall: it is read an hour on.
    assert shown in (minutes, minutes + 60)


def test_an_instant_is_in_utc() -> None:
    assert datetime(2026, 6, 9, 13, tzinfo=UTC) == instant(DAY, 7 * 60, DENVER)
    assert datetime(2026, 6, 10, 10, 30, tzinfo=UTC) == instant(DAY, 28 * 60 + 30, DENVER)


@pytest.mark.parametrize(
    ("day", "hours"), [(DAY, 10), (FALL_BACK, 11), (SPRING_FORWARD, 9)], ids=str
)
def test_a_night_on_which_the_clock_changes_has_its_true_length(day: date, hours: int) -> None:
    came, left = instant(day, 18 * 60, DENVER), instant(day, 28 * 60, DENVER)

    assert timedelta(hours=hours) == left - came
    assert wall_minutes(day, left, DENVER) == 28 * 60


def test_both_halves_of_the_hour_that_comes_twice_show_the_same_time() -> None:
    first = instant(FALL_BACK, 25 * 60 + 30, DENVER)

    assert wall_minutes(FALL_BACK, first, DENVER) == 25 * 60 + 30
    assert wall_minutes(FALL_BACK, first + timedelta(hours=1), DENVER) == 25 * 60 + 30


@pytest.mark.parametrize(
    ("now", "typed", "meant"),
    [
        (25 * 60 + 5, 70, 25 * 60 + 10),  # past midnight 1:10 is tonight's
        (25 * 60 + 5, 20 * 60, 20 * 60),
        (20 * 60, 70, 70),
        (25 * 60 + 5, 23 * 60 + 50, 23 * 60 + 50),
    ],
)
def test_a_small_hour_typed_past_midnight_is_tonights(now: int, typed: int, meant: int) -> None:
    assert meant == near(typed, DAY, instant(DAY, now, DENVER), DENVER)


@pytest.mark.parametrize("name", ["", "Denver", "../etc/passwd", "America/Nowhere"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="time zone"):
        zone_of(name)
