"""A process of the race that is asked one line of JSON at a time, and always ended by its id."""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[3]
PATIENCE: Final = 90.0
"""Seconds after which whoever has not answered is given up."""
LONGEST: Final = 150.0
"""Seconds that a command may take which only does something and ends."""


class GaveUp(Exception):
    """A side that cannot race, or that cannot go on, and why."""


class Helper:
    """Whoever is at the other end prints a line of JSON when it is ready, and one for each that it
    reads; what it says besides goes to a file."""

    def __init__(
        self,
        words: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        talks: bool = True,
        nobody: bool = False,
    ) -> None:
        """`talks`: it is asked over its pipes; else it only runs. `nobody`: not as root."""
        self.log = log
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                list(map(str, words)),
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else said,
                stderr=said,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                **_as(nobody),
            )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self.told: dict[str, Any] = {}
        if talks:
            threading.Thread(target=self._read, daemon=True).start()
            try:
                self.told = self._answer()
            except GaveUp:
                self.end()
                raise

    def ask(self, do: str, **words: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **words}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise GaveUp(f"it ended before it was asked to {do}: {self._last_words()}") from error
        return self._answer()

    def end(self) -> None:
        """Asked, then told, then made to."""
        process = self._process
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
        for doing in (process.terminate, process.kill):
            doing()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
                break
        if process.stdout is not None:
            process.stdout.close()

    def listens(self, port: int, patience: float = 30.0) -> None:
        """Returns once it takes connections there."""
        until = time.monotonic() + patience
        while time.monotonic() < until and self._process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.05)
        raise GaveUp(f"nobody listens at its port: {self._last_words()}")

    # ---- inside -----------------------------------------------------------------------------

    def _read(self) -> None:
        assert self._process.stdout is not None
        with suppress(OSError, ValueError):  # the pipe is closed under us when it is ended
            for line in self._process.stdout:
                self._lines.put(line)
        self._lines.put(b"")

    def _answer(self) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=PATIENCE)
        except queue.Empty as error:
            raise GaveUp(f"no answer in {PATIENCE:g} seconds") from error
        try:
            told = json.loads(line)
        except ValueError as error:
            raise GaveUp(self._last_words() or "it ended without a word") from error
        if "error" in told:
            raise GaveUp(str(told["error"]))
        return dict(told)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else ""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def once(words: Sequence[str | Path], folder: Path, *, nobody: bool = False) -> str:
    """What a command printed. GaveUp: it could not, in its own last words."""
    try:
        done = subprocess.run(
            list(map(str, words)),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
            **_as(nobody),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GaveUp(str(error)[:200]) from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise GaveUp((lines[-1] if lines else f"{words[0]} ended with {done.returncode}")[:200])
    return str(done.stdout)


def given_to_nobody(folder: Path) -> None:
    """A folder that a helper started with `nobody` may write."""
    if _is_root():
        shutil.chown(folder, "nobody", "nogroup")
    folder.chmod(0o700)


def _as(nobody: bool) -> dict[str, Any]:
    own = {"user": "nobody", "group": "nogroup", "extra_groups": list[str]()}
    return own if nobody and _is_root() else {}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
