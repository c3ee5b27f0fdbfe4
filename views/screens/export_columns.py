"""The columns of a table for an accounting program: their title, what fills it, in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import flet as ft

from data.exports.columns import FIELDS, Mapped
from data.kinds.receipts import RECEIPT
from views.context import use_place
from views.inputs import choose
from views.parts import icon_button, side_button
from views.safe import act, part
from views.theme import GAP

Columns = tuple[tuple[int, Mapped], ...]
"""Each with a number of its own, which stays with it wherever it is moved."""

BETWEEN: Final = ft.Margin.only(left=GAP)
SAME: Final = "the same text in every row"
OF_MONEY: Final = {
    "amount": "Total",
    "currency": "Currency",
    "net": "Total without tax",
    "tax": "Tax in the total",
}
DATES: Final = (
    ("", "as the program takes it"),
    ("%Y-%m-%d", "2026-01-31"),
    ("%d/%m/%Y", "31/01/2026"),
    ("%m/%d/%Y", "01/31/2026"),
    ("%d.%m.%Y", "31.01.2026"),
)


def numbered(columns: tuple[Mapped, ...]) -> Columns:
    return tuple(enumerate(columns))


def with_another(columns: Columns) -> Columns:
    return (*columns, (max((n for n, _ in columns), default=0) + 1, Mapped("", "date")))


def moved_up(columns: Columns, number: int) -> Columns:
    at = [n for n, _ in columns].index(number)
    if at == 0:
        return columns
    return (*columns[: at - 1], columns[at], columns[at - 1], *columns[at + 1 :])


def changed(columns: Columns, number: int, **to: str) -> Columns:
    return tuple((n, replace(one, **to) if n == number else one) for n, one in columns)


def without(columns: Columns, number: int) -> Columns:
    return tuple(pair for pair in columns if pair[0] != number)


@part
def ColumnList(
    columns: Columns, alter: Callable[[Callable[[Columns], Columns]], None]
) -> ft.Control:
    """`alter` is told what a tap or a word makes of the columns."""
    narrow = use_place().width.name == "phone"
    return ft.Column(
        [
            *[_column(n, one, alter, narrow=narrow) for n, one in columns],
            ft.Row([side_button("Another column", lambda: alter(with_another), icon=ft.Icons.ADD)]),
        ],
        spacing=GAP * 2,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _column(
    number: int,
    column: Mapped,
    alter: Callable[[Callable[[Columns], Columns]], None],
    *,
    narrow: bool,
) -> ft.Control:
    def put(name: str) -> Callable[[str], None]:
        return lambda text: alter(lambda now: changed(now, number, **{name: text}))

    named = column.title or "this column"
    filled = choose("Filled with", OPTIONS, column.field, put("field"))
    return ft.Column(
        [
            ft.Row(
                [
                    _typed("Title", column.title, put("title")),
                    *([] if narrow else [ft.Container(filled, expand=True, margin=BETWEEN)]),
                    icon_button(
                        ft.Icons.ARROW_UPWARD,
                        f"Move {named} up",
                        lambda: alter(lambda now: moved_up(now, number)),
                    ),
                    icon_button(
                        ft.Icons.CLOSE,
                        f"Leave {named} out",
                        lambda: alter(lambda now: without(now, number)),
                    ),
                ],
                spacing=0,
            ),
            *([filled] if narrow else []),
            *([] if column.field else [ft.Row([_typed("Text", column.text, put("text"))])]),
            *(
                [choose("Date written", _dates(column), column.format, put("format"))]
                if column.field in DAYS
                else []
            ),
        ],
        key=str(number),
        spacing=GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _typed(label: str, text: str, put: Callable[[str], None]) -> ft.Control:
    def write(event: Any) -> None:
        put(event.control.value)

    return ft.TextField(label=label, value=text, dense=True, expand=True, on_change=act(write))


def _dates(column: Mapped) -> list[tuple[str, str]]:
    """The usual ways, and another one that the mapping was given."""
    own = [] if column.format in dict(DATES) else [(column.format, column.format)]
    return [*DATES, *own]


def _named(field: str) -> str:
    return OF_MONEY.get(field) or RECEIPT.label(field)


OPTIONS: Final = [("", SAME), *sorted(((f, _named(f)) for f in FIELDS), key=lambda pair: pair[1])]
DAYS: Final = frozenset(n for n, meaning in RECEIPT.meanings.items() if meaning.name == "day")
