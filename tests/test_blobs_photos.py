"""Photos: named by their bytes, durable before their record, and fit to print as kept."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from data.blobs import Blobs
from data.errors import Damaged, NotAPhoto, NotFound
from data.photos import LONG_EDGE, MOST_BYTES, NARROWEST, fit, read_jpeg

ROOT = Path(__file__).resolve().parents[1]
SLIPS = sorted((ROOT / "tests" / "data" / "receipts").glob("*.jpg"))


def picture(width: int, height: int, *, turned: int = 0, kind: str = "JPEG") -> bytes:
    """A picture with a black top left corner; `turned` is the EXIF orientation."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), "black")
    exif = Image.Exif()
    if turned:
        exif[0x0112] = turned
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


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
print(list(blobs.names()), blobs.has(blobs.keep(b"small")))
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

    assert "The photo was not saved" in said
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


def test_a_large_photo_is_made_smaller() -> None:
    kept = opened(fit(picture(4000, 3000)))

    assert kept.size == (LONG_EDGE, LONG_EDGE * 3 // 4)


def test_a_long_strip_stays_wide_enough_to_read() -> None:
    kept = opened(fit(picture(1500, 9000)))

    assert kept.size == (NARROWEST, NARROWEST * 6)


def test_a_small_photo_is_not_enlarged() -> None:
    content = picture(300, 200)

    assert content == fit(content)


@pytest.mark.parametrize(("turned", "corner"), [(3, (0.9, 0.9)), (6, (0.9, 0.1)), (8, (0.1, 0.9))])
def test_a_photo_taken_sideways_is_kept_upright(turned: int, corner: tuple[float, float]) -> None:
    kept = opened(fit(picture(400, 200, turned=turned)))
    black = kept.convert("L").getpixel((int(kept.width * corner[0]), int(kept.height * corner[1])))

    assert isinstance(black, int)
    assert black < 60
    assert kept.getexif().get(0x0112, 1) == 1
    assert (kept.size == (400, 200)) == (turned == 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_another_kind_of_picture_becomes_a_jpeg(kind: str) -> None:
    kept = fit(picture(400, 200, kind=kind))

    assert read_jpeg(kept)[:2] == (400, 200)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a photo"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04", "not a photo"),
        (SLIPS[0].read_bytes()[:5000], "damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "not a photo"),
        (b"x" * (MOST_BYTES + 1), "larger than 30 MB"),
    ],
    ids=["nothing", "pdf", "zip", "half a photo", "only the beginning", "huge"],
)
def test_what_is_no_photo_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(NotAPhoto, match=words):
        fit(content)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xc0" + bytes(20)])
def test_what_is_no_jpeg_is_not_read_as_one(content: bytes) -> None:
    with pytest.raises(NotAPhoto):
        read_jpeg(content)
