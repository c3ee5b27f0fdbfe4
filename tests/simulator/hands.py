"""Files that go from hand to hand: to other devices and to the office, twice, late, in half, in any
order; and some that were made to deceive."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from data.codes import token_hash
from data.desk import Desk
from data.errors import Malformed, NotSaved, OfficeError
from data.kinds import ALL
from data.rights_book import buckets_of
from data.stamp import replica_of
from data.state import Dot, Mark, State
from sync.bringing import brought
from sync.bundle import handed_over
from sync.crew import KINDS
from sync.neighbour import Group, body_of
from sync.ring import CREW, WHOLE, Ring, ring_of
from sync.sealing import Letter, seal_of, sealed_open, whole_letters
from tests.simulator.copies import DeviceCopy
from tests.simulator.talk import NoPhotos
from tests.simulator.wrong import diverged

if TYPE_CHECKING:
    from tests.simulator.world import World

MOST_FILES = 6
FAR = 1000
"""So many edits ahead a liar claims to have seen."""


class Hands:
    """What people do with files. They keep some of them."""

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng
        self._files: list[bytes] = []
        self._lies = 0

    def hand_over(self) -> None:
        """A device's file, of which it does not know who will take it in."""
        device = self.rng.choice(self.world.devices)
        if device.on:
            content = self._made(device)
            if content:
                self._keep(content)
                self.world.tell(device.name, f"hands over {len(content)} bytes")

    def swap(self) -> None:
        """Two meet, and each takes in what the other hands over."""
        one, other = (self.rng.choice(self.world.devices) for _ in range(2))
        for giver, to in ((one, other), (other, one)):
            content = self._made(giver) if giver.on and giver is not to else b""
            if content:
                self._take(to, content)

    def take(self) -> None:
        """Somebody takes a file in; perhaps not all of it came."""
        if self._files:
            content = self.rng.choice(self._files)
            if self.rng.random() < 0.15:
                content = content[: self.rng.randrange(len(content))]
            self._take(self.rng.choice(self.world.devices), content)

    def bring(self) -> None:
        """Somebody brings a file to the office, and takes the answers with him."""
        office = self.world.office
        if not (self._files and office.on):
            return
        with self.world.machine(office):
            pairings: Any = office.front.pairings
            try:
                answers, taken = pairings.take_file(self.rng.choice(self._files))
            except NotSaved:
                raise
            except OfficeError as error:
                self.world.tell(office.name, f"does not take a file: {error.code}")
                return
            self.world.tell(office.name, f"takes {taken} letters of a file")
            self._keep(answers)

    def lie(self) -> None:
        """A device of the crew says what it cannot have seen, or speaks in another's name."""
        liar, victim, *others = self.rng.sample(self.world.devices, len(self.world.devices))
        if not (liar.on and victim.on) or "neighbours" not in self.world.swarm:
            return
        self._lies += 1
        third = others[0] if others and others[0].on else liar
        teller = liar if self.rng.random() < 0.4 else third
        made, state = self._made(teller), _of(victim, self.rng)
        if not made or state is None:
            return
        seen = victim if self.rng.random() < 0.6 else third
        content = _lie(liar, teller, seen, state, made, self._lies)
        if content:
            self.world.tell(liar.name, f"lies about {state.id}, as {teller.name}")
            self._take(victim, content)

    # ---- inside -------------------------------------------------------------------------------

    def _made(self, device: DeviceCopy) -> bytes:
        with self.world.machine(device):
            try:
                return b"".join(handed_over(device.session.device, NoPhotos()))
            except NotSaved:
                raise
            except OfficeError:
                return b""  # it has not met its office
        return b""

    def _keep(self, content: bytes) -> None:
        self._files.append(content)
        if len(self._files) > MOST_FILES:
            self._files.pop(self.rng.randrange(MOST_FILES))

    def _take(self, device: DeviceCopy, content: bytes) -> None:
        if not device.on:
            return
        before = set(device.store.ids())
        with self.world.machine(device):
            try:
                done = brought(device.session.device, NoPhotos(), content)
            except NotSaved:
                raise
            except OfficeError as error:
                self.world.tell(device.name, f"does not take a file: {error.code}")
                return
            self.world.tell(device.name, f"takes a file: {done.words()}")
            for record in sorted(set(device.store.ids()) - before):
                self._may_see(device, record)

    def _may_see(self, device: DeviceCopy, record: str) -> None:
        """What came by a file is something that the device's people may see."""
        state = device.store.state(record)
        kind = KINDS.get(state.kind) if state is not None else None
        if not device.scoped or (kind is not None and kind.confidentiality == "green"):
            return
        holds = ring_of(device.store).keys.keys() - {CREW}  # the office's word at the last hello
        own = device.store.meta["device"]
        for copy in self.world.copies:
            if copy.on:
                wrote = copy.store.meta.get("device") == own and set(copy.store.replicas)
                if wrote and state is not None and wrote & state.vv.keys():
                    return  # an answer tells a device what it sent itself, also an older copy of it
                lies = copy.store.books.holdings.of(record)
                if holds & (lies | buckets_of(Desk(copy.store, ALL, user=""), record)):
                    return
        raise diverged(f"{device.name} was shown {record}, which it may not see", record)


