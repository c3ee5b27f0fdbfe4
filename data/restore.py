"""Puts a backup back: beside what lies there, proved, and only then in its place.

Everything is first brought into `restoring/` in the production's folder, opened and counted there.
From the moment its note `ready.json` is durable the backup is what counts: a crash after that is
finished by whoever opens the folder next. What lay there before is moved aside, never deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from data.backup import begun, no_progress, total
from data.blobs import Blobs, write_beside
from data.errors import BadInput, Busy, Damaged, NotFound, NotSaved, OfficeError, Refused
from data.files import DiskFolder, sync_folder
from data.held import OF_RECORDS
from data.lock import WriterLock
from data.manifest import Backup, Manifest, backups_in, digest, photos_listed, show_folders
from data.shelf import Meter, Progress
from data.stamp import Sources
from data.store import Store

STAGE: Final = "restoring"
READY: Final = "ready.json"
ASIDE: Final = "before-restore-"
_PIECE: Final = 2**20
_PHOTO: Final = 400_000  # bytes, about; for the progress alone


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    manifest: Manifest
    photos: int
    aside: str
    """The folder beside it that holds what was here before; empty if there was nothing."""
    lost: tuple[str, ...]
    """Photos of the backup that are damaged there and are not here either."""


def backups_at(place: Path) -> list[Backup]:
    """The backups at a place that can be read, the newest first. NotFound: there are none."""
    found = [backup for folder in show_folders(place) for backup in backups_in(folder)[0]]
    if not found:
        raise NotFound(
            f"There are no backups in {place}. Name the stick, the share or the folder that they "
            "are on."
        )
    return sorted(found, key=lambda backup: backup.manifest.at, reverse=True)


def chosen(backups: list[Backup], production: str = "", as_of: datetime | None = None) -> Backup:
    """Of this production, if some are: the newest, or the newest up to that minute. BadInput: it is
    not clear whose backup is meant, or none is so old."""
    own = [b for b in backups if b.manifest.production == production] or backups
    if len({backup.manifest.production for backup in own}) > 1:
        folders = sorted({str(backup.folder) for backup in own})
        raise BadInput(
            "There are backups of several productions. Name the folder of one: "
            f"{', '.join(folders)}."
        )
    for backup in own:
        if as_of is None or backup.manifest.at < as_of + timedelta(minutes=1):
            return backup
    raise BadInput(f"The first backup there is of {said(own[-1].manifest.at)}.")


def said(at: datetime) -> str:
    """A moment by the clock of this laptop, as `--as-of` takes it."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def restore(
    backup: Backup,
    home: Path,
    *,
    now: datetime,
    renew: Callable[[Store], None],
    progress: Progress = no_progress,
) -> Restored:
    """The production in `home` becomes what the backup says. `renew` is handed its store before
    anybody else can open it: there the new epoch is made.

    Busy: an office has it open. Refused: another production lies there. Damaged: the backup is not
    what was written. After all of them nothing has changed.
    """
    finish(home)
    lock = WriterLock(home)
    lock.take(what="restore")
    stage = home / STAGE
    try:
        here = production_in(home)
        if here not in (None, "", backup.manifest.production):
            raise Refused(
                f"Another production lies in {home}. Name a folder for this one: "
                "callboard --home FOLDER restore ..."
            )
        meter = Meter(progress)
        with _damage_said(backup):
            names = photos_listed(backup)
            meter.expect(len(names) * _PHOTO)
            _bring_records(backup, stage, meter)
            _prove(backup.manifest, stage, renew)
        lost = _bring_photos(backup, names, stage, meter)
        aside = "" if here is None else _free_name(home, f"{ASIDE}{now:%Y%m%dT%H%M%S}")
        _note(stage, aside=aside, out=True)
    except OSError as error:
        _leave(stage, lock)
        raise NotSaved(
            f"Nothing was put back: the disk says {error.strerror or error}. Free some space on "
            "this laptop, then do it again."
        ) from error
    except BaseException:
        _leave(stage, lock)
        raise
    _swap_alone(home, lock)
    return Restored(backup.manifest, len(names) - len(lost), aside, lost)


def production_in(home: Path) -> str | None:
    """The production that lies there: None if there is none, empty if it cannot be read."""
    if not begun(home):
        return None
    try:
        store = Store(home, sources=Sources(), hub=True, reader=True)
    except (OfficeError, OSError):
        return ""
    try:
        return store.production
    finally:
        store.close()


def finish(home: Path) -> None:
    """Ends a restore that a crash interrupted: carried out, if the backup counted already; else
    what it had brought is removed. Whoever opens a production for writing asks this first."""
    stage = home / STAGE
    if not stage.exists():
        return
    lock = WriterLock(home)
    with suppress(Busy):  # the restore itself goes on at this moment
        lock.take(what="restore")
        if (stage / READY).exists():
            _swap_alone(home, lock)
        else:
            _leave(stage, lock)


def _leave(stage: Path, lock: WriterLock) -> None:
    shutil.rmtree(stage, ignore_errors=True)
    lock.release()


# ---- bringing ---------------------------------------------------------------------------------


