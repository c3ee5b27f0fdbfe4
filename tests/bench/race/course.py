"""Who races whom over what: every row of `python -m tests.bench sync --peers`.

All sides are processes on loopback with their data on the disk, which they sync before they answer.
They carry the same receipts, in an order drawn anew each round, and are warm: they have met, and
their lines are open. What counts is what a person at the device waits for. Ours ends with the proof
that both copies are equal; the others prove nothing.
"""

from __future__ import annotations

import json
import random
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.bench import line
from tests.bench.race import ours
from tests.bench.race.anki_side import anki
from tests.bench.race.counted import counted
from tests.bench.race.helper import GaveUp, Helper
from tests.bench.race.installed import Peers, peers
from tests.bench.race.kinto_side import USUAL as KINTO_USUAL
from tests.bench.race.kinto_side import kinto
from tests.bench.race.photos import row as photo_row
from tests.bench.race.pouch_side import USUAL as POUCH_USUAL
from tests.bench.race.pouch_side import Pouch, pouch
from tests.bench.race.slips import receipts, written
from tests.bench.rows import Row, timed

LONGEST: Final = 200.0
"""Seconds after which no further round is begun."""
HARD_END: Final = 480
"""Seconds after which it ends, wherever it is."""


@dataclass(frozen=True, slots=True)
class Size:
    """How long the course is."""

    receipts: int = 10_000
    rounds: int = 3
    probe: int = 2000
    slow: int = 400
    """Receipts for whoever takes tens of milliseconds for one."""
    calm: float = 10.0
    """Seconds between the last round and the quiet day."""
    rest: float = 3.0
    """Seconds after each lap: what a side does when nobody waits costs nobody else's lap."""
    quiet: int = 15
    """Syncs with nothing to say, and edits that somebody waits for."""
    counted: int = 1000
    check_ins: int = 500
    photos: int = 200


WHOLE: Final = Size()
QUICK: Final = Size(1000, 1, 300, 100, 2.0, 0.5, 3, 300, 100, 10)


def alone(_place: Path) -> Peers:
    """Nobody is installed: for whoever makes our own side quicker."""
    return Peers()


