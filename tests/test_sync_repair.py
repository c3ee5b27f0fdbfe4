"""Proof of equality and its repair, first fills, two offices, the graveyard, history, devices."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.as_of import state_at
from data.blobs import Blobs
from data.desk import Desk
from data.edit import Write
from data.errors import NoOffice, NotFound
from data.kinds import ALL
from data.kinds.waiting import WAITING
from data.state import State, seen
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.exchange import GLANCE, Office
from sync.front import Front
from sync.graveyard import bury
from sync.link import LinkState
from sync.session import Session, converse
from sync.wire import Compare, Compared, Fill, Page, Push, Welcome
from tests.test_sync_exchange import Copy, backup, contents, hello, put_back, sync
from tests.test_sync_http import Desk as Door
from tests.test_sync_http import link_to, write

NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


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
    """These copies' clocks stand at `when` from now on."""
    for copy in copies:
        copy.store.sources.clock.now_utc = lambda: when


def calls_of(device: Copy, office: Copy) -> list[Call]:
    """What a whole session asks."""
    asked: list[Call] = []
    door = Front(office.office, Blobs(office.home / "photos"))

    def ask(call: Call) -> Answer:
        asked.append(call)
        return door.answer(call)

    converse(session(device).whole(), ask)
    return asked


def session(device: Copy) -> Session:
    return Session(device.device, OwnPhotos(device.store, Blobs(device.home / "photos")))


def paths(asked: list[Call]) -> list[str]:
    return [call.path.partition("?")[0].removeprefix("/v1/") for call in asked]


def alter(copy: Copy, record_id: str) -> None:
    """Something went wrong: the copy holds another state than it was given, and nobody knows."""
    state = copy.store.state(record_id)
    assert state is not None
    bad = State(record_id, "person", {"bad": 1}, {}, frozenset(), {}, {})
    copy.store.accept({record_id: (state, bad)}, {})


# ---- the proof ------------------------------------------------------------------------------


def test_equal_copies_are_verified_and_nothing_else_is_asked(office: Copy, gate: Copy) -> None:
    for n in range(20):
        gate.write(f"p{n}", name=f"Walk-on {n}")
    sync(gate, office)

    assert paths(calls_of(gate, office)) == ["hello"]
    assert gate.device.verified


def test_what_is_new_comes_with_the_welcome_if_nothing_comes_before(
    office: Copy, gate: Copy, van: Copy
) -> None:
    for copy in (gate, van):
        sync(copy, office)
    gate.write("p1", name="Ada Brandt")

    assert paths(calls_of(gate, office)) == ["hello", "push"]
    assert paths(calls_of(van, office)) == ["hello"]
    assert van.seen("p1", "name") == "Ada Brandt"
    assert gate.device.verified
    assert van.device.verified


