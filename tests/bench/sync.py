"""A sync at the size of a big feature: what the office can take, while people work in it.

A record is a receipt of ten fields, some 500 bytes as a state. What is asked goes the way it goes
in life: bytes to `Front.answer`, or over real HTTP to a process of its own (line.py). With the
column "stdlib" the same is measured once more where orjson is not installed, the peer too.
"""

from __future__ import annotations

import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from data.blobs import Blobs
from data.canonical import canonical_bytes, decode
from data.edit import Write
from data.files import DiskFile, MemoryFolder
from data.stamp import Sources
from data.state import Dot, Mark, State, join, write
from data.store import Store
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.device import Device
from sync.front import Front
from sync.session import Session, converse
from sync.wire import Compared
from tests.bench import line
from tests.bench.cold import alone, times
from tests.bench.rows import Row, interleaved, seconds, timed
from tests.bench.slips import PHOTO, begun, device_id, id_of, laid_out, office_of, person_id, slip
from tests.simulator.runs import many

RECORDS: Final = 100_000
BATCH: Final = 500


def rows(records: int = RECORDS) -> list[Row]:
    """Every row of the promise of a sync."""
    with tempfile.TemporaryDirectory() as folder:
        first, again = (
            [Row(*raw) for raw in alone(measured, folder, records, orjson=with_it)]
            for with_it in (True, False)
        )
        told = [replace(row, stdlib=other) for row, other in zip(first, again, strict=True)]
        return [
            *told,
            _simulator_row(times(100, records)),
            line.tap_row(Path(folder, "wrap"), records),
            *line.fill_rows(Path(folder, "fill"), records),
            _digest_row(Path(folder, "fill"), records),
        ]


def measured(folder: str, records: int) -> list[Any]:
    """The rows that have a column without orjson, as tuples, in a process of its own."""
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(dir=folder) as place:
        told = [*_join_rows(), *_receive_rows(Path(place), records)]
    return [astuple(row) for row in told]


def _simulator_row(runs: int) -> Row:
    """Processor time of a step of a simulated show, with everything that is checked after it."""
    told = many(range(1, runs + 1))
    assert not told.failed, told.words()
    return Row("simulator step (budget)", told.seconds / told.steps * 1e3, 1.0, 1.0, "ms")


# ---- two states of one record ----------------------------------------------------------------


def apart() -> tuple[State, State]:
    """One receipt on two copies, each with an edit of two fields that the other has not seen."""
    began = write(
        State(id_of(1), "receipt"),
        Dot("a1b2c3d4e5f60718", 41),
        Mark(1750000123456, None, "u17"),
        values=slip(1),
        add=PHOTO,
    )
    coded = {"status": "coded", "code": "4311"}
    back = {"status": "returned", "what": "tape"}
    return (
        write(began, Dot("9f00112233445566", 7), Mark(1750000200000, None, "u03"), values=coded),
        write(began, Dot("c1b2c3d4e5f60719", 3), Mark(1750000201000, None, "u04"), values=back),
    )


def _join_rows() -> list[Row]:
    one, other = map(canonical_bytes, apart())
    a, b = decode(json.loads(one)), decode(json.loads(other))

    def parsed() -> tuple[Any, Any]:
        return json.loads(one), json.loads(other)

    def met() -> State:
        first, second = parsed()
        return join(decode(first), decode(second))

    assert met() == join(*apart())
    alone_costs = interleaved(lambda: join(a, b), parsed, times=1000, block=10)
    whole = interleaved(met, parsed, times=1000, block=10)
    return [
        timed("join / json.loads of both states", alone_costs, 2.0, "us"),
        timed("json.loads, check and join / json.loads of both states", whole, 6.0, "us"),
        _crowd_row(),
    ]


def _crowd_row() -> Row:
    """Three hundred people wrote the same fields, and the office hears of them one by one."""
    people = [
        write(apart()[0], Dot(f"{n:016x}", 1), Mark(n, None, f"u{n}"), values={"what": "x" * n})
        for n in range(300)
    ]

    def heard() -> None:
        together = people[0]
        for state in people:
            together = join(together, decode(json.loads(canonical_bytes(state))))
        assert len(decode(json.loads(canonical_bytes(together))).cells["what"]) == 300

    return Row(
        "300 values on one record, joined one by one (budget)", seconds(heard), 1.0, 1.0, "s"
    )


