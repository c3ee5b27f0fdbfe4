"""A process that writes gestures until it is killed, and the warm parent it is a fork of.

An interpreter takes a quarter of a second to import the store; a fork takes a millisecond. The
parent of the writers has one thread and nothing open, so a fork of it is as good as a fresh start;
the process of the tests has neither.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import data.storage
from tests.crash.gestures import SORTS

ROOT = Path(__file__).resolve().parents[2]


class Writer:
    """The writer's end that the test holds."""

    def __init__(self, parent: subprocess.Popen[str], **job: Any) -> None:
        assert parent.stdin is not None
        assert parent.stdout is not None
        self._out = parent.stdout
        self.acknowledged = int(job["begin"]) - 1
        self._alive = True
        parent.stdin.write(json.dumps(job) + "\n")
        parent.stdin.flush()
        self.pid = int(self._out.readline())

    def read(self) -> None:
        """Waits for one more acknowledgement."""
        word, _, number = self._out.readline().strip().partition(" ")
        if word == "said":
            assert int(number) == self.acknowledged + 1
            self.acknowledged += 1
        else:
            assert (word, int(number)) == ("dead", -signal.SIGKILL), "the writer fell over"
            self._alive = False

    def kill(self) -> None:
        """Ends it wherever it is, and takes up whatever it had still said."""
        os.kill(self.pid, signal.SIGKILL)
        while self._alive:
            self.read()


@contextmanager
def parent_of_writers() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # with a writer that a failed test left alive


def _say(text: str) -> None:
    os.write(1, text.encode())  # one write, nothing held back


def _write(
    *, home: str, sort: str, begin: int, seed: int, smallest: int, most: int = 2**31
) -> None:
    """Writes until it is killed; after `most` gestures it only holds what it has."""
    patch.object(data.storage, "SMALLEST", smallest).start()
    patch.object(data.storage, "LONG", 4 * smallest).start()
    rng = random.Random(seed)
    idle = rng.choice((0.0, 0.3, 0.9))
    made = SORTS[sort]
    copy = made.open(Path(home))
    storage = made.storage(copy)
    for n in range(begin, begin + most):
        made.say(copy, n)
        _say(f"said {n}\n")
        if rng.random() < idle:
            storage.tend(rng.choice((0.0002, 0.002, 1.0)))
    signal.pause()


def _parent() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _say(f"{os.getpid()}\n")
            try:
                _write(**json.loads(line))
            finally:
                traceback.print_exc()  # whatever it is, the test finds the writer fallen over
                os._exit(1)
        _, status = os.waitpid(child, 0)
        _say(f"dead {os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    _parent()
