"""Photos on their way, both ways: what broke off goes on from its last byte, and nothing is seen
before the whole hash was checked."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import data.parts
import sync.carrying
from data.blobs import Blobs
from data.edit import Write
from data.errors import BadInput, Malformed, NoOffice, NotFound, Refused
from data.kinds.devices import take_out
from data.parts import MOST_OF_ONE, Parts
from data.photos import MOST_BYTES, THUMB_BYTES
from sync.blobs import Coming
from sync.calls import Answer, Call, converse
from sync.carrying import AT_ONCE, DOWN, OFFICE, TRIES, Offer, Wanted, fetched
from sync.link import Link
from tests.broken_line import BrokenLine, heard
from tests.paired_office import PairedOffice
from tests.small_show import SmallShow
from tests.test_blobs_photos import picture
from tests.test_sync_http import QUICK, Desk, copy_at, problem
from tests.wire_door import Told, peak

PIECE = 1000
SLIP = Random(7).randbytes(10 * PIECE)
NAME = hashlib.sha256(SLIP).hexdigest()
OTHER = hashlib.sha256(b"another slip").hexdigest()


@pytest.fixture
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sync.carrying.PIECE", "sync.carrying.DOWN", "sync.session.PIECE"):
        monkeypatch.setattr(name, PIECE)
    monkeypatch.setattr(sync.carrying, "LEAST_PIECE", PIECE)


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "office")


def device(line: BrokenLine, home: Path, seed: int = 1) -> Link:
    store, blobs = copy_at(home, seed)
    return Link(store, blobs, "", timings=QUICK, connect=line.connect)


def breaking(method: str, *places: int) -> Callable[[Call], int | None]:
    """The first calls of that sort break, each after so many bytes."""
    left = list(places)

    def breaks(call: Call) -> int | None:
        photo = call.path.startswith("/v1/blobs/") and call.method == method
        return left.pop(0) if photo and left else None

    return breaks


def part_of(office: Desk, link: Link, name: str = NAME) -> int:
    return office.blobs.parts.size(str(link.store.meta["device"]), name)


# ---- up ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_small_pieces")
def test_an_upload_that_broke_goes_on_from_the_byte_the_office_has(
    office: Desk, tmp_path: Path
) -> None:
    line = BrokenLine(office, breaking("PUT", 1, 0, 400, 999))
    link = device(line, tmp_path / "gate")
    link.blobs.keep(SLIP)
    asyncio.run(link.sync_once())

    assert office.blobs.read(NAME) == SLIP
    assert line.places("PUT")[:7] == [0, 1, 1, 401, 1400, 2400, 3400]
    assert line.gone_up == len(SLIP)
    assert link.state.equal
    assert part_of(office, link) == 0


@pytest.mark.usefixtures("_small_pieces")
def test_after_a_night_and_a_new_start_of_both_it_goes_on_there_too(
    office: Desk, tmp_path: Path
) -> None:
    line = BrokenLine(office, breaking("PUT", 700, *[0] * TRIES))
    link = device(line, tmp_path / "gate")
    link.blobs.keep(SLIP)
    with pytest.raises(NoOffice):
        asyncio.run(link.sync_once())
    assert part_of(office, link) == 700
    assert not office.blobs.has(NAME)
    assert list(office.blobs.names()) == []
    link.store.close()
    office.store.close()
    office, line.gone_up = Desk(tmp_path / "office"), 0
    later = BrokenLine(office)
    again = device(later, tmp_path / "gate", 2)
    asyncio.run(again.sync_once())

    assert office.blobs.read(NAME) == SLIP
    assert later.places("PUT")[0] == 700
    assert later.gone_up == len(SLIP) - 700


@pytest.mark.usefixtures("_small_pieces")
def test_a_part_that_rotted_at_the_office_is_sent_anew_once(office: Desk, tmp_path: Path) -> None:
    line = BrokenLine(office, breaking("PUT", 700, *[0] * TRIES))
    link = device(line, tmp_path / "gate")
    link.blobs.keep(SLIP)
    with pytest.raises(NoOffice):
        asyncio.run(link.sync_once())
    (part,) = (tmp_path / "office" / "photos" / "parts").glob("*/*")
    part.write_bytes(b"rot" + part.read_bytes()[3:])
    asyncio.run(link.sync_once())

    assert office.blobs.read(NAME) == SLIP
    assert link.state.equal


@pytest.mark.usefixtures("_small_pieces")
def test_a_few_photos_go_side_by_side_and_rows_that_came_up_go_between_them(
    office: Desk, tmp_path: Path
) -> None:
    line = BrokenLine(office)
    link = device(line, tmp_path / "gate")
    for n in range(7):
        name = link.blobs.keep(Random(n).randbytes(6 * PIECE))
        link.store.commit([Write("receipt", f"r{n}", {}, {"photos": (name,)})], user="gus")
    tapped = iter(range(100))

    def taps(call: Call) -> None:
        if call.method == "PUT" and len(line.calls) % 5 == 0:
            link.store.commit([Write("person", f"p{next(tapped)}", {"name": "Ada"})], user="gus")

    line.breaks = taps
    asyncio.run(link.sync_once())
    said = line.said()
    photos = [n for n, call in enumerate(line.calls) if call.method == "PUT"]

    assert line.most_at_once == AT_ONCE
    assert said.index("POST push") < photos[0]
    assert any(said[n] == "POST push" for n in range(photos[0], photos[-1]))
    assert sorted(office.blobs.names()) == sorted(link.blobs.names())
    assert {f"p{n}" for n in range(next(tapped))} <= set(office.store.ids())


@pytest.mark.usefixtures("_small_pieces")
def test_what_the_office_learns_meanwhile_comes_before_the_last_photo(
    office: Desk, tmp_path: Path
) -> None:
    line = BrokenLine(office)
    link = device(line, tmp_path / "gate")
    for n in range(9):
        link.blobs.keep(Random(n).randbytes(2 * PIECE))
    seen: list[bool] = []

    def news(call: Call) -> None:
        if call.method == "PUT":
            seen.append(link.store.line("p1") is not None)
        if len(seen) == 1:
            office.store.commit([Write("person", "p1", {"name": "Ada"})], user="office")

    line.breaks = news
    asyncio.run(link.sync_once())

    assert not seen[0]
    assert seen[-1]


def test_five_hundred_and_ten_photos_that_the_office_has_cost_two_questions(
    office: Desk, tmp_path: Path
) -> None:
    line = BrokenLine(office)
    link = device(line, tmp_path / "gate")
    for n in range(510):
        for blobs in (link.blobs, office.blobs):
            path = blobs._path(hashlib.sha256(b"%d" % n).hexdigest())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"%d" % n)
    asyncio.run(link.sync_once())

    assert line.said().count("POST blobs") == 2
    assert not any(call.method == "PUT" for call in line.calls)
    assert link.state.photos == 0


@pytest.mark.usefixtures("_small_pieces")
def test_a_photo_that_is_cut_off_here_meanwhile_holds_up_no_other(
    office: Desk, tmp_path: Path
) -> None:
    line = BrokenLine(office)
    link = device(line, tmp_path / "gate")
    cut, other = link.blobs.keep(SLIP), link.blobs.keep(b"another slip")

    def cuts(call: Call) -> None:
        if call.path.startswith(f"/v1/blobs/{cut}"):
            (tmp_path / "gate" / "photos" / cut[:2] / cut).write_bytes(SLIP[:10])

    line.breaks = cuts
    asyncio.run(link.sync_once())

    assert list(office.blobs.names()) == [other]
    assert "is cut off on this device" in link.state.words()


def test_no_photo_holds_the_offices_loop(
    office: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing, writing and shrinking take their time in other threads."""
    threads = set[int]()

    def noting(does: Callable[..., Any]) -> Callable[..., Any]:
        def did(self: Blobs, *more: Any) -> Any:
            if self is office.blobs:
                threads.add(threading.get_ident())
            return does(self, *more)

        return did

    for verb in ("complete", "read", "thumbnail", "piece"):
        monkeypatch.setattr(Blobs, verb, noting(getattr(Blobs, verb)))
    photo = picture(1200, 900)
    gate = device(BrokenLine(office), tmp_path / "gate", 1)
    van = device(BrokenLine(office), tmp_path / "van", 2)
    name = gate.blobs.keep(photo)
    asyncio.run(gate.sync_once())

    assert asyncio.run(van.photo(name)) == photo
    assert asyncio.run(van.small_photo(name))
    assert threads
    assert threading.get_ident() not in threads


