"""Receipts, petty-cash envelopes, and the cash that was handed out: one door to all of them."""

from data.kinds.amounts import read_amount
from data.kinds.envelopes import (
    ENVELOPE,
    Envelope,
    EnvelopeId,
    count_cash,
    envelope_named,
    is_open,
)
from data.kinds.floats import (
    CASH,
    CashMovement,
    balance,
    float_of,
    hand_back,
    issue_float,
    movements_of,
    over_short,
    show_currency,
    top_up,
    totals,
)
from data.kinds.receipts import (
    RECEIPT,
    Receipt,
    log_receipt,
    next_slip,
    receipts_of,
    slip_order,
    void_receipt,
)

__all__ = [
    "CASH",
    "ENVELOPE",
    "RECEIPT",
    "CashMovement",
    "Envelope",
    "EnvelopeId",
    "Receipt",
    "balance",
    "count_cash",
    "envelope_named",
    "float_of",
    "hand_back",
    "is_open",
    "issue_float",
    "log_receipt",
    "movements_of",
    "next_slip",
    "over_short",
    "read_amount",
    "receipts_of",
    "show_currency",
    "slip_order",
    "top_up",
    "totals",
    "void_receipt",
]
