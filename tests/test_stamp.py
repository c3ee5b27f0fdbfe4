"""The clock of a copy: what the office says of it, and what a rehearsal does to it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from data.stamp import Clock, Sources

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def sources() -> Sources:
    return Sources(clock=Clock(lambda: NOON))


def test_a_rehearsal_keeps_the_time_of_day_and_changes_the_date() -> None:
    copy = sources()

    copy.rehearse(date(2026, 7, 1), UTC)

    assert datetime(2026, 7, 1, 12, tzinfo=UTC) == copy.clock.now()


@pytest.mark.parametrize("hour", range(24))
def test_a_rehearsal_over_a_change_of_the_clocks_is_on_the_day_that_was_asked_for(
    hour: int,
) -> None:
    there = ZoneInfo("America/Denver")
    copy = Sources(clock=Clock(lambda: datetime(2026, 11, 25, hour, 18, tzinfo=there)))

    copy.rehearse(date(2026, 7, 1), there)

    assert copy.clock.now() == datetime(2026, 7, 1, hour, 18, tzinfo=there)


def test_an_offset_taken_before_a_rehearsal_is_not_added_to_it() -> None:
    copy = sources()
    copy.told(-147 * 24 * 3600 * 1000)  # the office rehearses already

    copy.rehearse(date(2026, 7, 1), UTC)

    assert int(copy.clock.now().timestamp() * 1000) == copy.stamp()


def test_a_second_rehearsal_begins_at_the_true_date() -> None:
    copy = sources()
    copy.rehearse(date(2026, 7, 1), UTC)

    copy.rehearse(date(2026, 7, 2), UTC)

    assert datetime(2026, 7, 2, 12, tzinfo=UTC) == copy.clock.now()


def test_stamps_follow_the_offices_clock_and_never_stand_still() -> None:
    copy = sources()
    copy.told(5000)

    first, second = copy.stamp(), copy.stamp()

    assert int(NOON.timestamp() * 1000) + 5000 == first
    assert first + 1 == second
