"""What the replicas of a device have claimed about time.

A device's stamps only rise, so an edit counts no earlier than one that was made before it: nobody
sets a clock back to write with a role that has ended.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from data.state import Dot
from data.store import Store


class Heard:
    """Of one push. `stamps`: those of the pusher's edits that it brings."""

    def __init__(self, store: Store, stamps: Mapping[Dot, int]) -> None:
        self.store = store
        self._upto: dict[str, tuple[list[int], list[int]]] = {}
        now = store.sources.wall_ms()
        for dot in sorted(stamps):
            told = self._upto.get(dot.replica)
            if told is None:
                last, newest = self._kept(dot.replica)
                told = self._upto[dot.replica] = ([last], [newest])
            if dot.n > told[0][-1]:  # what a clock claims of the future is no role's time
                told[0].append(dot.n)
                told[1].append(max(told[1][-1], min(stamps[dot], now)))

    def before(self, replica: str, n: int) -> int:
        """The newest time that an edit before the n-th claims."""
        numbers, times = self._upto.get(replica, ([], []))
        at = bisect_left(numbers, n)
        return times[at - 1] if at else 0

    def to_meta(self) -> dict[str, Any]:
        """Books: how far each replica is heard, and the newest time it claimed by then."""
        return {
            f"heard/{r}": [numbers[-1], times[-1]] for r, (numbers, times) in self._upto.items()
        }

    def _kept(self, replica: str) -> tuple[int, int]:
        last, newest = self.store.meta.get(f"heard/{replica}", (0, 0))
        return last, newest
