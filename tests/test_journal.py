"""The journal: cut or holed anywhere it goes on with the whole commits; a changed bit is noticed.

Everything here runs over every backend.
"""

from __future__ import annotations

from errno import EIO
from itertools import pairwise
from pathlib import Path

import pytest

from data.errors import Damaged, NotSaved
from data.files import Folder
from data.frame import Commit
from data.journal import FIRST_LINE, OLDER, Journal
from data.packing import dumps
from tests.backends import NOW, FullAt, MakePlace, Place, Watched, every_backend

pytestmark = every_backend

COMMITS = tuple(
    Commit(
        put={"scene": {f"r{n}": dumps({"set_name": f"Zoë's kitchen {n}", "pages": n})}},
        out={"scene": (f"r{n - 1}",)},
        edits=(dumps({"dot": ["a", n]}),),
        books={"meta": {"cursor": n}},
    )
    for n in range(5)
)


def said(folder: Folder, *, last: bool = True) -> list[Commit]:
    """What a reader sees in journal.1."""
    opened = Journal(folder, 1, writer=False)
    opened.open()
    try:
        return list(opened.commits(last=last, now=NOW))
    finally:
        opened.close()


def writer_of(folder: Folder) -> Journal:
    """journal.1, opened for writing and read to its end."""
    opened = Journal(folder, 1, writer=True)
    opened.open()
    list(opened.commits(last=True, now=NOW))
    return opened


def written(place: Place, *commits: Commit) -> tuple[bytes, list[int]]:
    """Its bytes, and where the first line and each commit ends."""
    opened = Journal.begin(place.folder, 1)
    ends = [opened.end]
    for commit in commits or COMMITS:
        opened.append(commit)
        ends.append(opened.end)
    opened.close()
    return place.files()["journal.1"], ends


# ---- what is promised -------------------------------------------------------------------------


