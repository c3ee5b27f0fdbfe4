"""What an office asks its receipts for: a purse, a category, days, what is still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from typing import Any, Final

import flet as ft

from data.dates import read_day
from data.errors import BadInput
from data.kinds.production import today
from data.kinds.receipt_list import ORDERS, Asked, looked_through
from data.kinds.receipts import CATEGORIES, RECEIPT, Receipt
from views.context import use_desk, use_state
from views.inputs import choose
from views.parts import card, wide
from views.safe import act, part
from views.theme import GAP

LOGGED: Final = "logged down"
"""The order a list begins with: a slip that was just logged stands first, whatever its date."""

SORTS: Final = (
    (LOGGED, "Latest logged first"),
    ("date down", "Latest date first"),
    ("date up", "Earliest date first"),
    ("amount down", "Largest amount first"),
    ("amount up", "Smallest amount first"),
    ("vendor up", "Vendor"),
    ("number up", "Envelope and slip number"),
    ("code up", "Account code"),
)


HELD: Final = "receipts asked for"


def use_asked(
    envelope: str | None,
) -> tuple[Asked, str, Callable[[Asked | Callable[[Asked], Asked]], None], Callable[[str], None]]:
    """What this window asks for and in which order, also when it comes back from a slip; another
    `envelope` in the address is asked for instead."""
    held = ft.context.page.session.store
    before: tuple[Asked, str] = held.get(HELD) or (Asked(), LOGGED)
    at_first = before[0] if envelope is None else Asked(envelope=envelope)
    asked, set_asked = use_state(at_first)
    order, set_order = use_state(before[1])
    held.set(HELD, (asked, order))
    return asked, order, set_asked, set_order


def in_order(receipts: Iterable[Receipt], asked: Asked, order: str) -> list[Receipt]:
    """Those asked for, by one of SORTS."""
    by, _, way = order.partition(" ")
    if by in ORDERS:
        return looked_through(receipts, asked, order=by, down=way == "down")
    return sorted(looked_through(receipts, asked), key=_logged, reverse=True)


def filters(
    asked: Asked,
    ask: Callable[..., None],
    order: str,
    set_order: Callable[[str], None],
) -> list[ft.Control]:
    """The panel that changes `asked` and `order`."""
    paid = RECEIPT.meanings["paid_by"].words  # type: ignore[attr-defined]
    return [
        card(
            choose("Sort by", SORTS, order, set_order),
            wide(
                choose("Category", _any(CATEGORIES), asked.category, _put(ask, "category")),
                choose("Paid by", _any(paid), asked.paid_by, _put(ask, "paid_by")),
            ),
            wide(
                Day("From", lambda day: ask(since=day or date.min)),
                Day("Until", lambda day: ask(until=day or date.max)),
            ),
            ft.Row(
                [
                    _chip("No code", asked.uncoded, lambda on: ask(uncoded=on)),
                    _chip("No photo", asked.without_photo, lambda on: ask(without_photo=on)),
                    _chip("Without void ones", not asked.void, lambda on: ask(void=not on)),
                ],
                wrap=True,
                spacing=GAP,
            ),
        )
    ]


def _put(ask: Callable[..., None], name: str) -> Callable[[str], None]:
    return lambda chosen: ask(**{name: chosen})


def _any(words: Iterable[str]) -> list[tuple[str, str]]:
    return [("", "any"), *[(word, word) for word in words]]


@part
def Day(label: str, put: Callable[[date | None], None]) -> ft.Control:
    """A day as it is typed; half a date asks for nothing yet."""
    desk = use_desk()
    text, set_text = use_state("")

    def typed(event: Any) -> None:
        set_text(event.control.value)
        asked = event.control.value.strip()
        with suppress(BadInput):
            put(read_day(asked, near=today(desk), field="date") if asked else None)

    return ft.TextField(
        label=label,
        value=text,
        hint_text=today(desk).isoformat(),
        keyboard_type=ft.KeyboardType.DATETIME,
        on_change=act(typed),
    )


def _chip(label: str, on: bool, put: Callable[[bool], None]) -> ft.Control:
    return ft.Chip(label=ft.Text(label), selected=on, on_select=act(lambda _: put(not on)))


def _logged(slip: Receipt) -> tuple[str, str]:
    """By when it was logged; one that came without that moment, by its date."""
    return (str(slip.taken or slip.date), slip.number)
