"""A badge's code from the camera to the screen: what is read, and what the app says to the page."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PIL import Image

from tests.badge_photos import clean, photograph
from tests.phone_parts import built
from views.browser import Browser
from views.phone.build import WEB
from views.phone.client import NOT_OFFLINE

READER = {
    "decode.js": "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8",
    "index.js": "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f",
}
"""npm qr 0.7.0, as assets/web/qr/README.md says."""

SCANNING = ("codes.js", "qr/decode.js", "qr/index.js", "scan-worker.js", "scan.js", "signal.js")
SIDE = 720
"""Pixels of the square that assets/web/scan-worker.js looks at."""


# ---- what is read --------------------------------------------------------------------------------


def test_a_badge_held_still_is_read(tmp_path: Path) -> None:
    texts = ["CB1214B7K3M9QPD", "CB19999ZZZZZZZZZ", "CB1000100000000A"]

    assert texts == read([clean(text) for text in texts], tmp_path)


def test_three_of_four_bad_photographs_are_read_and_none_is_misread(tmp_path: Path) -> None:
    said = [photograph(seed) for seed in range(20)]
    texts = read([picture for _, picture in said], tmp_path)
    right = [text == badge for (badge, _), text in zip(said, texts, strict=True)]

    assert {text for text in texts if text} <= {badge for badge, _ in said}
    assert sum(right) >= 15, right


@pytest.mark.long
def test_of_sixty_bad_photographs_fifty_are_read(tmp_path: Path) -> None:
    said = [photograph(seed) for seed in range(60)]
    texts = read([picture for _, picture in said], tmp_path)
    right = [text == badge for (badge, _), text in zip(said, texts, strict=True)]

    assert {text for text in texts if text} <= {badge for badge, _ in said}
    assert sum(right) >= 50, [seed for seed, fine in enumerate(right) if not fine]


def test_where_there_is_no_code_nothing_is_read(tmp_path: Path) -> None:
    _, picture = photograph(3)
    cloth = picture.crop((0, 0, 300, 300)).resize((1280, 720))

    assert read([cloth, Image.new("L", (1280, 720), 90)], tmp_path) == [None, None]


# ---- what is shipped -----------------------------------------------------------------------------


def test_the_reader_is_the_packages_own_file_with_its_licence_beside_it() -> None:
    for name, wanted in READER.items():
        assert wanted == hashlib.sha256((WEB / "qr" / name).read_bytes()).hexdigest(), name
    assert "Copyright (c) 2023 Paul Miller" in (WEB / "qr" / "LICENSE-MIT").read_text("utf-8")
    assert "qr@0.7.0" in (WEB / "qr" / "README.md").read_text("utf-8")


def test_scanning_is_kept_on_every_phone_and_weighs_little() -> None:
    app = built()
    worker = (app.folder / "service-worker.js").read_text(encoding="utf-8")
    sent = sum(app.files[name]["sent"] for name in SCANNING)

    assert [name for name in SCANNING if f'"{name}"' not in worker] == []
    assert sent < 60_000, "packed bytes"
    assert "qr/LICENSE-MIT" in app.files
    assert "qr/LICENSE-MIT" in NOT_OFFLINE


# ---- what the app says to the page and hears of it -----------------------------------------------


def told() -> tuple[Browser, list[tuple[str, Any]]]:
    said: list[tuple[str, Any]] = []
    return Browser(lambda word, value: said.append((word, value))), said


def hears(browser: Browser, **word: Any) -> None:
    browser.heard(json.dumps(word))


def test_a_text_reaches_who_listens_until_they_stop() -> None:
    browser, _ = told()
    heard: list[str] = []
    stop = browser.on_read(heard.append)

    hears(browser, read="CB1214B7K3M9QPD")
    stop()
    stop()
    hears(browser, read="CB1215AAAAAAAAA")

    assert heard == ["CB1214B7K3M9QPD"]


def test_who_stops_while_a_text_is_told_disturbs_nobody() -> None:
    browser, _ = told()
    heard: list[str] = []

    def once(text: str) -> None:
        stop()
        heard.append(f"first {text}")

    stop = browser.on_read(once)
    browser.on_read(lambda text: heard.append(f"second {text}"))

    hears(browser, read="A")
    hears(browser, read="B")

    assert heard == ["first A", "second A", "second B"]


def test_a_camera_that_is_refused_is_told_once() -> None:
    browser, _ = told()
    states: list[str] = []
    browser.listen(lambda: states.append(browser.state.camera))

    assert browser.state.camera == "off"
    for camera in ("asking", "refused", "refused"):
        hears(browser, page={"camera": camera, "of": 1})

    assert states == ["asking", "refused"]


def test_the_page_is_asked_in_its_own_words() -> None:
    browser, said = told()

    browser.look(True, top=0.1, height=0.5)
    browser.cover(True)
    browser.signal("already", silent=True)
    browser.look(False)

    assert said == [
        ("look", {"on": True, "top": 0.1, "height": 0.5}),
        ("cover", True),
        ("signal", {"kind": "already", "silent": True}),
        ("look", {"on": False, "top": 0, "height": 0}),
    ]


# ---- with these ----------------------------------------------------------------------------------


def read(pictures: list[Image.Image], folder: Path) -> list[str | None]:
    """What a phone reads in each: the square in its middle, then the middle of that."""
    node = shutil.which("node")
    if node is None:
        _without("Node is not installed, so no photograph was read.")
    lines = []
    for n, picture in enumerate(pictures):
        files = [folder / f"{n}-{near}" for near in (False, True)]
        for file, side in zip(files, (min(picture.size), min(picture.size) * 2 // 3), strict=True):
            file.write_bytes(middle(picture, side).tobytes())
        lines.append(json.dumps([SIDE, *map(str, files)]))
    done = subprocess.run(
        [node, str(Path(__file__).parent / "node" / "read_badges.mjs"), str(web(folder))],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def middle(picture: Image.Image, side: int) -> Image.Image:
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    cut = picture.convert("L").crop((left, top, left + side, top + side))
    return cut.resize((SIDE, SIDE), Image.Resampling.BILINEAR)


def web(folder: Path) -> Path:
    """The page's modules where Node takes them for modules."""
    copy = folder / "web"
    shutil.copytree(WEB, copy)
    (copy / "package.json").write_text('{"type": "module"}')
    return copy


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)
