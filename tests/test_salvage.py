"""What can still be read of a damaged production comes into a new one, all of it."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from data.blobs import Blobs
from data.check import check
from data.edit import Edit, Write
from data.errors import BadInput, Damaged, NotSaved, OfficeError
from data.files import DiskFolder
from data.journal import Journal
from data.packing import loads
from data.rows import BLOCK
from data.salvage import Salvaged, salvage
from data.state import Dot
from sync.exchange import Office
from tests.backends import NOW
from tests.copies import copy_in, known, sources
from tests.damaged import PHOTOS, Place, bytes_of, harmed, places, production, records, told
from tests.test_sync_exchange import Copy, sync

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office that is as it was written."""
    home = tmp_path_factory.mktemp("office") / "production"
    production(home)
    return home


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phone's copy, whose edits are in its snapshot."""
    home = tmp_path_factory.mktemp("phone") / "production"
    production(home, hub=False)
    return home


def saved(home: Path, into: Path) -> tuple[Salvaged, dict[str, Any], dict[str, Any]]:
    """What salvage says, the records of the new folder, everything it knows."""
    before = bytes_of(home)
    said = salvage(home, into, sources=sources())
    assert before == bytes_of(home), "the damaged folder stays as it is"
    assert check(into).good
    store = copy_in(DiskFolder(into), hub=said.hub, reader=True)
    assert len(list(store.ids())) == said.records
    return said, records(store), known(store)


def read(home: Path, *, hub: bool = True) -> dict[str, Any]:
    return records(copy_in(DiskFolder(home), hub=hub, reader=True))


def refused(home: Path, *, hub: bool = True) -> bool:
    """Whether somebody who reads everything is told of the damage."""
    try:
        told(home, hub=hub)
    except Damaged:
        return True
    return False


# ---- without damage ---------------------------------------------------------------------------


@pytest.mark.parametrize("hub", [True, False], ids=["office", "phone"])
def test_of_a_whole_production_nothing_is_lost(
    hub: bool, whole: Path, phone: Path, tmp_path: Path
) -> None:
    home = whole if hub else phone
    said, found, now = saved(home, tmp_path / "new")
    before = told(home, hub=hub)

    assert (said.hub, said.lost) == (hub, ())
    assert read(home, hub=hub) == found
    assert (said.records, said.edits, said.photos) == (len(found), 308, len(PHOTOS))
    assert before["edits"] == now["edits"]
    assert before["dots"] == now["dots"]
    assert before["meta"] | ({} if hub else {"cursor": ""}) == now["meta"]
    assert {h.read_bytes() for h in (tmp_path / "new").glob("photos/??/*")} == set(PHOTOS)


def test_an_office_numbers_what_it_saved_anew(whole: Path, tmp_path: Path) -> None:
    _, found, now = saved(whole, tmp_path / "new")

    assert sorted(record_id for _, record_id in now["order"]) == sorted(found)
    assert now["top"] == len(found)


def test_a_phone_offers_everything_and_asks_for_everything(phone: Path, tmp_path: Path) -> None:
    said, found, now = saved(phone, tmp_path / "new")

    assert now["bases"] == dict.fromkeys(found)
    assert len(now["unacked"]) == said.edits
    assert now["meta"]["cursor"] == ""


