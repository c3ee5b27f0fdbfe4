"""Edits and gestures: the only way a person changes a record.

An edit is one dot: one person, one record, any of its fields. A gesture is one commit of edits,
undone as one. History, undo and audit are read from edits; nothing is ever merged from them, but a
record's live values can be told from all its edits in any order (`values_from`), and that must
agree with the joined state: it is the law that keeps both honest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from data.errors import Malformed
from data.state import Dot, Mark, State, seen, write


@dataclass(frozen=True, slots=True)
class Write:
    """What somebody wants changed in one record, before it has a dot. Values are canonical JSON."""

    kind: str
    id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remove: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    over: Mapping[str, tuple[Dot, ...]] | None = None
    """The dots the person was shown, by field; None: what stands there at the commit."""
    delete: bool = False
    user: str = ""
    """Whose write it is, if not that of who commits it."""


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Edit(NamedTuple):
    """One write as it was made: who, when by which clock, what it wrote and over what."""

    dot: Dot
    mark: Mark
    gesture: str
    record: str
    kind: str
    values: Mapping[str, Any]
    over: Mapping[str, tuple[Dot, ...]]
    add: Mapping[str, tuple[str, ...]]
    remove: Mapping[str, Mapping[str, tuple[Dot, ...]]]
    life_over: tuple[Dot, ...]
    delete: bool
    clock: tuple[int, str] | None = None
    """The clock it was made by, if not the office's: how far it was corrected (ms), and its
    quality."""
    add_over: Mapping[str, Mapping[str, tuple[Dot, ...]]] = _NOTHING
    """By element that was there already: the dots that its adding took the place of."""

    def to_json(self) -> dict[str, Any]:
        """The edit as it is kept in the journal and sent; empty parts are left out."""
        raw: dict[str, Any] = {
            "dot": list(self.dot),
            "mark": list(self.mark),
            "g": self.gesture,
            "id": self.record,
            "t": self.kind,
        }
        optional = {
            "f": dict(self.values),
            "x": {name: [list(d) for d in dots] for name, dots in self.over.items()},
            "add": {name: list(elements) for name, elements in self.add.items()},
            "ax": _listed(self.add_over),
            "rem": _listed(self.remove),
            "lx": [list(d) for d in self.life_over],
            "del": self.delete,
            "k": list(self.clock or ()),
        }
        return raw | {key: value for key, value in optional.items() if value}

    @classmethod
    def from_json(cls, raw: Any) -> Edit:
        try:
            return cls(
                dot=Dot(str(raw["dot"][0]), int(raw["dot"][1])),
                mark=Mark(*raw["mark"]),
                gesture=str(raw["g"]),
                record=str(raw["id"]),
                kind=str(raw["t"]),
                values=dict(raw.get("f", {})),
                over={name: _dots(dots) for name, dots in raw["x"].items()} if "x" in raw else {},
                add={name: tuple(map(str, e)) for name, e in raw.get("add", {}).items()},
                remove=_by_element(raw["rem"]) if "rem" in raw else {},
                life_over=_dots(raw["lx"]) if "lx" in raw else (),
                delete=bool(raw.get("del", False)),
                clock=_clock(raw.get("k")),
                add_over=_by_element(raw["ax"]) if "ax" in raw else {},
            )
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise Malformed(f"this is not an edit: {error}.") from error


def with_values(edit: Edit, values: Mapping[str, Any]) -> Edit:
    """As `_replace`, which takes several times as long: a push asks for thousands."""
    return Edit(
        edit.dot,
        edit.mark,
        edit.gesture,
        edit.record,
        edit.kind,
        values,
        edit.over,
        edit.add,
        edit.remove,
        edit.life_over,
        edit.delete,
        edit.clock,
        edit.add_over,
    )


def apply(
    state: State,
    change: Write,
    dot: Dot,
    mark: Mark,
    gesture: str,
    clock: tuple[int, str] | None = None,
) -> tuple[State, Edit]:
    """The state after the write, and the edit that says so."""
    over = {
        # A form may show what has left this copy since; no join would take that as written over.
        name: tuple(dot for dot in change.over[name] if seen(state.vv, dot))
        if change.over is not None and name in change.over
        else tuple(state.cells.get(name, {}))
        for name in change.values
    }
    remove = {
        name: {e: _standing(state, name, e) for e in elements}
        for name, elements in change.remove.items()
    }
    stood = {
        name: {e: dots for e in elements if (dots := _standing(state, name, e))}
        for name, elements in change.add.items()
    }
    after = write(
        state,
        dot,
        mark,
        values=change.values,
        add=change.add,
        remove=remove,
        over=over,
        delete=change.delete,
    )
    written_over = {name: dots for name, dots in over.items() if dots}
    return after, Edit(
        dot,
        mark,
        gesture,
        state.id,
        state.kind,
        change.values,
        written_over,
        change.add,
        remove,
        tuple(sorted(state.life)),
        change.delete,
        clock,
        {name: elements for name, elements in stood.items() if elements},
    )


def dot_of(raw: Mapping[str, Any]) -> Dot:
    """The dot of an edit as it is kept and sent."""
    return Dot(raw["dot"][0], raw["dot"][1])


def values_from(edits: Iterable[Edit]) -> dict[str, dict[Dot, Any]]:
    """The live values of one record's registers, told from its edits alone, in any order."""
    written: dict[str, dict[Dot, Any]] = {}
    gone: dict[str, set[Dot]] = {}
    for edit in edits:
        for name, value in edit.values.items():
            written.setdefault(name, {})[edit.dot] = value
        for name, dots in edit.over.items():
            gone.setdefault(name, set()).update(dots)
    live = {
        name: {dot: value for dot, value in cells.items() if dot not in gone.get(name, set())}
        for name, cells in written.items()
    }
    return {name: cells for name, cells in live.items() if cells}


