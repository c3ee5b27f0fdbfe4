"""An index answers as trying every document does: any value, any query, whenever it was built."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinydb import where
from tinydb.queries import QueryLike
from tinydb.table import Table

from data.files import MemoryFolder
from data.frame import Commit
from data.index import Bounds, Index, value_at
from data.packing import dumps, loads
from data.plan import plan
from data.record_db import RecordDB, RecordStorage

PATHS = [("a",), ("set", "name"), ("b",)]
"""The last one is not declared."""
INDEXES: dict[str, list[str | tuple[str, ...]]] = {"scene": ["a", ("set", "name")]}

LEAVES = st.sampled_from(
    [None, True, False, 0, 1, 2, -1, 1.0, 1.5, math.inf, math.nan, 2**70, "", "a", "b", "1", "é"]
)
VALUES = LEAVES | st.sampled_from([[], [1], ["a"], {}, {"name": 1}, {"name": {"name": "a"}}])
DOCS = st.fixed_dictionaries({}, optional={"a": VALUES, "b": VALUES, "set": VALUES})
NESTED = st.builds(lambda doc, name: {**doc, "set": {"name": name}}, DOCS, VALUES)

INCOMPARABLE = (TypeError, ArithmeticError)  # the latter by decimals, of NaN

HALF = {"==", "!=", "<", "<=", ">", ">="}
BOUNDS = LEAVES | st.sampled_from([Decimal("0.5"), Decimal(1), (1,), date(2026, 6, 9)])


def query(sort: str, path: tuple[str, ...], value: Any) -> QueryLike:
    at = where(path[0])
    for part in path[1:]:
        at = at[part]
    asked: dict[str, Callable[[], QueryLike]] = {
        "==": lambda: at == value,
        "!=": lambda: at != value,
        "<": lambda: at < value,
        "<=": lambda: at <= value,
        ">": lambda: at > value,
        ">=": lambda: at >= value,
        "exists": at.exists,
        "one_of": lambda: at.one_of(value if isinstance(value, list) else [value, "a", 1, None]),
    }
    return asked[sort]()


SIMPLE = st.builds(
    query, st.sampled_from([*HALF, *HALF, "exists", "one_of"]), st.sampled_from(PATHS), BOUNDS
)
QUERIES: st.SearchStrategy[Any] = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(lambda one, two: one & two, inner, inner),
        st.builds(lambda one, two: one | two, inner, inner),
        inner.map(lambda one: ~one),
    ),
    max_leaves=5,
)

DOINGS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("123456"), DOCS | NESTED),
        st.tuples(st.just("put"), st.sampled_from("123456"), NESTED),
        st.tuples(st.just("out"), st.sampled_from("123456")),
        st.tuples(st.just("drop")),
        st.tuples(st.just("ask"), QUERIES),
        st.tuples(st.just("ask"), SIMPLE),
        st.tuples(st.just("generation")),
        st.tuples(st.just("reopen")),
    ),
    min_size=6,
    max_size=25,
)


class Database:
    """A table with indexes, and nothing remembered between two questions."""

    def __init__(self) -> None:
        self.folder = MemoryFolder()
        self.open()

    def open(self) -> None:
        self.storage = RecordStorage(self.folder, indexes=INDEXES)
        self.db = RecordDB(storage=lambda: self.storage)

    @property
    def scenes(self) -> Table:
        return self.db.table("scene")

    def put(self, *docs: tuple[str, Any]) -> None:
        self.storage.commit(Commit(put={"scene": {i: dumps(doc) for i, doc in docs}}))

    def do(self, what: tuple[Any, ...]) -> None:
        match what:
            case ("put", record_id, doc):
                self.put((record_id, doc))
            case ("out", record_id):
                self.storage.commit(Commit(out={"scene": (record_id,)}))
            case ("drop",):
                self.storage.commit(Commit(drop=("scene",), put={"scene": {}}))
            case ("ask", asked):
                same_answer(self, asked)
            case ("generation",):
                self.storage.compact()
            case ("reopen",):
                self.storage.close()
                self.open()

    def looked(self, asked: QueryLike) -> set[str] | None:
        """By trying every document; None: one of them cannot be compared."""
        rows = self.storage.tables.get("scene")
        try:
            return {i for i, doc in (rows.each() if rows else ()) if asked(doc)}
        except INCOMPARABLE:
            return None

    def found(self, asked: QueryLike) -> set[str] | None:
        try:
            return {str(doc.doc_id) for doc in self.scenes.search(asked)}
        except INCOMPARABLE:
            return None


def same_answer(database: Database, asked: QueryLike) -> None:
    looked, found = database.looked(asked), database.found(asked)
    if looked is not None or (getattr(asked, "_hash", None) or ("",))[0] in HALF:
        assert looked == found, asked
    # Of a query in parts, the index may have left out the document that cannot be compared.
    for record_id in found or ():
        assert asked(loads(database.storage.line(record_id) or b"")), asked


@given(DOINGS, st.lists(QUERIES | SIMPLE, min_size=1, max_size=5))
@settings(max_examples=400)
def test_the_index_finds_what_looking_at_every_document_finds(
    doings: list[tuple[Any, ...]], queries: list[QueryLike]
) -> None:
    database = Database()
    for what in doings:
        database.do(what)
    for asked in queries:
        same_answer(database, asked)
    database.do(("generation",))
    database.do(("reopen",))
    for asked in queries:
        same_answer(database, asked)


# ---- that the index is used -------------------------------------------------------------------


def filled() -> Database:
    database = Database()
    database.put(*((str(n), {"a": n % 10, "set": {"name": f"SET {n % 4}"}}) for n in range(200)))
    return database


@pytest.mark.parametrize(
    ("asked", "ids", "exact"),
    [
        (where("a") == 3, 20, True),
        (where("set")["name"] == "SET 1", 50, True),
        ((where("a") == 3) & (where("set")["name"] == "SET 1"), 10, True),
        ((where("a") == 3) & (where("b") == 1), 20, False),
        ((where("a") == 3) & (where("a") == 4), 0, True),
        (where("a") > 7, 40, True),
        ((where("a") > 2) & (where("a") <= 4), 40, True),
        ((where("a") < 2) & (where("set")["name"] == "SET 0"), 10, True),
        ((where("a") == 3) | (where("a") == 4), 40, True),
        (where("a").one_of([1, 2, 77]), 40, True),
        (where("a") == "none has it", 0, True),
    ],
)
def test_a_question_about_declared_paths_tries_few_documents(
    asked: QueryLike, ids: int, exact: bool
) -> None:
    planned = plan(filled().storage.tables["scene"], getattr(asked, "_hash", None))

    assert planned is not None
    assert (ids, exact) == (len(planned.ids), planned.exact)


@pytest.mark.parametrize(
    "asked",
    [
        where("b") == 1,
        where("a") != 3,
        ~(where("a") == 3),
        (where("a") == 3) | (where("b") == 1),
        pytest.param(where("a").test(lambda value: bool(value)), id="a test of the caller's"),
        where("a") < Decimal(3),
        where("a") < "text among numbers",
        where("a") == [3],
        where("a").exists(),
    ],
)
def test_what_no_index_knows_is_answered_by_trying(asked: QueryLike) -> None:
    assert plan(filled().storage.tables["scene"], getattr(asked, "_hash", None)) is None


def test_a_snapshots_column_answers_without_reading_a_document() -> None:
    database = filled()
    database.do(("generation",))
    database.do(("reopen",))
    rows = database.storage.tables["scene"]
    assert database.found(where("a") == 3) == {str(n) for n in range(3, 200, 10)}

    blocks = [block for block in rows._blocks if block is not None]
    database.open()
    rows = database.storage.tables["scene"]
    assert len(plan(rows, ("==", ("a",), 3)).ids) == 20  # type: ignore[union-attr]
    assert blocks
    assert not any(rows._blocks)


# ---- one index --------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("1234"), NESTED | st.none()), max_size=25))
def test_an_index_kept_up_is_one_built_anew(changes: list[tuple[str, Any]]) -> None:
    docs: dict[str, Any] = {}
    kept = Index(("set", "name"))
    kept.between(Bounds())
    for record_id, doc in changes:
        kept.put(record_id, docs.get(record_id), doc)
        docs.pop(record_id, None)
        if doc is not None:
            docs[record_id] = doc
        built = Index(("set", "name"), docs, [value_at(d, ("set", "name")) for d in docs.values()])
        for value in (None, True, 0, 1.5, math.nan, math.inf, 2**70, "", "a", "é"):
            assert set(built.equal(value)) == set(kept.equal(value))
            for operator in ("<", "<=", ">", ">="):
                bounds = Bounds()
                bounds.narrow(operator, value)
                ours, theirs = kept.between(bounds), built.between(bounds)
                assert (ours is None) == (theirs is None)
                assert set(ours or ()) == set(theirs or ())


def test_an_answer_in_bounds_comes_in_the_order_of_the_values() -> None:
    database = Database()
    database.put(("x", {"a": 3}), ("y", {"a": 1}), ("z", {"a": 2}))

    assert [str(d.doc_id) for d in database.scenes.search(where("a") >= 1)] == ["y", "z", "x"]
