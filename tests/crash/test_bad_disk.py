"""Any call on the disk may fail, once or from then on: nobody sees an OSError, nothing changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from errno import EIO, ENOSPC
from typing import Any

import pytest

from data.errors import Damaged, NotSaved, OfficeError
from tests.crash.gestures import SORTS, Seen, Sort
from tests.crash.recorder import Call, Recorder
from tests.crash.runs import HOME, after

SAID = {
    ENOSPC: "Not saved: the disk is full. Free some space, then do it again.",
    EIO: "Not saved: the disk says Input/output error.",
}
ROOM = ("create", "append", "sync", "sync folder")
"""Calls that a full disk refuses. It lets go of what it has."""
ANY = (*ROOM, "cut", "read", "remove")

once_or_lasting = pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
full_or_broken = pytest.mark.parametrize(
    ("error", "what"), [(ENOSPC, ROOM), (EIO, ANY)], ids=["full", "broken"]
)
each_sort = pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)


class Trouble:
    """Lets so many calls pass, then fails the next, or it and all that follow."""

    def __init__(self, error: int, what: tuple[str, ...], *, past: int, lasting: bool) -> None:
        self._error, self._what, self._left, self._lasting = error, what, past, lasting
        self.met = False

    def __call__(self, call: Call) -> None:
        if call.what in self._what and (self._lasting or not self.met):
            self._left -= 1
            if self._left < 0:
                self.met = True
                raise OSError(self._error, os.strerror(self._error))


def troubles(error: int, what: tuple[str, ...], *, lasting: bool) -> Iterator[Trouble]:
    """For each call that is made its failure; the last one is never met."""
    past, met = 0, True
    while met:
        trouble = Trouble(error, what, past=past, lasting=lasting)
        yield trouble
        past, met = past + 1, trouble.met
    assert past > 1


def well(_: Call) -> None:
    """The disk does what it is told."""


def refusal(act: Callable[[], object]) -> OfficeError | None:
    """How it was refused, in words. Any other error is the test's."""
    try:
        act()
    except OfficeError as error:
        return error
    return None


def begun(sort: Sort, *, gestures: int) -> tuple[Any, Recorder]:
    folder = Recorder()
    copy = sort.open(HOME, folder=folder)
    for n in range(1, gestures + 1):
        sort.say(copy, n)
    return copy, folder


def with_a_past(sort: Sort) -> Recorder:
    """Six gestures in a snapshot and a segment of history, two since."""
    copy, folder = begun(sort, gestures=6)
    sort.storage(copy).compact()
    sort.say(copy, 7)
    sort.say(copy, 8)
    copy.close()
    return folder


def with_a_torn_end(sort: Sort) -> Recorder:
    """As `with_a_past`, but the eighth gesture was not finished."""
    folder = with_a_past(sort)
    torn = folder.open("journal.2", write=True)
    torn.cut(len(folder.holds()["journal.2"]) - 7)
    torn.close()
    return folder


def read(sort: Sort, folder: Recorder) -> Seen:
    """What another process sees."""
    copy = sort.open(HOME, folder=folder, reader=True)
    seen = sort.seen(copy)
    copy.close()
    return seen


@once_or_lasting
@full_or_broken
@each_sort
def test_a_gesture_the_disk_refuses_changes_nothing(
    sort: Sort, error: int, what: tuple[str, ...], lasting: bool
) -> None:
    known = after(sort)
    for trouble in troubles(error, what, lasting=lasting):
        copy, folder = begun(sort, gestures=2)
        folder.before = trouble
        refused = refusal(lambda: sort.say(copy, 3))  # noqa: B023
        folder.before = well
        if refused is not None:
            assert isinstance(refused, NotSaved)
            assert refused.sentence.startswith(SAID[error])
            assert known[2] == sort.seen(copy)
            sort.say(copy, 3)

        assert trouble.met == (refused is not None)
        assert known[3] == sort.seen(copy) == read(sort, folder)
        copy.close()
        assert known[3] == sort.seen(sort.open(HOME, folder=folder))


@once_or_lasting
@full_or_broken
@each_sort
def test_a_generation_given_up_at_any_call_loses_nothing_and_is_made_later(
    sort: Sort, error: int, what: tuple[str, ...], lasting: bool
) -> None:
    known = after(sort)
    for trouble in troubles(error, what, lasting=lasting):
        copy, folder = begun(sort, gestures=6)
        storage = sort.storage(copy)
        folder.before = trouble
        refused = refusal(storage.compact)
        folder.before = well

        assert storage.trouble == ("" if refused is None else refused.sentence)
        assert known[6] == sort.seen(copy) == read(sort, folder)
        sort.say(copy, 7)
        assert known[7] == sort.seen(copy) == read(sort, folder)
        storage.compact()
        assert storage.trouble == ""
        assert known[7] == sort.seen(copy) == read(sort, folder)


