"""Files that are no lists, damaged ones, and devices that cannot read them: said in words."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.desk import Desk
from data.errors import BadInput, OfficeError
from data.imports.crew import plan_crew
from data.tables import to_xlsx
from tests.office_lists import LISTS, desk_in

CREW_XLSX = (LISTS / "crew_list.xlsx").read_bytes()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \r\n ", "is empty"),
        (b"\xef\xbb\xbf,,,\r\n,,,\r\n", "has no rows"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\xff\xd8\xff\xe0 JFIF", "is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel file (.xls)"),
        (b"PK\x03\x04 and no more", "is damaged"),
        (b"\x00\x01\x02\x03", "is no text"),
        (b"\xff\xfe\x00", "no list that can be read"),
        (b"<html><table>", "is a web page"),
        (b"Dear all,\nplease find the list attached.\nBest, A.", "No column of names"),
        (b'Name,Dept\n"Ada,GRIP\n' + b"Wen,GRIP\n" * 30, "quotation mark"),
        (CREW_XLSX[:4000], "is damaged"),
    ],
)
def test_what_is_no_list_is_refused_in_words(desk: Desk, content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words.replace("(", r"\(").replace(")", r"\)")) as refused:
        plan_crew(desk, "thing", content)

    assert refused.value.sentence.endswith(".")


def test_a_device_without_excel_says_what_to_do(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    with pytest.raises(OfficeError, match="Save the list as CSV"):
        plan_crew(desk, "crew_list.xlsx", CREW_XLSX)
    with pytest.raises(OfficeError, match="Export as CSV"):
        to_xlsx([])


def test_what_is_slow_to_load_is_loaded_when_a_list_is_read() -> None:
    code = (
        "import sys, data.tables, data.imports.crew, data.imports.schedule, data.imports.cast;"
        "print({'phonenumbers', 'openpyxl', 'dateutil'} & sys.modules.keys())"
    )
    root = Path(__file__).parent.parent
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)

    assert said.stdout.strip() == b"set()"


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_workbook_is_refused_or_read_but_never_breaks(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    damaged = bytearray(CREW_XLSX)
    for _ in range(rng.choice([1, 5, 50])):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    try:
        said = plan_crew(desk, "crew_list.xlsx", bytes(damaged)).summary()
    except BadInput as refused:
        said = refused.sentence

    assert said.startswith("crew_list.xlsx")
