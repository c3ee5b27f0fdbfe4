"""Scrub and sweep: what the disk spoiled is moved aside, and nothing is thrown away too early."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.blobs import Blobs, Scrubbed
from data.desk import Desk
from data.edit import Write
from data.errors import NotSaved
from data.store import Store
from data.sweep import (
    KEPT_UNNAMED,
    NOTE,
    Note,
    Swept,
    at_the_office,
    counted,
    names_in,
    photo_names,
    sweep,
)

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 6, 9, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs(folder)


def lies(folder: Path, name: str) -> Path:
    return folder / name[:2] / name


def many(blobs: Blobs, count: int) -> list[str]:
    return sorted(blobs.keep(b"slip %d" % number) for number in range(count))


# ---- scrub ------------------------------------------------------------------------------------


def test_whole_photos_stay_as_they_are(blobs: Blobs) -> None:
    names = many(blobs, 10)

    assert blobs.scrub(now=NOW) == Scrubbed(10, (), (), "")
    assert names == list(blobs.names())


@pytest.mark.parametrize("bytes_now", [b"", b"slip", b"slip 4", b"slip 33"])
def test_a_damaged_photo_is_moved_aside_and_can_come_again(
    blobs: Blobs, folder: Path, bytes_now: bytes
) -> None:
    name = many(blobs, 5)[2]
    whole = blobs.read(name)
    spoiled = b"".join((whole[:-1], b"?")) if bytes_now == whole else bytes_now
    lies(folder, name).write_bytes(spoiled)

    assert blobs.scrub(now=NOW) == Scrubbed(4, (name,), (), "")
    assert not blobs.has(name)
    assert name not in set(blobs.names())
    assert spoiled == (folder / "damaged" / name).read_bytes()
    assert name == blobs.keep(whole)
    assert whole == blobs.read(name)


@given(st.integers(0, 8 * 40 - 1))
def test_any_bit_that_flips_is_found(tmp_path_factory: pytest.TempPathFactory, bit: int) -> None:
    folder = tmp_path_factory.mktemp("photos")
    blobs = Blobs(folder)
    name = blobs.keep(bytes(range(40)))
    flipped = bytearray(range(40))
    flipped[bit // 8] ^= 1 << bit % 8
    lies(folder, name).write_bytes(flipped)

    assert blobs.scrub(now=NOW).damaged == (name,)


def test_a_photo_damaged_twice_is_kept_twice(blobs: Blobs, folder: Path) -> None:
    for spoiled in (b"first", b"second", b"third"):
        name = blobs.keep(b"a slip")
        lies(folder, name).write_bytes(spoiled)
        blobs.scrub(now=NOW)

    aside = sorted((folder / "damaged").iterdir())
    assert [path.read_bytes() for path in aside] == [b"first", b"second", b"third"]


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_a_scrub_in_slices_sees_every_photo_once(blobs: Blobs, folder: Path, most: int) -> None:
    names = many(blobs, 12)
    for name in names[::5]:
        lies(folder, name).write_bytes(b"spoiled")
    slices = [blobs.scrub(now=NOW, most=most)]
    while slices[-1].last:
        slices.append(blobs.scrub(now=NOW, most=most, after=slices[-1].last))

    assert all(part.whole + len(part.damaged) <= most for part in slices)
    assert sum(part.whole for part in slices) == 9
    assert names[::5] == [name for part in slices for name in part.damaged]


def test_a_photo_the_disk_has_lost_is_damaged(blobs: Blobs, folder: Path) -> None:
    name = blobs.keep(b"a slip")
    lies(folder, name).unlink()
    lies(folder, name).symlink_to("/proc/self/mem")  # reading its first byte is a real EIO

    assert blobs.scrub(now=NOW) == Scrubbed(0, (name,), (), "")
    assert not blobs.has(name)


def test_what_cannot_be_read_for_another_reason_stays_and_is_named(
    blobs: Blobs, folder: Path
) -> None:
    name = hashlib.sha256(b"a slip").hexdigest()
    lies(folder, name).mkdir(parents=True)

    assert blobs.scrub(now=NOW) == Scrubbed(0, (), (name,), "")
    assert blobs.has(name)


UNLISTED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from data.blobs import Blobs
os.chmod(sys.argv[2], 0)
if os.getuid() == 0:
    os.setuid(65534)
blobs = Blobs(Path(sys.argv[1]))
print(len(list(blobs.names())), *blobs.scrub(now=datetime.now(UTC)).left)
"""


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    # A user who may not read it: root reads everything, so root becomes nobody, below a folder
    # that nobody can reach.
    reachable = tmp_path / "open"
    blobs = Blobs(reachable / "photos")
    pair = many(blobs, 3)[1][:2]
    for path in (reachable, reachable / "photos", *(reachable / "photos").iterdir()):
        path.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", UNLISTED, "photos", str(reachable / "photos" / pair)],
        cwd=reachable,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    (reachable / "photos" / pair).chmod(0o755)

    assert done.stdout.split() == ["2", pair]


