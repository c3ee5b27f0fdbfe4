"""Photos: named by their bytes, durable before their record, upright, light and silent about where
they were taken; whatever is no photo is refused in words, and no file can fill the memory."""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from data.blobs import Blobs
from data.errors import Damaged, NotAPhoto, NotFound, NotSaved, Refused
from data.photos import LONG_EDGE, MOST_BYTES, NARROWEST, THUMB_BYTES, fit, read_jpeg, thumbnail

ROOT = Path(__file__).resolve().parents[1]
SLIPS = sorted((ROOT / "tests" / "data" / "receipts").glob("*.jpg"))


def picture(width: int, height: int, *, turned: int = 0, kind: str = "JPEG") -> bytes:
    """A picture with a black top left corner; `turned` is the EXIF orientation."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), "black")
    exif = Image.Exif()
    exif[0x0112] = turned
    return coded(image, kind, **({"exif": exif} if turned else {}))


def coded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """What no coding makes small."""
    return Image.effect_noise((width, height), 100).convert("RGB")


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def at(content: bytes, across: float, down: float) -> int:
    """How bright a picture is at a place, 0 to 255."""
    image = opened(content).convert("L")
    value = image.getpixel((int(image.width * across), int(image.height * down)))
    assert isinstance(value, int)
    return value


def refused(content: bytes) -> str:
    with pytest.raises(NotAPhoto) as told:
        fit(content)
    return told.value.sentence


@pytest.fixture
def no_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the browser: importing it fails."""
    monkeypatch.setitem(sys.modules, "PIL", None)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "photos")


# ---- keeping ----------------------------------------------------------------------------------


def test_a_photo_is_named_by_its_bytes_and_kept_once(blobs: Blobs, tmp_path: Path) -> None:
    content = SLIPS[0].read_bytes()
    name = blobs.keep(content)

    assert hashlib.sha256(content).hexdigest() == name
    assert name == blobs.keep(content)
    assert content == blobs.read(name)
    assert [name] == list(blobs.names())
    assert [name] == [path.name for path in tmp_path.rglob("*") if path.is_file()]


def test_a_photo_that_is_not_here_is_said(blobs: Blobs) -> None:
    assert not blobs.has("0" * 64)
    with pytest.raises(NotFound, match="not on this copy yet"):
        blobs.read("0" * 64)


@pytest.mark.parametrize("name", ["", "abc", "../" * 22 + "xx", "A" * 64, "/etc/passwd", "g" * 64])
def test_what_is_no_name_reaches_no_file(blobs: Blobs, name: str) -> None:
    with pytest.raises(NotFound):
        blobs.read(name)


def test_a_photo_that_changed_on_the_disk_is_damaged(blobs: Blobs, tmp_path: Path) -> None:
    name = blobs.keep(b"a slip")
    (tmp_path / "photos" / name[:2] / name).write_bytes(b"a slap")

    with pytest.raises(Damaged, match=name[:8]):
        blobs.read(name)


def test_a_photo_that_the_disk_cannot_read_is_not_said_to_be_missing(
    blobs: Blobs, tmp_path: Path
) -> None:
    name = hashlib.sha256(b"a slip").hexdigest()
    (tmp_path / "photos" / name[:2] / name).mkdir(parents=True)

    assert blobs.has(name)
    with pytest.raises(Damaged, match=f"{name[:8]} cannot be read: the disk says"):
        blobs.read(name)


def test_the_whole_photo_taken_again_replaces_the_damaged_one(blobs: Blobs, tmp_path: Path) -> None:
    name = blobs.keep(b"a slip")
    (tmp_path / "photos" / name[:2] / name).write_bytes(b"a slap")

    assert name == blobs.keep(b"a slip")
    assert blobs.read(name) == b"a slip"
    assert (tmp_path / "photos" / "damaged" / name).read_bytes() == b"a slap"


