"""An office looks through its receipts; a custodian's chips are the shops they were in last."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from data.fields import Money
from data.kinds.receipt_list import ORDERS, Asked, last_vendors, looked_through
from data.kinds.receipts import RECEIPT, Receipt, log_receipt
from tests.small_show import TODAY, SmallShow


def slip(vendor: str, amount: str, **said: Any) -> Receipt:
    money = Money(amount=Decimal(amount), currency="USD")
    return Receipt(**{"date": TODAY, "vendor": vendor, "money": money, **said})


DEPOT = slip("Home Depot", "12.50", code="3220", number="10", what_for="screws", photos={"a" * 64})
DINER = slip("Zia Diner", "80.00", number="2", category="meal", paid_by="card")
OLD = slip("Comet", "9.99", number="1", date=TODAY - timedelta(days=9), void=True)
ALL = [DEPOT, DINER, OLD]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), [DEPOT, DINER, OLD]),
        (Asked(text="DEPOT screws"), [DEPOT]),
        (Asked(text="80.00"), [DINER]),
        (Asked(text="depot diner"), []),
        (Asked(since=TODAY), [DEPOT, DINER]),
        (Asked(until=date(2026, 6, 8)), [OLD]),
        (Asked(category="meal"), [DINER]),
        (Asked(paid_by="petty cash", void=False), [DEPOT]),
        (Asked(uncoded=True), [DINER, OLD]),
        (Asked(without_photo=True, void=False), [DINER]),
    ],
)
def test_what_is_asked_for_is_found_the_latest_first(asked: Asked, found: list[Receipt]) -> None:
    assert looked_through(ALL, asked) == found


def test_slips_sort_by_what_a_person_picks() -> None:
    by = {order: looked_through(ALL, Asked(), order=order, down=False) for order in ORDERS}

    assert by == {
        "date": [OLD, DINER, DEPOT],
        "vendor": [OLD, DEPOT, DINER],
        "amount": [OLD, DEPOT, DINER],
        "number": [OLD, DINER, DEPOT],
        "code": [DEPOT, OLD, DINER],
    }


def test_the_chips_are_the_last_shops_each_once(show: SmallShow) -> None:
    for n, vendor in enumerate(["Comet", "Zia", "Comet", "Depot", "Rio", "Nine", "Blue"]):
        show.wall.shows(8, n)
        log_receipt(show.desk, slip(vendor, "5"))

    assert last_vendors(show.desk.all(RECEIPT)) == ["Blue", "Nine", "Rio", "Depot", "Comet"]