@pytest.mark.parametrize("face", ["office", "phone"])
def test_a_journal_of_the_first_format_is_saved_too(face: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(HERE / "data" / "journal-format-1" / face / "journal.1", home)
    before = read(home, hub=face == "office")
    said, found, _ = saved(home, tmp_path / "new")

    assert (said.hub, said.lost) == (face == "office", ())
    assert before == found


# ---- every place in turn ----------------------------------------------------------------------


def without(home: Path, place: Place) -> tuple[dict[str, Any], list[Edit]]:
    """The records and edits of an office that lie outside one damaged place, told by looking at
    every file by itself."""
    store = copy_in(DiskFolder(home), hub=True, reader=True)
    ids = {name: rows.there for name, rows in store.storage.tables.items()}
    docs = dict[str, Any]()
    lost_ids: list[str] = []
    if place.what.startswith("block"):
        _, block, _, table = place.what.split()
        lost_ids = list(ids[table][int(block) * BLOCK : (int(block) + 1) * BLOCK])
    fresh = copy_in(only_snapshot(home), hub=True, reader=True)
    docs |= {i: doc for i, doc in records(fresh).items() if i not in lost_ids}
    edits = [edit for i in fresh.ids() for edit in fresh.history(i)]
    if place.what.startswith("edits"):
        ordered = edits_in_order(home)
        edits = ordered[256:] if place.what == "edits 0" else ordered[:256]
    journal = Journal(DiskFolder(home), 2, writer=False)
    journal.open()
    for number, commit in enumerate(journal.commits(last=True, now=NOW)):
        if (place.file, place.what) != ("journal.2", f"commit {number}"):
            docs |= {i: loads(line) for lines in commit.put.values() for i, line in lines.items()}
            edits += [Edit.from_json(loads(line)) for line in commit.edits]
    journal.close()
    return docs, edits


def only_snapshot(home: Path) -> DiskFolder:
    """The production as it was when its snapshot was made."""
    copied = home.parent / "only-snapshot"
    if not copied.exists():
        shutil.copytree(home, copied)
        (copied / "journal.2").write_bytes(b"callboard journal 2\n")
    return DiskFolder(copied)


def edits_in_order(home: Path) -> list[Edit]:
    """Those of the segment, as they lie there: record by record."""
    store = copy_in(only_snapshot(home), hub=True, reader=True)
    segment = store.books.history._segments[0]
    segment.of("none")
    ordered = sorted((n, i) for i, ns in segment._ordinals.items() for n in ns)
    kept = {i: iter(store.history(i)) for _, i in ordered}
    return [next(kept[i]) for _, i in ordered]


def dots(known: dict[str, Any]) -> set[Dot]:
    """Every edit that a copy has."""
    told = [(name, one) for name, ranges in known["dots"].items() for one in ranges]
    return {Dot(name, n) for name, (start, end) in told for n in range(start, end + 1)}


def counted_as_lost(said: Salvaged) -> int:
    """The records that it says cannot be read."""
    counts = [re.match(r"(\d+) records? of \w+ cannot be read", lost) for lost in said.lost]
    return sum(int(found[1]) for found in counts if found)


def test_whatever_place_is_damaged_everything_outside_it_is_saved(
    whole: Path, tmp_path: Path
) -> None:
    """Every section of the snapshot and of the history, every frame, first lines and trailers."""
    looked = list(places(whole))
    everything, _ = without(whole, Place("", "nothing", 0, 0))
    for number, place in enumerate(looked):
        home = harmed(whole, place, tmp_path / str(number), part=(0.0, 0.5, 1.0)[number % 3])
        docs, edits = without(whole, place)
        said, found, now = saved(home, tmp_path / f"{number}-new")

        assert docs == found, place
        assert {edit.dot for edit in edits} == dots(now), place
        assert (said.hub, said.edits, said.photos) == (True, len(dots(now)), len(PHOTOS)), place
        if place.what not in ("book meta", "commit 3"):
            assert now["meta"]["production"], place
            assert now["meta"]["cursor"] == "7", place
        assert any(place.file in sentence for sentence in said.lost), place
        if place.file == "snapshot.2":
            assert counted_as_lost(said) == len(everything) - len(docs), place
        for path in (home, tmp_path / f"{number}-new"):
            shutil.rmtree(path)


def test_the_places_are_those_that_are_feared(whole: Path) -> None:
    """So that the test above means something: blocks, ids, columns, books, frames."""
    looked = {f"{place.file} {place.what}" for place in places(whole)}

    assert {
        "snapshot.2 block 0 of scene",
        "snapshot.2 block 2 of scene",
        "snapshot.2 block 0 of _deleted",
        "snapshot.2 ids of scene",
        "snapshot.2 column of scene",
        "snapshot.2 book meta",
        "snapshot.2 book sums",
        "snapshot.2 directory",
        "snapshot.2 trailer",
        "history.2 edits 1",
        "history.2 ids",
        "history.2 directory",
        "journal.2 first line",
        "journal.2 commit 0",
        "journal.2 commit 4",
    } <= looked


def test_a_phones_records_are_named_by_its_edits(phone: Path, tmp_path: Path) -> None:
    """Where the ids are lost, and where the directory is."""
    for number, place in enumerate(places(phone)):
        if place.what in ("ids of scene", "directory", "trailer"):
            home = harmed(phone, place, tmp_path / str(number))
            assert refused(home, hub=False)
            said, found, _ = saved(home, tmp_path / f"{number}-new")
            assert not said.hub
            assert read(phone, hub=False) == found, place


# ---- more than one place ----------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["block 1 of scene", "ids of scene"])
def test_nothing_is_given_a_wrong_name_when_the_directory_is_lost_too(
    lost: str, whole: Path, tmp_path: Path
) -> None:
    """The history names them; without it they are counted, and nobody is taken for another."""
    before = read(whole)
    chosen = {place.what: place for place in places(whole) if place.file == "snapshot.2"}
    home = harmed(whole, chosen[lost], tmp_path / "first")
    home = harmed(home, chosen["directory"], tmp_path / "second")
    said, found, _ = saved(home, tmp_path / "named")
    gone = BLOCK if lost.startswith("block") else 0
    assert len(before) - gone == said.records
    assert found.items() <= before.items()

    (home / "history.2").unlink()
    said, found, _ = saved(home, tmp_path / "nameless")
    assert found.items() <= before.items()
    assert len(found) < len(before) - gone
    assert any("but not which record each is" in sentence for sentence in said.lost)


def test_frames_behind_many_damaged_ones_are_found(whole: Path, tmp_path: Path) -> None:
    home = shutil.copytree(whole, tmp_path / "home")
    journal = home / "journal.2"
    data = journal.read_bytes()
    frames = [place for place in places(whole) if place.file == "journal.2"][1:]
    for place in frames[:-1]:  # with a hole where each begins
        data = data[: place.at] + bytes(40) + data[place.at + 40 :]
    journal.write_bytes(data)
    said, found, now = saved(home, tmp_path / "new")

    assert found["new"]["pages"] == 9
    assert found["s1"]["pages"] == 1
    assert "cursor" not in now["meta"]
    start, end = frames[0].at, frames[-1].at
    assert said.lost[0].startswith(f"journal.2 cannot be read from byte {start} to {end}: ")


def test_a_missing_snapshot_leaves_the_journal_and_the_history(whole: Path, tmp_path: Path) -> None:
    home = shutil.copytree(whole, tmp_path / "home")
    (home / "snapshot.2").unlink()
    said, found, _ = saved(home, tmp_path / "new")

    assert set(found) == {"s0", "s1", "s2", "new"}
    assert (said.edits, said.hub) == (308, True)
    assert any(sentence.startswith("journal.1 is missing") for sentence in said.lost)


def test_an_older_generation_that_is_still_there_fills_the_holes(tmp_path: Path) -> None:
    """On Windows a file that somebody reads is not removed; a crash leaves some too."""
    home, kept = tmp_path / "home", tmp_path / "kept"
    store = copy_in(DiskFolder(home), hub=True)
    store.commit([Write("scene", f"s{n}", {"pages": n}) for n in range(5)], user="Ada")
    store.storage.compact()
    store.close()
    shutil.copytree(home, kept)
    store = copy_in(DiskFolder(home), hub=True)
    store.commit([Write("scene", "s1", {"pages": 10})], user="Ada")
    store.storage.compact()
    store.commit([Write("scene", "s2", {"pages": 20})], user="Ada")
    store.close()
    shutil.copy(kept / "snapshot.2", home)
    block = next(p for p in places(home) if (p.file, p.what) == ("snapshot.3", "block 0 of scene"))
    said, found, _ = saved(harmed(home, block, tmp_path / "harmed"), tmp_path / "new")

    pages = {"s0": 0, "s1": 1, "s2": 20, "s3": 3, "s4": 4}
    assert {i: doc["pages"] for i, doc in found.items()} == pages
    assert not any("records of" in sentence for sentence in said.lost)


def test_a_damaged_photo_is_left_behind_and_said(whole: Path, tmp_path: Path) -> None:
    home = shutil.copytree(whole, tmp_path / "home")
    name = hashlib.sha256(PHOTOS[0]).hexdigest()
    (home / "photos" / name[:2] / name).write_bytes(b"not the photo")
    said, _, _ = saved(home, tmp_path / "new")

    assert said.photos == len(PHOTOS) - 1
    assert [name[:8] in sentence for sentence in said.lost] == [True]
    assert not Blobs(tmp_path / "new" / "photos").has(name)


# ---- what comes after -------------------------------------------------------------------------


def test_devices_bring_back_what_is_missing_in_the_new_epoch(tmp_path: Path) -> None:
    office, gate = Copy(tmp_path / "office", hub=True), Copy(tmp_path / "gate")
    for n in range(5):
        office.write(f"p{n}", name=f"Zoë {n}")
    sync(gate, office)
    gate.write("p5", name="Newt")
    sync(gate, office)
    office.store.storage.compact()
    office.store.close()
    everything = read(tmp_path / "office")
    block = next(p for p in places(tmp_path / "office") if p.what == "block 0 of person")
    said = salvage(harmed(tmp_path / "office", block, tmp_path / "harmed"), tmp_path / "new")
    assert (said.records, said.edits) == (0, 6)

    again = Copy(tmp_path / "new", hub=True)
    Office(again.store).new_epoch()
    again.restart()
    sync(gate, again)
    assert everything == records(again.store)
    assert again.store.sums == gate.store.sums == again.store.counted()
    for copy in (gate, again):
        copy.store.close()


# ---- refusals ---------------------------------------------------------------------------------


def test_it_is_written_into_a_new_folder_and_nowhere_else(whole: Path, tmp_path: Path) -> None:
    before = bytes_of(whole)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    for into in (whole, whole / "new", tmp_path / "full"):
        with pytest.raises(BadInput, match="is not a new folder"):
            salvage(whole, into)

    with pytest.raises(BadInput, match="is not a new folder"):
        salvage(whole, tmp_path / "full" / "letter.txt")
    with pytest.raises(NotSaved, match="Not saved: the disk says"):
        salvage(whole, tmp_path / "full" / "letter.txt" / "new")
    assert before == bytes_of(whole)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_where_there_is_nothing_nothing_is_saved(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="There is no production in"):
        salvage(tmp_path / "nowhere", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_it_says_how_far_it_has_come(whole: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    salvage(whole, tmp_path / "new", progress=shares.append)

    assert len(shares) > 5
    assert shares[-1] == 1.0