def test_what_a_crash_left_half_written_goes_after_an_hour(blobs: Blobs, folder: Path) -> None:
    name = blobs.keep(b"a slip")
    made = NOW.timestamp()
    left = [folder / name[:2] / "x.1.part", folder / "x.part", folder / "thumbs" / "x.part"]
    left[2].parent.mkdir()
    for path in left:
        path.write_bytes(b"half")
        os.utime(path, (made, made))

    blobs.scrub(now=NOW + timedelta(minutes=59))
    assert all(path.exists() for path in left)
    blobs.scrub(now=NOW + timedelta(minutes=61))
    assert not any(path.exists() for path in left)
    assert blobs.read(name) == b"a slip"


def test_only_photos_are_scrubbed(blobs: Blobs, folder: Path) -> None:
    name = blobs.keep(b"a slip")
    for path in ("notes.txt", f"{name[:2]}/notes.txt", f"zz/{name}", f"00/{name}", "aa"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(b"something else")

    assert blobs.scrub(now=NOW) == Scrubbed(1, (), (), "")
    assert [name] == list(blobs.names())


def test_a_folder_without_photos_is_whole(blobs: Blobs) -> None:
    assert blobs.scrub(now=NOW) == Scrubbed(0, (), (), "")


# ---- sweep ------------------------------------------------------------------------------------


def days(first: int, last: int) -> Iterator[datetime]:
    """Noon of every day, counted from NOW."""
    return (NOW + DAY * day for day in range(first, last + 1))


def swept(blobs: Blobs, when: Iterator[datetime], *named: str) -> list[Swept]:
    return [sweep(blobs, named, now=now, held=at_the_office) for now in when]


def test_a_photo_nothing_names_goes_after_thirty_days(blobs: Blobs, folder: Path) -> None:
    named, unnamed = blobs.keep(b"in a receipt"), blobs.keep(b"in none")

    assert {Swept((), 1)} == set(swept(blobs, days(0, 29), named))
    assert blobs.has(unnamed)
    assert [Swept((unnamed,), 0)] == swept(blobs, days(30, 30), named)
    assert not blobs.has(unnamed)
    assert [Swept((), 0)] == swept(blobs, days(31, 31), named)
    assert [named] == list(blobs.names())
    assert unnamed not in (folder / NOTE).read_text()


def test_its_small_picture_goes_with_it(blobs: Blobs, folder: Path) -> None:
    name = blobs.keep(b"in none")
    small = folder / "thumbs" / name
    small.parent.mkdir()
    small.write_bytes(b"a small picture")
    swept(blobs, days(0, 30))

    assert not small.exists()


def test_a_photo_that_is_named_again_begins_anew(blobs: Blobs) -> None:
    name = blobs.keep(b"a slip")
    swept(blobs, days(0, 29))
    swept(blobs, days(30, 30), name)

    assert not any(one.removed for one in swept(blobs, days(31, 60)))
    assert [Swept((name,), 0)] == swept(blobs, days(61, 61))


def test_a_photo_that_is_taken_again_begins_anew(blobs: Blobs) -> None:
    name = blobs.keep(b"a slip")
    swept(blobs, days(0, 29))
    blobs.keep(b"a slip")

    assert not any(one.removed for one in swept(blobs, days(30, 59)))
    assert [Swept((name,), 0)] == swept(blobs, days(60, 60))


def test_a_photo_taken_again_while_it_is_swept_stays(blobs: Blobs) -> None:
    name = blobs.keep(b"a slip")
    swept(blobs, days(0, 29))

    def held(_name: str) -> bool:
        blobs.keep(b"a slip")  # another thread, after the sweep has judged
        return True

    assert Swept((), 1) == sweep(blobs, (), now=NOW + 30 * DAY, held=held)
    assert blobs.read(name) == b"a slip"


def test_a_clock_that_jumps_ahead_deletes_nothing(blobs: Blobs) -> None:
    blobs.keep(b"a slip")
    swept(blobs, days(0, 5))

    assert not any(one.removed for one in swept(blobs, days(400, 423)))


def test_a_clock_that_jumps_back_deletes_nothing_and_goes_on(blobs: Blobs) -> None:
    name = blobs.keep(b"a slip")
    swept(blobs, days(0, 20))

    assert not any(one.removed for one in swept(blobs, days(-400, -391)))
    assert [name] == [gone for one in swept(blobs, days(-390, -389)) for gone in one.removed]


def test_an_office_that_was_off_counts_the_time_as_one_day(blobs: Blobs) -> None:
    blobs.keep(b"a slip")
    every_week = (NOW + 7 * DAY * week for week in range(30))

    assert not any(one.removed for one in swept(blobs, every_week))


def test_many_sweeps_a_day_are_no_more_than_the_day(blobs: Blobs) -> None:
    name = blobs.keep(b"a slip")
    hours = [NOW + timedelta(hours=hour) for hour in range(30 * 24 + 1)]

    assert not any(one.removed for one in swept(blobs, iter(hours[:-1])))
    assert [Swept((name,), 0)] == swept(blobs, iter(hours[-1:]))


@pytest.mark.parametrize(
    "left",
    [
        None,
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"at": "2026-06-09T12:30:00", "unnamed": {}}',
        b'{"at": "soon", "unnamed": {}}',
        b'{"at": "2026-06-09T12:30:00+00:00", "unnamed": {"NAME": [1e99, 1]}}',
        b'{"at": "2026-06-09T12:30:00+00:00", "unnamed": {"NAME": 40}}',
    ],
)
def test_a_lost_note_begins_anew(blobs: Blobs, folder: Path, left: bytes | None) -> None:
    name = blobs.keep(b"a slip")
    swept(blobs, days(0, 29))
    if left is None:
        (folder / NOTE).unlink()
    else:
        (folder / NOTE).write_bytes(left.replace(b"NAME", name.encode()))

    assert not any(one.removed for one in swept(blobs, days(30, 59)))
    assert [Swept((name,), 0)] == swept(blobs, days(60, 60))


