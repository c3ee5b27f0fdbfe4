"""The one seam to the product's conversation: a device's session and the office's front."""

from __future__ import annotations

from pathlib import Path

from data.blobs import Blobs
from data.codes import token_hash
from data.desk import Desk
from data.edit import Edit
from data.errors import OfficeError, Refused
from data.kinds import ALL
from data.state import State
from data.store import Store
from sync.device import Device
from sync.exchange import Office
from sync.front import Front
from sync.pairing import Pairings
from sync.rings import InUse
from sync.session import Session
from sync.wire import Hello, Message


class NoPhotos:
    """Here the names of photos travel, in their records; their bytes have tests of their own."""

    def owed(self) -> list[str]:
        return []

    def read(self, name: str) -> bytes:
        raise AssertionError(f"nobody owes {name}")

    def size(self, name: str) -> int:
        raise AssertionError(f"nobody owes {name}")

    def piece(self, name: str, at: int, length: int) -> bytes:  # noqa: ARG002
        raise AssertionError(f"nobody owes {name}")

    def held(self, *names: str) -> None:
        raise AssertionError(f"nobody owes {names}")

    def let_go(self) -> None:
        """There are none to delete."""


def session_of(store: Store, name: str, *, scoped: bool) -> Session:
    """A device's half over its store; where there are rights the office knows it by its name."""
    device = str(store.meta.get("device", name)) if scoped else ""
    return Session(Device(store, device=device, called=name), NoPhotos())


class Believing(Pairings):
    """Everybody was paired before the story begins: a device's id is its token."""

    def let_in(self, token: str, *, pushes: bool) -> str:
        del pushes
        return token

    def secret_of(self, device: str) -> tuple[str, bool]:
        return token_hash(device), True

    def living(self) -> dict[str, InUse]:
        named = self.office.register.named
        return {device: InUse(token_hash(device), name["called"]) for device, name in named.items()}


class OpenFront(Front):
    """Whoever says hello is one of the crew from then on."""

    def _hello(self, hello: Hello) -> Message:
        assert self.pairings is not None
        self.pairings.rings.stir()
        return super()._hello(hello)


def front_of(store: Store, *, judged: bool, scoped: bool, neighbours: bool) -> Front:
    """The office's half over its store. `judged`: not everybody may write everything; `scoped`: by
    their roles, and devices hold what these may see; `neighbours`: they have keys for each other,
    and may bring files."""
    office = Office(store, judge=judge if judged else None, rights=scoped, strangers=not scoped)
    if not neighbours:
        return Front(office, Blobs(Path("no-photos")))
    pairings = Believing(Desk(store, ALL, user="office"), office)
    return OpenFront(office, Blobs(Path("no-photos")), pairings)


def judge(edit: Edit, before: State | None) -> OfficeError | None:
    """Some rights, as a show may have them."""
    who = edit.mark.user
    if who == "Ben" and "money" in edit.values:
        return Refused("Ben does not write money.", code="no-right")
    if who == "Cam" and edit.delete:
        return Refused("Cam does not delete.", code="no-right")
    if who == "Dee" and before is None:
        return Refused("Dee makes no new records.", code="no-right")
    if who == "Eve" and ("photos" in edit.add or "tags" in edit.remove):
        return Refused("Eve leaves sets alone.", code="no-right")
    return None
