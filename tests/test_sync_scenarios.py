"""What went wrong in other systems' syncs, told again with ours; each test says whose it was."""

from __future__ import annotations

import shutil
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.blobs import Blobs
from data.canonical import encode
from data.desk import Desk
from data.errors import OfficeError, Refused
from data.kinds import ALL
from data.kinds.waiting import WAITING, release
from data.state import State
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.exchange import Office
from sync.front import Front
from sync.place import Place
from sync.session import Session, converse
from sync.wire import Fill, Page, Push
from tests.test_sync_exchange import (
    Copy,
    backup,
    contents,
    hello,
    pull,
    put_back,
    said_by,
    send,
    sync,
)

NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "office", hub=True)


@pytest.fixture
def gate(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "gate")


@pytest.fixture
def van(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "van")


def at(when: datetime, *copies: Copy) -> None:
    for copy in copies:
        copy.store.sources.clock.now_utc = lambda: when


def state(copy: Copy, record_id: str) -> State:
    found = copy.store.state(record_id)
    assert found is not None
    return found


def pushes(device: Copy, office: Copy) -> int:
    """How many records a whole session pushes."""
    count = 0
    door = Front(office.office, Blobs(office.home / "photos"))

    def ask(call: Call) -> Answer:
        nonlocal count
        if call.path == "/v1/push":
            count += len(Push.from_bytes(call.content or b"").states)
        return door.answer(call)

    photos = OwnPhotos(device.store, Blobs(device.home / "photos"))
    converse(Session(device.device, photos).whole(), ask)
    return count


# ---- 6: one of ten fails (PouchDB #4963) ----------------------------------------------------


def test_nine_of_ten_are_saved_and_the_next_run_writes_exactly_the_one(
    office: Copy, gate: Copy
) -> None:
    hello(gate, office)
    for n in range(10):
        gate.write(f"p{n}", name=f"Walk-on {n}")
    (batch,) = gate.device.batches()
    batch.states[4] = replace(batch.states[4], vv={})
    gate.device.pushed(batch, send(gate, office, batch))
    cursor = gate.store.meta.get("cursor", "")
    gate.store.set_meta(aside={})  # the office asks for it again
    before = office.store.order.top

    assert (cursor, before) == ("", 9)
    assert pushes(gate, office) == 1
    assert office.store.order.top == 10


# ---- 7: places disagree (PouchDB #3999) -----------------------------------------------------


