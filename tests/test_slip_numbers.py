"""A number on paper is given once and never changes, whoever was offline and whatever met when."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.desk import Desk
from data.errors import OfficeError, Refused
from data.fields import Money
from data.files import MemoryFolder
from data.kinds import ALL
from data.kinds.devices import Device, take_out
from data.kinds.envelope_life import audit, send_back, submit
from data.kinds.envelopes import ENVELOPE, Envelope, count_cash, take_over
from data.kinds.floats import issue_float, lay_on
from data.kinds.numbers import gaps, own_letter, parts
from data.kinds.people import Person
from data.kinds.petty_cash import gaps_in
from data.kinds.production import Production, create_production
from data.kinds.receipts import RECEIPT, Receipt, correct, log_receipt, receipts_of, void_receipt
from data.store import Store
from tests.copies import push, sources
from tests.paired_office import PairedOffice, desk_of
from tests.private_show import PAIRED
from tests.small_show import TODAY, SmallShow
from views.forms import envelope as top_sheet

DOLLAR = Money(amount=Decimal(1), currency="USD")
LETTERS = {"gus": "A", "gus-tablet": "B", "cam": "C"}


@dataclass
class Unit:
    """An office, two devices of the custodian Gus and one of Cam; all have met once."""

    envelope: Envelope
    office: Desk
    folder: MemoryFolder
    backup: MemoryFolder
    devices: dict[str, Desk] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Desk:
        return self.office if name == "office" else self.devices[name]

    @property
    def names(self) -> list[str]:
        return ["office", *self.devices]

    def meet(self, name: str) -> None:
        push(self.devices[name].store, self.office.store)

    def all_meet(self) -> None:
        for name in [*self.devices] * 2:
            self.meet(name)

    def log(self, name: str, **said: object) -> str:
        slip = Receipt(date=TODAY, vendor=name, money=DOLLAR, envelope=self.envelope.id)
        return log_receipt(self[name], slip.model_copy(update=said)).number

    def now(self, name: str) -> Envelope:
        return self[name].get(ENVELOPE, self.envelope.id)

    def order(self, name: str) -> list[str]:
        return [r.number for r in receipts_of(self[name], self.envelope)]


def unit(*, laid_on: str = "gus") -> Unit:
    folder = MemoryFolder()
    office = Desk(_store(0, folder, hub=True), ALL, user="office")
    create_production(office, Production(title="Night Ferry", zone="America/Denver"))
    gus, cam = (office.add(Person(name=name, department="GRIP")) for name in ("Gus", "Cam"))
    for name in LETTERS if laid_on else ():
        person = gus if name.startswith("gus") else cam
        paired = PAIRED if name == laid_on else None
        office.add(Device(name=name, person=person.id, paired=paired), record_id=name)
    envelope = issue_float(office, gus, _cash(500))
    office.last = None  # the float is not what a test undoes
    made = Unit(envelope, office, folder, deepcopy(folder))
    for n, (name, letter) in enumerate(LETTERS.items(), start=1):
        store = _store(n, MemoryFolder(), hub=False)
        made.devices[name] = Desk(store, ALL, user=gus.id if name.startswith("gus") else cam.id)
        store.set_meta(device=name, letter=letter)
        made.meet(name)
    return made


def _cash(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def _store(n: int, folder: MemoryFolder, *, hub: bool) -> Store:
    return Store(Path(f"copy{n}"), sources=sources(n + 40), hub=hub, folder=folder)


# ---- who numbers how ----------------------------------------------------------------------------


def test_the_custodians_device_numbers_plainly_and_everybody_else_with_a_letter() -> None:
    there = unit()

    assert there.envelope.holder == "gus"
    assert [there.log("gus") for _ in range(2)] == ["1", "2"]
    assert [there.log(name) for name in ("gus-tablet", "cam", "office")] == ["1B", "1C", "1DESK"]
    there.all_meet()
    assert [there.log(name) for name in ("gus", "cam", "office")] == ["3", "2C", "2DESK"]


def test_without_a_device_of_the_custodian_the_office_numbers_plainly() -> None:
    there = unit(laid_on="")

    assert there.envelope.holder is None
    assert [there.log(name) for name in ("office", "gus", "office")] == ["1", "1A", "2"]


def test_a_device_that_is_out_of_use_gets_no_envelope(show: SmallShow) -> None:
    lost = show.desk.add(Device(name="lost", person=show["Gus"].id, paired=PAIRED))
    take_out(show.desk, lost, "lost")
    old = show.desk.add(Device(name="old", person=show["Gus"].id))

    assert issue_float(show.desk, show["Gus"], DOLLAR).holder == old.id
    assert issue_float(show.desk, show["Cam"], DOLLAR).holder is None


def test_what_lies_at_the_office_goes_to_a_device_that_is_paired_until_a_slip_is_numbered(
    show: SmallShow,
) -> None:
    used, fresh = (issue_float(show.desk, show["Gus"], DOLLAR) for _ in range(2))
    issue_float(show.desk, show["Cam"], DOLLAR)
    log_receipt(show.desk, Receipt(date=TODAY, vendor="x", money=DOLLAR, envelope=used.id))
    phone = show.desk.add(Device(name="phone", person=show["Gus"].id, paired=PAIRED))

    assert [e.id for e in lay_on(show.desk, phone)] == [fresh.id]
    assert show.desk.get(ENVELOPE, fresh.id).holder == phone.id
    assert lay_on(show.desk, phone) == []


def test_pairing_a_phone_lays_the_envelopes_of_its_person_on_it(
    show: SmallShow, tmp_path: Path
) -> None:
    envelope = issue_float(show.desk, show["Gus"], DOLLAR)
    door = PairedOffice(show, tmp_path / "devices")
    phone = desk_of(door.paired("Gus"))
    slip = Receipt(date=TODAY, vendor="x", money=DOLLAR, envelope=envelope.id)

    assert log_receipt(phone, slip).number == "1"
    assert log_receipt(show.desk, slip).number == "1DESK"
    door.close()


def test_a_device_without_a_letter_leaves_the_number_to_who_closes_the_envelope() -> None:
    there = unit()
    there["cam"].store.set_meta(letter="")
    assert there.log("cam") == ""
    there.log("gus")
    there.meet("cam")
    there.meet("gus")

    submit(there["gus"], count_cash(there["gus"], there.now("gus"), _cash(498)))

    assert there.order("gus") == ["1", "2"]


def test_an_office_that_was_put_back_numbers_with_a_letter_of_its_own() -> None:
    there = unit(laid_on="")
    there.log("office")
    there.office.store.set_meta(epoch="2.ab")

    assert there.log("office") == "1DESKB"
    gus = there.office.get(ENVELOPE, there.envelope.id).custodian
    later = issue_float(there.office, there.office.get(ALL[0], gus), DOLLAR)
    assert (later.holder, own_letter(there.office)) == ("office-2", "DESKB")
    there.envelope = later
    assert there.log("office") == "1"


# ---- numbers stand ----------------------------------------------------------------------------


def test_a_number_taken_back_is_not_given_again_and_is_no_gap() -> None:
    there = unit()
    gus = there["gus"]
    there.log("gus")
    there.log("gus")
    assert gus.last is not None
    gus.undo(gus.last)

    assert there.log("gus") == "3"
    assert gaps_in(gus, there.envelope) == []
    there.meet("gus")
    assert gaps_in(there.office, there.envelope) == []


def test_a_slip_on_paper_stays_in_its_envelope_and_a_loose_one_gets_its_number(
    show: SmallShow,
) -> None:
    one, other = (issue_float(show.desk, show["Gus"], DOLLAR) for _ in range(2))
    kept = log_receipt(show.desk, Receipt(date=TODAY, vendor="x", money=DOLLAR, envelope=one.id))
    loose = log_receipt(show.desk, Receipt(date=TODAY, vendor="y", money=DOLLAR))

    with pytest.raises(Refused, match="stays in its envelope") as refused:
        correct(show.desk, kept, envelope=other.id)
    assert refused.value.code == "number-stands"
    assert correct(show.desk, loose, envelope=one.id, vendor="Y").number == "2"
    assert correct(show.desk, kept, vendor="X").number == "1"


# ---- closing ------------------------------------------------------------------------------------


def test_closing_places_what_others_numbered_behind_the_plain_ones_in_order() -> None:
    there = unit()
    for name in ("gus", "cam", "gus", "office", "cam"):
        there.log(name)
    there.all_meet()
    assert there.order("gus") == ["1", "1C", "1DESK", "2", "2C"]

    submit(there["gus"], count_cash(there["gus"], there.now("gus"), _cash(495)))
    there.all_meet()

    for name in there.names:
        assert there.order(name) == ["1", "2", "1C", "1DESK", "2C"], name
    assert there.now("office").last_slip == 2


def test_what_comes_after_closing_is_placed_by_the_audit_and_what_was_placed_stays() -> None:
    there = unit()
    there.log("gus")
    there.log("cam")
    submit(there["gus"], count_cash(there["gus"], there.now("gus"), _cash(499)))
    there.meet("gus")
    there.meet("cam")

    audit(Desk(there.office.store, ALL, user="ada"), there.now("office"))

    assert there.order("office") == ["1", "1C"]
    places = [r.place for r in receipts_of(there.office, there.envelope)]
    assert places == [None, 2]
    send_back(Desk(there.office.store, ALL, user="ada"), there.now("office"), "look again")
    there.all_meet()
    assert there.log("gus") == "2"
    assert there.order("gus") == ["1", "1C", "2"]


def test_an_envelope_is_handed_in_where_it_lies_or_taken_over_at_the_office() -> None:
    there = unit()
    there.log("gus")
    tablet, office = there["gus-tablet"], there.office
    with pytest.raises(Refused, match="lies on another device"):
        submit(tablet, count_cash(tablet, there.now("gus-tablet"), _cash(500)))
    with pytest.raises(Refused, match="taken over at the office"):
        take_over(tablet, there.now("gus-tablet"))

    done = submit(office, count_cash(office, there.now("office"), _cash(500)))

    assert (done.taken_over, done.holder, done.last_slip) == (True, "gus", None)
    there.meet("gus")  # its slip of before, which the office did not know of
    assert there.order("office") == ["1"]


def test_the_office_that_has_taken_over_goes_on_with_its_letter() -> None:
    there = unit()
    take_over(there.office, there.envelope)

    assert there.now("office").taken_over
    assert (there.log("office"), there.log("gus")) == ("1DESK", "1")
    with pytest.raises(Refused, match="lies at the office"):
        take_over(there.office, there.now("office"))


# ---- gaps ---------------------------------------------------------------------------------------


def test_the_last_slips_are_missed_too_once_the_envelope_is_closed(show: SmallShow) -> None:
    assert gaps(["1", "3"], 4) == ["2", "4"]
    assert gaps([], 2) == ["1", "2"]
    assert gaps(["2B"], 0) == ["1B"]
    envelope = issue_float(show.desk, show["Gus"], DOLLAR)
    show.desk.edit(envelope, last_slip=3)
    show.desk.add(Receipt(date=TODAY, vendor="x", money=DOLLAR, envelope=envelope.id, number="2B"))

    told = top_sheet.facts(show.desk, envelope.id)

    assert told.gaps == ("1", "1B", "2", "3")
    assert top_sheet._census(told.receipts, told.gaps) == (
        "1 receipt; no photos; MISSING: nos. 1, 1B, 2, 3."
    )
    assert top_sheet._census((), ("1",)) == "0 receipts; MISSING: no. 1."


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["", "B", "CA", "DESK"]), max_size=30))
def test_numbers_are_given_without_gaps_by_letter(letters: list[str]) -> None:
    given_: list[str] = []
    for letter in letters:
        mine = [n for n, end in map(parts, given_) if end == letter]
        given_.append(f"{max(mine, default=0) + 1}{letter}")

    assert len(given_) == len(set(given_))
    assert gaps(given_) == []


# ---- whatever meets when ------------------------------------------------------------------------


def _step(chance: random.Random, there: Unit, seen: dict[str, str]) -> None:
    name = chance.choice(there.names)
    desk = there[name]
    slips = receipts_of(desk, there.envelope)
    what = chance.choice(
        [
            "log",
            "log",
            "log",
            "meet",
            "meet",
            "void",
            "undo",
            "submit",
            "back",
            "take over",
            "laptop",
        ]
    )
    if what == "meet":
        there.meet(chance.choice([*there.devices]))
    elif what == "void" and slips:
        void_receipt(desk, chance.choice(slips), "twice")
    elif what == "undo" and desk.last is not None:
        desk.undo(desk.last)
    elif what == "submit":
        submit(desk, count_cash(desk, there.now(name), _cash(500), "as counted"))
    elif what == "back":
        send_back(there.office, there.now("office"), "again")
    elif what == "take over":
        take_over(there.office, there.now("office"))
    elif what == "laptop" and chance.random() < 0.6:
        there.backup = deepcopy(there.folder)
    elif what == "laptop":
        _put_back(there)
    else:
        there.log(name)
    _numbers_stand(there, seen)


def _put_back(there: Unit) -> None:
    """The office's laptop died; what is opened is a backup of some time ago."""
    epoch = int(str(there.office.store.meta.get("epoch", "1")).partition(".")[0])
    there.folder = deepcopy(there.backup)
    there.office = Desk(_store(60 + epoch, there.folder, hub=True), ALL, user="office")
    there.office.store.set_meta(epoch=f"{epoch + 1}.ab")


