"""A folder of slots: what the browser's private file system adds to the contract of a backend."""

from __future__ import annotations

from collections.abc import Callable
from errno import EIO, EMFILE, ENOSPC

import pytest

from data.browser_disk import HEAD, SPARE, BrowserFolder, Slot
from data.disk import open_db
from data.errors import NotSaved
from data.files import File
from tests.backends import InBrowser, a_slot


def slots(n: int = 8) -> list[Slot]:
    return [a_slot() for _ in range(n)]


def written(folder: BrowserFolder, name: str, content: bytes) -> None:
    file = folder.create(name)
    file.append(content)
    file.sync()
    file.close()


def whole(file: File) -> bytes:
    return file.read(0, file.size)


def test_files_are_found_again_by_what_their_slots_say() -> None:
    there = slots()
    first = BrowserFolder(there)
    written(first, "journal.1", b"one")
    written(first, "snapshot.2", b"two")
    first.remove("journal.1")
    written(first, "journal.2", b"three")

    again = BrowserFolder(list(reversed(there)))
    assert {"snapshot.2", "journal.2"} == set(again.names())
    assert whole(again.open("snapshot.2")) == b"two"
    assert whole(again.open("journal.2")) == b"three"


def test_a_removed_file_that_is_still_read_is_gone_after_a_crash() -> None:
    there = slots()
    folder = BrowserFolder(there)
    written(folder, "snapshot.2", b"every document")
    reader = folder.open("snapshot.2")
    folder.remove("snapshot.2")

    assert whole(reader) == b"every document"
    again = BrowserFolder(there)
    assert again.names() == []
    assert all(slot.size() <= HEAD for slot in there), "and its room is free"


def test_the_slot_of_a_removed_file_is_used_again_only_when_its_last_reader_has_closed() -> None:
    folder = BrowserFolder(slots(2))
    written(folder, "snapshot.2", b"every document")
    readers = [folder.open("snapshot.2"), folder.open("snapshot.2")]
    folder.remove("snapshot.2")
    written(folder, "snapshot.3", b"next")
    with pytest.raises(OSError, match="no file can be opened"):
        folder.create("journal.3")
    readers[0].close()
    readers[0].close()
    with pytest.raises(OSError, match="no file can be opened"):
        folder.create("journal.3")
    assert whole(readers[1]) == b"every document"
    readers[1].close()

    written(folder, "journal.3", b"goes on")
    assert whole(folder.open("journal.3")) == b"goes on"


def test_a_file_whose_beginning_was_torn_was_never_there() -> None:
    """A crash in the middle of the head's only write: nobody was told of that file."""
    for cut in range(HEAD):
        there = slots(1)
        written(BrowserFolder(there), "journal.1", b"")
        there[0].truncate(cut)
        folder = BrowserFolder(there)
        assert folder.names() == []
        written(folder, "journal.1", b"anew")
        assert whole(BrowserFolder(there).open("journal.1")) == b"anew"


def test_a_damaged_head_keeps_its_bytes_from_being_written_over() -> None:
    there = slots(3)
    written(BrowserFolder(there), "journal.1", b"what was saved")
    at = next(n for n, slot in enumerate(there) if slot.size())
    there[at].write(b"X", 20)

    folder = BrowserFolder(there)
    (name,) = folder.names()
    assert "unreadable" in name
    written(folder, "journal.1", b"new")
    assert whole(folder.open(name)) == b"what was saved"


def test_more_slots_are_asked_for_before_they_run_out() -> None:
    asked: list[int] = []
    folder = BrowserFolder(slots(SPARE + 1), lambda wanted, _add: asked.append(wanted))
    assert asked == []
    written(folder, "journal.1", b"")
    assert asked == []
    written(folder, "snapshot.2", b"")
    assert asked == [1]

    folder.add(a_slot())
    assert len(folder.names()) == 2
    written(folder, "history.2", b"")
    assert asked == [1, 1]


