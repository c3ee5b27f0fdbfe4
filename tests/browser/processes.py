"""Offices and devices as people start them: real processes of the real command line."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import main
from data.desk import Desk
from data.kinds import ALL
from data.kinds.people import PERSON
from data.kinds.production import Production, create_production, zone
from data.stamp import Sources
from data.store import Store
from sync.exchange import Office
from sync.front import Front
from sync.paired import asking, keep
from sync.pairing import Pairings

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "tests" / "data"
SHOOT_DAY = "2026-07-13"
"""The first day of the schedule in tests/data."""

LENT = "nobody"
COORDINATOR = "Production Coordinator"
PATIENCE = 60
"""Seconds after which a process that says nothing is taken for hung."""


def command(home: Path, *words: str, code: int = 0) -> str:
    """What one command printed; its exit code must be `code`, and no traceback may be seen."""
    done = subprocess.run(
        [sys.executable, "main.py", "--home", str(home), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        env=_environment(),
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert code == done.returncode, said
    return said


def listed(home: Path, kind: str) -> list[dict[str, Any]]:
    """The records that `list KIND --json` prints, by id."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert main.run(["--home", str(home), "list", kind, "--json"]) == 0
    records: list[dict[str, Any]] = json.loads(said.getvalue())
    return sorted(records, key=lambda record: str(record["id"]))


def position_of(face: Face, name: str) -> str:
    (position,) = (p["position"] for p in listed(face.home, "person") if p["name"] == name)
    return str(position)


def coordinator(face: Face) -> str:
    """Who runs the office, as its lists of people have them."""
    (found,) = (p for p in listed(face.home, "person") if p["position"] == COORDINATOR)
    return f"{found['name']}, {found['position']}"


def new_show(home: Path, *, title: str = "Night Ferry", clock: str = "24") -> None:
    """An office copy with a production and nothing else, as the wizard leaves it."""
    store = Store(home, sources=Sources(), hub=True)
    try:
        desk = Desk(store, ALL, user="office")
        create_production(desk, Production(title=title, zone="America/Denver", clock=clock))
    finally:
        store.close()


def imported(home: Path) -> Path:
    """A new show with the crew list and the schedule that its office was sent."""
    new_show(home)
    for what, file in (("crew", "crew_list.csv"), ("schedule", "shooting_schedule.csv")):
        with contextlib.redirect_stdout(io.StringIO()):
            assert main.run(["--home", str(home), "import", what, str(LISTS / file)]) == 0
    return home


def paired(office_home: Path, device_home: Path, *, role: str = "poc", name: str = "") -> Path:
    """The device was paired with this office before both were opened: to `name`, or lent."""
    store = Store(office_home, sources=Sources(), hub=True)
    own = Store(device_home, sources=Sources(), hub=False)
    try:
        desk = Desk(store, ALL, user="office")
        store.sources.rehearse(date.fromisoformat(SHOOT_DAY), zone(desk))
        people = [person for person in desk.all(PERSON) if not name or person.name == name]
        pairings = Pairings(desk, Office(store))
        owner = people[0].id if people and name != LENT else ""
        shown = pairings.show("Gate tablet", role, person=owner)
        front = Front(pairings.office, desk.blobs, pairings)
        talk = asking(own, shown.code, "Gate tablet")
        call = next(talk)
        try:
            while True:
                answer = front.answer(call)
                if not pairings.device(shown.id):
                    pairings.confirm(shown.id)
                call = talk.send(answer)
        except StopIteration as done:
            keep(own, done.value)
    finally:
        own.close()
        store.close()
    return device_home


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Face:
    """One office or device in a process of its own. Killed, it starts again at its address."""

    def __init__(self, home: Path, *words: str, port: int | None = None) -> None:
        self.home = home
        self.port = port or free_port()
        self._words = [*words, str(self.port)]
        self._log = home.with_name(f"{home.name}-said.txt")
        self._process: subprocess.Popen[str] | None = None
        self.address = ""

    def start(self) -> Face:
        """Returns when it has printed where it is open."""
        with self._log.open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, *self._words],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                env=_environment(),
            )
        self._process = process
        assert process.stdout is not None
        watch = threading.Timer(PATIENCE, process.kill)
        watch.start()
        try:
            for line in process.stdout:
                if found := re.search(r"open at (http://\S+)", line):
                    self.address = found[1]
                    return self
        finally:
            watch.cancel()
        self.kill()
        raise AssertionError(f"It ended before it was open.\n{self.said()}")

    def kill(self) -> None:
        """SIGKILL: what a flat battery or a crash does. Nothing of it runs any more after this."""
        self._end(subprocess.Popen.kill)

    def stop(self) -> int:
        """Ctrl+C, near enough; returns the exit code."""
        return self._end(subprocess.Popen.terminate)

    def said(self) -> str:
        """Everything it wrote to standard error, over all its starts."""
        return self._log.read_text(encoding="utf-8")

    def __enter__(self) -> Face:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.kill()

    def _end(self, how: Any) -> int:
        if self._process is None:
            return 0
        how(self._process)
        code = self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return code


def office(home: Path, *, today: str = SHOOT_DAY, port: int | None = None) -> Face:
    """The office with its screens, on loopback alone, no browser opened."""
    return Face(home, *_main(home, today), "--quiet", "--no-lan", "--port", port=port)


def demo(home: Path) -> Face:
    """The sample show; `home` is where it must not be."""
    return Face(home, "main.py", "--home", str(home), "demo", "--quiet", "--port")


def device(home: Path, at: Face, *, name: str = "Gate tablet", today: str = SHOOT_DAY) -> Face:
    """A device of the office `at`."""
    words = ("device", "--hub", at.address, "--name", name, "--quiet", "--port")
    return Face(home, *_main(home, today), *words)


@contextlib.contextmanager
def served_folder(folder: Path) -> Iterator[str]:
    """The address of a server that hands out one phone app and nothing else."""
    port = free_port()
    words = [sys.executable, "-m", "tests.bench.bare_app", str(folder), str(port)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(PATIENCE)


def bare_device(home: Path, at: Face) -> Face:
    """A device without the packages that a phone has not."""
    return Face(home, "-m", "tests.browser.bare_device", "open", str(home), at.address)


def _main(home: Path, today: str) -> tuple[str, ...]:
    return ("main.py", "--home", str(home), "--today", today)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1"}
