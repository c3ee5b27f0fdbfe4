"""A page is drawn from what was noted: grey fields, then rules, one path a weight, then text.

Coordinates are points from the top left corner. Texts keep the order they were placed in, so that a
screen reader and a search find them in reading order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from views.forms.faces import Face, FaceName

Align = Literal["left", "centre", "right"]

HAIR, THIN, THICK = 0.35, 0.6, 1.0  # weights of rules that a cheap laser printer still shows
LABEL_GREY = 0.3  # small labels: dark enough for a photocopy of a photocopy
BAND_GREY = 0.86


@dataclass(frozen=True, slots=True)
class PlacedPhoto:
    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Canvas:
    """One page's notes."""

    width: float
    height: float
    faces: dict[FaceName, Face]
    photos: list[PlacedPhoto] = field(default_factory=list)
    _fills: list[str] = field(default_factory=list)
    _rules: dict[float, list[str]] = field(default_factory=dict)
    _texts: list[str] = field(default_factory=list)
    _pen: tuple[str, float, float] | None = None

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 8,
        face: FaceName = "plain",
        align: Align = "left",
        grey: float = 0,
    ) -> None:
        """Text with its baseline at `y`; `x` is its left end, middle or right end."""
        if not text:
            return
        letters = self.faces[face]
        if align != "left":
            wide = letters.width(text, size)
            x -= wide if align == "right" else wide / 2
        pen = (letters.resource, size, grey)
        if pen != self._pen:
            self._pen = pen
            self._texts.append(f"{letters.resource} {size:.2f} Tf {grey:g} g")
        self._texts.append(f"1 0 0 1 {x:.2f} {self.height - y:.2f} Tm <{letters.encoded(text)}> Tj")

    def fitted(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        *,
        size: float = 8,
        face: FaceName = "plain",
        align: Align = "left",
        grey: float = 0,
        least: float = 0.7,
    ) -> None:
        """One line that never leaves `width` points: shrunk, then cut with an ellipsis."""
        size, [line] = self.faces[face].fitted(
            text.replace("\n", " "), size, width, lines=1, least=least
        )
        self.text(x, y, line, size=size, face=face, align=align, grey=grey)

    def rule(self, x1: float, y1: float, x2: float, y2: float, weight: float = HAIR) -> None:
        h = self.height
        self._rules.setdefault(weight, []).append(
            f"{x1:.2f} {h - y1:.2f} m {x2:.2f} {h - y2:.2f} l"
        )

    def box(self, x: float, y: float, w: float, h: float, weight: float = HAIR) -> None:
        self._rules.setdefault(weight, []).append(
            f"{x:.2f} {self.height - y - h:.2f} {w:.2f} {h:.2f} re"
        )

    def fill(self, x: float, y: float, w: float, h: float, grey: float = BAND_GREY) -> None:
        self._fills.append(f"{grey:g} g {x:.2f} {self.height - y - h:.2f} {w:.2f} {h:.2f} re f")

    def content(self) -> str:
        """The page's content stream."""
        parts = ["q", *self._fills, "0 G 0 J"]
        for weight, paths in self._rules.items():
            parts += [f"{weight:g} w", *paths, "S"]
        if self._texts:
            parts += ["BT", *self._texts, "ET"]
        return "\n".join([*parts, "Q"])
