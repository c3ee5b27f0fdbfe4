"""The courier as people do it: a scoped office, the command line, and the phone's own screen."""

from __future__ import annotations

from pathlib import Path

import pytest

import main
from data.blobs import Blobs
from data.canonical import canonical_bytes
from data.desk import Desk
from data.edit import Write
from data.kinds import ALL
from data.kinds.devices import DEVICE, take_out
from data.kinds.waiting import WAITING
from data.stamp import Sources
from data.store import Store
from sync.blobs import OwnPhotos
from sync.device import Device
from sync.exchange import Office
from sync.front import Front
from sync.pairing import Pairings
from sync.session import Session, converse
from tests.browser.processes import new_show, office, paired
from tests.scoped_pairing import Installation, PairedShow, straight

SECRET = "Favored nations with Brandt"


def handed_in(carrier: Installation, content: bytes) -> bytes:
    answers = list[bytes]()

    async def take() -> None:
        answers.append((await carrier.link.take_in(content)).answers)

    straight(take())
    return answers[0]


@pytest.fixture
def it(tmp_path: Path) -> PairedShow:
    return PairedShow(tmp_path)


def phone(it: PairedShow, name: str, role: str) -> Installation:
    made = it.install(name, f"{name}'s phone")
    made.pair(role, person=it.show[name].id)
    made.speak()
    return made


def a_deal(it: PairedShow) -> Write:
    return Write("deal", "i1", {"person": it.show["Ada"].id, "notes": SECRET})


# ---- an office with rights --------------------------------------------------------------------


def test_a_pa_carries_what_he_may_not_read(it: PairedShow) -> None:
    gus, cam = phone(it, "Gus", "upm"), phone(it, "Cam", "crew")
    gus.store.commit([a_deal(it)], user=gus.desk.user)
    file = b"".join(gus.link.hand_over())
    answers = handed_in(cam, file)

    assert SECRET.encode() not in file + answers
    assert it.store.state("i1") is not None
    assert cam.store.state("i1") is None
    assert gus.device.owes
    handed_in(gus, answers)
    assert not gus.device.owes
    assert gus.device.verified


def test_what_may_not_stand_is_refused_by_file_as_by_line(it: PairedShow) -> None:
    gus, cam = phone(it, "Gus", "crew"), phone(it, "Cam", "crew")
    ada = it.show["Ada"].id
    before = it.store.document(ada)
    gus.store.commit([Write("person", ada, {"position": "Nobody"})], user=gus.desk.user)
    handed_in(gus, handed_in(cam, b"".join(gus.link.hand_over())))

    after = it.store.document(ada)
    assert before is not None
    assert after is not None
    assert before.get("position") == after.get("position")
    assert [w.values for w in it.desk.all(WAITING)] == ['{"f": {"position": "Nobody"}}']
    assert not gus.device.owes


def test_who_has_left_brings_what_he_has_and_hears_nothing(it: PairedShow) -> None:
    gus, cam = phone(it, "Gus", "upm"), phone(it, "Cam", "crew")
    gus.store.commit([a_deal(it)], user=gus.desk.user)
    file = b"".join(gus.link.hand_over())
    it.desk.add(it.show["Cam"].model_copy(update={"name": "New"}))
    take_out(it.desk, it.desk.get(DEVICE, gus.id), "left")
    known = set(gus.store.ids())
    handed_in(gus, handed_in(cam, file))

    assert it.store.state("i1") is not None
    assert set(gus.store.ids()) == known


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)])
def test_what_was_confirmed_by_file_stays_on_its_phone(
    it: PairedShow, order: tuple[int, ...]
) -> None:
    gus, cam = phone(it, "Gus", "upm"), phone(it, "Cam", "crew")
    answers = []
    for n in range(2):
        gus.store.commit([Write("person", f"g{n}", {"name": "Walk-on"})], user=gus.desk.user)
        answers.append(handed_in(cam, b"".join(gus.link.hand_over())))
    for n in order:
        handed_in(gus, answers[n])

    assert not gus.device.owes
    assert {"g0", "g1"} <= gus.ids
    gus.speak()
    assert {"g0", "g1"} <= gus.ids
    assert gus.device.verified


# ---- the command line -------------------------------------------------------------------------


def met(office_home: Path, device_home: Path) -> None:
    """The device has been at its office once."""
    hub = Store(office_home, sources=Sources(), hub=True)
    own = Store(device_home, sources=Sources(), hub=False)
    desk = Desk(hub, ALL, user="office")
    met = Office(hub, rights=True, strangers=False)
    front = Front(met, desk.blobs, Pairings(desk, met))
    session = Session(Device(own), OwnPhotos(own, Blobs(device_home / "photos")))
    token = own.meta["token"]
    converse(session.whole(), lambda call: front.answer(call._replace(token=token)))
    own.close()
    hub.close()


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Path, Path]:
    """An office and a laptop on location that owes it a record and a photo."""
    show, laptop = tmp_path / "show", tmp_path / "laptop"
    new_show(show)
    paired(show, laptop)
    met(show, laptop)
    store = Store(laptop, sources=Sources(), hub=False)
    store.commit([Write("receipt", "r1", {"vendor": "Prairie Hardware"})], user="gate")
    Blobs(laptop / "photos").keep(b"a slip")
    store.close()
    return show, laptop