def test_a_device_deletes_nothing_unless_the_office_holds_it(blobs: Blobs) -> None:
    kept, safe = blobs.keep(b"only here"), blobs.keep(b"at the office too")
    for now in days(0, 60):
        assert Swept((), 2) == sweep(blobs, (), now=now)

    assert Swept((safe,), 1) == sweep(blobs, (), now=NOW + 61 * DAY, held={safe}.__contains__)
    assert [kept] == list(blobs.names())


def test_a_note_that_cannot_be_written_deletes_nothing(blobs: Blobs, folder: Path) -> None:
    name = blobs.keep(b"a slip")
    swept(blobs, days(0, 30 - 1))
    (folder / NOTE).unlink()
    (folder / NOTE).mkdir()
    (folder / NOTE / "in the way").touch()

    with pytest.raises(NotSaved, match="Nothing was removed"):
        sweep(blobs, (), now=NOW + 30 * DAY, held=at_the_office)
    assert blobs.has(name)
    assert not list(folder.glob("*.part"))


def test_a_folder_without_garbage_gets_no_note(blobs: Blobs, folder: Path) -> None:
    name = blobs.keep(b"a slip")
    swept(blobs, days(0, 3), name)

    assert not (folder / NOTE).exists()


CLOCKS = st.lists(
    st.tuples(
        st.timedeltas(-400 * DAY, 400 * DAY) | st.timedeltas(timedelta(0), 2 * DAY) | st.just(DAY),
        st.booleans() | st.just(True),
        st.integers(1, 2) | st.just(1),
    ),
    max_size=120,
)
"""How far the clock went, whether the photo is unnamed then, and what `touched` says of it."""


