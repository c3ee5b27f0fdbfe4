"""The frame: whole or not, torn or damaged, told from its bytes alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.frame import PREFIX, Commit, body_at, framed, torn_at
from data.packing import dumps, loads

LINES = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=8), max_size=3)
IDS = st.text(max_size=6)
COMMITS = st.builds(
    Commit,
    put=st.dictionaries(IDS, st.dictionaries(IDS, LINES.map(dumps), max_size=4), max_size=3),
    out=st.dictionaries(IDS, st.lists(IDS, max_size=3).map(tuple), max_size=3),
    drop=st.lists(IDS, max_size=2).map(tuple),
    edits=st.lists(LINES.map(dumps), max_size=3).map(tuple),
    books=st.fixed_dictionaries({}, optional={"meta": LINES, "hseq": st.integers(1, 9)}),
)

BODY = dumps({"put": {"scene": ["r1"]}}) + b"\n" + dumps({"set": "Zoë's KITCHEN"}) + b"\n"
WHOLE = framed(BODY)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(COMMITS)
def test_a_commit_read_back_is_the_commit(commit: Commit) -> None:
    data = commit.to_bytes()
    body = body_at(data, 0)

    assert body is not None
    assert len(data) == PREFIX + len(body)
    assert commit == Commit.from_body(bytes(body))


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
def test_a_frame_is_found_where_it_begins(before: bytes, body: bytes, behind: bytes) -> None:
    found = body_at(before + framed(body) + behind, len(before))

    assert found is not None
    assert body == bytes(found)


def test_one_changed_bit_makes_it_no_frame() -> None:
    assert body_at(WHOLE, 0) is not None
    for bit in range(8 * len(WHOLE)):
        assert body_at(flipped(WHOLE, bit), 0) is None, bit


@pytest.mark.parametrize(
    "length", ["+%07x", "%8x", "0x%06x", "%08X", "0_%06x", "-%07x", "%07x "], ids=str
)
def test_numbers_have_one_way_to_be_written(length: str) -> None:
    body = b"x" * 171  # ab in hexadecimal, so that capitals would differ
    told = framed(body)
    odd = (length % len(body)).encode()

    assert len(odd) == 8
    assert odd != told[:8]
    assert body_at(odd + told[8:], 0) is None


@given(st.binary(max_size=80), st.integers(0, 80))
def test_no_bytes_make_the_readers_stumble(data: bytes, at: int) -> None:
    body = body_at(data, at)

    assert body is None or framed(bytes(body)) == data[at : at + PREFIX + len(body)]
    assert isinstance(torn_at(data, at), bool)


# ---- torn or damaged --------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 1, 7, 600], ids="and {} zeros".format)
def test_a_frame_that_ends_early_was_torn(room: int) -> None:
    for end in range(len(WHOLE)):
        assert torn_at(WHOLE[:end] + bytes(room), 0), end


@pytest.mark.parametrize("room", [0, 600], ids="and {} zeros".format)
def test_a_frame_that_is_all_there_and_does_not_agree_was_damaged(room: int) -> None:
    for bit in range(8 * len(WHOLE)):
        assert not torn_at(flipped(WHOLE, bit) + bytes(room), 0), bit


def test_whatever_stands_before_a_whole_frame_was_not_torn() -> None:
    for end in range(PREFIX + 1, len(WHOLE)):
        assert not torn_at(WHOLE[:end] + b"\n" + WHOLE, 0), end
    for bit in range(8 * len(WHOLE)):
        assert not torn_at(flipped(WHOLE, bit) + WHOLE, 0), bit


def test_a_sector_that_was_not_written_makes_a_frame_torn() -> None:
    """The disk writes a long frame's sectors in any order: of those it has not written there are
    zeros. The frame begins and ends anywhere in a sector."""
    sector, body = 512, dumps({"set_name": "KITCHEN " * 200}) + b"\n"
    data = framed(body)
    for before in (0, 1, 3, 8, 17, 19, 300, sector - 1):
        edges = [0, *range(sector - before, len(data), sector), len(data)]
        for start, end in pairwise(edges):
            holed = data[:start] + bytes(end - start) + data[end:]
            assert torn_at(holed, 0), (before, start)


@given(st.lists(st.booleans(), min_size=5, max_size=5), st.integers(1, 511))
def test_any_of_its_sectors_may_be_missing(missing: list[bool], first: int) -> None:
    data = framed(dumps({"set_name": "KITCHEN " * 230}) + b"\n")
    holed = bytearray(data)
    for number, lost in enumerate(missing):
        sector = slice(max(0, first + 512 * (number - 1)), first + 512 * number)
        if lost:
            holed[sector] = bytes(len(holed[sector]))

    assert torn_at(bytes(holed), 0) == (bytes(holed) != data)


def test_zeros_alone_are_torn_and_not_damage() -> None:
    assert all(torn_at(bytes(length), 0) for length in range(60))


def test_a_line_that_looks_like_a_frame_begins_none() -> None:
    """Somebody notes what lies on the disk. The frame with the note is torn all the same."""
    note: dict[str, Any] = {"note": f"so it says\n{WHOLE.decode()}"}
    data = framed(dumps(note) + b"\n")

    assert loads(data[PREFIX:]) == note
    assert all(torn_at(data[:end], 0) for end in range(len(data)))
