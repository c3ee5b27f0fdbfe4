"""A slip logged on location: photo, amount, save. What else is known may wait for a chair."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import flet as ft

from data.desk import Desk
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import balance
from data.kinds.receipts import RECEIPT, Receipt, in_pages, log_receipt
from data.kinds.slip_flags import Flag, flags_of
from data.store import Gesture
from views.context import go, use_first, use_place, use_records, use_state
from views.drafts import use_draft
from views.parts import icon_button, main_button, sub_view
from views.safe import say, screen
from views.screens.amount_pad import amount_pad
from views.screens.receipt_choices import (
    after,
    category_chips,
    envelope_choice,
    next_receipt,
    vendor_chips,
)
from views.screens.receipt_fields import FIELDS, more_fields
from views.screens.receipt_flags import BAD, flag_lines, of_draft, of_photo
from views.screens.receipt_photos import PhotoTile, taken_photos
from views.screens.receipts import open_slip
from views.shots import Taken
from views.theme import GAP, QUIET, SMALL
from views.words import count, money

IN_SIGHT = 2
"""Flags above the buttons; more would push the amount off a small screen."""


@screen
def ReceiptNew() -> ft.View:
    """Photo, amount, save; envelope and date stand ready. A pile of slips needs no other screen."""
    place = use_place()
    desk = place.desk
    use_records("envelope", "cash", "receipt")
    draft = use_draft(desk, RECEIPT, FIELDS, next_receipt(desk))
    photos, set_photos = use_first(lambda: draft.photos)
    seen, set_seen = use_first(lambda: no_flags())
    pile, set_pile = use_first(lambda: no_slips())
    more, set_more = use_state(False)
    waits = place.face == "device"
    tile = "Take another photo" if photos else "Photo of the receipt"
    flags = _each([*[f for n in photos for f in seen.get(n, ())], *of_draft(desk, draft, photos)])

    def took(taken: Taken) -> None:
        draft.attach({**draft.photos, taken.name: taken.look})
        said = of_photo(desk, draft, taken)
        set_photos(lambda now: {**now, taken.name: taken.look})
        set_seen(lambda now: {**now, taken.name: said})

    def leave_out(name: str) -> None:
        draft.attach({n: look for n, look in draft.photos.items() if n != name})
        set_photos(lambda now: {n: look for n, look in now.items() if n != name})

    def took_again(taken: Taken) -> None:
        for name in photos:
            if any(flag.code in BAD for flag in seen.get(name, ())):
                leave_out(name)
        took(taken)

    def kept() -> Receipt:
        looks = frozenset(look for look in photos.values() if look)
        values = draft.values(later=("vendor",))
        named, pages = frozenset(photos), in_pages(photos)
        return log_receipt(desk, Receipt(**values, photos=named, pages=pages, looks=looks))

    async def save() -> None:
        slip, gesture = kept(), desk.last
        draft.done()
        await go("/receipts")
        say(_saved(desk, slip, flags), undo=lambda: desk.undo(gesture) if gesture else None)

    def next_one() -> None:
        slip, gesture = kept(), desk.last
        draft.begin(after(slip))
        set_photos({})
        set_seen({})
        set_pile(lambda now: [*now, Saved(slip.id, gesture)])

    def take_back() -> None:
        gesture = pile[-1].gesture
        if gesture is not None:
            desk.undo(gesture)
        set_pile(lambda now: now[:-1])

    def start_over() -> Awaitable[None]:
        draft.done()
        return go("/receipts")

    def again() -> ft.Control:
        tile: ft.Control = PhotoTile("Again", took_again, plain=True)
        return tile

    foot = ft.Column(
        [
            *flag_lines(flags, most=IN_SIGHT, opens=waits, again=again),
            ft.Row(
                [
                    main_button("Save, another slip", next_one, second=True),
                    main_button("Save receipt", save, icon=ft.Icons.CHECK),
                ],
                spacing=GAP,
            ),
        ],
        spacing=0,
        tight=True,
    )
    return sub_view(
        "Log a receipt",
        lambda: go("/receipts"),
        [
            *draft.waiting(start_over),
            *_pile(desk, pile, take_back),
            ft.Row(
                [
                    taken_photos(desk, [n for n in photos if desk.blobs.has(n)], leave_out),
                    ft.Container(PhotoTile(tile, took, several=True), expand=True),
                ],
                spacing=0,
            ),
            draft.control("money"),
            amount_pad(lambda by: draft.alter("money", by)),
            *vendor_chips(desk, draft),
            draft.control("vendor"),
            *category_chips(desk, draft),
            envelope_choice(desk, draft),
            *more_fields(draft, more, lambda: set_more(not more)),
            *flag_lines(flags[IN_SIGHT:], opens=waits, again=again),
        ],
        foot=foot,
    )


def no_flags() -> dict[str, list[Flag]]:
    return {}


class Saved(NamedTuple):
    """A slip of the pile, and what takes it back."""

    slip: str
    gesture: Gesture | None


def no_slips() -> list[Saved]:
    return []


def _each(flags: list[Flag]) -> list[Flag]:
    return list({flag.code: flag for flag in flags}.values())


def _pile(desk: Desk, pile: list[Saved], take_back: Callable[[], None]) -> list[ft.Control]:
    """What was logged on this screen before, and what is to be looked at in the last one. It stands
    here and not at the foot, where it would hide what is said of the next one."""
    slips = [slip for slip in (desk.find(RECEIPT, one.slip) for one in pile) if slip is not None]
    if not slips:
        return []
    last = slips[-1]
    words = f"{count(len(slips), 'slip')} saved here."
    if last.number:
        words += f" Write {last.number} on the last one, {last.money}."
    return [
        ft.Row(
            [
                ft.Icon(ft.Icons.CHECK_CIRCLE_OUTLINE, size=20, color=QUIET),
                ft.Text(words, theme_style=SMALL, expand=True),
                icon_button(ft.Icons.UNDO, "Take the last slip back", take_back),
                icon_button(
                    ft.Icons.CHEVRON_RIGHT, "Open the last slip", lambda: open_slip(last.id)
                ),
            ]
        ),
        *flag_lines(flags_of(desk, last)),
    ]


def _saved(desk: Desk, slip: Receipt, flags: list[Flag]) -> str:
    look = f" Look again: {flags[0].sentence}" if flags else ""
    envelope = desk.find(ENVELOPE, slip.envelope)
    if envelope is None:
        return f"Receipt saved, in no envelope.{look}"
    left = f"{money(balance(desk, envelope))} left in {envelope.number}."
    return f"Receipt {slip.number} saved. {left}{look}"
