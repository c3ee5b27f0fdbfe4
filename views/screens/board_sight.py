"""What one window's board shows, told in pieces: a commit draws again only what it changed.

A piece is a person's line, the head of a department, the counts of the filters, or which lines
there are in which order. Who draws a piece listens to it by its key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from data.desk import Desk
from data.kinds.attendance import Attendance, attendance, missing
from data.kinds.calls import departments
from data.kinds.people import answers_to
from data.kinds.production import Production, show_of
from data.kinds.roll import SHOWN, Roll
from data.kinds.schedule import ShootDay

LINES, COUNTS = "lines", "counts"
HEAD = "department "
"""Before the name of a department: the key of its head. A person's line has the person's id."""

MOST_FOUND = 40


class Line(NamedTuple):
    """A person's line, and what else its words are made of."""

    row: Attendance
    late: bool
    day: ShootDay
    show: Production


class Head(NamedTuple):
    """A department counts everybody of the day, whichever of them are shown."""

    name: str
    came: int
    all: int


Piece = Line | Head | dict[str, int] | tuple[str, ...]

FILTERS = ("all", "not", "late", "in", "out")


def filters_of(row: Attendance, late: bool) -> tuple[str, ...]:
    """The filters that show a row."""
    if row.away:
        return ("all",)
    if row.in_event is None:
        came: tuple[str, ...] = ("all", "not", "late") if late else ("all", "not")
        return came if row.out_event is None else (*came, "out")
    return ("all", "in") if row.out_event is None else ("all", "out")


class Sight:
    """The pieces, and who listens to which."""

    def __init__(self, desk: Desk) -> None:
        self.pieces: dict[str, Piece] = {}
        self._desk = desk
        self._roll: Roll | None = None
        self._looking, self._which = "", "all"
        self._held: set[str] = set()
        self._bumps: dict[str, list[Callable[[], None]]] = {}

    # ---- what is looked at ------------------------------------------------------------------

    def look(self, day: ShootDay | None, looking: str, which: str) -> None:
        """What to show from now on; for the drawing of the board, so nobody is bumped."""
        if which != self._which:
            self._held.clear()
        if self._roll is None or day is None or day.id != self._roll.day.id:
            self._roll = Roll(self._desk, day) if day else None
        self._looking, self._which = looking, which
        self.pieces = self._told(self._roll) if self._roll else {}

    def hold(self, person_id: str) -> None:
        """Who is tapped stays in sight: else the next tap would hit the next person."""
        self._held.add(person_id)

    def let_go(self) -> None:
        """A filter was chosen, maybe the same once more: only who belongs there stays."""
        self._held.clear()
        self._tell()

    # ---- what changes -----------------------------------------------------------------------

    def hear(self, kinds: Collection[str]) -> None:
        """A commit touched records of these kinds."""
        if self._roll is not None and not SHOWN.isdisjoint(kinds):
            self._roll.hear(kinds)
            self._tell()

    def listen(self, key: str, bump: Callable[[], None]) -> Callable[[], None]:
        """Calls `bump` whenever the piece is another one, until what is returned is called."""
        bumps = self._bumps.setdefault(key, [])
        bumps.append(bump)
        return lambda: bumps.remove(bump) if bump in bumps else None

    def _tell(self) -> None:
        before, self.pieces = self.pieces, self._told(self._roll) if self._roll else {}
        changed = [key for key, piece in self.pieces.items() if before.get(key) != piece]
        for key in sorted(changed, key=_told_last):
            for bump in tuple(self._bumps.get(key, ())):
                bump()

    # ---- what is told -----------------------------------------------------------------------

    def _told(self, roll: Roll) -> dict[str, Piece]:
        show = show_of(self._desk)
        late: set[str] = {row.person.id for row in missing(self._desk, roll.day, roll.rows)}
        counts = dict.fromkeys(FILTERS, 0)
        for row in roll.rows:
            for name in filters_of(row, row.person.id in late):
                counts[name] += 1
        shown = self._found(roll) if self._looking.strip() else self._chosen(roll, late)
        pieces: dict[str, Piece] = {COUNTS: counts}
        of_day, members = _by_department(roll.rows), _by_department(shown)
        for name in departments(row.person for row in shown):
            mine = of_day.get(name.casefold(), [])
            came = sum(row.in_event is not None for row in mine)
            pieces[HEAD + name] = Head(name, came, len(mine))
            for row in sorted(members[name.casefold()], key=lambda row: row.call.minutes):
                pieces[row.person.id] = Line(row, row.person.id in late, roll.day, show)
        pieces[LINES] = tuple(key for key in pieces if key != COUNTS)
        return pieces

    def _chosen(self, roll: Roll, late: set[str]) -> list[Attendance]:
        which, held = self._which, self._held
        return [
            row
            for row in roll.rows
            if row.person.id in held or which in filters_of(row, row.person.id in late)
        ]

    def _found(self, roll: Roll) -> list[Attendance]:
        """People by the beginnings of their names' words, who is not called today at the end."""
        looking = self._looking
        here_today = {row.person.id for row in roll.rows}
        others = [
            attendance(self._desk, roll.day, call, ())
            for call in roll.listed
            if call.person.id not in here_today and answers_to(call.person, looking)
        ]
        return ([row for row in roll.rows if answers_to(row.person, looking)] + others)[:MOST_FOUND]


def _told_last(key: str) -> bool:
    """Lines are told first: they are what was tapped."""
    return key in (LINES, COUNTS) or key.startswith(HEAD)


def _by_department(rows: list[Attendance]) -> dict[str, list[Attendance]]:
    members: dict[str, list[Attendance]] = {}
    for row in rows:
        members.setdefault(row.person.department.casefold(), []).append(row)
    return members
