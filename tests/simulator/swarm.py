"""What may happen in a run. Each seed leaves some of it out, so the rest meets more often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

FEATURES: tuple[str, ...] = (
    "lose",  # requests and answers get lost
    "double",  # a request arrives again, at once or hours later
    "late",  # a request or an answer comes after the device has given up
    "cut",  # a message ends in its middle
    "apart",  # a device is out of reach for a while
    "deaf",  # only its requests come through, or only the answers
    "kill",  # a process dies, between two calls of its disk or between two events
    "power",  # the same, and the disk forgets what was not synced
    "full",  # the disk is full for a while
    "refuse",  # the disk says that it cannot
    "restore",  # the office is put back to a backup and says so
    "untold",  # the same, and nobody says so
    "two offices",  # a laptop made from a backup while the first one lives
    "old copy",  # a device is put back to an older copy of itself
    "clone",  # a copy of a device becomes another device
    "clocks",  # clocks are wrong by days from the beginning
    "jumps",  # clocks jump
    "listen",  # a device asks for news and the office holds the answer back
    "small pages",  # a few records fill a push or a page
    "compact",  # a new generation is made, also in slices between other events
    "absence",  # days and weeks pass
    "gather",  # everybody comes to the office at once, as on the first day after a break
    "close",  # copies are closed and opened in order
    "delete",
    "sets",
    "facts",
    "twice",  # a fact is written a second time
    "judge",  # some people may not write some things
    "gestures",  # several records in one commit
    "stale",  # somebody saves what they saw a while ago
    "twins",  # two copies make the record that is naturally one
    "same person",  # on two copies
    "office edits",
    "scopes",  # rights by role: devices hold what their people may see
    "neighbours",  # files go from hand to hand, to devices and to the office
    "liars",  # some of them say what is not so
)


@dataclass(frozen=True, slots=True)
class Swarm:
    """What may happen in one run. `steps`: how many events before everything heals."""

    on: frozenset[str]
    devices: int
    steps: int

    def __contains__(self, feature: str) -> bool:
        return feature in self.on

    @classmethod
    def of(cls, rng: Random, *, without: Iterable[str] = (), steps: int = 0) -> Swarm:
        """By chance; `without` some features and with so many `steps`, where that is given."""
        share = rng.choice((0.3, 0.5, 0.7, 0.9))
        on = {feature for feature in FEATURES if rng.random() < share}
        if "scopes" in on and rng.random() < 0.5:
            on.remove("scopes")  # without them more can be asked for: that all copies are equal
        if "liars" in on:
            on.add("neighbours")
        devices, length = rng.randint(2, 5), rng.choice((60, 120, 200, 300))
        return cls(frozenset(on - set(without)), devices, steps or length)
