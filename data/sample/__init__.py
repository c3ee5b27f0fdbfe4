"""A made-up show laid around a date: the demonstration, the rehearsals and the measurements.

Nothing in it was typed in as records: a plan of gestures is played through the office's own verbs,
each at the moment it would have happened, and stops at the clock's now. The same seed, date and
clock give the same bytes.
"""

from __future__ import annotations

import random
import uuid
from datetime import date

from data.desk import Desk
from data.errors import BadInput, Refused
from data.kinds import ALL
from data.sample.board import plan_attendance
from data.sample.cash import plan_money
from data.sample.crew import Names, crew, plan_lists
from data.sample.plan import ZONE, Plan, Stage, shoot_dates
from data.sample.shoot import plan_calls, plan_schedule
from data.sample.sizes import SIZES
from data.stamp import Clock, Sources
from data.store import Store

WALK_ONS = 3


def lay_out(
    where: Store | Desk, *, size: str = "B", around: date | None = None, seed: int = 1
) -> None:
    """Writes the show into an empty store, up to its clock's now; `around` is a shoot day in it.

    Left out, `around` is the date it is where the show is. Two copies laid out from one seed, date
    and clock are copies of each other: give them seeds of their own if they are ever to meet.
    """
    store = where.store if isinstance(where, Desk) else where
    if size not in SIZES:
        raise BadInput(f"There is no show of size {size!r}; choose one of {', '.join(SIZES)}.")
    if next(store.ids(), None) is not None:
        raise Refused("The sample goes into an empty production. Choose another folder.")
    own = store.sources
    now = own.clock.now()
    today = around or now.astimezone(ZONE).date()
    plan, rng = Plan(), random.Random(f"{seed}/{size}/{today}")
    store.sources = Sources(clock=Clock(lambda: plan.now), rng=rng)
    try:
        if not store.production:
            store.set_meta(production=str(uuid.UUID(int=rng.getrandbits(128), version=4)))
        _plan_show(plan, store, rng, size, today)
        with store.all_at_once():
            plan.play(until=now)
    finally:
        store.sources = own
        store.new_run()


def _plan_show(plan: Plan, store: Store, rng: random.Random, size: str, today: date) -> None:
    measure = SIZES[size]
    dates = shoot_dates(today, measure.shoot_days, measure.target)
    names = Names.shuffled(rng)
    people = crew(rng, names, measure, dates, today)

    named = {person.position: person.name for person in reversed(people)}

    def desk(*positions: str) -> Desk:
        """Of the first of these positions that the show has."""
        return Desk(store, ALL, user=next(named[p] for p in positions if p in named))

    stage = Stage(
        office=desk("Production Coordinator"),
        floor=desk("2nd AD"),
        gate=desk("Key Set PA"),
        books=desk("1st Asst. Accountant"),
        manager=desk("Unit Production Manager", "Production Coordinator"),
        rng=rng,
        size=measure,
        today=today,
        dates=dates,
    )
    plan_lists(plan, stage, people, names)
    plan_schedule(plan, stage)
    plan_calls(plan, stage)
    plan_attendance(plan, stage, [names.next() for _ in range(WALK_ONS)])
    plan_money(plan, stage)
