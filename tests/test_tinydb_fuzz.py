"""Our TinyDB and TinyDB's own are told the same story, and must say the same at every step.

What is different on purpose is in `test_open_db.py`. Ours is compacted, closed, killed and opened
again between the steps; its blocks and batches are a few documents long, so that there are many.
"""

from __future__ import annotations

import json
import os
from collections import Counter, deque
from collections.abc import Callable
from copy import deepcopy
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tinydb import TinyDB
from tinydb.middlewares import Middleware
from tinydb.table import Document

from data.disk import JournalDB, open_db
from data.files import MemoryFolder
from data.storage import JournalStorage
from tests.tinydb_chance import PATHS, Chance, Cond, Doc, at

TABLES = ("_default", "scene", "other")
INDEXES = {
    "_default": ["day", "any", ("set", "name")],
    "scene": ["name", "tags", "day", ("any", "MOTEL")],
}
REFUSED = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
UNSAVED = (7, "text", {"any": object()}, {"any": {1, 2}}, {"any": b"bytes"}, {("a", "b"): 1})


class Story:
    """One database of ours and one of TinyDB's, and what they are told."""

    def __init__(self, seed: int, home: Path, opened: Callable[[MemoryFolder], TinyDB]) -> None:
        self.opened = opened
        self.chance = Chance(seed)
        self.home = home / f"{seed}.json"
        self.folder = MemoryFolder()
        self.last = Counter[str]()
        self.asked: deque[tuple[str, Cond]] = deque(maxlen=8)
        self.open()

    def open(self) -> None:
        self.ours = self.opened(self.folder)
        self.stock = TinyDB(self.home)

    def play(self, steps: int) -> None:
        """Some steps, in any order. What fails bears a note of the last of them."""
        told = deque[str](maxlen=12)
        try:
            for _ in range(steps):
                step = self.chance.one_of(STEPS)
                told.append(step.__name__)
                step(self, self.chance.one_of(TABLES))
                self.everything_is_the_same()
                self.search_again()
        except BaseException as error:
            error.add_note(f"seed {self.home.stem}: {', '.join(told)}")
            raise
        self.close()

    def close(self) -> None:
        self.ours.close()
        self.stock.close()

    def both(self, name: str, act: Callable[[Any], Any]) -> None:
        """Told the same, both answer the same, or refuse the same way."""
        theirs = said(act, self.stock.table(name))
        ours = said(act, self.ours.table(name))
        assert theirs == ours

    def given(self, name: str, act: Callable[[Any], Any]) -> None:
        """As `both`, of what gives ids: `open_db` gives none twice; others are helped to that."""
        for db in (self.stock, self.ours):
            if not isinstance(db.storage, JournalStorage):
                vars(db.table(name))["_next_id"] = self.last[name] + 1
        self.both(name, act)
        self.last[name] = max([self.last[name], *(doc.doc_id for doc in self.ours.table(name))])

    # ---- writing ----------------------------------------------------------------------------

    def insert(self, name: str) -> None:
        doc = self.chance.doc()
        self.given(name, lambda table: table.insert(doc))

    def insert_many(self, name: str) -> None:
        docs = self.chance.several(self.chance.doc, 12)
        self.given(name, lambda table: table.insert_multiple(doc for doc in docs))

    def insert_under_ids(self, name: str) -> None:
        """Every third is there already."""
        ids = set(self.chance.several(self.chance.id))
        docs = [Document(self.chance.doc(), doc_id) for doc_id in ids]
        self.given(name, lambda table: table.insert_multiple(docs))
        under = Document(self.chance.doc(), self.chance.id())
        self.given(name, lambda table: table.insert(under))

    def insert_what_cannot_be(self, name: str) -> None:
        bad, docs = self.chance.one_of(UNSAVED), self.chance.several(self.chance.doc)
        self.given(name, lambda table: table.insert(bad))
        self.given(name, lambda table: table.insert_multiple([*docs, bad, *docs]))

    def update(self, name: str) -> None:
        change, cond = self.chance.change(), self.chance.cond(safe=True)
        self.both(name, lambda table: table.update(change, cond))

    def update_by_ids(self, name: str) -> None:
        change, ids = self.chance.change(), self.chance.several(self.chance.id)
        self.both(name, lambda table: table.update(change, doc_ids=iter(ids)))

    def update_all(self, name: str) -> None:
        change = self.chance.change()
        self.both(name, lambda table: table.update(change))

    def update_multiple(self, name: str) -> None:
        chance = self.chance
        updates = chance.several(lambda: (chance.change(), chance.cond(safe=True)), 3)
        self.both(name, lambda table: table.update_multiple(updates))

    def upsert(self, name: str) -> None:
        doc, cond = self.chance.doc(), self.chance.cond(safe=True)
        under = Document(self.chance.doc(), self.chance.id())
        self.given(name, lambda table: table.upsert(doc, cond))
        self.given(name, lambda table: table.upsert(under))

    def remove(self, name: str) -> None:
        cond = self.chance.cond(safe=True) & self.chance.cond(safe=True)
        self.both(name, lambda table: table.remove(cond))

    def remove_by_ids(self, name: str) -> None:
        ids = self.chance.several(self.chance.id)
        self.both(name, lambda table: table.remove(doc_ids=ids))

    def empty(self, name: str) -> None:
        how = self.chance.one_of(("truncate", "drop", "drop", "drop all", "persist"))
        for db in (self.ours, self.stock):
            match how:
                case "truncate":
                    db.table(name).truncate()
                case "drop":
                    db.drop_table(name)
                case "drop all":
                    db.drop_tables()
                case "persist":
                    db.drop_table(name)
                    db.table(name, persist_empty=True)
        for emptied in TABLES if how == "drop all" else (name,):
            del self.last[emptied]

    # ---- asking -----------------------------------------------------------------------------

    def search(self, name: str) -> None:
        for _ in range(3):
            self.asked.append((name, self.chance.cond()))
            self.same_answer(*self.asked[-1])

    def search_again(self) -> None:
        """Also after writing, and after somebody has changed everything in an answer."""
        if self.asked:
            name, cond = self.chance.one_of(self.asked)
            for doc in self.same_answer(name, cond):
                spoil(doc)
            self.same_answer(name, cond)

    def search_all_there_is(self, name: str) -> None:
        """Whatever is written in a document, it is found by it."""
        self.same_answer(name, is_long)
        docs = self.stock.table(name).all()
        for path in PATHS:
            for value in {
                repr(value): value for doc in docs for value in values(doc, path)
            }.values():
                self.same_answer(name, at(path) == value)
                self.same_answer(name, self.chance.ordered(at(path), value))

    def get(self, name: str) -> None:
        cond = self.chance.cond()
        true_of, refusing = self.tried(name, cond)
        answer = said(lambda table: table.get(cond), self.ours.table(name))
        if answer is TypeError:
            assert refusing
        else:
            assert answer in (true_of or [None])
            assert (answer is not None) == self.ours.table(name).contains(cond)

    def get_by_ids(self, name: str) -> None:
        doc_id, doc_ids = self.chance.id(), self.chance.several(self.chance.id)
        self.both(name, lambda table: table.get(doc_id=doc_id))
        self.both(name, lambda table: table.get(doc_ids=doc_ids))
        self.both(name, lambda table: table.contains(doc_id=doc_id))
        self.both(name, lambda table: table.all())
        self.both(name, len)

    def same_answer(self, name: str, cond: Cond) -> list[Document]:
        """What ours found, which is right; nothing if we refused, as TinyDB does where values do
        not compare. TinyDB forgets the flags of a regex, so it may keep no answers."""
        self.stock.table(name).clear_cache()
        theirs = said(lambda table: table.search(cond), self.stock.table(name))
        ours = said(lambda table: table.search(cond), self.ours.table(name))
        if theirs is not TypeError:
            assert theirs == ours
        elif ours is not TypeError:  # an index has excluded the document that cannot be compared
            assert self.tried(name, cond)[0] == ours
        return [] if ours is TypeError else self.ours.table(name).search(cond)

    def tried(self, name: str, cond: Cond) -> tuple[list[Any], bool]:
        """Each document for itself: those it is true of; and whether it is refused by any."""
        docs = self.stock.table(name).all()
        tries = [said(cond, doc) for doc in docs]
        true_of = [doc for doc, true in zip(docs, tries, strict=True) if true is True]
        return told(true_of), TypeError in tries

    def everything_is_the_same(self) -> None:
        assert self.stock.tables() == self.ours.tables()
        for name in self.stock.tables():
            self.both(name, list)

    # ---- what only ours knows ---------------------------------------------------------------

    def compact(self, _: str) -> None:
        self.ours.storage.compact()  # type: ignore[attr-defined]

    def tend(self, _: str) -> None:
        self.ours.storage.tend(self.chance.rng.randint(1, 20))  # type: ignore[attr-defined]

    def close_and_open_again(self, _: str) -> None:
        self.close()
        self.open()

    def kill_and_open_again(self, _: str) -> None:
        self.folder = deepcopy(self.folder)
        self.stock.close()
        self.open()

    def read_beside_the_writer(self, _: str) -> None:
        reader = open_db(self.folder, access_mode="r")
        assert self.ours.tables() == reader.tables()
        for name in reader.tables():
            assert told(self.ours.table(name).all()) == told(reader.table(name).all())
        reader.close()


