"""A phone with the network cut: everything works, and nothing is lost, whatever ends it."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from data.blobs import Blobs
from data.desk import Desk
from data.kinds import ALL
from data.sample import lay_out
from data.sample.plan import ZONE
from data.stamp import Clock, Sources
from data.store import Store
from tests.browser.processes import LISTS, Face, listed
from tests.phone_parts import built

if TYPE_CHECKING:
    from tests.browser.conftest import Carries, Shot
    from tests.browser.hand import Hand
    from tests.browser.pocket import Pocket

PHOTOS = sorted((LISTS / "receipts").glob("*.jpg"))
EQUAL = re.compile("both copies were equal at")

pytestmark = pytest.mark.long


@pytest.fixture
def hub(tmp_path: Path) -> Face:
    """An office with a show laid around today, not yet started."""
    built()
    home = tmp_path / "office"
    dawn = datetime.now(ZONE).replace(hour=5, minute=0)  # hardly anybody is in
    store = Store(home, sources=Sources(Clock(lambda: dawn.astimezone(UTC))), hub=True)
    lay_out(Desk(store, ALL, user="office"))
    store.close()
    return Face(home, "main.py", "--home", str(home), "--quiet", "--no-lan", "--port")


def board(phone: Pocket) -> Hand:
    hand = phone.open("/phone/board")
    hand.see("A tap means")
    return hand


NEXT = re.compile("^In: ")


def check_in_the_next(hand: Hand) -> str:
    """Taps the first In on the board; whose it was."""
    name = hand.reach(hand.named(NEXT)).get_attribute("aria-label") or ""
    name = name or hand.named(NEXT).first.inner_text()
    hand.tap(name.strip())
    expect(hand.named(name.strip())).to_have_count(0)
    return name


def test_a_day_in_the_desert_is_whole_at_the_office(
    hub: Face, pocket: Carries, tmp_path: Path, shot: Shot
) -> None:
    with hub:
        before = {record["id"] for record in listed_from(hub, "time")}
        slips = {record["id"] for record in listed_from(hub, "receipt")}
        envelope, whose = an_open_envelope(hub)
        phone = pocket(hub)
        hand = phone.ready_offline()
        shot(hand, "this-phone")
        hub.kill()
        phone.restart()
        hand = phone.open()
        hand = board(phone)
        for _ in range(20):
            check_in_the_next(hand)
        shot(hand, "phone-board")
        for n, photo in enumerate(PHOTOS[:5]):
            log_a_receipt(phone, photo, n, envelope)
        print_the_envelope(phone, f"{envelope} {whose}", tmp_path)
        phone.kill()

        hand = phone.open("/phone/sync")
        hand.see(re.compile(r"25 records and 5 photos not yet at the office"))
        shot(hand, "phone-sync")
        hub.start()
        hand.tap("Sync now")
        hand.see(EQUAL)
        hand.miss("not yet at the office")
        times = [r for r in listed_from(hub, "time") if r["id"] not in before]
        new = [r for r in listed_from(hub, "receipt") if r["id"] not in slips]

    assert len(times) == 20
    assert len(new) == 5
    blobs = Blobs(hub.home / "photos")
    names = [name for receipt in new for name in receipt["photos"]]
    assert len(set(names)) == 5
    assert names == [hashlib.sha256(blobs.read(name)).hexdigest() for name in names]
    assert "Traceback" not in hub.said()


def an_open_envelope(hub: Face) -> tuple[str, str]:
    """Its number and whose it is: the sample deals other ones every day."""
    people = {person["id"]: person["name"] for person in listed_from(hub, "person")}
    opened = [e for e in listed_from(hub, "envelope") if e["status"] == "open"]
    newest = max(opened, key=lambda envelope: str(envelope["number"]))
    return newest["number"], people[newest["custodian"]]


def log_a_receipt(phone: Pocket, photo: Path, n: int, envelope: str) -> None:
    hand = phone.open("/phone/receipt/new")
    hand.pick_file("Photo of the receipt", photo)
    hand.see("Take another photo")
    hand.write("Amount", f"1{n}.50")
    hand.write("Vendor", f"Shop {n}")
    if n == 0:  # the next one goes where the last one went
        hand.choose("Envelope", envelope)
    hand.tap("Save receipt")
    hand.see(re.compile("Receipt .* saved"))


def print_the_envelope(phone: Pocket, envelope: str, into: Path) -> None:
    hand = phone.open("/phone/paper")
    hand.choose("Envelope", envelope)
    kept = hand.download("Petty cash envelope, filled", into)
    text = "".join(page.extract_text() for page in PdfReader(kept).pages)
    assert "Shop 4" in text


def listed_from(hub: Face, kind: str) -> list[dict[str, Any]]:
    return listed(hub.home, kind)


def test_what_was_typed_and_photographed_outlives_the_browser(
    hub: Face, pocket: Carries, shot: Shot
) -> None:
    with hub:
        phone = pocket(hub)
        phone.open().see("General call")
        hand = phone.open("/phone/receipt/new")
        hand.pick_file("Photo of the receipt", PHOTOS[1])
        hand.see("Take another photo")
        hand.write("Vendor", "Shell 44")
        phone.kill()

        hand = phone.open("/phone/receipt/new")
        hand.see("Not saved yet, from")
        hand.see("Take another photo")
        hand.press(hand.named("Vendor", "textbox"))  # Flutter fills in what is being edited
        expect(hand.named("Vendor", "textbox")).to_have_value("Shell 44")
        shot(hand, "phone-draft")


def test_the_second_tab_is_told_to_use_the_first(hub: Face, pocket: Carries, shot: Shot) -> None:
    with hub:
        phone = pocket(hub)
        phone.open().see("General call")
        second = phone.context.new_page()
        second.goto(hub.address + "/phone/")
        second.wait_for_selector("text=open in another tab or window", timeout=60_000)
        second.screenshot(path=str(Path(__file__).parents[1] / "shots" / "390-second-tab.png"))
        phone.page.close()

        second.wait_for_function(
            "performance.getEntriesByName('callboard-raised').length > 0", timeout=120_000
        )
    del shot


def test_a_reload_in_the_middle_of_tapping_keeps_what_was_seen_as_saved(
    hub: Face, pocket: Carries
) -> None:
    with hub:
        before = {record["id"] for record in listed_from(hub, "time")}
        phone = pocket(hub)
        hand = phone.open()
        hand.see("General call")
        seen = 0
        for turn in range(4):
            hand = board(phone)
            for _ in range(turn + 1):
                check_in_the_next(hand)
                seen += 1
            hand.press(hand.named(NEXT))
            phone.page.reload()
            phone.page.wait_for_function(
                "performance.getEntriesByName('callboard-raised').length > 0", timeout=120_000
            )
            hand.listen()
        hand = phone.open("/phone/sync")
        hand.tap("Sync now")
        hand.see(EQUAL)
        hand.miss("not yet at the office")
        times = [r for r in listed_from(hub, "time") if r["id"] not in before]

    assert seen <= len(times) <= seen + 4, "each tap that a reload cut off counts once or not"
    assert len({record["person"] for record in times}) == len(times)
