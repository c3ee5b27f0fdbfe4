"""A tablet at the gate with the network cut: a badge before its camera, and its wearer is in."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.desk import Desk
from data.kinds import ALL
from data.kinds.badges import give_badges, text_of
from data.kinds.people import PERSON
from data.stamp import Sources
from data.store import Store
from tests.badge_photos import clean
from tests.browser.conftest import QUIET
from tests.browser.pocket import Pocket
from tests.browser.processes import Face, coordinator, listed
from tests.browser.test_phone import EQUAL, hub
from tests.phone_parts import built

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from tests.browser.conftest import Opens, Shot

__all__ = ["hub"]

pytestmark = pytest.mark.long

CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def badge(home: Path) -> tuple[str, str]:
    """Somebody who is called, and what their badge says."""
    store = Store(home, sources=Sources(), hub=True)
    desk = Desk(store, ALL, user="office")
    person = next(p for p in desk.all(PERSON) if p.department == "GRIP" and not p.walk_on)
    (worn,) = give_badges(desk, [person])
    text = text_of(desk, worn)
    store.close()
    return person.name, text


def test_a_badge_before_the_camera_checks_in_without_a_network(
    hub: Face,
    player: Playwright,
    executable: Path,
    tmp_path: Path,
    window: Opens,
    shot: Shot,
) -> None:
    built()
    name, text = badge(hub.home)
    film = tmp_path / "film.mjpeg"
    frame = BytesIO()
    clean(text).convert("RGB").save(frame, "JPEG", quality=90)
    film.write_bytes(frame.getvalue())
    args = [*QUIET, *CAMERA, f"--use-file-for-fake-video-capture={film}"]
    with hub:
        phone = Pocket(player, executable, tmp_path / "profile", hub.address, (820, 1180), args)
        try:
            phone.pair(window(hub, size="desk", path="/pair"), coordinator(hub))
            phone.ready_offline()
            before = {event["id"] for event in listed(hub.home, "time")}
            hub.kill()
            hand = phone.open("/phone/scan")
            hand.see(re.compile(rf"{name}"))
            hand.see(re.compile("In already, since|In \\d\\d:\\d\\d"))
            shot(hand, "gate-answer")
            hub.start()
            hand = phone.open("/phone/sync")
            hand.tap("Sync now")
            hand.see(EQUAL)
            new = [event for event in listed(hub.home, "time") if event["id"] not in before]
        finally:
            phone.close()

    assert [event["how"] for event in new] == ["badge"]
