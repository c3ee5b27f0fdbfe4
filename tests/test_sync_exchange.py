"""Two copies that meet: nothing twice, nothing lost, whatever was cut off on the way."""

from __future__ import annotations

import itertools
import random
import shutil
import tempfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from data.as_of import state_at
from data.blobs import Blobs
from data.canonical import canonical_bytes, encode
from data.edit import Write
from data.errors import Malformed, NoOffice
from data.stamp import Clock, Sources
from data.state import Dot, State, join
from data.store import Gesture, Store
from sync.blobs import OwnPhotos
from sync.device import Device
from sync.exchange import Office
from sync.front import Front
from sync.owed import Batch
from sync.place import letter_number, letters
from sync.session import Session, converse
from sync.wire import MOST_RECORD, Hello, Page, Push, Pushed, Welcome, pack, unpack

PRODUCTION = "5f2c1a70-3b1e-4c7d-9a51-0d6a2f1e8b33"
OTHER = "00000000-3b1e-4c7d-9a51-0d6a2f1e8b33"
START = datetime(2026, 6, 9, 5, 30, tzinfo=UTC)
seeds = itertools.count(1)


class Copy:
    """One copy of the production, on real files; `restart` is what a crash leaves of it."""

    def __init__(self, home: Path, *, hub: bool = False) -> None:
        self.home, self.hub = home, hub
        self.open()
        if hub:
            self.store.set_meta(production=PRODUCTION)

    def open(self) -> None:
        # A start draws new random numbers: seeds are never used twice.
        clock = Clock(lambda: START + timedelta(seconds=next(seeds)))
        sources = Sources(clock, random.Random(next(seeds)))
        self.store = Store(self.home, sources=sources, hub=self.hub)
        if self.hub:
            self.office = Office(self.store)
        else:
            self.device = Device(self.store, called=self.home.name)

    def restart(self) -> None:
        self.store.close()
        self.open()

    def write(self, record_id: str, **values: Any) -> Gesture:
        return self.store.commit([Write("person", record_id, values)], user=self.home.name)

    def tag(
        self, record_id: str, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()
    ) -> None:
        change = Write("person", record_id, add={"tags": add}, remove={"tags": remove})
        self.store.commit([change], user=self.home.name)

    def delete(self, record_id: str) -> None:
        self.store.commit([Write("person", record_id, delete=True)], user=self.home.name)

    def seen(self, record_id: str, field: str) -> Any:
        doc = self.store.document(record_id)
        return None if doc is None else doc.get(field)


def hello(device: Copy, office: Copy) -> None:
    said = Hello.from_bytes(device.device.hello().to_bytes())
    device.device.welcomed(Welcome.from_bytes(office.office.hello(said).to_bytes()))


def send(device: Copy, office: Copy, batch: Batch) -> Pushed:
    push = Push.from_bytes(device.device.push(batch).to_bytes())
    return Pushed.from_bytes(office.office.push(push).to_bytes())


def said_by(device: Copy, **body: Any) -> Push:
    """A push by hand, in the device's name."""
    store = device.store
    mine, run = list(store.replicas), device.device.run
    return Push(run=run, device=store.meta["device"], mine=mine, **body)


def push(device: Copy, office: Copy) -> int:
    sent = 0
    for batch in device.device.batches():
        device.device.pushed(batch, send(device, office, batch))
        sent += len(batch)
    return sent


def page(device: Copy, office: Copy, limit: int = 500) -> Page:
    cursor = device.store.meta.get("cursor", "")
    found = office.office.changes(device.device.run, cursor, limit)
    return Page.from_bytes(found.to_bytes())


def pull(device: Copy, office: Copy, limit: int = 500) -> int:
    pages, more = 0, True
    while more:
        found = page(device, office, limit)
        device.device.received(found)
        pages, more = pages + 1, found.more
    return pages


def sync(device: Copy, office: Copy) -> None:
    """A whole session, over bytes."""
    blobs = [Blobs(copy.home / "photos") for copy in (device, office)]
    session = Session(device.device, OwnPhotos(device.store, blobs[0]))
    converse(session.whole(), Front(office.office, blobs[1]).answer)


