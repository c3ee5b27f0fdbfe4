"""A picture made fit to keep: known to be one, upright, no larger than a slip needs, and silent
about where and by whom it was taken."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from data.errors import NotAPhoto, Refused
from data.jpeg import EXIF, SOI, TORN, held_whole, no_photo, turned, turned_in, without_metadata
from data.jpeg import Jpeg as Jpeg
from data.jpeg import read_jpeg as read_jpeg

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_EDGE, NARROWEST, TALLEST = 2000, 1000, 8000
PARTS = (1, 2, 4, 8)
"""A JPEG's decoder gives a half, a quarter or an eighth of its size for less than the whole."""
NEAR = 0.96, 1.024
"""A part of a photo that is so near to the wanted size is taken as it is decoded: of 4032 px half,
and not 2000. What is shrunk once more costs as much again, and is no sharper for it."""
NEAR_IN_PRINT = 0.85, 1.2
SLIMMEST = 16
"""How many times its width a strip taller than TALLEST may be high; 500 px across are left then."""
QUALITY = 70
MOST_BYTES = 30 * 2**20
MOST_PIXELS = 200_000_000
"""Of a JPEG coded row by row, which is shrunk while it is decoded."""
MOST_HELD = 40_000_000
"""Pixels of any other picture: it is decoded whole, 160 MB, and there are two of it for a while."""
LIGHT = 100_000
"""Bytes that are light whatever the picture's size; beyond them, half a byte a pixel."""
_PRINTABLE = frozenset({0xC0, 0xC1, 0xC2})

THUMB_EDGE, THUMB_NARROWEST, THUMB_TALLEST = 320, 120, 960
THUMB_BYTES = 20_000

_TAKE = "Take a photo of the slip."
_HEIC = (
    "This is a HEIC picture, which not every device can show. Send it as a JPEG; on an iPhone "
    "choose Settings, Camera, Formats, Most Compatible, then take it again."
)
_SEVERAL = (
    "This file holds several pictures. Save the one that shows the slip as a JPEG, then add that."
)
_TOO_LONG = (
    "This strip is too long to stay legible in one photo. Take it in two photos, the top and the "
    "bottom."
)
_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)

_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""By EXIF orientation: what makes it upright, as Pillow calls it."""


class _Picture(NamedTuple):
    """A file that says it is a picture: its size, its EXIF orientation, and the bytes to decode;
    of a JPEG these are the whole picture without metadata."""

    width: int
    height: int
    turned: int
    content: bytes
    jpeg: Jpeg | None


def fit(content: bytes) -> bytes:
    """JPEG bytes ready to keep: upright, at about quality 70, without metadata.

    Long edge about 2000 px (see NEAR), but never less than about 1000 px across, so that a long
    strip stays legible: 900 x 4000 keeps its size, 1500 x 6000 becomes 1000 x 4000. Nothing is
    enlarged. No strip stays taller than 8000 px, even if it gets narrower by that: 900 x 9000
    becomes 800 x 8000. One that would be left narrower than 500 px is refused.

    A JPEG that is so already is not coded anew. Without Pillow (phones downscale before the bytes
    arrive) every JPEG keeps its size. NotAPhoto says in words what else the file is; it is told
    from the header, before anything is decoded. Of a JPEG with several pictures the first is the
    photo, any other file with several is refused.
    """
    picture = _looked_at(content)
    size = picture.width, picture.height
    target = wanted(*size)
    if not _can_decode():
        if picture.jpeg is None:
            raise no_photo(f"This device keeps only JPEG photos. {_TAKE}")
        return without_metadata(picture.content, turned=picture.turned)
    image = _upright(picture, target)
    if picture.jpeg is not None and target == size and _as_wanted(picture, picture.jpeg):
        return picture.content
    return _coded(image, QUALITY)


def is_light(content: bytes) -> bool:
    """Whether `fit` would keep the picture's pixels as they are. NotAPhoto as there."""
    picture = _looked_at(content)
    size = picture.width, picture.height
    target = wanted(*size)
    return picture.jpeg is not None and target == size and _as_wanted(picture, picture.jpeg)


def wanted(width: int, height: int) -> tuple[int, int]:
    """The size that a photo of this size is shrunk to."""
    scale = _scale(width, height, LONG_EDGE, NARROWEST, TALLEST)
    least, most = NEAR
    return _sized(width, height, scale, (least, min(most, TALLEST / max(width, height) / scale)))


