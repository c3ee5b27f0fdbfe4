"""A desk: the store as one person at one device sees it. Screens and forms only talk to a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from data.blobs import Blobs
from data.edit import Edit, Write
from data.errors import BadInput, NotFound, Refused
from data.kind import Kind
from data.packing import loads
from data.past import newest_gestures
from data.record import Record, RecordId
from data.state import Dot, Mark
from data.store import Gesture, Store
from data.undo import Stood, Undone, reverse, untouched
from data.watch import Watch

R = TypeVar("R", bound=Record)


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
        self.watch = Watch(store)
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
        self.write(_addition(kind, new))
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
            self.write(Write(kind.name, record.id, values, add, remove, over))
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
                self.write(Write(kind.name, record_id))  # it was deleted: alive again
            return self.edit(there, **{n: getattr(record, n) for n in kind.meanings})

    def delete(self, record: Record) -> None:
        """Takes the record out of every list; its fields stay for history and for undo."""
        kind = self.kind_of(record)
        if kind.nature == "fact":
            raise Refused("A fact is not deleted; take it back instead.", code="fact")
        self.write(Write(kind.name, record.id, delete=True))

    def write(self, change: Write) -> None:
        """One change of one record, as it is; verbs that check what they write are above."""
        if self._pending is not None:
            self._pending.append(change)
        else:
            self.last = self.store.commit([change], user=self.user)

    def undo(self, gesture: Gesture, *, told: Iterable[Edit] = ()) -> Undone:
        """Puts back what the gesture changed, where nobody has changed it since.

        `told`: edits that this copy does not have, as the office's history told them.
        """
        with self.gesture():
            return self._undo(gesture, told, self.write)

    def would_undo(self, gesture: Gesture, *, told: Iterable[Edit] = ()) -> Undone:
        """What `undo` would do now."""
        return self._undo(gesture, told, lambda _change: None)

    def gestures(self, most: int = 60) -> list[Gesture]:
        """The newest gestures that this copy knows of, whoever made them, the newest first."""
        parts = newest_gestures(self.store.books.history.newest(), most)
        return [Gesture(edits[0].gesture, edits, {}) for edits in parts]

    # ---- inside -----------------------------------------------------------------------------

    def _undo(
        self, gesture: Gesture, told: Iterable[Edit], write: Callable[[Write], None]
    ) -> Undone:
        by_record: dict[str, list[Edit]] = {}
        for edit in gesture.edits:
            by_record.setdefault(edit.record, []).append(edit)
        by_dot = {edit.dot: edit for edit in told}
        changed, unknown = list[RecordId](), list[RecordId]()
        for record_id, edits in by_record.items():
            state, kind = self.store.state(record_id), self.kinds.get(edits[0].kind)
            if kind is None or state is None:
                unknown.append(RecordId(record_id))
            elif not untouched(state, edits) or self._taken_back(kind, record_id):
                changed.append(RecordId(record_id))
            elif kind.nature == "fact" and kind.take_back is None:
                changed.append(RecordId(record_id))  # that somebody looked, say: it happened
            elif kind.take_back is not None and not (self.store.hub and edits[0].life_over):
                back_fact = kind.take_back(self.get(kind, record_id))
                new_id = self.store.sources.new_id()
                write(_addition(kind, back_fact.model_copy(update={"id": new_id})))
            elif (back := reverse(edits, self._stood(gesture, record_id, by_dot))) is None:
                unknown.append(RecordId(record_id))
            else:
                write(back)
        back_again = len(by_record) - len(changed) - len(unknown)
        return Undone(back_again, tuple(changed), tuple(unknown))

    def _stood(self, gesture: Gesture, record_id: str, told: Mapping[Dot, Edit]) -> Stood:
        """What stood in the record's fields before, as the gesture remembers or as edits say."""
        before = gesture.before.get(record_id)
        here: dict[Dot, Edit] = {}

        def stood(name: str, dot: Dot) -> tuple[Any, Mark] | None:
            if before is not None and dot in before.cells.get(name, {}):
                return before.cells[name][dot], before.marks[dot]
            if not here:
                here.update(told)
                here.update((edit.dot, edit) for edit in self.store.history(record_id))
            edit = here.get(dot)
            known = edit is not None and edit.record == record_id and name in edit.values
            return (edit.values[name], edit.mark) if edit is not None and known else None

        return stood

    def _taken_back(self, kind: Kind[Any], record_id: str) -> bool:
        """Of a fact: whether another one takes it back already."""
        fact = self.find(kind, record_id) if kind.taken_back is not None else None
        if fact is None or kind.taken_back is None:
            return False
        beside = self.having(kind, kind.indexed[0], getattr(fact, kind.indexed[0]))
        return record_id in kind.taken_back(beside)

    def _reading(self, kind: Kind[R], record_id: str, line: bytes) -> R:
        known = self._read.get(record_id)
        if known is not None and known[0] is line:
            return known[1]  # type: ignore[return-value]
        record = kind.read(record_id, loads(line))
        self._read[record_id] = (line, record)
        return record


def _addition(kind: Kind[R], record: R) -> Write:
    cells = kind.cells(record)
    add = {n: tuple(sorted(cells.pop(n))) for n in list(cells) if kind.is_set(n)}
    return Write(kind.name, record.id, cells, add)


def find_line(store: Store, kind: str, record_id: str) -> bytes:
    """The living record's document as a line of JSON, or NotFound in words."""
    rows = store.storage.tables.get(kind)
    line = None if rows is None else rows.line(record_id)
    if line is None:
        raise NotFound("That record is not on this copy, or it was deleted.")
    return line
