"""The simulator: the product keeps everything, known faults are caught, a seed is one story."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from data.edit import Write
from data.errors import NoOffice, NotSaved
from data.stamp import Sources
from data.state import Dot, Mark, State, write
from data.store import Store
from sync.device import Device
from sync.exchange import Office
from sync.owed import Batch
from tests.simulator.__main__ import main, story
from tests.simulator.broken import BROKEN
from tests.simulator.copies import PRODUCTION
from tests.simulator.disk import Fuse, SimDisk, Stopped
from tests.simulator.gestures import Part
from tests.simulator.model import Model
from tests.simulator.runs import many, one, shrunk
from tests.simulator.swarm import FEATURES

ROOT = Path(__file__).resolve().parents[1]
ADA, BEN = Dot("ada", 1), Dot("ben", 1)


# ---- the product ------------------------------------------------------------------------------


def test_nothing_is_lost_and_all_copies_agree() -> None:
    told = many(range(1, 201))

    assert [story(run) for run in told.failed] == []
    assert told.runs == 200


@pytest.mark.long
def test_nothing_is_lost_in_a_thousand_runs() -> None:
    told = many(range(1001, 2001))

    assert [story(run) for run in told.failed] == []


@pytest.mark.parametrize("fault", BROKEN)
def test_a_known_fault_is_caught_within_400_runs(fault: str) -> None:
    told = many(range(121, 521), fault=fault, stop_at=1)

    assert len(told.failed) == 1


# ---- what it found ----------------------------------------------------------------------------


def test_edits_told_without_their_record_come_again_after_a_restore(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They move nothing in the office's order, so that the older copy looks like the newer."""
    monkeypatch.setattr("sync.device.MOST_STATES", 1)
    disk = SimDisk(Random(1))
    office, device = Office(_store(disk, hub=True)), _device()
    office.store.set_meta(production=PRODUCTION)
    device.welcomed(office.hello(device.hello()))
    for n in range(3):
        device.store.commit([Write("day", "d1", {"call": str(n)})], user="Ada")
    backup = disk.image()
    device._most = 1  # as after a push that the office could not read
    _push(device, office, next(device.batches()))

    again = Office(_store(SimDisk(Random(3), backup), hub=True))
    device.welcomed(again.hello(device.hello()))
    for batch in device.batches():
        _push(device, again, batch)

    assert len(again.store.history("d1")) == 3
    assert not device.store.unacked


def test_what_another_office_took_is_offered_behind_what_nobody_took() -> None:
    office, device = Office(_store(SimDisk(Random(1)), hub=True)), _device()
    office.store.set_meta(production=PRODUCTION)
    for n in range(3):
        device.store.commit([Write("day", f"d{n}", {"call": "07:00"})], user="Ada")
    last = list(device.store.unacked)[-1]
    device.store.receive((), acked=[last])  # by a laptop that is the office no more
    device.welcomed(office.hello(device.hello()))

    assert last in device.store.unacked


def test_a_gesture_that_was_refused_leaves_no_gap() -> None:
    """A gap looks like an edit that is on its way, and hides that later ones were forgotten."""
    disk = SimDisk(Random(1))
    store = _store(disk, hub=False)
    store.commit([Write("day", "d1", {"call": "07:00"})], user="Ada")
    disk.fuse = Fuse("refuse", 2)
    with pytest.raises(NotSaved):
        store.commit([Write("day", "d1", {"call": "07:30"})], user="Ada")
    (edit,) = store.commit([Write("day", "d1", {"call": "08:00"})], user="Ada").edits

    assert edit.dot.n == 2
    assert store.books.history.dots.upto(edit.dot.replica) == 2


def test_the_second_writing_of_a_fact_is_in_the_history_too() -> None:
    office, device = Office(_store(SimDisk(Random(1)), hub=True)), _device()
    office.store.set_meta(production=PRODUCTION)
    office.store.commit([Write("time", "t1", {"what": "in"})], user="Ben")
    device.store.commit([Write("time", "t1", {"what": "out"})], user="Ada")
    device.welcomed(office.hello(device.hello()))
    for batch in device.batches():
        _push(device, office, batch)

    assert {"Ada", "Ben"} <= {edit.mark.user for edit in office.store.history("t1")}


