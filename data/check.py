"""Reads every byte of a production and says in sentences what is whole and what is damaged.

Nothing is changed, and nobody is kept from writing meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.backup import no_progress
from data.blobs import Blobs
from data.document import GONE
from data.errors import Damaged, NotFound, OfficeError
from data.files import Folder
from data.held import held_now
from data.remains import Gap, commits, edits, read
from data.sealed import HISTORY, SNAPSHOT, Sealed
from data.shelf import Meter, Progress
from data.snapshot import book_reader
from data.snapshot_remains import snapshot
from data.stamp import Sources
from data.standing import Standing, numbers, standing
from data.store import Store

_REMEDY: Final = (
    "Restore the last backup (callboard restore), or write what can still be read into a new "
    "folder: callboard check --salvage FOLDER."
)
_OF_HISTORY: Final = (
    "The records themselves do not lie there, only who changed them and when. Restore the last "
    "backup to have that again."
)
_PHOTO: Final = 400_000  # bytes, about; for the progress alone


@dataclass(frozen=True, slots=True)
class Harm:
    """One thing that is damaged or missing."""

    file: str
    """Its name in the folder; empty: the folder itself."""
    at: int | None
    """The first byte of it that is not as it was written, if that is known."""
    sentence: str
    """What it is, and what to do."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found."""

    whole: tuple[str, ...]
    damaged: tuple[Harm, ...]

    @property
    def good(self) -> bool:
        return not self.damaged

    def sentences(self) -> Iterator[str]:
        """What is damaged first."""
        yield from (harm.sentence for harm in self.damaged)
        yield from self.whole


def check(home: Path, *, files: Folder | None = None, progress: Progress = no_progress) -> Report:
    """Everything in `home` read, without the lock: the current snapshot, journals and history,
    the sums counted anew, the photos hashed. `files`: where the records lie, if not there (a
    backup's, by their names here). Damage is never raised, only told."""
    found, blobs = _Found(progress), Blobs(home / "photos")
    photos = list(blobs.names())
    found.meter.expect(len(photos) * _PHOTO)
    try:
        with nullcontext(files) if files is not None else held_now(home) as now:
            found.meter.expect(sum(_size(now, name) for name in now.names()))
            _records(found, home, now)
        _photos(found, blobs, photos)
    except OSError as error:
        why = error.strerror or error
        found.harm("", None, f"{home} cannot be read: the disk says {why}. Check the disk.")
    found.meter.tell(1.0)
    return Report(tuple(found.whole), tuple(found.damaged))


class _Found:
    def __init__(self, progress: Progress) -> None:
        self.whole: list[str] = []
        self.damaged: list[Harm] = []
        self.meter = Meter(progress)

    def harm(self, file: str, at: int | None, sentence: str) -> None:
        self.damaged.append(Harm(file, at, sentence))


# ---- the records ------------------------------------------------------------------------------


def _records(found: _Found, home: Path, files: Folder) -> None:
    parts = standing(files)
    if not parts.snapshot and not parts.journals:
        found.harm("", None, f"There is no production in {home}, or its journals are gone.")
        return
    for name in parts.missing:
        found.harm(name, None, f"{name} is missing, and what was committed there. {_REMEDY}")
    if parts.snapshot:
        _snapshot(found, files, f"snapshot.{parts.snapshot}")
    for number in parts.journals:
        _journal(found, files, f"journal.{number}", last=number == parts.journals[-1])
    if found.damaged:
        found.whole.append("The records were not counted anew, since not all can be read.")
    else:
        _counted(found, home, files)
    _history(found, files, parts)


def _snapshot(found: _Found, files: Folder, name: str) -> None:
    count = _whole_sections(found, files, name, SNAPSHOT)
    if count:
        found.whole.append(f"{name}: {words(count, 'part')}, whole.")
        return
    left = snapshot(read(files, name))
    for gap, what in left.gaps.items():
        found.harm(name, gap.at, f"{name} is damaged at byte {gap.at} ({what}). {_REMEDY}")
    if not left.gaps:
        found.harm(name, None, f"{name} is not as it was written. {_REMEDY}")
    found.whole.append(f"{words(len(left.docs), 'document')} of {name} can be read.")


