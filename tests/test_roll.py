"""The kept board: after whatever commits it says what is made from the records, and no more anew
than was touched."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from data.desk import Desk
from data.errors import OfficeError
from data.kinds import ALL
from data.kinds.attendance import (
    add_at_gate,
    board,
    check_in,
    check_out,
    take_back,
    told_to_work,
    wrap_day,
)
from data.kinds.calls import calls, set_department_call, set_personal_call
from data.kinds.people import CAST, PERSON, Person
from data.kinds.production import show_of
from data.kinds.roll import Roll
from data.kinds.schedule import DAY, SCENE, ShootDay
from data.kinds.times import TIME, TimeEvent
from data.stamp import Clock, Sources
from data.store import Store
from tests.small_show import SmallShow, Wall, made_up
from views.screens.board_sight import FILTERS, Sight

Step = Callable[[SmallShow, int], object]


def _person(show: SmallShow, n: int) -> Person:
    people = show.desk.all(PERSON)
    return people[n % len(people)]


def _back(show: SmallShow, n: int) -> object:
    events = show.desk.all(TIME)
    return events and take_back(show.desk, events[n % len(events)])


def _someone_elses(show: SmallShow, n: int) -> object:
    """A void that names an event of another person, as no app of ours writes it."""
    events = [event for event in show.desk.all(TIME) if event.what != "void"]
    if not events:
        return None
    void = TimeEvent(
        person=show["Ada"].id,
        day=show.day.id,
        what="void",
        at=show.wall.at,
        voids=events[n % len(events)].id,
    )
    return show.desk.add(void)


def _undone(show: SmallShow, n: int) -> object:
    gestures = show.desk.gestures(8)
    return show.desk.undo(gestures[n % len(gestures)])


def _deleted(show: SmallShow, n: int) -> None:
    people = show.desk.all(PERSON)
    if len(people) > 2:
        show.desk.delete(people[n % len(people)])


def _merged(show: SmallShow, n: int) -> None:
    """A device took the copy along, checked two people in, and comes back."""
    office = show.desk.store
    with tempfile.TemporaryDirectory() as home:
        device = Store(Path(home), sources=office.sources, hub=False)
        device.receive(s for i in office.ids() if (s := office.state(i)) is not None)
        desk = Desk(device, ALL, user="Bea")
        for person in desk.all(PERSON)[n % 3 :: 3]:
            if not any(row.in_event for row in board(desk, show.day) if row.person == person):
                check_in(desk, show.day, person)
        office.receive(s for i in device.ids() if (s := device.state(i)) is not None)
        device.close()


STEPS: tuple[Step, ...] = (
    lambda show, n: check_in(show.desk, show.day, _person(show, n)),
    lambda show, n: check_in(show.desk, show.day, _person(show, n), how="call"),
    lambda show, n: check_out(show.desk, show.day, _person(show, n)),
    lambda show, n: check_in(show.desk, show.days[1], _person(show, n)),
    lambda show, n: told_to_work(show.desk, show.day, _person(show, n)),
    _back,
    _someone_elses,
    _undone,
    _deleted,
    _merged,
    lambda show, n: add_at_gate(show.desk, show.day, name=f"Walk {n}", department="GRIP"),
    lambda show, n: set_department_call(show.desk, show.day, "Grip", n - 30),
    lambda show, n: set_personal_call(show.desk, show.day, show["Gus"].id, call=300 + n),
    lambda show, n: set_personal_call(show.desk, show.day, show["Cam"].id, call=None, off=n > 9),
    lambda show, n: show.desk.edit(_now(show), general_call=6 * 60 + n),
    lambda show, n: show.desk.edit(show_of(show.desk), zone="Europe/Berlin" if n % 2 else "UTC"),
    lambda show, n: [show.desk.edit(s, cast=frozenset({str(n % 3)})) for s in show.desk.all(SCENE)],
    lambda show, n: [
        show.desk.edit(c, person=show["Ada"].id) for c in show.desk.all(CAST)[n % 2 :]
    ],
    lambda show, _: wrap_day(show.desk, _now(show), show.wall.at),
    lambda show, n: show.wall.shows(5 + n % 22, n),
)


def _now(show: SmallShow) -> ShootDay:
    return show.desk.get(DAY, show.day.id)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 59)), max_size=14))
def test_the_kept_board_is_the_board_made_from_the_records(steps: list[tuple[int, int]]) -> None:
    wall = Wall()
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home), sources=Sources(clock=Clock(wall)), hub=True)
        show = made_up(Desk(store, ALL, user="office"), wall)
        roll, sight = Roll(show.desk, show.day), Sight(show.desk)
        sight.look(show.day, "", "not")

        def heard(touched: frozenset[tuple[str, str]]) -> None:
            kinds = {kind for kind, _ in touched}
            roll.hear(kinds)
            sight.hear(kinds)

        store.listen(heard)
        for which, n in steps:
            try:
                STEPS[which](show, n)
            except OfficeError:
                continue  # out before in, and the like: nothing was written
            day = show.desk.get(DAY, show.day.id)

            assert day == roll.day
            assert calls(show.desk, day) == roll.listed
            assert board(show.desk, day) == roll.rows
            _as_looked_at_first(show, sight)
        store.close()


def _as_looked_at_first(show: SmallShow, sight: Sight) -> None:
    """But for who has become late since the last commit: a commit says it."""
    fresh = Sight(show.desk)
    fresh.look(show.desk.get(DAY, show.day.id), "", "not")
    sight.hear({"time"})
    assert fresh.pieces == sight.pieces


def test_a_tap_makes_one_row_anew(show: SmallShow) -> None:
    roll = Roll(show.desk, show.day)
    before = {row.person.id: row for row in roll.rows}
    check_in(show.desk, show.day, show["Gus"])
    roll.hear({"time"})

    new = [row.person.name for row in roll.rows if row is not before[row.person.id]]
    assert new == ["Gus"]


def test_only_whose_piece_is_another_one_is_told(show: SmallShow) -> None:
    sight, told = Sight(show.desk), list[str]()
    sight.look(show.day, "", "all")
    for key in sight.pieces:
        sight.listen(key, lambda key=key: told.append(key))  # type: ignore[misc]
    show.desk.store.listen(lambda touched: sight.hear({kind for kind, _ in touched}))
    check_in(show.desk, show.day, show["Gus"])

    assert sorted(["counts", "department GRIP", show["Gus"].id]) == sorted(told)


def test_a_filter_counts_what_it_shows(show: SmallShow) -> None:
    check_in(show.desk, show.day, show["Gus"])
    check_in(show.desk, show.day, show["Cam"])
    show.wall.shows(7, 20)
    check_out(show.desk, show.day, show["Cam"])
    sight = Sight(show.desk)
    for name in FILTERS:
        sight.look(show.day, "", name)
        people = [key for key in sight.pieces if show.desk.find(PERSON, key) is not None]

        assert sight.pieces["counts"][name] == len(people)  # type: ignore[call-overload]