def test_commits_come_back_as_they_were(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    written(place)

    assert list(COMMITS) == said(place.folder)


def test_opened_again_it_goes_on_at_its_end(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    written(place, *COMMITS[:2])
    for commit in COMMITS[2:]:
        opened = writer_of(place.folder)
        opened.append(commit)
        opened.close()

    assert list(COMMITS) == said(place.folder)


def test_a_reader_sees_what_was_there_when_it_looked(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    writer = Journal.begin(place.folder, 1)
    for n, commit in enumerate(COMMITS):
        assert list(COMMITS[:n]) == said(place.folder)
        writer.append(commit)
    writer.close()


def test_room_behind_the_end_is_taken_for_nothing(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    writer = Journal.begin(place.folder, 1)
    writer.append(COMMITS[0])
    left = place.copy()  # the machine stops while the room is there
    size = writer.end
    writer.close()

    assert left.files()["journal.1"][:size] == place.files()["journal.1"]
    assert not left.files()["journal.1"][size:].strip(b"\0")
    assert said(left.folder) == [COMMITS[0]]
    again = writer_of(left.folder)
    assert (again.cut_aside, again.end) == ("", size)
    again.append(COMMITS[1])
    again.close()
    assert list(COMMITS[:2]) == said(left.folder)


def test_a_file_that_grew_without_its_bytes_is_as_it_was(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    data, _ = written(place)
    for zeros in (1, 7, 17, 18, 19, 4096):
        place.write("journal.1", data + bytes(zeros))
        assert list(COMMITS) == said(place.folder)

    opened = writer_of(place.folder)
    opened.close()
    assert opened.cut_aside == ""
    assert place.files() == {"journal.1": data}


def test_what_the_disk_did_not_take_was_never_there(backend: MakePlace, tmp_path: Path) -> None:
    place, full = backend(tmp_path), FullAt()
    Journal.begin(place.folder, 1).close()
    opened = writer_of(Watched(place.folder, full))
    for n, commit in enumerate(COMMITS):
        full.arm(n % 2)  # now the writing fails, now the sync
        with pytest.raises(NotSaved, match="disk is full"):
            opened.append(commit)
        assert list(COMMITS[:n]) == said(place.folder)
        opened.append(commit)
    opened.close()

    assert list(COMMITS) == said(place.folder)


def test_a_refused_commit_that_could_not_be_taken_back_goes_before_the_next(
    backend: MakePlace, tmp_path: Path
) -> None:
    """The disk takes the bytes, then neither the sync nor the cut."""
    place, refuses = backend(tmp_path), set[str]()

    def stubborn(call: str, _name: str, data: bytes) -> bytes:
        if call in refuses:
            raise OSError(EIO, "Input/output error")
        return data

    Journal.begin(place.folder, 1).close()
    opened = writer_of(Watched(place.folder, stubborn))
    opened.append(COMMITS[0])
    refuses |= {"sync", "cut"}
    for _ in range(2):
        with pytest.raises(NotSaved, match="the disk says Input/output error"):
            opened.append(COMMITS[1])
    refuses.clear()
    opened.append(COMMITS[2])
    opened.close()

    assert [COMMITS[0], COMMITS[2]] == said(place.folder)


# ---- cuts -------------------------------------------------------------------------------------


def test_cut_at_any_byte_it_opens_with_the_whole_commits_and_goes_on(
    backend: MakePlace, tmp_path: Path
) -> None:
    """Every byte of the first line and of the last three commits."""
    place = backend(tmp_path)
    data, ends = written(place)
    cuts = [*range(ends[0]), *range(ends[2], len(data) + 1)]
    for at in cuts:
        place.write("journal.1", data[:at])
        whole = max(0, sum(end <= at for end in ends) - 1)
        torn = data[max([0, *(end for end in ends if end <= at)]) : at] if at >= ends[0] else b""

        assert list(COMMITS[:whole]) == said(place.folder)
        assert place.files() == {"journal.1": data[:at]}, "a reader changes nothing"

        opened = writer_of(place.folder)
        opened.append(COMMITS[0])
        opened.close()
        assert [*COMMITS[:whole], COMMITS[0]] == said(place.folder)
        assert bool(torn) == bool(opened.cut_aside)
        if opened.cut_aside:
            assert torn == place.files()[opened.cut_aside]
            place.folder.remove(opened.cut_aside)


def test_a_torn_end_is_kept_though_another_was_a_second_ago(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    written(place)
    torn = []
    for cut in (3, 5):
        data = place.files()["journal.1"]
        place.write("journal.1", data[:-cut])
        opened = writer_of(place.folder)
        torn.append(opened.cut_aside)
        opened.append(COMMITS[0])
        opened.close()

    assert len(set(torn)) == 2
    assert set(torn) < set(place.files())


def test_only_the_last_journal_may_be_torn(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    data, ends = written(place)
    for at in range(ends[-2] + 1, len(data)):
        place.write("journal.1", data[:at])
        with pytest.raises(Damaged, match=r"journal\.1 is damaged at byte"):
            said(place.folder, last=False)


# ---- holes ------------------------------------------------------------------------------------


def test_a_sector_missing_from_the_last_commit_is_a_torn_end(
    backend: MakePlace, tmp_path: Path
) -> None:
    long = Commit(put={"scene": {"r": dumps({"synopsis": "They wait. " * 200})}})
    place = backend(tmp_path)
    data, ends = written(place, *COMMITS, long)
    start = ends[-2]
    edges = [start, *(at for at in range(0, len(data), 512) if at > start), len(data)]
    for left, right in pairwise(edges):
        holed = data[:left] + bytes(right - left) + data[right:]
        place.write("journal.1", holed)
        assert list(COMMITS) == said(place.folder)

        opened = writer_of(place.folder)
        opened.close()
        assert holed[start:].rstrip(b"\0") == place.files().get(opened.cut_aside, b"")


def test_a_hole_in_an_older_commit_is_damage(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    data, ends = written(place)
    for start, end in pairwise(ends[:-1]):
        for left, right in ((start, end), (start, start + 9), (end - 9, end)):
            place.write("journal.1", data[:left] + bytes(right - left) + data[right:])
            with pytest.raises(Damaged, match=f"at byte {start};"):
                said(place.folder)


# ---- changed bits -----------------------------------------------------------------------------


def test_every_changed_bit_is_noticed_at_opening_and_nothing_is_changed(
    backend: MakePlace, tmp_path: Path
) -> None:
    """All bits of the first line and of the last three commits."""
    place = backend(tmp_path)
    data, ends = written(place)
    for at in (*range(ends[0]), *range(ends[2], len(data))):
        for bit in range(8):
            place.flip("journal.1", at, bit)
            with pytest.raises(Damaged):
                said(place.folder)
            place.flip("journal.1", at, bit)

    assert place.files() == {"journal.1": data}


def test_a_writer_that_finds_damage_leaves_every_byte_as_it_is(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    data, ends = written(place)
    for at in (0, ends[0] + 3, ends[1] + 30, ends[-2], len(data) - 1):
        place.flip("journal.1", at, 0)
        before = place.files()
        opened = Journal(place.folder, 1, writer=True)
        opened.open()
        with pytest.raises(Damaged, match=r"journal\.1"):
            list(opened.commits(last=True, now=NOW))
        opened.close()
        assert before == place.files()
        place.flip("journal.1", at, 0)


def test_every_changed_bit_is_noticed_though_there_is_room_behind_the_end(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    data, ends = written(place)
    place.write("journal.1", data + bytes(600))
    for at in range(ends[-2], len(data)):
        for bit in range(8):
            place.flip("journal.1", at, bit)
            with pytest.raises(Damaged):
                said(place.folder)
            place.flip("journal.1", at, bit)


def test_a_length_that_grew_is_damage_wherever_it_stands(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    data, ends = written(place)
    for start in ends[:-1]:
        for digit in range(8):
            at = start + digit
            place.write("journal.1", data[:at] + b"7" + data[at + 1 :])
            with pytest.raises(Damaged, match=f"at byte {start};"):
                said(place.folder)


@pytest.mark.parametrize(
    "content",
    [b'{"_default": {}}', b"SQLite format 3\0", b"callboard journal 3\n", OLDER[:12] + b"!"],
    ids=lambda content: content[:12].decode(),
)
def test_another_programs_file_is_refused_and_left_alone(
    content: bytes, backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    place.write("journal.1", content)
    for writer in (False, True):
        opened = Journal(place.folder, 1, writer=writer)
        opened.open()
        with pytest.raises(Damaged, match="not a Callboard journal"):
            list(opened.commits(last=True, now=NOW))
        opened.close()

    assert place.files() == {"journal.1": content}


def test_a_journal_begins_with_its_format(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    Journal.begin(place.folder, 1).close()

    assert place.files() == {"journal.1": FIRST_LINE}
    assert said(place.folder) == []
