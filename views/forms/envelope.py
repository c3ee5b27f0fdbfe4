"""A petty-cash envelope's top sheet: float, receipts, cash counted, over or short; then photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from data.desk import Desk
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import cash_left, float_of, out_of_the_float
from data.kinds.people import PERSON
from data.kinds.petty_cash import gaps_in
from data.kinds.production import show_of
from data.kinds.receipts import Receipt, pages_of, receipts_of
from views.forms import blocks, cells
from views.forms.about import file_name, head_facts, show_facts
from views.forms.envelope_count import CashCount, EnvelopeReceipt, draw_sums, reconciled
from views.forms.head import Head, Show
from views.forms.paper import Paper
from views.forms.photos import Captioned, photo_pages
from views.forms.sheet import GAP, Sheet
from views.forms.table import Column, Table

__all__ = ["CashCount", "EnvelopeFacts", "EnvelopeReceipt", "blank", "draw"]

TITLE = "Petty cash envelope"
ROW_HEIGHT = 15.0
RECEIPT_COLUMNS = (
    Column("No.", 24, "right"),
    Column("Date", 48),
    Column("Vendor", 112, lines=3),
    Column("For what", 112, lines=4),
    Column("Set / episode /\nscene", 62, lines=3),
    Column("Account\ncode", 48, lines=2),
    Column("Subtotal", 44, "right"),
    Column("Tax", 36, "right"),
    Column("Total", 48, "right", bold=True),
    Column("Cur.", 24, "centre"),
)
SIGNERS = ("Custodian", "Department head", "UPM / line producer", "Production accountant")
POSTED = (("Audited by", 1.4), ("Date posted", 1), ("Transaction no.", 1))


@dataclass(frozen=True, slots=True)
class EnvelopeFacts:
    """One envelope from its float to its count."""

    show: Show
    head: Head
    number: str
    custodian: str
    department: str = ""
    opened: date | None = None
    closed: date | None = None
    cash: tuple[CashCount, ...] = ()
    receipts: tuple[EnvelopeReceipt, ...] = ()
    explanation: str = ""
    signers: tuple[str, str, str, str] = ("", "", "", "")
    books: tuple[str, str, str] = ("", "", "")
    """Who audited it, when it was posted, and under which number."""
    blank_rows: int = 0
    gaps: tuple[str, ...] = ()
    """Numbers of slips that are nowhere here: still on a device, or lost."""


def draw(facts: EnvelopeFacts) -> bytes:
    """The top sheet and its photo pages as PDF."""
    head = replace(facts.head, form_no=facts.head.form_no or facts.number)
    sheet = Sheet(TITLE, facts.show, head, corner=f"Envelope {facts.number or '________'}")
    _custody(sheet, facts)
    _receipts(sheet, facts)
    draw_sums(sheet, facts.cash, facts.receipts)
    _explanation(sheet, facts)
    blocks.signatures(sheet, tuple(zip(SIGNERS, facts.signers, strict=True)))
    posted = zip(POSTED, facts.books, strict=True)
    blocks.strip(sheet, tuple((label, text, wide) for (label, wide), text in posted), height=26)
    photo_pages(sheet, _photos(facts))
    return sheet.finish()


def blank(
    show: Show, *, currency: str = "", rows: int = 20, printed_at: datetime | None = None
) -> bytes:
    """The same top sheet with nothing on it but `rows` ruled lines."""
    cash = (CashCount(currency),)
    head = Head(generated_at=printed_at)
    return draw(EnvelopeFacts(show, head, "", "", cash=cash, blank_rows=rows))


def _custody(sheet: Sheet, facts: EnvelopeFacts) -> None:
    floats = " + ".join(
        _amount(count.float_amount, count.currency)
        for count in facts.cash
        if count.float_amount is not None
    )
    blocks.strip(
        sheet,
        (
            ("Envelope no.", facts.number, 0.9),
            ("Custodian", facts.custodian, 1.8),
            ("Department", facts.department, 1.3),
            ("Period", cells.period(facts.opened, facts.closed), 1.6),
            ("Float amount", floats, 1.4),
        ),
    )


def _receipts(sheet: Sheet, facts: EnvelopeFacts) -> None:
    table = Table(sheet, RECEIPT_COLUMNS, row_height=ROW_HEIGHT, size=7.8)
    for receipt in facts.receipts:
        reason = f"VOID: {receipt.void_reason or 'no reason given'}. Not counted."
        table.row(_receipt(receipt), struck=receipt.void, note=reason if receipt.void else "")
    table.blanks(facts.blank_rows, height=18)
    if not facts.receipts and not facts.blank_rows:
        table.row(["", "", "No receipts", *[""] * 7])
    table.end()
    sheet.y += GAP
    if facts.receipts or facts.gaps:
        text = _census(facts.receipts, facts.gaps)
        for line in sheet.faces["plain"].wrapped(text, 7, sheet.inner - 4):
            sheet.need(GAP)
            sheet.page.text(sheet.left + 2, sheet.y + 1, line, size=7)
            sheet.y += GAP


def _census(receipts: Sequence[EnvelopeReceipt], gaps: Sequence[str]) -> str:
    """18 receipts, 1 of them void; no photo of nos. 4, 9; MISSING: no. 7."""
    void = sum(receipt.void for receipt in receipts)
    bare = [receipt.number for receipt in receipts if not receipt.photos]
    parts = [f"{len(receipts)} receipts" if len(receipts) != 1 else "1 receipt"]
    if void:
        parts.append(f", {void} of them void")
    if bare and len(bare) == len(receipts):
        parts.append("; no photos")
    elif bare:
        parts.append(f"; no photo of {_nos(bare)}")
    if gaps:
        parts.append(f"; MISSING: {_nos(gaps)}")
    return "".join(parts) + "."


def _nos(numbers: Sequence[str]) -> str:
    return f"{'no.' if len(numbers) == 1 else 'nos.'} {', '.join(numbers)}"


def _receipt(receipt: EnvelopeReceipt) -> tuple[str, ...]:
    return (
        receipt.number,
        cells.short_day(receipt.date),
        receipt.vendor,
        receipt.what_for,
        receipt.scene,
        receipt.code,
        cells.money(receipt.subtotal, receipt.currency),
        cells.money(receipt.tax, receipt.currency),
        cells.money(receipt.total, receipt.currency),
        receipt.currency,
    )


def _explanation(sheet: Sheet, facts: EnvelopeFacts) -> None:
    lines = reconciled(facts.cash, facts.receipts)
    unexplained = any(line.difference for line in lines) and not facts.explanation
    heading = "Explanation of over or short"
    blocks.comments(
        sheet,
        f"{heading}: MUST BE FILLED IN" if unexplained else heading,
        (facts.explanation,) if facts.explanation else (),
        blank=(2, 2) if unexplained or facts.blank_rows else (1, 1),
        then=blocks.SIGNATURE_HEIGHT + 26 + GAP,
    )


def _photos(facts: EnvelopeFacts) -> list[Captioned]:
    """Every photo in the order of the receipts, under its receipt's number."""
    return [
        Captioned(
            photo,
            _numbered(receipt, place),
            _amount(receipt.total, receipt.currency),
            receipt.vendor,
            cells.short_day(receipt.date),
        )
        for receipt in facts.receipts
        for place, photo in enumerate(receipt.photos, 1)
    ]


