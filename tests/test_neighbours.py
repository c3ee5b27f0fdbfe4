"""Devices without an office tell each other what they owe it: who may see it does, nobody else, and
the office has everything once in the end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.canonical import canonical_bytes
from data.edit import Write
from data.kinds.attendance import check_in
from data.kinds.devices import DEVICE, take_out
from data.kinds.people import PERSON
from sync.crew import HANDED
from sync.ring import CREW, ring_of
from tests.crew_without_office import SECRET, a_deal, file_of, give, hand, meet_all, phone
from tests.scoped import found_in
from tests.scoped_pairing import Installation, PairedShow


@pytest.fixture
def it(tmp_path: Path) -> PairedShow:
    return PairedShow(tmp_path)


def check_ins(one: Installation | PairedShow) -> list[str]:
    kind = one.desk.kinds["time"]
    return sorted(event.person or "" for event in one.desk.all(kind))


def at_the_gate(one: Installation, it: PairedShow, name: str) -> None:
    person = one.desk.get(PERSON, it.show[name].id)
    check_in(one.desk, it.show.day, person)


def equal(it: PairedShow, *phones: Installation) -> None:
    for one in phones:
        office = {i: state for i in one.ids if (state := it.store.state(i)) is not None}
        here = {i: state for i in one.ids if (state := one.store.state(i)) is not None}
        told = {i: canonical_bytes(state) for i, state in office.items()}
        assert told == {i: canonical_bytes(state) for i, state in here.items()}
        assert not one.device.owes
        assert one.device.verified


# ---- a day without the office -------------------------------------------------------------------


def test_two_gates_show_each_other_s_check_ins_and_the_office_has_each_once(
    it: PairedShow,
) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    at_the_gate(ada, it, "Gus")
    at_the_gate(lou, it, "Cam")
    done = hand(ada, lou)
    hand(lou, ada)

    both = sorted((it.show["Gus"].id, it.show["Cam"].id))
    assert check_ins(ada) == check_ins(lou) == both
    assert "1 record of Ada's phone taken in." in done.words()
    assert not check_ins(it)
    lou.speak()  # he brings Ada's letter first, then his own
    assert check_ins(it) == both
    assert not lou.device.owes
    ada.speak()
    lou.speak()
    assert check_ins(it) == check_ins(ada) == check_ins(lou) == both
    equal(it, ada, lou)


def test_an_edit_of_what_both_have_is_seen_and_answered_without_the_office(
    it: PairedShow,
) -> None:
    ada, lou = phone(it, "Ada", "upm"), phone(it, "Lou", "upm")
    meet_all(ada, lou)
    cam = it.show["Cam"].id
    ada.store.commit([Write("person", cam, {"phone": "555-0101"})], user=ada.desk.user)
    hand(ada, lou)
    assert (lou.store.document(cam) or {})["phone"] == "555-0101"
    lou.store.commit([Write("person", cam, {"phone": "555-0102"})], user=lou.desk.user)
    hand(lou, ada)

    assert (ada.store.document(cam) or {})["phone"] == "555-0102"
    meet_all(ada, lou, ada, lou)
    assert (it.store.document(cam) or {})["phone"] == "555-0102"
    equal(it, ada, lou)


def test_a_third_one_can_tell_whose_work_a_colleague_brings(it: PairedShow) -> None:
    ada, lou, gus = (phone(it, name, "ad") for name in ("Ada", "Lou", "Gus"))
    meet_all(ada, lou, gus)
    at_the_gate(ada, it, "Cam")
    hand(ada, lou)
    at_the_gate(lou, it, "Newt")
    done = hand(lou, gus)

    assert set(done.told) == {"Ada's phone", "Lou's phone"}
    assert not done.aside
    assert check_ins(gus) == sorted((it.show["Cam"].id, it.show["Newt"].id))
    gus.speak()
    assert check_ins(it) == check_ins(gus)
    assert not gus.device.owes


def test_the_answers_go_back_with_whoever_met_the_office(it: PairedShow) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    at_the_gate(ada, it, "Gus")
    hand(ada, lou)
    assert lou.session.carries == ["Ada's phone"]
    lou.speak()
    assert not lou.session.carries
    assert ada.device.owes
    done = hand(lou, ada)

    assert done.answered == 1
    assert not ada.device.owes


def test_what_was_written_while_files_went_round_is_nowhere_lost(it: PairedShow) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    files = []
    for name in ("Gus", "Cam", "Newt", "Rosa"):
        at_the_gate(ada, it, name)
        files.append(file_of(ada))
    for n in (2, 0, 3, 1, 3, 0):
        give(files[n], lou)

    assert len(check_ins(lou)) == 4
    assert len(lou.session.carries) <= 4
    lou.speak()
    assert len(check_ins(it)) == 4
    equal(it, lou)


# ---- who sees it --------------------------------------------------------------------------------


def test_what_a_role_may_not_see_is_carried_and_stands_in_no_file_of_it(it: PairedShow) -> None:
    ada, lou, cam = phone(it, "Ada", "upm"), phone(it, "Lou", "upm"), phone(it, "Cam", "crew")
    meet_all(ada, lou, cam)
    ada.store.commit([a_deal(it)], user=ada.desk.user)
    ada.speak()
    lou.speak()
    ada.store.commit([Write("deal", "i1", {"notes": SECRET + " twice"})], user=ada.desk.user)
    file = file_of(ada)
    give(file, lou)
    give(file, cam)

    assert SECRET.encode() not in file
    assert (lou.store.document("i1") or {})["notes"] == SECRET + " twice"
    assert cam.store.state("i1") is None
    assert not found_in(cam.folder, SECRET)
    cam.speak()
    assert (it.store.document("i1") or {})["notes"] == SECRET + " twice"
    assert not found_in(cam.folder, SECRET)


def test_a_new_red_record_is_told_to_nobody_and_a_new_green_one_to_everybody(
    it: PairedShow,
) -> None:
    ada, lou, cam = phone(it, "Ada", "upm"), phone(it, "Lou", "upm"), phone(it, "Cam", "crew")
    meet_all(ada, lou, cam)
    ada.store.commit([a_deal(it)], user=ada.desk.user)
    ada.store.commit([Write("scene", "s9", {"set": "RIVER"})], user=ada.desk.user)
    hand(ada, lou)
    hand(ada, cam)

    assert lou.store.state("i1") is None
    assert lou.store.state("s9") is not None
    assert cam.store.state("s9") is not None
    cam.speak()
    assert it.store.state("i1") is not None


def test_what_the_office_places_elsewhere_leaves_again(it: PairedShow) -> None:
    """A new scene is green, and this show's crew may not read scripts."""
    ada, cam = phone(it, "Ada", "upm"), phone(it, "Cam", "crew")
    meet_all(ada, cam)
    ada.store.commit([Write("scene", "s9", {"set": "RIVER"})], user=ada.desk.user)
    hand(ada, cam)
    assert cam.store.state("s9") is not None
    cam.speak()

    assert it.store.state("s9") is not None
    assert ("s9" in cam.ids) == ("s9" in it.within(cam))


