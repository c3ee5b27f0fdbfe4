"""The store: a commit is durable and whole or it never was; two copies meet and lose no books."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from data.canonical import canonical_bytes, encode
from data.desk import find_line
from data.edit import Write, values_from
from data.errors import Busy, NotFound, Refused
from data.kinds import ALL
from data.stamp import Clock, Sources
from data.state import Dot, State
from data.store import Gesture, Store
from tests.small_show import Wall

ROOT = Path(__file__).resolve().parents[1]


def reopened(store: Store, wall: Wall, *, reader: bool = False) -> Store:
    if not reader:
        store.close()
    sources = Sources(clock=Clock(wall), rng=random.Random(99))
    return Store(store.home, sources=sources, hub=store.hub, reader=reader)


def say(store: Store, record_id: str = "r", **values: Any) -> Gesture:
    return store.commit([Write("scene", record_id, values)], user="Amara")


def shown(store: Store, record_id: str = "r") -> dict[str, Any]:
    return {k: v for k, v in (store.document(record_id) or {}).items() if k != "_m"}


def books(store: Store) -> dict[str, Any]:
    """Everything a store knows, as plain data."""
    return {
        "records": {i: store.document(i) for i in store.ids()},
        "kinds": {name: list(rows.refs) for name, rows in store.storage.tables.items() if rows},
        "meta": store.meta,
        "bases": store.bases,
        "unacked": sorted(store.unacked.items()),
        "edits": {i: store.history(i) for i in store.ids()},
        "order": list(store.order.after(0)),
        "top": store.order.top,
        "sums": store.sums.to_json(),
    }


def run(script: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


# ---- what is on disk --------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["hub", "device"])
def test_opened_again_it_knows_what_it_knew(
    which: str, wall: Wall, request: pytest.FixtureRequest
) -> None:
    store: Store = request.getfixturevalue(which)
    store.set_meta(production="p", cursor="7")
    say(store, set_name="KITCHEN", pages=5)
    say(store, pages=None)
    store.commit([Write("scene", "r", add={"cast": ("1", "2")})], user="Ada")
    store.commit([Write("scene", "gone", {"pages": 1}), Write("scene", "q", {})], user="Ada")
    store.commit([Write("scene", "gone", delete=True)], user="Ada")
    before = json.loads(json.dumps(books(store), default=str))
    again = reopened(store, wall)

    assert before == json.loads(json.dumps(books(again), default=str))
    again.close()


def test_a_new_run_writes_under_a_name_nobody_used(hub: Store, wall: Wall) -> None:
    first = say(hub, pages=1).edits[0].dot
    hub.new_run()
    second = say(hub, pages=2).edits[0].dot
    again = reopened(hub, wall)
    third = say(again, pages=3).edits[0].dot
    again.close()

    assert (first.n, second.n, third.n) == (1, 1, 1)
    assert len({first.replica, second.replica, third.replica}) == 3


def test_stamps_rise_though_the_clock_stands_or_goes_back(hub: Store, wall: Wall) -> None:
    marks = [say(hub, pages=n).edits[0].mark.stamp for n in range(3)]
    wall.shows(1)
    marks.append(say(hub, pages=9).edits[0].mark.stamp)

    assert marks == sorted(set(marks))


def test_a_torn_last_commit_is_put_aside_and_said(hub: Store, wall: Wall) -> None:
    say(hub, pages=1)
    say(hub, pages=2)
    hub.close()
    path = hub.home / "journal.1"
    path.write_bytes(path.read_bytes()[:-3])
    again = reopened(hub, wall)

    assert shown(again) == {"pages": 1}
    assert again.cut_aside is not None
    assert again.cut_aside.exists()
    again.close()


def test_nothing_is_acknowledged_that_a_kill_can_take(tmp_path: Path, wall: Wall) -> None:
    home = tmp_path / "killed"
    process = run(
        """
import sys
from pathlib import Path
from data.edit import Write
from data.stamp import Sources
from data.store import Store
store = Store(Path(sys.argv[1]), sources=Sources(), hub=True)
n = 0
while True:
    n += 1
    store.commit([Write("scene", f"r{n % 7}", {"pages": n, "set_name": "x" * 500})], user="Ada")
    print(n, flush=True)
