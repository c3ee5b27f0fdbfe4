"""Hostile bytes on every route: refused in one line, at once, and nothing at the office changes."""

from __future__ import annotations

import copy
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.wire import MOST_BYTES, MOST_PACKED, Push, unpack
from tests.small_show import SmallShow
from tests.test_sync_evil import places, wrong
from tests.wire_door import WireDoor, peak

FEW = settings(max_examples=50, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=3000, suppress_health_check=list(HealthCheck))
MOST_MEMORY = 128 * 2**20

ODD_TEXT = [
    "NaN",
    "-Infinity",
    "1e400",
    "1.5",
    "18446744073709551616",
    "9007199254740993",
    "-1",
    "9" * 4000,
    "9" * 5000,
    r'"\ud800"',
    r'"\u0000\n\r"',
    '"e\u0301"',
    '"\u2028"',
    '"_m"',
    '"../../journal.1"',
    '"' + "x" * 70_000 + '"',
    "[" * 100_000,
    "[" * 900 + "]" * 900,
    '{"a":' * 20_000 + "1" + "}" * 20_000,
    "[" * 30 + "1" + "]" * 30,
    "null",
    "true",
    "{}",
    '{"":0}',
    r'{"\ud800":{"\ud800":[]}}',
    "[[]]",
    '{"a":1,"a":2}',
]
"""Parts of a line as JSON of all sorts says them; some only the standard library reads."""
HOLE = "a-hole-in-a-message"


@pytest.fixture
def door(show: SmallShow, tmp_path: Path) -> Iterator[WireDoor]:
    made = WireDoor(show, tmp_path / "devices")
    yield made
    made.close()


def messages(door: WireDoor) -> dict[str, list[Any]]:
    """By route: what an honest phone would say there now."""
    device = door.gus.device
    pair = {"m": "pair", "ticket": "a" * 64, "code": "", "called": "x", "device": ""}
    said = {
        "/v1/push": unpack(door.push().to_bytes()),
        "/v1/digest": unpack(device.compare(-1).to_bytes()),
        "/v1/hello": unpack(device.hello().to_bytes()),
        "/v1/blobs": [{"m": "offer", "device": door.gus.store.meta["device"], "names": ["0" * 64]}],
        "/v1/pair": [{**pair, "production": door.office.store.production}],
    }
    return {path: copy.deepcopy(lines) for path, lines in said.items()}


def targets(door: WireDoor) -> list[tuple[str, str]]:
    ids = {"{name}": "0" * 64, "{id}": door.show.day.id}
    filled = []
    for method, path in door.front.served:
        for hole, value in ids.items():
            path = path.replace(hole, value)
        filled.append((method, path))
    return filled


def packed(lines: list[Any], odd: str, *, spaced: bool) -> bytes:
    """The message with the odd text in its hole. `spaced`: read by the standard library."""
    rows = [json.dumps(line, separators=(",", ":")) for line in lines]
    rows = [(" " if spaced else "") + row.replace(f'"{HOLE}"', odd) + "\n" for row in rows]
    return zlib.compress("".join(rows).encode())


def test_the_honest_message_is_taken(door: WireDoor) -> None:
    for path, lines in messages(door).items():
        body = packed(lines, "", spaced=False)
        assert door.say("POST", path, body).status == (403 if path == "/v1/pair" else 200), path


def try_bytes(door: WireDoor, data: st.DataObject) -> None:
    method, target = data.draw(st.sampled_from(targets(door)))
    body = data.draw(st.binary(max_size=300) | st.binary(max_size=300).map(zlib.compress))
    before = door.before()
    told = door.say(data.draw(st.sampled_from([method, "POST", "PUT", "HEAD"])), target, body)

    if told.status >= 400:
        door.check_refused(told, before)
    else:
        assert before.states == door.before().states


def try_bent(door: WireDoor, data: st.DataObject) -> None:
    """Valid bytes with a few of them changed, lost or doubled."""
    path, lines = data.draw(st.sampled_from(sorted(messages(door).items())))
    body = bytearray(packed(lines, "", spaced=False))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        how = data.draw(st.sampled_from(["flip", "cut", "twice"]))
        if how == "flip":
            body[at] ^= data.draw(st.integers(1, 255))
        elif how == "cut":
            del body[at : at + 5]
        else:
            body[at:at] = body[at : at + 9]
        body = body or bytearray(b"x")
    before = door.before()
    door.check_harmless(door.say("POST", path, bytes(body)), before)


def try_odd(door: WireDoor, data: st.DataObject, path: str) -> None:
    """A message whose one part is something no phone says."""
    lines = messages(door)[path]
    way = data.draw(st.sampled_from(list(places(lines))))
    odd, spaced = data.draw(st.sampled_from(ODD_TEXT)), data.draw(st.booleans())
    before = door.before()
    bad = wrong(lines, way, HOLE, gone=data.draw(st.integers(0, 9)) == 0)
    told = door.say("POST", path, packed(bad, odd, spaced=spaced))

    door.check_harmless(told, before)


