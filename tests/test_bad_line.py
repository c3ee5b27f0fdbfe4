"""Real devices and a real office process over a line that breaks every few thousand bytes: whoever
goes on trying gets through, nothing is twice or lost, and all copies are equal in the end."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from data.blobs import Blobs
from data.edit import Write
from data.errors import NoOffice
from data.store import Store
from sync.calls import Timings
from sync.link import Link
from tests.faults import SORTS, Fault, Line, bad_line, plan
from tests.test_sync_http import (
    BOUND,
    QUICK,
    Hub,
    Process,
    contents,
    copy_at,
    running,
    sources,
    until,
)

IMPATIENT = Timings(poll=1, connect=2, answer=0.3, first=0.01, longest=0.02)
ROUNDS = 60
"""Tries of one device while the line is bad; far more than the plan has faults for it."""
PHOTO = 30_000

BACK = """
import asyncio, json, sys
from pathlib import Path
from data.blobs import Blobs
from data.stamp import Sources
from data.store import Store
from sync.calls import Timings
from sync.link import Link

home = Path(sys.argv[1])
store = Store(home, sources=Sources(), hub=False)
quick = Timings(poll=5, connect=2, answer=5, first=0.02, longest=0.2)
link = Link(store, Blobs(home / "photos"), sys.argv[2], timings=quick)

def most():
    status = Path("/proc/self/status")  # where there is none, nobody counts
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) if status.exists() else 0

begun = most()

def told(state):
    print(json.dumps([state.records, state.photos, state.equal, most() - begun]), flush=True)

link.listen(told)
asyncio.run(link.run())
"""
"""A device whose owner does nothing more; what it says of itself: owed records, photos, whether all
is well, and by how many KiB it has grown."""


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


def port_of(hub: Hub) -> int:
    return int(hub.address.rpartition(":")[2])


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
    hub: Hub, folder: Path, *, count: int, faults: int, largest: int = PHOTO
) -> tuple[list[Link], Line, int]:
    """The devices, the line, and how often a device lost its office on it."""
    async with bad_line(port_of(hub), plan(7, faults, largest=largest)) as line:
        links = devices(folder, line.address, count)
        names = [f"d{n}" for n in range(count)]
        each = zip(links, names, strict=True)
        lost = await asyncio.gather(*(tries(link, name, line) for link, name in each))
        assert not line.left
        for link in links:
            link.timings = QUICK
        for _ in range(2):  # the last one's work must reach the first
            await asyncio.gather(*(link.sync_once() for link in links))
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
def test_a_hundred_devices_get_through_a_line_that_breaks(hub: Hub, tmp_path: Path) -> None:
    day = bad_day(hub, tmp_path, count=100, faults=150, largest=3000)
    links, line, lost = asyncio.run(day)

    assert set(line.did) == set(SORTS)
    assert lost >= len(SORTS)
    check_equal(hub, links)


def test_a_line_that_takes_every_call_and_answers_none_is_given_up_and_tried_again(
    hub: Hub, tmp_path: Path
) -> None:
    """Half open: the other end is gone, and nobody says so."""

    async def day() -> Line:
        async with bad_line(port_of(hub), [Fault("silent", 0, up=True)] * 4) as line:
            (link,) = devices(tmp_path, line.address, 1)
            work(link, "d0", 1)
            async with running(link):
                await until(link, lambda state: state.lost_since is not None)
                await until(link, lambda state: state.equal)
        return line

    assert asyncio.run(day()).did == {"silent": 4}


def test_photos_over_a_line_that_is_reset_again_and_again_cost_a_tenth_more_at_most(
    hub: Hub, tmp_path: Path
) -> None:
    size, count = 2_000_000, 8
    store, blobs = copy_at(tmp_path / "van", 1)
    for n in range(count):
        name = blobs.keep(Random(n).randbytes(size))
        store.commit([Write("receipt", f"r{n}", {}, {"photos": (name,)})], user="gus")

    async def day() -> Line:
        async with bad_line(port_of(hub), (), every=5_000_000) as line:
            link = Link(store, blobs, line.address, timings=QUICK)
            async with running(link):
                await until(link, lambda state: state.equal)
        return line

    line = asyncio.run(day())
    assert line.resets >= 3
    assert line.up <= 1.1 * count * size
    assert list(Blobs(hub.home / "photos").names()) == list(blobs.names())


class Said(NamedTuple):
    records: int
    photos: int
    equal: bool
    grown_kib: int


async def heard(device: Process, ends: Callable[[Said], bool]) -> list[Said]:
    """What the device says until it says that."""
    said = list[Said]()
    async with asyncio.timeout(BOUND):
        while not said or not ends(said[-1]):
            said.append(Said(*json.loads(await asyncio.to_thread(device.says))))
    return said


@pytest.mark.long
def test_a_device_back_after_two_weeks_loses_nothing_of_what_has_gone_through(
    hub: Hub, tmp_path: Path
) -> None:
    """A tenth of 400 MB, over a line that is reset every 600 kB; in the middle of it the device and
    the office are killed."""
    events, count, size = 6000, 90, 444_000
    store, blobs = copy_at(tmp_path / "van", 1)
    for n in range(0, events, 60):
        writes = [Write("time", f"t{n + k}", {"person": f"p{k}"}) for k in range(60)]
        store.commit(writes, user="gus")
    for n in range(count):
        name = blobs.keep(Random(n).randbytes(size))
        store.commit([Write("receipt", f"r{n}", {}, {"photos": (name,)})], user="gus")
    store.close()

    async def fortnight() -> tuple[Line, list[Said]]:
        async with bad_line(port_of(hub), (), every=600_000) as line:
            said = list[Said]()
            for ends in (lambda s: s.photos < count * 2 // 3, lambda s: s.equal):
                device = Process(BACK, str(tmp_path / "van"), line.address)
                try:
                    said += await heard(device, ends)
                finally:
                    device.kill()
                    hub.kill()
                hub.start()
        return line, said

    line, said = asyncio.run(fortnight())
    rows_came = next(n for n, one in enumerate(said) if not one.records)
    again, _ = copy_at(tmp_path / "van", 2)
    hub.kill()
    office = Store(hub.home, sources=sources(99), hub=True, reader=True)

    assert line.resets >= 50
    assert {one.photos for one in said[: rows_came + 1]} == {count}
    assert line.up <= 1.25 * count * size
    assert max(one.grown_kib for one in said) < 32 * 1024
    assert contents(office) == contents(again)
    assert len(contents(again)) == events + count
    assert (office.sums.count, office.sums.total) == (again.sums.count, again.sums.total)
    assert sorted(Blobs(hub.home / "photos").names()) == sorted(blobs.names())
