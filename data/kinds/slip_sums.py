"""Whether a slip's own sums come out: subtotal, tax lines and tip beside its total."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from data.errors import BadInput
from data.fields import Money
from data.kinds.receipts import Receipt

_TAX = re.compile(r"\s*(?P<name>[^,;]*?)\s*(?P<amount>-?\d+(?:\.\d+)?)\s*")


class TaxLine(NamedTuple):
    name: str
    amount: Decimal


def tax_lines(text: str) -> list[TaxLine]:
    """`GST 1.25, PST 2.10` as it is typed and kept; BadInput says how to write it."""
    lines: list[TaxLine] = []
    for part in filter(str.strip, re.split(r"[,;]", text)):
        found = _TAX.fullmatch(part)
        if found is None:
            raise BadInput(
                f"{part.strip()!r} is no tax line. Write it as in GST 1.25, PST 2.10.",
                field="taxes",
            )
        lines.append(TaxLine(found["name"] or "Tax", Decimal(found["amount"])))
    return lines


def does_not_add_up(receipt: Receipt) -> str:
    """In words, by how much the parts miss the total; empty: they do not, or there are none.

    Nothing is corrected: the slip may be misprinted, and it is the slip that is audited.
    """
    if receipt.subtotal is None:
        return ""
    tip = receipt.tip.amount if receipt.tip else Decimal(0)
    try:
        tax = sum((line.amount for line in tax_lines(receipt.taxes)), Decimal(0))
    except BadInput as error:
        return error.sentence
    if not receipt.taxes and receipt.money.tax is not None:
        tax = receipt.money.tax
    parts = receipt.subtotal.amount + tax + tip
    off = receipt.money.amount - parts
    if not off:
        return ""
    word = "more" if off > 0 else "less"
    return f"The total is {abs(off):,.2f} {word} than subtotal, tax and tip ({parts:,.2f})."


def in_show_currency(receipt: Receipt, currency: str) -> Money | None:
    """The amount at the rate that was used; None: it is foreign, and no rate is written."""
    if receipt.money.currency == currency:
        return receipt.money
    if not re.fullmatch(r"\d+(\.\d+)?", receipt.rate):
        return None
    amount = (receipt.money.amount * Decimal(receipt.rate)).quantize(Decimal("0.01"))
    return Money(amount=amount, currency=currency)
