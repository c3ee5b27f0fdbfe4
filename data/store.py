"""One production on this machine: commit, receive, read, listen.

A commit is one frame: fsynced, then shown, then told to listeners. On the office copy every commit
is numbered (`hseq`) in the order it was made durable; on a device the books also hold, for every
record the office has not confirmed, the last state it did confirm (its *base*).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.arrival import Arrival, base_in
from data.books import OfficeBooks
from data.canonical import encode
from data.document import Written, lies_in, written
from data.edit import Edit, Write, apply, dot_of
from data.errors import NotSaved, OfficeError
from data.files import DiskFolder, Folder
from data.frame import Commit
from data.holdings import Placing
from data.lately import Lately
from data.lock import WriterLock
from data.order import Order
from data.packing import dumps_exact, loads
from data.record_db import RecordDB, RecordStorage
from data.stamp import Sources, jumped, replica_of
from data.state import Dot, Mark, State
from data.sums import Sums

Listener = Callable[[frozenset[tuple[str, str]]], None]
"""Called after a commit with the (kind, id) of every record it touched."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """One commit by a person: its id, its edits, and what undo puts back."""

    id: str
    edits: tuple[Edit, ...]
    before: Mapping[str, State]
    """By record: its state before the gesture. The edits alone could not say it where the values
    that were written over came from another copy."""


class Store:
    """The records of one production in `home`. `hub`: this is the office copy, which numbers."""

    def __init__(
        self,
        home: Path,
        *,
        sources: Sources,
        hub: bool,
        reader: bool = False,
        holder: str = "",
        folder: Folder | None = None,
    ) -> None:
        """`folder`: where the journal lies, if that is not `home` on this machine's disk."""
        self.home = home
        self.hub = hub
        self.sources = sources
        self.books = OfficeBooks(
            folder or DiskFolder(home),
            hub=hub,
            now_ms=lambda: int(sources.clock.now().timestamp() * 1000),
        )
        self.storage = RecordStorage(
            folder or home,
            create_dirs=True,
            access_mode="r" if reader else "r+",
            books=self.books,
            holder=holder or ("office" if hub else "device"),
            now=sources.clock.now,
        )
        self._lately = Lately(self.storage.line)
        self.db = RecordDB(storage=lambda: self.storage)
        if self.books.sums is None:
            self.books.sums = self.counted()
        self.placing: Placing | None = None
        """At the office, where devices hold parts only: asked with every commit."""
        self._listeners: list[Listener] = []
        self._replica, self._salt, self._n = "", "", 0
        self._started = (time.time(), time.monotonic())
        if not hub:
            known = self.meta.get("clock")
            sources.offset = known["offset"] if known else 0
            sources.quality = known["quality"] if known else "guess"

    # ---- reading ----------------------------------------------------------------------------

    @property
    def meta(self) -> Mapping[str, Any]:
        """Books of this copy that no record holds: the cursor, the epoch, the device's letter."""
        return self.books.meta

    @property
    def bases(self) -> Mapping[str, Any]:
        return self.books.bases

    @property
    def unacked(self) -> Mapping[Dot, Mapping[str, Any]]:
        return self.books.unacked

    @property
    def lock(self) -> WriterLock:
        """The writer's; whoever only reads holds none."""
        assert self.storage.lock is not None
        return self.storage.lock

    @property
    def order(self) -> Order:
        return self.books.order

    @property
    def sums(self) -> Sums:
        assert self.books.sums is not None
        return self.books.sums

    @property
    def replicas(self) -> Sequence[str]:
        """Under these this copy has written, one for each run; nobody else may."""
        return tuple(self.meta.get("replicas", ()))

    @property
    def production(self) -> str:
        """The production's id, a UUID; empty on a copy that was never given one."""
        return str(self.meta.get("production", ""))

    @property
    def cut_aside(self) -> Path | None:
        """Where a commit that a crash had torn was put on opening, to be said once."""
        return self.home / self.storage.cut_aside if self.storage.cut_aside else None

    def line(self, record_id: str) -> bytes | None:
        """The record's document as a line of JSON: the same object until the record changes."""
        return self.storage.line(record_id)

    def lines(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Every living record of a kind, in the order they were first put."""
        rows = self.storage.tables.get(kind)
        if rows is not None:
            ids = list(rows.refs)
            yield from zip(ids, rows.lines(ids), strict=True)

    def lines_having(self, kind: str, name: str, text: str) -> Iterator[tuple[str, bytes]]:
        """The living records of a kind whose declared field `name` is `text`, by its index."""
        rows = self.storage.tables.get(kind)
        if rows is not None:
            index = rows.index((name,))
            if index is None:
                raise TypeError(f"{kind} declares no index on {name!r}")
            ids = tuple(index.equal(text))
            yield from zip(ids, rows.lines(ids), strict=True)

    def document(self, record_id: str) -> Mapping[str, Any] | None:
        """The record's document, parsed anew."""
        line = self.storage.line(record_id)
        return None if line is None else loads(line)

    def state(self, record_id: str) -> State | None:
        return self._lately.state(record_id)

    def ids(self) -> Iterator[str]:
        """Every record that was ever put, the deleted ones too."""
        for rows in tuple(self.storage.tables.values()):
            yield from tuple(rows.refs)

    def history(self, record_id: str) -> list[Edit]:
        """The record's edits that this copy has, in the order they came."""
        return [Edit.from_json(raw) for raw in self.books.history.of(record_id)]

    def counted(self) -> Sums:
        """The sums, told anew from every record: what `sums` must be."""
        if self.hub:
            there = (i for i in self.ids() if not self.is_purged(i))
            return Sums.of(state for i in there if (state := self.state(i)) is not None)
        weights = self.books.weights()
        sums = Sums()
        for i in {*self.ids(), *self.bases}:
            sums.add({i: (None, self.base(i))}, weights)
        return sums

    def is_purged(self, record_id: str) -> bool:
        """At the office: it is gone for good."""
        return f"purged/{record_id}" in self.meta

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Keeps telling `listener` until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # ---- writing ----------------------------------------------------------------------------

    def commit(self, writes: Iterable[Write], *, user: str) -> Gesture:
        """A person's gesture: one dot a record, one frame, durable when it returns.

        NotSaved leaves everything as it was.
        """
        gesture = self.sources.new_token()
        states: dict[str, State] = {}
        first: dict[str, State] = {}
        edits: list[Edit] = []
        for change in writes:
            before = states.get(change.id) or self.state(change.id) or State(change.id, change.kind)
            first.setdefault(change.id, before)
            dot = self.next_dot()
            mark = Mark(self.sources.stamp(), None, change.user or user)
            clock = None if self.hub else (self.sources.offset, self.sources.quality)
            states[change.id], edit = apply(before, change, dot, mark, gesture, clock)
            edits.append(edit)
        if edits:
            bases = {i: (at := self.state(i)) and encode(at) for i in states if i not in self.bases}
            # What was buried has no edits, and is here and counted all the same.
            here = {i for i in states if self.storage.where(i) is not None}
            changes = {i: (first[i] if i in here else None, state) for i, state in states.items()}
            try:
                self.keep(
                    changes,
                    [edit.to_json() for edit in edits],
                    sums=self.sums.after(changes) if self.hub else {},
                    bases={} if self.hub else bases,
                )
            except NotSaved:
                self._n -= len(edits)  # a gap would look like an edit that got lost on its way
                raise
        return Gesture(gesture, tuple(edits), first)

    def receive(
        self,
        states: Iterable[State],
        *,
        edits: Sequence[Mapping[str, Any]] = (),
        confirmed: Iterable[State] = (),
        acked: Iterable[Dot] = (),
        buried: Iterable[State] = (),
        met: Iterable[State] = (),
        rebased: Mapping[str, State | None] | None = None,
        holds: Mapping[str, frozenset[str]] | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> frozenset[str]:
        """Joins states from another copy in one frame with the books that move with them.

        On a device `states` come from the office and `confirmed` are states it says it has; both
        move the bases; those `met` are another device's and do not. `rebased`: what the office has
        of a record after all, None: nothing. `buried`: states without any edit, which take the
        place of what stands here; among `states` they do so only where nothing is owed. `holds`:
        the buckets by which this device has records. Returns the ids of those that changed here.
        """
        come = Arrival(self.state, None if self.hub else self.bases)
        ways = (come.join, states), (come.bury, buried), (come.meet, met), (come.confirm, confirmed)
        for take, some in ways:
            for state in some:
                take(state)
        come.bases |= rebased or {}
        changes, bases, clean = come.changes(), come.bases, come.clean()
        by_dot = {dot_of(raw): raw for raw in edits}
        moved = {i: (come.was(i), base) for i, base in bases.items()}
        lies = self.books.holdings.changed(holds or {})
        if not self.hub:
            moved |= {i: (base := come.was(i), base) for i in lies if i not in moved}
        weights = self.books.weights(lies)
        self.keep(
            changes,
            [raw for dot, raw in by_dot.items() if dot not in self.books.history.dots],
            meta=dict(meta or {}),
            bases={i: encode(b) if b else None for i, b in bases.items() if i not in clean},
            clean=[i for i in clean if i in self.bases],
            acked=[list(dot) for dot in acked],
            sums=self.sums.after(changes if self.hub else moved, weights),
            holds=self.books.holdings.moved(lies, {}),
        )
        return frozenset(changes)

    def accept(
        self,
        changes: Mapping[str, tuple[State | None, State]],
        made: Mapping[str, Written],
        *,
        edits: Sequence[Mapping[str, Any]] = (),
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        """At the office: records as they were and as they are now, joined and judged already, in
        one frame. `made`: their documents, where they are made already."""
        sums = self.sums.after(changes)
        self.keep(changes, edits, made, meta=dict(meta or {}), sums=sums)

    def offer_again(self, edits: Iterable[Mapping[str, Any]]) -> None:
        """The office does not know these edits of this copy after all."""
        again = [[raw["id"], *raw["dot"]] for raw in edits if dot_of(raw) not in self.unacked]
        self.keep({}, (), again=again)

    def all_at_once(self) -> AbstractContextManager[None]:
        """Commits inside become durable together, at the end. Only for laying out a production
        that nobody relies on yet: a power cut inside may leave one that cannot be read."""
        return self.storage.one_sync()

    def set_meta(self, **meta: Any) -> None:
        self.keep({}, (), meta=meta)

    def forget_bases(self, **meta: Any) -> None:
        """Another office run history: nothing counts as confirmed, everything is offered again."""
        self.keep({}, (), bases=dict.fromkeys(self.ids()), meta=meta, sums=None)

    def new_run(self) -> None:
        """The next write opens a fresh replica, as it does after a start."""
        self._replica = ""

    def tend(self) -> bool:
        """A slice of housekeeping, some milliseconds, when nobody waits; whether more is left.
        What was only noted becomes durable."""
        self._settle()
        return self.storage.tend()

    def close(self) -> None:
        self._settle()
        self.storage.close()

    def _settle(self) -> None:
        with suppress(OfficeError):  # the disk is full, say: what was noted goes another time
            self.keep({}, ())

    def next_dot(self) -> Dot:
        """The dot of the next edit made here; to be committed before the one after it is asked."""
        # A fresh replica per run: a restored or copied database must start before it can write,
        # so no dot is ever used twice. A clock that jumped counts as a new run.
        leapt = jumped(*self._started)
        if leapt and not self.hub:
            self.sources.quality = "suspect"
        if not self._replica or leapt:
            self._salt, self._n = self.sources.new_token(), 0
            self._replica = replica_of(self.meta.get("device", ""), self._salt)
            self._started = (time.time(), time.monotonic())
        self._n += 1
        return Dot(self._replica, self._n)

    # ---- inside -----------------------------------------------------------------------------

    def base(self, record_id: str) -> State | None:
        """What the office confirmed of it."""
        return base_in(self.bases, self.state, record_id)

    def keep(
        self,
        changes: Mapping[str, tuple[State | None, State]],
        edits: Sequence[Mapping[str, Any]],
        made: Mapping[str, Written] | None = None,
        **books: Any,
    ) -> None:
        """One commit: records as they were and are, the edits behind them, and the books that move
        with them."""
        put: dict[str, dict[str, bytes]] = {}
        docs: dict[str, Mapping[str, Any]] = {}
        out: dict[str, tuple[str, ...]] = dict(books.pop("out", {}))
        touched = {(table, i) for table, ids in out.items() for i in ids}
        for i, (before, state) in changes.items():
            docs[i], line = (made and made.get(i)) or written(state)
            table = lies_in(state)
            put.setdefault(table, {})[i] = line
            if before is not None and (lay := lies_in(before)) != table:
                out[lay] = (*out.get(lay, ()), i)
            touched.add((state.kind, i))
        if edits and self._replica and self._replica not in self.replicas:
            mine, salt = [*self.replicas, self._replica], {f"salt/{self._replica}": self._salt}
            books["meta"] = {**books.get("meta", {}), "replicas": mine, **salt}
        said: dict[str, Any] = {w: v for w, v in books.items() if v or (v is None and w == "sums")}
        if self.hub and self.placing is not None and (put or edits):
            docs = {i: docs[i] for ids in put.values() for i in ids}  # as they will be numbered
            now = self.placing(docs, edits)
            said |= self.books.holdings.placed(list(docs), now, self.order.top)
            touched |= {(str(self.storage.where(i)), i) for i in said.get("order", ())}
        if self.hub and (put or said.get("order")):
            said["hseq"] = self.order.top + 1
        if soon := self.books.soon:
            said["meta"] = {**soon, **said.get("meta", {})}
        if not (put or out or edits or said):
            return
        commit = Commit(put, out, (), tuple(map(dumps_exact, edits)), said)
        self.storage.commit(commit)
        self.books.take(commit, list(edits))
        if "forget" in said or not all(state.vv for _, state in changes.values()):
            # Whoever writes anew what was let go of or buried has not seen what stood in it: the
            # next edit of the same replica would count its own former ones as written over.
            self.new_run()
        for listener in tuple(self._listeners):
            listener(frozenset(touched))
