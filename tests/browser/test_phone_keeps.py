"""A phone whose app is replaced, whose storage is full or thrown away: said, and nothing lost."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.processes import Face, command, listed
from tests.browser.test_phone import EQUAL, PHOTOS, board, check_in_the_next, hub
from tests.phone_parts import built
from views.phone.build import LISTING

if TYPE_CHECKING:
    from tests.browser.conftest import Carries, Opens, Shot
    from tests.browser.pocket import Pocket

pytestmark = pytest.mark.long

__all__ = ["hub"]  # the fixture

NEWER = "newer"


def test_a_newer_app_is_used_when_the_person_says_so_and_nothing_typed_is_lost(
    hub: Face, pocket: Carries, shot: Shot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = own_cache(tmp_path, monkeypatch)
    with hub:
        before = {record["id"] for record in listed(hub.home, "time")}
        phone = pocket(hub)
        phone.ready_offline()
        hub.kill()
        hand = phone.open()
        hand = board(phone)
        for _ in range(3):
            check_in_the_next(hand)
        hand = phone.open("/phone/receipt/new")
        hand.pick_file("Photo of the receipt", PHOTOS[1])
        hand.see("Take another photo")
        hand.write("Vendor", "Shell 44")
        make_newer(app)
        hub.start()
        phone.page.evaluate("registration.update()")
        phone.page.wait_for_function("state.update === true", timeout=60_000)
        hand.tap("Back")
        hand = phone.open()
        hand.see("A newer Callboard is here.")
        shot(hand, "phone-update")
        assert phone.page.evaluate("callboardVersion") != NEWER
        hand.tap("Use it")
        phone.page.wait_for_function(f"callboardVersion === '{NEWER}'", timeout=60_000)

        hand = phone.open("/phone/receipt/new")
        hand.see("Not saved yet, from")
        hand.see("Take another photo")
        hand = phone.open("/phone/sync")
        hand.tap("Sync now")
        hand.see(EQUAL)
        times = [r for r in listed(hub.home, "time") if r["id"] not in before]
    assert len(times) == 3


def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app in a cache that only this test's office reads."""
    app = tmp_path / "cache" / "Callboard" / "phone" / "app" / built().version
    shutil.copytree(built().folder, app)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return app


def make_newer(app: Path) -> None:
    """The same app under another version: what an office with newer code hands out."""
    listing = json.loads((app / LISTING).read_bytes())
    index = (app / "index.html").read_text(encoding="utf-8").replace(built().version, NEWER)
    worker = (app / "service-worker.js").read_text(encoding="utf-8")
    worker = worker.replace(f'"{built().version}"', f'"{NEWER}"')
    worker = worker.replace(listing["index.html"]["hash"], hash_of(index.encode()))
    for name, text in (("index.html", index), ("service-worker.js", worker)):
        (app / name).write_text(text, encoding="utf-8")
        (app / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        listing[name]["hash"] = hash_of(text.encode())
    (app / LISTING).write_text(json.dumps(listing))


def hash_of(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_a_full_phone_refuses_in_words_and_goes_on_when_there_is_room(
    hub: Face, pocket: Carries, shot: Shot
) -> None:
    with hub:
        before = {record["id"] for record in listed(hub.home, "time")}
        phone = pocket(hub)
        hand = phone.ready_offline()
        hand = board(phone)
        check_in_the_next(hand)
        cdp = phone.context.new_cdp_session(phone.page)
        cdp.send("Storage.overrideQuotaForOrigin", {"origin": hub.address, "quotaSize": 1})
        hand = phone.open("/phone/receipt/new")
        kept = 0
        for photo in PHOTOS:  # a browser lends a file some room ahead; several photos use it up
            hand.pick_file(re.compile("(Photo of the receipt|Take another photo)"), photo)
            expect(hand.text(re.compile("Take another photo|was not saved")).first).to_be_attached()
            hand.frames(30)
            if hand.text("was not saved").count():
                break
            kept += 1
        hand.see("The photo was not saved: the storage is full. Free some space, then take it")
        shot(hand, "phone-full")
        assert kept < len(PHOTOS)
        cdp.send("Storage.overrideQuotaForOrigin", {"origin": hub.address})
        hand.pick_file(re.compile("(Photo of the receipt|Take another photo)"), PHOTOS[kept])
        hand.see("Take another photo")
        hand = board(phone)
        check_in_the_next(hand)
        hand = phone.open("/phone/sync")
        hand.tap("Sync now")
        hand.see(EQUAL)
        times = [r for r in listed(hub.home, "time") if r["id"] not in before]

    assert len(times) == 2


def test_a_store_that_the_browser_threw_away_is_missed_and_said(
    hub: Face, pocket: Carries, shot: Shot
) -> None:
    with hub:
        phone = pocket(hub)
        phone.open().see("General call")
        phone.page.goto(hub.address + NO_APP)
        throw_away(phone, hub.address)
        hand = phone.open()
        hand.see("Pair this device")
        hand.see(re.compile("This browser has removed what was stored here .*The Salt Crossing"))
        shot(hand, "phone-lost")


def test_of_a_lost_phone_s_show_no_byte_stays_in_the_browser(
    hub: Face, pocket: Carries, window: Opens, shot: Shot
) -> None:
    with hub:
        phone = pocket(hub)
        hand = phone.open()
        hand.see("General call")
        hand = phone.open("/phone/receipt/new")
        hand.pick_file("Photo of the receipt", PHOTOS[1])
        hand.see("Take another photo")
        at_office = window(hub, size="desk", path="/devices")
        at_office.press(at_office.named(re.compile("'s phone")).first)
        at_office.tap("Lost or stolen")
        at_office.tap("Yes")
        hand.see("This device was reported lost.")
        shot(hand, "phone-lost-by-its-owner")
        phone.page.goto(hub.address + NO_APP)
        left = phone.page.evaluate(STORED)

        hand = phone.open()
        hand.see("Pair this device")
        hand.see("This device was emptied.")
        hand.miss("This browser has removed")
    assert sum(left) < SMALL, "the note why it was emptied, and heads of free slots"


def throw_away(phone: Pocket, origin: str) -> None:
    """What a browser does that needs room: the private files go, what little pages noted stays."""
    cdp = phone.context.new_cdp_session(phone.page)
    for _ in range(100):
        cdp.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "file_systems"})
        if not phone.page.evaluate(STORED):
            return
        phone.page.wait_for_timeout(100)  # the app that was just left still holds its files
    raise AssertionError("the browser did not let go of its files")


