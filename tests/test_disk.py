"""The journal: cut anywhere it holds whole commits; TinyDB asks it questions and never writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import Query, TinyDB, where

from data.disk import HEADER, Frame, Journal, JournalStorage, RecordDB
from data.errors import Damaged, Refused
from data.store import Store
from tests.small_show import Wall

NOW = Wall()()


def doc(kind: str = "scene", *, alive: bool = True, **values: Any) -> dict[str, Any]:
    return {**values, "_m": {"t": kind, "d": [], "vv": {}, "l": [0] if alive else [], "c": {}}}


FRAMES = tuple(
    Frame(puts={f"r{n}": doc(set_name=f"Zoë's kitchen {n}", pages=n)}, meta={"n": n})
    for n in range(4)
)


def journal(path: Path, *frames: Frame, writer: bool = True) -> Journal:
    opened = Journal(path, writer=writer, now=NOW)
    list(opened.frames())
    for frame in frames:
        opened.append(frame)
    return opened


def written(tmp_path: Path) -> tuple[bytes, list[int]]:
    """A journal of four commits, and where each whole one ends."""
    path = tmp_path / "whole"
    ends = []
    opened = journal(path)
    for frame in FRAMES:
        ends.append(path.stat().st_size)
        opened.append(frame)
    opened.close()
    return path.read_bytes(), [*ends, path.stat().st_size]


def read(path: Path) -> list[Frame]:
    return list(Journal(path, writer=False, now=NOW).frames())


# ---- cuts and damage --------------------------------------------------------------------------


def test_cut_at_any_byte_it_opens_with_the_whole_commits_and_goes_on(tmp_path: Path) -> None:
    data, ends = written(tmp_path)
    path = tmp_path / "cut"
    for at in range(len(data) + 1):
        path.write_bytes(data[:at])
        whole = max(0, sum(end <= at for end in ends) - 1)

        assert list(FRAMES[:whole]) == read(path)
        opened = journal(path, FRAMES[3])
        opened.close()
        assert [*FRAMES[:whole], FRAMES[3]] == read(path)

        torn = at >= len(HEADER) and at not in ends
        assert torn == (opened.cut_aside is not None)
        if opened.cut_aside is not None:
            start = max(end for end in ends if end <= at)
            assert data[start:at] == opened.cut_aside.read_bytes()
            opened.cut_aside.unlink()


def test_a_reader_never_changes_a_torn_journal(tmp_path: Path) -> None:
    data, _ = written(tmp_path)
    path = tmp_path / "torn"
    path.write_bytes(data[:-5])
    list(Journal(path, writer=False, now=NOW).frames())

    assert data[:-5] == path.read_bytes()
    assert not list(tmp_path.glob("journal.cut*"))


def test_any_changed_byte_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    data, ends = written(tmp_path)
    path = tmp_path / "flipped"
    for at in range(len(data)):
        for bit in (0x01, 0x10):
            path.write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
            try:
                frames = read(path)
            except Damaged:
                continue
            # What passes is a changed space between two numbers, or the last commit cut off whole.
            assert frames in (list(FRAMES), list(FRAMES[:3]))
            assert frames == list(FRAMES) or at >= ends[-2]


def test_a_length_that_grew_in_the_middle_is_damage_and_not_a_torn_end(tmp_path: Path) -> None:
    data, ends = written(tmp_path)
    path = tmp_path / "grown"
    path.write_bytes(data[: ends[1]] + b"7" + data[ends[1] + 1 :])

    with pytest.raises(Damaged):
        journal(path)
    assert not list(tmp_path.glob("journal.cut*"))


def test_zeros_that_a_file_system_left_at_the_end_are_a_torn_end(tmp_path: Path) -> None:
    data, _ = written(tmp_path)
    path = tmp_path / "zeros"
    path.write_bytes(data + bytes(4096))

    assert list(FRAMES) == read(path)


def test_another_programs_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b'{"_default": {}}')

    with pytest.raises(Damaged):
        journal(path)
    assert path.read_bytes() == b'{"_default": {}}'


def test_a_frame_read_back_is_the_frame() -> None:
    frame = Frame(
        puts={"r": doc(name="Łukasz")},
        edits=({"dot": ["a", 1], "id": "r"},),
        meta={"cursor": "7"},
        bases={"r": None},
        clean=("q",),
        acked=(("a", 1),),
        hseq=12,
    )

    assert frame == Frame.from_bytes(frame.to_bytes()[18:])


# ---- TinyDB over it ---------------------------------------------------------------------------


def filled(*docs: tuple[str, dict[str, Any]]) -> tuple[JournalStorage, RecordDB]:
    storage = JournalStorage()
    for record_id, document in docs:
        storage.put(record_id, document)
    return storage, RecordDB(storage=lambda: storage)


KITCHEN, DINER = doc(set_name="KITCHEN", pages=5, day="d1"), doc(set_name="DINER", day="d1")


def test_tinydbs_queries_work() -> None:
    _, db = filled(("a", KITCHEN), ("b", DINER), ("p", doc("person", name="Zoë")))
    scenes = db.table("scene")

    assert [found["pages"] for found in scenes.search(where("pages") > 3)] == [5]
    assert scenes.search((Query().set_name == "DINER") & (Query().day == "d1")) == [DINER]
    assert scenes.search((Query().set_name == "DINER") | (Query().pages == 5)) == [KITCHEN, DINER]
    assert scenes.get(where("set_name") == "KITCHEN") == KITCHEN
    assert scenes.get(doc_id="b") == DINER  # type: ignore[call-overload]
    assert scenes.get(where("set_name") == "nowhere") is None
    assert scenes.contains(where("day") == "d1")
    assert scenes.count(where("day") == "d1") == 2
    assert (len(scenes), len(scenes.all())) == (2, 2)
    assert db.tables() == {"scene", "person"}
    assert [str(found.doc_id) for found in scenes.search(where("pages").exists())] == ["a"]


def test_a_deleted_record_is_met_by_no_query() -> None:
    storage, db = filled(("a", KITCHEN))
    storage.put("a", doc(set_name="KITCHEN", alive=False))

    assert db.table("scene").search(where("set_name") == "KITCHEN") == []
    assert db.table("scene").all() == []
    assert storage.document("a") is not None


WRITES: dict[str, Callable[[TinyDB], object]] = {
    "insert": lambda db: db.table("scene").insert({"pages": 1}),
    "insert into an empty one": lambda db: db.table("nobody").insert({"pages": 1}),
    "insert_multiple": lambda db: db.table("scene").insert_multiple([{"pages": 1}]),
    "update": lambda db: db.table("scene").update({"pages": 2}),
    "upsert": lambda db: db.table("scene").upsert({"pages": 2}, where("pages") == 5),
    "remove": lambda db: db.table("scene").remove(where("pages") == 5),
    "truncate": lambda db: db.table("scene").truncate(),
    "drop_table": lambda db: db.drop_table("scene"),
    "drop_tables": lambda db: db.drop_tables(),
}


@pytest.mark.parametrize("name", WRITES)
def test_tinydbs_writing_methods_refuse_and_change_nothing(name: str) -> None:
    storage, db = filled(("a", KITCHEN))

    with pytest.raises(Refused, match="only reads"):
        WRITES[name](db)
    assert storage.tables == {"scene": {"a": KITCHEN}}


PUTS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from([None, "d1", "d2", 1, ["d1"]]),
        st.sampled_from([None, "x"]),
        st.booleans(),
    ),
    max_size=25,
)


@given(PUTS)
def test_the_index_finds_what_looking_at_every_document_finds(puts: list[Any]) -> None:
    storage, db = filled()
    for record_id, day, unit, alive in puts:
        storage.put(record_id, doc(alive=alive, day=day, unit=unit))
        for query in (where("day") == "d1", (where("unit") == "x") & (where("day") == "d2")):
            looked = [d for d in db.table("scene").all() if query(d)]
            found = db.table("scene").search(query)
            assert sorted(map(repr, looked)) == sorted(map(repr, found))


def test_the_journal_of_a_store_is_what_it_says(hub: Store) -> None:
    hub.set_meta(cursor="7")
    hub.close()

    assert [Frame(meta={"cursor": "7"})] == read(hub.home / "journal.1")
