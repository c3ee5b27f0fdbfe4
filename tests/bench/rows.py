"""The rows a benchmark prints and writes: cost ours / cost peer, lower is better."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`peer` is what the same work costs the other way, or the budget; costs are in `unit`."""

    name: str
    ours: float
    peer: float
    goal: float
    unit: str

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    @property
    def held(self) -> bool:
        return self.ratio <= self.goal

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ours": self.ours,
            "peer": self.peer,
            "ratio": self.ratio,
            "goal": self.goal,
            "held": self.held,
            "unit": self.unit,
        }


def seconds(doing: Callable[[], object]) -> float:
    started = time.perf_counter()
    doing()
    return time.perf_counter() - started


def interleaved(
    ours: Callable[[], object], peer: Callable[[], object], *, times: int
) -> tuple[float, float]:
    """Medians of both, taken in turn, so that a machine that slows down slows both."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(times)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def table(rows: list[Row]) -> str:
    lines = [f"{'':<46}{'ours':>12}{'peer':>12}{'ratio':>8}{'goal':>7}"]
    for row in rows:
        mark = "" if row.held else "  not held"
        costs = f"{row.ours:>9.4g} {row.unit:<2}{row.peer:>9.4g} {row.unit:<2}"
        lines.append(f"{row.name:<46}{costs}{row.ratio:>8.2f}{row.goal:>7.2f}{mark}")
    return "\n".join(lines)
