"""Roles and the matrix, read: what a role may do with a row of data, as the show has it at a time.

The table (data/matrix.py) is the default of every show. A show changes a cell by a dated record;
what it says counts from its date on, so that an edit is judged by the table of its own day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from data.errors import BadInput
from data.matrix import ROLES, ROWS, TABLE, Role, Row

CAST_DEPARTMENT: Final = "CAST"
Whose = Literal["all", "own", "department", "unit", "cast", "listed"]
MARKS: Final = frozenset({"draft", "expiring", "limited", "custody", "off"})

ROLE_NAMES: Final = tuple(role.name for role in ROLES)
ROW_NAMES: Final = tuple(row.name for row in ROWS)
_ROLES: Final[Mapping[str, Role]] = {role.name: role for role in ROLES}
_ROWS: Final[Mapping[str, Row]] = {row.name: row for row in ROWS}


class Clause(NamedTuple):
    """One permission of a cell. `verbs` are letters of RWC; without `parts` it is the whole row."""

    verbs: str
    parts: frozenset[str] = frozenset()
    whose: Whose = "all"
    marks: frozenset[str] = frozenset()
    limit: int | None = None

    def covers(self, part: str) -> bool:
        return not self.parts or part in self.parts


Cell: TypeAlias = tuple[Clause, ...]
"""Empty: no access."""
Table: TypeAlias = Mapping[tuple[str, str], Cell]
"""By (row, role)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds from `since` to before `until` (ms; None: until it is ended).

    `person` is empty where a device holds the role itself, lent to whoever takes it.
    """

    role: str
    person: str = ""
    department: str = ""
    unit: str = ""
    """Empty: works on every unit."""
    lists: frozenset[str] = frozenset()
    """Rows whose list the person is on."""
    since: int = 0
    until: int | None = None

    def at(self, ms: int) -> bool:
        return self.since <= ms and (self.until is None or ms < self.until)


class Change(NamedTuple):
    """What a show says of one cell from `since` (ms) on; `name` only settles two of one moment."""

    row: str
    role: str
    allows: str
    since: int
    name: str = ""


def role(name: str) -> Role:
    """The role, or BadInput with those there are."""
    if name not in _ROLES:
        raise BadInput(f"There is no role {name!r}. Choose: {', '.join(ROLE_NAMES)}.", field="role")
    return _ROLES[name]


def row(name: str) -> Row:
    """The row of the matrix, or BadInput with those there are."""
    if name not in _ROWS:
        raise BadInput(f"There is no row {name!r}. Choose: {', '.join(ROW_NAMES)}.", field="row")
    return _ROWS[name]


def read_cell(text: str, of: Row) -> Cell:
    """What a cell of that row says, or BadInput that says how cells are written."""
    clauses = [clause.split() for clause in text.split(";")]
    if clauses == [["-"]]:
        return ()
    return tuple(_clause(words, of) for words in clauses)


def cell_text(cell: Cell) -> str:
    """As `read_cell` reads it."""
    return " ; ".join(map(_said, cell)) or "-"


def table_at(changes: Iterable[Change], at: int) -> Table:
    """The table of that moment. A cell that this version cannot read allows nothing."""
    table = dict(DEFAULT)
    for change in sorted(changes, key=lambda c: (c.since, c.name)):
        if change.since <= at and (change.row, change.role) in table:
            try:
                cell = read_cell(change.allows, _ROWS[change.row])
            except BadInput:
                cell = ()
            table[change.row, change.role] = cell
    return table


def clauses(table: Table, held: Held, of: str) -> Iterator[Clause]:
    """The clauses of a row that count for somebody who holds the role like this."""
    for clause in table.get((of, held.role), ()):
        on_list = clause.whose != "listed" or of in held.lists
        in_time = "expiring" not in clause.marks or held.until is not None
        if on_list and in_time and "off" not in clause.marks:
            yield clause


def next_change(held: Iterable[Held], changes: Iterable[Change], after: int) -> int | None:
    """The next moment (ms) at which somebody's scope changes by itself; None: it does not."""
    moments = {h.since for h in held} | {h.until for h in held if h.until is not None}
    moments |= {change.since for change in changes}
    return min((ms for ms in moments if ms > after), default=None)


# ---- inside -----------------------------------------------------------------------------------


def _clause(words: list[str], of: Row) -> Clause:
    verbs, colon, parts = (words[0] if words else "").partition(":")
    named = frozenset(parts.split(",")) if colon else frozenset()
    if not verbs or set(verbs) - set("RWC") or not named <= set(of.parts):
        raise _unreadable(" ".join(words), of)
    whose: Whose = "all"
    marks, limit = set[str](), None
    for word in words[1:]:
        mark, _, amount = word.partition(":")
        if word in get_args(Whose):
            whose = word  # type: ignore[assignment]
        elif mark in MARKS and (not amount or (mark == "limited" and amount.isdecimal())):
            marks.add(mark)
            limit = int(amount) if amount else limit
        else:
            raise _unreadable(" ".join(words), of)
    return Clause(verbs, named, whose, frozenset(marks), limit)


def _unreadable(text: str, of: Row) -> BadInput:
    parts = f", parts {', '.join(of.parts)}" if of.parts != ("",) else ""
    return BadInput(
        f"{text!r} is no cell. Write - or R, RW, C, then whose "
        f"({', '.join(get_args(Whose))}), then {', '.join(sorted(MARKS))}{parts}.",
        field="allows",
    )


def _said(clause: Clause) -> str:
    parts = f":{','.join(sorted(clause.parts))}" if clause.parts else ""
    marks = [
        f"{mark}:{clause.limit}" if mark == "limited" and clause.limit is not None else mark
        for mark in sorted(clause.marks)
    ]
    whose = [] if clause.whose == "all" else [clause.whose]
    return " ".join([clause.verbs + parts, *whose, *marks])


def _default() -> dict[tuple[str, str], Cell]:
    table: dict[tuple[str, str], Cell] = {}
    name = ""
    for line in TABLE.strip().splitlines():
        first, *cells = line.split("|")
        name = first.strip() or name
        for cell in cells:
            who, said = cell.strip().split(" ", 1)
            table[name, who] = read_cell(said.strip(), _ROWS[name])
    return table


DEFAULT: Final[Table] = _default()
