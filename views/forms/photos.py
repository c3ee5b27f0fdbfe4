"""Photos four to a page, in order, each under a caption that says which slip it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from views.forms.canvas import THICK
from views.forms.sheet import GAP, Photo, Sheet

A_PAGE = 4
CAPTION_HEIGHT = 26.0


@dataclass(frozen=True, slots=True)
class Captioned:
    """A photo, or None while it is on another device, and the four corners of its caption."""

    photo: Photo | None
    title: str
    amount: str = ""
    about: str = ""
    dated: str = ""


def photo_pages(sheet: Sheet, photos: Sequence[Captioned]) -> None:
    """As many pages as the photos take; none for none."""
    wide = (sheet.inner - GAP) / 2
    high = (sheet.bottom - sheet.top - GAP) / 2
    for place, each in enumerate(photos):
        corner = place % A_PAGE
        if corner == 0:
            sheet.turn()
        x = sheet.left + corner % 2 * (wide + GAP)
        y = sheet.top + corner // 2 * (high + GAP)
        _caption(sheet, each, x, y, wide)
        sheet.photo(each.photo, x, y + CAPTION_HEIGHT, wide, high - CAPTION_HEIGHT)


def _caption(sheet: Sheet, each: Captioned, x: float, y: float, wide: float) -> None:
    page, right = sheet.page, x + wide - 4
    page.fill(x, y, wide, CAPTION_HEIGHT)
    page.box(x, y, wide, CAPTION_HEIGHT, THICK)
    page.fitted(x + 4, y + 10.5, each.title, wide * 0.5, size=8.5, face="bold")
    page.fitted(right, y + 10.5, each.amount, wide * 0.45, size=8.5, face="bold", align="right")
    page.fitted(x + 4, y + 21, each.about, wide * 0.7, size=8)
    page.fitted(right, y + 21, each.dated, wide * 0.26, size=8, align="right")
