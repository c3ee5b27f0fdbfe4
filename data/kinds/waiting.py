"""What the office did not let stand, kept whole until somebody at the office has looked at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from data.desk import Desk
from data.edit import Write
from data.errors import Refused
from data.fields import Label, Line, Prose, one_of
from data.kind import Kind
from data.reach import Reach
from data.record import Record

Outcome = Annotated[str, one_of("open", "released", "declined")]


class Waiting(Record):
    """One refused edit: whose, of which record, what it said and why it does not stand."""

    record: Annotated[Line, Label("Record")]
    record_kind: Annotated[Line, Label("Kind of record")]
    author: Annotated[Line, Label("Written by")] = ""
    values: Annotated[Prose, Label("What was written", "as JSON")] = "{}"
    """`f` values, `add` and `rem` elements of sets, `del` a delete; what is empty is left out."""
    code: Line = ""
    sentence: Annotated[Prose, Label("Why it waits")] = ""
    outcome: Outcome = "open"
    by: Annotated[Line, Label("Decided by")] = ""


WAITING = Kind(
    name="waiting",
    model=Waiting,
    title="Waiting edit",
    plural="Waiting",
    named_by="record_kind",
    nature="shared",
    columns=("record_kind", "author", "sentence", "outcome", "by"),
    confidentiality="amber",
    reach=Reach("waiting", owner=("author",)),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a refused edit would have done to its record."""

    values: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remove: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delete: bool = False


def wanted(waiting: Waiting) -> Wanted:
    said: Mapping[str, Any] = json.loads(waiting.values)
    add, remove = (
        {name: tuple(elements) for name, elements in said.get(key, {}).items()}
        for key in ("add", "rem")
    )
    return Wanted(said.get("f", {}), add, remove, bool(said.get("del", False)))


def release(desk: Desk, waiting: Waiting) -> None:
    """The refused values stand after all, in their author's name. Only the office can."""
    _still_open(desk, waiting)
    want = wanted(waiting)
    change = Write(
        waiting.record_kind,
        waiting.record,
        want.values,
        want.add,
        want.remove,
        delete=want.delete,
        user=waiting.author,
    )
    desk.last = desk.store.commit([change, _decided(desk, waiting, "released")], user=desk.user)


def decline(desk: Desk, waiting: Waiting) -> None:
    """They do not stand. The author sees it, and who said so."""
    _still_open(desk, waiting)
    desk.last = desk.store.commit([_decided(desk, waiting, "declined")], user=desk.user)


def _still_open(desk: Desk, waiting: Waiting) -> None:
    if not desk.store.hub:
        raise Refused("What waits is decided at the office. Ask there.", code="at-the-office")
    if desk.get(WAITING, waiting.id).outcome != "open":
        raise Refused("This was decided already. Write it anew if it must change.", code="decided")


def _decided(desk: Desk, waiting: Waiting, outcome: str) -> Write:
    return Write(WAITING.name, waiting.id, {"outcome": outcome, "by": desk.user})
