"""A manifest: one backup, as the files, lengths and hashes that it is made of.

PLACE/Callboard/Night-Ferry-3f2b8c54/
    backup-20260609T123000Z.json   the manifest of the backup of that moment (UTC)
    journal.3, snapshot.3, ...     the production's own files, grown at their end with each backup
    journal.3~2                    another file of that name: of an office put back, or made anew
    photos.list                    the photos' names, one a line, in the order they came here
    photos/ab/ab12...              each photo once
Every manifest is a state that can be put back for as long as it lies there.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from data.blobs import write_beside
from data.errors import Damaged
from data.files import sync_folder
from data.held import OF_RECORDS
from data.packing import dumps, loads

FORMAT: Final = "callboard backup 1"
FOLDER: Final = "Callboard"
PHOTOS: Final = "photos.list"
KEPT: Final = 60
"""Backups kept whatever their age, and days of which the last one is kept."""
_NAME: Final = re.compile(r"backup-(\d{8}T\d{6})Z\.json")
_PIECE: Final = 2**20


class Kept(NamedTuple):
    """The first `length` bytes of the file `stored`, and what they must hash to."""

    stored: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    production: str
    title: str
    at: datetime
    mark: str
    """The production's epoch and its last number: another one means that something was written."""
    records: int
    counted: int
    total: str
    """The sums of all records, the deleted ones too: how many, and their digests added up."""
    photos: int
    files: Mapping[str, Kept]
    """By name in the production's folder; `photos.list` among them."""

    def places(self, folder: Path) -> dict[str, tuple[Path, int]]:
        """Where the files of records lie in the manifest's folder, and how much of each counts."""
        return {
            name: (folder / kept.stored, kept.length)
            for name, kept in self.files.items()
            if name != PHOTOS
        }

    def to_bytes(self) -> bytes:
        files = {name: list(kept) for name, kept in self.files.items()}
        at = self.at.isoformat()
        told = asdict(self) | {"format": FORMAT, "at": at, "files": files}
        return dumps({"sha256": hashlib.sha256(dumps(told)).hexdigest(), "backup": told}) + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """Damaged: it is not as it was written, or from a newer Callboard."""
        try:
            raw = loads(content)
            told = dict(raw["backup"])
            if hashlib.sha256(dumps(told)).hexdigest() != raw["sha256"]:
                raise ValueError
            if told.pop("format") != FORMAT:
                raise ValueError
            told["at"] = datetime.fromisoformat(told["at"])
            told["files"] = {name: _kept(name, *kept) for name, kept in told["files"].items()}
            return cls(**told)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise Damaged("A backup's manifest is damaged, or from a newer Callboard.") from error


@dataclass(frozen=True, slots=True)
class Backup:
    """One that can be put back, and the folder it lies in."""

    folder: Path
    manifest: Manifest


def manifest_name(at: datetime) -> str:
    return f"backup-{at.astimezone(UTC):%Y%m%dT%H%M%S}Z.json"


def manifests_in(folder: Path) -> list[Path]:
    """Every manifest's file, the newest first. OSError: the place is gone."""
    return sorted((p for p in folder.iterdir() if is_manifest(p.name)), reverse=True)


def backups_in(folder: Path) -> tuple[list[Backup], int]:
    """Those that can be read, the newest first, and how many cannot."""
    found: list[Backup] = []
    unread = 0
    for path in manifests_in(folder):
        try:
            found.append(Backup(folder, Manifest.from_bytes(path.read_bytes())))
        except (Damaged, OSError):
            unread += 1
    return found, unread


def show_folders(place: Path) -> list[Path]:
    """The folders with backups at a place: the show's own, its parent's, or a whole stick's."""
    here = [place, *_folders(place), *_folders(place / FOLDER)]
    return [folder for folder in here if _is_shows(folder)]


def show_folder(place: Path, production: str, title: str) -> Path:
    """Where a production's backups lie at a place, whatever it was called at the first of them."""
    root = place if place.name == FOLDER else place / FOLDER
    end = f"-{production[:8]}"
    known = [folder for folder in _folders(root) if folder.name.endswith(end)]
    words = re.sub(r"[^\w]+", "-", title).strip("-_")[:40]
    return known[0] if known else root / f"{words or 'Production'}{end}"


def too_many(names: Iterable[str]) -> set[str]:
    """Which manifests may go. By count, not by age: a clock that jumped must not end a backup."""
    newest = sorted(names, reverse=True)
    kept = set(newest[:KEPT])
    last_of_day: dict[str, str] = {}
    for name in newest:
        last_of_day.setdefault(name[len("backup-") :][:8], name)
    kept.update(list(last_of_day.values())[:KEPT])
    return set(newest) - kept


def digest(path: Path, length: int) -> str:
    """The SHA-256 of a file's first bytes, read from the disk itself where the system lets us."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):  # what was just written would come from memory
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while length > 0 and (piece := file.read(min(length, _PIECE))):
            sha.update(piece)
            length -= len(piece)
    return sha.hexdigest() if not length else ""


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Durable and read back when it returns."""
    path, content = folder / manifest_name(manifest.at), manifest.to_bytes()
    write_beside(path, content)
    settled(folder)
    if digest(path, len(content)) != hashlib.sha256(content).hexdigest():
        raise Damaged(f"{folder} does not give back what was written. Use another disk.")


def photos_listed(backup: Backup) -> list[str]:
    """The photos that a backup has. Damaged: its list is not what was written, or is not read."""
    kept = backup.manifest.files.get(PHOTOS)
    if kept is None:
        return []
    try:
        content = (backup.folder / kept.stored).read_bytes()[: kept.length]
    except OSError as error:
        raise Damaged(f"{kept.stored} cannot be read: {error.strerror or error}.") from error
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        raise Damaged(f"{kept.stored} is not what was written.")
    return content.decode("ascii").split()


def settled(folder: Path) -> None:
    """The names in a folder are durable, where its file system knows how to promise that."""
    with suppress(OSError):  # a share may not let a folder be synced
        sync_folder(folder)


def _kept(name: str, stored: str, length: int, sha256: str) -> Kept:
    # A manifest comes from a stick: no name in it may lead out of the folder.
    first, again, number = stored.partition("~")
    if first != name or (again and not number.isdecimal()):
        raise ValueError(stored)
    if name != PHOTOS and not OF_RECORDS.fullmatch(name):
        raise ValueError(name)
    return Kept(stored, length, sha256)


def _folders(place: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(path for path in place.iterdir() if os.path.isdir(path))
    return []


def _is_shows(folder: Path) -> bool:
    with suppress(OSError):
        return bool(manifests_in(folder))
    return False


def is_manifest(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def one_a_list(backups: Iterable[Backup]) -> Iterator[Backup]:
    """Of the backups that share a list of photos, the one that has the most of it."""
    longest: dict[str, Backup] = {}
    for backup in backups:
        kept = backup.manifest.files[PHOTOS]
        before = longest.get(kept.stored)
        if before is None or before.manifest.files[PHOTOS].length < kept.length:
            longest[kept.stored] = backup
    yield from longest.values()


def each_longest(backups: Iterable[Backup]) -> Iterator[tuple[str, Kept]]:
    """By name in the production: each stored file once, as long as any backup has it."""
    longest: dict[str, tuple[str, Kept]] = {}
    for backup in backups:
        for name, kept in backup.manifest.files.items():
            before = longest.get(kept.stored)
            if before is None or before[1].length < kept.length:
                longest[kept.stored] = (name, kept)
    yield from longest.values()
