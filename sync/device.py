"""A device's half of a sync, as a machine over values: no network, no waiting.

Whether a record is owed is read from the store's bases; there is no flag that could stay behind
after a crash. The cursor moves in the commit of the rows it passes. What the office confirms is
what was *sent*, so an edit made meanwhile is still owed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.canonical import decode, digest, encode
from data.edit import dot_of
from data.errors import Malformed, NoOffice, OfficeError
from data.packing import dumps
from data.state import Dot, State, join
from data.store import Store
from sync.wire import (
    FULL,
    MOST_RECORD,
    MOST_STATES,
    TOO_LARGE,
    Hello,
    Page,
    Push,
    Pushed,
    Welcome,
    dot_name,
)


@dataclass(slots=True)
class Batch:
    """What one push carries."""

    states: list[State] = field(default_factory=list)
    raw: list[Any] = field(default_factory=list)
    edits: list[Mapping[str, Any]] = field(default_factory=list)
    size: int = 0

    def __len__(self) -> int:
        return len(self.states) + len(self.edits)


class Device:
    """A device's half. Whether a record is owed is read from the store's bases; there is no flag
    that could stay behind after a crash."""

    def __init__(self, store: Store, *, device: str = "", called: str = "") -> None:
        self.store = store
        self.run = ""
        """The office's run that this session talks to; known from its welcome on."""
        self._most = MOST_STATES
        self._taken: list[Mapping[str, Any]] = []
        """Edits that the office has taken in this session, whose record is still owed."""
        mine = {"device": device or store.meta.get("device") or store.sources.new_id()}
        if called:
            mine["name"] = called
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

    def hello(self) -> Hello:
        meta = self.store.meta
        return Hello(
            device=meta["device"],
            called=meta.get("name", ""),
            production=self.store.production,
            letter=meta.get("letter", ""),
            cursor=meta.get("cursor", ""),
            mark=meta.get("mark", ""),
        )

    def welcomed(self, welcome: Welcome) -> None:
        """Takes the letter, and the production on a first meeting. A new epoch: nothing counts as
        confirmed any more. NoOffice: this is another production's office."""
        store = self.store
        if store.production not in ("", welcome.production):
            raise NoOffice("This address is another production's office.", code="other-production")
        books = {
            "production": welcome.production,
            "epoch": welcome.epoch,
            "letter": welcome.letter,
            "mark": welcome.mark,
        }
        if store.meta.get("epoch") == welcome.epoch:
            self._note(**books)
        else:
            # Also edits that an office acknowledged once: the older copy may lack them.
            store.forget_bases(**books, cursor="", aside={}, offer_all=True)
        self.run, self._most, self._taken = welcome.run, MOST_STATES, []

    def batches(self) -> Iterator[Batch]:
        """Everything the office has not confirmed, each record once, as it is when its turn comes.

        A record's edits go before its state or with it, so a confirmed state's edits are there too.
        """
        batch = Batch()
        for size, state, raw in self._items():
            if len(batch) >= self._most or (len(batch) and batch.size + size > FULL):
                yield batch
                batch = Batch()
            batch.size += size
            if state is None:
                batch.edits.append(raw)
            else:
                batch.states.append(state)
                batch.raw.append(raw)
        if len(batch):
            yield batch
        if self.store.meta.get("offer_all"):  # the last batch came through: all was offered
            self._note(offer_all=False)

    def push(self, batch: Batch) -> Push:
        return Push(run=self.run, edits=tuple(batch.edits), states=tuple(batch.raw))

    def pushed(self, batch: Batch, reply: Pushed) -> None:
        """Confirms what was sent, as it was sent, and joins what the office had besides."""
        if [verdict.id for verdict in reply.verdicts] != [state.id for state in batch.states]:
            raise Malformed("The office's verdicts are not those of what was sent.")
        aside = dict(self.aside)
        confirmed, merged = [], []
        for state, verdict in zip(batch.states, reply.verdicts, strict=True):
            aside.pop(state.id, None)
            if verdict.outcome == "aside":
                aside[state.id] = _why(verdict.code, verdict.reason, state)
                continue
            confirmed.append(state)
            if verdict.state is not None:
                merged.append(verdict.state)
        aside |= {v.id: _why(v.code, v.reason) for v in reply.edits_aside}
        acked = self._acked(batch, {state.id for state in confirmed}, aside)
        states, unjoined = self._readable(merged)
        self.store.receive(
            states,
            confirmed=confirmed,
            acked=acked,
            meta=self._moved(mark=reply.mark, aside=aside, unjoined=unjoined),
        )

    def refused(self, batch: Batch, error: OfficeError) -> None:
        """The office could not read the message at all: smaller ones, until it is one thing, which
        is put aside. One bad record must not hold up the others."""
        if len(batch) > 1:
            self._most = len(batch) // 2
            return
        self._most = MOST_STATES
        why = _why(error.code, error.sentence, *batch.states)
        key = batch.states[0].id if batch.states else dot_name(dot_of(batch.edits[0]))
        self._note(aside={**self.aside, key: why})

    def received(self, page: Page) -> None:
        """Joins a page of changes; the cursor moves in the same commit."""
        states, unjoined = self._readable(page.states)
        self.store.receive(
            states, meta=self._moved(cursor=page.next, mark=page.mark, unjoined=unjoined)
        )

    # ---- inside -----------------------------------------------------------------------------

    def _items(self) -> Iterator[tuple[int, State | None, Any]]:
        edits: dict[str, list[Mapping[str, Any]]] = {}
        if self.store.meta.get("offer_all"):
            offered = list(self.store.books.history.recent())
        else:
            offered = list(self.store.unacked.values())
        for raw in offered:
            edits.setdefault(raw["id"], []).append(raw)
        for record_id in list(self.store.bases):
            yield from self._edits(edits.pop(record_id, []))
            state = self.store.state(record_id)
            if state is None or self._still_aside(state):
                continue
            raw = encode(state)
            size = len(dumps(raw))
            if size > MOST_RECORD:
                self._note(aside={**self.aside, record_id: _why(*TOO_LARGE, state)})
                continue
            yield size, state, raw
        for left in edits.values():
            yield from self._edits(left)

    def _edits(
        self, edits: list[Mapping[str, Any]]
    ) -> Iterator[tuple[int, None, Mapping[str, Any]]]:
        for raw in tuple(edits):
            if dot_name(dot_of(raw)) not in self.store.meta.get("aside", {}):
                yield len(dumps(raw)), None, raw

    def _acked(self, batch: Batch, confirmed: set[str], aside: Mapping[str, Any]) -> list[Dot]:
        # Edits alone move nothing in the office's order, so an office that is put back to before
        # them could not be told from this one. They count once their record has moved it.
        taken = [raw for raw in batch.edits if dot_name(dot_of(raw)) not in aside]
        owed = self.store.bases.keys() - confirmed - aside.keys()
        taken += self._taken
        self._taken = [raw for raw in taken if raw["id"] in owed]
        acked = [dot_of(raw) for raw in taken if raw["id"] not in owed]
        return [dot for dot in acked if dot in self.store.unacked]

    def _still_aside(self, state: State) -> bool:
        why = self.aside.get(state.id)
        return why is not None and why["state"] == f"{digest(state):032x}"

    def _readable(self, raws: Any) -> tuple[list[State], dict[str, Any]]:
        """The states that can be joined here, and the books of those that cannot: they stay at the
        office, and are joined when they come again."""
        states: list[State] = []
        unjoined = dict(self.store.meta.get("unjoined", {}))
        for raw in raws:
            name = str(raw.get("id")) if isinstance(raw, dict) else "?"
            try:
                if self._stands_here(raw):
                    continue
                state = decode(raw)
                here = self.store.state(state.id)
                if here is not None:
                    join(here, state)
            except Malformed as error:
                unjoined[name[:64]] = {"code": error.code, "reason": error.sentence}
                continue
            unjoined.pop(name, None)
            states.append(state)
        return states, unjoined

    def _stands_here(self, raw: Any) -> bool:
        """Whether this is the echo of what was confirmed already: most of what comes back is."""
        record_id = raw.get("id") if isinstance(raw, dict) else None
        if not isinstance(record_id, str) or record_id in self.store.bases:
            return False
        here = self.store.state(record_id)
        return here is not None and encode(here) == raw

    def _moved(self, **books: Any) -> dict[str, Any]:
        """The books that are not so already: a quiet long-poll must not write to the disk."""
        meta = self.store.meta
        return {key: value for key, value in books.items() if meta.get(key, {}) != value}

    def _note(self, **books: Any) -> None:
        moved = self._moved(**books)
        if moved:
            self.store.set_meta(**moved)


def _why(code: str, reason: str, *state: State) -> dict[str, str]:
    return {"code": code, "reason": reason, "state": "".join(f"{digest(s):032x}" for s in state)}
