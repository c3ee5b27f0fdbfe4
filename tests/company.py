"""An office with its book of rights, and devices whose edits it is asked about, one by one."""

from __future__ import annotations

from pathlib import Path
from random import Random

from data.desk import Desk
from data.edit import Edit, dot_of
from data.judge import Book, judge_all
from data.kinds import ALL
from data.kinds.devices import Device
from data.rights import Answer, Refusal
from data.rights_book import book_of
from data.stamp import Clock, Sources
from data.state import join
from data.store import Store
from tests.copies import push
from tests.private_show import PAIRED
from tests.small_show import SmallShow

OFFICE = "the office"


class Company:
    """The office with its book, and one phone per person whose edits it is asked about."""

    def __init__(self, show: SmallShow, folder: Path) -> None:
        self.show, self.desk, self.wall = show, show.desk, show.wall
        self.folder = folder
        self.phones: dict[str, Desk] = {}
        self.devices: dict[str, str] = {}
        """By device record: the name it is opened under."""

    def phone(self, name: str) -> Desk:
        """That person's phone, paired, with everything the office has."""
        if name not in self.phones:
            person = self.show[name]
            self._pair(name, Device(name=f"{name}'s", person=person.id, paired=PAIRED))
            self.phones[name].user = person.id
        return self.phones[name]

    def tablet(self, role: str) -> tuple[Desk, Device]:
        """A tablet lent to a role; nobody has taken it yet."""
        device = self._pair("tablet", Device(name="Gate tablet", lent_to=role, paired=PAIRED))
        return self.phones["tablet"], device

    def book(self, name: str) -> Book:
        """The office's book for a push of all that the device owes."""
        store = self.phones[name].store
        states = [s for s in (store.state(e.record) for e in self.owed(name)) if s is not None]
        return book_of(self.desk, self._device_of, mine=OFFICE, pushed=states)

    def owed(self, name: str) -> list[Edit]:
        """What the device has written and not yet sent, in that order."""
        edits = map(Edit.from_json, self.phones[name].store.unacked.values())
        return sorted(edits, key=lambda edit: edit.dot.n)

    def judge(self, name: str) -> list[tuple[Edit, Answer]]:
        """What the office says of everything that the device owes, as it was written."""
        store, owed, book = self.phones[name].store, self.owed(name), self.book(name)
        told: list[tuple[Edit, Answer]] = []
        for record_id in dict.fromkeys(edit.record for edit in owed):
            mine = [edit for edit in owed if edit.record == record_id]
            here, sent = self.desk.store.state(record_id), store.state(record_id)
            assert sent is not None
            after = sent if here is None else join(here, sent)
            answers = judge_all(mine, here, after, book)
            told += [(edit, answers[edit.dot]) for edit in mine]
        return sorted(told, key=lambda pair: pair[0].dot.n)

    def sync(self, name: str) -> None:
        """Everything to the office, allowed or not, and what the office has back."""
        push(self.phones[name].store, self.desk.store)

    def codes(self, name: str) -> list[str]:
        """By edit: "ok", "flagged", or the code of the refusal."""
        return [code(answer) for _, answer in self.judge(name)]

    def close(self) -> None:
        for desk in self.phones.values():
            desk.store.close()

    def _pair(self, name: str, device: Device) -> Device:
        sources = Sources(clock=Clock(self.wall), rng=Random(name))
        store = Store(self.folder / name, sources=sources, hub=False)
        store.set_meta(production=self.desk.store.production)
        self.phones[name] = Desk(store, ALL, user="")
        device = self.desk.add(device)
        self.devices[device.id] = name
        self.update(name)
        return device

    def update(self, name: str) -> None:
        """What the office has by now is on the device too."""
        office, store = self.desk.store, self.phones[name].store
        states = [s for s in map(office.state, office.ids()) if s is not None]
        store.receive(states, confirmed=states)

    def _device_of(self, replica: str) -> str | None:
        for device, name in self.devices.items():
            if replica in replicas(self.phones[name].store):
                return device
        return OFFICE if replica in replicas(self.desk.store) else None


def replicas(store: Store) -> set[str]:
    """Under which names a copy has written itself."""
    return {dot_of(raw).replica for raw in store.books.history.recent()}


def code(answer: Answer) -> str:
    if isinstance(answer, Refusal):
        return answer.code
    return "flagged" if answer.flag else "ok"
