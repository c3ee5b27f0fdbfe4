"""Real devices and a real office process over a line that breaks every few thousand bytes: whoever
goes on trying gets through, nothing is twice or lost, and all copies are equal in the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from data.blobs import Blobs
from data.edit import Write
from data.errors import NoOffice
from data.store import Store
from sync.calls import Timings
from sync.link import Link
from tests.faults import SORTS, Line, bad_line, plan
from tests.test_sync_http import QUICK, Hub, contents, copy_at, sources

IMPATIENT = Timings(poll=1, connect=2, answer=0.3, first=0.01, longest=0.02)
ROUNDS = 60
"""Tries of one device while the line is bad; far more than the plan has faults for it."""
PHOTO = 30_000


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    hub = Hub(tmp_path / "office")
    hub.start()
    yield hub
    hub.kill()


def devices(folder: Path, address: str, count: int) -> list[Link]:
    made = []
    for n in range(count):
        store, blobs = copy_at(folder / f"device{n}", n + 1)
        made.append(Link(store, blobs, address, called=f"device{n}", timings=IMPATIENT))
    return made


def work(link: Link, name: str, part: int) -> None:
    """A tap on a record of its own, one on a record of everybody's, now and then a photo."""
    photos = (link.blobs.keep(f"{name} {part} ".encode() * (PHOTO // 12)),) if part % 4 == 1 else ()
    link.store.commit(
        [
            Write("receipt", f"{name}-{part}", {"vendor": f"Vendor {part}"}, {"photos": photos}),
            Write("person", "shared", {name: str(part)}, {"tags": (f"{name}{part % 3}",)}),
        ],
        user=name,
    )


async def tries(link: Link, name: str, line: Line) -> int:
    """Works and tries until the line has no more faults; how often it was lost."""
    lost = 0
    for part in range(ROUNDS):
        work(link, name, part)
        try:
            await link.sync_once()
        except NoOffice:
            lost += 1
        if not line.left:
            break
    return lost


async def bad_day(
    hub: Hub, folder: Path, *, count: int, faults: int
) -> tuple[list[Link], Line, int]:
    """The devices, the line, and how often a device lost its office on it."""
    port = urlsplit(hub.address).port
    assert port is not None
    async with bad_line(port, plan(7, faults, largest=PHOTO)) as line:
        links = devices(folder, line.address, count)
        names = [f"d{n}" for n in range(count)]
        each = zip(links, names, strict=True)
        lost = await asyncio.gather(*(tries(link, name, line) for link, name in each))
        assert not line.left
        for link in links * 2:  # twice: the last one's work must reach the first
            link.timings = QUICK
            await link.sync_once()
    return links, line, sum(lost)


def check_equal(hub: Hub, links: list[Link]) -> None:
    """Proven by digests on the wire, and seen on the disks."""
    hub.kill()
    office = Store(hub.home, sources=sources(99), hub=True, reader=True)
    assert office.counted() == office.sums
    photos = set(Blobs(hub.home / "photos").names())
    for link in links:
        assert link.state.equal
        assert link.device.verified
        assert (office.sums.count, office.sums.total) == (
            link.store.sums.count,
            link.store.sums.total,
        )
        assert contents(office) == contents(link.store)
        assert set(link.blobs.names()) <= photos
    dots = Counter(tuple(raw["dot"]) for i in office.ids() for raw in office.books.history.of(i))
    assert max(dots.values()) == 1


def test_three_devices_get_through_a_line_that_breaks(hub: Hub, tmp_path: Path) -> None:
    links, line, lost = asyncio.run(bad_day(hub, tmp_path, count=3, faults=40))

    assert set(line.did) == set(SORTS)
    assert lost >= len(links)
    check_equal(hub, links)


@pytest.mark.long
def test_twenty_devices_get_through_a_line_that_breaks(hub: Hub, tmp_path: Path) -> None:
    links, line, lost = asyncio.run(bad_day(hub, tmp_path, count=20, faults=200))

    assert set(line.did) == set(SORTS)
    assert lost >= len(links)
    check_equal(hub, links)
