"""Devices come to an office with a code and go by it: to a person, lent, left, lost, and again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.codes import token_hash
from data.errors import BadInput, NoOffice
from data.files import DiskFolder
from data.kinds.devices import DEVICE, found_again, take_out
from data.kinds.grants import ROLE_GRANT
from data.kinds.own import asks_who, may_take, take, writer
from data.kinds.people import PERSON, Person
from data.kinds.pins import set_pin
from data.stamp import Sources
from data.store import Store
from data.wipe import NOTE, finish_wipe, wipe
from sync.errand import with_office
from sync.paired import Pair, Paired
from sync.wire import Hello, Welcome
from tests.paired_office import LOCAL, PairedOffice, desk_of
from tests.small_show import SmallShow


@pytest.fixture
def door(show: SmallShow, tmp_path: Path) -> Iterator[PairedOffice]:
    made = PairedOffice(show, tmp_path / "devices")
    yield made
    made.close()


# ---- pairing --------------------------------------------------------------------------------


def test_a_phone_is_paired_with_a_code_and_gets_the_show(door: PairedOffice) -> None:
    phone = door.paired("Gus")

    desk = desk_of(phone)
    assert desk.user == door.show["Gus"].id
    assert desk.get(PERSON, desk.user).name == "Gus"
    assert [("Gus's phone", desk.user)] == [(d.name, d.person) for d in door.devices()]
    assert [("crew", desk.user)] == [(g.role, g.person) for g in door.desk.all(ROLE_GRANT)]
    assert phone.state.equal


def test_of_the_token_the_office_keeps_only_a_hash(door: PairedOffice) -> None:
    phone = door.paired("Gus")
    token = phone.store.meta["token"]
    door.desk.store.close()

    kept = b"".join(p.read_bytes() for p in door.desk.store.home.rglob("*") if p.is_file())
    assert token.encode() not in kept
    assert token_hash(token).encode() in kept


def test_nobody_is_let_in_before_the_office_says_yes(door: PairedOffice) -> None:
    phone, shown = door.link("phone"), door.for_person("Gus")
    told = Pair(ticket="a" * 64, code=shown.code).to_bytes()

    answers = [door.ask("POST", "/v1/pair", told) for _ in range(2)]

    assert [Paired.from_bytes(a.content).outcome for a in answers] == ["waiting"] * 2
    assert door.devices() == []
    with pytest.raises(NoOffice, match="not paired"):
        asyncio.run(phone.sync_once())
    assert phone.state.door == "unpaired"


def test_a_device_that_the_office_declines_stays_outside(door: PairedOffice) -> None:
    phone, shown = door.link("phone"), door.for_person("Gus")

    with pytest.raises(NoOffice, match="did not take this device"):
        door.pair(phone, shown, door.pairings.decline)
    assert "token" not in phone.store.meta
    assert door.devices() == []


def test_a_slip_is_found_before_the_office_is_asked(door: PairedOffice) -> None:
    phone, shown = door.link("phone"), door.for_person("Gus")
    slip = ("A" if shown.code[0] != "A" else "B") + shown.code[1:]

    with pytest.raises(BadInput, match="slip"):
        asyncio.run(phone.pair(slip))
    assert door.pairings.open(shown.id)


def test_an_answer_that_got_lost_is_given_again_and_only_the_last_token_counts(
    door: PairedOffice,
) -> None:
    shown = door.for_person("Gus")
    said = Pair(ticket="a" * 64, code=shown.code).to_bytes()
    door.ask("POST", "/v1/pair", said)
    door.pairings.confirm(shown.id)
    first, last = (Paired.from_bytes(door.ask("POST", "/v1/pair", said).content) for _ in range(2))

    tokens = (first.token, last.token)
    statuses = [door.ask("GET", "/v1/blobs/00", token=token).status for token in tokens]
    assert statuses == [401, 404]
    assert door.pairings.offer(shown.id) is None
    assert len(door.devices()) == 1


def test_a_phone_of_another_show_is_told_so_and_the_code_stays_good(door: PairedOffice) -> None:
    phone, shown = door.link("phone"), door.for_person("Gus")
    phone.store.set_meta(production="another")

    with pytest.raises(NoOffice, match="another production"):
        asyncio.run(phone.pair(shown.code))
    assert door.pairings.open(shown.id)


def test_pairing_again_with_its_token_keeps_the_device_and_what_it_owes(
    door: PairedOffice,
) -> None:
    phone = door.paired("Gus")
    device = phone.store.meta["device"]
    desk = desk_of(phone)
    take_out(door.desk, door.device(phone), "retired")
    desk.edit(desk.get(PERSON, desk.user), phone="+1 575 555 0142")
    with pytest.raises(NoOffice, match="Pair it again"):
        asyncio.run(phone.sync_once())
    found_again(door.desk, door.device(phone))
    door.pair(phone, door.for_person("Gus"))
    asyncio.run(phone.sync_once())

    assert device == phone.store.meta["device"]
    assert [device] == [d.id for d in door.devices()]
    assert door.desk.get(PERSON, desk.user).phone == "+1 575 555 0142"


def test_with_the_welcome_comes_what_is_new_for_a_device_in_use_alone(door: PairedOffice) -> None:
    phone = door.paired("Gus")
    hello, token = phone.device.hello(news=True), phone.store.meta["token"]
    door.desk.add(Person(name="Nell Ortiz"))

    def told(hello: Hello) -> Welcome:
        return Welcome.from_bytes(door.ask("POST", "/v1/hello", hello.to_bytes(), token).content)

    page = told(hello).page
    assert page is not None
    assert "Nell Ortiz" in str(page.states)
    assert told(hello.model_copy(update={"news": False})).page is None
    assert told(hello.model_copy(update={"scope": "5b0c9f1e2d3a4c68"})).page is None
    keys = told(hello.model_copy(update={"ring": ""}))
    assert (bool(keys.ring), keys.page) == (True, None)
    take_out(door.desk, door.device(phone), "retired")
    assert told(hello).page is None


def test_a_new_phone_says_what_the_old_one_told_of_and_never_sent(door: PairedOffice) -> None:
    old = door.paired("Gus")
    desk = desk_of(old)
    desk.edit(desk.get(PERSON, desk.user), diet="vegan")
    hello = old.device.hello().to_bytes()
    door.ask("POST", "/v1/hello", hello, old.store.meta["token"])  # and then it fell into a lake
    new = door.link("new phone")
    door.pair(new, door.for_person("Gus", called="Gus's new phone"))

    (before,) = new.store.meta["paired"]["before"]
    assert (before["called"], before["unsent"]) == ("Gus's phone", [1, 0])
    assert new.store.meta["device"] != old.store.meta["device"]


def test_an_office_that_was_opened_again_still_knows_its_devices(door: PairedOffice) -> None:
    phone = door.paired("Gus")
    again = PairedOffice(door.show, door.folder)
    phone._way = again.link("other")._way
    asyncio.run(phone.sync_once())

    assert phone.state.equal
    again.close()


def test_the_commands_of_this_laptop_show_a_token_of_their_own(door: PairedOffice) -> None:
    answer = door.ask("GET", f"/v1/devices?run={door.office.run}", token=LOCAL)

    assert answer.status == 200
    assert with_office.__kwdefaults__ == {"token": ""}


# ---- left, lost, found ------------------------------------------------------------------------


def test_who_left_brings_the_last_edits_and_is_wiped(door: PairedOffice) -> None:
    phone = door.paired("Gus")
    desk = desk_of(phone)
    desk.edit(desk.get(PERSON, desk.user), phone="+1 575 555 0142")
    take_out(door.desk, door.device(phone), "left")
    with pytest.raises(NoOffice, match="left the crew"):
        asyncio.run(phone.sync_once())

    assert door.desk.get(PERSON, desk.user).phone == "+1 575 555 0142"
    assert phone.state.wiped
    assert [path.name for path in phone.store.home.iterdir()] == [NOTE]


def test_who_left_is_not_wiped_while_something_is_here_only(door: PairedOffice) -> None:
    phone = door.paired("Gus")
    phone.store.set_meta(aside={"p": {"code": "too-large", "reason": "x", "state": ""}})
    take_out(door.desk, door.device(phone), "left")
    with pytest.raises(NoOffice):
        asyncio.run(phone.sync_once())

    assert not phone.state.wiped
    assert phone.store.production


def test_a_lost_phone_is_wiped_on_contact_and_sends_nothing(door: PairedOffice) -> None:
    phone = door.paired("Gus")
    desk = desk_of(phone)
    photo = desk.blobs.keep(b"\xff\xd8 a passport")
    desk.edit(desk.get(PERSON, desk.user), phone="+1 575 555 0142")
    take_out(door.desk, door.device(phone), "lost")
    with pytest.raises(NoOffice, match="reported lost"):
        asyncio.run(phone.sync_once())

    assert phone.state.wiped
    assert not desk.blobs.has(photo)
    assert door.desk.get(PERSON, desk.user).phone == ""
    left = b"".join(p.read_bytes() for p in phone.store.home.rglob("*") if p.is_file())
    assert b"Gus" not in left
    assert "reported lost" in finish_wipe(DiskFolder(phone.store.home))


def test_a_wipe_that_was_cut_short_is_finished_at_the_next_start(
    door: PairedOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = door.paired("Gus")
    with monkeypatch.context() as patch:
        patch.setattr("data.wipe._clear", lambda *_: None)
        wipe(phone.store, phone.blobs, "reported lost")
    assert list(phone.store.home.glob("journal*"))

    assert finish_wipe(DiskFolder(phone.store.home)) == "reported lost"
    assert [path.name for path in phone.store.home.iterdir()] == [NOTE]


def test_a_lost_phone_that_was_found_before_it_spoke_works_on(door: PairedOffice) -> None:
    phone = door.paired("Gus")
    take_out(door.desk, door.device(phone), "lost")
    found_again(door.desk, door.device(phone))
    asyncio.run(phone.sync_once())

    assert phone.state.equal


def test_who_left_brings_everything_to_an_office_that_was_put_back(door: PairedOffice) -> None:
    """It may not compare, and counts as sent what that office has forgotten."""
    phone = door.paired("Gus")
    desk = desk_of(phone)
    door.office.new_epoch()
    # As if that office had never had it: the copy counts it as sent.
    desk.edit(desk.get(PERSON, desk.user), phone="+1 575 555 0142")
    state = phone.store.state(desk.user)
    assert state is not None
    phone.store.receive((), confirmed=[state], acked=tuple(phone.store.unacked))
    take_out(door.desk, door.device(phone), "left")
    with pytest.raises(NoOffice, match="left the crew"):
        asyncio.run(phone.sync_once())

    assert phone.state.wiped
    assert door.desk.get(PERSON, desk.user).phone == "+1 575 555 0142"


@pytest.mark.parametrize("known", ["", "an older one"])
def test_a_device_whose_token_the_office_does_not_know_stays_who_it_was(
    door: PairedOffice, known: str
) -> None:
    """An office that was put back, or an answer that never came: under another id the edits of its
    replicas would not be its own, and wait for ever."""
    phone = door.paired("Gus")
    device, desk = phone.store.meta["device"], desk_of(phone)
    desk.edit(desk.get(PERSON, desk.user), phone="+1 575 555 0100")
    asyncio.run(phone.sync_once())
    desk.edit(desk.get(PERSON, desk.user), phone="+1 575 555 0142")
    door.desk.store.set_meta(**{f"token/{device}": token_hash(known) if known else ""})
    with pytest.raises(NoOffice, match="not paired"):
        asyncio.run(phone.sync_once())
    assert phone.store.unacked
    door.pair(phone, door.for_person("Gus"))
    asyncio.run(phone.sync_once())

    assert device == phone.store.meta["device"]
    assert not phone.store.bases
    assert door.desk.get(PERSON, desk.user).phone == "+1 575 555 0142"


# ---- a lent tablet ----------------------------------------------------------------------------


@pytest.fixture
def tablet(door: PairedOffice) -> PairedOffice:
    """With Gus's and Cam's PINs on it."""
    set_pin(door.desk, door.show["Gus"], "4071")
    set_pin(door.desk, door.show["Cam"], "8265")
    link = door.link("tablet")
    door.pair(link, door.for_tablet())
    asyncio.run(link.sync_once())
    return door


def test_a_lent_tablet_asks_who_has_it_and_their_name_is_on_what_they_write(
    tablet: PairedOffice,
) -> None:
    link, show = tablet.links[0], tablet.show
    desk = desk_of(link)
    assert asks_who(desk)
    assert [person.name for person in may_take(desk)] == ["Cam", "Gus"]
    for name, pin in (("Gus", "4071"), ("Cam", "8265")):
        take(desk, show[name], pin)
        desk.edit(desk.get(desk.kinds["day"], show.day.id), note=f"by {name}")
    asyncio.run(link.sync_once())

    edits = tablet.desk.store.history(show.day.id)[-2:]
    assert [show["Gus"].id, show["Cam"].id] == [edit.mark.user for edit in edits]
    assert writer(desk) == show["Cam"].id
    assert not asks_who(desk)


def test_wrong_pins_cost_time_also_after_a_restart(tablet: PairedOffice) -> None:
    link, gus = tablet.links[0], tablet.show["Gus"]
    desk = desk_of(link)
    for _ in range(3):
        with pytest.raises(BadInput, match="not the PIN"):
            take(desk, gus, "1357")
    home = link.store.home
    link.store.close()
    sources = Sources(clock=link.store.sources.clock)
    again = desk_of(tablet.link("tablet", Store(home, sources=sources, hub=False)))

    with pytest.raises(Exception, match="Wait 30 seconds"):
        take(again, gus, "4071")
    assert asks_who(again)


def test_a_device_that_is_no_tablet_asks_nobody(door: PairedOffice) -> None:
    desk = desk_of(door.paired("Gus"))

    assert not asks_who(desk)
    assert desk.find(DEVICE, desk.store.meta["device"]) is not None
