"""Refusal is a write, never a reset.

The office joins what it must refuse, and in the same commit writes over exactly the refused dots
with dots of its own: the values that stood before, in their users' names; life again for a refused
delete; no life for a refused new record. A copy that went back to an earlier state instead would
lose both values as soon as the refused dot came again by another way. What was refused is kept in
a waiting record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from data.edit import Edit, Write, apply
from data.errors import OfficeError
from data.kinds.waiting import WAITING, Waiting
from data.record import natural_id
from data.state import Dot, Mark, State

Judge: TypeAlias = Callable[[Edit, State | None], OfficeError | None]
"""What an edit's author had no right to write, in words; None: it may stand. The state is the
record as it was at the office before, None if it was not there."""

OFFICE = "office"
"""Whose name stands at what the office itself writes."""
Prior: TypeAlias = tuple[Dot, Any, Mark]


@dataclass(slots=True)
class Pen:
    """How the office writes inside a push: dots of its own, and the edits it made with them."""

    next_dot: Callable[[], Dot]
    stamp: Callable[[], int]
    gesture: str
    edits: list[Edit] = field(default_factory=list)

    def write(self, state: State, change: Write, mark: Mark | None = None) -> State:
        mark = mark or Mark(self.stamp(), None, change.user or OFFICE)
        after, edit = apply(state, change, self.next_dot(), mark, self.gesture)
        self.edits.append(edit)
        return after


def superseded(
    after: State,
    before: State | None,
    refused: Mapping[Dot, Edit],
    new: Mapping[Dot, Edit],
    pen: Pen,
) -> State:
    """`after` without the refused dots, each written over. `new`: every new edit of the record."""
    others, had = after.dots() - new.keys(), before is not None and before.vv
    if refused.keys() == new.keys() and not (had or others):
        return pen.write(after, Write(after.kind, after.id, delete=True))
    # Others' dots in a record that is new here: an office that was put back had it once.
    kept = after.life.union(*(edit.life_over for edit in refused.values())) - new.keys()
    lived = before.alive if before is not None and had else bool(kept)
    for edit in refused.values():
        after = _one(after, before, edit, refused, new, pen)
    if not lived and refused.keys() == new.keys():
        after = pen.write(after, Write(after.kind, after.id, delete=True))
    return after


def stands(edit: Edit, after: State, before: State | None) -> bool:
    """Whether anything of the edit is to be seen in the record."""
    dot = edit.dot
    if dot in after.dots() or (edit.delete and not after.alive):
        return True
    had = {} if before is None else before.sets
    return any(
        element in had.get(name, {}) and element not in after.sets.get(name, {})
        for name, losses in edit.remove.items()
        for element in losses
    )


def waiting(edit: Edit, why: OfficeError, production: str) -> Write:
    """The record that keeps a refused edit; the same edit always waits in the same record."""
    said: dict[str, Any] = {
        "f": dict(edit.values),
        "add": {name: sorted(elements) for name, elements in edit.add.items()},
        "rem": {name: sorted(losses) for name, losses in edit.remove.items()},
        "del": edit.delete,
    }
    kept = {key: value for key, value in said.items() if value}
    record = Waiting(
        record=edit.record,
        record_kind=edit.kind,
        author=edit.mark.user,
        values=json.dumps(kept, ensure_ascii=False, sort_keys=True),
        code=why.code,
        sentence=why.sentence,
    )
    record_id = natural_id(production, "waiting", *edit.dot)
    return Write(WAITING.name, record_id, {**WAITING.cells(record), "outcome": "open"})


def collapsed(state: State, most: int, pen: Pen) -> State:
    """Fields with more live values than anybody can look at: the one shown is written over all."""
    if len(state.marks) <= most:
        return state
    for name in [name for name, cells in state.cells.items() if len(cells) > most]:
        shown = state.ranked(name)
        change = Write(
            state.kind, state.id, {name: state.cells[name][shown[0]]}, over={name: tuple(shown)}
        )
        alive = state.alive
        state = pen.write(state, change, state.marks[shown[0]])
        if not alive:
            state = pen.write(state, Write(state.kind, state.id, delete=True))
    return state


# ---- inside -----------------------------------------------------------------------------------


def _one(
    after: State,
    before: State | None,
    edit: Edit,
    refused: Mapping[Dot, Edit],
    new: Mapping[Dot, Edit],
    pen: Pen,
) -> State:
    """One refused edit written over: what it wrote goes, what it wrote over comes back."""
    back: dict[Dot, tuple[Mark, dict[str, Any]]] = {}
    for name in edit.values:
        if edit.dot not in after.cells.get(name, {}):
            continue  # written over since, by an edit that stands for itself
        for dot, value, mark in _prior(name, edit, before, refused, new):
            if dot not in after.cells[name]:
                back.setdefault(dot, (mark, {}))[1][name] = value
    add, remove = _elements(edit, after, before)
    gone = {name: edit.dot for name, cells in after.cells.items() if edit.dot in cells}
    left = {
        name: {dot: value for dot, value in cells.items() if dot != edit.dot}
        for name, cells in after.cells.items()
    }
    after = replace(after, cells={name: cells for name, cells in left.items() if cells})
    for mark, values in back.values():
        after = pen.write(
            after, Write(edit.kind, edit.record, values, over=dict.fromkeys(values, ())), mark
        )
    after = pen.write(after, Write(edit.kind, edit.record, {}, add, remove), _of_life(before))
    # The values taken away leave no cell behind; that they were written over is told by this edit.
    over = {**pen.edits[-1].over, **{name: (dot,) for name, dot in gone.items()}}
    pen.edits[-1] = pen.edits[-1]._replace(over=over)
    return after


def _prior(
    name: str,
    edit: Edit,
    before: State | None,
    refused: Mapping[Dot, Edit],
    new: Mapping[Dot, Edit],
) -> Iterator[Prior]:
    """The cells that a refused edit wrote over, and behind another refused one those it did."""
    for dot in edit.over.get(name, ()):
        if dot in refused:
            yield from _prior(name, refused[dot], before, refused, new)
        elif before is not None and dot in before.cells.get(name, {}):
            yield dot, before.cells[name][dot], before.marks[dot]
        elif dot in new and name in new[dot].values:
            yield dot, new[dot].values[name], new[dot].mark


def _elements(
    edit: Edit, after: State, before: State | None
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Elements of sets to put back, and to take away again."""
    add = {
        name: tuple(
            sorted(
                element
                for element in losses
                if before is not None
                and element in before.sets.get(name, {})
                and element not in after.sets.get(name, {})
            )
        )
        for name, losses in edit.remove.items()
    }
    remove = {
        name: tuple(
            sorted(
                element
                for element in elements
                if edit.dot in after.sets.get(name, {}).get(element, ())
                and (before is None or element not in before.sets.get(name, {}))
            )
        )
        for name, elements in edit.add.items()
    }
    return (
        {name: elements for name, elements in add.items() if elements},
        {name: elements for name, elements in remove.items() if elements},
    )


def _of_life(before: State | None) -> Mark | None:
    """Whose record it was: the last one of those who kept it alive."""
    marks = [] if before is None else [before.marks[dot] for dot in before.life]
    return max(marks, default=None)
