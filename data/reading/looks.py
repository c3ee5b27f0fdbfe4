"""Whether two photos show the same slip: turned, rescaled or saved again, it is the same picture.

Of a small grey copy of the photo only the ink counts, what is darker than the paper around it. It
is read off on rings around the middle, so that turning the photo shifts the rings; rings stay clear
of the corners, which a turned photo fills with something else. Pure Python: the phone does it too.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import cos, dist, floor, pi, radians, sin, sqrt
from operator import mul
from typing import Final

EDGE: Final = 64
RINGS, SPOKES, AROUND, REACH = 8, 64, 2, 0.8
STEEPEST: Final = 6
"""Degrees that a copy may lie askew, beside the quarter turns."""
STRAIGHT, ASKEW = 0.91, 0.89
"""How alike two photos are that show one slip, 1 being the same; measured on real slips."""
LEVELS: Final = 8
ARC: Final = 8
"""Spokes; a quarter turn moves whole arcs."""

Rings = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Small:
    """A photo in grey, its longer edge `EDGE` pixels: a byte a pixel, row by row."""

    width: int
    height: int
    grey: bytes


def small(photo: bytes, edge: int = EDGE) -> Small:
    """A photo's small grey copy, with Pillow; a browser hands in what its canvas made."""
    from PIL import Image

    image = Image.open(io.BytesIO(photo))
    image.draft("L", (edge * 4, edge * 4))
    scale = min(1.0, edge / max(image.size))
    size = max(8, round(image.width * scale)), max(8, round(image.height * scale))
    grey = image.convert("L").resize(size, Image.Resampling.BILINEAR, reducing_gap=3.0)
    return Small(*grey.size, grey.tobytes())


def look_of(photo: Small) -> str:
    """What is kept of a photo to know it again: 344 letters."""
    levels = _levels(_rings(photo, _ink(photo), _half(photo), 0.0))
    pairs = zip(levels[::2], levels[1::2], strict=True)
    return base64.b64encode(bytes((a + LEVELS) << 4 | (b + LEVELS) for a, b in pairs)).decode()


class Compared:
    """A new photo beside looks that were kept; built once, then asked of each."""

    def __init__(self, photo: Small) -> None:
        ink = _ink(photo)
        self._straight = _Band([_Reading(_rings(photo, ink, _half(photo), 0.0))])
        self._askew = [
            _Band([_Reading(_rings(photo, ink, half, by)) for half, by in band])
            for band in _slants(photo)
            if band
        ]

    def same_as(self, look: str) -> bool:
        """Whether both are likely to show one slip. A look of a newer app is like nothing."""
        kept = _kept(look)
        if kept is None:
            return False
        if self._straight.like(kept, STRAIGHT):
            return True
        return any(band.like(kept, ASKEW) for band in self._askew)


class _Reading:
    """Ink on rings as one vector of length 1, and coarser, by arcs of a ring."""

    def __init__(self, rings: Rings) -> None:
        self.rings = _of_length_one([float(level) for level in _levels(rings)])
        self.arcs, self.rest = _coarse(self.rings)


class _Band:
    """Readings that are nearly the same: a degree more or less moves little from arc to arc."""

    def __init__(self, readings: list[_Reading]) -> None:
        self.readings = readings
        columns = zip(*(reading.arcs for reading in readings), strict=True)
        self.middle = tuple(sum(column) / len(readings) for column in columns)
        self.spread = max(dist(reading.arcs, self.middle) for reading in readings)
        self.rest = max(reading.rest for reading in readings)

    def like(self, kept: _Kept, least: float) -> bool:
        # What coarse parts say of the whole, at most (Cauchy-Schwarz); few come to be compared.
        open_to_all = self.spread * sqrt(1.0 - kept.rest**2) + self.rest * kept.rest
        for arcs, rings in kept.turns:
            if _dot(self.middle, arcs) + open_to_all >= least and any(
                _dot(reading.arcs, arcs) + reading.rest * kept.rest >= least
                and _dot(reading.rings, rings) >= least
                for reading in self.readings
            ):
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Kept:
    rest: float
    """What arcs leave out of it."""
    turns: tuple[tuple[Rings, Rings], ...]
    """By quarter turns: arcs, and all of it."""


