"""What a JPEG is made of (ITU T.81, annex B), read and written without decoding a pixel.

So the browser and the forms, which have no Pillow, also know a whole photo from a torn one, and
what a camera writes beside a picture can be left out without coding the picture anew.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from data.errors import NotAPhoto

TORN = "This photo is damaged or cut short. Take it again."
MOST_SCANS = 50
"""A progressive photo has about ten. A small file of empty ones would be decoded for hours."""

SOI = b"\xff\xd8"
_SOS, _EOI, _APP0, _APP1, _APP2, _APP14 = 0xDA, 0xD9, 0xE0, 0xE1, 0xE2, 0xEE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_BESIDE = frozenset({*range(0xE0, 0xF0), 0xFE})
"""Segments that say something beside the picture: applications' own, and comments."""
_BEHIND_A_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_ROW_BY_ROW = (0xC0, 0xC1)
EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112


class Jpeg(NamedTuple):
    """What a JPEG's frame header says: pixels, colour components (1 grey, 3 colour, 4 print
    colour), the marker that tells how it is coded, and the bits of a component."""

    width: int
    height: int
    components: int
    coding: int
    bits: int


class _Segment(NamedTuple):
    """A marker and its bytes, the marker's own two among them; a scan's hold its data too."""

    marker: int
    content: bytes


def no_photo(sentence: str) -> NotAPhoto:
    return NotAPhoto(sentence, field="photos")


def read_jpeg(content: bytes) -> Jpeg:
    """The JPEG's frame header. NotAPhoto if it is none, or if it is not whole: every segment up to
    the mark that ends the picture must be there."""
    if content[:2] != SOI:
        raise no_photo("This file is not a JPEG photo. Take a photo of the slip.")
    frame: Jpeg | None = None
    scans = 0
    for marker, segment in _segments(content):
        if marker in _FRAMES:
            if frame is not None or len(segment) < 10:
                raise no_photo(TORN)
            bits, height, width, components = struct.unpack_from(">BHHB", segment, 4)
            frame = Jpeg(width, height, components, marker, bits)
        elif marker == _SOS:
            scans += 1
            if frame is None or scans > MOST_SCANS:
                raise no_photo(TORN)
    if frame is None or not scans or not frame.width or not frame.height:
        raise no_photo(TORN)
    return frame


def without_metadata(content: bytes, *, turned: int = 1) -> bytes:
    """The same picture, not coded anew, without what the camera and other programs wrote beside
    it: place, names, dates, small copies, and whatever hangs on behind its end (a film, a depth
    map). Its colour profile stays. `turned` (2 to 8) is written back for one that is not upright.
    """
    kept = [SOI]
    for marker, segment in _segments(content):
        if marker == _APP0 and segment[4:9] == b"JFIF\0" and len(segment) >= 18:
            kept.append(b"\xff\xe0\x00\x10" + segment[4:16] + b"\0\0")  # without its small copy
        elif marker not in _BESIDE or _tells_colours(marker, segment):
            kept.append(segment)
    if turned != 1:
        kept.insert(1, _only_turned(turned))
    return b"".join(kept)


def held_whole(content: bytes) -> bool:
    """Whether a decoder keeps the whole picture in memory before the first row comes out: a
    progressive one, or one whose first scan does not hold all its colours."""
    frame = read_jpeg(content)
    first = next(segment for marker, segment in _segments(content) if marker == _SOS)
    return frame.coding not in _ROW_BY_ROW or first[4] < frame.components


def turned(content: bytes) -> int:
    """The EXIF orientation of a JPEG, 1 to 8; 1 where none is written."""
    for marker, segment in _segments(content):
        if marker == _APP1 and segment[4:10] == EXIF:
            return turned_in(segment[10:])
    return 1


def turned_in(exif: bytes) -> int:
    """The orientation in EXIF's first directory; 1 for what cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(order + "4xI", exif)
        (count,) = struct.unpack_from(order + "H", exif, at)
        for entry in range(count):
            tag, value = struct.unpack_from(order + "H6xH", exif, at + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1  # torn: nobody knows, so it stays as it lies
    return 1


def _segments(content: bytes) -> Iterator[_Segment]:
    """Every segment behind the first mark, to the one that ends the picture. NotAPhoto where the
    structure breaks before it."""
    at = 2
    while at + 2 <= len(content) and content[at] == 0xFF:
        marker, start = content[at + 1], at
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        at += 2
        if marker == _EOI:
            yield _Segment(marker, content[start:at])
            return
        if marker not in _WITHOUT_LENGTH:
            length = int.from_bytes(content[at : at + 2])
            at += length
            if length < 2 or at > len(content):
                break
        if marker == _SOS:
            found = _BEHIND_A_SCAN.search(content, at)
            if found is None or at - start < 5:
                break
            at = found.start()
        yield _Segment(marker, content[start:at])
    raise no_photo(TORN)


def _tells_colours(marker: int, segment: bytes) -> bool:
    if marker == _APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    return marker == _APP14 and segment[4:9] == b"Adobe"


def _only_turned(value: int) -> bytes:
    body = EXIF + struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, value, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
