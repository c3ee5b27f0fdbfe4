"""A journal: one file of commits, each durable before anybody is told that it is saved."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from data.document import GONE, table_of
from data.errors import Damaged, NotSaved
from data.files import File, Folder
from data.frame import LONGEST, PREFIX, Commit, body_at, torn_at, unreadable
from data.packing import dumps, loads

FIRST_LINE: Final = b"callboard journal 2\n"
OLDER: Final = b"callboard journal 1\n"
_AHEAD: Final = 2**20
_FULL: Final = (errno.EFBIG, errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def not_saved(error: OSError) -> NotSaved:
    if error.errno in _FULL:
        return NotSaved("Not saved: the disk is full. Free some space, then do it again.")
    return NotSaved(
        f"Not saved: {why_not(error)}. Do it again; if the disk keeps saying so, copy the folder "
        "to another one."
    )


def why_not(error: OSError) -> str:
    """What the disk's refusal means, in words."""
    full = error.errno in _FULL
    return "the disk is full" if full else f"the disk says {error.strerror or error}"


class Journal:
    """`journal.N`. A reader sees the last whole commit and never changes a byte."""

    def __init__(self, folder: Folder, number: int, *, writer: bool) -> None:
        self.folder = folder
        self.name = f"journal.{number}"
        self.end = 0
        """Bytes of whole commits, with the first line."""
        self.older = False
        """Whether the file is of an older format: it is read, and never written on."""
        self._file: File | None = None
        self._writer = writer
        self._whole = False
        """Whether what stands behind `end` is known to be nothing that was ever saved."""
        self._torn = False
        self._later = False

    @classmethod
    def begin(cls, folder: Folder, number: int) -> Journal:
        """A new one, durable with its name. OSError: there is none."""
        journal = cls(folder, number, writer=True)
        try:
            journal._file = folder.create(journal.name, ahead=_AHEAD)
            journal._begin(journal._file)
            journal._whole = True
        except OSError:
            journal.close()
            with suppress(OSError):  # else the next opening passes over it
                folder.remove(journal.name)
            raise
        return journal

    def open(self) -> None:
        """From now on it can be read, though somebody may remove it. FileNotFoundError: gone."""
        self._file = self.folder.open(self.name, write=self._writer, ahead=_AHEAD)

    @property
    def empty(self) -> bool:
        """Whether no commit was ever begun in it."""
        begin = self._bytes(len(FIRST_LINE) + PREFIX)
        return FIRST_LINE.startswith(begin.rstrip(b"\0"))

    def commits(self, *, last: bool, now: datetime) -> Iterator[Commit]:
        """Every whole commit in order. What a crash left unfinished at the end of the last journal
        is put aside in `journal.cut-TIME` by a writer. Damaged: this is not what was written."""
        data = self._bytes()
        first = data[: len(FIRST_LINE)]
        self.older = first == OLDER
        if first != FIRST_LINE and not self.older:
            if not last or not FIRST_LINE.startswith(data.rstrip(b"\0")):
                raise Damaged(f"{self.name} is not a Callboard journal that this version reads.")
            self.end = 0
        else:
            self.end = len(FIRST_LINE)
            while True:
                while (body := body_at(data, self.end)) is not None:
                    line = bytes(body)
                    yield _older_commit(line) if self.older else Commit.from_body(line)
                    self.end += PREFIX + len(body)
                if self._writer or data == (now_there := self._bytes()):
                    break
                data = now_there  # somebody is writing while we read
        self._end_reached(data, last=last, now=now)

    def append(self, commit: Commit) -> None:
        """Durable when it returns. NotSaved: the file is as it was before."""
        file = self._file
        assert file is not None
        data = commit.to_bytes()
        try:
            if self._torn:
                self._take_back()
            self._torn = True
            file.append(data)
            if not self._later:
                file.sync()
            self._torn = False
            self.end += len(data)
        except OSError as error:
            with suppress(OSError):  # else the next append does it first
                self._take_back()
                file.sync()  # or a power cut could bring back what was said not to be saved
            raise not_saved(error) from error

    @contextmanager
    def one_sync(self) -> Iterator[None]:
        """Commits inside are made durable together at the end. Nobody may be told of one before
        that: it is for laying out a whole show, not for taps."""
        self._later = True
        try:
            yield
        finally:
            self._later = False
            try:
                if self._file is not None:
                    self._file.sync()
            except OSError as error:
                raise not_saved(error) from error

    def seal(self) -> None:
        """No commit will follow here. OSError: what an append left behind would not go."""
        if self._file is not None:
            self._take_back()
            self._file.sync()

    def close(self) -> None:
        if self._file is not None:
            if self._whole:
                with suppress(OSError):  # the room kept ahead stays behind, as zeros
                    self._file.cut(self.end)
            self._file.close()
            self._file = None

    def _bytes(self, most: int = LONGEST) -> bytes:
        assert self._file is not None
        try:
            return self._file.read(0, min(self._file.size, most))
        except OSError as error:
            raise unreadable(self.name, error) from error

    def _begin(self, file: File) -> None:
        file.append(FIRST_LINE)
        file.sync()
        self.folder.sync()
        self.end = len(FIRST_LINE)

    def _take_back(self) -> None:
        assert self._file is not None
        self._file.cut(self.end)
        self._torn = False

    def _free_name(self, name: str) -> str:
        taken, free, n = set(self.folder.names()), name, 1
        while free in taken:
            n += 1
            free = f"{name}-{n}"
        return free

    def _end_reached(self, data: bytes, *, last: bool, now: datetime) -> None:
        file, behind = self._file, data[self.end :].rstrip(b"\0")
        assert file is not None
        torn = not self.end or torn_at(data, self.end)
        if behind and not (last and torn):
            raise Damaged(
                f"{self.name} is damaged at byte {self.end}; what comes before it is whole. "
                "Nothing was changed. Restore the last backup, or ask for help with this folder."
            )
        if not (self._writer and last):
            return
        if behind and self.end:
            self.cut_aside = self._free_name(f"journal.cut-{now:%Y%m%dT%H%M%S}")
            aside = self.folder.create(self.cut_aside)
            try:
                aside.append(behind)
                aside.sync()
            finally:
                aside.close()
        file.cut(self.end)
        self._whole = True
        if not self.end:
            self._begin(file)
        # What a killed process appended may be in the system's memory alone; from here on it is
        # shown and built upon.
        file.sync()
        self.folder.sync()

    cut_aside: str = ""
    """The file where a torn last commit was put on opening."""


def _older_commit(body: bytes) -> Commit:
    """A commit of the first format: one line that holds its documents under `p`."""
    raw = loads(body)
    put: dict[str, dict[str, bytes]] = {}
    out: dict[str, tuple[str, ...]] = {}
    order = list(raw.get("p", ()))
    for record_id, doc in raw.pop("p", {}).items():
        table = table_of(doc)
        before = str(doc["_m"]["t"]) if table == GONE else GONE
        put.setdefault(table, {})[record_id] = dumps(doc)
        out[before] = (*out.get(before, ()), record_id)
    edits = tuple(dumps(edit) for edit in raw.pop("e", ()))
    names = {"m": "meta", "b": "bases", "c": "clean", "a": "acked", "h": "hseq"}
    books = {names[key]: value for key, value in raw.items()}
    return Commit(put, out, edits=edits, books=books | {"order": order, "older": True})
