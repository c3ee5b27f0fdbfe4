"""What the store is measured against: the same documents, kept another way."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from tinydb import TinyDB

from data.files import sync_file
from data.packing import loads

TABLE: Final = "cost"
INDEXED: Final = ("number", "department", "status", "amount", "day", "vendor")

DEPARTMENTS: Final = (
    *("art", "camera", "catering", "costume", "grip"),
    *("hair", "locations", "production", "sound", "transport"),
)
STATUSES: Final = ("asked", "approved", "ordered", "delivered", "paid", "returned")
HIGHEST_AMOUNT: Final = 10_000_000
_THINGS = "lens cable ladder van crate lamp stand rack foil tape generator permit radio battery"


try:
    import orjson
except ImportError:

    def dumps(doc: Any) -> bytes:
        return json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode()

else:

    def dumps(doc: Any) -> bytes:
        """The library alone, without what data.packing looks after besides."""
        return orjson.dumps(doc)


def documents(count: int, *, first: int = 0) -> Iterator[dict[str, Any]]:
    """Purchase orders of some 600 bytes: twenty fields, six of them indexed."""
    chance = random.Random(first)
    things = _THINGS.split()
    for n in range(first, first + count):
        yield {
            "number": f"PO-{n:06d}",
            "department": chance.choice(DEPARTMENTS),
            "status": chance.choice(STATUSES),
            "amount": chance.randrange(HIGHEST_AMOUNT),
            "day": (date(2026, 3, 1) + timedelta(chance.randrange(120))).isoformat(),
            "vendor": f"vendor-{chance.randrange(500) * 7919:07x}",
            "title": " ".join(chance.choices(things, k=3)),
            "description": " ".join(chance.choices(things, k=25)),
            "note": None,
            "account": f"{chance.randrange(100, 999)}-{chance.randrange(10, 99)}",
            "currency": "EUR",
            "tax": 0.19,
            "quantity": chance.randrange(1, 40),
            "rented": chance.random() < 0.5,
            "asked_by": "Łucja Müller",
            "email": "lucja@example.com",
            "phone": "+49 30 555 0100",
            "deliver": {"street": f"Depot {chance.randrange(99)}", "city": "Sampleton"},
            "tags": chance.choices(things, k=2),
            "created": "2026-03-02T07:15:00Z",
        }


class Sqlite:
    """One table in WAL with FULL sync: real columns with an index each, and the body as JSON.

    Beside that as it comes: its own page cache of 2 MB over the system's, which holds the file;
    the library keeps its statements prepared. Rows are parsed one by one, as they come out of it.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        columns = ", ".join(f"{name} {'INT' if name == 'amount' else 'TEXT'}" for name in INDEXED)
        self._db.execute(f"CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, {columns}, body BLOB)")
        for name in INDEXED:
            self._db.execute(f"CREATE INDEX {TABLE}_{name} ON {TABLE} ({name})")

    def settle(self) -> None:
        """Counts for its planner, and everything from its log into the file."""
        self._db.execute("ANALYZE")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def insert(self, doc: dict[str, Any]) -> None:
        self._db.execute(_INSERT, _columns(doc))

    def insert_all(self, docs: Iterable[dict[str, Any]]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(_INSERT, map(_columns, docs))
        self._db.execute("COMMIT")

    def note(self, n: int, text: str) -> None:
        """Sets one field, inside sqlite: that is quicker than to read and write the body."""
        self._db.execute(_UPDATE, (text, n))

    def note_all(self, ids: Iterable[int], text: str) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(_UPDATE, ((text, n) for n in ids))
        self._db.execute("COMMIT")

    def get(self, n: int) -> Any:
        return loads(self._db.execute(_SELECT + "id = ?", (n,)).fetchone()[0])

    def find(self, where: str, *values: object) -> list[Any]:
        """Every document that meets a condition, parsed."""
        return [loads(body) for (body,) in self._db.execute(_SELECT + where, values)]

    def close(self) -> None:
        self._db.close()


_INSERT = f"INSERT INTO {TABLE} VALUES (NULL{', ?' * (len(INDEXED) + 1)})"
_SELECT = f"SELECT body FROM {TABLE} WHERE "
_UPDATE = f"""UPDATE {TABLE}
    SET body = CAST(json_set(CAST(body AS TEXT), '$.note', ?) AS BLOB) WHERE id = ?"""


def _columns(doc: dict[str, Any]) -> tuple[Any, ...]:
    return (*(doc[name] for name in INDEXED), dumps(doc))


class Raw:
    """A file that bytes are appended to: what no store can be quicker than."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def append(self, data: bytes) -> None:
        os.write(self._fd, data)
        sync_file(self._fd)

    def checked(self, doc: dict[str, Any]) -> None:
        """The least work behind an insert, without its sync."""
        line = dumps(doc)
        os.write(self._fd, b"%08x %08x %b\n" % (len(line), zlib.crc32(line), line))

    def close(self) -> None:
        os.close(self._fd)


def tinydb(path: Path, docs: Iterable[dict[str, Any]]) -> TinyDB:
    """TinyDB over its own storage, filled; its inserts would take a day."""
    path.write_text(json.dumps({TABLE: {str(n): doc for n, doc in enumerate(docs, 1)}}))
    return TinyDB(path)
