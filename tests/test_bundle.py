"""Work that travels as a file: carried by others, late, twice, in any order, damaged; and a sync
with the office finds nothing left to do."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from data.canonical import canonical_bytes
from data.edit import Write
from data.errors import Malformed, NoOffice, OfficeError, Refused
from data.kinds.devices import DEVICE, take_out
from data.store import Store
from sync.bundle import NOT_FOR_HERE, NOT_PAIRED, is_mine, take_answer
from sync.link import Link
from sync.sealing import letters, sealed
from tests.paired_office import PairedOffice
from tests.small_show import SmallShow
from tests.wire_door import WireDoor

MANY = settings(max_examples=3000, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@pytest.fixture
def door(show: SmallShow, tmp_path: Path) -> Iterator[PairedOffice]:
    made = PairedOffice(show, tmp_path / "devices")
    yield made
    made.close()


@pytest.fixture
def wire(show: SmallShow, tmp_path: Path) -> Iterator[WireDoor]:
    made = WireDoor(show, tmp_path / "devices")
    yield made
    made.close()


def write(link: Link, record_id: str, **values: str) -> None:
    link.store.commit([Write("person", record_id, values)], user="gus")


def contents(store: Store) -> dict[str, bytes]:
    states = {i: state for i in store.ids() if (state := store.state(i)) is not None}
    return {record_id: canonical_bytes(state) for record_id, state in states.items()}


def file_of(link: Link) -> bytes:
    return b"".join(link.hand_over())


def handed_in(carrier: Link, content: bytes) -> bytes:
    return asyncio.run(carrier.take_in(content)).answers


def photo(shade: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), (shade, 9, 9)).save(out, "JPEG")
    return out.getvalue()


def owing(link: Link, name: str) -> None:
    """Gus's morning: a new record, a changed one, a set, a deleted one, and a photo."""
    write(link, f"{name}1", name=name)
    write(link, f"{name}1", phone="555")
    link.store.commit([Write("person", "shared", {name: "1"}, {"tags": (name,)})], user=name)
    write(link, f"{name}2", name="gone")
    link.store.commit([Write("person", f"{name}2", delete=True)], user=name)
    link.blobs.keep(photo(len(name)))


# ---- the courier --------------------------------------------------------------------------------


