"""The petty-cash log, who holds how much, cards whose slips are missing, and gaps in numbers.

All of it is folded from records; nothing here is stored, so every copy says the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from data.desk import Desk
from data.kinds.envelopes import ENVELOPE, Envelope
from data.kinds.floats import balance, float_of, movements_of, out_of_the_float, totals
from data.kinds.numbers import gaps
from data.kinds.receipts import RECEIPT, Receipt, numbers_of, receipts_of

Sums = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log: one envelope from its float to its posting."""

    envelope: Envelope
    issued: date | None
    cash: Sums
    spent: Sums
    outstanding: Sums
    """What the custodian still answers for; nothing once it is posted."""


def petty_cash_log(desk: Desk) -> list[Logged]:
    """Every envelope, the one with the oldest cash first."""
    lines = [_logged(desk, envelope) for envelope in desk.all(ENVELOPE)]
    return sorted(lines, key=lambda line: (line.issued or date.max, line.envelope.number))


def exposure(desk: Desk) -> dict[str, Sums]:
    """By custodian's id: cash and slips they answer for, over all that is not posted."""
    held: dict[str, Sums] = {}
    for line in petty_cash_log(desk):
        mine = held.setdefault(line.envelope.custodian, {})
        for currency, amount in line.outstanding.items():
            mine[currency] = mine.get(currency, Decimal(0)) + amount
    return {person: sums for person, sums in held.items() if any(sums.values())}


def oldest_outstanding(desk: Desk) -> Logged | None:
    return next((line for line in petty_cash_log(desk) if any(line.outstanding.values())), None)


def without_a_slip(desk: Desk) -> list[Receipt]:
    """What was paid by card and has neither a photo nor a declaration, the oldest first."""
    open_ones = [
        r
        for r in desk.all(RECEIPT)
        if r.paid_by == "card" and not (r.void or r.photos or r.missing)
    ]
    return sorted(open_ones, key=lambda r: (r.date, r.id))


def gaps_in(desk: Desk, envelope: Envelope) -> list[str]:
    """Slip numbers that are nowhere on this copy: still on a device, or lost."""
    return gaps(numbers_of(desk, envelope), envelope.last_slip or 0)


def _logged(desk: Desk, envelope: Envelope) -> Logged:
    cash = float_of(desk, envelope)
    spent = totals(r.money for r in receipts_of(desk, envelope) if out_of_the_float(r))
    posted = envelope.status == "posted"
    left = balance(desk, envelope) if posted else cash
    on = [movement.on for movement in movements_of(desk, envelope)]
    return Logged(envelope, min(on, default=envelope.opened), cash, spent, left)
