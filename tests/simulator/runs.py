"""Runs by the seed, and what is told of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from unittest.mock import patch

from sync.wire import MOST_STATES
from tests.simulator.broken import broken
from tests.simulator.disk import Stopped
from tests.simulator.end import end
from tests.simulator.rules import run
from tests.simulator.swarm import FEATURES, Swarm
from tests.simulator.world import World
from tests.simulator.wrong import Wrong

SMALL = 3
"""Records that fill a push or a page in a run with small pages."""


@dataclass(slots=True)
class Run:
    """One run and how it went."""

    seed: int
    swarm: Swarm
    steps: int = 0
    wrong: Wrong | None = None
    story: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """Many runs."""

    runs: int = 0
    steps: int = 0
    seconds: float = 0.0
    """Of the processor: the wall clock tells how busy the machine is with other things."""
    failed: list[Run] = field(default_factory=list)

    @property
    def losses(self) -> int:
        return sum(1 for run in self.failed if run.wrong and run.wrong.what == "loss")

    @property
    def divergences(self) -> int:
        return len(self.failed) - self.losses

    def words(self) -> str:
        speed = self.steps / self.seconds if self.seconds else 0.0
        return (
            f"{self.runs} runs, {self.steps} steps, {speed:.0f} steps/s, "
            f"{self.losses} losses, {self.divergences} divergences"
        )


def one(seed: int, *, without: Iterable[str] = (), fault: str = "", steps: int = 0) -> Run:
    """The run of that seed: the same each time, byte for byte. `fault`: a known one, put in."""
    rng = Random(f"callboard {seed}")
    done = Run(seed, Swarm.of(rng, without=without, steps=steps))
    world = None
    with broken(fault), _pages(SMALL if "small pages" in done.swarm else MOST_STATES):
        try:
            world = World(rng, done.swarm, done.story.append)
            run(world)
            end(world)
        except Wrong as wrong:
            done.wrong = wrong
        except (Exception, Stopped) as error:  # noqa: BLE001  whatever it is, it is told
            done.wrong = Wrong("divergence", f"the product fails: {error!r}")
            done.wrong.__cause__ = error
    done.steps = world.steps if world is not None else 0
    return done


def many(
    seeds: Iterable[int], *, without: Iterable[str] = (), fault: str = "", stop_at: int = 0
) -> Told:
    """All of them; with `stop_at` only until so many have failed."""
    told, begin = Told(), time.process_time()
    for seed in seeds:
        done = one(seed, without=without, fault=fault)
        told.runs, told.steps = told.runs + 1, told.steps + done.steps
        if done.wrong is not None:
            told.failed.append(done)
            if len(told.failed) == stop_at:
                break
    told.seconds = time.process_time() - begin
    return told


def shrunk(run: Run, *, fault: str = "") -> Run:
    """A run of the same seed that fails too, with less happening in it."""
    without: set[str] = set()
    for feature in (feature for feature in FEATURES if feature in run.swarm):
        less = one(run.seed, without=without | {feature}, fault=fault)
        if less.wrong is not None:
            run, without = less, without | {feature}
    for steps in range(5, run.swarm.steps, 5):
        less = one(run.seed, without=without, fault=fault, steps=steps)
        if less.wrong is not None:
            return less
    return run


@contextmanager
def _pages(most: int) -> Iterator[None]:
    """So many records fill a push or a page inside."""
    with patch("sync.session.MOST_STATES", most), patch("sync.device.MOST_STATES", most):
        yield
