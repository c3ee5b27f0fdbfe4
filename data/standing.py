"""Which files of a folder a production is made of, told without opening it."""

from __future__ import annotations

from typing import NamedTuple

from data.errors import Damaged
from data.files import Folder
from data.held import OF_RECORDS
from data.journal import Journal
from data.sealed import HISTORY, SNAPSHOT, Sealed


class Standing(NamedTuple):
    """The files that a production is made of."""

    snapshot: int
    """0: there is none yet."""
    journals: tuple[int, ...]
    missing: tuple[str, ...]


def standing(files: Folder) -> Standing:
    """As an opening would find it; where that would refuse, as it must have been."""
    journals, snapshots = numbers(files, "journal"), numbers(files, "snapshot")
    last, base = max(journals, default=0), 0
    for number in reversed(snapshots):
        older = [0, *(n for n in snapshots if n < number and _proven(files, n))]
        complete = journals and set(range(max(1, older[-1]), last + 1)) <= set(journals)
        if not complete or _proven(files, number):
            base = number
            break
    first = max(1, base)
    while last > first and last in journals and _unused(files, last):
        last -= 1
    wanted = range(first, max(first, last) + 1)
    missing = tuple(f"journal.{n}" for n in wanted if n not in journals)
    return Standing(base, tuple(n for n in wanted if n in journals), missing)


def numbers(files: Folder, kind: str) -> list[int]:
    names = (name for name in files.names() if OF_RECORDS.fullmatch(name))
    return sorted(int(n) for k, _, n in (name.partition(".") for name in names) if k == kind)


def _unused(files: Folder, number: int) -> bool:
    """Whether a journal was begun for a new generation and nothing went there."""
    journal = Journal(files, number, writer=False)
    journal.open()
    try:
        return journal.empty
    finally:
        journal.close()


def _proven(files: Folder, number: int) -> bool:
    try:
        for kind, first in (("snapshot", SNAPSHOT), ("history", HISTORY)):
            if kind == "snapshot" or f"history.{number}" in files.names():
                sealed = Sealed.open(files, f"{kind}.{number}", first)
                if sealed is None:
                    return False
                try:
                    for _ in sealed.check():
                        pass
                finally:
                    sealed.close()
    except Damaged:
        return False
    return True
