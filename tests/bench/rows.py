"""The rows a benchmark prints and writes: cost ours / cost peer, lower is better."""

from __future__ import annotations

import random
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
    stdlib: Row | None = None
    """The same again where only the standard library's JSON is installed. It has no goal."""

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    @property
    def held(self) -> bool:
        return self.ratio <= self.goal

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "name": self.name,
            "ours": self.ours,
            "peer": self.peer,
            "ratio": self.ratio,
            "goal": self.goal,
            "held": self.held,
            "unit": self.unit,
        }
        if self.stdlib is not None:
            again = self.stdlib
            told["stdlib"] = {"ours": again.ours, "peer": again.peer, "ratio": again.ratio}
        return told


def seconds(doing: Callable[[], object]) -> float:
    started = time.perf_counter()
    doing()
    return time.perf_counter() - started


def in_turn(*doings: Callable[[], object], times: int, block: int = 1) -> list[list[float]]:
    """Seconds one call of each takes, `times` samples of `block` calls. They take turns, so that a
    machine that slows down slows all, and in an order drawn anew each time, so that none of them
    always comes after the same other."""
    costs: list[list[float]] = [[] for _ in doings]
    order = list(range(len(doings)))
    drawn = random.Random(1)
    for _ in range(times):
        drawn.shuffle(order)
        for n in order:
            doing = doings[n]
            started = time.perf_counter()
            for _ in range(block):
                doing()
            costs[n].append((time.perf_counter() - started) / block)
    return costs


def interleaved(
    ours: Callable[[], object], peer: Callable[[], object], *, times: int, block: int = 1
) -> tuple[float, float]:
    """Medians of both, taken in turn."""
    first, second = in_turn(ours, peer, times=times, block=block)
    return statistics.median(first), statistics.median(second)


def timed(name: str, costs: tuple[float, float], goal: float, unit: str) -> Row:
    """A row of ours and the peer's seconds."""
    ours, peer = (cost * {"us": 1e6, "ms": 1e3, "s": 1.0}[unit] for cost in costs)
    return Row(name, ours, peer, goal, unit)


def p99(costs: list[float]) -> float:
    """What only one in a hundred is above."""
    return statistics.quantiles(costs, n=100, method="inclusive")[98]


def table(rows: list[Row]) -> str:
    wide = max(len(row.name) for row in rows) + 2
    again = any(row.stdlib for row in rows)
    head = f"{'':<{wide}}{'ours':>12}{'peer':>12}{'ratio':>9}{'goal':>8}"
    return "\n".join(
        [head + (f"{'':>12}{'stdlib':>12}{'ratio':>9}" if again else "")]
        + [_line(row, wide) for row in rows]
    )


def _line(row: Row, wide: int) -> str:
    costs = f"{_cost(row, row.ours)}{_cost(row, row.peer)}{row.ratio:>9.3g}{row.goal:>8.3g}"
    line = f"{row.name:<{wide}}{costs}{'' if row.held else '  not held':<12}"
    if row.stdlib is not None:
        line += f"{_cost(row, row.stdlib.ours)}{row.stdlib.ratio:>9.3g}"
    return line.rstrip()


def _cost(row: Row, cost: float) -> str:
    digits = f"{cost:.0f}" if cost >= 1000 else f"{cost:.4g}"
    return f"{digits:>9} {row.unit:<2}"