STEPS: tuple[Callable[[Story, str], None], ...] = (
    *(Story.insert, Story.insert_many, Story.insert_many, Story.insert_under_ids),
    *(Story.insert_what_cannot_be, Story.update, Story.update, Story.update_by_ids),
    *(Story.update_all, Story.update_multiple, Story.upsert, Story.remove, Story.remove_by_ids),
    *(Story.empty, Story.search, Story.search, Story.search_all_there_is, Story.get, Story.get),
    *(Story.get_by_ids, Story.compact, Story.tend, Story.tend, Story.close_and_open_again),
    *(Story.kill_and_open_again, Story.read_beside_the_writer),
)


def values(doc: Any, path: tuple[str, ...]) -> list[Any]:
    """The value at the path, if there is one."""
    for part in path:
        if not isinstance(doc, dict) or part not in doc:
            return []
        doc = doc[part]
    return [doc]


def is_long(doc: Doc) -> bool:
    """Not TinyDB's query, and asked like one."""
    return len(doc) > 2


def said(act: Callable[[Any], Any], of: Any) -> Any:
    """The answer in a form that can be compared, or the class of the refusal."""
    try:
        return told(act(of))
    except REFUSED as error:
        return type(error)


def told(answer: Any) -> Any:
    """Documents as their text, with their ids, in any order; ids and other answers as they are."""
    if isinstance(answer, Document):
        assert type(answer.doc_id) is int
        return answer.doc_id, json.dumps(answer)
    return sorted(map(told, answer)) if isinstance(answer, list) else answer


