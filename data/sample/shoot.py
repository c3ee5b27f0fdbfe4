"""The made-up schedule: scenes on days, department offsets, and whose call is their own."""

from __future__ import annotations

import random
from functools import partial

from data.fields import Meal
from data.kinds.calls import CAST_DEPARTMENT, called, set_department_call, set_personal_call
from data.kinds.production import Production, production_id
from data.kinds.schedule import DAY, Scene, ShootDay, day_id, scene_id
from data.sample.plan import Plan, Stage

TITLE, COMPANY = "The Salt Crossing", "Nine Mile Pictures LLC"
UNIT = "Main"
PLACES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Blue Mesa Motel, 4410 Old Highway 6",
        (("INT", "MOTEL ROOM 6"), ("EXT", "MOTEL"), ("INT", "MOTEL OFFICE")),
    ),
    (
        "Stage 2, Nine Mile Studios",
        (("INT", "ROSA'S KITCHEN"), ("INT", "SHERIFF'S OFFICE"), ("INT", "PICK-UP (TRAVELLING)")),
    ),
    (
        "Comet Diner, 12 Railroad Ave.",
        (("INT", "DINER"), ("EXT", "DINER - PARKING LOT"), ("INT", "DINER - KITCHEN")),
    ),
    (
        "Salt Flats, mile marker 9",
        (("EXT", "SALT FLATS"), ("EXT", "HIGHWAY 60"), ("INT/EXT", "PICK-UP")),
    ),
    (
        "St. Brendan's Hall, 300 Church St.",
        (("INT", "CHURCH HALL"), ("EXT", "CEMETERY"), ("INT", "VESTRY")),
    ),
)
OFFSETS = (
    ("TRANSPORTATION", -60),
    ("LOCATIONS", -60),
    ("CATERING", -90),
    ("CRAFT SERVICE", -60),
    ("HAIR & MAKEUP", -30),
    ("COSTUMES", -30),
)
CALLS = (7 * 60, 7 * 60, 7 * 60 + 30, 7 * 60 + 30, 8 * 60)
NIGHT_CALL = 16 * 60


def plan_schedule(plan: Plan, stage: Stage) -> None:
    """The show's settings first, the scenes and days two weeks before the shoot."""
    plan.at(stage.before(35), 10 * 60, partial(_settings, stage))
    plan.at(stage.before(14), 17 * 60, partial(_schedule, stage))


def plan_calls(plan: Plan, stage: Stage) -> None:
    """Department offsets go out for the whole shoot; own calls the evening before each day."""

    def offsets() -> None:
        with stage.floor.gesture():
            for number in range(1, len(stage.dates) + 1):
                day = the_day(stage, number)
                for department, offset in OFFSETS:
                    set_department_call(stage.floor, day, department, offset)

    plan.at(stage.before(5), 18 * 60, offsets)
    for number, date in enumerate(stage.dates, 1):
        plan.at(date, -6 * 60, partial(_own_calls, stage, number))


def the_day(stage: Stage, number: int) -> ShootDay:
    return stage.floor.get(DAY, day_id(stage.production, UNIT, number))


def _settings(stage: Stage) -> None:
    stage.office.add(
        Production(
            title=TITLE,
            company=COMPANY,
            number="1407",
            starts=stage.dates[0],
            ends=stage.dates[-1],
            zone="America/Denver",
            jurisdiction="US-NM",
            tier="theatrical",
        ),
        record_id=production_id(stage.production),
    )


def _schedule(stage: Stage) -> None:
    days, rng = len(stage.dates), stage.rng
    weights = _cast_weights(stage.size.cast)
    numbers = [f"{n}{rng.choice('AB') if rng.random() < 0.1 else ''}" for n in _numbers(stage)]
    with stage.floor.gesture():
        for number in range(1, days + 1):
            _day(stage, number)
        for i, scene_number in enumerate(numbers):
            number = i * days // len(numbers) + 1
            int_ext, set_name = rng.choice(PLACES[(number - 1) // 2 % len(PLACES)][1])
            cast = {1 + i % stage.size.cast, *_some(rng, weights)}
            scene = Scene(
                number=scene_number,
                day=day_id(stage.production, UNIT, number),
                position=i - (number - 1) * len(numbers) // days + 1,
                int_ext=int_ext,
                set_name=set_name,
                day_night=rng.choice(("DAY", "DAY", "DAY", "NIGHT", "DUSK")),
                story_day=str(rng.randrange(1, 10)),
                pages=rng.choice((1, 2, 3, 5, 7, 8, 9, 11, 13, 16, 19)),
                cast=frozenset(map(str, cast)),
                background=rng.choice((0, 0, 0, 4, 6, 12)),
            )
            stage.floor.add(scene, record_id=scene_id(stage.production, scene_number))


def _day(stage: Stage, number: int) -> None:
    call = general_call(stage, number)
    stage.floor.add(
        ShootDay(
            date=stage.dates[number - 1],
            unit=UNIT,
            number=number,
            general_call=call,
            location=PLACES[(number - 1) // 2 % len(PLACES)][0],
            lunch=Meal(out=call + 330, back=call + 360),
            background=stage.rng.randrange(2 * stage.size.background + 1),
            estimated_wrap=call + 13 * 60,
        ),
        record_id=day_id(stage.production, UNIT, number),
    )


def general_call(stage: Stage, number: int) -> int:
    """Later through the week; the Friday before this week was a night, wrapped past midnight."""
    place = (number - 1) % 5
    friday_before = stage.number_today - (stage.number_today - 1) % 5 - 1
    return NIGHT_CALL if number == friday_before else CALLS[place]


def _own_calls(stage: Stage, number: int) -> None:
    """Two come at a time of their own, one is off, a performer has the hair and makeup call."""
    desk, rng, day = stage.floor, stage.rng, the_day(stage, number)
    rows = called(desk, day)
    crew = [row for row in rows if row.person.department != CAST_DEPARTMENT]
    chosen = rng.sample(crew, 3)
    cast = [row for row in rows if row.person.department == CAST_DEPARTMENT]
    with desk.gesture():
        for row in chosen[:2]:
            later = row.minutes + rng.choice((-30, -18, 30, 60))
            set_personal_call(desk, day, row.person.id, call=later, why="")
        why = rng.choice(("sick", "personal day", "on a scout"))
        set_personal_call(desk, day, chosen[2].person.id, call=None, off=True, why=why)
        for row in cast[: len(cast) // 2]:
            set_personal_call(desk, day, row.person.id, call=row.minutes + 60)


def _numbers(stage: Stage) -> list[int]:
    """Scene numbers out of order, as places group them."""
    numbers = list(range(1, stage.size.scenes + 1))
    blocks = [numbers[i : i + 4] for i in range(0, len(numbers), 4)]
    stage.rng.shuffle(blocks)
    return [number for block in blocks for number in block]


def _cast_weights(cast: int) -> list[float]:
    """The first few numbers are in nearly everything."""
    return [1 / (n + 1) for n in range(cast)]


def _some(rng: random.Random, weights: list[float]) -> list[int]:
    return rng.choices(range(1, len(weights) + 1), weights, k=rng.randrange(1, 4))
