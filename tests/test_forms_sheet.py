"""The page itself: fonts, fitting, photos, head and foot, and bytes that do not change."""

import ast
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import StreamObject

from views.forms import cells
from views.forms.canvas import Canvas
from views.forms.faces import BOX, FILES, FONTS, Face
from views.forms.jpeg import read_jpeg
from views.forms.sheet import NOT_HERE, NOT_PRINTABLE, Head, Sheet, Show
from views.forms.table import Column, Table

SHOW = Show("Copper Mountain", company="Zażółć Films", number="CM-1", zone="America/Denver")
HEAD = Head(
    form_no="26-XX-0001",
    day=date(2026, 6, 9),
    day_number=12,
    day_count=45,
    unit="Main",
    prepared_by="Siobhán O'Brien",
    status="Draft",
    revision="2",
    supersedes="revision 1",
    generated_at=datetime(2026, 6, 9, 12, 30, tzinfo=UTC),
)
NAMES = ("Łukasz Dąbrowski", "Nguyễn Thị Minh Khai", "Zoë Ibrahim", "Siobhán O'Brien")


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def jpeg(width: int, height: int, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 40).convert(mode).save(out, "JPEG", quality=60)
    return out.getvalue()


@pytest.fixture
def sheet() -> Sheet:
    return Sheet("Test form", SHOW, HEAD)


@pytest.fixture
def face(sheet: Sheet) -> Face:
    return sheet.faces["plain"]


def place(sheet: Sheet, text: str) -> str:
    sheet.page.text(sheet.left, 200, text)
    return texts(sheet.finish())[0]


@pytest.mark.parametrize("name", [*NAMES, "Дмитрий", "Ελένη", "€ ₫ ₽ → ✓ ☐ ½ ⅛ № “so” – …"])
def test_a_name_can_be_read_back_as_it_was_written(sheet: Sheet, name: str) -> None:
    assert name in place(sheet, name)


def test_a_glyph_the_font_lacks_prints_as_a_box(sheet: Sheet) -> None:
    assert f"{BOX}{BOX} Kim {BOX}" in place(sheet, "김민 Kim 👍")


@pytest.mark.parametrize(
    "text", ["\x00\x07", "a\tb\r\nc", "\ud800", "\u202e\u200d", "שלום", "(\\)"]
)
def test_no_text_is_an_exception(sheet: Sheet, text: str) -> None:
    sheet.page.fitted(20, 200, text, 30)

    assert sheet.finish().startswith(b"%PDF")


def test_a_letter_with_its_accent_apart_prints_as_one(sheet: Sheet) -> None:
    assert "Zoë" in place(sheet, "Zoe\u0308")


def test_every_face_is_on_board_with_the_alphabets_it_promises(sheet: Sheet) -> None:
    for face in sheet.faces.values():
        assert [c for c in "ŁąệơĐđ ΑωςЖїґ €₫₴₹ ←→ ✓✗ ☐☑ −≤½⅝…’№" if face.lacks(c)] == []


def test_a_shipped_face_is_not_heavy() -> None:
    faces = [*FONTS.glob("*.ttf")]

    assert {FONTS / name for name in FILES.values()} <= set(faces)
    assert all(path.stat().st_size <= 200_000 for path in faces)
    assert "OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()


def test_a_fitted_text_never_leaves_its_width(face: Face) -> None:
    for text in ("Key Asst. Location Manager", "Donaudampfschifffahrtsgesellschaft " * 4, "W" * 90):
        for lines in (1, 2):
            size, fitted = face.fitted(text, 8, 70, lines=lines)

            assert len(fitted) <= lines
            assert all(face.width(line, size) <= 70.01 for line in fitted)


def test_a_text_that_fits_is_left_alone(face: Face) -> None:
    assert face.fitted("Grip", 8, 70) == (8, ["Grip"])


def test_a_cut_text_says_that_it_is_cut(face: Face) -> None:
    assert face.shortened("Key Asst. Location Manager", 8, 40).endswith("…")


def test_wrapping_loses_no_word(face: Face) -> None:
    text = "Company move to location 2 took 48 minutes because of the train"

    assert " ".join(face.wrapped(text, 8, 60)).split() == text.split()


def test_written_line_ends_stay(face: Face) -> None:
    assert face.wrapped("one\n\ntwo", 8, 200) == ["one", "", "two"]


