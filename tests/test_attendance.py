"""The board: taps are facts, the earliest counts, early is early, and all can be undone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.canonical import canonical_bytes
from data.desk import Desk
from data.errors import BadInput, Refused
from data.kinds import ALL
from data.kinds.attendance import (
    Attendance,
    add_at_gate,
    board,
    check_in,
    check_out,
    missing,
    take_back,
    told_to_work,
    wrap_day,
    wrap_department,
)
from data.kinds.calls import set_personal_call
from data.kinds.people import PERSON
from data.kinds.production import show_of
from data.kinds.schedule import DAY
from data.kinds.times import TIME, TimeEvent, events_of
from data.store import Store
from tests.small_show import SmallShow, at


def row(show: SmallShow, name: str) -> Attendance:
    return next(r for r in board(show.desk, show.day) if r.person.name == name)


def say(show: SmallShow, name: str, what: str, moment: datetime) -> TimeEvent:
    return show.desk.add(
        TimeEvent(person=show[name].id, day=show.day.id, what=what, at=moment, how="typed")
    )


# ---- coming -----------------------------------------------------------------------------------


def test_a_tap_says_now(show: SmallShow) -> None:
    show.wall.shows(7, 4)
    event = check_in(show.desk, show.day, show["Gus"])

    assert (event.what, event.how, event.at) == ("in", "now", at(7, 4))
    assert row(show, "Gus").is_in
    assert (row(show, "Gus").arrived, row(show, "Gus").started) == (at(7, 4), at(7, 4))


def test_in_at_call_says_ones_own_call(show: SmallShow) -> None:
    set_personal_call(show.desk, show.day, show["Gus"].id, call=8 * 60 + 12)
    event = check_in(show.desk, show.day, show["Gus"], how="call")

    assert (event.how, event.at) == ("call", at(8, 12))


def test_a_second_tap_is_refused_and_says_since_when(show: SmallShow) -> None:
    show.wall.shows(6, 41)
    check_in(show.desk, show.day, show["Gus"])

    with pytest.raises(Refused, match=r"Gus is in already, since 06:41\."):
        check_in(show.desk, show.day, show["Gus"])
    show.desk.edit(show_of(show.desk), clock="12")
    with pytest.raises(Refused, match=r"since 6:41A\."):
        check_in(show.desk, show.day, show["Gus"])


def test_of_twin_taps_on_two_devices_both_stay_and_the_earlier_counts(
    show: SmallShow, device: Store
) -> None:
    office = show.desk.store
    device.receive(s for i in office.ids() if (s := office.state(i)) is not None)
    phone = Desk(device, ALL, user="Bea")
    show.wall.shows(7, 4)
    check_in(show.desk, show.day, show["Gus"])
    show.wall.shows(7, 2)
    check_in(phone, show.day, show["Gus"])
    office.receive(s for i in device.ids() if (s := device.state(i)) is not None)

    assert len(show.desk.all(TIME)) == 2
    assert row(show, "Gus").arrived == at(7, 2)


def test_who_comes_early_counts_from_the_call(show: SmallShow) -> None:
    show.wall.shows(6, 20)
    check_in(show.desk, show.day, show["Gus"])
    gus = row(show, "Gus")

    assert (gus.early, gus.arrived, gus.started) == (True, at(6, 20), at(7))


def test_who_comes_early_and_is_told_to_work_counts_from_the_arrival(show: SmallShow) -> None:
    show.wall.shows(6, 20)
    check_in(show.desk, show.day, show["Gus"])
    told_to_work(show.desk, show.day, show["Gus"])
    gus = row(show, "Gus")

    assert (gus.early, gus.told_to_work, gus.started) == (False, True, at(6, 20))


def test_nobody_is_told_to_work_before_they_came(show: SmallShow) -> None:
    with pytest.raises(Refused, match="not in yet"):
        told_to_work(show.desk, show.day, show["Gus"])


def test_who_comes_without_being_called_is_on_the_board_and_counts_at_once(
    show: SmallShow,
) -> None:
    show.wall.shows(6, 20)
    check_in(show.desk, show.day, show["Newt"])
    newt = row(show, "Newt")

    assert (newt.call.called, newt.started) == (False, at(6, 20))


@pytest.mark.parametrize(
    ("hour", "minute", "names"),
    [
        (6, 44, []),
        (6, 45, ["Cam"]),
        (7, 14, ["Cam"]),
        (7, 15, ["Cam", "Gus", "Rosa"]),
        (26, 0, ["Cam", "Gus", "Rosa"]),
    ],
)
def test_a_quarter_of_an_hour_after_their_call_people_are_missing(
    show: SmallShow, hour: int, minute: int, names: list[str]
) -> None:
    for name in ("Ada", "Grete"):
        check_in(show.desk, show.day, show[name])
    show.wall.shows(hour, minute)
    rows = board(show.desk, show.day)

    assert names == [r.person.name for r in missing(show.desk, show.day, rows)]


# ---- the gate ---------------------------------------------------------------------------------


def test_a_day_player_is_put_on_the_list_and_in_by_one_gesture(show: SmallShow) -> None:
    show.wall.shows(8, 10)
    person = add_at_gate(
        show.desk, show.day, name="Zoë Tafoya", department="GRIP", reports_to="Gus", phone="505"
    )

    assert (person.start, person.finish, person.walk_on) == (show.day.date, show.day.date, True)
    assert row(show, "Zoë Tafoya").arrived == at(8, 10)
    assert show.desk.last is not None
    assert len(show.desk.last.edits) == 2

    show.desk.undo(show.desk.last)
    assert show.desk.find(PERSON, person.id) is None
    assert events_of(show.desk, show.day) == []


@pytest.mark.parametrize(
    ("name", "department", "field"), [(" ", "GRIP", "name"), ("Zoë", "", "department")]
)
def test_the_gate_wants_a_name_and_a_department(
    show: SmallShow, name: str, department: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        add_at_gate(show.desk, show.day, name=name, department=department)

    assert refused.value.field == field
    assert len(show.desk.all(PERSON)) == len(show.people)


# ---- going ------------------------------------------------------------------------------------


def test_out_wants_an_in_before_it(show: SmallShow) -> None:
    with pytest.raises(Refused, match="not in yet"):
        check_out(show.desk, show.day, show["Gus"])
    show.wall.shows(7)
    check_in(show.desk, show.day, show["Gus"])
    with pytest.raises(Refused, match="came at 07:00; out must be after that"):
        check_out(show.desk, show.day, show["Gus"], how="typed", at=at(6, 50))


def test_out_twice_is_refused(show: SmallShow) -> None:
    show.wall.shows(7)
    check_in(show.desk, show.day, show["Gus"])
    show.wall.shows(28, 30)
    check_out(show.desk, show.day, show["Gus"])

    assert not row(show, "Gus").is_in
    with pytest.raises(Refused, match=r"out already, since 28:30\."):
        check_out(show.desk, show.day, show["Gus"])


def test_meals_are_paired_and_one_may_be_open(show: SmallShow) -> None:
    show.wall.shows(7)
    check_in(show.desk, show.day, show["Gus"])
    for what, hour in (("meal_in", 13), ("meal_out", 19), ("meal_out", 12)):
        say(show, "Gus", what, at(hour))

    assert row(show, "Gus").meals == ((at(12), at(13)), (at(19), None))


def test_a_department_wraps_as_one_gesture(show: SmallShow) -> None:
    show.wall.shows(7)
    for name in ("Gus", "Grete", "Ada"):
        check_in(show.desk, show.day, show[name])
    say(show, "Grete", "out", at(18))
    events = wrap_department(show.desk, show.day, "grip", at(20))

    assert [show["Gus"].id] == [event.person for event in events]
    assert [r.left for r in board(show.desk, show.day) if r.person.department == "GRIP"] == [
        at(20),
        at(18),
    ]
    assert row(show, "Ada").is_in


def test_who_came_after_the_wrap_goes_when_they_came(show: SmallShow) -> None:
    show.wall.shows(20, 15)
    check_in(show.desk, show.day, show["Gus"])
    wrap_department(show.desk, show.day, "GRIP", at(20))

    assert row(show, "Gus").left == at(20, 15)


def test_the_days_wrap_is_one_gesture_and_undone_as_one(show: SmallShow) -> None:
    show.wall.shows(7)
    for name in ("Gus", "Grete", "Ada"):
        check_in(show.desk, show.day, show[name])
    wrap_day(show.desk, show.day, at(20))
    assert [r.is_in for r in board(show.desk, show.day)] == [False] * 5
    assert show.desk.get(DAY, show.day.id).wrapped == at(20)

    assert show.desk.last is not None
    assert show.desk.undo(show.desk.last).back == 4
    assert [r.person.name for r in board(show.desk, show.day) if r.is_in] == ["Ada", "Gus", "Grete"]
    assert show.desk.get(DAY, show.day.id).wrapped is None


# ---- taking back ------------------------------------------------------------------------------


def test_a_wrong_tap_is_taken_back_by_a_new_fact(show: SmallShow) -> None:
    event = check_in(show.desk, show.day, show["Gus"])
    void = take_back(show.desk, event, reason="wrong person")

    assert (void.what, void.voids, void.reason) == ("void", event.id, "wrong person")
    assert not row(show, "Gus").is_in
    assert len(show.desk.all(TIME)) == 2
    check_in(show.desk, show.day, show["Gus"])
    assert row(show, "Gus").is_in


def test_a_taking_back_can_be_taken_back(show: SmallShow) -> None:
    event = check_in(show.desk, show.day, show["Gus"])
    void = take_back(show.desk, event)
    take_back(show.desk, void)
    assert row(show, "Gus").in_event == event

    take_back(show.desk, event)
    assert row(show, "Gus").in_event is None


def test_a_ring_of_voids_is_survived(show: SmallShow) -> None:
    event = check_in(show.desk, show.day, show["Gus"])
    ids = [f"ring-{n}" for n in range(60)]
    with show.desk.gesture():
        for one in ids:
            for other in ids[:3]:
                void = event.model_copy(update={"what": "void", "voids": other})
                show.desk.add(void, record_id=f"{one}>{other}")

    assert [event] == events_of(show.desk, show.day)


def test_the_board_is_the_same_whatever_order_the_taps_arrive_in(
    show: SmallShow, tmp_path: Path
) -> None:
    event = check_in(show.desk, show.day, show["Gus"])
    take_back(show.desk, event)
    show.wall.shows(7, 9)
    check_in(show.desk, show.day, show["Gus"])
    say(show, "Gus", "meal_out", at(12))
    office = show.desk.store
    there = Store(tmp_path / "there", sources=office.sources, hub=True)
    for record_id in reversed(list(office.ids())):
        state = office.state(record_id)
        assert state is not None
        there.receive([state])
        assert canonical_bytes(state) == canonical_bytes(there.state(record_id) or state)
    other = Desk(there, ALL, user="Bea")

    assert events_of(show.desk, show.day) == events_of(other, show.day)
    there.close()


def test_a_moment_is_kept_to_the_second_in_utc(show: SmallShow) -> None:
    show.wall.at = datetime(2026, 6, 9, 13, 4, 5, 678_901, tzinfo=UTC)
    event = check_in(show.desk, show.day, show["Gus"])
    doc = show.desk.store.document(event.id)

    assert doc is not None
    assert doc["at"] == "2026-06-09T13:04:05Z"
    assert event.at == show.desk.get(TIME, event.id).at