# ---- the ring -----------------------------------------------------------------------------------


def test_a_ring_is_told_once(it: PairedShow) -> None:
    ada, lou = phone(it, "Ada", "upm"), phone(it, "Lou", "crew")
    meet_all(ada, lou, ada)
    ring = ring_of(ada.store)
    hello = ada.device.hello()

    assert set(ring.peers) == {lou.id}
    assert CREW in ring.keys
    assert set(ring.keys) - {CREW} == set(ada.store.meta["holds"])
    rings, welcome = it.pairings.rings, it.office.hello(hello)
    assert rings.onto(welcome, hello).ring == ()
    assert rings.onto(welcome, hello.model_copy(update={"ring": ""})).ring


def test_who_has_left_opens_nothing_that_is_written_after(it: PairedShow) -> None:
    ada, lou, cam = phone(it, "Ada", "ad"), phone(it, "Lou", "ad"), phone(it, "Cam", "ad")
    meet_all(ada, lou, cam)
    take_out(it.desk, it.desk.get(DEVICE, cam.id), "lost")
    meet_all(ada, lou)
    at_the_gate(ada, it, "Gus")
    file = file_of(ada)
    give(file, lou)
    done = give(file, cam)

    assert check_ins(lou) == [it.show["Gus"].id]
    assert not check_ins(cam)
    assert done.strange == ["Ada's phone"]
    assert cam.id not in ring_of(ada.store).peers


def test_who_has_not_heard_yet_is_read_by_those_who_have(it: PairedShow) -> None:
    ada, lou, cam = phone(it, "Ada", "ad"), phone(it, "Lou", "ad"), phone(it, "Cam", "ad")
    meet_all(ada, lou, cam)
    take_out(it.desk, it.desk.get(DEVICE, cam.id), "left")
    lou.speak()
    at_the_gate(ada, it, "Gus")  # Ada has the former keys
    hand(ada, lou)

    assert check_ins(lou) == [it.show["Gus"].id]


