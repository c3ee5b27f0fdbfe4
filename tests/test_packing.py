"""Packing: what was JSON comes back as JSON, whether or not orjson is there, whoever wrote it."""

from __future__ import annotations

import ast
import enum
import json
import math
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.packing import ODD, dumps, loads, loads_many

ROOT = Path(__file__).resolve().parents[1]

TEXTS = st.text(st.characters()) | st.sampled_from(["\ud800", "a\udfffb", "\0", "\u2028", "é"])
NUMBERS = (
    st.integers()
    | st.integers(2**62, 2**66)
    | st.integers(-(2**66), -(2**62))
    | st.floats()
    | st.just(10**400)
)
KEYS = TEXTS | st.integers() | st.booleans() | st.none() | st.floats()
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)

HARD: list[Any] = [
    math.nan,
    math.inf,
    -math.inf,
    -0.0,
    1e300,
    5e-324,
    2**53 + 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**400,
    "half \ud83d of one",
    {"\udc00": [None, "null"]},
    {1: "one", "1": "text", None: 0, False: 1, 2.5: 2},
    {"null": None, "deep": [[[math.nan]]]},
    [[]] * 3,
    "",
    {},
]
"""What the two libraries do not say alike."""


def same(a: Any, b: Any) -> bool:
    """Equal as JSON values: NaN is NaN, and 1 is neither True nor 1.0."""
    return repr(a) == repr(b)


@given(VALUES)
def test_what_comes_back_is_what_the_standard_library_gives_back(value: Any) -> None:
    assert same(loads(dumps(value)), json.loads(json.dumps(value)))


@pytest.mark.parametrize("value", HARD, ids=lambda value: ascii(value)[:30])
def test_hard_values_come_back_too(value: Any) -> None:
    assert same(loads(dumps(value)), json.loads(json.dumps(value)))
    assert same(loads(dumps({"in": [value]})), json.loads(json.dumps({"in": [value]})))


@given(st.lists(VALUES, max_size=6))
def test_read_together_they_are_what_they_are_one_by_one(values: list[Any]) -> None:
    lines = [dumps(value) for value in values]
    odd = any(line[:1] == ODD for line in lines)

    assert same(loads_many(lines), [loads(line) for line in lines])
    assert same(loads_many(lines, odd=odd), [loads(line) for line in lines])


@given(VALUES)
def test_one_value_is_one_line_of_text(value: Any) -> None:
    line = dumps(value)

    assert b"\n" not in line
    assert b"\0" not in line
    assert not line.lstrip(ODD).startswith(ODD)


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    "value",
    [datetime(2026, 6, 9, tzinfo=UTC), {1, 2}, b"bytes", object(), uuid.UUID(int=1), Colour.RED],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_json_is_refused_and_not_guessed(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        dumps({"in": [value]})


# ---- without orjson ---------------------------------------------------------------------------

OTHER = """
import ast, json, math, sys
if sys.argv[1] == "without":
    sys.modules["orjson"] = None
from data.packing import dumps, loads
nan, inf = math.nan, math.inf
for line in sys.stdin:
    asked, text = ast.literal_eval(line)
    try:
        print(repr(dumps(eval(text))) if asked == "dumps" else ascii(loads(text)))
    except ValueError as error:
        print("refused:", text, error)
"""


def other(orjson: str, asked: list[tuple[str, Any]]) -> list[str]:
    """What a Python with or without orjson answers."""
    told = subprocess.run(
        [sys.executable, "-c", OTHER, orjson],
        input="".join(f"{one!r}\n" for one in asked),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return told.stdout.splitlines()


@pytest.fixture(scope="module")
def drawn() -> list[Any]:
    """The hard values, and many that chance made."""
    values: list[Any] = []

    @given(VALUES)
    @settings(max_examples=300, database=None)
    def draw(value: Any) -> None:
        values.append(value)

    draw()
    return HARD + values


@pytest.mark.parametrize("writer", ["with", "without"])
@pytest.mark.parametrize("reader", ["with", "without"])
def test_what_one_python_wrote_another_reads(writer: str, reader: str, drawn: list[Any]) -> None:
    lines = other(writer, [("dumps", ascii(value)) for value in drawn])
    read = other(reader, [("loads", ast.literal_eval(line)) for line in lines])

    assert [ascii(json.loads(json.dumps(value))) for value in drawn] == read
