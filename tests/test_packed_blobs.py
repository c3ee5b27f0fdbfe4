"""Photos many to a file: what Blobs promises, and what a crash or a changed bit leaves."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.errors import Damaged, NotFound, NotSaved
from data.files import Folder, MemoryFolder
from data.packed_blobs import PackedBlobs
from tests.backends import FullAt, Watched

NOW = datetime(2026, 7, 13, 12, tzinfo=UTC)
PLACE = Path("photos")


def blobs(folder: Folder) -> PackedBlobs:
    return PackedBlobs(folder, PLACE)


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def photo(n: int, size: int = 3000) -> bytes:
    return bytes([n]) * size


def test_a_photo_is_kept_once_under_the_hash_of_its_bytes() -> None:
    folder = MemoryFolder()
    first = blobs(folder)
    assert name_of(b"slip") == first.keep(b"slip")
    size = len(folder.files["photos.1"])
    assert name_of(b"slip") == first.keep(b"slip")

    assert size == len(folder.files["photos.1"])
    again = blobs(folder)
    assert again.has(name_of(b"slip"))
    assert again.read(name_of(b"slip")) == b"slip"
    assert list(again.names()) == [name_of(b"slip")]


@pytest.mark.parametrize("name", ["", "slip", "0" * 64, "../journal.1"])
def test_what_is_not_here_is_said(name: str) -> None:
    here = blobs(MemoryFolder())
    assert not here.has(name)

    with pytest.raises(NotFound, match="not on this copy"):
        here.read(name)


def test_a_photo_cut_anywhere_by_a_crash_takes_no_other_with_it() -> None:
    folder = MemoryFolder()
    first = blobs(folder)
    first.keep(b"whole")
    before = len(folder.files["photos.1"])
    first.keep(b"in the middle of it")
    full = bytes(folder.files["photos.1"])

    for size in range(before, len(full)):
        crashed = MemoryFolder()
        crashed.files = {"photos.1": bytearray(full[:size])}
        found = blobs(crashed)
        assert list(found.names()) == [name_of(b"whole")]
        found.keep(b"the next")
        again = blobs(crashed)
        assert again.read(name_of(b"whole")) == b"whole"
        assert again.read(name_of(b"the next")) == b"the next"


def test_a_changed_bit_loses_at_most_the_photo_it_is_in() -> None:
    folder = MemoryFolder()
    first = blobs(folder)
    names = [first.keep(photo(n, 40)) for n in range(3)]
    whole = bytes(folder.files["photos.1"])

    for at in range(len(whole)):
        struck = at * 3 // len(whole)
        changed = MemoryFolder()
        changed.files = {"photos.1": bytearray(whole)}
        changed.files["photos.1"][at] ^= 0x10
        found = blobs(changed)
        for n, name in enumerate(names):
            if n == struck:
                with pytest.raises((Damaged, NotFound)):
                    found.read(name)
            else:
                assert found.read(name) == photo(n, 40)
        assert found.keep(photo(struck, 40)) == names[struck]
        assert blobs(changed).read(names[struck]) == photo(struck, 40)


def test_a_scrub_finds_what_changed_and_lets_the_whole_one_come_again() -> None:
    folder = MemoryFolder()
    first = blobs(folder)
    names = sorted(first.keep(photo(n)) for n in range(5))
    bad = first._where[names[2]]
    folder.files["photos.1"][bad.at + 7] ^= 1

    slice_ = first.scrub(now=NOW, most=3)
    assert (slice_.whole, slice_.damaged, slice_.last) == (2, (names[2],), names[2])
    assert not first.has(names[2])
    rest = first.scrub(now=NOW, most=3, after=slice_.last)
    assert (rest.whole, rest.damaged, rest.last) == (2, (), "")


def test_a_photo_that_is_let_go_stays_gone_and_its_room_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("data.packed_blobs.LARGEST", 10_000)
    folder = MemoryFolder()
    first = blobs(folder)
    names = [first.keep(photo(n)) for n in range(12)]
    gone = [names[n] for n in range(12) if n % 4]
    for name in gone:
        touched = first.touched(name)
        assert touched is not None
        assert first.remove(name, touched=touched)
        assert not first.remove(name, touched=touched)

    kept = sorted(set(names) - set(gone))
    assert list(first.names()) == kept
    again = blobs(folder)
    assert list(again.names()) == kept
    assert [again.read(name) for name in kept] == [first.read(name) for name in kept]
    assert sum(len(file) for file in folder.files.values()) < 12 * 3000


def test_a_photo_that_was_kept_again_is_not_let_go() -> None:
    first = blobs(MemoryFolder())
    name = first.keep(b"slip")
    touched = first.touched(name)
    assert touched is not None
    first.keep(b"slip")

    assert not first.remove(name, touched=touched)
    assert first.has(name)


@pytest.mark.parametrize("calls", range(4))
def test_a_full_disk_keeps_no_half_photo(calls: int) -> None:
    full = FullAt()
    folder = MemoryFolder()
    first = blobs(Watched(folder, full))
    first.keep(b"before")
    full.arm(calls)
    if calls < 2:  # append, sync
        with pytest.raises(NotSaved, match=r"storage is full.*Free some space"):
            first.keep(b"refused")
        assert not first.has(name_of(b"refused"))
    first.keep(b"after")

    again = blobs(folder)
    assert {name_of(b"before"), name_of(b"after")} <= set(again.names())
    assert again.read(name_of(b"after")) == b"after"


def test_a_pack_is_not_made_longer_than_a_pack_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.packed_blobs.LARGEST", 5000)
    folder = MemoryFolder()
    first = blobs(folder)
    names = [first.keep(photo(n)) for n in range(5)]

    assert len(folder.files) == 3
    assert [blobs(folder).read(name) for name in names] == [photo(n) for n in range(5)]


def test_of_a_wiped_photo_no_byte_stays() -> None:
    folder = MemoryFolder()
    here = blobs(folder)
    secret, beside = here.keep(b"078-05-1120 on paper"), here.keep(b"a slip")
    old = here.keep(b"let go before: 219-09-9999")
    here.remove(old, touched=here.touched(old) or 0)
    for name in (secret, old):
        here.wipe(name)

    left = b"".join(bytes(content) for content in folder.files.values())
    assert b"078-05-1120" not in left
    assert b"219-09-9999" not in left
    for opened in (here, blobs(folder)):
        assert not opened.has(secret)
        assert opened.read(beside) == b"a slip"


def test_a_damaged_photo_stays_as_it_lies_when_its_neighbour_must_go() -> None:
    folder = MemoryFolder()
    here = blobs(folder)
    damaged, going = here.keep(b"worth a second look"), here.keep(b"must go")
    content = folder.files["photos.1"]
    content[content.index(b"worth")] ^= 1
    here.wipe(going)

    assert b"orth a second look" in b"".join(map(bytes, folder.files.values()))
    with pytest.raises(Damaged):
        blobs(folder).read(damaged)
