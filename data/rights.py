"""May somebody do this to that record? Told from the roles they hold and the matrix.

Screens ask it before they offer a button, the office's judge (data/judge.py) for every edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from data.buckets import Place, same
from data.kind import Kind
from data.roles import CAST_DEPARTMENT, Clause, Held, Table, clauses, row

Verb: TypeAlias = Literal["read", "add", "write", "delete"]
LETTERS: Final[Mapping[Verb, str]] = {"read": "R", "add": "WC", "write": "W", "delete": "W"}
WORDS: Final[Mapping[Verb, str]] = {
    "read": "see",
    "add": "add to",
    "write": "change",
    "delete": "delete from",
}


class Refusal(NamedTuple):
    """Why not: a code for programs, a sentence that says what to do."""

    code: str
    sentence: str


class Allowed(NamedTuple):
    """It may stand. `flag`: a fact whose author had no right to say it."""

    flag: Refusal | None = None


Answer: TypeAlias = Allowed | Refusal


@dataclass(frozen=True, slots=True)
class Thing:
    """A record as rights see it: where it belongs, and the values its cell's conditions ask for."""

    kind: Kind[Any]
    place: Place
    values: Mapping[str, Any]


def may(
    table: Table, held: Iterable[Held], verb: Verb, thing: Thing, field: str = "", value: Any = None
) -> Answer:
    """Whether somebody who holds these roles may do that to the record (of `field`: writing
    `value`). The roles are those of the edit's time (`Held.at`)."""
    roles = list(held)
    if not roles:
        return Refusal("no-role", "You held no role on this show then. Ask the office for one.")
    found: Refusal | None = None
    for clause in _granting(table, roles, verb, thing.place):
        why = _condition(clause, verb, thing, field, value)
        if why is None:
            return Allowed()
        found = found or why
    return found or _no_right(verb, thing)


def may_all(table: Table, held: Iterable[Held], verb: Verb, of: str) -> bool:
    """Whether they may do that to every record of a row, whatever it says and whose it is: then
    nothing has to be looked up about one."""
    return any(
        clause.whose == "all"
        and not (clause.parts or clause.marks)
        and any(letter in clause.verbs for letter in LETTERS[verb])
        for one in held
        for clause in clauses(table, one, of)
    )


# ---- inside -----------------------------------------------------------------------------------


def _granting(table: Table, held: Iterable[Held], verb: Verb, place: Place) -> Iterator[Clause]:
    for one in held:
        for clause in clauses(table, one, place.row):
            letters = set(clause.verbs) & set(LETTERS[verb])
            if letters and _covers(clause, one, place):
                yield clause


def _covers(clause: Clause, held: Held, place: Place) -> bool:
    if place.part not in row(place.row).parts or not clause.covers(place.part):
        return False
    whose = {
        "all": True,
        "listed": True,
        "own": bool(held.person) and held.person == place.owner,
        "department": bool(held.department) and same(held.department) == same(place.department),
        "cast": same(place.department) == same(CAST_DEPARTMENT),
        "unit": not held.unit or same(place.unit) in ("", same(held.unit)),
    }
    return whose[clause.whose]


def _condition(clause: Clause, verb: Verb, thing: Thing, field: str, value: Any) -> Refusal | None:
    """What the cell asks for besides; reading asks for nothing more."""
    reach = thing.kind.reach
    if verb == "read":
        return None
    if "draft" in clause.marks and reach.draft:
        stands = thing.values.get(reach.draft, "draft")
        if {stands, value if field == reach.draft else stands} != {"draft"}:
            return Refusal(
                "not-a-draft",
                f"Your role writes a {thing.kind.title.lower()} only while it is a draft. "
                "Ask the producer to change it, or to set it back.",
            )
    if clause.limit is not None and field == reach.amount and _over(value, clause.limit):
        return Refusal(
            "over-limit",
            f"Your role writes amounts up to {clause.limit}. Ask the coordinator or the producer.",
        )
    return None


def _over(value: Any, limit: int) -> bool:
    """Whether an amount as it is written (money) is over the limit, or is none at all."""
    try:
        return Decimal(str(value["a"])) > limit
    except (TypeError, KeyError, InvalidOperation):
        return value is not None


def _no_right(verb: Verb, thing: Thing) -> Refusal:
    return Refusal(
        "no-right",
        f"Your role does not {WORDS[verb]} {_title(thing)}. "
        "Ask the production office; what you wrote waits there.",
    )


def _title(thing: Thing) -> str:
    name = thing.place.row
    return f"“{row(name).title}”" if name else f"“{thing.kind.plural}”"
