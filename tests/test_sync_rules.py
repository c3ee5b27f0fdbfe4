"""The rules of the protocol beyond the join: clocks, whose dots, refusals, limits, short edits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from data.blobs import Blobs
from data.canonical import encode
from data.desk import Desk
from data.edit import Edit, Write, values_from
from data.errors import OfficeError, Refused
from data.kinds import ALL
from data.kinds.waiting import WAITING, decline, release
from data.record import natural_id
from data.state import State
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.exchange import FACTS, Office
from sync.front import Front
from sync.refusing import Judge
from sync.session import Session, converse
from sync.wire import Hello, Push, Pushed, Welcome
from tests.test_sync_exchange import (
    DEVICES,
    LAW,
    VALUES,
    Copy,
    MeetingsWithOffice,
    contents,
    hello,
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


def at(copy: Copy, when: datetime) -> None:
    """The copy's clock stands at `when` from now on."""
    copy.store.sources.clock.now_utc = lambda: when


def state(copy: Copy, record_id: str) -> State:
    found = copy.store.state(record_id)
    assert found is not None
    return found


def mark_of(copy: Copy, record_id: str, name: str) -> tuple[int, int | None]:
    found = state(copy, record_id)
    mark = found.marks[found.ranked(name)[0]]
    return mark.stamp, mark.ot


def ms(when: datetime) -> int:
    return int(when.timestamp() * 1000)


# ---- clocks ---------------------------------------------------------------------------------


def test_a_device_takes_the_offices_time_from_a_quick_hello(office: Copy, gate: Copy) -> None:
    at(office, NOON)
    at(gate, NOON - timedelta(minutes=7))
    sync(gate, office)
    gate.write("p1", phone="1")

    assert gate.store.meta["clock"]["offset"] == 7 * 60_000
    assert state(gate, "p1").marks[min(state(gate, "p1").marks)].stamp == ms(NOON)


def test_a_slow_hello_tells_no_time(office: Copy, gate: Copy) -> None:
    at(office, NOON)
    at(gate, NOON)
    welcome = office.office.hello(gate.device.hello())
    gate.device.welcomed(welcome, asked=ms(NOON) - 2000)

    assert "clock" not in gate.store.meta
    assert gate.store.sources.quality == "guess"


def test_the_offset_outlives_a_restart(office: Copy, gate: Copy) -> None:
    at(office, NOON)
    at(gate, NOON + timedelta(days=3))
    sync(gate, office)
    gate.restart()

    assert gate.store.sources.offset == -3 * 24 * 3600 * 1000
    assert gate.store.sources.quality == "suspect"


