"""A production's files as they were at one moment, held open and read only.

The office may write and make its next generation meanwhile: files only grow at their end, and one
that is let go stays readable for whoever has it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NoReturn

from data.errors import ReadOnly
from data.files import DiskFolder, File

OF_RECORDS: Final = re.compile(r"(journal|snapshot|history)\.[1-9][0-9]*")
"""The names of the files that records lie in; beside them there may be locks and notes."""

TRIES: Final = 9


class Part:
    """The first `size` bytes of a file, for as long as somebody else keeps it open."""

    def __init__(self, file: File, size: int) -> None:
        self._file, self.size = file, size

    def read(self, at: int, length: int) -> bytes:
        return self._file.read(at, max(0, min(length, self.size - at)))

    def append(self, data: bytes) -> NoReturn:  # noqa: ARG002
        _only_read()

    def cut(self, size: int) -> NoReturn:  # noqa: ARG002
        _only_read()

    def sync(self) -> None:
        pass

    def close(self) -> None:
        pass


class Held:
    """Parts of files by name, as a Folder that a reader opens a production from."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self.parts = dict(parts)

    def names(self) -> list[str]:
        return list(self.parts)

    def open(self, name: str, *, write: bool = False, ahead: int = 0) -> Part:  # noqa: ARG002
        if name not in self.parts:
            raise FileNotFoundError(name)
        return self.parts[name]

    def part(self, name: str, size: int) -> Part:
        """The first `size` bytes of one of them."""
        return Part(self.open(name), size)

    def create(self, name: str, *, ahead: int = 0) -> NoReturn:  # noqa: ARG002
        _only_read()

    def remove(self, name: str) -> NoReturn:  # noqa: ARG002
        _only_read()

    def sync(self) -> None:
        pass


@contextmanager
def held(places: Mapping[str, tuple[Path, int]]) -> Iterator[Held]:
    """By name, the first bytes of these files. OSError: one cannot be opened."""
    with ExitStack() as opened:
        yield Held({name: _part(opened, path, size) for name, (path, size) in places.items()})


@contextmanager
def held_now(home: Path) -> Iterator[Held]:
    """Everything that records lie in, at this moment: a state that a reader could have opened."""
    with ExitStack() as opened:
        yield _all_of(home, opened)


def _all_of(home: Path, opened: ExitStack) -> Held:
    folder, left = DiskFolder(home), TRIES
    while True:
        names = [name for name in folder.names() if OF_RECORDS.fullmatch(name)]
        try:
            return Held({name: _part(opened, home / name, None) for name in names})
        except FileNotFoundError:  # let go between the listing and now: there are newer ones
            left -= 1
            if not left:
                raise


def _part(opened: ExitStack, path: Path, size: int | None) -> Part:
    file = DiskFolder(path.parent).open(path.name)
    opened.callback(file.close)
    return Part(file, file.size if size is None else size)


def _only_read() -> NoReturn:
    raise ReadOnly("This is how the files were at one moment; nothing is written here.")
