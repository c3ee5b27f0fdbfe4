"""The slips that a new one may be: those of its day, and those with a photo of its own.

Asked at every key of the capture form, so it is kept from question to question, and a commit makes
anew only what it touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from data.desk import Desk
from data.kinds.receipts import RECEIPT, Receipt
from data.record import RecordId

_ASKER: Final = "slips"


class KnownSlips:
    """Every slip that is not void, by its day and by its photos."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._begin()

    def _begin(self) -> None:
        self._days: dict[date, dict[RecordId, Receipt]] = {}
        self._photos: dict[str, dict[RecordId, Receipt]] = {}
        self._put: dict[str, Receipt] = {}

    def hear(self) -> KnownSlips:
        """Itself, as the store stands now."""
        news = self._desk.watch.news(_ASKER)
        if news is None:
            self._begin()
            for slip in self._desk.all(RECEIPT):
                self._add(slip)
        for record_id in news or ():
            self._take(record_id)
            if (now := self._desk.find(RECEIPT, record_id)) is not None:
                self._add(now)
        return self

    def on(self, day: date) -> Iterable[Receipt]:
        return self._days.get(day, {}).values()

    def around(self, day: date, days: int) -> Iterator[Receipt]:
        """Those of the day and of so many before and behind it."""
        for off in range(-days, days + 1):
            yield from self.on(day + timedelta(days=off))

    def showing(self, photos: Iterable[str]) -> Iterator[Receipt]:
        """Those with one of these photos."""
        for photo in photos:
            yield from self._photos.get(photo, {}).values()

    def _add(self, slip: Receipt) -> None:
        if slip.void:
            return
        self._put[slip.id] = slip
        self._days.setdefault(slip.date, {})[slip.id] = slip
        for photo in slip.photos:
            self._photos.setdefault(photo, {})[slip.id] = slip

    def _take(self, record_id: str) -> None:
        slip = self._put.pop(record_id, None)
        if slip is None:
            return
        self._days[slip.date].pop(slip.id, None)
        for photo in slip.photos:
            self._photos[photo].pop(slip.id, None)


def known_slips(desk: Desk) -> KnownSlips:
    return desk.watch.kept(_ASKER, lambda: KnownSlips(desk)).hear()
