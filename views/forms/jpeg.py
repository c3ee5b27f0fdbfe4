"""A JPEG goes into a PDF as it is; only its size and colours are read, from its frame header.

Nothing here decodes a picture, so it also works in the browser, where there is no Pillow.
"""

from __future__ import annotations

from dataclasses import dataclass

# Baseline, extended and progressive frames. A PDF reader takes no lossless or arithmetic ones.
FRAMES = frozenset({0xC0, 0xC1, 0xC2})
OTHER_FRAMES = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
# Four colours are left out: phones make none, and some of them are stored inverted without a word.
COLOURS = {1: "DeviceGray", 3: "DeviceRGB"}


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A photo that can be printed: its bytes, its size in pixels and its colour space."""

    data: bytes
    width: int
    height: int
    colours: str


def read_jpeg(data: bytes) -> Jpeg | None:
    """What the frame header says; None for anything that a PDF cannot carry as it is."""
    if data[:2] != b"\xff\xd8":
        return None
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            return None
        marker = data[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        if marker in WITHOUT_LENGTH:
            place += 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4])
        if marker in FRAMES:
            return _frame(data, data[place + 4 : place + 2 + length])
        if marker in OTHER_FRAMES or marker in (0xD9, 0xDA) or length < 2:
            return None
        place += 2 + length
    return None


def _frame(data: bytes, header: bytes) -> Jpeg | None:
    if len(header) < 6 or header[0] != 8:
        return None
    height, width = int.from_bytes(header[1:3]), int.from_bytes(header[3:5])
    colours = COLOURS.get(header[5])
    if not width or not height or colours is None:
        return None
    return Jpeg(data, width, height, colours)
