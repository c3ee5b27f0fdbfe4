"""Whether an envelope adds up: the float beside its slips and its cash, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import flet as ft

from data.desk import Desk
from data.kinds.envelopes import Envelope
from data.kinds.floats import (
    balance,
    cash_left,
    float_of,
    out_of_the_float,
    over_short,
    totals,
)
from data.kinds.people import PERSON
from data.kinds.petty_cash import gaps_in, said_by_the_custodian
from data.kinds.receipts import Receipt, receipts_of
from data.kinds.slip_sums import does_not_add_up
from views.parts import card, note
from views.theme import QUIET, SMALL
from views.words import count, money, short_day


def sums_card(desk: Desk, envelope: Envelope) -> ft.Control:
    """Float, slips, cash; what does not come out is said, never corrected."""
    custodian = desk.find(PERSON, envelope.custodian)
    slips = receipts_of(desk, envelope)
    spent = [slip for slip in slips if out_of_the_float(slip)]
    difference, cash = over_short(desk, envelope), cash_left(desk, envelope)
    return card(
        line("Custodian", custodian.name if custodian else "not on this copy"),
        line("Float", money(float_of(desk, envelope))),
        line(count(len(spent), "receipt").capitalize(), money(totals(s.money for s in spent))),
        line("Should be left", money(balance(desk, envelope))),
        *([line("Counted", str(cash))] if cash else []),
        *(
            [line("Over" if difference > 0 else "Short", f"{abs(difference):,.2f}")]
            if difference
            else []
        ),
        *([line("Because", envelope.explained)] if difference and envelope.explained else []),
        *([note("It adds up.", icon=ft.Icons.CHECK_CIRCLE_OUTLINE)] if difference == 0 else []),
        *[note(words, icon=ft.Icons.WARNING_AMBER) for words in _doubts(desk, envelope, slips)],
    )


def line(label: str, text: str) -> ft.Control:
    return ft.Row([ft.Text(label, theme_style=SMALL, color=QUIET, expand=True), ft.Text(text)])


def _doubts(desk: Desk, envelope: Envelope, slips: list[Receipt]) -> Iterator[str]:
    """What an audit would ask."""
    if missing := gaps_in(desk, envelope):
        yield f"Not on this copy: slip {', '.join(missing)}. On a device still, or lost."
    for m in said_by_the_custodian(desk, envelope):
        yield f"Only the custodian says so: {m.money} {m.what} on {short_day(m.on)}."
    for slip in slips:
        if not slip.void and (words := does_not_add_up(slip)):
            yield f"Slip {slip.number}: {words}"
    bare = [s.number for s in slips if not (s.void or s.photos or s.missing)]
    if bare:
        yield f"Without a photo: slip {', '.join(bare)}."
    lost = [s.number for s in slips if s.missing and not s.void]
    if lost:
        yield f"Declared lost: slip {', '.join(lost)}."
    elsewhere = [s.number for s in slips if not s.void and s.paid_by != "petty cash"]
    if elsewhere:
        yield f"Not paid from the float: slip {', '.join(elsewhere)}."
