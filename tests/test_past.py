"""A record's past from its edits: against histories that copies can really have."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from data.as_of import state_at
from data.canonical import canonical_bytes
from data.edit import Edit
from data.past import newest_gestures, steps, together, whole
from tests.test_state_laws import HISTORIES, History, World, joined


def right_clocks(history: History) -> History:
    _, played = history
    return [0, 0, 0, 0], [step for step in played if step[0] != "order"]


@given(HISTORIES)
def test_as_of_a_moment_is_what_all_copies_knew_together_then(history: History) -> None:
    _, played = right_clocks(history)
    everything = World(right_clocks(history)).edits
    for n in range(1, len(played) + 1):
        then = World(([0, 0, 0, 0], played[:n]))
        expected = joined(then.states)
        told = state_at(together(everything), then.now_ms)
        if expected.vv:
            assert told is not None
            assert canonical_bytes(told) == canonical_bytes(expected)
        else:
            assert told is None


@given(HISTORIES)
def test_with_clocks_days_apart_the_end_is_still_what_stands_now(history: History) -> None:
    world = World(history)
    now = joined(world.states)
    told = state_at(together(world.edits, state=now))

    assert (told is None) == (not now.vv)
    assert told is None or (told.cells, told.sets, told.life) == (now.cells, now.sets, now.life)


@given(HISTORIES, st.integers(0, 99))
def test_a_past_with_an_edit_missing_says_so(history: History, which: int) -> None:
    world = World(history)
    now = joined(world.states)
    if not world.edits:
        return
    missing = world.edits[which % len(world.edits)]
    rest = [edit for edit in world.edits if edit is not missing]

    assert whole(world.edits, now)
    # Of two who deleted at once, each beside the other, one is enough.
    assert not whole(rest, now) or missing.delete


@given(HISTORIES)
def test_what_a_change_wrote_over_stands_in_an_earlier_edit(history: History) -> None:
    world = World(history)
    by_dot = {edit.dot: edit for edit in world.edits}
    for step in steps(together(world.edits)):
        assert step.edit in world.edits
        for change in step.changes:
            dots = step.edit.over.get(change.field, ())
            values = [repr(by_dot[dot].values[change.field]) for dot in dots]
            told = [repr(known.value) for known in change.before if known is not None]
            assert sorted(values) == sorted(told)


@given(HISTORIES)
def test_edits_told_twice_or_in_any_order_are_told_once(history: History) -> None:
    edits = World(history).edits

    assert together(edits) == together(reversed(edits), *edits)


def told(*played: tuple[object, ...]) -> list[Edit]:
    return World(([0, 0], [("set", 0, "pages", 1), ("meet", 1, 0), *played])).edits


def test_each_edit_says_what_it_did() -> None:
    edits = told(("set", 1, "pages", 2), ("delete", 1), ("set", 1, "pages", 3))

    assert [step.what for step in steps(edits)] == ["added", "changed", "deleted", "brought back"]


def test_a_value_that_came_from_elsewhere_is_not_guessed() -> None:
    first, second = told(("set", 1, "pages", 2))
    (step,) = steps([second])

    assert step.changes[0].before == (None,)
    assert not whole([second], None)
    assert whole([first, second], None)


def test_a_deleting_that_no_later_edit_names_is_missed_all_the_same() -> None:
    world = World(([0], [("set", 0, "pages", 1), ("delete", 0), ("set", 0, "pages", 2)]))
    first, deleted, last = world.edits

    assert whole([first, deleted, last], world.states[-1])
    assert not whole([first, last], world.states[-1])


def test_an_order_time_that_only_the_state_knows_counts() -> None:
    world = World(([3, 0], [("set", 0, "pages", 1), ("order", 0)]))
    (edit,) = together(world.edits, state=world.copies[0].state)

    assert edit.mark.ot == world.now_ms
    assert steps([edit])[0].clock_ms == 3 * 86_400_000 - 1000


def test_the_newest_gestures_come_first_and_whole() -> None:
    world = World(([0], [("set", 0, "pages", n) for n in range(6)]))
    lines = [
        json.dumps({**edit.to_json(), "g": f"g{n // 2}"}).encode()
        for n, edit in enumerate(world.edits)
    ]
    newest = newest_gestures([lines[4:], lines[:4]], most=2)

    assert [[edit.values["pages"] for edit in part] for part in newest] == [[4, 5], [2, 3]]


def test_a_state_from_no_edits_is_none() -> None:
    assert state_at([]) is None


@given(HISTORIES)
def test_no_edit_is_told_before_one_that_its_writer_knew(history: History) -> None:
    world = World(history)
    at = {edit.dot: n for n, edit in enumerate(together(world.edits))}

    assert len(at) == len(world.edits)
    for edit in world.edits:
        named = {*edit.life_over, *(dot for dots in edit.over.values() for dot in dots)}
        assert all(at[dot] < at[edit.dot] for dot in named)
