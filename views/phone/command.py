"""`callboard phone build`: makes the app now, and says how it goes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from views.phone.build import LISTING, Built, Parts, build, found
from views.phone.serving import cache_folder
from views.words import count

WIDE = 30


def build_phone(out: Path | None, *, quiet: bool) -> None:
    """Makes the app where the office looks for it. Missing: a part of it cannot be had."""
    cache, parts = cache_folder(), Parts.here()
    built = found(cache, parts)
    if built is None:
        if not quiet and parts.how == "none":
            print("Node is not here, so the modules are not compiled: phones start more slowly.")
        built = build(cache, parts, _silent if quiet else _shown)
    elif not quiet:
        print("The phone app is up to date.")
    if out is not None:
        _copied(built, out)
    if not quiet:
        sent = sum(file["sent"] for file in built.files.values()) / 1e6
        print(f"Version {built.version}: {count(len(built.files), 'file')}, {sent:.1f} MB packed.")


def _silent(_share: float, _words: str) -> None:
    return None


def _shown(share: float, words: str) -> None:
    bar = "#" * round(share * WIDE)
    end = "\n" if share >= 1 else ""
    print(f"\r[{bar:<{WIDE}}] {words:<40.40}", end=end, file=sys.stderr, flush=True)


def _copied(built: Built, out: Path) -> None:
    """As any web server can hand it out at the address that it was made for."""
    for name in (*built.files, LISTING):
        to = out / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built.folder / name, to)