def _of(victim: DeviceCopy, rng: Random) -> State | None:
    """A record of the victim's that it has written itself."""
    mine = set(victim.store.replicas)
    states = [s for i in sorted(victim.store.ids()) if (s := victim.store.state(i)) is not None]
    own = [state for state in states if mine & state.vv.keys()]
    return rng.choice(own) if own else None


def _lie(
    liar: DeviceCopy, teller: DeviceCopy, seen: DeviceCopy, state: State, made: bytes, n: int
) -> bytes:
    """The teller's letters to the office; and one of the liar's to the crew, in the teller's name,
    in which what `seen` has written, and will write, counts as written over."""
    ring = ring_of(liar.store)
    lies = _common(liar, seen, state, ring)
    if not lies or not seen.on or not seen.store.replicas:
        return b""
    teller_id, salt = str(teller.store.meta["device"]), f"{n:016x}"
    if teller is not liar and (own := _last(teller)):
        replica, salt, n = own
    else:
        replica, n = replica_of(teller_id, salt), 1
    dot = Dot(replica, n)
    same = teller_id == str(liar.store.meta["device"])  # a copy of a device may speak as it does
    far = {seen.store.replicas[-1]: FAR} if same else {}
    lie = State(state.id, state.kind, {**state.vv, **far, replica: n}, {dot: Mark(1, None, "Eve")})
    lie = replace(lie, life=frozenset({dot}), cells={"name": {dot: "a lie"}})
    head = {"salts": {replica: salt}, "made": [replica, n]}
    whole = list[Letter]()
    with suppress(Malformed):  # whoever owes nothing has made none
        whole = whole_letters(made)
    real = [a.content for a in whole if a.device == teller_id and a.to == "office"]
    head |= {"with": [seal_of(letter) for letter in real]}
    production, rng = liar.store.production, Random(n)
    body = body_of(production, teller_id, head, [Group(lies, [lie])], ring, rng)
    return b"".join(real) + sealed_open(production, teller_id, body, token_hash(teller_id))


def _last(teller: DeviceCopy) -> tuple[str, str, int] | None:
    """The teller's next edit, as a liar foresees it, who has seen a file of the teller's."""
    store = teller.store if teller.on else None
    if store is None or not store.replicas:
        return None
    replica = store.replicas[-1]
    salt = store.meta.get(f"salt/{replica}")
    return (replica, str(salt), store.books.history.dots.upto(replica) + 1) if salt else None


def _common(liar: DeviceCopy, seen: DeviceCopy, state: State, ring: Ring) -> frozenset[str]:
    """Buckets under which the liar can tell the record so that the other could take it."""
    if not liar.scoped:
        return frozenset({WHOLE} & ring.keys.keys())
    lies = seen.store.books.holdings.of(state.id) if seen.on else ()
    return frozenset(name for name in lies if name in ring.keys)
