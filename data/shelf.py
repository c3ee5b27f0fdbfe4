"""A show's folder at the backup place, while one backup is put there.

Nothing that an earlier manifest names is ever changed: a file grows behind what they name, or there
is another one beside it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from data.backup_choice import full
from data.blobs import Blobs
from data.errors import Damaged
from data.files import sync_file
from data.held import Part
from data.manifest import (
    Kept,
    backups_in,
    digest,
    each_longest,
    is_manifest,
    manifests_in,
    one_a_list,
    photos_listed,
    settled,
    too_many,
)

Progress = Callable[[float], None]
"""Told how much of the work is done, from 0 to 1. What it raises ends the work."""

_PIECE: Final = 2**20


class Meter:
    """How much of a known amount is done."""

    def __init__(self, tell: Progress) -> None:
        self.tell = tell
        self._all = self._done = 0

    def expect(self, amount: int) -> None:
        self._all += amount

    def did(self, amount: int) -> None:
        self._done += amount
        self.tell(min(1.0, self._done / max(1, self._all)))


class Shelf:
    """OSError: the place would not; what it gave back wrongly is Damaged."""

    def __init__(self, place: Path, folder: Path, meter: Meter) -> None:
        self.place, self.folder, self.meter = place, folder, meter
        self.fresh: list[str] = []
        """Files that were stored anew, not grown."""
        self.copied = 0
        self.notes: list[str] = []
        self.make_folder(folder)
        self.backups, self._unread = backups_in(folder)
        self._known = list(each_longest(self.backups))

    def make_room(self, lengths: Mapping[str, int]) -> None:
        """NotSaved before anything is written, if what is new cannot fit."""
        longest: dict[str, int] = {}
        for name, kept in self._known:
            longest[name] = max(kept.length, longest.get(name, 0))
        need = sum(max(0, size - longest.get(name, 0)) for name, size in lengths.items())
        if need > shutil.disk_usage(self.folder).free:
            raise full(self.place)

    def make_folder(self, folder: Path) -> Path:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            settled(folder.parent)
        return folder

    def keep(self, name: str, source: Part) -> Kept:
        """`source` here, durable and read back. Where an earlier backup has its beginning, that
        file grows; else there is a new one."""
        grown = [kept for known, kept in self._known if known == name]
        grown = sorted((k for k in grown if k.length <= source.size), key=lambda k: -k.length)
        begins = _digests(source, {source.size, *(kept.length for kept in grown)}, self.meter)
        whole = begins[source.size]
        for kept in grown:
            if begins[kept.length] == kept.sha256 and self._may_grow(kept, source):
                with suppress(FileNotFoundError):
                    self._write(kept.stored, source, kept.length)
                if self._stands(kept.stored, source.size, whole):
                    return self._now_known(name, Kept(kept.stored, source.size, whole))
                self.notes.append(f"The copy of {name} there was damaged; a new one was made.")
                break
        stored = self._free_name(name)
        self.fresh.append(name)
        self._write(stored, source)
        if not self._stands(stored, source.size, whole):
            raise self.not_given_back()
        return self._now_known(name, Kept(stored, source.size, whole))

    def clear(self) -> None:
        """Removes the manifests that are too many, and what no other manifest names."""
        for name in too_many(path.name for path in manifests_in(self.folder)):
            (self.folder / name).unlink()
        backups, unread = backups_in(self.folder)
        if unread:
            return  # it may name anything
        named = {kept.stored for _, kept in each_longest(backups)}
        for path in self.folder.iterdir():
            if path.is_file() and path.name not in named and not is_manifest(path.name):
                path.unlink()
        photos = {name for backup in one_a_list(backups) for name in photos_listed(backup)}
        there = Blobs(self.folder / "photos")
        for name in set(there.names()) - photos:
            (there.folder / name[:2] / name).unlink()
        for path in there.folder.glob("??/*.part"):
            path.unlink()

    def not_given_back(self) -> Damaged:
        return Damaged(
            f"{self.place.name or self.place} does not give back what was written to it, so it is "
            "no place for backups. Use another stick or disk."
        )

    # ---- inside -------------------------------------------------------------------------------

    def _may_grow(self, kept: Kept, source: Part) -> bool:
        """Whether what lies behind it is nobody's: of a backup that was interrupted, unless there
        is a manifest that cannot be read and may name it."""
        if not self._unread:
            return True
        with suppress(FileNotFoundError), (self.folder / kept.stored).open("rb") as file:
            at = file.seek(kept.length)
            while there := file.read(_PIECE):
                if there != _read(source, at, len(there)):
                    return False
                at += len(there)
        return True

    def _write(self, stored: str, source: Part, behind: int | None = None) -> None:
        """All of it, or to a file that is there what comes `behind`. OSError leaves at most bytes
        that no manifest names."""
        if behind == source.size:
            return
        at = behind or 0
        with (self.folder / stored).open("xb" if behind is None else "r+b") as file:
            file.seek(at)
            while piece := _read(source, at):
                file.write(piece)
                at += len(piece)
                self.copied += len(piece)
            file.flush()
            sync_file(file.fileno())
        settled(self.folder)

    def _stands(self, stored: str, length: int, sha256: str) -> bool:
        path = self.folder / stored
        there = path.exists() and digest(path, length) == sha256
        self.meter.did(length)
        return there

    def _now_known(self, name: str, kept: Kept) -> Kept:
        self._known = [k for k in self._known if k[1].stored != kept.stored] + [(name, kept)]
        return kept

    def _free_name(self, name: str) -> str:
        stored, n = name, 1
        while (self.folder / stored).exists():
            n += 1
            stored = f"{name}~{n}"
        return stored


def _digests(source: Part, lengths: set[int], meter: Meter) -> dict[int, str]:
    """The SHA-256 of a file's beginnings, in one reading."""
    sha, at = hashlib.sha256(), 0
    found: dict[int, str] = {}
    for length in sorted(lengths):
        while at < length:
            piece = _read(source, at, length - at)
            if not piece:
                raise Damaged("A file of the production ended too early. Run callboard check.")
            sha.update(piece)
            at += len(piece)
            meter.did(len(piece))
        found[length] = sha.hexdigest()
    return found


def _read(source: Part, at: int, most: int = _PIECE) -> bytes:
    try:
        return source.read(at, min(most, _PIECE))
    except OSError as error:
        raise unreadable_here(error) from error


def unreadable_here(error: OSError) -> Damaged:
    return Damaged(
        f"The production's own disk cannot be read: {error.strerror or error}. No backup was made; "
        "copy the folder to another disk."
    )