def test_an_edit_notes_the_clock_it_was_made_by(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1")
    at(office, NOON)
    at(gate, NOON - timedelta(minutes=7))
    sync(gate, office)
    gate.write("p1", phone="2")
    sync(gate, office)

    assert [e.clock for e in office.store.history("p1")] == [(0, "guess"), (7 * 60_000, "suspect")]


def test_a_stamp_of_the_future_gets_an_order_time_not_later_than_now(
    office: Copy, gate: Copy
) -> None:
    at(office, NOON)
    at(gate, NOON + timedelta(days=3))
    gate.write("p1", phone="1")
    sync(gate, office)

    assert mark_of(office, "p1", "phone") == (ms(NOON + timedelta(days=3)), ms(NOON))
    assert contents(office) == contents(gate)


def test_a_good_clock_gets_no_order_time(office: Copy, gate: Copy) -> None:
    at(office, NOON)
    at(gate, NOON + timedelta(seconds=100))
    gate.write("p1", phone="1")
    sync(gate, office)

    assert mark_of(office, "p1", "phone")[1] is None


def test_an_order_time_is_given_once(office: Copy, gate: Copy, van: Copy) -> None:
    at(office, NOON)
    at(gate, NOON + timedelta(days=3))
    gate.write("p1", phone="1")
    sync(gate, office)
    at(office, NOON + timedelta(hours=5))
    sync(van, office)
    van.write("p1", email="van@example.com")
    sync(van, office)
    sync(gate, office)

    assert mark_of(office, "p1", "phone")[1] == ms(NOON)


def test_a_phone_three_days_ahead_loses_to_the_later_write_of_another(
    office: Copy, gate: Copy, van: Copy
) -> None:
    at(office, NOON)
    at(gate, NOON + timedelta(days=3))
    at(van, NOON)
    office.write("p1", phone="0")
    sync(van, office)
    sync(gate, office)
    gate.write("p1", phone="ahead")
    sync(gate, office)
    at(office, NOON + timedelta(hours=1))
    at(van, NOON + timedelta(hours=1))
    van.write("p1", phone="later")
    for copy in (van, gate):
        sync(copy, office)

    assert office.seen("p1", "phone") == "later" == gate.seen("p1", "phone")


@pytest.mark.parametrize("off", [timedelta(days=-9000), timedelta(days=9000)])
def test_no_clock_is_ever_a_reason_not_to_sync(office: Copy, gate: Copy, off: timedelta) -> None:
    at(office, NOON)
    at(gate, NOON + off)
    gate.write("p1", phone="1")
    sync(gate, office)

    assert contents(office) == contents(gate)
    assert gate.device.verified


# ---- versions -------------------------------------------------------------------------------


def test_an_app_that_is_too_old_is_told_so_and_its_push_is_taken(office: Copy, gate: Copy) -> None:
    welcome = office.office.hello(gate.device.hello().model_copy(update={"format": 0}))
    gate.write("p1", phone="1")
    gate.device.welcomed(welcome)
    for batch in gate.device.batches():
        gate.device.pushed(batch, send(gate, office, batch))

    assert "Update it" in gate.device.update
    assert office.seen("p1", "phone") == "1"


def test_a_newer_app_is_welcome(office: Copy, gate: Copy) -> None:
    welcome = office.office.hello(gate.device.hello().model_copy(update={"format": 99}))

    assert welcome.update == ""


def test_an_app_of_format_one_pushes_and_pulls_as_it_always_did(
    office: Copy, gate: Copy, van: Copy
) -> None:
    """It names neither itself nor its replicas in a push, and knows changes only."""
    van.write("p9", phone="9")
    sync(van, office)
    gate.write("p1", phone="1")
    welcome = office.office.hello(Hello(device="d1", called="gate"))
    edits, states = tuple(gate.store.unacked.values()), (encode(state(gate, "p1")),)
    reply = office.office.push(Push(run=welcome.run, edits=edits, states=states))
    found = office.office.changes(welcome.run, "")

    assert [verdict.outcome for verdict in reply.verdicts] == ["ok"]
    assert {raw["id"] for raw in found.states} == {"p1", "p9"}
    assert welcome.update == ""


def test_a_push_without_a_name_brings_nothing_of_a_replica_that_has_an_owner(
    office: Copy, van: Copy
) -> None:
    van.write("p1", phone="1")
    sync(van, office)
    van.write("p1", phone="2")
    push = Push(run=office.office.run, states=(encode(state(van, "p1")),))

    assert [verdict.outcome for verdict in office.office.push(push).verdicts] == ["retry"]


def test_an_office_of_format_one_is_filled_from_by_its_changes(office: Copy, gate: Copy) -> None:
    office.write("p1", phone="1")
    door, asked = Front(office.office, Blobs(office.home / "photos")), list[str]()

    def older(call: Call) -> Answer:
        path = call.path.partition("?")[0]
        asked.append(path)
        assert path in ("/v1/hello", "/v1/push", "/v1/changes")
        answer = door.answer(call)
        if path == "/v1/hello":
            welcome = Welcome.from_bytes(answer.content).model_copy(update={"format": 1})
            return Answer(200, welcome.to_bytes())
        return answer

    gate.write("p2", phone="2")
    talk = Session(gate.device, OwnPhotos(gate.store, Blobs(gate.home / "photos")))
    converse(talk.whole(), older)
    office.office.new_epoch()
    converse(talk.whole(), older)

    assert contents(office) == contents(gate)
    assert gate.store.meta["epoch"].startswith("2.")


# ---- whose dots -----------------------------------------------------------------------------


def test_another_devices_unknown_edits_are_asked_for_first_and_not_joined(
    office: Copy, gate: Copy, van: Copy
) -> None:
    sync(gate, office)
    sync(van, office)
    gate.write("p1", phone="1")
    van.write("p2", phone="2")
    van.store.receive([state(gate, "p1")])  # from a stick, say
    (own, foreign) = (encode(state(van, "p2")), encode(state(van, "p1")))
    reply = office.office.push(said_by(van, states=(foreign, own)))

    replica = next(iter(state(gate, "p1").vv))
    assert [(v.outcome, v.needs) for v in reply.verdicts] == [("retry", replica), ("ok", "")]
    assert list(contents(office)) == ["p2"]


def test_what_waited_for_anothers_edits_goes_through_once_they_have_come(
    office: Copy, gate: Copy, van: Copy
) -> None:
    gate.write("p1", phone="1")
    van.write("p9", phone="9")
    van.store.receive([state(gate, "p1")])
    van.write("p1", email="van@example.com")
    sync(van, office)
    before = ("p1" in contents(office), van.device.waiting, van.device.aside)
    sync(gate, office)
    sync(van, office)

    assert before == (False, 1, {})
    assert (office.seen("p1", "phone"), office.seen("p1", "email")) == ("1", "van@example.com")
    assert van.device.waiting == 0


def test_a_vector_with_invented_counts_wipes_nothing(office: Copy, gate: Copy, van: Copy) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    sync(van, office)
    van.write("p2", phone="2")
    forged = encode(state(van, "p1"))
    replica = next(iter(forged["vv"]))
    forged["vv"][replica] += 1000
    reply = office.office.push(said_by(van, states=(forged,)))

    assert (reply.verdicts[0].outcome, reply.verdicts[0].needs) == ("retry", replica)
    gate.write("p1", phone="3")
    sync(gate, office)
    assert office.seen("p1", "phone") == "3"


def test_a_value_does_not_go_away_unless_somebody_writes(
    office: Copy, gate: Copy, van: Copy
) -> None:
    gate.write("p1", phone="1", email="gate@example.com")
    sync(gate, office)
    sync(van, office)
    forged = encode(state(van, "p1"))
    del forged["c"]["phone"]
    reply = office.office.push(said_by(van, states=(forged,)))

    assert [v.code for v in reply.verdicts] == ["malformed"]
    assert office.seen("p1", "phone") == "1"


def test_a_replica_belongs_to_the_first_device_that_names_it(
    office: Copy, gate: Copy, van: Copy
) -> None:
    gate.write("p1", phone="1")
    sync(gate, office)
    gate.write("p1", phone="2")
    hello(van, office)
    theft = Push(
        run=office.office.run,
        device=van.store.meta["device"],
        mine=list(gate.store.replicas),
        states=(encode(state(gate, "p1")),),
    )

    assert office.office.push(theft).verdicts[0].outcome == "retry"


def test_the_offices_own_replicas_can_be_claimed_by_nobody(office: Copy, gate: Copy) -> None:
    office.write("p1", phone="1")
    hello(gate, office)
    forged = encode(state(office, "p1")) | {"vv": {office.store.replicas[0]: 2}}
    push = said_by(gate, states=(forged,)).model_copy(update={"mine": [*office.store.replicas]})

    assert office.office.push(push).verdicts[0].outcome == "retry"


def test_an_edit_of_an_unknown_replica_is_asked_for_later(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1")
    hello(gate, office)
    (raw,) = gate.store.unacked.values()
    reply = office.office.push(Push(run=office.office.run, device="stranger", edits=(raw,)))

    assert [v.outcome for v in reply.edits_aside] == ["retry"]
    assert office.store.history("p1") == []


# ---- short edits ----------------------------------------------------------------------------


def test_an_edit_whose_values_stand_travels_as_its_header(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1", notes="A long text. " * 50)
    hello(gate, office)
    (batch,) = gate.device.batches()
    send(gate, office, batch)

    assert [("h" in raw, "f" in raw) for raw in batch.edits] == [(True, False)]
    assert office.store.history("p1")[0].values == gate.store.history("p1")[0].values


def test_an_edit_that_was_written_over_travels_whole(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1")
    gate.write("p1", phone="2")
    hello(gate, office)
    (batch,) = gate.device.batches()
    gate.device.pushed(batch, send(gate, office, batch))

    assert ["f" in raw for raw in batch.edits] == [True, False]
    assert [e.values for e in office.store.history("p1")] == [{"phone": "1"}, {"phone": "2"}]
    assert not gate.store.unacked


def fact(copy: Copy, record_id: str, **values: Any) -> None:
    copy.store.commit([Write("cash", record_id, values)], user=copy.home.name)


def test_a_fact_is_its_own_edit(office: Copy, gate: Copy) -> None:
    fact(gate, "c1", note="float")
    hello(gate, office)
    (batch,) = gate.device.batches()
    gate.device.pushed(batch, send(gate, office, batch))

    (ours,), (theirs,) = office.store.history("c1"), gate.store.history("c1")
    assert batch.edits == []
    assert (ours.dot, ours.values, ours.mark) == (theirs.dot, theirs.values, theirs.mark)
    assert not gate.store.unacked


def test_a_fact_that_comes_twice_in_one_push_is_one_edit(office: Copy, gate: Copy) -> None:
    fact(gate, "c1", note="float")
    hello(gate, office)
    raw = encode(state(gate, "c1"))
    office.office.push(said_by(gate, states=(raw, raw)))

    assert len(office.store.history("c1")) == 1


def test_a_header_without_its_state_is_asked_for_whole(office: Copy, gate: Copy) -> None:
    gate.write("p1", phone="1")
    hello(gate, office)
    (raw,) = gate.store.unacked.values()
    head = {key: value for key, value in raw.items() if key != "f"} | {"h": True}
    reply = office.office.push(said_by(gate, edits=(head,)))

    assert [v.outcome for v in reply.edits_aside] == ["retry"]


# ---- refusal is a write ---------------------------------------------------------------------


def no_phones(edit: Edit, _before: State | None) -> OfficeError | None:
    if "phone" in edit.values or (edit.delete and edit.mark.user == "gate"):
        return Refused("Only the office writes phone numbers.", code="right")
    return None


def strict(office: Copy, judge: Judge = no_phones) -> None:
    office.office = Office(office.store, judge=judge)


def waiting(copy: Copy) -> list[Any]:
    return Desk(copy.store, ALL, user="Amara").all(WAITING)


def test_a_refused_value_is_superseded_and_the_one_before_comes_back_in_its_users_name(
    office: Copy, gate: Copy, van: Copy
) -> None:
    office.write("p1", phone="1", name="Ada Brandt")
    sync(gate, office)
    strict(office)
    gate.write("p1", phone="2")
    sync(gate, office)
    sync(van, office)

    found = state(office, "p1")
    assert list(found.cells["phone"].values()) == ["1"]
    assert found.marks[found.ranked("phone")[0]].user == "office"
    assert contents(office) == contents(gate) == contents(van)
    assert gate.device.waiting == 0


def test_what_was_refused_waits_with_its_values_its_author_and_the_reason(
    office: Copy, gate: Copy
) -> None:
    office.write("p1", phone="1")
    sync(gate, office)
    strict(office)
    gate.write("p1", phone="2")
    sync(gate, office)

    (item,) = waiting(gate)
    assert (item.record, item.record_kind, item.author) == ("p1", "person", "gate")
    assert json.loads(item.values) == {"f": {"phone": "2"}}
    assert (item.code, item.outcome) == ("right", "open")
    assert item.sentence == "Only the office writes phone numbers."


def test_the_device_is_told_why_in_the_verdict(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    strict(office)
    hello(gate, office)
    gate.write("p1", phone="2")
    (batch,) = gate.device.batches()
    (verdict,) = send(gate, office, batch).verdicts

    assert (verdict.outcome, verdict.code) == ("merged", "right")


def test_a_refused_value_that_comes_again_by_another_way_changes_nothing(
    office: Copy, gate: Copy, van: Copy
) -> None:
    office.write("p1", phone="1")
    for copy in (gate, van):
        sync(copy, office)
    strict(office)
    gate.write("p1", phone="2")
    refused = state(gate, "p1")
    sync(gate, office)
    van.store.receive([refused])
    for copy in (van, gate):
        sync(copy, office)

    assert contents(office) == contents(gate) == contents(van)
    assert office.seen("p1", "phone") == "1"
    assert len(waiting(office)) == 1


def test_the_same_push_again_waits_once(office: Copy, gate: Copy) -> None:
    strict(office)
    gate.write("p1", phone="2")
    hello(gate, office)
    (batch,) = gate.device.batches()
    for _ in range(3):
        send(gate, office, batch)

    assert len(waiting(office)) == 1
    assert office.store.order.top == 2


def test_a_refused_field_that_was_empty_is_empty_again(office: Copy, gate: Copy) -> None:
    office.write("p1", name="Ada Brandt")
    sync(gate, office)
    strict(office)
    gate.write("p1", phone="2")
    sync(gate, office)

    assert "phone" not in state(office, "p1").cells
    assert office.seen("p1", "name") == "Ada Brandt"
    assert contents(office) == contents(gate)


def test_two_values_that_stood_side_by_side_come_back_side_by_side(
    office: Copy, gate: Copy, van: Copy
) -> None:
    office.write("p1", name="Ada Brandt")
    for copy in (gate, van):
        sync(copy, office)
    gate.write("p1", phone="1")
    van.write("p1", phone="2")
    for copy in (gate, van, gate):
        sync(copy, office)
    strict(office)
    gate.write("p1", phone="3")
    sync(gate, office)

    found = state(office, "p1")
    users = {found.marks[dot].user: value for dot, value in found.cells["phone"].items()}
    assert users == {"gate": "1", "van": "2"}


def test_a_refused_new_record_has_no_life(office: Copy, gate: Copy) -> None:
    strict(office)
    gate.write("p1", phone="2")
    sync(gate, office)

    assert not state(office, "p1").alive
    assert contents(office) == contents(gate)
    assert len(waiting(office)) == 1


def test_a_refused_delete_gives_life_again(office: Copy, gate: Copy) -> None:
    office.write("p1", name="Ada Brandt")
    sync(gate, office)
    strict(office)
    gate.delete("p1")
    sync(gate, office)

    assert state(office, "p1").alive
    assert contents(office) == contents(gate)
    assert [json.loads(item.values) for item in waiting(gate)] == [{"del": True}]


def test_a_refused_change_of_a_set_is_undone(office: Copy, gate: Copy) -> None:
    office.tag("p1", add=("grip", "electric"))
    sync(gate, office)
    strict(office, lambda edit, _: Refused("No.") if edit.add or edit.remove else None)
    gate.tag("p1", add=("camera",), remove=("grip",))
    sync(gate, office)

    assert office.seen("p1", "tags") == ["electric", "grip"] == gate.seen("p1", "tags")


def test_an_allowed_edit_after_a_refused_one_stands(office: Copy, gate: Copy) -> None:
    office.write("p1", phone="1", name="Ada")
    sync(gate, office)
    strict(office)
    gate.write("p1", phone="2")
    gate.write("p1", name="Ada Brandt")
    sync(gate, office)

    assert (office.seen("p1", "phone"), office.seen("p1", "name")) == ("1", "Ada Brandt")


def test_the_edits_still_tell_the_record_after_a_refusal(office: Copy, gate: Copy) -> None:
    office.write("p1", name="Ada Brandt", phone="1")
    sync(gate, office)
    strict(office)
    gate.write("p1", phone="2")
    gate.write("p1", phone="3", email="ada@example.com")
    sync(gate, office)

    assert state(office, "p1").cells == values_from(office.store.history("p1"))


def test_a_second_write_to_a_fact_waits_and_the_first_stands(office: Copy, gate: Copy) -> None:
    fact(office, "c1", note="float")
    sync(gate, office)
    fact(gate, "c1", note="changed")
    sync(gate, office)

    assert office.seen("c1", "note") == "float" == gate.seen("c1", "note")
    assert [item.code for item in waiting(gate)] == ["fact"]


def test_a_fact_written_twice_before_it_was_sent_keeps_its_first_writing(
    office: Copy, gate: Copy
) -> None:
    fact(gate, "c1", note="float")
    fact(gate, "c1", note="changed")
    sync(gate, office)

    assert office.seen("c1", "note") == "float"
    assert [json.loads(item.values) for item in waiting(office)] == [{"f": {"note": "changed"}}]


def test_a_fact_is_taken_whatever_the_judge_says(office: Copy, gate: Copy) -> None:
    strict(office, lambda _edit, _before: Refused("No."))
    fact(gate, "c1", note="float")
    sync(gate, office)

    assert office.seen("c1", "note") == "float"


def test_a_fact_that_was_not_its_authors_to_write_is_flagged(office: Copy, gate: Copy) -> None:
    strict(office, lambda _edit, _before: Refused("No.", code="right"))
    fact(gate, "c1", note="float")
    sync(gate, office)

    assert office.office.flagged == {"c1": "right"}
    assert waiting(office) == []


def test_released_values_stand_in_their_authors_name_and_the_author_sees_it(
    office: Copy, gate: Copy
) -> None:
    office.write("p1", phone="1")
    sync(gate, office)
    strict(office)
    gate.write("p1", phone="2")
    sync(gate, office)
    desk = Desk(office.store, ALL, user="Amara")
    release(desk, desk.all(WAITING)[0])
    sync(gate, office)

    found = state(gate, "p1")
    assert gate.seen("p1", "phone") == "2"
    assert found.marks[found.ranked("phone")[0]].user == "gate"
    assert [(item.outcome, item.by) for item in waiting(gate)] == [("released", "Amara")]


def test_declined_values_do_not_stand_and_the_author_sees_it(office: Copy, gate: Copy) -> None:
    office.write("p1", phone="1")
    sync(gate, office)
    strict(office)
    gate.write("p1", phone="2")
    sync(gate, office)
    desk = Desk(office.store, ALL, user="Amara")
    decline(desk, desk.all(WAITING)[0])
    sync(gate, office)

    assert gate.seen("p1", "phone") == "1"
    assert [(item.outcome, item.by) for item in waiting(gate)] == [("declined", "Amara")]


def test_only_the_office_decides_and_only_once(office: Copy, gate: Copy) -> None:
    strict(office)
    gate.write("p1", phone="2")
    sync(gate, office)
    there = Desk(gate.store, ALL, user="gate")
    with pytest.raises(Refused, match="decided at the office"):
        release(there, there.all(WAITING)[0])
    desk = Desk(office.store, ALL, user="Amara")
    decline(desk, desk.all(WAITING)[0])

    with pytest.raises(Refused, match="decided already"):
        release(desk, desk.all(WAITING)[0])


def test_a_released_new_record_lives_again(office: Copy, gate: Copy) -> None:
    strict(office)
    gate.write("p1", phone="2")
    sync(gate, office)
    desk = Desk(office.store, ALL, user="Amara")
    release(desk, desk.all(WAITING)[0])
    sync(gate, office)

    assert state(gate, "p1").alive
    assert gate.seen("p1", "phone") == "2"


def test_a_released_delete_deletes(office: Copy, gate: Copy) -> None:
    office.write("p1", name="Ada Brandt")
    sync(gate, office)
    strict(office)
    gate.delete("p1")
    sync(gate, office)
    desk = Desk(office.store, ALL, user="Amara")
    release(desk, desk.all(WAITING)[0])

    assert not state(office, "p1").alive


def test_the_kinds_that_are_facts_are_known() -> None:
    assert {"cash", "time"} <= FACTS


# ---- limits of a record ---------------------------------------------------------------------


def test_the_office_writes_over_a_field_with_more_than_eight_values(
    office: Copy, tmp_path: Path
) -> None:
    office.write("p1", name="Ada Brandt")
    phones = [Copy(tmp_path / f"phone{n}") for n in range(9)]
    for n, phone in enumerate(phones):
        sync(phone, office)
        at(phone, NOON + timedelta(seconds=n))
    at(office, NOON)
    for n, phone in enumerate(phones):
        phone.write("p1", phone=str(n))
    for phone in phones:
        sync(phone, office)

    found = state(office, "p1")
    assert list(found.cells["phone"].values()) == ["8"]
    assert found.marks[found.ranked("phone")[0]].user == "phone8"
    for phone in phones:
        sync(phone, office)
    assert all(contents(office) == contents(phone) for phone in phones)


def test_eight_values_in_one_field_are_left_as_they_are(office: Copy, tmp_path: Path) -> None:
    phones = [Copy(tmp_path / f"phone{n}") for n in range(8)]
    for n, phone in enumerate(phones):
        sync(phone, office)
        phone.write("p1", phone=str(n))
    for phone in phones:
        sync(phone, office)

    assert len(state(office, "p1").cells["phone"]) == 8


def test_a_record_that_too_many_replicas_have_written_is_an_alarm(office: Copy, gate: Copy) -> None:
    hello(gate, office)
    mine = [f"{n:016x}" for n in range(512)]
    claim = Hello(device=gate.store.meta["device"], replicas=dict.fromkeys(mine[:511], 1))
    office.office.hello(claim)
    raw = {
        "id": "p1",
        "t": "person",
        "d": [[mine[0], 1, ms(NOON), None, "gate"]],
        "vv": dict.fromkeys(mine, 1),
        "l": [0],
        "c": {},
    }
    office.office.push(said_by(gate, states=(raw,)).model_copy(update={"mine": mine[511:]}))

    assert office.office.alarms == {"p1": 512}


def test_a_waiting_record_has_the_same_id_wherever_it_is_made(office: Copy, gate: Copy) -> None:
    strict(office)
    dot = gate.write("p1", phone="2").edits[0].dot
    sync(gate, office)

    assert [item.id for item in waiting(office)] == [
        natural_id(office.store.production, "waiting", *dot)
    ]


def test_a_verdict_leaves_out_what_it_does_not_say() -> None:
    reply = Pushed.from_lines(
        [{"m": "pushed", "mark": "1.ab-cd-1"}, {"r": {"id": "p1", "outcome": "ok"}}]
    )

    assert list(reply.lines())[1] == {"r": {"id": "p1", "outcome": "ok"}}


def test_a_welcome_of_an_older_office_is_read() -> None:
    welcome = Welcome.from_lines(
        [
            {
                "m": "welcome",
                "production": "p",
                "epoch": "1.ab",
                "run": "r",
                "letter": "A",
                "mark": "",
            }
        ]
    )

    assert (welcome.time, welcome.seen, welcome.update) == (0, {}, "")


# ---- refusals in any order ------------------------------------------------------------------


class MeetingsWithAJudge(MeetingsWithOffice):
    """Three devices and an office that lets some of them write only some things, in any order, cut
    off anywhere: all are equal in the end, nothing is owed, and the edits tell the records."""

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.restart_office()

    @rule()
    def restart_office(self) -> None:
        self.office.restart()
        self.office.office = Office(self.office.store, judge=self.may_not)

    @staticmethod
    def may_not(edit: Edit, before: State | None) -> OfficeError | None:
        user, new = edit.mark.user, before is None
        wrong = user == "gate" and ("phone" in edit.values or edit.delete)
        wrong = wrong or (user == "van" and (bool(edit.add or edit.remove) or new))
        return Refused("Not yours to write.", code="right") if wrong else None

    @rule(at=DEVICES, value=VALUES)
    def write_a_fact(self, at: int, value: str) -> None:
        fact(self.devices[at], "c1", note=value)

    def check(self) -> None:
        final = contents(self.office)
        for device in self.devices:
            assert final == contents(device)
            assert (device.device.waiting, device.store.unacked, device.device.aside) == (0, {}, {})
            assert device.device.verified
        assert self.office.store.counted() == self.office.store.sums
        dots = [tuple(raw["dot"]) for i in final for raw in self.office.store.books.history.of(i)]
        assert len(dots) == len(set(dots))
        for record_id in final:
            told = values_from(self.office.store.history(record_id))
            assert state(self.office, record_id).cells == told


def test_refusals_in_any_order_leave_all_copies_equal() -> None:
    run_state_machine_as_test(MeetingsWithAJudge, settings=settings(LAW, max_examples=40))