def _journal(found: _Found, files: Folder, name: str, *, last: bool) -> None:
    left = commits(read(files, name), last=last)
    for gap in left.gaps:
        found.harm(name, gap.at, f"{name} is damaged at byte {gap.at}{_until(gap)}. {_REMEDY}")
    many = words(len(left.whole), "commit")
    found.whole.append(f"{many} of {name} can be read." if left.gaps else f"{name}: {many}, whole.")
    if left.torn:
        found.whole.append(
            f"{name} ends with {words(left.torn, 'byte')} of a commit that was never finished. "
            "Nobody was told that it was saved; the next opening puts it aside."
        )
    found.meter.did(_size(files, name))


def _history(found: _Found, files: Folder, parts: Standing) -> None:
    kept = 0
    for number in history_of(files, parts):
        name = f"history.{number}"
        if name not in files.names():
            found.harm(name, None, f"{name} is missing. {_OF_HISTORY}")
            continue
        sections = _whole_sections(found, files, name, HISTORY)
        left = edits(read(files, name))
        kept += len(left.lines)
        for gap in () if sections else left.gaps or [Gap(0, 0)]:
            found.harm(name, gap.at, f"{name} is damaged at byte {gap.at}. {_OF_HISTORY}")
    if kept:
        found.whole.append(f"{words(kept, 'edit')} of older history can be read.")


def history_of(files: Folder, parts: Standing) -> list[int]:
    """The segments that the snapshot names; if it cannot say that, those that are there."""
    if not parts.snapshot and not parts.missing:
        return []
    with suppress(Damaged, FileNotFoundError):
        sealed = Sealed.open(files, f"snapshot.{parts.snapshot}", SNAPSHOT)
        if sealed is not None:
            told: list[int] = book_reader(sealed)("history")
            return told
    return numbers(files, "history")


def _counted(found: _Found, home: Path, files: Folder) -> None:
    try:
        store = opened(home, files)
        anew = store.counted()
    except OfficeError as error:
        found.harm("", None, error.sentence)
        return
    many, deleted = len(list(store.ids())), len(store.storage.tables.get(GONE, ()))
    if anew != store.sums:
        found.harm(
            "",
            None,
            "The records do not add up to their sums, so devices cannot be told that they have "
            f"everything. {_REMEDY}",
        )
        return
    found.whole.append(f"{words(many, 'record')}, {deleted} of them deleted, add up to their sums.")


def opened(home: Path, files: Folder) -> Store:
    """The production for reading, as the copy that it is: only an office numbers what is put."""
    store = Store(home, sources=Sources(), hub=True, reader=True, folder=files)
    if store.order.top or not any(store.ids()):
        return store
    return Store(home, sources=Sources(), hub=False, reader=True, folder=files)


def _whole_sections(found: _Found, files: Folder, name: str, first_line: bytes) -> int:
    """How many sections there are; 0 if not all of the file is whole."""
    count = 0
    with suppress(Damaged):
        sealed = Sealed.open(files, name, first_line)
        done = 0
        for at in sealed.check() if sealed is not None else ():
            count += 1
            found.meter.did(at - done)
            done = at
        return count
    return 0


# ---- the photos -------------------------------------------------------------------------------


def _photos(found: _Found, blobs: Blobs, names: list[str]) -> None:
    whole = 0
    for name in names:
        try:
            blobs.read(name)
            whole += 1
        except NotFound:
            pass  # swept meanwhile
        except Damaged as error:
            found.harm(f"photos/{name[:2]}/{name}", None, error.sentence)
        found.meter.did(_PHOTO)
    if whole:
        found.whole.append(f"{words(whole, 'photo')}, whole.")


# ---- inside -----------------------------------------------------------------------------------


def _size(files: Folder, name: str) -> int:
    file = files.open(name)
    try:
        return file.size
    finally:
        file.close()


def _until(gap: Gap) -> str:
    return f" (up to byte {gap.end})" if gap.end > gap.at else ""


def words(number: int, what: str) -> str:
    """As in `1 record of scene`, `2 records of scene`."""
    noun, space, rest = what.partition(" ")
    return f"{number:,} {noun}{'' if number == 1 else 's'}{space}{rest}"
