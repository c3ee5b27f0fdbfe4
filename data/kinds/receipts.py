"""Receipts: a slip of paper, what it says, and the photo that proves it."""

from __future__ import annotations

import re
from typing import Annotated

from data.desk import Desk
from data.errors import BadInput, Refused
from data.fields import (
    Cash,
    Count,
    Day,
    Flag,
    Label,
    Line,
    Looks,
    Moment,
    Photos,
    Words,
    link_to,
    one_of,
)
from data.kind import Kind
from data.kinds.envelopes import ENVELOPE, Envelope, EnvelopeId, still_open
from data.photos import fit
from data.reach import Reach
from data.record import Record

CATEGORIES = (
    *("other", "meal", "fuel", "materials", "props"),
    *("wardrobe", "parking", "travel", "office", "hire"),
)


class Receipt(Record):
    """A slip. It is never deleted: it is voided with a reason and keeps its number.

    Its sums stand as they are printed; where they do not come out, that is shown.
    """

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
    paid_by: Annotated[str, one_of("petty cash", "card", "own money", "PO"), Label("Paid by")] = (
        "petty cash"
    )
    card: Annotated[Line, Label("Card", "its last four digits")] = ""
    holder: Annotated[str | None, link_to("person"), Label("Whose card or money")] = None
    category: Annotated[str, one_of(*CATEGORIES)] = "other"
    subtotal: Cash | None = None
    taxes: Annotated[Line, Label("Tax lines", "GST 1.25, PST 2.10")] = ""
    tip: Cash | None = None
    rate: Annotated[Line, Label("Rate used", "one of it in the show's currency: 0.0541")] = ""
    attendees: Annotated[Words, Label("Who ate")] = frozenset()
    plate: Annotated[Line, Label("Plate")] = ""
    mileage: Annotated[Count | None, Label("Odometer")] = None
    tax_number: Annotated[Line, Label("Vendor's tax no.")] = ""
    po: Annotated[Line, Label("PO no.")] = ""
    asset: Annotated[Flag, Label("Asset")] = False
    returnable: Annotated[Day | None, Label("Can go back until")] = None
    box: Annotated[Line, Label("Paper is in", "box and page")] = ""
    missing: Annotated[Line, Label("Slip is missing because")] = ""
    rejected: Annotated[Line, Label("Not accepted because")] = ""
    duplicate_of: Annotated[str | None, link_to("receipt"), Label("The same slip as")] = None
    looks: Looks = frozenset()


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
    merge={
        "number": "review",
        "void": "flow",
        "date": "lww",
        "taken": "lww",
        "taxes": "review",
        "rate": "review",
        "missing": "review",
        "rejected": "review",
    },
)


def receipts_of(desk: Desk, envelope: Envelope) -> list[Receipt]:
    """The envelope's receipts by slip number, the voided ones too."""
    return sorted(desk.having(RECEIPT, "envelope", envelope.id), key=lambda r: slip_order(r.number))


def slip_order(number: str) -> tuple[int, str]:
    """Sorts 2 before 10, and 12 before 12B."""
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 10**9, number)


def log_receipt(
    desk: Desk, receipt: Receipt, *, photo: bytes | None = None, look: str = ""
) -> Receipt:
    """A slip, numbered in its envelope by this device; the photo is durable before the record.

    `look`: what the photo is known again by (data/reading/looks.py).
    """
    envelope = desk.find(ENVELOPE, receipt.envelope)
    if envelope is not None:
        still_open(envelope)
    photos = receipt.photos | ({desk.blobs.keep(fit(photo))} if photo is not None else frozenset())
    return desk.add(
        receipt.model_copy(
            update={
                "number": "" if envelope is None else next_slip(desk, envelope),
                "photos": photos,
                "looks": receipt.looks | ({look} if look else frozenset()),
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


def next_slip(desk: Desk, envelope: Envelope) -> str:
    """1, 2, 3 on the office's copy; other devices add their letter, so that no two slips clash."""
    letter = str(desk.store.meta.get("letter", ""))
    mine = [
        slip_order(r.number)[0]
        for r in receipts_of(desk, envelope)
        if re.fullmatch(rf"\d+{letter}", r.number)
    ]
    return f"{max(mine, default=0) + 1}{letter}"