@full_or_broken
@each_sort
def test_a_killed_writer_after_a_generation_given_up_at_any_call_loses_nothing(
    sort: Sort, error: int, what: tuple[str, ...]
) -> None:
    known = after(sort)
    for trouble in troubles(error, what, lasting=True):
        copy, folder = begun(sort, gestures=6)
        folder.before = trouble
        refusal(sort.storage(copy).compact)
        folder.before = well
        sort.say(copy, 7)
        folder.before = Trouble(ENOSPC, ("append", "cut"), past=0, lasting=True)
        assert refusal(lambda: sort.say(copy, 8)) is not None  # noqa: B023  (half of it stays)
        folder.before = well

        again = sort.open(HOME, folder=folder)
        assert known[7] == sort.seen(again)
        sort.say(again, 8)
        assert known[8] == read(sort, folder)


@pytest.mark.parametrize(
    ("reader", "lasting"),
    [(False, False), (False, True), (True, True)],  # a reader looks again
    ids=["writer, once", "writer, lasting", "reader, lasting"],
)
@each_sort
def test_what_cannot_be_read_is_said_and_stays_as_it_is(
    sort: Sort, reader: bool, lasting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    known = after(sort)
    for trouble in troubles(EIO, ("read",), lasting=lasting):
        folder = with_a_past(sort)
        before = folder.holds()
        folder.before = trouble
        copies: list[Any] = []
        refused = refusal(lambda: copies.append(sort.open(HOME, folder=folder, reader=reader)))  # noqa: B023
        for copy in copies:
            refused = refusal(lambda: sort.seen(copy))  # noqa: B023
        folder.before = well

        assert trouble.met == (refused is not None)
        assert refused is None or (Damaged, True) == (type(refused), "read" in refused.sentence)
        assert before == folder.holds()
        assert all(known[8] == sort.seen(copy) for copy in copies)
        assert known[8] == read(sort, folder)


@each_sort
def test_whoever_closes_holds_no_file_any_more(sort: Sort) -> None:
    folder = with_a_past(sort)
    writer = sort.open(HOME, folder=folder)
    sort.storage(writer).compact()
    reader = sort.open(HOME, folder=folder, reader=True)
    sort.seen(reader)
    sort.seen(writer)
    reader.close()
    writer.close()

    assert set() == folder.held


@each_sort
def test_an_opening_that_is_refused_holds_no_file(sort: Sort) -> None:
    for trouble in troubles(EIO, ANY, lasting=False):
        folder = with_a_torn_end(sort)
        folder.before = trouble
        refusal(lambda: sort.open(HOME, folder=folder).close())  # noqa: B023

        assert set() == folder.held


@once_or_lasting
@full_or_broken
@each_sort
def test_opening_for_writing_is_refused_in_words_and_works_later(
    sort: Sort, error: int, what: tuple[str, ...], lasting: bool
) -> None:
    known = after(sort)
    for trouble in troubles(error, what, lasting=lasting):
        folder = with_a_torn_end(sort)
        folder.before = trouble
        refused = refusal(lambda: sort.open(HOME, folder=folder).close())  # noqa: B023
        folder.before = well

        assert refused is None or isinstance(refused, (NotSaved, Damaged))
        again = sort.open(HOME, folder=folder)
        assert known[7] == sort.seen(again)
        sort.say(again, 8)
        assert known[8] == read(sort, folder)


@pytest.mark.parametrize("also", [(), ("remove",)], ids=["goes", "stays"])
@each_sort
def test_a_snapshot_that_could_not_be_read_for_a_while_hides_no_later_gesture(
    sort: Sort, also: tuple[str, ...]
) -> None:
    known = after(sort)
    copy, folder = begun(sort, gestures=6)

    def bad_sector(call: Call) -> None:
        made = [c.file for c in folder.calls if (c.what, c.name) == ("create", "snapshot.2")]
        if call.file in made and (call.what in also or (call.what, call.at) == ("read", 21)):
            raise OSError(EIO, os.strerror(EIO))

    folder.before = bad_sector
    assert refusal(sort.storage(copy).compact) is not None
    copies: list[Any] = []
    refusal(lambda: copies.append(sort.open(HOME, folder=folder)))
    for copy in copies:
        sort.say(copy, 7)
        refusal(sort.storage(copy).compact)
    folder.before = well

    assert known[6 + len(copies)] == read(sort, folder)
    assert known[6 + len(copies)] == sort.seen(sort.open(HOME, folder=folder))
