"""The store at the size of a big feature: 50,000 records of some 600 bytes, 400,000 opened.

Ours and the peer take turns, and give the same answers about the same documents. Both read and
write JSON with the same library: orjson, and for the column "stdlib" everything is measured again,
the peers too, in processes that cannot import it. Nothing is tended while commits are timed: what
that costs is the row of the longest stall. sqlite's own log is brought in as sqlite does it.
"""

from __future__ import annotations

import gc
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import astuple, replace
from functools import partial
from itertools import count
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from tinydb import where

from data.disk import open_db
from data.edit import Write
from data.storage import JournalStorage
from tests.bench import cold
from tests.bench.cold import RECORDS, alone, id_of, office, storage_of, times
from tests.bench.peers import (
    DEPARTMENTS,
    HIGHEST_AMOUNT,
    INDEXED,
    STATUSES,
    TABLE,
    Raw,
    Sqlite,
    documents,
    dumps,
    tinydb,
)
from tests.bench.rows import Row, in_turn, interleaved, p99, seconds, timed

V = TypeVar("V")


def rows(records: int = RECORDS) -> list[Row]:
    """Every row of the store's promise, and the same with the standard library beside it."""
    with tempfile.TemporaryDirectory() as folder:
        alone(cold.lay_out, folder, records)
        first, again = (
            [Row(*raw) for raw in alone(measured, folder, records, orjson=with_it)]
            for with_it in (True, False)
        )
    return [replace(row, stdlib=other) for row, other in zip(first, again, strict=True)]


def measured(folder: str, records: int) -> list[Any]:
    """The rows of one column, as tuples, in a process of its own."""
    place = Path(folder, "warm")
    place.mkdir()
    sides = Sides(place, records)
    asked = sides.questions()  # before they are changed, each in its own way
    told = [
        *sides.inserts(),
        *sides.updates(),
        *asked,
        *sides.many_in_one_commit(),
        *cold.rows(folder, records),
        *cold.sizes(folder),
        sides.stall(),
    ]
    sides.close()
    shutil.copytree(Path(folder, "few-office"), place / "office")
    told.append(_stall_of_office(place / "office", records))
    shutil.rmtree(place)
    return [astuple(row) for row in told]