def test_a_photo_is_as_durable_as_the_folders_it_lies_in(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def noted(fd: int) -> None:
        synced.append(os.fstat(fd).st_ino)
        real(fd)

    monkeypatch.setattr(os, "fsync", noted)
    name = blobs.keep(b"a slip")
    made = tmp_path / "photos" / name[:2]

    assert {path.stat().st_ino for path in (made, made.parent, tmp_path)} <= set(synced)
    assert made.stat().st_ino == synced[-1]


def test_a_photo_that_was_here_already_is_made_durable_again(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = blobs.keep(b"a slip")
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_ino))
    blobs.keep(b"a slip")

    assert [(tmp_path / "photos" / name[:2]).stat().st_ino] == synced


def test_a_disk_that_takes_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("a file where the folder should be")

    with pytest.raises(NotSaved, match=r"not saved: the disk says .*Check the disk"):
        Blobs(tmp_path / "photos").keep(b"a slip")
    assert list(Blobs(tmp_path / "photos").names()) == []


FULL = """
import resource, sys
from pathlib import Path
from data.blobs import Blobs
from data.errors import NotSaved
blobs = Blobs(Path(sys.argv[1]))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
try:
    blobs.keep(b"x" * 5000)
except NotSaved as error:
    print(error.sentence)
print(list(blobs.names()), blobs.has(blobs.keep(b"small")), *Path(sys.argv[1]).rglob("*.part"))
"""


def test_a_full_disk_keeps_no_half_photo(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "photos")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    said, left = done.stdout.splitlines()

    assert said == (
        "The photo was not saved: the disk is full. Free some space, then take it again."
    )
    assert left == "[] True"


# ---- making fit -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SLIPS, ids=lambda path: path.stem)
def test_a_real_slip_is_kept_as_it_is(path: Path) -> None:
    content = path.read_bytes()
    jpeg = read_jpeg(content)

    assert content == fit(content)
    assert opened(content).size == (jpeg.width, jpeg.height)


def test_the_slips_come_with_what_is_printed_on_them() -> None:
    assert len(SLIPS) == 6
    for path in SLIPS:
        truth = json.loads(path.with_suffix(".json").read_text())
        assert {"company", "date", "address", "total"} == truth.keys()


@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        ((4032, 3024), (2016, 1512)),
        ((3024, 4032), (1512, 2016)),
        ((4080, 3071), (2040, 1536)),
        ((4000, 2999), (LONG_EDGE, 1500)),
        ((4200, 3150), (LONG_EDGE, 1500)),
        ((8064, 6048), (2016, 1512)),
        ((2032, 8128), (1016, 4064)),
        ((1016, 4064), (1016, 4064)),
        ((1500, 9000), (NARROWEST, 6000)),
        ((9000, 1500), (6000, NARROWEST)),
        ((1200, 2100), (1143, LONG_EDGE)),
        ((900, 4000), (900, 4000)),
        ((1000, 8000), (1000, 8000)),
        ((900, 9000), (800, 8000)),
        ((900, 8080), (891, 8000)),
        ((640, 10240), (500, 8000)),
        ((100, 8000), (100, 8000)),
        ((300, 200), (300, 200)),
        ((1, 1), (1, 1)),
    ],
)
def test_a_photo_is_shrunk_but_a_strip_stays_legible(
    taken: tuple[int, int], kept: tuple[int, int]
) -> None:
    assert kept == opened(fit(coded(Image.new("L", taken, 200)))).size


@pytest.mark.parametrize("taken", [(4032, 3024), (4079, 3061), (4200, 3150), (2032, 8128)])
def test_what_was_shrunk_is_not_shrunk_again(taken: tuple[int, int]) -> None:
    kept = fit(coded(Image.new("L", taken, 200)))

    assert kept == fit(kept)


@pytest.mark.parametrize("taken", [(500, 8001), (10, 8001), (8500, 500)])
def test_a_strip_that_could_not_be_read_any_more_is_taken_in_two(taken: tuple[int, int]) -> None:
    assert "Take it in two photos" in refused(coded(Image.new("L", taken)))


def test_a_large_photo_becomes_light() -> None:
    page = Image.blend(Image.new("RGB", (4032, 3024), "white"), noise(4032, 3024), 0.1)
    taken = coded(page, quality=92)
    kept = fit(taken)

    assert len(kept) < 600_000 < len(taken)