""",
        home,
    )
    said = [int(line(process)) for _ in range(200)][-1]
    process.kill()
    process.communicate()
    store = Store(home, sources=Sources(clock=Clock(wall)), hub=True)

    last = max(doc["pages"] for doc in store.db.table("scene"))
    assert last >= said
    assert last == store.order.top
    store.close()


FULL = """
import json, resource, sys
from pathlib import Path
from data.edit import Write
from data.errors import NotSaved
from data.stamp import Sources
from data.store import Store
home = Path(sys.argv[1])
store = Store(home, sources=Sources(), hub=False)
def say(n, size):
    return store.commit([Write("scene", "r", {"pages": n, "set_name": "x" * size})], user="Ada")
def known():
    return [store.document("r"), dict(store.bases), len(store.unacked), dict(store.meta)]
say(1, 10)
before, size = known(), store.storage.journal_bytes
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 1000, hard))
refusals = []
for _ in range(2):
    try:
        say(2, 5000)
    except NotSaved as error:
        refusals.append(error.sentence)
same = known() == before and store.storage.journal_bytes == size
say(3, 10)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
say(4, 5000)
print(json.dumps([refusals, same]))
"""


def test_a_full_disk_refuses_changes_nothing_and_goes_on(tmp_path: Path, wall: Wall) -> None:
    process = run(FULL, tmp_path / "full")
    refusals, same = json.loads(line(process))
    process.communicate()
    store = Store(tmp_path / "full", sources=Sources(clock=Clock(wall)), hub=False)

    assert refusals == ["Not saved: the disk is full. Free some space, then do it again."] * 2
    assert same
    assert [edit.values["pages"] for edit in store.history("r")] == [1, 3, 4]
    assert store.cut_aside is None
    store.close()


# ---- one writer, many readers -----------------------------------------------------------------

HOLD = """
import sys
from pathlib import Path
from data.errors import Busy
from data.stamp import Sources
from data.store import Store
try:
    store = Store(Path(sys.argv[1]), sources=Sources(), hub=True)
    print("open", flush=True)
    sys.stdin.readline()
except Busy as error:
    print(error.sentence, flush=True)
"""


def test_a_second_process_is_told_who_holds_it(hub: Store) -> None:
    process = run(HOLD, hub.home)
    said = line(process)
    process.communicate()

    assert f"process {os.getpid()}" in said
    assert "open in another Callboard" in said


def test_the_lock_dies_with_its_process(tmp_path: Path, wall: Wall) -> None:
    process = run(HOLD, tmp_path / "held")
    assert line(process) == "open"
    with pytest.raises(Busy, match=str(process.pid)):
        Store(tmp_path / "held", sources=Sources(clock=Clock(wall)), hub=True)

    process.kill()
    process.communicate()
    Store(tmp_path / "held", sources=Sources(clock=Clock(wall)), hub=True).close()


def test_closed_it_can_be_opened_by_the_next(hub: Store, wall: Wall) -> None:
    again = reopened(hub, wall)
    assert again.lock.note()["what"] == "office"

    again.close()
    assert again.lock.note() == {}


def test_a_reader_sees_the_last_commit_and_cannot_write(hub: Store, wall: Wall) -> None:
    say(hub, pages=1)
    reader = reopened(hub, wall, reader=True)
    say(hub, pages=2)

    assert shown(reader) == {"pages": 1}
    assert shown(reopened(hub, wall, reader=True)) == {"pages": 2}
    with pytest.raises(Refused, match="reading only"):
        say(reader, pages=3)
    assert shown(reader) == {"pages": 1}


# ---- commits ----------------------------------------------------------------------------------


def test_listeners_hear_what_a_commit_touched_until_they_stop(hub: Store) -> None:
    heard: list[frozenset[tuple[str, str]]] = []
    stop = hub.listen(heard.append)
    hub.commit([Write("scene", "r", {"pages": 1}), Write("person", "z", {})], user="Ada")
    stop()
    stop()
    say(hub, pages=2)

    assert [frozenset({("scene", "r"), ("person", "z")})] == heard


def test_a_listener_finds_the_commit_on_disk_already(hub: Store, wall: Wall) -> None:
    found: list[dict[str, Any]] = []
    hub.listen(lambda _: found.append(shown(reopened(hub, wall, reader=True))))
    say(hub, pages=1)

    assert found == [{"pages": 1}]


def test_nothing_written_is_no_commit(hub: Store) -> None:
    size = hub.storage.journal_bytes
    gesture = hub.commit([], user="Ada")

    assert gesture.edits == ()
    assert size == hub.storage.journal_bytes


def test_the_office_numbers_commits_in_the_order_they_were_made(hub: Store) -> None:
    say(hub, "a", pages=1)
    hub.commit([Write("scene", "b", {}), Write("scene", "c", {})], user="Ada")
    say(hub, "a", pages=2)

    assert list(hub.order.after(0)) == [(2, "b"), (3, "c"), (4, "a")]
    assert list(hub.order.after(3)) == [(4, "a")]
    assert hub.order.top == 4


def test_a_device_numbers_nothing(device: Store) -> None:
    say(device, pages=1)

    assert (device.order.top, list(device.order.after(0))) == (0, [])


def test_find_says_no_in_words(hub: Store) -> None:
    say(hub, "here", pages=1)
    say(hub, "gone", pages=1)
    hub.commit([Write("scene", "gone", delete=True)], user="Ada")

    assert json.loads(find_line(hub, "scene", "here"))["pages"] == 1
    for kind, record_id in (("scene", "gone"), ("scene", "never"), ("person", "here")):
        with pytest.raises(NotFound):
            find_line(hub, kind, record_id)


# ---- two copies -------------------------------------------------------------------------------


def push(device: Store, hub: Store) -> None:
    """All the device has to the office, and the office's answer back: the whole of a sync."""
    mine = [state for i in device.ids() if (state := device.state(i)) is not None]
    edits = [raw for i in device.ids() for raw in device.books.history.of(i)]
    hub.receive(mine, edits=edits)
    theirs = [state for i in hub.ids() if (state := hub.state(i)) is not None]
    device.receive(theirs, confirmed=theirs, acked=tuple(device.unacked))


