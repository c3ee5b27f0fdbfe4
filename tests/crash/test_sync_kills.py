"""Office and devices are killed in the middle of a sync; started again, they are equal, and nothing
that anybody was told of is lost.

With `--long` some hundreds are killed at random moments; `--kills N` is for a long night, as in
test_kills.py.
"""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest

from data.blobs import Blobs
from data.canonical import canonical_bytes
from data.edit import Write
from data.files import MemoryFolder
from data.stamp import Sources
from data.store import Store
from sync.link import Link
from tests.crash.sync_copies import QUICK, Running, device, free_port, office

TAPS = 30


def opened(home: Path, *, hub: bool) -> Store:
    return Store(home, sources=Sources(), hub=hub, reader=True)


def contents(store: Store) -> dict[str, bytes]:
    states = {record_id: store.state(record_id) for record_id in store.ids()}
    return {record_id: canonical_bytes(state) for record_id, state in states.items() if state}


def check(hub: Store, *devices: Store, said: list[str]) -> None:
    """All are equal, in what they hold and in their sums; all that was said is there, once."""
    expected = contents(hub)
    assert said
    assert set(said) <= expected.keys()
    for copy in devices:
        assert expected == contents(copy)
        assert hub.sums == copy.sums == copy.counted()
        assert (dict(copy.bases), dict(copy.unacked)) == ({}, {})
    assert hub.sums == hub.counted()
    dots = [edit.dot for record_id in hub.ids() for edit in hub.history(record_id)]
    assert len(dots) == len(set(dots))
    assert all(hub.history(record_id) for record_id in said)


class Show:
    """A folder with an office and one device, and all that was said to be saved there."""

    def __init__(self, place: Path) -> None:
        self.place, self.port = place, free_port()
        self.said: list[str] = []
        self.runs = 0

    def office(self, *, taps: int = 0, dies: tuple[str, int] | None = None) -> Running:
        process = Running(office, str(self.place / "office"), self.port, taps, dies=dies)
        self.heard(process.until("open"))
        return process

    def device(self, *, taps: int = TAPS, dies: tuple[str, int] | None = None) -> Running:
        self.runs += 1
        home, name = str(self.place / "device"), f"gate{self.runs}"
        return Running(device, home, self.port, name, taps, dies=dies)

    def heard(self, words: list[str]) -> None:
        self.said += words

    def check(self) -> None:
        hub, copy = (
            opened(self.place / name, hub=name == "office") for name in ("office", "device")
        )
        check(hub, copy, said=self.said)
        hub.close()
        copy.close()


# ---- exact moments ----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("moment", ["before", "half", "unsynced", "after", "answer", "step"])
def test_an_office_killed_in_a_push_has_all_that_it_acknowledged(
    moment: str, n: int, tmp_path: Path
) -> None:
    show = Show(tmp_path)
    dying = show.office(dies=(moment, n))
    tablet = show.device()
    try:
        show.heard(dying.ended())
        hub = show.office()
        show.heard(tablet.until("equal"))
        hub.kill()
    finally:
        tablet.kill()
        dying.kill()

    show.check()


@pytest.mark.parametrize("moment", ["before", "half", "unsynced", "after", "step"])
def test_a_device_killed_in_a_pull_goes_on_from_there(moment: str, tmp_path: Path) -> None:
    show = Show(tmp_path)
    hub = show.office(taps=3 * TAPS)
    try:
        show.heard([hub.says() or "" for _ in range(3 * TAPS)])
        dying = show.device(taps=0, dies=(moment, 1))
        assert dying.ended() in ([], ["equal"])
        tablet = show.device(taps=2)
        show.heard(tablet.until("equal"))
        tablet.kill()
    finally:
        hub.kill()

    show.check()


@pytest.mark.parametrize("moment", ["half", "after", "step"])
def test_a_device_killed_at_its_own_tap_sends_what_it_said_was_saved(
    moment: str, tmp_path: Path
) -> None:
    show = Show(tmp_path)
    hub = show.office()
    try:
        show.heard([word for word in show.device(dies=(moment, 9)).ended() if word != "equal"])
        tablet = show.device(taps=2)
        show.heard(tablet.until("equal"))
        tablet.kill()
    finally:
        hub.kill()

    show.check()


# ---- any moment -------------------------------------------------------------------------------


def live_and_die(show: Show, rng: random.Random, kills: int) -> None:
    """An office and a device that people tap on, one or the other killed whenever it may be; then
    they are left alone until they are equal."""
    hub, tablet = show.office(), show.device(taps=10 * TAPS)
    try:
        for _ in range(kills):
            show.heard([w for _ in range(rng.choice((0, 3, 25))) if (w := tablet.says())])
            end = time.perf_counter() + rng.random() * 0.06
            while time.perf_counter() < end:
                pass
            if rng.random() < 0.5:
                show.heard(tablet.kill())
                tablet = show.device(taps=10 * TAPS)
            else:
                hub.kill()
                hub = show.office()
        show.heard(tablet.kill())
        tablet = show.device(taps=1)
        show.heard(tablet.until("equal"))
    finally:
        tablet.kill()
        hub.kill()
    show.said = [word for word in show.said if word not in ("equal", "open")]
    show.check()


def test_killed_at_any_moment_nothing_that_was_said_is_lost(tmp_path: Path) -> None:
    live_and_die(Show(tmp_path), random.Random("kills of a sync"), kills=15)


@pytest.mark.long
def test_killed_at_very_many_moments_nothing_that_was_said_is_lost(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rng = random.Random("many kills of a sync")
    for start in range(request.config.getoption("--kills") // 10):
        place = tmp_path / str(start)
        place.mkdir()
        live_and_die(Show(place), rng, kills=10)


# ---- thirty devices at wrap -------------------------------------------------------------------


def phone(n: int) -> Store:
    """A device that has worked for a day: twenty records, and one that all of them wrote."""
    store = Store(Path(f"phone {n}"), sources=Sources(), hub=False, folder=MemoryFolder())
    for k in range(20):
        writes = [Write("person", f"phone {n}.{k}", {"name": f"Walk-on {k}"})]
        store.commit([*writes, Write("scene", "all", {f"turn_{n}": k})], user=f"u{n}")
    return store


async def come_back(stores: list[Store], port: int, place: Path) -> None:
    """All of them at once, over real HTTP."""
    links = [
        Link(store, Blobs(place / "none"), f"http://127.0.0.1:{port}", timings=QUICK)
        for store in stores
    ]
    await asyncio.gather(*(link.sync_once() for link in links))


def test_thirty_devices_come_back_at_once_while_the_office_works(tmp_path: Path) -> None:
    show = Show(tmp_path)
    phones = [phone(n) for n in range(30)]
    hub = show.office(taps=200)
    try:
        asyncio.run(come_back(phones, show.port, tmp_path))
        show.heard([hub.says() or "" for _ in range(200)])
        asyncio.run(come_back(phones, show.port, tmp_path))
    finally:
        hub.kill()
    copy = opened(tmp_path / "office", hub=True)
    tapped = [f"phone {n}.{k}" for n in range(30) for k in range(20)]
    check(copy, *phones, said=[*show.said, *tapped])

    assert len(show.said) == 200
    copy.close()
