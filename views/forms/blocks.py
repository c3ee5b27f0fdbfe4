"""The blocks that forms end with: signature lines, labelled strips, comments to write on."""

from __future__ import annotations

from collections.abc import Sequence

from views.forms.canvas import BAND_GREY, HAIR, LABEL_GREY, THICK, THIN
from views.forms.head import labelled
from views.forms.sheet import GAP, Sheet

SIGNATURE_HEIGHT = 42.0
LINE_HEIGHT = 15.0
TITLE_HEIGHT = 13.0


def signatures(sheet: Sheet, who: Sequence[tuple[str, str]]) -> None:
    """Boxes to sign in, in one row: (role, printed name or "")."""
    sheet.need(SIGNATURE_HEIGHT)
    page, wide, top = sheet.page, sheet.inner / len(who), sheet.y
    page.box(sheet.left, top, sheet.inner, SIGNATURE_HEIGHT, THICK)
    for place, (role, name) in enumerate(who):
        x = sheet.left + place * wide
        if place:
            page.rule(x, top, x, top + SIGNATURE_HEIGHT, THIN)
        line = top + SIGNATURE_HEIGHT - 12
        dated = x + wide * 0.72
        page.rule(x + 6, line, dated - 6, line, HAIR)
        page.rule(dated, line, x + wide - 6, line, HAIR)
        signer = f"{role}: {name}" if name else role
        page.fitted(x + 6, line + 8, signer, dated - x - 12, size=7)
        page.text(dated, line + 8, "Date", size=7, grey=LABEL_GREY)
    sheet.y = top + SIGNATURE_HEIGHT + GAP


def strip(sheet: Sheet, boxes: Sequence[tuple[str, str, float]], *, height: float = 24.0) -> None:
    """One framed row of labelled boxes: (label, value or "" to write in, share of the width)."""
    sheet.need(height)
    sheet.page.box(sheet.left, sheet.y, sheet.inner, height, THICK)
    labelled(sheet.page, sheet.left, sheet.y, sheet.inner, tuple(boxes), height)
    sheet.y += height + GAP


def title(sheet: Sheet, text: str, *, x: float | None = None, width: float | None = None) -> None:
    """A black-framed grey bar over a block; the caller has made room for what follows."""
    x, width = sheet.left if x is None else x, sheet.inner if width is None else width
    sheet.page.fill(x, sheet.y, width, TITLE_HEIGHT, BAND_GREY)
    sheet.page.box(x, sheet.y, width, TITLE_HEIGHT, THICK)
    sheet.page.fitted(x + 3, sheet.y + 9.3, text, width - 6, size=7.6, face="bold")
    sheet.y += TITLE_HEIGHT


def comments(
    sheet: Sheet,
    heading: str,
    texts: Sequence[str],
    *,
    blank: tuple[int, int] = (2, 4),
    then: float = 0.0,
) -> None:
    """What was said, every word of it, and ruled lines to go on by hand.

    `blank` is the fewest and the most of them: as many as leave `then` points on the page, so that
    signatures do not end up alone on the next one.
    """
    wide = sheet.inner - 10
    lines = [line for text in texts for line in sheet.faces["plain"].wrapped(text, 8, wide)]
    around = TITLE_HEIGHT + 2 * GAP + then
    fewest, most = blank
    sheet.need(min(around + LINE_HEIGHT * (len(lines) + fewest), sheet.bottom - sheet.top))
    room = int((sheet.bottom - sheet.y - around) // LINE_HEIGHT) - len(lines)
    every = [*lines, *[""] * max(fewest, min(most, room))]
    title(sheet, heading)
    top = sheet.y
    for place, line in enumerate(every, 1):
        if not sheet.fits(LINE_HEIGHT):
            sheet.page.box(sheet.left, top, sheet.inner, sheet.y - top, THICK)
            sheet.turn()
            title(sheet, f"{heading} (continued)")
            top = sheet.y
        sheet.page.text(sheet.left + 5, sheet.y + LINE_HEIGHT - 4.5, line, size=8)
        sheet.y += LINE_HEIGHT
        if place < len(every):
            sheet.page.rule(sheet.left + 5, sheet.y - 1.5, sheet.right - 5, sheet.y - 1.5, HAIR)
    sheet.page.box(sheet.left, top, sheet.inner, sheet.y - top, THICK)
    sheet.y += GAP
