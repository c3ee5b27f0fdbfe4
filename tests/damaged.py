"""Small productions to be damaged: a generation, a journal behind it, history, photos."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from errno import EIO
from pathlib import Path
from typing import Any, NamedTuple

from data.blobs import Blobs
from data.edit import Write
from data.files import DiskFile, DiskFolder, Folder
from data.frame import PREFIX, body_at
from data.journal import FIRST_LINE
from data.sealed import HISTORY, SNAPSHOT, Sealed
from data.store import Store
from tests.copies import copy_in, known

PHOTOS = [b"a photo", b"another photo", b"a third one"]


class Place(NamedTuple):
    """A part of a file that can be damaged: what it is, where it begins and ends."""

    file: str
    what: str
    at: int
    end: int


def production(home: Path, *, hub: bool = True, scenes: int = 300) -> Store:
    """Closed again: scenes in several blocks, people, one deleted, all with their edits in the
    snapshot's generation; a few of them changed in the journal behind it."""
    store = copy_in(DiskFolder(home), hub=hub)
    store.storage.declare("scene", ["day"])
    store.set_meta(production="3f2b8c54-0d7e-4c53-9a51-6f0c1b1f0a77", epoch="1.aa")
    for start in range(0, scenes, 50):
        some = range(start, min(start + 50, scenes))
        writes = [Write("scene", f"s{n}", {"pages": n, "day": f"d{n % 5}"}) for n in some]
        store.commit(writes, user="Ada")
    store.commit([Write("person", p, {"name": f"Zoë {p}"}) for p in ("p1", "p2")], user="Ada")
    store.commit([Write("person", "p2", delete=True)], user="Ada")
    store.storage.compact()
    for n in range(3):
        store.commit([Write("scene", f"s{n}", {"pages": 100 + n})], user="Amara")
    store.set_meta(cursor="7")
    store.commit([Write("scene", "new", {"pages": 9}), Write("scene", "s0", {})], user="Amara")
    store.close()
    for photo in PHOTOS:
        Blobs(home / "photos").keep(photo)
    return store


def places(home: Path) -> Iterator[Place]:
    """Every section of the sealed files, every frame of the journals, first lines and trailers."""
    for path in sorted(home.iterdir()):
        first = {"snapshot": SNAPSHOT, "history": HISTORY}.get(path.name.partition(".")[0])
        if first is not None:
            yield from _sealed(home, path.name, first)
        elif path.name.startswith("journal."):
            yield from _journal(path)


def _sealed(home: Path, name: str, first: bytes) -> Iterator[Place]:
    sealed = Sealed.open(DiskFolder(home), name, first)
    assert sealed is not None
    directory = sealed.directory
    told: dict[int, str] = {}
    for table, rows in directory.get("tables", {}).items():
        told |= {place[0]: f"block {n} of {table}" for n, place in enumerate(rows["blocks"])}
        told |= {rows["ids"][0]: f"ids of {table}"}
        told |= {place[0]: f"column of {table}" for _, place in rows["columns"]}
    told |= {place[0]: f"book {book}" for book, place in directory.get("books", {}).items()}
    if first == HISTORY:
        told = {place[0]: f"edits {n}" for n, place in enumerate(directory["blocks"])}
        told |= {directory["ids"][0]: "ids"}
    yield Place(name, "first line", 0, len(first))
    at = len(first)
    for end in sealed.check():
        yield Place(name, told.get(at, "directory"), at, end)
        at = end
    yield Place(name, "trailer", at, sealed.size)
    sealed.close()


def _journal(path: Path) -> Iterator[Place]:
    data = path.read_bytes()
    yield Place(path.name, "first line", 0, len(FIRST_LINE))
    at, number = len(FIRST_LINE), 0
    while (body := body_at(data, at)) is not None:
        end = at + PREFIX + len(body)
        yield Place(path.name, f"commit {number}", at, end)
        at, number = end, number + 1


def harmed(home: Path, place: Place, to: Path, *, part: float = 0.5) -> Path:
    """A copy in which one bit of that place is another."""
    shutil.copytree(home, to)
    content = bytearray((to / place.file).read_bytes())
    at = place.at + int((place.end - place.at - 1) * part)
    content[at] ^= 1
    (to / place.file).write_bytes(content)
    return to


def bytes_of(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()
    }


def records(store: Store) -> dict[str, Any]:
    """Every document by id, the deleted ones too."""
    return {i: store.document(i) for i in store.ids()}


def told(home: Path, *, hub: bool = True) -> dict[str, Any]:
    store = copy_in(DiskFolder(home), hub=hub, reader=True)
    try:
        return known(store)
    finally:
        store.close()


def failing(folder: DiskFolder, place: Place) -> Folder:
    """The folder on a disk that cannot read that place."""

    class Failing(DiskFile):
        def read(self, at: int, length: int) -> bytes:
            if at < place.end and place.at < at + length:
                raise OSError(EIO, "Input/output error")
            return super().read(at, length)

    class On(DiskFolder):
        def open(self, name: str, *, write: bool = False, ahead: int = 0) -> DiskFile:
            file = super().open(name, write=write, ahead=ahead)
            if name == place.file:
                file.__class__ = Failing
            return file

    return On(folder.path)