def header(raw: Mapping[str, Any], state: State) -> Mapping[str, Any]:
    """The edit without its values, if all of them still stand in its state; `filled` undoes it."""
    dot, values = dot_of(raw), raw.get("f", {})
    if state.marks.keys() == {dot}:  # most records were written once
        stands = set(state.cells)
    else:
        stands = {name for name, cells in state.cells.items() if dot in cells}
    if not values or stands != values.keys():
        return raw
    return {**{key: value for key, value in raw.items() if key != "f"}, "h": True}


def filled(raw: Mapping[str, Any], state: State) -> Mapping[str, Any]:
    """A header with the values that stand under its dot."""
    dot = dot_of(raw)
    fields = sorted(state.cells.items())
    if state.marks.keys() == {dot}:  # most records were written once
        values = {name: value for name, cells in fields for value in cells.values()}
    else:
        values = {name: cells[dot] for name, cells in fields if dot in cells}
    whole = {**raw, "f": values}
    del whole["h"]
    return whole


def only_edit(state: State) -> Edit | None:
    """The edit that a state of one edit is; its gesture is not in there, nor its clock."""
    if len(state.marks) != 1 or len(state.vv) != 1 or len(state.life) != 1:
        return None
    ((dot, mark),) = state.marks.items()
    values = {name: cells[dot] for name, cells in state.cells.items()}
    add = {name: tuple(sorted(elements)) for name, elements in state.sets.items()}
    gesture = f"{dot.replica}/{dot.n}"
    mark = mark._replace(ot=None)
    return Edit(dot, mark, gesture, state.id, state.kind, values, {}, add, {}, (), False)


def same_edit(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether two tellings of one dot agree. The gesture and the clock may have been left out."""

    def told(raw: Mapping[str, Any]) -> dict[str, Any]:
        body = {key: value for key, value in raw.items() if key not in ("g", "k", "h")}
        stamp, _ot, user = raw["mark"]
        return {**body, "mark": [stamp, user]}

    return told(a) == told(b)


def _clock(raw: Any) -> tuple[int, str] | None:
    if not raw:
        return None
    offset, quality = raw
    return int(offset), str(quality)


def _standing(state: State, name: str, element: str) -> tuple[Dot, ...]:
    return tuple(sorted(state.sets.get(name, {}).get(element, ())))


def _listed(told: Mapping[str, Mapping[str, tuple[Dot, ...]]]) -> dict[str, Any]:
    return {n: {e: [list(d) for d in dots] for e, dots in some.items()} for n, some in told.items()}


def _by_element(raw: Any) -> dict[str, dict[str, tuple[Dot, ...]]]:
    return {n: {e: _dots(dots) for e, dots in some.items()} for n, some in raw.items()}


def _dots(raw: Any) -> tuple[Dot, ...]:
    return tuple(Dot(str(replica), int(n)) for replica, n in raw)
