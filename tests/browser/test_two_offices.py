"""Two laptops hold the office: a device says so in words, and somebody says which one it is now."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.desk import Desk
from data.kinds import ALL
from data.kinds.schedule import DAY
from data.stamp import Sources
from data.store import Store
from sync.exchange import Office
from tests.browser.processes import Face, device, imported, listed, office, paired

if TYPE_CHECKING:
    from tests.browser.conftest import Opens, Shot

EQUAL = re.compile("^At the office, compared and equal")


@pytest.mark.long
def test_an_older_laptop_is_made_the_only_office_and_gets_back_what_it_never_knew(
    tmp_path: Path, window: Opens, shot: Shot
) -> None:
    newer = office(imported(tmp_path / "office"))
    older = office(tmp_path / "older", port=newer.port)
    tablet = device(paired(newer.home, tmp_path / "tablet"), newer.start())
    try:
        hand = window(tablet.start())
        hand.see(EQUAL)
        newer.kill()
        shutil.copytree(newer.home, older.home)
        another_office(newer)
        newer.start()
        hand.see(re.compile("General call\n06:05"))
        hand.see(EQUAL)
        newer.kill()

        older.start()
        hand.open("/sync")
        hand.tap("Sync now")
        hand.see("This office is an older copy")
        hand.see("Ask which laptop is the office now")
        shot(hand, "sync-older")
        at_desk = window(older, size="desk")
        at_desk.tap(re.compile("devices know a newer office"))
        at_desk.tap("This is the only office now")
        at_desk.tap("Yes, the only one")
        at_desk.miss("Devices know a newer office")

        hand.tap("Sync now")
        hand.see("both copies were equal at")
        at_desk.see("Came back from devices")
        at_desk.see(re.compile("Shoot day: Mon 13 Jul"))
        shot(at_desk, "sync-came-back")
        at_desk.tap("Seen")
        at_desk.miss("Came back from devices")
    finally:
        tablet.kill()
        newer.kill()
        older.kill()

    assert "Traceback" not in newer.said() + older.said() + tablet.said()
    assert listed(older.home, "day") == listed(tablet.home, "day")
    assert [d["general_call"] for d in listed(older.home, "day") if d["number"] == 1] == [365]


def another_office(at: Face) -> None:
    """The other laptop takes over, as after a restore, and goes on working."""
    store = Store(at.home, sources=Sources(), hub=True)
    try:
        Office(store).new_epoch()
        desk = Desk(store, ALL, user="office")
        (first,) = [day for day in desk.all(DAY) if day.number == 1]
        desk.edit(first, general_call=365)
    finally:
        store.close()