def test_what_both_wrote_is_kept_on_both(hub: Store, device: Store) -> None:
    say(hub, pages=1, set_name="KITCHEN")
    push(device, hub)
    say(hub, pages=2)
    say(device, pages=3, location="Stage 2")
    push(device, hub)

    here, there = hub.state("r"), device.state("r")
    assert here is not None
    assert there is not None
    assert canonical_bytes(here) == canonical_bytes(there)
    assert sorted(here.cells["pages"].values()) == [2, 3]
    assert shown(device)["location"] == "Stage 2"


def test_a_record_is_dirty_until_the_office_has_confirmed_it(hub: Store, device: Store) -> None:
    say(device, pages=1)
    assert device.bases == {"r": None}

    push(device, hub)
    assert device.bases == {}
    assert device.unacked == {}

    confirmed = device.state("r")
    assert confirmed is not None
    say(device, pages=2)
    say(device, pages=3)
    assert device.bases == {"r": encode(confirmed)}


def test_an_edit_made_during_a_push_stays_dirty(hub: Store, device: Store) -> None:
    say(device, pages=1)
    sent = device.state("r")
    assert sent is not None
    say(device, pages=2)
    hub.receive([sent])
    device.receive([], confirmed=[sent])

    assert device.bases == {"r": encode(sent)}
    push(device, hub)
    assert (shown(hub), device.bases) == ({"pages": 2}, {})


def test_what_is_known_already_is_no_commit_and_gets_no_number(hub: Store, device: Store) -> None:
    say(device, pages=1)
    push(device, hub)
    size, order = hub.storage.journal_bytes, hub.order.top
    push(device, hub)

    assert size == hub.storage.journal_bytes
    assert order == hub.order.top


def test_the_cursor_moves_in_the_frame_of_the_rows(hub: Store, device: Store, wall: Wall) -> None:
    say(hub, pages=1)
    state = hub.state("r")
    assert state is not None
    device.receive([state], meta={"cursor": "1"})
    device.close()
    path = device.home / "journal.1"
    path.write_bytes(path.read_bytes()[:-1])
    again = reopened(device, wall)

    assert (again.document("r"), again.meta) == (None, {})
    again.close()


def test_another_office_history_makes_everything_unconfirmed(hub: Store, device: Store) -> None:
    say(hub, pages=1)
    push(device, hub)
    device.forget_bases(epoch="2")

    assert (device.bases, device.meta) == ({"r": None}, {"epoch": "2"})


def test_acknowledged_edits_are_waited_for_no_more(device: Store, wall: Wall) -> None:
    first = say(device, pages=1).edits[0].dot
    second = say(device, pages=2).edits[0].dot
    device.receive([], acked=[first, Dot("never", 1)])

    assert list(device.unacked) == [second]
    again = reopened(device, wall)
    assert list(again.unacked) == [second]
    again.close()