def test_the_head_says_whose_form_it_is_on_every_page(sheet: Sheet) -> None:
    sheet.turn()

    for page, text in enumerate(texts(sheet.finish()), 1):
        for wanted in ("Copper Mountain", "Zażółć Films", "CM-1", "26-XX-0001", "TEST FORM"):
            assert wanted in text
        for wanted in ("Day 12 of 45", "Tue 9 Jun 2026", "Siobhán O'Brien", "Draft", "Main"):
            assert wanted in text
        assert f"Page {page} of 2" in text
        assert "Generated Tue 9 Jun 2026 6:30A MDT · Revision 2 · supersedes revision 1" in text
        assert "AMBER" in text


def test_a_void_form_says_why() -> None:
    head = replace(HEAD, status="Void", reason="wrong day")

    assert "Void: wrong day" in texts(Sheet("T", SHOW, head).finish())[0]


def test_an_empty_head_leaves_room_to_write() -> None:
    text = texts(Sheet("T", SHOW, Head()).finish())[0]

    assert "Day ____ of ____" in text
    assert "Date ____" in text
    assert "Blank form" in text


@pytest.mark.parametrize(("paper", "size"), [("letter", (612, 792)), ("a4", (595.28, 841.89))])
def test_paper_is_what_the_show_prints_on(paper: str, size: tuple[float, float]) -> None:
    show = replace(SHOW, paper=paper)  # type: ignore[arg-type]
    upright = PdfReader(io.BytesIO(Sheet("T", show, HEAD).finish())).pages[0].mediabox
    across = Sheet("T", show, HEAD, orientation="landscape").finish()
    wide = PdfReader(io.BytesIO(across)).pages[0].mediabox

    assert (float(upright.width), float(upright.height)) == pytest.approx(size)
    assert (float(wide.height), float(wide.width)) == pytest.approx(size)


def test_the_file_knows_its_title_and_language(sheet: Sheet) -> None:
    reader = PdfReader(io.BytesIO(sheet.finish()))

    assert reader.metadata is not None
    assert reader.metadata.title == "Copper Mountain: Test form"
    assert str(reader.root_object["/Lang"]) == "en"


def test_the_same_facts_give_the_same_bytes() -> None:
    def drawn() -> bytes:
        sheet = Sheet("T", SHOW, HEAD)
        sheet.photo(partial(bytes, PHOTO), 50, 100, 100, 100)
        return sheet.finish()

    assert drawn() == drawn()


PHOTO = jpeg(90, 160)


@pytest.mark.parametrize(("mode", "colours"), [("RGB", "/DeviceRGB"), ("L", "/DeviceGray")])
def test_a_photo_is_embedded_byte_for_byte(sheet: Sheet, mode: str, colours: str) -> None:
    data = jpeg(120, 80, mode)
    sheet.photo(partial(bytes, data), 50, 100, 200, 100)
    pdf = sheet.finish()
    [image] = PdfReader(io.BytesIO(pdf)).pages[0].images

    assert data in pdf
    assert image.indirect_reference is not None
    stream = image.indirect_reference.get_object()
    assert isinstance(stream, StreamObject)
    assert str(stream["/ColorSpace"]) == colours
    assert (str(stream["/Width"]), str(stream["/Height"])) == ("120", "80")


def test_a_photo_keeps_its_shape_and_stays_in_its_box(sheet: Sheet) -> None:
    sheet.photo(partial(jpeg, 300, 100), 50, 100, 200, 200)
    [placed] = sheet.page.photos

    assert placed.width / placed.height == pytest.approx(3)
    assert placed.x >= 50
    assert placed.y >= 100
    assert placed.x + placed.width <= 250
    assert placed.y + placed.height <= 300


def test_one_photo_shown_twice_is_stored_once(sheet: Sheet) -> None:
    sheet.photo(partial(bytes, PHOTO), 50, 100, 100, 100)
    sheet.photo(partial(bytes, PHOTO), 200, 100, 100, 100)

    assert sheet.finish().count(PHOTO) == 1


