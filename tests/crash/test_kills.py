"""Writers are killed at random moments; nothing they said was saved is lost, nothing is half there.

`pytest tests/crash --kills 20000` is for a long night; the first 200 of them are the same. With
`-rP` it says how many gestures were acknowledged.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from data.frame import Commit
from tests.crash.gestures import SORTS, Expected, Seen
from tests.crash.writer import Writer, parent_of_writers

PER_FOLDER = 25
"""Kills before a fresh folder is begun: small ones open quickly, and beginnings are tried too."""


@pytest.fixture(scope="module")
def parent() -> Iterator[Popen[str]]:
    with parent_of_writers() as process:
        yield process


def opened(sort: str, home: Path, *, reader: bool) -> Seen:
    made = SORTS[sort]
    copy = made.open(home, reader=reader)
    seen = made.seen(copy)
    copy.close()
    return seen


def agrees(expected: Expected, seen: Seen) -> bool:
    """Whether that is what was acknowledged, whole, and at most one gesture more."""
    if seen != expected.seen():
        expected.take()
    return seen == expected.seen()


def killed(parent: Popen[str], rng: random.Random, **job: Any) -> int:
    """A writer's life; the last gesture it acknowledged."""
    writer = Writer(parent, seed=rng.getrandbits(32), **job)
    for _ in range(rng.choice((0, rng.randrange(4), rng.randrange(40)))):
        writer.read()
    end = time.perf_counter() + rng.choice((0, rng.random() * 0.0005, rng.random() * 0.006))
    while time.perf_counter() < end:
        pass
    writer.kill()
    return writer.acknowledged


@pytest.mark.parametrize("sort", SORTS)
def test_a_kill_loses_nothing_acknowledged_and_halves_nothing(
    sort: str, parent: Popen[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rng = random.Random(f"kills of a {sort}")
    kills = -(-request.config.getoption("--kills") // len(SORTS))
    acknowledged = 0
    for kill in range(kills):
        if kill % PER_FOLDER == 0:
            home, expected = tmp_path / str(kill), SORTS[sort].nothing()
            smallest = rng.choice((3_000, 10_000, 40_000))
        begin = expected.n + 1
        last = killed(parent, rng, home=str(home), sort=sort, begin=begin, smallest=smallest)
        acknowledged += last - begin + 1
        while expected.n < last:
            expected.take()
        if home.exists() or last:
            seen = opened(sort, home, reader=rng.random() < 0.5)

            assert agrees(expected, seen), (kill, last, seen, expected.seen())
    print(f"{kills} writers killed, {acknowledged} gestures acknowledged")
    assert acknowledged > kills


# ---- the check itself sees what it is there for -----------------------------------------------


@pytest.mark.parametrize("sort", SORTS)
def test_a_lost_gesture_would_be_seen(sort: str, tmp_path: Path) -> None:
    made, expected = SORTS[sort], SORTS[sort].nothing()
    copy = made.open(tmp_path / "lost")
    for n in range(1, 8):
        made.say(copy, n)
        expected.take()
    expected.take()
    seen = made.seen(copy)
    copy.close()

    assert not agrees(expected, seen)


@pytest.mark.parametrize("sort", ["hub", "device"])
def test_half_a_gesture_would_be_seen(sort: str, tmp_path: Path) -> None:
    made, expected = SORTS[sort], SORTS[sort].nothing()
    copy = made.open(tmp_path / "half")
    made.say(copy, 1)
    expected.take()
    other = made.open(tmp_path / "whole")
    made.say(other, 1)
    made.say(other, 2)
    line = other.line("all1")
    made.storage(copy).commit(Commit({"scene": {"all1": line}}))
    seen = made.seen(copy)
    copy.close()
    other.close()

    assert not agrees(expected, seen)
