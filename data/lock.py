"""One writer at a time: a lock that dies with its process, and a note that says who holds it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from data.errors import Busy


class WriterLock:
    """Held from `take` to `release`. The note beside it lets others find the running office."""

    def __init__(self, home: Path) -> None:
        self._path = home / "lock"
        self._note = home / "office.json"
        self._file: IO[bytes] | None = None

    def take(self, **note: Any) -> None:
        """Busy if another process writes this production, with its pid when it left one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+b")
        try:
            _lock(file)
        except OSError as error:
            file.close()
            holder = self.note()
            who = f" (process {holder['pid']})" if "pid" in holder else ""
            raise Busy(
                f"This production is open in another Callboard{who}. Use that window, or close it."
            ) from error
        self._file = file
        self.write_note(**note)

    def write_note(self, **note: Any) -> None:
        with suppress(OSError):  # on a full disk the lock itself still says that somebody writes
            # It may hold the token of this laptop's own commands: nobody else reads it.
            self._note.unlink(missing_ok=True)
            fd = os.open(self._note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "w") as file:
                json.dump({"pid": os.getpid(), **note}, file)

    def note(self) -> dict[str, Any]:
        """What the holder says of itself; empty when nobody left a note that can be read."""
        try:
            note = json.loads(self._note.read_text())
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def release(self) -> None:
        if self._file is not None:
            self._note.unlink(missing_ok=True)
            self._file.close()
            self._file = None


if os.name == "nt":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]

elif os.name == "posix":
    try:
        import fcntl
    except ImportError:  # the browser: the private file system's handle is the lock there

        def _lock(file: IO[bytes]) -> None:
            del file

    else:

        def _lock(file: IO[bytes]) -> None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
