"""A morning rush at the gate of the office's laptop: a scanner types badge after badge."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.desk import Desk
from data.kinds import ALL
from data.kinds.badges import give_badges, text_of
from data.kinds.people import PERSON, Person
from data.sample import lay_out
from data.sample.plan import ZONE
from data.stamp import Clock, Sources
from data.store import Store
from tests.browser.processes import Face, listed

if TYPE_CHECKING:
    from tests.browser.conftest import Opens

from datetime import UTC, datetime

RUSH = 400


def gate(home: Path, people: int) -> tuple[Face, list[str]]:
    """An office at dawn, `people` day players called, and what their badges say."""
    dawn = datetime.now(ZONE).replace(hour=5, minute=0)
    store = Store(home, sources=Sources(Clock(lambda: dawn.astimezone(UTC))), hub=True)
    desk = Desk(store, ALL, user="office")
    lay_out(desk)
    with desk.gesture():
        for n in range(people):
            desk.add(Person(name=f"Hand {n:03}", department="DAY PLAYERS"))
    hands = [p for p in desk.all(PERSON) if p.name.startswith("Hand")]
    texts = [text_of(desk, badge) for badge in give_badges(desk, hands)]
    store.close()
    return Face(home, "main.py", "--home", str(home), "--quiet", "--no-lan", "--port"), texts


def rush(office: Face, texts: list[str], window: Opens) -> list[str]:
    """Scans them all, the last one twice; what was written of them."""
    with office:
        hand = window(office, path="/scan")
        hand.see(re.compile("Or a name"))
        for text in texts:
            hand.page.keyboard.type(text, delay=2)
            hand.page.keyboard.press("Enter")
        hand.see(re.compile(rf"Hand {len(texts) - 1:03}"))
        hand.page.keyboard.type(texts[-1], delay=2)
        hand.page.keyboard.press("Enter")
        hand.see(re.compile("In already, since"))
        people = {p["id"]: p["name"] for p in listed(office.home, "person")}
        events = [e for e in listed(office.home, "time") if e["how"] == "badge"]
    return sorted(people[event["person"]] for event in events)


def test_thirty_badges_one_after_another_are_thirty_people(tmp_path: Path, window: Opens) -> None:
    office, texts = gate(tmp_path / "office", 30)

    assert rush(office, texts, window) == [f"Hand {n:03}" for n in range(30)]


@pytest.mark.long
def test_four_hundred_badges_in_a_morning_are_four_hundred_people(
    tmp_path: Path, window: Opens
) -> None:
    office, texts = gate(tmp_path / "office", RUSH)

    assert rush(office, texts, window) == [f"Hand {n:03}" for n in range(RUSH)]
