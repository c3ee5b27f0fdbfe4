"""What a person is told once: their value was not used, or what somebody deleted is back.

Told from edits. Whoever settles a question may do so on another copy; then only the office's
history says it, and `to_ask_about` names the records to ask it of. What was seen is noted here, on
this copy alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from data.conflicts import ASKED, item_id, rule_of, same, when
from data.desk import Desk
from data.edit import Edit
from data.kind import Kind
from data.past import over, together
from data.record import natural_id
from data.state import Dot, Mark, State

SEEN_KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person is told once: their value was not used, or a deleted record is back."""

    id: str
    what: Literal["not used", "brought back"]
    kind: str
    record: str
    field: str
    mine: Any
    kept: Any
    by: Mark
    """Whose edit is kept."""
    deleted_by: str = ""
    deleted: Dot | None = None


def notices(desk: Desk, told: Mapping[str, Iterable[Edit]] | None = None) -> list[Notice]:
    """What the desk's person is to know and has not seen. `told`: by record, the office's edits."""
    seen, told = set(desk.store.meta.get("seen", ())), told or {}
    found: list[Notice] = []
    for record_id in desk.watch.eventful() | told.keys():
        if told.get(record_id):
            found += _notices_of(desk, record_id, told[record_id])
        else:
            found += desk.watch.remembered(record_id, "notices", lambda i: _notices_of(desk, i, ()))
    unseen = [n for n in found if n.id not in seen and not _waits(desk, n)]
    return sorted(unseen, key=lambda notice: (-when(notice.by), notice.id))


def _waits(desk: Desk, notice: Notice) -> bool:
    """The office did not let the delete stand: that is told of the waiting record."""
    if notice.deleted is None or not desk.store.production:
        return False
    record_id = natural_id(desk.store.production, "waiting", *notice.deleted)
    return desk.store.line(record_id) is not None


def mark_seen(desk: Desk, *ids: str) -> None:
    """These need not be shown on this copy again."""
    seen = [*desk.store.meta.get("seen", ()), *ids]
    desk.store.set_meta(seen=list(dict.fromkeys(seen))[-SEEN_KEPT:])


def to_ask_about(desk: Desk, most: int = 20) -> list[str]:
    """Records in which this person's value no longer stands and whoever wrote over it did so
    elsewhere: only the office knows whether that settled a question. The newest first."""
    mine: dict[str, int] = {}
    for raw in desk.store.books.history.recent():
        if raw["mark"][2] == desk.user and raw["id"] not in desk.watch.eventful():
            mine[raw["id"]] = max(mine.get(raw["id"], 0), raw["mark"][0])
    newest = sorted(mine, key=lambda record_id: mine[record_id], reverse=True)
    lost = (i for i in newest if desk.watch.remembered(i, "lost", lambda i: _lost(desk, i)))
    return [record_id for record_id, _ in zip(lost, range(most), strict=False)]


def _lost(desk: Desk, record_id: str) -> bool:
    """Whether a field that this person wrote, and that asks, says something of somebody else."""
    state, edits = desk.store.state(record_id), desk.store.history(record_id)
    kind = None if state is None else desk.kinds.get(state.kind)
    if state is None or kind is None:
        return False
    here = {edit.dot for edit in edits}
    wrote = {n for e in edits if e.mark.user == desk.user for n in e.values if n in kind.meanings}
    return any(
        not (state.cells.get(name, {}).keys() & here)
        for name in wrote
        if rule_of(kind, name) in ASKED
    )


def _notices_of(desk: Desk, record_id: str, told: Iterable[Edit]) -> tuple[Notice, ...]:
    state = desk.store.state(record_id)
    kind = None if state is None else desk.kinds.get(state.kind)
    if state is None or kind is None or not state.alive:
        return ()
    edits = together(desk.store.history(record_id), *told, state=state)
    return (*_not_used(kind, edits, desk.user), *_brought_back(state, edits, desk.user))


def _not_used(kind: Kind[Any], edits: list[Edit], user: str) -> Iterator[Notice]:
    """Somebody settled values that stood apart, and took another than this person's."""
    by_dot = {edit.dot: edit for edit in edits}
    for edit in edits:
        for name in edit.values.keys() & kind.meanings.keys():
            apart = [by_dot[dot] for dot in over(edit, name) if dot in by_dot]
            mine = [e for e in apart if e.mark.user == user and name in e.values]
            if edit.mark.user == user or not mine or rule_of(kind, name) not in ASKED:
                continue
            last, kept = mine[-1], edit.values[name]
            beside = [
                e for e in apart if not same(kind, name, e.values.get(name), last.values[name])
            ]
            others = any(e.mark.user != user for e in beside) or len(apart) < len(over(edit, name))
            if others and not same(kind, name, kept, last.values[name]):
                notice = item_id(edit.record, name, (edit.dot, last.dot))
                yield Notice(
                    notice,
                    "not used",
                    kind.name,
                    edit.record,
                    name,
                    last.values[name],
                    kept,
                    edit.mark,
                )


def _brought_back(state: State, edits: list[Edit], user: str) -> Iterator[Notice]:
    """A record was deleted while somebody changed it: the change won."""
    known = {edit.dot for edit in edits}
    for gone in (edit for edit in edits if edit.delete):
        lost = set(gone.life_over)
        rivals = [e for e in edits if not e.delete and lost & set(e.life_over)]
        by = [e.mark for e in rivals]
        if not rivals and gone.mark.user == user:  # whoever changed it did so elsewhere
            by = [state.marks[dot] for dot in state.life if dot not in known]
        if by and user in {gone.mark.user, *(mark.user for mark in by)}:
            notice = item_id(state.id, "", (gone.dot,))
            gone_by = gone.mark.user
            yield Notice(
                notice,
                "brought back",
                state.kind,
                state.id,
                "",
                None,
                None,
                by[0],
                gone_by,
                gone.dot,
            )
