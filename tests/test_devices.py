"""Devices: lent from hand to hand, left, lost, and found again."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import NotSaved, Refused
from data.kinds.devices import (
    DEVICE,
    DOORS,
    REVOCATION,
    Device,
    Revocation,
    earlier,
    found_again,
    status_of,
    take_out,
)
from data.kinds.lending import (
    LENDING,
    Lending,
    Span,
    Tap,
    give_back,
    hand_of,
    hand_to,
    holder,
    lent_role,
    sign_in,
    spans,
    tap_of,
    taps_of,
)
from data.record import RecordId
from tests.private_show import PAIRED
from tests.small_show import SmallShow

TABLET = Device(id=RecordId("t"), name="Gate tablet", lent_to="ad", unit="Main", paired=PAIRED)
PHONE = Device(id=RecordId("p"), name="Gus's phone", person="gus", paired=PAIRED)


def tap(n: int, who: str, at: int, what: str = "taken", voids: str | None = None) -> Tap:
    fact = Lending(id=RecordId(f"l{n}"), device="t", person=who, what=what, at=PAIRED, voids=voids)
    return Tap(fact, at)


def out(n: int, what: str, voids: str | None = None) -> Revocation:
    return Revocation(id=RecordId(f"r{n}"), device="p", what=what, at=PAIRED, voids=voids)


# ---- who has a lent tablet --------------------------------------------------------------------


def test_who_had_it_is_told_from_hand_to_hand() -> None:
    taps = [tap(1, "ann", 10), tap(2, "ben", 20), tap(3, "ben", 30, "given_back")]

    assert [Span("ann", 10, 20), Span("ben", 20, 30)] == spans(taps)
    assert [holder(taps[:n]) for n in range(4)] == ["", "ann", "ben", ""]


def test_in_whatever_order_the_lendings_came() -> None:
    taps = [tap(1, "ann", 10), tap(2, "ben", 20), tap(3, "ben", 30, "given_back")]

    assert {tuple(spans(order)) for order in permutations(taps)} == {tuple(spans(taps))}


def test_a_hand_over_that_is_taken_back_never_was() -> None:
    taps = [tap(1, "ann", 10), tap(2, "ben", 20), tap(3, "", 25, "void", voids="l2")]

    assert [Span("ann", 10, None)] == spans(taps)


@given(st.lists(st.tuples(st.sampled_from(["ann", "ben", "cy"]), st.booleans()), max_size=8))
def test_at_any_moment_between_two_hand_overs_one_person_has_it(
    story: list[tuple[str, bool]],
) -> None:
    taps = [
        tap(n, who, 10 * n, "taken" if takes else "given_back")
        for n, (who, takes) in enumerate(story)
    ]
    for n, (who, takes) in enumerate(story):
        people = hand_of(TABLET, taps, 10 * n + 5).people
        assert people == (frozenset({who}) if takes else frozenset())


def test_at_the_moment_of_the_hand_over_both_may_write() -> None:
    taps = [tap(1, "ann", 10), tap(2, "ben", 20)]

    assert hand_of(TABLET, taps, 20).people == {"ann", "ben"}


def test_a_lent_tablet_lends_its_role_and_a_phone_none() -> None:
    assert hand_of(TABLET, [tap(1, "ann", 10)], 15).lent == lent_role(TABLET)
    assert (lent_role(TABLET).role, lent_role(TABLET).unit) == ("ad", "Main")
    assert hand_of(PHONE, [], 15).lent is None
    assert hand_of(PHONE, [], 15).people == {"gus"}
    assert hand_of(Device(name="nobody's"), [], 15).people == frozenset()


def test_what_is_no_lending_is_no_tap(show: SmallShow) -> None:
    state = show.desk.store.state(show.day.id)
    assert state is not None

    assert tap_of(state) is None


# ---- taking it --------------------------------------------------------------------------------


def test_who_signs_in_writes_with_their_own_name_from_then_on(show: SmallShow) -> None:
    desk, gus = show.desk, show["Gus"]
    tablet = desk.add(Device(name="Gate tablet", lent_to="ad"))
    lending = sign_in(desk, tablet, gus)
    desk.edit(show.day, note="mine")

    assert gus.id == desk.author(lending.id) == desk.author(show.day.id)
    assert gus.id == holder(taps_of(desk, tablet))


def test_who_could_not_be_signed_in_is_not(show: SmallShow, monkeypatch: Any) -> None:
    desk = show.desk
    tablet = desk.add(Device(name="Gate tablet", lent_to="ad"))

    def full(*_: Any, **__: Any) -> None:
        raise NotSaved("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "commit", full)
        with pytest.raises(NotSaved):
            sign_in(desk, tablet, show["Gus"])
    assert desk.user == "Amara"


def test_at_the_office_a_hand_over_is_noted_in_the_office_s_name(show: SmallShow) -> None:
    desk = show.desk
    tablet = desk.add(Device(name="Gate tablet", lent_to="ad"))
    lending = hand_to(desk, tablet, show["Gus"])
    give_back(desk, tablet)

    assert desk.author(lending.id) == "Amara"
    assert holder(taps_of(desk, tablet)) == ""


def test_one_does_not_take_what_one_has_nor_what_is_not_lent(show: SmallShow) -> None:
    desk, gus = show.desk, show["Gus"]
    tablet = desk.add(Device(name="Gate tablet", lent_to="ad"))
    phone = desk.add(Device(name="Gus's phone", person=gus.id))
    hand_to(desk, tablet, gus)

    with pytest.raises(Refused, match="has Gate tablet already"):
        hand_to(desk, tablet, gus)
    with pytest.raises(Refused, match="belongs to one person"):
        hand_to(desk, phone, gus)
    give_back(desk, tablet)
    with pytest.raises(Refused, match="Nobody has"):
        give_back(desk, tablet)
    assert len(desk.all(LENDING)) == 2


# ---- out of use -------------------------------------------------------------------------------


def test_the_gravest_word_wins_in_whatever_order_and_whoever_brings_it() -> None:
    facts = [out(1, "retired"), out(2, "lost"), out(3, "left")]

    assert {status_of(order) for order in permutations(facts)} == {"lost"}
    assert [status_of(facts[:n]) for n in range(2)] == ["active", "retired"]
    assert status_of([facts[0], facts[2]]) == "left"


def test_what_is_taken_back_counts_no_more() -> None:
    assert status_of([out(1, "lost"), out(2, "void", voids="r1")]) == "active"


def test_a_word_of_somebody_who_had_no_right_to_it_is_not_heeded() -> None:
    facts = [out(1, "lost"), out(2, "void", voids="r1"), out(3, "left")]

    assert status_of(facts, unheeded=frozenset({"r2"})) == "lost"
    assert status_of(facts, unheeded=frozenset({"r1", "r2"})) == "left"


def test_what_each_status_means_at_the_door() -> None:
    doors = {name: (d.push, d.pull, d.drain, d.wipe) for name, d in DOORS.items()}

    assert doors == {
        "active": (True, True, False, False),
        "retired": (True, False, False, False),
        "left": (True, False, True, False),
        "lost": (False, False, False, True),
    }
    assert all(door.sentence for name, door in DOORS.items() if name != "active")


def test_a_lost_phone_is_found_again(show: SmallShow) -> None:
    desk = show.desk
    phone = desk.add(Device(name="Gus's phone", person=show["Gus"].id))
    take_out(desk, phone, "lost", why="left on the bus")
    take_out(desk, phone, "left")
    assert status_of(desk.all(REVOCATION)) == "lost"

    assert len(found_again(desk, phone)) == 2
    assert status_of(desk.all(REVOCATION)) == "active"
    assert found_again(desk, phone) == []


@pytest.mark.parametrize("what", ["active", "lost"])
def test_a_phone_is_not_lost_twice(show: SmallShow, what: Any) -> None:
    phone = show.desk.add(Device(name="Gus's phone", person=show["Gus"].id))
    take_out(show.desk, phone, "lost")

    with pytest.raises(Refused, match="already"):
        take_out(show.desk, phone, what)


def test_pairing_again_knows_what_the_person_had_before(show: SmallShow) -> None:
    desk, gus = show.desk, show["Gus"]
    first = desk.add(Device(name="old", person=gus.id, paired=PAIRED))
    unknown = desk.add(Device(name="older", person=gus.id))
    second = desk.add(Device(name="new", person=gus.id, paired=show.wall.at))
    desk.add(Device(name="Cam's", person=show["Cam"].id, paired=PAIRED))

    assert [second, first, unknown] == earlier(desk.all(DEVICE), gus)
