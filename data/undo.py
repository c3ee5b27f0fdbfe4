"""What undoing a gesture writes: told from its edits and from the values that they wrote over.

Where a value that was written over is not known here (it came from another copy, and its edit did
not come with it), nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from data.edit import Edit, Write
from data.past import over
from data.record import RecordId
from data.state import Dot, Mark, State

Stood: TypeAlias = Callable[[str, Dot], "tuple[Any, Mark] | None"]
"""(field, dot) -> the value that the dot wrote there and who wrote it, if that is known."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a gesture did, or would do."""

    back: int
    """Records that were put back."""
    changed_since: tuple[RecordId, ...]
    """Somebody went on with them: left as they are."""
    unknown: tuple[RecordId, ...] = ()
    """What stood there before is not known on this copy: left as they are."""


def untouched(state: State, edits: Sequence[Edit]) -> bool:
    """Whether everything these edits wrote still stands and nothing stands beside it."""
    own = {edit.dot for edit in edits}
    names = {name for edit in edits for name in edit.values}
    added = {(name, e) for edit in edits for name, elements in edit.add.items() for e in elements}
    taken = {(name, e) for edit in edits for name, losses in edit.remove.items() for e in losses}
    standing = [set(state.cells.get(name, {})) for name in names]
    standing += [set(state.sets.get(name, {}).get(e, ())) for name, e in added - taken]
    if edits[-1].delete == state.alive:
        return False  # brought back, or deleted, since
    if not edits[0].life_over and state.life - own:
        return False  # it was added, and somebody has gone on with it
    return all(dots and dots <= own for dots in standing)


def reverse(edits: Sequence[Edit], stood: Stood) -> Write | None:
    """The write that makes what these edits of one record touched say again what stood before;
    None: not all of that is known."""
    first = edits[0]
    if not first.life_over and not edits[-1].delete:
        return Write(first.kind, first.record, delete=True)  # it was not there before
    values: dict[str, Any] = {}
    for name, dots in _first_over(edits).items():
        known = [(dot, stood(name, dot)) for dot in dots]
        told = [(_rank(dot, found[1]), found[0]) for dot, found in known if found is not None]
        if len(told) < len(known):
            return None
        values[name] = max(told, key=lambda pair: pair[0])[1] if told else None
    add, remove = _elements(edits)
    return Write(first.kind, first.record, values, add, remove)


def _first_over(edits: Sequence[Edit]) -> dict[str, tuple[Dot, ...]]:
    """By field: what the first of the edits that wrote it wrote over."""
    first: dict[str, tuple[Dot, ...]] = {}
    for edit in edits:
        for name in edit.values:
            first.setdefault(name, over(edit, name))
    return first


def _elements(edits: Sequence[Edit]) -> tuple[dict[str, tuple[str, ...]], ...]:
    """(to add, to remove): the elements that were taken out and those that were put in."""
    had: dict[tuple[str, str], bool] = {}
    for edit in edits:
        for name, elements in edit.add.items():
            for element in elements:
                had.setdefault((name, element), False)
        for name, losses in edit.remove.items():
            for element, dots in losses.items():
                had.setdefault((name, element), bool(dots))
    sides: tuple[dict[str, tuple[str, ...]], ...] = ({}, {})
    for (name, element), was in sorted(had.items()):
        side = sides[0 if was else 1]
        side[name] = (*side.get(name, ()), element)
    return sides


def _rank(dot: Dot, mark: Mark) -> tuple[int, str, int]:
    return (mark.stamp if mark.ot is None else mark.ot, dot.replica, dot.n)
