"""A desk: the store as one person at one device sees it. Screens and forms only talk to a desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from data.blobs import Blobs
from data.edit import Edit, Write
from data.errors import BadInput, NotFound, Refused
from data.kind import Kind
from data.packing import loads
from data.record import Record, RecordId
from data.state import Dot, State
from data.store import Gesture, Store, find_line

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a gesture did: how many records were put back, and which had changed since."""

    back: int
    changed_since: tuple[RecordId, ...]


class Desk:
    """Reads records and commits gestures for `user`. Kinds are handed in by main."""

    def __init__(
        self, store: Store, kinds: Iterable[Kind[Any]], *, user: str, blobs: Blobs | None = None
    ) -> None:
        """`blobs`: where the photos lie, if that is no folder beside the store."""
        self.store = store
        self.user = user
        self.kinds = {kind.name: kind for kind in kinds}
        self.blobs = blobs or Blobs(store.home / "photos")
        for kind in self.kinds.values():
            store.storage.declare(kind.name, kind.indexed)
        self._by_model = {kind.model: kind for kind in self.kinds.values()}
        self._read: dict[str, tuple[bytes, Record]] = {}
        self._pending: list[Write] | None = None
        self.last: Gesture | None = None
        """The newest gesture made at this desk, for its undo."""

    # ---- reading ----------------------------------------------------------------------------

    def all(self, kind: Kind[R]) -> list[R]:
        """Every living record of a kind."""
        return [self._reading(kind, i, line) for i, line in self.store.lines(kind.name)]

    def having(self, kind: Kind[R], name: str, text: str) -> list[R]:
        """The living records of a kind whose field `name` is `text`, by an index."""
        found = self.store.lines_having(kind.name, name, text)
        return [self._reading(kind, i, line) for i, line in found]

    def find(self, kind: Kind[R], record_id: str | None) -> R | None:
        """The record, or None where a link dangles (deleted, or not on this copy)."""
        try:
            return self.get(kind, record_id or "")
        except NotFound:
            return None

    def get(self, kind: Kind[R], record_id: str) -> R:
        """The record, or NotFound."""
        return self._reading(kind, record_id, find_line(self.store, kind.name, record_id))

    def kind_named(self, name: str) -> Kind[Any]:
        """The kind, or BadInput with the names there are."""
        if name not in self.kinds:
            raise BadInput(f"There is no kind {name!r}. Choose: {', '.join(self.kinds)}.")
        return self.kinds[name]

    def kind_of(self, record: R) -> Kind[R]:
        return self._by_model[type(record)]

    def shown(self, record_id: str) -> dict[str, tuple[Dot, ...]]:
        """The dots behind what a person is being shown; hand them back with their edit."""
        state = self.store.state(record_id)
        return {} if state is None else {name: tuple(live) for name, live in state.cells.items()}

    def author(self, record_id: str) -> str:
        """Who wrote the record last."""
        state = self.store.state(record_id)
        marks = [] if state is None else [state.marks[dot] for dot in state.life]
        return max(marks, key=lambda mark: mark.stamp).user if marks else ""

    def now(self) -> datetime:
        """This instant in UTC, by the clock this copy was handed."""
        return self.store.sources.clock.now()

    # ---- writing ----------------------------------------------------------------------------

    @contextmanager
    def gesture(self) -> Iterator[None]:
        """Everything written inside is one commit, undone as one. A refusal inside writes nothing.

        Reads inside still see what was there before.
        """
        if self._pending is not None:
            yield
            return
        self._pending = []
        try:
            yield
            writes = self._pending
        finally:
            self._pending = None
        if writes:
            self.last = self.store.commit(writes, user=self.user)

    def add(self, record: R, *, record_id: str | None = None) -> R:
        """A new record, checked by its kind; with a natural id also one that may exist already."""
        kind = self.kind_of(record)
        kind.check(record.model_dump(exclude={"id"}))
        new = record.model_copy(update={"id": record_id or self.store.sources.new_id()})
        if kind.nature == "fact" and self.store.line(new.id) is not None:
            raise Refused("This was written already; a fact is written once.", code="fact")
        cells = kind.cells(new)
        add = {n: tuple(sorted(cells.pop(n))) for n in list(cells) if kind.is_set(n)}
        self._write(Write(kind.name, new.id, cells, add))
        return new

    def edit(
        self, record: R, /, *, shown: Mapping[str, tuple[Dot, ...]] | None = None, **changes: Any
    ) -> R:
        """The record with `changes`; only fields whose value differs are written.

        `shown` are the dots the person saw (see `shown`), so that a value which arrived since then
        is kept beside theirs.
        """
        kind = self.kind_of(record)
        if kind.nature == "fact":
            raise Refused("A fact is not changed; take it back and say it again.", code="fact")
        new = kind.check({**record.model_dump(), **changes}, changed=changes)
        values: dict[str, Any] = {}
        add: dict[str, tuple[str, ...]] = {}
        remove: dict[str, tuple[str, ...]] = {}
        for name in changes:
            before, after = kind.cell(name, record), kind.cell(name, new)
            if kind.is_set(name):
                was, now = set(before or ()), set(after or ())
                if name not in (self.store.document(record.id) or {}):
                    was = set()  # what was shown was the default, which nobody has written
                add |= {name: tuple(sorted(now - was))} if now - was else {}
                remove |= {name: tuple(sorted(was - now))} if was - now else {}
            elif before != after:
                values[name] = after
        if values or add or remove:
            # Where the person saw nothing, what has come since is not written over either.
            over = None if shown is None else {name: shown.get(name, ()) for name in values}
            self._write(Write(kind.name, record.id, values, add, remove, over))
        return new.model_copy(update={"id": record.id})

    def add_new(self, record: R) -> R:
        """As `add`, at its natural id where it has one; Refused when that thing is here already."""
        kind = self.kind_of(record)
        record_id = kind.natural(self.store.production, record) if kind.natural else ""
        if record_id and self.find(kind, record_id) is not None:
            raise Refused(f"That {kind.title.lower()} is here already. Edit it in its list.")
        return self.put(record_id, record) if record_id else self.add(record)

    def put(self, record_id: str, record: R) -> R:
        """The record at its natural id: added, or edited to these values where it stands or lay."""
        kind, line = self.kind_of(record), self.store.line(record_id)
        if line is None:
            return self.add(record, record_id=record_id)
        there = self._reading(kind, record_id, line)
        with self.gesture():
            if self.find(kind, record_id) is None:
                self._write(Write(kind.name, record_id))  # it was deleted: alive again
            return self.edit(there, **{n: getattr(record, n) for n in kind.meanings})

    def delete(self, record: Record) -> None:
        """Takes the record out of every list; its fields stay for history and for undo."""
        kind = self.kind_of(record)
        if kind.nature == "fact":
            raise Refused("A fact is not deleted; take it back instead.", code="fact")
        self._write(Write(kind.name, record.id, delete=True))

    def undo(self, gesture: Gesture) -> Undone:
        """Puts back what the gesture changed, where nobody has changed it since."""
        by_record: dict[str, list[Edit]] = {}
        for edit in gesture.edits:
            by_record.setdefault(edit.record, []).append(edit)
        with self.gesture():
            changed = tuple(
                RecordId(record_id)
                for record_id, edits in by_record.items()
                if not self._put_back(gesture.before[record_id], edits)
            )
        return Undone(len(by_record) - len(changed), changed)

    # ---- inside -----------------------------------------------------------------------------

    def _put_back(self, before: State, edits: list[Edit]) -> bool:
        """One record as it was before these edits; False if it was changed since."""
        kind, state = self.kinds[before.kind], self.store.state(before.id)
        own = {edit.dot for edit in edits}
        if state is None or not _untouched(state, edits, own):
            return False
        if kind.nature == "fact":
            if kind.take_back is None:
                return False
            self.add(kind.take_back(self.get(kind, before.id)))
        elif not before.alive:
            if state.life - own:
                return False  # somebody has gone on with it
            self._write(Write(kind.name, before.id, delete=True))
        else:
            self._write(_reverse(kind.name, before, edits))
        return True

    def _write(self, change: Write) -> None:
        if self._pending is not None:
            self._pending.append(change)
        else:
            self.last = self.store.commit([change], user=self.user)

    def _reading(self, kind: Kind[R], record_id: str, line: bytes) -> R:
        known = self._read.get(record_id)
        if known is not None and known[0] is line:
            return known[1]  # type: ignore[return-value]
        record = kind.read(record_id, loads(line))
        self._read[record_id] = (line, record)
        return record


