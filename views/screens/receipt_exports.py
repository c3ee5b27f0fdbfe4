"""At the office: receipts for the books of others, by columns that the office writes itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from data.desk import Desk
from data.errors import BadInput
from data.exports.columns import USUAL, mapped_table, mapping_text, read_mapping
from data.exports.ledger import Dialect, ledger
from data.kinds.production import show_of
from data.tables import csv_of, to_xlsx
from views.context import go, use_desk, use_first, use_picker, use_records, use_state
from views.export_receipts import SUFFIX, by_date, namer
from views.parts import card, note, side_button, sub_view
from views.safe import say, screen
from views.screens.export_columns import ColumnList, Columns, numbered
from views.theme import GAP, SMALL

BOOK = "receipt_columns"
"""Where this copy keeps the columns that were written."""


@screen
def ReceiptExports() -> ft.View:
    desk = use_desk()
    use_records("receipt", "envelope")
    picker = use_picker()
    columns, set_columns = use_first(lambda: _kept(desk))
    open_, set_open = use_state(False)
    mapping = tuple(column for _, column in columns)

    def keep() -> None:
        if not all(column.title.strip() for column in mapping):
            raise BadInput("Every column needs a title. Write it, or leave the column out.")
        desk.store.set_meta(**{BOOK: mapping_text(mapping)})
        set_open(False)
        say("The columns are saved.")

    def usual() -> None:
        set_columns(numbered(USUAL))

    def table(suffix: str) -> Callable[[], Awaitable[None]]:
        async def make() -> None:
            rows = mapped_table(by_date(desk), mapping, namer(desk))
            content = csv_of(rows) if suffix == ".csv" else to_xlsx([rows])
            await hand_over(f"receipts{suffix}", content)

        return make

    def books(dialect: Dialect) -> Callable[[], Awaitable[None]]:
        async def make() -> None:
            currency = show_of(desk).currency
            text = ledger(by_date(desk), namer(desk), dialect=dialect, currency=currency)
            await hand_over(f"receipts{SUFFIX[dialect]}", text.encode())

        return make

    async def hand_over(name: str, content: bytes) -> None:
        await picker.save_file(file_name=name, src_bytes=content)
        say(f"{name} is ready.")

    return sub_view(
        "Receipts for the books",
        lambda: go("/petty-cash"),
        [
            card(
                note("All receipts that are not void, by date, in the columns below."),
                _row(
                    side_button("Spreadsheet", table(".xlsx"), icon=ft.Icons.TABLE_VIEW),
                    side_button("CSV", table(".csv")),
                ),
                title="For an accounting program",
            ),
            card(
                note("A transaction for each receipt; without a code it is under Uncoded."),
                _row(
                    side_button("Beancount", books("beancount")),
                    side_button("hledger", books("hledger")),
                ),
                title="For plain-text accounting",
            ),
            card(
                ft.Text(" · ".join(column.title for column in mapping), theme_style=SMALL),
                *([ColumnList(columns, set_columns, key="columns")] if open_ else ()),
                _row(
                    *(
                        [
                            side_button("Save the columns", keep),
                            side_button("Back to the usual ones", usual),
                        ]
                        if open_
                        else [side_button("Change the columns", lambda: set_open(True))]
                    )
                ),
                title="Columns",
            ),
        ],
    )


def _kept(desk: Desk) -> Columns:
    """The columns as they were saved, else the usual ones."""
    return numbered(read_mapping(str(desk.store.meta.get(BOOK) or mapping_text())))


def _row(*buttons: ft.Control) -> ft.Control:
    return ft.Row(list(buttons), wrap=True, spacing=GAP, run_spacing=GAP)
