"""An office that gives every device only what its people may hold, and the devices of a show."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

from data.desk import Desk
from data.kinds import ALL
from data.kinds.devices import DEVICE, Device
from data.rights_book import buckets_of, scope_of
from data.stamp import Clock, Sources
from data.store import Store
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call
from sync.device import Device as Talker
from sync.exchange import Office
from sync.front import Front
from sync.session import Session, converse
from tests.private_show import PAIRED
from tests.small_show import SmallShow, Wall, made_up

_seeds = count(50_000)


class Phone:
    """One device on real files; `sync` is a whole session."""

    def __init__(self, show: ScopedShow, record: Device, folder: Path) -> None:
        self.show, self.record, self.folder = show, record, folder
        self.calls: list[Call] = []
        self.user = record.person or ""
        self.open()

    def open(self) -> None:
        self.store = Store(self.folder, sources=self.show.sources(), hub=False)
        self.desk = Desk(self.store, ALL, user=self.user)
        self.device = Talker(self.store, device=self.record.id, called=self.record.name)
        self.session = Session(self.device, OwnPhotos(self.store, self.desk.blobs))

    def restart(self) -> None:
        self.store.close()
        self.open()

    def sync(self) -> None:
        converse(self.session.whole(), self.ask)

    def ask(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.show.front.answer(call)

    @property
    def ids(self) -> set[str]:
        return set(self.store.ids())


class ScopedShow:
    """The small show at an office with rights; `phone` pairs one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.wall = folder, Wall()
        self.phones: dict[str, Phone] = {}
        self._open()
        self.show: SmallShow = made_up(self.desk, self.wall)
        self._serve()

    def _open(self) -> None:
        self.store = Store(self.folder / "office", sources=self.sources(), hub=True)
        self.desk = Desk(self.store, ALL, user="office")

    def _serve(self) -> None:
        self.office = Office(self.store, rights=True)
        self.front = Front(self.office, self.desk.blobs)

    def restart(self) -> None:
        self.store.close()
        self._open()
        self._serve()

    def sources(self) -> Sources:
        return Sources(clock=Clock(self.wall), rng=Random(next(_seeds)))

    def phone(self, name: str, *, lent_to: str = "") -> Phone:
        """That person's phone; with `lent_to` a tablet of that name."""
        if name not in self.phones:
            person = None if lent_to else self.show[name].id
            device = Device(name=f"{name}'s", person=person, lent_to=lent_to, paired=PAIRED)
            record = self.desk.add(device)
            self.phones[name] = Phone(self, record, self.folder / name)
        return self.phones[name]

    def within(self, phone: Phone) -> set[str]:
        """Every record in the phone's scope, told straight from the rights."""
        device = self.desk.get(DEVICE, phone.record.id)
        now = self.store.sources.wall_ms()
        scope = scope_of(self.desk, device, now)
        return {i for i in self.store.ids() if buckets_of(self.desk, i) & scope}

    def close(self) -> None:
        self.store.close()
        for phone in self.phones.values():
            phone.store.close()


def bytes_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a device, and whatever is deflated in it, inflated."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield str(path), content
            for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
                inflate = zlib.decompressobj()
                try:
                    yield f"{path} at {found.start()}", inflate.decompress(content[found.start() :])
                except zlib.error:
                    continue


def found_in(folder: Path, *texts: str) -> list[str]:
    """Where the texts lie in the folder, in UTF-8 or escaped as JSON may have them."""
    forms = {form for text in texts for form in (text.encode(), text.encode("unicode_escape"))}
    if not forms:
        return []
    return [name for name, content in bytes_of(folder) if any(form in content for form in forms)]