def test_much_news_is_asked_for_by_itself(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    for n in range(GLANCE + 1):
        office.write(f"p{n}", name=f"Walk-on {n}")

    assert paths(calls_of(gate, office)) == ["hello", "changes"]
    assert contents(gate) == contents(office)


def test_what_was_written_while_hello_was_said_makes_the_page_old(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    asked: list[Call] = []
    door = Front(office.office, Blobs(office.home / "photos"))

    def ask(call: Call) -> Answer:
        asked.append(call)
        answer = door.answer(call)
        if len(asked) == 1:
            gate.write("p1", name="Ada Brandt")
        return answer

    converse(session(gate).whole(), ask)

    assert paths(asked) == ["hello", "push"]
    assert gate.device.verified


def test_what_others_brought_before_a_push_is_asked_for_behind_it(
    office: Copy, gate: Copy, van: Copy
) -> None:
    for copy in (gate, van):
        sync(copy, office)
    van.write("p1", name="Ada Brandt")
    sync(van, office)
    gate.write("p2", name="Lou Fenn")

    assert paths(calls_of(gate, office)) == ["hello", "push", "changes"]
    assert gate.seen("p1", "name") == "Ada Brandt"
    assert gate.device.verified


def test_a_push_whose_sums_differ_is_followed_by_the_question(office: Copy, gate: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    sync(gate, office)
    alter(gate, "p1")
    gate.write("p2", name="Lou Fenn")
    asked = paths(calls_of(gate, office))

    assert asked[:3] == ["hello", "push", "changes"]
    assert "digest" in asked
    assert gate.seen("p1", "name") == "Ada Brandt"


def test_a_lost_answer_to_a_push_moves_no_cursor(office: Copy, gate: Copy, van: Copy) -> None:
    for copy in (gate, van):
        sync(copy, office)
    before = gate.store.meta["cursor"]
    gate.write("p1", name="Ada Brandt")
    door = Front(office.office, Blobs(office.home / "photos"))

    def ask(call: Call) -> Answer:
        answer = door.answer(call)
        if call.path == "/v1/push":
            raise NoOffice("The line broke.", code="unreachable")
        return answer

    with pytest.raises(NoOffice):
        converse(session(gate).whole(), ask)
    assert gate.store.meta["cursor"] == before
    van.write("p2", name="Lou Fenn")
    sync(van, office)
    calls_of(gate, office)

    assert contents(gate) == contents(office)


def test_an_office_that_was_put_back_brings_no_page(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    office.office.new_epoch()
    office.write("p1", name="Ada Brandt")
    told = Welcome.from_bytes(
        Front(office.office, Blobs(office.home / "photos"))
        .answer(Call("POST", "/v1/hello", gate.device.hello(news=True).to_bytes()))
        .content
    )

    assert told.page is None
    assert paths(calls_of(gate, office))[:3] == ["hello", "hello", "digest"]
    assert gate.seen("p1", "name") == "Ada Brandt"


def test_what_is_not_sent_yet_does_not_disturb_the_proof(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    gate.write("p1", phone="2")
    gate.write("p2", phone="3")
    cursor = gate.store.meta["cursor"]
    gate.device.received(office.office.changes(office.office.run, cursor))

    assert gate.device.verified
    assert gate.device.waiting == 2


def test_a_record_that_differs_is_found_by_its_sums_and_mended_both_ways(
    office: Copy, gate: Copy
) -> None:
    for n in range(300):
        office.write(f"p{n}", name=f"Walk-on {n}")
    sync(gate, office)
    alter(gate, "p7")
    asked = calls_of(gate, office)

    assert paths(asked).count("digest") == 2
    assert contents(office) != {}
    assert office.seen("p7", "name") == "Walk-on 7" == gate.seen("p7", "name")


def test_a_record_the_office_lost_is_given_back(office: Copy, gate: Copy, van: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    for copy in (gate, van):
        sync(copy, office)
    state = office.store.state("p1")
    assert state is not None
    office.office.new_epoch()  # what was forgotten is taken only after that
    office.store.accept({"p1": (state, State("p1", "person"))}, {})  # as if it had never come
    office.store.storage.tables["_deleted"].out("p1")
    office.store.sums.take({str(n): [0, "0"] for n in range(256)})
    sync(van, office)

    assert office.seen("p1", "name") == "Ada Brandt"


def test_a_record_the_device_lost_is_fetched(office: Copy, gate: Copy) -> None:
    office.write("p1", name="Ada Brandt")
    sync(gate, office)
    gate.store.receive((), rebased={"p1": None})
    sync(gate, office)

    assert contents(office) == contents(gate)
    assert gate.device.verified


def test_the_sums_are_asked_for_in_parts_when_there_are_too_many(
    office: Copy, gate: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.exchange.MOST_LINES", 20)
    for n in range(60):
        office.write(f"p{n}", name=f"Walk-on {n}")
    hello(gate, office)
    first = office.office.compare(Compare(run=office.office.run))
    rest: list[Compared] = [first]
    while rest[-1].more:
        after = max(rest[-1].slots)
        rest.append(office.office.compare(Compare(run=office.office.run, after=after)))

    assert len(rest) > 3
    assert {row[0] for answer in rest for row in answer.digests} == set(contents(office))


def test_sums_that_are_none_are_refused(office: Copy, gate: Copy) -> None:
    hello(gate, office)
    content = Compare(run=office.office.run, sums={"x": [1, "zz"]}).to_bytes()
    door = Front(office.office, Blobs(office.home / "photos"))

    assert door.answer(Call("POST", "/v1/digest", content)).status == 400


# ---- first fill -----------------------------------------------------------------------------


def test_a_first_fill_goes_by_id_and_changes_begin_where_it_began(office: Copy, gate: Copy) -> None:
    for n in range(700):
        office.write(f"p{n:03}", name=f"Walk-on {n}")

    assert paths(calls_of(gate, office)) == ["hello", "snapshot", "snapshot", "changes"]
    assert contents(office) == contents(gate)
    assert gate.device.verified


def test_a_fill_cut_anywhere_goes_on_from_there_whatever_was_written_meanwhile(
    office: Copy, gate: Copy
) -> None:
    for n in range(30):
        office.write(f"p{n:03}", name=f"Walk-on {n}")
    seen: list[str] = []
    while gate.device.filling is not None:
        gate.restart()
        office.restart()
        hello(gate, office)
        after = (gate.device.filling or {})["after"]
        part = office.office.snapshot(office.office.run, after, 7)
        gate.device.filled(Fill.from_bytes(part.to_bytes()))
        seen += [raw["id"] for raw in part.states]
        office.write(f"p{len(seen) % 30:03}", phone="1")  # before and behind where the fill stands
        office.write(f"new{len(seen)}", name="Somebody new")
    sync(gate, office)

    assert len(seen) == len(set(seen))
    assert contents(office) == contents(gate)
    assert gate.device.verified


def test_the_walk_of_a_fill_keeps_ids_and_no_states(office: Copy, gate: Copy) -> None:
    for n in range(30):
        office.write(f"p{n:03}", name=f"Walk-on {n}")
    hello(gate, office)
    part = office.office.snapshot(office.office.run, "", 7)

    assert [raw["id"] for raw in part.states] == [f"p{n:03}" for n in range(7)]
    assert (part.after, part.more) == ("p006", True)


# ---- two offices ----------------------------------------------------------------------------


def two_offices(office: Copy, gate: Copy, tmp_path: Path) -> Copy:
    """The laptop was lost, its backup was restored elsewhere and the device has been there; then
    the old laptop is found."""
    gate.write("p1", phone="1")
    sync(gate, office)
    office.store.close()
    shutil.copytree(office.home, tmp_path / "replacement")
    office.open()
    replacement = Copy(tmp_path / "replacement", hub=True)
    replacement.office.new_epoch()
    sync(gate, replacement)
    return replacement


def test_a_device_takes_nothing_from_an_older_office_and_says_so(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    two_offices(office, gate, tmp_path)
    office.write("p1", phone="old")
    talk = session(gate)
    converse(talk.whole(), Front(office.office, Blobs(office.home / "photos")).answer)

    assert gate.seen("p1", "phone") == "1"
    assert "older copy" in talk.trouble
    assert office.store.meta["epoch"].startswith("1.")


def test_what_is_written_reaches_the_older_office_too_and_is_still_owed_to_the_newer(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    replacement = two_offices(office, gate, tmp_path)
    gate.write("p2", phone="2")
    asked = calls_of(gate, office)
    before = (office.seen("p2", "phone"), gate.device.waiting)
    sync(gate, replacement)

    assert before == ("2", 1)
    assert replacement.seen("p2", "phone") == "2"
    assert gate.device.waiting == 0
    assert [Push.from_bytes(c.content or b"").older for c in asked if c.path == "/v1/push"] == [
        True
    ]


def test_an_older_office_knows_that_there_is_a_newer_one(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    replacement = two_offices(office, gate, tmp_path)
    sync(gate, office)

    assert (office.office.newer, replacement.office.newer) == (2, 0)


def test_an_older_office_that_is_made_the_newest_is_followed(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    two_offices(office, gate, tmp_path)
    gate.write("p2", phone="2")
    sync(gate, office)
    office.office.new_epoch()
    sync(gate, office)

    assert gate.store.meta["epoch"].startswith("3.")
    assert office.office.newer == 0
    assert contents(office) == contents(gate)


def test_going_to_and_fro_between_two_offices_starts_no_epochs(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    replacement = two_offices(office, gate, tmp_path)
    for _ in range(5):
        sync(gate, office)
        sync(gate, replacement)

    epochs = [copy.store.meta["epoch"].partition(".")[0] for copy in (office, replacement, gate)]
    assert epochs == ["1", "2", "2"]


# ---- recovery -------------------------------------------------------------------------------


def test_after_a_restore_only_what_differs_is_offered(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    for n in range(50):
        gate.write(f"p{n}", name=f"Walk-on {n}")
    sync(gate, office)
    older = backup(office, tmp_path / "older")
    gate.write("p7", phone="1")
    sync(gate, office)
    put_back(office, older)
    pushed = [c for c in calls_of(gate, office) if c.path == "/v1/push"]

    sent = [raw["id"] for call in pushed for raw in Push.from_bytes(call.content or b"").states]
    assert sent == ["p7"]
    assert contents(office) == contents(gate)


def test_what_others_had_written_is_taken_back_in_recovery_and_listed(
    office: Copy, gate: Copy, van: Copy, tmp_path: Path
) -> None:
    older = backup(office, tmp_path / "older")
    replica = gate.write("p1", phone="1").edits[0].dot.replica
    for copy in (gate, van):
        sync(copy, office)
    put_back(office, older)
    sync(van, office)

    assert office.seen("p1", "phone") == "1"
    assert office.office.recovered == [("p1", replica)]


def test_a_fact_that_somebody_else_gives_back_is_in_the_history_again(
    office: Copy, gate: Copy, van: Copy, tmp_path: Path
) -> None:
    older = backup(office, tmp_path / "older")
    gate.store.commit([Write("cash", "c1", {"note": "float"})], user="gate")
    for copy in (gate, van):
        sync(copy, office)
    put_back(office, older)
    sync(van, office)  # the gate's tablet has gone into the river

    assert [edit.values for edit in office.store.history("c1")] == [{"note": "float"}]


def test_a_session_cut_off_before_the_comparison_takes_no_page_of_the_new_epoch(
    office: Copy, gate: Copy
) -> None:
    sync(gate, office)
    office.write("p1", phone="1")
    office.office.new_epoch()
    hello(gate, office)

    with pytest.raises(NoOffice) as refused:
        converse(session(gate).listen(1.0), Front(office.office, Blobs(gate.home)).answer)
    assert refused.value.code == "say-hello"
    assert gate.store.meta["cursor"].startswith("1.")


def test_recovery_ends_after_a_fortnight(
    office: Copy, gate: Copy, van: Copy, tmp_path: Path
) -> None:
    at(NOON, office)
    older = backup(office, tmp_path / "older")
    gate.write("p1", phone="1")
    for copy in (gate, van):
        sync(copy, office)
    put_back(office, older)
    at(NOON, office)
    office.office.new_epoch()
    at(NOON + 15 * DAY, office)
    sync(van, office)
    before = (list(contents(office)), van.device.waiting)
    sync(gate, office)  # whose edit it is may bring it at any time
    sync(van, office)

    assert before == ([], 1)
    assert office.seen("p1", "phone") == "1"
    assert van.device.waiting == 0


def test_what_the_office_itself_wrote_before_the_restore_comes_back(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    older = backup(office, tmp_path / "older")
    office.write("p1", phone="1")
    sync(gate, office)
    put_back(office, older)
    sync(gate, office)

    assert office.seen("p1", "phone") == "1"
    assert contents(office) == contents(gate)


def test_an_edit_the_office_acknowledged_and_forgot_is_sent_again(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    older = backup(office, tmp_path / "older")
    for phone in ("1", "2", "3"):
        gate.write("p1", phone=phone)
    sync(gate, office)
    put_back(office, older)
    sync(gate, office)

    assert [edit.values["phone"] for edit in office.store.history("p1")] == ["1", "2", "3"]


# ---- the graveyard --------------------------------------------------------------------------


def deleted(office: Copy, *devices: Copy, record_id: str = "p1") -> None:
    """A record is written and deleted at the office, and everybody hears of it."""
    at(NOON, office, *devices)
    office.write(record_id, name="Ada Brandt")
    office.delete(record_id)
    at(NOON + DAY, office, *devices)
    office.office.bury()
    for device in devices:
        sync(device, office)
        sync(device, office)  # the second hello tells that the first one's pages have come


def is_buried(copy: Copy, record_id: str = "p1") -> bool:
    state = copy.store.state(record_id)
    return state is not None and not state.vv


def deleted_and_buried(office: Copy, gate: Copy) -> None:
    """The record is deleted at the office, and both have forgotten it."""
    office.delete("p1")
    at(NOON + DAY, office, gate)
    office.office.bury()
    sync(gate, office)
    sync(gate, office)
    at(NOON + 32 * DAY, office, gate)
    sync(gate, office)
    assert is_buried(office)
    assert is_buried(gate)


def live(copy: Copy) -> tuple[Any, bool]:
    state = copy.store.state("p1")
    assert state is not None
    return state.cells, state.alive


def told_by_its_edits(copy: Copy) -> tuple[Any, bool]:
    """As `live`, rebuilt from those of its edits that its state counts as seen."""
    state = copy.store.state("p1")
    assert state is not None
    told = state_at(edit for edit in copy.store.history("p1") if seen(state.vv, edit.dot))
    assert told is not None
    return told.cells, told.alive


def test_a_deleted_record_is_buried_when_all_have_heard_of_it_and_thirty_days_are_over(
    office: Copy, gate: Copy, van: Copy
) -> None:
    deleted(office, gate, van)
    at(NOON + 30 * DAY, office, gate, van)
    early = office.office.bury()
    at(NOON + 32 * DAY, office, gate, van)
    office.office.bury()
    for copy in (gate, van):
        sync(copy, office)

    assert early == 0
    assert all(is_buried(copy) for copy in (office, gate, van))
    assert contents(office) == contents(gate) == contents(van)
    assert gate.device.verified


def test_a_record_is_not_buried_while_a_living_device_has_not_heard_of_the_delete(
    office: Copy, gate: Copy, van: Copy
) -> None:
    at(NOON, office, gate, van)
    sync(van, office)
    deleted(office, gate)
    at(NOON + 32 * DAY, office, gate, van)
    first = office.office.bury()
    sync(van, office)
    sync(van, office)
    at(NOON + 34 * DAY, office)

    assert (first, office.office.bury()) == (0, 1)


def test_a_retired_device_holds_nobody_up(office: Copy, gate: Copy, van: Copy) -> None:
    at(NOON, office, gate, van)
    sync(van, office)
    deleted(office, gate)
    at(NOON + 100 * DAY, office, gate)
    sync(gate, office)
    at(NOON + 121 * DAY, office, gate)

    assert office.office.bury() == 1
    assert [d.retired for d in office.office.known_devices(office.office.run).devices] == [
        True,
        False,
    ]


def test_a_device_that_holds_nothing_yet_holds_nobody_up(
    office: Copy, gate: Copy, van: Copy
) -> None:
    deleted(office, gate)
    at(NOON + 20 * DAY, office, gate)
    hello(van, office)  # a command's own device, say: it says hello and is gone
    at(NOON + 32 * DAY, office, gate)

    assert office.office.bury() == 1


def test_records_with_a_natural_id_are_never_buried(office: Copy, gate: Copy) -> None:
    natural = str(uuid.uuid5(uuid.NAMESPACE_URL, "the call of Ada on Tuesday"))
    deleted(office, gate, record_id=natural)
    at(NOON + 60 * DAY, office, gate)
    sync(gate, office)

    assert office.office.bury() == 0
    assert not is_buried(office, natural)


def test_a_record_that_was_made_alive_again_is_not_buried(office: Copy, gate: Copy) -> None:
    deleted(office, gate)
    office.write("p1", phone="1")
    at(NOON + 60 * DAY, office, gate)
    sync(gate, office)

    assert office.office.bury() == 0


def test_an_edit_that_meets_the_graveyard_waits(office: Copy, gate: Copy, van: Copy) -> None:
    at(NOON, office, gate, van)
    office.write("p1", name="Ada Brandt")
    sync(van, office)
    office.delete("p1")
    at(NOON + DAY, office)
    office.office.bury()
    sync(gate, office)
    van.write("p1", phone="from the drawer")
    at(NOON + 100 * DAY, office, gate, van)
    sync(gate, office)
    at(NOON + 122 * DAY, office, gate, van)
    sync(gate, office)
    sync(van, office)

    (item,) = Desk(office.store, ALL, user="Amara").all(WAITING)
    assert (item.author, item.code) == ("van", "buried")
    assert "from the drawer" in item.values
    assert is_buried(van)
    assert contents(office) == contents(van)
    assert van.device.waiting == 0


def test_what_is_buried_stays_so_after_a_restart(office: Copy, gate: Copy) -> None:
    deleted(office, gate)
    at(NOON + 32 * DAY, office, gate)
    office.office.bury()
    sync(gate, office)
    gate.restart()
    office.restart()
    office.store.storage.compact()
    office.restart()

    assert is_buried(office)
    assert is_buried(gate)
    assert office.store.counted() == office.store.sums
    assert gate.store.counted() == gate.store.sums


def test_an_office_put_back_to_before_the_burial_hears_of_it_again(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    deleted(office, gate)
    older = backup(office, tmp_path / "older")
    at(NOON + 32 * DAY, office, gate)
    office.office.bury()
    sync(gate, office)
    put_back(office, older)
    at(NOON + 32 * DAY, office)
    sync(gate, office)

    assert is_buried(office)
    assert contents(office) == contents(gate)


def test_who_writes_to_a_buried_record_has_not_seen_what_stood_in_it(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    at(NOON, office, gate)
    gate.write("p1", name="Ada Brandt")
    sync(gate, office)
    older = backup(office, tmp_path / "older")
    deleted_and_buried(office, gate)
    gate.write("p1", phone="1")  # the app has run all the time: by the replica that wrote the name
    put_back(office, older)
    at(NOON + 32 * DAY, office)
    sync(gate, office)

    assert (office.seen("p1", "name"), office.seen("p1", "phone")) == ("Ada Brandt", "1")
    assert told_by_its_edits(office) == live(office)
    assert contents(office) == contents(gate)


def test_what_the_office_writes_to_a_buried_record_is_what_its_edits_say(
    office: Copy, gate: Copy
) -> None:
    at(NOON, office, gate)
    office.write("p1", name="Ada Brandt")
    deleted_and_buried(office, gate)
    office.write("p1", phone="1")
    sync(gate, office)

    assert told_by_its_edits(office) == live(office)
    assert contents(office) == contents(gate)


def test_very_many_burials_take_several_goes(office: Copy) -> None:
    at(NOON, office)
    office.store.commit([Write("person", f"p{n}", {"name": "x"}) for n in range(600)], user="o")
    office.store.commit([Write("person", f"p{n}", delete=True) for n in range(600)], user="o")
    bury(office.store, None)
    at(NOON + 31 * DAY, office)

    assert [bury(office.store, None) for _ in range(3)] == [500, 100, 0]


# ---- devices and history --------------------------------------------------------------------


def test_the_office_knows_what_each_device_has_and_has_not_sent(office: Copy, gate: Copy) -> None:
    at(NOON, office, gate)
    sync(gate, office)
    office.write("p1", name="Ada Brandt")
    sync(gate, office)
    gate.write("p2", phone="1")
    at(NOON + DAY, office)
    hello(gate, office)
    (known,) = office.office.known_devices(office.office.run).devices

    assert (known.called, known.letter, known.unsent) == ("gate", "A", [1, 0])
    assert (known.confirmed, known.contact) == (1, int((NOON + DAY).timestamp() * 1000))


def test_a_devices_cursor_tells_what_it_has_without_a_hello(office: Copy, gate: Copy) -> None:
    hello(gate, office)
    office.write("p1", name="Ada Brandt")
    device = gate.store.meta["device"]
    page = Page.from_bytes(office.office.changes(office.office.run, "", device=device).to_bytes())
    office.office.changes(office.office.run, page.next, device=device)

    assert [d.confirmed for d in office.office.known_devices(office.office.run).devices] == [1]


def test_the_offices_history_of_a_record_comes_in_parts(
    office: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for phone in range(9):
        office.write("p1", phone=str(phone))
    monkeypatch.setattr("sync.exchange.MOST_STATES", 4)
    run, told, counts = office.office.run, list[Any](), list[int]()
    more = True
    while more:
        past = office.office.history(run, "p1", len(told))
        told += past.edits
        counts.append(past.next)
        more = past.more

    assert counts == [4, 8, 9]
    assert [raw["f"]["phone"] for raw in told] == [str(n) for n in range(9)]


def test_a_device_asks_for_the_edits_of_others(tmp_path: Path) -> None:
    door = Door(tmp_path / "office")
    gate, van = link_to(door, tmp_path / "gate", 1), link_to(door, tmp_path / "van", 2)
    write(gate.store, "p1", phone="1")
    write(gate.store, "p1", phone="2")
    asyncio.run(gate.sync_once())
    asyncio.run(van.sync_once())

    assert van.store.history("p1") == []
    assert asyncio.run(van.history("p1")) == gate.store.history("p1")


def test_the_history_of_a_record_nobody_knows_is_not_found(tmp_path: Path) -> None:
    link = link_to(Door(tmp_path / "office"), tmp_path / "gate", 1)

    with pytest.raises(NotFound):
        asyncio.run(link.history("p1"))


# ---- what a person is told ------------------------------------------------------------------


def test_a_person_is_told_three_states(tmp_path: Path) -> None:
    link = link_to(Door(tmp_path / "office"), tmp_path / "gate", 1)
    write(link.store, "p1", phone="1")
    saved = link.state.words()
    asyncio.run(link.sync_once())
    equal = link.state

    assert saved.startswith("Saved on this device: 1 record not yet at the office.")
    assert (equal.verified, equal.equal) == (True, True)
    assert equal.words() == "At the office; both copies were equal at 05:30."
    assert LinkState(reached=True, last_contact=NOON).words() == "At the office."


def test_a_new_edit_takes_the_proof_away(tmp_path: Path) -> None:
    link = link_to(Door(tmp_path / "office"), tmp_path / "gate", 1)
    asyncio.run(link.sync_once())
    write(link.store, "p1", phone="1")

    assert not link.state.verified
    assert "not yet at the office" in link.state.words()


def test_an_office_that_is_older_is_told_in_words(tmp_path: Path) -> None:
    door = Door(tmp_path / "office")
    link = link_to(door, tmp_path / "gate", 1)
    asyncio.run(link.sync_once())
    epoch, rest = link.store.meta["epoch"].split(".")
    newer = f"{int(epoch) + 1}.{rest}"
    link.store.set_meta(epoch=newer, cursor=f"{newer}-ab-1", mark=f"{newer}-ab-1")
    asyncio.run(link.sync_once())

    assert "older copy" in link.state.words()
    assert not link.state.equal
    assert Office(door.store).newer == 2