def test_a_wipe_takes_the_ring_and_what_is_carried(it: PairedShow) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    keys = [*ring_of(lou.store).keys.values()]
    at_the_gate(ada, it, "Gus")
    hand(ada, lou)
    take_out(it.desk, it.desk.get(DEVICE, lou.id), "lost")

    assert found_in(lou.folder, keys[0])
    assert lou.speak() == "device-lost"
    assert not found_in(lou.folder, *keys)
    assert not list(lou.folder.glob("carried.*"))


def test_who_leaves_the_crew_brings_first_what_he_carries(it: PairedShow) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    at_the_gate(ada, it, "Gus")
    hand(ada, lou)
    take_out(it.desk, it.desk.get(DEVICE, lou.id), "left")

    assert lou.speak() == "device-left"
    assert check_ins(it) == [it.show["Gus"].id]
    assert lou.link.state.wiped


# ---- room ---------------------------------------------------------------------------------------


def test_hands_can_be_full_and_then_nothing_is_shown_that_could_not_be_brought(
    it: PairedShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.errors import Refused

    monkeypatch.setattr("sync.carried.MOST", 1)
    ada, lou, gus = (phone(it, name, "ad") for name in ("Ada", "Lou", "Gus"))
    meet_all(ada, lou, gus)
    at_the_gate(ada, it, "Cam")
    at_the_gate(lou, it, "Newt")
    hand(ada, gus)
    with pytest.raises(Refused, match="carries 1 files for others already"):
        hand(lou, gus)

    assert check_ins(gus) == [it.show["Cam"].id]
    gus.speak()
    hand(lou, gus)
    assert len(check_ins(gus)) == 2


def test_own_edits_that_were_never_handed_over_are_noted_as_such(it: PairedShow) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    at_the_gate(ada, it, "Gus")
    assert not ada.store.meta.get(HANDED)
    file_of(ada)

    (n,) = ada.store.meta[HANDED].values()
    assert n == 1


# ---- the office begins --------------------------------------------------------------------------


def test_the_office_tells_its_news_to_a_device_that_cannot_come(it: PairedShow) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    at_the_gate(ada, it, "Gus")
    ada.speak()
    file = it.pairings.news_for(lou.id)
    give(file, ada)  # who carries it reads nothing, and has it for the next one
    done = hand(ada, lou)

    assert done.answered == 1
    assert check_ins(lou) == [it.show["Gus"].id]
    assert lou.device.verified
    assert give(file, lou).answered == 1
    lou.speak()
    assert not lou.device.owes


def test_old_news_take_nothing_back(it: PairedShow) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    old = it.pairings.news_for(lou.id)
    at_the_gate(ada, it, "Gus")
    meet_all(ada, lou)
    cursor, newer = lou.store.meta["cursor"], it.pairings.news_for(lou.id)
    for file in (old, newer, old):
        give(file, lou)

    assert cursor == lou.store.meta["cursor"]
    assert check_ins(lou) == [it.show["Gus"].id]
    lou.speak()
    assert lou.device.verified


def test_an_answer_to_what_this_copy_forgot_leaves_nothing_owed_for_ever(it: PairedShow) -> None:
    """It was put back to an older copy of itself since it handed over."""
    ada, cam = phone(it, "Ada", "upm"), it.show["Cam"].id
    older = ada.folder.with_name("an older copy")
    ada.store.set_meta(cursor="")  # so that no page of the answer brings the record itself
    ada.store.close()
    shutil.copytree(ada.folder, older)
    ada.open()
    ada.store.commit([Write("person", cam, {"phone": "555-0101"})], user=ada.desk.user)
    answer, _ = it.pairings.take_file(file_of(ada))
    ada.store.close()
    shutil.rmtree(ada.folder)
    shutil.copytree(older, ada.folder)
    ada.open()
    give(answer, ada)

    assert cam not in ada.store.bases


def test_a_letter_on_its_way_is_not_counted_as_heard(
    it: PairedShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, lou = phone(it, "Ada", "ad"), phone(it, "Lou", "ad")
    meet_all(ada, lou)
    for name in ("Gus", "Cam", "Newt"):
        at_the_gate(ada, it, name)
    ada.speak()
    monkeypatch.setattr("sync.exchange.MOST_STATES", 1)
    had = it.office.register.has(lou.id)
    file = it.pairings.news_for(lou.id)

    assert had == it.office.register.has(lou.id)
    give(file, lou)
    assert len(check_ins(lou)) == 3


def test_who_must_come_himself_is_told_so(it: PairedShow) -> None:
    from data.errors import Refused

    ada = it.install("Ada", "Ada's phone")
    ada.pair("ad", person=it.show["Ada"].id)
    with pytest.raises(Refused, match="the first time"):
        it.pairings.news_for(ada.id)
