"""Backups: each of them comes back as it was, whatever became of the others or of the stick."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import backup_choice, manifest, shelf
from data.backup import back_up
from data.backup_choice import Choice, Made, alone, choice, choose, suggestions
from data.blobs import Blobs
from data.edit import Write
from data.errors import BadInput, Busy, Damaged, NotFound, NotSaved, OfficeError, ReadOnly, Refused
from data.files import DiskFile
from data.held import held_now
from data.manifest import (
    FOLDER,
    PHOTOS,
    Backup,
    Kept,
    Manifest,
    backups_in,
    manifest_name,
    photos_listed,
    show_folder,
    too_many,
)
from data.restore import ASIDE, Restored, backups_at, chosen, finish, is_whole, restore
from data.stamp import Clock, Sources
from data.store import Store
from sync.exchange import Office
from tests.small_show import PRODUCTION, Wall
from tests.test_sync_exchange import Copy, sync
from tests.test_sync_exchange import contents as every_state

HOUR = timedelta(hours=1)
START = datetime(2026, 6, 9, 12, 30, tzinfo=UTC)


class Laptop:
    """An office on real files, a stick in its side, and a clock that its backups turn."""

    def __init__(self, folder: Path, *, chance: int = 1) -> None:
        self.home, self.place = folder / "office", folder / "STICK"
        self.place.mkdir(parents=True)
        self.wall = Wall(START)
        self.chance = chance
        self.open()
        self.store.set_meta(production=PRODUCTION)
        self.store.commit([Write("production", "show", {"title": "Salt / Road"})], user="Ada")
        choose(self.home, self.place, now=START)

    def open(self) -> None:
        self.chance += 1
        sources = Sources(Clock(self.wall), random.Random(self.chance))
        self.store = Store(self.home, sources=sources, hub=True)
        self.office = Office(self.store)

    @property
    def photos(self) -> Blobs:
        return Blobs(self.home / "photos")

    @property
    def there(self) -> Blobs:
        """The photos at the place."""
        return Blobs(self.folder / "photos")

    @property
    def folder(self) -> Path:
        """The show's own, at the place."""
        return show_folder(self.place, PRODUCTION, "Salt / Road")

    def write(self, record_id: str, **values: Any) -> None:
        self.store.commit([Write("person", record_id, values)], user="Ada")

    def compact(self) -> None:
        self.store.storage.compact()

    def back_up(self) -> Made:
        self.wall.at += HOUR
        return back_up(self.home, now=self.wall.at)

    def backups(self) -> list[Backup]:
        return backups_at(self.place)

    def filled(self) -> list[dict[str, Any]]:
        """Three backups of three states, of which the second has a new generation; the states."""
        states = []
        for n in range(3):
            self.write("p1", name="Zoë Quist", phone=str(n))
            self.write(f"q{n}", name=f"Walk-on {n}")
            self.photos.keep(b"slip %d" % n)
            if n == 1:
                self.compact()
            self.back_up()
            states.append(contents(self.store, self.photos))
        return states


def contents(store: Store, photos: Blobs) -> dict[str, Any]:
    """Everything that a backup is to bring back."""
    return {
        "records": {i: store.document(i) for i in store.ids()},
        "edits": {i: store.history(i) for i in store.ids()},
        "order": list(store.order.after(0)),
        "sums": store.sums.to_json(),
        "counted": store.counted().to_json(),
        "devices": store.meta.get("devices"),
        "photos": {name: photos.read(name) for name in photos.names()},
    }


def renew(store: Store) -> None:
    Office(store).new_epoch()


def put_back(backup: Backup, home: Path, *, now: datetime = START) -> Restored:
    return restore(backup, home, now=now, renew=renew)


def found_in(home: Path) -> dict[str, Any]:
    store = Store(home, sources=Sources(), hub=True, reader=True)
    try:
        return contents(store, Blobs(home / "photos"))
    finally:
        store.close()


def lies(photos: Blobs, name: str) -> Path:
    return photos.folder / name[:2] / name


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return Laptop(tmp_path)


# ---- what comes back --------------------------------------------------------------------------


def test_everything_comes_back_on_a_fresh_laptop(laptop: Laptop, tmp_path: Path) -> None:
    states = laptop.filled()

    done = put_back(laptop.backups()[0], tmp_path / "fresh")

    assert states[-1] == found_in(tmp_path / "fresh")
    assert (done.manifest.title, done.manifest.records) == ("Salt / Road", 5)
    assert (done.photos, done.aside, done.lost) == (3, "", ())


