"""Everything of one copy as one file: whatever became of its office, it opens on any laptop.

A ZIP whose inside is a production's folder: the generations as they lie on the disk, and the photos
under their names. `callboard check` reads it; `callboard check --salvage` makes an office of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import IO, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from data.blobs import Blobs
from data.errors import Damaged
from data.files import Folder

KINDS = ("snapshot", "journal", "history")

READ_ME = """This is everything that a device had of a Callboard production on {at}.

Unpack it into an empty folder. Then, with Callboard on a laptop:

    callboard --home FOLDER check                      reads every byte
    callboard --home FOLDER check --salvage NEW        makes a production for an office of it

{photos} photos lie under "photos", each named by the SHA-256 of its bytes, all of them JPEG.
"""


def bundle(folder: Folder, blobs: Blobs, *, at: datetime) -> Iterator[bytes]:
    """The ZIP in parts. The store must not commit between the first part and the last: take them
    in one go. A photo that is damaged stays out."""
    out = _Parts()
    photos = 0
    with ZipFile(cast("IO[bytes]", out), "w", ZIP_STORED) as archive:

        def put(name: str, content: bytes) -> None:
            archive.writestr(ZipInfo(name, at.timetuple()[:6]), content)

        for name in sorted(folder.names()):
            if name.partition(".")[0] in KINDS:
                file = folder.open(name)
                put(name, file.read(0, file.size))
                file.close()
                yield from out.taken()
        for name in blobs.names():
            try:
                content = blobs.read(name)
            except Damaged:
                continue
            put(f"photos/{name[:2]}/{name}", content)
            photos += 1
            yield from out.taken()
        put("READ ME.txt", READ_ME.format(at=f"{at:%Y-%m-%d %H:%M} UTC", photos=photos).encode())
    yield from out.taken()


class _Parts:
    """What a ZIP is written to: it grows, and what is written is taken away."""

    def __init__(self) -> None:
        self._size = 0
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        pass

    def taken(self) -> Iterator[bytes]:
        parts, self._parts = self._parts, []
        if parts:
            yield b"".join(parts)
