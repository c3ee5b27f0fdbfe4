"""At the office: what can be read on a slip's photo, marked where it stands. Only a suggestion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import flet as ft

from data.desk import Desk
from data.errors import NotFound
from data.fields import Money
from data.kinds.production import show_of, today
from data.kinds.receipts import RECEIPT, Receipt, pages_of
from data.photos import fit, read_jpeg
from data.reading.eyes import Eyes
from data.reading.lines import Box
from data.reading.slip import Reading, read_slip
from views.context import go, use_desk, use_records, use_state
from views.parts import card, main_button, note, side_button, sub_view
from views.safe import say, screen
from views.screens.receipt_photos import beside
from views.screens.receipts import use_way_back, with_way
from views.show import shown
from views.theme import BODY, GAP, QUIET, SMALL
from views.words import short_day

WIDE = 340.0
"""Of the photo on the screen."""

ONE = ThreadPoolExecutor(1, "reads slips")
"""Eyes are not for several threads."""


class Offer(NamedTuple):
    """A value that was read: in words, where it stands, and what takes it over."""

    field: str
    words: str
    place: Box
    value: Any


@screen
def ReadSlip() -> ft.View:
    """Reads when asked; each value is taken over by a tap of its own."""
    desk = use_desk()
    use_records("receipt")
    slip = desk.get(RECEIPT, ft.use_route_params()["id"])
    nothing: Reading | None = None
    reading, set_reading = use_state(nothing)
    busy, set_busy = use_state(False)
    photo = _photo(desk, slip)
    back = with_way(f"/receipt/{slip.id}", use_way_back())
    offers = [] if reading is None else offers_of(desk, slip, reading)
    nothing_found = reading is not None and not offers

    async def read() -> None:
        set_busy(True)
        try:
            set_reading(await asyncio.wrap_future(ONE.submit(_read, photo, today(desk))))
        finally:
            set_busy(False)

    def take(offer: Offer) -> Callable[[], None]:
        def write() -> None:
            desk.edit(desk.get(RECEIPT, slip.id), **{offer.field: offer.value})
            gesture = desk.last
            say(
                f"{RECEIPT.label(offer.field)}: {offer.words}.",
                undo=lambda: desk.undo(gesture) if gesture else None,
            )

        return write

    return sub_view(
        "Read the slip",
        lambda: go(back),
        [
            note("What is read here is a suggestion. Look at the mark, then take it over."),
            ft.Row(
                [
                    main_button(
                        "Reading..." if busy else "Read the slip",
                        read,
                        icon=ft.Icons.DOCUMENT_SCANNER,
                        disabled=busy,
                    )
                ]
            ),
            *beside(
                [
                    *[_offered(desk, slip, offer, take(offer)) for offer in offers],
                    *([note("Nothing could be read. Type it in.")] if nothing_found else []),
                ],
                [marked(photo, [offer.place for offer in offers])],
            ),
        ],
    )


def offers_of(desk: Desk, slip: Receipt, reading: Reading) -> list[Offer]:
    """The values that were found, as the fields of a receipt want them."""
    found = []
    if reading.total is not None:
        currency = slip.money.currency or show_of(desk).currency
        total = Money(amount=reading.total.value, currency=currency, tax=slip.money.tax)
        found.append(Offer("money", str(total), reading.total.place, total))
    if reading.date is not None:
        day = reading.date.value
        found.append(Offer("date", f"{short_day(day)} {day.year}", reading.date.place, day))
    if reading.vendor is not None:
        name = reading.vendor.value
        found.append(Offer("vendor", name, reading.vendor.place, name))
    return found


def marked(photo: bytes, places: list[Box]) -> ft.Control:
    """The photo with a frame around each place."""
    size = read_jpeg(photo)
    scale = WIDE / size.width
    height = size.height * scale
    picture = ft.Image(
        src=photo, width=WIDE, height=height, semantics_label="Photo with what was read marked"
    )
    frames = [
        ft.Container(
            left=box.left * scale - 3,
            top=box.top * scale - 3,
            width=(box.right - box.left) * scale + 6,
            height=(box.bottom - box.top) * scale + 6,
            border=ft.Border.all(3, ft.Colors.PRIMARY),
            border_radius=GAP / 2,
        )
        for box in places
    ]
    return ft.Stack([picture, *frames], width=WIDE, height=height)


def _offered(desk: Desk, slip: Receipt, offer: Offer, take: Callable[[], None]) -> ft.Control:
    same = getattr(slip, offer.field) == offer.value
    written = shown(desk, RECEIPT, offer.field, slip) or "nothing"
    label = RECEIPT.label(offer.field)
    said: list[ft.Control] = [
        ft.Text(label, theme_style=SMALL, color=QUIET),
        ft.Text(offer.words, theme_style=BODY),
        *([] if same else [ft.Text(f"written: {written}", theme_style=SMALL, color=QUIET)]),
    ]
    return card(
        ft.Row(
            [
                ft.Column(said, spacing=0, expand=True),
                ft.Text("as written", theme_style=SMALL)
                if same
                else side_button(f"Take the {label.lower()}", take),
            ]
        )
    )


def _photo(desk: Desk, slip: Receipt) -> bytes:
    here = [name for name in pages_of(slip) if desk.blobs.has(name)]
    if not here:
        raise NotFound("The photo is not here yet: it is still on the device that took it.")
    return fit(desk.blobs.read(here[0]))


def _read(photo: bytes, latest: date) -> Reading:
    return read_slip(_eyes().see(photo), latest=latest)


@lru_cache(maxsize=1)
def _eyes() -> Eyes:
    return Eyes()
