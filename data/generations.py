"""The generations of a production: `snapshot.N` and the journals that follow it.

Files are only ever added at their end, or begun anew under a higher number. The highest whole
snapshot counts, with every journal from its number on; before the first snapshot there is
`journal.1`. A generation goes when a later snapshot was made durable and has been read back whole.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import datetime

from data.errors import Damaged
from data.files import Folder
from data.frame import Commit
from data.journal import Journal, not_saved
from data.rows import Rows
from data.sealed import HISTORY, SNAPSHOT, Sealed
from data.snapshot import Books, book_reader, write


class Generations:
    """Opens what lies in a folder, and makes the next generation."""

    def __init__(self, folder: Folder, *, writer: bool, now: datetime) -> None:
        self.folder = folder
        self.snapshot: Sealed | None = None
        self.journal: Journal | None = None
        """The one that commits go to; None on a reader's empty folder."""
        self.cut_aside = ""
        """Where the torn end of the last journal was put on opening."""
        self._writer = writer
        self._now = now
        self._opened: list[Journal] = []
        self._before = 0

    @property
    def journal_bytes(self) -> int:
        """Bytes of commits that are in no snapshot."""
        return self._before + (self.journal.end if self.journal is not None else 0)

    @property
    def generation(self) -> int:
        return _number(self.journal.name) if self.journal is not None else 1

    def open(self) -> Sealed | None:
        """The snapshot to begin with. Damaged: there is one, and it cannot be read."""
        for pause in (0.0, 0.01, 0.1):
            try:
                return self._open()
            except (FileNotFoundError, Damaged):
                self.close()
                if self._writer:
                    raise
                time.sleep(pause)  # a writer may just have made a new generation: look again
            except OSError as error:
                self.close()
                raise not_saved(error) from error
        return self._open()

    def commits(self) -> Iterator[Commit]:
        """Every whole commit since the snapshot; then a writer may append. NotSaved: a writer's
        disk is full."""
        try:
            yield from self._replayed()
            if self._writer and self.journal is None:
                self.journal = Journal.begin(self.folder, 1)
            if self._writer and self.journal is not None and self.journal.older:
                self.roll()
        except OSError as error:
            raise not_saved(error) from error

    def append(self, commit: Commit) -> None:
        """Durable when it returns. NotSaved: nothing has changed."""
        assert self.journal is not None
        self.journal.append(commit)

    def roll(self) -> int:
        """Commits go to a new journal from now on; its number is that of the next snapshot.

        OSError: nothing has changed."""
        assert self.journal is not None
        self.journal.seal()
        number = self.generation + 1
        fresh = Journal.begin(self.folder, number)
        self._before += self.journal.end
        self.journal.close()
        self.journal = fresh
        return number

    def next(self, tables: Mapping[str, Rows], books: Books) -> Iterator[None]:
        """Makes the next generation, step by step, while commits go on. OSError, or Damaged when
        it does not read back: then nothing of it stays, and what there was still counts."""
        number = self.roll()
        before = self._before
        try:
            yield from write(self.folder, number, tables, books.frozen(number, tables))
            size = yield from self._proved(number)
        except (OSError, Damaged):
            with suppress(OSError):  # else the next opening passes over it
                self._remove(number)
            raise
        self.snapshot_bytes = size
        self._before -= before
        books.settled(number)
        self._let_go(number)

    def clear_cuts(self) -> None:
        """Removes the torn ends that were put aside."""
        for name in self.folder.names():
            if name.startswith("journal.cut-"):
                self.folder.remove(name)
        self.folder.sync()

    def close(self) -> None:
        for file in (self.snapshot, self.journal, *self._opened):
            if file is not None:
                file.close()
        self._opened = []

    snapshot_bytes = 0

    def _open(self) -> Sealed | None:
        names = set(self.folder.names())
        journals = _numbers(names, "journal")
        base = 1
        for number in sorted(_numbers(names, "snapshot"), reverse=True):
            if self._counts(number, older=any(n < number for n in journals)):
                base = number
                break
        missing = sorted({base, *range(base, max(journals, default=base) + 1)} - journals)
        if missing and any(_numbers(names, kind) for kind in ("journal", "snapshot", "history")):
            raise Damaged(
                f"journal.{missing[0]} or the snapshot after it is missing or damaged, so "
                "this production cannot be read. Nothing was changed. Restore the last backup."
            )
        self._opened = [
            Journal(self.folder, number, writer=self._writer)
            for number in sorted(journals)
            if number >= base
        ]
        for journal in self._opened:
            journal.open()
        return self.snapshot

    def _counts(self, number: int, *, older: bool) -> bool:
        """Opens a snapshot if it is to be relied on. While the generation before it is still there
        it may be one that was never read back, so that is done now."""
        sealed = None
        try:
            sealed = Sealed.open(self.folder, f"snapshot.{number}", SNAPSHOT)
            if sealed is None:
                return False
            for _ in self._proved(number) if older else ():
                pass
        except Damaged:
            if sealed is not None:
                sealed.close()
            if not older:
                raise
            return False
        self.snapshot, self.snapshot_bytes = sealed, sealed.size
        return True

    def _proved(self, number: int) -> Generator[None, None, int]:
        """Reads back what was written of a generation, a section a step; the snapshot's size."""
        with closing(self._written(f"snapshot.{number}", SNAPSHOT)) as sealed:
            segments = book_reader(sealed)("history") or ()
            for _ in sealed.check():
                yield
        if number in segments:
            with closing(self._written(f"history.{number}", HISTORY)) as history:
                for _ in history.check():
                    yield
        return sealed.size

    def _written(self, name: str, first_line: bytes) -> Sealed:
        with suppress(FileNotFoundError):
            sealed = Sealed.open(self.folder, name, first_line)
            if sealed is not None:
                return sealed
        raise Damaged(f"{name} was written and does not read back.")

    def _replayed(self) -> Iterator[Commit]:
        # A journal that was begun for a new generation and never used does not end the one before
        # it: that one may have gone on, and be torn.
        used = [n for n, journal in enumerate(self._opened) if not journal.empty]
        for n, journal in enumerate(self._opened):
            self.journal = journal
            yield from journal.commits(last=n >= max(used, default=0), now=self._now)
            self.cut_aside = journal.cut_aside or self.cut_aside
            if n < len(self._opened) - 1:
                self._before += journal.end
                journal.close()

    def _remove(self, number: int) -> None:
        for kind in ("snapshot", "history"):  # never a snapshot without its history
            self.folder.remove(f"{kind}.{number}")
            self.folder.sync()

    def _let_go(self, number: int) -> None:
        for kind in ("snapshot", "journal"):
            for older in _numbers(self.folder.names(), kind):
                if older < number:
                    self.folder.remove(f"{kind}.{older}")
        self.folder.sync()


def _numbers(names: Iterable[str], kind: str) -> set[int]:
    return {_number(name) for name in names if name.startswith(f"{kind}.") and _number(name)}


def _number(name: str) -> int:
    digits = name.rpartition(".")[2]
    return int(digits) if digits.isdecimal() and not digits.startswith("0") else 0
