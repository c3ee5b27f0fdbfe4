"""What a kind asks of an edit besides rights: steps in their order, nobody's own approval, amounts
that stand once they are in the books.

The judge (data/judge.py) asks a law only of what rights allow. A law reads no store and no clock;
what it has to know is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from data.buckets import Look
from data.errors import Refused

Having: TypeAlias = Callable[[str, str, str], Iterable[Mapping[str, Any]]]
"""(kind, field, text) -> the values of the living records whose field is that text."""
Since: TypeAlias = Callable[[str, str, str], int]
"""(kind, id, field) -> when (ms) the value that stands there was written; 0: nothing does."""


class Said(NamedTuple):
    """One edit as its kind's law sees it. Values are canonical JSON; of a step that copies took
    apart the one that allows least stands."""

    kind: str
    record: str
    user: str
    at: int
    """The moment whose roles count (ms)."""
    before: Mapping[str, Any]
    """What stood; nothing: the record is new."""
    values: Mapping[str, Any]
    delete: bool
    may: Callable[[str, str, Decimal | None], Refused | None]
    """(row, part, amount) -> why the author may not do that part to this record; None: they may."""
    look: Look
    having: Having
    since: Since
    production: str


Law: TypeAlias = Callable[[Said], Refused | None]
