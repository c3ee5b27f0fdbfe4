"""Sealed files: whole or not there; a changed bit anywhere in a snapshot or a segment is noticed.

Everything here runs over every backend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import where

from data.disk import open_db
from data.edit import Write
from data.errors import Damaged, OfficeError
from data.history import Segment
from data.sealed import HISTORY, SLICE, SNAPSHOT, Sealed, Writer
from data.storage import JournalStorage
from tests.backends import MakePlace, Place, every_backend
from tests.copies import copy_in, known

pytestmark = every_backend

BODIES = [b"", b"a", b"two\nlines", bytes(range(256)) * 3]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that meets damage looks again after a moment: a writer may have been at work."""
    monkeypatch.setattr("data.generations.time.sleep", lambda _seconds: None)


def sealed(place: Place, *bodies: bytes) -> list[tuple[int, int]]:
    """snapshot.1 with these sections; where they lie."""
    writer = Writer(place.folder, "snapshot.1", SNAPSHOT)
    places = [writer.add(body) for body in bodies]
    writer.seal({"places": places})
    writer.close()
    return places


def opened(place: Place, name: str = "snapshot.1", first: bytes = SNAPSHOT) -> Sealed:
    found = Sealed.open(place.folder, name, first)
    assert found is not None
    return found


def is_noticed(place: Place, name: str, first: bytes) -> bool:
    """Whether a file is not taken for a whole one, opened and checked."""
    try:
        found = Sealed.open(place.folder, name, first)
        if found is None:
            return True
        try:
            for _ in found.check():
                pass
        finally:
            found.close()
    except Damaged:
        return True
    return False


def changed(place: Place, name: str) -> Iterator[tuple[int, int]]:
    """Each bit of the file in turn, changed while the caller looks at it."""
    for at in range(len(place.files()[name])):
        for bit in range(8):
            place.flip(name, at, bit)
            yield at, bit
            place.flip(name, at, bit)


# ---- one sealed file --------------------------------------------------------------------------