def for_print(content: bytes, wide: float, high: float) -> bytes:
    """A photo that was kept, for a place of so many pixels on paper: as it is, or a smaller JPEG.

    It is as it is where there is no Pillow, and where the picture cannot be made smaller: paper
    shows what there is.
    """
    if not _can_decode():
        return content
    try:
        picture = _looked_at(content)
        scale = min(1.0, wide / picture.width, high / picture.height)
        size = _sized(picture.width, picture.height, scale, NEAR_IN_PRINT)
        if picture.turned != 1 or size == (picture.width, picture.height):
            return content
        smaller = _coded(_upright(picture, size), QUALITY)
    except NotAPhoto:
        return content
    return min(content, smaller, key=len)


def thumbnail(content: bytes) -> bytes:
    """A small JPEG of a photo, at most 20,000 bytes: long edge 320 px; a strip 120 px across, but
    at most 960 px tall. NotAPhoto as in `fit`; Refused where there is no Pillow."""
    picture = _looked_at(content)
    if not _can_decode():
        raise Refused("Small pictures are made at the office. Open the photo itself.")
    size = picture.width, picture.height
    scale = _scale(*size, THUMB_EDGE, THUMB_NARROWEST, THUMB_TALLEST)
    image = _upright(picture, _sized(*size, scale, (1.0, 1.0)))
    image.info = {}
    while True:
        for quality in (QUALITY, 55, 40, 30):
            small = _coded(image, quality)
            if len(small) <= THUMB_BYTES:
                return small
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)))


# ---- before anything is decoded -----------------------------------------------------------------


def _looked_at(content: bytes) -> _Picture:
    """The picture as its header describes it, or NotAPhoto."""
    if len(content) > MOST_BYTES:
        raise no_photo("This photo is larger than 30 MB. Take it at a smaller size.")
    if content[:2] == SOI:
        jpeg = read_jpeg(content)
        _refuse_bad_size(jpeg.width, jpeg.height, MOST_HELD if held_whole(content) else MOST_PIXELS)
        plain = without_metadata(content)
        return _Picture(jpeg.width, jpeg.height, turned(content), plain, jpeg)
    width, height = _claimed(content)
    _refuse_bad_size(width, height, MOST_HELD)
    return _Picture(width, height, 1, content, None)


def _claimed(content: bytes) -> tuple[int, int]:
    """The size that the header of a PNG, GIF or WebP claims. NotAPhoto names anything else."""
    head = content[:30].ljust(30, b"\0")
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        width, height = struct.unpack_from(">II", head, 16)
    elif head[:6] in (b"GIF87a", b"GIF89a"):
        width, height = struct.unpack_from("<HH", head, 6)
    elif head[:4] + head[8:12] != b"RIFFWEBP":
        raise no_photo(_what_it_is(content))
    elif head[12:16] == b"VP8X":
        width = 1 + int.from_bytes(head[24:27], "little")
        height = 1 + int.from_bytes(head[27:30], "little")
    elif head[12:16] == b"VP8L":
        both = int.from_bytes(head[21:25], "little")
        width, height = 1 + (both & 0x3FFF), 1 + (both >> 14 & 0x3FFF)
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", head, 26))
    return width, height


def _refuse_bad_size(width: int, height: int, most: int) -> None:
    if not width or not height:
        raise no_photo(TORN)
    if width * height > most:
        raise no_photo(
            f"This picture has too many pixels ({width:,} x {height:,}). Take it at a smaller size."
        )
    if max(width, height) > max(TALLEST, SLIMMEST * min(width, height)):
        raise no_photo(_TOO_LONG)


def _what_it_is(content: bytes) -> str:
    """Why a file that is no picture of ours is refused, and what to do instead."""
    head = content[:1024]
    if not content:
        return "This file is empty, not a photo. Take the photo again."
    if b"%PDF-" in head:
        return f"This is a PDF, not a photo. {_TAKE}"
    if head[4:8] == b"ftyp":
        heic = head[8:12] in _HEIC_BRANDS
        return _HEIC if heic else f"This is a video, not a photo. {_TAKE}"
    if head[:4] in (b"II*\0", b"MM\0*"):
        return "This is a TIFF scan. Scan it again as a JPEG, one slip to a file."
    if _reads_as_text(head):
        return f"This is a text file, not a photo, whatever its name says. {_TAKE}"
    return f"This file is not a photo. {_TAKE}"


