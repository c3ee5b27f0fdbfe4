"""What the crash tests write. Gesture n says the same wherever and whenever it is made, so whoever
opens the folder can tell what must be there after n of them, and nothing else.
"""

from __future__ import annotations

from typing import Final

from tests.crash.office import Office
from tests.crash.plain import Plain
from tests.crash.sort import Expected, Seen, Sort

SORTS: Final[dict[str, Sort]] = {
    "hub": Office(hub=True),
    "device": Office(hub=False),
    "plain": Plain(),
}

__all__ = ["SORTS", "Expected", "Seen", "Sort"]
