"""The laws of the inbox, on histories that copies can really have; and every field's rule."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import reduce
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.conflicts import ASKED, RULES, Item, clock_off, common, items_of, rule_of
from data.document import document
from data.edit import Write
from data.fields import Line, flow_of
from data.kind import Kind
from data.kinds import ALL
from data.kinds.receipts import RECEIPT
from data.kinds.schedule import Scene
from data.record import Record
from data.state import Dot, Mark, State, join, write
from tests.test_state_laws import (
    FIELDS,
    HISTORIES,
    KIND,
    RECORD,
    VALUE,
    History,
    World,
    joined,
    pick,
)

SCENE: Kind[Any] = Kind(
    name=KIND,
    model=Scene,
    title="Scene",
    plural="Scenes",
    nature="shared",
    columns=("number",),
    merge={"set_name": "review", "pages": "review"},
)
SEED = st.integers(0, 2**16)


def items(state: State) -> list[Item]:
    return list(items_of(SCENE, state))


def differ(name: str, one: Any, other: Any) -> bool:
    return bool(SCENE.one(name, one) != SCENE.one(name, other))


# ---- laws -------------------------------------------------------------------------------------


@given(HISTORIES, st.randoms(use_true_random=False))
def test_every_copy_asks_the_same_whatever_met_first(history: History, rng: random.Random) -> None:
    states = World(history).states
    expected = items(joined(states))
    rng.shuffle(states)

    assert expected == items(joined([*states, *states[:3]]))


@given(HISTORIES)
def test_a_question_is_asked_if_two_people_said_two_things_and_only_then(history: History) -> None:
    for state in World(history).states:
        asked = {item.field for item in items(state)}
        for name in FIELDS[:2]:
            live = state.cells.get(name, {})
            apart = any(
                differ(name, live[a], live[b]) and state.marks[a].user != state.marks[b].user
                for a in live
                for b in live
            )
            assert (apart and state.alive) == (name in asked)


@given(HISTORIES)
def test_what_one_person_wrote_on_several_devices_is_no_question(history: History) -> None:
    for state in World(history).states:
        marks = {dot: mark._replace(user="Ada") for dot, mark in state.marks.items()}
        assert items(replace(state, marks=marks)) == []


@given(HISTORIES)
def test_a_question_shows_each_value_once_and_all_who_wrote_it(history: History) -> None:
    for item in items(joined(World(history).states)):
        values = [side.value for side in item.sides]
        assert all(differ(item.field, a, b) for i, a in enumerate(values) for b in values[:i])
        assert len(item.dots) == len(set(item.dots))


@given(HISTORIES)
def test_what_is_shown_meanwhile_stands_first(history: History) -> None:
    state = joined(World(history).states)
    for item in items(state):
        assert item.sides[0].value == document(state)[item.field]


@given(HISTORIES, VALUE)
def test_an_answer_over_what_was_shown_settles_it_on_every_copy(
    history: History, value: object
) -> None:
    world = World(history)
    copy = world.copies[0]
    copy.state = joined(world.states)
    asked = items(copy.state)
    for item in asked:
        world.write(copy, Write(KIND, RECORD, {item.field: value}, over={item.field: item.dots}))

    assert items(joined([copy.state, *world.states])) == []


@given(HISTORIES, SEED, VALUE)
def test_a_value_that_comes_after_the_answer_asks_again(
    history: History, seed: int, value: object
) -> None:
    world = World(history)
    office, late = world.copies[:2]
    world.now_ms += 1000
    (late.state,) = pick(world, seed, 1)
    late.run += 1
    late.n = 0
    world.write(late, Write(KIND, RECORD, {"pages": 77}))
    office.state = joined(world.states)  # without what was just written
    office.run += 1
    office.n = 0
    shown = tuple(office.state.cells.get("pages", {}))
    world.write(office, Write(KIND, RECORD, {"pages": value}, over={"pages": shown}))

    (asked,) = (i for i in items(join(office.state, late.state)) if i.field == "pages")

    assert all(v in [side.value for side in asked.sides] for v in (77, value))


@given(HISTORIES, st.integers(-40, 40))
def test_clocks_moved_all_alike_ask_the_same(history: History, days: int) -> None:
    here, there = World(history), World(history, shift_ms=days * 86_400_000)

    for state, moved in zip(here.states, there.states, strict=True):
        assert [(i.id, [s.value for s in i.sides]) for i in items(state)] == [
            (i.id, [s.value for s in i.sides]) for i in items(moved)
        ]


def test_the_value_before_is_what_both_had_seen() -> None:
    world = World(
        (
            [0, 0],
            [
                ("set", 0, "pages", 1),
                ("meet", 1, 0),
                ("set", 0, "pages", 2),
                ("set", 1, "pages", 3),
            ],
        )
    )
    (asked,) = items(joined(world.states))
    known = common(asked, world.edits)

    assert known is not None
    assert known.value == 1
    assert common(asked, world.edits[:2]) is None


def test_a_deleted_record_asks_nothing_until_it_is_back() -> None:
    world = World(([0, 0], [("set", 0, "pages", 2), ("set", 1, "pages", 3), ("meet", 0, 1)]))
    world.play("delete", 0)
    assert items(world.states[-1]) == []
    world.play("set", 0, "a_newer_apps_field", 1)

    assert [item.field for item in items(world.states[-1])] == ["pages"]


def test_a_clock_is_said_to_be_wrong_past_two_minutes() -> None:
    hour = 3_600_000

    assert clock_off(Mark(hour, None, "Ada")) == 0
    assert clock_off(Mark(hour, hour - 119_000, "Ada")) == 0
    assert clock_off(Mark(3 * hour, hour, "Ada")) == 2 * hour
    assert clock_off(Mark(hour, 3 * hour, "Ada")) == -2 * hour


# ---- rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_every_field_of_every_kind_has_a_rule(kind: Kind[Any]) -> None:
    for name, meaning in kind.meanings.items():
        rule = rule_of(kind, name)
        assert (rule == "once") == (kind.nature == "fact")
        if kind.nature != "fact":
            assert (rule == "set") == kind.is_set(name)
            assert meaning.name != "money" or rule == "group"
            assert kind.nature != "paper" or rule in ASKED


def test_each_meaning_has_one_rule_and_no_rule_is_for_nobody() -> None:
    used = {meaning.name for kind in ALL for meaning in kind.meanings.values()}

    assert used <= RULES.keys()


class Order(Record):
    """A purchase order, as far as a test needs one."""

    number: Line = ""
    state: Annotated[str, flow_of("draft", "submitted", "approved", "posted")] = "draft"


ORDER: Kind[Any] = Kind(
    name="order", model=Order, title="Order", plural="Orders", nature="shared", columns=("number",)
)


def apart(kind: Kind[Any], name: str, *values: Any) -> State:
    """A record in which these values stand beside each other, the last written last."""
    world = World(([0] * max(2, len(values)), []))
    for copy, value in zip(world.copies, values, strict=False):
        copy.state = State(RECORD, kind.name)
        world.now_ms += 1000
        world.write(copy, Write(kind.name, RECORD, {name: value}))
    return reduce(join, (copy.state for copy in world.copies[: len(values)]))


STEPS = st.lists(
    st.sampled_from(["draft", "submitted", "approved", "posted"]), min_size=2, max_size=4
)


@given(STEPS)
def test_of_steps_taken_apart_the_one_that_allows_least_is_read(steps: list[str]) -> None:
    state = apart(ORDER, "state", *steps)
    words = ("draft", "submitted", "approved", "posted")
    shown = ORDER.read(RECORD, document(state)).state

    assert shown == min(steps, key=words.index)
    assert all(item.sides[0].value == shown for item in items_of(ORDER, state))
    assert bool(list(items_of(ORDER, state))) == (len(set(steps)) > 1)


def test_a_newer_apps_step_beside_one_that_is_known_is_not_read() -> None:
    shown = ORDER.read(RECORD, document(apart(ORDER, "state", "submitted", "archived")))

    assert shown.state == "submitted"


@pytest.mark.parametrize("values", [(True, False), (False, True)])
def test_a_slip_that_one_voided_and_one_did_not_is_read_as_void(values: tuple[bool, bool]) -> None:
    state = apart(RECEIPT, "void", *values)

    assert RECEIPT.read(RECORD, document(state)).void
    assert [side.value for item in items_of(RECEIPT, state) for side in item.sides] == [True, False]


def test_amounts_that_differ_only_in_how_they_are_written_are_no_question() -> None:
    written = ({"a": "12.5", "c": "USD"}, {"a": "12.50", "c": "USD"})

    assert list(items_of(RECEIPT, apart(RECEIPT, "money", *written))) == []


def test_three_hundred_copies_of_one_field_are_one_question() -> None:
    states = []
    for n in range(300):
        dot, mark = Dot(f"{n:016x}", 1), Mark(n, None, f"user {n}")
        states.append(write(State(RECORD, KIND), dot, mark, values={"pages": n // 2}))
    (asked,) = items(joined(states))

    assert len(asked.sides) == 150
    assert len(asked.dots) == 300
    assert asked.sides[0].users == ("user 299", "user 298")


def test_a_kind_may_name_a_rule_only_for_a_field_it_has() -> None:
    with pytest.raises(TypeError, match="colour"):
        Kind("x", Order, "X", "Xs", "shared", ("number",), merge={"colour": "review"})
