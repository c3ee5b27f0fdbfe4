"""A device forgets a show: everything it holds of it is removed from its disk, and why is kept.

The note is written first, so that a wipe which a flat battery cut short is finished at the next
start, before anything is read.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from data.files import sync_folder
from data.store import Store

NOTE = "wiped.json"


def wipe(store: Store, why: str) -> None:
    """Closes the copy and removes it: journal, every generation, photos, thumbnails."""
    home = store.home
    (home / NOTE).write_text(json.dumps({"why": why, "done": False}), encoding="utf-8")
    sync_folder(home)
    store.close()
    _clear(home, why)


def finish_wipe(home: Path) -> str:
    """Before a copy is opened: ends a wipe that was cut short. Why it was wiped, or empty."""
    try:
        told = json.loads((home / NOTE).read_text(encoding="utf-8"))
        why = str(told["why"])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, TypeError, KeyError):  # cut while it was written: nothing was done
        told, why = {"done": True}, "It was to be wiped."
    if not told.get("done"):
        _clear(home, why)
    return why


def begin_anew(home: Path) -> None:
    """The device is paired again: why it was wiped once is of no interest any more."""
    (home / NOTE).unlink(missing_ok=True)


def _clear(home: Path, why: str) -> None:
    for path in home.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != NOTE:
            path.unlink()
    (home / NOTE).write_text(json.dumps({"why": why, "done": True}), encoding="utf-8")
    sync_folder(home)
