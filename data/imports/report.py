"""What an import would do, as plain values: shown, printed, then carried out as one gesture."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from data.desk import Desk
from data.kind import Kind
from data.record import Record
from data.store import Gesture

Severity = Literal["note", "doubt", "error"]
"""Worth knowing; for a person to decide; not imported as it stands."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the list, where the person finds it; row 0 is the list as a whole."""

    file: str
    row: int
    column: str
    value: str
    reason: str
    severity: Severity

    def __str__(self) -> str:
        place = f"{self.file}, row {self.row}" if self.row else self.file
        what = ": ".join(part for part in (self.column, self.value) if part)
        return f"{place}: {what}: {self.reason}" if what else f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Fill:
    """A value for a field of a record that is here; `said` is the value in words."""

    record: Record
    who: str
    field: str
    label: str
    value: Any
    said: str
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The list says one thing and the record another; nothing is written unless it is taken."""

    offer: Fill
    here: str

    def problem(self) -> Problem:
        offer = self.offer
        reason = f"differs: {offer.who} has {self.here} here; not changed."
        return Problem(offer.file, offer.row, offer.label, offer.said, reason, "doubt")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two who may be one, or two; they are shown and never merged."""

    file: str
    row: int
    one: str
    other: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}: {self.one} and {self.other}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the list says and what would be written; making one writes nothing."""

    file: str
    things: tuple[tuple[type[Record], str, str], ...]
    """What the list is of, in words for one and for many: person, people."""
    rows: int
    columns: tuple[tuple[str, str], ...]
    """(header, what it was taken for)."""
    read_as: tuple[str, ...] = ()
    """How bytes, dates and numbers were read, in words."""
    groups: tuple[tuple[str, int], ...] = ()
    """Departments, or shoot days, with how many rows each has."""
    new: tuple[Record, ...] = ()
    fills: tuple[Fill, ...] = ()
    unchanged: int = 0
    differs: tuple[Difference, ...] = ()
    pairs: tuple[Pair, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Everything to look at, the differences too, by row."""

    @property
    def changes(self) -> bool:
        return bool(self.new or self.fills)

    def count(self, severity: Severity) -> int:
        return sum(problem.severity == severity for problem in self.problems)

    def summary(self) -> str:
        """One paragraph for a person who has not seen the list."""
        said = [f"{self.file}: {_many(self.rows, 'row', 'rows')} read."]
        for model, one, many in self.things:
            if new := sum(isinstance(record, model) for record in self.new):
                said.append(f"{_many(new, f'new {one}', f'new {many}')}.")
        if self.fills:
            blanks = _many(len(self.fills), "blank", "blanks")
            said.append(
                f"{blanks} filled in {len({f.record.id for f in self.fills}):,} that are here."
            )
        if self.unchanged:
            said.append(f"{self.unchanged:,} here already, unchanged.")
        if not self.changes:
            said.append("Nothing to change.")
        if self.differs:
            said.append(f"{_many(len(self.differs), 'value differs', 'values differ')}; not taken.")
        if self.pairs:
            said.append(f"{_many(len(self.pairs), 'pair', 'pairs')} to look at; not merged.")
        if doubts := self.count("doubt") - len(self.differs):
            said.append(f"{_many(doubts, 'thing is', 'things are')} doubtful.")
        if errors := self.count("error"):
            said.append(f"{_many(errors, 'thing', 'things')} could not be read.")
        return " ".join(said)

    def lines(self) -> list[str]:
        """The whole plan for a person at a terminal."""
        lines = [self.summary(), "", "Columns:"]
        lines += [f"  {header:<24} {meaning}" for header, meaning in self.columns]
        lines += [f"  ({words})" for words in self.read_as]
        if self.pairs or self.problems:
            lines += ["", "To look at:"]
            lines += [f"  {said}" for said in (*self.pairs, *self.problems)]
        return lines


@dataclass(frozen=True, slots=True)
class Result:
    """What was written. `gesture` undoes it; None when nothing was, or inside a larger gesture."""

    added: int
    filled: int
    passed_over: int
    """Planned, and no longer right when it was carried out: somebody was there first."""
    gesture: Gesture | None


def carry_out(desk: Desk, plan: Plan, *, take: Collection[Difference] = ()) -> Result:
    """Writes the plan as one gesture, and of the differences those in `take`.

    What changed since the plan was made is left as it is: carried out twice, a plan writes once.
    """
    before, added, filled, passed_over = desk.last, 0, 0, 0
    wanted = [*plan.fills, *(difference.offer for difference in take)]
    by_record: dict[str, list[Fill]] = {}
    for fill in wanted:
        by_record.setdefault(fill.record.id, []).append(fill)
    with desk.gesture():
        for record in plan.new:
            if record.id and desk.find(desk.kind_of(record), record.id) is not None:
                passed_over += 1
                continue
            desk.add(record, record_id=record.id or None)
            added += 1
        for record_id, fills in by_record.items():
            now = desk.find(desk.kind_of(fills[0].record), record_id)
            right = [f for f in fills if now is not None and _still(f, now)]
            if now is not None and right:
                desk.edit(now, **{fill.field: fill.value for fill in right})
            filled += len(right)
            passed_over += len(fills) - len(right)
    gesture = desk.last if desk.last is not before else None
    return Result(added, filled, passed_over, gesture)


def compare(
    kind: Kind[Any],
    record: Record,
    values: Mapping[str, Any],
    *,
    who: str,
    file: str,
    row: int,
    key: Callable[[str, Any], Any],
    words: Callable[[str, Any], str],
) -> tuple[list[Fill], list[Difference]]:
    """Of what a list says about a record: what fills a blank, and what differs from what is here.

    `key` gives what two values of a field are compared by, `words` how a value is said.
    """
    fills, differs = [], []
    for field, value in values.items():
        here = getattr(record, field)
        if blank(value) or (not blank(here) and key(field, here) == key(field, value)):
            continue
        label = kind.label(field)
        fill = Fill(record, who, field, label, value, words(field, value), file, row)
        if blank(here):
            fills.append(fill)
        else:
            differs.append(Difference(fill, words(field, here)))
    return fills, differs


def blank(value: Any) -> bool:
    """Nothing was said: no text, no date, an empty set, or a count of none."""
    return value is None or value == "" or value == frozenset() or value == 0


def by_row(problems: Iterable[Problem], differs: Iterable[Difference]) -> tuple[Problem, ...]:
    return tuple(
        sorted((*problems, *(d.problem() for d in differs)), key=lambda p: (p.file, p.row))
    )


def _still(fill: Fill, now: Record) -> bool:
    return bool(getattr(now, fill.field) == getattr(fill.record, fill.field))


def _many(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
