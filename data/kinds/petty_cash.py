"""The petty-cash log, who holds how much, cards whose slips are missing, and gaps in numbers.

All of it is folded from records; nothing here is stored, so every copy says the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from data.desk import Desk
from data.fields import Money
from data.kinds.blocks import SIZE
from data.kinds.envelopes import ENVELOPE, Envelope, numbers_of_all
from data.kinds.floats import (
    CashMovement,
    balance,
    float_of,
    movements_of,
    out_of_the_float,
    totals,
)
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
    lines.sort(key=lambda line: (line.envelope.number, line.envelope.id))
    return sorted(lines, key=lambda line: line.issued or date.max)


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


def envelopes_missing(desk: Desk) -> list[str]:
    """Envelope numbers that are nowhere on this copy: left out by whoever gave those around it."""
    given: dict[tuple[str, int, str], set[int]] = {}
    for number in numbers_of_all(desk):
        if found := re.fullmatch(r"(\D+)(\d+)([A-Z]*)", number):
            begin = (int(found[2]) - 1) // SIZE * SIZE  # each device's begin with its own hundred
            given.setdefault((found[1], begin, found[3]), set()).add(int(found[2]))
    return [
        f"{initials}{n:02d}{letter}"
        for (initials, begin, letter), there in sorted(given.items())
        for n in range(begin + 1, max(there))
        if n not in there
    ]


@dataclass(frozen=True, slots=True)
class CardQueue:
    """One purchasing card, or whoever pays with it: what was paid and has no slip yet."""

    holder: str
    """A person's id; empty: nobody said whose card it is."""
    card: str
    slips: tuple[Receipt, ...]

    @property
    def missing(self) -> Sums:
        return totals(slip.money for slip in self.slips)


def card_queue(desk: Desk) -> list[CardQueue]:
    """Whom to ask for which slips, by card, the one that waits longest first."""
    by_card: dict[tuple[str, str], list[Receipt]] = {}
    for slip in without_a_slip(desk):
        by_card.setdefault((slip.holder or _custodian(desk, slip), slip.card), []).append(slip)
    return [CardQueue(holder, card, tuple(slips)) for (holder, card), slips in by_card.items()]


def owed_back(desk: Desk) -> dict[str, Sums]:
    """By person's id: what they paid with their own money, that was neither voided nor turned down
    and is not in the books yet. Under an empty id: nobody said whose money it was."""
    owed: dict[str, list[Money]] = {}
    for slip in desk.all(RECEIPT):
        if slip.paid_by == "own money" and not (slip.void or slip.rejected):
            envelope = desk.find(ENVELOPE, slip.envelope)
            if envelope is None or envelope.status != "posted":
                owed.setdefault(slip.holder or _custodian(desk, slip), []).append(slip.money)
    return {person: totals(money) for person, money in owed.items()}


def said_by_the_custodian(desk: Desk, envelope: Envelope) -> list[CashMovement]:
    """Cash in or out by nobody's word but its custodian's: whoever has the cash box should know."""
    moved = movements_of(desk, envelope)
    return [m for m in moved if desk.author(m.id) == envelope.custodian]


def gaps_in(desk: Desk, envelope: Envelope) -> list[str]:
    """Slip numbers that are nowhere on this copy: still on a device, or lost."""
    return gaps(numbers_of(desk, envelope), envelope.last_slip or 0)


def _custodian(desk: Desk, slip: Receipt) -> str:
    envelope = desk.find(ENVELOPE, slip.envelope)
    return envelope.custodian if envelope is not None else ""


def _logged(desk: Desk, envelope: Envelope) -> Logged:
    cash = float_of(desk, envelope)
    spent = totals(r.money for r in receipts_of(desk, envelope) if out_of_the_float(r))
    posted = envelope.status == "posted"
    left = balance(desk, envelope) if posted else cash
    on = [movement.on for movement in movements_of(desk, envelope)]
    return Logged(envelope, min(on, default=envelope.opened), cash, spent, left)
