"""In which buckets each record lies: at the office all of them, on a device those it was told.

A record changes buckets when something it belongs to changes: a custodian, somebody's department.
The office then gives it a new number in its order, and remembers under which number it left each
bucket, so that a device which had it by that bucket alone hears that it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

Placing = Callable[
    [Mapping[str, Mapping[str, Any]], Sequence[Mapping[str, Any]]], Mapping[str, frozenset[str]]
]
"""Where records lie that are put with these edits, and those that move with them. Of what is put
the documents are handed in, by id."""
NOWHERE: Final[frozenset[str]] = frozenset()


class Holdings:
    """Buckets by record. `top`: the office's order up to which every record was placed."""

    def __init__(self) -> None:
        self.top = 0
        self._of: dict[str, frozenset[str]] = {}
        self._left: dict[str, Mapping[str, int]] = {}
        self._alike: dict[frozenset[str], frozenset[str]] = {}

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._of

    def __bool__(self) -> bool:
        return bool(self._of or self.top)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._of))

    def of(self, record_id: str) -> frozenset[str]:
        return self._of.get(record_id, NOWHERE)

    def left(self, record_id: str) -> Mapping[str, int]:
        """The buckets that it lay in once, and the number under which it left each."""
        return self._left.get(record_id, {})

    def changed(self, now: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        """Those of `now` that are not known to lie there."""
        return {i: names for i, names in now.items() if self._of.get(i) != names}

    def moved(
        self, now: Mapping[str, frozenset[str]], numbers: Mapping[str, int]
    ) -> dict[str, list[Any]]:
        """The records as they will lie, in JSON for `take`; `numbers` of the office's order."""
        return {i: self._entry(i, names, numbers.get(i, 0)) for i, names in now.items()}

    def placed(
        self, put: Sequence[str], now: Mapping[str, frozenset[str]], top: int
    ) -> dict[str, Any]:
        """What a commit says of where records lie. Those that only move are numbered after those
        that are put; `top` is the last number before."""
        changed, these = self.changed(now), set(put)
        moved = [record_id for record_id in changed if record_id not in these]
        numbers = {record_id: top + n for n, record_id in enumerate([*put, *moved], 1)}
        order = {"order": [*put, *moved]} if moved else {}
        return ({"holds": self.moved(changed, numbers)} if changed else {}) | order

    def take(self, told: Mapping[str, Any]) -> None:
        """By record [buckets] or [buckets, left]; None: nothing is known of it any more."""
        for record_id, entry in told.items():
            if entry is None:
                self._of.pop(record_id, None)
                self._left.pop(record_id, None)
                continue
            names = frozenset(entry[0])
            self._of[record_id] = self._alike.setdefault(names, names)
            self._left.pop(record_id, None)
            if len(entry) > 1:
                self._left[record_id] = entry[1]

    def forget(self, record_ids: Iterable[str]) -> None:
        self.take(dict.fromkeys(record_ids))

    # ---- snapshots --------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        sets = {names: n for n, names in enumerate(dict.fromkeys(self._of.values()))}
        return {
            "top": self.top,
            "sets": [sorted(names) for names in sets],
            "of": {record_id: sets[names] for record_id, names in self._of.items()},
            "left": {record_id: dict(left) for record_id, left in self._left.items()},
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> Holdings:
        """What a snapshot kept; None: it was written by an app that kept none."""
        holdings = cls()
        if raw:
            sets = [frozenset(names) for names in raw["sets"]]
            holdings._alike = {names: names for names in sets}
            holdings._of = {record_id: sets[n] for record_id, n in raw["of"].items()}
            holdings._left = dict(raw["left"])
            holdings.top = raw["top"]
        return holdings

    # ---- inside -----------------------------------------------------------------------------

    def _entry(self, record_id: str, names: frozenset[str], number: int) -> list[Any]:
        lost = self.of(record_id) - names
        if not lost and record_id not in self._left:
            return [sorted(names)]
        left = {**self.left(record_id), **dict.fromkeys(sorted(lost), number)}
        left = {name: at for name, at in left.items() if name not in names}
        return [sorted(names), left] if left else [sorted(names)]