def spoil(value: Any) -> None:
    """Empties everything in a value that can be emptied."""
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            spoil(inner)
        value.clear()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything small enough to be made often, and a clock that goes by its own ticks."""
    monkeypatch.setattr("data.rows.BLOCK", 4)
    monkeypatch.setattr("data.storage.SMALLEST", 500)
    monkeypatch.setattr("data.storage.LONG", 2000)
    ticks = count()
    clock = SimpleNamespace(perf_counter=lambda: next(ticks) / 2)
    monkeypatch.setattr("data.storage.time", clock)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # TinyDB's own, at every write


def directly(folder: MemoryFolder) -> TinyDB:
    return open_db(folder, indexes=INDEXES)


def through_a_middleware(folder: MemoryFolder) -> TinyDB:
    """Then the table knows nothing of our storage, and hands it everything at each write."""
    passing_on: Any = Middleware
    return JournalDB(folder, storage=passing_on(JournalStorage), indexes=INDEXES)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("opened", "stories"), [(directly, 30), (through_a_middleware, 8)])
def test_ours_says_what_tinydb_says(
    pytestconfig: pytest.Config,
    tmp_path: Path,
    opened: Callable[[MemoryFolder], TinyDB],
    stories: int,
) -> None:
    for seed in range(stories * 25 if pytestconfig.getoption("--long") else stories):
        Story(seed, tmp_path, opened).play(100)
