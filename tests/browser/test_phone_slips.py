"""A slip on the phone's own app, every tap counted; its photo is known again by the canvas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from data.kinds.receipts import Receipt
from tests.browser.processes import Face, listed
from tests.browser.test_phone import EQUAL, PHOTOS, hub

if TYPE_CHECKING:
    from tests.browser.conftest import Carries, Shot
    from tests.browser.hand import Hand

pytestmark = pytest.mark.long

__all__ = ["hub"]  # the fixture


def test_a_slip_is_three_taps_and_its_amount_and_is_known_again(
    hub: Face, pocket: Carries, shot: Shot, tmp_path: Path
) -> None:
    with hub:
        before = {record["id"] for record in listed(hub.home, "receipt")}
        phone = pocket(hub)
        phone.open().see("General call")
        hand = phone.open("/phone/receipt/new")
        gestures = log(hand, "12.50", "Save, another slip")
        hand.see(re.compile("1 slip saved here"))
        shot(hand, "phone-slip-pile")

        hand.pick_file("Photo of the receipt", saved_again(PHOTOS[1], tmp_path))
        hand.see("The photo looks like that of")
        hand.see("Take another photo")
        shot(hand, "phone-slip-flag")
        hand.tap("Leave out photo 1")
        log(hand, "7", "Save receipt", photo=2)
        hand.see(re.compile("Receipt .*saved"))
        hand = phone.open("/phone/sync")
        hand.tap("Sync now")
        hand.see(EQUAL)
        new = [r for r in listed(hub.home, "receipt") if r["id"] not in before]

    assert gestures == 1 + SYSTEM + len("12.50") + 1
    assert {"12.50 USD", "7.00 USD"} == {amount_of(r) for r in new}
    assert all(len(r["photos"]) == len(r["looks"]) == 1 for r in new)


def amount_of(record: dict[str, Any]) -> str:
    return str(Receipt.model_validate(record).money)


def saved_again(photo: Path, into: Path) -> Path:
    """The same slip as another file: smaller, and coded anew."""
    with Image.open(photo) as image:
        size = (image.width * 4 // 5, image.height * 4 // 5)
        image.convert("RGB").resize(size).save(into / "again.jpg", quality=60)
    return into / "again.jpg"


SYSTEM = 1
"""The shutter, in the system's own camera; some phones ask once more whether the photo is good."""


def log(hand: Hand, amount: str, save: str, *, photo: int = 1) -> int:
    """What was tapped for it."""
    hand.pick_file("Photo of the receipt", PHOTOS[photo])
    hand.see("Take another photo")
    for key in amount:
        hand.tap(re.compile(f"^{re.escape(key)}$"))
    hand.tap(save)
    return 1 + SYSTEM + len(amount) + 1
