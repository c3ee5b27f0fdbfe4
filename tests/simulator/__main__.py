"""`python -m tests.simulator --runs N --seed S [--broken NAME]`.

Exit 1 if and only if something was lost, or two copies that must agree did not."""

from __future__ import annotations

import argparse
import re
import sys

from tests.simulator.broken import BROKEN
from tests.simulator.runs import Run, many, one, shrunk
from tests.simulator.swarm import FEATURES

_MOST = 40
_WEIGHTY = re.compile("killed|power|put back|made from|copied|says|generation|clock|pass|closed")
"""What a short story keeps besides what happened to the record."""


def main(words: list[str] | None = None) -> int:
    ask = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    ask.add_argument("--runs", type=int, default=200, help="how many (200)")
    ask.add_argument("--seed", type=int, default=1, help="the first run's seed (1)")
    ask.add_argument("--broken", default="", choices=BROKEN, help="a known fault, put in")
    ask.add_argument("--without", action="append", default=[], choices=FEATURES)
    ask.add_argument("--story", action="store_true", help="the whole story of that one seed")
    ask.add_argument("--shrink", action="store_true", help="failures with less happening in them")
    said = ask.parse_args(words)
    if said.story:
        run = one(said.seed, without=said.without, fault=said.broken)
        print(story(run, whole=True))
        return 0 if run.wrong is None else 1
    seeds = range(said.seed, said.seed + said.runs)
    told = many(seeds, without=said.without, fault=said.broken)
    for run in told.failed:
        print(story(shrunk(run, fault=said.broken) if said.shrink else run))
    print(told.words())
    return 1 if told.failed else 0


def story(run: Run, *, whole: bool = False) -> str:
    """What was wrong, and how it came to that."""
    wrong, lines = run.wrong, run.story
    if not whole:
        record = wrong.record if wrong is not None else ""
        lines = [line for line in lines if record in line or _WEIGHTY.search(line)][-_MOST:]
    said = "all is well" if wrong is None else f"{wrong.what}: {wrong.words}"
    head = f"seed {run.seed}: {said} ({', '.join(sorted(run.swarm.on))})"
    return "\n  ".join([head, *lines])


if __name__ == "__main__":
    sys.exit(main())
