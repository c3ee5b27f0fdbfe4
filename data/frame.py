"""The frame, in which every byte of a production lies: `length crc32 body`, both in hexadecimal.

A commit's body is lines of JSON: the first, its *head*, says what the others are. One bit changed
anywhere in a frame is noticed, and a frame that the machine did not finish writing is told from one
that was whole and has been damaged since.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from data.errors import Damaged
from data.packing import dumps_exact, loads

PREFIX: Final = 18  # "llllllll cccccccc "
LONGEST: Final = 2**40
_HOLE = bytes(8)
"""A disk that lost a sector gives zeros; no JSON has so many in a row, nor even one."""


_BEGINS = re.compile(rb"(?=[0-9a-f]{8} [0-9a-f]{8} )")


def unreadable(name: str, error: OSError) -> Damaged:
    """What is said of a file that the disk does not give back."""
    return Damaged(
        f"{name} cannot be read: {error.strerror or error}. Copy the folder to another disk and "
        "open it there, or restore the last backup."
    )


def framed(body: bytes) -> bytes:
    return b"%08x %08x %b" % (len(body), zlib.crc32(body), body)


def body_at(data: bytes, at: int) -> memoryview | None:
    """The body of the frame at `at`; None if there is no whole one."""
    try:
        length = int(data[at : at + 8], 16)
    except ValueError:
        return None
    body = memoryview(data)[at + PREFIX : at + PREFIX + length]
    if len(body) != length:
        return None
    told = data[at : at + PREFIX]
    return body if told == b"%08x %08x " % (length, zlib.crc32(body)) else None


def torn_at(data: bytes, at: int) -> bool:
    """Whether what begins at `at`, and is no whole frame, is one whose writing was cut short.

    The last frame of a file may be: it ends early, or has a hole of zeros where a sector was not
    written. If a whole frame stands behind it, or if its bytes are all there and only do not agree
    with each other, somebody was told that it was saved, and it has been damaged since.
    """
    written = data[at:].rstrip(b"\0")
    if len(written) <= PREFIX:
        return True
    body = written[PREFIX:]
    if _whole_frame_in(written[1:]):
        return False
    try:
        length, crc = int(written[:8], 16), int(written[9:17], 16)
    except ValueError:
        return _HOLE in written or not written[0]
    if zlib.crc32(body) == crc:
        return False
    return len(body) < length or _HOLE in body


def _whole_frame_in(tail: bytes) -> bool:
    return any(body_at(tail, found.start()) is not None for found in _BEGINS.finditer(tail))


@dataclass(slots=True)
class Commit:
    """What one frame of a journal says.

    `put` and `out` name documents by table; the lines of those put follow the head in that order,
    the lines of `edits` follow them. The rest are the books that move with them.
    """

    put: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    """By table and id: the document as a line of JSON."""
    out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    """Tables emptied before anything is put; their ids begin again."""
    edits: tuple[bytes, ...] = ()
    books: Mapping[str, Any] = field(default_factory=dict)
    """What the journal keeps for the store: any JSON, under words of the store's."""

    def to_bytes(self) -> bytes:
        head: dict[str, Any] = {"drop": self.drop} if self.drop else {}
        lines = [b""]
        if self.out:
            head["out"] = self.out
        if self.put:
            head["put"] = put = {}
            for table, docs in self.put.items():
                put[table] = list(docs)
                lines += docs.values()
        if self.edits:
            head["edits"] = len(self.edits)
            lines += self.edits
        if self.books:
            head |= self.books
        lines[0] = dumps_exact(head)
        lines.append(b"")
        return framed(b"\n".join(lines))

    @classmethod
    def from_body(cls, body: bytes) -> Commit:
        lines = body.split(b"\n")
        head = loads(lines[0])
        at = 1
        put = {}
        for table, ids in head.pop("put", {}).items():
            put[table] = dict(zip(ids, lines[at : at + len(ids)], strict=True))
            at += len(ids)
        edits = tuple(lines[at : at + head.pop("edits", 0)])
        out = {table: tuple(ids) for table, ids in head.pop("out", {}).items()}
        return cls(put, out, tuple(head.pop("drop", ())), edits, head)
