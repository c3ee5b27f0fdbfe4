"""The power goes, at every moment of a recorded run; whatever the disk kept opens and is whole."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

import data.storage
from data.disk import open_db
from data.files import MemoryFolder
from tests.crash.gestures import SORTS, Seen, Sort
from tests.crash.order import faults
from tests.crash.power import SECTOR, Disk, power_cuts
from tests.crash.recorder import Call, Recorder
from tests.crash.runs import HOME, Run, after

GESTURES = 18
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]


@pytest.fixture(autouse=True)
def any_journal_is_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data.storage, "SMALLEST", 1)
    monkeypatch.setattr(data.storage, "LONG", 4)


def recorded(sort: Sort, seed: int) -> list[Call]:
    run = Run(sort, Recorder(), seed=seed)
    while run.n < GESTURES:
        run.say()
        run.steps(run.rng.choice((0, 1, 3, 6)))
        match run.rng.randrange(6):
            case 0:
                run.give_up()
            case 1:
                run.killed()
            case 2:
                run.copy.close()
                run.open()
    sort.storage(run.copy).compact()
    return run.recorder.calls


def verdict(sort: Sort, disk: Disk, known: list[Seen], *, goes_on: bool) -> str:
    """What is wrong with what opens from the disk; empty if nothing is."""
    folder = MemoryFolder()
    folder.files = {name: bytearray(content) for name, content in disk.files.items()}
    try:
        copy = sort.open(HOME, folder=folder)
        seen = sort.seen(copy)
        there = [n for n in (disk.acknowledged + 1, disk.acknowledged) if known[n] == seen]
        if not there:
            return f"after {disk.acknowledged} gestures it knows {seen}"
        if goes_on:
            sort.say(copy, there[0] + 1)
            sort.storage(copy).compact()
            seen = sort.seen(sort.open(HOME, folder=folder, reader=True))
            if seen != known[there[0] + 1]:
                return f"going on after {there[0]} gestures it knows {seen}"
    except Exception as error:  # noqa: BLE001  (whatever it is, it is the verdict)
        return f"{type(error).__name__}: {error}"
    return ""


def verdicts(sort: Sort, disks: Iterable[Disk]) -> list[str]:
    known = after(sort)
    judged = (
        (disk.at, verdict(sort, disk, known, goes_on=n % 4 == 0)) for n, disk in enumerate(disks)
    )
    return [f"power cut after call {at}: {said}" for at, said in judged if said]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sort", SORTS)
def test_no_power_cut_loses_or_halves_anything(sort: str, seed: int) -> None:
    disks = list(power_cuts(recorded(SORTS[sort], seed), random.Random(seed)))
    print(f"{len(disks)} disks")

    assert verdicts(SORTS[sort], disks) == []


@pytest.mark.parametrize("sort", SORTS)
def test_a_second_power_cut_while_it_recovers_loses_nothing(sort: str) -> None:
    made, rng = SORTS[sort], random.Random(2)
    disks = list(power_cuts(recorded(made, 2), rng))
    for left in rng.sample(disks, 5):
        again = Recorder(left.files)
        run = Run(made, again, seed=3, n=left.acknowledged)
        run.say()
        run.steps(2)
        run.say()

        cuts = power_cuts(again.calls, rng, files=left.files, acknowledged=left.acknowledged)
        assert verdicts(made, cuts) == []


@pytest.mark.parametrize("sort", SORTS)
def test_everything_is_done_in_the_one_order_that_is_safe(sort: str) -> None:
    assert [fault for seed in range(1, 12) for fault in faults(recorded(SORTS[sort], seed))] == []


@pytest.mark.parametrize("before", range(1, 24))
def test_a_commit_may_begin_just_before_the_end_of_a_sector_that_is_lost(
    before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data.storage, "SMALLEST", 2**20)
    monkeypatch.setattr(data.storage, "LONG", 2**20)
    folder = Recorder()
    db = open_db(folder)
    ends = []
    for _ in range(2):
        db.insert({"pad": "x"})
        ends.append(len(folder.holds()["journal.1"]))
    short = -(2 * ends[1] - ends[0] + before) % SECTOR
    db.insert({"pad": "x" * (short + 1)})
    assert SECTOR - before == len(folder.holds()["journal.1"]) % SECTOR
    folder.acknowledge(3)
    db.insert({"pad": "y" * 700})

    for disk in power_cuts(folder.calls, random.Random(before), choices=30):
        left = Recorder(disk.files)
        assert disk.acknowledged <= len(open_db(left)) <= 4


# ---- the harness sees what it is there for ----------------------------------------------------


def without_syncs(calls: list[Call]) -> list[Call]:
    """As if `sync` of a file did nothing."""
    return [call for call in calls if call.what != "sync"]


def without_folder_syncs(calls: list[Call]) -> list[Call]:
    return [call for call in calls if call.what != "sync folder"]


def without_one_sync(calls: list[Call]) -> list[Call]:
    """One gesture is acknowledged before its sync."""
    appended = [n for n, call in enumerate(calls) if call.what == "append"]
    missing = next(n for n in appended[9:] if calls[n + 1].what == "sync" and _said(calls, n))
    return [call for n, call in enumerate(calls) if n != missing + 1]


def with_early_removals(calls: list[Call]) -> list[Call]:
    """As if the older generation went before the newer one is written."""
    early = list(calls)
    begun = None
    for call in calls:
        if call.what == "create" and call.name.startswith("snapshot."):
            begun = call
        old = call.what == "remove" and call.name.startswith(("snapshot.", "journal."))
        if old and begun is not None and call.name != begun.name:
            early.remove(call)
            early.insert(early.index(begun) + 1, call)
    return early


def _said(calls: list[Call], n: int) -> bool:
    return calls[n + 2].what == "acknowledge"


WORSE = [without_syncs, without_folder_syncs, without_one_sync, with_early_removals]


@pytest.mark.parametrize("worse", WORSE)
@pytest.mark.parametrize("sort", SORTS)
def test_a_worse_engine_would_be_caught(sort: str, worse: Any) -> None:
    calls = worse(recorded(SORTS[sort], 1))
    disks: Iterator[Disk] = power_cuts(calls, random.Random(1), choices=3)

    assert list(faults(calls))
    assert verdicts(SORTS[sort], disks)
