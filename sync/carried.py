"""What a device carries for others: their letters to the office, and the office's answers to them.

Each hand-over is a file of its own in the device's folder, durable before the books name it; what
the books do not name is left over from a crash, and goes with the next one. A later hand-over of
the same run of the same device holds all that the former did, and takes its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.errors import Damaged, Refused
from data.journal import not_saved
from data.store import Store

CARRIED: Final = "carried"
"""In the books, and before the names of the files."""
MOST: Final = 40
MOST_BYTES: Final = 96 * 2**20
MOST_ANSWERS: Final = 20
TRIES: Final = 3
"""So often the office may refuse one before it makes room for others."""
FULL_HANDS = (
    "This device carries {n} files for others already, and has no room for another. Let it meet "
    "the office, or give this file to somebody else."
)


@dataclass(frozen=True, slots=True)
class Bag:
    """What one device handed over at once. `made`: its last edit by then, where that is proven;
    `called`: what its owner calls it, by the office's word."""

    device: str
    letters: Sequence[bytes]
    to: str = "office"
    called: str = ""
    made: tuple[str, int] | None = None

    @property
    def content(self) -> bytes:
        return b"".join(self.letters)

    @property
    def name(self) -> str:
        return _hash(self.content)

    @property
    def names(self) -> list[str]:
        """Of its letters. Not their seals: the office alone can tell those from forged ones."""
        return list(map(_hash, self.letters))


@dataclass(frozen=True, slots=True)
class Kept:
    """A bag as the books have it."""

    name: str
    device: str
    to: str
    called: str
    size: int
    made: tuple[str, int] | None
    letters: Sequence[str] = ()
    """Their names."""
    tries: int = 0
    """How often the office has refused something of it."""


class Carried:
    """Of one device, over its store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.folder = store.storage.folder

    @property
    def bags(self) -> list[Kept]:
        """In the order they came."""
        return [
            Kept(name, **{**entry, "made": _made(entry["made"])})
            for name, entry in self.store.meta.get(CARRIED, {}).items()
        ]

    @property
    def waiting(self) -> list[Kept]:
        """Those that the office does not have."""
        return [bag for bag in self.bags if bag.to == "office"]

    def content(self, bag: Kept) -> bytes:
        """Damaged: it cannot be read any more."""
        try:
            file = self.folder.open(_file(bag.name))
            try:
                return file.read(0, bag.size)
            finally:
                file.close()
        except OSError as error:
            raise Damaged("A file that this device carries cannot be read.") from error

    def kept(self, bags: Iterable[Bag], *, gone: Iterable[Kept] = ()) -> dict[str, Any]:
        """The books that name these too, and those of `gone` no more; their files are durable.
        Refused: there is no room. NotSaved: the disk would not have them."""
        books: dict[str, Any] = {n: dict(e) for n, e in self.store.meta.get(CARRIED, {}).items()}
        for old in gone:
            books.pop(old.name, None)
        fresh = {bag.name: bag for bag in bags if not _has_all(books, bag)}
        for bag in fresh.values():
            for name in [n for n, e in books.items() if _supersedes(bag, e)]:
                del books[name]
        books |= {name: _entry(bag) for name, bag in fresh.items()}
        books = _bounded(books, fresh.keys())
        self._write([bag for name, bag in fresh.items() if name in books])
        return books

    def sweep(self) -> None:
        """Removes the files that the books do not name."""
        named = {_file(name) for name in self.store.meta.get(CARRIED, {})}
        left = [n for n in self.folder.names() if n.startswith(f"{CARRIED}.") and n not in named]
        try:
            for name in left:
                self.folder.remove(name)
            if left:
                self.folder.sync()
        except OSError:
            return  # the next one tries again

    # ---- inside -----------------------------------------------------------------------------

    def _write(self, bags: list[Bag]) -> None:
        try:
            for bag in bags:
                file = self.folder.create(_file(bag.name))
                try:
                    file.append(bag.content)
                    file.sync()
                finally:
                    file.close()
            if bags:
                self.folder.sync()
        except OSError as error:
            raise not_saved(error) from error


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def _file(name: str) -> str:
    return f"{CARRIED}.{name}"


def _entry(bag: Bag) -> dict[str, Any]:
    made = None if bag.made is None else list(bag.made)
    told = {"device": bag.device, "to": bag.to, "called": bag.called, "made": made}
    return {**told, "letters": bag.names, "size": len(bag.content)}


def _made(raw: Any) -> tuple[str, int] | None:
    return None if raw is None else (str(raw[0]), int(raw[1]))


def _has_all(books: dict[str, Any], bag: Bag) -> bool:
    """Whether all of it is carried already, in however many files: else who swap files all day
    carry each letter once more with every swap."""
    if bag.name in books:
        return True
    alike = [e for e in books.values() if (e["device"], e["to"]) == (bag.device, bag.to)]
    had = {letter for entry in alike for letter in entry.get("letters", ())}
    return had.issuperset(bag.names)


def _supersedes(bag: Bag, entry: dict[str, Any]) -> bool:
    alike = (entry["device"], entry["to"]) == (bag.device, bag.to)
    if alike and {*entry.get("letters", ())}.issubset(bag.names):
        return True
    before = _made(entry["made"])
    return (
        bag.to == entry["to"] == "office"
        and bag.device == entry["device"]
        and bag.made is not None
        and before is not None
        and bag.made[0] == before[0]
        and bag.made[1] >= before[1]
    )


def _bounded(books: dict[str, Any], fresh: Iterable[str]) -> dict[str, Any]:
    """Of the answers the oldest go: whoever waits for one still owes, and asks again. What is on
    its way to the office never does, unless the office would not have it."""
    if len(books) > MOST or _size(books) > MOST_BYTES:
        books = {name: entry for name, entry in books.items() if entry.get("tries", 0) < TRIES}
    answers = [name for name, entry in books.items() if entry["to"] == "device"]
    over = max(0, len(answers) - MOST_ANSWERS)
    while answers and (over > 0 or _size(books) > MOST_BYTES):
        del books[answers.pop(0)]
        over -= 1
    if (len(books) - len(answers) > MOST or _size(books) > MOST_BYTES) and set(fresh) & set(books):
        raise Refused(FULL_HANDS.format(n=len(books) - len(answers) - 1), code="full-hands")
    return books


def _size(books: dict[str, Any]) -> int:
    return sum(entry["size"] for entry in books.values())
