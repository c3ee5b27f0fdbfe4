"""What a disk may hold when the power goes, told from the calls that were made.

The model of the disk is a mean one. Until a file is synced, every sector of 512 bytes holds what it
held at the last sync or after any call since, zeros where nothing had been; the file is as long as
it was at the last sync, or at any moment since. Until the folder is synced, every name that was
made or taken away since may be there or not, each for itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from tests.crash.recorder import Call

SECTOR: Final = 512


class Disk(NamedTuple):
    """What may be left when the power goes."""

    files: dict[str, bytes]
    acknowledged: int
    at: int
    """How many calls had been made."""


def power_cuts(
    calls: Sequence[Call],
    rng: random.Random,
    *,
    files: Mapping[str, bytes] | None = None,
    acknowledged: int = 0,
    choices: int = 4,
) -> Iterator[Disk]:
    """After every call, some of the disks there may be: one that kept nothing it was not made to
    keep, one that kept everything, the others by chance. No disk is given twice."""
    platter = _Platter(files or {})
    given = set()
    for at, call in enumerate(calls, 1):
        if call.what == "acknowledge":
            acknowledged = call.at
        platter.take(call)
        for choice in range(choices if call.what != "read" else 0):
            left = platter.left(_PICKS[min(choice, 2)], rng)
            key = (acknowledged, *sorted((name, hash(content)) for name, content in left.items()))
            if key not in given:
                given.add(key)
                yield Disk(left, acknowledged, at)


_Pick: TypeAlias = "Callable[[random.Random, int], int]"
"""Which of so many versions, the oldest first, the disk has kept."""


def _oldest(rng: random.Random, count: int) -> int:  # noqa: ARG001
    return 0


def _newest(rng: random.Random, count: int) -> int:  # noqa: ARG001
    return count - 1


def _by_chance(rng: random.Random, count: int) -> int:
    return rng.randrange(count)


_PICKS: Final[tuple[_Pick, ...]] = (_oldest, _newest, _by_chance)


@dataclass(slots=True)
class _Kept:
    """A file: what it held at its last sync, and after each call since."""

    versions: list[bytes] = field(default_factory=lambda: [b""])

    def take(self, call: Call) -> None:
        now = self.versions[-1]
        match call.what:
            case "append":
                before, behind = now[: call.at], now[call.at + len(call.data) :]
                self.versions.append(before + call.data + behind)
            case "cut":
                self.versions.append(now[: call.at])
            case "reserve":
                self.versions.append(now + bytes(call.at - len(now)))
            case "sync":
                self.versions = [now]

    def left(self, pick: _Pick, rng: random.Random) -> bytes:
        lengths = [len(version) for version in self.versions]
        size = lengths[pick(rng, len(lengths))]
        if pick is _by_chance and rng.random() < 0.5:  # a call that was cut short
            size = rng.randint(min(lengths), max(lengths))
        scattered, kept = rng.random() < 0.7, pick(rng, len(lengths))
        sectors = []
        for start in range(0, size, SECTOR):
            if scattered:
                kept = pick(rng, len(lengths))
            sectors.append(self.versions[kept][start : start + SECTOR].ljust(SECTOR, b"\0"))
        return b"".join(sectors)[:size]


class _Platter:
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {number: _Kept([content]) for number, content in enumerate(files.values())}
        self._names: dict[str, list[int | None]] = {
            name: [number] for number, name in enumerate(files)
        }
        """By name: the file it meant at the last sync of the folder, and after each call since."""

    def take(self, call: Call) -> None:
        match call.what:
            case "create":
                self._files[call.file] = _Kept()
                self._names.setdefault(call.name, [None]).append(call.file)
            case "remove":
                self._names[call.name].append(None)
            case "sync folder":
                self._names = {name: meant[-1:] for name, meant in self._names.items()}
            case "reserve" | "append" | "cut" | "sync":
                self._files[call.file].take(call)

    def left(self, pick: _Pick, rng: random.Random) -> dict[str, bytes]:
        names = {name: meant[pick(rng, len(meant))] for name, meant in self._names.items()}
        return {
            name: self._files[file].left(pick, rng)
            for name, file in names.items()
            if file is not None
        }
