"""What browsers make of the show's address: trusted where it was installed, for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import QUIET, SHOTS, SIZES
from tests.browser.hand import Hand
from tests.browser.wifi import HERE, Laptop, leads, of_policy, surroundings
from views.lan.authority import AFTER_WRAP, LEAF, Pair, new_authority, new_leaf

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

HOST = "callboard-3f2b8c54.local"
CODE, SEAL = "7KQ2M9XHBD", "AAAAA-BBBBB"
NOW = datetime.now(UTC).replace(microsecond=0)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
STANDALONE = "Object.defineProperty(Navigator.prototype, 'standalone', { value: true })"
WORKER = "navigator.serviceWorker.register('service-worker.js').then(found => found.scope)"
MANIFEST = "fetch(document.querySelector('link[rel=manifest]').href).then(told => told.json())"


@dataclass
class Set:
    """One laptop, and the browsers around it."""

    laptop: Laptop
    authority: Pair
    trusting: Browser
    others: Browser

    def leaf(self, name: str, *, now: datetime = NOW) -> Pair:
        return new_leaf(self.authority, [name], [], code=SEAL, now=now)

    @contextmanager
    def shown(self, pair: Pair) -> Iterator[None]:
        """The laptop shows another certificate for a while."""
        self.laptop.show(pair)
        yield
        self.laptop.show(self.leaf(HOST))


@pytest.fixture(scope="module")
def around(
    player: Playwright, executable: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Set]:
    folder = tmp_path_factory.mktemp("wifi")
    begun = NOW - LEAF  # so that a certificate of it may have ended by now
    authority = new_authority(HOST, code=SEAL, now=begun, end=NOW + AFTER_WRAP)
    browsers = []
    for name, known in (("trusting", [authority.certificate]), ("others", [])):
        browsers.append(
            player.chromium.launch(
                executable_path=executable,
                args=[*QUIET, leads({HOST: HERE, "example.com": HERE})],
                env={**surroundings(folder / name, *known)},
            )
        )
    leaf = new_leaf(authority, [HOST], [], code=SEAL, now=NOW)
    with Laptop(folder / "app", HOST, leaf) as laptop:
        yield Set(laptop, authority, *browsers)
        for browser in browsers:
            browser.close()


@contextmanager
def page(browser: Browser, *, agent: str | None = None, says: str = "") -> Iterator[Page]:
    width, height = SIZES["phone"]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=True,
        has_touch=True,
        user_agent=agent,
    )
    if says:
        context.add_init_script(says)
    yield context.new_page()
    context.close()


def test_the_app_has_a_worker_and_a_storage_where_the_certificate_was_installed(
    around: Set,
) -> None:
    with page(around.trusting) as at:
        hand = Hand(at, around.laptop.origin)
        at.goto(f"{around.laptop.origin}/phone/")

        assert at.evaluate(WORKER) == f"{around.laptop.origin}/phone/"
        assert at.evaluate("navigator.storage.getDirectory().then(() => isSecureContext)")
        assert at.evaluate("crossOriginIsolated")
        assert of_policy(hand) == []


def test_a_browser_without_the_certificate_does_not_open_the_app(around: Set) -> None:
    with page(around.others) as at, pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        at.goto(f"{around.laptop.origin}/phone/")


def test_nothing_begins_on_a_page_that_was_opened_against_the_warning(around: Set) -> None:
    with page(around.others) as at:
        with pytest.raises(Error):
            at.goto(f"{around.laptop.origin}/phone/")
        at.get_by_role("button", name="Advanced").click()
        at.get_by_role("link", name="Proceed").click()

        expect(at.get_by_text("does not trust the office's certificate yet")).to_be_visible()
        plain = f"http://{HOST}:{around.laptop.port + 1}/"
        expect(at.get_by_role("link", name=plain)).to_have_attribute("href", plain)
        at.screenshot(path=SHOTS / "390-lan-untrusted.png")


def test_the_shows_authority_vouches_for_no_other_name(around: Set) -> None:
    other = f"https://example.com:{around.laptop.port}/phone/"
    with (
        page(around.trusting) as at,
        around.shown(around.leaf("example.com")),
        pytest.raises(Error, match="ERR_CERT_INVALID"),  # so Chromium calls a broken constraint
    ):
        at.goto(other)
    with page(around.trusting) as at, around.shown(around.leaf(HOST)):
        at.goto(f"{around.laptop.origin}/phone/")
        with pytest.raises(Error, match="ERR_CERT_COMMON_NAME_INVALID"):
            at.goto(other)


def test_a_certificate_that_has_ended_opens_nothing(around: Set) -> None:
    ended = around.leaf(HOST, now=NOW - LEAF - timedelta(hours=1))
    with (
        page(around.trusting) as at,
        around.shown(ended),
        pytest.raises(Error, match="ERR_CERT_DATE_INVALID"),
    ):
        at.goto(f"{around.laptop.origin}/phone/")


def test_a_tab_on_an_iphone_shows_how_to_install_and_begins_nothing(around: Set) -> None:
    with page(around.trusting, agent=IPHONE) as at:
        asked: list[str] = []
        at.on("request", lambda request: asked.append(request.url))
        at.goto(f"{around.laptop.origin}/phone/#pair={CODE}&show=x")

        expect(at.get_by_text("Add to Home Screen")).to_be_visible()
        expect(at.get_by_text("The office's code goes with it")).to_be_visible()
        at.screenshot(path=SHOTS / "390-lan-iphone-tab.png")
        said = at.evaluate(MANIFEST)
        workers = at.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)")

    assert said["start_url"] == f"/phone/?pair={CODE}"
    assert not [url for url in asked if "worker" in url or "flutter" in url.rpartition("/")[2]]
    assert workers == 0


def test_the_icon_on_an_iphone_brings_the_code(around: Set) -> None:
    with page(around.trusting, agent=IPHONE, says=STANDALONE) as at:
        at.goto(f"{around.laptop.origin}/phone/?pair={CODE}")

        assert at.evaluate("worker instanceof Worker")
        assert at.url == f"{around.laptop.origin}/phone/"
