"""Receipts as an office looks through them: filtered, searched, sorted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from data.kinds.numbers import slip_order
from data.kinds.receipts import Receipt

ORDERS: Final[Mapping[str, Callable[[Receipt], Any]]] = {
    "date": lambda r: (r.date, slip_order(r.number)),
    "vendor": lambda r: (r.vendor.casefold(), r.date),
    "amount": lambda r: (r.money.currency, r.money.amount, r.date),
    "number": lambda r: (r.envelope or "", slip_order(r.number)),
    "code": lambda r: (r.code or "\uffff", r.date),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is left empty does not matter. All words of `text` must be there."""

    text: str = ""
    envelope: str = ""
    category: str = ""
    paid_by: str = ""
    since: date = date.min
    until: date = date.max
    uncoded: bool = False
    without_photo: bool = False
    void: bool = True
    """Void ones too."""


def looked_through(
    receipts: Iterable[Receipt], asked: Asked, *, order: str = "date", down: bool = True
) -> list[Receipt]:
    """Those that fit, by one of ORDERS."""
    words = asked.text.casefold().split()
    fit = (r for r in receipts if _fits(r, asked) and _says(r, words))
    return sorted(fit, key=ORDERS[order], reverse=down)


def _fits(receipt: Receipt, asked: Asked) -> bool:
    return (
        asked.since <= receipt.date <= asked.until
        and (not asked.envelope or receipt.envelope == asked.envelope)
        and (not asked.category or receipt.category == asked.category)
        and (not asked.paid_by or receipt.paid_by == asked.paid_by)
        and not (asked.uncoded and receipt.code)
        and not (asked.without_photo and receipt.photos)
        and (asked.void or not receipt.void)
    )


def _says(receipt: Receipt, words: list[str]) -> bool:
    if not words:
        return True
    told = (receipt.vendor, receipt.what_for, receipt.code, receipt.number, receipt.po)
    said = " ".join((*told, str(receipt.money.amount))).casefold()
    return all(word in said for word in words)


def last_vendors(receipts: Iterable[Receipt], *, most: int = 5) -> list[str]:
    """The shops that slips were logged from last, each once, the latest first: the chips."""
    logged = sorted((r for r in receipts if r.taken), key=_taken, reverse=True)
    return list(dict.fromkeys(r.vendor for r in logged if r.vendor))[:most]


def _taken(receipt: Receipt) -> datetime:
    assert receipt.taken is not None
    return receipt.taken