class Sides:
    """Our table and sqlite's, filled alike; both are warm when something is measured."""

    def __init__(self, place: Path, records: int) -> None:
        self.place, self.records = place, records
        self.chance = random.Random(2)
        self.bulk, self.path, self.sqlite = _filled_alike(place, records)
        self._open()
        self.raw = Raw(place / "raw")
        self.fresh = documents(10**9, first=records)
        self.texts = (f"call {n}" for n in count())

    def _open(self) -> None:
        """Every line is in memory, as sqlite's pages are, and none is parsed; every index is kept
        up from now on."""
        self.db = open_db(self.path, indexes={TABLE: INDEXED})
        self.table = self.db.table(TABLE)
        for name in INDEXED:
            self.table.search(where(name) == "")
        self.table.search((where("amount") >= 0) & (where("amount") < 0))
        there = storage_of(self.db).tables[TABLE]
        there.lines(there.refs)
        gc.collect()
        gc.freeze()

    def close(self) -> None:
        self.db.close()
        self.sqlite.close()
        self.raw.close()

    # ---- writing

    def inserts(self) -> list[Row]:
        docs = [next(self.fresh) for _ in range(times(4000, self.records))]
        lines = iter([dumps(doc) for doc in docs])
        mine, theirs = iter(docs), iter(deepcopy(docs))
        ours, peer, raw = in_turn(
            lambda: self.table.insert(next(mine)),
            lambda: self.sqlite.insert(next(theirs)),
            lambda: self.raw.append(next(lines)),
            times=len(docs),
        )
        usual, rare = (median(ours), median(peer)), (p99(ours), p99(peer))
        return [
            timed("durable insert, median / sqlite", usual, 0.75, "us"),
            timed("durable insert, p99 / sqlite", rare, 0.5, "us"),
            timed("durable insert, median / raw", (median(ours), median(raw)), 1.6, "us"),
            self._cpu_of_inserts(),
        ]

    def _cpu_of_inserts(self) -> Row:
        """Processor time of both, in blocks, without the syncs of either."""
        mine, raw = list[float](), list[float]()
        with storage_of(self.db).one_sync():
            for _ in range(max(2, times(40, self.records))):
                docs = [next(self.fresh) for _ in range(100)]
                # Each its own, or the second would find them near the processor.
                sides = ((mine, self.table.insert, docs), (raw, self.raw.checked, deepcopy(docs)))
                for costs, doing, some in sides:
                    started = time.process_time()
                    for doc in some:
                        doing(doc)
                    costs.append((time.process_time() - started) / len(some))
        return timed("insert CPU / dumps+crc+write", (median(mine), median(raw)), 3.0, "us")

    def updates(self) -> list[Row]:
        costs = interleaved(
            lambda: self._note([self._any()]),
            lambda: self.sqlite.note(self._any(), next(self.texts)),
            times=times(2000, self.records),
        )
        tiny = tinydb(self.place / "tinydb.json", documents(self.records))
        mine, theirs = list[float](), list[float]()
        for _ in range(times(5, self.records)):
            mine += in_turn(lambda: self._note([self._any()]), times=60)[0]
            one, text = self._any(), next(self.texts)
            doing = partial(tiny.table(TABLE).update, {"note": text}, doc_ids=[one])
            theirs.append(seconds(doing))
        tiny.close()
        return [
            timed("update by id / sqlite", costs, 0.95, "us"),
            timed("update by id / tinydb", (median(mine), median(theirs)), 0.0002, "us"),
        ]

    def many_in_one_commit(self) -> list[Row]:
        costs = interleaved(
            lambda: self._note([self._any() for _ in range(100)]),
            lambda: self.sqlite.note_all([self._any() for _ in range(100)], next(self.texts)),
            times=times(200, self.records),
        )
        return [
            timed("100 updates in one commit / sqlite", costs, 1.0, "ms"),
            timed("bulk insert, one commit / sqlite", self.bulk, 0.8, "ms"),
        ]

    def _note(self, ids: list[int]) -> None:
        self.table.update({"note": next(self.texts)}, doc_ids=ids)

    def _any(self) -> int:
        return self.chance.randrange(1, self.records + 1)

    # ---- reading

    def questions(self) -> list[Row]:
        find, some = self.sqlite.find, times(180, self.records)
        sorts = [(d, s) for d in DEPARTMENTS for s in STATUSES]
        wide = HIGHEST_AMOUNT // 100
        return [
            self._asked(
                ("get by id", 0.5),
                self.chance.sample(range(1, self.records + 1), 10 * some),
                lambda n: [self.table.get(doc_id=n)],
                lambda n: [self.sqlite.get(n)],
                block=10,
            ),
            self._asked(
                ("equality, 1 row", 0.7),
                [f"PO-{n:06d}" for n in self.chance.sample(range(self.records), 10 * some)],
                lambda number: self.table.search(where("number") == number),
                lambda number: find("number = ?", number),
                block=10,
            ),
            self._asked(
                ("equality AND equality", 0.25),
                self.chance.sample(sorts, len(sorts)),
                lambda both: self.table.search(
                    (where("department") == both[0]) & (where("status") == both[1])
                ),
                lambda both: find("department = ? AND status = ?", *both),
            ),
            self._asked(
                ("range 1 %", 0.15),
                self.chance.sample(range(0, HIGHEST_AMOUNT, wide), 100),
                lambda low: self.table.search(
                    (where("amount") >= low) & (where("amount") < low + wide)
                ),
                lambda low: find("amount >= ? AND amount < ?", low, low + wide),
            ),
        ]

    def _asked(
        self,
        name: tuple[str, float],
        asked: Sequence[V],
        ours: Callable[[V], list[Any]],
        peer: Callable[[V], list[Any]],
        *,
        block: int = 1,
    ) -> Row:
        """No two of the questions find the same record, and neither side keeps an answer, so both
        parse every row."""
        mine, theirs, number = iter(asked), iter(asked), itemgetter("number")
        for value in asked:
            peer(value)
        costs = interleaved(
            lambda: ours(next(mine)),
            lambda: peer(next(theirs)),
            times=len(asked) // block,
            block=block,
        )
        for value in asked:
            assert sorted(ours(value), key=number) == sorted(peer(value), key=number)
        return timed(f"{name[0]} / sqlite", costs, name[1], "us")

    # ---- a new generation, between commits

    def stall(self) -> Row:
        longest = _longest_calls(
            storage_of(self.db),
            lambda: self._note([self._any() for _ in range(2000)]),
            lambda: self.table.insert(next(self.fresh)),
        )
        return Row("longest stall while compacting (budget)", longest, 50.0, 1.0, "ms")


def _filled_alike(place: Path, records: int) -> tuple[tuple[float, float], Path, Sqlite]:
    """Seconds to put everything in one commit, and what was filled last, settled."""
    docs = list(documents(records))
    paths = [place / f"ours{n}" for n in range(max(2, times(3, records)))]
    ours = [open_db(path, indexes={TABLE: INDEXED}) for path in paths]
    theirs = [Sqlite(path.with_suffix(".sqlite")) for path in paths]
    todo, their_todo = iter(ours), iter(theirs)
    gc.collect()
    gc.freeze()
    costs = interleaved(
        lambda: next(todo).table(TABLE).insert_multiple(docs),
        lambda: next(their_todo).insert_all(docs),
        times=len(paths),
    )
    storage_of(ours[-1]).compact()
    for db in ours:
        db.close()
    for sqlite in theirs[:-1]:
        sqlite.close()
    theirs[-1].settle()
    return costs, paths[-1], theirs[-1]


def _stall_of_office(path: Path, records: int) -> Row:
    store = office(path)
    calls, chance = count(), random.Random(4)

    def note(some: int) -> None:
        ids = [id_of(n) for n in chance.sample(range(records), some)]
        store.commit([Write(TABLE, i, {"note": f"call {next(calls)}"}) for i in ids], user="bench")

    longest = _longest_calls(store.storage, lambda: note(300), lambda: note(1))
    store.close()
    return Row("longest stall while compacting, office (budget)", longest, 50.0, 1.0, "ms")


def _longest_calls(
    storage: JournalStorage, grow: Callable[[], object], commit: Callable[[], object]
) -> float:
    """Over three new generations, the median of the longest call of each, in ms. After each slice
    of the work there is a commit."""
    longest = []
    for _ in range(3):
        while not storage.tend(0.0):
            grow()
        calls = []
        while storage.slow is not None:
            calls += [seconds(storage.tend), seconds(commit)]
        assert not storage.trouble
        longest.append(max(calls) * 1e3)
    return median(longest)
