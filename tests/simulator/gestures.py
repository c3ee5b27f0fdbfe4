"""What is written down of a commit: which edits, over what their author had then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from data.edit import Edit, Write
from data.state import Dot
from data.store import Store

Vector: TypeAlias = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """One edit of a gesture. `past`: the vector of the record at its author's copy before it.
    `own`: as the office made it of itself, while it took a push."""

    change: Write
    dot: Dot
    past: Vector
    user: str
    own: Edit | None = None


Gesture: TypeAlias = list[Part]


def by_office(edits: Iterable[Mapping[str, Any]]) -> Gesture:
    """What the office wrote of itself while it took a push."""
    return [_part(Edit.from_json(raw)) for raw in edits]


def is_there(store: Store, part: Part) -> bool:
    """Whether that very edit lies in the store, not another of the same name."""
    return any(
        edit.dot == part.dot
        and (dict(edit.values), edit.delete) == (dict(part.change.values), part.change.delete)
        for edit in store.history(part.change.id)
    )


def _part(edit: Edit) -> Part:
    removed = {name: tuple(losses) for name, losses in edit.remove.items()}
    change = Write(edit.kind, edit.record, edit.values, edit.add, removed, delete=edit.delete)
    return Part(change, edit.dot, {}, edit.mark.user, edit)