def contents(copy: Copy) -> dict[str, bytes]:
    """Every record's canonical bytes, the deleted ones too."""
    states = {record_id: copy.store.state(record_id) for record_id in copy.store.ids()}
    return {record_id: canonical_bytes(state) for record_id, state in states.items() if state}


def edit_dots(copy: Copy) -> list[tuple[str, int]]:
    return [tuple(raw["dot"]) for i in copy.store.ids() for raw in copy.store.books.history.of(i)]


@pytest.fixture
def office(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "office", hub=True)


@pytest.fixture
def gate(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "gate")


@pytest.fixture
def van(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "van")


# ---- meeting --------------------------------------------------------------------------------


def test_a_new_device_takes_the_production_and_its_letter(office: Copy, gate: Copy) -> None:
    hello(gate, office)

    assert gate.store.production == PRODUCTION
    assert gate.store.meta["letter"] == "A"


def test_a_device_keeps_its_letter_for_ever(office: Copy, gate: Copy, van: Copy) -> None:
    for copy in (gate, van, gate):
        copy.restart()
        office.restart()
        hello(copy, office)

    assert (gate.store.meta["letter"], van.store.meta["letter"]) == ("A", "B")


def test_letters_go_on_after_z() -> None:
    assert [letters(n) for n in (1, 26, 27, 52, 53, 703)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]
    assert all(letter_number(letters(n)) == n for n in range(1, 1000))


def test_a_device_of_another_production_is_refused_in_words(office: Copy, gate: Copy) -> None:
    gate.store.set_meta(production=OTHER)

    with pytest.raises(NoOffice, match="holds another production") as refused:
        hello(gate, office)
    assert refused.value.code == "other-production"


def test_a_device_refuses_another_productions_office(gate: Copy, office: Copy) -> None:
    hello(gate, office)
    stranger = Welcome(production=OTHER, epoch="1.ab", run="cd", letter="A", mark="1.ab-cd-0")

    with pytest.raises(NoOffice, match="another production"):
        gate.device.welcomed(stranger)


def test_an_office_without_a_production_says_so(office: Copy, gate: Copy) -> None:
    office.store.set_meta(production="")

    with pytest.raises(NoOffice, match="no production yet"):
        hello(gate, office)


# ---- both ways ------------------------------------------------------------------------------


def test_edits_made_apart_are_equal_after_one_meeting_each(
    office: Copy, gate: Copy, van: Copy
) -> None:
    gate.write("p1", name="Zoë Quist", phone="1")
    office.write("p2", name="Łukasz Ortega")
    sync(gate, office)
    sync(van, office)
    gate.write("p1", phone="2")
    van.write("p1", email="zoe@example.com")
    office.write("p2", phone="3")
    for copy in (gate, van, gate):
        sync(copy, office)

    assert contents(office) == contents(gate) == contents(van)
    assert (office.seen("p1", "phone"), office.seen("p1", "email")) == ("2", "zoe@example.com")


def test_what_two_people_wrote_into_one_field_is_kept_twice(
    office: Copy, gate: Copy, van: Copy
) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    sync(van, office)
    gate.write("p1", phone="2")
    van.write("p1", phone="3")
    for copy in (gate, van, gate):
        sync(copy, office)

    state = office.store.state("p1")
    assert state is not None
    assert sorted(state.cells["phone"].values()) == ["2", "3"]
    assert contents(office) == contents(gate) == contents(van)


def test_an_edit_wins_over_a_delete_it_did_not_know(office: Copy, gate: Copy, van: Copy) -> None:
    gate.write("p1", name="Ada Brandt", phone="1")
    sync(gate, office)
    sync(van, office)
    gate.delete("p1")
    van.write("p1", phone="2")
    for copy in (gate, van, gate):
        sync(copy, office)

    assert (gate.seen("p1", "name"), gate.seen("p1", "phone")) == ("Ada Brandt", "2")
    assert all("p1" in dict(copy.store.lines("person")) for copy in (office, gate, van))


