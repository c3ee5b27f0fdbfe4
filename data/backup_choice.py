"""The second place of a production: chosen once, and how the last backup there went.

The choice lies in `backup.json` in the production's folder: it is about this laptop and its sticks,
so no record holds it and no device hears of it.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from data.blobs import write_beside
from data.errors import BadInput, Busy, NotSaved
from data.lock import WriterLock
from data.manifest import FOLDER, settled

NOTE: Final = "backup.json"
LATE: Final = timedelta(days=1)
"""An office whose last backup is older than this is told in red."""

_FULL: Final = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_LOCKED: Final = (errno.EROFS, errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made and read back."""

    at: datetime
    mark: str
    records: int
    photos: int
    copied: int
    """Bytes that were new at the place."""
    notes: tuple[str, ...] = ()
    """What a person should know all the same: a photo that could not be read, ..."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where backups go, the last one, and why there was none since."""

    place: Path | None = None
    since: datetime | None = None
    apart: bool = False
    """Whether the place was on another disk than the production when it was chosen."""
    made: Made | None = None
    failed_at: datetime | None = None
    why: str = ""
    checked: str = ""
    """The photo at the place up to which they have been read again lately."""

    @property
    def called(self) -> str:
        """What a person calls the place: the stick's name, or the folder's."""
        return "" if self.place is None else self.place.name or str(self.place)

    def late(self, now: datetime) -> bool:
        """Whether it is a day since the last backup, or since a place was chosen without one."""
        last = self.made.at if self.made is not None else self.since
        return last is not None and abs(now - last) > LATE  # abs: a clock was wrong then, or is now


def choice(home: Path) -> Choice:
    """What was chosen; nothing, if nothing was or if the note cannot be read."""
    try:
        return _read(json.loads((home / NOTE).read_bytes()))
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return Choice()


def choose(home: Path, place: Path, *, now: datetime) -> Choice:
    """Backups go to `place` from now on: a stick, a share, a folder that is there. BadInput or
    NotSaved: nothing is chosen, and the sentence says why."""
    if not str(place).strip(" ."):
        raise BadInput("Write where the backups go: a stick, a share or a folder.", field="place")
    place = Path(os.path.abspath(os.path.expanduser(place)))
    if not os.path.isdir(place):
        raise BadInput(
            f"There is no folder {place}. Plug the stick in, or make the folder first.",
            field="place",
        )
    mine, there = Path(os.path.realpath(home)), Path(os.path.realpath(place))
    if mine == there or mine in there.parents:
        raise BadInput(
            "That is the production's own folder. Choose a stick, a share or another disk.",
            field="place",
        )
    with in_words(place):
        probe = place / FOLDER / "probe"
        probe.parent.mkdir(exist_ok=True)
        write_beside(probe, b"callboard")
        settled(probe.parent)
        apart = os.stat(place).st_dev != os.stat(home).st_dev
        probe.unlink()
    before = choice(home)
    same = before.place == place
    chosen = replace(before, apart=apart) if same else Choice(place, now, apart)
    note(home, chosen)
    return chosen


def note(home: Path, chosen: Choice) -> None:
    """NotSaved: the production's own disk would not take it."""
    content = json.dumps(asdict(chosen), default=str, indent=1).encode()
    try:
        write_beside(home / NOTE, content)
        settled(home)
    except OSError as error:
        raise NotSaved(
            f"{NOTE} was not written: the disk says {error.strerror or error}. Free some space."
        ) from error


def reached(home: Path, chosen: Choice) -> Path:
    """The place, if it is there. An unplugged stick may leave its empty folder behind on the
    laptop's own disk; a backup there would be none."""
    place = chosen.place
    if place is None:
        raise BadInput(
            "No backup place is chosen. Choose a stick or a share: callboard backup --to FOLDER.",
            code="no-place",
        )
    if not os.path.isdir(place):
        raise _not_there(place)
    with in_words(place):
        if chosen.apart and os.stat(place).st_dev == os.stat(home).st_dev:
            raise _not_there(place)
    return place


@contextmanager
def in_words(place: Path) -> Iterator[None]:
    """What a disk says inside, as a sentence about the place."""
    try:
        yield
    except OSError as error:
        name = place.name or str(place)
        if not os.path.isdir(place):
            raise _not_there(place) from error
        if error.errno in _FULL:
            raise full(place) from error
        if error.errno in _LOCKED:
            raise NotSaved(
                f"{name} cannot be written to. Unlock it, or choose another place for backups."
            ) from error
        raise NotSaved(
            f"{name} does not work: {error.strerror or error}. Try another stick or share."
        ) from error


def full(place: Path) -> NotSaved:
    return NotSaved(
        f"{place.name or place} is full. Delete something there, or choose another place for "
        "backups."
    )


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One backup of a production at a time, whichever process makes it."""
    lock = WriterLock(home / "backup")
    try:
        lock.take(what="backup")
    except Busy as error:
        raise Busy("A backup is being made at this moment. Wait until it is done.") from error
    try:
        yield
    finally:
        lock.release()


def suggestions() -> list[Path]:
    """Sticks and disks that are plugged in, as each system shows them."""
    found: list[Path] = []
    if os.name == "nt":
        found = [Path(f"{letter}:\\") for letter in "DEFGHIJKLMNOPQRSTUVWXYZ"]
    for root, pattern in (("/media", "*/*"), ("/run/media", "*/*"), ("/Volumes", "*")):
        with suppress(OSError):
            found += sorted(Path(root).glob(pattern))
    return [place for place in found if _can_be_written(place)]


def _can_be_written(place: Path) -> bool:
    with suppress(OSError):
        own_disk = place.is_symlink()  # macOS lists its own disk among the others
        return os.path.isdir(place) and not own_disk and os.access(place, os.W_OK)
    return False


def _not_there(place: Path) -> NotSaved:
    return NotSaved(
        f"{place.name or place} is not connected. Plug it in, and the backup is made by itself.",
        code="not-connected",
    )


def _read(raw: Mapping[str, Any]) -> Choice:
    made = raw.get("made")
    if made is not None:
        made = Made(**{**made, "at": _moment(made["at"]), "notes": tuple(made["notes"])})
    return Choice(
        place=Path(raw["place"]) if raw.get("place") else None,
        since=_moment(raw.get("since")),
        apart=bool(raw.get("apart")),
        made=made,
        failed_at=_moment(raw.get("failed_at")),
        why=str(raw.get("why") or ""),
        checked=str(raw.get("checked") or ""),
    )


def _moment(text: str | None) -> datetime | None:
    at = None if text is None else datetime.fromisoformat(text)
    if at is not None and at.tzinfo is None:
        raise ValueError(text)
    return at