def try_foreign(door: WireDoor, data: st.DataObject) -> None:
    """Dots and counts that are others', or nobody's."""
    lines = messages(door)["/v1/push"]
    mine = door.gus.store.replicas[-1]
    others = [r for state in door.before().states.values() for r in state.vv if r != mine]
    text = json.dumps(lines[1:])
    known = sorted({*others, "f" * 16, mine})
    thief = known[data.draw(st.integers(0, 99)) % len(known)]
    if data.draw(st.booleans()):
        text = text.replace(mine, thief)
    lines[1:] = json.loads(text)
    for line in lines[1:]:
        if "s" in line and data.draw(st.booleans()):
            line["s"]["vv"][thief] = data.draw(st.sampled_from([1, 2, 9, 10**6, 2**53 - 1]))
    if data.draw(st.booleans()):
        lines[0]["mine"] = [thief, mine]
    before = door.before()
    told = door.say("POST", "/v1/push", packed(lines, "", spaced=False))

    door.check_harmless(told, before)


def try_question(door: WireDoor, data: st.DataObject) -> None:
    """A question, or an address, of odd parts."""
    method, target = data.draw(st.sampled_from(targets(door)))
    names = st.sampled_from(["run", "cursor", "after", "limit", "wait", "device", "scope", "only"])
    values = st.sampled_from(
        ["", "%00", "nan", "1e999", "%ff%fe", "1.ab-cd-9", "[[]]", "%5B" * 5000, "-1", "9" * 400]
    )
    asked = data.draw(st.lists(st.tuples(names, values), max_size=25))
    way = data.draw(st.sampled_from(["", "%00", "/../..", "%2e%2e%2f", "%3Frun=x", "[", "é"]))
    host = data.draw(st.sampled_from([b"office", b"[", b"[::1", b"a b", b"\xff", b""]))
    known = [("run", door.office.run)] * data.draw(st.integers(0, 1))
    query = "&".join(f"{name}={value}" for name, value in [*known, *asked])
    before = door.before()
    told = door.say(method, f"{target}{way}?{query}", b"", host=host)

    if told.status >= 400:
        door.check_refused(told, before)
    assert before.states == door.before().states


@FEW
@given(data=st.data())
def test_bytes_that_are_no_message(door: WireDoor, data: st.DataObject) -> None:
    try_bytes(door, data)


@FEW
@given(data=st.data())
def test_a_message_with_some_bytes_changed(door: WireDoor, data: st.DataObject) -> None:
    try_bent(door, data)


@FEW
@pytest.mark.parametrize("path", ["/v1/push", "/v1/digest", "/v1/hello", "/v1/blobs", "/v1/pair"])
@given(data=st.data())
def test_a_message_with_one_odd_part(door: WireDoor, path: str, data: st.DataObject) -> None:
    try_odd(door, data, path)


@FEW
@given(data=st.data())
def test_others_dots_and_inflated_vectors(door: WireDoor, data: st.DataObject) -> None:
    try_foreign(door, data)


@FEW
@given(data=st.data())
def test_a_question_of_odd_parts(door: WireDoor, data: st.DataObject) -> None:
    try_question(door, data)


@pytest.mark.long
@MANY
@given(data=st.data())
def test_all_of_it_for_longer(door: WireDoor, data: st.DataObject) -> None:
    which = data.draw(st.sampled_from(["bytes", "bent", "push", "digest", "foreign", "question"]))
    if which in ("push", "digest"):
        try_odd(door, data, f"/v1/{which}")
    else:
        tries = {"bytes": try_bytes, "bent": try_bent}
        tries |= {"foreign": try_foreign, "question": try_question}
        tries[which](door, data)


# ---- bombs ------------------------------------------------------------------------------------


def filling(part: bytes, head: bytes = b'{"m":"push","x":[', tail: bytes = b"1]}\n") -> bytes:
    """As much of one part as a message may inflate to."""
    room = MOST_BYTES - len(head) - len(tail)
    return zlib.compress(head + part * (room // len(part)) + tail)


BOMBS = {
    "blanks": zlib.compress(b" " * (64 * 2**20)),
    "lines": zlib.compress(b"\n" * MOST_BYTES),
    "returns": zlib.compress(b"\r" * (MOST_BYTES - 1) + b"\n"),
    "lists": filling(b"[],"),
    "objects": filling(b"{},"),
    "short texts": filling(b'"ab",'),
    "numbers": filling(b"1.5,"),
    "small lines": zlib.compress(b'{"m":"push"}\n' * 20_001),
    "one word": filling(b"x", b'{"m":"push","run":"', b'"}\n'),
    "deep": filling(b"[", b'{"m":"push","x":', b"\n"),
    "keys": zlib.compress(
        b'{"m":"push","x":{' + b",".join(b'"%d":0' % n for n in range(500_000)) + b"}}\n"
    ),
    "too long": b"x" * (MOST_PACKED + 1),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_no_memory_to_speak_of(door: WireDoor, name: str) -> None:
    before = door.before()
    told, most = peak(lambda: door.say("POST", "/v1/push", BOMBS[name]))

    door.check_refused(told, before)
    assert most < MOST_MEMORY, f"{most / 2**20:.0f} MB"


def test_a_push_of_many_edits_of_nothing_is_answered(door: WireDoor) -> None:
    edits = tuple({"dot": ["x", n]} for n in range(5_000))
    push = Push(run=door.office.run, device=str(door.gus.store.meta["device"]), edits=edits)
    before = door.before()

    told = door.say("POST", "/v1/push", push.to_bytes())

    door.check_harmless(told, before)
    assert before.states == door.before().states
