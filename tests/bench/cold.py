"""From nothing to the first answers, each time in a fresh process, against `json.loads`.

The peer is the standard library's, with the bytes of the same documents in memory already. Nothing
has to be read from the platter: the files have just been written, and nobody dropped them.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final, cast

from tinydb import TinyDB, where

from data.disk import open_db
from data.edit import Write
from data.frame import Commit
from data.stamp import Sources
from data.storage import JournalStorage
from data.store import Store
from tests.bench.peers import INDEXED, TABLE, documents
from tests.bench.rows import Row, seconds, timed

RECORDS: Final = 50_000
MANY: Final = 8
_ROOT: Final = Path(__file__).parents[2]
_WITHOUT_ORJSON: Final = sys.modules.get("orjson", ...) is None
PIECE: Final = 500
"""Records in a commit where a folder is laid out."""


def times(wanted: int, records: int) -> int:
    """So many turns at full size, fewer where the bench itself is only tried."""
    return max(1, wanted * records // RECORDS)


def alone(doing: Callable[..., Any], *words: object, orjson: bool = not _WITHOUT_ORJSON) -> Any:
    """What a function answers in a process of its own, with a heap of its own."""
    code = f"""import json, sys
{"" if orjson else "sys.modules['orjson'] = None"}
from {doing.__module__} import {doing.__name__} as doing
print(json.dumps(doing(*json.loads(sys.argv[1]))))"""
    command = [sys.executable, "-c", code, json.dumps(words)]
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


# ---- what is opened --------------------------------------------------------------------------


def lay_out(folder: str, records: int) -> None:
    """A database and an office of so many records, and each of them again eight times as large;
    beside every folder the same documents as one array of JSON."""
    place = Path(folder)
    db = open_db(place / "few-db", indexes={TABLE: INDEXED})
    db.table(TABLE).insert_multiple(documents(records))
    again = open_db(place / "many-db", indexes={TABLE: INDEXED})
    _eightfold(storage_of(db), storage_of(again), str, {})
    store, large = office(place / "few-office"), office(place / "many-office")
    with store.all_at_once():
        for first in range(0, records, PIECE):
            docs = documents(min(PIECE, records - first), first=first)
            writes = [Write(TABLE, id_of(n), doc) for n, doc in enumerate(docs, first)]
            store.commit(writes, user="bench")
    books = {"hseq": 1, "sums": store.sums.to_json()}
    _eightfold(store.storage, large.storage, id_of, books, lambda c: large.books.take(c, []))
    for path, storage in (
        (place / "few-db", storage_of(db)),
        (place / "many-db", storage_of(again)),
        (place / "few-office", store.storage),
        (place / "many-office", large.storage),
    ):
        while storage.journal_bytes > 1000:  # the first time it may end one begun long before
            storage.compact()
        there = storage.tables[TABLE]
        path.with_suffix(".json").write_bytes(b"[" + b",".join(there.lines(there.refs)) + b"]")
        storage.close()


def _eightfold(
    few: JournalStorage,
    many: JournalStorage,
    as_id: Callable[[int], str],
    books: Mapping[str, Any],
    take: Callable[[Commit], None] | None = None,
) -> None:
    """Lines are copied as they are: to open them nobody looks into them, and to write four hundred
    thousand gestures would take minutes."""
    lines = few.tables[TABLE].lines(few.tables[TABLE].refs)
    for eighth in range(MANY):
        put = {as_id(n): line for n, line in enumerate(lines, eighth * len(lines) + 1)}
        commit = Commit({TABLE: put}, books=books)
        many.commit(commit)
        if take is not None:
            take(commit)


def office(path: Path) -> Store:
    store = Store(path, sources=Sources(), hub=True)
    store.storage.declare(TABLE, INDEXED)  # as a desk does
    return store


def id_of(n: int) -> str:
    return f"0198a7c0-0000-7000-8000-{n:012x}"


def storage_of(db: TinyDB) -> JournalStorage:
    return cast("JournalStorage", db.storage)


# ---- opening ---------------------------------------------------------------------------------


def rows(folder: str, records: int) -> list[Row]:
    def medians(doing: str, name: str, peer_too: int) -> tuple[tuple[float, float], float]:
        path = str(Path(folder, name))
        told = [alone(opened, doing, path, n < peer_too) for n in range(times(5, records))]
        ours, peer, memory = (
            median(cost for cost in costs if cost) for costs in zip(*told, strict=True)
        )
        return (ours, peer), memory

    found = "cold open + get + indexed query"
    started, _ = medians("start_office", "few-office", 3)
    alike, _ = medians("start_db", "few-db", 3)
    whole, _ = medians("read_all", "few-db", 3)
    told = [
        timed(f"{found} / json.loads", started, 0.1, "ms"),
        timed(f"{found} (open_db) / json.loads", alike, 0.1, "ms"),
        timed("cold open + parse everything / json.loads", whole, 0.8, "ms"),
    ]
    for kind, doing, name in (("", "open_alone", "db"), (" (office)", "open_office", "office")):
        costs, memory = medians(doing, f"many-{name}", 1)
        told += [
            timed(f"open 400,000{kind} / json.loads", costs, 0.1, "ms"),
            Row(f"open 400,000{kind}, peak memory (budget)", memory, 500.0, 1.0, "MB"),
        ]
    return told


def opened(doing: str, folder: str, peer_too: bool) -> tuple[float, float | None, float]:
    """Seconds until it is done, seconds for `json.loads` of the same documents afterwards, and the
    most memory of the first of them, in MB."""
    gc.collect()
    gc.freeze()
    ours = seconds(lambda: globals()[doing](Path(folder)))
    memory = peak_memory()
    if not peer_too:
        return ours, None, memory
    array = Path(folder).with_suffix(".json").read_bytes()
    return ours, seconds(lambda: json.loads(array)), memory


def start_office(path: Path) -> None:
    """What sync needs at start, a record, and a question."""
    store = office(path)
    assert len(list(store.order.after(store.order.top - 10))) == 10
    assert store.sums.total
    assert store.document(id_of(100)) is not None
    assert len(store.db.table(TABLE).search(where("number") == "PO-000200")) == 1


def start_db(path: Path) -> None:
    table = open_db(path, indexes={TABLE: INDEXED}).table(TABLE)
    assert table.get(doc_id=100) is not None
    assert len(table.search(where("number") == "PO-000200")) == 1


def read_all(path: Path) -> None:
    assert open_db(path, indexes={TABLE: INDEXED}).table(TABLE).all()


def open_alone(path: Path) -> None:
    assert open_db(path, indexes={TABLE: INDEXED}).table(TABLE).get(doc_id=100) is not None


def open_office(path: Path) -> None:
    store = office(path)
    assert store.sums.total
    assert store.document(id_of(100)) is not None


def peak_memory() -> float:
    """The most that this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux ru_maxrss begins at what the parent held
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1e3
    from resource import RUSAGE_SELF, getrusage

    return getrusage(RUSAGE_SELF).ru_maxrss / 1e6


def sizes(folder: str) -> list[Row]:
    """Everything in the folder after compaction against the same documents as one array."""
    told = []
    for kind, name in (("", "few-db"), (" (office, with history)", "few-office")):
        size = sum(file.stat().st_size for file in Path(folder, name).iterdir())
        array = Path(folder, f"{name}.json").stat().st_size
        told.append(Row(f"size on disk / json bytes{kind}", size / 1e6, array / 1e6, 1.1, "MB"))
    return told
