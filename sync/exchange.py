"""The office's half of a sync, as a machine over values: no network, no waiting.

Whole states travel and are joined, so any message may be lost, doubled or late. What has to hold
is only this: an answer tells what the disk already has, one bad record never spoils the others, and
an office that was put back to an earlier copy notices it, because then what devices were told is no
longer true. The device's half is in device.py.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from data.errors import Malformed, NoOffice, NotFound
from data.kinds import ALL
from data.packing import loads
from data.store import Store
from data.sums import SLOTS, Sums
from sync.comparing import told_sums
from sync.echo import Own
from sync.epochs import Epochs
from sync.graveyard import bury
from sync.refusing import Judge
from sync.register import Register
from sync.scopes import EVERYTHING, Scope, Scopes
from sync.taking import Taken, Taking
from sync.view import View, fitting
from sync.wire import (
    FORMAT,
    FULL,
    MOST_LINES,
    MOST_STATES,
    OLDEST,
    Compare,
    Compared,
    Devices,
    Fill,
    Hello,
    Page,
    Past,
    Push,
    Pushed,
    Verdict,
    Welcome,
)

FACTS = frozenset(kind.name for kind in ALL if kind.nature == "fact")
GLANCE = 32
"""Records that come with a welcome: it tells the time too, and a long one would tell none."""
UPDATE = "This app is too old for the office. Update it; what it has written is still taken."


class Office:
    """The office copy's half. Make one before anything writes to the store: each start of it is a
    *run*, and where the runs begin is how an older copy of the journal is found out."""

    def __init__(
        self,
        store: Store,
        *,
        judge: Judge | None = None,
        rights: bool = False,
        strangers: bool = True,
    ) -> None:
        """`rights`: devices hold and write what the roles of their people allow, as this office's
        records say; else everybody everything. `strangers`: a device that was never paired counts
        as the office's own; else it holds and writes nothing. `judge`: what else is refused."""
        self.store = store
        self.judge = judge
        self.epochs = Epochs(store)
        self.register = Register(store)
        self.scopes = Scopes(store, strangers=strangers) if rights else None
        self.door: Callable[[], tuple[list[str], int]] = lambda: ([], 0)
        """Where devices on the Wi-Fi reach this office beside its name, and until when (ms) the
        certificate is good that it shows there."""
        self._walk: list[str] | None = None
        self._naming: dict[str, str] = {}
        """By photo: a record that named it when somebody asked."""

    @property
    def run(self) -> str:
        return self.epochs.run

    @property
    def devices(self) -> Mapping[str, Mapping[str, str]]:
        """By device id: its `letter` and what it is `called`."""
        return self.register.named

    @property
    def newer(self) -> int:
        """Devices know a newer office than this one (its epoch); 0: none does. If there is no
        other office any more, `new_epoch` makes this one the newest."""
        return self.epochs.newer

    @property
    def recovered(self) -> list[tuple[str, str]]:
        """What this office had forgotten and was given back: (record, replica) of each."""
        told = [v for key, v in self.store.meta.items() if key.startswith("recovered/")]
        return [(record_id, replica) for some in told for record_id, replica in some]

    @property
    def alarms(self) -> Mapping[str, int]:
        """Records that too many replicas have written, and how many."""
        return self._noted("alarm/")

    @property
    def flagged(self) -> Mapping[str, str]:
        """Facts that were not their authors' to write, and why; they stand all the same."""
        return self._noted("flagged/")

    def _noted(self, under: str) -> dict[str, Any]:
        found = self.store.meta.items()
        return {key.removeprefix(under): told for key, told in found if key.startswith(under)}

    # ---- calls ------------------------------------------------------------------------------

    def hello(self, hello: Hello) -> Welcome:
        """Names the device, and starts a new epoch by itself if the device knows more than this
        office can have told it. NoOffice: the device holds another production."""
        store = self.store
        if not store.production:
            raise NoOffice("This office has no production yet. Make one first.", code="empty")
        if hello.production not in ("", store.production):
            raise NoOffice(
                "This device holds another production. Give the new one a folder of its own.",
                code="other-production",
            )
        self.epochs.check((hello.cursor, hello.mark))
        letter = self.register.spoke(hello, self._confirmed(hello.cursor))
        self.bury()
        scope, (at, until) = self.scope_of(hello.device), self.door()
        return Welcome(
            production=store.production,
            epoch=store.meta["epoch"],
            run=self.run,
            letter=letter,
            mark=str(self.epochs.here),
            format=FORMAT,
            update=UPDATE if hello.format < OLDEST else "",
            time=store.sources.wall_ms(),
            seen={name: store.books.history.dots.upto(name) for name in hello.replicas},
            scope=scope.word,
            holds=[] if scope.word == hello.scope else sorted(scope.buckets),
            at=at,
            until=until,
        )

    def first_page(self, hello: Hello) -> Page | None:
        """What the device would ask for after its hello, where that is little and told at once: one
        call instead of two for whoever looks in. None: it has to ask, or to do something else."""
        device, word = hello.device, hello.scope
        if not (hello.news and hello.cursor) or word != self.scope_of(device).word:
            return None
        if not self._counted():
            return None  # a hello waits for no counting
        try:
            page = self.changes(self.run, hello.cursor, GLANCE, device=device, scope=word)
        except NoOffice:
            return None  # it met this office before it was put back: both sides are compared first
        return None if page.more else page

    def scope_of(self, device: str) -> Scope:
        """What the device may hold now."""
        return EVERYTHING if self.scopes is None else self.scopes.of(device)

    def sees(self, device: str, record_id: str) -> bool:
        """Whether the record is here and in the device's scope."""
        if self.store.storage.where(record_id) is None or self.store.is_purged(record_id):
            return False
        scope = self.scope_of(device)
        return not scope.word or bool(scope.told(self.store.books.holdings.of(record_id)))

    def sees_photo(self, device: str, name: str) -> bool:
        """Whether a record in the device's scope names the photo."""
        if not self.scope_of(device).word:
            return True
        known = self._naming.get(name)
        if known is not None and self._names(known, name) and self.sees(device, known):
            return True  # a screen full of small pictures must not read every record for each
        for record_id in self.store.ids():
            if self._names(record_id, name) and self.sees(device, record_id):
                self._naming[name] = record_id
                return True
        return False

    def _names(self, record_id: str, photo: str) -> bool:
        return photo.encode() in (self.store.line(record_id) or b"")

    def new_epoch(self, *, above: int = 0) -> None:
        """This office was put back to an earlier copy: every device compares, and offers back
        what it lacks."""
        self.epochs.begin(above=above)

    def push(self, push: Push) -> Pushed:
        """Joins what can be joined, in one commit that is durable before the verdicts are told."""
        self.epochs.same_run(push.run)
        self.register.claim(push.device, push.mine)
        if push.older:
            self.epochs.told_of_newer(self.epochs.here.counter + 1)
        taken = Taking(
            self.store,
            own=cache(lambda replica: self._own(push.device, replica)),
            recovering=self.epochs.recovering,
            facts=FACTS,
            judge=self.judge,
            rights=None if self.scopes is None else self.scopes.book,
        ).all_of(push)
        meta: dict[str, Any] = {f"alarm/{i}": n for i, n in taken.alarms.items()}
        meta |= {f"flagged/{i}": code for i, code in taken.flagged.items()}
        meta |= taken.heard
        if taken.recovered:
            meta[f"recovered/{self.store.order.top}"] = taken.recovered
        top = self.store.order.top
        self.store.accept(taken.changes, taken.made, edits=taken.edits, meta=meta)
        verdicts = fitting(list(map(self._seen_by(push.device), taken.verdicts)))
        put, buckets = self._put_by(push, taken, verdicts, top)
        return Pushed(
            mark=str(self.epochs.here),
            put=put,
            roots=self._roots(push.device) if put and self._counted() else None,
            verdicts=verdicts,
            edits_aside=tuple(taken.edits_aside),
            buckets=buckets,
        )

    def changes(
        self,
        run: str,
        cursor: str,
        limit: int = MOST_STATES,
        *,
        device: str = "",
        scope: str = "",
        own: str = "",
        after: str = "",
    ) -> Page:
        """The records put after `cursor`, in that order; one put again later comes only then. Of
        those that the device may hold no more, only the ids. `own`: numbers that it put itself.
        `after`: it was told up to there already, and has not taken all of it yet."""
        self.epochs.same_run(run)
        view = self._view(device, scope)
        at = self.epochs.start(cursor)
        self.register.confirms(device, at)
        self.bury()
        at = max(at, self.epochs.start(after))
        order = self.store.order.after(at)
        part = view.part(order, min(limit, MOST_STATES), since=at, own=Own(own))
        here = self.epochs.here
        return Page(
            next=str(self.epochs.at(part.last) if part.more else here),
            mark=str(here),
            more=part.more,
            roots=None if part.more else self._roots(device),
            states=tuple(part.states),
            buckets=tuple(part.buckets),
            gone=tuple(part.gone),
        )

    def snapshot(
        self,
        run: str,
        after: str,
        limit: int = MOST_STATES,
        *,
        device: str = "",
        scope: str = "",
        only: frozenset[str] | None = None,
    ) -> Fill:
        """The records whose ids come after that one, by id; `only` those in these buckets."""
        self.epochs.same_run(run)
        view = self._view(device, scope)
        if len(after) > 64:
            raise Malformed("No record has so long an id.")
        if self._walk is None or not after:
            # What is put from here on comes with the changes: the walk need not know it.
            self._walk = sorted(self.store.ids())
        begin = bisect_right(self._walk, after)
        ids = ((at, self._walk[at]) for at in range(begin, len(self._walk)))
        part = view.part(ids, min(limit, MOST_STATES), only=only)
        return Fill(
            after=self._walk[part.last] if part.states else after,
            mark=str(self.epochs.here),
            more=part.more,
            states=tuple(part.states),
            buckets=tuple(part.buckets),
        )

    def compare(self, ask: Compare) -> Compared:
        """What a device needs to find the records that differ, or the records themselves."""
        self.epochs.same_run(ask.run)
        view, mark = self._view(ask.device, ask.scope), str(self.epochs.here)
        if ask.wants:
            part = view.part(enumerate(filter(view.sees, ask.wants)), MOST_STATES)
            return Compared(mark=mark, states=tuple(part.states), buckets=tuple(part.buckets))
        theirs, ours = told_sums(ask.sums), self._sums(view.scope)
        differ = [n for n in range(SLOTS) if n > ask.after and theirs[n] != ours[n]]
        slots, room = list[int](), MOST_LINES // 2
        for slot in differ:
            room -= ours[slot][0]
            if slots and room < 0:
                break
            slots.append(slot)
        return Compared(
            mark=mark,
            slots=slots,
            more=len(slots) < len(differ),
            digests=tuple(view.digests(frozenset(slots))),
        )

    def history(self, run: str, record_id: str, after: int = 0, *, device: str = "") -> Past:
        """The record's edits, in the order they came. NotFound: it was never here."""
        self.epochs.same_run(run)
        lines = self.store.books.history.lines(record_id)
        all_of_it = not self.scope_of(device).word
        if not self.sees(device, record_id) and not (all_of_it and lines):
            raise NotFound("The office has no such record.")
        size, edits = 0, list[Any]()
        for line in lines[after : after + MOST_STATES]:
            size += len(line)
            if edits and size > FULL:
                break
            edits.append(loads(line))
        told = min(after, len(lines)) + len(edits)
        return Past(id=record_id, next=told, more=told < len(lines), edits=tuple(edits))

    def known_devices(self, run: str) -> Devices:
        """Who has what, and what is still on its way here."""
        self.epochs.same_run(run)
        return Devices(devices=self.register.known())

    def has_news(self, run: str, cursor: str, *, device: str = "", scope: str = "") -> bool:
        """Whether `changes` would tell more than an empty page. NoOffice as there."""
        self.epochs.same_run(run)
        self._view(device, scope)
        return self.epochs.start(cursor) < self.store.order.top

    def bury(self) -> int:
        """Forgets what was deleted long ago and everybody has heard of, once a day; how many."""
        return bury(self.store, self.register.everybody_has())

    # ---- inside -----------------------------------------------------------------------------

    def _put_by(
        self, push: Push, taken: Taken, verdicts: Iterable[Verdict], top: int
    ) -> tuple[list[int], tuple[list[Any], ...]]:
        """The numbers of what the push put, and where it lies: if the verdicts told the device all
        of it, and nothing else was put or moved with it."""
        told = {v.id for v in verdicts if v.outcome == "ok" or v.state is not None}
        scope, now = self.scope_of(push.device), self.store.order.top
        alone = taken.changes.keys() <= told and now - top == len(taken.changes) > 0
        if not alone or push.scope != scope.word:
            return [], ()
        of = self.store.books.holdings.of
        lying = ((i, sorted(scope.told(of(i)))) for i in taken.changes) if scope.word else ()
        return [top + 1, now], tuple([i, names] for i, names in lying if names)

    def _own(self, device: str, replica: str) -> bool:
        # Apps of format 1 do not say who they are: theirs is what nobody else has named.
        return self.register.owns(device, replica) if device else self.register.free(replica)

    def _confirmed(self, cursor: str) -> int:
        if not cursor:
            return self.store.order.top  # it holds nothing yet: it begins with what is here now
        try:
            return self.epochs.start(cursor)
        except NoOffice:
            return 0

    def _view(self, device: str, word: str) -> View:
        scope = self.scope_of(device)
        if word != scope.word:
            raise NoOffice("What this device may hold has changed.", code="say-hello")
        return View(self.store, scope)

    def _counted(self) -> bool:
        """Whether sums can be told at once; else a little of the counting is done."""
        return self.scopes is None or not self.scopes.sums.tend()

    def _roots(self, device: str) -> list[int | str]:
        scope = self.scope_of(device)
        return self.store.sums.root() if self.scopes is None else self.scopes.sums.root(scope)

    def _sums(self, scope: Scope) -> Sums:
        return self.store.sums if self.scopes is None else self.scopes.sums.over(scope)

    def _seen_by(self, device: str) -> Callable[[Verdict], Verdict]:
        """Of what a device may write and not hold, it is not told what became of it."""
        return lambda told: (
            told
            if told.state is None or self.sees(device, told.id)
            else told.model_copy(update={"state": None})
        )
