"""The contract of a backend: what a folder and a file promise, and a whole database over them.

What journals, snapshots and segments promise is in their own files, over every backend too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tinydb import Query, TinyDB, where

from data.disk import open_db
from data.errors import ReadOnly
from data.frame import Commit
from data.packing import dumps
from data.storage import JournalStorage
from tests.backends import MakePlace, Place, every_backend

pytestmark = every_backend

# ---- a file -----------------------------------------------------------------------------------


def test_a_file_grows_at_its_end_and_is_read_anywhere(backend: MakePlace, tmp_path: Path) -> None:
    file = backend(tmp_path).folder.create("journal.1")
    assert (file.size, file.read(0, 10)) == (0, b"")
    file.append(b"one")
    assert file.read(1, 1) == b"n"
    file.append(b" and two")
    file.sync()

    assert file.size == 11
    assert file.read(0, 11) == b"one and two"
    assert file.read(8, 100) == b"two"
    assert file.read(50, 10) == b""
    file.close()


@pytest.mark.parametrize("ahead", [0, 4096])
def test_what_is_cut_is_gone_and_the_next_bytes_take_its_place(
    ahead: int, backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    file = place.folder.create("journal.1", ahead=ahead)
    file.append(b"one and two")
    file.cut(3)
    assert (file.size, file.read(0, 20)) == (3, b"one")
    file.append(b"!")
    file.append(b"?")
    assert file.read(0, file.size) == b"one!?"
    file.cut(file.size)
    file.close()

    assert place.files() == {"journal.1": b"one!?"}


def test_room_kept_ahead_is_zeros_behind_the_end(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    file = place.folder.create("journal.1", ahead=1000)
    for n in range(300):
        file.append(b"%03d," % n)
    there = place.files()["journal.1"]
    file.close()

    assert there[: file.size] == b"".join(b"%03d," % n for n in range(300))
    assert not there[file.size :].strip(b"\0")


@pytest.mark.parametrize("ahead", [0, 4096])
def test_opened_again_it_goes_on_at_its_end(ahead: int, backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    place.write("journal.1", b"one")
    file = place.folder.open("journal.1", write=True, ahead=ahead)
    assert file.size == 3
    file.append(b" and two")
    file.cut(file.size)
    file.close()

    assert place.files() == {"journal.1": b"one and two"}


def test_a_long_text_is_kept_whole(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    long = bytes(range(256)) * 5000
    file = place.folder.create("journal.1", ahead=4096)
    file.append(long)
    file.append(long)
    file.sync()

    assert file.read(len(long), len(long)) == long
    file.close()
    assert place.folder.open("journal.1").read(0, 2 * len(long)) == long + long


# ---- a folder ---------------------------------------------------------------------------------


def test_a_folder_that_was_never_written_to_is_empty(backend: MakePlace, tmp_path: Path) -> None:
    assert backend(tmp_path).folder.names() == []


def test_a_folder_names_what_it_holds(backend: MakePlace, tmp_path: Path) -> None:
    folder = backend(tmp_path).folder
    for name in ("journal.1", "snapshot.2", "journal.cut-20260609T123000"):
        folder.create(name).close()
    folder.sync()
    assert {"journal.1", "snapshot.2", "journal.cut-20260609T123000"} == set(folder.names())

    assert folder.remove("journal.1")
    folder.sync()
    assert {"snapshot.2", "journal.cut-20260609T123000"} == set(folder.names())


def test_what_is_not_there_cannot_be_opened_and_is_gone_already(
    backend: MakePlace, tmp_path: Path
) -> None:
    folder = backend(tmp_path).folder

    for write in (False, True):
        with pytest.raises(FileNotFoundError):
            folder.open("journal.1", write=write)
    assert folder.remove("journal.1")
    assert folder.names() == []


def test_a_new_file_takes_the_place_of_an_old_one(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    place.write("snapshot.2", b"from a run that crashed")
    file = place.folder.create("snapshot.2")

    assert file.size == 0
    file.append(b"new")
    file.close()
    assert place.files() == {"snapshot.2": b"new"}


def test_a_removed_file_stays_readable_for_whoever_has_it_open(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    place.write("snapshot.2", b"every document")
    reader = place.folder.open("snapshot.2")

    if place.folder.remove("snapshot.2"):  # Windows keeps a file that somebody reads
        assert place.folder.names() == []
    assert reader.read(6, 8) == b"document"
    reader.close()


# ---- a database over it -----------------------------------------------------------------------


def database(place: Place, **options: Any) -> TinyDB:
    return open_db(place.made(), indexes={"scene": ["day", ("set", "name")]}, **options)


def scenes(db: TinyDB) -> dict[int, dict[str, Any]]:
    return {doc.doc_id: dict(doc) for doc in db.table("scene")}


def test_what_was_written_is_there_when_it_is_opened_again(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    with database(place) as db:
        table = db.table("scene")
        ids = table.insert_multiple({"day": n, "set": {"name": "KITCHEN"}} for n in range(4))
        table.update({"day": 9}, where("day") == 1)
        table.remove(where("day") == 2)
        db.table("crew").insert({"name": "Zoë"})
        before = scenes(db)

    with database(place) as db:
        assert ids == [1, 2, 3, 4]
        assert before == scenes(db)
        assert [doc["day"] for doc in before.values()] == [0, 9, 3]
        assert db.tables() == {"scene", "crew"}
        assert db.table("scene").insert({}) == 5


@pytest.mark.parametrize("compacted", [False, True], ids=["lines", "a snapshot"])
def test_queries_find_what_looking_finds(
    compacted: bool, backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    with database(place) as db:
        table = db.table("scene")
        for n in range(300):
            table.insert({"day": n % 7, "set": {"name": f"SET {n % 5}"}, "pages": n})
        assert isinstance(db.storage, JournalStorage)
        if compacted:
            db.storage.compact()

    with database(place) as db:
        table = db.table("scene")
        table.update({"day": 3}, doc_ids=[1])
        scene = Query()
        for query in (
            scene.day == 3,
            (scene.day >= 5) & (scene.set.name == "SET 1"),
            (scene.day == 0) | (scene.day == 6),
            scene.day.one_of([1, 2, 99]),
            (scene.pages > 290) & (scene.day == 3),
        ):
            looked = {doc.doc_id for doc in table if query(doc)}
            assert looked == {doc.doc_id for doc in table.search(query)}
            assert looked


def test_a_number_is_never_given_twice(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    given: list[int] = []
    for turn in range(4):
        with database(place) as db:
            given += db.table("scene").insert_multiple([{"day": 1}, {"day": 2}])
            db.table("scene").remove(doc_ids=given[-1:])
            assert isinstance(db.storage, JournalStorage)
            if turn % 2:
                db.storage.compact()

    assert given == list(range(1, 9))


def test_a_reader_changes_nothing_and_is_told_so(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    with database(place) as db:
        db.table("scene").insert({"day": 1})
    before = place.files()
    with database(place, access_mode="r") as reader:
        assert scenes(reader) == {1: {"day": 1}}
        with pytest.raises(ReadOnly, match="reading only"):
            reader.table("scene").insert({"day": 2})
        assert scenes(reader) == {1: {"day": 1}}

    assert before == place.files()


def test_a_reader_looks_while_a_writer_writes(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    with database(place) as writer:
        for n in range(5):
            with database(place, access_mode="r") as reader:
                assert n == len(reader.table("scene"))
            writer.table("scene").insert({"day": n})


def test_one_commit_holds_every_table_it_changes(backend: MakePlace, tmp_path: Path) -> None:
    """TinyDB's own way to write: the tables are what they are told to be."""
    place = backend(tmp_path)
    storage = JournalStorage(place.made())
    storage.write({"scene": {"1": {"day": 1}, "2": {"day": 2}}, "crew": {"1": {}}})
    size = storage.journal_bytes
    storage.write({"scene": {"1": {"day": 1}, "2": {"day": 2}}, "crew": {"1": {}}})
    assert size == storage.journal_bytes, "nothing differs, nothing is written"
    storage.write({"scene": {"2": {"day": 3}}})
    storage.close()

    again = JournalStorage(place.made(), access_mode="r")
    assert {n: dict(t) for n, t in (again.read() or {}).items()} == {"scene": {"2": {"day": 3}}}


