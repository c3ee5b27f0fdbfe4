"""The laws of the join, on histories that copies of a record can really have.

A history is a list of steps by two to four copies whose clocks are days apart: writing, writing
over what was on the screen some time ago, adding to and taking from a set, deleting, meeting each
other, meeting a state from long ago, starting anew, and the office giving its order times. States
are never invented: an impossible state breaks laws that hold, and hides those that do not.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.canonical import canonical_bytes, decode, digest, encode
from data.document import document, encoded, state_of, table_of
from data.edit import Edit, Write, apply, values_from
from data.errors import Malformed, ReplicaCloned
from data.state import Dot, Mark, State, includes, join, seen, write

DAY_MS = 86_400_000
START_MS = 1_780_000_000_000
RECORD, KIND = "0197b0a0-0000-7000-8000-000000000001", "scene"
FIELDS = ("set_name", "pages", "a_newer_apps_field")
ELEMENTS = ("1", "2", "14A")
VALUES = (None, True, 1, 0, "", "Zoë", "MOTEL", {"a": "12.50", "c": "EUR"}, ["x", 1])

Step = tuple[Any, ...]
History = tuple[list[int], list[Step]]


@dataclass
class Copy:
    """One copy of the record: the run that writes, what it holds, what its person last saw."""

    name: str
    days_off: int
    state: State = field(default_factory=lambda: State(RECORD, KIND))
    run: int = 1
    n: int = 0
    shown: dict[str, tuple[Dot, ...]] = field(default_factory=dict)


class World:
    """Plays a history and keeps every state and every edit there ever was."""

    def __init__(self, history: History, *, shift_ms: int = 0) -> None:
        offsets, steps = history
        self.copies = [Copy("ABCD"[i], days) for i, days in enumerate(offsets)]
        self.now_ms = START_MS + shift_ms
        self.states: list[State] = []
        self.edits: list[Edit] = []
        self.order: dict[Dot, int] = {}
        for step in steps:
            self.now_ms += 1_000
            self.play(*step)

    def play(self, what: str, who: int, *args: Any) -> None:
        copy = self.copies[who % len(self.copies)]
        if what == "look":
            copy.shown = {name: tuple(live) for name, live in copy.state.cells.items()}
        elif what == "restart":
            copy.run, copy.n = copy.run + 1, 0
        elif what == "meet":
            copy.state = join(copy.state, self.copies[args[0] % len(self.copies)].state)
        elif what == "meet_an_old_state":
            if self.states:
                copy.state = join(copy.state, self.states[args[0] % len(self.states)])
        elif what == "order":
            copy.state = self.ordered(copy.state)
        else:
            self.write(copy, change_of(what, copy, *args))
        self.states.append(copy.state)

    def write(self, copy: Copy, change: Write) -> None:
        copy.n += 1
        dot = Dot(f"{copy.name}{copy.run:015d}", copy.n)
        stamp = self.now_ms + copy.days_off * DAY_MS
        copy.state, edit = apply(copy.state, change, dot, Mark(stamp, None, copy.name), "g")
        self.edits.append(edit)

    def ordered(self, state: State) -> State:
        """The office has accepted every edit in it; it gives each an order time once."""
        for dot in state.marks:
            self.order.setdefault(dot, self.now_ms)
        marks = {dot: mark._replace(ot=self.order[dot]) for dot, mark in state.marks.items()}
        return replace(state, marks=marks)


def change_of(what: str, copy: Copy, *args: Any) -> Write:
    if what == "delete":
        return Write(KIND, RECORD, delete=True)
    if what == "add":
        return Write(KIND, RECORD, add={"cast": (args[0],)})
    if what == "remove":
        return Write(KIND, RECORD, remove={"cast": (args[0],)})
    if what == "set_both":
        return Write(KIND, RECORD, {FIELDS[0]: args[0], FIELDS[1]: args[1]})
    name, value = args
    over = {name: copy.shown.get(name, ())} if what == "set_over_shown" else None
    return Write(KIND, RECORD, {name: value}, over=over)


WHO = st.integers(0, 3)
FIELD, ELEMENT, VALUE = (st.sampled_from(x) for x in (FIELDS, ELEMENTS, VALUES))
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("set"), WHO, FIELD, VALUE),
    st.tuples(st.just("set_both"), WHO, VALUE, VALUE),
    st.tuples(st.just("set_over_shown"), WHO, FIELD, VALUE),
    st.tuples(st.just("look"), WHO),
    st.tuples(st.just("add"), WHO, ELEMENT),
    st.tuples(st.just("remove"), WHO, ELEMENT),
    st.tuples(st.just("delete"), WHO),
    st.tuples(st.just("meet"), WHO, WHO),
    st.tuples(st.just("meet_an_old_state"), WHO, st.integers(0, 99)),
    st.tuples(st.just("order"), st.just(0)),
    st.tuples(st.just("restart"), WHO),
)
HISTORIES: st.SearchStrategy[History] = st.tuples(
    st.lists(st.integers(-3, 3), min_size=2, max_size=4), st.lists(STEPS, min_size=1, max_size=30)
)


def joined(states: Iterable[State]) -> State:
    return reduce(join, states, State(RECORD, KIND))


def pick(world: World, seed: int, count: int) -> list[State]:
    rng = random.Random(seed)
    return [rng.choice(world.states) for _ in range(count)]


def plain(cells: Any) -> str:
    """Cells as text, in which 1, True and 1.0 differ."""
    return repr({name: sorted(live.items()) for name, live in sorted(cells.items())})


SEED = st.integers(0, 2**16)

# ---- the algebra ------------------------------------------------------------------------------


@given(HISTORIES, SEED)
def test_who_joins_whom_does_not_matter(history: History, seed: int) -> None:
    a, b = pick(World(history), seed, 2)

    assert canonical_bytes(join(a, b)) == canonical_bytes(join(b, a))


@given(HISTORIES, SEED)
def test_which_two_meet_first_does_not_matter(history: History, seed: int) -> None:
    a, b, c = pick(World(history), seed, 3)

    assert canonical_bytes(join(join(a, b), c)) == canonical_bytes(join(a, join(b, c)))


@given(HISTORIES, SEED)
def test_what_is_in_already_changes_nothing(history: History, seed: int) -> None:
    a, b = pick(World(history), seed, 2)
    both = join(a, b)

    assert both == join(both, a) == join(both, b) == join(a, both)
    assert a == join(a, replace(a))


@given(HISTORIES, SEED)
def test_a_join_has_seen_what_either_had_seen_and_no_more(history: History, seed: int) -> None:
    a, b = pick(World(history), seed, 2)
    both = join(a, b)

    assert includes(both, a)
    assert includes(both, b)
    assert {r: max(a.vv.get(r, 0), b.vv.get(r, 0)) for r in a.vv.keys() | b.vv.keys()} == both.vv


@given(HISTORIES)
def test_only_edits_that_were_seen_are_live(history: History) -> None:
    for state in World(history).states:
        assert state.dots() == state.marks.keys()
        assert all(seen(state.vv, dot) for dot in state.marks)


@given(HISTORIES, st.randoms(use_true_random=False))
def test_any_order_any_repeats_any_grouping_end_the_same(
    history: History, rng: random.Random
) -> None:
    world = World(history)
    expected = canonical_bytes(joined(world.states))
    heap = [*world.states, *rng.choices(world.states, k=5)]

    while len(heap) > 1:
        rng.shuffle(heap)
        batch = rng.randrange(2, 6)
        heap = [joined(heap[:batch]), *heap[batch:]]

    assert expected == canonical_bytes(heap[0])
    assert digest(joined(world.states)) == digest(heap[0])


@given(HISTORIES)
def test_values_told_from_the_edits_are_the_joined_values(history: History) -> None:
    world = World(history)
    together = joined(world.states)
    edits = [Edit.from_json(json.loads(json.dumps(edit.to_json()))) for edit in world.edits]

    assert plain(values_from(edits)) == plain(together.cells)
    assert plain(values_from(reversed(edits))) == plain(together.cells)


@given(HISTORIES)
def test_each_copys_values_are_those_of_the_edits_it_has_seen(history: History) -> None:
    world = World(history)

    for state in world.states:
        known = [edit for edit in world.edits if seen(state.vv, edit.dot)]
        assert plain(values_from(known)) == plain(state.cells)


@given(HISTORIES)
def test_life_told_from_the_edits_is_the_joined_life(history: History) -> None:
    world = World(history)
    gone = {dot for edit in world.edits for dot in edit.life_over}
    told = {edit.dot for edit in world.edits if not edit.delete} - gone

    assert told == joined(world.states).life


@given(HISTORIES, ELEMENT)
def test_a_write_leaves_one_edit_for_what_it_wrote(history: History, element: str) -> None:
    world = World(history)
    copy = world.copies[0]
    copy.state = joined(world.states)
    world.write(copy, Write(KIND, RECORD, {"pages": 7}, add={"cast": (element,)}))
    dot = frozenset({Dot(f"{copy.name}{copy.run:015d}", copy.n)})

    assert dot == copy.state.life == copy.state.sets["cast"][element]
    assert dot == frozenset(copy.state.cells["pages"])


def test_only_the_adding_that_was_seen_is_taken_out() -> None:
    one, two, three = (Dot(f"{name}000000000000001", 1) for name in "ABC")
    here = write(State(RECORD, KIND), one, Mark(1, None, "A"), add={"cast": ("1",)})
    there = write(State(RECORD, KIND), two, Mark(2, None, "B"), add={"cast": ("1",)})
    both = write(join(here, there), three, Mark(3, None, "C"), remove={"cast": {"1": (one,)}})

    assert both.sets == {"cast": {"1": frozenset({two})}}


# ---- what people may rely on ------------------------------------------------------------------


@given(HISTORIES, VALUE)
def test_a_write_after_a_join_supersedes_everything_before_it(
    history: History, value: object
) -> None:
    world = World(history)
    copy = world.copies[-1]
    copy.days_off = -3  # whatever its clock says
    copy.state = joined(world.states)
    world.write(copy, Write(KIND, RECORD, {FIELDS[0]: value}))
    dot = Dot(f"{copy.name}{copy.run:015d}", copy.n)

    for old in world.states:
        assert plain({FIELDS[0]: {dot: value}}) == plain(
            {FIELDS[0]: join(copy.state, old).cells[FIELDS[0]]}
        )


@given(HISTORIES, VALUE)
def test_an_edit_beside_a_delete_keeps_the_whole_record(history: History, value: object) -> None:
    world = World(history)
    one, other = world.copies[:2]
    one.state = other.state = joined(world.states)
    fields = dict(one.state.cells)
    world.write(one, Write(KIND, RECORD, delete=True))
    world.write(other, Write(KIND, RECORD, {"note": value}))

    met = join(one.state, other.state)

    assert met.alive
    assert plain({name: met.cells[name] for name in fields}) == plain(fields)
    assert list(met.cells["note"].values()) == [value]


@given(HISTORIES)
def test_a_deleted_record_keeps_its_cells_and_stays_deleted(history: History) -> None:
    world = World(history)
    one = world.copies[0]
    one.state = joined(world.states)
    cells = dict(one.state.cells)
    world.write(one, Write(KIND, RECORD, delete=True))

    assert cells == one.state.cells
    assert not joined([one.state, *world.states]).alive
    assert table_of(document(one.state)) == "_deleted"


@given(HISTORIES, ELEMENT)
def test_an_add_wins_over_a_remove_beside_it(history: History, element: str) -> None:
    world = World(history)
    one, other = world.copies[:2]
    one.state = other.state = joined(world.states)
    world.write(one, Write(KIND, RECORD, remove={"cast": (element,)}))
    world.write(other, Write(KIND, RECORD, add={"cast": (element,)}))

    assert element not in one.state.sets.get("cast", {})
    assert element in join(one.state, other.state).sets["cast"]


@given(HISTORIES, ELEMENT)
def test_a_removed_element_does_not_come_back_with_old_states(
    history: History, element: str
) -> None:
    world = World(history)
    one = world.copies[0]
    one.state = joined(world.states)
    world.write(one, Write(KIND, RECORD, remove={"cast": (element,)}))

    assert element not in joined([one.state, *world.states]).sets.get("cast", {})


@given(HISTORIES, st.integers(-40, 40))
def test_clocks_moved_all_alike_pick_the_same_winners(history: History, days: int) -> None:
    here, there = World(history), World(history, shift_ms=days * DAY_MS)

    for state, moved in zip(here.states, there.states, strict=True):
        for name in state.cells:
            assert state.ranked(name) == moved.ranked(name)


def test_a_phone_three_days_ahead_does_not_beat_a_later_edit() -> None:
    world = World(([3, 0], [("set", 0, "pages", 1), ("meet", 1, 0), ("set", 1, "pages", 2)]))
    ahead, later = world.copies

    assert list(join(ahead.state, later.state).cells["pages"].values()) == [2]


def test_of_two_values_beside_each_other_the_later_stamp_is_shown_and_both_are_kept() -> None:
    world = World(([0, 0], [("set", 0, "pages", 8), ("set", 1, "pages", 9)]))
    both = joined(copy.state for copy in world.copies)

    assert document(both)["pages"] == 9
    assert sorted(both.cells["pages"].values()) == [8, 9]


def test_the_offices_order_time_counts_before_a_stamp_from_the_future() -> None:
    world = World(
        ([0, 3, 0], [("set", 1, "pages", 8), ("meet", 0, 1), ("order", 0), ("set", 2, "pages", 9)])
    )
    office, ahead, third = (copy.state for copy in world.copies)

    assert document(join(ahead, third))["pages"] == 8
    assert document(join(office, third))["pages"] == 9


@pytest.mark.parametrize(("one", "other", "kept"), [(5, 9, 5), (None, 9, 9), (7, None, 7)])
def test_of_two_offices_order_times_the_earlier_one_stands(
    one: int | None, other: int | None, kept: int
) -> None:
    dot, empty = Dot("A000000000000001", 1), State(RECORD, KIND)
    here = write(empty, dot, Mark(1, one, "A"), values={"pages": 1})
    there = write(empty, dot, Mark(1, other, "A"), values={"pages": 1})

    assert {dot: Mark(1, kept, "A")} == join(here, there).marks == join(there, here).marks


# ---- on disk and on the wire ------------------------------------------------------------------


@given(HISTORIES)
def test_a_state_read_back_from_its_bytes_is_the_same_state(history: History) -> None:
    for state in World(history).states:
        again = decode(json.loads(canonical_bytes(state)))

        assert state == again
        assert canonical_bytes(state) == canonical_bytes(again)


@given(HISTORIES)
def test_a_document_and_its_state_are_each_others_inverse(history: History) -> None:
    for state in World(history).states:
        doc = json.loads(json.dumps(document(state)))

        assert canonical_bytes(state) == canonical_bytes(state_of(RECORD, doc))
        assert doc == document(state_of(RECORD, doc))
        assert json.dumps(encode(state)) == json.dumps(encoded(RECORD, doc))


@given(HISTORIES)
def test_the_document_shows_the_first_value_of_every_field(history: History) -> None:
    for state in World(history).states:
        doc = document(state)

        assert {*state.cells, *state.sets, "_m"} == doc.keys()
        assert all(doc[n] == state.cells[n][state.ranked(n)[0]] for n in state.cells)
        assert all(doc[n] == sorted(state.sets[n]) for n in state.sets)


# ---- clones -----------------------------------------------------------------------------------


@given(HISTORIES, VALUE, VALUE)
def test_one_dot_with_two_contents_is_noticed(history: History, one: object, two: object) -> None:
    together = joined(World(history).states)
    dot, mark = Dot("E000000000000001", 1), Mark(START_MS, None, "E")
    here = write(together, dot, mark, values={"pages": one})
    there = write(together, dot, mark, values={"pages": two})

    if repr(one) == repr(two):
        assert here == join(here, there)
    else:
        with pytest.raises(ReplicaCloned):
            join(here, there)
        with pytest.raises(ReplicaCloned):
            join(there, here)


@pytest.mark.parametrize("other", [Mark(2, None, "E"), Mark(1, None, "F")])
def test_one_dot_with_two_authors_or_times_is_noticed(other: Mark) -> None:
    dot, empty = Dot("E000000000000001", 1), State(RECORD, KIND)
    here = write(empty, dot, Mark(1, None, "E"), values={"pages": 1})
    there = write(empty, dot, other, values={"pages": 1})

    with pytest.raises(ReplicaCloned):
        join(here, there)


def test_a_dot_is_not_written_twice() -> None:
    dot, mark = Dot("E000000000000001", 1), Mark(1, None, "E")
    state = write(State(RECORD, KIND), dot, mark, values={"pages": 1})

    with pytest.raises(ReplicaCloned):
        write(state, dot, mark, values={"pages": 2})


def test_two_records_are_not_joined() -> None:
    with pytest.raises(Malformed):
        join(State("x", KIND), State("y", KIND))
    with pytest.raises(Malformed):
        join(State("x", KIND), State("x", "receipt"))


# ---- states from elsewhere --------------------------------------------------------------------

A, B = "a1b2c3d4e5f60718", "b1b2c3d4e5f60718"


def good() -> dict[str, Any]:
    return {
        "id": RECORD,
        "t": KIND,
        "d": [[A, 1, 1, None, "u1"], [A, 2, 2, None, "u1"], [B, 1, 3, None, "u2"]],
        "vv": {A: 2, B: 1},
        "l": [1],
        "c": {"pages": [[0, 8], [2, 9]], "cast": {"1": [1], "2": [1]}},
    }


def broken(path: Sequence[Any], value: Any) -> dict[str, Any]:
    """The good state with one place changed; `...` takes the place away."""
    state = good()
    place: Any = state
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return state


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


OBJECT = object()

NASTY: tuple[tuple[Sequence[Any], Any], ...] = (
    (["id"], ...),
    (["id"], ""),
    (["id"], 7),
    (["id"], "x" * 65),
    (["t"], ...),
    (["t"], "_deleted"),
    (["d"], ...),
    (["d"], None),
    (["d"], 5),
    (["d"], []),
    (["d", 0], []),
    (["d", 0], [A, 1]),
    (["d", 0], [A, 1, 1, None, "u1", "more"]),
    (["d", 0, 0], ""),
    (["d", 0, 0], 12),
    (["d", 0, 0], "f" * 16),  # unsorted now
    (["d", 0, 1], 0),
    (["d", 0, 1], -1),
    (["d", 0, 1], 2),  # twice the same dot
    (["d", 0, 1], 3),  # more than the vector says
    (["d", 0, 1], 1.0),
    (["d", 0, 1], True),
    (["d", 0, 1], "1"),
    (["d", 0, 1], 2**53),
    (["d", 0, 2], None),
    (["d", 0, 2], 2**64),
    (["d", 0, 3], "soon"),
    (["d", 0, 4], ""),
    (["d", 0, 4], None),
    (["d", 0, 4], "u" * 129),
    (["vv"], ...),
    (["vv"], []),
    (["vv", A], 1),
    (["vv", B], ...),
    (["vv", B], 0),
    (["vv", B], "1"),
    (["vv", B], float("nan")),
    (["vv", ""], 1),
    (["l"], ...),
    (["l"], None),
    (["l"], [3]),
    (["l"], [-1]),
    (["l"], [True]),
    (["l"], ["1"]),
    (["c"], ...),
    (["c"], []),
    (["c", "pages"], []),
    (["c", "pages"], 8),
    (["c", "pages"], [[0]]),
    (["c", "pages"], [[0, 8], [0, 9], [2, 1]]),
    (["c", "pages"], [[0, 8], [9, 9]]),
    (["c", "pages"], [[0, 8]]),  # the third dot is nobody's now
    (["c", "cast"], {}),
    (["c", "cast", "1"], []),
    (["c", "cast", "1"], [7]),
    (["c", "cast", ""], [1]),
    (["c", "cast", "e" * 513], [1]),
    (["c", "_m"], [[0, 8]]),
    (["c", "f" * 65], [[0, 8]]),
    (["c", ""], [[0, 8]]),
    (["c", "pages", 0, 1], 1.5),
    (["c", "pages", 0, 1], float("inf")),
    (["c", "pages", 0, 1], 2**53),
    (["c", "pages", 0, 1], -(2**53)),
    (["c", "pages", 0, 1], "\ud800"),
    (["c", "pages", 0, 1], "Zoe\u0308"),  # not NFC
    (["c", "pages", 0, 1], {"": 1}),
    (["c", "pages", 0, 1], {"a": 1.5}),
    (["c", "pages", 0, 1], nested(20)),
    (["c", "pages", 0, 1], OBJECT),
)


@pytest.mark.parametrize(
    ("path", "value"), NASTY, ids=lambda part: "object" if part is OBJECT else repr(part)[:40]
)
def test_a_state_that_breaks_the_rules_is_refused(path: Sequence[Any], value: Any) -> None:
    with pytest.raises(Malformed):
        decode(broken(path, value))


@pytest.mark.parametrize("raw", [None, 1, "state", [], {}, [good()], nested(3)])
def test_what_is_no_state_at_all_is_refused(raw: Any) -> None:
    with pytest.raises(Malformed):
        decode(raw)


def test_the_good_one_is_taken() -> None:
    assert good() == encode(decode(good()))


@given(HISTORIES, st.data())
def test_a_state_with_one_place_spoiled_is_refused_or_still_a_state(
    history: History, data: st.DataObject
) -> None:
    raw = encode(World(history).states[-1])
    place: Any = raw
    spoiled: Any = data.draw(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([]))
    )
    while isinstance(place, (dict, list)) and place:
        key: Any = data.draw(
            st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
        )
        if not isinstance(place[key], (dict, list)) or data.draw(st.booleans()):
            place[key] = spoiled
            break
        place = place[key]

    try:
        state = decode(raw)
    except Malformed:
        return
    assert state == decode(json.loads(canonical_bytes(state)))


# ---- three hundred people at one field -------------------------------------------------------


def steps_of(doing: Callable[[], State]) -> tuple[State, int]:
    """What it gives, and how many functions were called on the way."""
    calls = itertools.count()

    def count(_frame: object, event: str, _argument: object) -> None:
        if event.endswith("call"):
            next(calls)

    sys.setprofile(count)
    try:
        made = doing()
    finally:
        sys.setprofile(None)
    return made, next(calls)


def written_apart(people: int) -> list[State]:
    """One record, and the same field written by so many people who do not know of each other."""
    base = write(State(RECORD, KIND), Dot("base", 1), Mark(1, None, "A"), values={"pages": 8})
    return [
        write(
            base, Dot(f"{n:016x}", 1), Mark(n, None, f"u{n}"), values={"pages": n, "note": "x" * 99}
        )
        for n in range(people)
    ]


def test_three_hundred_values_beside_each_other_take_their_room_and_no_more() -> None:
    tracemalloc.start()
    together = joined([*written_apart(300), *written_apart(300)])
    again = decode(json.loads(canonical_bytes(together)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(again.cells["pages"]) == len(again.cells["note"]) == 300
    assert state_of(RECORD, document(together)) == again == together
    assert most < 10_000_000
    assert len(canonical_bytes(together)) < 100_000


def test_a_join_takes_steps_for_what_is_there_and_not_for_its_square() -> None:
    people = written_apart(300)
    few, many, one = joined(people[:30]), joined(people[:299]), people[299]
    ours, theirs = joined(people[:150]), joined(people[150:])
    _, small = steps_of(lambda: join(few, one))
    _, large = steps_of(lambda: join(many, one))
    both, halves = steps_of(lambda: join(ours, theirs))

    assert len(both.cells["pages"]) == 300
    assert large < 10 * small
    assert halves < 1_500


# ---- negative controls: each of these was once thought good enough ---------------------------


def nothing_vanished(states: Iterable[State], edits: Iterable[Edit]) -> bool:
    """No value is gone that no edit wrote over: the joined cells are those of the edits."""
    return plain(values_from(edits)) == plain(joined(states).cells)


def started() -> World:
    """Two copies that have the same record, with two fields."""
    return World(([0, 0], [("set_both", 0, "MOTEL", 8), ("meet", 1, 0)]))


Break = Callable[[World], None]


def delete_that_clears_the_cells(world: World) -> None:
    one, other = world.copies
    world.write(one, Write(KIND, RECORD, delete=True))
    one.state = replace(one.state, cells={}, marks={})
    world.write(other, Write(KIND, RECORD, {"pages": 9}))


def only_the_changed_field_with_the_whole_vector(world: World) -> None:
    other = world.copies[1]
    world.write(other, Write(KIND, RECORD, {"pages": 9}))
    cells = {"pages": other.state.cells["pages"]}
    part = replace(other.state, cells=cells)
    other.state = replace(part, marks={dot: other.state.marks[dot] for dot in part.dots()})


def a_restored_copy_that_uses_its_dots_again(world: World) -> None:
    one, other = world.copies
    backup = one.state, one.n
    world.write(one, Write(KIND, RECORD, {"pages": 9}))
    other.state = join(other.state, one.state)
    world.write(other, Write(KIND, RECORD, {"pages": 10}))
    one.state, one.n = backup
    world.write(one, Write(KIND, RECORD, {"set_name": "DINER"}))


def a_refusal_that_puts_the_record_back(world: World) -> None:
    one, other = world.copies
    base = one.state
    world.write(one, Write(KIND, RECORD, {"pages": 9}))
    other.state = join(other.state, one.state)
    one.state = base
    world.write(one, Write(KIND, RECORD, {"set_name": "DINER"}))


def the_same_done_right(world: World) -> None:
    one, other = world.copies
    world.write(one, Write(KIND, RECORD, delete=True))
    world.write(other, Write(KIND, RECORD, {"pages": 9}))
    one.run, one.n = one.run + 1, 0
    world.write(one, Write(KIND, RECORD, {"set_name": "DINER"}))


@pytest.mark.parametrize(
    "mistake",
    [
        delete_that_clears_the_cells,
        only_the_changed_field_with_the_whole_vector,
        a_restored_copy_that_uses_its_dots_again,
        a_refusal_that_puts_the_record_back,
    ],
)
def test_a_known_mistake_is_seen_by_the_laws(mistake: Break) -> None:
    world = started()
    mistake(world)

    assert not nothing_vanished([copy.state for copy in world.copies], world.edits)


def test_the_right_way_passes_the_same_check() -> None:
    world = started()
    the_same_done_right(world)

    states = [copy.state for copy in world.copies]
    assert all(nothing_vanished(order, world.edits) for order in itertools.permutations(states))
