"""Two copies changed one call while apart: they meet, one of them settles it, and both agree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.processes import Face, device, imported, listed, office, paired

if TYPE_CHECKING:
    from tests.browser.conftest import Opens, Shot
    from tests.browser.hand import Hand


@pytest.mark.long
def test_two_calls_for_one_day_are_settled_on_one_copy_and_the_other_agrees(
    tmp_path: Path, window: Opens, shot: Shot
) -> None:
    hub = office(imported(tmp_path / "office"))
    tablet = device(paired(hub.home, tmp_path / "tablet"), hub.start())
    try:
        tablet.start()
        hand = window(tablet)
        hand.see("Day 1 of 22")
        they_part(hub, tablet, hand, window)

        hand.tap(re.compile("^Inbox: 1 to look at"))
        hand.see("Which general call is right?")
        shot(hand, "inbox")
        hand.tap("Later")
        hand.see("1 question is put off")
        hand.tap("Show them again")
        hand.tap("Keep 06:30 from office")
        hand.see("Nothing to settle.")
        shot(hand, "inbox-settled")

        at_office = window(hub)
        at_office.see(re.compile("General call\n06:30"))
        at_office.miss(re.compile("^Inbox"))
        what_happened_is_told(at_office, shot)
    finally:
        tablet.kill()
        hub.kill()

    assert "Traceback" not in hub.said() + tablet.said()
    assert listed(hub.home, "day") == listed(tablet.home, "day")
    assert [d["general_call"] for d in listed(hub.home, "day") if d["number"] == 1] == [390]


def they_part(hub: Face, tablet: Face, hand: Hand, window: Opens) -> None:
    """The tablet is off while the office calls for 6:30, and the office while it calls for 6:45."""
    tablet.kill()
    call_for(window(hub), "6:30")
    hub.kill()
    tablet.start()
    call_for(hand, "6:45")
    hand.see(re.compile("General call\n06:45"))
    hub.start()
    hand.tap(re.compile("^Not yet at the office"))
    hand.tap("Sync now")
    hand.see(re.compile(r"This device and the office\s+At the office"))
    hand.tap("Back")


def call_for(hand: Hand, when: str) -> None:
    hand.open("/")
    hand.tap("Edit the day")
    hand.write("General call", when)
    hand.tap("Save the day")
    hand.see(re.compile(f"General call\n0{when}"))


def what_happened_is_told(hand: Hand, shot: Shot) -> None:
    """The history says who wrote what; what was done says it too, and puts it back."""
    hand.open("/undo")
    hand.tap(re.compile("General call settled as 06:30"))
    hand.see("This was a choice")
    hand.tap("Leave it")
    hand.open("/list/day")
    hand.press(hand.named(re.compile("Mon 13 Jul")).first)
    hand.tap("History")
    hand.see("06:30 and 06:45 stood apart, settled as 06:30")
    hand.see("General call: 07:00 → 06:45")
    shot(hand, "history")
