"""A store on a disk that is full to the brim: `python -m tests.crash.brim PLACE SORT HOME`.

PLACE is `file-system`, a small one that is made for this process alone and goes with it, or
`file-size`: no file may grow longer. Prints a line of JSON: what happened, for the test to judge.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol
from unittest.mock import patch

import data.storage
from data.errors import NotSaved, OfficeError
from tests.crash.gestures import SORTS, Expected
from tests.crash.look import looked, plain
from tests.crash.writer import ROOT

SIZE: Final = 4 * 2**20
PAGE: Final = 4096
_ALONE: Final = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "-rm"]


def _mounted(home: Path, command: list[str]) -> list[str]:
    mount = f'mount -t tmpfs -o size={SIZE} none "$0" && exec "$@"'
    return [*_ALONE, "sh", "-c", mount, str(home), *command]


def may_mount(home: Path) -> bool:
    """Whether this machine lets us make a small file system."""
    with suppress(OSError):
        return not subprocess.run(_mounted(home, ["true"]), capture_output=True).returncode
    return False


def ran(place: str, sort: str, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", __name__, place, sort, str(home)]
    asked = _mounted(home, command) if place == "file-system" else command
    said = subprocess.run(asked, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    told: dict[str, Any] = json.loads(said)
    return told


class Place(Protocol):
    def fill(self, *, room: int) -> None:
        """Gestures find so many bytes, and what the journal keeps ahead."""

    def squeeze(self, *, room: int) -> None:
        """Whatever is written anew finds so many bytes."""

    def free(self) -> None: ...


class FileSystem:
    """A file system into which somebody else has written until it was full."""

    def __init__(self, home: Path) -> None:
        self._other = home / "other"

    def fill(self, *, room: int) -> None:
        with self._other.open("wb", buffering=0) as file:
            with suppress(OSError):
                while True:
                    file.write(bytes(PAGE))
            file.truncate(max(0, file.tell() - room))

    def squeeze(self, *, room: int) -> None:
        self.fill(room=room)

    def free(self) -> None:
        self._other.unlink()


class FileSize:
    """A limit to the length of every file."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def fill(self, *, room: int) -> None:
        journals = self._home.rglob("journal.*")
        self._limit(room + max(len(path.read_bytes().rstrip(b"\0")) for path in journals))

    def squeeze(self, *, room: int) -> None:
        self._limit(max(room, 512))

    def free(self) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        self._limit(most)

    def _limit(self, size: int) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))


PLACES: Final[dict[str, type[FileSystem] | type[FileSize]]] = {
    "file-system": FileSystem,
    "file-size": FileSize,
}


class Brim:
    """Gestures and generations on that disk, and how each of them ended."""

    def __init__(self, place: str, sort: str, home: Path) -> None:
        self.place: Place = PLACES[place](home)
        self.sort, self.made, self.home = sort, SORTS[sort], home / "show"
        self.copy = self.made.open(self.home)
        self.expected: Expected = self.made.nothing()
        self.told: dict[str, Any] = {"refusals": [], "given up": [], "wrong": []}

    def say(self) -> bool:
        """Whether the next gesture was taken."""
        try:
            self.made.say(self.copy, self.expected.n + 1)
        except NotSaved as error:
            self.told["refusals"].append(error.sentence)
            return False
        self.expected.take()
        return True

    def compare(self, when: str) -> None:
        """Memory, disk and what was acknowledged must be the same."""
        told, here = plain(self.expected.seen()), plain(self.made.seen(self.copy))
        for where, seen in (("memory", here), ("the disk", looked(self.sort, self.home))):
            if told != seen:
                self.told["wrong"].append(f"{when}, {self.expected.n} gestures: {where} has {seen}")

    def gestures_meet_it(self) -> None:
        for _ in range(20):
            self.say()
        self.place.fill(room=3 * PAGE)
        while self.say():
            pass
        self.say()
        self.say()
        self.compare("full")
        self.place.free()
        self.told["taken when freed"] = self.say() and self.say()
        self.compare("freed")

    def generations_meet_it(self) -> None:
        storage = self.made.storage(self.copy)
        for pages in (0, 1, 2, 4, 8):
            self.place.squeeze(room=pages * PAGE)
            with suppress(OfficeError):
                storage.compact()
            if storage.trouble:
                self.told["given up"].append(storage.trouble)
            if not self.say() and pages > 2:
                self.told["wrong"].append(f"{pages} pages were free and no gesture was taken")
            self.place.free()
        self.compare("given up")

    def both_meet_it(self) -> None:
        """Gestures go on while generations are begun, made or given up."""
        storage = self.made.storage(self.copy)
        self.place.squeeze(room=6 * PAGE)
        with patch.object(data.storage, "SMALLEST", 4_000):
            for _ in range(100):
                self.say()
                storage.tend(0.0003)
        self.compare("in between")
        self.place.free()
        self.compare("freed again")

    def later_it_is_made(self) -> None:
        storage = self.made.storage(self.copy)
        before = set(self.home.glob("snapshot.*"))
        with patch.object(data.storage, "SMALLEST", 1):
            while storage.trouble or before == set(self.home.glob("snapshot.*")):
                self.say()
                storage.tend(10)
        self.compare("made later")

    def opened_when_full(self) -> None:
        self.copy.close()
        self.place.fill(room=0)
        try:
            self.copy = self.made.open(self.home)
        except OfficeError as error:
            self.told["refusals"].append(error.sentence)
            self.place.free()
            self.copy = self.made.open(self.home)
        else:
            self.place.free()
        self.say()
        self.compare("opened")
        self.copy.close()


def _main(place: str, sort: str, home: str) -> None:
    brim = Brim(place, sort, Path(home))
    brim.gestures_meet_it()
    brim.generations_meet_it()
    brim.both_meet_it()
    brim.later_it_is_made()
    brim.opened_when_full()
    print(json.dumps(brim.told | {"gestures": brim.expected.n}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
