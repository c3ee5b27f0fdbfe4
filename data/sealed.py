"""A sealed file: written once, whole or not at all, and read in parts.

After its first line come frames, called sections; the last one is a directory of JSON that says
where the others lie; then a trailer of fixed length. Without a good trailer the file was never
finished. A section is checked when it is read, and `check` reads them all.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from data.errors import Damaged
from data.files import File, Folder
from data.frame import PREFIX, body_at, framed, unreadable
from data.packing import dumps, loads

Section: TypeAlias = tuple[int, int]
"""Where a section's frame begins, and its length with the prefix. In JSON a list of the two."""

SNAPSHOT: Final = b"callboard snapshot 1\n"
HISTORY: Final = b"callboard history 1\n"
"""The first lines of the two sorts there are."""

SLICE: Final = 256 * 1024
"""Bytes written between two syncs, so that none of them takes long."""

_TRAILER = b"%016x %016x %08x end\n"
_TRAILER_LENGTH = len(_TRAILER % (0, 0, 0))


class Writer:
    """Writes one sealed file. Sections are durable a slice at a time, the whole when `seal` is
    done; every step raises OSError when the disk will not."""

    def __init__(self, folder: Folder, name: str, first_line: bytes) -> None:
        self.folder = folder
        self.file = folder.create(name)
        self._waiting = [first_line]
        self._size = 0
        self._at = len(first_line)

    def add(self, body: bytes) -> Section:
        frame = framed(body)
        place = (self._at, len(frame))
        self._waiting.append(frame)
        self._size += len(frame)
        self._at += len(frame)
        if self._size >= SLICE:
            self._flush()
        return place

    def seal(self, directory: dict[str, Any]) -> None:
        """Makes the file whole and its name durable."""
        at, length = self.add(dumps(directory))
        numbers = (at, length)
        self._flush()
        self.file.append(_TRAILER % (*numbers, zlib.crc32(b"%d %d" % numbers)))
        self.file.sync()
        self.folder.sync()

    def close(self) -> None:
        self.file.close()

    def _flush(self) -> None:
        self.file.append(b"".join(self._waiting))
        self.file.sync()
        self._waiting, self._size = [], 0


class Sealed:
    """Reads a sealed file. Damaged says which one is not as it was written."""

    def __init__(self, file: File, name: str, first_line: bytes) -> None:
        self._file, self.name, self._first = file, name, first_line
        self.directory: dict[str, Any] = {}

    @classmethod
    def open(cls, folder: Folder, name: str, first_line: bytes) -> Sealed | None:
        """None if the file was never finished."""
        sealed = cls(folder.open(name), name, first_line)
        try:
            place = sealed._directory_place()
            if place is not None:
                sealed.directory = loads(sealed.read(place))
                return sealed
        except Damaged:
            sealed.close()
            raise
        sealed.close()
        return None

    @property
    def size(self) -> int:
        return self._file.size

    def read(self, place: Section) -> bytes:
        """The body of a section."""
        at, length = place
        frame = self._bytes(at, length)
        body = body_at(frame, 0)
        if body is None or len(body) + PREFIX != length:
            raise self._damaged(at)
        return bytes(body)

    def check(self) -> Iterator[int]:
        """Reads every byte, a section a step; yields how far it has come."""
        at = len(self._first)
        if self._bytes(0, at) != self._first:
            raise self._damaged(0)
        end = self._file.size - _TRAILER_LENGTH
        while at < end:
            try:
                length = int(self._bytes(at, 8), 16)
            except ValueError:
                raise self._damaged(at) from None
            self.read((at, PREFIX + length))
            at += PREFIX + length
            yield at
        if self._directory_place() is None:
            raise self._damaged(end)

    def close(self) -> None:
        self._file.close()

    def _directory_place(self) -> Section | None:
        end = self._file.size - _TRAILER_LENGTH
        if end < len(self._first) or self._bytes(0, len(self._first)) != self._first:
            return None
        trailer = self._bytes(end, _TRAILER_LENGTH)
        try:
            at, length = int(trailer[:16], 16), int(trailer[17:33], 16)
        except ValueError:
            return None
        whole = trailer == _TRAILER % (at, length, zlib.crc32(b"%d %d" % (at, length)))
        return (at, length) if whole and at + length == end else None

    def _bytes(self, at: int, length: int) -> bytes:
        try:
            return self._file.read(at, length)
        except OSError as error:
            raise unreadable(self.name, error) from error

    def _damaged(self, at: int) -> Damaged:
        return Damaged(
            f"{self.name} is damaged at byte {at}. Nothing was changed. Restore the last backup, "
            "or ask for help with this folder untouched."
        )
