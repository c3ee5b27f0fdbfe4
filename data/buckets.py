"""Buckets: what a device holds, decided by two sets of names that must meet.

Every record lies in one to four buckets, told from its own place; every role reads a set of
buckets, told from the matrix. A record is in somebody's scope if the two share a name. What a show
changes in its matrix changes scopes only, never a record's buckets. Both are computed at the office
and nowhere else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from data.fields import Link
from data.kind import Kind
from data.roles import CAST_DEPARTMENT, Clause, Held, Table, clauses, row

Look: TypeAlias = Callable[[str, str], Mapping[str, Any] | None]
"""(kind, id) -> the values that stand in that record, or None if there is none."""

HERE: Final = "office"
"""The one bucket of what nobody's role reads: kinds of a newer app, and kinds without a row."""
LENT: Final = ("pins", "devices.lending")
"""What a lent device reads, whatever its role: it must know whom it is handed to, and who has it
also after what was written on it has been sent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record belongs. `owner` is a person's id; empty texts say: no such thing."""

    row: str = ""
    part: str = ""
    owner: str = ""
    department: str = ""
    unit: str = ""


class Moved(NamedTuple):
    """What changed between two sets of buckets."""

    gained: frozenset[str]
    lost: frozenset[str]


def nobody() -> str:
    return ""


def place_of(
    kind: Kind[Any] | None,
    record_id: str,
    values: Mapping[str, Any],
    look: Look,
    author: Callable[[], str] = nobody,
) -> Place:
    """Where the record belongs, told from its values, the records it links to, and who wrote it
    first (asked only where that decides). None for a kind that this version does not know."""
    if kind is None or not kind.reach.row:
        return Place()
    reach = kind.reach
    follow = _Paths(kind, record_id, values, look, author)
    owner = follow.first(reach.owner)
    whose = look("person", owner) if owner and kind.name != "person" else None
    return Place(
        next((row for name, row in reach.rows.items() if values.get(name)), reach.row),
        follow.first((reach.part_field,)) if reach.part_field else reach.part,
        owner,
        follow.first(reach.department) or str((whose or {}).get("department") or ""),
        follow.first(reach.unit) or str((whose or {}).get("unit") or ""),
    )


def linked(kind: Kind[Any], values: Mapping[str, Any], place: Place) -> frozenset[str]:
    """The records whose change may move this one: those its place was told from. The office asks
    again for every record that names one of them."""
    reach = kind.reach
    paths = (*reach.owner, *reach.department, *reach.unit)
    links = {path.partition(".")[0] for path in paths if "." in path}
    found = {str(values[name]) for name in links if values.get(name)}
    return frozenset(found | {place.owner} - {""})


@lru_cache(4096)  # what a day brings belongs to few people and departments
def buckets(place: Place) -> frozenset[str]:
    """The record's one to four buckets: its row (and part), and there its unit, its owner and its
    department."""
    if not place.row:
        return frozenset({HERE})
    base = _base(place.row, place.part)
    names = {base, _unit(base, place.unit)}
    if place.owner:
        names.add(_own(base, place.owner))
    if place.department:
        names.add(_department(base, place.department))
    return frozenset(names)


def scope(table: Table, held: Iterable[Held]) -> frozenset[str]:
    """The buckets that somebody reads who holds these roles now."""
    return frozenset(
        name
        for one in held
        for of in {row_name for row_name, role in table if role == one.role}
        for clause in clauses(table, one, of)
        if "R" in clause.verbs
        for part in row(of).parts
        if clause.covers(part)
        for name in _reads(_base(of, part), clause, one)
    )


def scope_of_lent(table: Table, held: Held) -> frozenset[str]:
    """The buckets of a device that is lent to a role: the role's, and of its unit the PINs and
    who has which device."""
    units = {held.unit, ""} if held.unit else set()
    hands = {_unit(base, unit) for base in LENT for unit in units} or set(LENT)
    return scope(table, [held]) | hands


def moved(before: frozenset[str], after: frozenset[str]) -> Moved:
    """What a scope or a record gained and lost. Lost buckets are pushed from first, then dropped;
    gained ones are filled by a snapshot."""
    return Moved(after - before, before - after)


def gone(record: frozenset[str], before: frozenset[str], after: frozenset[str]) -> bool:
    """Whether a record leaves a device whose scope went from `before` to `after`."""
    return bool(record & before) and not record & after


# ---- inside -----------------------------------------------------------------------------------


def _reads(base: str, clause: Clause, held: Held) -> Iterator[str]:
    if clause.whose in ("all", "listed") or (clause.whose == "unit" and not held.unit):
        yield base
    elif clause.whose == "unit":
        yield from (_unit(base, held.unit), _unit(base, ""))
    elif clause.whose == "cast":
        yield _department(base, CAST_DEPARTMENT)
    elif clause.whose == "department" and held.department:
        yield _department(base, held.department)
    elif clause.whose == "own" and held.person:
        yield _own(base, held.person)


def _base(of: str, part: str) -> str:
    return f"{of}.{part}" if part else of


def _own(base: str, person: str) -> str:
    return f"{base}/own:{person}"


def _department(base: str, department: str) -> str:
    return f"{base}/department:{same(department)}"


def _unit(base: str, unit: str) -> str:
    return f"{base}/unit:{same(unit)}"


@lru_cache(1024)
def same(name: str) -> str:
    """One spelling of a department or unit: "Grip " and "GRIP" are one."""
    return unicodedata.normalize("NFC", " ".join(name.split()).casefold())


class _Paths(NamedTuple):
    kind: Kind[Any]
    record_id: str
    values: Mapping[str, Any]
    look: Look
    author: Callable[[], str]

    def first(self, paths: Iterable[str]) -> str:
        for path in paths:
            if text := self._one(path):
                return text
        return ""

    def _one(self, path: str) -> str:
        if path in ("@id", "@author"):
            return self.record_id if path == "@id" else self.author()
        name, _, behind = path.partition(".")
        value = self.values.get(name)
        if not behind or not value:
            return str(value or "")
        meaning = self.kind.meanings[name]
        assert isinstance(meaning, Link)
        return str((self.look(meaning.kind, str(value)) or {}).get(behind) or "")