def test_another_phone_carries_the_work_and_brings_the_answer_back(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    owing(gus, "gus")
    write(cam, "cams", name="Cam's")
    asyncio.run(cam.sync_once())
    answers = handed_in(cam, file_of(gus))

    assert b"555" not in file_of(gus)
    assert {"gus1", "shared"} <= set(door.desk.store.ids())
    assert list(gus.blobs.names()) == list(door.desk.blobs.names())
    assert gus.device.owes
    assert handed_in(gus, answers) == b""
    assert not gus.device.owes
    assert not gus.session.photos.owed()
    assert contents(door.desk.store) == contents(gus.store)
    assert gus.device.verified


def test_a_session_after_a_bundle_has_nothing_left_to_send(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    owing(gus, "gus")
    handed_in(gus, handed_in(cam, file_of(gus)))
    top = door.desk.store.order.top
    asyncio.run(gus.sync_once())

    assert top == door.desk.store.order.top
    assert gus.state.equal
    assert contents(door.desk.store) == contents(gus.store)


def test_who_owes_nothing_is_told_the_news(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(cam, "cams", name="Cam's")
    asyncio.run(cam.sync_once())
    handed_in(gus, handed_in(cam, file_of(gus)))

    assert gus.store.state("cams") is not None


def test_what_was_written_while_the_file_travelled_is_still_owed(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(gus, "g1", name="first")
    file = file_of(gus)
    write(gus, "g1", name="second")
    handed_in(gus, handed_in(cam, file))

    assert gus.device.waiting == 1
    handed_in(gus, handed_in(cam, file_of(gus)))
    assert contents(door.desk.store) == contents(gus.store)


def owed_of(link: Link) -> set[str]:
    return set(link.store.bases)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_carried_in_any_order_and_twice_is_as_a_direct_sync(
    door: PairedOffice, order: tuple[int, ...]
) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    files = []
    for n in range(3):
        owing(gus, f"gus{n}")
        owing(cam, f"cam{n}")
        files.append(file_of(gus))
    answers = [handed_in(cam, files[n] * 2) for n in order]
    office, own = contents(door.desk.store), contents(gus.store)
    assert {i: office[i] for i in owed_of(gus)} == {i: own[i] for i in owed_of(gus)}
    for n in (2, 0, 1, 1):
        handed_in(gus, answers[n])
    for link in (cam, gus, cam):
        asyncio.run(link.sync_once())

    assert contents(door.desk.store) == contents(gus.store) == contents(cam.store)
    assert door.desk.store.counted() == door.desk.store.sums
    history = door.desk.store.books.history
    dots = [tuple(raw["dot"]) for i in door.desk.store.ids() for raw in history.of(i)]
    assert len(dots) == len(set(dots))


def test_an_old_answer_takes_nothing_back(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(gus, "g1", name="first")
    old = handed_in(cam, file_of(gus))
    asyncio.run(gus.sync_once())
    write(gus, "g1", name="second")
    asyncio.run(gus.sync_once())
    mark, cursor = gus.store.meta["mark"], gus.store.meta["cursor"]
    handed_in(gus, old)

    assert (mark, cursor) == (gus.store.meta["mark"], gus.store.meta["cursor"])
    assert not gus.device.owes
    assert contents(door.desk.store) == contents(gus.store)


def test_an_answer_of_an_office_that_was_put_back_since_is_not_taken(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(gus, "g1", name="first")
    file = file_of(gus)
    door.office.new_epoch()
    answers = handed_in(cam, file)

    with pytest.raises(NoOffice, match="meet the office"):
        handed_in(gus, answers)
    assert gus.device.owes


def test_many_photos_come_as_several_letters_rows_first(
    door: PairedOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.bundle.FULL_LETTER", 2000)
    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(gus, "g1", name="first")
    for shade in range(6):
        gus.blobs.keep(photo(shade))
    several = list(gus.hand_over())
    handed_in(cam, several[0])

    assert len(several) > 2
    assert door.desk.store.state("g1") is not None
    assert not list(door.desk.blobs.names())
    handed_in(gus, handed_in(cam, b"".join(reversed(several))))
    assert not gus.session.photos.owed()


# ---- who may not ----------------------------------------------------------------------------


def test_a_device_that_is_not_paired_hands_nothing_over(door: PairedOffice) -> None:
    stranger = door.link("stranger")
    write(stranger, "s1", name="x")

    with pytest.raises(Refused, match=NOT_PAIRED):
        file_of(stranger)


def test_a_lost_device_brings_nothing_by_others(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(gus, "g1", name="x")
    file = file_of(gus)
    take_out(door.desk, door.desk.get(DEVICE, gus.store.meta["device"]), "lost")

    with pytest.raises(OfficeError, match="lost"):
        handed_in(cam, file)
    assert door.desk.store.state("g1") is None


def test_an_answer_opens_on_its_own_device_only(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(gus, "g1", name="x")
    (answer,) = letters(handed_in(cam, file_of(gus)))

    with pytest.raises(Refused, match=NOT_FOR_HERE):
        take_answer(cam.device, cam.session.photos, answer)
    assert is_mine(gus.store, answer)


def test_a_letter_speaks_for_the_device_that_sealed_it(door: PairedOffice) -> None:
    from data.codes import token_hash

    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(cam, "c1", name="x")
    said = [("hello", cam.device.hello().to_bytes())]
    gus_id, token = gus.store.meta["device"], gus.store.meta["token"]
    forged = sealed(gus.store.production, gus_id, "office", said, token_hash(token))

    with pytest.raises(NoOffice, match="another device"):
        handed_in(cam, forged)


# ---- damaged ----------------------------------------------------------------------------------


def changed(content: bytes, data: st.DataObject) -> bytes:
    file = bytearray(content)
    at = data.draw(st.integers(0, len(file) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "half", "twice", "more"]))
    if how == "flip":
        file[at] ^= data.draw(st.integers(1, 255))
    elif how == "cut":
        del file[at : at + 3]
    elif how == "half":
        del file[at:]
    elif how == "twice":
        file[at:at] = file[at : at + 7] or b"x"
    else:
        file += data.draw(st.binary(min_size=1, max_size=50))
    return bytes(file)


def try_file(wire: WireDoor, data: st.DataObject) -> None:
    before = wire.before()
    told = wire.say("POST", "/v1/bundle", changed(file_of(wire.gus), data))

    wire.check_refused(told, before)


@FEW
@given(data=st.data())
def test_a_file_that_was_changed_changes_nothing(wire: WireDoor, data: st.DataObject) -> None:
    try_file(wire, data)


@pytest.mark.long
@MANY
@given(data=st.data())
def test_no_change_of_a_file_changes_anything(wire: WireDoor, data: st.DataObject) -> None:
    try_file(wire, data)


@FEW
@given(data=st.data())
def test_an_answer_that_was_changed_changes_nothing(wire: WireDoor, data: st.DataObject) -> None:
    gus = wire.gus
    wire.say("POST", "/v1/bundle", file_of(gus))  # the office puts what is new in it only once
    answer = wire.say("POST", "/v1/bundle", file_of(gus)).content
    bad = changed(answer, data)
    before = contents(gus.store), dict(gus.store.meta), dict(gus.store.bases)
    office = wire.before()
    if bad.startswith(answer):  # the whole letter is in it: what follows is nothing
        return
    with pytest.raises(OfficeError):
        handed_in(gus, bad)

    assert before == (contents(gus.store), dict(gus.store.meta), dict(gus.store.bases))
    assert office == wire.before()


PARTS = [
    [],
    [("photo", b"../../etc/passwd")],
    [("hello", b"")],
    [("hello", b"\x00" * 99)],
    [("push", b"x"), ("hello", b"x")],
]


@pytest.mark.parametrize("parts", PARTS)
def test_a_sealed_letter_of_nonsense_is_refused(
    wire: WireDoor, parts: list[tuple[str, bytes]]
) -> None:
    from data.codes import token_hash

    device = str(wire.gus.store.meta["device"])
    production = wire.office.store.production
    letter = sealed(production, device, "office", parts, token_hash(wire.token))
    before = wire.before()

    wire.check_refused(wire.say("POST", "/v1/bundle", letter), before)


@pytest.mark.parametrize("evil", ["../../journal.1", "..\\..", "/etc/passwd", "x" * 64, "\u0000"])
def test_a_name_leads_nowhere(wire: WireDoor, evil: str, tmp_path: Path) -> None:
    """Neither a part's name nor a device's is ever a path."""
    from data.codes import token_hash

    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    production, secret = wire.office.store.production, token_hash(wire.token)
    hello = ("hello", wire.gus.device.hello().to_bytes())
    device = str(wire.gus.store.meta["device"])
    before = wire.before()
    for letter in (
        sealed(production, evil, "office", [hello], secret),
        sealed(production, device, "office", [hello, (evil, b"x")], secret),
        sealed(evil, device, "office", [hello], secret),
    ):
        told = wire.say("POST", "/v1/bundle", letter)
        assert told.status == 200 or 400 <= told.status < 500

    assert before.states == wire.before().states
    assert files == sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_half_a_file_is_taken_as_far_as_it_goes(door: PairedOffice) -> None:
    gus, cam = door.paired("Gus"), door.paired("Cam")
    write(gus, "g1", name="x")
    first = file_of(gus)
    write(gus, "g2", name="y")
    handed_in(cam, first + next(gus.hand_over())[:-1])

    assert door.desk.store.state("g1") is not None
    assert door.desk.store.state("g2") is None
    with pytest.raises(Malformed, match="cut off"):
        handed_in(cam, next(gus.hand_over())[:-1])
