"""What a phone is told about itself: each state in words, with the next step."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from data.blobs import Blobs
from data.bundle import bundle
from data.packed_blobs import PackedBlobs
from data.store import Store
from tests.backends import NOW, InBrowser
from tests.copies import copy_in, known
from views.browser import Browser, BrowserState
from views.screens.phone import (
    NEARLY_FULL,
    install_words,
    offline_words,
    room_words,
    storage_words,
    warning,
)

WELL = BrowserState(offline="ready", persisted=True, usage=10**8, quota=10**10)
SLIP = (Path(__file__).parent / "data" / "receipts" / "020.jpg").read_bytes()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BrowserState(), "Stay near the office"),
        (BrowserState(offline="coming", done=24, of=60), "24 of 60 files. Keep this open"),
        (BrowserState(offline="ready"), "Ready offline"),
        (BrowserState(offline="cut"), "Open Callboard near the office again"),
        (BrowserState(offline="full"), "Free some space"),
    ],
)
def test_ready_offline_is_said_only_when_it_is_true(state: BrowserState, words: str) -> None:
    assert words in offline_words(state)
    assert offline_words(state).startswith("Ready offline") == (state.offline == "ready")


def test_the_browsers_answer_comes_with_what_it_means() -> None:
    assert "until you remove it" in storage_words(WELL)
    assert "may remove" in storage_words(BrowserState(persisted=False))
    refused = storage_words(BrowserState(persisted=False, asked=True))
    assert "did not promise" in refused
    assert "home screen" in refused


@pytest.mark.parametrize("how", ["installed", "ask", "ios", "android", "other"])
def test_every_kind_of_phone_is_told_how_the_app_gets_to_its_home_screen(how: Any) -> None:
    assert install_words(BrowserState(install=how)).endswith(".")


def test_while_all_is_well_nothing_is_said() -> None:
    assert warning(WELL) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lost": "Night Ferry, opened on Mon 2 Nov"}, "removed what was stored here (Night Ferry"),
        ({"quota": WELL.usage + NEARLY_FULL - 1}, "free some space"),
        ({"update": True}, "A newer Callboard is here"),
        ({"offline": "cut"}, "Not ready offline"),
    ],
)
def test_what_cannot_wait_is_said_on_the_first_screen(change: Any, words: str) -> None:
    said = warning(replace(WELL, **change))

    assert said is not None
    assert words in said[0]


def test_room_is_said_in_megabytes() -> None:
    assert room_words(WELL) == "100 MB used, 9.9 GB left."
    assert "does not say" in room_words(BrowserState())


# ---- the page's words ----------------------------------------------------------------------------


def test_the_page_is_heard_and_what_is_unknown_passed_over() -> None:
    browser = Browser(lambda _word, _value: None)
    told: list[BrowserState] = []
    stop = browser.listen(lambda: told.append(browser.state))
    browser.heard(json.dumps({"page": {"offline": "ready", "update": True, "later": 1}}))
    browser.heard(json.dumps({"page": {"offline": "ready", "update": True}}))
    stop()
    browser.heard(json.dumps({"page": {"update": False}}))

    assert [(state.offline, state.update) for state in told] == [("ready", True)]


def test_a_page_that_is_looked_at_again_tries_the_office() -> None:
    browser, tries = Browser(lambda _word, _value: None), []
    browser.came_back = lambda: tries.append(1)
    browser.heard(json.dumps({"back": True}))
    browser.heard(json.dumps({"page": {}}))

    assert tries == [1]


def test_a_photo_that_is_light_already_is_not_drawn_anew() -> None:
    drawn = []

    async def shrink(photo: bytes) -> bytes:
        drawn.append(photo)
        return b"small"

    browser = Browser(lambda _word, _value: None, shrink)
    large = SLIP[:2] + b"\xff\xfe\xff\xf0" + b"x" * 0xFFEE + SLIP[2:]
    assert asyncio.run(browser.shrunk(SLIP)) == SLIP
    assert asyncio.run(browser.shrunk(large)) == large, "what a camera wrote beside is left out"
    assert drawn == []


# ---- everything as one file ----------------------------------------------------------------------


def test_everything_comes_back_from_the_file_on_a_laptop(tmp_path: Path) -> None:
    place = InBrowser()
    phone = copy_in(place.folder, hub=False)
    photos = PackedBlobs(place.folder, tmp_path / "notes")
    from data.edit import Write

    for n in range(30):
        phone.commit([Write("person", f"p{n}", {"name": f"Walk-on {n}"})], user="Phone")
    names = [photos.keep(b"slip %d" % n) for n in range(3)]
    phone.storage.compact()
    phone.commit([Write("person", "late", {"name": "After the snapshot"})], user="Phone")
    content = b"".join(bundle(place.folder, photos, at=NOW))
    home = tmp_path / "unpacked"
    with ZipFile(BytesIO(content)) as opened:
        opened.extractall(home)

    again = Store(home, sources=phone.sources, hub=False, reader=True)
    assert known(again)["records"] == known(phone)["records"]
    assert known(again)["unacked"] == known(phone)["unacked"]
    assert sorted(Blobs(home / "photos").names()) == sorted(names)
    assert Blobs(home / "photos").read(names[0]) == b"slip 0"
    assert "check --salvage" in (home / "READ ME.txt").read_text(encoding="utf-8")