@contextmanager
def _damage_said(backup: Backup) -> Iterator[None]:
    """Whoever cannot have this backup is told which one before it they can have."""
    try:
        yield
    except Damaged as error:
        older = (b for b in backups_in(backup.folder)[0] if b.manifest.at < backup.manifest.at)
        whole = next((b for b in older if is_whole(b)), None)
        then = "No earlier one there is whole; try another place."
        if whole is not None:
            then = f'The last whole one before it: --as-of "{said(whole.manifest.at)}".'
        why = error.sentence.partition(". ")[0].rstrip(".")
        raise Damaged(
            f"The backup of {said(backup.manifest.at)} is damaged: {why}. Nothing was changed. "
            f"{then}"
        ) from error


def is_whole(backup: Backup) -> bool:
    """Whether every file of records there is what the manifest says."""
    kept = backup.manifest.files.values()
    try:
        return all(digest(backup.folder / k.stored, k.length) == k.sha256 for k in kept)
    except OSError:
        return False


def _bring_records(backup: Backup, stage: Path, meter: Meter) -> None:
    """Damaged: a file there is not what was written, or cannot be read."""
    stage.mkdir(exist_ok=True)
    places = backup.manifest.places(backup.folder)
    meter.expect(sum(length for _, length in places.values()))
    for name, (path, length) in places.items():
        sha256 = hashlib.sha256()
        file = DiskFolder(stage).create(name)
        try:
            for piece in _pieces(path, length):
                sha256.update(piece)
                file.append(piece)
                meter.did(len(piece))
            file.sync()
        finally:
            file.close()
        if sha256.hexdigest() != backup.manifest.files[name].sha256:
            raise Damaged(f"{path.name} is not what was written")
    sync_folder(stage)


def _pieces(path: Path, length: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while length > 0 and (piece := file.read(min(length, _PIECE))):
                length -= len(piece)
                yield piece
    except OSError as error:
        raise Damaged(f"{path.name} cannot be read: {error.strerror or error}") from error


def _prove(manifest: Manifest, stage: Path, renew: Callable[[Store], None]) -> None:
    store = Store(stage, sources=Sources(), hub=True, holder="restore")
    try:
        if (store.sums.count, total(store.sums)) != (manifest.counted, manifest.total):
            raise Damaged("its records do not add up to what was counted")
        renew(store)
    finally:
        store.close()


def _bring_photos(backup: Backup, names: list[str], stage: Path, meter: Meter) -> tuple[str, ...]:
    """Those that are not here already. Returns what cannot be had."""
    here, there = Blobs(stage.parent / "photos"), Blobs(backup.folder / "photos")
    lost = []
    for name in names:
        if _content(here, name) is None:
            content = _content(there, name)
            if content is None and not os.path.isdir(backup.folder):
                raise NotSaved(
                    "Nothing was put back: the place with the backups is not connected any more. "
                    "Plug it in, then do it again."
                )
            if content is None:
                lost.append(name)
            else:
                folder = stage / "photos" / name[:2]
                folder.mkdir(parents=True, exist_ok=True)
                write_beside(folder / name, content)
        meter.did(_PHOTO)
    return tuple(lost)


def _content(blobs: Blobs, name: str) -> bytes | None:
    try:
        return blobs.read(name)
    except (NotFound, Damaged):
        return None


# ---- the change of places ---------------------------------------------------------------------


def _note(stage: Path, **told: Any) -> None:
    write_beside(stage / READY, json.dumps(told).encode())
    sync_folder(stage)
    sync_folder(stage.parent)


def _free_name(home: Path, name: str) -> str:
    n = 1
    free = name
    while (home / free).exists():
        n += 1
        free = f"{name}-{n}"
    return free


def _swap_alone(home: Path, lock: WriterLock) -> None:
    try:
        _swap(home)
        shutil.rmtree(home / STAGE, ignore_errors=True)
    except OSError as error:
        raise NotSaved(
            "The backup is here and could not be put in its place yet: the disk says "
            f"{error.strerror or error}. Close what else looks into {home}, then open Callboard."
        ) from error
    finally:
        lock.release()


def _swap(home: Path) -> None:
    """Each step can be done again. In the middle the folder reads as damaged, never as another
    state: the journal that everything hangs on goes first and comes last."""
    stage = home / STAGE
    told = json.loads((stage / READY).read_bytes())
    if told["out"] and told["aside"]:
        aside = home / told["aside"]
        aside.mkdir(exist_ok=True)
        cut = [path.name for path in home.glob("journal.cut-*")]
        for name in [*reversed(_of_records(home)), *cut]:
            (home / name).rename(aside / name)
        sync_folder(aside)
        sync_folder(home)
        _note(stage, **{**told, "out": False})
    for path in sorted((stage / "photos").glob("??/*")):
        folder = home / "photos" / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        path.replace(folder / path.name)
    for folder in (home / "photos").glob("??"):
        sync_folder(folder)
    for name in _of_records(stage):
        (stage / name).rename(home / name)
    sync_folder(home)
    (stage / READY).unlink()


def _of_records(folder: Path) -> list[str]:
    """Its files of records; the journals last, and of those the first one last."""
    names = [path.name for path in folder.iterdir() if OF_RECORDS.fullmatch(path.name)]

    def place(name: str) -> tuple[bool, int]:
        kind, _, number = name.partition(".")
        return kind == "journal", -int(number)

    return sorted(names, key=place)
