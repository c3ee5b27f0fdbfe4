"""Receipts go out by an office's own columns, and as plain-text accounting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from data.errors import BadInput
from data.exports.columns import FIELDS, Mapped, mapped_table, mapping_text, read_mapping
from data.exports.ledger import ledger
from data.fields import Money
from data.kinds.receipts import Receipt
from data.record import RecordId
from data.tables import csv_of
from tests.small_show import SmallShow
from views.export_receipts import export_receipts


def named(record_id: str | None) -> str:
    return {"e1": "GG01"}.get(record_id or "", "")


def money(amount: str, currency: str = "USD", tax: str | None = None) -> Money:
    return Money(amount=Decimal(amount), currency=currency, tax=Decimal(tax) if tax else None)


HARDWARE = Receipt(
    id=RecordId("r1"),
    date=date(2026, 6, 9),
    vendor='Comet "C" Hardware; Sons',
    money=money("12.50", tax="0.92"),
    what_for="screws",
    code="3220",
    number="1",
    envelope="e1",
)
FUEL = Receipt(
    id=RecordId("r2"),
    date=date(2026, 6, 8),
    vendor="Pemex",
    money=money("900", "MXN"),
    rate="0.0541",
    paid_by="card",
    card="4411",
    category="fuel",
)
VOID = HARDWARE.model_copy(update={"void": True, "id": RecordId("r3")})


def test_the_usual_columns_are_saved_edited_and_read_back() -> None:
    columns = read_mapping(mapping_text())

    text = csv_of(mapped_table([HARDWARE, VOID], columns, named)).decode("utf-8-sig")

    assert text.splitlines() == [
        "Date,Envelope,Receipt no.,Vendor,Description,Account,Net,Tax,Total,Currency",
        '2026-06-09,GG01,1,"Comet ""C"" Hardware; Sons",screws,3220,11.58,0.92,12.50,USD',
    ]


def test_an_offices_own_columns_come_in_its_order_and_writing() -> None:
    columns = [
        Mapped("Batch", text="PC"),
        Mapped("Dt", "date", format="%d.%m.%y"),
        Mapped("Meal?", "category"),
        Mapped("Void", "asset"),
    ]

    table = mapped_table([FUEL], read_mapping(mapping_text(columns)), named)

    assert [column.title for column in table.columns] == ["Batch", "Dt", "Meal?", "Void"]
    assert table.rows == (("PC", "08.06.26", "fuel", ""),)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_can_be_a_column(field: str) -> None:
    table = mapped_table([HARDWARE, FUEL], [Mapped("X", field)], named)

    assert len(csv_of(table).splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Date, Vendor", "The mapping cannot be read"),
        ('[{"titel": "Date"}]', "The mapping cannot be read"),
        ('[{"title": "Dt", "field": "day"}]', "Column 'Dt': there is no field 'day'"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_mapping(text)


def test_beancount_has_its_accounts_and_balances() -> None:
    told = ledger([HARDWARE, FUEL, VOID], named, dialect="beancount", currency="USD")

    assert told == (
        "2026-06-08 open Assets:PettyCash:GG01\n"
        "2026-06-08 open Expenses:3220\n"
        "2026-06-08 open Expenses:Uncoded\n"
        "2026-06-08 open Liabilities:Card:4411\n"
        "\n"
        '2026-06-08 * "Pemex" ""\n'
        "  Expenses:Uncoded                            900.00 MXN @ 0.0541 USD\n"
        "  Liabilities:Card:4411                      -900.00 MXN @ 0.0541 USD\n"
        "\n"
        '2026-06-09 * "Comet \\"C\\" Hardware; Sons" "screws"\n'
        '  receipt: "1"\n'
        "  Expenses:3220                                12.50 USD\n"
        "  Assets:PettyCash:GG01                       -12.50 USD\n"
    )


def test_hledger_keeps_its_own_marks_out_of_names() -> None:
    told = ledger([HARDWARE], named, dialect="hledger", currency="USD")

    assert told == (
        '2026-06-09 * Comet "C" Hardware Sons | screws  ; receipt:1\n'
        "  Expenses:3220                                12.50 USD\n"
        "  Assets:PettyCash:GG01                       -12.50 USD\n"
    )


def test_the_command_writes_a_mapping_to_edit_and_both_files(
    show: SmallShow, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show.desk.add(HARDWARE.model_copy(update={"envelope": None}))
    ours, out, book = (tmp_path / name for name in ("ours.json", "out.csv", "book.journal"))

    export_receipts(show.desk, "receipt", out, mapping=ours, ledger_as=None)
    export_receipts(show.desk, "receipt", book, mapping=None, ledger_as="hledger")

    assert read_mapping(ours.read_text(encoding="utf-8"))
    assert out.read_text(encoding="utf-8-sig").count("Comet") == 1
    assert "Assets:PettyCash " in book.read_text(encoding="utf-8")
    assert "Edit it to yours" in capsys.readouterr().err
    with pytest.raises(BadInput, match="are for receipts"):
        export_receipts(show.desk, "person", out, mapping=ours, ledger_as=None)
