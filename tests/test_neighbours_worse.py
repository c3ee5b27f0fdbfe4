"""A colleague who lies with more patience, and files that no office takes: the device's own work
goes on, and the office has it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.canonical import encode
from data.edit import Write
from data.errors import NoOffice
from data.stamp import replica_of
from data.state import Dot, State
from sync.calls import Answer, Call
from sync.sealing import Part, joined, parts_of, whole_letters
from sync.session import converse
from tests.crew_without_office import file_of, give, hand, meet_all, phone
from tests.scoped_pairing import Installation, PairedShow
from tests.test_neighbours_evil import SALT, Two, head, lie, scene, signed, written
from tests.test_neighbours_evil import two as two

HUGE = 400_000
"""Letters of a field: one of them fits a record, two do not."""


def beside(state: State, two: Two, n: int = 1, **values: Any) -> State:
    """The scene as it is, and Ada's own edit of other fields."""
    dot = Dot(replica_of(two.ada.id, SALT), n)
    mark = written(two, n).marks[Dot(dot.replica, n)]
    cells = {**state.cells, **{name: {dot: value} for name, value in values.items()}}
    vv = {**state.vv, dot.replica: n}
    return replace(state, vv=vv, marks={**state.marks, dot: mark}, life=frozenset({dot}),
                   cells=cells)  # fmt: skip


def known(two: Two) -> State:
    """The scene, which Ada was given in a file."""
    hand(two.lou, two.ada)
    state = two.ada.store.state("s1")
    assert state is not None
    return state


def strange(one: Installation) -> bytes:
    """A letter to the office of a device that it does not know."""
    letter = whole_letters(file_of(one))[0].content
    return letter.replace(one.id.encode(), b"01976f2a-0000-7000-8000-00000000dead", 1)


def posted(one: Installation, *, answer: Callable[[Call], Answer]) -> list[str]:
    """The paths of a session's calls; carried letters are answered so."""
    paths = list[str]()

    def ask(call: Call) -> Answer:
        paths.append(call.path.partition("?")[0])
        return answer(call) if call.path == "/v1/bundle" else one.ask(call)

    one.speak(ask)
    return paths


# ---- one who lies -----------------------------------------------------------------------------


def test_an_edit_of_one_field_takes_no_other_one_away(two: Two) -> None:
    state = beside(known(two), two, notes="LIE")
    done = give(lie(two, replace(state, cells={"notes": state.cells["notes"]}, marks={
        dot: mark for dot, mark in state.marks.items() if dot in state.life
    })), two.lou)  # fmt: skip

    assert scene(two.lou) == ["RIVER"]
    assert done.aside == {"Ada's phone": 1}


def test_nor_does_it_at_the_office(two: Two) -> None:
    """Whoever may write one field could else empty all of them, and no history would tell."""
    two.lou.speak()
    two.ada.speak()
    before = two.ada.store.state("s1")
    assert before is not None
    two.ada.store.commit([Write("scene", "s1", {"notes": "LIE"})], user=two.ada.desk.user)
    batch = next(iter(two.ada.device.batches()))
    (raw,) = map(encode, batch.states)
    bare = {**raw, "c": {"notes": raw["c"]["notes"]}}
    used = sorted({*bare["l"], *(at for at, _ in bare["c"]["notes"])})
    bare["d"] = [raw["d"][at] for at in used]
    bare["l"] = [used.index(at) for at in bare["l"]]
    bare["c"] = {"notes": [[used.index(at), value] for at, value in bare["c"]["notes"]]}
    push = two.ada.device.push(batch).model_copy(update={"states": (bare,)})
    two.it.office.push(push.model_copy(update={"run": two.it.office.run}))
    there = two.it.store.document("s1") or {}

    assert there["set"] == "RIVER"


def test_a_record_does_not_become_larger_than_the_office_takes(two: Two) -> None:
    """It would be put aside there for ever, and what is written in it here with it."""
    two.lou.store.commit([Write("scene", "s1", {"notes": "x" * HUGE})], user=two.lou.desk.user)
    (dot,) = written(two).marks
    give(lie(two, replace(written(two), cells={"heading": {dot: "y" * HUGE}})), two.lou)
    two.lou.speak()

    assert not two.lou.device.aside
    assert len((two.it.store.document("s1") or {})["notes"]) == HUGE


