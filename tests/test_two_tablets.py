"""A day of 7,500 taps from two tablets that never heard each other, merged in any order."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from data.desk import Desk
from data.kinds import ALL
from data.kinds.attendance import board
from data.kinds.people import Person
from data.kinds.radar import blips, explained
from data.kinds.schedule import DAY
from data.kinds.times import TimeEvent, events_of, voiding
from data.kinds.unit_day import muster
from data.record import RecordId
from data.stamp import Clock, Sources
from data.store import Store
from tests.small_show import SmallShow, at

TAPS = 7500
PEOPLE = 400
UNIONS = ("SAG-AFTRA", "IATSE 80", "Teamsters 399", "")


@pytest.fixture
def crowd(show: SmallShow) -> SmallShow:
    with show.desk.gesture():
        for n in range(PEOPLE):
            show.desk.add(Person(name=f"Hand {n:03}", department="GRIP", union=UNIONS[n % 4]))
    return show


def tablet(show: SmallShow, folder: Path, seed: int) -> Desk:
    clock = Clock(lambda: show.wall.at)
    store = Store(folder, sources=Sources(clock, random.Random(seed)), hub=False)
    office = show.desk.store
    store.receive(s for i in office.ids() if (s := office.state(i)) is not None)
    return Desk(store, ALL, user=f"Tablet {seed}")


def taps(show: SmallShow, rng: random.Random) -> Iterator[TimeEvent]:
    """What a morning, two meals and a wrap look like when two gates take them: twins, slips that
    are taken back, times that are changed, people who are tapped in at both gates."""
    people = [p.id for p in show.desk.all(show.desk.kinds["person"]) if p.name.startswith("Hand")]
    plan = (("in", 0), ("meal_out", 350), ("meal_in", 395), ("meal_out", 740), ("meal_in", 775),
            ("ndb_out", 40), ("ndb_in", 55), ("told_to_work", -20), ("out", 800))  # fmt: skip
    while True:
        for person in people:
            for what, minutes in plan:
                moment = at(7) + timedelta(minutes=minutes + rng.randint(-9, 9))
                yield TimeEvent(person=person, day=show.day.id, what=what, at=moment)


def worked_at(desk: Desk, stream: Iterator[TimeEvent], share: int, rng: random.Random) -> None:
    said: list[TimeEvent] = []
    with desk.gesture():
        for _ in range(share):
            event = next(stream)
            if said and rng.random() < 0.05:
                event = voiding(rng.choice(said), "wrong person")
            elif said and rng.random() < 0.05:
                before = rng.choice(said)
                later = before.at + timedelta(minutes=rng.randint(1, 20))
                update = {"id": RecordId(""), "at": later, "voids": before.id, "reason": "he says"}
                event = before.model_copy(update=update)
            said.append(desk.add(event))


def totals(desk: Desk, show: SmallShow) -> tuple[object, ...]:
    day = desk.get(DAY, show.day.id)
    rows = board(desk, day)
    seen = blips(desk, day, rows)
    costs = sum((b.seen.cost or Decimal(0) for b in seen), Decimal(0))
    return (
        [event.id for event in events_of(desk, day)],
        sorted((row.person.id, row.started, row.left, row.meals) for row in rows if row.arrived),
        sum(b.seen.worked for b in seen),
        sum(b.seen.penalties for b in seen),
        costs,
        muster(desk, day, rows).count,
        Counter(reason for b in seen[:20] for reason in explained(desk, b)),
    )


@pytest.mark.long
def test_two_tablets_merged_in_any_order_give_the_same_day(
    crowd: SmallShow, tmp_path: Path
) -> None:
    rng = random.Random(41)
    one, other = (tablet(crowd, tmp_path / f"t{n}", n) for n in (11, 12))
    stream = taps(crowd, rng)
    for desk in (one, other, one, other):
        worked_at(desk, stream, TAPS // 4, rng)
    crowd.wall.shows(23)
    states = [
        state
        for desk in (one, other)
        for event in desk.all(desk.kinds["time"])
        if (state := desk.store.state(event.id)) is not None
    ]
    assert len(states) == TAPS

    days = []
    for turn in range(3):
        rng.shuffle(states)
        copy = tablet(crowd, tmp_path / f"c{turn}", 20 + turn)
        for begin in range(0, len(states), 500):
            copy.store.receive(states[begin : begin + 500])
        copy.store.receive(rng.sample(states, 300))  # and some of it twice
        days.append(totals(copy, crowd))
        copy.store.close()
    one.store.close()
    other.store.close()

    assert days[0] == days[1] == days[2]
    assert days[0][3] != 0, "a day without a penalty would say little"
