"""The office's records as one device may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from data.canonical import encode
from data.packing import dumps_exact
from data.store import Store
from data.sums import slot_of
from sync.echo import Own
from sync.scopes import Scope, weighed
from sync.wire import FULL, Verdict


@dataclass(slots=True)
class Part:
    """As much as one answer holds. `last`: the place of the last record; `more`: others come."""

    states: list[Any] = field(default_factory=list)
    buckets: list[Any] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    last: int = 0
    more: bool = False


class View:
    """Without a scope's word everything is seen but what was purged."""

    def __init__(self, store: Store, scope: Scope) -> None:
        self.store = store
        self.scope = scope
        self._holdings = store.books.holdings

    def sees(self, record_id: str) -> bool:
        if self.store.storage.where(record_id) is None or self.store.is_purged(record_id):
            return False
        return not self.scope.word or bool(self._told(record_id))

    def part(
        self,
        found: Iterable[tuple[int, str]],
        limit: int,
        *,
        since: int | None = None,
        only: frozenset[str] | None = None,
        own: Own | None = None,
    ) -> Part:
        """States as JSON. `since`: a record that left the scope after that number is told as gone.
        `only`: those in these buckets. `own`: numbers under which the asker put things itself."""
        part, size = Part(), 0
        for at, record_id in found:
            if own is not None and at in own:
                continue
            seen = self.sees(record_id) and (only is None or bool(only & self._told(record_id)))
            gone = not seen and since is not None and self._is_gone(record_id, since)
            if not (seen or gone):
                continue
            if len(part.states) + len(part.gone) >= limit:
                part.more = True
                return part
            if gone:
                part.gone.append(record_id)
            else:
                state = self.store.state(record_id)
                assert state is not None
                raw = encode(state)
                size += len(dumps_exact(raw))
                if part.states and size > FULL:
                    part.more = True
                    return part
                part.states.append(raw)
                if self.scope.word:
                    part.buckets.append([record_id, sorted(self._told(record_id))])
            part.last = at
        return part

    def digests(self, slots: frozenset[int]) -> Iterator[list[int | str]]:
        """Every record of these slots, with its digest as it counts in the scope."""
        for record_id in self.store.ids() if slots else ():
            if slot_of(record_id) in slots and self.sees(record_id):
                state = self.store.state(record_id)
                assert state is not None
                yield [record_id, f"{weighed(state, self._told(record_id), self.scope):032x}"]

    def _told(self, record_id: str) -> frozenset[str]:
        return self.scope.told(self._holdings.of(record_id))

    def _is_gone(self, record_id: str, since: int) -> bool:
        if self.store.is_purged(record_id):
            return True
        left = self._holdings.left(record_id)
        return any(at > since and name in self.scope.buckets for name, at in left.items())


def fitting(verdicts: list[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts, with the merged states that fit an answer; the others come with the changes."""
    size, fitting = 0, []
    for verdict in verdicts:
        size += len(dumps_exact(verdict.state)) if verdict.state is not None else 0
        if verdict.state is not None and size > FULL:
            verdict = verdict.model_copy(update={"state": None})
        fitting.append(verdict)
    return tuple(fitting)
