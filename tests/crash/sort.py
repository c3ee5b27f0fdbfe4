"""What crash tests ask of whatever lies in a folder: gestures that are numbered, and what is known
after each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, TypeAlias

from data.files import Folder
from data.storage import JournalStorage

Seen: TypeAlias = dict[str, Any]
"""Everything a copy knows, as plain data."""


class Sort(Protocol):
    """One of the three things that lie in such a folder."""

    def open(
        self, home: Path, *, reader: bool = False, folder: Folder | None = None, seed: int = 0
    ) -> Any:
        """`seed`: of what the copy takes by chance; 0: nobody knows it."""

    def say(self, copy: Any, n: int) -> None:
        """Gesture n; durable when it returns."""

    def seen(self, copy: Any) -> Seen: ...
    def storage(self, copy: Any) -> JournalStorage: ...
    def nothing(self) -> Expected:
        """What is known before the first gesture."""


class Expected(Protocol):
    n: int

    def take(self) -> None:
        """The next gesture was made."""

    def seen(self) -> Seen: ...
