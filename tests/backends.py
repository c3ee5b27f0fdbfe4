"""The places a production can lie in, as tests see them: by their bytes, behind the engine's back.

Another backend is one more class and one more line in BACKENDS; the contract (test_backends.py and
whatever is marked `every_backend`) then runs over it too.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Protocol, cast

import pytest

from data.browser_disk import HEAD, BrowserFolder, Slot
from data.files import DiskFolder, File, Folder, MemoryFolder

NOW = datetime(2026, 6, 9, 12, 30, tzinfo=UTC)


class Place(Protocol):
    """A folder, and its files' bytes."""

    @property
    def folder(self) -> Folder: ...
    def files(self) -> dict[str, bytes]:
        """Every file that records lie in, or a torn end."""

    def write(self, name: str, content: bytes) -> None: ...
    def flip(self, name: str, at: int, bit: int) -> None: ...
    def copy(self) -> Place:
        """As another machine would find the folder if this one lost its power now."""

    def made(self) -> str | Path | Folder:
        """What JournalStorage and open_db are given."""


class InMemory:
    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.folder = MemoryFolder()
        self.folder.files = {name: bytearray(content) for name, content in (files or {}).items()}

    def files(self) -> dict[str, bytes]:
        return {name: bytes(content) for name, content in self.folder.files.items()}

    def write(self, name: str, content: bytes) -> None:
        self.folder.files[name] = bytearray(content)

    def flip(self, name: str, at: int, bit: int) -> None:
        self.folder.files[name][at] ^= 1 << bit

    def copy(self) -> InMemory:
        return InMemory(self.files())

    def made(self) -> Folder:
        return self.folder


class OnDisk:
    NOTES = ("lock", "office.json")

    def __init__(self, path: Path) -> None:
        self.folder = DiskFolder(path)

    def files(self) -> dict[str, bytes]:
        names = [name for name in self.folder.names() if name not in self.NOTES]
        return {name: (self.folder.path / name).read_bytes() for name in names}

    def write(self, name: str, content: bytes) -> None:
        self.folder.path.mkdir(exist_ok=True)
        (self.folder.path / name).write_bytes(content)

    def flip(self, name: str, at: int, bit: int) -> None:
        with (self.folder.path / name).open("r+b") as file:
            file.seek(at)
            was = file.read(1)[0]
            file.seek(at)
            file.write(bytes([was ^ (1 << bit)]))

    def copy(self) -> OnDisk:
        path = Path(mkdtemp(dir=self.folder.path.parent)) / "production"
        shutil.copytree(self.folder.path, path, ignore=shutil.ignore_patterns(*self.NOTES))
        return OnDisk(path)

    def made(self) -> Path:
        return self.folder.path


class FakeSlot:
    """A browser's open file, as assets/web/disk.js hands it over."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = bytearray(content)
        self.error = ""

    def size(self) -> int:
        return len(self.content)

    def read(self, at: int, length: int, /) -> FakeBuffer:
        return FakeBuffer(bytes(self.content[at : at + length]))

    def write(self, data: bytes, at: int, /) -> bool:
        self.content.extend(bytes(max(0, at + len(data) - len(self.content))))
        self.content[at : at + len(data)] = data
        return True

    def truncate(self, size: int, /) -> bool:
        del self.content[size:]
        self.content.extend(bytes(size - len(self.content)))
        return True

    def flush(self) -> bool:
        return True


class FakeBuffer:
    """Bytes that the browser still holds."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def to_bytes(self) -> bytes:
        return self._content


def a_slot(content: bytes = b"") -> Slot:
    """An open file: assets/web/disk.js over a stand-in for the browser where a browser's Python
    runs the tests, else a stand-in for both."""
    if sys.platform == "emscripten":
        from browser_stand_in import slot

        return cast("Slot", slot(content))
    return FakeSlot(content)


def content_of(slot: Slot) -> bytes:
    return bytes(slot.read(0, slot.size()).to_bytes())


