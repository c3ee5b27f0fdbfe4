"""The office's screens: a show is begun, lists come in, a day is laid out, the laptop restarts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.processes import LISTS, Face, command, imported, listed, new_show, office

if TYPE_CHECKING:
    from tests.browser.conftest import Opens, Shot

CREW = 109
SCREENS = {
    "/": "General call",
    "/board": "PRODUCTION",
    "/receipts": "No .* here yet",
    "/lists": "109 crew",
    "/paper": "Sign-in sheet",
    "/gate": "They are in from now",
    "/receipt/new": "Save receipt",
    "/envelope/new": "Issue a float",
    "/list/person": "Kowalski",
    "/list/person/new": "New: person",
    "/list/scene": "92 scenes",
    "/list/day": "22 shoot days",
    "/settings": "Time zone",
    "/backup": "Folder for backups",
    "/import/crew": "Choose a file",
    "/sync": "This laptop is the office",
    "/inbox": "Nothing to settle",
    "/undo": "92 scenes added, 22 shoot days added",
    "/no/such/screen": "There is no such screen",
    "/scan": "Or a name",
    "/kiosk": "Say that you are here",
    "/background": "of those expected",
    "/here": "Plates now",
    "/badges": "By department",
    "/radar": "check with payroll",
}
"""Every address, and something that its screen says."""

LAID_OUT_ANEW = ("/", "/board", "/receipts", "/paper", "/list/person", "/receipt/new")
"""Screens of each sort of layout that a wider window has."""


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """An office with both lists in it."""
    with office(imported(tmp_path_factory.mktemp("office") / "office")) as face:
        yield face
    assert "Traceback" not in face.said()


def test_the_wizard_begins_a_production_and_the_crew_list_comes_in(
    tmp_path: Path, window: Opens, shot: Shot
) -> None:
    with office(tmp_path / "office") as face:
        hand = window(face)
        hand.see("A new production")
        shot(hand, "wizard")
        hand.write("Title", "Salt Road")
        hand.write("Time zone", "America/Denver")
        hand.tap("Create it")
        hand.see("There are no shoot days yet.")
        shot(hand, "empty")

        hand.tap("Choose one")
        hand.write("Folder for backups", str(tmp_path / "STICK"))
        hand.tap("Use this folder")
        hand.see("There is no folder")
        (tmp_path / "STICK").mkdir()
        hand.tap("Use this folder")
        hand.see("Backup just now, STICK")
        shot(hand, "backup")
        hand.tap("Back")

        hand.tap("Import the crew list")
        hand.pick_file("Choose a file", LISTS / "crew_list.csv")
        hand.see(f"{CREW} new people")
        shot(hand, "import-preview")
        assert listed(face.home, "person") == []

        hand.tap("Import this")
        hand.see(f"{CREW} crew")
        shot(hand, "imported")
        hand.open("/backup")
        hand.tap("Back up now")
        hand.see(f"{CREW + 1} records, no photos")

    command(tmp_path / "fresh", "restore", str(tmp_path / "STICK"))
    assert listed(tmp_path / "fresh", "person") == listed(face.home, "person")
    assert len(listed(face.home, "person")) == CREW
    assert [show["title"] for show in listed(face.home, "production")] == ["Salt Road"]
    assert "Traceback" not in face.said()


def test_a_title_is_asked_for_before_anything_is_begun(tmp_path: Path, window: Opens) -> None:
    with office(tmp_path / "office") as face:
        hand = window(face)
        hand.tap("Create it")
        hand.see("Title is missing. Fill it in.")

    assert listed(face.home, "production") == []


def test_a_day_is_laid_out_and_the_board_has_it(laptop: Face, window: Opens, shot: Shot) -> None:
    hand = window(laptop)
    hand.tap("Edit the day")
    hand.write("General call", "8:00")
    shot(hand, "day")
    hand.tap("Save the day")
    hand.see(re.compile("General call\n08:00"))

    hand.tap("Edit the day")
    hand.tap("GRIP: 30 min earlier")
    hand.see("07:30 · 30 min before")
    hand.tap("GRIP: 30 min earlier")
    hand.see("07:00 · 1 h before")
    shot(hand, "day-departments")
    hand.choose("Person", "Renée Kowalski, Unit Production Manager")
    hand.write("Own call", "5:15")
    hand.tap("Set own call")
    hand.see("Renée Kowalski: 05:15")
    shot(hand, "day-own-calls")

    hand.tap("Back")
    hand.tap("Check in")
    hand.see(re.compile("Renée Kowalski\n05:15 · "))
    hand.see(re.compile("Farid Olsen\n08:00 · "))
    hand.write("Find a name", "best boy grip", then=hand.named("Clear"))
    hand.see(re.compile("\n07:00 · Best Boy Grip"))


def test_a_day_without_a_shoot_opens_on_the_nearest(tmp_path: Path, window: Opens) -> None:
    with office(imported(tmp_path / "office"), today="2026-07-01") as face:
        hand = window(face)
        hand.see("Day 1 of 22")
        hand.see("No shoot day on Wed 1 Jul: this is the nearest one.")


def test_a_window_comes_back_by_itself_when_the_office_was_restarted(
    tmp_path: Path, window: Opens
) -> None:
    new_show(tmp_path / "office")
    with office(tmp_path / "office") as face:
        hand = window(face, path="/lists")
        hand.see("no crew")

        face.kill()
        face.start()
        command(face.home, "import", "crew", str(LISTS / "crew_list.csv"))

        hand.see(f"{CREW} crew")
        hand.tap("Crew")
        hand.see("Ada Castillo")


@pytest.mark.parametrize(
    "size",
    ["phone", *(pytest.param(size, marks=pytest.mark.long) for size in ("tablet", "desk"))],
)
def test_every_screen_is_drawn_at_this_size(
    laptop: Face, window: Opens, shot: Shot, size: str
) -> None:
    hand = window(laptop, size=size)
    for path in SCREENS if size == "phone" else LAID_OUT_ANEW:
        hand.open(path)
        hand.see(re.compile(SCREENS[path]))
        hand.miss("Something went wrong")
        shot(hand, f"screen{path.replace('/', '-')}")
    assert hand.complaints == []
