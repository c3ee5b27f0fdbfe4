"""A picture made fit to keep: known to be one, upright, and no larger than a slip needs."""

from __future__ import annotations

import io
import struct
from typing import NamedTuple

from data.errors import NotAPhoto

LONG_EDGE = 2000
NARROWEST = 1000
QUALITY = 70
MOST_BYTES = 30 * 2**20
_ORIENTATION = 0x0112


class Jpeg(NamedTuple):
    """What a JPEG's frame header says: pixels, colour components (1 grey, 3 colour, 4 print
    colour), the marker that tells how it is coded, and the bits of a component."""

    width: int
    height: int
    components: int
    coding: int
    bits: int


WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})


def read_jpeg(content: bytes) -> Jpeg:
    """The JPEG's own frame header (ITU T.81, B.2.2), read without decoding. NotAPhoto otherwise."""
    if content[:2] != b"\xff\xd8":
        raise NotAPhoto("This file is not a JPEG photo.", field="photos")
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in WITHOUT_LENGTH:
            at += 2
        elif 0xC0 <= marker <= 0xCF and marker not in NO_FRAMES:
            frame = content[at + 4 : at + 10]
            if len(frame) == 6:
                bits, height, width, components = struct.unpack(">BHHB", frame)
                if width and height:
                    return Jpeg(width, height, components, marker, bits)
            break
        else:
            length = int.from_bytes(content[at + 2 : at + 4])
            if marker in (0xD9, 0xDA) or length < 2:
                break
            at += 2 + length
    raise NotAPhoto("This photo is damaged; take it again.", field="photos")


def fit(content: bytes) -> bytes:
    """JPEG bytes ready to keep: upright, long edge at most 2000 px but at least 1000 px across.

    Without Pillow (phones downscale before the bytes arrive) a JPEG is kept as it came. NotAPhoto
    says in words what else the file is.
    """
    if len(content) > MOST_BYTES:
        raise NotAPhoto("This photo is larger than 30 MB. Take it at a smaller size.")
    if content[:5] == b"%PDF-":
        raise NotAPhoto("This is a PDF, not a photo. Take a photo of the slip.")
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        read_jpeg(content)
        return content
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            if width * height > 200_000_000:
                raise NotAPhoto("This picture has too many pixels to be a photo of a slip.")
            image.draft("RGB", _target(width, height))
            upright = ImageOps.exif_transpose(image)
            turned = image.getexif().get(_ORIENTATION, 1) != 1
            target = _target(*upright.size)
            if image.format == "JPEG" and not turned and target == (width, height):
                image.load()
                return content
            small = upright.convert("L" if upright.mode == "L" else "RGB")
            small.thumbnail(target)
    except NotAPhoto:
        raise
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise NotAPhoto(
            "This file is not a photo, or it is damaged. Take the photo again."
        ) from error
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _target(width: int, height: int) -> tuple[int, int]:
    """The size to shrink to: a long strip stays legible, nothing is ever enlarged."""
    long, short = max(width, height), min(width, height)
    scale = min(1.0, max(LONG_EDGE / long, min(1.0, NARROWEST / short)))
    return round(width * scale), round(height * scale)
