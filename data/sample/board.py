"""The made-up board: who came when on each day that has begun, today as far as it has gone.

Past days are complete. Of today two thirds are in: some departments have not handed in their sheet
yet, and a few people are simply missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial

from data.errors import Refused
from data.kinds.attendance import (
    add_at_gate,
    board,
    check_in,
    check_out,
    take_back,
    told_to_work,
    wrap_day,
    wrap_department,
)
from data.kinds.calls import CAST_DEPARTMENT, Call, called, calls, departments
from data.kinds.schedule import ShootDay
from data.kinds.times import TimeEvent
from data.sample.plan import ZONE, Plan, Stage
from data.sample.shoot import the_day
from data.walltime import instant

IN_TODAY = 0.66
ROUND = 20
"""Minutes between two rounds of the key PA, who types in what the departments say."""
WRAPS = (
    ("HAIR & MAKEUP", -10),
    ("DIRECTION", 5),
    ("SOUND", 15),
    ("CAMERA", 25),
    ("GRIP", 35),
    ("ELECTRIC", 35),
    ("COSTUMES", 40),
)
LAST_OUT = 60
AT_THE_GATE = (("GRIP", "Grip (day player)"), ("SET DRESSING", "Swing (day player)"))


def plan_attendance(plan: Plan, stage: Stage, walk_ons: Sequence[str]) -> None:
    """Two hours before the first call of each day its people are known; `walk_ons` are not."""
    number = stage.number_today
    for n in range(1, number + 1):
        day_plan = partial(_open_board, plan, stage, n)
        plan.at(stage.dates[n - 1], 3 * 60, day_plan)
    for i, name in enumerate(walk_ons):
        n = number - 2 - 3 * i
        if n >= 1:
            plan.at(stage.dates[n - 1], 9 * 60 + 40, partial(_walk_on, stage, n, name, i))


def _open_board(plan: Plan, stage: Stage, number: int) -> None:
    day = the_day(stage, number)
    rows = called(stage.gate, day)
    if number == stage.number_today:
        for row in _expected(stage, rows):
            minutes = _arrival(stage, row)
            plan.at(day.date, minutes, partial(check_in, stage.gate, day, row.person))
    else:
        _rounds(plan, stage, day, rows)
        plan.at(day.date, _wrap(day) + LAST_OUT, partial(_last_out, stage, day))
    plan.at(day.date, day.general_call + 5, partial(_put_to_work, stage, day))
    if number % 4 == 0:
        plan.at(day.date, day.general_call + 2, partial(_wrong_tap, stage, day))
    _meals(plan, stage, day)
    _departures(plan, stage, day, rows)


def _expected(stage: Stage, rows: list[Call]) -> list[Call]:
    """Two thirds of those called: without the departments whose sheet is late, and a few more."""
    late = [d for d in departments(row.person for row in rows) if d != CAST_DEPARTMENT]
    stage.rng.shuffle(late)
    most, left = round(IN_TODAY * len(rows)), list(rows)
    for department in late:
        rest = [row for row in left if row.person.department != department]
        if len(rest) >= most + 3:
            left = rest
    stage.rng.shuffle(left)
    return left[:most]


def _arrival(stage: Stage, row: Call) -> int:
    rng, chance = stage.rng, stage.rng.random()
    if chance < 0.12:
        return row.minutes - rng.randrange(18, 50)
    if chance < 0.85:
        return row.minutes - rng.randrange(13)
    return row.minutes + rng.randrange(1, 15)


def _rounds(plan: Plan, stage: Stage, day: ShootDay, rows: list[Call]) -> None:
    """The arrivals of a day that is over, written down on the key PA's rounds."""
    rounds: dict[int, list[TimeEvent]] = {}
    for row in rows:
        if stage.rng.random() < 0.01:
            continue
        minutes = _arrival(stage, row)
        on_time = row.minutes - 12 <= minutes <= row.minutes and stage.rng.random() < 0.6
        if on_time:
            minutes = row.minutes
        event = _event(day, row.person.id, "in", minutes, "call" if on_time else "typed")
        rounds.setdefault(-(-minutes // ROUND) * ROUND, []).append(event)
    for minutes, events in rounds.items():
        plan.at(day.date, minutes, partial(_write_down, stage, events))


def _meals(plan: Plan, stage: Stage, day: ShootDay) -> None:
    """Lunch as the day has it, and a second meal six hours after it; everybody who is in."""
    assert day.lunch is not None
    first = day.lunch.out + stage.rng.choice((0, 0, 6, 12, 18))
    for out in (first, first + 390):
        plan.at(day.date, out, partial(_all_who_are_in, stage, day, "meal_out", out))
        plan.at(day.date, out + 30, partial(_all_who_are_in, stage, day, "meal_in", out + 30))


def _departures(plan: Plan, stage: Stage, day: ShootDay, rows: list[Call]) -> None:
    """The cast goes one by one, each department when it has packed up."""
    wrap = _wrap(day)
    cast = [row for row in rows if row.person.department == CAST_DEPARTMENT]
    for row in cast[1:]:
        minutes = wrap - stage.rng.randrange(5, 180)
        plan.at(day.date, minutes, partial(_leave, stage, day, row))
    for department, after in WRAPS:
        at = instant(day.date, wrap + after, ZONE)
        verb = partial(wrap_department, stage.gate, day, department, at)
        plan.at(day.date, wrap + after, verb)


def _leave(stage: Stage, day: ShootDay, row: Call) -> None:
    with suppress(Refused):  # who never came in cannot leave
        check_out(stage.gate, day, row.person)


def _put_to_work(stage: Stage, day: ShootDay) -> None:
    early = [row for row in board(stage.gate, day) if row.early]
    for row in early[:2]:
        told_to_work(stage.gate, day, row.person)


def _wrong_tap(stage: Stage, day: ShootDay) -> None:
    """A tap on the wrong name, taken back at once."""
    idle = [call for call in calls(stage.gate, day) if not call.called]
    event = check_in(stage.gate, day, stage.rng.choice(idle).person)
    take_back(stage.gate, event, reason="wrong person")


def _walk_on(stage: Stage, number: int, name: str, i: int) -> None:
    department, position = AT_THE_GATE[i % len(AT_THE_GATE)]
    add_at_gate(
        stage.gate,
        the_day(stage, number),
        name=name,
        department=department,
        position=position,
        reports_to="Best boy",
    )


def _all_who_are_in(stage: Stage, day: ShootDay, what: str, minutes: int) -> None:
    at = instant(day.date, minutes, ZONE)
    _write_down(
        stage,
        (
            _event(day, row.person.id, what, minutes, "typed")
            for row in board(stage.gate, day)
            if row.is_in and row.arrived is not None and row.arrived <= at
        ),
    )


def _write_down(stage: Stage, events: Iterable[TimeEvent]) -> None:
    with stage.gate.gesture():
        for event in events:
            stage.gate.add(event)


def _last_out(stage: Stage, day: ShootDay) -> None:
    wrap_day(stage.gate, the_day(stage, day.number), instant(day.date, _wrap(day) + LAST_OUT, ZONE))


def _event(day: ShootDay, person: str, what: str, minutes: int, how: str) -> TimeEvent:
    at = instant(day.date, minutes, ZONE)
    return TimeEvent(person=person, day=day.id, unit=day.unit, what=what, at=at, how=how)


def _wrap(day: ShootDay) -> int:
    assert day.estimated_wrap is not None
    return day.estimated_wrap + day.number * 7 % 40 - 20
