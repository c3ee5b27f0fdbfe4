"""What `open_db` promises beyond TinyDB, and where it is different from it on purpose."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tinydb import JSONStorage, Query, TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.operations import increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from data import packing
from data.disk import JournalDB, RecordTable, open_db
from data.errors import BadInput, Busy, OfficeError
from data.files import DiskFolder, MemoryFolder
from data.frame import PREFIX, body_at
from data.sealed import Sealed
from data.storage import JournalStorage

SCENES = [{"scene": str(n), "set": {"name": f"SET {n % 10}"}, "pages": n % 4} for n in range(300)]
INDEXES = {"_default": ["scene", ("set", "name"), "pages"]}


class Unit(Enum):
    MAIN = "main"


@dataclass
class Plain:
    """A dataclass, which orjson would write and the standard library would not."""

    name: str = "MOTEL"


UNSAVED = [object(), {1}, b"bytes", Unit.MAIN, UUID(int=1), date(2026, 7, 1), Decimal(1), Plain()]


@pytest.fixture
def db() -> Iterator[TinyDB]:
    """An empty one in memory, with indexes."""
    with open_db(MemoryFolder(), indexes=INDEXES) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "production"


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}


# ---- ids ------------------------------------------------------------------------------------


def test_ids_are_whole_numbers_from_one_also_after_opening_again(path: Path) -> None:
    with open_db(path) as db:
        assert db.insert({}) == 1
        assert db.insert_multiple([{}, {}]) == [2, 3]
    with open_db(path) as db:
        assert [doc.doc_id for doc in db] == [1, 2, 3]
        assert db.insert({}) == 4


@pytest.mark.parametrize("compacted", [False, True])
def test_an_id_is_not_given_again_when_its_document_is_gone(path: Path, compacted: bool) -> None:
    with open_db(path) as db:
        db.insert_multiple([{}, {}])
        db.remove(doc_ids=[2])
        if compacted:
            db.storage.compact()

    with open_db(path) as db:
        assert db.insert({}) == 3


def test_tinydb_gives_the_id_of_what_is_gone_again(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "stock.json") as stock:
        stock.insert_multiple([{}, {}])
        stock.remove(doc_ids=[2])

    with TinyDB(tmp_path / "stock.json") as stock:
        assert stock.insert({}) == 2


def test_an_id_that_came_with_a_document_is_passed_over(db: TinyDB) -> None:
    db.insert({"n": 1})

    assert db.insert_multiple([{}, {}, Document({}, 5), {}]) == [2, 3, 5, 6]
    assert db.insert_multiple([Document({}, 9)]) == [9]
    assert db.insert_multiple([{}]) == [10]
    assert db.get(doc_id=1) == {"n": 1}


def test_two_handles_on_a_table_never_give_the_same_id(db: TinyDB) -> None:
    one = db.table("scene")
    one.insert({})
    db.drop_table("scene")
    another = db.table("scene")

    assert another.insert_multiple([{"n": 1}, {"n": 2}]) == [1, 2]
    assert one.insert_multiple([{"n": 3}])[0] == 3
    assert another.all() == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_ids_begin_again_only_when_a_table_is_emptied(db: TinyDB) -> None:
    db.insert_multiple([{}, {}])
    db.truncate()

    assert db.insert({}) == 1
    db.drop_tables()
    assert db.insert({}) == 1


def test_an_id_that_is_no_whole_number_is_refused_before_it_is_written(db: TinyDB) -> None:
    with pytest.raises(ValueError, match="cannot be an id"):
        db.insert(Document({}, "x"))  # type: ignore[arg-type]

    assert db.all() == []


def test_an_id_is_what_equals_it_as_in_tinydb(db: TinyDB) -> None:
    db.insert({"n": 1})
    odd: list[Any] = ["1", None, float("nan"), 1.5]

    assert db.update({"n": 2}, doc_ids=odd) == db.remove(doc_ids=odd) == []
    assert db.update({"n": 2}, doc_ids=[1.0]) == [1]
    assert db.all() == [{"n": 2}]


# ---- nothing is half applied ----------------------------------------------------------------


def test_an_update_that_fails_leaves_nothing_half_applied(path: Path) -> None:
    def mark(doc: Any) -> None:
        doc["pages"] += 1
        if doc["scene"] == "2":
            raise LookupError("no such scene")

    with open_db(path, indexes=INDEXES) as db:
        db.insert_multiple(SCENES)
        before = content(path)
        with pytest.raises(LookupError):
            db.update(mark)
        with pytest.raises(LookupError):
            db.update_multiple([(mark, where("pages") >= 0)])

        assert before == content(path)
        assert db.all() == SCENES
        assert db.count(where("pages") == 2) == 75


@pytest.mark.parametrize("value", UNSAVED, ids=lambda value: type(value).__name__)
def test_what_has_no_json_is_refused_and_changes_nothing(path: Path, value: object) -> None:
    with open_db(path, indexes=INDEXES) as db:
        db.insert_multiple(SCENES)
        before = content(path)
        with pytest.raises(TypeError):
            db.insert({"scene": value})
        with pytest.raises(TypeError):
            db.insert_multiple([{"scene": "1"}, {"set": {"name": [value]}}])
        with pytest.raises(TypeError):
            db.update({"scene": value}, where("scene") == "1")
        with pytest.raises(TypeError):
            db.upsert({"scene": value}, where("scene") == "no such")

        assert before == content(path)
        assert db.all() == SCENES
        assert len(SCENES) + 1 == db.insert({})


def test_what_is_no_document_is_refused_with_all_that_came_with_it(db: TinyDB) -> None:
    with pytest.raises(ValueError, match="not a Mapping"):
        db.insert_multiple([{"scene": "1"}, "2"])

    assert db.all() == []
    assert db.insert({}) == 1


# ---- what is different from TinyDB ----------------------------------------------------------


def over_memory() -> TinyDB:
    return JournalDB(storage=MemoryStorage)


def behind_the_cache() -> TinyDB:
    return JournalDB(MemoryFolder(), storage=CachingMiddleware(JournalStorage))  # type: ignore[no-untyped-call]


def on_our_storage() -> TinyDB:
    return open_db(MemoryFolder())


@pytest.mark.parametrize("opened", [on_our_storage, over_memory, behind_the_cache])
@pytest.mark.parametrize(
    "ask",
    [
        lambda db: db.search(where("tags").any(["a"])),
        lambda db: [db.get(doc_id=1)],
        lambda db: [db.get(where("tags").any(["a"]))],
        lambda db: db.get(doc_ids=[1]),
        lambda db: db.all(),
        lambda db: list(db),
    ],
    ids=["search", "get by id", "get", "get by ids", "all", "iteration"],
)
def test_changing_an_answer_changes_no_later_answer(
    opened: Callable[[], TinyDB], ask: Callable[[Any], list[Any]]
) -> None:
    db = opened()
    db.insert({"tags": ["a"], "set": {"name": "MOTEL"}})

    for _ in range(3):
        (doc,) = ask(db)
        assert doc == {"tags": ["a"], "set": {"name": "MOTEL"}}
        doc["tags"].append("b")
        doc["set"]["name"] = "changed"
        doc["new"] = True


def test_changing_what_was_inserted_changes_no_record(db: TinyDB) -> None:
    doc = {"tags": ["a"]}
    db.insert(doc)
    doc["tags"].append("b")

    assert db.all() == [{"tags": ["a"]}]


@pytest.mark.parametrize("opened", [on_our_storage, over_memory, behind_the_cache])
@pytest.mark.parametrize(
    "asked",
    [
        lambda flags: where("name").matches("motel", flags),
        lambda flags: where("name").search("motel", flags),
        lambda flags: ~where("name").search("motel", flags) | (where("name") == 1),
        lambda flags: where("takes").any(where("name").matches("motel", flags)),
        lambda flags: where("takes").all(where("name").matches("motel", flags)),
    ],
    ids=["matches", "search", "inside not and or", "inside any", "inside all"],
)
def test_a_regex_with_other_flags_is_asked_anew(
    opened: Callable[[], TinyDB], asked: Callable[[int], Any]
) -> None:
    db = opened()
    db.insert({"name": "MOTEL", "takes": [{"name": "MOTEL"}]})

    told = [len(db.search(asked(flags))) for flags in (0, re.IGNORECASE, 0)]

    assert told in ([0, 1, 0], [1, 0, 1])


@pytest.mark.parametrize("opened", [on_our_storage, over_memory, behind_the_cache])
def test_updates_from_an_iterator_reach_every_document(opened: Callable[[], TinyDB]) -> None:
    db = opened()
    db.insert_multiple([{"n": 1}, {"n": 1}])

    assert db.update_multiple(iter([({"n": 2}, where("n") == 1)])) == [1, 2]


class TestComparingWhatDoesNotCompare:
    """TinyDB raises TypeError at the first document whose value cannot be compared. We do where
    such a document has to be looked at; one that an index has ruled out is not."""

    DOCS = ({"scene": "1", "pages": 3}, {"scene": "2", "pages": "two"})

    @pytest.fixture
    def db(self, db: TinyDB) -> TinyDB:
        db.insert_multiple(self.DOCS)
        return db

    def stock(self, docs: Iterable[Mapping[str, Any]]) -> TinyDB:
        stock = TinyDB(storage=MemoryStorage)
        stock.insert_multiple(docs)
        return stock

    def test_tinydb_refuses_in_any_case(self) -> None:
        with pytest.raises(TypeError):
            self.stock(self.DOCS).search((where("pages") < 5) & (where("scene") == "1"))

    def test_what_an_index_has_ruled_out_is_not_compared(self, db: TinyDB) -> None:
        cond = (where("pages") < 5) & (where("scene") == "1")

        assert [self.DOCS[0]] == db.search(cond)
        assert self.DOCS[0] == db.get(cond)
        assert db.update({"pages": 4}, cond) == [1]

    def test_what_has_to_be_looked_at_is_refused_as_tinydb_does(self, db: TinyDB) -> None:
        for cond in (where("pages") < 5, (where("pages") < 5) & (where("scene") == "2")):
            with pytest.raises(TypeError):
                db.search(cond)
            with pytest.raises(TypeError):
                db.remove(cond)

        assert list(self.DOCS) == db.all()

    def test_get_may_come_upon_it_before_it_finds_one(self, db: TinyDB) -> None:
        """Which of several it finds nobody promises; by an index it is not always the oldest."""
        cond = (where("scene") == "2") & (where("pages") < 5)
        assert db.count(where("scene") == "2") == 1  # from now on the index is kept up
        db.update({"scene": "2"}, doc_ids=[1])

        with pytest.raises(TypeError):
            db.get(cond)
        assert self.stock(db.all()).get(cond) == {"scene": "2", "pages": 3}

    def test_what_is_not_indexed_is_refused_as_tinydb_does(self) -> None:
        plain = open_db(MemoryFolder())
        plain.insert_multiple(self.DOCS)

        with pytest.raises(TypeError):
            plain.search((where("pages") < 5) & (where("scene") == "1"))


def test_a_bound_that_is_no_json_value_is_compared_as_tinydb_does(db: TinyDB) -> None:
    db.insert({"pages": 3})

    assert db.search(where("pages") < Decimal(5)) == [{"pages": 3}]
    assert db.search(where("other") < (1, 2)) == []
    assert db.search((where("pages") == 3) & Query().noop()) == [{"pages": 3}]


def test_a_loop_over_a_table_sees_what_was_there_when_it_began(db: TinyDB) -> None:
    db.insert_multiple({"n": n} for n in range(5000))

    seen = []
    for doc in db:
        seen.append(doc["n"])
        db.remove(doc_ids=[5001 - doc.doc_id])

    assert list(range(5000)) == seen
    assert db.all() == []


def test_a_handle_on_a_table_that_was_dropped_finds_nothing(db: TinyDB) -> None:
    one, another = db.table("one"), db.table("another")
    for table in (one, another):
        table.insert({"scene": "1"})
        table.search(where("scene") == "1")
    db.drop_table("one")
    assert one.search(where("scene") == "1") == []
    db.drop_tables()
    assert another.search(where("scene") == "1") == []


def test_another_handle_does_not_answer_from_what_it_kept(db: TinyDB) -> None:
    one, another = db.table("scene"), RecordTable(db.storage, "scene")
    assert another.search(where("scene") == "1") == []
    one.insert({"scene": "1"})

    assert another.search(where("scene") == "1") == [{"scene": "1"}]


# ---- what comes back is JSON ----------------------------------------------------------------


def test_tuples_and_keys_come_back_as_lists_and_text_at_once(db: TinyDB) -> None:
    db.search(where("set")["name"] == "built before")
    doc_id = db.insert({"at": (1, 2), 3: "x", "set": {1: "y"}})

    kept = {"at": [1, 2], "3": "x", "set": {"1": "y"}}
    assert kept == db.get(doc_id=doc_id)
    assert [kept] == db.search(where("at") == [1, 2])
    db.update({"at": ((1,), 2)})
    assert db.all()[0]["at"] == [[1], 2]


def test_an_index_says_what_the_document_says_not_what_the_caller_holds() -> None:
    db = open_db(MemoryFolder(), indexes={"_default": [("set", "1"), ("set", "name")]})
    db.insert({})
    db.search((where("set")["1"] == "built") | (where("set")["name"] == "built"))
    given: dict[str, str] = defaultdict(str)
    db.insert_multiple([{"set": {1: "y"}}, {"set": given}])

    assert [doc.doc_id for doc in db.search(where("set")["1"] == "y")] == [2]
    assert db.search(where("set")["name"] == "") == []
    assert given == {}
    assert db.remove(where("set").exists()) == [2, 3]


# ---- opening --------------------------------------------------------------------------------


def test_a_reader_sees_the_last_commit_while_a_writer_goes_on(path: Path) -> None:
    writer = open_db(path)
    writer.insert({"n": 1})
    reader = open_db(path, access_mode="r", indexes={"_default": ["n"]})
    writer.insert({"n": 2})
    later = open_db(path, access_mode="r")

    assert reader.all() == [{"n": 1}]
    assert later.all() == [{"n": 1}, {"n": 2}]
    assert reader.search(where("n") >= 1) == [{"n": 1}]
    assert writer.insert({"n": 3}) == 3
    for db in (reader, later, writer):
        db.close()


@pytest.mark.parametrize(
    "write",
    [
        lambda db: db.insert({}),
        lambda db: db.insert_multiple([{}]),
        lambda db: db.update({"n": 2}),
        lambda db: db.upsert({"n": 2}, where("n") == 1),
        lambda db: db.remove(where("n") == 1),
        lambda db: db.truncate(),
        lambda db: db.drop_table("_default"),
        lambda db: db.drop_tables(),
        lambda db: db.table("new", persist_empty=True),
        lambda db: db.storage.compact(),
    ],
    ids=[
        *("insert", "insert many", "update", "upsert", "remove"),
        *("truncate", "drop", "drop all", "new table", "compact"),
    ],
)
def test_a_reader_refuses_to_write(path: Path, write: Callable[[Any], object]) -> None:
    with open_db(path) as db:
        db.insert({"n": 1})
    before = content(path)

    with open_db(path, access_mode="r") as reader:
        with pytest.raises(OfficeError, match="open for reading") as refused:
            write(reader)
        assert isinstance(refused.value, OSError)
        assert reader.all() == [{"n": 1}]
    assert before == content(path)


def test_a_reader_makes_nothing(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="production"):
        open_db(path, access_mode="r")

    assert not path.exists()


def test_the_second_writer_is_told_who_holds_it(path: Path) -> None:
    first = open_db(path)
    first.insert({"n": 1})

    with pytest.raises(Busy, match=rf"process {os.getpid()}\b"):
        open_db(path)
    assert first.insert({"n": 2}) == 2
    first.close()
    with open_db(path) as second:
        assert second.all() == [{"n": 1}, {"n": 2}]


def test_a_writer_in_another_process_is_told_too(path: Path) -> None:
    program = "import sys; from data.disk import open_db; open_db(sys.argv[1]).insert({'n': 2})"
    command = [sys.executable, "-c", program, str(path)]
    here = Path(__file__).resolve().parent.parent

    with open_db(path) as first:
        first.insert({"n": 1})
        refused = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
        assert "Busy: This production is open" in refused.stderr
        assert first.all() == [{"n": 1}]
    subprocess.run(command, cwd=here, check=True)
    with open_db(path) as db:
        assert db.all() == [{"n": 1}, {"n": 2}]


def test_a_path_that_is_a_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "crew.json"
    file.write_text('{"_default": {}}')

    for mode in ("r", "r+"):
        with pytest.raises(BadInput, match=r"crew\.json is a file"):
            open_db(file, access_mode=mode)
    assert file.read_text() == '{"_default": {}}'
    assert [file] == list(tmp_path.iterdir())


def test_missing_folders_are_made_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "shows" / "night train"

    with pytest.raises(FileNotFoundError):
        open_db(path)
    assert not path.parent.exists()
    for _ in range(2):
        with open_db(path, create_dirs=True) as db:
            db.insert({})
    assert len(open_db(path, access_mode="r")) == 2


def test_a_path_is_text_or_a_path_or_a_folder_of_our_own(path: Path) -> None:
    for place in (str(path), path, DiskFolder(path), MemoryFolder()):
        with open_db(place) as db:
            db.insert({})
        with open_db(place, access_mode="r") as reader:
            assert reader.table("_default").all()[-1:] == [{}]


def test_what_json_storage_hands_to_json_is_taken_and_means_nothing(path: Path) -> None:
    with open_db(path, sort_keys=True, indent=4, encoding="utf-8") as db:
        db.insert({"b": 1, "a": 2})

        assert list(db.all()[0]) == ["b", "a"]


def test_leaving_the_context_closes_and_a_closed_one_refuses_to_write(path: Path) -> None:
    with open_db(path) as db:
        db.insert({})
    db.close()

    with pytest.raises(OfficeError, match="was closed"):
        db.insert({})
    with open_db(path) as again:
        assert len(again) == 1


# ---- tables ---------------------------------------------------------------------------------


def test_two_tables_have_ids_and_documents_of_their_own(path: Path) -> None:
    with open_db(path) as db:
        scenes, people = db.table("scene"), db.table("person")
        assert scenes.insert({"scene": "1"}) == 1
        assert people.insert({"name": "Amara"}) == 1
        assert people.insert({"name": "Zoë"}) == 2
        db.drop_table("scene")

    with open_db(path) as db:
        assert {"person"} == db.tables()
        assert db.table("person").all() == [{"name": "Amara"}, {"name": "Zoë"}]
        assert db.table("scene").all() == []


def test_an_empty_table_is_kept_when_told_to(path: Path) -> None:
    with open_db(path) as db:
        db.table("kept", persist_empty=True)
        db.table("not kept")

    with open_db(path) as db:
        assert {"kept"} == db.tables()


class Scene(Document):
    """Somebody else's document."""

    @property
    def title(self) -> str:
        return f"Scene {self['scene']}"