def test_a_fact_that_came_by_another_device_gets_its_edit_from_its_author() -> None:
    office, device = Office(_store(SimDisk(Random(1)), hub=True)), _device()
    office.store.set_meta(production=PRODUCTION)
    device.store.commit([Write("time", "t1", {"what": "in"})], user="Ada")
    fact = device.store.state("t1")
    assert fact is not None
    office.store.receive([fact])
    device.welcomed(office.hello(device.hello()))
    for batch in device.batches():
        _push(device, office, batch)

    assert [edit.dot for edit in office.store.history("t1")] == list(fact.marks)


def test_a_welcome_that_could_not_be_noted_begins_no_session() -> None:
    """Else changes would move a cursor whose epoch is not known here."""
    office, device = Office(_store(SimDisk(Random(1)), hub=True)), _device()
    office.store.set_meta(production=PRODUCTION)
    disk = device.store.books.history._folder
    assert isinstance(disk, SimDisk)
    disk.fuse = Fuse("full", 1)
    with pytest.raises(NotSaved):
        device.welcomed(office.hello(device.hello()))

    with pytest.raises(NoOffice) as refused:
        office.changes(device.run, "")
    assert refused.value.code == "say-hello"


def test_what_is_written_over_a_buried_record_counts_once() -> None:
    """The record stood in the sums without an edit; then it stood there twice."""
    office = _store(SimDisk(Random(1)), hub=True)
    office.commit([Write("day", "d1", {"call": "07:00"})], user="Ada")
    office.commit([Write("day", "d1", delete=True)], user="Ada")
    deleted = office.state("d1")
    office.accept({"d1": (deleted, State("d1", "day"))}, {})
    assert office.sums == office.counted()
    office.commit([Write("day", "d1", {"call": "08:00"})], user="Ada")

    assert office.sums == office.counted()


def test_who_took_something_of_a_newer_office_has_met_it_also_if_the_line_was_cut() -> None:
    """Else the older one asked for nothing and could not take what came from the newer."""
    older, device = Office(_store(SimDisk(Random(1)), hub=True)), _device()
    older.store.set_meta(production=PRODUCTION)
    device.welcomed(older.hello(device.hello()))
    newer = Office(_store(SimDisk(Random(3), older.store.books.history._folder.image()), hub=True))  # type: ignore[attr-defined]
    newer.new_epoch()
    newer.store.commit([Write("day", "d1", {"call": "07:00"})], user="Ada")
    device.welcomed(newer.hello(device.hello()))
    wants = device.differing(newer.compare(device.compare(-1)))
    device.repaired(newer.compare(device.asking(wants=wants)))
    device.welcomed(older.hello(device.hello()))

    assert device.older
    assert older.newer == 2


# ---- a seed -----------------------------------------------------------------------------------


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    told = {_told_with_hashes(seed) for seed in ("1", "77", "random")}

    assert len(told) == 1
    assert b"all is well" in told.pop()


def test_a_failure_is_told_with_its_seed_and_ends_in_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runs", "3", "--seed", "7", "--broken", "cursor-before-rows"]) == 1

    said = capsys.readouterr().out
    assert "seed 7: loss: phone" in said
    assert "3 losses, 0 divergences" in said


def test_runs_in_which_all_is_well_end_in_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runs", "3"]) == 0

    assert "3 runs" in capsys.readouterr().out


def test_a_shrunk_failure_still_fails_with_less_happening() -> None:
    run = one(3, fault="no-epoch")
    less = shrunk(run, fault="no-epoch")

    assert less.wrong is not None
    assert less.swarm.on < run.swarm.on


def test_over_the_seeds_everything_happens() -> None:
    runs = [one(seed, steps=1) for seed in range(1, 60)]

    assert set(FEATURES) == {feature for run in runs for feature in run.swarm.on}