def test_a_delete_reaches_everybody(office: Copy, gate: Copy, van: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    sync(gate, office)
    sync(van, office)
    van.delete("p1")
    for copy in (van, gate):
        sync(copy, office)

    assert [] == list(office.store.lines("person")) == list(gate.store.lines("person"))


def test_facts_of_two_devices_are_all_there(office: Copy, gate: Copy, van: Copy) -> None:
    for n in range(20):
        gate.write(f"g{n}", what="in")
        van.write(f"v{n}", what="in")
    for copy in (gate, van, gate):
        sync(copy, office)

    expected = {f"{who}{n}" for who in "gv" for n in range(20)}
    assert expected == set(contents(office)) == set(contents(gate)) == set(contents(van))


def test_every_edit_reaches_the_office_also_those_written_over(office: Copy, gate: Copy) -> None:
    for phone in ("1", "2", "3"):
        gate.write("p1", phone=phone)
    sync(gate, office)

    assert [edit.values["phone"] for edit in office.store.history("p1")] == ["1", "2", "3"]
    assert not gate.store.unacked


def test_twelve_hundred_records_come_in_pages(office: Copy, gate: Copy, van: Copy) -> None:
    writes = [Write("person", f"p{n}", {"name": f"Walk-on {n}"}) for n in range(1200)]
    gate.store.commit(writes, user="gate")
    sync(gate, office)
    hello(van, office)

    assert pull(van, office) == 3
    assert len(contents(van)) == 1200
    assert contents(office) == contents(van)


def test_a_first_fill_cut_after_any_page_goes_on_from_there(office: Copy, van: Copy) -> None:
    for n in range(25):
        office.write(f"p{n}", name=f"Walk-on {n}")
    more = True
    while more:
        van.restart()
        hello(van, office)
        found = page(van, office, limit=10)
        page(van, office, limit=10)  # asked for again: the first answer was lost
        van.device.received(found)
        more = found.more

    assert contents(office) == contents(van)


def test_a_record_changed_often_comes_once_and_newest(office: Copy, gate: Copy) -> None:
    for phone in range(9):
        office.write("p1", phone=str(phone))
    hello(gate, office)
    found = page(gate, office)

    assert [state["c"] for state in found.states] == [{"phone": [[0, "8"]]}]
    assert not found.more


def test_nothing_new_writes_nothing_to_the_disk(office: Copy, gate: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    sync(gate, office)
    sync(gate, office)
    before = [copy.store.storage.journal_bytes for copy in (gate, office)]
    sync(gate, office)

    assert before == [copy.store.storage.journal_bytes for copy in (gate, office)]


# ---- cut off --------------------------------------------------------------------------------


def test_a_push_delivered_twice_changes_nothing(office: Copy, gate: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    hello(gate, office)
    (batch,) = gate.device.batches()
    send(gate, office, batch)
    before = (contents(office), edit_dots(office), office.store.order.top)
    send(gate, office, batch)

    assert before == (contents(office), edit_dots(office), office.store.order.top)


def test_an_answer_lost_after_the_offices_commit_is_only_asked_again(
    office: Copy, gate: Copy
) -> None:
    gate.write("p1", name="Ada Brandt")
    hello(gate, office)
    (batch,) = gate.device.batches()
    send(gate, office, batch)
    gate.restart()
    office.restart()
    sync(gate, office)

    assert 1 == len(edit_dots(office)) == office.store.order.top
    assert (gate.device.waiting, gate.store.unacked) == (0, {})


def test_an_edit_made_during_a_push_is_still_owed(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1")
    hello(gate, office)
    (batch,) = gate.device.batches()
    reply = send(gate, office, batch)
    gate.write("p1", phone="2")
    gate.device.pushed(batch, reply)

    assert 1 == gate.device.waiting == len(gate.store.unacked)
    sync(gate, office)
    assert office.seen("p1", "phone") == "2"
    assert contents(office) == contents(gate)


def test_a_device_started_anew_between_all_steps_loses_nothing(
    office: Copy, gate: Copy, van: Copy
) -> None:
    van.write("p1", email="zoe@example.com")
    sync(van, office)
    gate.write("p1", phone="1")
    gate.restart()
    hello(gate, office)
    gate.restart()
    hello(gate, office)
    push(gate, office)
    gate.restart()
    hello(gate, office)
    pull(gate, office)
    gate.restart()

    assert contents(office) == contents(gate)
    assert (gate.device.waiting, gate.store.unacked) == (0, {})


def test_a_session_begun_before_the_office_was_restarted_says_hello_again(
    office: Copy, gate: Copy
) -> None:
    gate.write("p1", name="Ada Brandt")
    hello(gate, office)
    office.restart()

    for step in (push, pull):
        with pytest.raises(NoOffice) as refused:
            step(gate, office)
        assert refused.value.code == "say-hello"


# ---- one bad record -------------------------------------------------------------------------


def test_one_bad_record_of_ten_is_put_aside_and_nine_are_saved(office: Copy, gate: Copy) -> None:
    hello(gate, office)
    for n in range(10):
        gate.write(f"p{n}", name=f"Walk-on {n}")
    (batch,) = gate.device.batches()
    batch.states[4] = replace(batch.states[4], vv={})  # an edit its own vector does not count
    gate.device.pushed(batch, send(gate, office, batch))

    assert {f"p{n}" for n in range(10) if n != 4} == set(contents(office))
    assert list(gate.device.aside) == ["p4"]
    assert gate.device.aside["p4"]["code"] == "malformed"


def test_what_was_put_aside_is_not_sent_again_until_it_changes(office: Copy, gate: Copy) -> None:
    test_one_bad_record_of_ten_is_put_aside_and_nine_are_saved(office, gate)
    gate.restart()
    hello(gate, office)

    push(gate, office)
    assert len(office.store.history("p4")) == 1  # its edit is one, even if its state was none
    assert push(gate, office) == 0
    gate.write("p4", phone="1")
    sync(gate, office)
    assert contents(office) == contents(gate)
    assert gate.device.aside == {}


def test_two_contents_under_one_dot_are_put_aside(office: Copy, gate: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    sync(gate, office)
    state = gate.store.state("p1")
    assert state is not None
    forged = encode(state) | {"c": {"name": [[0, "Somebody else"]]}}
    reply = office.office.push(Push(run=office.office.run, states=(forged,)))

    assert (reply.verdicts[0].outcome, reply.verdicts[0].code) == ("aside", "replica-cloned")
    assert office.seen("p1", "name") == "Ada Brandt"


def test_an_edit_told_two_ways_is_put_aside(office: Copy, gate: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    sync(gate, office)
    (kept,) = office.store.books.history.of("p1")
    reply = office.office.push(Push(run=office.office.run, edits=({**kept, "f": {"name": "No"}},)))

    assert [verdict.code for verdict in reply.edits_aside] == ["replica-cloned"]
    assert [kept] == office.store.books.history.of("p1")


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        {},
        {"id": "p1"},
        {"id": "p1", "t": "person", "d": [], "vv": {}, "l": [], "c": {"name": [[0, "x"]]}},
        {"id": "p1", "t": "person", "d": [], "vv": {"r": 2**60}, "l": [], "c": {}},
        {"id": 5, "t": "person", "d": [], "vv": {}, "l": [], "c": {}},
    ],
)
def test_what_is_no_state_never_harms_its_neighbours(office: Copy, gate: Copy, bad: Any) -> None:
    gate.write("p2", name="Ada Brandt")
    state = gate.store.state("p2")
    assert state is not None
    hello(gate, office)
    reply = office.office.push(said_by(gate, states=(bad, encode(state), bad)))

    assert [verdict.outcome for verdict in reply.verdicts] == ["aside", "ok", "aside"]
    assert list(contents(office)) == ["p2"]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {},
        {"dot": ["r", 0], "mark": [1, None, "u"], "g": "g", "id": "p1", "t": "person"},
        {"dot": ["r", 1], "mark": [1, None], "g": "g", "id": "p1", "t": "person"},
        {"dot": ["r", 1], "mark": [1, None, "u"], "g": "g", "id": ["p1"], "t": "person"},
        {"dot": ["r", 1], "mark": [1, None, "u"], "g": "g", "id": "p1", "t": "x", "f": {"a": 1.5}},
        {"dot": ["r", 1], "mark": [1, None, "u"], "g": "g", "id": "p1", "t": "x", "x": {"a": [7]}},
    ],
)
def test_what_is_no_edit_is_put_aside(office: Copy, bad: Any) -> None:
    reply = office.office.push(Push(run=office.office.run, edits=(bad,)))

    assert [verdict.code for verdict in reply.edits_aside] == ["malformed"]
    assert edit_dots(office) == []


def test_a_record_over_the_limit_stays_on_the_device_and_is_told(office: Copy, gate: Copy) -> None:
    gate.write("p1", notes="x" * (MOST_RECORD + 1))
    gate.write("p2", name="Ada Brandt")
    sync(gate, office)

    assert list(contents(office)) == ["p2"]
    assert gate.device.aside["p1"]["code"] == "too-large"


def test_a_batch_the_office_cannot_read_is_halved_until_one_thing_is_put_aside(
    office: Copy, gate: Copy
) -> None:
    hello(gate, office)
    for n in range(9):
        gate.write(f"p{n}", name=f"Walk-on {n}")
    again = True
    while again:
        again = False
        for batch in gate.device.batches():
            if "p4" in {state.id for state in batch.states}:
                gate.device.refused(batch, Malformed("This cannot be read."))
                again = True
                break
            gate.device.pushed(batch, send(gate, office, batch))

    assert {f"p{n}" for n in range(9) if n != 4} == set(contents(office))
    assert list(gate.device.aside) == ["p4"]


def test_a_state_this_device_cannot_join_does_not_stop_the_others(office: Copy, gate: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    hello(gate, office)
    state = gate.store.state("p1")
    assert state is not None
    forged = encode(state) | {"c": {"name": [[0, "Somebody else"]]}}
    office.office.push(said_by(gate, states=(forged,)))
    office.write("p2", name="Łukasz Ortega")
    pull(gate, office)

    assert gate.seen("p1", "name") == "Ada Brandt"
    assert gate.seen("p2", "name") == "Łukasz Ortega"
    assert list(gate.store.meta["unjoined"]) == ["p1"]


# ---- the office put back to an earlier copy -------------------------------------------------


def put_back(office: Copy, older: Path) -> None:
    """The office's journal is replaced by an older one, and nobody says so."""
    office.store.close()
    shutil.copy(older, office.home / "journal.1")
    office.open()


def backup(office: Copy, to: Path) -> Path:
    return Path(shutil.copy(office.home / "journal.1", to))


def test_an_office_put_back_gets_everything_again(
    office: Copy, gate: Copy, van: Copy, tmp_path: Path
) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    older = backup(office, tmp_path / "older")
    gate.write("p1", phone="2")
    gate.write("p2", phone="3")
    sync(gate, office)
    sync(van, office)
    before = contents(office)
    put_back(office, older)
    office.write("p9", name="Written after the restore")
    for copy in (gate, van, gate):
        sync(copy, office)

    assert before.items() <= contents(office).items()
    assert contents(office) == contents(gate) == contents(van)
    assert office.store.meta["epoch"].startswith("2.")
    assert [edit.values["phone"] for edit in office.store.history("p1")] == ["1", "2"]


def test_a_device_that_only_pushed_finds_the_older_copy_out_too(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    sync(gate, office)
    older = backup(office, tmp_path / "older")
    gate.write("p1", phone="1")
    hello(gate, office)
    push(gate, office)  # confirmed, and nothing pulled since
    put_back(office, older)
    sync(gate, office)

    assert office.seen("p1", "phone") == "1"


def test_an_older_copy_that_has_grown_past_the_cursor_is_found_out(
    office: Copy, gate: Copy, tmp_path: Path
) -> None:
    sync(gate, office)
    older = backup(office, tmp_path / "older")
    gate.write("p1", phone="1")
    sync(gate, office)
    put_back(office, older)
    for n in range(10):
        office.write(f"new{n}", name="Written after the restore")
    office.restart()
    sync(gate, office)

    assert office.seen("p1", "phone") == "1"
    assert contents(office) == contents(gate)


def test_other_peoples_records_come_back_from_any_device(
    office: Copy, gate: Copy, van: Copy, tmp_path: Path
) -> None:
    older = backup(office, tmp_path / "older")
    gate.write("p1", phone="1")
    sync(gate, office)
    sync(van, office)
    put_back(office, older)
    sync(van, office)  # the gate's tablet has gone into the river

    assert office.seen("p1", "phone") == "1"


def test_a_restore_that_is_told_starts_a_new_epoch_and_equal_copies_offer_nothing(
    office: Copy, gate: Copy
) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    office.office.new_epoch()
    hello(gate, office)
    before = (gate.device.unlike, office.store.order.top)
    sync(gate, office)

    assert before == (True, office.store.order.top)
    assert office.store.meta["epoch"] == gate.store.meta["epoch"]
    assert gate.device.verified


def test_edits_are_offered_again_even_if_another_device_brought_the_state_back(
    office: Copy, gate: Copy, van: Copy, tmp_path: Path
) -> None:
    older = backup(office, tmp_path / "older")
    gate.write("p1", phone="1")
    sync(gate, office)
    sync(van, office)
    put_back(office, older)
    sync(van, office)
    sync(gate, office)  # the states are equal by now; only the edit is missing

    assert [edit.values["phone"] for edit in office.store.history("p1")] == ["1"]


def test_an_epoch_that_begins_in_the_middle_of_a_session_loses_nothing(
    office: Copy, gate: Copy
) -> None:
    hello(gate, office)
    gate.write("p1", phone="1")
    office.office.new_epoch()
    with pytest.raises(NoOffice) as refused:  # else the cursor would be of another epoch than hello
        push(gate, office)
    sync(gate, office)

    assert refused.value.code == "say-hello"
    assert contents(office) == contents(gate)
    assert office.store.meta["epoch"] == gate.store.meta["epoch"]


def test_letters_given_out_after_the_backup_are_not_given_twice(
    office: Copy, gate: Copy, van: Copy, tmp_path: Path
) -> None:
    older = backup(office, tmp_path / "older")
    sync(gate, office)
    sync(van, office)
    put_back(office, older)
    sync(van, office)
    newcomer = Copy(tmp_path / "newcomer")
    sync(newcomer, office)
    sync(gate, office)

    assert (gate.store.meta["letter"], van.store.meta["letter"]) == ("A", "B")
    assert newcomer.store.meta["letter"] not in ("A", "B")


def test_a_nonsense_cursor_does_not_start_an_epoch(office: Copy) -> None:
    for cursor in ("x", "1.ab", "1.ab-cd-x", "999999999.ab-cd-1"):
        with pytest.raises(Malformed):
            office.office.hello(Hello(device="d1", cursor=cursor))

    assert office.store.meta["epoch"].startswith("1.")


# ---- the wire -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not zlib",
        pack([{"m": "hello"}])[:-3],
        pack([{"m": "hello"}]) + b"x",
        pack([]),
        pack([7]),
        pack([{}] * 20_001),
        pack([{"m": "push", "run": 5}]),
        pack([{"m": "welcome"}]),
        pack([{"m": "push", "run": "r"}, *[{"s": {}}] * 501]),
    ],
)
def test_what_is_no_push_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        Push.from_bytes(content)


def test_a_small_message_that_inflates_for_ever_is_refused() -> None:
    with pytest.raises(Malformed, match="inflates past"):
        unpack(pack([{"m": "push", "x": " " * 20_000_000}]))


def test_a_line_nested_without_end_is_refused() -> None:
    with pytest.raises(Malformed):
        unpack(zlib.compress(b'{"m":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}\n"))


# ---- any order ------------------------------------------------------------------------------

RECORDS = st.sampled_from(["p1", "p2", "p3"])
FIELDS = st.sampled_from(["name", "phone"])
VALUES = st.sampled_from(["", "1", "2", "Zoë"])
TAGS = st.sampled_from(["grip", "electric"])
DEVICES = st.integers(0, 2)


class Meetings(RuleBasedStateMachine):
    """Three devices and an office in any order, cut off anywhere: all equal in the end, and every
    edit that nobody wrote over stands."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name)
        self.office = Copy(home / "office", hub=True)
        self.devices = [Copy(home / name) for name in ("gate", "van", "stage")]
        self.made: list[State] = []

    @rule(at=DEVICES, record_id=RECORDS, field=FIELDS, value=VALUES)
    def write(self, at: int, record_id: str, field: str, value: str) -> None:
        self.devices[at].write(record_id, **{field: value})
        self.note(self.devices[at], record_id)

    @rule(at=DEVICES, record_id=RECORDS, tag=TAGS, gone=st.booleans())
    def tag(self, at: int, record_id: str, tag: str, gone: bool) -> None:
        self.devices[at].tag(record_id, **{"remove" if gone else "add": (tag,)})
        self.note(self.devices[at], record_id)

    @rule(at=DEVICES, record_id=RECORDS)
    def delete(self, at: int, record_id: str) -> None:
        self.devices[at].delete(record_id)
        self.note(self.devices[at], record_id)

    @rule(at=DEVICES)
    def meet(self, at: int) -> None:
        sync(self.devices[at], self.office)
        if self.devices[at].device.older:  # there is no other office, and somebody says so
            self.office.office.new_epoch()
            sync(self.devices[at], self.office)

    @rule(at=DEVICES, lost=st.booleans(), wrote=st.booleans())
    def push_some(self, at: int, lost: bool, wrote: bool) -> None:
        device = self.devices[at]
        hello(device, self.office)
        if device.device.unlike or device.device.older:
            return
        for batch in device.device.batches():
            reply = send(device, self.office, batch)
            if wrote:
                self.write(at, "p1", "phone", "during")
            if lost:
                return
            device.device.pushed(batch, reply)

    @rule(at=DEVICES, limit=st.integers(1, 2), lost=st.booleans())
    def pull_some(self, at: int, limit: int, lost: bool) -> None:
        device = self.devices[at]
        hello(device, self.office)
        if device.device.unlike or device.device.older:
            return
        found = page(device, self.office, limit)
        if not lost:
            device.device.received(found)

    @rule(at=DEVICES)
    def restart(self, at: int) -> None:
        self.devices[at].restart()

    @rule()
    def restart_office(self) -> None:
        self.office.restart()

    def note(self, copy: Copy, record_id: str) -> None:
        state = copy.store.state(record_id)
        assert state is not None
        self.made.append(state)

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            for at in (0, 1, 2, 0, 1, 2):
                self.meet(at)
            self.check()
        finally:
            for copy in (self.office, *self.devices):
                copy.store.close()
            self.folder.cleanup()

    def check(self) -> None:
        final = contents(self.office)
        for device in self.devices:
            assert final == contents(device)
            assert (device.device.waiting, device.store.unacked, device.device.aside) == (0, {}, {})
        expected: dict[str, State] = {}
        for state in self.made:
            known = expected.get(state.id)
            expected[state.id] = state if known is None else join(known, state)
        assert {i: canonical_bytes(state) for i, state in expected.items()} == final
        self.check_history(expected)

    def check_history(self, expected: dict[str, State]) -> None:
        dots = edit_dots(self.office)
        assert len(dots) == len(set(dots)) == len(self.made)
        for record_id, state in expected.items():
            told = state_at(self.office.store.history(record_id))
            assert told is not None
            assert (state.cells, state.sets, state.life) == (told.cells, told.sets, told.life)


class MeetingsWithOffice(Meetings):
    """The same, with people writing at the office too."""

    @rule(record_id=RECORDS, field=FIELDS, value=VALUES)
    def write_at_office(self, record_id: str, field: str, value: str) -> None:
        self.office.write(record_id, **{field: value})
        self.note(self.office, record_id)


class MeetingsWithRestores(Meetings):
    """The same, with an office that is put back to any earlier copy, never saying so."""

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.backups = [backup(self.office, Path(self.folder.name) / "b0")]

    @rule()
    def back_up(self) -> None:
        name = f"b{len(self.backups)}"
        self.backups.append(backup(self.office, Path(self.folder.name) / name))

    @rule(which=st.integers(0, 9))
    def restore(self, which: int) -> None:
        put_back(self.office, self.backups[which % len(self.backups)])


LAW = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MACHINES = [Meetings, MeetingsWithOffice, MeetingsWithRestores]


@pytest.mark.parametrize("machine", MACHINES)
def test_copies_that_meet_in_any_order_are_equal(machine: type[Meetings]) -> None:
    run_state_machine_as_test(machine, settings=LAW)


@pytest.mark.long
@pytest.mark.parametrize("machine", MACHINES)
def test_copies_that_meet_in_very_many_orders_are_equal(machine: type[Meetings]) -> None:
    run_state_machine_as_test(machine, settings=settings(LAW, max_examples=200))


def test_a_dot_is_never_used_twice_by_a_device_started_anew(gate: Copy) -> None:
    first = gate.write("p1", phone="1").edits[0].dot
    gate.restart()
    second = gate.write("p1", phone="2").edits[0].dot

    assert isinstance(first, Dot)
    assert first.replica != second.replica
