"""The office reads slips: made-up lines of several countries, and real photos."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from math import cos, radians, sin
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from data.errors import Refused
from data.photos import fit, read_jpeg
from data.reading.days import days_in
from data.reading.eyes import Eyes
from data.reading.lines import Corners
from data.reading.slip import Reading, read_slip
from data.reading.totals import role_of

SLIPS = Path(__file__).parent / "data" / "receipts"
LATEST = date(2026, 6, 9)


def printed(slip: str, *, slant: float = 0.0) -> list[tuple[Corners, str]]:
    """Lines of a made-up slip; two blanks or more part what stands beside each other."""
    seen: list[tuple[Corners, str]] = []
    for row, line in enumerate(slip.strip("\n").splitlines()):
        at = 0
        for part in filter(None, line.split("  ")):
            left = 10 * line.index(part, at)
            at = line.index(part, at) + len(part)
            width, top = 10 * len(part), 30 * row
            box = [(left, top), (left + width, top), (left + width, top + 20), (left, top + 20)]
            seen.append(([_turned(x, y, slant) for x, y in box], part.strip()))
    return seen


def _turned(x: float, y: float, degrees: float) -> tuple[float, float]:
    a = radians(degrees)
    return x * cos(a) - y * sin(a), x * sin(a) + y * cos(a)


def read(slip: str, *, slant: float = 0.0) -> tuple[str | None, date | None, Decimal | None]:
    reading: Reading = read_slip(printed(slip, slant=slant), latest=LATEST)
    told = (reading.vendor, reading.date, reading.total)
    vendor, day, total = (None if found is None else found.value for found in told)
    return vendor, day, total  # type: ignore[return-value]  # three of three types


AMERICAN = """
COMET HARDWARE
1204 Central Ave SE
Albuquerque, NM 87106
06/05/2026 14:22
2x4 8FT SPF        12.40
SCREWS 1LB          8.99
SUBTOTAL           21.39
SALES TAX 7.625%    1.63
TOTAL             $23.02
VISA               23.02
"""
GERMAN = """
Schrauben Müller GmbH
Hauptstr. 12
10115 Berlin
Gaffer 50mm        18,90
Kabelbinder         4,10
Zwischensumme      23,00
Summe EUR          23,00
Gegeben bar        50,00
Rückgeld           27,00
enth. MwSt 19%      3,67
Datum: 03.06.2026 16:40
"""
FRENCH = """
BOULANGERIE DU COIN
14, rue des Lilas
75011 Paris
Croissants 24      28,80
Total HT           27,30
TVA 5,5%            1,50
NET A PAYER        28,80
CB                 28,80
le 5 juin 2026 07:12
"""
YEN = """
コーヒー 新宿
2026年6月4日 11:05
Coffee              450
Cake                520
合計                970
お預り             1000
お釣                 30
"""


@pytest.mark.parametrize(
    ("slip", "expected"),
    [
        (AMERICAN, ("COMET HARDWARE", date(2026, 6, 5), Decimal("23.02"))),
        (GERMAN, ("Schrauben Müller GmbH", date(2026, 6, 3), Decimal("23.00"))),
        (FRENCH, ("BOULANGERIE DU COIN", date(2026, 6, 5), Decimal("28.80"))),
        (YEN, ("コーヒー 新宿", date(2026, 6, 4), Decimal("970"))),
    ],
)
def test_slips_of_several_countries_are_read(
    slip: str, expected: tuple[str, date, Decimal]
) -> None:
    assert expected == read(slip)


@pytest.mark.parametrize(
    ("slip", "total"),
    [
        ("ZIA TAXI\nCab 114 Permit 20417\n06/05/2026\nTOTAL      12.50", "12.50"),
        ("ZIA PARKING\nLot 3, 450 spaces\n06/05/2026\nPaid with thanks\n$ 4.50", "4.50"),
        ("ZIA PARKING\nTicket 81734\n06/05/2026\n7,50 EUR", "7.50"),
        ("Received of Gus Grip\nthe sum of USD 40.00\nfor 3 cases of water", "40.00"),
        ("HINODE OIL\n2026/06/05\nRegular      35.10 L\n合計      5,265", "5265"),
        ("HINODE MARKET\n2026/06/05\nApples 1.25      580\n合計      580", "580"),
        ("KIOSK HINODE\n2026/06/05\n合計      1,080", "1080"),
    ],
)
def test_a_slip_with_one_amount_tells_it(slip: str, total: str) -> None:
    assert Decimal(total) == read(slip)[2]


def test_a_slip_that_lies_askew_is_read_alike() -> None:
    assert read(AMERICAN) == read(AMERICAN, slant=7)


def test_sums_that_come_out_outweigh_a_misread_total() -> None:
    misread = AMERICAN.replace("TOTAL             $23.02", "TOTAL             $23.82")

    assert Decimal("23.02") == read(misread)[2]


def test_each_value_says_where_in_the_photo_it_stands() -> None:
    reading = read_slip(printed(AMERICAN), latest=LATEST)

    assert reading.total is not None
    assert (reading.total.place.left, reading.total.place.top) == (170, 240)


def test_a_slip_of_goods_only_tells_no_vendor_and_no_date() -> None:
    assert (None, None, Decimal("18.90")) == read("Gaffer    18,90\nTape    4,10")


def test_nothing_seen_is_nothing_read() -> None:
    assert Reading() == read_slip([], latest=LATEST)


def test_a_date_after_today_is_not_when_it_was_bought() -> None:
    slip = AMERICAN + "\nReturn until 09/05/2026\nprinted 08/01/2027"

    assert date(2026, 6, 5) == read(slip)[1]


def test_the_day_comes_first_unless_the_slip_says_otherwise() -> None:
    assert date(2026, 6, 5) == read("Shop\n05/06/2026\nBread  2.00\nTotal  2.00")[1]
    assert date(2026, 5, 6) == read("Shop\n05/06/2026\n05/28/2026\nTotal  2.00")[1]
    told = read_slip(printed("05/06/2026"), latest=LATEST, month_first=True).date
    assert told is not None
    assert date(2026, 5, 6) == told.value


@pytest.mark.parametrize(
    "text", ["25/12/20188:13:39PM", "25-12-18 8:13", "2018-12-25", "25 DEC 2018", "Dec 25, 2018"]
)
def test_dates_are_read_as_slips_print_them(text: str) -> None:
    assert [date(2018, 12, 25)] == list(days_in(text, month_first=False))


@pytest.mark.parametrize("text", ["31/02/2018", "RM 12.05", "TEL 07-3867524", "13:45:12"])
def test_what_is_no_date_is_read_as_none(text: str) -> None:
    assert list(days_in(text, month_first=False)) == []


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Grand Totai :", "total"),
        ("Total (Excluding GST)", "subtotal"),
        ("Total Sales (Inclusive of GST)", "total"),
        ("Total GST", "tax"),
        ("TOTAL QTY", "counted"),
        ("Cash Change", "change"),
        ("Cashier: USER", "other"),
        ("ROUNDING ADJ", "adjusts"),
    ],
)
def test_the_words_beside_an_amount_say_what_it_is(label: str, role: str) -> None:
    assert role == role_of(label)[0]


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)

    with pytest.raises(Refused, match=r"pip install 'callboard\[ocr\]'"):
        Eyes()


@pytest.mark.parametrize(
    ("taken", "looked_at"), [((3024, 4032), (1088, 1451)), ((600, 1700), (600, 1700))]
)
def test_a_large_photo_is_looked_at_smaller_and_marked_where_it_is(
    taken: tuple[int, int], looked_at: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    Image.new("RGB", taken, "white").save(out, "JPEG")
    across = looked_at[0]

    def recognised(image: Image.Image) -> SimpleNamespace:
        assert looked_at == image.size
        return SimpleNamespace(boxes=[[(0, 0), (across, 0), (across, 9), (0, 9)]], txts=["TOTAL"])

    eyes = Eyes()
    monkeypatch.setattr(eyes, "_recognise", recognised)
    ((corners, text),) = eyes.see(out.getvalue())

    assert text == "TOTAL"
    assert corners[1] == (read_jpeg(fit(out.getvalue())).width, 0)


def test_the_command_reads_real_slips_and_passes_over_what_is_none(tmp_path: Path) -> None:
    for name in ("029", "042"):
        (tmp_path / f"{name}.jpg").write_bytes((SLIPS / f"{name}.jpg").read_bytes())
    (tmp_path / "note.jpg").write_text("not a photo")

    told = subprocess.run(
        [sys.executable, "main.py", "read-receipts", str(tmp_path), "--json"],
        cwd=SLIPS.parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    rows = json.loads(told.stdout)
    assert rows[0] == {
        "file": "029.jpg",
        "vendor": "C W KHOO HARDWARE SDN BHD",
        "date": "2018-03-01",
        "total": "21.20",
    }
    assert tuple(rows[1][name] for name in ("file", "date", "total")) == (
        "042.jpg",
        "2018-03-05",
        "64.15",
    )
    assert told.stderr.startswith("note.jpg: This is a text file, not a photo")