# ---- the disk ---------------------------------------------------------------------------------


def test_what_was_not_synced_may_be_gone_and_what_was_never_is() -> None:
    left = set()
    for seed in range(60):
        disk = SimDisk(Random(seed))
        file = disk.create("journal")
        file.append(b"saved,")
        file.sync()
        disk.sync()
        file.append(b"perhaps")
        left.add(bytes(disk.remains(power=True).image()["journal"]))

    assert all(content.startswith(b"saved,") for content in left)
    assert {b"saved,", b"saved,perhaps"} < left


def test_a_name_is_there_for_sure_once_the_folder_is_synced() -> None:
    def found(seed: int, *, sync: bool) -> list[str]:
        disk = SimDisk(Random(seed))
        disk.create("journal").sync()
        if sync:
            disk.sync()
        return disk.remains(power=True).names()

    assert {True, False} == {"journal" in found(seed, sync=False) for seed in range(60)}
    assert all("journal" in found(seed, sync=True) for seed in range(60))


def test_a_killed_process_loses_nothing_that_was_written() -> None:
    disk = SimDisk(Random(1))
    disk.create("journal").append(b"written")

    assert disk.remains(power=False).image() == {"journal": b"written"}


def test_nobody_writes_after_the_machine_has_stopped() -> None:
    disk = SimDisk(Random(1))
    file = disk.create("journal")
    disk.fuse = Fuse("stop", 2)
    file.append(b"one")

    with pytest.raises(Stopped):
        file.append(b"two")
    with pytest.raises(Stopped):
        file.append(b"three")


def test_a_full_disk_refuses_a_gesture_and_takes_the_next() -> None:
    disk = SimDisk(Random(1))
    store = _store(disk, hub=True)
    disk.fuse = Fuse("full", 1)

    with pytest.raises(NotSaved):
        store.commit([Write("day", "d1", {"call": "07:00"})], user="Ada")
    store.commit([Write("day", "d1", {"call": "07:30"})], user="Ada")
    assert list(_store(disk.remains(power=True), hub=True).ids()) == ["d1"]


# ---- the model --------------------------------------------------------------------------------


def test_the_model_says_what_a_state_must_be() -> None:
    model, state = Model(), State("d1", "day")
    model.wrote(_part(ADA), where="here")
    state = write(state, ADA, Mark(1, None, "Ada"), values={"call": "07:00"})

    assert model.unlike(state) == ""
    other = write(state, BEN, Mark(2, None, "Ben"), values={"call": "07:30"})
    assert "call is" in model.unlike(other)


def test_the_model_knows_what_is_owed() -> None:
    model = Model()
    model.wrote(_part(ADA), where="here")
    assert model.lost("d1", None) == []

    model.saved("d1", {"ada": 1})
    assert [event.dot for event in model.lost("d1", None)] == [ADA]
    assert model.only([{"d1": {"ben": 1}}]) == 1
    assert model.lost("d1", None) == []


def test_the_model_notices_a_name_that_is_given_twice() -> None:
    model = Model()
    assert model.wrote(_part(ADA), where="here")

    assert model.wrote(_part(ADA), where="there") is None


# ---- inside -----------------------------------------------------------------------------------


def _part(dot: Dot) -> Part:
    return Part(Write("day", "d1", {"call": "07:00"}), dot, {}, "Ada")


def _store(disk: SimDisk, *, hub: bool) -> Store:
    sources = Sources(rng=Random(f"{hub} {disk.calls} {len(disk.image())}"))
    return Store(Path("show"), sources=sources, hub=hub, folder=disk)


def _device() -> Device:
    return Device(_store(SimDisk(Random(2)), hub=False), device="gate")


def _push(device: Device, office: Office, batch: Batch) -> None:
    device.pushed(batch, office.push(device.push(batch)))


def _told_with_hashes(seed: str) -> bytes:
    words = [sys.executable, "-m", "tests.simulator", "--seed", "6", "--story"]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True
    ).stdout
