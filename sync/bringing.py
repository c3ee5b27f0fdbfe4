"""A file that somebody brought to a device: what becomes of what is in it.

The office's answers to this device are taken as if they had come by the line. What colleagues tell
is shown here if this device may see it and can prove from whom it is; all the rest is carried on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from data.errors import Malformed, NoOffice, OfficeError
from data.store import Store
from sync.bundle import is_mine, take_answer
from sync.carried import CARRIED, Bag, Carried
from sync.crew import Hearing
from sync.device import Device
from sync.neighbour import Told, is_for, read
from sync.ring import Ring, ring_of
from sync.sealing import Letter, seal_of, whole_letters
from sync.session import Photos

OTHER_SHOW = "This file is of another production."


@dataclass(slots=True)
class Brought:
    """What became of a file. By name of a device: how many records of it were taken, were not, or
    that nothing could be: `strange` are those whose hand this device cannot prove."""

    answered: int = 0
    """Letters of the office to this device."""
    kept: list[str] = field(default_factory=list)
    """Whose work waits here for the office from now on."""
    told: dict[str, int] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)
    answers: bytes = b""
    """Of the office to others, where it could be asked at once."""
    refused: OfficeError | None = None
    """Why the office would not take something that was carried."""

    def checked(self) -> Brought:
        """Raises what the office said, if nothing of the file came to anything."""
        if self.refused is not None and not (self.answers or self.answered or self.told):
            raise self.refused
        return self

    def words(self) -> str:
        """What a person has to know of it."""
        said = ["Taken in: the office has what it answers here."] if self.answered else []
        said += [f"{_records(n)} of {name} taken in." for name, n in self.told.items() if n]
        said += [
            f"{_records(n)} of {name} wait for the office: they build on what is not here."
            for name, n in self.aside.items()
        ]
        said += [
            f"Nothing of {name} is shown here: this device cannot tell that it is from there."
            for name in self.strange
        ]
        if self.answers:
            said.append("The office has it. Its answer is in your downloads: send it back.")
        elif self.kept:
            said.append(f"For the office, kept here till it is met: from {_and(self.kept)}.")
        return " ".join(said) or "There was nothing new in it."


def brought(device: Device, photos: Photos, content: bytes) -> Brought:
    """Takes a file in: the office's answers to this device, what colleagues tell, and what is to be
    carried on, all of it durable. Malformed: there is no whole letter in it. Refused: there is no
    room to carry it; then nothing is taken of what it tells."""
    store, done, why = device.store, Brought(), None
    found = list(dict.fromkeys(whole_letters(content)))
    for letter in found:
        if is_mine(store, letter):
            try:
                take_answer(device, photos, letter)
                done.answered += 1
            except OfficeError as error:
                why = error
    rest = [a for a in found if a.device != store.meta.get("device")]
    ours = [letter for letter in rest if letter.production == store.production]
    if rest and not ours:
        why = NoOffice(OTHER_SHOW, code="other-production")
    if ours:
        _keep(store, ours, done)
    if why is not None and not (done.answered or ours):
        raise why
    return done


def _keep(store: Store, found: list[Letter], done: Brought) -> None:
    """What is carried on, and what is told, in one commit: nobody shows here what he could not
    bring to the office."""
    ring, bags, letters = ring_of(store), list[Bag](), list[Told]()
    for device, some in _by_device(found):
        heard = _heard(some, ring, str(store.meta["device"]))
        called = ring.peers[device].called if device in ring.peers else "another device"
        if not heard and any(letter.to == "crew" for letter in some):
            done.strange.append(called)
        letters += heard
        bags += _bags(device, some, called, heard[-1].made if heard else None)
    hearing, carried = Hearing(store), Carried(store)
    _say(done, ring, letters, hearing.hear(letters))
    done.kept = [bag.called for bag in bags if bag.to == "office"]
    carried.sweep()
    books = carried.kept(bags)
    if hearing.taken or books != store.meta.get(CARRIED, {}):
        store.receive((), met=hearing.taken, meta={CARRIED: books})
    carried.sweep()


# ---- inside -----------------------------------------------------------------------------------


def _heard(some: list[Letter], ring: Ring, me: str) -> list[Told]:
    """What one device's letters to the crew tell: those that are for this device, and whose letters
    to the office are all there."""
    there = {seal_of(letter.content) for letter in some if letter.to == "office"}
    found = list[Told]()
    for letter in some:
        with suppress(Malformed):
            if letter.to == "crew" and is_for(letter, me, ring):
                found.append(read(letter, ring))
    return [told for told in found if told.beside and told.beside <= there]


def _bags(
    device: str, some: list[Letter], called: str, made: tuple[str, int] | None
) -> Iterator[Bag]:
    """What one device gave for the office, and what the office answers it."""
    answers = [letter for letter in some if letter.to == "device"]
    work = [letter for letter in some if letter.to != "device"]
    if any(letter.to == "office" for letter in work):
        yield Bag(device, [letter.content for letter in work], "office", called, made)
    if answers:
        yield Bag(device, [letter.content for letter in answers], "device", called)


def _say(done: Brought, ring: Ring, letters: list[Told], aside: Mapping[str, int]) -> None:
    for one in letters:
        called = ring.peers[one.device].called
        told = sum(len(group.states) for group in one.groups)
        done.told[called] = done.told.get(called, 0) + told
    for device, n in aside.items():
        called = ring.peers[device].called
        done.told[called] -= n
        done.aside[called] = done.aside.get(called, 0) + n


def _by_device(found: list[Letter]) -> list[tuple[str, list[Letter]]]:
    by = dict[str, list[Letter]]()
    for letter in found:
        by.setdefault(letter.device, []).append(letter)
    return list(by.items())


def _records(n: int) -> str:
    return f"{n} record{'' if n == 1 else 's'}"


def _and(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(names))
