"""What a recogniser saw on a slip: lines of text, each with its place in the photo."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atan2, cos, sin

Corners = Sequence[tuple[float, float]]
"""Of a line as it is read: top left, top right, bottom right, bottom left, in pixels."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place in the photo, in pixels from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """`place` is where it is seen; `level` is where it would be if the slip lay straight."""

    text: str
    place: Box
    level: Box


def lines_of(seen: Iterable[tuple[Corners, str]]) -> list[Line]:
    """The lines from top to bottom; those beside each other from left to right."""
    seen = [(corners, text) for corners, text in seen if text.strip()]
    slant = statistics.median([_slant(corners) for corners, _ in seen]) if seen else 0.0
    lines = [
        Line(" ".join(text.split()), _around(corners), _around(_turned(corners, slant)))
        for corners, text in seen
    ]
    return sorted(lines, key=lambda line: (line.level.middle, line.level.left))


def usual_height(lines: Iterable[Line]) -> float:
    return statistics.median([line.level.height for line in lines] or [1.0])


def beside(line: Line, lines: Iterable[Line]) -> list[Line]:
    """The other lines printed at the same height, from left to right.

    What somebody wrote across several lines is twice as tall; it is beside nothing.
    """
    mine = line.level
    found = []
    for other in lines:
        box = other.level
        lower, higher = sorted((mine.height, box.height))
        level = abs(box.middle - mine.middle) < 0.5 * lower and higher < 1.9 * lower
        if other is not line and level:
            found.append(other)
    return sorted(found, key=lambda other: other.level.left)


def _slant(corners: Corners) -> float:
    """Of short lines the corners say little; a long one says how the slip lies."""
    (x1, y1), (x2, y2) = corners[0], corners[1]
    return atan2(y2 - y1, x2 - x1) if abs(x2 - x1) > 4 * abs(y2 - y1) else 0.0


def _turned(corners: Corners, by: float) -> Corners:
    return [(x * cos(by) + y * sin(by), y * cos(by) - x * sin(by)) for x, y in corners]


def _around(corners: Corners) -> Box:
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(across), min(down), max(across), max(down))
