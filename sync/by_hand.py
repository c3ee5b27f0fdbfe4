"""The command `callboard bundle`: a file out of a device's folder, into an office or a device.

An office that is open takes it over its own line; one that is closed is opened for a moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from data.backup import begun
from data.blobs import Blobs, write_beside
from data.desk import Desk
from data.errors import BadInput, Busy
from data.kinds import ALL
from data.kinds.devices import DEVICE
from data.lock import WriterLock
from data.stamp import Sources
from data.store import Store
from sync.blobs import OwnPhotos
from sync.bringing import Brought, brought
from sync.bundle import carried_on, handed_over
from sync.calls import Answer, Call, Timings, over_http
from sync.device import Device
from sync.exchange import Office
from sync.pairing import Pairings
from sync.sealing import Letter, letters, whole_letters

MOST_FILE: Final = 2**30
"""Bytes of a file that is read; a backlog of photos comes as several."""


def hand_over(home: Path, out: Path) -> int:
    """Writes what the device in that folder owes and carries; how many letters. The app may be open
    there: then nothing is noted, and what others write over it waits for the office."""
    _check_begun(home)
    try:
        store = Store(home, sources=Sources(), hub=False, holder="command")
    except Busy:
        store = Store(home, sources=Sources(), hub=False, reader=True)
    try:
        device, photos = Device(store), OwnPhotos(store, Blobs(home / "photos"))
        found = list(handed_over(device, photos))
    finally:
        store.close()
    write_beside(out, b"".join(found))
    return len(found)


def news_for(home: Path, name: str, out: Path) -> None:
    """The office in that folder writes what a device of that name has not heard."""
    store = Store(home, sources=Sources(), hub=True, holder="command")
    try:
        pairings = _pairings(store)
        named = [d for d in pairings.desk.all(DEVICE) if d.name.casefold() == name.casefold()]
        if len(named) != 1:
            raise BadInput(f"There are {len(named)} devices called {name}. See the devices' list.")
        content = pairings.news_for(named[0].id)
    finally:
        store.close()
    write_beside(out, content)


def is_office(home: Path) -> bool:
    """Whether the copy in that folder is an office's; a device's is none, nor an empty folder."""
    if not begun(home):
        return False
    store = Store(home, sources=Sources(), hub=False, reader=True)
    try:
        return "device" not in store.meta
    finally:
        store.close()


def read_letters(file: Path) -> list[Letter]:
    """The whole letters of a file."""
    if not file.is_file():
        raise BadInput(f"There is no file {file}.")
    if file.stat().st_size > MOST_FILE:
        raise BadInput(f"{file} is larger than a bundle gets.")
    found = whole_letters(file.read_bytes())
    if not found:
        raise BadInput(f"{file} holds nothing.")
    return found


def to_office(home: Path, found: list[Letter], answers: Path) -> int:
    """Takes letters in at the office in that folder and writes its answers; how many."""
    try:
        store = Store(home, sources=Sources(), hub=True, holder="command")
    except Busy:
        note = WriterLock(home).note()
        if not note.get("address"):
            raise
        told = asyncio.run(_over_line(note, found))
    else:
        try:
            told, _ = _pairings(store).take_file(b"".join(letter.content for letter in found))
        finally:
            store.close()
    write_beside(answers, told)
    return len(list(letters(told)))


def to_device(home: Path, found: list[Letter]) -> Brought:
    """Takes a file in on the device in that folder: what is for it, and what it is to carry on."""
    _check_begun(home)
    store = Store(home, sources=Sources(), hub=False, holder="command")
    try:
        device, photos = Device(store), OwnPhotos(store, Blobs(home / "photos"))
        return brought(device, photos, b"".join(letter.content for letter in found))
    finally:
        store.close()


# ---- inside -----------------------------------------------------------------------------------


def _check_begun(home: Path) -> None:
    if not begun(home):
        raise BadInput(
            f"There is no device's copy in {home}. Open Callboard as a device there once."
        )


async def _over_line(note: Mapping[str, Any], found: list[Letter]) -> bytes:
    token = str(note.get("token", ""))
    async with over_http(str(note["address"]), Timings()) as send:

        async def shown(call: Call) -> Answer:
            return await send(call._replace(token=token))

        return await carried_on(shown, found)


def _pairings(store: Store) -> Pairings:
    office = Office(store, rights=True, strangers=False)
    return Pairings(Desk(store, ALL, user="office"), office)
