"""The muster list and the badge sheets: who is on them, and that what is printed can be read."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

from data.errors import Refused
from data.kinds.attendance import check_in, check_out
from data.kinds.badges import badge_for, give_badges, lost_badge, text_of
from data.kinds.people import PERSON
from data.kinds.vouchers import give_voucher
from tests.small_show import SmallShow
from tests.test_scan import read
from views.forms import BADGES, MUSTER

DARK = re.compile(r"^0 g ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re f$", re.MULTILINE)
SCALE = 3


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def printed(content: bytes) -> list[Image.Image]:
    """The dark squares of each page, as a printer lays them down."""
    images = []
    for page in PdfReader(BytesIO(content)).pages:
        height = float(page.mediabox.height)
        image = Image.new("L", (int(page.mediabox.width) * SCALE, int(height) * SCALE), 255)
        paint = ImageDraw.Draw(image)
        contents = page.get_contents()
        assert contents is not None
        for x, y, w, h in DARK.findall(contents.get_data().decode("latin-1")):
            left, top = float(x), height - float(y) - float(h)
            box = (left, top, left + float(w), top + float(h))
            paint.rectangle([round(side * SCALE) for side in box], fill=0)
        images.append(_before_a_camera(image))
    return images


def _before_a_camera(page: Image.Image) -> Image.Image:
    """The picture in the middle of what a camera sees, with the paper around it."""
    dark = page.crop(page.point(lambda grey: 255 - grey).getbbox())
    seen = Image.new("L", (dark.width * 2, dark.height * 2), 255)
    seen.paste(dark, (dark.width // 2, dark.height // 2))
    return seen


def test_the_muster_list_has_who_is_here_and_nobody_else(show: SmallShow) -> None:
    for name in ("Gus", "Grete", "Rosa"):
        check_in(show.desk, show.day, show[name])
    show.wall.shows(9, 30)
    check_out(show.desk, show.day, show["Grete"])
    give_voucher(show.desk, show.day, "12", name="Wanda")

    paper = MUSTER.make(show.desk, show.day.id)
    (text,) = pages(paper.content)

    assert paper.file_name == "muster-2026-06-09-main.pdf"
    assert "Gus" in text
    assert "Rosa" in text
    assert "Wanda" in text
    assert "voucher 12" in text
    assert "Grete" not in text
    assert "09:30" in text


def test_what_is_printed_is_what_the_reader_reads(show: SmallShow, tmp_path: Path) -> None:
    worn = give_badges(show.desk, [show["Gus"], show["Cam"]])
    paper = BADGES.make(show.desk, "")
    pictures = printed(paper.content)

    assert len(pictures) == 2, "a page for each department"
    said = set(read(pictures, tmp_path))
    assert said == {text_of(show.desk, badge) for badge in worn}


def test_a_badge_sheet_shows_the_name_beside_the_picture_and_no_lost_badge(
    show: SmallShow,
) -> None:
    (old,) = give_badges(show.desk, [show["Gus"]])
    new = lost_badge(show.desk, old)

    (text,) = pages(BADGES.make(show.desk, "").content)

    assert "Gus" in text
    assert new.number in text.splitlines()
    assert old.number not in text.splitlines()
    assert badge_for(show.desk, show["Gus"]) == new


def test_without_badges_there_is_nothing_to_print(show: SmallShow) -> None:
    with pytest.raises(Refused, match="Give them out"):
        BADGES.make(show.desk, "")


def test_a_department_of_many_goes_on_over_pages(show: SmallShow) -> None:
    for n in range(20):
        show.desk.add(show["Gus"].model_copy(update={"id": "", "name": f"Grip {n}"}))
    give_badges(show.desk, show.desk.all(PERSON))

    texts = pages(BADGES.make(show.desk, "").content)

    assert all(sum(f"Grip {n}" in text for text in texts) >= 1 for n in range(20))
