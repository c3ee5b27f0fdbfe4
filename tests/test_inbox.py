"""The inbox of two desks whose copies meet: what is asked, what an answer does, who is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.desk import Desk
from data.errors import BadInput, Refused
from data.files import MemoryFolder
from data.inbox import before, inbox, keep, keep_all, write_another
from data.kinds import ALL
from data.kinds.people import PERSON
from data.kinds.schedule import DAY, ShootDay, day_id
from data.notices import Notice, mark_seen, notices, to_ask_about
from data.store import Store
from tests.copies import copy_in, push
from tests.small_show import PRODUCTION, TODAY, SmallShow, Wall, made_up


@pytest.fixture
def there(show: SmallShow, device: Store) -> Desk:
    """Bea's desk, on a copy that has met Amara's office."""
    push(device, show.desk.store)
    return Desk(device, ALL, user="Bea")


def calls_at(desk: Desk, day: ShootDay, minutes: int, **more: Any) -> ShootDay:
    return desk.edit(desk.get(DAY, day.id), general_call=minutes, **more)


def meet(there: Desk, here: Desk) -> None:
    push(there.store, here.store)
    push(there.store, here.store)


def parted(show: SmallShow, there: Desk) -> None:
    """Amara calls for 6:00, then Bea for 6:30, and the copies meet."""
    calls_at(show.desk, show.day, 360)
    show.wall.shows(6, 40)
    calls_at(there, show.day, 390)
    meet(there, show.desk)


# ---- questions --------------------------------------------------------------------------------


def test_two_calls_for_one_day_are_one_question_on_both_copies(
    show: SmallShow, there: Desk
) -> None:
    parted(show, there)
    (asked,) = inbox(show.desk)

    assert [asked] == inbox(there)
    assert [(side.user, side.value) for side in asked.sides] == [("Bea", 390), ("Amara", 360)]
    known = before(show.desk, asked)
    assert known is not None
    assert known.value == 420


def test_the_same_call_from_both_is_no_question(show: SmallShow, there: Desk) -> None:
    calls_at(show.desk, show.day, 360)
    calls_at(there, show.day, 360)
    meet(there, show.desk)

    assert inbox(show.desk) == inbox(there) == []


def test_a_phone_number_is_settled_by_order_without_a_question(
    show: SmallShow, there: Desk
) -> None:
    show.desk.edit(show["Gus"], phone="1")
    show.wall.shows(6, 40)
    there.edit(there.get(PERSON, show["Gus"].id), phone="2")
    meet(there, show.desk)

    assert inbox(show.desk) == []
    assert show.desk.get(PERSON, show["Gus"].id).phone == "2"


def test_a_deleted_record_asks_nothing(show: SmallShow, there: Desk) -> None:
    parted(show, there)
    show.desk.delete(show.desk.get(DAY, show.day.id))

    assert inbox(show.desk) == []


# ---- answers ----------------------------------------------------------------------------------


def test_an_answer_settles_it_on_both_copies(show: SmallShow, there: Desk) -> None:
    parted(show, there)
    (asked,) = inbox(show.desk)
    keep(show.desk, asked, asked.sides[1])
    meet(there, show.desk)

    assert inbox(show.desk) == inbox(there) == []
    assert there.get(DAY, show.day.id).general_call == 360


def test_an_answer_leaves_a_third_value_that_came_meanwhile(show: SmallShow, there: Desk) -> None:
    third = copy_in(MemoryFolder(), hub=False)
    push(third, show.desk.store)
    parted(show, there)
    (asked,) = inbox(show.desk)
    calls_at(Desk(third, ALL, user="Cem"), show.day, 375)
    push(third, show.desk.store)
    keep(show.desk, asked, asked.sides[0])

    (again,) = inbox(show.desk)
    assert {(side.user, side.value) for side in again.sides} == {("Amara", 390), ("Cem", 375)}
    third.close()


def test_a_question_that_was_settled_meanwhile_takes_no_answer(
    show: SmallShow, there: Desk
) -> None:
    parted(show, there)
    (asked,) = inbox(show.desk)
    calls_at(show.desk, show.day, 300)
    with pytest.raises(Refused, match="settled meanwhile"):
        keep(show.desk, asked, asked.sides[0])

    assert inbox(show.desk) == []
    assert show.desk.get(DAY, show.day.id).general_call == 300


def test_another_value_is_checked_and_written_over_both(show: SmallShow, there: Desk) -> None:
    parted(show, there)
    (asked,) = inbox(show.desk)
    with pytest.raises(BadInput, match="General call"):
        write_another(show.desk, asked, 9999)
    write_another(show.desk, asked, 345)

    assert inbox(show.desk) == []
    assert show.desk.get(DAY, show.day.id).general_call == 345


def test_all_of_one_person_is_one_gesture_that_can_be_undone(show: SmallShow, there: Desk) -> None:
    for number in (1, 2, 3):
        calls_at(show.desk, show.days[number], 360)
        calls_at(there, show.days[number], 390, location="Mill")
    meet(there, show.desk)
    asked = inbox(show.desk)
    assert len(asked) == 3

    assert keep_all(show.desk, asked, "Amara") == 3
    assert [day.general_call for day in show.desk.all(DAY)] == [360] * 3
    assert inbox(show.desk) == []
    assert show.desk.last is not None
    assert show.desk.undo(show.desk.last).back == 3


# ---- what became of mine ----------------------------------------------------------------------


def told(desk: Desk) -> list[tuple[str, Any, Any]]:
    return [(notice.what, notice.mine, notice.kept) for notice in notices(desk)]


def test_whose_value_was_not_used_is_told_until_they_say_seen(show: SmallShow, there: Desk) -> None:
    parted(show, there)
    (asked,) = inbox(there)
    keep(there, asked, asked.sides[0])
    meet(there, show.desk)

    assert told(show.desk) == [("not used", 360, 390)]
    assert told(there) == []
    mark_seen(show.desk, notices(show.desk)[0].id)
    assert told(show.desk) == []


def test_who_gives_way_by_their_own_hand_is_told_nothing(show: SmallShow, there: Desk) -> None:
    parted(show, there)
    (asked,) = inbox(there)
    keep(there, asked, asked.sides[1])
    meet(there, show.desk)

    assert told(there) == told(show.desk) == []


def test_a_later_edit_of_one_who_saw_mine_is_nothing_to_tell(show: SmallShow, there: Desk) -> None:
    calls_at(there, show.day, 390)
    meet(there, show.desk)
    calls_at(show.desk, show.day, 360)
    meet(there, show.desk)

    assert told(there) == told(show.desk) == []
    assert to_ask_about(there) == [show.day.id]


def test_a_device_learns_from_the_offices_history_that_its_value_was_not_used(
    show: SmallShow, there: Desk
) -> None:
    parted(show, there)
    (asked,) = inbox(show.desk)
    keep(show.desk, asked, asked.sides[1])
    meet(there, show.desk)

    assert told(there) == []
    assert to_ask_about(there) == [show.day.id]
    history = show.desk.store.history(show.day.id)
    found = notices(there, {show.day.id: history})
    assert [(n.what, n.mine, n.kept, n.by.user) for n in found] == [("not used", 390, 360, "Amara")]


def test_a_change_beside_a_deleting_brings_the_record_back_and_says_so(
    show: SmallShow, there: Desk
) -> None:
    gus = show["Gus"]
    there.edit(there.get(PERSON, gus.id), phone="+1 505 555 0100")
    show.desk.delete(gus)
    meet(there, show.desk)

    assert show.desk.get(PERSON, gus.id).phone == "+1 505 555 0100"
    (notice,) = notices(show.desk)
    assert (notice.what, notice.by.user, notice.deleted_by) == ("brought back", "Bea", "Amara")


def test_who_deletes_and_brings_back_knowingly_is_told_nothing(show: SmallShow) -> None:
    gus = show["Gus"]
    show.desk.delete(gus)
    assert show.desk.last is not None
    show.desk.undo(show.desk.last)

    assert notices(show.desk) == []


# ---- kept up to date --------------------------------------------------------------------------


@st.composite
def doings(draw: st.DrawFn) -> list[tuple[int, str, int]]:
    step = st.tuples(
        st.integers(0, 1),
        st.sampled_from(["call", "call", "delete", "put", "meet", "answer", "note"]),
        st.integers(0, 3),
    )
    return draw(st.lists(step, min_size=3, max_size=14))


@settings(max_examples=60)
@given(doings(), st.booleans())
def test_an_inbox_that_was_kept_up_says_what_a_fresh_look_says(
    doings: list[tuple[int, str, int]], asks_each_time: bool
) -> None:
    for desks in _two_desks():
        for who, what, n in doings:
            _do(desks, who, what, n)
            if asks_each_time:
                _all(desks[0])
        meet(desks[1], desks[0])
        for desk in desks:
            assert _all(desk) == _all(Desk(desk.store, ALL, user=desk.user))
        assert inbox(desks[0]) == inbox(desks[1])


def _all(desk: Desk) -> tuple[list[Any], list[Notice]]:
    return inbox(desk), notices(desk)


def _two_desks() -> Iterator[tuple[Desk, Desk]]:
    hub, device = copy_in(MemoryFolder(), hub=True), copy_in(MemoryFolder(), hub=False)
    here, there = Desk(hub, ALL, user="Amara"), Desk(device, ALL, user="Bea")
    made_up(here, Wall())
    meet(there, here)
    yield here, there
    hub.close()
    device.close()


def _do(desks: tuple[Desk, Desk], who: int, what: str, n: int) -> None:
    desk = desks[who]
    if what == "meet":
        meet(desks[1], desks[0])
        return
    asked, days = inbox(desk), desk.all(DAY)
    if what == "answer" and asked:
        item = asked[n % len(asked)]
        keep(desk, item, item.sides[n % len(item.sides)])
    elif days and what in ("call", "note", "delete"):
        day = days[n % len(days)]
        if what == "delete":
            desk.delete(day)
        else:
            desk.edit(day, **({"general_call": 300 + n} if what == "call" else {"note": str(n)}))
    elif what == "put":
        desk.put(day_id(PRODUCTION, "Main", 1), ShootDay(date=TODAY, number=1, general_call=n))
