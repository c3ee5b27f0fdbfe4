"""What one device tells another while the office is out of reach: a letter to the crew.

It goes in the same file as the letters to the office, and holds the states of records that the
office does not have yet. They are grouped by the buckets they lie in; each group is enciphered once
under a key of its own, and that key once more under each bucket's: who holds one of the buckets
reads it, nobody else. An authenticator, a MAC for every other device under the key of those two
alone (Castro and Liskov 1999), says who made it, whoever carried it.

    callboard bundle 1
    {"device":"0197...","production":"5f2c...","size":4711,"to":"crew"}
    macs 71     {"0197...": a MAC of all that follows, ...}
    head 215    {"salts": proofs of replicas, "made": [replica, n], "with": [seals of letters]}
    group 950   {"keys": {name of a key: the group's key, ...}, "nonce": ..., "tag": ...} contents
    32 bytes, the seal, for the office
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from data.canonical import decode, encode
from data.errors import Malformed
from data.packing import dumps, loads
from data.stamp import replica_of
from data.state import State
from sync.ring import Ring, name_of
from sync.sealing import CUT_OFF, FIRST_LINE, Letter, Part, enciphered, joined, parts_of
from sync.wire import FULL, MOST_RECORD, MOST_STATES, pack, unpack

MOST_GROUPS: Final = 100
MOST_WRAPS: Final = 200
"""Keys that open one group."""
MOST_TOLD: Final = 4000
"""States of a letter."""
FULL_TOLD: Final = 6 * 2**20
"""Bytes of states that are told; what is left over goes to the office alone."""
MOST_OPENED: Final = 2 * FULL_TOLD
"""Bytes of states that are read of a letter: a small one can hold very many."""


@dataclass(frozen=True, slots=True)
class Group:
    """Records that lie in the same buckets; read, the buckets whose keys opened it."""

    buckets: frozenset[str]
    states: list[State]


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter to the crew says to a device that may take it. `beside`: the seals of the
    letters to the office that bring the same; `made`: the last edit of its device by then."""

    device: str
    salts: Mapping[str, str]
    made: tuple[str, int]
    beside: frozenset[str]
    groups: list[Group]

    def owns(self, replica: str) -> bool:
        """Whether the replica was named on the device that made this."""
        salt = self.salts.get(replica)
        return salt is not None and replica == replica_of(self.device, salt)


def body_of(
    production: str, device: str, head: Mapping[str, Any], groups: Iterable[Group], ring: Ring,
    rng: Random,
) -> bytes:  # fmt: skip
    """The letter between its first lines and its seal. `head`: salts, made, with."""
    parts: list[Part] = [("head", dumps(head))]
    parts += (("group", _closed(group, ring, rng)) for group in groups)
    said = joined(parts)
    whole = _whole(production, device, said)
    macs = {to: _mac(whole, peer.key) for to, peer in ring.peers.items()}
    return joined([("macs", dumps(macs))]) + said


def is_for(letter: Letter, device: str, ring: Ring) -> bool:
    """Whether the device that the letter names made it, for this device too."""
    peer = ring.peers.get(letter.device)
    if peer is None:
        return False
    macs, said = _split(letter)
    mac = macs.get(device)
    whole = _whole(letter.production, letter.device, said)
    return type(mac) is str and mac.isascii() and hmac.compare_digest(mac, _mac(whole, peer.key))


def read(letter: Letter, ring: Ring) -> Told:
    """What this ring opens of a letter that is for this device. Malformed: its device is broken,
    or lies; nothing of it is to be taken."""
    _, said = _split(letter)
    parts = list(parts_of(said))
    if not parts or parts[0][0] != "head" or len(parts) > MOST_GROUPS + 1:
        raise Malformed(CUT_OFF)
    try:
        head = loads(parts[0][1])
        replica, n = head["made"]
        salts = {str(name): str(salt) for name, salt in head["salts"].items()}
        beside = frozenset(map(str, head["with"]))
        names = (str(replica), *salts, *salts.values())
        fine = type(replica) is str and type(n) is int and all(map(str.isascii, names))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(CUT_OFF) from error
    if not fine:
        raise Malformed(CUT_OFF)
    keys, room = ring.by_name(), _Room()
    found = (_opened(part, keys, room) for name, part in parts[1:] if name == "group")
    groups = [group for group in found if group is not None]
    return Told(letter.device, salts, (replica, n), beside, groups)


