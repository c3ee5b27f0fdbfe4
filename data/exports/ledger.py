"""Receipts as plain-text accounting: a transaction each, for Beancount or hledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, Literal

from data.kinds.receipts import Receipt

Dialect = Literal["beancount", "hledger"]
_FROM: Final = {
    "card": "Liabilities:Card",
    "own money": "Liabilities:OwnMoney",
    "PO": "Liabilities:Payable",
}


def ledger(
    receipts: Iterable[Receipt],
    named: Callable[[str | None], str],
    *,
    dialect: Dialect,
    currency: str,
) -> str:
    """The receipts that count, by date. `named` says an envelope's number.

    What has no code yet goes to Expenses:Uncoded, so that it is found. A foreign amount carries
    its rate into `currency` where one is written.
    """
    kept = sorted((r for r in receipts if not r.void), key=lambda r: (r.date, r.number, r.id))
    write = _beancount if dialect == "beancount" else _hledger
    told = [write(r, _paid_from(r, named), currency) for r in kept]
    if dialect == "beancount" and kept:
        accounts = sorted({a for r in kept for a in (_expense(r), _paid_from(r, named))})
        told.insert(0, "".join(f"{kept[0].date} open {account}\n" for account in accounts))
    return "\n".join(told)


def _beancount(receipt: Receipt, paid_from: str, currency: str) -> str:
    vendor, what = _quoted(receipt.vendor), _quoted(receipt.what_for)
    number = f"  receipt: {_quoted(receipt.number)}\n" if receipt.number else ""
    return f"{receipt.date} * {vendor} {what}\n{number}{_postings(receipt, paid_from, currency)}"


def _hledger(receipt: Receipt, paid_from: str, currency: str) -> str:
    # A | parts payee from note, ; begins a comment: neither may come from a name.
    payee, what = (re.sub(r"[|;\s]+", " ", text) for text in (receipt.vendor, receipt.what_for))
    said = f"{payee.strip()} | {what.strip()}" if what.strip() else payee.strip()
    number = f"  ; receipt:{receipt.number}" if receipt.number else ""
    return f"{receipt.date} * {said}{number}\n{_postings(receipt, paid_from, currency)}"


def _postings(receipt: Receipt, paid_from: str, currency: str) -> str:
    amount, theirs = receipt.money.amount, receipt.money.currency
    foreign = theirs != currency and re.fullmatch(r"\d+(\.\d+)?", receipt.rate)
    rate = f" @ {receipt.rate} {currency}" if foreign else ""
    return (
        f"  {_expense(receipt):<36}  {amount:>12.2f} {theirs}{rate}\n"
        f"  {paid_from:<36}  {-amount:>12.2f} {theirs}{rate}\n"
    )


def _expense(receipt: Receipt) -> str:
    return f"Expenses:{_part(receipt.code) or 'Uncoded'}"


def _paid_from(receipt: Receipt, named: Callable[[str | None], str]) -> str:
    account = _FROM.get(receipt.paid_by)
    if account is None:
        number = _part(named(receipt.envelope)) if receipt.envelope else ""
        return f"Assets:PettyCash:{number}" if number else "Assets:PettyCash"
    card = _part(receipt.card) if receipt.paid_by == "card" else ""
    return f"{account}:{card}" if card else account


def _part(text: str) -> str:
    """A part of an account's name: it begins with a capital or a digit, and holds no blanks."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", text).strip("-")
    return plain[:1].upper() + plain[1:]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
