"""Cash handed out and handed back, and what should be left of it. Currencies are never added."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from data.desk import Desk
from data.fields import Cash, Day, Label, Line, Money, link_to, one_of
from data.kind import Kind
from data.kinds.devices import Device
from data.kinds.envelopes import (
    ENVELOPE,
    Envelope,
    EnvelopeId,
    is_open,
    lies_on,
    next_envelope,
    still_open,
)
from data.kinds.numbers import this_copy
from data.kinds.people import Person
from data.kinds.production import show_of, today
from data.kinds.receipts import Receipt, numbers_of, receipts_of
from data.kinds.voiding import standing, taken_back
from data.reach import Reach
from data.record import Record, RecordId


class CashMovement(Record):
    """Cash handed to a custodian or handed back; a fact. `void` takes another one back."""

    envelope: EnvelopeId
    what: Annotated[str, one_of("issued", "returned", "void"), Label("What")]
    money: Cash
    on: Annotated[Day, Label("Date")]
    note: Line = ""
    after: Annotated[Line | None, Label("After the count", "which one")] = None
    voids: Annotated[str | None, link_to("cash"), Label("Takes back")] = None


def _void(movement: CashMovement) -> CashMovement:
    return movement.model_copy(update={"id": RecordId(""), "what": "void", "voids": movement.id})


CASH = Kind(
    name="cash",
    model=CashMovement,
    title="Cash movement",
    plural="Cash movements",
    named_by="what",
    nature="fact",
    reach=Reach("costs", owner=("envelope.custodian",), department=("envelope.department",)),
    columns=("on", "envelope", "what", "money", "note"),
    indexed=("envelope",),
    confidentiality="amber",
    take_back=_void,
    taken_back=taken_back,
)


def movements_of(desk: Desk, envelope: Envelope) -> list[CashMovement]:
    """The envelope's cash movements that stand, by date."""
    return sorted(standing(desk.having(CASH, "envelope", envelope.id)), key=lambda m: (m.on, m.id))


def totals(amounts: Iterable[Money]) -> dict[str, Decimal]:
    """Sums by currency; different currencies are never added."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return sums


def float_of(desk: Desk, envelope: Envelope) -> dict[str, Decimal]:
    """What was handed out less what was handed back, by currency."""
    sums: dict[str, Decimal] = {}
    for movement in movements_of(desk, envelope):
        currency = movement.money.currency
        sums[currency] = sums.get(currency, Decimal(0)) + _signed(movement)
    return sums


def balance(desk: Desk, envelope: Envelope) -> dict[str, Decimal]:
    """Cash that should be left: the float less the receipts that stand, by currency."""
    left = float_of(desk, envelope)
    for currency, spent in totals(
        r.money for r in receipts_of(desk, envelope) if out_of_the_float(r)
    ).items():
        left[currency] = left.get(currency, Decimal(0)) - spent
    return left


def out_of_the_float(receipt: Receipt) -> bool:
    """Whether the slip was paid with the envelope's cash, and counts."""
    return not receipt.void and receipt.paid_by == "petty cash"


def cash_left(desk: Desk, envelope: Envelope) -> Money | None:
    """The cash that was counted, and what went in or out since. None: it was not counted yet.

    A count is not written over when cash moves: of two copies that move some apart both count.
    """
    counted = envelope.counted
    if counted is None:
        return None
    since = [
        m
        for m in movements_of(desk, envelope)
        if m.after == envelope.count and m.money.currency == counted.currency
    ]
    amount = counted.amount + sum((_signed(m) for m in since), Decimal(0))
    return counted.model_copy(update={"amount": amount})


def over_short(desk: Desk, envelope: Envelope) -> Decimal | None:
    """Counted cash less what should be left; negative is short. None: not counted yet."""
    cash = cash_left(desk, envelope)
    if cash is None:
        return None
    return cash.amount - balance(desk, envelope).get(cash.currency, Decimal(0))


def issue_float(desk: Desk, custodian: Person, money: Money, *, note: str = "") -> Envelope:
    """Hands cash to `custodian` and opens their next envelope for it, in one gesture."""
    with desk.gesture():
        envelope = desk.add(
            Envelope(
                number=next_envelope(desk, custodian),
                custodian=custodian.id,
                department=custodian.department,
                opened=today(desk),
                holder=lies_on(desk, custodian),
            )
        )
        _move(desk, envelope, "issued", money, note)
    return envelope


def lay_on(desk: Desk, device: Device) -> list[Envelope]:
    """A device was paired to a custodian: their open envelopes that lie at the office, and of which
    it has numbered nothing yet, lie on that device from now on. Only the office can say so."""
    return [
        desk.edit(envelope, holder=device.id)
        for envelope in desk.all(ENVELOPE)
        if desk.store.hub
        and envelope.custodian == device.person
        and is_open(envelope)
        and envelope.holder == this_copy(desk)
        and not numbers_of(desk, envelope)
    ]


def top_up(desk: Desk, envelope: Envelope, money: Money, *, note: str = "") -> CashMovement:
    """More cash into an open envelope."""
    still_open(envelope)
    return _move(desk, envelope, "issued", money, note)


def hand_back(desk: Desk, envelope: Envelope, money: Money, *, note: str = "") -> CashMovement:
    """Cash that the custodian returned to the office."""
    return _move(desk, envelope, "returned", money, note)


def _move(desk: Desk, envelope: Envelope, what: str, money: Money, note: str) -> CashMovement:
    now = desk.find(ENVELOPE, envelope.id) or envelope  # a new one is not there yet
    return desk.add(
        CashMovement(
            envelope=envelope.id,
            what=what,
            money=money,
            on=today(desk),
            note=note,
            after=None if now.counted is None else now.count,
        )
    )


def _signed(movement: CashMovement) -> Decimal:
    return -movement.money.amount if movement.what == "returned" else movement.money.amount


def show_currency(desk: Desk) -> str:
    return show_of(desk).currency
