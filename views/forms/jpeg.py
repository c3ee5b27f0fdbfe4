"""A JPEG goes into a PDF as it is; only its size and colours are read, from its frame header.

Nothing here decodes a picture, so it also works in the browser, where there is no Pillow.
"""

from __future__ import annotations

from dataclasses import dataclass

from data import photos
from data.errors import NotAPhoto

# Baseline, extended and progressive coding. A PDF reader takes no lossless or arithmetic one.
CODINGS = frozenset({0xC0, 0xC1, 0xC2})
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
    try:
        frame = photos.read_jpeg(data)
    except NotAPhoto:
        return None
    colours = COLOURS.get(frame.components)
    if frame.coding not in CODINGS or frame.bits != 8 or colours is None:
        return None
    return Jpeg(data, frame.width, frame.height, colours)
