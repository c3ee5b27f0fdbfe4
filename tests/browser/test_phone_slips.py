"""A slip on the phone's own app, every tap counted; its photo is known again by the canvas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from data.kinds.receipts import Receipt
from tests.browser.conftest import SIZES
from tests.browser.pocket import Pocket
from tests.browser.processes import Face, coordinator, listed
from tests.browser.test_phone import EQUAL, PHOTOS, hub
from tests.browser.test_slip_camera import AMOUNT, filming, log, on_a_table

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from tests.browser.conftest import Opens, Shot

pytestmark = pytest.mark.long

__all__ = ["hub"]  # the fixture


def test_a_slip_is_three_taps_and_its_amount_without_a_network_and_is_known_again(
    hub: Face,
    player: Playwright,
    executable: Path,
    tmp_path: Path,
    window: Opens,
    shot: Shot,
) -> None:
    args = filming(on_a_table(PHOTOS[1]), tmp_path)
    with hub:
        before = {record["id"] for record in listed(hub.home, "receipt")}
        phone = Pocket(player, executable, tmp_path / "p", hub.address, SIZES["phone"], args)
        try:
            phone.pair(window(hub, size="desk", path="/pair"), coordinator(hub))
            phone.ready_offline()
            phone.context.set_offline(True)
            hand = phone.open("/phone/receipt/new")
            gestures = log(hand, shot, "Save, another slip")
            hand.see(re.compile("1 slip saved here"))
            shot(hand, "phone-slip-pile")

            hand.tap("Photo of the receipt")
            with hand.page.expect_file_chooser() as chooser:
                hand.page.get_by_role("button", name="Choose a photo").click()
            chooser.value.set_files(saved_again(tmp_path / "film.mjpeg", tmp_path))
            hand.see("The photo looks like that of")
            shot(hand, "phone-slip-flag")
            hand.tap("Leave out photo 1")
            hand.tap("7")
            hand.tap("Save receipt")
            hand.see(re.compile("Receipt .*saved"))
            phone.context.set_offline(False)
            hand = phone.open("/phone/sync")
            hand.tap("Sync now")
            hand.see(EQUAL)
            new = [r for r in listed(hub.home, "receipt") if r["id"] not in before]
        finally:
            phone.close()

    assert gestures == len(("tile", "shutter", *AMOUNT, "save"))
    assert {"12.50 USD", "7.00 USD"} == {amount_of(r) for r in new}
    assert [len(r["photos"]) for r in new] == [len(r["looks"]) for r in new]


def amount_of(record: dict[str, Any]) -> str:
    return str(Receipt.model_validate(record).money)


def saved_again(photo: Path, into: Path) -> Path:
    """The same slip as another file: smaller, and coded anew."""
    with Image.open(photo) as image:
        size = (image.width * 4 // 5, image.height * 4 // 5)
        image.convert("RGB").resize(size).save(into / "again.jpg", quality=60)
    return into / "again.jpg"
