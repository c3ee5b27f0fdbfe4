"""Photos and papers by the SHA-256 of their bytes; a name never means two contents.

ab/ab12...        the bytes, under a folder named for the first two letters
damaged/ab12...   bytes that were not what their name says any more; never deleted by us
thumbs/ab12...    small pictures, made or fetched again when they are missing
parts/            photos that are still coming (parts.py)
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from data.errors import BadInput, Damaged, NotFound, NotSaved
from data.files import sync_file, sync_folder
from data.parts import HEX, Parts, is_name
from data.photos import THUMB_BYTES
from data.photos import thumbnail as made_small

LEFTOVER = 3600
"""Seconds after which a half-written file belongs to a run that crashed."""
_NOT_HERE = (FileNotFoundError, NotADirectoryError)
_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


class Scrubbed(NamedTuple):
    """One slice of a scrub."""

    whole: int
    damaged: tuple[str, ...]
    """Moved aside: `has` says no, so the whole one can come again."""
    left: tuple[str, ...]
    """Photos, or folders of them, that the disk would not let us read or move; still in place."""
    last: str
    """Where the next slice goes on (`after`); empty when the round is complete."""


class Blobs:
    """A folder of immutable files, durable before `keep` returns, checked when they are read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = Parts(folder / "parts")
        self._ready: set[Path] = set()
        self._one = threading.Lock()  # a photo must not be swept while it is kept again

    def keep(self, content: bytes) -> str:
        """Stores the bytes and returns their name; the same bytes twice are stored once.

        Under that name there may lie damaged bytes: they are moved aside. NotSaved: nothing is
        kept.
        """
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        try:
            with self._one:
                self._make_folder(path.parent)
                if path.exists() and not _is_whole(path, name):
                    self._move_aside(path)
                if path.exists():
                    os.utime(path)  # wanted again: the sweep counts its days anew
                else:
                    write_beside(path, content)
                sync_folder(path.parent)
        except OSError as error:
            raise _not_saved(error) from error
        return name

    def complete(self, whose: str, name: str) -> None:
        """The part that came from there is all of the photo: it is seen from now on. BadInput: the
        bytes are not what their name says; none of them is kept."""
        try:
            part = self.parts.taken_out(whose, name)
            try:
                if not _is_whole(part, name):
                    words = "These bytes are not the photo they are named for."
                    raise BadInput(words, code="wrong-hash")
                self._adopt(part, name)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise _not_saved(error) from error

    def piece(self, name: str, at: int, length: int) -> bytes:
        """Some of the bytes, not checked: whoever joins them checks the whole. Refuses as
        `read`."""
        try:
            with self._path(name).open("rb") as file:
                file.seek(at)
                return file.read(length)
        except _NOT_HERE as error:
            raise _not_here() from error
        except OSError as error:
            raise _unreadable(name, error) from error

    def read(self, name: str) -> bytes:
        """The bytes. NotFound if they are not on this copy; Damaged if they are not what was kept,
        or if the disk cannot read them."""
        try:
            content = self._path(name).read_bytes()
        except _NOT_HERE as error:
            raise _not_here() from error
        except OSError as error:
            raise _unreadable(name, error) from error
        if hashlib.sha256(content).hexdigest() != name:
            raise Damaged(
                f"The photo {name[:8]} on this disk is not what was taken. "
                "Get it again from the office or from the device that took it."
            )
        return content

    def has(self, name: str) -> bool:
        """Whether a file lies under the name; reading it may still say that it is damaged."""
        try:
            self._path(name).stat()
        except _NOT_HERE:
            return False
        except OSError:
            return True  # `read` says what the disk has against it
        return True

    def names(self) -> Iterator[str]:
        """Every photo here, in order; of a folder that the disk cannot list, none."""
        return self._names_behind("", [])

    def thumbnail(self, name: str) -> bytes:
        """A JPEG of at most 20,000 bytes, made once. Refuses as `read` and `photos.thumbnail` do.

        It lies beside the photos and is not durable: losing it costs nothing.
        """
        small = self.small(name)
        if small is None:
            small = made_small(self.read(name))
            self.keep_small(name, small)
        return small

    def small(self, name: str) -> bytes | None:
        """The small picture, if it is here already; the photo itself need not be."""
        with suppress(OSError):
            small = self._thumb(name).read_bytes()
            if _is_small(small):  # else a crash cut it
                return small
        return None

    def keep_small(self, name: str, small: bytes) -> None:
        """BadInput: that is no small picture."""
        if not _is_small(small):
            raise BadInput("What the office sent is no small picture.", code="not-a-photo")
        path = self._thumb(name)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_beside(path, small, durable=False)

    def scrub(self, *, now: datetime, most: int = 20, after: str = "") -> Scrubbed:
        """Reads up to `most` photos behind the name `after` and moves the damaged ones aside.

        A slice of 20 takes a few tens of milliseconds, so the office does one while it idles, and
        the next from `last` on. A new round first removes what crashed runs left half written.
        """
        if not after:
            self._clear_leftovers(now)
        left: list[str] = []
        names = list(islice(self._names_behind(after, left), most + 1))
        found: dict[bool, list[str]] = {True: [], False: []}
        for name in names[:most]:
            try:
                found[self._check(name)].append(name)
            except _NOT_HERE:
                pass  # swept meanwhile
            except OSError:
                left.append(name)
        last = names[most - 1] if len(names) > most else ""
        return Scrubbed(len(found[True]), tuple(found[False]), tuple(left), last)

    def touched(self, name: str) -> int | None:
        """A number that changes when the photo is kept again; None if it is not here."""
        try:
            return self._path(name).stat().st_mtime_ns
        except OSError:
            return None

    def remove(self, name: str, *, touched: int) -> bool:
        """Deletes a photo for good, unless it was kept again since it was `touched`. Only the
        sweep may call this. NotSaved: the disk would not let it go."""
        path = self._path(name)
        with self._one:
            if self.touched(name) != touched:
                return False
            try:
                self._thumb(name).unlink(missing_ok=True)
                path.unlink()
                sync_folder(path.parent)
            except OSError as error:
                raise NotSaved(
                    f"A photo that nothing names was not removed: the disk says {error.strerror}. "
                    "Check the disk."
                ) from error
        return True

    def wipe(self, name: str) -> None:
        """Deletes a photo at once, its thumbnail, and damaged bytes of that name. NotSaved: the
        disk would not let it go."""
        path = self._path(name)
        damaged = self.folder / "damaged"
        aside = [damaged / n for n in _listed(damaged) if n.partition(".")[0] == path.name]
        with self._one:
            try:
                self.parts.wipe(path.name)
                for file in (self._thumb(name), path, *aside):
                    file.unlink(missing_ok=True)
                    if file.parent.exists():
                        sync_folder(file.parent)
            except OSError as error:
                raise NotSaved(
                    f"A photo that must go was not removed: the disk says {error.strerror}. "
                    "Check the disk."
                ) from error

    def close(self) -> None:
        """Lets go of the files it holds open."""

    # ---- inside -----------------------------------------------------------------------------

    def _path(self, name: str) -> Path:
        if not is_name(name):
            raise NotFound("That is no photo's name.", code="no-photo")
        return self.folder / name[:2] / name

    def _thumb(self, name: str) -> Path:
        return self.folder / "thumbs" / self._path(name).name

    def _adopt(self, part: Path, name: str) -> None:
        """Moves a file whose bytes were checked to where photos lie, durably."""
        path = self._path(name)
        with part.open("rb+") as file:
            sync_file(file.fileno())
        with self._one:
            self._make_folder(path.parent)
            if path.exists() and not _is_whole(path, name):
                self._move_aside(path)
            part.replace(path)
            sync_folder(path.parent)

    def _make_folder(self, folder: Path) -> None:
        """A file is only as durable as the names of the folders that it lies in."""
        folder.mkdir(parents=True, exist_ok=True)
        if folder not in self._ready:
            sync_folder(folder.parent)
            sync_folder(folder.parent.parent)
            self._ready.add(folder)

    def _folders(self) -> list[str]:
        found = _listed(self.folder)
        return sorted(name for name in found if len(name) == 2 and set(name) <= HEX)

    def _names_in(self, pair: str) -> list[str]:
        found = _listed(self.folder / pair)
        return sorted(name for name in found if is_name(name) and name[:2] == pair)

    def _names_behind(self, after: str, left: list[str]) -> Iterator[str]:
        """As `names`; a folder that the disk cannot list is noted in `left`."""
        try:
            pairs = self._folders()
        except OSError:
            left.append(self.folder.name)
            return
        for pair in pairs:
            if pair < after[:2]:
                continue
            try:
                yield from (name for name in self._names_in(pair) if name > after)
            except OSError:
                left.append(pair)

    def _check(self, name: str) -> bool:
        path = self._path(name)
        with self._one:
            if _is_whole(path, name):
                return True
            self._move_aside(path)
        return False

    def _move_aside(self, path: Path) -> None:
        aside = self.folder / "damaged" / path.name
        self._make_folder(aside.parent)
        again = 2
        while aside.exists():
            aside = aside.with_name(f"{path.name}.{again}")
            again += 1
        path.rename(aside)
        sync_folder(aside.parent)
        sync_folder(path.parent)

    def _clear_leftovers(self, now: datetime) -> None:
        with suppress(OSError):  # what stays costs only its room
            self.parts.clear(now)
            for folder in ("", "thumbs", *self._folders()):
                for name in _listed(self.folder / folder):
                    path = self.folder / folder / name
                    if name.endswith(".part") and _age(path, now) > LEFTOVER:
                        path.unlink()


