"""`callboard export receipt --map FILE` or `--ledger`: receipts for an accounting program."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from data.desk import Desk
from data.errors import BadInput
from data.exports.columns import mapped_table, mapping_text, read_mapping
from data.exports.ledger import Dialect, ledger
from data.kinds.numbers import slip_order
from data.kinds.production import show_of
from data.kinds.receipts import RECEIPT, Receipt
from data.tables import csv_of, to_xlsx
from views.show import title_of

SUFFIX = {"beancount": ".beancount", "hledger": ".journal"}


def export_receipts(
    desk: Desk, name: str, out: Path | None, *, mapping: Path | None, ledger_as: Dialect | None
) -> None:
    """Writes the file and prints its name. BadInput: another kind, or a mapping to correct."""
    if name != RECEIPT.name:
        raise BadInput("--map and --ledger are for receipts: callboard export receipt.")
    receipts, named = by_date(desk), namer(desk)
    if ledger_as is not None:
        text = ledger(receipts, named, dialect=ledger_as, currency=show_of(desk).currency)
        out = out or Path(f"receipts{SUFFIX[ledger_as]}")
        out.write_text(text, encoding="utf-8")
    elif mapping is not None:
        table = mapped_table(receipts, read_mapping(_text_of(mapping)), named)
        out = out or Path("receipts.xlsx")
        out.write_bytes(csv_of(table) if out.suffix.lower() == ".csv" else to_xlsx([table]))
    print(out)


def by_date(desk: Desk) -> list[Receipt]:
    return sorted(desk.all(RECEIPT), key=lambda r: (r.date, slip_order(r.number), r.id))


def namer(desk: Desk) -> Callable[[str | None], str]:
    """What a linked record is called here; its kind is told by where it is found."""

    def named(record_id: str | None) -> str:
        for kind in (desk.kinds["envelope"], desk.kinds["person"], RECEIPT):
            if (record := desk.find(kind, record_id)) is not None:
                return title_of(desk, kind, record)
        return record_id or ""

    return named


def _text_of(mapping: Path) -> str:
    if not mapping.exists():
        mapping.write_text(mapping_text(), encoding="utf-8")
        print(f"{mapping} is new, with the usual columns. Edit it to yours.", file=sys.stderr)
    return mapping.read_text(encoding="utf-8")
