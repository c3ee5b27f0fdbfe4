"""Photos where a file cannot be opened at once: many to a file, each behind a head with its hash.

    photos.N:  "PHOT"  kind  SHA-256  length  crc32 of the head, then the photo; again and again

A pack only grows. What a crash left unfinished at its end stays there, and the next photo begins a
new pack; damage inside is passed over to the next head that is whole. Kind "+" keeps a photo, "-"
lets it go; a pack that is mostly let go is written anew without it.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from errno import EFBIG, ENOSPC
from pathlib import Path
from typing import Final, NamedTuple

from data.blobs import Blobs, Scrubbed
from data.errors import Damaged, NotFound, NotSaved
from data.files import File, Folder

LARGEST: Final = 2**23
"""Bytes after which a pack is full; one photo is never more than 30 MB."""

_HEAD: Final = struct.Struct(">4sc32sI")
_CRC: Final = struct.Struct(">I")
_SIZE: Final = _HEAD.size + _CRC.size
_MAGIC: Final = b"PHOT"


class _Where(NamedTuple):
    pack: int
    at: int
    length: int


class PackedBlobs(Blobs):
    """The promises of Blobs over a Folder: durable before `keep` returns, checked when read."""

    def __init__(self, files: Folder, beside: Path) -> None:
        """`beside`: where notes about the photos lie that may be lost."""
        super().__init__(beside)
        self._files = files
        self._packs: dict[int, File] = {}
        self._where: dict[str, _Where] = {}
        self._kept: dict[str, int] = {}
        self._ragged: set[int] = set()
        for number in sorted(_numbers(files.names())):
            self._packs[number] = files.open(_pack(number), write=True)
            self._scan(number)

    def keep(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        self._kept[name] = self._kept.get(name, 0) + 1
        if name in self._where and self._is_whole(name):
            return name
        try:
            self._where[name] = self._append(b"+", name, content)
        except OSError as error:
            full = error.errno in (ENOSPC, EFBIG)
            why = "is full" if full else f"says {error.strerror or error}"
            then = "Free some space" if full else "Wait a moment"
            raise NotSaved(
                f"The photo was not saved: the storage {why}. {then}, then take it again."
            ) from error
        return name

    def piece(self, name: str, at: int, length: int) -> bytes:
        where = self._where.get(name)
        if where is None:
            raise NotFound("That photo is not on this copy yet.", code="no-photo")
        try:
            length = max(0, min(length, where.length - at))
            return self._packs[where.pack].read(where.at + at, length)
        except OSError as error:
            raise Damaged(
                f"The photo {name[:8]} cannot be read: the storage says {error.strerror or error}. "
                "The office or the device that took it may have it too."
            ) from error

    def read(self, name: str) -> bytes:
        content = self.piece(name, 0, 2**31)
        if hashlib.sha256(content).hexdigest() != name:
            raise Damaged(
                f"The photo {name[:8]} on this device is not what was taken. "
                "Get it again from the office or from the device that took it."
            )
        return content

    def has(self, name: str) -> bool:
        return name in self._where

    def names(self) -> Iterator[str]:
        yield from sorted(self._where)

    def scrub(self, *, now: datetime, most: int = 20, after: str = "") -> Scrubbed:  # noqa: ARG002
        names = [name for name in sorted(self._where) if name > after]
        damaged = [name for name in names[:most] if not self._is_whole(name)]
        for name in damaged:
            del self._where[name]  # its bytes stay where they are, under no name
        last = names[most - 1] if len(names) > most else ""
        return Scrubbed(len(names[:most]) - len(damaged), tuple(damaged), (), last)

    def touched(self, name: str) -> int | None:
        return self._kept.get(name, 0) if name in self._where else None

    def remove(self, name: str, *, touched: int) -> bool:
        where = self._where.get(name)
        if where is None or self.touched(name) != touched:
            return False
        try:
            self._append(b"-", name, b"")
        except OSError as error:
            raise NotSaved(
                f"A photo that nothing names was not removed: the storage says {error.strerror}."
            ) from error
        del self._where[name]
        with suppress(OSError):  # what stays costs only its room
            self._shrink(where.pack)
        return True

    def wipe(self, name: str) -> None:
        try:
            self.parts.wipe(name)
            self._thumb(name).unlink(missing_ok=True)
            if self._where.pop(name, None) is not None:
                self._append(b"-", name, b"")
            for number in [n for n in self._packs if self._lies_in(name, n)]:
                self._write_anew(number)
        except OSError as error:
            raise NotSaved(
                f"A photo that must go was not removed: the storage says {error.strerror}."
            ) from error

    def close(self) -> None:
        for file in self._packs.values():
            file.close()

    # ---- inside -----------------------------------------------------------------------------

    def _adopt(self, part: Path, name: str) -> None:  # noqa: ARG002
        self.keep(part.read_bytes())

    def _is_whole(self, name: str) -> bool:
        try:
            self.read(name)
        except Damaged:
            return False
        return True

    def _append(self, kind: bytes, name: str, content: bytes) -> _Where:
        number = self._open_pack()
        file = self._packs[number]
        head = _HEAD.pack(_MAGIC, kind, bytes.fromhex(name), len(content))
        begin = file.size
        try:
            file.append(head + _CRC.pack(zlib.crc32(head)) + content)
            file.sync()
        except OSError:
            self._ragged.add(number)
            with suppress(OSError):  # else the next photo begins another pack
                file.cut(begin)
                self._ragged.discard(number)
            raise
        return _Where(number, begin + _SIZE, len(content))

    def _open_pack(self) -> int:
        number = max(self._packs, default=0)
        if number and number not in self._ragged and self._packs[number].size < LARGEST:
            return number
        self._packs[number + 1] = self._files.create(_pack(number + 1))
        self._files.sync()
        return number + 1

    def _scan(self, number: int) -> None:
        end = 0
        for kind, name, at, length in self._entries(number):
            if at - _SIZE != end:
                self._ragged.add(number)
            end = at + length
            if kind == b"+":
                self._where[name] = _Where(number, at, length)
            else:
                self._where.pop(name, None)
        if end != self._packs[number].size:
            self._ragged.add(number)

    def _entries(self, number: int) -> Iterator[tuple[bytes, str, int, int]]:
        """What a pack's whole heads say: kind, name, where its bytes begin, and how many."""
        file, at = self._packs[number], 0
        while at + _SIZE <= file.size:
            found = _head(file.read(at, _SIZE))
            if found is None:
                at = self._next_head(file, at + 1)
                continue
            kind, name, length = found
            if at + _SIZE + length > file.size:
                return
            yield kind, name, at + _SIZE, length
            at += _SIZE + length

    def _lies_in(self, name: str, number: int) -> bool:
        """Whether bytes under that name are in the pack, wanted or let go."""
        return any(kind == b"+" and name == told for kind, told, _, _ in self._entries(number))

    def _next_head(self, file: File, at: int) -> int:
        content = file.read(at, file.size - at)
        found = content.find(_MAGIC)
        while found >= 0:
            if _head(content[found : found + _SIZE]) is not None:
                return at + found
            found = content.find(_MAGIC, found + 1)
        return file.size

    def _shrink(self, number: int) -> None:
        """Writes a pack anew when less than half of it is still wanted."""
        alive = sum(where.length for where in self._where.values() if where.pack == number)
        if number != max(self._packs) and 2 * alive <= self._packs[number].size:
            self._write_anew(number)

    def _write_anew(self, number: int) -> None:
        """Without what was let go; a damaged photo is copied as it lies there."""
        self._ragged.add(number)  # nothing more goes into it
        for name, (pack, at, length) in tuple(self._where.items()):
            if pack == number:
                content = self._packs[number].read(at, length)
                self._where[name] = self._append(b"+", name, content)
        self._packs.pop(number).close()
        self._files.remove(_pack(number))
        self._files.sync()


def _head(content: bytes) -> tuple[bytes, str, int] | None:
    """Kind, name and length, if this is a whole head."""
    if len(content) < _SIZE or not content.startswith(_MAGIC):
        return None
    if zlib.crc32(content[: _HEAD.size]) != _CRC.unpack_from(content, _HEAD.size)[0]:
        return None
    _, kind, name, length = _HEAD.unpack_from(content)
    return kind, name.hex(), length


def _pack(number: int) -> str:
    return f"photos.{number}"


def _numbers(names: list[str]) -> list[int]:
    found = [name.partition(".")[2] for name in names if name.startswith("photos.")]
    return [int(digits) for digits in found if digits.isdecimal()]
