"""A folder in the browser's private file system, where nothing can be opened when it is needed.

A browser opens a file only after a while, and a commit cannot wait for that. So a pool of files,
the slots, is opened at the start and stays open; their reading, writing and flushing is immediate.
What a slot holds is said by its own head, not by its name and by no list beside it: a file is
begun, and removed, by one small write, and a crash between two writes can only lose a file that
nobody was told of.

    slot:  "callboard slot 1\\n"  crc32  length  name (UTF-8)     at 0; "callboard gone 1\\n": free
           the file's bytes                                       from HEAD on
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from errno import EIO, EMFILE, ENOENT, ENOSPC
from typing import Any, Final, Protocol

HEAD: Final = 512
"""Bytes before a file's own; the smallest piece that a disk writes whole."""
SPARE: Final = 6
"""Free slots below which more are asked for: a new generation takes three."""

_MAGIC: Final = b"callboard slot 1\n"
_GONE: Final = b"callboard gone 1\n"
_AFTER: Final = struct.Struct(">IH")
_LONGEST: Final = HEAD - len(_MAGIC) - _AFTER.size


class Slot(Protocol):
    """An open file of the browser (assets/web/disk.js): what fails says so and leaves the browser's
    name for it in `error`."""

    error: str

    def size(self) -> int: ...
    def read(self, at: int, length: int, /) -> Any:
        """What has `to_bytes`, or None: it failed."""

    def write(self, data: bytes, at: int, /) -> bool: ...
    def truncate(self, size: int, /) -> bool: ...
    def flush(self) -> bool: ...


class BrowserFile:
    """A file in a slot. Closing it keeps the slot open for whoever opens the file next."""

    def __init__(self, slot: Slot, closed: Callable[[], None]) -> None:
        self._slot = slot
        self._closed: Callable[[], None] | None = closed
        self.size = max(0, slot.size() - HEAD)

    def read(self, at: int, length: int) -> bytes:
        length = max(0, min(length, self.size - at))
        return _read(self._slot, HEAD + at, length) if length else b""

    def append(self, data: bytes) -> None:
        try:
            _done(self._slot, self._slot.write(data, HEAD + self.size))
        except OSError:
            self.size = max(self.size, self._slot.size() - HEAD)  # some of it may stand there
            raise
        self.size += len(data)

    def cut(self, size: int) -> None:
        _done(self._slot, self._slot.truncate(HEAD + size))
        self.size = size

    def sync(self) -> None:
        _done(self._slot, self._slot.flush())

    def close(self) -> None:
        if self._closed is not None:
            self._closed()
            self._closed = None


More = Callable[[int, Callable[[Slot], None]], object]


class BrowserFolder:
    """The files in the slots. `more` is told how many slots to open, and whom to give each."""

    def __init__(self, slots: Sequence[Slot], more: More | None = None) -> None:
        self._more = more or (lambda _wanted, _add: None)
        self._named: dict[str, Slot] = {}
        self._free: list[Slot] = []
        self._gone: list[Slot] = []
        """Removed while somebody reads them; free when the last one has closed."""
        self._open: Counter[int] = Counter()
        self._touched: list[Slot] = []
        for n, slot in enumerate(slots):
            self._take_up(slot, n)
        self._ask()

    def add(self, slot: Slot) -> None:
        """One more slot, empty and open."""
        self._free.append(slot)

    def names(self) -> list[str]:
        return list(self._named)

    def create(self, name: str, *, ahead: int = 0) -> BrowserFile:  # noqa: ARG002
        """OSError: no slot is free, or the disk is full."""
        slot = self._named.get(name)
        if slot is not None:
            _done(slot, slot.truncate(HEAD))
            self._touched.append(slot)
            return self._file(slot)
        if not self._free:
            self._ask()
            raise OSError(EMFILE, "no file can be opened; wait a moment and do it again")
        slot = self._free.pop()
        try:
            self._begin(slot, name)
        except OSError:
            self._free.append(slot)
            raise
        self._named[name] = slot
        self._touched.append(slot)
        self._ask()
        return self._file(slot)

    def open(
        self,
        name: str,
        *,
        write: bool = False,  # noqa: ARG002
        ahead: int = 0,  # noqa: ARG002
    ) -> BrowserFile:
        if name not in self._named:
            raise FileNotFoundError(ENOENT, "there is no such file", name)
        return self._file(self._named[name])

    def remove(self, name: str) -> bool:
        slot = self._named.get(name)
        if slot is not None:
            _done(slot, slot.write(_GONE, 0))
            del self._named[name]
            self._touched.append(slot)
            self._gone.append(slot)
            self._let_go(slot)
        return True

    def sync(self) -> None:
        while self._touched:
            _done(self._touched[-1], self._touched[-1].flush())
            self._touched.pop()

    # ---- inside -----------------------------------------------------------------------------

    def _file(self, slot: Slot) -> BrowserFile:
        self._open[id(slot)] += 1

        def closed() -> None:
            self._open[id(slot)] -= 1
            self._let_go(slot)

        return BrowserFile(slot, closed)

    def _let_go(self, slot: Slot) -> None:
        if slot in self._gone and not self._open[id(slot)]:
            self._gone.remove(slot)
            slot.truncate(0)  # what it holds is room; its head says already that it is free
            self._free.append(slot)

    def _take_up(self, slot: Slot, n: int) -> None:
        size = slot.size()
        head = _read(slot, 0, min(size, HEAD)) if size else b""
        name = _name_in(head)
        if name is not None and name not in self._named:
            self._named[name] = slot
        elif size <= HEAD or head.startswith(_GONE):
            slot.truncate(0)
            self._free.append(
                slot
            )  # never used, let go, or a file that a crash kept from beginning
        else:
            self._named[f"slot.{n}-unreadable"] = slot  # bytes that nobody can name are kept

    def _begin(self, slot: Slot, name: str) -> None:
        # Flushed empty first: else a crash could leave the new name over the old file's bytes.
        _done(slot, slot.truncate(0))
        _done(slot, slot.flush())
        _done(slot, slot.write(_head(name), 0))

    def _ask(self) -> None:
        if len(self._free) < SPARE:
            self._more(SPARE - len(self._free), self.add)


def _head(name: str) -> bytes:
    text = name.encode()
    if len(text) > _LONGEST:
        raise OSError(ENOENT, "the file's name is too long", name)
    return (_MAGIC + _AFTER.pack(zlib.crc32(text), len(text)) + text).ljust(HEAD, b"\0")


def _name_in(head: bytes) -> str | None:
    """The name that a whole head gives; None for what is none."""
    after = len(_MAGIC) + _AFTER.size
    if len(head) < HEAD or not head.startswith(_MAGIC):
        return None
    crc, length = _AFTER.unpack_from(head, len(_MAGIC))
    text = head[after : after + length]
    return text.decode(errors="replace") if zlib.crc32(text) == crc and text else None


def _read(slot: Slot, at: int, length: int) -> bytes:
    got = slot.read(at, length)
    if got is None:
        raise _refusal(slot)
    return bytes(got.to_bytes())


def _done(slot: Slot, done: bool) -> None:
    if not done:
        raise _refusal(slot)


def _refusal(slot: Slot) -> OSError:
    """The browser's word as the disk's."""
    if slot.error == "QuotaExceededError":
        return OSError(ENOSPC, "the browser's storage is full")
    return OSError(EIO, f"the browser's storage says {slot.error or 'nothing'}")