def test_a_phone_that_opens_with_too_few_slots_is_given_more_while_it_opens() -> None:
    """It was ended before the slots came that it had asked for."""

    def grow(wanted: int, add: Callable[[Slot], None]) -> None:
        for _ in range(wanted):
            add(a_slot())

    folder = BrowserFolder(slots(SPARE - 2), grow)
    for n in range(SPARE):
        written(folder, f"journal.{n}", b"here")

    assert len(folder.names()) == SPARE


def test_without_a_free_slot_a_file_is_refused_and_then_made() -> None:
    folder = BrowserFolder([])
    with pytest.raises(OSError, match="wait a moment") as refused:
        folder.create("journal.1")
    assert refused.value.errno == EMFILE
    folder.add(a_slot())

    written(folder, "journal.1", b"here")
    assert folder.names() == ["journal.1"]


class Refusing:
    """A slot that refuses one call, with the browser's word for why."""

    def __init__(self, inner: Slot, call: str, error: str) -> None:
        self._inner, self._call, self._error = inner, call, error
        self.error = ""
        self.armed = False

    def size(self) -> int:
        return self._inner.size()

    def read(self, at: int, length: int, /) -> object:
        return self._inner.read(at, length) if self._may("read") else None

    def write(self, data: bytes, at: int, /) -> bool:
        return self._may("write") and self._inner.write(data, at)

    def truncate(self, size: int, /) -> bool:
        return self._may("truncate") and self._inner.truncate(size)

    def flush(self) -> bool:
        return self._may("flush") and self._inner.flush()

    def _may(self, call: str) -> bool:
        refuses = self.armed and call == self._call
        self.error = self._error if refuses else ""
        return not refuses


@pytest.mark.parametrize(
    ("error", "errno"), [("QuotaExceededError", ENOSPC), ("InvalidStateError", EIO)]
)
@pytest.mark.parametrize(
    ("call", "doing"),
    [
        ("write", lambda file: file.append(b"more")),
        ("truncate", lambda file: file.cut(1)),
        ("flush", lambda file: file.sync()),
        ("read", lambda file: file.read(0, 3)),
    ],
)
def test_what_the_browser_refuses_is_an_error_of_the_disk(
    call: str, doing: Callable[[File], object], error: str, errno: int
) -> None:
    slot = Refusing(a_slot(), call, error)
    file = BrowserFolder([slot]).create("journal.1")
    file.append(b"one")
    slot.armed = True
    with pytest.raises(OSError, match="storage") as refused:
        doing(file)
    assert refused.value.errno == errno
    slot.armed = False

    assert whole(file) == b"one"


def test_a_full_browser_refuses_the_commit_and_goes_on_when_there_is_room() -> None:
    slot = Refusing(a_slot(), "write", "QuotaExceededError")
    folder = BrowserFolder([slot, *slots(4)][::-1])
    with open_db(folder) as db:
        db.insert({"name": "before"})
        slot.armed = True
        with pytest.raises(NotSaved, match="the disk is full"):
            db.insert({"name": "refused"})
        slot.armed = False
        db.insert({"name": "after"})

    with open_db(folder, access_mode="r") as db:
        assert [doc["name"] for doc in db.all()] == ["before", "after"]


def test_what_is_cut_mid_write_by_a_crash_is_as_if_it_was_never_tapped() -> None:
    """Every prefix of the last write, as a browser that was killed leaves it."""
    place = InBrowser()
    with open_db(place.folder) as db:
        db.insert({"name": "told as saved"})
        before = [slot.size() for slot in place.slots]
        db.insert({"name": "in the middle"})
        after = [slot.size() for slot in place.slots]
        at = next(n for n in range(len(before)) if before[n] != after[n])
        for size in range(before[at], after[at]):
            killed = place.copy()
            killed.slots[at].truncate(size)
            with open_db(killed.copy().folder) as found:
                assert [doc["name"] for doc in found.all()] == ["told as saved"]
