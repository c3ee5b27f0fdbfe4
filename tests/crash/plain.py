"""Gestures of a plain database: every call of TinyDB's is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tinydb import TinyDB, where

from data.disk import open_db
from data.files import Folder
from data.storage import JournalStorage
from tests.crash.sort import Expected, Seen


class Plain:
    """A plain database: every call of TinyDB's is a gesture of its own."""

    def open(
        self,
        home: Path,
        *,
        reader: bool = False,
        folder: Folder | None = None,
        seed: int = 0,  # noqa: ARG002
    ) -> TinyDB:
        return open_db(
            folder or home,
            indexes={"taps": ["turn"]},
            create_dirs=True,
            access_mode="r" if reader else "r+",
        )

    def say(self, copy: TinyDB, n: int) -> None:
        made(n, copy)

    def seen(self, copy: TinyDB) -> Seen:
        tables = {name: _docs(copy.table(name)) for name in sorted(copy.tables())}
        by_index = copy.table("taps").search(where("turn") > 0) if "taps" in tables else []
        return {
            "tables": {name: docs for name, docs in tables.items() if docs},
            "by index": sorted(doc.doc_id for doc in by_index),
        }

    def storage(self, copy: TinyDB) -> JournalStorage:
        storage = copy.storage
        assert isinstance(storage, JournalStorage)
        return storage

    def nothing(self) -> Expected:
        return ExpectedPlain()


class _Docs:
    """A table as it should be: numbers are never given twice until it is emptied."""

    def __init__(self) -> None:
        self.docs: dict[int, dict[str, Any]] = {}
        self._last = 0

    def insert(self, doc: Mapping[str, Any]) -> None:
        self._last += 1
        self.docs[self._last] = dict(doc)

    def insert_multiple(self, docs: Iterable[Mapping[str, Any]]) -> None:
        for doc in docs:
            self.insert(doc)

    def update(self, fields: Mapping[str, Any]) -> None:
        for doc in self.docs.values():
            doc |= fields

    def remove(self, cond: Callable[[Mapping[str, Any]], bool]) -> None:
        self.docs = {i: doc for i, doc in self.docs.items() if not cond(doc)}

    def upsert(self, fields: Mapping[str, Any], cond: Callable[[Mapping[str, Any]], bool]) -> None:
        meant = [doc for doc in self.docs.values() if cond(doc)]
        for doc in meant:
            doc |= fields
        if not meant:
            self.insert(fields)

    def truncate(self) -> None:
        self.docs, self._last = {}, 0


class ExpectedPlain:
    """What a plain database must hold, told without the engine."""

    def __init__(self) -> None:
        self.n = 0
        self._tables = {"told": _Docs(), "taps": _Docs()}

    def take(self) -> None:
        self.n += 1
        made(self.n, self)

    def table(self, name: str) -> _Docs:
        return self._tables[name]

    def drop_table(self, name: str) -> None:
        self._tables[name].truncate()

    def seen(self) -> Seen:
        tables = {
            name: {str(i): dict(doc) for i, doc in sorted(table.docs.items())}
            for name, table in self._tables.items()
        }
        return {
            "tables": {name: docs for name, docs in tables.items() if docs},
            "by index": sorted(self._tables["taps"].docs),
        }


def _tap(n: int, k: int = 0) -> dict[str, Any]:
    return {"turn": n, "k": k, "pad": "y" * (n * 131 % 400)}


def made(n: int, db: Any) -> None:
    """Gesture n, on a database or on what it should be."""
    told, taps = db.table("told"), db.table("taps")
    match n % 13:
        case 0:
            taps.insert_multiple([_tap(n, k) for k in range(3)])
        case 1:
            told.insert_multiple([{"turn": n, "k": k} for k in range(4)])
        case 2:
            told.update({"turn": n})
        case 3 | 9:
            taps.insert(_tap(n))
        case 4:
            taps.remove(where("turn") < n - 20)
        case 5:
            told.upsert({"turn": n, "k": 9}, where("k") == 9)
        case 6 | 11:
            taps.insert_multiple([_tap(n, k) for k in range(n % 5 + 1)])
        case 7:
            told.update({"turn": n, "pad": "z" * (n % 500)})
        case 8:
            told.remove(where("k") == 2)
        case 10 if n % 2:
            taps.truncate()
        case 10:
            db.drop_table("taps")
        case 12 if n % 3 == 0:
            told.truncate()
        case 12:
            told.update({"turn": n})


def _docs(table: Any) -> dict[str, Any]:
    return {str(doc.doc_id): dict(doc) for doc in sorted(table, key=lambda doc: doc.doc_id)}