# ---- what a stranger might send -----------------------------------------------------------------


def put(office: Desk, ask: str, content: bytes, name: str = NAME) -> tuple[int, str]:
    answer = office.call("PUT", f"/v1/blobs/{name}?device=d1&{ask}", content)
    return problem(answer) if answer.status_code >= 300 else (answer.status_code, "")


SIZE = len(SLIP)


@pytest.mark.parametrize(
    ("ask", "content", "refusal"),
    [
        (f"at=5&of={SIZE}", SLIP[5:9], "out-of-step"),
        (f"at=3999&of={SIZE}", SLIP[3999:], "out-of-step"),
        (f"at=4001&of={SIZE}", SLIP[4001:], "out-of-step"),
        (f"at=4000&of={SIZE}", SLIP[4000:] + b"x", "too-large"),
        ("at=4000&of=4001", SLIP[4000:4100], "too-large"),
        (f"at=4000&of={MOST_BYTES + 1}", SLIP[4000:], "too-large"),
        ("at=4000&of=3999", b"", "malformed"),
        (f"at=-1&of={SIZE}", SLIP, "malformed"),
        (f"at=nan&of={SIZE}", SLIP, "malformed"),
        (f"at=4000&of={2**64}", SLIP[4000:], "malformed"),
        ("at=4000&of=inf", SLIP[4000:], "malformed"),
    ],
)
def test_a_piece_for_another_place_is_refused_and_nothing_changes(
    office: Desk, ask: str, content: bytes, refusal: str
) -> None:
    assert put(office, f"at=0&of={SIZE}", SLIP[:4000]) == (202, "")

    assert put(office, ask, content)[1] == refusal
    assert office.blobs.parts.size("d1", NAME) == 4000
    assert not office.blobs.has(NAME)
    assert put(office, f"at=4000&of={SIZE}", SLIP[4000:]) == (201, "")
    assert office.blobs.read(NAME) == SLIP


