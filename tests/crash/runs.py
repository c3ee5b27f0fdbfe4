"""Runs of gestures on a recorded folder, through kills and full disks."""

from __future__ import annotations

import random
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path
from typing import Final

import pytest

from data.errors import OfficeError
from tests.crash.gestures import Seen, Sort
from tests.crash.recorder import Call, Recorder

HOME: Final = Path("nowhere")
"""Where a store believes to be whose folder was handed to it."""


class Killed(BaseException):
    """The process ends here."""


def after(sort: Sort, count: int = 80) -> list[Seen]:
    """What is known after each of so many gestures, beginning with none."""
    expected = sort.nothing()
    known = [expected.seen()]
    for _ in range(count):
        expected.take()
        known.append(expected.seen())
    return known


class Run:
    """Gestures that are written down, with steps towards new generations in between."""

    def __init__(self, sort: Sort, recorder: Recorder, *, seed: int, n: int = 0) -> None:
        self.sort, self.recorder, self.n = sort, recorder, n
        self.rng = random.Random(seed)
        self.known = after(sort)
        self.open()

    def open(self) -> None:
        """Opens, and takes what it finds for saved: from now on somebody sees it."""
        self.copy = self.sort.open(HOME, folder=self.recorder, seed=self.rng.randrange(1, 2**32))
        seen = self.sort.seen(self.copy)
        self.n += self.known[self.n] != seen
        assert self.known[self.n] == seen
        self.recorder.acknowledge(self.n)

    def say(self) -> None:
        self.sort.say(self.copy, self.n + 1)
        self.n += 1
        self.recorder.acknowledge(self.n)

    def steps(self, count: int) -> None:
        storage = self.sort.storage(self.copy)
        for _ in range(count):
            storage.tend(0)
            if storage.slow is not None:
                storage._step()

    def give_up(self) -> None:
        """The disk gets full on the way to the next generation, wherever that is."""
        fails_at = len(self.recorder.calls) + self.rng.randrange(10)

        def full(_: Call) -> None:
            if len(self.recorder.calls) >= fails_at:
                raise OSError(ENOSPC, "No space left on device")

        self.recorder.before = full
        with pytest.raises(OfficeError):
            self.sort.storage(self.copy).compact()
        self.recorder.before = lambda _: None

    def killed(self) -> None:
        """The process ends within the next calls, and another one opens the folder."""
        ends_at = len(self.recorder.calls) + self.rng.randrange(30)

        def end(_: Call) -> None:
            if len(self.recorder.calls) >= ends_at:
                raise Killed

        self.recorder.before = end
        with suppress(Killed):
            while True:
                self.say()
                self.steps(self.rng.randrange(8))
        self.recorder.before = lambda _: None
        self.open()
