"""Blocks of numbers that the office leases to devices, so that two that are offline never give one
number to two papers. A block is a record, and is leased once.

What the office numbers itself lies outside all blocks. A device whose blocks are full, or that has
none, ends its numbers with its letter. An office that was put back knows neither what it gave nor
what it leased since then, and begins with a ten thousand of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Annotated, Final

from data.desk import Desk
from data.errors import Refused
from data.fields import Count, Label, Moment, one_of
from data.kind import Kind
from data.kinds.devices import DeviceId
from data.kinds.numbers import times_put_back
from data.reach import Reach
from data.record import Record, natural_id

SERIES: Final = ("envelope", "PO", "incident")
SIZE: Final = 100
"""Numbers in a block: a device's numbers begin with its hundred, and are seen to be its own."""
_OFFICES: Final = 10_000
"""Numbers of an office until it is put back."""


class NumberBlock(Record):
    """From `first` to `last` only that device gives numbers of the series."""

    series: Annotated[str, one_of(*SERIES), Label("Numbers of")]
    first: Count
    last: Count
    device: DeviceId
    at: Annotated[Moment, Label("Leased")]


BLOCK = Kind(
    name="block",
    model=NumberBlock,
    title="Block of numbers",
    plural="Blocks of numbers",
    named_by="series",
    nature="shared",
    columns=("series", "first", "last", "device", "at"),
    natural=lambda production, block: block_id(production, block.series, block.first),
    confidentiality="amber",
    reach=Reach("devices", part="device", owner=("device.person",)),
)


def block_id(production: str, series: str, first: int) -> str:
    return natural_id(production, BLOCK.name, series, str(first))


def blocks_of(desk: Desk, series: str) -> list[NumberBlock]:
    found = (block for block in desk.all(BLOCK) if block.series == series)
    return sorted(found, key=lambda block: block.first)


def lease(desk: Desk, device: str, series: str, given: Iterable[int]) -> NumberBlock:
    """The next block goes to that device, clear of the numbers `given`. The first hundred is the
    office's own."""
    if not desk.store.hub:
        raise Refused("Numbers are leased at the office. Ask there.", code="at-the-office")
    begin = times_put_back(desk) * _OFFICES
    used = [*given, *(block.last for block in blocks_of(desk, series))]
    last = max([begin + SIZE, *(n for n in used if begin < n <= begin + _OFFICES)])
    first = -(-last // SIZE) * SIZE + 1
    at = desk.now().replace(microsecond=0)
    block = NumberBlock(series=series, first=first, last=first + SIZE - 1, device=device, at=at)
    return desk.add(block, record_id=block_id(desk.store.production, series, first))


def next_in_series(desk: Desk, series: str, given: Iterable[int]) -> int | None:
    """The next number of a series that is this copy's to give, after the ones given; None: its
    blocks are full, or it has none."""
    taken, blocks = set(given), blocks_of(desk, series)
    if desk.store.hub:
        others = {n for block in blocks for n in range(block.first, block.last + 1)}
        begin = times_put_back(desk) * _OFFICES
        return next(n for n in count(begin + 1) if n not in taken and n not in others)
    here = desk.store.meta.get("device")
    mine = (n for b in blocks if b.device == here for n in range(b.first, b.last + 1))
    return next((n for n in mine if n not in taken), None)
