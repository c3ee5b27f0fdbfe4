"""Who is called when: the general call, the department's offset, one's own call, and who is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.desk import Desk
from data.errors import BadInput, NotFound
from data.kinds.attendance import check_in, wrap_day
from data.kinds.calls import (
    Call,
    called,
    calls,
    day_now,
    day_on,
    departments,
    offsets_of,
    scenes_of,
    set_department_call,
    set_personal_call,
    shoot_days,
    units,
)
from data.kinds.people import Person
from data.kinds.production import PRODUCTION, show_of, today
from data.kinds.schedule import DEPARTMENT_CALL, PERSONAL_CALL, Scene, ShootDay
from tests.small_show import TODAY, SmallShow, at


def call_of(show: SmallShow, name: str) -> Call:
    return next(call for call in calls(show.desk, show.day) if call.person.name == name)


def test_called_are_those_who_started_and_have_not_finished(show: SmallShow) -> None:
    names = [call.person.name for call in called(show.desk, show.day)]

    assert names == ["Ada", "Cam", "Gus", "Grete", "Rosa"]
    assert call_of(show, "Lou").why == "finished Mon 8 Jun"
    assert call_of(show, "Newt").why == "starts Wed 10 Jun"


def test_a_person_is_called_on_their_first_and_last_day(show: SmallShow) -> None:
    names = {
        number: [call.person.name for call in called(show.desk, show.days[number])]
        for number in (1, 3)
    }

    assert "Lou" in names[1]
    assert "Newt" in names[3]


def test_a_department_comes_before_or_after_the_general_call(show: SmallShow) -> None:
    assert call_of(show, "Cam").minutes == 6 * 60 + 30
    assert call_of(show, "Gus").minutes == 7 * 60

    set_department_call(show.desk, show.day, "grip", 15)
    assert call_of(show, "Gus").minutes == 7 * 60 + 15


def test_a_departments_call_is_one_record_however_it_is_spelt(show: SmallShow) -> None:
    set_department_call(show.desk, show.day, "CAMERA", -45)
    set_department_call(show.desk, show.day, "camera", 0)

    assert len(show.desk.all(DEPARTMENT_CALL)) == 1
    assert offsets_of(show.desk, show.day) == {"camera": 0}


def test_ones_own_call_counts_before_the_departments(show: SmallShow) -> None:
    set_personal_call(show.desk, show.day, show["Cam"].id, call=10 * 60)
    assert (call_of(show, "Cam").minutes, call_of(show, "Cam").own) == (10 * 60, True)

    set_personal_call(show.desk, show.day, show["Cam"].id, call=None)
    assert (call_of(show, "Cam").minutes, call_of(show, "Cam").own) == (6 * 60 + 30, False)
    assert len(show.desk.all(PERSONAL_CALL)) == 1


def test_who_is_off_is_not_called_and_the_reason_is_said(show: SmallShow) -> None:
    set_personal_call(show.desk, show.day, show["Gus"].id, call=None, off=True, why="scout")

    assert (call_of(show, "Gus").called, call_of(show, "Gus").why) == (False, "off: scout")
    assert "Gus" in [call.person.name for call in called(show.desk, show.days[3])]


def test_cast_is_called_by_the_scenes_of_the_day(show: SmallShow) -> None:
    assert call_of(show, "Rosa").called
    assert (call_of(show, "Dale").called, call_of(show, "Dale").why) == (False, "no scene today")

    show.desk.add(Scene(number="15", day=show.day.id, cast=frozenset({"1", "2"})))
    assert call_of(show, "Dale").called


def test_cast_without_a_scene_comes_to_a_call_of_their_own(show: SmallShow) -> None:
    set_personal_call(show.desk, show.day, show["Dale"].id, call=9 * 60)

    assert call_of(show, "Dale").called


def test_another_units_people_are_not_called(show: SmallShow) -> None:
    show.desk.edit(show["Gus"], unit="2nd")

    assert call_of(show, "Gus").why == "on the 2nd unit"


def test_a_general_call_that_moves_takes_everybody_along_but_own_calls(show: SmallShow) -> None:
    set_personal_call(show.desk, show.day, show["Gus"].id, call=8 * 60)
    moved = show.desk.edit(show.day, general_call=9 * 60)
    minutes = {call.person.name: call.minutes for call in calls(show.desk, moved)}

    assert (minutes["Cam"], minutes["Gus"], minutes["Grete"]) == (8 * 60 + 30, 8 * 60, 9 * 60)


def test_scenes_stand_in_shooting_order(show: SmallShow) -> None:
    for number, position in (("9", 3), ("2A", 1), ("2", 1)):
        show.desk.add(Scene(number=number, day=show.day.id, position=position))

    assert [scene.number for scene in scenes_of(show.desk, show.day)] == ["14", "2", "2A", "9"]


def test_departments_stand_as_the_list_has_them_each_once() -> None:
    people = [Person(name="a", department=d) for d in ("GRIP", "Camera", "Grip", "CAMERA")]

    assert departments(people) == ["GRIP", "Camera"]


# ---- the day to show --------------------------------------------------------------------------


def showing(show: SmallShow, hour: int, minute: int = 0) -> int:
    show.wall.shows(hour, minute)
    day = day_now(show.desk, "Main").day
    assert day is not None
    return day.number


def test_today_is_shown_on_a_shoot_day(show: SmallShow) -> None:
    assert showing(show, 6, 30) == 2


def test_the_board_keeps_yesterday_past_midnight_until_its_wrap(show: SmallShow) -> None:
    show.wall.shows(7)
    check_in(show.desk, show.day, show["Gus"])
    assert showing(show, 25, 30) == 2
    assert "until its wrap" in day_now(show.desk, "Main").why

    wrap_day(show.desk, show.day, at(25, 40))
    assert showing(show, 25, 45) == 3


def test_nobody_wrapped_but_the_next_day_has_begun(show: SmallShow) -> None:
    show.wall.shows(7)
    check_in(show.desk, show.day, show["Gus"])

    assert showing(show, 26, 59) == 2
    assert showing(show, 27, 0) == 3


def test_a_day_nobody_came_to_is_not_kept(show: SmallShow) -> None:
    assert showing(show, 24, 30) == 3


def test_on_a_day_off_the_nearest_day_is_shown_and_said(show: SmallShow) -> None:
    assert showing(show, 4 * 24) == 3
    assert day_now(show.desk, "Main").why == "No shoot day on Sat 13 Jun: this is the nearest one."


def test_without_a_schedule_it_is_said_what_to_do(show: SmallShow) -> None:
    assert day_now(show.desk, "2nd").day is None
    assert "Import the schedule" in day_now(show.desk, "2nd").why
    with pytest.raises(BadInput, match="Import the schedule"):
        day_on(show.desk, None, "2nd")


def test_a_date_asked_for_is_found_or_refused(show: SmallShow) -> None:
    assert show.day == day_on(show.desk, TODAY, "Main")
    with pytest.raises(BadInput, match="no shoot day on Mon 8 Jun"):
        day_on(show.desk, TODAY - timedelta(days=1), "2nd")


def test_today_is_the_date_where_the_show_is(show: SmallShow) -> None:
    show.wall.shows(23, 30)  # in UTC it is tomorrow already

    assert today(show.desk) == TODAY


def test_days_stand_by_date_with_the_main_unit_first(show: SmallShow) -> None:
    show.desk.add(ShootDay(date=TODAY, unit="2nd", number=1))
    show.desk.edit(show_of(show.desk), units=frozenset({"2nd", "Main"}))

    assert [(day.number, day.unit) for day in shoot_days(show.desk)] == [
        (1, "Main"),
        (2, "Main"),
        (1, "2nd"),
        (3, "Main"),
    ]
    assert units(show.desk) == ["Main", "2nd"]


def test_a_copy_without_a_production_says_what_is_missing(desk: Desk) -> None:
    assert desk.all(PRODUCTION) == []
    with pytest.raises(NotFound, match="meet the office"):
        show_of(desk)
