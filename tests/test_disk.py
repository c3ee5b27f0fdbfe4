"""TinyDB over the journal: what is handed out belongs to the caller; the app's own only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import Query, TinyDB, where
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from data.disk import JournalDB, RecordTable, open_db
from data.document import GONE
from data.edit import Write
from data.errors import BadInput, Busy, Refused
from data.files import MemoryFolder
from data.record_db import RecordDB
from data.storage import JournalStorage
from data.store import Store
from tests.copies import copy_in

# ---- nothing is aliased -----------------------------------------------------------------------

SCENES = [
    {"day": 1, "set": {"name": "KITCHEN"}, "cast": ["Rosa", {"as": "Dale"}]},
    {"day": 2, "set": {"name": "DINER"}, "cast": []},
    {"day": 2, "set": {"name": "STREET"}, "cast": ["Gus"]},
]


PLACES: dict[str, Callable[[], TinyDB]] = {
    "a journal": lambda: open_db(MemoryFolder(), indexes={"scene": ["day"]}),
    "memory": lambda: JournalDB(storage=MemoryStorage),
}

ASKED: dict[str, Callable[[Any], Any]] = {
    "get by id": lambda table: [table.get(doc_id=1)],
    "get by ids": lambda table: table.get(doc_ids=[1, 3]),
    "get": lambda table: [table.get(where("day") == 2)],
    "search by an index": lambda table: table.search(where("day") == 2),
    "search in bounds": lambda table: table.search(where("day") > 0),
    "search by trying": lambda table: table.search(where("set")["name"] == "DINER"),
    "all": lambda table: table.all(),
    "going through": list,
}


def harm(value: Any) -> None:
    """Changes everything that can be changed in what somebody was given."""
    if isinstance(value, dict):
        for inner in list(value.values()):
            harm(inner)
        value["harm"] = "done"
        value.pop("day", None)
    elif isinstance(value, list):
        for inner in value:
            harm(inner)
        value.append("harm")


def filled(place: str) -> tuple[TinyDB, Any]:
    db = PLACES[place]()
    table = db.table("scene")
    table.insert_multiple({**scene} for scene in SCENES)
    if isinstance(db.storage, JournalStorage):
        db.storage.compact()
        table.update({"pages": 3}, doc_ids=[3])
    return db, table


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_handed_out_is_the_callers_own(place: str, asked: str) -> None:
    _, table = filled(place)
    before = [(doc.doc_id, repr(doc)) for doc in table]
    answers = [[repr(doc) for doc in ASKED[name](table)] for name in ASKED]
    for _ in range(2):  # the second answer may be a remembered one
        for doc in ASKED[asked](table):
            harm(doc)

    assert before == [(doc.doc_id, repr(doc)) for doc in table]
    assert answers == [[repr(doc) for doc in ASKED[name](table)] for name in ASKED]


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers(0, 3) | st.sampled_from(["a", "day", None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)
LIVES = st.lists(
    st.tuples(st.just("insert"), VALUES)
    | st.tuples(st.just("update"), st.integers(1, 5), VALUES)
    | st.tuples(st.just("remove"), st.integers(1, 5))
    | st.tuples(st.just("generation"))
    | st.tuples(st.just("ask"), st.sampled_from(list(ASKED)))
    | st.tuples(st.just("ask"), st.sampled_from(list(ASKED))),
    min_size=6,
    max_size=30,
)


@given(LIVES)
def test_no_answer_is_ever_touched_by_what_was_done_to_another(life: list[Any]) -> None:
    db = open_db(MemoryFolder(), indexes={"scene": ["day"]})
    table: Any = db.table("scene")
    docs, last = dict[int, str](), 0
    for what in life:
        match what:
            case ("insert", value):
                last += 1
                doc = {"day": last % 3, "in": value, "set": {"name": "DINER"}}
                docs[last] = repr(doc)
                assert last == table.insert(doc)
                harm(doc)
            case ("update", doc_id, value) if doc_id in docs:
                docs[doc_id] = repr({"day": doc_id, "in": value, "set": {"name": "DINER"}})
                new = {"day": doc_id, "in": value}
                table.update(new, doc_ids=[doc_id])
                harm(new)
            case ("remove", doc_id) if docs.pop(doc_id, None):
                table.remove(doc_ids=[doc_id])
            case ("generation",):
                assert isinstance(db.storage, JournalStorage)
                db.storage.compact()
            case ("ask", asked):
                for doc in ASKED[asked](table):
                    assert doc is None or docs[doc.doc_id] == repr(dict(doc))
                    harm(doc)
        assert docs == {doc.doc_id: repr(dict(doc)) for doc in table}

    assert all(docs[i] == repr(dict(table.get(doc_id=i))) for i in docs)


def test_what_is_handed_in_stays_the_callers_own() -> None:
    _, table = filled("a journal")
    mine: list[Any] = [{"day": 4, "cast": ["Ada"]}, {"day": 5, "cast": ["Lou"]}]
    table.insert(mine[0])
    table.insert_multiple([mine[1]])
    kept: list[Any] = []
    cast = ["Newt"]
    table.update(kept.append, where("day") == 4)
    table.update({"cast": cast}, where("day") == 5)
    before = [repr(doc) for doc in table]
    harm(mine)
    harm(kept)
    harm(cast)

    assert before == [repr(doc) for doc in table]
    assert table.get(where("day") == 5) == {"day": 5, "cast": ["Newt"]}


def test_a_change_that_is_refused_halfway_has_changed_nothing() -> None:
    _, table = filled("a journal")
    before = [repr(doc) for doc in table]

    def stumble(doc: Any) -> None:
        doc["day"] = 9
        if doc["set"]["name"] == "STREET":
            raise LookupError("STREET")

    with pytest.raises(LookupError):
        table.update(stumble)
    with pytest.raises(TypeError):
        table.insert_multiple([{"day": 1}, {"day": object()}])
    assert before == [repr(doc) for doc in table]
    assert table.insert({"day": 6}) == 4


# ---- one writer -------------------------------------------------------------------------------


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    with open_db(tmp_path / "db") as db:
        db.table("scene").insert({"day": 1})
        with pytest.raises(Busy, match="open in another Callboard"):
            open_db(tmp_path / "db")
        with open_db(tmp_path / "db", access_mode="r") as reader:
            assert reader.table("scene").all() == [{"day": 1}]
            db.table("scene").insert({"day": 2})
    with open_db(tmp_path / "db") as db:
        assert len(db.table("scene")) == 2


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "db.json"
    path.write_bytes(b"{}")

    with pytest.raises(BadInput, match="is a file; a production is a folder"):
        open_db(path)
    assert path.read_bytes() == b"{}"


def test_a_reader_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_db(tmp_path / "nowhere", access_mode="r")
    assert not (tmp_path / "nowhere").exists()


# ---- the app's own ----------------------------------------------------------------------------


@pytest.fixture
def store() -> Iterator[Store]:
    """An office with three scenes, one of them deleted, and a person."""
    made = copy_in(MemoryFolder(), hub=True)
    made.commit(
        [
            Write("scene", "a", {"set_name": "KITCHEN", "pages": 5, "day": "d1"}),
            Write("scene", "b", {"set_name": "DINER", "day": "d1"}),
            Write("scene", "c", {"set_name": "STREET"}),
            Write("person", "p", {"name": "Zoë"}),
        ],
        user="Ada",
    )
    made.commit([Write("scene", "c", delete=True)], user="Ada")
    yield made
    made.close()


def names(found: list[Document]) -> list[str]:
    return [str(doc.doc_id) for doc in found]


def test_tinydbs_queries_work(store: Store) -> None:
    scenes, scene = store.db.table("scene"), Query()

    assert names(scenes.search(scene.pages > 3)) == ["a"]
    assert names(scenes.search((scene.set_name == "DINER") & (scene.day == "d1"))) == ["b"]
    assert names(scenes.search((scene.set_name == "DINER") | (scene.pages == 5))) == ["a", "b"]
    assert names([scenes.get(doc_id="b")]) == ["b"]  # type: ignore[call-overload]
    assert scenes.get(scene.set_name == "nowhere") is None
    assert scenes.contains(scene.day == "d1")
    assert scenes.count(scene.day == "d1") == 2
    assert (len(scenes), names(scenes.all())) == (2, ["a", "b"])
    assert store.db.tables() == {"scene", "person", GONE}


def test_a_deleted_record_is_met_by_no_query(store: Store) -> None:
    assert store.db.table("scene").search(where("set_name") == "STREET") == []
    assert store.document("c") is not None


def test_an_answer_is_as_new_as_the_last_commit(store: Store) -> None:
    scenes, asked = store.db.table("scene"), where("day") == "d1"
    assert names(scenes.search(asked)) == ["a", "b"]
    store.commit([Write("scene", "a", {"day": "d2"}), Write("scene", "c", {"day": "d1"})], user="A")

    assert names(scenes.search(asked)) == ["b", "c"]


WRITES: dict[str, Callable[[TinyDB], object]] = {
    "insert": lambda db: db.table("scene").insert({"pages": 1}),
    "insert into an empty one": lambda db: db.table("nobody").insert({"pages": 1}),
    "insert_multiple": lambda db: db.table("scene").insert_multiple([{"pages": 1}]),
    "update": lambda db: db.table("scene").update({"pages": 2}),
    "update_multiple": lambda db: db.table("scene").update_multiple([({}, where("pages") == 5)]),
    "upsert": lambda db: db.table("scene").upsert({"pages": 2}, where("pages") == 5),
    "remove": lambda db: db.table("scene").remove(where("pages") == 5),
    "truncate": lambda db: db.table("scene").truncate(),
    "drop_table": lambda db: db.drop_table("scene"),
    "drop_tables": lambda db: db.drop_tables(),
}


@pytest.mark.parametrize("name", WRITES)
def test_tinydbs_writing_methods_refuse_and_change_nothing(name: str, store: Store) -> None:
    before = {i: store.line(i) for i in store.ids()}

    with pytest.raises(Refused, match="only reads"):
        WRITES[name](store.db)
    assert before == {i: store.line(i) for i in store.ids()}
    assert isinstance(store.db, RecordDB)
    assert isinstance(store.db.table("scene"), RecordTable)