def _reads_as_text(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True  # as Windows writes it
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # not just a letter that the cut went through
            return False
        text = head[: error.start].decode()
    return all(letter.isprintable() or letter in "\r\n\t\f\ufeff" for letter in text)


def _scale(width: int, height: int, edge: int, narrowest: int, tallest: int) -> float:
    """How much to shrink: a long strip stays legible, nothing is ever enlarged."""
    long, short = max(width, height), min(width, height)
    return min(1.0, max(edge / long, narrowest / short), tallest / long)


def _sized(width: int, height: int, scale: float, near: tuple[float, float]) -> tuple[int, int]:
    """The size at this scale, or that of a decoder's part between `near` times the scale."""
    for part in PARTS:
        if near[0] * scale <= 1 / part <= near[1] * scale:
            return -(-width // part), -(-height // part)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _as_wanted(picture: _Picture, jpeg: Jpeg) -> bool:
    """Whether a JPEG of the right size can be kept, and printed, without coding it anew."""
    return (
        picture.turned == 1
        and jpeg.components in (1, 3)
        and jpeg.coding in _PRINTABLE
        and jpeg.bits == 8
        and len(picture.content) <= max(LIGHT, jpeg.width * jpeg.height // 2)
    )


# ---- with Pillow --------------------------------------------------------------------------------


def _can_decode() -> bool:
    try:
        import PIL  # noqa: F401
    except ImportError:
        return False
    return True


def _upright(picture: _Picture, target: tuple[int, int]) -> Image:
    """All of the picture decoded, shrunk to `target` and turned; grey or RGB. NotAPhoto: torn."""
    from PIL import Image

    try:
        image = _decoded(picture, target)
        icc = image.info.get("icc_profile") if image.mode in ("L", "RGB") else None
        value = picture.turned
        if picture.jpeg is None:
            value = turned_in(image.info.get("exif", b"").removeprefix(EXIF))
        image = _plain(image)
        if image.size != target:
            # Shrinks as sharp as BICUBIC does, for two thirds of its time.
            image = image.resize(target, Image.Resampling.HAMMING, reducing_gap=2.0)
        image = _on_white(image)
        if value in _TURNS:
            image = image.transpose(Image.Transpose[_TURNS[value]])
    except MemoryError as error:
        raise no_photo(
            "This picture is too large for this device. Take it at a smaller size."
        ) from error
    except (
        # all that Pillow's decoders raise on damaged bytes; it warns of some, too
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        LookupError,
        EOFError,
        ArithmeticError,
        RuntimeError,
        struct.error,
        zlib.error,
        Image.DecompressionBombError,
        Warning,
    ) as error:
        raise no_photo(TORN) from error
    image.info = {} if icc is None else {"icc_profile": icc}
    return image


def _decoded(picture: _Picture, target: tuple[int, int]) -> Image:
    """To the last row. A JPEG may come out smaller, but no smaller than `target`."""
    from PIL import Image, JpegImagePlugin

    file = io.BytesIO(picture.content)
    if picture.jpeg is not None:
        # Image.open would warn of a large phone photo, which is never held whole.
        image: Image.Image = JpegImagePlugin.JpegImageFile(file)
        w, h = picture.width, picture.height
        part = max(n for n in PARTS if -(-w // n) >= target[0] and -(-h // n) >= target[1])
        # Rounded down: a box one row too high would have all of a 2999-row photo decoded.
        image.draft(None, (w // part or 1, h // part or 1))
    else:
        image = Image.open(file, formats=("PNG", "WEBP", "GIF"))
        _refuse_bad_size(*image.size, MOST_HELD)
        if getattr(image, "is_animated", False):
            raise no_photo(_SEVERAL)
    image.load()
    return image


def _plain(image: Image) -> Image:
    """As L, LA, RGB or RGBA, which are shrunk smoothly."""
    if image.mode.startswith("I"):  # 16 bits; convert alone would make all of it white
        return image.point(lambda value: value / 256).convert("L")
    if "transparency" in image.info or image.mode == "PA":
        return image.convert("RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image  # a copy could be 160 MB
    return image.convert("L" if image.mode == "1" else "RGB")


def _on_white(image: Image) -> Image:
    """What was see-through is paper; as black it would hide what is written on it."""
    from PIL import Image

    if image.mode not in ("LA", "RGBA"):
        return image
    white = Image.new(image.mode[:-1], image.size, "white")
    white.paste(image.convert(white.mode), mask=image.getchannel("A"))
    return white


def _coded(image: Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, icc_profile=image.info.get("icc_profile"))
    return out.getvalue()
