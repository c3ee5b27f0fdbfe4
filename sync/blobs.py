"""Which photos a device still owes the office, and the check a photo passes before it is seen."""

from __future__ import annotations

import hashlib

from data.blobs import Blobs
from data.errors import BadInput
from data.leaving import let_photos_go
from data.photos import MOST_BYTES
from data.store import Store


class OwnPhotos:
    """A copy's photos, as a session asks for them."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self.store = store
        self.blobs = blobs

    def owed(self) -> list[str]:
        return owed(self.store, self.blobs)

    def read(self, name: str) -> bytes:
        return self.blobs.read(name)

    def held(self, name: str) -> None:
        note_held(self.store, name)

    def let_go(self) -> None:
        epoch = self.store.meta.get("epoch", "")
        let_photos_go(
            self.store, self.blobs, held=lambda name: self.store.meta.get(_key(name)) == epoch
        )


def owed(store: Store, blobs: Blobs) -> list[str]:
    """Photos on this copy that the office is not known to hold."""
    epoch = store.meta.get("epoch", "")
    return sorted(name for name in blobs.names() if store.meta.get(_key(name)) != epoch)


def note_held(store: Store, name: str) -> None:
    """The office holds the photo. An office put back to an earlier copy is asked again."""
    store.set_meta(**{_key(name): store.meta.get("epoch", "")})


def accept(blobs: Blobs, name: str, content: bytes) -> None:
    """Keeps a photo that came over the wire. BadInput: it is too large, or not what its name says;
    nothing of it is ever visible then."""
    if len(content) > MOST_BYTES:
        raise BadInput("This photo is larger than 30 MB.", code="too-large")
    if hashlib.sha256(content).hexdigest() != name:
        raise BadInput("These bytes are not the photo they are named for.", code="wrong-hash")
    blobs.keep(content)


def _key(name: str) -> str:
    # One key a photo: a list would be written whole into the journal for every photo sent.
    return f"sent_photos/{name}"