def test_a_small_file_does_not_fill_a_phone(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros pack to nothing: four thousand records of half a megabyte are two megabytes."""
    monkeypatch.setattr("sync.neighbour.MOST_OPENED", 3 * HUGE)
    notes = {"notes": dict.fromkeys(written(two).marks, "0" * HUGE)}
    few = [replace(written(two), id=f"t{n}", cells=notes) for n in range(4)]
    monkeypatch.setattr("tests.test_neighbours_evil.Group", _GroupOf(few))
    done = give(lie(two, few[0]), two.lou)

    assert not any(two.lou.store.state(state.id) for state in few)
    assert done.kept == ["Ada's phone"]


class _GroupOf:
    """A group that tells these, whatever it was to tell."""

    def __init__(self, states: list[State]) -> None:
        self.states = states

    def __call__(self, buckets: frozenset[str], _: list[State]) -> Any:
        from sync.neighbour import Group

        return Group(buckets, self.states)


HALF: dict[str, Callable[[list[Part]], list[Part]]] = {
    "salt": lambda parts: [
        ("head", head(parts, salts=dict.fromkeys(json.loads(parts[0][1])["salts"], "\ud800"))),
        *parts[1:],
    ],
    "made": lambda parts: [("head", head(parts, made=["\ud800", 1])), *parts[1:]],
}


@pytest.mark.parametrize("evil", HALF)
def test_half_a_character_spoils_no_file(
    two: Two, evil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.neighbour.loads", json.loads)  # a phone has no other
    two.ada.store.commit([Write("scene", "s2", {"set": "LAKE"})], user=two.ada.desk.user)
    real, crew = whole_letters(file_of(two.ada))
    parts = list(parts_of(crew.body))[1:]
    done = give(signed(two, HALF[evil](parts), real.content), two.lou)

    assert done.kept == ["Ada's phone"]
    assert two.lou.store.state("s2") is None


def test_half_a_character_for_a_mac_is_a_wrong_one(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.neighbour.loads", json.loads)  # a phone has no other
    two.ada.store.commit([Write("scene", "s2", {"set": "LAKE"})], user=two.ada.desk.user)
    real, crew = whole_letters(file_of(two.ada))
    (_, macs), *rest = parts_of(crew.body)
    bad = json.dumps(dict.fromkeys(json.loads(macs), "\ud800")).encode()
    body = joined([("macs", bad), *rest])
    size = json.dumps(len(crew.body)).encode()
    signed_part = crew.signed[: -len(crew.body)].replace(size, json.dumps(len(body)).encode())
    done = give(real.content + signed_part + body + crew.seal, two.lou)

    assert done.strange == ["Ada's phone"]


# ---- files that no office takes ---------------------------------------------------------------


@pytest.fixture
def it(tmp_path: Path) -> PairedShow:
    return PairedShow(tmp_path)


def test_what_the_office_will_not_have_makes_room_while_it_is_asked(
    it: PairedShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter of a device that was paired with another office is tried, and stops nobody."""
    ada, lou, gus = (phone(it, name, "ad") for name in ("Ada", "Lou", "Gus"))
    meet_all(ada, lou, gus)
    give(strange(ada), gus)
    hand(lou, gus)
    for _ in range(3):
        gus.speak()
    monkeypatch.setattr("sync.carried.MOST", 1)  # there is room for the answer to Lou
    gus.speak()

    assert not gus.session.carries


@pytest.mark.parametrize("status", [500, 502])
def test_a_letter_that_an_office_stumbles_over_holds_up_nobody_s_own_work(
    it: PairedShow, status: int
) -> None:
    ada, lou = phone(it, "Ada", "upm"), phone(it, "Lou", "upm")
    meet_all(ada, lou)
    hand(ada, lou)
    lou.store.commit([Write("scene", "s1", {"set": "RIVER"})], user=lou.desk.user)
    posted(lou, answer=lambda _: Answer(status, b""))

    assert it.store.state("s1") is not None
    assert lou.session.carries == ["Ada's phone"]


def test_a_letter_that_never_comes_through_holds_up_nobody_s_own_work(it: PairedShow) -> None:
    """Eight megabytes do not get over a bad line; what Lou wrote himself does."""
    ada, lou = phone(it, "Ada", "upm"), phone(it, "Lou", "upm")
    meet_all(ada, lou)
    hand(ada, lou)
    lou.store.commit([Write("scene", "s1", {"set": "RIVER"})], user=lou.desk.user)

    def breaks(call: Call) -> Answer:
        raise NoOffice(f"No answer to {call.path}.", code="unreachable")

    posted(lou, answer=breaks)

    assert it.store.state("s1") is not None
    assert lou.session.carries == ["Ada's phone"]
    lou.speak()
    assert not lou.session.carries


def test_what_is_refused_is_offered_once_over_one_line(it: PairedShow) -> None:
    """Not with every edit of the day: it may be many megabytes."""
    ada, lou = phone(it, "Ada", "upm"), phone(it, "Lou", "upm")
    meet_all(ada, lou)
    give(strange(ada), lou)
    lou.speak()
    paths = list[str]()

    def ask(call: Call) -> Answer:
        paths.append(call.path.partition("?")[0])
        return lou.ask(call._replace(token=str(lou.store.meta["token"])))

    for n in range(3):
        lou.store.commit([Write("scene", f"s{n}", {"set": "RIVER"})], user=lou.desk.user)
        converse(lou.session.exchange(), ask)

    assert "/v1/push" in paths
    assert "/v1/bundle" not in paths


def test_who_swap_files_all_day_carry_each_letter_once(it: PairedShow) -> None:
    """Also of a device whose hand they cannot prove."""
    ada, lou, gus = (phone(it, name, "ad") for name in ("Ada", "Lou", "Gus"))
    meet_all(ada, lou, gus)
    for n in range(3):
        gus.store.commit([Write("scene", f"s{n}", {"set": "RIVER"})], user=gus.desk.user)
        one = next(
            letter for letter in whole_letters(file_of(gus)) if letter.to == "office"
        ).content
        give(one, (ada, lou)[n % 2])
        for _ in range(3):
            hand(ada, lou)
            hand(lou, ada)

    for each in (ada, lou):
        found = [letter for letter in whole_letters(file_of(each)) if letter.device == gus.id]
        assert len(found) == len(set(found)) == 3