def _numbered(receipt: EnvelopeReceipt, place: int) -> str:
    """No. 4; No. 4 (2 of 3) VOID."""
    of = f" ({place} of {len(receipt.photos)})" if len(receipt.photos) > 1 else ""
    return f"No. {receipt.number}{of}{' VOID' if receipt.void else ''}"


def _amount(amount: Decimal | None, currency: str) -> str:
    return f"{currency} {cells.money(amount, currency)}".strip()


# ---- from the records -----------------------------------------------------------------------


def facts(desk: Desk, envelope_id: str) -> EnvelopeFacts:
    """The envelope's slips in order, its float and count by currency, and the photos at hand."""
    envelope = desk.get(ENVELOPE, envelope_id)
    custodian = desk.find(PERSON, envelope.custodian)
    floats = float_of(desk, envelope)
    counted = cash_left(desk, envelope)
    currencies = [*floats, *([counted.currency] if counted else [])]
    return EnvelopeFacts(
        show=show_facts(desk),
        head=head_facts(desk, form_no=envelope.number),
        number=envelope.number,
        custodian=custodian.name if custodian else "",
        department=envelope.department,
        opened=envelope.opened,
        closed=envelope.closed,
        cash=tuple(
            CashCount(
                currency,
                float_amount=floats.get(currency),
                counted=counted.amount if counted and counted.currency == currency else None,
            )
            for currency in dict.fromkeys(currencies)
        ),
        receipts=tuple(_slip(desk, slip) for slip in receipts_of(desk, envelope)),
        explanation=envelope.explained,
        gaps=tuple(gaps_in(desk, envelope)),
        books=(
            _called(desk, envelope.audited_by),
            cells.short_day(envelope.posted),
            envelope.transaction,
        ),
    )


def make(desk: Desk, envelope_id: str) -> Paper:
    envelope = desk.get(ENVELOPE, envelope_id)
    name = file_name("envelope", envelope.number, suffix=".pdf")
    return Paper(name, partial(draw, facts(desk, envelope_id)))


def make_blank(desk: Desk) -> Paper:
    currency, at = show_of(desk).currency, desk.now()
    draws = partial(blank, show_facts(desk), currency=currency, printed_at=at)
    return Paper("envelope-blank.pdf", draws)


def _called(desk: Desk, user: str) -> str:
    person = desk.find(PERSON, user)
    return user if person is None else person.name


def _paid_otherwise(slip: Receipt) -> str:
    return "" if slip.void or out_of_the_float(slip) else f"paid by {slip.paid_by}"


def _slip(desk: Desk, slip: Receipt) -> EnvelopeReceipt:
    return EnvelopeReceipt(
        number=slip.number,
        date=slip.date,
        vendor=slip.vendor,
        total=slip.money.amount,
        currency=slip.money.currency,
        tax=slip.money.tax,
        what_for=slip.what_for,
        scene=slip.scene,
        code=slip.code,
        # What was not paid with the float keeps its number and counts for nothing here.
        void=not out_of_the_float(slip),
        void_reason=slip.void_reason or _paid_otherwise(slip),
        photos=tuple(
            partial(desk.blobs.read, name) if desk.blobs.has(name) else None
            for name in pages_of(slip)
        ),
    )