def test_a_small_photo_is_not_enlarged() -> None:
    content = picture(300, 200)

    assert content == fit(content)


def test_a_photo_of_the_right_size_in_a_cameras_best_quality_becomes_light() -> None:
    taken = coded(noise(1000, 1000), quality=100)
    kept = fit(taken)

    assert len(kept) < len(taken) / 2
    assert opened(kept).size == (1000, 1000)


TURNED = {
    1: (0.1, 0.1),
    2: (0.9, 0.1),
    3: (0.9, 0.9),
    4: (0.1, 0.9),
    5: (0.1, 0.1),
    6: (0.9, 0.1),
    7: (0.9, 0.9),
    8: (0.1, 0.9),
}
"""By EXIF orientation: where the corner that the sensor saw at the top left belongs."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("turned", "corner"), TURNED.items())
def test_a_photo_is_kept_upright_however_it_was_held(
    turned: int, corner: tuple[float, float], kind: str
) -> None:
    kept = fit(picture(400, 200, turned=turned, kind=kind))
    small = thumbnail(picture(400, 200, turned=turned, kind=kind))

    assert opened(kept).size == ((400, 200) if turned < 5 else (200, 400))
    for content in (kept, small):
        assert [place for place in set(TURNED.values()) if at(content, *place) < 60] == [corner]
        assert opened(content).getexif().get(0x0112, 1) == 1


def test_a_large_photo_held_upright_is_shrunk_and_turned() -> None:
    kept = fit(picture(4000, 3000, turned=6))

    assert opened(kept).size == (1500, LONG_EDGE)
    assert at(kept, 0.9, 0.1) < 60 < at(kept, 0.1, 0.1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"", b"II*\0", b"MM\0*\0\0\xff\xff", b"MM\0*\0\0\0\x08\xff\xff"])
def test_a_torn_orientation_leaves_the_photo_as_it_lies(exif: bytes, kind: str) -> None:
    content = coded(Image.new("RGB", (40, 20)), kind, exif=b"Exif\0\0" + exif)

    assert opened(fit(content)).size == (40, 20)


def test_an_orientation_that_does_not_exist_leaves_the_photo_as_it_lies() -> None:
    assert opened(fit(picture(400, 200, turned=9))).size == (400, 200)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_another_kind_of_picture_becomes_a_jpeg(kind: str) -> None:
    kept = fit(picture(400, 200, kind=kind))

    assert read_jpeg(kept)[:2] == (400, 200)
    assert at(kept, 0.1, 0.1) < 60 < 200 < at(kept, 0.9, 0.9)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 50}, {"exif": b"Exif\0\0MM"}])
def test_every_kind_of_webp_says_its_size(options: dict[str, Any]) -> None:
    content = coded(Image.new("RGB", (301, 203), "white"), "WEBP", **options)

    assert read_jpeg(fit(content))[:2] == (301, 203)


@pytest.mark.parametrize(
    ("mode", "kind"), [("L", "JPEG"), ("L", "PNG"), ("LA", "PNG"), ("1", "PNG")]
)
@pytest.mark.parametrize("size", [(300, 200), (3000, 2000)])
def test_grey_stays_grey(mode: str, kind: str, size: tuple[int, int]) -> None:
    content = coded(Image.new("L", size, 128).convert(mode), kind)

    assert read_jpeg(fit(content)).components == 1
    assert read_jpeg(thumbnail(content)).components == 1


@pytest.mark.parametrize("level", [0, 20_000, 40_000, 65_535])
def test_a_scan_of_16_bits_keeps_its_shades(level: int) -> None:
    scan = Image.new("I;16", (100, 100), level)

    assert at(fit(coded(scan, "PNG")), 0.5, 0.5) == pytest.approx(level / 256, abs=2)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_a_see_through_ground_becomes_paper(mode: str) -> None:
    letters = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(letters).rectangle((0, 0, 100, 100), (0, 0, 0, 255))
    kept = fit(coded(letters.convert(mode), "PNG"))

    assert at(kept, 0.2, 0.2) < 60
    assert at(kept, 0.9, 0.9) > 200


@pytest.mark.parametrize("size", [(300, 200), (3000, 2000)])
def test_four_printing_colours_become_three_that_can_be_printed(size: tuple[int, int]) -> None:
    kept = fit(coded(Image.new("RGB", size, "red").convert("CMYK")))

    assert read_jpeg(kept).components == 3
    assert 50 < at(kept, 0.5, 0.5) < 110


def test_a_progressive_photo_is_kept_as_it_is() -> None:
    content = coded(noise(90, 70), progressive=True)

    assert content == fit(content)


# ---- nothing private travels ------------------------------------------------------------------

SECRET = b"39.7392 N 104.9903 W"
PROFILE = b"a colour profile" * 10


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def told_much(content: bytes) -> bytes:
    """The JPEG as a talkative camera would have written it, with a film behind its end."""
    small = b"JFIF\0\x01\x02\0\0\x01\0\x01" + b"\x02\x02" + SECRET[:12]
    assert content[2:4] == b"\xff\xe0"
    behind_jfif = 4 + int.from_bytes(content[4:6])
    return b"".join(
        [
            content[:2],
            segment(0xE0, small),
            segment(0xE0, b"JFXX\0\x10" + SECRET),
            segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0" + SECRET),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
            segment(0xE2, b"ICC_PROFILE\0\x01\x01" + PROFILE),
            segment(0xE2, b"MPF\0" + SECRET),
            segment(0xE5, SECRET),
            segment(0xED, b"Photoshop 3.0\0" + SECRET),
            b"\xff\xff\xff",
            segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"),
            segment(0xFE, SECRET),
            content[behind_jfif:-2],
            segment(0xFE, SECRET),
            b"\xff\xd9",
            SECRET,
            content,
        ]
    )


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_kept_as_it_came_loses_what_the_camera_told(progressive: bool) -> None:
    content = coded(noise(90, 70), progressive=progressive)
    kept = fit(told_much(content))

    assert SECRET not in kept
    assert SECRET[:12] not in kept
    assert {"icc_profile", "adobe", "jfif"} <= opened(kept).info.keys()
    assert opened(kept).info["icc_profile"] == PROFILE
    assert kept.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0\xff")
    assert opened(content).tobytes() == opened(kept).tobytes()


@pytest.mark.usefixtures("no_pillow")
def test_without_pillow_it_loses_the_same() -> None:
    kept = fit(told_much(SLIPS[1].read_bytes()))

    assert SECRET not in kept
    assert kept.endswith(SLIPS[1].read_bytes()[-1000:])


@pytest.mark.parametrize("size", [(300, 200), (3000, 2000)])
def test_a_photo_coded_anew_loses_it_too(size: tuple[int, int]) -> None:
    from PIL.PngImagePlugin import PngInfo

    page = Image.new("RGB", size)
    text = PngInfo()
    text.add_text("comment", SECRET.decode())
    contents = [
        told_much(coded(page)),
        coded(page, "PNG", pnginfo=text),
        coded(page, "GIF", comment=SECRET),
        coded(page, "WEBP", xmp=SECRET),
    ]

    for content in contents:
        assert SECRET in content
        assert SECRET not in fit(content)
        assert SECRET not in thumbnail(content)


@pytest.mark.usefixtures("no_pillow")
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_without_pillow_the_way_up_is_all_that_stays(turned: int, order: str) -> None:
    exif = struct.pack(order + "HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, turned, 0, 0)
    mark = b"II" if order == "<" else b"MM"
    slip = SLIPS[1].read_bytes()
    taken = slip[:2] + segment(0xE1, b"Exif\0\0" + mark + exif + SECRET) + slip[2:]
    kept = fit(taken)

    assert SECRET not in kept
    assert kept == fit(kept)
    sys.modules.pop("PIL")
    assert opened(kept).getexif().get(0x0112, 1) == turned
    assert (kept == slip) == (turned == 1)


def test_of_a_photo_with_a_depth_map_the_photo_is_kept() -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(
        out, "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20))]
    )
    kept = fit(out.getvalue())

    assert opened(out.getvalue()).format == "MPO"
    assert opened(kept).format == "JPEG"
    assert opened(kept).size == (60, 40)
    assert at(kept, 0.5, 0.5) > 200


# ---- what is no photo -------------------------------------------------------------------------

BOX = b"\0\0\0\x18ftyp"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty, not a photo"),
        (b"%PDF-1.7 ...", "This is a PDF"),
        (b"\r\n%PDF-1.7 ...", "This is a PDF"),
        (b"Milk 1.20\nBread 2.30\n", "This is a text file"),
        ("Käse 4,10 €\n".encode() * 200, "This is a text file"),
        ("Käse 4,10 €".encode("utf-16"), "This is a text file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is a text file"),
        (BOX + b"heic\0\0\0\0mif1heic" + bytes(50), "This is a HEIC picture"),
        (BOX + b"avif" + bytes(50), "Send it as a JPEG"),
        (BOX + b"isom" + bytes(50), "This is a video"),
        (coded(Image.new("L", (9, 9)), "TIFF"), "Scan it again as a JPEG"),
        (b"PK\x03\x04", "This file is not a photo. Take a photo of the slip."),
        (SLIPS[0].read_bytes()[:5000], "damaged or cut short"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "damaged or cut short"),
        (coded(noise(50, 50), "PNG")[:900], "damaged or cut short"),
        (b"x" * (MOST_BYTES + 1), "larger than 30 MB"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in refused(content)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_a_file_with_several_pictures_is_refused_in_words(kind: str) -> None:
    content = coded(noise(40, 40), kind, save_all=True, append_images=[noise(40, 40)])

    assert "several pictures" in refused(content)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xc0" + bytes(20)])
def test_what_is_no_jpeg_is_not_read_as_one(content: bytes) -> None:
    with pytest.raises(NotAPhoto):
        read_jpeg(content)


@pytest.mark.usefixtures("no_pillow")
def test_without_pillow_only_a_jpeg_is_kept() -> None:
    slip = SLIPS[0].read_bytes()

    assert slip == fit(slip)
    assert "keeps only JPEG photos" in refused(b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\0\0\x09" * 2)
    with pytest.raises(Refused, match="made at the office"):
        thumbnail(slip)


JPEGS = {
    "a slip": SLIPS[1].read_bytes(),
    "progressive": coded(noise(90, 70), progressive=True),
    "grey": coded(noise(90, 70).convert("L")),
    "upright": picture(400, 200, turned=6),
    "with much told": told_much(SLIPS[1].read_bytes())[: -SLIPS[1].stat().st_size - len(SECRET)],
}
"""Whole ones, with nothing behind their end."""


@pytest.mark.parametrize("content", JPEGS.values(), ids=JPEGS.keys())
def test_a_jpeg_cut_anywhere_is_refused(content: bytes) -> None:
    cuts = {*range(min(1000, len(content))), *range(0, len(content), 61)}
    for cut in sorted(cuts | set(range(len(content) - 100, len(content)))):
        refused(content[:cut])
    fit(content)


@pytest.mark.usefixtures("no_pillow")
@pytest.mark.parametrize("content", JPEGS.values(), ids=JPEGS.keys())
def test_a_jpeg_cut_anywhere_is_refused_without_pillow(content: bytes) -> None:
    for cut in range(0, len(content), 61):
        refused(content[:cut])
    fit(content)


@pytest.mark.parametrize("content", JPEGS.values(), ids=JPEGS.keys())
def test_a_jpeg_whose_end_came_as_zeros_is_refused(content: bytes) -> None:
    for cut in range(2, len(content) - 2, 997):
        refused(content[:cut].ljust(len(content), b"\0"))


PICTURES = [
    *(content for name, content in JPEGS.items() if "slip" not in name and "told" not in name),
    coded(noise(40, 30), "PNG"),
    coded(noise(40, 30).convert("P"), "PNG"),
    coded(noise(40, 30), "GIF"),
    coded(noise(40, 30), "WEBP"),
    coded(noise(40, 30), "WEBP", lossless=True, exif=b"Exif\0\0MM"),
]


@given(st.data())
def test_no_damage_is_more_than_a_refusal(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(PICTURES)))
    places = st.integers(0, len(content) - 1) | st.integers(0, 60)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=4)):
        content[place] = value
    try:
        kept = fit(bytes(content[: data.draw(st.just(len(content)) | places)]))
    except NotAPhoto:
        return
    assert len(thumbnail(kept)) <= THUMB_BYTES


# ---- bombs ------------------------------------------------------------------------------------


def png(width: int, height: int, pixels: bytes, *, depth: int = 1, more: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            more,
            chunk(b"IDAT", pixels),
            chunk(b"IEND", b""),
        ]
    )


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def inflating_to(megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9)
    return b"".join(squeeze.compress(bytes(2**20)) for _ in range(megabytes)) + squeeze.flush()


def claims(content: bytes, frame: int, width: int, height: int) -> bytes:
    """The JPEG with another size, and coding, in its frame header."""
    start = next(at for at in range(len(content)) if content[at : at + 2] in FRAMES)
    size = struct.pack(">HH", height, width)
    return (
        content[:start]
        + bytes((0xFF, frame))
        + content[start + 2 : start + 5]
        + size
        + (content[start + 9 :])
    )


FRAMES = (b"\xff\xc0", b"\xff\xc2")
MANY_SCANS = coded(noise(20, 20), progressive=True)
LAST_SCAN = MANY_SCANS[MANY_SCANS.rindex(b"\xff\xda") : -2]

ONE_COLOUR = coded(noise(20, 20)).replace(
    b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00",
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00",
)
"""The first scan holds one colour of three, so all three are held until the last scan."""

BOMBS = {
    "a header of 2,500 million pixels": (png(50_000, 50_000, b""), "too many pixels"),
    "400 million pixels in 50 kB": (png(20_000, 20_000, inflating_to(48)), "too many pixels"),
    "a small picture and 300 MB behind it": (png(8, 8, inflating_to(300)), ""),
    "a colour profile of 300 MB": (
        png(8, 8, inflating_to(1), more=chunk(b"iCCP", b"x\0\0" + inflating_to(300))),
        "damaged",
    ),
    "a text of 300 MB": (
        png(8, 8, inflating_to(1), more=chunk(b"zTXt", b"x\0\0" + inflating_to(300))),
        "damaged",
    ),
    "a large gif": (b"GIF89a" + b"\xff" * 4 + bytes(30), "too many pixels (65,535 x 65,535)"),
    "a large webp": (
        b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0" * 2 + bytes(8),
        "too many pixels (16,384 x 16,384)",
    ),
    "a large jpeg": (claims(JPEGS["grey"], 0xC0, 65_000, 65_000), "too many pixels"),
    "a large progressive jpeg": (
        claims(JPEGS["progressive"], 0xC2, 9000, 9000),
        "too many pixels (9,000 x 9,000)",
    ),
    "a large jpeg, one colour at a time": (
        claims(ONE_COLOUR, 0xC0, 9000, 9000),
        "too many pixels (9,000 x 9,000)",
    ),
    "a progressive jpeg of 5,000 scans": (
        MANY_SCANS[:-2] + LAST_SCAN * 5000 + MANY_SCANS[-2:],
        "damaged",
    ),
}

WATCHED = """
import resource, sys
from pathlib import Path
from data.errors import NotAPhoto
from data.photos import fit, thumbnail
slip, room, *files = sys.argv[1:]
thumbnail(fit(Path(slip).read_bytes()))
used = Path("/proc/self/statm")
pages = int(used.read_text().split()[0]) if used.exists() else 0
most = pages * resource.getpagesize() + (int(room) if pages else 2**30)
resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
for file in files:
    content = Path(file).read_bytes()
    try:
        print("kept", len(fit(content)))
    except NotAPhoto as error:
        print(error.sentence)
