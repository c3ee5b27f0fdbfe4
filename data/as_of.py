"""A record as it stood at a moment, rebuilt from its edits alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from data.conflicts import when
from data.edit import Edit, values_from
from data.state import Dot, State


def state_at(edits: Iterable[Edit], moment_ms: int | None = None) -> State | None:
    """The record as it stood at a moment, by the time that counts; None: it was not there yet."""
    then = [edit for edit in edits if moment_ms is None or when(edit.mark) <= moment_ms]
    if not then:
        return None
    vv: dict[str, int] = {}
    for edit in then:
        vv[edit.dot.replica] = max(vv.get(edit.dot.replica, 0), edit.dot.n)
    gone = {dot for edit in then for dot in edit.life_over}
    state = State(
        then[0].record,
        then[0].kind,
        vv,
        {edit.dot: edit.mark for edit in then},
        frozenset(edit.dot for edit in then if not edit.delete) - gone,
        values_from(then),
        _sets(then),
    )
    used = state.dots()
    return replace(state, marks={dot: m for dot, m in state.marks.items() if dot in used})


def _sets(edits: list[Edit]) -> dict[str, dict[str, frozenset[Dot]]]:
    added: dict[str, dict[str, set[Dot]]] = defaultdict(lambda: defaultdict(set))
    gone: dict[tuple[str, str], set[Dot]] = defaultdict(set)
    for edit in edits:
        for name, elements in edit.add.items():
            for element in elements:
                added[name][element].add(edit.dot)
        for told in (edit.remove, edit.add_over):
            for name, losses in told.items():
                for element, dots in losses.items():
                    gone[name, element].update(dots)
    standing = {
        name: {e: frozenset(left) for e, dots in some.items() if (left := dots - gone[name, e])}
        for name, some in added.items()
    }
    return {name: elements for name, elements in standing.items() if elements}
