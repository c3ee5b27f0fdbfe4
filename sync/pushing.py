"""One batch behind the other: while the office takes one, the device books what it answered to the
one before, and makes the next.

No two batches of a round are about the same record, so what is answered to one changes nothing in
another. Whoever carries the calls may leave all of it for later: then it is done in between.
"""

from __future__ import annotations

from data.errors import OfficeError
from data.packing import no_collection
from sync.device import Device
from sync.owed import Batch
from sync.wire import Pushed


class Pushing:
    """One round of everything that a device owes."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._batches = device.batches()
        self._made: list[tuple[Batch, bytes] | None] = []
        self._answered: tuple[Batch, bytes] | None = None
        self._trouble: OfficeError | None = None

    def next(self) -> tuple[Batch, bytes] | None:
        """The next batch and its message; None: that was all."""
        self._make()
        return self._made.pop()

    def meanwhile(self) -> None:
        """What can be done while an answer is on its way."""
        self._book()
        self._make()

    def answered(self, batch: Batch, content: bytes) -> None:
        self.settle()
        self._answered = batch, content

    def settle(self) -> None:
        """Books what is not booked yet. OfficeError: an answer was none, or could not be saved."""
        self._book()
        if self._trouble is not None:
            raise self._trouble

    # ---- inside -----------------------------------------------------------------------------

    def _make(self) -> None:
        if not self._made:
            with no_collection():  # as at the office: thousands of small objects, and no cycle
                batch = next(self._batches, None)
                made = None if batch is None else (batch, self._device.push(batch).to_bytes())
            self._made.append(made)

    def _book(self) -> None:
        if self._answered is None:
            return
        (batch, content), self._answered = self._answered, None
        try:
            with no_collection():
                self._device.pushed(batch, Pushed.from_bytes(content))
        except OfficeError as error:  # not the fault of the call that is under way
            self._trouble = error