def test_pieces_that_make_something_else_are_refused_and_nothing_is_left(
    office: Desk, tmp_path: Path
) -> None:
    assert put(office, f"at=0&of={SIZE}", SLIP[:4000]) == (202, "")

    assert put(office, f"at=4000&of={SIZE}", bytes(SIZE - 4000)) == (422, "wrong-hash")
    assert [p for p in (tmp_path / "office" / "photos").rglob("*") if p.is_file()] == []


def test_a_photo_that_ends_sooner_than_was_said_is_not_seen(office: Desk) -> None:
    assert put(office, f"at=0&of={SIZE}", SLIP[:-1]) == (202, "")
    assert put(office, f"at={SIZE - 1}&of={SIZE - 1}", b"") == (422, "wrong-hash")
    assert not office.blobs.has(NAME)


def test_two_devices_that_send_the_same_photo_do_not_mix_it_up(office: Desk) -> None:
    def sent(who: str, at: int, content: bytes) -> int:
        path = f"/v1/blobs/{NAME}?device={who}&at={at}&of={SIZE}"
        return office.call("PUT", path, content).status_code

    assert sent("d1", 0, SLIP[:4000]) == 202
    assert sent("d2", 0, SLIP[:100]) == 202
    assert sent("d1", 4000, SLIP[4000:5000]) == 202
    assert sent("d2", 100, SLIP[100:]) == 201
    assert sent("d1", 5000, SLIP[5000:]) == 200
    assert office.blobs.read(NAME) == SLIP
    assert [p for p in office.blobs.parts.folder.rglob("*") if p.is_file()] == []


def test_two_lines_of_one_device_do_not_mix_it_up(tmp_path: Path) -> None:
    """The first line is half open: the office hears the rest of it after the second."""
    parts = Parts(tmp_path)
    parts.append("d1", NAME, 0, SLIP[:10])
    parts.append("d1", NAME, 10, SLIP[10:30])

    with pytest.raises(Refused, match="do not begin where"):
        parts.append("d1", NAME, 10, SLIP[10:20])
    assert parts.append("d1", NAME, 30, SLIP[30:]) == SIZE


