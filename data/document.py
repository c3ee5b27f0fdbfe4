"""A record state as a TinyDB document, and back: plain fields on top, the merge's books under `_m`.

The top level holds the value of every field as its author wrote it, so that queries and people see
plain JSON. Where several values are live, the first by order time stands on top and all of them are
in `_m`. The two functions are each other's inverse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.state import Cells, Dot, Elements, Mark, State

GONE = "_deleted"
"""The table of records whose life was taken; their fields stay, queries do not meet them."""


def document(state: State) -> dict[str, Any]:
    """`_m`: t kind, d dots, vv vector, l life, c field -> dot or [[dot, value]...], s sets."""
    order = sorted(state.marks)
    index = {dot: i for i, dot in enumerate(order)}
    visible: dict[str, Any] = {}
    cells: dict[str, Any] = {}
    for name, live in state.cells.items():
        dots = state.ranked(name)
        visible[name] = live[dots[0]]
        cells[name] = (
            index[dots[0]] if len(dots) == 1 else [[index[dot], live[dot]] for dot in sorted(dots)]
        )
    books: dict[str, Any] = {
        "t": state.kind,
        "d": [[*dot, *state.marks[dot]] for dot in order],
        "vv": dict(state.vv),
        "l": sorted(index[dot] for dot in state.life),
        "c": cells,
    }
    if state.sets:
        books["s"] = {
            name: {
                element: sorted(index[dot] for dot in dots) for element, dots in elements.items()
            }
            for name, elements in state.sets.items()
        }
        visible.update({name: sorted(elements) for name, elements in state.sets.items()})
    return {**visible, "_m": books}


def state_of(record_id: str, doc: Mapping[str, Any]) -> State:
    """The state that `document` was made from."""
    books = doc["_m"]
    order = [Dot(row[0], row[1]) for row in books["d"]]
    cells: dict[str, Cells] = {}
    for name, live in books["c"].items():
        if isinstance(live, int):
            cells[name] = {order[live]: doc[name]}
        else:
            cells[name] = {order[i]: value for i, value in live}
    sets: dict[str, Elements] = {
        name: {element: frozenset(order[i] for i in dots) for element, dots in elements.items()}
        for name, elements in books.get("s", {}).items()
    }
    return State(
        record_id,
        books["t"],
        books["vv"],
        {dot: Mark(*row[2:]) for dot, row in zip(order, books["d"], strict=True)},
        frozenset(order[i] for i in books["l"]),
        cells,
        sets,
    )


def table_of(doc: Mapping[str, Any]) -> str:
    """The table a document lies in: its kind's, or the table of the deleted."""
    books = doc["_m"]
    return str(books["t"]) if books["l"] else GONE
