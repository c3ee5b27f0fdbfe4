"""PouchDB with LevelDB, and express-pouchdb as its office."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.race.helper import Helper

SCRIPT: Final = Path(__file__).with_name("pouch.js")
USUAL: Final = 100
"""Its own batch size."""


@dataclass(frozen=True, slots=True)
class Pouch:
    """An office and its devices."""

    node: Path
    place: Path
    port: int
    devices: list[Helper]

    def device(self, port: int, name: str) -> Helper:
        """Another one that reaches the office by this port."""
        at = f"http://127.0.0.1:{port}"
        return _started(self.node, "device", self.place / name, at)


@contextmanager
def pouch(node: Path, place: Path) -> Iterator[Pouch]:
    """`node`: where the packages are installed."""
    place.mkdir()
    with ExitStack() as started:

        def begun(side: Helper) -> Helper:
            started.callback(side.end)
            return side

        office = begun(_started(node, "office", place / "office", ""))
        side = Pouch(node, place, int(office.told["port"]), [])
        side.devices.extend(begun(side.device(side.port, f"device{n}")) for n in range(2))
        yield side


def _started(node: Path, role: str, folder: Path, at: str) -> Helper:
    log = folder.with_suffix(".log")
    return Helper(["node", SCRIPT, node, role, folder, at], log=log, cwd=node)
