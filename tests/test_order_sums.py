"""The office's order against a plain list, and the digest sums against counting anew."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data.edit import Write
from data.files import MemoryFolder
from data.order import Order, packed, unpacked
from data.state import Dot, Mark, State, write
from data.store import Store
from data.sums import SLOTS, Sums, slot_of
from tests.copies import copy_in, sources

# ---- the order --------------------------------------------------------------------------------

IDS = "abcdef"
PUTS = st.lists(st.sampled_from([*IDS, *IDS, "snapshot", "frozen"]), min_size=5, max_size=40)


class Naive:
    """Every put there ever was."""

    def __init__(self) -> None:
        self.puts: list[str] = []

    def after(self, hseq: int) -> list[tuple[int, str]]:
        return [
            (n, record)
            for n, record in enumerate(self.puts, 1)
            if n > hseq and record not in self.puts[n:]
        ]


def from_snapshot(order: Order) -> Order:
    """What a snapshot keeps of it, read back."""
    tables = [list(IDS[:4]), list(IDS[4:])]
    (raw,) = [one for one in packed(order.frozen(), tables) if one is not None]
    raw = json.loads(json.dumps(raw))
    again = Order()
    again.begin(order.top, lambda: unpacked(raw, tables))
    return again


@given(PUTS, st.integers(0, 45))
def test_the_order_is_what_a_plain_list_says(puts: list[str], hseq: int) -> None:
    order, naive = Order(), Naive()
    frozen: list[tuple[Any, list[tuple[int, str]]]] = []
    for put in puts:
        if put == "snapshot":
            order = from_snapshot(order)
        elif put == "frozen":
            frozen.append((order.frozen(), naive.after(0)))
        else:
            order.put(put)
            naive.puts.append(put)
        assert (order.top, list(order.after(hseq))) == (len(naive.puts), naive.after(hseq))

    assert naive.after(0) == list(order.after(0))
    assert [told for _, told in frozen] == [list(found) for found, _ in frozen]


@given(PUTS)
def test_pages_of_it_told_one_after_another_miss_nothing(puts: list[str]) -> None:
    """A device that asks for what came after its cursor, while the office goes on."""
    order, naive, cursor = Order(), Naive(), 0
    got: dict[str, int] = {}
    for n, put in enumerate(p for p in puts if len(p) == 1):
        order.put(put)
        naive.puts.append(put)
        if n % 3 == 0:
            for hseq, record in list(order.after(cursor))[:2]:
                got[record], cursor = hseq, hseq
    for hseq, record in order.after(cursor):
        got[record] = hseq

    assert {record: hseq for hseq, record in naive.after(0)} == got


def test_nothing_of_a_snapshot_is_read_before_somebody_asks() -> None:
    read: list[int] = []

    def load() -> tuple[list[int], list[str]]:
        read.append(1)
        return [1, 2], ["a", "b"]

    order = Order()
    order.begin(2, load)
    order.put("a")
    assert (order.top, read) == (3, [])

    assert list(order.after(0)) == [(2, "b"), (3, "a")]
    assert list(order.after(2)) == [(3, "a")]
    assert read == [1]


# ---- the sums ---------------------------------------------------------------------------------


def state(record_id: str, *edits: int) -> State:
    made = State(record_id, "scene")
    for n in edits:
        made = write(made, Dot("r", n), Mark(n, None, "Ada"), values={"pages": n})
    return made


STATES = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 4), max_size=12
).map(lambda chosen: {i: state(i, *range(1, n + 1)) for i, n in chosen.items()})


@given(STATES, STATES)
def test_equal_copies_and_only_they_have_equal_sums(
    here: dict[str, State], there: dict[str, State]
) -> None:
    ours, theirs = Sums.of(here.values()), Sums.of(there.values())

    assert (here == there) == (ours == theirs)
    assert (here == there) == ((ours.count, ours.total) == (theirs.count, theirs.total))
    differ = {slot for slot in range(SLOTS) if ours[slot] != theirs[slot]}
    assert differ == {slot_of(i) for i in here.keys() | there.keys() if here.get(i) != there.get(i)}


@given(st.lists(STATES, max_size=4))
def test_sums_kept_up_are_those_counted_anew(moments: list[dict[str, State]]) -> None:
    kept, before = Sums(), dict[str, State]()
    for now in moments:
        changes = {i: (before.get(i), now.get(i)) for i in before.keys() | now.keys()}
        kept.take(json.loads(json.dumps(kept.after(changes))))
        before = now
        assert kept == Sums.of(now.values())
        assert kept.count == len(now)

    again = Sums()
    again.take(json.loads(json.dumps(kept.to_json())))
    assert again == kept


# ---- in a copy's life -------------------------------------------------------------------------

LIFE = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.booleans(), st.sampled_from("abcd"), st.integers(0, 3)),
        st.tuples(st.just("say"), st.booleans(), st.sampled_from("abcd"), st.integers(0, 3)),
        st.tuples(st.just("cast"), st.booleans(), st.sampled_from("abcd"), st.integers(0, 3)),
        st.tuples(st.just("delete"), st.booleans(), st.sampled_from("abcd")),
        st.tuples(st.just("push"), st.sets(st.sampled_from("abcd"))),
        st.tuples(st.just("pull"), st.sets(st.sampled_from("abcd"))),
        st.tuples(st.just("confirm"), st.sets(st.sampled_from("abcd"))),
        st.tuples(st.just("forget")),
        st.tuples(st.just("generation"), st.booleans()),
        st.tuples(st.just("reopen"), st.booleans()),
    ),
    min_size=8,
    max_size=30,
)


def states(store: Store, ids: set[str]) -> list[State]:
    return [found for i in sorted(ids) if (found := store.state(i)) is not None]


def lived(store: Store, what: tuple[Any, ...]) -> None:
    """A person's gesture on one copy."""
    match what:
        case ("say", _, record, pages):
            store.commit([Write("scene", record, {"pages": pages})], user="Ada")
        case ("cast", _, record, number):
            add = {"cast": (str(number),)} if number % 2 else {}
            remove = {} if number % 2 else {"cast": ("1", "3")}
            store.commit([Write("scene", record, add=add, remove=remove)], user="Ada")
        case ("delete", _, record):
            store.commit([Write("scene", record, delete=True)], user="Ada")