def test_edits_the_office_has_forgotten_are_owed_again_after_a_restart_too(
    device: Store, wall: Wall
) -> None:
    dots = [say(device, pages=n).edits[0].dot for n in (1, 2)]
    device.receive([], acked=dots)
    device.offer_again(device.books.history.of("r"))
    before = list(device.unacked)
    again = reopened(device, wall)

    assert before == dots == list(again.unacked)
    again.close()


def test_the_names_a_copy_writes_under_are_noted_with_the_first_write_of_each_run(
    device: Store, wall: Wall
) -> None:
    before = device.replicas
    first = say(device, pages=1).edits[0].dot.replica
    device.new_run()
    second = say(device, pages=2).edits[0].dot.replica
    again = reopened(device, wall)

    assert (before, again.replicas) == ((), (first, second))
    again.close()


def test_what_the_office_has_after_all_takes_the_place_of_the_base(
    hub: Store, device: Store
) -> None:
    say(hub, pages=1)
    push(device, hub)
    state = hub.state("r")
    device.receive((), rebased={"r": None})
    lost = dict(device.bases)
    device.receive((), rebased={"r": state})

    assert (lost, device.bases) == ({"r": None}, {})
    assert device.sums == hub.sums == device.counted()


def test_a_burial_takes_the_place_of_a_record_that_nobody_here_has_changed(
    hub: Store, device: Store
) -> None:
    say(hub, pages=1)
    push(device, hub)
    device.receive([State("r", "scene")])

    assert device.state("r") == State("r", "scene")
    assert (dict(device.lines("scene")), device.bases) == ({}, {})
    assert device.sums == device.counted()


def test_a_burial_leaves_what_is_still_owed(hub: Store, device: Store) -> None:
    say(hub, pages=1)
    push(device, hub)
    say(device, pages=2)
    device.receive([State("r", "scene")])
    kept = device.state("r")

    assert kept is not None
    assert kept.alive
    assert list(device.bases) == ["r"]
    assert device.sums == device.counted()


def test_what_the_office_accepts_is_numbered_and_summed(hub: Store, device: Store) -> None:
    say(device, pages=1)
    state = device.state("r")
    assert state is not None
    hub.accept({"r": (None, state)}, {}, edits=list(device.unacked.values()), meta={"seen": 1})

    assert (hub.state("r"), hub.order.top, hub.meta["seen"]) == (state, 1, 1)
    assert hub.history("r") == device.history("r")
    assert hub.sums == hub.counted()


def test_a_write_may_carry_the_name_of_another(hub: Store) -> None:
    hub.commit([Write("scene", "r", {"pages": 1}, user="Gus")], user="Amara")

    assert [edit.mark.user for edit in hub.history("r")] == ["Gus"]


def test_a_devices_edit_notes_the_clock_and_the_offices_does_not(hub: Store, device: Store) -> None:
    device.sources.told(90_000)
    say(device, pages=1)
    say(hub, pages=1)

    assert [edit.clock for edit in device.history("r")] == [(90_000, "ok")]
    assert [edit.clock for edit in hub.history("r")] == [None]


def test_documents_told_from_all_edits_are_the_joined_ones(
    hub: Store, device: Store, wall: Wall
) -> None:
    rng = random.Random(7)
    names = ("pages", "set_name", "story_day")
    for step in range(150):
        store = rng.choice((hub, device))
        record_id = rng.choice("abc")
        wall.shows(6, 30 + rng.randrange(-20, 20))
        values = dict.fromkeys(rng.sample(names, rng.randrange(1, 3)), step)
        delete = rng.random() < 0.1
        store.commit([Write("scene", record_id, {} if delete else values, delete=delete)], user="A")
        if rng.random() < 0.15:
            push(device, hub)
    push(device, hub)

    for record_id in "abc":
        state, there = hub.state(record_id), device.state(record_id)
        assert state is not None
        assert state == there
        assert values_from(hub.history(record_id)) == {n: dict(c) for n, c in state.cells.items()}


def test_every_kind_has_a_name_of_its_own() -> None:
    names = [kind.name for kind in ALL]

    assert len(set(names)) == len(names)
    assert all(not name.startswith("_") for name in names)
