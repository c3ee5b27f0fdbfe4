"""The board of a day, kept from commit to commit: a tap makes one row anew, not all of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from data.desk import Desk
from data.kinds.attendance import Attendance, Made, rows_of
from data.kinds.calls import CALLING, Call, calls
from data.kinds.schedule import DAY, ShootDay

SHOWN: Final = CALLING | {"time"}
"""Kinds that a board is made of."""


class Roll:
    """What `board` says of a day: tell it of every commit, and it says the same ever after.

    Whoever was not touched keeps their row, the same object as before.
    """

    def __init__(self, desk: Desk, day: ShootDay) -> None:
        self.day = day
        self.listed: list[Call] = []
        """Everybody on the crew and cast list, called or not."""
        self.rows: list[Attendance] = []
        self._desk = desk
        self._made: Made = {}
        self.hear(SHOWN)

    def hear(self, kinds: Collection[str]) -> None:
        """Takes in that a commit touched records of these kinds."""
        if not CALLING.isdisjoint(kinds):
            self.day = self._desk.find(DAY, self.day.id) or self.day
            self.listed, self._made = calls(self._desk, self.day), {}
        if not SHOWN.isdisjoint(kinds):
            self.rows = rows_of(self._desk, self.day, self.listed, self._made)
