"""A device's ring: the keys by which crew read each other's files while the office is out of reach.

It is the office's to give (rings.py), in the welcome: a key of every bucket of the device's scope,
one of the whole crew, and one with every other device alone. The office makes a bucket's key anew
when somebody may hold it no more; of what a device may hold still it keeps the former keys too, for
files of people who have not heard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from data.errors import Malformed
from data.packing import dumps
from data.store import Store

Line: TypeAlias = list[str | list[str]]
CREW: Final = ""
"""The bucket that everybody holds."""
WHOLE: Final = "*"
"""The only other one, where devices hold everything."""
FORMER: Final = 8
"""Former keys of a bucket that are kept."""
RING: Final = "ring"
"""In the books of a device."""


class Peer(NamedTuple):
    """Another device: the key with it alone, and what the office calls it."""

    key: str
    called: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys in hexadecimal. `former`: by bucket, the newest first."""

    keys: Mapping[str, str] = field(default_factory=dict)
    peers: Mapping[str, Peer] = field(default_factory=dict)
    former: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """Changes with the ring; empty: there is none."""
        if not self.keys:
            return ""
        told = list(self.lines())
        return hashlib.blake2b(dumps(told), digest_size=6).hexdigest()

    def by_name(self) -> dict[str, tuple[str, bytes]]:
        """By the name of each key, also the former: its bucket, and the key."""
        found = {}
        for bucket in self.keys:
            for text in (*self.former.get(bucket, ()), self.keys[bucket]):
                key = bytes.fromhex(text)
                found[name_of(key)] = (bucket, key)
        return found

    def key(self, bucket: str) -> bytes | None:
        text = self.keys.get(bucket)
        return None if text is None else bytes.fromhex(text)

    def lines(self) -> Iterator[Line]:
        """As the welcome tells it: [bucket, key], then [device, [key, what it is called]]."""
        for bucket, key in sorted(self.keys.items()):
            yield [bucket, key]
        for device, peer in sorted(self.peers.items()):
            yield [device, [*peer]]

    @classmethod
    def told(cls, lines: Iterable[Line], before: Ring) -> Ring:
        """The ring that a welcome tells, to be used instead of the one before. Malformed: it is
        none."""
        keys, peers = dict[str, str](), dict[str, Peer]()
        for name, said in lines:
            parts = [said] if isinstance(said, str) else said
            if not isinstance(name, str) or not parts or not _is_key(parts[0]):
                raise Malformed("The office's keys cannot be read.")
            if isinstance(said, str):
                keys[name] = said
            else:
                peers[name] = Peer(said[0], " ".join(said[1:]))
        former: dict[str, list[str]] = {}
        for bucket, key in keys.items():
            had = [before.keys.get(bucket), *before.former.get(bucket, ())]
            kept = [text for text in had if text and text != key][:FORMER]
            former |= {bucket: kept} if kept else {}
        return cls(keys, peers, former)


def ring_of(store: Store) -> Ring:
    """What the device was given last; an empty one, if it never was."""
    raw: Mapping[str, Any] = store.meta.get(RING) or {}
    peers = {device: Peer(*peer) for device, peer in raw.get("peers", {}).items()}
    return Ring(dict(raw.get("keys", {})), peers, dict(raw.get("former", {})))


def renewed(store: Store, lines: Iterable[Line]) -> dict[str, Any]:
    """For the books: the ring that a welcome tells; empty, if it tells none."""
    lines = list(lines)
    if not lines:
        return {}
    ring = Ring.told(lines, ring_of(store))
    peers = {device: list(peer) for device, peer in ring.peers.items()}
    former = dict(ring.former)
    return {"word": ring.word, "keys": dict(ring.keys), "peers": peers, "former": former}


def name_of(key: bytes) -> str:
    """By which a file says that this key opens it, to those who have it."""
    return hashlib.blake2b(key=key, digest_size=8, person=b"callboard.name").hexdigest()


def _is_key(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")
