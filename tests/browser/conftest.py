"""One Chromium for all tests here; each test gets a window of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.browser.processes import ROOT, Face, coordinator

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.browser.hand import Hand
    from tests.browser.pocket import Pocket

SHOTS = ROOT / "tests" / "shots"
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desk": (1280, 800)}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream=device-count=0",  # no camera but where a test has one
]

Shot = Callable[["Hand", str], None]
Opens = Callable[..., "Hand"]
Carries = Callable[..., "Pocket"]


@pytest.fixture(scope="package")
def player() -> Iterator[Playwright]:
    """What drives browsers, or the plain reason why there is none; in CI that is a failure."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _without("Playwright is not installed: pip install -e '.[test]'")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def executable(player: Playwright) -> Path:
    """Chromium, or the plain reason why there is none."""
    own = Path(player.chromium.executable_path)
    found = next(filter(None, map(shutil.which, CHROMIUM)), own if own.exists() else None)
    if found is None:
        _without("Chromium is not installed, so no screen was looked at.")
    return Path(found)


@pytest.fixture(scope="package")
def chromium(player: Playwright, executable: Path) -> Iterator[Browser]:
    browser = player.chromium.launch(executable_path=executable, args=QUIET)
    yield browser
    browser.close()


@pytest.fixture
def pocket(
    player: Playwright,
    executable: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    window: Opens,
) -> Iterator[Carries]:
    """Phones that keep what they store, paired with the office: `pocket(office)`,
    `pocket(office, size="tablet")`; `paired=False` for one that has yet to be."""
    from tests.browser.pocket import Pocket

    carried: list[Pocket] = []

    def carries(office: Face, *, size: str = "phone", paired: bool = True) -> Pocket:
        profile = tmp_path / f"profile-{len(carried)}"
        phone = Pocket(player, executable, profile, office.address, SIZES[size], QUIET)
        carried.append(phone)
        if paired:
            phone.pair(window(office, size="desk", path="/pair"), coordinator(office))
        return phone

    yield carries
    for n, phone in enumerate(carried):
        phone.shot(SHOTS / f"last-phone-{request.node.name}-{n}.png")
        phone.close()


@pytest.fixture
def window(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Opens windows of a face: `window(device)`, `window(office, size="desk")`."""
    from tests.browser.hand import Hand

    contexts = []

    def opened(face: Face, *, size: str = "phone", path: str = "/") -> Hand:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            has_touch=size != "desk",
            is_mobile=size == "phone",
            device_scale_factor=1,
            accept_downloads=True,
        )
        contexts.append(context)
        hand = Hand(context.new_page(), face.address)
        hand.open(path)
        return hand

    yield opened
    for n, context in enumerate(contexts):
        context.pages[0].screenshot(path=SHOTS / f"last-{request.node.name}-{n}.png")
        context.close()


@pytest.fixture
def shot() -> Shot:
    """Keeps a picture for people to look at, in tests/shots."""

    def keep(hand: Hand, name: str) -> None:
        width = (hand.page.viewport_size or {"width": 0})["width"]
        hand.shot(SHOTS / f"{width}-{name}.png")

    return keep


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)
