"""The few things a journal asks of a disk: a folder of files that grow at their end.

Everything durable goes through these two classes, so another place (a browser's private file
system, a recorder in a test) is another pair of them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

try:
    from fcntl import F_FULLFSYNC, fcntl  # type: ignore[attr-defined, unused-ignore]

    def sync_file(fd: int) -> None:
        """On the platter, not in a cache: macOS answers fsync before that and wants F_FULLFSYNC."""
        try:
            fcntl(fd, F_FULLFSYNC)
        except OSError:  # a share that does not know it
            os.fsync(fd)

except ImportError:
    _sync = getattr(os, "fdatasync", os.fsync)

    def sync_file(fd: int) -> None:
        """The bytes and the file's length are on the disk when it returns."""
        _sync(fd)


def sync_folder(folder: Path) -> None:
    """The names in the folder are durable when it returns."""
    if os.name == "nt":
        return  # Windows has no handle on a folder to sync
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class File(Protocol):
    """One file, open. Every method raises OSError when the disk will not."""

    size: int

    def read(self, at: int, length: int) -> bytes: ...
    def append(self, data: bytes) -> None:
        """All of it at the end, or OSError: then some of it may stand there."""

    def cut(self, size: int) -> None:
        """Takes away what stands behind `size` bytes."""

    def sync(self) -> None: ...
    def close(self) -> None: ...


class Folder(Protocol):
    """Where a production's files lie."""

    def names(self) -> list[str]: ...
    def create(self, name: str, *, ahead: int = 0) -> File:
        """A new empty file, in place of one that may lie there. `ahead`: bytes of room to keep
        reserved behind its end, as zeros, so that growing it costs less; `cut` gives them back."""

    def open(self, name: str, *, write: bool = False, ahead: int = 0) -> File:
        """FileNotFoundError if there is none."""

    def remove(self, name: str) -> bool:
        """Whether it is gone now; Windows keeps a file that somebody reads."""

    def sync(self) -> None:
        """What was created and removed is durable."""


class DiskFile:
    def __init__(self, path: Path, flags: int, ahead: int) -> None:
        self._fd = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
        self._at, self.size = 0, os.fstat(self._fd).st_size
        self._ahead = ahead
        self._room = self.size

    def read(self, at: int, length: int) -> bytes:
        os.lseek(self._fd, at, os.SEEK_SET)
        self._at = -1
        parts = []
        while length > 0 and (part := os.read(self._fd, min(length, 2**26))):
            parts.append(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def append(self, data: bytes) -> None:
        if self._at != self.size:
            self._at = os.lseek(self._fd, self.size, os.SEEK_SET)
        length = len(data)
        if self._ahead and self.size + length > self._room:
            self._reserve(length)
        written = os.write(self._fd, data)
        while written < length:  # a nearly full disk takes a part and says so only by the count
            self.size += written
            data = data[written:]
            length, written = len(data), os.write(self._fd, data)
        self.size += written
        self._at = self.size

    def cut(self, size: int) -> None:
        os.ftruncate(self._fd, size)
        self.size, self._at, self._room = size, -1, size

    def sync(self) -> None:
        sync_file(self._fd)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _reserve(self, length: int) -> None:
        # A sync that need not make a new length durable takes two thirds of the time (ext4).
        self._room = self.size + length + self._ahead
        if hasattr(os, "posix_fallocate"):
            with suppress(OSError):  # no room for reserves is no reason to refuse a commit
                os.posix_fallocate(self._fd, self.size, length + self._ahead)


class DiskFolder:
    """A folder on a disk; made, with its parents, when the first file is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        with suppress(FileNotFoundError):
            return [entry.name for entry in os.scandir(self.path) if entry.is_file()]
        return []

    def create(self, name: str, *, ahead: int = 0) -> DiskFile:
        self._make()
        return DiskFile(self.path / name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, ahead)

    def open(self, name: str, *, write: bool = False, ahead: int = 0) -> DiskFile:
        return DiskFile(self.path / name, os.O_RDWR if write else os.O_RDONLY, ahead)

    def remove(self, name: str) -> bool:
        try:
            (self.path / name).unlink(missing_ok=True)
        except PermissionError:
            return False
        return True

    def sync(self) -> None:
        sync_folder(self.path)

    def _make(self) -> None:
        missing = [p for p in (self.path, *self.path.parents) if not p.exists()]
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            sync_folder(path.parent)


class MemoryFile:
    """Bytes that end with the process."""

    def __init__(self, content: bytearray) -> None:
        self._content = content
        self.size = len(content)

    def read(self, at: int, length: int) -> bytes:
        return bytes(self._content[at : at + length])

    def append(self, data: bytes) -> None:
        self._content += data
        self.size = len(self._content)

    def cut(self, size: int) -> None:
        del self._content[size:]
        self.size = size

    def sync(self) -> None:
        pass

    def close(self) -> None:
        pass


class MemoryFolder:
    """A folder that ends with the process: for a copy that is only passing through."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}

    def names(self) -> list[str]:
        return list(self.files)

    def create(self, name: str, *, ahead: int = 0) -> MemoryFile:  # noqa: ARG002
        self.files[name] = bytearray()
        return MemoryFile(self.files[name])

    def open(
        self,
        name: str,
        *,
        write: bool = False,  # noqa: ARG002
        ahead: int = 0,  # noqa: ARG002
    ) -> MemoryFile:
        if name not in self.files:
            raise FileNotFoundError(name)
        return MemoryFile(self.files[name])

    def remove(self, name: str) -> bool:
        self.files.pop(name, None)
        return True

    def sync(self) -> None:
        pass