def _numbers_stand(there: Unit, seen: dict[str, str]) -> None:
    """Over all copies at once: one slip, one number; one number, one slip."""
    for name in there.names:
        for slip in there[name].all(RECEIPT):
            if slip.number:
                assert seen.setdefault(slip.id, slip.number) == slip.number
    assert len(set(seen.values())) == len(seen)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False), st.sampled_from(["gus", ""]))
def test_no_number_is_given_twice_and_none_ever_changes(
    chance: random.Random, laid_on: str
) -> None:
    _played(chance, laid_on)


@pytest.mark.long
@settings(max_examples=60)
@given(st.randoms(use_true_random=False), st.sampled_from(["gus", ""]))
def test_nor_in_many_shows_of_more_days(chance: random.Random, laid_on: str) -> None:
    _played(chance, laid_on, steps=45)


def _played(chance: random.Random, laid_on: str, *, steps: int = 30) -> None:
    there, seen = unit(laid_on=laid_on), dict[str, str]()
    for _ in range(steps):
        try:
            _step(chance, there, seen)
        except OfficeError:
            _numbers_stand(there, seen)  # a step out of its order is refused, and writes nothing
    there.all_meet()
    _numbers_stand(there, seen)
    orders = [there.order(name) for name in there.names]
    assert all(order == orders[0] for order in orders)
    missing = gaps_in(there.office, there.now("office"))
    assert [gaps_in(there[name], there.now(name)) for name in there.names] == [missing] * 4
