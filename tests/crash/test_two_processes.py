"""One writes, others read: a second writer is told who holds it, a reader sees whole gestures."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import data.storage
from data.errors import Busy
from tests.crash.gestures import SORTS, Seen, Sort
from tests.crash.recorder import Call, RecordedFile, Recorder
from tests.crash.runs import HOME, after
from tests.crash.writer import ROOT, Writer, parent_of_writers

LOOKS = 25


@pytest.mark.parametrize("sort", SORTS)
def test_a_second_writer_is_told_who_holds_it_and_can_read_meanwhile(
    sort: str, tmp_path: Path
) -> None:
    made, known = SORTS[sort], after(SORTS[sort])
    job = {"home": str(tmp_path), "sort": sort, "begin": 1, "seed": 1, "smallest": 2**20}
    with parent_of_writers() as parent:
        writer = Writer(parent, **job, most=3)
        for _ in range(3):
            writer.read()
        with pytest.raises(Busy, match=f"process {writer.pid}"):
            made.open(tmp_path)
        reader = made.open(tmp_path, reader=True)
        assert known[3] == made.seen(reader)
        reader.close()
        with pytest.raises(Busy, match=f"process {writer.pid}"):
            made.open(tmp_path)
        writer.kill()

    next_writer = made.open(tmp_path)
    made.say(next_writer, 4)
    assert known[4] == made.seen(next_writer)
    next_writer.close()


class LookingOn:
    """Another process that reads all the time, and says which gesture it found each time."""

    def __init__(self, other: subprocess.Popen[bytes]) -> None:
        assert other.stdout is not None
        self._out = other.stdout
        os.set_blocking(self._out.fileno(), False)
        self._said = bytearray()

    def found(self, *, wait: bool) -> list[int]:
        """What it has said so far; `wait` for a word more."""
        if wait:
            select.select([self._out], [], [])
        more = self._out.read()
        assert more != b"", "the reader fell over"
        self._said += more or b""
        return [int(line) for line in self._said.splitlines()[: self._said.count(b"\n")]]


@contextmanager
def looking_on(sort: str, home: Path) -> Iterator[LookingOn]:
    asked = [sys.executable, "-m", "tests.crash.look", sort, str(home)]
    with subprocess.Popen(asked, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        yield LookingOn(other)
        other.communicate()


@pytest.mark.parametrize("sort", SORTS)
def test_a_reader_in_a_loop_sees_whole_gestures_and_never_an_older_one(
    sort: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data.storage, "SMALLEST", 2_000)
    monkeypatch.setattr(data.storage, "LONG", 8_000)
    made = SORTS[sort]
    writer, n = made.open(tmp_path), 0
    looks: list[int] = []
    with looking_on(sort, tmp_path) as reader:
        while len(looks) < LOOKS:
            n += 1
            made.say(writer, n)
            made.storage(writer).tend(0.001)
            looks = reader.found(wait=n > 10 * len(looks) + 10)
    writer.close()

    assert looks == sorted(looks)
    assert 0 < looks[-1] <= n


class Overtaken(Recorder):
    """A folder in which the writer goes on between any two calls of a reader."""

    def names(self) -> list[str]:
        self.before(Call("read", name="names"))
        names = super().names()
        self.before(Call("read", name="names"))
        return names

    def open(self, name: str, *, write: bool = False, ahead: int = 0) -> RecordedFile:
        self.before(Call("read", name=name))
        return super().open(name, write=write, ahead=ahead)


def overtaken(sort: Sort, at: int) -> tuple[Seen, int]:
    """What a reader sees before whose call number `at` two generations are made, and after how many
    gestures it began; 0 if it made fewer calls."""
    folder = Overtaken()
    writer = sort.open(HOME, folder=folder)
    for n in range(1, 5):
        sort.say(writer, n)
    calls = 0

    def goes_on(_: Call) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            folder.before = lambda _: None
            for n in (5, 6):
                sort.storage(writer).compact()
                sort.say(writer, n)

    folder.before = goes_on
    seen = sort.seen(sort.open(HOME, folder=folder, reader=True))
    return seen, 4 if calls >= at else 0


@pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)
def test_a_reader_that_is_overtaken_at_any_call_sees_whole_gestures(
    sort: Sort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    known = after(sort)
    at, begun = 0, 4
    while begun:
        at += 1
        seen, begun = overtaken(sort, at)

        assert any(known[n] == seen for n in (4, 5, 6)), at
    assert at > 5