def rows(size: Size = WHOLE, found: Callable[[Path], Peers] = peers) -> tuple[list[Row], list[str]]:
    """The rows, and what has to be said beside them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)  # a database that will not run as root has to get in
        with_whom = found(place)
        told = list[Row]()
        try:
            with _bounded(HARD_END):
                for some in Course(place, size, with_whom).rows():
                    told += some
        except OutOfTime:
            with_whom.said.append(f"ended after {HARD_END} seconds; what is missing was not run")
        except GaveUp as why:
            with_whom.said.append(f"our own side fell out, what is missing was not run: {why}")
        return told, with_whom.said


class OutOfTime(Exception):
    """The course takes too long."""


@contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    """Told to end, or out of time, it ends what it has started."""

    def over(_signal: int, _frame: object) -> None:
        raise OutOfTime

    def told(_signal: int, _frame: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGALRM, over), signal.signal(signal.SIGTERM, told)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before[0])
        signal.signal(signal.SIGTERM, before[1])


@dataclass(slots=True)
class Side:
    """Somebody who races, with what each round took."""

    name: str
    write: Callable[[Path], object]
    push: Callable[[], float]
    pull: Callable[[], float] | None = None
    pushed: list[float] = field(default_factory=list)
    pulled: list[float] = field(default_factory=list)


class Course:
    """One run of everything."""

    def __init__(self, place: Path, size: Size, with_whom: Peers) -> None:
        self.place, self.size, self.peers = place, size, with_whom
        self._until = time.monotonic() + LONGEST
        self._chance = random.Random(1)
        self._seeds = iter(range(1, 1000))
        self._known = ""
        """A receipt that everybody has."""

    def rows(self) -> Iterator[list[Row]]:
        """Part by part, so that one that takes too long costs only itself and what follows."""
        yield from self._race()
        yield self._byte_rows()
        yield [photo_row(self.place / "photos", self.size.photos)]

    def _receipts(self, count: int) -> Path:
        seed = next(self._seeds)
        return written(self.place / f"receipts-{seed}.json", count, seed)

    # ---- records ----------------------------------------------------------------------------

    def _race(self) -> Iterator[list[Row]]:
        with ExitStack() as open_:
            devices = self._ours(open_)
            usual = self._pouch(open_, "usual")
            best = self._pouch(open_, "best")
            our = _side("ours", devices, lambda helper: helper.ask("sync"))
            sides = [our]
            if usual is not None:
                sides.append(_pouch_side(usual, POUCH_USUAL))
            if best is not None:
                batch = self.peers.trying("pouchdb", lambda: self._best_batch(best))
                if batch is not None:
                    sides.append(_pouch_side(best, batch))
            anki_side = self._anki(open_)
            sides += [anki_side] if anki_side is not None else []
            self._rounds(sides)
            yield _record_rows(our, sides[1:])
            yield self._quiet_rows(devices, usual)
            yield self._kinto_rows(statistics.median(our.pushed))

    def _ours(self, open_: ExitStack) -> list[Helper]:
        ours.make_office(str(self.place / "office"), 2)
        office = open_.enter_context(line.office(self.place / "office", kept=True))
        devices = []
        for n in range(2):
            device = ours.device_process(self.place / f"device{n}", office.address, n)
            open_.callback(device.end)
            device.ask("sync")
            devices.append(device)
        return devices

    def _pouch(self, open_: ExitStack, name: str) -> Pouch | None:
        node = self.peers.node
        if node is None:
            return None
        there = self.place / f"pouch-{name}"
        return self.peers.trying("pouchdb", lambda: open_.enter_context(pouch(node, there)))

    def _anki(self, open_: ExitStack) -> Side | None:
        python = self.peers.anki
        if python is None:
            return None
        there = self.place / "anki-data"
        client = self.peers.trying("anki", lambda: open_.enter_context(anki(python, there)))
        if client is None:
            return None
        return Side(
            "anki",
            lambda file: client.ask("write", file=str(file)),
            lambda: float(client.ask("sync")["seconds"]),
        )

    def _best_batch(self, side: Pouch) -> int:
        """Of a few batch sizes the one that brings receipts there and back soonest."""
        costs = {}
        for batch in (250, 500, 1000):
            racer = _pouch_side(side, batch)
            racer.write(self._receipts(self.size.probe))
            assert racer.pull is not None
            costs[batch] = racer.push() + racer.pull()
        return min(costs, key=lambda batch: costs[batch])

    def _rounds(self, sides: list[Side]) -> None:
        """A small one first that does not count."""
        for n in range(self.size.rounds + 1):
            file = self._receipts(self.size.receipts if n else self.size.probe // 10)
            self._known = json.loads(file.read_text(encoding="utf-8"))[0]["id"]
            for side in self._chance.sample(sides, len(sides)):
                time.sleep(self.size.rest)
                lap = partial(_lap, side, file, counts=n > 0)
                if side is sides[0]:
                    lap()  # ourselves; without us there is no race
                elif self.peers.trying(side.name, lap) is None:
                    sides.remove(side)
            if n and time.monotonic() > self._until:
                self.peers.said.append(f"out of time after {n} of {self.size.rounds} rounds")
                return

    def _kinto_rows(self, our_push: float) -> list[Row]:
        python = self.peers.kinto
        if python is None:
            return []
        return self.peers.trying("kinto", lambda: self._kinto(python, our_push)) or []

    def _kinto(self, python: Path, our_push: float) -> list[Row]:
        count = self.size.slow
        with kinto(python, self.place / "kinto-data") as client:

            def cost(batch: int, count: int) -> float:
                """Seconds for as many as all the others carry."""
                told = receipts(count, next(self._seeds))
                return client.put(told, batch) * self.size.receipts / count

            cost(KINTO_USUAL, KINTO_USUAL)
            tried = {batch: cost(batch, count // 2) for batch in (50, 100, 200)}
            best = min(tried, key=lambda batch: tried[batch])
            costs = [(KINTO_USUAL, cost(KINTO_USUAL, count), 0.2)]
            costs.append((best, min(tried[best], cost(best, count)), 0.5))
        name = "push / kinto, batches of"
        scaled = f"(of {count}, scaled)"
        return [
            timed(f"{name} {batch} {scaled}", (our_push, theirs), goal, "s")
            for batch, theirs, goal in costs
        ]

    # ---- a quiet day ------------------------------------------------------------------------

    def _quiet_rows(self, devices: list[Helper], usual: Pouch | None) -> list[Row]:
        """Nothing to say; and one edit that somebody waits for, with our apps open as in life, and
        by two whole sessions."""
        record = self._known
        time.sleep(self.size.calm)  # journals are folded and LevelDB's levels merged meanwhile
        for helper in (*devices, *(usual.devices if usual else ())) * 2:
            helper.ask("sync" if helper in devices else "both")
        ours_told, theirs_told = list[dict[str, float]](), list[dict[str, float]]()
        our_edits, their_edits, whole = list[float](), list[float](), list[float]()
        for n in range(self.size.quiet):
            our_edits.append(_edit_arrives(devices, record, f"open {n}"))
            whole.append(_edit_seen(devices, record, f"turn {n}", "sync", "sync"))
            ours_told.append(devices[0].ask("sync"))
            if usual is not None:
                words = {"batch": POUCH_USUAL}
                cost = _edit_seen(usual.devices, record, f"turn {n}", "push", "pull", **words)
                their_edits.append(cost)
                usual.devices[0].ask("both")
                theirs_told.append(usual.devices[0].ask("both"))
        bodies = max(told["up"] + told["down"] for told in ours_told)
        told = [Row("no-op sync: bodies (budget)", bodies, 700.0, 1.0, "B")]
        if usual is not None:
            times = _median(ours_told), _median(theirs_told)
            edits = statistics.median(our_edits), statistics.median(their_edits)
            told.insert(0, timed("no-op sync / pouchdb", times, 0.6, "ms"))
            told.append(timed("one edit seen on a second device / pouchdb", edits, 0.5, "ms"))
        noop, edit, both = (
            1000 * cost
            for cost in map(
                statistics.median, ([one["seconds"] for one in ours_told], our_edits, whole)
            )
        )
        self.peers.said.append(
            f"ours: a no-op sync {noop:.1f} ms; an edit seen on a second device {edit:.1f} ms, "
            f"by two whole sessions with their proofs {both:.1f} ms"
        )
        return told

    # ---- bytes ------------------------------------------------------------------------------

    def _byte_rows(self) -> list[Row]:
        """What goes up the line, with every header."""
        count = self.size.counted
        file = self._receipts(count)
        ours.make_office(str(self.place / "counted"), 1)
        with (
            line.office(self.place / "counted") as office,
            counted(urlsplit(office.address).port or 0) as way,
        ):
            device = ours.device_process(self.place / "counted-device", way.address, 0)
            try:
                device.ask("sync")
                device.ask("write", file=str(file))
                before = way.up
                device.ask("sync")
                receipt = (way.up - before) / count
                device.ask("check_in", count=self.size.check_ins)
                before = way.up
                device.ask("sync")
                check_in = (way.up - before) / self.size.check_ins
            finally:
                device.end()
        theirs = self._pouch_bytes(file)
        told = [Row("bytes per check-in up (budget)", check_in, 80.0, 1.0, "B")]
        if theirs is not None:
            name = "bytes per new receipt up / pouchdb"
            told.insert(0, Row(name, receipt, theirs / count, 0.3, "B"))
        return told

    def _pouch_bytes(self, file: Path) -> float | None:
        node = self.peers.node
        if node is None:
            return None
        return self.peers.trying("pouchdb", lambda: self._counted_pouch(node, file))

    def _counted_pouch(self, node: Path, file: Path) -> float:
        with pouch(node, self.place / "pouch-counted") as side, counted(side.port) as way:
            device = side.device(urlsplit(way.address).port or 0, "counted")
            try:
                device.ask("both")
                device.ask("write", file=str(file))
                before = way.up
                device.ask("push", batch=POUCH_USUAL)
                return way.up - before
            finally:
                device.end()


def _lap(side: Side, file: Path, *, counts: bool) -> bool:
    side.write(file)
    push = side.push()
    pull = side.pull() if side.pull is not None else None
    if counts:
        side.pushed.append(push)
        side.pulled += [pull] if pull is not None else []
    return True


def _side(name: str, devices: list[Helper], sync: Callable[[Helper], dict[str, float]]) -> Side:
    first, second = devices
    return Side(
        name,
        lambda file: first.ask("write", file=str(file)),
        lambda: float(sync(first)["seconds"]),
        lambda: float(sync(second)["seconds"]),
    )


def _pouch_side(side: Pouch, batch: int) -> Side:
    first, second = side.devices
    return Side(
        f"pouchdb, batches of {batch}",
        lambda file: first.ask("write", file=str(file)),
        lambda: float(first.ask("push", batch=batch)["seconds"]),
        lambda: float(second.ask("pull", batch=batch)["seconds"]),
    )


def _record_rows(our: Side, others: list[Side]) -> list[Row]:
    told = []
    for word, goal in (("push", 0.67), ("pull", 0.67)):
        mine = statistics.median(our.pushed if word == "push" else our.pulled)
        for other in others:
            costs = other.pushed if word == "push" else other.pulled
            if costs:
                name, held = f"{word} / {other.name}", 2.5 if other.name == "anki" else goal
                told.append(timed(name, (mine, statistics.median(costs)), held, "s"))
    return told


def _edit_seen(
    devices: list[Helper], record: str, what: str, push: str, pull: str, **words: int
) -> float:
    """Seconds from the edit on one device until the other has it."""
    first, second = devices
    cost = first.ask("edit", record=record, what=what)["seconds"]
    cost += first.ask(push, **words)["seconds"] + second.ask(pull, **words)["seconds"]
    assert second.ask("read", record=record)["what"] == what
    return float(cost)


def _edit_arrives(devices: list[Helper], record: str, what: str) -> float:
    """Seconds until a second open app has what the first one wrote, the pipes of the bench too."""
    first, second = devices
    for device in devices:
        device.ask("open")
    began = time.perf_counter()
    first.ask("edit", record=record, what=what)
    second.ask("seen", record=record, what=what)
    took = time.perf_counter() - began
    for device in devices:
        device.ask("close")
    return took


def _median(told: list[dict[str, float]]) -> float:
    return statistics.median(one["seconds"] for one in told)