# ---- inside -----------------------------------------------------------------------------------


def _whole(production: str, device: str, said: bytes) -> bytes:
    """What is signed: who says it, of which production, and all of it."""
    names = f"{production} {device}\n".encode()
    return hashlib.blake2b(FIRST_LINE + names + said, digest_size=32).digest()


def _mac(whole: bytes, key: str) -> str:
    secret = bytes.fromhex(key)
    return hashlib.blake2b(whole, key=secret, digest_size=16, person=b"callboard.mac").hexdigest()


def _split(letter: Letter) -> tuple[Mapping[str, Any], bytes]:
    """The MACs, and all that they are of."""
    name, macs = next(parts_of(letter.body), ("", b""))
    if name != "macs":
        raise Malformed(CUT_OFF)
    try:
        read = loads(macs)
    except (ValueError, RecursionError) as error:
        raise Malformed(CUT_OFF) from error
    if not isinstance(read, dict):
        raise Malformed(CUT_OFF)
    return read, letter.body[len(joined([(name, macs)])) :]


def _closed(group: Group, ring: Ring, rng: Random) -> bytes:
    own, nonce = rng.randbytes(32), rng.randbytes(16)
    text = enciphered(joined(_contents(group)), own, nonce)
    keys = {}
    for key in filter(None, map(ring.key, sorted(group.buckets)[:MOST_WRAPS])):
        keys[name_of(key)] = enciphered(own, _wrapping(key), nonce).hex()
    head = {"keys": keys, "nonce": nonce.hex(), "tag": _tag(text, own)}
    return dumps(head) + b"\n" + text


def _contents(group: Group) -> Iterator[Part]:
    some, size = list[Any](), 0
    for state in group.states:
        raw = encode(state)
        size += len(dumps(raw))
        if some and (len(some) == MOST_STATES or size > FULL):
            yield "states", pack({"s": one} for one in some)
            some, size = [], 0
        some.append(raw)
    if some:
        yield "states", pack({"s": one} for one in some)


@dataclass(slots=True)
class _Room:
    """How much may still come of one letter."""

    states: int = MOST_TOLD
    size: int = field(default_factory=lambda: MOST_OPENED)

    def take(self, size: int) -> None:
        """Malformed: there was no room for it."""
        self.states -= 1
        self.size -= size
        if self.states < 0 or self.size < 0:
            raise Malformed("A file tells more records than one may.", code="too-large")


def _opened(part: bytes, keys: Mapping[str, tuple[str, bytes]], room: _Room) -> Group | None:
    """None: no key opens it. A name of a key proves nothing, it is to be seen in every file: only
    a bucket whose key brings forth the group's own counts."""
    line, _, text = part.partition(b"\n")
    buckets, own = set[str](), b""
    try:
        head = loads(line)
        nonce, tag, wraps = bytes.fromhex(head["nonce"]), str(head["tag"]), head["keys"]
        for name in list(wraps)[:MOST_WRAPS]:
            bucket, key = keys.get(name, ("", b""))
            if not key:
                continue
            wrapped = bytes.fromhex(wraps[name])
            found = enciphered(wrapped, _wrapping(key), nonce)
            if len(found) == 32 and hmac.compare_digest(tag.encode(), _tag(text, found).encode()):
                buckets.add(bucket)
                own = found
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(CUT_OFF) from error
    if not buckets:
        return None
    inside = list(parts_of(enciphered(text, own, nonce)))
    states = list[State]()
    for name, one in inside:
        if name == "states":
            states += _states(one, room)
    return Group(frozenset(buckets), states)


def _states(part: bytes, room: _Room) -> Iterator[State]:
    """One that is no state, or is too large, spoils no other. Malformed: they are too many."""
    for line in unpack(part):
        size = len(dumps(line))
        room.take(size)
        with suppress(Malformed):
            state = decode(line.get("s"))
            if size <= MOST_RECORD and state.vv:
                yield state


def _wrapping(key: bytes) -> bytes:
    return hashlib.blake2b(key=key, digest_size=32, person=b"callboard.wrap").digest()


def _tag(text: bytes, own: bytes) -> str:
    return hashlib.blake2b(text, key=own, digest_size=16, person=b"callboard.tag").hexdigest()
