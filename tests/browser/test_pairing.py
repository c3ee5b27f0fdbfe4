"""A phone is paired across a table, is lost, and is emptied; a tablet goes from hand to hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.desk import Desk
from data.kinds import ALL
from data.kinds.people import PERSON, Person
from data.kinds.pins import set_pin
from data.kinds.private import PersonPrivate, put_numbers
from data.stamp import Sources
from data.store import Store
from data.wipe import NOTE
from main import VERSION
from tests.browser.pocket import shown_code
from tests.browser.processes import device, imported, listed, office, position_of

if TYPE_CHECKING:
    from tests.browser.conftest import Opens, Shot
    from tests.browser.hand import Hand

ADA, RENEE = "Ada Castillo", "Renée Kowalski"


def test_a_phone_is_paired_and_emptied_when_it_is_lost(
    tmp_path: Path, window: Opens, shot: Shot
) -> None:
    with office(imported(tmp_path / "office")) as hub:
        with device(tmp_path / "phone", hub, name="Phone") as phone:
            at_office, hand = window(hub, size="desk", path="/pair"), window(phone)
            hand.see("Pair this device")
            shot(hand, "pair-first")
            at_office.choose("Whose device is it?", f"{ADA}, {position_of(hub, ADA)}")
            shot(at_office, "pair-whom")
            code = shown_code(at_office)
            shot(at_office, "pair-code")

            hand.write("Code from the office", "AAAAA-AAAAB")
            hand.tap("Pair", role="button")
            hand.see("There is a slip in the code")
            hand.write("Code from the office", code)
            hand.press(hand.page.get_by_role("button", name="Pair", exact=True))
            hand.see("The office is asked.")
            shot(hand, "pair-waiting")
            at_office.see("says the code")
            shot(at_office, "pair-asked")
            at_office.tap("Yes, pair it")
            hand.see("Day 1 of 22")
            at_office.see("Paired, and at work.")

            hand.open("/own")
            hand.see(f"It belongs to {ADA}.")
            shot(hand, "own")
            the_office_looks_around(window(hub), shot)
            lost(at_office, f"{ADA}'s phone", shot)
            hand.see("reported lost")
            shot(hand, "emptied")

        assert [path.name for path in (tmp_path / "phone").iterdir()] == [NOTE]
        assert "Traceback" not in hub.said() + phone.said()


def the_office_looks_around(hand: Hand, shot: Shot) -> None:
    hand.open("/devices")
    hand.see(f"{ADA}'s phone")
    shot(hand, "devices")
    hand.open("/roles")
    hand.see("On its device, and why")
    shot(hand, "roles")


def lost(hand: Hand, name: str, shot: Shot) -> None:
    hand.open("/devices")
    hand.press(hand.named(re.compile(name)).first)
    hand.see("Last heard of")
    hand.see(VERSION)
    shot(hand, "device")
    hand.tap("Lost or stolen")
    hand.see("Everything is removed from it")
    hand.tap("Yes")
    hand.see("It is in use again")


@pytest.mark.long
def test_a_lent_tablet_goes_from_hand_to_hand(tmp_path: Path, window: Opens, shot: Shot) -> None:
    home = imported(tmp_path / "office")
    pins(home, {ADA: "4071", RENEE: "8265"})
    with office(home) as hub, device(tmp_path / "tablet", hub) as tablet:
        at_office, hand = window(hub, path="/pair"), window(tablet)
        at_office.write("Name of the device", "Gate tablet")
        at_office.choose("Role", "Assistant director")
        hand.write("Code from the office", shown_code(at_office))
        shot(at_office, "pair-code")
        hand.press(hand.page.get_by_role("button", name="Pair", exact=True))
        at_office.tap("Yes, pair it")

        hand.see("Who has this tablet?")
        shot(hand, "who")
        takes(hand, ADA, "1357", "That is not the PIN", shot)
        hand.write("PIN", "4071")
        hand.tap("I have it")
        hand.see("Day 1 of 22")
        note_the_day(hand, "Ada was here")
        hand.tap(re.compile(f"{ADA} has this tablet. Give it back"))
        hand.press(hand.page.get_by_role("button", name="Give it back", exact=True))
        takes(hand, RENEE, "8265", "Day 1 of 22")
        shot(hand, "held")
        note_the_day(hand, "Renée was here")
        at_office.open("/list/day")
        at_office.press(at_office.named(re.compile("Mon 13 Jul")).first)
        at_office.see(f"Last written by {RENEE}.")
        at_office.tap("History")
        at_office.see(re.compile(ADA))
        at_office.open("/people")
        at_office.tap(re.compile(ADA))
        at_office.see("••••••")
        shot(at_office, "person-private")
        at_office.tap("Show what is covered")
        at_office.see("078-05-1120")

    assert "Traceback" not in hub.said() + tablet.said()
    users = authors(home)
    assert users[:2] == [RENEE, ADA]
    assert [a["what"] for a in listed(home, "access") if a["what"] == "saw"] == ["saw"]


def takes(hand: Hand, name: str, pin: str, then: str, shot: Shot | None = None) -> None:
    hand.tap(re.compile(name))
    hand.see("What you tap from now on carries your name.")
    if shot:
        shot(hand, "pin")
    hand.write("PIN", pin)
    hand.tap("I have it")
    hand.see(then)


def note_the_day(hand: Hand, words: str) -> None:
    hand.open("/")
    hand.tap("Edit the day")
    hand.write("Note", words)
    hand.tap("Save all of the day")
    hand.see("Day 1 of 22")


def pins(home: Path, digits: dict[str, str]) -> None:
    store = Store(home, sources=Sources(), hub=True)
    try:
        desk = Desk(store, ALL, user="office")
        for name, pin in digits.items():
            set_pin(desk, _named(desk, name), pin)
        put_numbers(desk, PersonPrivate(person=_named(desk, ADA).id, tax_id="078-05-1120"))
    finally:
        store.close()


def authors(home: Path) -> list[str]:
    """Who wrote the first day's note, the latest first."""
    store = Store(home, sources=Sources(), hub=True, reader=True)
    try:
        desk = Desk(store, ALL, user="reader")
        (day,) = (d for d in desk.all(desk.kinds["day"]) if d.number == 1)
        edits = [edit for edit in store.history(day.id) if "note" in edit.values]
        return [desk.get(PERSON, edit.mark.user).name for edit in reversed(edits)][:2]
    finally:
        store.close()


def _named(desk: Desk, name: str) -> Person:
    (person,) = (p for p in desk.all(PERSON) if p.name == name)
    return person
