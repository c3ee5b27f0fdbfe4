"""The copies of a show: the office's and the devices', each a real store on a disk of ours.

A copy checks itself: whatever was durable when it stopped must be there when it starts again, and
nothing may leave a device's books of what it owes but by an office that has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from data.document import Written
from data.edit import Write
from data.errors import NotSaved
from data.stamp import Clock, Sources
from data.state import Dot, State
from data.store import Store
from sync.front import Front
from sync.place import Place
from sync.session import Session
from tests.simulator.disk import Image, SimDisk, Stopped
from tests.simulator.gestures import Gesture, Part, Vector, by_office, is_there
from tests.simulator.model import Model
from tests.simulator.talk import front_of, session_of
from tests.simulator.wrong import diverged, lost

Ever: TypeAlias = dict[str, dict[str, int]]
"""By record: every edit that any office of the show has ever had on its disk."""
BEGIN = datetime(2026, 6, 9, 12, 30, tzinfo=UTC)
PRODUCTION = "3f2b8c54-0d7e-4c53-9a51-6f0c1b1f0a77"
MAY_BE_SAID_AGAIN = ("cursor", "mark", "device/")
"""Among a copy's facts what may be as it was before: whoever told it tells it again."""


class NotedStore(Store):
    """A store that says which dots it has made, also those of a commit that came to nothing, and
    what the office wrote of itself."""

    made: list[Dot]
    noting: Callable[[Gesture], AbstractContextManager[None]]

    def next_dot(self) -> Dot:
        dot = super().next_dot()
        self.made.append(dot)
        return dot

    def accept(
        self,
        changes: Mapping[str, tuple[State | None, State]],
        made: Mapping[str, Written],
        *,
        edits: Sequence[Mapping[str, Any]] = (),
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        own = [raw for raw in edits if raw["dot"][0] == self._replica]
        with self.noting(by_office(own)):
            super().accept(changes, made, edits=edits, meta=meta)


class Copy:
    """One copy of the show. `now`: the true time in milliseconds since the run began."""

    hub = False
    scoped = False
    """Devices hold what their people may see."""
    neighbours = False
    """Files go from hand to hand."""

    def __init__(self, name: str, rng: Random, now: Callable[[], int], model: Model) -> None:
        self.name = name
        self.model = model
        self.disk = SimDisk(rng)
        self.starts = 0
        self.clock = 0
        """By how many milliseconds this copy's clock is wrong."""
        self.held: dict[str, Vector] = {}
        """By record: what this copy's disk holds of it, as far as anybody was told."""
        self._rng, self._now = rng, now
        self._store: NotedStore | None = None
        self._left: Mapping[str, Any] | None = None
        """All that it knew when it was stopped at rest."""
        self._noted = frozenset[str]()
        self._unsaved: list[Gesture] = []
        """Gestures of which nobody knows yet whether the disk has them."""

    @property
    def on(self) -> bool:
        return self._store is not None

    @property
    def store(self) -> NotedStore:
        assert self._store is not None
        return self._store

    # ---- starts and ends ----------------------------------------------------------------------

    def start(self) -> None:
        """Opens what lies on the disk. NotSaved: the disk would not have it; Stopped: it stopped
        again."""
        sources = Sources(clock=Clock(self.tells), rng=Random(self._rng.getrandbits(64)))
        store = NotedStore(Path("show"), sources=sources, hub=self.hub, folder=self.disk)
        store.made, store.noting = [], self._noting
        self._store = store
        self.starts += 1
        self._find_unsaved(store)
        self._same_as_before(store)
        if self._left is not None and self._left != (now := self._books(store, self._noted)):
            differ = [what for what, known in self._left.items() if known != now[what]]
            raise lost(f"{self.name} was started again with other books: {', '.join(differ)}")
        self._left = None
        self.held = {}
        for record in store.ids():
            self._holds(record)
        store.listen(self._committed)
        try:
            self._started()
        except (NotSaved, Stopped):
            self._store = None
            raise

    def stop(self, *, power: bool, between: bool = False) -> None:
        """The process dies; with `power` the disk forgets what was not synced. `between`: two
        events, so that everything it knew was durable."""
        self._left = None
        if between and not self.in_doubt:
            self._noted = frozenset(self.store.books.soon)
            self._left = self._books(self.store, self._noted)
            if wrong := [key for key in self._noted if not key.startswith(MAY_BE_SAID_AGAIN)]:
                raise lost(f"{self.name} did not put down {', '.join(wrong)}")
        self._store = None
        self.disk = self.disk.remains(power=power)

    def close(self) -> None:
        """An orderly end."""
        store = self.store
        try:
            store.close()
        finally:
            self._noted, self._store = frozenset(store.books.soon), None
        self._left = None if self.in_doubt else self._books(store, self._noted)

    @property
    def in_doubt(self) -> bool:
        """Whether a commit that the disk refused may still be found in the journal."""
        return self.disk.refused

    def put_back(self, image: Image) -> None:
        """The folder is replaced by an older copy of it."""
        self._left = None
        self._store = None
        self.disk.stop()
        self.disk = SimDisk(self._rng, image)
        self.held = {}
        reader = Store(Path("show"), sources=Sources(), hub=self.hub, reader=True, folder=self.disk)
        for record in reader.ids():
            state = reader.state(record)
            assert state is not None
            self.held[record] = state.vv
        reader.close()
        self.forget()

    def forget(self) -> None:
        """What was known of the disk that was replaced does not hold of this one."""

    def tells(self) -> datetime:
        """The time by this copy's clock."""
        return BEGIN + timedelta(milliseconds=self._now() + self.clock)

    # ---- writing ------------------------------------------------------------------------------

    def commit(self, changes: list[Write], user: str) -> None:
        """A gesture by a person, written down in the model once the disk has it."""
        store, past = self.store, {}
        for change in changes:
            state = store.state(change.id)
            past[change.id] = {} if state is None else dict(state.vv)
        store.made.clear()
        gesture: Gesture = []
        with self._noting(gesture):
            try:
                store.commit(changes, user=user)
            finally:
                for change, dot in zip(changes, store.made, strict=False):
                    gesture.append(Part(change, dot, dict(past[change.id]), user))
                    past[change.id][dot.replica] = dot.n

    @contextmanager
    def _noting(self, gesture: Gesture) -> Iterator[None]:
        """What is committed inside is written down if it was saved; else it may yet be found."""
        try:
            yield
        except BaseException:
            self._unsaved.append(gesture)
            raise
        self._write_down(gesture)

    def _write_down(self, gesture: Gesture) -> None:
        for part in gesture:
            if self.model.wrote(part, where=self.name) is None:
                name = f"{part.dot.replica[:4]}/{part.dot.n}"
                raise lost(f"{self.name} gave the name {name} to a second edit", part.change.id)
        for part in gesture:
            self.model.saved(part.change.id, self.held.get(part.change.id, {}))

    # ---- what must hold -----------------------------------------------------------------------

    def _started(self) -> None:
        """What else begins with the store."""

    def _committed(self, touched: frozenset[tuple[str, str]]) -> None:
        self.disk.refused = False  # what was refused before is written over now
        self._unsaved.clear()
        for _, record in touched:
            self._holds(record)

    def _without(self, record: str) -> None:
        """The record is not here any more."""
        raise lost(f"{self.name} has no {record}", record)

    def _find_unsaved(self, store: Store) -> None:
        """The last of the gestures that the disk did not confirm may be there, whole."""
        for gesture in reversed(self._unsaved):
            if gesture and all(is_there(store, part) for part in gesture):
                self._write_down(gesture)
                break
        self._unsaved.clear()

    def _books(self, store: Store, noted: frozenset[str]) -> dict[str, Any]:
        """`noted`: what of them waited for the next commit, and may be as it was before."""
        return {
            "meta": {key: told for key, told in store.meta.items() if key not in noted},
            "bases": dict(store.bases),
            "unacked": dict(store.unacked),
            "order": list(store.order.after(0)),
            "sums": store.sums.to_json(),
        }

    def _holds(self, record: str) -> None:
        state = self.store.state(record)
        before = self.held.get(record, {})
        if state is None:
            self._without(record)
            return
        if self.hub and before and not state.vv and not self.model.buried(record, before):
            raise lost(f"{self.name} has buried {record}, which was not deleted", record)
        forgotten = record in self.model.graves
        if not forgotten and any(n > state.vv.get(replica, 0) for replica, n in before.items()):
            raise lost(f"{self.name}: {record} went back to an earlier state", record)
        self.held[record] = state.vv
        self.model.saved(record, state.vv)

    def _same_as_before(self, store: Store) -> None:
        for record, vector in list(self.held.items()):
            if record in self.model.graves:
                continue
            state = store.state(record)
            if state is None and self.scoped:
                self._without(record)
                continue
            have: Mapping[str, int] = {} if state is None else state.vv
            if any(n > have.get(replica, 0) for replica, n in vector.items()):
                raise lost(f"{self.name} was started again and lacks edits of {record}", record)


class OfficeCopy(Copy):
    """The hub. `told`: the number of the last commit that an answer has spoken of."""

    hub = True
    front: Front

    def __init__(
        self,
        name: str,
        rng: Random,
        now: Callable[[], int],
        model: Model,
        ever: Ever,
        *,
        judged: bool,
        scoped: bool,
    ) -> None:
        super().__init__(name, rng, now, model)
        self.judged, self.scoped = judged, scoped
        self.ever = ever
        self.told = 0
        self.runs: set[str] = set()
        """The runs since this disk was last put back."""

    def forget(self) -> None:
        self.told = 0
        self.runs.clear()

    def _started(self) -> None:
        if self.store.order.top < self.told:
            raise lost(f"the office's order ends at {self.store.order.top}, it told {self.told}")
        self.told = self.store.order.top
        if not self.store.production:
            self.store.set_meta(production=PRODUCTION)
        self.front = front_of(
            self.store, judged=self.judged, scoped=self.scoped, neighbours=self.neighbours
        )
        self.told = self.store.order.top
        self.runs.add(self.front.office.run)

    def _committed(self, touched: frozenset[tuple[str, str]]) -> None:
        before = self.told
        super()._committed(touched)
        self.told = self.store.order.top
        if self.told != before + len({record for _, record in touched}):
            raise diverged(f"{len(touched)} records moved the order from {before} to {self.told}")

    def _holds(self, record: str) -> None:
        super()._holds(record)
        ever = self.ever.setdefault(record, {})
        for replica, n in self.held[record].items():
            ever[replica] = max(n, ever.get(replica, 0))


class DeviceCopy(Copy):
    """A phone."""

    session: Session
    left_behind: Callable[[str], None]

    def __init__(
        self,
        name: str,
        rng: Random,
        now: Callable[[], int],
        model: Model,
        offices: Sequence[OfficeCopy],
        *,
        scoped: bool,
    ) -> None:
        super().__init__(name, rng, now, model)
        self.offices = offices
        self.scoped = scoped
        self._dirty: set[str] = set()
        self._cursor = ""

    def _started(self) -> None:
        self.session = session_of(self.store, self.name, scoped=self.scoped)
        if self.neighbours and self.store.meta.get("token") != self.store.meta["device"]:
            self.store.set_meta(token=self.store.meta["device"])
        self._dirty, self._cursor = set(self.store.bases), self.store.meta.get("cursor", "")

    def _committed(self, touched: frozenset[tuple[str, str]]) -> None:
        super()._committed(touched)
        dirty = set(self.store.bases)
        for record in sorted({r for _, r in touched} | (self._dirty - dirty)):
            if record not in dirty:
                self._at_the_office(record)
        self._dirty = dirty
        cursor: Any = self.store.meta.get("cursor", "")
        if cursor != self._cursor:
            self._cursor = cursor
            self._passed(cursor)

    def holds_no_more(self) -> None:
        """At the end of a session: what is here outside the scope is not at the office yet. What
        an older copy has does not count."""
        store = self.store
        if self.session.device.older:
            return
        unsent = {*store.bases, *(raw["id"] for raw in store.unacked.values())}
        for record in self.session.device.holding.leaving:
            if record not in unsent:
                raise diverged(f"{self.name} keeps {record}, which is outside its scope", record)

    def _without(self, record: str) -> None:
        """It left the scope; then the office had all of it, at some time. If that office was put
        back before its word came here, the record may be lost with that."""
        if not self.scoped:
            super()._without(record)
        self._at_the_office(record)
        self.held.pop(record, None)
        if not any(self.session.device.run in office.runs for office in self.offices):
            self.left_behind(record)

    def _at_the_office(self, record: str) -> None:
        if self.scoped and record in self.model.graves:
            return  # what came too late waits at the office; of a record outside it is not told
        ever = self.offices[0].ever.get(record, {})
        held = self.held.get(record, {})
        if any(n > ever.get(replica, 0) for replica, n in held.items()):
            raise lost(f"{self.name} counts {record} as sent; the office never had it", record)

    def _passed(self, cursor: str) -> None:
        """No record that the office put before that place is missing here."""
        if not cursor:
            return
        place = Place.read(cursor)
        for office in self.offices:
            if office.on and place.run in (*office.runs, office.front.office.run):
                self._has_all(office, place.hseq)

    def _has_all(self, office: OfficeCopy, at: int) -> None:
        may_hold = self._may_hold(office)
        for hseq, record in office.store.order.after(0):
            if not may_hold(record) or record in self.model.graves:
                continue  # a burial that the office has forgotten is offered, not asked for
            have = self.held.get(record, {})
            if hseq <= at and any(
                n > have.get(replica, 0) for replica, n in office.held[record].items()
            ):
                raise lost(f"{self.name} has passed {record} in the changes without it", record)

    def _may_hold(self, office: OfficeCopy) -> Callable[[str], bool]:
        """Whether a record is in the scope that this device was given last, took up and filled."""
        if not self.scoped:
            return lambda _: True
        meta = self.store.meta
        buckets = set(meta.get("holds", ())) - set((meta.get("widen") or {}).get("only") or ())
        buckets &= self.session.device.holding.buckets
        return lambda record: bool(office.store.books.holdings.of(record) & buckets)
