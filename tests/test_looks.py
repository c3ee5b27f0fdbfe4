"""A photo is known again when it was turned, rescaled or saved anew; another slip is another."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from data.reading.looks import EDGE, Compared, Small, look_of, small
from data.reading.sight import SHARP_EDGE, sight_of
from data.rules.petty_cash import LIMITS

SLIPS = sorted((Path(__file__).parent / "data" / "receipts").glob("*.jpg"))


def coded(image: Image.Image, quality: int = 85) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def copy_of(slip: Path, how: str) -> bytes:
    """A slip as somebody may send it again: `turn 3`, `cut -2`, `size 0.5`, `quality 40`."""
    image = Image.open(slip).convert("RGB")
    word, by = how.split()
    if word == "quality":
        return coded(image, int(by))
    if word == "size":
        size = round(image.width * float(by)), round(image.height * float(by))
        return coded(image.resize(size, Image.Resampling.BICUBIC))
    larger = word == "turn"
    return coded(image.rotate(float(by), Image.Resampling.BICUBIC, larger, fillcolor="white"))


AT_ONCE = ("quality 40", "turn 90", "turn 3")
"""Copies of the plain run; the others take half a minute together."""
COPIES = "quality 40|size 0.4|size 1.3|turn 90|turn 180|turn 270|turn 3|turn -2|cut 2|turn 92"


@pytest.fixture(scope="module")
def looks() -> list[str]:
    return [look_of(small(slip.read_bytes())) for slip in SLIPS]


@pytest.mark.parametrize(
    "how",
    [
        how if how in AT_ONCE else pytest.param(how, marks=pytest.mark.long)
        for how in COPIES.split("|")
    ],
)
def test_a_copy_is_known_again_and_taken_for_no_other(how: str, looks: list[str]) -> None:
    for n, slip in enumerate(SLIPS):
        compared = Compared(small(copy_of(slip, how)))

        assert [compared.same_as(look) for look in looks] == [n == m for m in range(len(looks))]


def test_a_print_is_short_text_and_made_of_bytes_alone() -> None:
    photo = small(SLIPS[0].read_bytes())

    assert max(photo.width, photo.height) == EDGE
    assert len(look_of(photo)) == 344
    assert look_of(Small(photo.width, photo.height, bytes(photo.grey))) == look_of(photo)


def test_a_print_of_another_kind_is_like_nothing(looks: list[str]) -> None:
    compared = Compared(small(SLIPS[0].read_bytes()))

    assert not compared.same_as("no print")
    assert not compared.same_as(looks[0][:100])


def test_blank_paper_is_compared_without_trouble(looks: list[str]) -> None:
    blank = Small(40, 64, b"\xff" * 2560)

    assert not any(Compared(blank).same_as(look) for look in looks)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.stem)
def test_a_blurred_or_dark_photo_is_told_from_one_that_can_be_read(slip: Path) -> None:
    image = Image.open(slip).convert("L")
    blurred = image.filter(ImageFilter.GaussianBlur(max(image.size) / 200))
    good, soft, dark = (
        sight_of(small(coded(i), SHARP_EDGE))
        for i in (image, blurred, image.point(lambda value: value // 4))
    )

    assert good.sharp > LIMITS.sharp_above > soft.sharp
    assert good.paper > LIMITS.dark_below > dark.paper
