"""The one seam to the product's conversation: a device's session and the office's front."""

from __future__ import annotations

from pathlib import Path

from data.blobs import Blobs
from data.store import Store
from sync.device import Device
from sync.exchange import Office
from sync.front import Front
from sync.session import Session


class NoPhotos:
    """Here the names of photos travel, in their records; their bytes have tests of their own."""

    def owed(self) -> list[str]:
        return []

    def read(self, name: str) -> bytes:
        raise AssertionError(f"nobody owes {name}")

    def held(self, name: str) -> None:
        raise AssertionError(f"nobody owes {name}")


def session_of(store: Store, name: str) -> Session:
    """A device's half over its store."""
    return Session(Device(store, called=name), NoPhotos())


def front_of(store: Store) -> Front:
    """The office's half over its store."""
    return Front(Office(store), Blobs(Path("no-photos")))
