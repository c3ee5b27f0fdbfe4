"""Receipts, petty-cash envelopes, and the cash that was handed out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Annotated

from data.desk import Desk
from data.errors import BadInput, Refused
from data.fields import Cash, Day, Flag, Label, Line, Moment, Money, Photos, Prose, link_to, one_of
from data.kind import Kind
from data.kinds.people import Person, PersonId
from data.kinds.production import show_of, today
from data.kinds.voiding import standing, taken_back
from data.photos import fit
from data.reach import Reach
from data.record import Record, RecordId

EnvelopeId = Annotated[str, link_to("envelope")]


class Envelope(Record):
    """A custodian's petty cash from the float to the count; its number is on the paper one."""

    number: Annotated[Line, Label("Envelope no.")]
    custodian: PersonId
    department: Line = ""
    opened: Day | None = None
    closed: Day | None = None
    counted: Annotated[Cash | None, Label("Cash counted")] = None
    explained: Annotated[Prose, Label("Over or short because")] = ""


class CashMovement(Record):
    """Cash handed to a custodian or handed back; a fact. `void` takes another one back."""

    envelope: EnvelopeId
    what: Annotated[str, one_of("issued", "returned", "void"), Label("What")]
    money: Cash
    on: Annotated[Day, Label("Date")]
    note: Line = ""
    voids: Annotated[str | None, link_to("cash"), Label("Takes back")] = None


class Receipt(Record):
    """A slip. It is never deleted: it is voided with a reason and keeps its number."""

    date: Day
    vendor: Line
    money: Annotated[Cash, Label("Amount")]
    what_for: Annotated[Line, Label("What for")] = ""
    code: Annotated[Line, Label("Account code")] = ""
    scene: Annotated[Line, Label("Set / scene")] = ""
    envelope: EnvelopeId | None = None
    number: Annotated[Line, Label("Receipt no.")] = ""
    photos: Photos = frozenset()
    taken: Annotated[Moment | None, Label("Logged at")] = None
    void: Flag = False
    void_reason: Annotated[Line, Label("Void because")] = ""


def _void(movement: CashMovement) -> CashMovement:
    return movement.model_copy(update={"id": RecordId(""), "what": "void", "voids": movement.id})


ENVELOPE = Kind(
    name="envelope",
    model=Envelope,
    title="Envelope",
    plural="Envelopes",
    nature="paper",
    reach=Reach("costs", owner=("custodian",), department=("department",)),
    columns=("number", "custodian", "department", "opened", "counted"),
    confidentiality="amber",
)
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
RECEIPT = Kind(
    name="receipt",
    model=Receipt,
    title="Receipt",
    plural="Receipts",
    named_by="vendor",
    nature="shared",
    reach=Reach(
        "costs",
        owner=("envelope.custodian", "@author"),
        department=("envelope.department",),
        amount="money",
    ),
    columns=("number", "date", "vendor", "money", "what_for", "code", "envelope", "void"),
    indexed=("envelope",),
    confidentiality="amber",
    search=("vendor", "what_for", "number", "code"),
    merge={"number": "review", "void": "flow", "date": "lww", "taken": "lww"},
)


# ---- reading --------------------------------------------------------------------------------


def envelope_named(desk: Desk, number: str) -> Envelope:
    """The envelope with this number, or BadInput with the numbers there are."""
    envelopes = {envelope.number: envelope for envelope in desk.all(ENVELOPE)}
    if number not in envelopes:
        there = ", ".join(sorted(envelopes)) or "there are none yet"
        raise BadInput(f"Name an envelope by its number: {there}.")
    return envelopes[number]


def movements_of(desk: Desk, envelope: Envelope) -> list[CashMovement]:
    """The envelope's cash movements that stand, by date."""
    return sorted(standing(desk.having(CASH, "envelope", envelope.id)), key=lambda m: m.on)


def receipts_of(desk: Desk, envelope: Envelope) -> list[Receipt]:
    """The envelope's receipts by slip number, the voided ones too."""
    return sorted(desk.having(RECEIPT, "envelope", envelope.id), key=lambda r: slip_order(r.number))


def slip_order(number: str) -> tuple[int, str]:
    """Sorts 2 before 10, and 12 before 12B."""
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 10**9, number)


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
        sign = -1 if movement.what == "returned" else 1
        currency = movement.money.currency
        sums[currency] = sums.get(currency, Decimal(0)) + sign * movement.money.amount
    return sums


def balance(desk: Desk, envelope: Envelope) -> dict[str, Decimal]:
    """Cash that should be left: the float less the receipts that stand, by currency."""
    left = float_of(desk, envelope)
    for currency, spent in totals(
        r.money for r in receipts_of(desk, envelope) if not r.void
    ).items():
        left[currency] = left.get(currency, Decimal(0)) - spent
    return left


def over_short(desk: Desk, envelope: Envelope) -> Decimal | None:
    """Counted cash less what should be left; negative is short. None: not counted yet."""
    if envelope.counted is None:
        return None
    left = balance(desk, envelope).get(envelope.counted.currency, Decimal(0))
    return envelope.counted.amount - left


