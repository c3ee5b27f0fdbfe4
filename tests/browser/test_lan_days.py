"""A phone on the set's Wi-Fi: one trusted address, whatever becomes of laptop and router."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import QUIET, SHOTS, SIZES
from tests.browser.hand import Hand
from tests.browser.pocket import Pocket, shown_code
from tests.browser.processes import (
    Face,
    command,
    coordinator,
    device,
    imported,
    listed,
    new_show,
    office,
    paired,
)
from tests.browser.test_lan import IPHONE, STANDALONE
from tests.browser.test_phone import EQUAL, board, check_in_the_next, hub
from tests.browser.wifi import AT, HERE, NOWHERE, THERE, LanOffice, leads, of_policy, surroundings
from tests.test_lan_office import two_ports

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from tests.browser.conftest import Opens, Shot

__all__ = ["hub"]  # the fixture: an office with a show laid around today

pytestmark = pytest.mark.long

STORED = "navigator.storage.getDirectory().then(() => true)"
WORKER = "navigator.serviceWorker.ready.then(found => found.active.scriptURL)"
OFFICE_AT = "tests.browser.office_at"

Carries = Callable[..., Pocket]


@pytest.fixture
def lan(hub: Face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LanOffice]:
    """An office whose user's data folder is the test's own."""
    own_folder(tmp_path / "data", monkeypatch)
    office = LanOffice(hub.home, two_ports())
    yield office
    office.kill()


def own_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder))


@pytest.fixture
def carries(
    player: Playwright, executable: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Carries]:
    """Phones that trust an office: `carries(lan)`, `carries(lan, also=other.certificate())`."""
    carried: list[Pocket] = []

    def carries(office: LanOffice, *, agent: str | None = None, also: str = "") -> Pocket:
        home = tmp_path / f"phone-{len(carried)}"
        trusted = [office.certificate(), *([also] if also else [])]
        phone = Pocket(
            player,
            executable,
            home / "profile",
            office.origin,
            SIZES["phone"],
            [*QUIET, leads({office.name: HERE})],
            env=surroundings(home, *trusted),
            agent=agent,
        )
        carried.append(phone)
        return phone

    yield carries
    for n, phone in enumerate(carried):
        phone.shot(SHOTS / f"last-lan-{request.node.name}-{n}.png")
        phone.close()


def moved(phone: Pocket, names: dict[str, str]) -> None:
    """The phone's browser is ended, and opened on a network where the names lead elsewhere."""
    phone.args = [*QUIET, leads(names)]
    phone.restart()


def synced(phone: Pocket) -> Hand:
    hand = phone.open("/phone/sync")
    hand.tap("Sync now")
    hand.see(EQUAL)
    hand.miss("not yet at the office")
    return hand


def new_times(office: LanOffice, before: set[str]) -> int:
    return len({record["id"] for record in listed(office.home, "time")} - before)


def test_a_day_by_the_shows_own_name(
    lan: LanOffice, carries: Carries, window: Opens, shot: Shot
) -> None:
    with lan:
        before = {record["id"] for record in listed(lan.home, "time")}
        phone = carries(lan)
        hand = phone.pair(window(lan, size="desk", path="/pair"), coordinator(lan))
        assert phone.page.evaluate(WORKER) == f"{lan.origin}/phone/service-worker.js"
        assert phone.page.evaluate(STORED)
        hand = phone.ready_offline()
        lan.kill()

        phone.restart()
        hand = board(phone)
        for _ in range(3):
            check_in_the_next(hand)
        assert of_policy(hand) == []
        lan.start()
        hand = synced(phone)
        shot(hand, "lan-sync")
        assert of_policy(hand) == []
        assert new_times(lan, before) == 3

    assert "Traceback" not in lan.said()


