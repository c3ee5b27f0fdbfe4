"""Amounts as people type them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from data.errors import BadInput


def read_amount(text: str, *, field: str = "money") -> Decimal:
    """A positive amount as people type it: 12.5, 1,234.50, 12,50; BadInput otherwise."""
    plain = text.strip().replace(" ", "").replace("'", "").lstrip("$€£")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    try:
        if not re.fullmatch(r"\d{0,9}(\.\d{0,4})?", plain):
            raise InvalidOperation
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise BadInput(f"{text!r} is not an amount. Write it as in 12.50.", field=field) from error
    if amount <= 0:
        raise BadInput("The amount must be more than nothing.", field=field)
    return amount
