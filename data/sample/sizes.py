"""How much of everything a show of each size has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`target`: about which shoot day today is. `times`: how often the crew of B is needed; 0: a
    handful of it."""

    shoot_days: int
    target: int
    times: int
    dailies: int
    cast: int
    scenes: int
    background: int
    floats: int
    slips: int
    """Receipts of the whole show, prep and wrap too."""
    prep: int
    """Work days before the first shoot day on which money is spent."""
    wrap: int


SIZES = {
    "A": Size(5, 3, 0, 0, 4, 20, 4, 2, 80, 10, 5),
    "B": Size(22, 12, 1, 47, 22, 92, 8, 8, 1_200, 25, 10),
    "C": Size(100, 55, 3, 270, 160, 480, 45, 45, 12_000, 50, 25),
}
"""A: a short film, for rehearsals that must be quick. B: a small feature. C: a season of
television, for measuring."""
