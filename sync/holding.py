"""What a device holds: the scope it was given, and how it lets go of what is no longer in it.

A record stays as long as something of it has not reached the office, flagged by lying in no
bucket; it goes with the next session that finds it sent. Whatever goes is out of every file
before the office hears another word (data/leaving.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from data.leaving import let_go, rescope
from data.store import Store
from sync.wire import Welcome


class Holding:
    """Of one device. `word` is the scope that the office gave it last; what it holds by now is in
    the store's books, under `scope` and `holds`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.word = str(store.meta.get("scope", ""))
        self._given: frozenset[str] = frozenset(store.meta.get("holds", ()))
        self._stirred: set[str] | None = None
        """Records that may have become ready to go; None: any of them, as when the app starts."""

    @property
    def buckets(self) -> frozenset[str]:
        """Those of the scope that the office gave last."""
        return self._given

    @property
    def leaving(self) -> list[str]:
        """Records outside the scope that wait until all of them is at the office."""
        return sorted(self._outside())

    def given(self, welcome: Welcome) -> None:
        self.word = welcome.scope
        if self.taken_up:  # what it holds is not said again
            self._given = frozenset(self.store.meta.get("holds", ()))
        else:
            self._given = frozenset(welcome.holds)

    @property
    def taken_up(self) -> bool:
        """What is here is of the scope that the office gave last."""
        return bool(self.word == self.store.meta.get("scope", ""))

    def take_up(self) -> None:
        """The scope that was given holds from now on: what is outside it goes, what is new in it is
        filled. Everything owed was sent before."""
        meta = self.store.meta
        if self.taken_up:
            return
        books: dict[str, Any] = {"scope": self.word, "holds": sorted(self._given)}
        filling = meta.get("widen") or {}
        gained = self._given - frozenset(meta.get("holds", ()))
        gained |= self._given & frozenset(filling.get("only") or ())
        if not meta.get("cursor"):
            books["fill"] = {**meta.get("fill", {"mark": ""}), "after": ""} if gained else {}
        elif not self.word:
            books["widen"] = {"after": "", "only": None}
        else:
            books["widen"] = {"after": "", "only": sorted(gained)} if gained else {}
        rescope(self.store, self._given if self.word else None, self._unsent().__contains__, books)

    def stir(self, record_ids: Iterable[str]) -> None:
        """These may have become ready to go."""
        if self._stirred is not None:
            self._stirred.update(record_ids)

    def sift(self) -> None:
        """Lets go of what is outside the scope and at the office. To be called when everything
        that the office has told was taken."""
        if self._stirred is None:
            self._drop(self._outside())
        elif self._stirred:
            self._drop({i for i in self._stirred if self._is_outside(i)})
        self._stirred = set()

    def drop(self, record_ids: Iterable[str]) -> None:
        """The office said that these are gone."""
        self._drop(set(record_ids))

    def offer(self) -> None:
        """To an office that was put back: what lies in no bucket is in no sum, and nobody knows
        whether that office has it."""
        nowhere = [i for i in self.leaving if i not in self.store.bases]
        if nowhere:
            self.store.receive((), rebased=dict.fromkeys(nowhere))

    # ---- inside -----------------------------------------------------------------------------

    def _drop(self, record_ids: set[str]) -> None:
        gone = record_ids - self._unsent()
        if gone:
            unjoined = self.store.meta.get("unjoined", {})
            left = {i: why for i, why in unjoined.items() if i not in gone}
            let_go(self.store, sorted(gone), unjoined=left)

    def _outside(self) -> set[str]:
        ids = self.store.ids() if self.store.meta.get("scope") else self.store.books.holdings
        return set(filter(self._is_outside, ids))

    def _is_outside(self, record_id: str) -> bool:
        """It lies in no bucket; without a scope, only where the office said so."""
        holdings = self.store.books.holdings
        if holdings.of(record_id):
            return False
        if self.store.meta.get("scope"):
            return self.store.storage.where(record_id) is not None
        return record_id in holdings

    def _unsent(self) -> set[str]:
        return {*self.store.bases, *(raw["id"] for raw in self.store.unacked.values())}


def lying(told: Iterable[Any], gone: Iterable[str] = ()) -> dict[str, frozenset[str]]:
    """By record the buckets that an answer tells; those that are gone lie in none."""
    found = {str(record_id): frozenset(names) for record_id, names in told}
    return found | {record_id: frozenset() for record_id in gone}


def only(filling: Mapping[str, Any]) -> dict[str, str]:
    """Which buckets a fill is about, as it is asked for."""
    names = filling.get("only")
    return {} if names is None else {"only": json.dumps(names, ensure_ascii=False)}
