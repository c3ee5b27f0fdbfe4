"""What is done here while the office works on the next answer: one thing, put off until then.

Whoever carries the calls may leave it for later: then it is done in between. It is never done out
of turn, and what goes wrong with it is told when it is settled, since it is not the fault of the
call that is under way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from data.errors import OfficeError
from data.packing import no_collection

T = TypeVar("T")


class Behind(Generic[T]):
    """Answers that `take` is handed one call later than they came."""

    def __init__(self, take: Callable[[T], None]) -> None:
        self._take = take
        self._waiting: list[T] = []
        self._trouble: OfficeError | None = None

    def put(self, answer: T) -> None:
        """This one is next; the one before it is taken. OfficeError: it could not be."""
        self.settle()
        self._waiting.append(answer)

    def meanwhile(self) -> None:
        """Takes what waits, if anything does."""
        if self._waiting and self._trouble is None:
            try:
                with no_collection():  # as at the office: thousands of small objects, and no cycle
                    self._take(self._waiting.pop())
            except OfficeError as error:
                self._trouble = error

    def settle(self) -> None:
        """Nothing waits any more. OfficeError: an answer was none, or could not be saved."""
        self.meanwhile()
        if self._trouble is not None:
            raise self._trouble
