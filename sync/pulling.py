"""One page behind the other: while the office makes the next one, the device takes this one.

A page says where the next one begins, so that is asked for before this one is taken. A page asked
for and never taken costs a repetition: the books move with what was taken, and the question names
them as they are (`cursor`), beside the place to go on from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from data.errors import OfficeError
from data.packing import no_collection
from sync.behind import Behind
from sync.calls import Call, Talk, taken


class Part(Protocol):
    """A page, or a part of a fill."""

    @property
    def more(self) -> bool:
        """Others follow."""


P = TypeVar("P", bound=Part)


def pages(
    question: Callable[[P | None], str], read: Callable[[bytes], P], take: Callable[[P], None]
) -> Talk:
    """Asks for one page after the other until there are no more, and has each taken in its turn.
    `question`: the path that asks for what follows a page; None: for the first."""
    behind = Behind(take)
    page: P | None = None
    while page is None or page.more:
        try:
            waits = behind.meanwhile if page else None
            answer = yield Call("GET", question(page), meanwhile=waits)
            with no_collection():
                page = read(taken(answer))
        except OfficeError:
            behind.settle()
            raise
        behind.put(page)
    behind.settle()
