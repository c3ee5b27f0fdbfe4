"""What is said again anyway waits for no disk, and is lost with nothing else."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.blobs import Blobs
from data.edit import Write
from data.files import MemoryFolder
from data.stamp import Clock, Sources
from data.store import Store
from sync.blobs import OwnPhotos
from sync.device import Device
from sync.exchange import Office
from sync.front import Front
from sync.session import Session, converse

START = datetime(2026, 6, 9, 5, 30, tzinfo=UTC)


def copy(home: Path, n: int, *, hub: bool = False) -> Store:
    sources = Sources(Clock(lambda: START + timedelta(minutes=n)), random.Random(n))
    return Store(home, sources=sources, hub=hub)


class Show:
    """An office and two devices that have met it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.hub = copy(home / "office", 1, hub=True)
        self.hub.set_meta(production="5f2c1a70-3b1e-4c7d-9a51-0d6a2f1e8b33")
        self.front = Front(Office(self.hub), Blobs(home / "office" / "photos"))
        self.devices = [copy(home / f"device{n}", n) for n in (2, 3)]
        self.sessions = [self.session(device) for device in self.devices]
        for n in (0, 1, 0, 1):
            self.sync(n)
        for store in self.all:
            store.tend()

    @property
    def all(self) -> list[Store]:
        return [self.hub, *self.devices]

    def session(self, store: Store) -> Session:
        return Session(Device(store), OwnPhotos(store, Blobs(store.home / "photos")))

    def sync(self, n: int) -> None:
        converse(self.sessions[n].whole(), self.front.answer)

    def write(self, n: int, record: str) -> None:
        self.devices[n].commit([Write("person", record, {"name": "Ada"})], user="Ada")

    def syncs(self) -> list[int]:
        """How often each copy has gone to its disk."""
        return [store.storage.version for store in self.all]


@pytest.fixture
def show(tmp_path: Path) -> Show:
    return Show(tmp_path)


def test_one_edit_goes_to_the_disk_four_times_until_a_second_device_has_it(show: Show) -> None:
    show.write(0, "gus")  # the office notes once whose replica this is
    show.sync(0)
    show.sync(1)
    before = show.syncs()
    show.write(0, "ada")
    show.sync(0)
    show.sync(1)

    assert [now - then for now, then in zip(show.syncs(), before, strict=True)] == [1, 2, 1]
    assert show.devices[1].document("ada") is not None


def test_with_nothing_to_say_nobody_goes_to_the_disk(show: Show) -> None:
    show.write(0, "ada")
    show.sync(0)
    before = show.syncs()
    show.sync(0)

    assert show.syncs() == before


def test_what_a_device_has_not_sent_is_known_at_once_and_durable_with_its_push(show: Show) -> None:
    show.write(0, "ada")
    device = show.devices[0].meta["device"]
    hello = show.sessions[0].device.hello()
    show.front.office.hello(hello)

    (known,) = (one for one in show.front.office.register.known() if one.id == device)
    assert known.unsent == [1, 0]

    show.sync(0)
    show.hub.storage.close()  # the process dies: nothing is written any more

    assert copy(show.home / "office", 9, hub=True).meta[f"device/{device}"]["unsent"] == [1, 0]


@pytest.mark.parametrize("end", ["tend", "close"])
def test_what_was_noted_is_durable_when_somebody_tends_the_copy(show: Show, end: str) -> None:
    store = show.devices[1]
    store.books.note({"mark": "there"})
    getattr(store, end)()
    store.storage.close()

    assert copy(store.home, 9).meta["mark"] == "there"


def test_a_device_that_forgets_how_far_it_was_asks_again_and_gets_nothing_twice(show: Show) -> None:
    show.write(0, "ada")
    show.sync(0)
    show.front = Front(Office(show.hub), show.front.blobs)  # it was started again
    show.sync(0)
    first = show.devices[0]
    far = first.meta["cursor"]
    first.storage.close()  # the process dies before anybody tended the copy

    show.devices[0] = copy(first.home, 9)
    assert show.devices[0].meta["cursor"] != far
    show.sessions[0] = show.session(show.devices[0])
    before = show.devices[0].state("ada")
    show.sync(0)

    assert show.sessions[0].device.verified
    assert show.devices[0].state("ada") == before
    assert show.devices[0].meta["cursor"].split("-")[-2] == str(show.hub.order.top)


def test_what_was_noted_goes_with_the_next_commit() -> None:
    folder = MemoryFolder()
    sources = Sources(Clock(lambda: START), random.Random(1))
    store = Store(Path("show"), sources=sources, hub=False, folder=folder)
    store.books.note({"mark": "there"})
    store.commit([Write("person", "ada", {"name": "Ada"})], user="Ada")

    assert store.books.soon == {}
    store.storage.close()
    again = Store(Path("show"), sources=sources, hub=False, folder=folder)
    assert again.meta["mark"] == "there"