def test_the_end_of_a_photo_may_come_over_two_lines_at_once(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    lines = [Coming(blobs, "d1", NAME, 0, SIZE) for _ in range(2)]
    for line in lines:
        line.take(SLIP)

    assert [line.ended().status for line in lines] == [201, 200]
    assert blobs.read(NAME) == SLIP


def test_the_parts_of_a_device_are_few_and_the_oldest_go(tmp_path: Path) -> None:
    parts, names = Parts(tmp_path), [hashlib.sha256(b"%d" % n).hexdigest() for n in range(20)]
    parts.append("d2", NAME, 0, b"of another")
    for name in names:
        parts.append("d1", name, 0, b"begun")
        parts.append("d1", name, 5, b" and gone on with")

    assert sum(parts.size("d1", name) > 0 for name in names) == MOST_OF_ONE
    assert parts.size("d1", names[-1]) > 0
    assert parts.size("d2", NAME) > 0


def test_all_parts_together_have_bounded_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data.parts, "MOST_HELD", 5000)
    parts = Parts(tmp_path)
    for n in range(20):
        parts.append(f"d{n}", NAME, 0, bytes(1000))

    held = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert 1000 <= held <= 6000
    assert parts.size("d19", NAME) == 1000


def test_a_part_that_nobody_goes_on_with_is_gone_after_a_week(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blobs.parts.append("d1", NAME, 0, b"begun")
    now = datetime.now().astimezone()
    blobs.scrub(now=now + timedelta(days=6))
    assert blobs.parts.size("d1", NAME) == 5
    blobs.scrub(now=now + timedelta(days=8))

    assert blobs.parts.size("d1", NAME) == 0


def test_of_a_purged_photo_no_part_stays(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blobs.parts.append("d1", NAME, 0, b"begun")
    blobs.parts.append("d1", OTHER, 0, b"begun")
    blobs.wipe(NAME)

    assert (blobs.parts.size("d1", NAME), blobs.parts.size("d1", OTHER)) == (0, 5)


@pytest.fixture
def paired(show: SmallShow, tmp_path: Path) -> Iterator[PairedOffice]:
    door = PairedOffice(show, tmp_path)
    yield door
    door.close()


def test_another_devices_part_is_neither_told_of_nor_gone_on_with(paired: PairedOffice) -> None:
    gus, cam = (paired.paired(name).store.meta for name in ("Gus", "Cam"))

    def put_by(token: str, ask: str, content: bytes) -> Answer:
        return paired.ask("PUT", f"/v1/blobs/{NAME}?{ask}", content, token=token)

    assert put_by(gus["token"], f"at=0&of={SIZE}", SLIP[:4000]).status == 202
    offer = Offer(device=cam["device"], names=[NAME]).to_bytes()
    told = paired.ask("POST", "/v1/blobs", offer, token=cam["token"])
    assert Wanted.from_bytes(told.content).photos == ([NAME, 0],)
    as_gus = f"device={gus['device']}&at=4000&of={SIZE}"
    assert b"not-yours" in put_by(cam["token"], as_gus, SLIP[4000:]).content
    assert b"out-of-step" in put_by(cam["token"], f"at=4000&of={SIZE}", SLIP[4000:]).content
    assert b"unpaired" in put_by("", f"at=4000&of={SIZE}", SLIP[4000:]).content
    as_gus_asks = Offer(device=gus["device"], names=[NAME]).to_bytes()
    told = paired.ask("POST", "/v1/blobs", as_gus_asks, token=cam["token"])
    assert b"not-yours" in told.content
    assert put_by(gus["token"], f"at=4000&of={SIZE}", SLIP[4000:]).status == 201


def test_the_parts_of_a_lost_device_go_with_it(paired: PairedOffice) -> None:
    link = paired.paired("Gus")
    meta, parts = link.store.meta, paired.desk.blobs.parts
    for what in ("left", "lost"):
        paired.ask("PUT", f"/v1/blobs/{NAME}?at=0&of={SIZE}", SLIP[:400], token=meta["token"])
        assert parts.size(meta["device"], NAME) == 400
        take_out(paired.desk, paired.device(link), what)
        assert parts.size(meta["device"], NAME) == (400 if what == "left" else 0)


# ---- down ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_small_pieces")
def test_a_download_that_broke_goes_on_from_the_byte_that_is_here(
    office: Desk, tmp_path: Path
) -> None:
    office.blobs.keep(SLIP)
    line = BrokenLine(office, breaking("GET", 1, 0, 400, 999))
    link = device(line, tmp_path / "van")

    assert asyncio.run(link.photo(NAME)) == SLIP
    assert line.places("GET")[:6] == [0, 1, 1, 401, 1400, 2400]
    assert [p for p in link.blobs.parts.folder.rglob("*") if p.is_file()] == []


@pytest.mark.usefixtures("_small_pieces")
def test_a_lost_line_keeps_what_has_come_and_shows_none_of_it(office: Desk, tmp_path: Path) -> None:
    office.blobs.keep(SLIP)
    line = BrokenLine(office, breaking("GET", 700, *[0] * TRIES))
    link = device(line, tmp_path / "van")
    with pytest.raises(NoOffice):
        asyncio.run(link.photo(NAME))

    assert not link.blobs.has(NAME)
    assert link.blobs.parts.size(OFFICE, NAME) == 700
    line.calls.clear()
    assert asyncio.run(link.photo(NAME)) == SLIP
    assert line.places("GET")[0] == 700


@pytest.mark.parametrize("here", [b"rot", bytes(2 * SIZE)])
def test_what_lies_here_of_something_else_is_fetched_anew(
    office: Desk, tmp_path: Path, here: bytes
) -> None:
    office.blobs.keep(SLIP)
    link = device(BrokenLine(office), tmp_path / "van")
    link.blobs.parts.append(OFFICE, NAME, 0, here)

    assert asyncio.run(link.photo(NAME)) == SLIP


def test_bytes_of_another_photo_are_refused_and_never_seen(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)

    with pytest.raises(BadInput, match="not the photo"):
        converse(fetched(blobs, NAME, "d1"), lambda _: Answer(200, b"another slip"))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.usefixtures("_small_pieces")
def test_an_office_that_sends_more_than_was_asked_is_not_listened_to(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)

    with pytest.raises(Malformed, match="more of a photo than was asked"):
        converse(fetched(blobs, NAME, "d1"), lambda _: Answer(200, SLIP))
    assert list(blobs.names()) == []


def test_two_screens_that_want_the_same_photo_fetch_it_once(office: Desk, tmp_path: Path) -> None:
    office.blobs.keep(SLIP)
    line = BrokenLine(office)
    link = device(line, tmp_path / "van")

    async def both() -> list[bytes]:
        return list(await asyncio.gather(link.photo(NAME), link.photo(NAME)))

    assert asyncio.run(both()) == [SLIP, SLIP]
    assert len(line.calls) == 1


# ---- small pictures -----------------------------------------------------------------------------


def test_a_small_picture_comes_without_the_photo_and_is_kept(office: Desk, tmp_path: Path) -> None:
    name = office.blobs.keep(picture(2000, 1500))
    line = BrokenLine(office)
    link = device(line, tmp_path / "van")
    small = asyncio.run(link.small_photo(name))

    assert small == office.blobs.thumbnail(name)
    assert len(small) <= THUMB_BYTES
    assert not link.blobs.has(name)
    line.breaks = lambda _: 0
    assert asyncio.run(link.small_photo(name)) == small
    assert len(line.calls) == 1


def test_a_small_picture_of_what_has_not_come_yet_is_not_found(
    office: Desk, tmp_path: Path
) -> None:
    link = device(BrokenLine(office), tmp_path / "van")

    with pytest.raises(NotFound):
        asyncio.run(link.small_photo(NAME))


# ---- memory -------------------------------------------------------------------------------------


def test_neither_end_holds_a_photo_whole_while_it_travels(office: Desk, tmp_path: Path) -> None:
    size, part = 24 * 2**20, Random(3).randbytes(2**16)
    name = hashlib.sha256(part * (size // len(part))).hexdigest()
    path = tmp_path / "van" / "photos" / name[:2] / name

    def up() -> Told:
        left = [part] * (size // len(part))

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

        return asyncio.run(heard(office, f"/v1/blobs/{name}?device=d1", receive))

    told, most = peak(up)
    assert told.status == 201
    assert most < size / 6
    link = device(BrokenLine(office), tmp_path / "van")

    def down() -> Told:
        converse(fetched(link.blobs, name, "d1"), from_file(office.blobs))
        return Told(200, b"")

    assert peak(down)[1] < size / 6
    assert path.stat().st_size == size


def from_file(blobs: Blobs) -> Callable[[Call], Answer]:
    def ask(call: Call) -> Answer:
        at = int(parse_qs(urlsplit(call.path).query)["at"][0])
        return Answer(200, blobs.piece(urlsplit(call.path).path.rpartition("/")[2], at, DOWN))

    return ask
