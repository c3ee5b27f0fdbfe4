"""A face knows how wide its letters are and never fails on one it lacks: that prints as a box."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

FaceName = Literal["plain", "bold"]

FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
# Each face costs a document some 20 ms, so paper has two. The screen's Regular is not one of them.
FILES: dict[FaceName, str] = {"plain": "NotoSans-Condensed.ttf", "bold": "NotoSans-Bold.ttf"}

BOX = "□"
ELLIPSIS = "…"
# Marks that only tell a renderer how to join its neighbours: without shaping they are nothing.
SILENT = frozenset({"\u00ad", "\ufeff"})


class Face:
    """One font in one document: widths per size, and text as the content stream wants it."""

    def __init__(self, name: FaceName, font: TTFFont) -> None:
        self.name = name
        self._font = font
        self._glyphs: dict[str, tuple[float, str]] = {}

    @classmethod
    def load(cls, pdf: FPDF, name: FaceName) -> Face:
        pdf.add_font(name, fname=FONTS / FILES[name])
        font = pdf.fonts[name]
        return cls(name, font)  # type: ignore[arg-type]  # fpdf's union also holds its core fonts

    @property
    def resource(self) -> str:
        return f"/F{self._font.i}"

    def width(self, text: str, size: float) -> float:
        glyphs = self._glyphs
        return size * sum((glyphs.get(c) or self._glyph(c))[0] for c in _composed(text))

    def encoded(self, text: str) -> str:
        """The codes of this text in this document's subset, as a hexadecimal string."""
        glyphs = self._glyphs
        return "".join((glyphs.get(c) or self._glyph(c))[1] for c in _composed(text))

    def lacks(self, character: str) -> bool:
        return ord(character) not in self._font.cmap

    def _glyph(self, character: str) -> tuple[float, str]:
        wanted = _printable(character)
        if wanted and self.lacks(wanted):
            wanted = BOX
        if not wanted:
            glyph = (0.0, "")
        else:
            code = self._font.subset.pick(ord(wanted))
            glyph = (self._font.cw[ord(wanted)] / 1000, f"{code or 0:04X}")
        self._glyphs[character] = glyph
        return glyph

    def shortened(self, text: str, size: float, width: float) -> str:
        """The text, or as much of it as fits before an ellipsis."""
        if self.width(text, size) <= width:
            return text
        text = _composed(text)
        room = width - self.width(ELLIPSIS, size)
        used = 0.0
        for place, character in enumerate(text):
            used += self.width(character, size)
            if used > room:
                return text[:place].rstrip() + ELLIPSIS
        return text

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        """Lines no wider than `width`; written line ends stay, words too long for a line break."""
        return [line for part in text.split("\n") for line in self._wrapped_line(part, size, width)]

    def _wrapped_line(self, text: str, size: float, width: float) -> list[str]:
        lines: list[str] = []
        line = ""
        for word in text.split():
            longer = f"{line} {word}" if line else word
            if self.width(longer, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *whole, line = self._broken(word, size, width)
            lines += whole
        return [*lines, line]

    def _broken(self, word: str, size: float, width: float) -> list[str]:
        pieces, piece = [], ""
        for character in word:
            if piece and self.width(piece + character, size) > width:
                pieces.append(piece)
                piece = ""
            piece += character
        return [*pieces, piece]

    def fitted(
        self, text: str, size: float, width: float, *, lines: int = 1, least: float = 0.84
    ) -> tuple[float, list[str]]:
        """A size and lines that fit: as it is, else smaller, else broken, else cut with …

        `least` is the share of `size` below which nothing shrinks: smaller is not read at 05:30.
        """
        wide = self.width(text, size)
        if wide <= width and "\n" not in text:
            return size, [text]
        if wide * least <= width and "\n" not in text:
            return size * width / wide, [text]
        small = size * least
        broken = self.wrapped(text, small, width) if lines > 1 else [text]
        if len(broken) > lines:
            broken = [*broken[: lines - 1], " ".join(broken[lines - 1 :])]
        return small, [self.shortened(line, small, width) for line in broken]


def _composed(text: str) -> str:
    # A name typed on a Mac may come as letter + accent; the font has the letter with its accent.
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _printable(character: str) -> str:
    if character in SILENT or unicodedata.category(character) == "Cf":
        return ""
    if unicodedata.category(character) == "Mn" and 0xFE00 <= ord(character) <= 0xFE0F:
        return ""
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    return character
