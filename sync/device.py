"""A device's half of a sync, as a machine over values: no network, no waiting.

Whether a record is owed is read from the store's bases; there is no flag that could stay behind
after a crash. The cursor moves in the commit of the rows it passes. What the office confirms is
what was *sent*, so an edit made meanwhile is still owed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from data.canonical import digest
from data.edit import dot_of
from data.errors import Malformed, NoOffice, OfficeError
from data.holdings import NOWHERE
from data.leaving import finish_rewriting
from data.state import State
from data.store import Store
from sync.clock import set_clock
from sync.comparing import differing, sums_of
from sync.echo import Own
from sync.holding import Holding, lying
from sync.joinable import readable
from sync.owed import Batch, forgotten, units
from sync.place import Place
from sync.ring import RING, renewed
from sync.ways import TOLD, UNTIL
from sync.wire import (
    FORMAT,
    FULL,
    MOST_RECORD,
    MOST_STATES,
    TOO_LARGE,
    Compare,
    Compared,
    Fill,
    Hello,
    Page,
    Push,
    Pushed,
    Root,
    Verdict,
    Welcome,
    dot_name,
)

OLDER = (
    "This office is an older copy than one this device has met. What you write is sent to it, but "
    "nothing is taken from it. Ask which laptop is the office now."
)


class Device:
    """A device's half, over its store."""

    def __init__(self, store: Store, *, device: str = "", called: str = "", app: str = "") -> None:
        self.store = store
        self.app = app
        self.run = ""
        """The office's run that this session talks to; known from its welcome on."""
        self.older = False
        """The office it talks to is an older copy than one it has met."""
        self.verified = False
        """When last asked, both copies had the same sums."""
        self.update = ""
        """What the office says to an app that is too old."""
        self.photos_left, self._most = 0, MOST_STATES
        self.plain = False
        """The office is of format 1: it compares nothing and fills by the changes alone."""
        self._newer: Welcome | None = None
        self.own = Own()
        """Under which numbers the office put what it was sent in this session."""
        self.abreast = False
        """The office has said, with what it answered last, that there is nothing else new."""
        self.holding = Holding(store)
        known = device or store.meta.get("device") or store.sources.new_id()
        mine: dict[str, Any] = {"device": known, **({"name": called} if called else {})}
        if "replicas" not in store.meta:  # an older app did not note its own; its edits tell
            told = {raw["dot"][0] for raw in store.books.history.recent()}
            mine |= {"replicas": sorted(told)} if told else {}
        self._note(**mine)

    @property
    def aside(self) -> Mapping[str, Mapping[str, str]]:
        """What the office would not take, by record id or `replica/n`: `code`, `reason`."""
        return dict(self.store.meta.get("aside", {}))

    @property
    def waiting(self) -> int:
        """How many records the office has not confirmed, those it put aside not counted."""
        aside = self.store.meta.get("aside", {})
        return sum(1 for record_id in self.store.bases if record_id not in aside)

    @property
    def owes(self) -> bool:
        """Whether a push would carry anything."""
        aside = self.store.meta.get("aside", {})
        return any(record_id not in aside for record_id in self.store.bases) or any(
            dot_name(dot) not in aside for dot in self.store.unacked
        )

    @property
    def unlike(self) -> bool:
        """The office counts in a new epoch: before anything else both sides must be compared."""
        return self._newer is not None

    # ---- hello ------------------------------------------------------------------------------

    def hello(self, *, news: bool = False) -> Hello:
        """To an office of a new epoch every replica is named whose edits are still here: the
        office may have forgotten some that it acknowledged once. `news`: changes come next."""
        meta, unacked = self.store.meta, self.store.unacked
        edits = self.store.books.history.recent() if self.unlike else unacked.values()
        mine, goes = set(self.store.replicas), dict.fromkeys(self.store.replicas[-1:], 0)
        for replica, n in map(dot_of, edits):
            if replica in mine:
                goes[replica] = max(n, goes.get(replica, 0))
        return Hello(
            device=meta["device"],
            called=meta.get("name", ""),
            app=self.app,
            format=FORMAT,
            production=self.store.production,
            letter=meta.get("letter", ""),
            cursor=meta.get("cursor", ""),
            mark=meta.get("mark", ""),
            wall=self.store.sources.wall_ms(),
            replicas=goes,
            unsent=[self.waiting, self.photos_left],
            scope=meta.get("scope", ""),
            ring=meta.get(RING, {}).get("word", ""),
            news=news,
        )

    def welcomed(self, welcome: Welcome, *, asked: int = 0) -> None:
        """Takes the letter, and the production on a first meeting. `asked`: this copy's clock when
        it said hello; 0: unknown. NoOffice: this is another production's office."""
        store = self.store
        self.plain = welcome.format < 2
        if store.production not in ("", welcome.production):
            raise NoOffice("This address is another production's office.", code="other-production")
        self.run, self._most, self.update, self.own = "", MOST_STATES, welcome.update, Own()
        known = _counter(store.meta.get("epoch", ""))
        mark = store.meta.get("mark")
        newest = max(known, Place.read(mark).counter) if mark else known
        self.older = _counter(welcome.epoch) < newest
        self._newer = None
        if not self.older:
            self.holding.given(welcome)
            set_clock(store, welcome.time, asked)
            if lost := forgotten(store, welcome.seen, self.aside.keys()):
                store.offer_again(lost)
            if known and store.meta["epoch"] != welcome.epoch:
                self._newer = welcome  # noted when both sides are compared: till then as before
            else:
                self._note(**self._of(welcome))
        # Not before the books say whose: a cursor without its epoch could never be gone on from.
        self.run = welcome.run

    def _of(self, welcome: Welcome) -> dict[str, Any]:
        told = welcome.model_dump(include={"production", "epoch", "letter", "mark"})
        door = {TOLD: welcome.at, UNTIL: welcome.until, RING: renewed(self.store, welcome.ring)}
        return {**told, **{name: value for name, value in door.items() if value}}

    # ---- push -------------------------------------------------------------------------------

    def batches(self) -> Iterator[Batch]:
        """Everything the office has not confirmed, each record once, as it is when its turn comes.

        A record's edits go before its state or with it, so a confirmed state's edits are there too.
        """
        batch = Batch()
        apart = self._most == 1
        for unit in units(self.store, apart=apart, aside=self.aside, left=self._still_aside):
            state = unit.states[0] if unit.states else None
            if state is not None and unit.size > MOST_RECORD and not unit.edits:
                self._put_aside(state.id, _why(*TOO_LARGE, state))
                continue
            if len(batch) >= self._most or (len(batch) and batch.size + unit.size > FULL):
                yield batch
                batch = Batch()
            batch.take(unit)
        if len(batch):
            yield batch

    def push(self, batch: Batch) -> Push:
        mine = set(self.store.replicas)
        return Push(
            run=self.run,
            device=self.store.meta["device"],
            mine=sorted(batch.replicas & mine),
            older=self.older,
            scope=self.holding.word,
            edits=tuple(batch.edits),
            states=tuple(batch.states),
        )

    def pushed(self, batch: Batch, reply: Pushed) -> None:
        """Confirms what was sent, as it was sent, and joins what the office had besides."""
        if [verdict.id for verdict in reply.verdicts] != [state.id for state in batch.states]:
            raise Malformed("The office's verdicts are not those of what was sent.")
        if self.older:
            return  # what an older copy has does not count
        self.holding.stir(batch.records)
        aside = dict(self.aside)
        confirmed, merged, again = [], [], set[str]()
        for state, verdict in zip(batch.states, reply.verdicts, strict=True):
            aside.pop(state.id, None)
            if verdict.outcome == "aside":
                aside[state.id] = _why(verdict.code, verdict.reason, state)
            elif verdict.outcome == "retry":
                again.add(state.id)
            else:
                confirmed.append(state)
                merged += self._told(state, verdict)
        again |= {v.id for v in reply.edits_aside if v.outcome == "retry"}
        aside |= {v.id: _why(v.code, v.reason) for v in reply.edits_aside if v.outcome == "aside"}
        untold = aside.keys() | again
        lone = {dot for state in batch.states if state.id in untold for dot in state.marks}
        sent = set(map(dot_of, batch.edits)) if lone else set()
        acked = [
            dot
            for dot in batch.settles
            if dot_name(dot) not in untold and not (dot in lone and dot not in sent)
        ]
        states, unjoined = readable(self.store, merged)
        onward = not unjoined and self._is_next(reply)
        books = {"mark": reply.mark, **({"cursor": reply.mark} if onward else {})}
        purged = [verdict.id for verdict in reply.verdicts if verdict.code == "purged"]
        self.store.receive(
            [state for state in states if state.vv],
            holds=lying(reply.buckets, purged),
            buried=[state for state in states if not state.vv],
            confirmed=[state for state in confirmed if state.vv],
            acked=[dot for dot in acked if dot in self.store.unacked],
            rebased={state.id: state for state in confirmed if not state.vv},
            meta=self._moved(**books, aside=aside, unjoined=unjoined),
        )
        if len(reply.put) == 2 and not (onward or unjoined):
            self.own.add(*reply.put)
        self.abreast = onward and reply.roots is not None and self._check(reply.roots)

    def refused(self, batch: Batch, error: OfficeError) -> None:
        """The office could not read the message at all: smaller ones, until it is one thing, which
        is put aside. One bad record must not hold up the others."""
        if len(batch) > 1 or len(batch.states) + len(batch.edits) > 1:
            self._most = max(1, len(batch) // 2)
            return
        self._most = MOST_STATES
        why = _why(error.code, error.sentence, *batch.states)
        self._put_aside(batch.states[0].id if batch.states else dot_name(batch.settles[0]), why)

    # ---- what the office has ----------------------------------------------------------------

    def received(self, page: Page) -> None:
        """Joins a page of changes; the cursor moves in the same commit. What is gone, and what is
        here outside the scope, goes at once."""
        states, unjoined = readable(self.store, page.states)
        holds = lying(page.buckets, page.gone)
        books = self._moved(cursor=page.next, mark=page.mark, unjoined=unjoined)
        if states or holds or unjoined:
            self.store.receive(states, holds=holds, meta=books)
        else:
            self.store.books.note(books)  # it passes nothing; who forgets it asks again from before
        if page.roots is not None:
            self._check(page.roots)
        if page.gone:
            self.holding.drop(page.gone)
        if not page.more:
            self.own = Own()
            self.holding.sift()

    def clear(self) -> None:
        """Nothing of what was let go of stays in a file, before the office hears of it."""
        finish_rewriting(self.store)

    @property
    def unjoined(self) -> bool:
        """Whether the office has states that cannot be joined here; then the copies differ."""
        return bool(self.store.meta.get("unjoined"))

    @property
    def filling(self) -> Mapping[str, Any] | None:
        """Where the first fill has come to, or that of new buckets; None: it is over."""
        meta = self.store.meta
        if self.plain:
            return None
        if meta.get("cursor"):
            return meta.get("widen") or None
        return dict(meta.get("fill") or {"mark": "", "after": ""})

    def filled(self, fill: Fill) -> None:
        """A part of a fill. After the first one changes begin where its first part began."""
        begun = self.filling or {}
        states, unjoined = readable(self.store, fill.states)
        books: dict[str, Any] = {"mark": fill.mark}
        if "only" in begun:
            books["widen"] = {**begun, "after": fill.after} if fill.more else {}
        elif fill.more:
            books["fill"] = {"mark": begun.get("mark") or fill.mark, "after": fill.after}
        else:
            books |= {"fill": {}, "cursor": begun.get("mark") or fill.mark}
        self.store.receive(
            states, holds=lying(fill.buckets), meta=self._moved(**books, unjoined=unjoined)
        )

    def compare(self, after: int) -> Compare:
        return self.asking(sums=sums_of(self.store), after=after)

    def asking(self, **what: Any) -> Compare:
        device, scope = self.store.meta["device"], self.holding.word
        return Compare(run=self.run, device=device, scope=scope, **what)

    def differing(self, found: Compared) -> list[str]:
        """The ids of records whose state is wanted from the office. What the office lacks is owed
        to it from now on."""
        wants, lacks = differing(self.store, found)
        if lacks:
            # What the office has and did not name is outside the scope; else it names it again.
            outside = dict.fromkeys(lacks if self.holding.word else (), NOWHERE)
            self.store.receive((), rebased=dict.fromkeys(lacks), holds=outside)
        return wants

    def repaired(self, found: Compared) -> set[str]:
        """Takes the office's states of records that differ, and notes that it met that office."""
        states, unjoined = readable(self.store, found.states, known=False)
        self.store.receive(
            states,
            rebased={state.id: state for state in states},
            holds=lying(found.buckets),
            meta=self._moved(unjoined=unjoined, **({"mark": found.mark} if self.unlike else {})),
        )
        return {str(raw.get("id")) for raw in found.states if isinstance(raw, dict)}

    def alike(self, mark: str) -> None:
        """The two sides are compared, as the office was at `mark`: changes are asked for from
        there on."""
        welcome, self._newer = self._newer, None
        if welcome is not None:
            self.holding.offer()
            self._note(**self._of(welcome), cursor=mark, fill={}, widen={}, aside={})

    def start_over(self) -> None:
        """An office of format 1 in a new epoch: nothing counts as confirmed any more."""
        self.store.forget_bases()
        self.store.offer_again(list(self.store.books.history.recent()))
        self.alike("")

    # ---- inside -----------------------------------------------------------------------------

    def _told(self, sent: State, verdict: Verdict) -> list[Any]:
        """The office's state of a record, to be joined; a burial only if nobody has written here
        meanwhile."""
        raw = verdict.state
        if not isinstance(raw, dict) or raw.get("vv") or self.store.state(sent.id) == sent:
            return [] if raw is None else [raw]
        return []

    def _is_next(self, reply: Pushed) -> bool:
        """The push was put right behind the cursor: whoever has what it brought has everything."""
        if not (cursor := self.store.meta.get("cursor")):
            return False
        here, there = Place.read(cursor), Place.read(reply.mark)
        return here.epoch == there.epoch and [here.hseq + 1, there.hseq] == reply.put

    def _check(self, roots: Root) -> bool:
        """Whether both copies have the same sums, as far as the office says."""
        self.verified = roots == self.store.sums.root()
        return self.verified

    def _still_aside(self, state: State) -> bool:
        why = self.aside.get(state.id)
        return why is not None and why["state"] == f"{digest(state):032x}"

    def _put_aside(self, key: str, why: Mapping[str, str]) -> None:
        self._note(aside={**self.aside, key: why})

    def _moved(self, **books: Any) -> dict[str, Any]:
        """The books that are not so already: a quiet long-poll must not write to the disk."""
        meta = self.store.meta
        return {key: value for key, value in books.items() if meta.get(key, {}) != value}

    def _note(self, **books: Any) -> None:
        moved = self._moved(**books)
        if moved.keys() == {"mark"}:
            self.store.books.note(moved)  # whatever came with that mark brings it to the disk
        elif moved:
            self.store.set_meta(**moved)


def _why(code: str, reason: str, *state: State) -> dict[str, str]:
    return {"code": code, "reason": reason, "state": "".join(f"{digest(s):032x}" for s in state)}


def _counter(epoch: str) -> int:
    return Place.read(f"{epoch}-0-0").counter if epoch else 0