def test_an_older_cursor_repeats_what_is_known_and_loses_nothing(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    old = gate.store.meta["cursor"]
    office.write("p2", phone="2")
    sync(gate, office)
    gate.store.set_meta(cursor=old)  # its write was lost with the power
    office.write("p3", phone="3")
    sync(gate, office)

    assert contents(office) == contents(gate)
    assert office.store.meta["epoch"].startswith("1.")


def test_no_cursor_at_all_fills_from_nothing_and_pushes_nothing_twice(
    office: Copy, gate: Copy
) -> None:
    for n in range(20):
        gate.write(f"p{n}", phone=str(n))
    sync(gate, office)
    gate.store.set_meta(cursor="")
    before = office.store.order.top

    assert pushes(gate, office) == 0
    assert office.store.order.top == before
    assert contents(office) == contents(gate)


def test_a_cursor_of_a_run_that_ended_goes_on_in_the_next_run(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    for _ in range(3):
        office.restart()
    office.write("p2", phone="2")
    sync(gate, office)

    assert contents(office) == contents(gate)
    assert office.store.meta["epoch"].startswith("1.")


# ---- 8: a conflict resolved on one side (PouchDB #3179) -------------------------------------


def test_a_conflict_resolved_on_one_side_is_none_on_both(
    office: Copy, gate: Copy, van: Copy
) -> None:
    office.write("p1", phone="0")
    for copy in (gate, van):
        sync(copy, office)
    gate.write("p1", phone="1")
    van.write("p1", phone="2")
    for copy in (gate, van, gate):
        sync(copy, office)
    both = len(state(gate, "p1").cells["phone"])
    gate.write("p1", phone="1")  # over exactly the two that are shown
    for copy in (gate, van):
        sync(copy, office)

    assert both == 2
    assert [len(state(copy, "p1").cells["phone"]) for copy in (office, gate, van)] == [1, 1, 1]
    assert contents(office) == contents(gate) == contents(van)
    assert len(office.store.history("p1")) == 4


# ---- 9: deleted, made shorter, sent to one that only had the first version ------------------


def test_a_delete_reaches_a_device_that_only_had_the_first_version(
    office: Copy, gate: Copy, van: Copy
) -> None:
    gate.write("p1", phone="1")
    for copy in (gate, van):
        sync(copy, office)
    for phone in ("2", "3"):
        gate.write("p1", phone=phone)
    gate.delete("p1")
    sync(gate, office)
    for copy in (gate, office):
        copy.store.storage.compact()
        copy.restart()
    sync(van, office)

    assert "p1" not in dict(van.store.lines("person"))
    assert contents(office) == contents(van)


def test_the_same_ids_deleted_and_made_again_twice_are_counted_right(
    office: Copy, gate: Copy, van: Copy
) -> None:
    for _ in range(2):
        for n in range(10):
            gate.write(f"p{n}", phone=str(n))
        sync(gate, office)
        for n in range(10):
            gate.delete(f"p{n}")
        sync(gate, office)
        for n in range(7):
            gate.write(f"p{n}", phone="again")
        for copy in (gate, van):
            sync(copy, office)

    counts = [len(dict(copy.store.lines("person"))) for copy in (office, gate, van)]
    assert counts == [7, 7, 7]
    assert van.device.verified


# ---- 10: a second sync changes nothing (kinto.js) -------------------------------------------


@pytest.mark.parametrize("first", ["gate", "van"])
def test_after_an_edit_against_a_delete_a_second_sync_changes_nothing(
    office: Copy, gate: Copy, van: Copy, first: str
) -> None:
    office.write("p1", phone="0")
    for copy in (gate, van):
        sync(copy, office)
    gate.write("p1", phone="1")
    van.delete("p1")
    order = (gate, van) if first == "gate" else (van, gate)
    for copy in (*order, *order):
        sync(copy, office)
    before = (contents(office), office.store.order.top)
    for copy in order:
        sync(copy, office)

    assert before == (contents(office), office.store.order.top)
    assert contents(office) == contents(gate) == contents(van)
    assert gate.seen("p1", "phone") == "1"


def test_an_office_that_was_emptied_is_noticed_and_given_everything(
    office: Copy, gate: Copy, van: Copy, tmp_path: Path
) -> None:
    empty = backup(office, tmp_path / "empty")
    for n in range(20):
        gate.write(f"p{n}", phone=str(n))
    for copy in (gate, van):
        sync(copy, office)
    expected = contents(office)
    put_back(office, empty)
    sync(van, office)

    assert contents(office) == expected


# ---- 11: the office's clock is set back (Kinto) ---------------------------------------------


def test_the_order_rises_whatever_the_offices_clock_says(
    office: Copy, gate: Copy, van: Copy
) -> None:
    numbers = []
    for year in (2026, 1971, 2090, 2001):
        at(datetime(year, 1, 1, tzinfo=UTC), office)
        office.write("p1", phone=str(year))
        numbers.append(office.store.order.top)
        sync(gate, office)

    assert numbers == sorted(set(numbers))
    sync(van, office)
    assert contents(office) == contents(gate) == contents(van)


def test_two_writers_of_a_hundred_records_get_two_hundred_numbers(
    office: Copy, gate: Copy, van: Copy
) -> None:
    for n in range(100):
        gate.write(f"g{n}", phone=str(n))
        van.write(f"v{n}", phone=str(n))
    for copy in (gate, van):
        sync(copy, office)

    numbers = [hseq for hseq, _ in office.store.order.after(0)]
    assert numbers == list(range(1, 201))


# ---- 14: a first download cut again and again (pretix) --------------------------------------


def test_a_download_cut_after_page_two_and_again_has_no_doubles_and_the_right_mark(
    office: Copy, gate: Copy
) -> None:
    for n in range(50):
        office.write(f"p{n:02}", phone=str(n))
    got: list[str] = []
    for parts in (2, 1, 99):
        gate.restart()
        hello(gate, office)
        while parts and (begun := gate.device.filling) is not None:
            part = office.office.snapshot(office.office.run, begun["after"], 10)
            gate.device.filled(Fill.from_bytes(part.to_bytes()))
            got += [raw["id"] for raw in part.states]
            parts -= 1

    assert got == [f"p{n:02}" for n in range(50)]
    assert Place.read(gate.store.meta["cursor"]).hseq == 50
    assert contents(office) == contents(gate)


def test_a_difference_cut_in_the_middle_keeps_the_old_mark(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    for n in range(20):
        office.write(f"p{n}", phone=str(n))
    hello(gate, office)
    before = gate.store.meta["cursor"]
    answer = office.office.changes(gate.device.run, before, 10).to_bytes()
    with pytest.raises(OfficeError):
        gate.device.received(Page.from_bytes(answer[: len(answer) // 2]))

    assert gate.store.meta["cursor"] == before
    pull(gate, office, 10)
    assert contents(office) == contents(gate)


# ---- 15: edit against delete, twice; the same on both sides (Syncthing) ---------------------


def test_an_edit_against_a_delete_twice_keeps_the_edit_both_times(
    office: Copy, gate: Copy, van: Copy
) -> None:
    office.write("p1", phone="0")
    for copy in (gate, van):
        sync(copy, office)
    for phone in ("1", "2"):
        gate.write("p1", phone=phone)
        van.delete("p1")
        for copy in (gate, van, gate, van):
            sync(copy, office)

    assert [copy.seen("p1", "phone") for copy in (office, gate, van)] == ["2", "2", "2"]
    assert all(state(copy, "p1").alive for copy in (office, gate, van))


def test_the_same_content_on_both_sides_is_the_same_everywhere(
    office: Copy, gate: Copy, van: Copy
) -> None:
    for copy in (gate, van):
        copy.write("p1", phone="1")
    for copy in (gate, van, gate):
        sync(copy, office)

    assert set(state(office, "p1").cells["phone"].values()) == {"1"}
    assert contents(office) == contents(gate) == contents(van)


def test_a_device_that_lost_its_books_while_both_sides_wrote_loses_no_edit(
    office: Copy, gate: Copy
) -> None:
    gate.write("p1", phone="1", email="x@example.com")
    sync(gate, office)
    gate.write("p1", phone="2")
    office.write("p1", email="y@example.com")
    gate.store.forget_bases(cursor="")
    sync(gate, office)

    assert (office.seen("p1", "phone"), office.seen("p1", "email")) == ("2", "y@example.com")
    assert contents(office) == contents(gate)


# ---- 16: fields this app does not know (Actual) ---------------------------------------------


def test_an_unknown_field_and_an_older_writing_of_it_meet_in_any_order(
    office: Copy, gate: Copy, van: Copy
) -> None:
    office.write("p1", later="1")
    sync(gate, office)
    old = encode(state(gate, "p1"))
    gate.write("p1", later="2")
    sync(gate, office)
    reply = office.office.push(said_by(gate, states=(old, old)))
    sync(van, office)

    assert [verdict.outcome for verdict in reply.verdicts] == ["merged", "merged"]
    assert van.seen("p1", "later") == "2" == office.seen("p1", "later")


@pytest.mark.parametrize("name", ["select", "drop table", "a'b", 'a"b', "ключ", "a.b", "id", "m"])
def test_any_name_of_a_field_travels(office: Copy, gate: Copy, van: Copy, name: str) -> None:
    gate.write("p1", **{name: "x"})
    for copy in (gate, van):
        sync(copy, office)

    assert van.seen("p1", name) == "x"
    assert van.device.verified


def test_a_message_that_cannot_be_joined_does_not_stop_those_behind_it(
    office: Copy, gate: Copy, van: Copy
) -> None:
    gate.write("p1", name="Ada Brandt")
    sync(gate, office)
    forged = encode(state(gate, "p1")) | {"c": {"name": [[0, "Somebody else"]]}}
    gate.write("p2", name="Łukasz Ortega")
    reply = office.office.push(said_by(gate, states=(forged, encode(state(gate, "p2")))))

    assert [verdict.outcome for verdict in reply.verdicts] == ["aside", "ok"]
    sync(van, office)
    assert van.seen("p1", "name") == "Ada Brandt"


# ---- 18: one number twice from one writer (Automerge) ---------------------------------------


def test_a_number_used_twice_is_refused_and_what_was_saved_is_read_again(
    office: Copy, gate: Copy
) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    twin = encode(state(gate, "p1")) | {"c": {"phone": [[0, "2"]]}}
    reply = office.office.push(said_by(gate, states=(twin,)))
    office.restart()
    sync(gate, office)

    assert [verdict.code for verdict in reply.verdicts] == ["replica-cloned"]
    assert office.seen("p1", "phone") == "1"
    assert office.store.counted() == office.store.sums


def test_a_copied_device_writes_under_another_name(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    gate.write("p1", phone="1")
    gate.store.close()
    shutil.copytree(gate.home, tmp_path / "twin")
    gate.open()
    twin = Copy(tmp_path / "twin")
    for copy in (gate, twin):
        copy.write("p1", phone=copy.home.name)
        copy.write(copy.home.name, phone="x")
    for copy in (gate, twin, gate, twin):
        sync(copy, office)

    assert set(state(office, "p1").cells["phone"].values()) == {"gate", "twin"}
    assert contents(office) == contents(gate) == contents(twin)
    assert gate.device.aside == {} == twin.device.aside


# ---- 19: three hundred conflicts on one record (PouchDB #7244) ------------------------------


def test_three_hundred_conflicts_on_one_record_take_little_room(office: Copy, gate: Copy) -> None:
    hello(gate, office)
    dots = [[f"{n:016x}", 1, 1781073000000 + n, None, f"u{n}"] for n in range(300)]
    raw: dict[str, Any] = {
        "id": "p1",
        "t": "person",
        "d": dots,
        "vv": {row[0]: 1 for row in dots},
        "l": list(range(300)),
        "c": {"phone": [[n, str(n)] for n in range(300)]},
    }
    claims = said_by(gate, states=(raw,)).model_copy(update={"mine": [row[0] for row in dots]})
    tracemalloc.start()
    reply = office.office.push(Push.from_bytes(claims.to_bytes()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [verdict.outcome for verdict in reply.verdicts] == ["merged"]
    assert list(state(office, "p1").cells["phone"].values()) == ["299"]
    assert most < 50 * 2**20


# ---- 20: a right taken away while edits were on their way -----------------------------------


def test_edits_made_before_a_right_was_taken_away_wait_and_stand_when_released(
    office: Copy, gate: Copy
) -> None:
    office.write("p1", phone="0")
    sync(gate, office)
    gate.write("p1", phone="1")
    narrowed = Office(office.store, judge=lambda *_: Refused("No longer yours.", code="right"))
    office.office = narrowed
    sync(gate, office)
    waits = (gate.seen("p1", "phone"), gate.device.waiting)
    office.office = Office(office.store)  # the next day it is given back
    desk = Desk(office.store, ALL, user="Amara")
    release(desk, desk.all(WAITING)[0])
    gate.write("p1", email="gate@example.com")
    sync(gate, office)

    assert waits == ("0", 0)
    assert (gate.seen("p1", "phone"), gate.seen("p1", "email")) == ("1", "gate@example.com")
    assert contents(office) == contents(gate)
