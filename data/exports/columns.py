"""A table of receipts as an accounting program wants it, by a mapping that a person edits.

The mapping is a JSON file: a list of columns, each a `title` and the `field` that fills it. A
`text` stands in every row instead; `format` is how a date is written, as in %d/%m/%Y.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from data.errors import BadInput
from data.kinds.receipts import Receipt
from data.tables import Cell, Column, Table


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column of theirs."""

    title: str
    field: str = ""
    text: str = ""
    format: str = ""


Named = Callable[[str | None], str]
"""The words for a record that is linked to."""

_MORE: Final[Mapping[str, Callable[[Receipt], Any]]] = {
    "amount": lambda r: r.money.amount,
    "currency": lambda r: r.money.currency,
    "tax": lambda r: r.money.tax,
    "net": lambda r: r.money.amount - (r.money.tax or Decimal(0)),
}
_LINKED: Final = ("envelope", "holder", "duplicate_of")
FIELDS: Final = (*sorted(_MORE), *sorted(Receipt.model_fields.keys() - {"money", "looks", "pages"}))

USUAL: Final = (
    Mapped("Date", "date", format="%Y-%m-%d"),
    Mapped("Envelope", "envelope"),
    Mapped("Receipt no.", "number"),
    Mapped("Vendor", "vendor"),
    Mapped("Description", "what_for"),
    Mapped("Account", "code"),
    Mapped("Net", "net"),
    Mapped("Tax", "tax"),
    Mapped("Total", "amount"),
    Mapped("Currency", "currency"),
)


def mapping_text(columns: Iterable[Mapped] = USUAL) -> str:
    """The mapping as it is saved and edited."""
    said = [{k: v for k, v in asdict(column).items() if v} for column in columns]
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def read_mapping(text: str) -> tuple[Mapped, ...]:
    """The mapping in a file, or BadInput that says what is wrong in which column."""
    try:
        columns = tuple(Mapped(**column) for column in json.loads(text))
    except (ValueError, TypeError) as error:
        raise BadInput(
            'The mapping cannot be read. It is a list as in [{"title": "Date", "field": "date"}].'
        ) from error
    for column in columns:
        if column.field and column.field not in FIELDS:
            raise BadInput(
                f"Column {column.title!r}: there is no field {column.field!r}. "
                f"Choose: {', '.join(FIELDS)}."
            )
    return columns


def mapped_table(receipts: Iterable[Receipt], columns: Iterable[Mapped], named: Named) -> Table:
    """One row a receipt, in the order given; void ones are left out, they count for nothing."""
    columns = tuple(columns)
    rows = tuple(tuple(_cell(r, c, named) for c in columns) for r in receipts if not r.void)
    return Table("Receipts", tuple(Column(c.title, _style(c)) for c in columns), rows)


def _cell(receipt: Receipt, column: Mapped, named: Named) -> Cell:
    if not column.field:
        return column.text
    more = _MORE.get(column.field)
    value = more(receipt) if more else getattr(receipt, column.field)
    if column.field in _LINKED:
        return named(value)
    if isinstance(value, date) and column.format:
        return value.strftime(column.format)
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    return value if isinstance(value, (str, int, Decimal, date)) or value is None else str(value)


def _style(column: Mapped) -> str:
    return "#,##0.00" if column.field in ("amount", "tax", "net") else ""
