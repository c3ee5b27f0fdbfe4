"""Which photos a device still owes the office; and a photo as it comes to the office, unseen until
its whole hash was checked."""

from __future__ import annotations

import hashlib

from data.blobs import Blobs
from data.errors import BadInput, Malformed
from data.leaving import let_photos_go
from data.photos import MOST_BYTES
from data.store import Store
from sync.calls import Answer


class OwnPhotos:
    """A copy's photos, as a session asks for them."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self.store = store
        self.blobs = blobs

    def owed(self) -> list[str]:
        return owed(self.store, self.blobs)

    def read(self, name: str) -> bytes:
        return self.blobs.read(name)

    def size(self, name: str) -> int:
        return len(self.blobs.read(name))  # all of it, once, so that what rotted here is told here

    def piece(self, name: str, at: int, length: int) -> bytes:
        return self.blobs.piece(name, at, length)

    def held(self, *names: str) -> None:
        note_held(self.store, *names)

    def let_go(self) -> None:
        epoch = self.store.meta.get("epoch", "")
        let_photos_go(
            self.store, self.blobs, held=lambda name: self.store.meta.get(_key(name)) == epoch
        )


def owed(store: Store, blobs: Blobs) -> list[str]:
    """Photos on this copy that the office is not known to hold."""
    epoch = store.meta.get("epoch", "")
    return sorted(name for name in blobs.names() if store.meta.get(_key(name)) != epoch)


def note_held(store: Store, *names: str) -> None:
    """The office holds the photos. An office put back to an earlier copy is asked again."""
    store.set_meta(**dict.fromkeys(map(_key, names), store.meta.get("epoch", "")))


class Coming:
    """A photo, or some of it, on its way into the office from one device.

    `at`: where in the photo the bytes belong; `of`: how many it has, None if these are its last.
    What came before a line broke stays in the device's part.
    """

    def __init__(self, blobs: Blobs, whose: str, name: str, at: int, of: int | None) -> None:
        if of is not None and not at <= of <= MOST_BYTES:
            raise _too_large() if of > MOST_BYTES else Malformed("A photo ends before its piece.")
        self.most = (MOST_BYTES if of is None else of) - at
        """Bytes that may come."""
        self._blobs, self._whose, self._name = blobs, whose, name
        self._at, self._of = at, of
        self._here = blobs.has(name)
        self._end = at + self.most

    def take(self, content: bytes) -> None:
        """The next bytes. Malformed: more came than was said."""
        if self._at + len(content) > self._end:
            raise Malformed(f"This is larger than {self.most} bytes.", code="too-large")
        if not self._here:
            self._blobs.parts.append(self._whose, self._name, self._at, content)
        self._at += len(content)

    def ended(self) -> Answer:
        """After the last bytes: 202 more is wanted, 201 it can be seen now, 200 it could before.
        BadInput: all of it came, and it is not what its name says; nothing of it is kept."""
        if self._here:
            self._blobs.parts.remove(self._whose, self._name)  # another device was quicker
            return Answer(200, b"")
        if self._of is not None and self._at < self._of:
            return Answer(202, b"")
        try:
            self._blobs.complete(self._whose, self._name)
        except BadInput:
            if not self._blobs.has(self._name):
                raise
            return Answer(200, b"")  # a half-open line of the same device was quicker
        return Answer(201, b"")


def accept(blobs: Blobs, name: str, content: bytes) -> None:
    """Keeps a photo that came over the wire. BadInput: it is too large, or not what its name says;
    nothing of it is ever visible then."""
    if len(content) > MOST_BYTES:
        raise _too_large()
    if hashlib.sha256(content).hexdigest() != name:
        raise BadInput("These bytes are not the photo they are named for.", code="wrong-hash")
    blobs.keep(content)


def _too_large() -> BadInput:
    return BadInput("This photo is larger than 30 MB.", code="too-large")


def _key(name: str) -> str:
    # One key a photo: a list would be written whole into the journal for every photo sent.
    return f"sent_photos/{name}"