@lru_cache(maxsize=1024)
def _kept(look: str) -> _Kept | None:
    try:
        packed = base64.b64decode(look, validate=True)
    except ValueError:
        return None
    if len(packed) != RINGS * SPOKES // 2:
        return None
    levels = [float(half - LEVELS) for byte in packed for half in (byte >> 4, byte & 15)]
    rings = _of_length_one(levels)
    turned = [_turned(rings, quarter) for quarter in range(4)]
    return _Kept(_coarse(rings)[1], tuple((_coarse(t)[0], t) for t in turned))


def _turned(rings: Rings, quarters: int) -> Rings:
    by = quarters * SPOKES // 4
    parts = [rings[at : at + SPOKES] for at in range(0, len(rings), SPOKES)]
    return tuple(value for ring in parts for value in (*ring[by:], *ring[:by]))


def _coarse(rings: Rings) -> tuple[Rings, float]:
    """Of a vector of length 1: what is alike over an arc, and the length of the rest."""
    scale = 1 / sqrt(ARC)
    arcs = tuple(sum(rings[i : i + ARC]) * scale for i in range(0, len(rings), ARC))
    return arcs, sqrt(max(0.0, 1.0 - _dot(arcs, arcs)))


def _dot(one: Rings, other: Rings) -> float:
    return float(sum(map(mul, one, other)))


def _half(photo: Small) -> float:
    return min(photo.width, photo.height) / 2


def _slants(photo: Small) -> Iterator[list[tuple[float, float]]]:
    """Ways a copy may lie askew, those together that are nearly alike: half of the frame's shorter
    edge as the other photo has it, and the angle. Programs that turn a photo cut its corners off,
    or make the frame larger."""
    for frame in (_same, _larger, _before):
        for first in range(1, STEEPEST + 1, 2):
            ways = [(frame(photo, radians(d)), radians(d)) for d in (first, first + 1)]
            yield [(half, side * by) for half, by in ways for side in (1, -1) if half > 4]


def _same(photo: Small, _by: float) -> float:
    return _half(photo)


def _larger(photo: Small, by: float) -> float:
    w, h, c, s = photo.width, photo.height, cos(by), sin(by)
    return min(w * c + h * s, w * s + h * c) / 2


def _before(photo: Small, by: float) -> float:
    w, h, c, s = photo.width, photo.height, cos(by), sin(by)
    return min(w * c - h * s, h * c - w * s) / (c * c - s * s) / 2


def _rings(photo: Small, ink: Sequence[float], half: float, by: float) -> Rings:
    """The ink at every spoke of every ring; all rings stand for about as much paper."""
    w, h = photo.width, photo.height
    read: list[float] = []
    for ring in range(RINGS):
        radius = half * REACH * sqrt((ring + 0.7) / RINGS)
        for spoke in range(SPOKES):
            angle = 2 * pi * spoke / SPOKES + by
            x = min(max(w / 2 + radius * cos(angle) - 0.5, 0.0), w - 1.001)
            y = min(max(h / 2 + radius * sin(angle) - 0.5, 0.0), h - 1.001)
            x0, y0 = floor(x), floor(y)
            fx, at = x - x0, y0 * w + x0
            upper = ink[at] * (1 - fx) + ink[at + 1] * fx
            lower = ink[at + w] * (1 - fx) + ink[at + w + 1] * fx
            read.append(upper + (lower - upper) * (y - y0))
    return tuple(read)


def _levels(rings: Rings) -> list[int]:
    """Four bits each, around the mean."""
    mean = sum(rings) / len(rings)
    spread = sqrt(sum((value - mean) ** 2 for value in rings) / len(rings)) or 1.0
    return [max(-LEVELS, min(LEVELS - 1, round(3 * (value - mean) / spread))) for value in rings]


def _of_length_one(values: Sequence[float]) -> Rings:
    length = sqrt(sum(value * value for value in values)) or 1.0
    return tuple(value / length for value in values)


def _ink(photo: Small) -> list[float]:
    """How much darker each pixel is than those around it."""
    w, h, grey = photo.width, photo.height, photo.grey
    rows = [list(accumulate(grey[y * w : (y + 1) * w], initial=0)) for y in range(h)]
    ink: list[float] = []
    for y in range(h):
        band = rows[max(0, y - AROUND) : y + AROUND + 1]
        column = [sum(sums) for sums in zip(*band, strict=True)]
        for x in range(w):
            left, right = max(0, x - AROUND), min(w, x + AROUND + 1)
            mean = (column[right] - column[left]) / (len(band) * (right - left))
            ink.append(max(-40.0, min(60.0, mean - grey[y * w + x])))
    return ink