def test_a_new_router_and_then_a_new_laptop_are_the_same_address(
    lan: LanOffice, carries: Carries, window: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lan:
        before = {record["id"] for record in listed(lan.home, "time")}
        phone = carries(lan)
        phone.pair(window(lan, size="desk", path="/pair"), coordinator(lan))
        phone.ready_offline()
        moved(phone, {lan.name: THERE})
        check_in_the_next(board(phone))
        synced(phone)
        assert new_times(lan, before) == 1
        (tmp_path / "stick").mkdir()
        command(lan.home, "backup", "--to", str(tmp_path / "stick"))
        check_in_the_next(board(phone))
        synced(phone)  # after the backup: the new laptop has it from the phone alone
        lan.kill()
    check_in_the_next(board(phone))

    own_folder(tmp_path / "other-user", monkeypatch)
    other = LanOffice(tmp_path / "other-laptop", lan.lan)
    command(other.home, "restore", str(tmp_path / "stick"))
    with other:
        assert other.origin == lan.origin
        hand = synced(phone)
        assert new_times(other, before) == 3
        assert phone.page.evaluate(WORKER) == f"{lan.origin}/phone/service-worker.js"
        hand.miss("Pair it again")
    assert "Traceback" not in lan.said() + other.said()


def test_an_office_whose_name_leads_nowhere_is_found_where_it_was_last(
    lan: LanOffice, carries: Carries, window: Opens, shot: Shot
) -> None:
    with lan:
        before = {record["id"] for record in listed(lan.home, "time")}
        phone = carries(lan)
        phone.pair(window(lan, size="desk", path="/pair"), coordinator(lan))
        phone.ready_offline()
        moved(phone, {lan.name: NOWHERE, AT: HERE})
        check_in_the_next(board(phone))
        hand = synced(phone)
        hand.see(f"The office answers at https://{AT}:{lan.lan}")
        assert of_policy(hand) == []
        shot(hand, "lan-by-address")
        assert new_times(lan, before) == 1

        moved(phone, {lan.name: NOWHERE, "192.168.1.99": HERE})
        hand = phone.open("/phone/sync")
        hand.see("Where it is looked for")
        hand.write("Address of the office", "the laptop")
        hand.tap("Look there")
        hand.see("That is no address.")
        hand.write("Address of the office", "192.168.1.99")
        hand.tap("Look there")
        hand.see(f"3. https://192.168.1.99:{lan.lan}")
        shot(hand, "lan-looked-for")


def test_another_shows_office_that_has_the_address_now_hears_nothing_of_a_phone(
    lan: LanOffice, carries: Carries, window: Opens, shot: Shot, tmp_path: Path
) -> None:
    new_show(tmp_path / "other", title="Another Ferry")
    other = LanOffice(tmp_path / "other", lan.lan)
    with other:
        theirs = other.certificate()
    with lan:
        phone = carries(lan, also=theirs)
        at_office = window(lan, size="desk", path="/pair")
        phone.pair(at_office, coordinator(lan))
        phone.ready_offline()
        at_office.open("/sync")
        at_office.see("A new phone begins at")
        shot(at_office, "lan-office")
    moved(phone, {lan.name: NOWHERE, AT: HERE})
    check_in_the_next(board(phone))
    with other:
        hand = phone.open("/phone/sync")
        hand.tap("Sync now")
        hand.see(re.compile("1 record not yet at the office. The office cannot be reached"))
        asked = list[str]()
        phone.page.context.on("request", lambda request: asked.append(request.url))
        # A question that was under way before fails too: what counts began since.
        with phone.page.context.expect_event(
            "requestfailed", predicate=lambda request: request.url in asked
        ):
            hand.tap("Sync now")
        heard = [url for url in asked if "/v1/" in url]
    assert heard
    assert not [url for url in heard if "/v1/changes?show=" not in url]
    with lan:
        synced(phone)


def test_another_shows_office_is_said_to_a_device_with_the_next_step(
    tmp_path: Path, window: Opens, shot: Shot
) -> None:
    own = office(imported(tmp_path / "office"))
    tablet = device(paired(own.home, tmp_path / "tablet"), own.start())
    new_show(tmp_path / "other", title="Another Ferry")
    other = office(tmp_path / "other", port=own.port)
    try:
        hand = window(tablet.start(), path="/sync")
        hand.see(EQUAL)
        own.kill()
        other.start()
        hand.tap("Sync now")
        hand.see("This is another production's office")
        hand.see("Join the Wi-Fi of your own office")
        shot(hand, "lan-another-show")
    finally:
        for face in (tablet, own, other):
            face.kill()


def test_an_iphone_is_paired_by_the_icon_that_brought_the_code(
    lan: LanOffice, carries: Carries, window: Opens, shot: Shot
) -> None:
    with lan:
        phone = carries(lan, agent=IPHONE)
        at_office = window(lan, size="desk", path="/pair")
        at_office.choose("Whose device is it?", coordinator(lan))
        code = shown_code(at_office)
        shot(at_office, "lan-pair-code")
        at_office.tap("First the certificate")
        at_office.see(f"http://{AT}:{lan.lan + 1}")
        shot(at_office, "lan-pair-first")
        at_office.tap("Now the code")
        phone.page.goto(f"{lan.origin}/phone/#pair={code}")
        expect(phone.page.get_by_text("Add to Home Screen")).to_be_visible()
        start = phone.page.evaluate(
            "fetch(document.querySelector('link[rel=manifest]').href)"
            ".then(told => told.json()).then(told => told.start_url)"
        )

        phone.context.add_init_script(STANDALONE)
        hand = phone.open(start)
        shot(hand, "lan-iphone-code")
        hand.press(hand.page.get_by_role("button", name="Pair", exact=True))
        at_office.tap("Yes, pair it")
        at_office.see("Paired, and at work.")
        hand.see("General call")


COMMAND = re.compile("callboard device --hub")


def test_a_laptop_pins_the_show_by_what_the_picture_says(
    lan: LanOffice, window: Opens, shot: Shot, tmp_path: Path
) -> None:
    with lan:
        at_office = window(lan, size="desk", path="/pair")
        at_office.choose("Whose device is it?", coordinator(lan))
        shown_code(at_office)
        at_office.see(COMMAND)
        shown = at_office.text(COMMAND).first
        told = shown.get_attribute("aria-label") or shown.inner_text()
        hub_of = told.split('"')[1]
        words = ("--home", str(tmp_path / "laptop"), "device", "--hub", hub_of, "--quiet")
        with Face(tmp_path / "laptop", "-m", OFFICE_AT, AT, *words, "--port") as laptop:
            hand = window(laptop)
            hand.press(hand.page.get_by_role("button", name="Pair", exact=True))
            hand.see("The office is asked.")
            at_office.tap("Yes, pair it")
            at_office.see("Paired, and at work.")
            hand.see("General call")
        again = ("--home", str(tmp_path / "laptop"), "device", "--hub", lan.origin, "--quiet")
        with Face(tmp_path / "laptop", "-m", OFFICE_AT, AT, *again, "--port") as laptop:
            hand = window(laptop, path="/sync")
            hand.see(EQUAL)
        stranger = ("--home", str(tmp_path / "other"), "device", "--hub", lan.origin, "--quiet")
        with Face(tmp_path / "other", "-m", OFFICE_AT, AT, *stranger, "--port") as laptop:
            hand = window(laptop)
            hand.see("does not show a certificate that this device trusts")
            shot(hand, "lan-stranger")
        wrong = hub_of.replace(lan.name, HERE)[:-1] + ("0" if hub_of[-1] != "0" else "1")
        assert "not the one" in command(tmp_path / "third", "device", "--hub", wrong, code=1)
