"""Every edit, kept: dots against a plain set; edits in the order they came, wherever they lie."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.edit import Write, dot_of
from data.files import MemoryFolder
from data.history import KEPT_MS, Dots, History
from data.packing import dumps
from data.state import Dot
from tests.backends import MakePlace, every_backend
from tests.copies import copy_in, known, push, sources
from tests.small_show import Wall

# ---- dots -------------------------------------------------------------------------------------

DOTS = st.lists(
    st.builds(Dot, st.sampled_from("ab"), st.integers(1, 30)) | st.just(None), max_size=60
)


@given(DOTS)
def test_dots_are_the_set_they_stand_for(added: list[Dot | None]) -> None:
    """None: written down and read back."""
    dots, naive = Dots(), set[Dot]()
    for dot in added:
        if dot is None:
            dots = Dots(json.loads(json.dumps(dots.to_json())))
        else:
            dots.add(dot)
            naive.add(dot)
        assert all((Dot(r, n) in dots) == (Dot(r, n) in naive) for r in "abc" for n in range(32))


@given(DOTS)
def test_they_take_the_room_of_their_gaps_alone(added: list[Dot | None]) -> None:
    dots, naive = Dots(), {dot for dot in added if dot is not None}
    for dot in naive:
        dots.add(dot)

    starts = {dot for dot in naive if Dot(dot.replica, dot.n - 1) not in naive}
    told = dots.to_json()
    assert starts == {Dot(replica, start) for replica, r in told.items() for start, _ in r}
    assert all(ranges == sorted(ranges) for ranges in told.values())


def test_they_know_where_the_first_gap_of_a_replica_is() -> None:
    dots = Dots()
    for n in (2, 3):
        dots.add(Dot("a", n))
    before = dots.upto("a")
    for n in (1, 5):
        dots.add(Dot("a", n))

    assert (before, dots.upto("a"), dots.upto("b")) == (0, 3, 0)


def test_what_they_say_is_nobodys_to_change() -> None:
    told = {"a": [[1, 3]]}
    dots = Dots(told)
    dots.add(Dot("a", 4))
    assert told == {"a": [[1, 3]]}

    dots.to_json()["a"].clear()
    assert Dot("a", 2) in dots


# ---- edits ------------------------------------------------------------------------------------

DOINGS = st.lists(
    st.tuples(st.just("add"), st.sampled_from("xyz"))
    | st.tuples(st.just("add"), st.sampled_from("xyz"))
    | st.tuples(st.just("seal"))
    | st.tuples(st.just("give up"), st.integers(0, 4))
    | st.tuples(st.just("settle")),
    max_size=40,
)


def edit(record: str, n: int) -> dict[str, Any]:
    return {"dot": ["r", n], "mark": [n, None, "Ada"], "id": record, "f": {"pages": n}}


@given(DOINGS)
def test_a_record_has_its_edits_in_order_through_seals_and_failures(doings: list[Any]) -> None:
    folder = MemoryFolder()
    history, naive, generation = History(folder), dict[str, list[Any]](), 1
    steps = None
    for n, what in enumerate(doings, 1):
        match what:
            case ("add", record):
                history.add(edit(record, n), dumps(edit(record, n)))
                naive.setdefault(record, []).append(edit(record, n))
            case ("seal",):
                generation += 1
                steps = history.seal(generation)()
            case ("give up", count):
                for _ in range(count):
                    next(steps or iter(()), None)
                steps = None
            case ("settle",) if steps is not None:
                assert list(steps)[-1:] in ([], [generation])
                history.sealed(generation)
                steps = None
        for record in "xyz":
            assert naive.get(record, []) == history.of(record)
            for raw in naive.get(record, []):
                assert raw == history.find(record, dot_of(raw))

    assert history.find("x", Dot("r", 999)) is None
    listed = {f"history.{number}" for number in history.segments}
    assert listed <= set(folder.names())


@every_backend
def test_a_long_history_is_read_by_record(backend: MakePlace, tmp_path: Path) -> None:
    """More than a block of a segment, of one record and of many."""
    place = backend(tmp_path)
    history, edits = History(place.folder), dict[str, list[Any]]()
    for n in range(1, 1400):
        raw = edit("often" if n % 2 else f"once {n}", n)
        history.add(raw, dumps(raw))
        edits.setdefault(raw["id"], []).append(raw)
    assert list(history.seal(2)())[-1] == 2
    history.sealed(2)
    again = History(place.folder)
    again.begin([2], history.dots.to_json(), [])

    assert list(again.recent()) == []
    assert all(edits[record] == again.of(record) for record in edits)
    assert again.of("never") == []


@every_backend
def test_the_office_keeps_every_edit_through_many_generations(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    store = copy_in(place.folder, hub=True)
    for generation in range(4):
        for n in range(5):
            store.commit([Write("scene", "r", {"pages": 10 * generation + n})], user="Ada")
        store.storage.compact()
        before = known(store)
        store.close()
        store = copy_in(place.folder, hub=True)
        assert before == known(store)
    store.close()

    assert [edit.values["pages"] for edit in store.history("r")] == [
        10 * generation + n for generation in range(4) for n in range(5)
    ]
    segments = [name for name in place.files() if name.startswith("history")]
    assert sorted(segments) == ["history.2", "history.3", "history.4", "history.5"]


def test_a_segment_that_was_given_up_goes_with_the_next_generation() -> None:
    folder = MemoryFolder()
    store = copy_in(folder, hub=True)
    store.commit([Write("scene", "r", {"pages": 1})], user="Ada")
    before = known(store)
    folder.create("history.2").append(b"of a generation that a crash broke off")
    store.storage.compact()
    folder.create("history.9").append(b"of another")
    store.commit([Write("scene", "r", {"pages": 2})], user="Ada")
    store.storage.compact()

    assert {n for n in folder.names() if n.startswith("history")} == {"history.2", "history.3"}
    assert before["edits"]["r"] == store.history("r")[:1]


# ---- how long a phone keeps them --------------------------------------------------------------


@pytest.mark.parametrize(
    ("acknowledged", "days", "kept"),
    [(True, 31, 0), (True, 29, 1), (False, 31, 1), (False, 400, 1)],
    ids=["old and at the office", "young", "not yet at the office", "for a year"],
)
def test_a_phone_lets_go_of_an_edit_that_the_office_has_and_that_is_old(
    acknowledged: bool, days: int, kept: int
) -> None:
    wall, folder, hub = Wall(), MemoryFolder(), copy_in(MemoryFolder(), hub=True)
    assert KEPT_MS == 30 * 24 * 3600 * 1000
    store = copy_in(folder, hub=False, source=sources(5, wall))
    store.commit([Write("scene", "r", {"pages": 1})], user="Ada")
    if acknowledged:
        push(store, hub)
    wall.at += timedelta(days=days)
    store.storage.compact()
    assert len(store.history("r")) == 1
    store.close()
    store = copy_in(folder, hub=False, source=sources(6, wall))

    assert kept == len(store.history("r"))
    assert len(store.unacked) == (not acknowledged)
    (dot,) = [dot for found in hub.history("r") for dot in [found.dot]] or list(store.unacked)
    assert dot in store.books.history.dots, "that it had it is not forgotten"
    assert store.receive([], edits=[found.to_json() for found in hub.history("r")]) == frozenset()
    assert kept == len(store.history("r"))
    store.close()
