"""An envelope's way: handed in, audited, approved, posted; or sent back with a reason.

Nobody audits or approves what is their own. Each step is written with who took it.
"""

from __future__ import annotations

from decimal import Decimal

from data.desk import Desk
from data.errors import BadInput, Refused
from data.kinds.envelope_steps import limits_of, ones_own, out_of_order, paid_back, second_person
from data.kinds.envelopes import ENVELOPE, Envelope
from data.kinds.floats import out_of_the_float, over_short, totals
from data.kinds.numbers import at_office, parts, this_copy
from data.kinds.production import show_of, today
from data.kinds.receipts import (
    Receipt,
    not_in_the_books,
    numbers_of,
    place_others,
    receipts_of,
)
from data.rules.petty_cash import LIMITS, Limits


def submit(desk: Desk, envelope: Envelope, *, limits: Limits = LIMITS) -> Envelope:
    """Hands the envelope in where it lies, or at the office, which takes it over by that. It is
    counted, what is over or short is explained, and slips from elsewhere get their places."""
    now = _at(desk, envelope, "open")
    here = now.holder == this_copy(desk)
    if not (here or desk.store.hub or at_office(now.holder)):
        raise Refused(
            f"Envelope {now.number} lies on another device. Hand it in there, or at the office.",
            code="not-here",
        )
    if now.counted is None:
        raise Refused(f"Count the cash of envelope {now.number} first.", code="not-counted")
    off = over_short(desk, now) or Decimal(0)
    if abs(off) > limits.off_by and not now.explained.strip():
        word = "over" if off > 0 else "short"
        raise BadInput(
            f"The cash is {abs(off):,.2f} {word}. Say why, then hand it in.", field="explained"
        )
    plain = [n for n, letter in map(parts, numbers_of(desk, now)) if not letter]
    with desk.gesture():
        place_others(desk, now)
        return desk.edit(
            now,
            status="submitted",
            submitted_by=desk.user,
            closed=today(desk),
            sent_back="",
            last_slip=max(plain, default=0) if here else now.last_slip,
            taken_over=now.taken_over or not (here or at_office(now.holder)),
        )


def audit(desk: Desk, envelope: Envelope) -> Envelope:
    """Somebody else went through every slip; slips not accepted are out by then."""
    now = _at(desk, envelope, "submitted")
    _not_ones_own(desk, now, "audit")
    with desk.gesture():
        place_others(desk, now)  # what came after it was handed in
        return desk.edit(now, status="audited", audited_by=desk.user)


def approve(desk: Desk, envelope: Envelope, *, limits: Limits | None = None) -> Envelope:
    """What the slips say may be paid; above the limit not by who audited it."""
    now = _at(desk, envelope, "audited")
    _not_ones_own(desk, now, "approve")
    show = show_of(desk)
    spent = paid_back(receipts_of(desk, now), show.currency)
    _refuse(second_person(now.number, desk.user, now.audited_by, spent, limits or limits_of(show)))
    return desk.edit(now, status="approved", approved_by=desk.user)


def post(desk: Desk, envelope: Envelope, transaction: str) -> Envelope:
    """It is in the ledger, under this number."""
    now = _at(desk, envelope, "approved")
    if not transaction.strip():
        raise BadInput("Write the transaction's number in the ledger.", field="transaction")
    return desk.edit(now, status="posted", transaction=transaction, posted=today(desk))


def send_back(desk: Desk, envelope: Envelope, reason: str) -> Envelope:
    """Open again for its custodian, with the reason. What is posted stays."""
    now = desk.get(ENVELOPE, envelope.id)
    if now.status not in ("submitted", "audited", "approved"):
        raise out_of_order(now.number, now.status)
    if not reason.strip():
        raise BadInput("Say why the envelope goes back.", field="sent_back")
    return desk.edit(
        now, status="open", closed=None, sent_back=reason, audited_by="", approved_by=""
    )


def reject(desk: Desk, receipt: Receipt, reason: str) -> Receipt:
    """A slip that the audit does not accept; its money comes out of the custodian's pocket."""
    if not reason.strip():
        raise BadInput("Say why the slip is not accepted.", field="rejected")
    not_in_the_books(desk, receipt)
    return desk.edit(receipt, rejected=reason)


def declare_missing(desk: Desk, receipt: Receipt, reason: str) -> Receipt:
    """The custodian's word in place of a slip that is lost."""
    if not reason.strip():
        raise BadInput("Say how the slip was lost.", field="missing")
    return desk.edit(receipt, missing=reason)


def accepted(desk: Desk, envelope: Envelope) -> dict[str, Decimal]:
    """What is paid back when the envelope is approved, by currency: the imprest top-up."""
    return totals(
        r.money for r in receipts_of(desk, envelope) if out_of_the_float(r) and not r.rejected
    )


def _at(desk: Desk, envelope: Envelope, step: str) -> Envelope:
    now = desk.get(ENVELOPE, envelope.id)
    if now.status != step:
        raise out_of_order(now.number, now.status)
    return now


def _not_ones_own(desk: Desk, envelope: Envelope, what: str) -> None:
    _refuse(ones_own(what, desk.user, envelope.custodian, envelope.submitted_by))


def _refuse(why: Refused | None) -> None:
    if why is not None:
        raise why