class SceneTable(RecordTable):
    """Somebody else's table."""

    document_class = Scene
    default_query_cache_capacity = 3

    def insert(self, document: Any) -> int:
        return super().insert({"pages": 0} | document)


class SceneDB(JournalDB):
    """Somebody else's database."""

    table_class: type[Table] = SceneTable
    default_table_name = "scene"


def test_database_table_and_document_can_be_subclassed_as_tinydb_says(path: Path) -> None:
    db: Any = SceneDB(path, indexes={"scene": ["scene"]})
    assert db.insert({"scene": "14A"}) == 1
    db.insert_multiple([Scene({"scene": "15"}, 7)])
    one = where("scene") == "14A"
    found = [
        *(db.get(doc_id=1), db.get(one), db.get(where("pages") == 0), db.get(doc_ids=[1])[0]),
        *(db.search(one)[0], db.search(where("pages") == 0)[0], db.all()[0], next(iter(db))),
    ]

    assert {"Scene 14A"} == {scene.title for scene in found}
    assert db.get(doc_id=7).title == "Scene 15"
    assert {"scene"} == db.tables()
    db.close()


# ---- how much is written, how much is read --------------------------------------------------


def test_a_hundred_thousand_documents_are_one_commit_and_one_sync(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    db = open_db(path)
    with monkeypatch.context() as patched:
        patched.setattr("data.files.sync_file", synced.append)
        ids = db.insert_multiple({"n": n} for n in range(100_000))

    journal = (path / "journal.1").read_bytes()
    body = body_at(journal, at := journal.index(b"\n") + 1)
    assert len(synced) == 1
    assert 100_000 == ids[-1] == len(db)
    assert body is not None
    assert journal[at + PREFIX + len(body) :].strip(b"\0") == b""
    db.close()


def number(scene: Mapping[str, Any]) -> int:
    return int(scene["scene"])


def docs_in(text: bytes) -> int:
    """How many documents a text holds: it is one, or a list of them, or no document."""
    held = packing.loads(text)
    listed = held if isinstance(held, list) else [held]
    return sum(1 for one in listed if isinstance(one, dict) and one)


class Touched:
    """Counts documents as they are parsed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.docs = 0
        one = self._counting(packing.loads, docs_in)
        monkeypatch.setattr("data.rows.loads_many", self._counting(packing.loads_many, len))
        monkeypatch.setattr("data.rows.loads", one)
        monkeypatch.setattr("data.disk.loads", one)

    def by(self, act: Callable[[], object]) -> int:
        """How many documents were parsed by it."""
        self.docs = 0
        act()
        return self.docs

    def _counting(self, real: Any, docs_in: Callable[[Any], int]) -> Callable[..., Any]:
        def counting(what: Any, **options: Any) -> Any:
            self.docs += docs_in(what)
            return real(what, **options)

        return counting


@pytest.mark.parametrize("compacted", [True, False], ids=["in a snapshot", "in a journal"])
class TestWhatIsParsed:
    """300 scenes; 30 in each of ten sets, 75 with each number of pages."""

    @pytest.fixture
    def db(self, path: Path, compacted: bool) -> Iterator[Any]:
        with open_db(path, indexes=INDEXES) as db:
            db.insert_multiple(SCENES)
            if compacted:
                db.storage.compact()
        with open_db(path, indexes=INDEXES) as db:
            if not compacted:
                db.search((where("scene") == "") | (where("set").name == "") | (where("pages") < 0))
            yield db

    @pytest.fixture
    def touched(self, db: TinyDB, monkeypatch: pytest.MonkeyPatch) -> Touched:
        del db  # opened first
        return Touched(monkeypatch)

    @pytest.mark.parametrize(
        ("cond", "found", "looked_at"),
        [
            (where("scene") == "7", 1, 1),
            (where("set")["name"] == "SET 7", 30, 30),
            (where("scene").one_of(["7", "8", "no such"]), 2, 2),
            (where("pages") >= 2, 150, 150),
            ((where("pages") > 0) & (where("pages") < 2), 75, 75),
            ((where("set")["name"] == "SET 7") & (where("pages") == 3), 15, 15),
            ((where("scene") == "7") | (where("scene") == "8"), 2, 2),
            ((where("set")["name"] == "SET 7") & where("scene").matches(".7$"), 9, 30),
            ((where("scene") == "7") & (where("other") == 1), 0, 1),
            (where("scene") == "no such", 0, 0),
            (where("scene") != "7", 299, 300),
            (where("scene").matches("7$"), 1, 300),
            ((where("scene") == "7") | (where("other") == 1), 1, 300),
        ],
    )
    def test_a_query_by_an_index_parses_what_it_may_be_about(
        self, db: Any, touched: Touched, cond: Any, found: int, looked_at: int
    ) -> None:
        told: list[Any] = []

        assert looked_at == touched.by(lambda: told.extend(db.search(cond)))
        assert found == len(told)
        assert [doc for doc in SCENES if cond(doc)] == sorted(told, key=number)

    def test_one_document_is_parsed_to_get_it_and_none_to_count_or_to_name_the_tables(
        self, db: Any, touched: Touched
    ) -> None:
        assert touched.by(lambda: db.get(doc_id=7)) == 1
        assert touched.by(lambda: db.get(where("scene") == "7")) == 1
        assert touched.by(lambda: len(db)) == 0
        assert touched.by(db.tables) == 0

    def test_an_update_by_id_parses_one_document_and_the_next_question_what_changed(
        self, db: Any, touched: Touched
    ) -> None:
        db.search(where("scene") == "7")

        assert touched.by(lambda: db.update(increment("pages"), doc_ids=[7])) <= 1
        assert touched.by(lambda: db.update({"pages": 9}, where("scene") == "7")) <= 4
        assert touched.by(lambda: db.remove(doc_ids=[7])) == 0


def test_opening_a_snapshot_reads_no_documents(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_db(path) as db:
        db.insert_multiple({"n": n, "text": "x" * 500} for n in range(2000))
        db.storage.compact()
    read: list[int] = []
    real = Sealed.read

    def counting(self: Sealed, section: Any) -> bytes:
        data = real(self, section)
        read.append(len(data))
        return data

    monkeypatch.setattr(Sealed, "read", counting)
    with open_db(path) as db:
        assert len(db) == 2000
        assert sum(read) < 20_000
        assert db.get(doc_id=1000) == {"n": 999, "text": "x" * 500}
        assert sum(read) < 150_000


# ---- over TinyDB's own storages -------------------------------------------------------------


def test_what_went_through_the_cache_is_there_after_closing(path: Path) -> None:
    def opened() -> TinyDB:
        return JournalDB(path, storage=CachingMiddleware(JournalStorage))  # type: ignore[no-untyped-call]

    with opened() as db:
        db.insert_multiple([{"n": 1}, {"n": 2}, {"n": 3}])
    with opened() as db:
        db.update(increment("n"), where("n") == 3)
        db.remove(where("n") == 1)
        db.table("scene").insert({"scene": "1"})
        assert db.all() == [{"n": 2}, {"n": 4}]
        assert open_db(path, access_mode="r").all() == [{"n": 1}, {"n": 2}, {"n": 3}]

    with open_db(path) as db:
        assert [(doc.doc_id, doc) for doc in db] == [(2, {"n": 2}), (3, {"n": 4})]
        assert db.table("scene").all() == [{"scene": "1"}]


def test_our_table_goes_with_json_storage_too(tmp_path: Path) -> None:
    def opened() -> TinyDB:
        return JournalDB(tmp_path / "crew.json", storage=JSONStorage)

    with opened() as db:
        db.insert({"name": "Zoë"})
    with opened() as db:
        assert db.search(where("name") == "Zoë") == [{"name": "Zoë"}]
        assert db.insert({}) == 2
