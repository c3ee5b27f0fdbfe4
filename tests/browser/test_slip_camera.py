"""A slip before the camera of the page, with every tap counted; and what happens without one."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

from data.blobs import Blobs
from tests.browser.conftest import QUIET, SIZES
from tests.browser.hand import Hand
from tests.browser.processes import Face, listed
from tests.browser.test_phone import PHOTOS, hub
from tests.browser.test_scan import CAMERA, LIVE, TWO_CAMERAS, bare, filmed, sees

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

    from tests.browser.conftest import Shot
    from tests.browser.test_scan import Sees

__all__ = ["bare", "filmed", "hub", "sees"]  # the fixtures

WIDE, HIGH = 1280, 720
"""Of the camera's picture."""
AMOUNT = "12.50"

PICKER = """() => {
    const input = document.createElement("input");
    Object.assign(window, { input, told: [] });
    input.type = "file";
    input.multiple = true;
    input.accept = "image/*";
    for (const word of ["change", "cancel"]) input.addEventListener(word, () => told.push(word));
    window.addEventListener("focus", () => told.push("focus"));
    input.click();
}"""
"""As Flutter's picker asks for photos; a focus that comes back it takes for a refusal."""
GOT = """async () => Promise.all([...input.files].map(async (file) => {
    const { width, height } = await createImageBitmap(file);
    return [file.name.split(".")[0], file.type.split("/")[0], width, height];
}))"""


@pytest.fixture
def slip() -> Image.Image:
    return on_a_table(PHOTOS[0])


def with_picker(page: Page, address: str) -> Page:
    page.goto(address)
    page.add_script_tag(url="/slip.js", type="module")
    page.wait_for_function("HTMLInputElement.prototype.click.toString().includes('without')")
    return page


def test_the_pages_of_a_long_slip_reach_the_picker_whole_and_the_lamp_goes_out(
    sees: Sees, bare: str, slip: Image.Image
) -> None:
    page = with_picker(sees(slip).new_page(), bare)
    page.evaluate(PICKER)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.get_by_role("button", name="This page, and one more").click()
    expect(page.get_by_role("status")).to_have_text("1 page taken. Now the next one.")
    page.get_by_role("button", name="Take the photo").click()
    page.wait_for_function("told.length > 0")

    assert page.evaluate("told") == ["change"]
    assert page.evaluate(GOT) == [[f"slip-{n}", "image", WIDE, HIGH] for n in (1, 2)]
    assert (page.evaluate(LIVE), page.evaluate("frames")) == (0, 0), "nothing was read in it"

    page.evaluate(PICKER)
    page.get_by_role("button", name="Close the camera").click()
    assert page.evaluate("told") == ["cancel"]
    assert page.locator("#slip").count() == 0


@pytest.mark.long
def test_where_the_camera_is_refused_a_sentence_leads_to_the_systems_own(
    sees: Sees, bare: str, slip: Image.Image
) -> None:
    page = with_picker(sees(slip).new_page(), bare)
    page.evaluate("window.trouble = 'NotAllowedError'")
    page.evaluate(PICKER)
    expect(page.get_by_role("status")).to_contain_text("The camera is not allowed for this page.")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a photo").click()
    chooser.value.set_files(PHOTOS[1])
    page.wait_for_function("told.includes('change')")
    with page.expect_file_chooser():
        page.evaluate(PICKER)
    expect(page.get_by_role("status")).to_contain_text("The camera is not allowed for this page.")


@pytest.mark.long
def test_the_light_for_one_slip_is_lit_for_the_next(
    sees: Sees, bare: str, slip: Image.Image
) -> None:
    page = with_picker(sees(slip).new_page(), bare)
    page.evaluate(TWO_CAMERAS)
    page.evaluate(PICKER)
    page.get_by_role("button", name="Light").click()
    page.wait_for_function("lit === true")
    page.get_by_role("button", name="Take the photo").click()
    page.wait_for_function("told.length > 0")
    page.evaluate("lit = false")
    page.evaluate(PICKER)

    page.wait_for_function("lit === true")
    expect(page.get_by_role("button", name="Light")).to_have_attribute("aria-pressed", "true")


@pytest.mark.long
def test_where_there_is_no_camera_the_systems_picker_opens_at_once_with_a_sentence(
    chromium: Browser, bare: str
) -> None:
    page = with_picker(chromium.new_page(), bare)
    page.wait_for_function("navigator.mediaDevices.enumerateDevices().then((all) => all.length)")
    with page.expect_file_chooser() as chooser:
        page.evaluate(PICKER)
    expect(page.get_by_role("status")).to_contain_text("No camera was found.")
    chooser.value.set_files(PHOTOS[1])
    expect(page.get_by_role("status")).to_have_count(0)
    page.close()


@pytest.mark.long
def test_a_slip_at_the_office_is_tile_shutter_amount_save(
    hub: Face, player: Playwright, executable: Path, tmp_path: Path, shot: Shot, slip: Image.Image
) -> None:
    browser = player.chromium.launch(executable_path=executable, args=filming(slip, tmp_path))
    try:
        with hub:
            before = {record["id"] for record in listed(hub.home, "receipt")}
            (envelope, *_) = (e for e in listed(hub.home, "envelope") if e["status"] == "open")
            width, height = SIZES["desk"]
            page = browser.new_page(viewport={"width": width, "height": height})
            hand = Hand(page, hub.address)
            hand.open(f"/receipt/new?envelope={envelope['id']}")
            gestures = log(hand, shot)
            new = [r for r in listed(hub.home, "receipt") if r["id"] not in before]
            photo = kept(hub, new[0]["photos"][0])
    finally:
        browser.close()

    assert gestures == len(("tile", "shutter", *AMOUNT, "save"))
    assert [r["envelope"] for r in new] == [envelope["id"]]
    assert photo == (WIDE, HIGH)


def on_a_table(slip: Path) -> Image.Image:
    """A real slip as a camera sees it."""
    with Image.open(slip) as photo:
        photo.thumbnail((WIDE, HIGH))
        table = Image.new("RGB", (WIDE, HIGH), (70, 60, 50))
        table.paste(photo.convert("RGB"), ((WIDE - photo.width) // 2, 0))
    return table


def filming(picture: Image.Image, into: Path) -> list[str]:
    """What a browser is started with so that its camera sees this."""
    film = into / "film.mjpeg"
    picture.save(film, "JPEG", quality=92)
    return [*QUIET, *CAMERA, f"--use-file-for-fake-video-capture={film}"]


def log(hand: Hand, shot: Shot, save: str = "Save receipt") -> int:
    """What was tapped for one slip, the system's own taps with it: there are none."""
    hand.tap("Photo of the receipt")
    shutter = hand.page.get_by_role("button", name="Take the photo")
    expect(shutter).to_be_visible()
    shot(hand, "slip-camera")
    shutter.click()
    hand.see("Take another photo")
    for key in AMOUNT:
        hand.tap(re.compile(f"^{re.escape(key)}$"))
    hand.tap(save)
    hand.see(re.compile("Receipt .*saved|1 slip saved"))
    return 2 + len(AMOUNT) + 1


def kept(office: Face, name: str) -> tuple[int, int]:
    """The size of a photo that the office has."""
    with Image.open(BytesIO(Blobs(office.home / "photos").read(name))) as photo:
        return photo.size