def read_amount(text: str, *, field: str = "money") -> Decimal:
    """A positive amount as people type it: 12.5, 1,234.50, 12,50; BadInput otherwise."""
    plain = text.strip().replace(" ", "").replace("'", "").lstrip("$€£")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    try:
        if not re.fullmatch(r"\d{0,9}(\.\d{0,4})?", plain):
            raise InvalidOperation
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise BadInput(f"{text!r} is not an amount. Write it as in 12.50.", field=field) from error
    if amount <= 0:
        raise BadInput("The amount must be more than nothing.", field=field)
    return amount


# ---- verbs ----------------------------------------------------------------------------------


def issue_float(desk: Desk, custodian: Person, money: Money, *, note: str = "") -> Envelope:
    """Hands cash to `custodian` and opens their next envelope for it, in one gesture."""
    with desk.gesture():
        envelope = desk.add(
            Envelope(
                number=_next_envelope(desk, custodian),
                custodian=custodian.id,
                department=custodian.department,
                opened=today(desk),
            )
        )
        _move(desk, envelope, "issued", money, note)
    return envelope


def top_up(desk: Desk, envelope: Envelope, money: Money, *, note: str = "") -> CashMovement:
    """More cash into an open envelope."""
    _still_open(envelope)
    with desk.gesture():
        _recount(desk, envelope, money.currency, money.amount)
        return _move(desk, envelope, "issued", money, note)


def hand_back(desk: Desk, envelope: Envelope, money: Money, *, note: str = "") -> CashMovement:
    """Cash that the custodian returned to the office."""
    with desk.gesture():
        _recount(desk, envelope, money.currency, -money.amount)
        return _move(desk, envelope, "returned", money, note)


def log_receipt(desk: Desk, receipt: Receipt, *, photo: bytes | None = None) -> Receipt:
    """A slip, numbered in its envelope by this device; the photo is durable before the record."""
    envelope = desk.find(ENVELOPE, receipt.envelope)
    if envelope is not None:
        _still_open(envelope)
    photos = receipt.photos | ({desk.blobs.keep(fit(photo))} if photo is not None else frozenset())
    return desk.add(
        receipt.model_copy(
            update={
                "number": "" if envelope is None else next_slip(desk, envelope),
                "photos": photos,
                "taken": desk.now(),
            }
        )
    )


def void_receipt(desk: Desk, receipt: Receipt, reason: str) -> Receipt:
    """The slip stays, struck through, with its reason; it counts for nothing."""
    if receipt.void:
        raise Refused(f"Receipt {receipt.number or receipt.vendor} is void already.", code="void")
    if not reason.strip():
        raise BadInput("Say why the receipt is void.", field="void_reason")
    return desk.edit(receipt, void=True, void_reason=reason)


def count_cash(desk: Desk, envelope: Envelope, counted: Money, explained: str = "") -> Envelope:
    """The cash that was counted; what is over or short wants an explanation."""
    return desk.edit(envelope, counted=counted, explained=explained)


def next_slip(desk: Desk, envelope: Envelope) -> str:
    """1, 2, 3 on the office's copy; other devices add their letter, so that no two slips clash."""
    letter = str(desk.store.meta.get("letter", ""))
    mine = [
        slip_order(r.number)[0]
        for r in receipts_of(desk, envelope)
        if re.fullmatch(rf"\d+{letter}", r.number)
    ]
    return f"{max(mine, default=0) + 1}{letter}"


def _next_envelope(desk: Desk, custodian: Person) -> str:
    words = [word for word in custodian.name.split() if word[0].isalpha()]
    initials = "".join(word[0] for word in (words[0], words[-1])).upper() if words else "PC"
    taken = {envelope.number for envelope in desk.all(ENVELOPE)}
    letter = str(desk.store.meta.get("letter", ""))
    n = 1
    while f"{initials}{n:02d}{letter}" in taken:
        n += 1
    return f"{initials}{n:02d}{letter}"


def _recount(desk: Desk, envelope: Envelope, currency: str, by: Decimal) -> None:
    """Cash that goes in or out after the count is not over or short: the count goes with it."""
    now = desk.get(ENVELOPE, envelope.id)
    counted = now.counted
    if counted is not None and counted.currency == currency:
        desk.edit(now, counted=counted.model_copy(update={"amount": counted.amount + by}))


def _move(desk: Desk, envelope: Envelope, what: str, money: Money, note: str) -> CashMovement:
    return desk.add(
        CashMovement(envelope=envelope.id, what=what, money=money, on=today(desk), note=note)
    )


def _still_open(envelope: Envelope) -> None:
    if envelope.closed is not None:
        raise Refused(
            f"Envelope {envelope.number} is closed. Choose an open one.", code="envelope-closed"
        )


def show_currency(desk: Desk) -> str:
    return show_of(desk).currency
