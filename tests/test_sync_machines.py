"""The two machines of a sync, met in memory: calls in, answers out, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from data.blobs import Blobs
from data.errors import NoOffice
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.front import Front
from sync.session import Session, converse
from sync.wire import Push
from tests.test_sync_exchange import Copy, contents

Way = Callable[[Call], Answer]


@pytest.fixture
def office(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "office", hub=True)


@pytest.fixture
def gate(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "gate")


def front(office: Copy) -> Front:
    return Front(office.office, Blobs(office.home / "photos"))


def session(copy: Copy) -> Session:
    return Session(copy.device, OwnPhotos(copy.store, Blobs(copy.home / "photos")))


def test_a_whole_session_runs_without_a_network(office: Copy, gate: Copy) -> None:
    gate.write("p1", name="Ada Brandt")
    office.write("p2", name="Zoë Quist")
    name = Blobs(gate.home / "photos").keep(b"the slip")
    converse(session(gate).whole(), front(office).answer)

    assert contents(office) == contents(gate)
    assert Blobs(office.home / "photos").read(name) == b"the slip"
    assert gate.device.waiting == 0


def test_a_call_that_did_not_come_through_ends_the_session_and_loses_nothing(
    office: Copy, gate: Copy
) -> None:
    gate.write("p1", name="Ada Brandt")
    way = front(office).answer
    for cut in range(1, 5):
        calls: list[Call] = []

        def cut_off(call: Call, calls: list[Call] = calls, cut: int = cut) -> Answer:
            calls.append(call)
            if len(calls) == cut:
                way(call)  # it arrives; only its answer is lost
                raise NoOffice("The office cannot be reached.", code="unreachable")
            return way(call)

        with suppress(NoOffice):
            converse(session(gate).whole(), cut_off)
    converse(session(gate).whole(), way)

    assert contents(office) == contents(gate)
    assert office.store.order.top == 1


def test_a_push_refused_whole_is_halved_until_one_bad_record_is_put_aside(
    office: Copy, gate: Copy
) -> None:
    for n in range(9):
        gate.write(f"p{n}", name=f"Walk-on {n}")
    honest = front(office)
    pushes = 0

    def picky(call: Call) -> Answer:
        nonlocal pushes
        if call.path == "/v1/push":
            pushes += 1
            if "p4" in {raw["id"] for raw in Push.from_bytes(call.content or b"").states}:
                return honest.answer(call._replace(content=b"no message"))
        return honest.answer(call)

    converse(session(gate).whole(), picky)

    assert {f"p{n}" for n in range(9) if n != 4} == set(contents(office))
    assert list(gate.device.aside) == ["p4"]
    assert pushes <= 16


def test_a_refusal_is_an_answer(office: Copy) -> None:
    answer = front(office).answer(Call("POST", "/v1/push", b"x"))

    assert answer.status == 400
    assert b'"code":"malformed"' in answer.content


def test_an_unknown_call_is_refused_in_words(office: Copy) -> None:
    assert front(office).answer(Call("GET", "/v1/nothing")).status == 404


def test_a_question_is_held_back_only_while_there_is_no_news(office: Copy, gate: Copy) -> None:
    door = front(office)
    converse(session(gate).whole(), door.answer)
    call = Call("GET", f"/v1/changes?run={gate.device.run}&cursor={gate.store.meta['cursor']}")
    before = door.has_news(call)
    office.write("p1", name="Ada Brandt")

    assert (before, door.has_news(call)) == (False, True)
