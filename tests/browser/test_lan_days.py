"""A phone on the set's Wi-Fi: one trusted address, whatever becomes of laptop and router."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import QUIET, SHOTS, SIZES
from tests.browser.pocket import Pocket
from tests.browser.processes import coordinator, listed
from tests.browser.test_phone import EQUAL, board, check_in_the_next, hub
from tests.browser.wifi import HERE, LanOffice, leads, of_policy, surroundings
from tests.test_lan_office import two_ports

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from tests.browser.conftest import Opens, Shot
    from tests.browser.processes import Face

__all__ = ["hub"]  # the fixture: an office with a show laid around today

pytestmark = pytest.mark.long

STORED = "navigator.storage.getDirectory().then(() => true)"
WORKER = "navigator.serviceWorker.ready.then(found => found.active.scriptURL)"

Carries = Callable[..., Pocket]


@pytest.fixture
def lan(hub: Face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LanOffice]:
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    office = LanOffice(hub.home, two_ports())
    yield office
    office.kill()


@pytest.fixture
def carries(
    player: Playwright, executable: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Carries]:
    carried: list[Pocket] = []

    def carries(office: LanOffice, at: str = HERE, *, agent: str | None = None) -> Pocket:
        home = tmp_path / f"phone-{len(carried)}"
        words = [*QUIET, leads({office.name: at})]
        phone = Pocket(
            player,
            executable,
            home / "profile",
            office.origin,
            SIZES["phone"],
            words,
            env=surroundings(home, office.certificate()),
            agent=agent,
        )
        carried.append(phone)
        return phone

    yield carries
    for n, phone in enumerate(carried):
        phone.shot(SHOTS / f"last-lan-{request.node.name}-{n}.png")
        phone.close()


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
        hand = phone.open("/phone/sync")
        hand.tap("Sync now")
        hand.see(EQUAL)
        shot(hand, "lan-sync")
        assert of_policy(hand) == []
        times = [r for r in listed(lan.home, "time") if r["id"] not in before]

    assert len(times) == 3
    assert "Traceback" not in lan.said()