def test_sections_are_read_in_any_order(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    places = sealed(place, *BODIES)
    found = opened(place)

    assert [found.read(one) for one in reversed(places)] == BODIES[::-1]
    assert found.directory == {"places": [list(one) for one in places]}
    assert list(found.check())[-1] < found.size
    found.close()


def test_a_long_file_is_written_in_slices_and_read_back(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    bodies = [bytes([n]) * (SLICE // 3) for n in range(10)]
    places = sealed(place, *bodies)
    found = opened(place)

    assert bodies == [found.read(one) for one in places]
    assert len(list(found.check())) == len(bodies) + 1
    found.close()


def test_cut_anywhere_it_was_never_finished(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    sealed(place, *BODIES[:3])
    whole = place.files()["snapshot.1"]
    for at in range(len(whole)):
        place.write("snapshot.1", whole[:at])
        assert Sealed.open(place.folder, "snapshot.1", SNAPSHOT) is None, at


def test_anything_behind_its_end_makes_it_no_whole_file(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    sealed(place, *BODIES)
    whole = place.files()["snapshot.1"]
    for behind in (b"\0", b"x", bytes(600), whole):
        place.write("snapshot.1", whole + behind)
        assert is_noticed(place, "snapshot.1", SNAPSHOT)


def test_a_segment_is_not_taken_for_a_snapshot(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    sealed(place, *BODIES)

    assert Sealed.open(place.folder, "snapshot.1", HISTORY) is None


def test_a_place_that_is_no_section_is_refused(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    at, length = sealed(place, *BODIES)[2]
    found = opened(place)

    for wrong in ((at + 1, length), (at, length - 1), (at, length + 1), (10**6, 20), (0, 0)):
        with pytest.raises(Damaged, match=r"snapshot\.1 is damaged at byte"):
            found.read(wrong)
    found.close()


def test_every_changed_bit_of_a_sealed_file_is_noticed(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    sealed(place, b"", b"some lines", b"{}")
    assert not is_noticed(place, "snapshot.1", SNAPSHOT)

    for at, bit in changed(place, "snapshot.1"):
        assert is_noticed(place, "snapshot.1", SNAPSHOT), (at, bit)


# ---- a snapshot -------------------------------------------------------------------------------

INDEXES = {"scene": ["day", ("set", "name")]}


def production(place: Place) -> None:
    """A plain database with two tables, indexes and an odd text, all of it in snapshot.2."""
    with open_db(place.made(), indexes=INDEXES) as db:
        scenes = [
            {"day": 1, "set": {"name": "KITCHEN"}},
            {"day": 2, "set": {"name": "Café"}, "cast": [1]},
            {"pages": 2**70 + 1},
        ]
        db.table("scene").insert_multiple(scenes)
        db.table("crew").insert({"name": "Zoë Beispiel"})
        storage = db.storage
        assert isinstance(storage, JournalStorage)
        storage.compact()


def all_of(place: Place) -> list[Any]:
    """Everything a reader can ask of it: documents, and what the columns answer."""
    with open_db(place.made(), indexes=INDEXES, access_mode="r") as db:
        scenes = db.table("scene")
        return [
            sorted(db.tables()),
            [(doc.doc_id, dict(doc)) for name in sorted(db.tables()) for doc in db.table(name)],
            [doc.doc_id for doc in scenes.search(where("day") > 1)],
            [doc.doc_id for doc in scenes.search(where("set")["name"] == "KITCHEN")],
        ]


def test_every_changed_bit_of_a_snapshot_is_noticed_by_its_check(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    production(place)
    assert not is_noticed(place, "snapshot.2", SNAPSHOT)

    for at, bit in changed(place, "snapshot.2"):
        assert is_noticed(place, "snapshot.2", SNAPSHOT), (at, bit)


def test_every_changed_bit_of_a_snapshot_is_refused_or_met_by_nobody(
    backend: MakePlace, tmp_path: Path
) -> None:
    """Whoever reads everything of a damaged production is told, or sees what was written."""
    place = backend(tmp_path)
    production(place)
    whole, refused, size = all_of(place), 0, len(place.files()["snapshot.2"])
    for at, bit in changed(place, "snapshot.2"):
        if bit != at % 8:
            continue
        try:
            assert whole == all_of(place), (at, bit)
        except Damaged:
            refused += 1

    assert refused == size, "every byte of a snapshot is read by somebody"


def test_a_snapshot_cut_anywhere_is_damage_and_no_empty_production(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    production(place)
    whole = place.files()
    for at in range(len(whole["snapshot.2"])):
        place.write("snapshot.2", whole["snapshot.2"][:at])
        with pytest.raises(Damaged):
            open_db(place.made(), access_mode="r")


# ---- a segment of history ---------------------------------------------------------------------


def office(place: Place) -> dict[str, Any]:
    """An office with a segment of history; what it knows."""
    store = copy_in(place.folder, hub=True)
    for n in range(3):
        store.commit([Write("scene", f"r{n}", {"pages": n}), Write("scene", "r0", {})], user="Zoë")
    store.storage.compact()
    told = known(store)
    store.close()
    return told


def test_every_changed_bit_of_a_segment_is_noticed(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    office(place)
    assert not is_noticed(place, "history.2", HISTORY)

    for at, bit in changed(place, "history.2"):
        assert is_noticed(place, "history.2", HISTORY), (at, bit)


def test_an_edit_is_never_read_from_a_damaged_segment(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    records = office(place)["edits"]
    for at, bit in changed(place, "history.2"):
        if bit == at % 8:
            segment = Segment(place.folder, 2)
            with pytest.raises(Damaged, match=r"history\.2"):
                [segment.of(record_id) for record_id in records]


@pytest.mark.parametrize("what", ["missing", "cut", "empty"])
def test_an_office_whose_history_is_gone_opens_and_refuses_old_edits_alone(
    what: str, backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    told = office(place)
    harm: dict[str, Callable[[], object]] = {
        "missing": lambda: place.folder.remove("history.2"),
        "cut": lambda: place.write("history.2", place.files()["history.2"][:-1]),
        "empty": lambda: place.write("history.2", b""),
    }
    harm[what]()
    store = copy_in(place.folder, hub=True, reader=True)

    assert told["records"]["scene"] == [[i, store.document(i)] for i in store.ids()]
    with pytest.raises(OfficeError, match=r"history\.2 is missing or damaged"):
        store.history("r0")
