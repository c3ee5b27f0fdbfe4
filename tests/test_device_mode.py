"""A device works without the packages that a phone has not, and the office gets all of it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pypdf import PdfReader

import main
from data.blobs import Blobs
from tests.browser.processes import (
    LISTS,
    PATIENCE,
    ROOT,
    Face,
    bare_device,
    listed,
    new_show,
    office,
    paired,
)

PHOTO = LISTS / "receipts" / "019.jpg"


class Morning(NamedTuple):
    """What is left of a bare device's morning: its report, its paper, and the office it met."""

    told: dict[str, Any]
    paper: Path
    office: Face
    home: Path


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    folder: Path = tmp_path_factory.mktemp("bare")
    new_show(folder / "office")
    for what, file in (("crew", "crew_list.csv"), ("schedule", "shooting_schedule.csv")):
        main.run(["--home", str(folder / "office"), "import", what, str(LISTS / file)])
    (folder / "paper").mkdir()
    paired(folder / "office", folder / "device")
    with office(folder / "office") as hub:
        words = [folder / "device", hub.address, PHOTO, folder / "paper"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.bare_device", "work", *map(str, words)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        yield Morning(told, folder / "paper", hub, folder / "device")
    assert "Traceback" not in hub.said()


def test_nothing_that_is_barred_was_imported(morning: Morning) -> None:
    assert morning.told["loaded"] == []


def test_the_show_came_from_the_office(morning: Morning) -> None:
    assert morning.told["title"] == "Night Ferry"


def test_everything_is_at_the_office(morning: Morning) -> None:
    assert morning.told["equal"] == "True", morning.told["link"]
    for kind in ("person", "time", "receipt", "envelope", "cash"):
        here, there = listed(morning.home, kind), listed(morning.office.home, kind)

        assert here
        assert here == there


def test_a_jpeg_is_kept_as_it_was_taken(morning: Morning) -> None:
    for home in (morning.home, morning.office.home):
        assert PHOTO.read_bytes() == Blobs(home / "photos").read(morning.told["photo"])


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("sign-in", ["Kowalski", "Night Ferry"]),
        ("production-report-back", ["Kowalski", "Night Ferry"]),
        ("envelope", ["Ferry Hardware", "12.50", "200.00"]),
    ],
)
def test_its_paper_can_be_read(morning: Morning, form: str, words: list[str]) -> None:
    pages = PdfReader(morning.paper / f"{form}.pdf").pages

    text = " ".join("\n".join(page.extract_text() for page in pages).split()).casefold()
    assert [word for word in words if word.casefold() not in text] == []


def test_the_slips_photo_is_in_the_envelopes_paper(morning: Morning) -> None:
    assert PHOTO.read_bytes() in (morning.paper / "envelope.pdf").read_bytes()


def test_the_times_come_as_csv_where_no_excel_can_be_made(morning: Morning) -> None:
    (sheet,) = morning.paper.glob("times.*")

    assert sheet.suffix == ".csv"
    rows = list(csv.reader(io.StringIO(sheet.read_text(encoding="utf-8-sig"))))
    assert any(morning.told["person"] in row for row in rows)


def test_the_command_lines_own_device_opens_without_them(morning: Morning, tmp_path: Path) -> None:
    with (
        bare_device(tmp_path / "device", morning.office) as opened,
        urllib.request.urlopen(opened.address, timeout=30) as answer,
    ):
        assert b"<title>Callboard</title>" in answer.read()
    assert "Traceback" not in opened.said()
