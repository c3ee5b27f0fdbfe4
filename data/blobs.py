"""Photos and papers by the SHA-256 of their bytes; a name never means two contents."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from data.disk import sync_file, sync_folder
from data.errors import Damaged, NotFound, NotSaved

NAME = 64


class Blobs:
    """A folder of immutable files, durable before `keep` returns, checked when they are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Stores the bytes and returns their name; the same bytes twice are stored once."""
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        if path.exists():
            return name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(f".{os.getpid()}.part")
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                sync_file(file.fileno())
            beside.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise NotSaved(
                f"The photo was not saved: {error.strerror}. Free some space, then take it again."
            ) from error
        return name

    def read(self, name: str) -> bytes:
        """The bytes; NotFound if not on this copy, Damaged if they are not what was kept."""
        try:
            content = self._path(name).read_bytes()
        except OSError as error:
            raise NotFound("That photo is not on this copy yet.", code="no-photo") from error
        if hashlib.sha256(content).hexdigest() != name:
            raise Damaged(f"The photo {name[:8]} on this disk is not what was taken.")
        return content

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    def names(self) -> Iterator[str]:
        return (path.name for path in self._folder.glob("??/*") if len(path.name) == NAME)

    def _path(self, name: str) -> Path:
        if len(name) != NAME or not set(name) <= set("0123456789abcdef"):
            raise NotFound("That is no photo's name.", code="no-photo")
        return self._folder / name[:2] / name
