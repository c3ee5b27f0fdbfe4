"""When somebody is called, counted back from when they are wanted, and what comes too late.

The minutes are what most shows do; a show that does otherwise passes its own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from data.rules.minutes import At, at_clock, minute

BLOCKING = 60
MAKE_UP = 30
AFTER_LAST_SCENE = 15
SHEET_AHEAD = 12 * 60
NOTICE_BY = 18 * 60


def cast_call(
    on_set: datetime, *, lead: int = BLOCKING, make_up: int = MAKE_UP, travel: int = 0
) -> datetime:
    """A performer's call: on set, less the lead for blocking, make-up and hair, and the way."""
    return on_set - timedelta(minutes=lead + make_up + travel)


def lose_at(last_scene_ends: datetime, *, buffer: int = AFTER_LAST_SCENE) -> datetime:
    """When somebody can go: their last scene, and the time to get out of costume."""
    return last_scene_ends + timedelta(minutes=buffer)


def late_notice(told: datetime, work_day: date, zone: tzinfo, *, by: int = NOTICE_BY) -> bool:
    """Whether a call was given or taken back after `by` on the day before: the minimum is owed."""
    return minute(told) > at_clock(work_day - timedelta(days=1), by, zone)


def sheet_due(first_call: datetime, *, ahead: int = SHEET_AHEAD) -> At:
    """When the call sheet has to be out."""
    return At(minute(first_call) - ahead)