def test_a_photo_on_another_device_is_said_to_be_missing(sheet: Sheet) -> None:
    sheet.photo(None, 50, 100, 200, 200)

    assert NOT_HERE in texts(sheet.finish())[0]


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n", b"\xff\xd8", PHOTO[:20], b"\xff\xd8\xff\xd9"]
)
def test_what_is_no_jpeg_is_said_not_to_print(sheet: Sheet, data: bytes) -> None:
    sheet.photo(partial(bytes, data), 50, 100, 300, 200)

    assert NOT_PRINTABLE in texts(sheet.finish())[0]


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_torn_jpeg_header_is_never_an_exception(cut: int) -> None:
    read = read_jpeg(PHOTO[:cut])

    assert read is None or (read.width, read.height) == (90, 160)


def test_a_progressive_jpeg_prints_and_a_four_colour_one_does_not() -> None:
    out = io.BytesIO()
    Image.new("RGB", (30, 20)).save(out, "JPEG", progressive=True)
    progressive = read_jpeg(out.getvalue())

    assert progressive is not None
    assert (progressive.width, progressive.height) == (30, 20)
    assert read_jpeg(jpeg(10, 10, "CMYK")) is None


def test_a_table_repeats_its_head_and_its_band_on_the_next_page(sheet: Sheet) -> None:
    table = Table(sheet, (Column("Name", 1), Column("Title", 1)))
    table.band("Grip")
    for number in range(60):
        table.row((f"Person {number}", "Grip"))
    table.end()
    first, second = texts(sheet.finish())

    assert "Grip (continued)" in second
    assert "Name" in second
    assert "Person 59" in second
    assert "(continued)" not in first


def test_a_band_is_never_alone_at_the_foot_of_a_page(sheet: Sheet) -> None:
    table = Table(sheet, (Column("Name", 1),), row_height=20)
    table.row(("first",))
    while sheet.fits(20 + table.band_height):
        table.row(("filler",))
    assert sheet.fits(table.band_height)
    table.band("Electric")
    table.row(("gaffer",))
    table.end()

    assert "Electric" in texts(sheet.finish())[1]


def test_a_struck_row_has_a_line_through_each_of_its_texts(sheet: Sheet) -> None:
    def rules(*, struck: bool) -> int:
        sheet.turn()
        table = Table(sheet, (Column("No.", 1), Column("Vendor", 2), Column("Code", 1)))
        table.row(("1", "Żabka", ""), struck=struck)
        table.end()
        return sheet.page.content().count(" l\n")

    assert rules(struck=True) - rules(struck=False) == 2


def test_nothing_is_placed_outside_the_margins(sheet: Sheet) -> None:
    table = Table(
        sheet, (Column("A", 1, "right"), Column("B", 2, lines=2), Column("C", 1, "centre"))
    )
    for number in range(80):
        table.row((f"{number}" * 30, "Key Asst. Location Manager " * 3, "W" * 40))
    table.end()
    sheet.finish()

    assert len(sheet.pages) > 1
    assert all(lowest(page) >= 20 for page in sheet.pages)


def lowest(page: Canvas) -> float:
    """The lowest baseline of the page, from its foot."""
    return min(float(line.split()[5]) for line in page.content().split("\n") if line.endswith("Tj"))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234.5", "USD", "1,234.50"),
        ("-5", "EUR", "-5.00"),
        ("1200", "JPY", "1,200"),
        ("1.2345", "USD", "1.2345"),
        ("1.5", "KWD", "1.500"),
        ("0", "USD", "0.00"),
        ("1E+3", "USD", "1,000.00"),
    ],
)
def test_money_prints_exactly(amount: str, currency: str, text: str) -> None:
    assert cells.money(Decimal(amount), currency) == text


def test_what_is_not_known_prints_as_nothing() -> None:
    assert cells.money(None, "USD") == ""
    assert cells.day(None) == ""
    assert cells.count(None) == ""


def test_forms_know_neither_screens_nor_sync() -> None:
    folder = Path(cells.__file__).parent
    imported = {
        name.split(".")[0]
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _names(node)
    }

    assert not imported & {"flet", "sync"}


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_fpdf_is_not_imported_until_a_form_is_drawn() -> None:
    """Only what writes the file has it at its top, and that is imported when a sheet is begun."""
    folder = Path(cells.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            names = _names(node)
            assert "views.forms.written" not in names, path.name
            if path.stem != "written":
                assert "fpdf" not in [name.split(".")[0] for name in names], path.name
