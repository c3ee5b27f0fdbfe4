"""A check reads every byte, says what is whole and what is not, and changes nothing."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from data.blobs import Blobs
from data.check import check
from data.edit import Write
from data.files import DiskFolder
from data.held import held
from data.store import Store
from tests.copies import copy_in
from tests.damaged import PHOTOS, bytes_of, failing, harmed, places, production

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office that is as it was written."""
    home = tmp_path_factory.mktemp("office") / "production"
    production(home)
    return home


# ---- what is whole ----------------------------------------------------------------------------


@pytest.mark.parametrize("hub", [True, False], ids=["office", "phone"])
def test_what_is_whole_is_counted(hub: bool, tmp_path: Path) -> None:
    production(tmp_path / "home", hub=hub)
    report = check(tmp_path / "home")

    assert report.good
    assert not report.damaged
    said = "\n".join(report.sentences())
    assert "303 records, 1 of them deleted, add up to their sums." in said
    assert "snapshot.2: " in said
    assert "journal.2: 5 commits, whole." in said
    assert ("303 edits of older history can be read." in said) == hub
    assert "3 photos, whole." in said


def test_an_empty_production_is_whole(tmp_path: Path) -> None:
    copy_in(DiskFolder(tmp_path / "home"), hub=True).close()

    assert check(tmp_path / "home").good


@pytest.mark.parametrize("face", ["office", "phone"])
def test_a_production_of_the_first_format_is_whole(face: str, tmp_path: Path) -> None:
    older = HERE / "data" / "journal-format-1" / face / "journal.1"
    (tmp_path / "home").mkdir()
    shutil.copy(older, tmp_path / "home")
    before = bytes_of(tmp_path / "home")
    report = check(tmp_path / "home")

    assert report.good
    assert before == bytes_of(tmp_path / "home")
    assert "1 of them deleted, add up" in "\n".join(report.sentences())


def test_it_reads_beside_a_writer_and_takes_no_lock(tmp_path: Path) -> None:
    production(tmp_path / "home")
    writer = copy_in(DiskFolder(tmp_path / "home"), hub=True)
    before = bytes_of(tmp_path / "home")
    for n in range(3):
        assert check(tmp_path / "home").good
        assert before == bytes_of(tmp_path / "home")
        writer.commit([Write("scene", "s1", {"pages": n})], user="Ada")
        before = bytes_of(tmp_path / "home")
    writer.storage.compact()
    assert check(tmp_path / "home").good
    writer.close()


def test_a_torn_end_is_no_damage_and_is_said(whole: Path, tmp_path: Path) -> None:
    home = shutil.copytree(whole, tmp_path / "torn")
    journal = home / "journal.2"
    journal.write_bytes(journal.read_bytes()[:-7])
    report = check(home)

    assert report.good
    assert any("a commit that was never finished" in sentence for sentence in report.whole)


def test_what_a_generation_that_was_given_up_left_is_no_damage(whole: Path, tmp_path: Path) -> None:
    home = shutil.copytree(whole, tmp_path / "left")
    (home / "snapshot.3").write_bytes((home / "snapshot.2").read_bytes()[:100])
    (home / "history.3").write_bytes(b"callboard history 1\nhalf")
    shutil.copy(home / "journal.2", home / "journal.2.copy")
    (home / "journal.3").write_bytes(bytes(100))

    assert check(home).good


def test_a_backups_copy_of_the_files_is_checked_by_their_names_here(
    whole: Path, tmp_path: Path
) -> None:
    stored = {}
    for path in whole.iterdir():
        if path.is_file() and path.name not in ("lock", "office.json"):
            copied = shutil.copy(path, tmp_path / f"{path.name}~2")
            stored[path.name] = (Path(copied), path.stat().st_size)
    with held(stored) as files:
        report = check(tmp_path, files=files)
    assert report.good

    (tmp_path / "snapshot.2~2").write_bytes(b"another")
    with held(stored) as files:
        assert [harm.file for harm in check(tmp_path, files=files).damaged] == ["snapshot.2"]