class InBrowser:
    """As the browser's private file system, without the browser."""

    def __init__(self, slots: Iterable[bytes] = (b"",) * 12) -> None:
        self.slots = [a_slot(content) for content in slots]
        self.folder = BrowserFolder(self.slots)

    def files(self) -> dict[str, bytes]:
        folder = BrowserFolder([a_slot(content_of(slot)) for slot in self.slots])
        return {name: _whole(folder.open(name)) for name in folder.names()}

    def write(self, name: str, content: bytes) -> None:
        file = self.folder.create(name)
        file.append(content)
        file.close()

    def flip(self, name: str, at: int, bit: int) -> None:
        for slot in self.slots:
            if name in BrowserFolder([a_slot(content_of(slot))]).names():
                was = content_of(slot)[HEAD + at]
                assert slot.write(bytes([was ^ (1 << bit)]), HEAD + at)

    def copy(self) -> InBrowser:
        return InBrowser(content_of(slot) for slot in self.slots)

    def made(self) -> Folder:
        return self.folder


def _whole(file: File) -> bytes:
    return file.read(0, file.size)


MakePlace = Callable[[Path], Place]
"""Makes an empty place; it may use the folder it is given."""


def in_memory(_path: Path) -> Place:
    return InMemory()


def on_disk(path: Path) -> Place:
    return OnDisk(Path(mkdtemp(dir=path)) / "production")


def in_browser(_path: Path) -> Place:
    return InBrowser()


BACKENDS: dict[str, MakePlace] = {"memory": in_memory, "disk": on_disk, "browser": in_browser}

every_backend = pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)


# ---- disks that fail --------------------------------------------------------------------------


class Watched:
    """A folder whose every writing call is told to `before` first, with its name, the file's and
    the bytes; what `before` returns is written instead. It may raise OSError."""

    def __init__(self, folder: Folder, before: Callable[[str, str, bytes], bytes]) -> None:
        self.inner = folder
        self._before = before

    def names(self) -> list[str]:
        return self.inner.names()

    def create(self, name: str, *, ahead: int = 0) -> File:
        self._before("create", name, b"")
        return WatchedFile(self.inner.create(name, ahead=ahead), name, self._before)

    def open(self, name: str, *, write: bool = False, ahead: int = 0) -> File:
        return WatchedFile(
            self.inner.open(name, write=write, ahead=ahead), name, self._before, self.read
        )

    def remove(self, name: str) -> bool:
        self._before("remove", name, b"")
        return self.inner.remove(name)

    def sync(self) -> None:
        self._before("sync folder", "", b"")
        self.inner.sync()

    def read(self, name: str) -> None:
        """Told of every reading."""


class WatchedFile:
    def __init__(
        self,
        file: File,
        name: str,
        before: Callable[[str, str, bytes], bytes],
        reading: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._file, self._name, self._before, self._reading = file, name, before, reading

    @property
    def size(self) -> int:
        return self._file.size

    @size.setter
    def size(self, size: int) -> None:
        self._file.size = size

    def read(self, at: int, length: int) -> bytes:
        self._reading(self._name)
        return self._file.read(at, length)

    def append(self, data: bytes) -> None:
        self._file.append(self._before("append", self._name, data))

    def cut(self, size: int) -> None:
        self._before("cut", self._name, b"")
        self._file.cut(size)

    def sync(self) -> None:
        self._before("sync", self._name, b"")
        self._file.sync()

    def close(self) -> None:
        self._file.close()


class FullAt:
    """A `before` for Watched: from `arm(k)` on, the k-th writing call finds the disk full, once."""

    def __init__(self) -> None:
        self.left = -1
        """How many calls pass before the disk is full; below 0 it never is."""

    def arm(self, calls: int) -> None:
        self.left = calls

    @property
    def struck(self) -> bool:
        return self.left < 0

    def __call__(self, _call: str, _name: str, data: bytes) -> bytes:
        self.left -= 1
        if self.left == -1:
            raise OSError(ENOSPC, "No space left on device")
        return data


def plain(value: Any) -> Any:
    """As JSON says it: tuples are lists, keys are texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [plain(inner) for inner in value]
    return value