STORED = """async () => {
    const sizes = [];
    const look = async (folder) => {
        for await (const [, found] of folder.entries()) {
            if (found.kind === 'directory') await look(found);
            else sizes.push((await found.getFile()).size);
        }
    };
    await look(await navigator.storage.getDirectory());
    return sizes;
}"""
"""The sizes of all files that the browser keeps for this address."""
SMALL = 4096
NO_APP = "/v1/devices"
"""A page of the same address where no app runs, and no service worker puts one: nothing holds the
files."""


def test_everything_on_the_phone_is_one_file(hub: Face, pocket: Carries, tmp_path: Path) -> None:
    with hub:
        phone = pocket(hub)
        hand = phone.open()
        hand.see("General call")
        hub.kill()
        hand = phone.open("/phone/this-phone")
        kept = hand.download("Export everything", tmp_path)
        home = tmp_path / "unpacked"
        shutil.unpack_archive(kept, home)

    people = {record["id"] for record in listed(hub.home, "person")}
    assert people == {record["id"] for record in listed(home, "person")}
    assert people


def test_the_page_names_itself_as_an_app(hub: Face, pocket: Carries) -> None:
    with hub:
        phone = pocket(hub)
        phone.open()
        cdp = phone.context.new_cdp_session(phone.page)
        told = cdp.send("Page.getAppManifest")
        problems = cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert (manifest["name"], manifest["display"]) == ("Callboard", "standalone")
    assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}
    assert [problem["errorId"] for problem in problems] in ([], ["in-incognito"])


def test_a_phone_without_signal_hands_its_work_over_as_a_file(
    hub: Face, pocket: Carries, tmp_path: Path
) -> None:
    with hub:
        before = {record["id"] for record in listed(hub.home, "time")}
        phone = pocket(hub)
        phone.ready_offline()
        hub.kill()
        hand = board(phone)
        for _ in range(2):
            check_in_the_next(hand)
        hand = phone.open("/phone/this-phone")
        file = hand.download("Hand over what is owed", tmp_path)
        assert "1 letter taken in" in command(hub.home, "bundle", "take", str(file))
        hand.pick_file("Take a file in", file.with_name(f"{file.stem} answers{file.suffix}"))
        hand.see("Taken in: the office has what it answers here.")

    assert len({record["id"] for record in listed(hub.home, "time")} - before) == 2
