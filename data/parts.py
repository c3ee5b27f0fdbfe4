"""Photos that are still coming: the bytes of each that are here, unseen until they are whole.

parts/ab12.../cd34...   from whom it comes (a hash of that), then the photo's name

A part only grows, and only from exactly where it ends: whoever sends bytes for another place is
told so, and two lines that bring the same photo cannot mix it up. A part may be lost at any time;
it costs its bytes and nothing else. So none is made durable, and the oldest go when there are many.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from data.errors import NotFound, NotSaved, Refused

HEX = frozenset("0123456789abcdef")
MOST_OF_ONE = 8
"""Parts from one device; a ninth takes the place of the one that has waited longest."""
MOST_HELD = 2**30
"""Bytes of all parts together, likewise."""
KEPT = timedelta(days=7)
OUT_OF_STEP = "These bytes do not begin where the ones before them end. Ask how much is here."


class Parts:
    """The parts in a folder. `whose`: from which device they come; one never sees another's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._one = threading.Lock()

    def size(self, whose: str, name: str) -> int:
        """How many bytes of the photo have come from there."""
        return _size(self._path(whose, name))

    def append(self, whose: str, name: str, at: int, content: bytes) -> int:
        """Adds the bytes that belong at `at`, where the part must end; the part's size then. At 0
        a part begins anew. Refused: it ends elsewhere. NotSaved: the disk takes no more."""
        path = self._path(whose, name)
        with self._one:
            try:
                if not at:
                    self._begin(path)
                elif _size(path) != at:
                    raise Refused(OUT_OF_STEP, code="out-of-step")
                with path.open("ab") as file:
                    file.write(content)
            except OSError as error:
                with suppress(OSError), path.open("r+b") as file:
                    file.truncate(at)
                raise NotSaved(
                    f"The photo was not saved: the disk says {error.strerror or error}. "
                    "Free some space; it goes on from there."
                ) from error
        return at + len(content)

    def taken_out(self, whose: str, name: str) -> Path:
        """The part under a name where nobody adds to it any more; an empty file if there is none.
        It is the caller's to move or to delete."""
        path = self._path(whose, name)
        out = path.with_name(f"{name}.{threading.get_ident()}.out")
        with self._one:
            if path.exists():
                path.replace(out)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                out.write_bytes(b"")
        return out

    def remove(self, whose: str, name: str) -> None:
        """This part is of no more use."""
        self._remove(iter((self._path(whose, name),)))

    def drop(self, whose: str) -> None:
        """Nothing that came from there is kept any longer."""
        self._remove(_files(self.folder / _mark(whose)))

    def wipe(self, name: str) -> None:
        """Of this photo nothing stays, whoever sent it."""
        self._remove(path for path in self._all() if path.name.partition(".")[0] == name)

    def clear(self, now: datetime) -> None:
        """Deletes what nobody went on with for a week."""
        oldest = (now - KEPT).timestamp()
        self._remove(path for path in self._all() if _touched(path) < oldest)

    # ---- inside -----------------------------------------------------------------------------

    def _path(self, whose: str, name: str) -> Path:
        if not is_name(name):
            raise NotFound("That is no photo's name.", code="no-photo")
        return self.folder / _mark(whose) / name

    def _begin(self, path: Path) -> None:
        """An empty part, and room for it."""
        path.unlink(missing_ok=True)
        own = sorted(_files(path.parent), key=_touched)
        for old in own[: max(0, len(own) + 1 - MOST_OF_ONE)]:
            old.unlink(missing_ok=True)
        everyones = sorted(self._all(), key=_touched, reverse=True)
        held = 0
        for old in everyones:
            held += _size(old)
            if held > MOST_HELD:
                old.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)

    def _all(self) -> Iterator[Path]:
        for folder in _files(self.folder):
            yield from _files(folder)

    def _remove(self, paths: Iterator[Path]) -> None:
        with self._one:
            for path in list(paths):
                path.unlink(missing_ok=True)


def is_name(text: str) -> bool:
    return len(text) == 64 and set(text) <= HEX


def _mark(whose: str) -> str:
    """A folder's name, whatever the device calls itself."""
    return hashlib.blake2b(whose.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError, NotADirectoryError):
        yield from list(folder.iterdir())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _touched(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