def run(home: Path, *words: object) -> int:
    return main.run(["--home", str(home), *map(str, words)])


def states(home: Path, *, hub: bool) -> dict[str, bytes]:
    store = Store(home, sources=Sources(), hub=hub, reader=True)
    found = {i: state for i in store.ids() if (state := store.state(i)) is not None}
    store.close()
    return {record_id: canonical_bytes(state) for record_id, state in found.items()}


def owes(home: Path) -> bool:
    store = Store(home, sources=Sources(), hub=False, reader=True)
    try:
        return bool(store.bases or store.unacked)
    finally:
        store.close()


def test_a_file_goes_to_the_office_and_its_answer_comes_back(
    homes: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show, laptop = homes
    file = tmp_path / "stick.callboard"

    assert run(laptop, "bundle", "make", file) == 0
    assert run(show, "bundle", "take", file) == 0
    assert list(Blobs(show / "photos").names()) == list(Blobs(laptop / "photos").names())
    assert states(show, hub=True)["r1"]
    assert owes(laptop)
    assert run(laptop, "bundle", "take", tmp_path / "stick answers.callboard") == 0
    assert not owes(laptop)
    assert states(laptop, hub=False)["r1"] == states(show, hub=True)["r1"]
    assert "2 letters taken in" in capsys.readouterr().out


def test_an_office_that_is_open_takes_it_too(homes: tuple[Path, Path], tmp_path: Path) -> None:
    show, laptop = homes
    file = tmp_path / "stick.callboard"
    assert run(laptop, "bundle", "make", file) == 0
    with office(show):
        assert run(show, "bundle", "take", file) == 0

    assert states(show, hub=True)["r1"]


def test_a_file_goes_to_another_device_and_by_that_to_the_office(
    homes: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show, laptop = homes
    other, file = tmp_path / "other", tmp_path / "stick.callboard"
    paired(show, other)
    for home in (other, laptop, other):
        met(show, home)
    store = Store(laptop, sources=Sources(), hub=False)
    store.commit([Write("scene", "s9", {"set": "RIVER"})], user="gate")
    store.close()

    assert run(laptop, "bundle", "make", file) == 0
    assert run(other, "bundle", "take", file) == 0
    assert "1 record of" in capsys.readouterr().out
    assert states(other, hub=False)["s9"] == states(laptop, hub=False)["s9"]
    assert "s9" not in states(show, hub=True)
    onward = tmp_path / "onward.callboard"
    assert run(other, "bundle", "make", onward) == 0
    assert run(show, "bundle", "take", onward) == 0
    assert states(show, hub=True)["s9"]
    assert run(laptop, "bundle", "take", tmp_path / "onward answers.callboard") == 0
    assert not owes(laptop)


def test_the_office_writes_a_file_for_a_device_that_cannot_come(
    homes: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show, laptop = homes
    met(show, laptop)
    store = Store(show, sources=Sources(), hub=True)
    store.commit([Write("production", "p9", {"title": "News"})], user="office")
    (device,) = Desk(store, ALL, user="office").all(DEVICE)
    store.close()
    file = tmp_path / "news.callboard"

    assert run(show, "bundle", "make", file, "--device", device.name) == 0
    assert "p9" not in states(laptop, hub=False)
    assert run(laptop, "bundle", "take", file) == 0
    assert "p9" in states(laptop, hub=False)
    assert run(show, "bundle", "make", file, "--device", "nobody's") == 1
    assert "0 devices called nobody's" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"x", b"callboard bundle 1\n{}\n", b"PK\x03\x04" * 99])
def test_what_is_no_bundle_is_refused_in_a_sentence(
    homes: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
) -> None:
    show, _ = homes
    file = tmp_path / "x.callboard"
    file.write_bytes(content)
    before = states(show, hub=True)

    assert run(show, "bundle", "take", file) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert before == states(show, hub=True)


def test_a_folder_without_a_copy_stays_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none", "bundle", "make", tmp_path / "x") == 1
    assert "no device's copy" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_show_is_refused(
    homes: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, laptop = homes
    file, other = tmp_path / "stick.callboard", tmp_path / "other"
    new_show(other)
    assert run(laptop, "bundle", "make", file) == 0

    assert run(other, "bundle", "take", file) == 1
    assert "paired with this office" in capsys.readouterr().err
    assert "r1" not in states(other, hub=True)
