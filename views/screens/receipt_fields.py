"""The fields of a slip as they are typed: few at the shop, all of them at a desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import flet as ft

from views.drafts import Draft
from views.parts import note, side_button

FIRST: Final = ("money", "vendor", "category", "envelope")
BY_CATEGORY: Final[Mapping[str, tuple[str, ...]]] = {
    "meal": ("attendees",),
    "fuel": ("plate", "mileage"),
}
MORE: Final = (
    *("date", "code", "scene", "paid_by", "card", "holder", "subtotal", "taxes", "tip", "rate"),
    *("po", "tax_number", "asset", "returnable", "box"),
)
FIELDS: Final = (
    *FIRST,
    "what_for",
    *(name for names in BY_CATEGORY.values() for name in names),
    *MORE,
    "missing",
)


def more_fields(draft: Draft, open_: bool, toggle: Callable[[], None]) -> list[ft.Control]:
    """What it was for and what its category wants; the rest when somebody asks for it."""
    words = "Fewer details" if open_ else "More: date, code, card, tax, slip lost"
    return [
        *draft.controls(("what_for", *BY_CATEGORY.get(draft.texts["category"], ()))),
        ft.Row([side_button(words, toggle, icon=ft.Icons.TUNE)]),
        *(draft.controls(MORE) if open_ else ()),
        *(_lost(draft) if open_ or draft.texts["missing"] else ()),
    ]


def _lost(draft: Draft) -> list[ft.Control]:
    return [
        note("No slip? Say how it was lost. That is your word in its place."),
        draft.control("missing"),
    ]
