"""A device forgets a show: everything it holds of it is removed from its disk, and why is kept.

The note is written first, so that a wipe which a flat battery cut short is finished at the next
start, before anything is read.
"""

from __future__ import annotations

import json
import shutil

from data.blobs import Blobs
from data.files import DiskFolder, Folder
from data.store import Store

NOTE = "wiped.json"


def wipe(store: Store, blobs: Blobs, why: str) -> None:
    """Closes the copy and removes it: journal, every generation, photos, thumbnails."""
    folder = store.storage.folder
    _note(folder, why, done=False)
    store.close()
    blobs.close()
    _clear(folder, why)
    for beside in ("thumbs", "parts"):  # in a browser they lie elsewhere, in memory
        shutil.rmtree(blobs.folder / beside, ignore_errors=True)


def finish_wipe(folder: Folder) -> str:
    """Before a copy is opened: ends a wipe that was cut short. Why it was wiped, or empty."""
    if NOTE not in folder.names():
        return ""
    try:
        told = json.loads(_read(folder))
        why = str(told["why"])
    except (OSError, ValueError, TypeError, KeyError):  # cut while it was written: nothing was done
        told, why = {"done": True}, "It was to be wiped."
    if not told.get("done"):
        _clear(folder, why)
    return why


def begin_anew(folder: Folder) -> None:
    """The device is paired again: why it was wiped once is of no interest any more."""
    if NOTE in folder.names():
        folder.remove(NOTE)


def _clear(folder: Folder, why: str) -> None:
    for name in folder.names():
        if name != NOTE:
            folder.remove(name)
    if isinstance(folder, DiskFolder):  # photos, thumbnails, and what was put aside
        for path in folder.path.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
    _note(folder, why, done=True)


def _read(folder: Folder) -> bytes:
    file = folder.open(NOTE)
    try:
        return file.read(0, file.size)
    finally:
        file.close()


def _note(folder: Folder, why: str, *, done: bool) -> None:
    file = folder.create(NOTE)
    try:
        file.append(json.dumps({"why": why, "done": done}).encode())
        file.sync()
    finally:
        file.close()
    folder.sync()
