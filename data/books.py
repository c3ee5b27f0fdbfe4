"""The books of a copy: what it keeps beside its documents, and how that goes to disk and back.

Every commit carries the changes to the books in its own frame; a snapshot holds them whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from data.edit import dot_of
from data.files import Folder
from data.frame import Commit
from data.history import KEPT_MS, History
from data.holdings import Holdings
from data.order import Order, packed, unpacked
from data.packing import loads
from data.rows import Rows
from data.state import Dot
from data.sums import Sums, Weights, weight_of


class OfficeBooks:
    """What the store knows besides records. `hub`: the office's, which number and keep history."""

    def __init__(self, folder: Folder, *, hub: bool, now_ms: Callable[[], int]) -> None:
        self.hub = hub
        self.meta: dict[str, Any] = {}
        self.soon: dict[str, Any] = {}
        """Of `meta` what is not on the disk yet: the next commit takes it along."""
        self.bases: dict[str, Any] = {}
        """By record that the office has not confirmed as it is: the last state it did confirm, as
        canonical JSON; None: it has none."""
        self.unacked: dict[Dot, Any] = {}
        """Edits that the office has not acknowledged."""
        self.history = History(folder)
        self.order = Order()
        self.holdings = Holdings()
        """Where records lie: at the office every bucket, on a device those it was told."""
        self.sums: Sums | None = Sums()
        """None after an older journal, which kept none."""
        self._now_ms = now_ms

    def weights(self, lies: Mapping[str, frozenset[str]] | None = None) -> Weights | None:
        """Of each record how much it counts, and how much once it lies as `lies` says. On a device
        that holds some buckets it counts by those, else once."""
        if self.hub or not self.meta.get("scope"):
            return None
        of, lies = self.holdings.of, lies or {}
        return lambda i: (weight_of(of(i)), weight_of(lies[i] if i in lies else of(i)))

    # ---- commits ----------------------------------------------------------------------------

    def note(self, meta: Mapping[str, Any]) -> None:
        """For what a crash may take back, since it is said again: holds from now on, and is durable
        with the next commit, or when somebody tends this copy."""
        self.meta.update(meta)
        self.soon.update(meta)

    def replay(self, commit: Commit) -> None:
        """Takes up a commit from the journal."""
        self.take(commit, [loads(line) for line in commit.edits])

    def take(self, commit: Commit, edits: list[Any]) -> None:
        """The commit is durable: what it says holds from now on."""
        books = commit.books
        if books.get("hseq"):
            for record_id in books.get("order") or (i for ids in commit.put.values() for i in ids):
                self.order.put(record_id)
        if "holds" in books:
            self.holdings.take(books["holds"])
            self.holdings.top = self.order.top
        for raw, line in zip(edits, commit.edits, strict=True):
            self.history.add(raw, line)
            if not self.hub:
                self.unacked[dot_of(raw)] = raw
        for replica, n in books.get("acked", ()):
            self.unacked.pop(Dot(replica, n), None)
        for record_id, replica, n in books.get("again", ()):
            found = self.history.find(record_id, Dot(replica, n))
            if found is not None:
                self.unacked[Dot(replica, n)] = found
        self.meta.update(books.get("meta", ()))
        self.soon = {}
        self.bases.update(books.get("bases", ()))
        for record_id in books.get("clean", ()):
            self.bases.pop(record_id, None)
        self._forget(books.get("forget", ()))
        if books.get("older"):
            self.sums = None
        elif "sums" in books and self.sums is not None:
            if books["sums"] is None:
                self.sums = Sums()
            else:
                self.sums.take(books["sums"])

    # ---- snapshots --------------------------------------------------------------------------

    def load(self, read: Callable[[str], Any], tables: Mapping[str, Rows]) -> None:
        self.meta, self.bases = read("meta"), read("bases")
        self.sums = Sums()
        self.sums.take(read("sums"))
        edits = read("edits")
        self.history.begin(read("history"), read("dots"), edits)
        unacked = {Dot(replica, n) for replica, n in read("unacked")}
        self.unacked = {dot_of(raw): raw for raw in edits if dot_of(raw) in unacked}
        self.holdings = Holdings.from_json(read("holds"))
        there = [rows.there for rows in tables.values()]
        self.order.begin(read("top"), lambda: unpacked(read("order"), there))

    def frozen(
        self, generation: int, tables: Mapping[str, Rows]
    ) -> Iterator[tuple[str, Any] | None]:
        assert self.sums is not None
        history = self.history
        small = {
            "meta": dict(self.meta),
            "bases": dict(self.bases),
            "sums": self.sums.to_json(),
            "holds": self.holdings.to_json() if self.holdings else None,
            "dots": history.dots.to_json(),
            "top": self.order.top,
            "unacked": [list(dot) for dot in self.unacked],
            "edits": [] if self.hub else self._edits_to_keep(),
        }
        segment = history.seal(generation) if self.hub else None
        ids = [list(rows.refs) for rows in tables.values()]
        order = self.order.frozen()

        def steps() -> Iterator[tuple[str, Any] | None]:
            numbers = history.segments
            for made in segment() if segment is not None else ():
                numbers += [] if made is None else [made]
                yield None
            yield "history", numbers
            for raw in packed(order, ids):
                yield None if raw is None else ("order", raw)
            yield from small.items()

        return steps()

    def settled(self, generation: int) -> None:
        if self.hub:
            self.history.sealed(generation)

    def close(self) -> None:
        self.history.close()

    def _forget(self, record_ids: Sequence[str]) -> None:
        """Nothing of these records is kept, not even that they were here."""
        self.history.forget(record_ids)
        self.holdings.forget(record_ids)
        gone = set(record_ids)
        for record_id in gone:
            self.bases.pop(record_id, None)
        for dot in [dot for dot, raw in self.unacked.items() if gone and raw["id"] in gone]:
            del self.unacked[dot]

    def _edits_to_keep(self) -> list[Any]:
        since = self._now_ms() - KEPT_MS
        return [
            raw
            for raw in self.history.recent()
            if raw["mark"][0] >= since or dot_of(raw) in self.unacked
        ]
