"""Messages that are wrong in one place: never a crash, never a state that is none, never a sum
that does not add up."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.blobs import Blobs
from data.canonical import decode, encode
from data.packing import loads
from sync.calls import Call
from sync.front import Front
from sync.wire import pack
from tests.test_protocol_doc import examples
from tests.test_sync_exchange import Copy, hello, sync

PATHS = {"hello": "/v1/hello", "push": "/v1/push", "compare": "/v1/digest"}
MESSAGES = [lines for lines in examples() if lines[0]["m"] in PATHS]
ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    2**53,
    2**70,
    1.5,
    "",
    "x" * 700,
    "cafe\u0301",
    "_m",
    [],
    {},
    [[]],
    [0, 0],
    {"a": {"b": []}},
    ["a1b2c3d4e5f60718", 1],
]
QUERIES = ["run", "cursor", "after", "limit", "wait", "device"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Copy]:
    office = Copy(tmp_path / "office", hub=True)
    yield office
    office.store.close()


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a message."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in items:
        yield (*way, key)
        if isinstance(part, dict | list):
            yield from places(part, (*way, key))


def wrong(lines: list[Any], way: tuple[Any, ...], odd: Any, *, gone: bool) -> list[Any]:
    """The message with one part replaced, or taken out."""
    lines = copy.deepcopy(lines)
    at: Any = lines
    for key in way[:-1]:
        at = at[key]
    if gone:
        del at[way[-1]]
    else:
        at[way[-1]] = odd
    return lines


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(data=st.data())
def test_a_message_wrong_in_one_place_harms_nothing(office: Copy, data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(MESSAGES))
    way = data.draw(st.sampled_from(list(places(lines))))
    bad = wrong(lines, way, data.draw(st.sampled_from(ODD)), gone=data.draw(st.booleans()))
    if bad and isinstance(bad[0], dict) and bad[0].get("run") == lines[0].get("run"):
        bad[0]["run"] = office.office.run  # past the gate
    front = Front(office.office, Blobs(office.home / "photos"))
    answer = front.answer(Call("POST", PATHS[lines[0]["m"]], pack(bad)))

    assert answer.status in (200, 400, 409, 413)
    if answer.status != 200:
        assert set(json.loads(answer.content)) == {"code", "sentence"}
    for record_id in office.store.ids():
        state = office.store.state(record_id)
        assert state is not None
        assert decode(loads(json.dumps(encode(state)).encode())) == state
    assert office.store.counted() == office.store.sums


@pytest.mark.parametrize("path", ["changes", "snapshot", "history/p1", "devices", "blobs/x"])
@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("text", ["", "x", "-1", "1e999", "nan", "9" * 400, "%00", "1.ab-cd-9"])
def test_a_question_wrong_in_one_part_is_answered_in_words(
    office: Copy, path: str, name: str, text: str
) -> None:
    front = Front(office.office, Blobs(office.home / "photos"))
    run = "" if name == "run" else f"run={office.office.run}&"
    answer = front.answer(Call("GET", f"/v1/{path}?{run}{name}={text}"))

    assert answer.status in (200, 400, 404, 409)


def test_what_was_tried_leaves_an_honest_device_as_it_was(office: Copy, tmp_path: Path) -> None:
    gate = Copy(tmp_path / "gate")
    gate.write("p1", phone="1")
    hello(gate, office)
    front = Front(office.office, Blobs(office.home / "photos"))
    for lines in MESSAGES:
        for way in list(places(lines))[::7]:
            bad = wrong(lines, way, {"evil": [way[0]]}, gone=False)
            front.answer(Call("POST", PATHS[lines[0]["m"]], pack(bad)))
    sync(gate, office)

    assert gate.device.verified
    assert (office.seen("p1", "phone"), gate.device.waiting) == ("1", 0)
