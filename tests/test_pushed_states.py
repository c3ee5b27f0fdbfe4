"""A pushed state is read once, and its text with it: however it was written, it counts as one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from data.canonical import canonical_bytes, decode, digest, encode
from data.errors import Malformed
from data.state import State
from sync.reading import AT_ONCE, read_state
from sync.wire import Push, pack

RAW: dict[str, Any] = {
    "id": "r1",
    "t": "receipt",
    "d": [["9f00000000000001", 7, 1781073090000, None, "u03"]],
    "vv": {"9f00000000000001": 7},
    "l": [0],
    "c": {
        "money": [[0, {"a": "12.50", "c": "EUR"}]],
        "photos": {"aa": [0], "bb": [0]},
        "vendor": [[0, "Zoë's Café"]],
    },
}


def said(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(json.dumps(RAW))
    change(raw)
    return raw


OTHERWISE = {
    "life twice": said(lambda raw: raw["l"].append(0)),
    "an element's edit twice": said(lambda raw: raw["c"]["photos"]["aa"].append(0)),
    "a part that nobody knows": said(lambda raw: raw.update(x=1)),
    "names in another order": said(lambda raw: raw.update(c=dict(reversed(raw["c"].items())))),
    "a value's names too": said(
        lambda raw: raw["c"].update(money=[[0, {"c": "EUR", "a": "12.50"}]])
    ),
}


@pytest.mark.parametrize("raw", OTHERWISE.values(), ids=OTHERWISE)
def test_a_state_that_is_told_otherwise_has_the_same_digest(raw: dict[str, Any]) -> None:
    state = decode(raw)

    assert decode(RAW) == state
    assert digest(decode(RAW)) == digest(state) == digest(replace(state))
    assert RAW == encode(state) == json.loads(canonical_bytes(state))


def test_what_is_made_of_a_state_has_a_text_of_its_own() -> None:
    state = decode(RAW)
    before = digest(state)
    deleted = replace(state, life=frozenset())

    assert digest(deleted) not in (before, 0)
    assert encode(deleted)["l"] == []
    assert before == digest(state)


def test_a_bad_state_of_a_push_stays_as_it_came_and_spoils_no_other() -> None:
    bad = said(lambda raw: raw.update(vv={}))
    content = pack([{"m": "push", "run": "a"}, *({"s": raw} for raw in (RAW, bad, 7, RAW))])
    states = Push.from_bytes(content, AT_ONCE).states

    assert (decode(RAW), bad, 7, decode(RAW)) == states
    assert [State, Malformed, Malformed, State] == [type(read_state(raw)) for raw in states]
    assert (RAW, bad, 7, RAW) == Push.from_bytes(content).states
