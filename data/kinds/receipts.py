"""Receipts: a slip of paper, what it says, and the photo that proves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

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
    Pages,
    Photos,
    Words,
    link_to,
    one_of,
)
from data.kind import Kind
from data.kinds.envelopes import ENVELOPE, Envelope, EnvelopeId, amounts_stand, still_open
from data.kinds.numbers import deleted, next_number, parts, slip_order
from data.photos import fit
from data.reach import Reach
from data.record import Record
from data.state import Dot

CATEGORIES = (
    *("other", "meal", "fuel", "materials", "props"),
    *("wardrobe", "parking", "travel", "office", "hire"),
)
_PAGE = 8
AMOUNTS = frozenset(
    {"money", "paid_by", "envelope", "void", "rejected", "subtotal", "taxes", "tip", "rate"}
)
"""What an envelope's sums are told from: it stands once the envelope is approved."""


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
    place: Annotated[Count | None, Label("Place in the envelope")] = None
    """Of a slip that another copy numbered: given when the envelope is closed."""
    photos: Photos = frozenset()
    pages: Pages = ""
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
        "place": "lww",
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
    """The envelope's receipts in their order, the voided ones too."""
    return sorted(desk.having(RECEIPT, "envelope", envelope.id), key=in_order)


def in_order(receipt: Receipt) -> tuple[int, bool, tuple[int, str], str]:
    """By slip number; what another copy numbered comes where it was placed when the envelope was
    closed, until then behind the plain number that is like it."""
    order = slip_order(receipt.number)
    placed = receipt.place is not None
    return (receipt.place if receipt.place is not None else order[0], not placed, order, receipt.id)


def in_pages(photos: Iterable[str]) -> str:
    """Says the order of a slip's photos, where there is one to say."""
    names = list(dict.fromkeys(photos))
    return " ".join(name[:_PAGE] for name in names) if len(names) > 1 else ""


def pages_of(slip: Receipt) -> list[str]:
    """The slip's photos in the order in which its pages were taken; what another copy added
    meanwhile comes last."""
    order = {page: n for n, page in enumerate(slip.pages.split())}
    return sorted(slip.photos, key=lambda name: (order.get(name[:_PAGE], len(order)), name))


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
    not_in_the_books(desk, receipt)
    return desk.edit(receipt, void=True, void_reason=reason)


def correct(
    desk: Desk, slip: Receipt, *, shown: Mapping[str, tuple[Dot, ...]] | None = None, **changes: Any
) -> Receipt:
    """The slip as it should have been typed. Its number stands on paper and stays, and with it the
    envelope; one that is put into its first envelope gets its number there."""
    wanted = changes.get("envelope", slip.envelope) or None
    if wanted != slip.envelope and slip.number:
        raise Refused(
            f"Slip {slip.number} stays in its envelope. Void it there and log it in the other.",
            code="number-stands",
        )
    if any(name in AMOUNTS and getattr(slip, name) != value for name, value in changes.items()):
        not_in_the_books(desk, slip)
    envelope = desk.find(ENVELOPE, wanted)
    if wanted != slip.envelope and envelope is not None:
        still_open(envelope)
        changes["number"] = next_slip(desk, envelope)
    return desk.edit(slip, shown=shown, **changes)


def not_in_the_books(desk: Desk, slip: Receipt) -> None:
    """Refused where the slip's envelope is approved or posted: what counts there stands."""
    envelope = desk.find(ENVELOPE, slip.envelope)
    why = None if envelope is None else amounts_stand(envelope.number, envelope.status)
    if why is not None:
        raise why


def next_slip(desk: Desk, envelope: Envelope) -> str:
    """1, 2, 3 on the copy where the envelope lies; others add their letter, so that no two slips
    clash. A number is never given again, also when its slip was taken back."""
    return next_number(desk, envelope.holder, numbers_of(desk, envelope))


def numbers_of(desk: Desk, envelope: Envelope) -> list[str]:
    """Every slip number of the envelope that this copy knows of, the deleted ones too: an undo may
    bring them back."""
    here = [r.number for r in desk.having(RECEIPT, "envelope", envelope.id)]
    gone = deleted(desk, RECEIPT.name, "envelope", envelope.id)
    return here + [str(doc.get("number", "")) for doc in gone]


def place_others(desk: Desk, envelope: Envelope) -> None:
    """Slips that other copies numbered come behind the plain ones and what was placed before, by
    date. One that nobody could number yet gets a number."""
    slips, given = receipts_of(desk, envelope), numbers_of(desk, envelope)
    named: dict[str, str] = {}
    for slip in slips:
        named[slip.id] = slip.number or next_number(desk, envelope.holder, given)
        given.append(named[slip.id])
    last = max([n for n, letter in map(parts, given) if not letter], default=0)
    last = max([last, *(slip.place for slip in slips if slip.place)])
    for slip in sorted(slips, key=lambda s: (s.date, slip_order(named[s.id]), s.id)):
        number, place = named[slip.id], slip.place
        if place is None and parts(number)[1]:
            last += 1
            place = last
        desk.edit(slip, number=number, place=place)