def write_beside(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Writes the bytes beside `path` and swaps them in, so that nobody meets half of them. Making
    the name durable too (`sync_folder`) is the caller's. OSError: `path` is as it was."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            if durable:
                sync_file(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def _not_saved(error: OSError) -> NotSaved:
    full = error.errno in _FULL
    why = "the disk is full" if full else f"the disk says {error.strerror or error}"
    return NotSaved(
        f"The photo was not saved: {why}. "
        f"{'Free some space' if full else 'Check the disk'}, then take it again."
    )


def _not_here() -> NotFound:
    return NotFound("That photo is not on this copy yet.", code="no-photo")


def _unreadable(name: str, error: OSError) -> Damaged:
    return Damaged(
        f"The photo {name[:8]} cannot be read: the disk says {error.strerror or error}. "
        "Check the disk; the office or the device that took it may have it too."
    )


def _is_small(content: bytes) -> bool:
    whole = content.startswith(b"\xff\xd8") and content.endswith(b"\xff\xd9")
    return whole and len(content) <= THUMB_BYTES


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except _NOT_HERE:
        return []


def _age(path: Path, now: datetime) -> float:
    return now.timestamp() - path.stat().st_mtime


def _is_whole(path: Path, name: str) -> bool:
    """Whether the file's bytes are what its name says; bytes the disk has lost are not."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == name
    except OSError as error:
        if error.errno == errno.EIO:
            return False
        raise