def test_a_restore_always_makes_a_new_epoch(laptop: Laptop, tmp_path: Path) -> None:
    laptop.filled()
    before = laptop.store.meta["epoch"]

    epochs = []
    for n in range(2):
        put_back(laptop.backups()[0], tmp_path / f"fresh{n}")
        store = Store(tmp_path / f"fresh{n}", sources=Sources(), hub=True, reader=True)
        epochs.append(store.meta["epoch"])
        store.close()

    assert before.startswith("1.")
    assert all(epoch.startswith("2.") for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_each_backup_comes_back_as_of_its_moment(laptop: Laptop, tmp_path: Path) -> None:
    states = laptop.filled()

    for n, state in enumerate(states):
        backup = chosen(laptop.backups(), as_of=START + HOUR * (n + 1))
        put_back(backup, tmp_path / f"fresh{n}")

        assert state == found_in(tmp_path / f"fresh{n}")


def test_between_two_backups_the_one_before_is_taken(laptop: Laptop) -> None:
    laptop.filled()
    backups = laptop.backups()

    assert chosen(backups, as_of=START + HOUR * 2.5) is backups[1]
    assert chosen(backups, as_of=START + HOUR * 2 - timedelta(seconds=1)) is backups[1]
    assert chosen(backups) is backups[0]
    with pytest.raises(BadInput, match="The first backup there is of "):
        chosen(backups, as_of=START)


STEPS = st.lists(st.sampled_from(["write", "write", "photo", "compact", "restart", "back up"]))


@settings(max_examples=25)
@given(STEPS)
def test_every_backup_comes_back_whatever_was_done_between(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        laptop = Laptop(Path(folder))
        states = []
        for n, step in enumerate([*steps, "back up"]):
            if step == "write":
                laptop.write(f"p{n % 3}", phone=str(n), note="x" * n)
            elif step == "photo":
                laptop.photos.keep(b"slip %d" % n)
            elif step == "compact":
                laptop.compact()
            elif step == "restart":
                laptop.store.close()
                laptop.open()
            else:
                laptop.back_up()
                states.append(contents(laptop.store, laptop.photos))

        for n, backup in enumerate(reversed(laptop.backups())):
            put_back(backup, Path(folder) / f"fresh{n}")
            assert states[n] == found_in(Path(folder) / f"fresh{n}")
        assert len(states) == len(laptop.backups())
        laptop.store.close()


def test_a_device_that_was_ahead_brings_its_newer_work_back(tmp_path: Path) -> None:
    office, gate = Copy(tmp_path / "office", hub=True), Copy(tmp_path / "gate")
    (tmp_path / "STICK").mkdir()
    gate.write("p1", phone="1")
    sync(gate, office)
    choose(office.home, tmp_path / "STICK", now=START)
    back_up(office.home, now=START)
    gate.write("p1", phone="2")
    office.write("p2", phone="3")
    sync(gate, office)
    ahead = every_state(office)

    office.store.close()
    put_back(backups_at(tmp_path / "STICK")[0], office.home)
    office.open()
    assert (office.seen("p1", "phone"), office.seen("p2", "phone")) == ("1", None)
    sync(gate, office)

    assert ahead == every_state(office) == every_state(gate)
    assert [edit.values["phone"] for edit in office.store.history("p1")] == ["1", "2"]


def test_a_title_that_was_changed_stays_on_the_same_shelf(laptop: Laptop) -> None:
    laptop.back_up()
    laptop.store.commit([Write("production", "show", {"title": "Night Ferry"})], user="Ada")
    laptop.back_up()

    assert [folder.name for folder in (laptop.place / FOLDER).iterdir()] == ["Salt-Road-3f2b8c54"]
    assert [b.manifest.title for b in laptop.backups()] == ["Night Ferry", "Salt / Road"]


# ---- what it costs ----------------------------------------------------------------------------


def test_an_hourly_backup_costs_what_is_new(laptop: Laptop) -> None:
    laptop.write("p1", note="x" * 100_000)
    laptop.photos.keep(b"y" * 100_000)
    first = laptop.back_up()
    before = laptop.store.storage.journal_bytes
    laptop.write("p2", phone="1")
    second = laptop.back_up()

    assert first.copied > 200_000
    assert laptop.store.storage.journal_bytes - before == second.copied
    assert laptop.back_up().copied == 0


def test_the_zeros_kept_behind_a_journal_are_not_copied(laptop: Laptop) -> None:
    laptop.back_up()

    assert (laptop.folder / "journal.1").stat().st_size == laptop.store.storage.journal_bytes


def test_it_says_how_far_it_is(laptop: Laptop) -> None:
    for n in range(20):
        laptop.photos.keep(b"slip %d" % n)
    told: list[float] = []
    back_up(laptop.home, now=START, progress=told.append)

    assert len(told) > 20
    assert told[-1] == 1.0
    assert all(0 <= share <= 1 for share in told)


def test_what_is_told_to_stop_stops_and_is_no_failure(laptop: Laptop) -> None:
    laptop.back_up()

    def stop(_share: float) -> None:
        raise OfficeError("Stopped.", code="stopped")

    with pytest.raises(OfficeError, match="Stopped"):
        back_up(laptop.home, now=START + 5 * HOUR, progress=stop)
    assert choice(laptop.home).failed_at is None


# ---- while the office works -------------------------------------------------------------------


def test_what_was_saved_before_a_backup_is_in_it_while_the_office_writes_on(
    laptop: Laptop, tmp_path: Path
) -> None:
    ended, saved = threading.Event(), [0]

    def tap() -> None:
        while not ended.is_set():
            laptop.write(f"p{saved[0] % 50}", n=saved[0] + 1, note="x" * 300)
            saved[0] += 1
            if saved[0] % 40 == 0:
                laptop.compact()

    hand = threading.Thread(target=tap)
    hand.start()
    try:
        before = []
        for n in range(12):
            before.append(saved[0])
            back_up(laptop.home, now=START + n * HOUR)
    finally:
        ended.set()
        hand.join()

    for n, backup in enumerate(reversed(laptop.backups())):
        put_back(backup, tmp_path / f"fresh{n}")
        records = found_in(tmp_path / f"fresh{n}")["records"]
        assert before[n] <= max([0, *(r.get("n", 0) for r in records.values())]) <= saved[0]


def test_a_file_that_is_let_go_while_it_is_looked_for_begins_it_again(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    laptop.write("p1", phone="1")
    opened = DiskFile.__init__
    calls: list[Path] = []

    def too_late(self: DiskFile, path: Path, flags: int, ahead: int) -> None:
        if path.parent == laptop.home and path.name == "journal.1" and not calls:
            calls.append(path)
            laptop.compact()
        opened(self, path, flags, ahead)

    monkeypatch.setattr(DiskFile, "__init__", too_late)
    laptop.back_up()
    put_back(laptop.backups()[0], tmp_path / "fresh")

    assert calls
    assert contents(laptop.store, laptop.photos) == found_in(tmp_path / "fresh")


def test_files_held_open_take_nothing(laptop: Laptop) -> None:
    with held_now(laptop.home) as files:
        part = files.open("journal.1")
        with pytest.raises(ReadOnly):
            files.create("x")
        with pytest.raises(ReadOnly):
            files.remove("journal.1")
        with pytest.raises(ReadOnly):
            part.append(b"x")
        with pytest.raises(ReadOnly):
            part.cut(0)


def test_two_backups_at_once_are_one_too_many(laptop: Laptop) -> None:
    with alone(laptop.home), pytest.raises(Busy, match="A backup is being made"):
        laptop.back_up()


# ---- interrupted ------------------------------------------------------------------------------


class Disk:
    """A stick that gives up at the n-th thing it is asked, once or for good, and leaves the write
    before it half done."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch, *, for_good: bool) -> None:
        self.place, self.for_good = place, for_good
        self.left: int | None = None
        for name in ("open", "mkdir", "replace"):
            monkeypatch.setattr(Path, name, self._asked(getattr(Path, name)))
        monkeypatch.setattr(shelf, "sync_file", self._half)

    def step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left == 0 or (self.left < 0 and self.for_good):
                raise OSError(errno.EIO, "Input/output error")

    def _asked(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def ask(path: Path, *args: Any, **more: Any) -> Any:
            if self.place in path.parents:
                self.step()
            return real(path, *args, **more)

        return ask

    def _half(self, fd: int) -> None:
        size = os.fstat(fd).st_size
        try:
            self.step()
        except OSError:
            os.ftruncate(fd, size - 7)
            raise


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
def test_a_backup_cut_off_anywhere_leaves_all_earlier_ones(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, for_good: bool
) -> None:
    states = laptop.filled()
    kept = shutil.copytree(laptop.place, tmp_path / "kept")
    laptop.write("p1", phone="newer")
    laptop.photos.keep(b"newer slip")
    laptop.compact()
    disk = Disk(laptop.place, monkeypatch, for_good=for_good)
    n, ended = 0, False
    while not ended:
        n += 1
        shutil.rmtree(laptop.place)
        shutil.copytree(kept, laptop.place)
        disk.left = n
        with suppress(OfficeError):  # a manifest that is not to be read ends no backup
            back_up(laptop.home, now=START + 9 * HOUR)
        ended, disk.left = disk.left > 0, None
        earlier = [b for b in laptop.backups() if b.manifest.at < START + 9 * HOUR]
        assert len(states) == len([b for b in earlier if is_whole(b)])
        put_back(earlier[n % 3], tmp_path / f"cut{n}")
        assert states[2 - n % 3] == found_in(tmp_path / f"cut{n}")

        back_up(laptop.home, now=START + 10 * HOUR)
        put_back(laptop.backups()[0], tmp_path / f"next{n}")
        assert contents(laptop.store, laptop.photos) == found_in(tmp_path / f"next{n}")
    assert n > 20


def test_the_records_are_safe_before_the_photos_are_all_there(
    laptop: Laptop, tmp_path: Path
) -> None:
    names = sorted(laptop.photos.keep(b"slip %d" % n) for n in range(3))
    laptop.write("p1", phone="1")

    def pulled(_share: float) -> None:
        if lies(laptop.there, names[0]).exists():
            raise OfficeError("Pulled.")

    with pytest.raises(OfficeError, match="Pulled"):
        back_up(laptop.home, now=START, progress=pulled)
    put_back(laptop.backups()[0], tmp_path / "fresh")

    expected = contents(laptop.store, laptop.photos) | {"photos": {}}
    assert expected == found_in(tmp_path / "fresh")


# ---- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["snapshot.2", "history.2", "journal.2", PHOTOS])
def test_a_file_damaged_there_is_noticed_by_the_next_backup(
    laptop: Laptop, tmp_path: Path, name: str
) -> None:
    laptop.filled()
    flip(laptop.folder / name, 30)
    made = laptop.back_up()
    put_back(laptop.backups()[0], tmp_path / "fresh")

    said = "The list of photos" if name == PHOTOS else f"The copy of {name} there was damaged"
    assert any(note.startswith(said) for note in made.notes)
    assert contents(laptop.store, laptop.photos) == found_in(tmp_path / "fresh")


@pytest.mark.parametrize("name", ["journal.1", "snapshot.2", "history.2", PHOTOS])
def test_a_backup_that_was_damaged_is_refused_and_nothing_changes(
    laptop: Laptop, name: str
) -> None:
    laptop.filled()
    laptop.store.close()
    before = found_in(laptop.home)
    oldest, newest = laptop.backups()[-1], laptop.backups()[0]
    backup = oldest if name == "journal.1" else newest
    flip(laptop.folder / name, 30)

    with pytest.raises(Damaged, match=r"is damaged: .* Nothing was changed"):
        put_back(backup, laptop.home)

    assert before == found_in(laptop.home)
    assert not [path for path in laptop.home.iterdir() if path.name.startswith((ASIDE, "restor"))]


def test_a_damaged_backup_names_the_last_whole_one_before_it(laptop: Laptop) -> None:
    laptop.filled()
    size = laptop.backups()[1].manifest.files["journal.2"].length
    flip(laptop.folder / "journal.2", size + 30)

    with pytest.raises(Damaged) as refused:
        put_back(laptop.backups()[0], laptop.home.with_name("fresh"))

    at = (START + 2 * HOUR).astimezone()
    assert f'--as-of "{at:%Y-%m-%d %H:%M}"' in refused.value.sentence


def test_a_photo_damaged_there_is_brought_again(laptop: Laptop, tmp_path: Path) -> None:
    name = laptop.photos.keep(b"slip")
    laptop.back_up()
    flip(lies(laptop.there, name), 0)
    made = laptop.back_up()
    done = put_back(laptop.backups()[0], tmp_path / "fresh")

    assert (made.photos, made.copied) == (1, 4)
    assert done.lost == ()
    assert Blobs(tmp_path / "fresh" / "photos").read(name) == b"slip"


def test_photos_there_are_read_again_in_turn(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.backup.CHECKED_AGAIN", 2)
    names = sorted(laptop.photos.keep(b"slip %d" % n) for n in range(5))
    laptop.back_up()
    flip(lies(laptop.there, names[4]), 0)

    whole = []
    for _ in range(3):
        laptop.back_up()
        whole.append(
            hashlib.sha256(lies(laptop.there, names[4]).read_bytes()).hexdigest() == names[4]
        )
    assert whole == [False, False, True]


def test_a_photo_damaged_here_stops_no_backup_and_stays_there(
    laptop: Laptop, tmp_path: Path
) -> None:
    name = laptop.photos.keep(b"slip")
    laptop.back_up()
    flip(lies(laptop.photos, name), 0)
    other = laptop.photos.keep(b"other")
    flip(lies(laptop.photos, other), 0)
    made = laptop.back_up()
    put_back(laptop.backups()[0], tmp_path / "fresh")

    assert made.notes == (f"The photo {other[:8]} is damaged here and was not copied.",)
    assert list(Blobs(tmp_path / "fresh" / "photos").names()) == [name]


def test_a_photo_lost_there_is_named_and_the_rest_comes_back(
    laptop: Laptop, tmp_path: Path
) -> None:
    names = sorted(laptop.photos.keep(b"slip %d" % n) for n in range(3))
    laptop.back_up()
    flip(lies(laptop.there, names[1]), 0)
    done = put_back(laptop.backups()[0], tmp_path / "fresh")

    assert (done.photos, done.lost) == (2, (names[1],))
    assert [names[0], names[2]] == list(Blobs(tmp_path / "fresh" / "photos").names())


def test_damage_at_the_office_is_not_backed_up_over_what_was_whole(
    laptop: Laptop, tmp_path: Path
) -> None:
    states = laptop.filled()
    laptop.store.close()
    flip(laptop.home / "snapshot.2", 200)

    with pytest.raises(Damaged):
        laptop.back_up()

    assert len(laptop.backups()) == 3
    assert all(map(is_whole, laptop.backups()))
    put_back(laptop.backups()[0], tmp_path / "fresh")
    assert states[-1] == found_in(tmp_path / "fresh")
    assert "damaged" in choice(laptop.home).why


def test_every_bit_of_a_manifest_counts(laptop: Laptop) -> None:
    laptop.back_up()
    content = (laptop.folder / manifest_name(laptop.wall.at)).read_bytes()
    told = Manifest.from_bytes(content)

    for bit in range(8 * len(content.rstrip())):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            Manifest.from_bytes(bytes(flipped))
    assert told == laptop.backups()[0].manifest


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../journal.1", "../journal.1"),
        ("journal.1", "../journal.1"),
        ("journal.1", "journal.1~2/../../x"),
        ("journal.1", "snapshot.1"),
        ("lock", "lock"),
    ],
)
def test_a_name_in_a_manifest_that_leads_elsewhere_is_damage(
    laptop: Laptop, name: str, stored: str
) -> None:
    laptop.back_up()
    forged = replace(laptop.backups()[0].manifest, files={name: Kept(stored, 1, "0" * 64)})

    with pytest.raises(Damaged):
        Manifest.from_bytes(forged.to_bytes())


def test_a_place_that_gives_back_other_bytes_is_none(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "digest", lambda _path, _length: "0" * 64)

    with pytest.raises(Damaged, match="STICK does not give back what was written"):
        laptop.back_up()
    with pytest.raises(NotFound):
        laptop.backups()


# ---- two histories of one production ----------------------------------------------------------


def test_an_office_put_back_by_hand_gets_files_of_its_own(laptop: Laptop, tmp_path: Path) -> None:
    laptop.write("p1", phone="1")
    laptop.store.close()
    older = shutil.copytree(laptop.home, tmp_path / "older")
    laptop.open()
    states = []
    for phone in ("2", "3"):
        laptop.write("p1", phone=phone)
        laptop.back_up()
        states.append(contents(laptop.store, laptop.photos))
        if phone == "2":
            laptop.store.close()
            shutil.copy(older / "journal.1", laptop.home / "journal.1")
            laptop.open()

    for n, backup in enumerate(reversed(laptop.backups())):
        put_back(backup, tmp_path / f"fresh{n}")
        assert states[n] == found_in(tmp_path / f"fresh{n}")
    assert (laptop.folder / "journal.1~2").exists()


def test_backups_go_on_after_a_restore(laptop: Laptop, tmp_path: Path) -> None:
    states = laptop.filled()
    laptop.store.close()
    put_back(laptop.backups()[-1], laptop.home)
    laptop.open()
    laptop.write("p1", phone="after")
    laptop.back_up()
    states.append(contents(laptop.store, laptop.photos))

    for n, backup in enumerate(reversed(laptop.backups())):
        put_back(backup, tmp_path / f"fresh{n}")
        assert states[n]["records"] == found_in(tmp_path / f"fresh{n}")["records"]


# ---- the place --------------------------------------------------------------------------------


def test_without_a_choice_there_is_no_backup(laptop: Laptop) -> None:
    (laptop.home / "backup.json").unlink()

    with pytest.raises(BadInput, match="No backup place is chosen"):
        laptop.back_up()


def test_a_folder_without_a_production_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no production in"):
        back_up(tmp_path, now=START)


def test_a_stick_that_was_pulled_is_said_and_nothing_is_written_elsewhere(laptop: Laptop) -> None:
    laptop.back_up()
    stick = laptop.place.rename(laptop.place.with_name("pocket"))

    with pytest.raises(NotSaved, match="STICK is not connected"):
        laptop.back_up()
    told = choice(laptop.home)
    assert not laptop.place.exists()
    assert (told.failed_at, told.why[:22]) == (laptop.wall.at, "STICK is not connected")

    stick.rename(laptop.place)
    laptop.back_up()
    assert choice(laptop.home).why == ""


def test_an_empty_folder_where_a_disk_was_is_no_disk(laptop: Laptop) -> None:
    backup_choice.note(laptop.home, replace(choice(laptop.home), apart=True))

    with pytest.raises(NotSaved, match="STICK is not connected"):
        laptop.back_up()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "STICK is full"),
        (errno.EROFS, "STICK cannot be written to"),
        (errno.EACCES, "STICK cannot be written to"),
        (errno.EIO, "STICK does not work: Input/output error"),
    ],
)
def test_what_a_stick_says_is_said_in_words(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    def refuses(_fd: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(shelf, "sync_file", refuses)
    with pytest.raises(NotSaved, match=sentence):
        laptop.back_up()
    assert choice(laptop.home).why.startswith(sentence)


def test_a_full_stick_is_told_before_anything_is_written(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=9))

    with pytest.raises(NotSaved, match="STICK is full"):
        laptop.back_up()
    assert list(laptop.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        ("office", "the production's own folder"),
        ("office/photos", "the production's own folder"),
        ("link", "the production's own folder"),
        ("no/such/folder", "There is no folder"),
        (".", None),
    ],
)
def test_where_backups_may_go(laptop: Laptop, inside: str, sentence: str | None) -> None:
    laptop.photos.keep(b"slip")
    (laptop.home.parent / "link").symlink_to(laptop.home / "photos")
    place = laptop.home.parent / inside
    if sentence is None:
        assert choose(laptop.home, place, now=START).place == laptop.home.parent
        return

    with pytest.raises(BadInput, match=sentence) as refused:
        choose(laptop.home, place, now=START)
    assert refused.value.field == "place"
    assert choice(laptop.home).place == laptop.place


def test_nothing_typed_is_no_place(laptop: Laptop) -> None:
    with pytest.raises(BadInput, match="Write where the backups go"):
        choose(laptop.home, Path(" "), now=START)


def test_a_stick_that_cannot_be_written_is_not_chosen(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "LOCKED").mkdir()

    def refuses(_path: Path, _content: bytes) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(backup_choice, "write_beside", refuses)
    with pytest.raises(NotSaved, match="LOCKED cannot be written to"):
        choose(laptop.home, tmp_path / "LOCKED", now=START)
    assert choice(laptop.home).place == laptop.place


def test_the_same_place_chosen_again_keeps_its_last_backup(laptop: Laptop, tmp_path: Path) -> None:
    made = laptop.back_up()
    (tmp_path / "OTHER").mkdir()

    assert choose(laptop.home, laptop.place, now=START).made == made
    assert choose(laptop.home, tmp_path / "OTHER", now=START).made is None


def test_the_choice_is_kept_as_it_was_made(laptop: Laptop) -> None:
    before = replace(
        choice(laptop.home),
        made=Made(START, "1.ab:7", 3, 2, 9, ("A photo.",)),
        failed_at=START + HOUR,
        why="STICK is full.",
        checked="ab",
    )
    backup_choice.note(laptop.home, before)

    assert before == choice(laptop.home)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"place": 1, "since": "x"}', b"\xff"])
def test_a_note_that_cannot_be_read_is_no_choice(laptop: Laptop, content: bytes) -> None:
    (laptop.home / "backup.json").write_bytes(content)

    assert Choice() == choice(laptop.home)


def test_a_day_without_a_backup_is_late() -> None:
    made = Made(START, "", 0, 0, 0)
    fine = Choice(Path("/s"), since=START, made=made)

    assert not fine.late(START + timedelta(hours=24))
    assert fine.late(START + timedelta(hours=25))
    assert fine.late(START - timedelta(hours=25))  # the clock was wrong then, or is now
    assert replace(fine, made=None).late(START + timedelta(hours=25))
    assert not Choice().late(START)


def test_what_is_plugged_in_is_proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "STICK").mkdir()
    (tmp_path / "not-a-folder").write_text("")
    real = Path.glob

    def here(path: Path, _pattern: str) -> Any:
        return real(tmp_path, "*") if str(path) == "/media" else iter(())

    monkeypatch.setattr(Path, "glob", here)
    monkeypatch.setattr("os.name", "posix")

    assert suggestions() == [tmp_path / "STICK"]


# ---- how long they are kept -------------------------------------------------------------------


def names(*moments: datetime) -> list[str]:
    return [manifest_name(at) for at in moments]


def test_the_newest_sixty_are_kept_and_the_last_of_each_of_sixty_days() -> None:
    hourly = [START + n * HOUR for n in range(24 * 90)]
    kept = set(names(*hourly)) - too_many(names(*hourly))

    newest = set(names(*hourly[-60:]))
    ends = {f"{at:%Y%m%d}": manifest_name(at) for at in hourly}
    assert kept == newest | set(list(ends.values())[-60:])


def test_a_clock_that_jumped_ends_no_backup() -> None:
    days = [START + timedelta(days=n) for n in range(50)]

    assert set() == too_many(names(*days, START.replace(year=2099), START.replace(year=1999)))


def test_what_no_backup_names_any_more_is_removed(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(manifest, "KEPT", 1)
    laptop.back_up()
    leftovers = [
        "journal.9",
        "photos.list~7",
        "x.part",
        "photos/ab/cd.1.part",
        "photos/ab/" + "ab" * 32,
    ]
    (laptop.folder / "photos" / "ab").mkdir(parents=True)
    for name in leftovers:
        (laptop.folder / name).write_bytes(b"left behind")
    states = laptop.filled()

    assert len(laptop.backups()) == 1
    assert not (laptop.folder / "journal.1").exists()
    assert not any((laptop.folder / name).exists() for name in leftovers)
    put_back(laptop.backups()[0], tmp_path / "fresh")
    assert states[-1] == found_in(tmp_path / "fresh")


def test_while_one_manifest_cannot_be_read_no_file_is_removed(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.filled()
    oldest = laptop.folder / manifest_name(START + HOUR)
    flip(oldest, 100)
    laptop.back_up()
    assert backups_in(laptop.folder)[1] == 1
    assert (laptop.folder / "journal.1").exists()

    monkeypatch.setattr(manifest, "KEPT", 1)
    laptop.back_up()
    assert backups_in(laptop.folder)[1] == 0
    assert not (laptop.folder / "journal.1").exists()


def test_a_photo_thrown_away_here_stays_in_the_backups(laptop: Laptop) -> None:
    name = laptop.photos.keep(b"slip")
    laptop.back_up()
    touched = laptop.photos.touched(name)
    assert touched is not None
    laptop.photos.remove(name, touched=touched)
    laptop.photos.keep(b"newer")
    laptop.back_up()

    assert name in photos_listed(laptop.backups()[0])


# ---- putting back -----------------------------------------------------------------------------


def test_an_office_that_is_open_is_not_written_over(laptop: Laptop) -> None:
    laptop.back_up()

    with pytest.raises(Busy, match="open in another Callboard"):
        put_back(laptop.backups()[0], laptop.home)


def test_what_was_there_is_moved_aside_whole(laptop: Laptop) -> None:
    laptop.filled()
    laptop.write("p1", phone="only here")
    slip = laptop.photos.keep(b"only here")
    laptop.store.close()
    before = found_in(laptop.home)
    done = [put_back(backup, laptop.home, now=START) for backup in laptop.backups()[:2]]

    aside = found_in(laptop.home / done[0].aside)
    assert before["records"] == aside["records"]
    assert before["edits"] == aside["edits"]
    assert (laptop.home / done[1].aside / "journal.2").exists()
    assert done[0].aside != done[1].aside
    assert laptop.photos.read(slip) == b"only here"


def test_a_production_that_cannot_be_read_is_put_back(laptop: Laptop) -> None:
    states = laptop.filled()
    laptop.store.close()
    (laptop.home / "snapshot.2").write_bytes(b"burnt")
    done = put_back(laptop.backups()[0], laptop.home)

    assert states[-1] == found_in(laptop.home)
    assert (laptop.home / done.aside / "snapshot.2").read_bytes() == b"burnt"


def test_another_production_is_never_written_over(laptop: Laptop, tmp_path: Path) -> None:
    laptop.back_up()
    other = Store(tmp_path / "other", sources=Sources(), hub=True)
    other.set_meta(production="00000000-3b1e-4c7d-9a51-0d6a2f1e8b33")
    other.close()

    with pytest.raises(Refused, match="Another production lies in"):
        put_back(laptop.backups()[0], tmp_path / "other")


def test_of_several_productions_on_a_stick_ones_own_is_taken(laptop: Laptop) -> None:
    laptop.back_up()
    other = laptop.folder.with_name("Other-00000000")
    shutil.copytree(laptop.folder, other)
    path = other / manifest_name(laptop.wall.at)
    told = replace(Manifest.from_bytes(path.read_bytes()), production="00000000")
    path.write_bytes(told.to_bytes())

    assert chosen(laptop.backups(), PRODUCTION).folder == laptop.folder
    assert chosen(backups_at(other)).folder == other
    with pytest.raises(BadInput, match="Name the folder of one"):
        chosen(laptop.backups())


@pytest.mark.parametrize("where", [".", FOLDER, f"{FOLDER}/Salt-Road-3f2b8c54"])
def test_a_stick_or_any_folder_on_the_way_is_understood(laptop: Laptop, where: str) -> None:
    laptop.back_up()

    assert len(backups_at(laptop.place / where)) == 1


def test_a_place_without_backups_says_so(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NotFound, match="There are no backups in"):
            backups_at(place)


def test_a_full_laptop_keeps_what_it_has(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop.filled()
    laptop.store.close()
    before = found_in(laptop.home)

    def full(_self: DiskFile, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(DiskFile, "append", full)
        with pytest.raises(NotSaved, match="Nothing was put back: the disk says No space left"):
            put_back(laptop.backups()[0], laptop.home)

    assert before == found_in(laptop.home)
    assert not (laptop.home / "restoring").exists()


def test_a_stick_pulled_while_photos_come_back_changes_nothing(laptop: Laptop) -> None:
    laptop.filled()
    laptop.store.close()
    before = found_in(laptop.home)
    backup = laptop.backups()[0]
    shutil.rmtree(laptop.home / "photos")

    def pulled(store: Store) -> None:
        renew(store)
        laptop.place.rename(laptop.place.with_name("pocket"))

    with pytest.raises(NotSaved, match="is not connected any more"):
        restore(backup, laptop.home, now=START, renew=pulled)
    assert before["records"] == found_in(laptop.home)["records"]


def test_a_restore_cut_off_anywhere_is_finished_or_never_was(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = laptop.filled()[-1]
    laptop.write("p1", phone="only here")
    laptop.store.close()
    here = found_in(laptop.home)["records"]
    kept = shutil.copytree(laptop.home, tmp_path / "kept")
    left = [0]
    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(Path, name, _cut(getattr(Path, name), laptop.home, left))
    outcomes = []
    for n in range(1, 100):
        left[0] = 0
        shutil.rmtree(laptop.home)
        shutil.copytree(kept, laptop.home)
        left[0] = n
        try:
            put_back(laptop.backups()[0], laptop.home)
        except KeyboardInterrupt:
            left[0] = 0
            finish(laptop.home)
        else:
            break
        found = found_in(laptop.home)["records"]
        assert found in (state["records"], here)
        assert not (laptop.home / "restoring").exists()
        outcomes.append(found == state["records"])
    assert outcomes == sorted(outcomes)  # once it counts it goes on counting
    assert {True, False} == set(outcomes)


def _cut(real: Callable[..., Any], inside: Path, left: list[int]) -> Callable[..., Any]:
    """As if the process was killed at the n-th change of a name."""

    def ask(path: Path, *args: Any, **more: Any) -> Any:
        if inside in path.parents:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
        return real(path, *args, **more)

    return ask


def test_what_a_restore_that_never_counted_had_brought_is_removed(laptop: Laptop) -> None:
    laptop.store.close()
    (laptop.home / "restoring").mkdir()
    (laptop.home / "restoring" / "journal.1").write_bytes(b"half")
    before = found_in(laptop.home)
    finish(laptop.home)

    assert not (laptop.home / "restoring").exists()
    assert before == found_in(laptop.home)
