"""Whether a photo can be read at all: how bright its paper is, how sharp its print."""

from __future__ import annotations

from typing import Final, NamedTuple

from data.reading.looks import Small

SHARP_EDGE: Final = 640
"""Longer edge of the grey copy that sharpness is told by; print is gone from a smaller one."""


class Sight(NamedTuple):
    paper: int
    """How bright the brightest tenth is, of 255."""
    sharp: float
    """The step between neighbours that one pixel in a hundred has, as a part of paper to ink."""


def sight_of(photo: Small) -> Sight:
    """Of a grey copy, about `SHARP_EDGE` on its longer edge."""
    w, grey = photo.width, photo.grey
    ranked = sorted(grey[::7])
    paper, ink = ranked[len(ranked) * 9 // 10], ranked[len(ranked) // 50]
    steps = sorted(
        abs(a - b)
        for y in range(0, photo.height, 2)
        for a, b in zip(grey[y * w : (y + 1) * w - 1], grey[y * w + 1 : (y + 1) * w], strict=True)
    )
    step = steps[len(steps) * 99 // 100] if steps else 0
    return Sight(paper, step / max(40, paper - ink))