def _untouched(state: State, edits: list[Edit], own: set[Dot]) -> bool:
    """Whether everything these edits wrote still stands and nothing stands beside it."""
    names = {name for edit in edits for name in edit.values}
    added = {(name, e) for edit in edits for name, elements in edit.add.items() for e in elements}
    taken = {(name, e) for edit in edits for name, losses in edit.remove.items() for e in losses}
    standing = [set(state.cells.get(name, {})) for name in names]
    standing += [set(state.sets.get(name, {}).get(e, ())) for name, e in added - taken]
    if edits[-1].delete and state.alive:
        return False
    return all(dots and dots <= own for dots in standing)


def _reverse(kind: str, before: State, edits: list[Edit]) -> Write:
    """The write that makes what these edits touched say again what `before` says."""
    values: dict[str, Any] = {}
    add: dict[str, tuple[str, ...]] = {}
    remove: dict[str, tuple[str, ...]] = {}
    for edit in edits:
        for name in edit.values:
            shown = before.ranked(name)
            values[name] = before.cells[name][shown[0]] if shown else None
        for name in edit.add.keys() | edit.remove.keys():
            touched = {*edit.add.get(name, ()), *edit.remove.get(name, ())}
            had = before.sets.get(name, {})
            add[name] = tuple(sorted({*add.get(name, ()), *(touched & had.keys())}))
            remove[name] = tuple(sorted({*remove.get(name, ()), *(touched - had.keys())}))
    return Write(kind, before.id, values, add, remove)
