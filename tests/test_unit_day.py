"""Lunch for everybody on one tap, who is on set, who eats, vouchers, signatures, amendments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import BadInput, Refused
from data.fields import Meal
from data.kinds.attendance import (
    Attendance,
    add_at_gate,
    amend,
    board,
    check_in,
    check_out,
    missing,
    row_of,
    stay_away,
    take_back,
)
from data.kinds.people import PERSON
from data.kinds.schedule import DAY
from data.kinds.signatures import GRID, drawn_as, sign, strokes_of
from data.kinds.times import TIME, events_of
from data.kinds.unit_day import (
    BACKGROUND,
    CAST,
    CREW,
    VISITORS,
    call_back,
    call_out,
    called_for_all,
    last_out,
    last_through,
    muster,
    plates,
    running,
)
from data.kinds.vouchers import (
    give_voucher,
    next_number,
    voucher_out,
    vouchers_of,
    wrap_background,
)
from tests.small_show import SmallShow, at


def come(show: SmallShow, *names: str, hour: int = 7) -> None:
    show.wall.shows(hour)
    for name in names:
        check_in(show.desk, show.day, show[name])


def row(show: SmallShow, name: str) -> Attendance:
    return row_of(show.desk, show.day, show[name])


# ---- meals ---------------------------------------------------------------------------------------


def test_lunch_is_called_for_everybody_by_one_event(show: SmallShow) -> None:
    come(show, "Gus", "Grete", "Ada")
    before = len(show.desk.all(TIME))
    show.wall.shows(12, 48)
    call_out(show.desk, show.day, without=[show["Ada"]])
    show.wall.shows(12, 55)
    last_through(show.desk, show.day)
    show.wall.shows(13, 25)
    call_back(show.desk, show.day)

    assert row(show, "Gus").meals == ((at(12, 48), at(13, 25)),)
    assert row(show, "Ada").meals == ()
    assert len(show.desk.all(TIME)) == before + 4
    assert show.desk.get(DAY, show.day.id).lunch == Meal(out=768, back=805)


def test_who_comes_after_lunch_or_left_before_it_had_none(show: SmallShow) -> None:
    come(show, "Gus", "Grete")
    show.wall.shows(11)
    check_out(show.desk, show.day, show["Grete"])
    call_out(show.desk, show.day, at=at(12, 30))
    call_back(show.desk, show.day, at=at(13))
    come(show, "Cam", hour=14)

    assert row(show, "Gus").meals == ((at(12, 30), at(13)),)
    assert row(show, "Grete").meals == row(show, "Cam").meals == ()


def test_a_meal_of_ones_own_stands_before_the_one_that_was_called(show: SmallShow) -> None:
    come(show, "Gus")
    call_out(show.desk, show.day, at=at(12, 30))
    call_back(show.desk, show.day, at=at(13))
    (called,) = called_for_all(show.desk, show.day)
    own = called.out.model_copy(update={"person": show["Gus"].id, "at": at(13, 10)})
    show.desk.add(own)

    assert row(show, "Gus").meals == ((at(13, 10), None),)


def test_a_meal_is_called_once_until_work_goes_on(show: SmallShow) -> None:
    with pytest.raises(Refused, match="Nothing is called"):
        call_back(show.desk, show.day)
    with pytest.raises(Refused, match="No meal is called"):
        last_through(show.desk, show.day)
    call_out(show.desk, show.day, at=at(12, 30))
    with pytest.raises(Refused, match="called already"):
        call_out(show.desk, show.day, at=at(12, 31))
    with pytest.raises(Refused, match="after the meal was called"):
        call_back(show.desk, show.day, at=at(12, 30))
    assert running(show.desk, show.day) is not None
    call_back(show.desk, show.day, at=at(13))
    assert running(show.desk, show.day) is None


def test_breakfast_is_no_meal_and_the_third_meal_is_not_printed_over_the_second(
    show: SmallShow,
) -> None:
    come(show, "Gus")
    call_out(show.desk, show.day, "ndb", at=at(7, 36))
    call_back(show.desk, show.day, "ndb", at=at(7, 51))
    assert row(show, "Gus").meals == ()
    for hour in (13, 19, 25):
        call_out(show.desk, show.day, at=at(hour))
        call_back(show.desk, show.day, at=at(hour, 30))

    assert len(row(show, "Gus").meals) == 3
    assert show.desk.get(DAY, show.day.id).second_meal == Meal(out=1140, back=1170)


def test_lunch_that_was_called_by_mistake_is_taken_back_for_all(show: SmallShow) -> None:
    come(show, "Gus")
    event = call_out(show.desk, show.day, at=at(12, 30))
    take_back(show.desk, event, reason="rain")

    assert row(show, "Gus").meals == ()
    assert running(show.desk, show.day) is None


# ---- amendments, sick, absent --------------------------------------------------------------------


def test_a_changed_time_takes_the_place_of_the_first_which_stays_on_record(
    show: SmallShow,
) -> None:
    come(show, "Gus")
    (first,) = events_of(show.desk, show.day)
    changed = amend(show.desk, first, at(6, 48), reason="clock of the tablet was wrong")

    assert events_of(show.desk, show.day) == [changed]
    assert row(show, "Gus").arrived == at(6, 48)
    assert show.desk.get(TIME, first.id).at == at(7)
    again = amend(show.desk, changed, at(6, 54), reason="he says")
    assert events_of(show.desk, show.day) == [again]

    take_back(show.desk, again)
    assert events_of(show.desk, show.day) == [changed], "what was changed stands again"


def test_a_change_says_why(show: SmallShow) -> None:
    come(show, "Gus")
    with pytest.raises(BadInput, match="Say why"):
        amend(show.desk, events_of(show.desk, show.day)[0], at(6), reason=" ")


def test_who_is_sick_is_not_late_and_may_come_after_all(show: SmallShow) -> None:
    show.wall.shows(8)
    stay_away(show.desk, show.day, show["Gus"], "sick")
    rows = board(show.desk, show.day)

    assert row(show, "Gus").away == "sick"
    assert "Gus" not in {r.person.name for r in missing(show.desk, show.day, rows)}
    assert "Grete" in {r.person.name for r in missing(show.desk, show.day, rows)}
    with pytest.raises(Refused, match="sick already"):
        stay_away(show.desk, show.day, show["Gus"], "absent")
    check_in(show.desk, show.day, show["Gus"])
    assert row(show, "Gus").away == ""
    with pytest.raises(Refused, match="is in since 08:00"):
        stay_away(show.desk, show.day, show["Gus"], "sick")


# ---- who is here, who eats -----------------------------------------------------------------------


def test_the_muster_has_everybody_who_is_here_once_by_what_they_are(show: SmallShow) -> None:
    come(show, "Gus", "Rosa", "Ada")
    add_at_gate(show.desk, show.day, name="Vi", department="Visitors")
    give_voucher(show.desk, show.day, "12", name="Wanda")
    left = give_voucher(show.desk, show.day, "13")
    show.wall.shows(9)
    check_out(show.desk, show.day, show["Ada"])
    voucher_out(show.desk, show.day, left)

    here = muster(show.desk, show.day)

    assert here.count == 4
    assert here.here[CREW] == [("Gus", "")]
    assert here.here[CAST] == [("Rosa", "")]
    assert here.here[VISITORS] == [("Vi", "")]
    assert here.here[BACKGROUND] == [("Wanda", "voucher 12")]


def test_those_who_cook_are_told_counts_and_no_names(show: SmallShow) -> None:
    show.desk.edit(show["Gus"], diet="Vegan")
    show.desk.edit(show["Grete"], diet="vegan ")
    show.desk.edit(show["Cam"], diet="no nuts")
    show.desk.edit(show.desk.get(DAY, show.day.id), background=30)
    come(show, "Gus", "Grete")
    give_voucher(show.desk, show.day, "1")
    day = show.desk.get(DAY, show.day.id)

    now, all_day = plates(show.desk, day), plates(show.desk, day, called=True)

    assert (now.crew, now.background, now.diets) == (2, 1, {"vegan": 2})
    assert all_day.background == 30
    assert all_day.diets == {"vegan": 2, "no nuts": 1}
    assert all_day.crew == sum(r.call.called for r in board(show.desk, day))


def test_the_last_man_out_is_told_when_nobody_is_in(show: SmallShow) -> None:
    come(show, "Gus", "Grete")
    check_out(show.desk, show.day, show["Gus"], at=at(20))
    assert last_out(board(show.desk, show.day)) is None
    check_out(show.desk, show.day, show["Grete"], at=at(21))

    last = last_out(board(show.desk, show.day))
    assert last is not None
    assert last.person.name == "Grete"


# ---- vouchers ------------------------------------------------------------------------------------


def test_vouchers_are_handed_out_in_order_and_once(show: SmallShow) -> None:
    assert next_number([]) == "1"
    show.wall.shows(6)
    for number in ("9", "10", "BG11"):
        give_voucher(show.desk, show.day, number)

    given = vouchers_of(show.desk, show.day)
    assert [v.number for v in given] == ["9", "10", "BG11"]
    assert next_number(given) == "12"
    with pytest.raises(Refused, match="Voucher 10 is in already, since 06:00"):
        give_voucher(show.desk, show.day, " 10 ")
    with pytest.raises(BadInput, match="no voucher number"):
        give_voucher(show.desk, show.day, " ")


def test_background_is_wrapped_in_one_gesture_and_put_back_in_one(show: SmallShow) -> None:
    show.wall.shows(6)
    for number in ("1", "2", "3"):
        give_voucher(show.desk, show.day, number)
    voucher_out(show.desk, show.day, vouchers_of(show.desk, show.day)[0])

    assert len(wrap_background(show.desk, show.day, at(18))) == 2
    assert [v.left for v in vouchers_of(show.desk, show.day)] == [at(6), at(18), at(18)]
    gesture = show.desk.last
    assert gesture is not None
    show.desk.undo(gesture)
    assert [v.left for v in vouchers_of(show.desk, show.day)] == [at(6), None, None]


# ---- signatures ----------------------------------------------------------------------------------


def test_a_signature_is_kept_as_it_was_drawn(show: SmallShow) -> None:
    strokes = [[(0, 0), (120, 40), (GRID + 50, 900)], [(5, 5)], [(7, 7), (8, 9)]]
    signed = sign(show.desk, show["Gus"], strokes, words="Safety notes read.")

    assert signed.at == datetime(2026, 6, 9, 12, 30, tzinfo=UTC)
    assert strokes_of(signed.strokes) == [
        [(0, 0), (120, 40), (GRID, GRID // 3)],
        [(7, 7), (8, 9)],
    ]
    with pytest.raises(BadInput, match="Nobody has signed"):
        sign(show.desk, show["Gus"], [[(1, 1)]], words="")
    with pytest.raises(BadInput, match="too much"):
        drawn_as([[(n, n) for n in range(5000)]])
    assert strokes_of("1,2 3,4;rubbish;;5,6 7,8") == [[(1, 2), (3, 4)], [(5, 6), (7, 8)]]


def test_who_comes_to_the_gate_is_on_the_list_of_the_day(show: SmallShow) -> None:
    person = add_at_gate(show.desk, show.day, name="Vi", department="Visitors")
    assert show.desk.get(PERSON, person.id).walk_on
