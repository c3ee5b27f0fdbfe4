"""What a screen shows of a field to somebody: all of it, a cover to lift, a mask, or nothing.

Scopes keep whole records from a device; this is about the shoulder behind it. Who lifts a cover is
noted (data/kinds/access.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from data.rights import Allowed, Thing, may
from data.roles import Held, Table, clauses, row

Shown: TypeAlias = Literal["plain", "veiled", "masked", "initials", "nothing"]

INSTEAD: Final[Mapping[str, str]] = {"ids": "mask", "copies": "flag", "medical": "summary"}
"""By row: the part that tells those who may not see the rest that it is there."""
KIOSK: Final[Mapping[str, Shown]] = {"name": "initials", "department": "plain", "unit": "plain"}
"""Of a person, on a device that stands where everybody passes."""


def shown_as(
    table: Table, held: Iterable[Held], thing: Thing, field: str, *, kiosk: bool = False
) -> Shown:
    """How a field of a record is shown to whoever holds these roles."""
    if kiosk:
        return _on_a_kiosk(thing, field)
    roles = list(held)
    if isinstance(may(table, roles, "read", thing), Allowed):
        return "veiled" if field in thing.kind.reach.veiled else "plain"
    return "masked" if _has_mask(table, roles, thing) else "nothing"


def initials(name: str) -> str:
    """A name as a kiosk says it: "Zoë van der Berg" is Z. B."""
    words = [word for word in name.split() if word[0].isalpha() and not word[0].islower()]
    words = words or name.split()
    return (
        " ".join(f"{word[0].upper()}." for word in dict.fromkeys((words[0], words[-1])))
        if words
        else ""
    )


def _on_a_kiosk(thing: Thing, field: str) -> Shown:
    if thing.kind.name == "person":
        return KIOSK.get(field, "nothing")
    return "plain" if thing.kind.confidentiality == "green" else "nothing"


def _has_mask(table: Table, held: Iterable[Held], thing: Thing) -> bool:
    of = thing.place.row
    part = INSTEAD.get(of, "")
    return bool(part) and any(
        "R" in clause.verbs and clause.covers(part) and part in row(of).parts
        for one in held
        for clause in clauses(table, one, of)
    )