@given(CLOCKS)
def test_whatever_the_clock_does_thirty_sweeps_in_a_row_meet_it_unnamed(
    steps: list[tuple[timedelta, bool, int]],
) -> None:
    note, now, since = Note(), NOW, 0
    last = 0
    for step, unnamed, touched in steps:
        now += step
        note = counted(note, {"photo": touched} if unnamed else {}, now)
        since = 0 if not unnamed or touched != last else since + 1
        last = touched if unnamed else 0

        if not unnamed:
            assert "photo" not in note.unnamed
        elif note.unnamed["photo"].days >= KEPT_UNNAMED:
            assert since >= 30


@given(st.lists(st.timedeltas(timedelta(0), 3 * DAY), max_size=60))
def test_with_an_honest_clock_no_photo_goes_before_its_time(steps: list[timedelta]) -> None:
    note, now = Note(), NOW
    for step in [timedelta(0), *steps]:
        now += step
        note = counted(note, {"photo": 1}, now)

        assert note.unnamed["photo"].days <= now - NOW


# ---- what is named ----------------------------------------------------------------------------

NAMES = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(6)]


@pytest.mark.parametrize("before", ["", "é", "\b", "\f", "see ", "photos/", "a", "0123"])
def test_a_name_is_found_wherever_it_stands(before: str) -> None:
    assert NAMES[0] in names_in(f"{before}{NAMES[0]}{before}")
    assert NAMES[0] in names_in(f"{before}{NAMES[0].upper()}")
    assert set() == names_in(f"{NAMES[0][:63]}-{NAMES[0][63:]}")


def test_every_document_and_edit_names_its_photos(desk: Desk) -> None:
    store = desk.store

    def say(record_id: str, **values: object) -> None:
        store.commit([Write("scene", record_id, values)], user="Amara")

    say("a", note=NAMES[0])
    say("a", note="written over")
    say("b", deep={"list": ["\b" + NAMES[1], {NAMES[2]: 1}]})
    store.commit([Write("receipt", "c", add={"photos": (NAMES[3],)})], user="Amara")
    store.commit([Write("receipt", "c", remove={"photos": (NAMES[3],)})], user="Amara")
    say("d", note=NAMES[4])
    store.commit([Write("scene", "d", delete=True)], user="Amara")

    assert set(NAMES[:5]) == set(NAMES) & photo_names(store)


def test_a_receipt_keeps_its_photo_from_the_sweep(hub: Store, blobs: Blobs) -> None:
    name, other = blobs.keep(b"a slip"), blobs.keep(b"another")
    hub.commit([Write("receipt", "r", add={"photos": (name,)})], user="Amara")

    assert other in swept(blobs, days(0, 30), *photo_names(hub))[-1].removed
    assert [name] == list(blobs.names())