def met(device: Store, hub: Store, what: tuple[Any, ...]) -> None:
    """A part of a sync: the line may break anywhere, so any part may come alone."""
    match what:
        case ("push", ids):
            hub.receive(states(device, ids), edits=list(device.books.history.recent()))
        case ("pull", ids):
            device.receive(states(hub, ids))
        case ("confirm", ids):
            # The office says it has what it has: the device's own state where that is all of it.
            known = [s for s in states(device, ids) if hub.state(s.id) == s]
            device.receive([], confirmed=known, acked=tuple(device.unacked)[:2])
        case ("forget",):
            device.forget_bases(epoch="2")


@given(LIFE)
@settings(max_examples=250)
def test_the_sums_of_both_copies_are_always_those_counted_anew(life: list[Any]) -> None:
    folders = {True: MemoryFolder(), False: MemoryFolder()}
    copies = {hub: copy_in(folder, hub=hub, source=sources(hub)) for hub, folder in folders.items()}
    for what in life:
        match what:
            case ("generation", hub):
                copies[hub].storage.compact()
            case ("reopen", hub):
                copies[hub].close()
                copies[hub] = copy_in(folders[hub], hub=hub)
            case ("say" | "cast" | "delete", hub, *_):
                lived(copies[hub], what)
            case _:
                met(copies[False], copies[True], what)
        for copy in copies.values():
            assert copy.counted() == copy.sums, what

    everything = set("abcd")
    met(copies[False], copies[True], ("push", everything))
    met(copies[False], copies[True], ("pull", everything))
    met(copies[False], copies[True], ("confirm", everything))
    assert copies[False].bases == {}
    assert copies[True].sums == copies[False].sums, "nothing is left to send: the copies are equal"
    assert copies[True].sums.count == len(list(copies[True].ids()))


def test_edits_not_yet_sent_do_not_disturb_the_proof() -> None:
    hub, device = (copy_in(MemoryFolder(), hub=h) for h in (True, False))
    lived(hub, ("say", True, "a", 1))
    met(device, hub, ("pull", {"a"}))
    assert hub.sums == device.sums

    lived(device, ("say", False, "a", 2))
    lived(device, ("say", False, "b", 2))
    assert hub.sums == device.sums
    met(device, hub, ("push", {"a", "b"}))
    assert hub.sums != device.sums
