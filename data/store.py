"""One production on this machine: commit, receive, read, listen.

A commit is one frame: fsynced, then shown, then told to listeners. On the office copy every commit
is numbered (`hseq`) in the order it was made durable; on a device the books also hold, for every
record the office has not confirmed, the last state it did confirm (its *base*).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.canonical import decode, encode
from data.disk import Frame, Journal, JournalStorage, RecordDB
from data.document import GONE, document, state_of
from data.edit import Edit, Write, apply
from data.errors import NotFound
from data.lock import WriterLock
from data.stamp import Sources, jumped
from data.state import Dot, Mark, State, join

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
        self, home: Path, *, sources: Sources, hub: bool, reader: bool = False, holder: str = ""
    ) -> None:
        self.home = home
        self.hub = hub
        self.sources = sources
        self.storage = JournalStorage()
        self.db = RecordDB(storage=lambda: self.storage)
        self.meta: dict[str, Any] = {}
        self.bases: dict[str, Any] = {}
        self.unacked: dict[Dot, Mapping[str, Any]] = {}
        self.edits: dict[str, list[Mapping[str, Any]]] = {}
        self.order: list[str] = []
        """Record ids by the hseq of a commit that put them, from 1; only the newest one counts."""
        self.hseq: dict[str, int] = {}
        self.lock = WriterLock(home)
        self._known: set[Dot] = set()
        self._listeners: list[Listener] = []
        self._replica, self._n = "", 0
        self._started = (time.time(), time.monotonic())
        if not reader:
            self.lock.take(what=holder or ("office" if hub else "device"))
        self._journal = Journal(home / "journal.1", writer=not reader, now=sources.clock.now())
        try:
            for frame in self._journal.frames():
                self._show(frame)
        except BaseException:
            self.lock.release()
            raise

    # ---- reading ----------------------------------------------------------------------------

    @property
    def production(self) -> str:
        """The production's id, a UUID; empty on a copy that was never given one."""
        return str(self.meta.get("production", ""))

    @property
    def cut_aside(self) -> Path | None:
        return self._journal.cut_aside

    def document(self, record_id: str) -> Mapping[str, Any] | None:
        return self.storage.document(record_id)

    def state(self, record_id: str) -> State | None:
        doc = self.storage.document(record_id)
        return None if doc is None else state_of(record_id, doc)

    def documents(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every living record of a kind, in the order they were first put."""
        yield from self.storage.tables.get(kind, {}).items()

    def ids(self) -> Iterator[str]:
        """Every record that was ever put, the deleted ones too."""
        return iter(self.storage.where)

    def history(self, record_id: str) -> list[Edit]:
        """The record's edits that this copy has, in the order they came."""
        return [Edit.from_json(raw) for raw in self.edits.get(record_id, ())]

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
            mark = Mark(self.sources.stamp(), None, user)
            states[change.id], edit = apply(before, change, self._next_dot(), mark, gesture)
            edits.append(edit)
        if edits:
            raw = tuple(edit.to_json() for edit in edits)
            bases = (
                {}
                if self.hub
                else {
                    record_id: self._confirmed(record_id)
                    for record_id in states
                    if record_id not in self.bases
                }
            )
            self._keep(
                Frame(self._documents(states.values()), raw, bases=bases, hseq=self._next_hseq())
            )
        return Gesture(gesture, tuple(edits), first)

    def receive(
        self,
        states: Iterable[State],
        *,
        edits: Sequence[Mapping[str, Any]] = (),
        confirmed: Iterable[State] = (),
        acked: Iterable[Dot] = (),
        meta: Mapping[str, Any] | None = None,
    ) -> frozenset[str]:
        """Joins states from another copy in one frame with the books that move with them.

        On a device `states` come from the office and `confirmed` are states it says it has; both
        move the bases. Returns the ids of the records that changed here.
        """
        joined: dict[str, State] = {}
        bases: dict[str, State | None] = {}
        for incoming in states:
            here = joined.get(incoming.id) or self.state(incoming.id)
            joined[incoming.id] = incoming if here is None else join(here, incoming)
            self._move_base(bases, incoming)
        for state in confirmed:
            self._move_base(bases, state)
        changed = {i: s for i, s in joined.items() if s != self.state(i)}
        clean = tuple(
            record_id
            for record_id, base in bases.items()
            if base == (joined.get(record_id) or self.state(record_id))
        )
        by_dot = {Dot(raw["dot"][0], raw["dot"][1]): raw for raw in edits}
        new_edits = tuple(raw for dot, raw in by_dot.items() if dot not in self._known)
        frame = Frame(
            self._documents(changed.values()),
            new_edits,
            dict(meta or {}),
            {
                i: None if base is None else encode(base)
                for i, base in bases.items()
                if i not in clean
            },
            tuple(i for i in clean if i in self.bases),
            tuple((dot.replica, dot.n) for dot in acked),
            self._next_hseq() if changed else 0,
        )
        if frame != Frame():
            self._keep(frame)
        return frozenset(changed)

    def all_at_once(self) -> AbstractContextManager[None]:
        """Commits inside become durable together, at the end; none of them is to be relied on
        before. A made-up show of 600 gestures must not wait for the disk 600 times."""
        return self._journal.one_sync()

    def set_meta(self, **meta: Any) -> None:
        """Books of this copy that no record holds: the cursor, the epoch, the device's letter."""
        self._keep(Frame(meta=meta))

    def forget_bases(self, **meta: Any) -> None:
        """Another office run history: nothing counts as confirmed, everything is offered again."""
        self._keep(Frame(bases=dict.fromkeys(self.ids()), meta=meta))

    def new_run(self) -> None:
        """The next write opens a fresh replica, as it does after a start."""
        self._replica = ""

    def close(self) -> None:
        self._journal.close()
        self.lock.release()

    # ---- inside -----------------------------------------------------------------------------

    def _next_dot(self) -> Dot:
        # A fresh replica per run: a restored or copied database must start before it can write,
        # so no dot is ever used twice. A clock that jumped counts as a new run.
        if not self._replica or jumped(*self._started):
            self._replica, self._n = self.sources.new_token(), 0
            self._started = (time.time(), time.monotonic())
        self._n += 1
        return Dot(self._replica, self._n)

    def _next_hseq(self) -> int:
        return len(self.order) + 1 if self.hub else 0

    def _confirmed(self, record_id: str) -> Any:
        state = self.state(record_id)
        return None if state is None else encode(state)

    def _move_base(self, bases: dict[str, State | None], incoming: State) -> None:
        if self.hub:
            return  # nobody confirms anything to the office
        base = bases.get(incoming.id)
        if base is None:
            base = self._base(incoming.id)
        bases[incoming.id] = incoming if base is None else join(base, incoming)

    def _base(self, record_id: str) -> State | None:
        """A record without an entry in the books is clean: its base is what stands here."""
        if record_id in self.bases:
            raw = self.bases[record_id]
            return None if raw is None else decode(raw)
        return self.state(record_id)

    def _documents(self, states: Iterable[State]) -> dict[str, Mapping[str, Any]]:
        return {state.id: document(state) for state in states}

    def _keep(self, frame: Frame) -> None:
        self._journal.append(frame)
        touched = self._show(frame)
        for listener in tuple(self._listeners):
            listener(touched)

    def _show(self, frame: Frame) -> frozenset[tuple[str, str]]:
        touched = set()
        for record_id, doc in frame.puts.items():
            self.storage.put(record_id, doc)
            touched.add((doc["_m"]["t"], record_id))
            if frame.hseq:
                self.order.append(record_id)
                self.hseq[record_id] = len(self.order)
        for raw in frame.edits:
            dot = Dot(raw["dot"][0], raw["dot"][1])
            self._known.add(dot)
            self.edits.setdefault(raw["id"], []).append(raw)
            if not self.hub:
                self.unacked[dot] = raw
        for replica, n in frame.acked:
            self.unacked.pop(Dot(replica, n), None)
        self.meta.update(frame.meta)
        self.bases.update(frame.bases)
        for record_id in frame.clean:
            self.bases.pop(record_id, None)
        return frozenset(touched)


def find(store: Store, kind: str, record_id: str) -> Mapping[str, Any]:
    """The living record's document, or NotFound in words."""
    doc = store.document(record_id)
    if doc is None or store.storage.where[record_id] == GONE or doc["_m"]["t"] != kind:
        raise NotFound("That record is not on this copy, or it was deleted.")
    return doc
