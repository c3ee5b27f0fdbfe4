"""Every kind and every field, through every layer that shows, reads or writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from data.fields import Meal, Money
from data.kind import Kind
from data.kinds import ALL
from data.kinds.attendance import check_in, take_back
from data.kinds.calls import set_department_call, set_personal_call
from data.kinds.floats import issue_float
from data.kinds.receipts import Receipt, log_receipt
from data.kinds.waiting import Waiting
from data.tables import SPREAD
from tests.private_show import more_kinds
from tests.small_show import SmallShow
from views.inputs import read, typed
from views.show import TEXTS, shown, title_of

FIELDS = [(kind, name) for kind in ALL for name in kind.meanings]
UNTYPED = {"moment", "photos", "looks", "pages"}


def ids(value: Any) -> str:
    return value.name if isinstance(value, Kind) else str(value)


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=ids)
def test_every_field_has_a_place_in_every_layer(kind: Kind[Any], name: str) -> None:
    meaning = kind.meanings[name].name

    assert meaning in TEXTS
    assert meaning in SPREAD
    assert kind.label(name)


@pytest.mark.parametrize("kind", ALL, ids=ids)
def test_every_kind_says_which_field_names_it(kind: Kind[Any]) -> None:
    assert kind.named_by in kind.meanings


@pytest.mark.parametrize("kind", ALL, ids=ids)
def test_what_is_typed_is_what_is_read_back(kind: Kind[Any], full_show: SmallShow) -> None:
    records = full_show.desk.all(kind)
    assert records, f"the show has no {kind.name}: this test would say nothing"

    for record in records:
        for name, meaning in kind.meanings.items():
            if meaning.name not in UNTYPED:
                text = typed(full_show.desk, kind, name, record)
                assert read(full_show.desk, kind, name, text) == getattr(record, name), name


@pytest.mark.parametrize("kind", ALL, ids=ids)
def test_every_record_can_be_shown(kind: Kind[Any], full_show: SmallShow) -> None:
    desk = full_show.desk
    for record in desk.all(kind):
        assert title_of(desk, kind, record)
        assert any(shown(desk, kind, name, record) for name in kind.columns)


@pytest.fixture
def full_show(show: SmallShow) -> SmallShow:
    """The small show with at least one record of every kind, and every field filled somewhere."""
    desk, day = show.desk, show.day
    desk.edit(
        day,
        lunch=Meal(out=780, back=810),
        second_meal=Meal(out=1150, back=1180),
        estimated_wrap=1710,
        background=12,
        location="Stage 2",
        note="Bring water.\nIt is hot.",
    )
    set_department_call(desk, day, "GRIP", -30)
    set_personal_call(desk, day, show["Gus"].id, call=385, why="rigs the crane")
    set_personal_call(desk, day, show["Cam"].id, call=None, off=True)
    desk.add(
        Waiting(
            record=show["Gus"].id,
            record_kind="person",
            author="Gus",
            values='{"f": {"phone": "555-0102"}}',
            code="right",
            sentence="Only the office writes phone numbers.",
            outcome="declined",
            by="Amara",
        )
    )
    event = check_in(desk, day, show["Gus"])
    take_back(desk, event, reason="wrong Gus")
    envelope = issue_float(
        desk, show["Gus"], Money(amount=Decimal("500.00"), currency="USD"), note="week 1"
    )
    log_receipt(
        desk,
        Receipt(
            date=day.date,
            vendor="Łódź & Söhne, Eisenwaren",
            money=Money(amount=Decimal("12.50"), currency="EUR", tax=None),
            what_for="screws",
            code="3220",
            scene="12A",
            envelope=envelope.id,
        ),
    )
    more_kinds(show)
    return show


def test_a_tax_inside_the_amount_survives_a_correction(full_show: SmallShow) -> None:
    """The field shows amount and currency; what it does not show must not get lost by saving."""
    desk = full_show.desk
    kind = desk.kinds["receipt"]
    slip = log_receipt(
        desk,
        Receipt(
            date=full_show.day.date,
            vendor="Depot",
            money=Money(amount=Decimal("11.90"), currency="USD", tax=Decimal("1.90")),
        ),
    )

    text = typed(desk, kind, "money", slip)

    assert read(desk, kind, "money", text) == slip.money
