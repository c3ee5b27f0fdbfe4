"""A device writes over a fact: it waits at the office, is released there, and the device sees it.
The sign at the head says all the while where the device's work is."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.desk import Desk
from data.edit import Write
from data.kinds import ALL
from data.kinds.own import writer
from data.kinds.times import TIME
from data.stamp import Sources
from data.store import Store
from tests.browser.processes import Face, device, imported, listed, office, paired

if TYPE_CHECKING:
    from tests.browser.conftest import Opens, Shot
    from tests.browser.hand import Hand

OWNER = "Renée Kowalski"
HERE = re.compile("^Not yet at the office, saved on this device")
EQUAL = re.compile("^At the office, compared and equal")
LOST = re.compile("^At the office, which cannot be reached now")


@pytest.mark.long
def test_a_second_write_to_a_fact_is_released_at_the_office_and_the_device_sees_it(
    tmp_path: Path, window: Opens, shot: Shot
) -> None:
    hub = office(imported(tmp_path / "office"))
    tablet = device(paired(hub.home, tmp_path / "tablet", name=OWNER), hub.start())
    try:
        hand = window(tablet.start())
        somebody_comes(hand)
        somebody_comes(hand, "Farid Olsen")
        tablet.kill()
        written_over(tablet)
        tablet.start()
        hand.open("/")
        they_wait(hand, shot)

        at_office = window(hub, size="desk")
        they_are_released(at_office, shot)
        their_author_reads_it(hand, shot)
    finally:
        tablet.kill()
        hub.kill()

    assert "Traceback" not in hub.said() + tablet.said()
    assert at_office.complaints == []
    assert listed(hub.home, "time") == listed(tablet.home, "time")
    assert len(listed(hub.home, "time")) == 1
    assert [w["outcome"] for w in listed(hub.home, "waiting")] == ["released"] * 2


@pytest.mark.long
def test_the_sign_says_where_the_work_is_also_while_the_office_is_off(
    tmp_path: Path, window: Opens, shot: Shot
) -> None:
    hub = office(imported(tmp_path / "office"))
    tablet = device(paired(hub.home, tmp_path / "tablet", name=OWNER), hub.start())
    try:
        hand = window(tablet.start())
        hand.see(EQUAL)
        hub.kill()
        hand.see(LOST)
        somebody_comes(hand)
        hand.see(HERE)
        tablet.kill()
        tablet.start()
        hand.open("/sync")
        hand.see("Saved on this device: 1 record not yet at the office.")
        hand.see("The office cannot be reached since")
        shot(hand, "sync-lost")
        hub.start()
        hand.tap("Sync now")
        hand.see("both copies were equal at")
        hand.tap("Back")
        hand.see(EQUAL)
    finally:
        tablet.kill()
        hub.kill()

    assert "Traceback" not in hub.said() + tablet.said()


def somebody_comes(hand: Hand, name: str = "Renée Kowalski") -> None:
    hand.open("/board")
    hand.write("Find a name", name, then=hand.named("Clear"))
    hand.tap(re.compile(f"^In: {name}"))
    hand.see(re.compile(f"{name} (is )?in"))


def written_over(tablet: Face) -> None:
    """What another make of app may do, and ours does not offer: facts are written anew."""
    store = Store(tablet.home, sources=Sources(), hub=False)
    try:
        desk = Desk(store, ALL, user="")
        desk.user = writer(desk)
        renee, farid = sorted(desk.all(TIME), key=lambda event: event.at)
        later = renee.model_copy(update={"at": renee.at + timedelta(minutes=30)})
        desk.write(Write(TIME.name, renee.id, {"at": TIME.cell("at", later)}))
        desk.write(Write(TIME.name, farid.id, delete=True))
    finally:
        store.close()


def they_wait(hand: Hand, shot: Shot) -> None:
    hand.tap(re.compile("^Inbox: 2 to look at"))
    hand.see("Your Time Mon 13 Jul")
    hand.see("Your deleting is not counted yet. Why: This was written already")
    shot(hand, "waiting-at-the-office")


def they_are_released(hand: Hand, shot: Shot) -> None:
    """What deletes is asked about once more."""
    hand.tap(re.compile("^Inbox: 2 to look at"))
    hand.see("Does it count?")
    hand.see(re.compile("Time event: Renée Kowalski"))
    shot(hand, "waiting-to-decide")
    hand.tap(f"Release what {OWNER} wrote")
    hand.miss(f"Release what {OWNER} wrote")
    hand.open("/inbox")
    hand.tap("Release: delete it")
    hand.tap("Keep it")
    hand.miss("It leaves every list")
    hand.open("/inbox")
    hand.tap("Release: delete it")
    hand.see("Delete Time event: Farid Olsen, in?")
    hand.tap("Delete")
    hand.see("Nothing to settle.")


def their_author_reads_it(hand: Hand, shot: Shot) -> None:
    hand.see("Your deleting counts.")
    hand.see(re.compile("Your Time Mon 13 Jul, .* counts"))
    hand.see("Released by office")
    shot(hand, "waiting-released")
    hand.press(hand.named("Seen").first)
    hand.named("Seen").nth(1).wait_for(state="detached")
    hand.tap("Seen")
    hand.see("Nothing to settle.")
