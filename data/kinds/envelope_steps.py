"""What every step of an envelope is held against, on the office's screens as by its judge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from data.errors import Refused
from data.kinds.floats import out_of_the_float
from data.kinds.production import Production
from data.kinds.receipts import Receipt
from data.kinds.slip_sums import in_show_currency
from data.rules.petty_cash import LIMITS, Limits

DONE: Final = {
    "open": "is not handed in yet",
    "submitted": "is handed in and waits for its audit",
    "audited": "is audited and waits for approval",
    "approved": "is approved and waits to be posted",
    "posted": "is posted",
}


def out_of_order(number: str, step: str) -> Refused:
    return Refused(f"Envelope {number} {DONE.get(step, step)}.", code="envelope-step")


def ones_own(what: str, user: str, custodian: str, submitted_by: str) -> Refused | None:
    """Nobody judges their own envelope, nor the one they handed in for somebody."""
    if user not in (custodian, submitted_by):
        return None
    return Refused(f"Nobody may {what} an envelope of their own.", code="own-envelope")


def second_person(
    number: str, user: str, audited_by: str, spent: Decimal, limits: Limits
) -> Refused | None:
    """Above the limit two people look."""
    if spent <= limits.two_approve_above or user != audited_by:
        return None
    return Refused(
        f"Envelope {number} is over {limits.two_approve_above:,.2f}. Somebody other than who "
        "audited it approves it.",
        code="second-person",
    )


def limits_of(show: Production) -> Limits:
    """The trade's limits, with what this show says otherwise."""
    above = show.two_approve_above
    return LIMITS if above is None else replace(LIMITS, two_approve_above=above.amount)


def paid_back(slips: Iterable[Receipt], currency: str) -> Decimal:
    """What an approval lets be paid, in the show's currency at the rates that were used."""
    taken = (slip for slip in slips if out_of_the_float(slip) and not slip.rejected)
    money = (in_show_currency(slip, currency) for slip in taken)
    return sum((m.amount for m in money if m is not None), Decimal(0))
