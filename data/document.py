"""A record state as a TinyDB document, and back: plain fields on top, the merge's books under `_m`.

The top level holds the value of every field as its author wrote it, so that queries and people see
plain JSON. Where several values are live, the first by order time stands on top and all of them are
in `_m`. The two functions are each other's inverse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from data.packing import dumps_exact
from data.state import Cells, Dot, Elements, Mark, State

GONE = "_deleted"
"""The table of records whose life was taken; their fields stay, queries do not meet them."""


class Written(NamedTuple):
    """A document, and the line of JSON that it is kept as."""

    doc: Mapping[str, Any]
    line: bytes


def written(state: State) -> Written:
    doc = document(state)
    return Written(doc, dumps_exact(doc))


def document(state: State) -> dict[str, Any]:
    """`_m`: t kind, d dots, vv vector, l life, c field -> dot or [[dot, value]...], s sets."""
    if len(state.marks) == 1:
        return _written_once(state)
    order = sorted(state.marks)
    index = {dot: i for i, dot in enumerate(order)}
    visible: dict[str, Any] = {}
    cells: dict[str, Any] = {}
    for name, live in state.cells.items():
        if len(live) == 1:
            ((dot, visible[name]),) = live.items()
            cells[name] = index[dot]
        else:
            visible[name] = live[state.ranked(name)[0]]
            cells[name] = [[index[dot], live[dot]] for dot in sorted(live)]
    books: dict[str, Any] = {
        "t": state.kind,
        "d": [[*dot, *state.marks[dot]] for dot in order],
        "vv": dict(state.vv),
        "l": sorted([index[dot] for dot in state.life]),
        "c": cells,
    }
    if state.sets:
        books["s"] = {
            name: {
                element: sorted([index[dot] for dot in dots]) for element, dots in elements.items()
            }
            for name, elements in state.sets.items()
        }
        visible.update({name: sorted(elements) for name, elements in state.sets.items()})
    return {**visible, "_m": books}


def _written_once(state: State) -> dict[str, Any]:
    """As `document`, of what most records are: everything in it is of the same edit."""
    ((dot, mark),) = state.marks.items()
    doc = {name: value for name, live in state.cells.items() for value in live.values()}
    books: dict[str, Any] = {
        "t": state.kind,
        "d": [[*dot, *mark]],
        "vv": dict(state.vv),
        "l": [0] if state.life else [],
        "c": dict.fromkeys(doc, 0),
    }
    if state.sets:
        books["s"] = {name: {e: [0] for e in elements} for name, elements in state.sets.items()}
        doc |= {name: sorted(elements) for name, elements in state.sets.items()}
    doc["_m"] = books
    return doc


def state_of(record_id: str, doc: Mapping[str, Any]) -> State:
    """The state that `document` was made from."""
    books = doc["_m"]
    marks = {Dot(replica, n): Mark(*mark) for replica, n, *mark in books["d"]}
    order = list(marks)
    cells: dict[str, Cells] = {
        name: {order[live]: doc[name]}
        if isinstance(live, int)
        else {order[i]: value for i, value in live}
        for name, live in books["c"].items()
    }
    sets: dict[str, Elements] = {
        name: {element: frozenset([order[i] for i in dots]) for element, dots in elements.items()}
        for name, elements in books.get("s", {}).items()
    }
    return State(
        record_id,
        books["t"],
        books["vv"],
        marks,
        frozenset([order[i] for i in books["l"]]),
        cells,
        sets,
    )


def encoded(record_id: str, doc: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical JSON object of the state that `document` was made from (canonical.py), without
    the way by the state."""
    books = doc["_m"]
    fields = {
        name: [[live, doc[name]]] if isinstance(live, int) else live
        for name, live in books["c"].items()
    }
    for name, elements in books.get("s", {}).items():
        fields[name] = dict(sorted(elements.items()))
    return {
        "id": record_id,
        "t": books["t"],
        "d": books["d"],
        "vv": dict(sorted(books["vv"].items())),
        "l": books["l"],
        "c": dict(sorted(fields.items())),
    }


def lies_in(state: State) -> str:
    """The table that its document lies in."""
    return state.kind if state.life else GONE


def table_of(doc: Mapping[str, Any]) -> str:
    """The table a document lies in: its kind's, or the table of the deleted."""
    books = doc["_m"]
    return str(books["t"]) if books["l"] else GONE