def test_a_table_that_was_dropped_is_gone_with_its_numbers(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    with database(place) as db:
        db.table("scene").insert_multiple([{}, {}])
        db.table("crew").insert({})
        db.drop_table("scene")
        assert db.table("scene").insert({"day": 1}) == 1

    with database(place, access_mode="r") as db:
        assert scenes(db) == {1: {"day": 1}}
        assert db.tables() == {"scene", "crew"}


def test_a_generation_is_made_when_there_is_time_and_only_when_it_is_due(
    backend: MakePlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.storage.SMALLEST", 3000)
    place = backend(tmp_path)
    storage = JournalStorage(place.made())
    storage.commit(Commit(put={"scene": {"1": dumps({"day": 1})}}))
    assert not storage.tend()
    assert set(place.files()) == {"journal.1"}

    for n in range(40):
        storage.commit(Commit(put={"scene": {"1": dumps({"day": n, "synopsis": "wait " * 20})}}))
    while storage.tend():
        pass
    assert set(place.files()) == {"journal.2", "snapshot.2"}
    assert storage.journal_bytes < 100
    assert not storage.tend()
    storage.close()

    again = JournalStorage(place.made(), access_mode="r")
    assert again.tables["scene"].line("1") == dumps({"day": 39, "synopsis": "wait " * 20})