# ---- the office takes a batch ----------------------------------------------------------------


class Copies:
    """An office on the disk, and two devices that are only in memory."""

    def __init__(self, place: Path) -> None:
        self.hub = Store(place / "office", sources=Sources(), hub=True)
        self.front = Front(begun(self.hub, 2), Blobs(place / "photos"))
        self.spare = Blobs(place / "spare")

    def device(self, n: int) -> Device:
        store = Store(Path("nowhere"), sources=Sources(), hub=False, folder=MemoryFolder())
        device = Device(store, device=device_id(n))
        self.sync(device)
        return device

    def sync(self, device: Device) -> None:
        session = Session(device, OwnPhotos(device.store, self.spare))
        converse(session.whole(), self.front.answer)

    def pushes(self, device: Device) -> list[float]:
        """Seconds that the office takes for each push the device has to make: of the processor,
        and of the disk for its sync. What else the machine does meanwhile is not counted."""
        costs: list[float] = []
        sync = DiskFile.sync

        def timed_sync(file: DiskFile) -> None:
            costs.append(_wall_beyond_cpu(lambda: sync(file)))

        def timed_answer(call: Call) -> Answer:
            if call.path != "/v1/push":
                return self.front.answer(call)
            began = time.process_time()
            with patch.object(DiskFile, "sync", timed_sync):
                answer = self.front.answer(call)
            costs.append(time.process_time() - began)
            return answer

        converse(Session(device, OwnPhotos(device.store, self.spare)).exchange(), timed_answer)
        return costs


def _wall_beyond_cpu(doing: Callable[[], object]) -> float:
    """Seconds that were waited for the disk."""
    began, cpu = time.perf_counter(), time.process_time()
    doing()
    return (time.perf_counter() - began) - (time.process_time() - cpu)


def _receive_rows(place: Path, records: int) -> list[Row]:
    """Batches of 500 records, each commit of the office with its own sync of the disk."""
    copies = Copies(place)
    gate, van = copies.device(0), copies.device(1)
    new, known = list[float](), list[float]()
    batches = max(2, 20 * records // RECORDS)
    for n in range(batches):
        first = n * BATCH + 1
        laid_out(gate.store, range(first, first + BATCH), person_id(0))
        new.append(sum(copies.pushes(gate)) / BATCH)
        copies.sync(van)
        _write(copies.hub, first, {"status": "coded", "code": "4311"}, "office")
        _write(van.store, first, {"status": "returned", "what": "tape"}, person_id(1))
        known.append(sum(copies.pushes(van)) / BATCH)
        copies.sync(gate)
        copies.sync(van)
    assert gate.verified
    assert van.verified
    assert not list(copies.hub.lines("waiting"))
    copies.hub.close()
    name = "hub receive path per record"
    return [
        Row(f"{name}, new (budget)", statistics.median(new) * 1e6, 250.0, 1.0, "us"),
        Row(f"{name}, edited apart (budget)", statistics.median(known) * 1e6, 250.0, 1.0, "us"),
    ]


def _write(store: Store, first: int, values: dict[str, Any], user: str) -> None:
    store.commit(
        [Write("receipt", id_of(n), values) for n in range(first, first + BATCH)], user=user
    )


# ---- the proof that copies are equal ---------------------------------------------------------


def _digest_row(folder: Path, records: int) -> Row:
    """Of the two copies that the first fill left behind."""
    cost = alone(checked, str(folder), records)
    return Row("digest check, 100,000 records, equal (budget)", cost * 1e3, 10.0, 1.0, "ms")


def checked(folder: str, records: int) -> float:
    """Both have every record; the device tells its sums, and is told that nothing differs."""
    hub, store = line.opened_both(Path(folder))
    front, device = Front(office_of(hub), Blobs(Path(folder, "photos"))), Device(store)
    converse(Session(device, OwnPhotos(store, Blobs(Path(folder, "photos")))).whole(), front.answer)
    assert device.verified
    assert records <= store.sums.count <= hub.sums.count

    def equal() -> None:
        told = front.answer(Call("POST", "/v1/digest", device.compare(-1).to_bytes()))
        found = Compared.from_bytes(told.content)
        assert (found.slots, device.differing(found)) == ([], [])

    return statistics.median(seconds(equal) for _ in range(25))
