"""Another process that opens a folder as a reader: once, or `python -m tests.crash.look SORT HOME`,
which looks until its input ends, and prints each time after which gesture that was.
"""

from __future__ import annotations

import json
import os
import select
import sys
import traceback
from pathlib import Path

from tests.crash.gestures import SORTS, Seen


def look(sort: str, home: Path) -> Seen:
    copy = SORTS[sort].open(home, reader=True)
    seen = SORTS[sort].seen(copy)
    copy.close()
    return seen


def looked(sort: str, home: Path) -> Seen:
    """What another process sees there now; to be asked by a process of one thread."""
    from_there, to_here = os.pipe()
    other = os.fork()
    if not other:
        try:
            os.close(from_there)
            with os.fdopen(to_here, "w") as out:
                json.dump(look(sort, home), out)
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    os.close(to_here)
    with os.fdopen(from_there) as said:
        seen: Seen = json.load(said)
    os.waitpid(other, 0)
    return seen


def plain(seen: Seen) -> Seen:
    """As it comes back from another process."""
    again: Seen = json.loads(json.dumps(seen))
    return again


def _look_on(sort: str, home: Path) -> None:
    expected = SORTS[sort].nothing()
    while not select.select([sys.stdin], [], [], 0)[0]:
        seen, begin = look(sort, home), expected.n
        while expected.seen() != seen:
            expected.take()
            if expected.n > begin + 1000:
                raise AssertionError(f"older than gesture {begin}, or not whole: {seen}")
        print(expected.n, flush=True)


if __name__ == "__main__":
    _look_on(sys.argv[1], Path(sys.argv[2]))