"""


def in_little_memory(tmp_path: Path, contents: list[bytes], room: int) -> list[str]:
    """What `fit` says of each, in a process that may take only `room` more bytes than it has."""
    files = [tmp_path / str(number) for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WATCHED, str(SLIPS[4]), str(room), *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_bomb_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    said = in_little_memory(tmp_path, [content for content, _ in BOMBS.values()], 60 * 2**20)

    assert len(said) == len(BOMBS)
    for (name, (content, words)), sentence in zip(BOMBS.items(), said, strict=True):
        assert len(content) < 2**20, name
        assert words in sentence, name
        assert "too large for this device" not in sentence, name


@pytest.mark.parametrize(("size", "room"), [((8063, 6047), 80), ((4000, 2999), 30)])
def test_a_phones_photo_is_shrunk_while_it_is_decoded(
    tmp_path: Path, size: tuple[int, int], room: int
) -> None:
    taken = coded(Image.new("RGB", size, "white"))  # 195 MB and 48 MB of pixels

    assert in_little_memory(tmp_path, [taken], room * 2**20)[0].startswith("kept")


def test_what_does_not_fit_into_this_devices_memory_is_refused_in_words(tmp_path: Path) -> None:
    taken = coded(Image.new("L", (6000, 6000), "white"), "PNG")

    assert "too large for this device" in in_little_memory(tmp_path, [taken], 20 * 2**20)[0]


# ---- small pictures ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "small"),
    [
        ((2000, 1500), (320, 240)),
        ((1500, 2000), (240, 320)),
        ((1000, 4000), (120, 480)),
        ((1000, 8000), (120, 960)),
        ((500, 8000), (60, 960)),
        ((100, 80), (100, 80)),
    ],
)
def test_a_small_picture_keeps_its_proportions(
    kept: tuple[int, int], small: tuple[int, int]
) -> None:
    assert small == opened(thumbnail(coded(Image.new("RGB", kept)))).size


@pytest.mark.parametrize("size", [(2000, 1500), (1000, 8000), (320, 320)])
def test_a_small_picture_is_light_whatever_it_shows(size: tuple[int, int]) -> None:
    assert len(thumbnail(coded(noise(*size)))) <= THUMB_BYTES


@pytest.mark.parametrize("path", SLIPS, ids=lambda path: path.stem)
def test_the_small_picture_of_a_slip_is_light_and_not_too_narrow(path: Path) -> None:
    small = thumbnail(path.read_bytes())

    assert len(small) <= THUMB_BYTES
    assert min(opened(small).size) >= 120


def test_a_small_picture_of_no_photo_is_refused_in_words() -> None:
    with pytest.raises(NotAPhoto, match="PDF"):
        thumbnail(b"%PDF-1.7")


def test_a_small_picture_is_made_once(blobs: Blobs, tmp_path: Path) -> None:
    name = blobs.keep(SLIPS[0].read_bytes())
    small = blobs.thumbnail(name)
    (tmp_path / "photos" / name[:2] / name).unlink()

    assert small == thumbnail(SLIPS[0].read_bytes())
    assert small == blobs.thumbnail(name)
    assert list(blobs.names()) == []


@pytest.mark.parametrize("left", [b"", b"\xff\xd8\xff\xe0"])
def test_a_small_picture_that_a_crash_cut_is_made_again(
    blobs: Blobs, tmp_path: Path, left: bytes
) -> None:
    name = blobs.keep(SLIPS[0].read_bytes())
    small = blobs.thumbnail(name)
    (tmp_path / "photos" / "thumbs" / name).write_bytes(left)

    assert small == blobs.thumbnail(name)
    assert small == (tmp_path / "photos" / "thumbs" / name).read_bytes()


def test_a_small_picture_is_shown_even_if_it_cannot_be_kept(blobs: Blobs, tmp_path: Path) -> None:
    name = blobs.keep(SLIPS[0].read_bytes())
    (tmp_path / "photos" / "thumbs").write_text("a file where the folder should be")

    assert thumbnail(SLIPS[0].read_bytes()) == blobs.thumbnail(name)


def test_a_photo_that_is_not_here_has_no_small_picture(blobs: Blobs) -> None:
    with pytest.raises(NotFound, match="not on this copy yet"):
        blobs.thumbnail("0" * 64)
