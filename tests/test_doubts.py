"""Beside the inbox: times said twice, one number on two papers, one person at two places."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from data.desk import Desk
from data.doubts import doubts, keep_time
from data.fields import Money
from data.kinds import ALL
from data.kinds.attendance import board, check_in, check_out, take_back
from data.kinds.calls import set_personal_call
from data.kinds.floats import issue_float
from data.kinds.receipts import RECEIPT, Receipt, void_receipt
from data.kinds.schedule import DAY, ShootDay
from data.kinds.times import TIME, TimeEvent
from data.notices import mark_seen
from data.store import Store
from tests.copies import push
from tests.small_show import TODAY, SmallShow, at


@pytest.fixture
def there(show: SmallShow, device: Store) -> Desk:
    push(device, show.desk.store)
    return Desk(device, ALL, user="Bea")


def meet(there: Desk, here: Desk) -> None:
    push(there.store, here.store)
    push(there.store, here.store)


def said(show: SmallShow, there: Desk, minutes: int, what: str = "in") -> list[TimeEvent]:
    """The same of Gus at both copies, some minutes apart, and then they meet."""
    tap = check_in if what == "in" else check_out
    mine = tap(show.desk, show.day, show["Gus"], how="typed", at=at(8))
    theirs = tap(there, show.day, show["Gus"], how="typed", at=at(8) + timedelta(minutes=minutes))
    meet(there, show.desk)
    return [mine, theirs]


@pytest.mark.parametrize("minutes", [0, 3, 5])
def test_twins_are_both_kept_the_earlier_counts_and_nobody_is_asked(
    show: SmallShow, there: Desk, minutes: int
) -> None:
    said(show, there, minutes)
    (gus,) = [row for row in board(show.desk, show.day) if row.person.name == "Gus"]

    assert len(show.desk.all(TIME)) == 2
    assert gus.arrived == at(8)
    assert doubts(show.desk) == doubts(there) == []


def test_of_twins_going_out_the_earlier_counts_too(show: SmallShow, there: Desk) -> None:
    for desk in (show.desk, there):
        check_in(desk, show.day, show["Gus"], how="typed", at=at(7))
    said(show, there, 4, "out")
    (gus,) = [row for row in board(there, show.day) if row.person.name == "Gus"]

    assert gus.left == at(8)


def test_times_farther_apart_are_one_question_on_both_copies(show: SmallShow, there: Desk) -> None:
    mine, theirs = said(show, there, 20)
    (asked,) = doubts(show.desk)

    assert [asked] == doubts(there)
    assert asked.records == (mine.id, theirs.id)
    keep_time(there, asked, theirs.id)
    meet(there, show.desk)
    assert doubts(there) == doubts(show.desk) == []
    (gus,) = [row for row in board(show.desk, show.day) if row.person.name == "Gus"]
    assert gus.arrived == theirs.at


def test_a_time_that_was_taken_back_is_no_question_until_that_is_taken_back(
    show: SmallShow, there: Desk
) -> None:
    mine, _ = said(show, there, 20)
    assert len(doubts(show.desk)) == 1
    take_back(show.desk, mine)
    assert doubts(show.desk) == []

    assert show.desk.last is not None
    show.desk.undo(show.desk.last)
    assert len(doubts(show.desk)) == len(doubts(Desk(show.desk.store, ALL, user="Bea"))) == 1


def test_two_slips_with_one_number_are_asked_about_until_one_is_void(show: SmallShow) -> None:
    money = Money(amount=Decimal("5.00"), currency="USD")
    envelope = issue_float(show.desk, show["Gus"], money)
    slips = [
        show.desk.add(
            Receipt(date=TODAY, vendor=name, money=money, number="1", envelope=envelope.id)
        )
        for name in ("Diner", "Depot")
    ]
    assert [(d.what, d.kind) for d in doubts(show.desk)] == [("number", RECEIPT.name)]
    void_receipt(show.desk, slips[0], "twice")

    assert doubts(show.desk) == []


def test_what_somebody_says_is_right_is_not_asked_again_here(show: SmallShow) -> None:
    money = Money(amount=Decimal("5.00"), currency="USD")
    for custodian in ("Gus", "Grete"):  # both are written GG01 or alike on their own copies
        envelope = issue_float(show.desk, show[custodian], money)
        show.desk.edit(envelope, number="PC01")
    (asked,) = doubts(show.desk)
    mark_seen(show.desk, asked.id)

    assert doubts(show.desk) == []


def test_one_person_called_by_two_units_on_one_date_is_double_booked(show: SmallShow) -> None:
    second = show.desk.add(ShootDay(date=TODAY, unit="Second", number=2))
    set_personal_call(show.desk, show.day, show["Gus"].id, call=385)
    set_personal_call(show.desk, second, show["Gus"].id, call=None, off=True)
    assert doubts(show.desk) == []
    set_personal_call(show.desk, second, show["Gus"].id, call=400)

    (asked,) = doubts(show.desk)
    assert asked.what == "double-booked"
    show.desk.edit(show.desk.get(DAY, second.id), date=TODAY + timedelta(days=1))
    assert doubts(show.desk) == []
