"""PROTOCOL.md tells the truth: its examples are messages, its numbers are the code's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import sync.carried
import sync.wire
from data.blobs import Blobs
from data.canonical import decode, encode
from data.codes import LENGTH
from data.pairing import A_MINUTE_FROM_ONE, GOOD_MS, TRIES
from data.parts import KEPT, MOST_HELD, MOST_OF_ONE
from data.photos import MOST_BYTES, THUMB_BYTES
from data.stamp import FAR_MS, Sources
from data.store import Store
from sync.calls import Timings
from sync.carrying import PIECE, Offer, Wanted
from sync.clock import SLOWEST_MS
from sync.edits import read_edit
from sync.epochs import RECOVERY_MS
from sync.exchange import Office
from sync.front import LONGEST_WAIT, STATUS, Front
from sync.graveyard import KEPT_MS
from sync.hub import routes
from sync.paired import Pair, Paired
from sync.pairing import MOST_PAIR
from sync.place import Place
from sync.register import IDLE_MS
from sync.ring import FORMER
from sync.sealing import MOST_LETTER
from sync.taking import MOST_CELLS, MOST_REPLICAS
from sync.wire import MESSAGES, MOST_STATES, TYPE, Limits, Message, pack, unpack

TEXT = (Path(__file__).parent.parent / "sync" / "PROTOCOL.md").read_text(encoding="utf-8")
ALL: tuple[type[Message], ...] = (*MESSAGES, Pair, Paired, Offer, Wanted)
BY_NAME = {message.name: message for message in ALL}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def examples() -> list[list[dict[str, Any]]]:
    return [[json.loads(line) for line in block.splitlines()] for block in blocks("jsonl")]


def table(first: str, second: str) -> dict[str, str]:
    body = re.search(rf"^\| {first} \| {second} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    assert body is not None
    rows = [row.strip("|").split("|") for row in body[1].splitlines()]
    return {row[0].strip().strip("`"): row[1].strip() for row in rows}


def test_every_message_has_an_example() -> None:
    assert {lines[0]["m"] for lines in examples()} == set(BY_NAME)


@pytest.mark.parametrize("lines", examples(), ids=lambda lines: lines[0]["m"])
def test_an_example_is_read_and_written_back_as_it_stands(lines: list[dict[str, Any]]) -> None:
    message = BY_NAME[lines[0]["m"]].from_lines(unpack(pack(lines)))

    assert list(message.lines()) == lines


@pytest.mark.parametrize("lines", examples(), ids=lambda lines: lines[0]["m"])
def test_the_states_and_edits_in_an_example_are_whole(lines: list[dict[str, Any]]) -> None:
    for line in lines[1:]:
        state = line.get("s") or line.get("r", {}).get("state")
        if state is not None:
            assert encode(decode(state)) == state
        if "e" in line:
            whole = {key: value for key, value in line["e"].items() if key != "h"}
            assert read_edit(line["e"]).to_json() == whole


def test_the_places_in_the_examples_are_places() -> None:
    heads = [lines[0] for lines in examples()]
    places = [
        head[key]
        for head in heads
        for key in ("cursor", "mark", "next")
        if isinstance(head.get(key), str) and head[key]
    ]

    assert places
    assert [str(Place.read(text)) for text in places] == places


def test_the_limits_are_the_codes() -> None:
    limits = {name: int(value) for name, value in table("Limit", "Value").items()}

    assert limits.pop("MOST_BYTES_OF_A_PHOTO") == MOST_BYTES
    rules = {
        "MOST_PAIR": MOST_PAIR,
        "MOST_LETTER": MOST_LETTER,
        "MOST_CELLS": MOST_CELLS,
        "MOST_REPLICAS": MOST_REPLICAS,
        "SLOWEST_MS": SLOWEST_MS,
        "FAR_MS": FAR_MS,
    }
    assert {name: limits.pop(name) for name in rules} == rules
    assert limits == {name: getattr(sync.wire, name) for name in limits}
    assert (
        Limits().model_dump() == next(e[0] for e in examples() if e[0]["m"] == "welcome")["limits"]
    )
    assert f"{LENGTH} characters" in TEXT
    assert f"{GOOD_MS // 60_000} minutes" in TEXT
    assert f"{TRIES} wrong codes" in TEXT
    assert f"{A_MINUTE_FROM_ONE} tries a minute" in TEXT
    days = 24 * 3600 * 1000
    assert (RECOVERY_MS // days, IDLE_MS // days, KEPT_MS // days) == (14, 120, 30)
    assert all(f"{n} days" in TEXT for n in (14, 120, 30))
    assert f"`limit` (1 to {MOST_STATES})" in TEXT
    assert f"`wait` (0 to {LONGEST_WAIT:g} seconds)" in TEXT
    assert f"up\nto {Timings().longest:g} seconds" in TEXT
    assert f"`{TYPE}`" in TEXT
    kept = sync.carried
    assert f"({kept.MOST} files, {kept.MOST_BYTES // 2**20} MiB)" in TEXT
    assert (FORMER, kept.MOST_ANSWERS, kept.TRIES) == (8, 20, 3)
    assert all(words in TEXT for words in ("last 8 former keys", "(20 of them)", "three\ntimes"))
    assert f"{PIECE} bytes are sent at once" in TEXT
    assert f"at most {THUMB_BYTES} bytes" in TEXT
    assert (f"{MOST_OF_ONE} are kept" in TEXT, f"after {KEPT.days} days" in TEXT) == (True, True)
    assert MOST_HELD == 2**30
    assert "1 GiB" in TEXT


def test_the_calls_are_the_routes(tmp_path: Path) -> None:
    office = Office(Store(tmp_path, sources=Sources(), hub=True))
    front = Front(office, Blobs(tmp_path / "photos"))
    served = {f"{method} {path}" for method, path in front.served}
    routed = {
        f"{method} {route.path}"
        for route in routes(office, front.blobs)
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert set(table("Call", "Sent")) == served == routed


def test_the_refusals_are_the_codes() -> None:
    statuses = {code: int(status) for code, status in table("Code", "Status").items()}

    assert statuses == STATUS
    assert all(json.loads(block)["code"] in STATUS for block in blocks("json"))


def test_keys_a_reader_does_not_know_are_passed_over() -> None:
    for lines in examples():
        newer = [{**lines[0], "later": 1}, *lines[1:], {"q": {}}]
        known: Message = BY_NAME[lines[0]["m"]].from_lines(newer)

        assert list(known.lines()) == lines
