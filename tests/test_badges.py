"""Badges: signed, without a person in them, told apart from made-up ones, never given twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.desk import Desk
from data.errors import BadInput, NotFound, Refused
from data.kinds import ALL
from data.kinds.badges import (
    BADGE,
    BADGE_KEY,
    Badge,
    badge_for,
    badge_of,
    give_badges,
    lost_badge,
    text_of,
)
from data.kinds.scanning import let_in, scanned
from data.kinds.times import events_of
from data.store import Store
from tests.copies import push
from tests.small_show import SmallShow


def badge(show: SmallShow, name: str) -> str:
    (worn,) = give_badges(show.desk, [show[name]])
    return text_of(show.desk, worn)


def test_a_badge_says_a_number_and_eight_characters_and_nothing_of_the_person(
    show: SmallShow,
) -> None:
    text = badge(show, "Gus")

    assert re.fullmatch(r"CB11[2-8BCDEFGHJKLNPRSTUVX]{8}", text)
    assert len(text) <= 20, "a QR code of the smallest size that a bad camera reads"
    assert badge_of(show.desk, text).person == show["Gus"].id
    assert badge_of(show.desk, f" {text.lower()}\n").person == show["Gus"].id


def test_whoever_has_a_badge_gets_no_second_one(show: SmallShow) -> None:
    first = give_badges(show.desk, [show["Gus"], show["Cam"]])
    again = give_badges(show.desk, [show["Cam"], show["Ada"], show["Gus"]])

    assert [b.number for b in first] == ["1", "2"]
    assert [b.number for b in again] == ["2", "3", "1"]


def test_a_made_up_badge_is_told_from_one_of_ours(show: SmallShow) -> None:
    text = badge(show, "Gus")

    with pytest.raises(BadInput, match="made up"):
        badge_of(show.desk, text.replace("CB11", "CB12"))
    for place in range(4, len(text)):
        other = "B" if text[place] != "B" else "C"
        with pytest.raises(BadInput, match="made up"):
            badge_of(show.desk, f"{text[:place]}{other}{text[place + 1 :]}")
    for strange in ("", "https://example.com", "4006381333931", "CB1"):
        with pytest.raises(BadInput, match="not one of our badges"):
            badge_of(show.desk, strange)


def test_a_badge_of_another_show_is_not_ours(show: SmallShow, tmp_path: Path) -> None:
    text = badge(show, "Gus")
    other = Store(tmp_path / "other", sources=show.desk.store.sources, hub=True)
    other.set_meta(production="00000000-0000-4000-8000-000000000001")
    there = Desk(other, ALL, user="office")
    give_badges(there, [])

    with pytest.raises(BadInput, match="another show"):
        badge_of(there, text)
    other.close()


def test_a_genuine_badge_that_is_not_here_yet_is_said_to_be_one(show: SmallShow) -> None:
    desk = show.desk
    badge(show, "Gus")
    unheard = text_of(desk, Badge(number="77", person=show["Gus"].id))

    with pytest.raises(NotFound, match="Badge 77 is ours, but this device has not heard"):
        badge_of(desk, unheard)


def test_a_lost_badge_opens_nothing_and_the_new_one_has_another_number(show: SmallShow) -> None:
    old = badge(show, "Gus")
    badge(show, "Cam")

    new = lost_badge(show.desk, badge_of(show.desk, old))

    assert new.number == "3"
    with pytest.raises(Refused, match="reported lost"):
        badge_of(show.desk, old)
    assert badge_for(show.desk, show["Gus"]) == new


def test_only_the_office_begins_and_a_device_ends_its_numbers_with_its_letter(
    show: SmallShow, device: Store
) -> None:
    there = Desk(device, ALL, user="Ada")
    push(device, show.desk.store)
    with pytest.raises(Refused, match="at the office"):
        give_badges(there, [show["Gus"]])

    give_badges(show.desk, [show["Gus"]])
    push(device, show.desk.store)
    with pytest.raises(Refused, match="letter"):
        give_badges(there, [show["Cam"]])

    assert there.all(BADGE_KEY) == show.desk.all(BADGE_KEY)
    assert [b.number for b in there.all(BADGE)] == ["1"]

    device.set_meta(letter="C", production=show.desk.store.production)  # as the welcome does
    give_badges(there, [show["Cam"]])
    assert [b.number for b in there.all(BADGE)] == ["1", "2C"]


# ---- at the gate ---------------------------------------------------------------------------------


def test_a_scan_is_green_then_yellow_and_writes_once(show: SmallShow) -> None:
    text = badge(show, "Gus")
    show.wall.shows(6, 41)

    first = scanned(show.desk, show.day, text)
    show.wall.shows(6, 50)
    again = scanned(show.desk, show.day, text)

    assert (first.tone, first.head, first.words) == ("new", "Gus", "In 06:41")
    assert (again.tone, again.words) == ("already", "In already, since 06:41.")
    assert [e.how for e in events_of(show.desk, show.day)] == ["badge"]


def test_who_is_not_called_is_red_with_what_to_do_and_may_be_let_in(show: SmallShow) -> None:
    text = badge(show, "Dale")

    answer = scanned(show.desk, show.day, text)
    assert (answer.tone, answer.asks) == ("no", True)
    assert answer.words == (
        "Not called today: no scene today. Ask the assistant director, or let them in."
    )
    assert events_of(show.desk, show.day) == []

    assert answer.person is not None
    assert let_in(show.desk, show.day, answer.person).tone == "new"


def test_a_strange_code_is_an_answer_and_no_error(show: SmallShow) -> None:
    badge(show, "Gus")

    answer = scanned(show.desk, show.day, "4006381333931")

    assert (answer.tone, answer.person) == ("no", None)
    assert "Look for the name" in answer.words


def test_a_scan_out_needs_somebody_who_is_in(show: SmallShow) -> None:
    text = badge(show, "Gus")
    assert scanned(show.desk, show.day, text, "out").tone == "no"

    show.wall.shows(7)
    scanned(show.desk, show.day, text)
    show.wall.shows(19, 12)
    out = scanned(show.desk, show.day, text, "out")
    again = scanned(show.desk, show.day, text, "out")
    back = scanned(show.desk, show.day, text)

    assert (out.tone, out.words) == ("new", "Out 19:12")
    assert (again.tone, again.words) == ("already", "Out already, since 19:12.")
    assert back.words == "In already, since 07:00, out 19:12."
