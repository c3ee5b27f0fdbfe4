"""What can still be read of files that are damaged: every whole frame, wherever it lies.

Behind a damaged place the next whole frame is found by trying every byte that could begin one.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from data.files import File, Folder, MemoryFolder
from data.frame import PREFIX, Commit, body_at, torn_at
from data.journal import FIRST_LINE, OLDER, Journal
from data.packing import loads
from data.sealed import HISTORY

_PIECE: Final = 2**20
_SECTOR: Final = 4096
_FRAME = re.compile(rb"(?=[0-9a-f]{8} [0-9a-f]{8} )")
_TRAILER = re.compile(rb"[0-9a-f]{16} [0-9a-f]{16} [0-9a-f]{8} end\n\Z")
_NOW = datetime(2000, 1, 1, tzinfo=UTC)


class Gap(NamedTuple):
    """Bytes of a file in which there is no whole frame."""

    at: int
    end: int


def frames(data: bytes, at: int) -> Iterator[tuple[int, bytes | Gap]]:
    """Every whole frame from `at` on, with where it begins; and the gaps between them."""
    while at < len(data):
        body = body_at(data, at)
        if body is None:
            starts = (found.start() for found in _FRAME.finditer(data, at + 1))
            end = next((s for s in starts if body_at(data, s) is not None), len(data))
            yield at, Gap(at, end)
            at = end
        else:
            yield at, bytes(body)
            at += PREFIX + len(body)


def read(folder: Folder, name: str) -> bytes:
    """The whole file; where the disk cannot read it, zeros."""
    file = folder.open(name)
    try:
        return b"".join(_read(file, at, _PIECE) for at in range(0, file.size, _PIECE))
    finally:
        file.close()


def _read(file: File, at: int, length: int) -> bytes:
    length = min(length, file.size - at)
    try:
        return file.read(at, length)
    except OSError:
        if length <= _SECTOR:
            return bytes(length)
    return b"".join(
        _read(file, at + n, min(_SECTOR, length - n)) for n in range(0, length, _SECTOR)
    )


# ---- journals ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Commits:
    """What is left of a journal."""

    whole: list[Commit]
    gaps: list[Gap]
    torn: int = 0
    """Bytes at the end that are a commit which was never finished."""


def commits(data: bytes, *, last: bool) -> Commits:
    """`last`: its end may be torn, and nothing was lost with that."""
    found = list(frames(data.rstrip(b"\0"), len(FIRST_LINE)))
    bodies = [body for _, body in found if isinstance(body, bytes)]
    gaps = [gap for _, gap in found if isinstance(gap, Gap)]
    first = data[: len(FIRST_LINE)]
    if first not in (FIRST_LINE, OLDER) and data.strip(b"\0"):
        if not (last and FIRST_LINE.startswith(data.rstrip(b"\0"))):
            gaps.insert(0, Gap(0, len(first)))
        first = OLDER if bodies and _is_older(bodies[0]) else FIRST_LINE
    torn = 0
    if last and gaps and gaps[-1].at >= len(FIRST_LINE) and torn_at(data, gaps[-1].at):
        torn = gaps[-1].end - gaps[-1].at
        gaps.pop()
    return Commits(list(_replayed(first, bodies)), gaps, torn)


def _replayed(first: bytes, bodies: list[bytes]) -> Iterator[Commit]:
    """The whole frames, read as a journal in which nothing else ever was."""
    mended = MemoryFolder()
    framed = (b"%08x %08x " % (len(body), zlib.crc32(body)) + body for body in bodies)
    mended.files["journal.1"] = bytearray(first + b"".join(framed))
    journal = Journal(mended, 1, writer=False)
    journal.open()
    yield from journal.commits(last=True, now=_NOW)


def _is_older(body: bytes) -> bool:
    return set(loads(body.split(b"\n")[0])) <= set("pembcah")


# ---- sealed files ----------------------------------------------------------------------------


def merged(gaps: Iterable[Gap]) -> list[Gap]:
    """In order; those that touch are one."""
    whole: list[Gap] = []
    for gap in sorted(gaps):
        if whole and gap.at <= whole[-1].end:
            gap = Gap(whole[-1].at, max(gap.end, whole.pop().end))
        whole.append(gap)
    return whole


def sections(data: bytes, first_line: bytes) -> Iterator[tuple[int, bytes | Gap]]:
    """The frames of a sealed file, its first line and its trailer checked too."""
    if not data.startswith(first_line):
        yield 0, Gap(0, len(first_line))
    trailer = _TRAILER.search(data)
    whole = trailer is not None and _agrees(trailer[0], trailer.start())
    last: bytes | Gap = b""
    for at, last in frames(data[: trailer.start()] if trailer and whole else data, len(first_line)):
        yield at, last
    if not whole and not isinstance(last, Gap):
        yield len(data), Gap(len(data), len(data))


def _agrees(trailer: bytes, at: int) -> bool:
    start, length, crc = (int(word, 16) for word in trailer.split()[:3])
    return start + length == at and crc == zlib.crc32(b"%d %d" % (start, length))


# ---- history ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Edits:
    """What is left of a segment of history."""

    lines: list[bytes]
    gaps: list[Gap]


def edits(data: bytes) -> Edits:
    left = Edits([], [])
    for _, body in sections(data, HISTORY):
        if isinstance(body, Gap):
            left.gaps.append(body)
            continue
        with suppress(zlib.error):
            lines = zlib.decompress(body).split(b"\n")
            first = in_json(lines[0])
            if isinstance(first, dict) and "dot" in first:
                left.lines += lines
    left.gaps = merged(left.gaps)
    return left


def in_json(text: bytes) -> Any:
    with suppress(ValueError):
        return loads(text)
    return None
