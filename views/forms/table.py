"""A table turns its own pages: heads come again, a department's band comes again as "continued"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from views.forms.canvas import BAND_GREY, HAIR, THICK, THIN, Align
from views.forms.faces import FaceName
from views.forms.sheet import Sheet

PAD = 2.6
HEAD_SIZE = 6.2
HEAD_LEADING = 7.0
NOTE_SIZE = 6.8
NOTE_LEADING = 9.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head (two lines with a line end), its share of the width, how texts stand."""

    title: str
    share: float
    align: Align = "left"
    lines: int = 1
    bold: bool = False


class Table:
    """Rows between rules, on as many pages as they take. Call `end()` after the last row."""

    def __init__(
        self,
        sheet: Sheet,
        columns: Sequence[Column],
        *,
        row_height: float = 15.0,
        size: float = 8.0,
        x: float | None = None,
        width: float | None = None,
    ) -> None:
        self.sheet, self.columns = sheet, columns
        self.row_height, self.size = row_height, size
        self.x = sheet.left if x is None else x
        self.width = sheet.inner if width is None else width
        whole = sum(column.share for column in columns)
        self.widths = [column.share * self.width / whole for column in columns]
        self.head_height = 4 + HEAD_LEADING * max(c.title.count("\n") + 1 for c in columns)
        self.band_height = 13.0
        self._band: tuple[str, str] | None = None
        self._top = self._run = sheet.y
        self._open = False

    def _start(self) -> None:
        sheet = self.sheet
        self._top = self._run = sheet.y
        self._open = True
        sheet.page.fill(self.x, sheet.y, self.width, self.head_height, grey=0.94)
        x = self.x
        for column, wide in zip(self.columns, self.widths, strict=True):
            lines = column.title.split("\n")
            y = sheet.y + self.head_height - 3.4 - HEAD_LEADING * (len(lines) - 1)
            for place, line in enumerate(lines):
                at = _anchor(column.align, x, wide)
                sheet.page.fitted(
                    at,
                    y + HEAD_LEADING * place,
                    line,
                    wide - 2,
                    size=HEAD_SIZE,
                    face="bold",
                    align=column.align,
                )
            x += wide
        sheet.y += self.head_height
        sheet.page.rule(self.x, sheet.y, self.x + self.width, sheet.y, THIN)

    def _room(self, height: float) -> None:
        if self._open and self.sheet.fits(height):
            return
        if self._open:
            self.end()
            self.sheet.turn()
            self._start()
            if self._band:
                self._draw_band(f"{self._band[0]} (continued)", "")
            return
        self.sheet.need(self.head_height + height)
        self._start()

    def band(self, left: str, right: str = "") -> None:
        """A grey line over what follows; never alone at the foot of a page."""
        self._band = None
        self._room(self.band_height + self.row_height)
        self._draw_band(left, right)
        self._band = (left, right)

    def _draw_band(self, left: str, right: str) -> None:
        page, y, high = self.sheet.page, self.sheet.y, self.band_height
        self._columns_to(y)
        page.fill(self.x, y, self.width, high, BAND_GREY)
        base = y + high - 3.9
        page.fitted(self.x + PAD, base, left, self.width * 0.62, size=7.6, face="bold")
        page.fitted(
            self.x + self.width - PAD, base, right, self.width * 0.36, size=7.4, align="right"
        )
        self.sheet.y = self._run = y + high
        page.rule(self.x, self._run, self.x + self.width, self._run, HAIR)

    def row(
        self,
        texts: Sequence[str],
        *,
        bold: bool = False,
        struck: bool = False,
        note: str = "",
        height: float | None = None,
    ) -> None:
        """One row. `note` stands under it across the table, inside the same rules, never struck."""
        fitted = [
            self.sheet.faces["bold" if bold or column.bold else "plain"].fitted(
                text, self.size, wide - 2 * PAD, lines=column.lines
            )
            if text
            else (self.size, [])
            for text, column, wide in zip(texts, self.columns, self.widths, strict=True)
        ]
        tallest = max((len(lines) * size * 1.12 for size, lines in fitted), default=0.0)
        cells_height = max(height or self.row_height, tallest + 4)
        notes = self._note_lines(note) if note else []
        note_height = NOTE_LEADING * len(notes)
        self._room(cells_height + note_height)
        page, x, top = self.sheet.page, self.x, self.sheet.y
        for (size, lines), column, wide in zip(fitted, self.columns, self.widths, strict=True):
            face: FaceName = "bold" if bold or column.bold else "plain"
            leading = size * 1.12
            # Capitals are 0.71 of the size: this centres them between the rules.
            base = top + (cells_height - leading * (len(lines) - 1) + 0.71 * size) / 2
            at = _anchor(column.align, x, wide)
            for place, line in enumerate(lines):
                y = base + leading * place
                page.text(at, y, line, size=size, face=face, align=column.align)
                if struck:
                    long = self.sheet.faces[face].width(line, size)
                    start = {"left": at, "right": at - long, "centre": at - long / 2}[column.align]
                    page.rule(start, y - 0.28 * size, start + long, y - 0.28 * size, HAIR)
            x += wide
        for place, line in enumerate(notes):
            y = top + cells_height + 5.4 + NOTE_LEADING * place
            page.text(self.x + self.widths[0] + PAD, y, line, size=NOTE_SIZE, face="bold")
        self.sheet.y = top + cells_height + note_height
        page.rule(self.x, self.sheet.y, self.x + self.width, self.sheet.y, HAIR)
        if note:
            self._columns_to(top + cells_height)
            self._run = self.sheet.y

    def _note_lines(self, note: str) -> list[str]:
        room = self.width - self.widths[0] - 2 * PAD
        return self.sheet.faces["bold"].wrapped(note, NOTE_SIZE, room)

    def blanks(self, rows: int, *, height: float | None = None) -> None:
        """Empty rows to write in."""
        for _ in range(rows):
            self.row([""] * len(self.columns), height=height)

    def _columns_to(self, y: float) -> None:
        """Upright rules from where they last stopped; bands have none."""
        x = self.x
        if y - self._run > 0.1:
            for wide in self.widths[:-1]:
                x += wide
                self.sheet.page.rule(x, self._run, x, y, HAIR)
        self._run = y

    def end(self) -> None:
        """Close the frame. The next row, if any, opens it again."""
        if not self._open:
            return
        page = self.sheet.page
        self._columns_to(self.sheet.y)
        page.box(self.x, self._top, self.width, self.sheet.y - self._top, THICK)
        self._open = False


def _anchor(align: Align, x: float, wide: float) -> float:
    return {"left": x + PAD, "centre": x + wide / 2, "right": x + wide - PAD}[align]
