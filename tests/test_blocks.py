"""Numbers leased to devices: two that are offline never give one number to two envelopes."""

from __future__ import annotations

import random
from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.desk import Desk
from data.errors import Refused
from data.fields import Money
from data.files import MemoryFolder
from data.kinds import ALL
from data.kinds.blocks import BLOCK, SIZE, blocks_of, lease, next_in_series
from data.kinds.devices import DEVICE, Device
from data.kinds.envelopes import ENVELOPE, lease_envelopes
from data.kinds.floats import issue_float
from data.kinds.people import PERSON, Person
from data.kinds.petty_cash import envelopes_missing
from data.kinds.production import Production, create_production
from data.store import Store
from tests.copies import push, sources
from tests.paired_office import PairedOffice, desk_of
from tests.private_show import PAIRED
from tests.small_show import SmallShow

DOLLAR = Money(amount=Decimal(1), currency="USD")


def issued(desk: Desk, name: str = "Gus Grip") -> str:
    (person,) = (p for p in desk.all(PERSON) if p.name == name)
    return issue_float(desk, person, DOLLAR).number


def copies(folder: MemoryFolder, *, leased: int = 2) -> tuple[Desk, list[Desk]]:
    """An office and three devices that have met it, the first of them with a block."""
    office = Desk(_store(0, folder, hub=True), ALL, user="office")
    create_production(office, Production(title="Night Ferry", zone="America/Denver"))
    for name in ("Gus Grip", "Cam Cole"):
        office.add(Person(name=name))
    devices = []
    for n in range(3):
        record = office.add(Device(name=f"d{n}", paired=PAIRED), record_id=f"d{n}")
        if n < leased:
            lease_envelopes(office, record)
        desk = Desk(_store(n + 1, MemoryFolder(), hub=False), ALL, user="lou")
        desk.store.set_meta(device=f"d{n}", letter="ABC"[n])
        devices.append(desk)
    for desk in devices:
        push(desk.store, office.store)
    return office, devices


def _store(n: int, folder: MemoryFolder, *, hub: bool) -> Store:
    return Store(Path(f"copy{n}"), sources=sources(n + 80), hub=hub, folder=folder)


def test_a_devices_envelopes_begin_with_its_own_hundred_and_without_one_with_a_letter() -> None:
    office, (one, other, bare) = copies(MemoryFolder())

    assert [issued(office), issued(office)] == ["GG01", "GG02"]
    assert [issued(one), issued(one), issued(one, "Cam Cole")] == ["GG101", "GG102", "CC101"]
    assert issued(other) == "GG201"
    assert [issued(bare), issued(bare)] == ["GG01C", "GG02C"]


def test_a_block_is_leased_once_and_at_the_office_alone() -> None:
    office, (one, _, _) = copies(MemoryFolder())
    lease_envelopes(office, office.get(DEVICE, "d0"))

    assert [(b.first, b.last, b.device) for b in blocks_of(office, "envelope")] == [
        (101, 200, "d0"),
        (201, 300, "d1"),
    ]
    assert lease(office, "d2", "PO", [17]).first == 101
    assert lease(office, "d2", "PO", [17, 240]).first == 301
    with pytest.raises(Refused, match="leased at the office"):
        lease(one, "d0", "PO", [])


def test_a_full_block_leaves_the_letter_and_the_office_goes_round_blocks() -> None:
    office, (one, _, _) = copies(MemoryFolder())
    full = range(101, 101 + SIZE)

    assert next_in_series(one, "envelope", full) is None
    assert next_in_series(office, "envelope", range(1, 101)) == 301
    assert next_in_series(one, "incident", []) is None


def test_an_office_that_was_put_back_begins_with_numbers_it_cannot_have_given() -> None:
    office, (one, *_) = copies(MemoryFolder())
    issued(office)
    office.store.set_meta(epoch="2.ab")

    assert [issued(office), issued(office)] == ["GG10001", "GG10002"]
    assert lease(office, "d2", "envelope", [10_002]).first == 10_101
    assert issued(one) == "GG101"


def test_who_may_issue_floats_is_leased_numbers_when_their_phone_is_paired(
    show: SmallShow, tmp_path: Path
) -> None:
    door = PairedOffice(show, tmp_path / "devices")
    lou, gus = door.paired("Lou", "poc"), door.paired("Gus", "crew")

    assert issue_float(desk_of(lou), show["Cam"], DOLLAR).number == "CC101"
    assert [block.device for block in show.desk.all(BLOCK)] == [lou.store.meta["device"]]
    assert issue_float(desk_of(gus), show["Cam"], DOLLAR).number == (
        f"CC01{gus.store.meta['letter']}"
    )
    door.close()


def test_envelope_numbers_that_are_nowhere_are_told_by_whose_and_where() -> None:
    office, (one, _, bare) = copies(MemoryFolder())
    for desk in (office, one, one, one, bare, bare):
        issued(desk)
    (third,) = (e for e in one.all(ENVELOPE) if e.number == "GG103")
    (second,) = (e for e in bare.all(ENVELOPE) if e.number == "GG02C")
    for desk, kept in ((one, third), (bare, second)):
        state = desk.store.state(kept.id)
        assert state is not None
        office.store.receive([state])

    assert envelopes_missing(office) == ["GG01C", "GG101", "GG102"]
    push(one.store, office.store)
    assert envelopes_missing(office) == ["GG01C"]


@settings(max_examples=12)
@given(st.randoms(use_true_random=False))
def test_no_envelope_number_is_given_twice(chance: random.Random) -> None:
    folder = MemoryFolder()
    office, devices = copies(folder)
    backup, epoch, given_ = deepcopy(folder), 1, dict[str, str]()
    for _ in range(25):
        what = chance.choice(["issue"] * 4 + ["meet"] * 3 + ["undo", "backup", "put back", "lease"])
        desk = chance.choice([office, *devices])
        if what == "meet":
            push(chance.choice(devices).store, office.store)
        elif what == "backup":
            backup = deepcopy(folder)
        elif what == "put back":
            epoch, folder = epoch + 1, deepcopy(backup)
            office = Desk(_store(20 + epoch, folder, hub=True), ALL, user="office")
            office.store.set_meta(epoch=f"{epoch}.ab")
        elif what == "lease":
            lease(office, chance.choice(["d0", "d1", "d2"]), "envelope", [])
        elif what == "undo" and desk.last is not None and desk is not office:
            desk.undo(desk.last)
        else:
            issued(desk, chance.choice(["Gus Grip", "Cam Cole"]))
        for copy in (office, *devices):
            for envelope in copy.all(ENVELOPE):
                assert given_.setdefault(envelope.id, envelope.number) == envelope.number
        assert len(set(given_.values())) == len(given_)
