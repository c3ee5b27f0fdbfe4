"""The words of the inbox, of history and of what was done."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.desk import Desk
from data.edit import Write
from data.fields import Meal, Money
from data.inbox import inbox, keep
from data.kinds.attendance import check_in, take_back
from data.kinds.calls import set_personal_call
from data.kinds.floats import issue_float
from data.kinds.people import PERSON, Person
from data.kinds.schedule import DAY, PERSONAL_CALL
from data.state import Mark
from data.store import Store
from sync.link import LinkState
from tests.copies import push
from tests.small_show import SmallShow
from views import told
from views.differing import changes
from views.screens.sync import badge

HOUR = 3_600_000


def newest(desk: Desk) -> str:
    return told.gesture(desk, desk.gestures(1)[0].edits)


def test_gestures_are_told_by_what_was_done(show: SmallShow) -> None:
    desk, day = show.desk, show.day
    event = check_in(desk, day, show["Gus"])
    assert newest(desk) == "Gus: in"
    take_back(desk, event)
    assert newest(desk) == "Gus: taken back"

    with desk.gesture():
        for name in ("Gus", "Grete", "Cam"):
            check_in(desk, day, show[name])
    assert newest(desk) == "3 people: in"

    desk.edit(desk.get(DAY, day.id), general_call=390)
    assert newest(desk) == "Tue 9 Jun, no. 2: General call 06:30"
    desk.edit(desk.get(DAY, day.id), location="Mill", lunch=Meal(out=720, back=750), background=4)
    assert newest(desk) == "Tue 9 Jun, no. 2: Location and Lunch and more"


def test_a_gesture_of_many_counts_them_by_what_was_done_to_them(show: SmallShow) -> None:
    desk, day = show.desk, show.day
    with desk.gesture():
        for name in ("Gus", "Grete"):
            set_personal_call(desk, day, show[name].id, call=385)
        desk.add(Person(name="Zoë"))
    assert newest(desk) == "2 personal calls added, 1 person added"

    with desk.gesture():
        for call in desk.all(PERSONAL_CALL):
            desk.edit(call, call=400)
    assert newest(desk) == "2 personal calls: Own call"

    issue_float(desk, show["Gus"], Money(amount=Decimal("5.00"), currency="USD"))
    assert newest(desk) == "1 envelope added, 1 cash movement: issued"

    desk.delete(desk.get(PERSON, show["Lou"].id))
    assert newest(desk) == "Person deleted: Lou, LOCATIONS"


def test_a_choice_is_told_as_one(show: SmallShow, device: Store) -> None:
    push(device, show.desk.store)
    there = Desk(device, [*show.desk.kinds.values()], user="Bea")
    there.edit(there.get(DAY, show.day.id), general_call=400)
    show.desk.edit(show.day, general_call=390)
    push(device, show.desk.store)
    (asked,) = inbox(show.desk)
    keep(show.desk, asked, asked.sides[0])

    assert "General call settled as 0" in newest(show.desk)


def test_a_newer_apps_records_and_values_are_told_without_their_meaning(
    show: SmallShow,
) -> None:
    desk = show.desk
    desk.store.commit([Write("drone", "d", {"wings": 4})], user="Newt")

    assert newest(desk) == "A record that this version does not know"
    assert told.value(desk, DAY, "general_call", "soon") == "soon"


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("general_call", 390, "06:30"),
        ("general_call", None, "07:00"),
        ("location", "", "nothing"),
        ("location", None, "nothing"),
        ("lunch", {"o": 750, "i": 780}, "12:30 to 13:00"),
        ("wrapped", "2026-06-10T01:30:00Z", "Tue 9 Jun, 19:30"),
    ],
)
def test_a_stored_value_is_told_as_screens_show_it(
    show: SmallShow, name: str, raw: object, words: str
) -> None:
    assert told.value(show.desk, DAY, name, raw) == words


def test_a_wrong_clock_is_told_with_its_owner(show: SmallShow) -> None:
    noon = 1_781_006_400_000  # Tue 9 June 2026, 12:00 UTC

    assert told.by(show.desk, Mark(noon, None, "Bea")) == "Bea, Tue 9 Jun, 06:00"
    assert told.by(show.desk, Mark(noon + 74 * HOUR, noon, "Bea")) == (
        "Bea, Tue 9 Jun, 06:00. The clock of Bea was 3 days ahead."
    )
    assert told.clock("Bea", -2 * HOUR) == "The clock of Bea was 2 h behind."
    assert told.clock("Bea", 185_000) == "The clock of Bea was 3 min ahead."


@given(st.text("ab .\n", max_size=20), st.text("ab .\n", max_size=20))
def test_a_text_with_its_changes_says_both_texts(before: str, after: str) -> None:
    parts = list(changes(before, after))

    assert before == "".join(words for sign, words in parts if sign != "+")
    assert after == "".join(words for sign, words in parts if sign != "-")


def test_only_the_words_that_changed_are_signed() -> None:
    parts = list(changes("Breakfast from 5:30.", "Breakfast from 6:00."))

    assert parts == [("=", "Breakfast from "), ("-", "5:30"), ("+", "6:00"), ("=", ".")]


def test_the_sign_tells_saved_here_from_at_the_office_from_compared() -> None:
    met = LinkState(met=True, reached=True)
    signs = [
        badge(state)
        for state in (
            LinkState(),
            replace(met, records=2),
            replace(met, busy=True),
            replace(met, verified=True),
            replace(met, verified=True, reached=False),
            replace(met, verified=True, aside=1),
            replace(met, older=True, records=2),
        )
    ]

    assert [words for _, words in signs] == [
        "This device has not met its office yet",
        "Not yet at the office, saved on this device",
        "At the office",
        "At the office, compared and equal",
        "At the office, which cannot be reached now",
        "Something is in the way to the office",
        "Something is in the way to the office",
    ]
    assert len({icon for icon, _ in signs[1:6]}) == 5
    assert badge(replace(met, verified=True, records=2)) == signs[1]