def test_it_says_how_far_it_has_come(whole: Path) -> None:
    shares: list[float] = []
    check(whole, progress=shares.append)

    assert len(shares) > 10
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


# ---- what is damaged --------------------------------------------------------------------------


def test_whatever_place_is_damaged_is_named_and_nothing_is_changed(
    whole: Path, tmp_path: Path
) -> None:
    """Every section, frame, first line and trailer in turn."""
    looked = list(places(whole))
    assert len(looked) > 30
    for number, place in enumerate(looked):
        home = harmed(whole, place, tmp_path / str(number))
        before = bytes_of(home)
        report = check(home)

        assert not report.good, place
        assert {place.file} == {harm.file for harm in report.damaged}, place
        (harm,) = report.damaged
        assert place.at == harm.at, place
        assert place.file in harm.sentence
        assert "backup" in harm.sentence, "it says what to do"
        assert before == bytes_of(home)
        shutil.rmtree(home)


def test_of_many_damaged_places_each_is_named(whole: Path, tmp_path: Path) -> None:
    chosen = [
        place
        for place in places(whole)
        if place.what in ("block 1 of scene", "commit 1", "commit 3", "edits 0", "book order")
    ]
    home = shutil.copytree(whole, tmp_path / "home")
    for number, place in enumerate(chosen):
        next_one = harmed(home, place, tmp_path / str(number))
        home = next_one
    report = check(home)

    assert len(chosen) == 5
    assert {(p.file, p.at) for p in chosen} == {(h.file, h.at) for h in report.damaged}
    said = "\n".join(report.sentences())
    assert "(block 2 of scene)" in said
    assert "(the book order)" in said
    assert "3 commits of journal.2 can be read." in said
    assert "were not counted anew" in said


@pytest.mark.parametrize("lost", ["snapshot.2", "journal.2", "history.2"])
def test_a_missing_file_is_said(lost: str, whole: Path, tmp_path: Path) -> None:
    home = shutil.copytree(whole, tmp_path / "home")
    (home / lost).unlink()
    report = check(home)

    named = "journal.1" if lost == "snapshot.2" else lost
    assert [harm.file for harm in report.damaged] == [named]
    assert "is missing" in report.damaged[0].sentence


def test_a_folder_without_a_production_is_said(tmp_path: Path) -> None:
    for home in (tmp_path, tmp_path / "nowhere"):
        report = check(home)
        assert [harm.sentence for harm in report.damaged] == [
            f"There is no production in {home}, or its journals are gone."
        ]
    assert not (tmp_path / "nowhere").exists()


def test_records_that_do_not_add_up_are_said(tmp_path: Path) -> None:
    """All bytes as they were written, and a program wrote a wrong sum."""
    store: Store = copy_in(DiskFolder(tmp_path / "home"), hub=True)
    store.commit([Write("scene", "a", {"pages": 1})], user="Ada")
    store.keep({}, (), sums={"7": [3, "abc"]})
    store.close()
    report = check(tmp_path / "home")

    assert ["do not add up to their sums" in harm.sentence for harm in report.damaged] == [True]


def test_a_damaged_photo_is_named(whole: Path, tmp_path: Path) -> None:
    home = shutil.copytree(whole, tmp_path / "home")
    name = hashlib.sha256(PHOTOS[0]).hexdigest()
    (home / "photos" / name[:2] / name).write_bytes(b"not the photo")
    report = check(home)

    assert [harm.file for harm in report.damaged] == [f"photos/{name[:2]}/{name}"]
    assert name[:8] in report.damaged[0].sentence
    assert "2 photos, whole." in report.whole
    assert Blobs(home / "photos").has(name), "it stays where it is"


def test_a_disk_that_cannot_read_a_part_is_damage_in_words(whole: Path) -> None:
    """EIO in the middle of the snapshot: told as damage at that place, the rest is read."""
    block = next(p for p in places(whole) if p.what == "block 1 of scene")
    report = check(whole, files=failing(DiskFolder(whole), block))

    assert [harm.file for harm in report.damaged] == ["snapshot.2"]
