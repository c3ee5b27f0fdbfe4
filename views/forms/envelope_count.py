"""An envelope's arithmetic: what each account bears, and whether the cash is all there.

Amounts in two currencies are never added together: every sum is per currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from views.forms import blocks, cells
from views.forms.sheet import GAP, Photo, Sheet
from views.forms.table import Column, Table

ACCOUNT_COLUMNS = (
    Column("Account code", 74, lines=2),
    Column("Receipts", 36, "right"),
    Column("Total", 56, "right"),
    Column("Cur.", 26, "centre"),
)
COUNT_COLUMNS = (
    Column("Cur.", 26, "centre", bold=True),
    Column("Receipts", 54, "right"),
    Column("Cash counted", 56, "right"),
    Column("Together", 54, "right"),
    Column("Float", 54, "right"),
    Column("Over / (short)", 86, "right", bold=True),
)
COUNT_HEIGHT = 20.0
BLANK_CODES = 5
NOT_CODED = "not coded"
ROW_HEIGHT = 15.0


@dataclass(frozen=True, slots=True)
class EnvelopeReceipt:
    """One slip. A voided one keeps its number, is shown struck through, and counts nowhere.

    `photos` holds one entry for each photo that was taken: what reads its JPEG, or None while it
    is on another device.
    """

    number: str
    date: date | None
    vendor: str
    total: Decimal
    currency: str
    what_for: str = ""
    scene: str = ""
    code: str = ""
    subtotal: Decimal | None = None
    tax: Decimal | None = None
    void: bool = False
    void_reason: str = ""
    photos: tuple[Photo | None, ...] = ()


@dataclass(frozen=True, slots=True)
class CashCount:
    """The float and the cash in hand of one currency; None where it was not said."""

    currency: str
    float_amount: Decimal | None = None
    counted: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One currency: the float must be the receipts and the cash together. Over is positive."""

    currency: str
    float_amount: Decimal | None
    receipts: Decimal | None
    counted: Decimal | None
    no_float: bool = False

    @property
    def difference(self) -> Decimal | None:
        if self.float_amount is None or self.together is None:
            return None
        return self.together - self.float_amount

    @property
    def together(self) -> Decimal | None:
        """Receipts and cash, once the cash is counted."""
        if self.receipts is None or self.counted is None:
            return None
        return self.receipts + self.counted


def account_totals(
    receipts: Sequence[EnvelopeReceipt],
) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """(currency, account code) to how many receipts and how much, in order of both."""
    sums: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for receipt in receipts:
        if receipt.void:
            continue
        key = (receipt.currency, receipt.code or NOT_CODED)
        many, much = sums.get(key, (0, Decimal(0)))
        sums[key] = (many + 1, much + receipt.total)
    return dict(sorted(sums.items()))


def reconciled(cash: Sequence[CashCount], receipts: Sequence[EnvelopeReceipt]) -> list[Reconciled]:
    """A line per currency that has a float or a receipt; the float's currencies come first."""
    floats = {count.currency: count for count in cash}
    spent = [receipt for receipt in receipts if not receipt.void]
    others = sorted({receipt.currency for receipt in spent} - floats.keys())
    return [
        Reconciled(
            count.currency,
            count.float_amount,
            _spent(count.currency, spent) if receipts or count.counted is not None else None,
            count.counted,
            no_float=count.currency not in floats,
        )
        for count in (*floats.values(), *map(CashCount, others))
    ]


def _spent(currency: str, receipts: Sequence[EnvelopeReceipt]) -> Decimal:
    return sum((each.total for each in receipts if each.currency == currency), Decimal(0))


def draw_sums(sheet: Sheet, cash: Sequence[CashCount], receipts: Sequence[EnvelopeReceipt]) -> None:
    """Left the totals by account code, right the count; without receipts, room to write both."""
    accounts = account_totals(receipts)
    lines = reconciled(cash, receipts)
    rows = max(len(accounts) + len({currency for currency, _ in accounts}), BLANK_CODES)
    high = blocks.TITLE_HEIGHT + 18 + max(rows * ROW_HEIGHT, len(lines) * COUNT_HEIGHT)
    # Side by side while both stay on one page; a long list of codes goes under the count.
    beside = high < sheet.bottom - sheet.top
    if beside:
        sheet.need(high)
    top, split = sheet.y, sheet.inner * 0.36
    _count(sheet, lines, sheet.left + split + GAP if beside else sheet.left)
    under = sheet.y
    sheet.y = top if beside else under + GAP
    _accounts(sheet, accounts, split if beside else sheet.inner)
    sheet.y = max(under, sheet.y) + GAP if beside else sheet.y + GAP


def _accounts(
    sheet: Sheet, accounts: dict[tuple[str, str], tuple[int, Decimal]], width: float
) -> None:
    sheet.need(blocks.TITLE_HEIGHT + 2 * ROW_HEIGHT)
    blocks.title(sheet, "Totals by account code", width=width)
    table = Table(sheet, ACCOUNT_COLUMNS, row_height=ROW_HEIGHT, width=width)
    for currency in dict.fromkeys(currency for currency, _ in accounts):
        mine = {code: sums for (cur, code), sums in accounts.items() if cur == currency}
        for code, (many, much) in mine.items():
            table.row((code, str(many), cells.money(much, currency), currency))
        many = sum(many for many, _ in mine.values())
        much = sum((much for _, much in mine.values()), Decimal(0))
        whole = (f"All {currency}", str(many), cells.money(much, currency), currency)
        table.row(whole, bold=True)
    if not accounts:
        table.blanks(BLANK_CODES)
    table.end()


def _count(sheet: Sheet, lines: Sequence[Reconciled], x: float) -> None:
    width = sheet.right - x
    sheet.need(blocks.TITLE_HEIGHT + 18 + COUNT_HEIGHT)
    blocks.title(sheet, "Cash count: the float is receipts and cash together", x=x, width=width)
    table = Table(sheet, COUNT_COLUMNS, row_height=COUNT_HEIGHT, size=8.6, x=x, width=width)
    for line in lines:
        currency = line.currency
        table.row(
            (
                currency,
                cells.money(line.receipts, currency),
                cells.money(line.counted, currency),
                cells.money(line.together, currency),
                "none" if line.no_float else cells.money(line.float_amount, currency),
                _difference(line),
            )
        )
    table.blanks(max(0, 1 - len(lines)))
    table.end()


def _difference(line: Reconciled) -> str:
    """0.00 balanced; 5.00 over; (5.00) short; nothing while the cash is not counted."""
    difference = line.difference
    if difference is None:
        return ""
    amount = cells.money(abs(difference), line.currency)
    if difference > 0:
        return f"{amount} over"
    return f"({amount}) short" if difference < 0 else f"{amount} balanced"
