"""The office's order against a plain list; the digest sums against counting anew, and equal in
every copy whichever way its records came."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data.canonical import canonical_bytes, decode, digest, encode
from data.edit import Write
from data.files import MemoryFolder
from data.kind import canonical
from data.order import Order, packed, unpacked
from data.state import Dot, Mark, State, join, write
from data.store import Store
from data.sums import SLOTS, Sums, slot_of
from sync.wire import pack, unpack
from tests.copies import copy_in, sources
from tests.test_state_laws import HISTORIES, History, World

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


# ---- whichever way it came --------------------------------------------------------------------

SHOWS = st.lists(HISTORIES, min_size=1, max_size=3)
"""Histories of a few records."""


def lived_through(show: list[History]) -> list[State]:
    """Every state that any copy of any record was in."""
    return [
        replace(state, id=f"record{n}")
        for n, history in enumerate(show)
        for state in World(history).states
        if state.vv
    ]


def proof(states: Iterable[State]) -> Sums:
    """The sums of all of it joined."""
    together: dict[str, State] = {}
    for state in states:
        known = together.get(state.id)
        together[state.id] = state if known is None else join(known, state)
    return Sums.of(together.values())


def delivered(states: list[State], rng: random.Random) -> Iterator[list[State]]:
    """In any order, some of them twice, in batches of 1 to 500."""
    heap = [*states, *rng.choices(states, k=len(states) // 2)] if states else []
    rng.shuffle(heap)
    while heap:
        size = rng.choice((1, 2, 5, 50, 500))
        yield heap[:size]
        del heap[:size]


@contextmanager
def on_disk() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder, "office"), sources=sources(3), hub=True)
        yield store
        store.close()


@given(SHOWS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_any_order_any_batches_on_any_store_have_one_digest(
    show: list[History], rng: random.Random
) -> None:
    states = lived_through(show)
    expected = proof(states)
    memory = copy_in(MemoryFolder(), hub=True, source=sources(1))
    with on_disk() as disk:
        for store in (memory, disk):
            for batch in delivered(states, rng):
                store.receive(batch)
                if rng.random() < 0.1:
                    store.storage.compact()

        assert expected == memory.sums == disk.sums
        assert expected == memory.counted() == disk.counted()


@given(SHOWS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_packed_tightly_or_not_at_all_it_has_one_digest(
    show: list[History], rng: random.Random
) -> None:
    states = lived_through(show)
    copies = [copy_in(MemoryFolder(), hub=hub, source=sources(hub)) for hub in (True, False)]
    for store in copies:
        for batch in delivered(states, rng):
            text = zlib.decompress(pack([{"m": "page"}, *({"s": encode(one)} for one in batch)]))
            again = zlib.compress(text, rng.choice((0, 1, 9)))
            store.receive([decode(line["s"]) for line in unpack(again)[1:]])

    assert [proof(states)] * 2 == [store.sums for store in copies]


@given(SHOWS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_by_way_of_other_copies_it_has_one_digest(show: list[History], rng: random.Random) -> None:
    """Copies that each heard a part, and hand on what they made of it."""
    states = lived_through(show)
    heard: list[dict[str, State]] = [{}, {}, {}]
    for state in states:
        copy = rng.choice(heard)
        copy[state.id] = join(copy.get(state.id, state), state)
    passed_on = [state for copy in heard for state in copy.values()]

    assert proof(states) == proof(reversed(passed_on)) == proof([*passed_on, *states])


@given(SHOWS)
@settings(max_examples=60)
def test_a_record_of_a_kind_nobody_knows_is_merged_and_passed_on(show: list[History]) -> None:
    """An app from before the kind or the field joins them as one from after does."""
    known = lived_through(show)
    unknown = [replace(state, kind="a_newer_apps_kind") for state in known]
    old, new = (copy_in(MemoryFolder(), hub=hub, source=sources(hub)) for hub in (True, False))
    old.receive(unknown)
    new.receive([state for i in old.ids() if (state := old.state(i)) is not None])

    assert proof(unknown) == old.sums == new.sums
    for record_id in set(new.ids()):
        theirs = reduce(join, [state for state in known if state.id == record_id])
        mine = new.state(record_id)
        assert mine is not None
        assert theirs == replace(mine, kind=theirs.kind)


WITHOUT = """
import json, sys
sys.modules["orjson"] = None
from data.canonical import canonical_bytes, decode, digest
for line in sys.stdin:
    state = decode(json.loads(line))
    print(canonical_bytes(state).hex(), digest(state))
"""

ODD_TEXTS = ("\u2028\x00\x1f\x7f", '"\\\b\f\n\r\t/', "Zoë 😀 \ud7ff\ue000\uffff")


def test_without_orjson_every_byte_and_digest_is_the_same() -> None:
    states: list[State] = []

    @given(HISTORIES, st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
    @settings(max_examples=150, database=None)
    def draw(history: History, text: str) -> None:
        state = World(history).states[-1]
        names = {text[:3].strip("_") or "a": 1, "\uffff": 2, "😀": 3, "Z": [text, *ODD_TEXTS]}
        values = {"texts": canonical([text, *ODD_TEXTS]), "named": canonical(names)}
        states.append(write(state, Dot("odd", 1), Mark(2**53 - 1, -1, "u"), values=values))

    draw()
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        input="".join(json.dumps(encode(state)) + "\n" for state in states),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        check=True,
    )

    assert told.stdout.splitlines() == [
        f"{canonical_bytes(state).hex()} {digest(state)}" for state in states
    ]
