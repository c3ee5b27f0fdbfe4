"""At the office: which keys each device is given, so that crew can read each other's files.

All of them come from one secret in the office's books, so an office that was put back from its
backup has them still. A bucket's key is made anew when a device that was given it may hold the
bucket no more (its role narrowed, it left, it is lost) and in every epoch: former keys open nothing
that is written by the new ones. A device is told its ring when it says hello with another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from data.codes import new_token
from sync.exchange import Office
from sync.ring import CREW, WHOLE, Peer, Ring
from sync.scopes import Scope
from sync.wire import Hello, Welcome

_TELLING: Final = frozenset({"device", "revocation", "role_grant", "role_cell"})
"""Kinds whose records say who may hold what."""


class InUse(NamedTuple):
    """A device in use: the hash of its token, and what it is called."""

    secret: str
    called: str


Living = Callable[[], Mapping[str, InUse]]
"""By device, all that are in use."""


class Rings:
    """Of one office."""

    def __init__(self, office: Office, living: Living) -> None:
        self.office, self.store = office, office.store
        self._living = living
        self._peers: Mapping[str, InUse] = {}
        self._stale = True
        self._until: float = 0
        """When somebody's role ends or begins, whatever is written."""
        self._words: dict[tuple[str, ...], str] = {}
        self.store.listen(self._touched)

    def stir(self) -> None:
        """A device was paired."""
        self._stale = True

    def onto(self, welcome: Welcome, hello: Hello) -> Welcome:
        """The welcome, with the device's ring if that is not the one it says it has."""
        self._catch_up()
        if hello.device not in self._peers:
            return welcome
        scope = self.office.scope_of(hello.device)
        here = (hello.device, scope.word, welcome.epoch)
        if self._words.get(here) == hello.ring:
            return welcome
        ring = self._ring(hello.device, scope)
        self._words[here] = ring.word
        if ring.word == hello.ring:
            return welcome
        given = sorted(_of(scope))
        if self.store.meta.get(f"ringed/{hello.device}") != given:
            self.store.set_meta(**{f"ringed/{hello.device}": given})  # before it is told
        return welcome.model_copy(update={"ring": tuple(ring.lines())})

    # ---- inside -----------------------------------------------------------------------------

    def _ring(self, device: str, scope: Scope) -> Ring:
        keys = {bucket: self._key(bucket) for bucket in (CREW, *_of(scope))}
        own = self._peers[device]
        peers = {
            other: Peer(self._pair((device, own.secret), (other, peer.secret)), peer.called)
            for other, peer in self._peers.items()
            if other != device
        }
        return Ring(keys, peers)

    def _key(self, bucket: str) -> str:
        n = self.store.meta.get("ring_revisions", {}).get(bucket, 0)
        return self._made(f"{self.store.meta['epoch']}\n{n}\n{bucket}", b"callboard.bucket")

    def _pair(self, *two: tuple[str, str]) -> str:
        """Of two devices as they are paired now; of one that is paired anew it is another."""
        return self._made(
            "\n".join(f"{i} {secret}" for i, secret in sorted(two)), b"callboard.pair"
        )

    def _made(self, text: str, sort: bytes) -> str:
        root = self.store.meta.get("ring_root")
        if root is None:
            root = new_token(self.store.sources.rng)
            self.store.set_meta(ring_root=root)
        key = bytes.fromhex(str(root))
        return hashlib.blake2b(text.encode(), key=key, digest_size=32, person=sort).hexdigest()

    def _catch_up(self) -> None:
        """Makes keys anew that somebody has who may have them no more."""
        if not self._stale and self.store.sources.wall_ms() < self._until:
            return
        self._stale, self._peers = False, self._living()
        self._words.clear()
        books: dict[str, Any] = {}
        lost = set[str]()
        meta = self.store.meta
        for device in [key.removeprefix("ringed/") for key in meta if key.startswith("ringed/")]:
            given = meta[f"ringed/{device}"]
            if given is None:
                continue
            if device not in self._peers:
                lost |= {CREW, *given}
                books[f"ringed/{device}"] = None
                continue
            kept = _of(self.office.scope_of(device)) & set(given)
            if len(kept) < len(given):
                lost.update(set(given) - kept)
                books[f"ringed/{device}"] = sorted(kept)
        self._until = self._next_change()
        if lost:
            revisions = dict(meta.get("ring_revisions", {}))
            revisions |= {bucket: revisions.get(bucket, 0) + 1 for bucket in lost}
            self.store.set_meta(ring_revisions=revisions, **books)

    def _next_change(self) -> float:
        scopes = self.office.scopes
        ends = [] if scopes is None else [scopes.until(device) for device in self._peers]
        return min((end for end in ends if end is not None), default=float("inf"))

    def _touched(self, touched: frozenset[tuple[str, str]]) -> None:
        self._stale |= any(kind in _TELLING for kind, _ in touched)


def _of(scope: Scope) -> frozenset[str]:
    return scope.buckets if scope.word else frozenset({WHOLE})
