"""A disk that forgets: what was not synced may be gone, in whole or by sectors, when power fails.

It is a folder as `data.files` asks for one. A *fuse* makes one of the coming calls go wrong: the
machine stops there, the disk is full, or it refuses. As long as a file was not synced each of its
sectors of 512 bytes may hold what it held at the last sync or after any call since; as long as the
folder was not, each name may mean what it meant then or after any change since.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, NoReturn, TypeAlias

SECTOR: Final = 512
_AHEAD: Final = 1024
"""Room that is kept ahead here at the most: enough to be met, short enough to be copied."""

Fault: TypeAlias = Literal["stop", "full", "refuse"]
Image: TypeAlias = Mapping[str, bytes]
Pick: TypeAlias = Callable[[int], int]
"""Which of so many versions, the oldest first, the disk has kept."""


class Stopped(BaseException):
    """The machine stopped at this call; no code of the product may go on after it."""


@dataclass(slots=True)
class Fuse:
    """The `after`-th call from now meets the fault, and so do `times - 1` after it."""

    fault: Fault
    after: int
    times: int = 1


class Content:
    """What one file holds, and how to get back to each of its forms since the last sync."""

    __slots__ = ("now", "undo")

    def __init__(self, content: bytes = b"") -> None:
        self.now = bytearray(content)
        self.undo: list[tuple[int, bytes]] = []

    def put(self, at: int, data: bytes) -> None:
        """From `at` on the file holds `data`, and nothing behind it."""
        self.undo.append((at, bytes(self.now[at:])))
        self.now[at:] = data

    def left(self, pick: Pick, rng: Random) -> bytes:
        versions = self._versions()
        if len(versions) == 1:
            return versions[0]
        lengths = [len(version) for version in versions]
        size, scattered = lengths[pick(len(lengths))], rng.random() < 0.7
        if rng.random() < 0.2:  # a call that was cut short
            size = rng.randint(min(lengths), max(lengths))
        kept, sectors = pick(len(versions)), []
        for start in range(0, size, SECTOR):
            if scattered:
                kept = pick(len(versions))
            sectors.append(versions[kept][start : start + SECTOR].ljust(SECTOR, b"\0"))
        return b"".join(sectors)[:size]

    def _versions(self) -> list[bytes]:
        form = bytearray(self.now)
        forms = [bytes(form)]
        for at, old in reversed(self.undo):
            form[at:] = old
            forms.append(bytes(form))
        return forms[::-1]


class SimFile:
    def __init__(self, disk: SimDisk, content: Content, ahead: int) -> None:
        self._disk, self._content = disk, content
        self._ahead = min(ahead, _AHEAD)
        self.size = len(content.now)

    def read(self, at: int, length: int) -> bytes:
        self._disk.check()
        return bytes(self._content.now[at : at + length])

    def append(self, data: bytes) -> None:
        content, at = self._content, self.size
        fault = self._disk.fault()
        whole = data
        if fault is not None:
            data = data[: self._disk.rng.randint(0, len(data))]
        if data:
            behind = bytes(content.now[at + len(data) :])
            if self._ahead and not behind and fault is None:
                behind = bytes(self._ahead)
            content.put(at, data + behind)
            self.size = at + len(data)
        if fault is not None and (fault == "stop" or whole):
            self._disk.fail(fault)

    def cut(self, size: int) -> None:
        self._disk.meet()
        self._content.put(size, b"")
        self.size = size

    def sync(self) -> None:
        fault = self._disk.fault()
        if fault is None or fault == "full" or self._disk.rng.random() < 0.5:
            self._content.undo.clear()
        if fault in ("stop", "refuse"):
            self._disk.fail(fault)

    def close(self) -> None:
        pass


class SimDisk:
    """A folder on it. `rng` is asked only when something goes wrong."""

    def __init__(self, rng: Random, image: Image | None = None) -> None:
        self.rng = rng
        self.fuse: Fuse | None = None
        self.calls = 0
        self.refused = False
        """It has refused something, which may be found there after a power cut."""
        self._stopped = False
        self._names = {name: Content(content) for name, content in (image or {}).items()}
        self._meant: dict[str, list[Content | None]] = {}
        """By name that was made or taken away since the folder was synced: what it meant then, and
        after each change since."""

    # ---- what a journal asks ------------------------------------------------------------------

    def names(self) -> list[str]:
        self.check()
        return list(self._names)

    def create(self, name: str, *, ahead: int = 0) -> SimFile:
        self.meet()
        there = self._names.get(name)
        if there is not None:  # as O_TRUNC: the file that lies there is emptied
            there.put(0, b"")
        else:
            there = Content()
            self._means(name, there)
        return SimFile(self, there, ahead)

    def open(self, name: str, *, write: bool = False, ahead: int = 0) -> SimFile:
        self.check()
        if name not in self._names:
            raise FileNotFoundError(name)
        return SimFile(self, self._names[name], ahead if write else 0)

    def remove(self, name: str) -> bool:
        self.meet(full=False)
        if name in self._names:
            self._means(name, None)
        return True

    def sync(self) -> None:
        self.meet(full=False)
        self._meant.clear()

    # ---- what goes wrong ----------------------------------------------------------------------

    def image(self) -> Image:
        """Every file as programs see it now: what a copy of the folder would hold."""
        return {name: bytes(content.now) for name, content in self._names.items()}

    def stop(self) -> None:
        """Nobody writes or reads here any more."""
        self._stopped = True

    def remains(self, *, power: bool) -> SimDisk:
        """The disk as it is found at the next start: after a killed process all that was written
        is there, after a power cut what was synced and any of the rest."""
        self._stopped = True
        if not power:
            return SimDisk(self.rng, self.image())
        rng = self.rng
        pick: Pick = rng.choice([lambda _: 0, lambda n: n - 1, rng.randrange, rng.randrange])
        meant = {name: changes[pick(len(changes))] for name, changes in self._meant.items()}
        left = {**self._names, **meant}
        return SimDisk(
            rng, {name: file.left(pick, rng) for name, file in left.items() if file is not None}
        )

    def check(self) -> None:
        if self._stopped:
            raise Stopped

    def fault(self) -> Fault | None:
        """Counts a call that changes something; the fault it meets."""
        self.check()
        self.calls += 1
        fuse = self.fuse
        if fuse is None:
            return None
        fuse.after -= 1
        if fuse.after > 0:
            return None
        fuse.times -= 1
        if not fuse.times:
            self.fuse = None
        return fuse.fault

    def fail(self, fault: Fault) -> NoReturn:
        if fault == "stop":
            self._stopped = True
            raise Stopped
        self.refused = True
        if fault == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        raise OSError(errno.EIO, "Input/output error")

    def meet(self, *, full: bool = True) -> None:
        """A call that is done wholly or, on a fault, not at all."""
        fault = self.fault()
        if fault is not None and (full or fault != "full"):
            self.fail(fault)

    def _means(self, name: str, content: Content | None) -> None:
        self._meant.setdefault(name, [self._names.get(name)]).append(content)
        if content is None:
            del self._names[name]
        else:
            self._names[name] = content
