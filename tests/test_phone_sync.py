"""A phone in the browser's slots and an office: work without a signal, a crash, one sync."""

from __future__ import annotations

import hashlib
from pathlib import Path

from data.blobs import Blobs
from data.edit import Write
from data.packed_blobs import PackedBlobs
from data.store import Store
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.device import Device
from sync.exchange import Office
from sync.front import Front
from sync.session import Session, converse
from tests.backends import InBrowser
from tests.copies import copy_in

SLIPS = [b"slip %d " % n * 400 for n in range(5)]


class Phone:
    """One run of the app over what the browser keeps."""

    def __init__(self, place: InBrowser) -> None:
        self.place = place
        self.store: Store = copy_in(place.folder, hub=False)
        self.photos = PackedBlobs(place.folder, Path("photos"))

    def sync(self, front: Front) -> None:
        session = Session(Device(self.store, called="Phone"), OwnPhotos(self.store, self.photos))
        converse(session.whole(), front.answer)

    def killed(self) -> Phone:
        """Started again after the browser was ended in the middle of everything."""
        return Phone(self.place.copy())


def office(tmp_path: Path) -> tuple[Store, Blobs, Front]:
    store = copy_in(InBrowser().folder, hub=True)
    store.set_meta(production="0197c2a0-0000-7000-8000-000000000001")
    blobs = Blobs(tmp_path / "photos")
    return store, blobs, Front(Office(store), blobs)


def documents(store: Store) -> dict[str, object]:
    return {i: store.document(i) for i in store.ids()}


def test_a_day_without_a_signal_is_at_the_office_after_one_sync(tmp_path: Path) -> None:
    hub, blobs, front = office(tmp_path)
    hub.commit([Write("person", f"p{n}", {"name": f"Walk-on {n}"}) for n in range(20)], user="o")
    phone = Phone(InBrowser())
    phone.sync(front)
    phone = phone.killed()
    for n in range(20):
        phone.store.commit([Write("time", f"t{n}", {"person": f"p{n}"})], user="Phone")
    names = [phone.photos.keep(slip) for slip in SLIPS]
    for n, name in enumerate(names):
        phone.store.commit([Write("receipt", f"r{n}", {"photos": [name]})], user="Phone")
    phone = phone.killed()
    phone.sync(front)

    assert documents(hub) == documents(phone.store)
    assert len(documents(hub)) == 45
    assert names == [hashlib.sha256(blobs.read(name)).hexdigest() for name in names]


def test_a_sync_cut_anywhere_and_the_browser_killed_loses_nothing(tmp_path: Path) -> None:
    hub, blobs, front = office(tmp_path)
    phone = Phone(InBrowser())
    phone.sync(front)
    for n, slip in enumerate(SLIPS):
        name = phone.photos.keep(slip)
        phone.store.commit([Write("receipt", f"r{n}", {"photos": [name]})], user="Phone")
    for cut in range(1, 12):
        calls = 0

        def cut_off(call: Call, cut: int = cut) -> Answer:
            nonlocal calls
            calls += 1
            answer = front.answer(call)
            if calls == cut:
                raise Killed
            return answer

        session = Session(Device(phone.store, called="P"), OwnPhotos(phone.store, phone.photos))
        try:
            converse(session.whole(), cut_off)
        except Killed:
            phone = phone.killed()
    phone.sync(front)

    assert documents(hub) == documents(phone.store)
    assert sorted(blobs.names()) == sorted(hashlib.sha256(s).hexdigest() for s in SLIPS)


class Killed(Exception):
    """The browser was ended before the office's answer came."""
