"""Devices: whose they are, who has the lent ones, and which were taken out of use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from data.desk import Desk
from data.errors import Refused
from data.fields import Label, Line, Moment, link_to, one_of
from data.kind import Kind
from data.kinds.people import Person, PersonId
from data.kinds.voiding import standing, taken_back
from data.reach import Reach
from data.record import Record, RecordId
from data.roles import ROLE_NAMES

DeviceId = Annotated[str, link_to("device")]
Status = Literal["active", "retired", "left", "lost"]


class Device(Record):
    """A phone, tablet or laptop that was paired: to a person, or lent to a role."""

    name: Line
    person: Annotated[PersonId | None, Label("Belongs to")] = None
    lent_to: Annotated[str, one_of(*ROLE_NAMES, ""), Label("Lent to the role")] = ""
    department: Line = ""
    unit: Annotated[Line, Label("Unit", "empty: every unit")] = ""
    paired: Annotated[Moment | None, Label("Paired")] = None


class Revocation(Record):
    """A device is out of use: its person left, it is lost, or it lay idle too long; a fact."""

    device: DeviceId
    person: Annotated[PersonId | None, Label("Belonged to")] = None
    what: Annotated[str, one_of("left", "lost", "retired", "void"), Label("What")]
    at: Moment
    why: Line = ""
    voids: Annotated[str | None, link_to("revocation"), Label("Takes back")] = None


def _void_revocation(fact: Revocation) -> Revocation:
    return fact.model_copy(update={"id": RecordId(""), "what": "void", "voids": fact.id})


DEVICE = Kind(
    name="device",
    model=Device,
    title="Device",
    plural="Devices",
    nature="shared",
    columns=("name", "person", "lent_to", "unit", "paired"),
    confidentiality="amber",
    reach=Reach("devices", part="device", owner=("person",)),
)
REVOCATION = Kind(
    name="revocation",
    model=Revocation,
    title="Device out of use",
    plural="Devices out of use",
    nature="fact",
    columns=("at", "device", "what", "why"),
    named_by="what",
    indexed=("device",),
    confidentiality="amber",
    take_back=_void_revocation,
    taken_back=taken_back,
    reach=Reach("devices", part_field="what", owner=("device.person", "person")),
)


# ---- folds ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Door:
    """How the office meets a device of that status. `drain`: it may send what it has once, and is
    wiped when nothing is owed any more; `wipe`: it is told to forget everything at once."""

    push: bool = False
    pull: bool = False
    drain: bool = False
    wipe: bool = False
    sentence: str = ""


DOORS: Final[Mapping[Status, Door]] = {
    "active": Door(push=True, pull=True),
    "retired": Door(push=True, sentence="This device was away very long. Pair it again."),
    "left": Door(push=True, drain=True, sentence="Its owner has left the crew."),
    "lost": Door(wipe=True, sentence="This device was reported lost. Bring it to the office."),
}
_GRAVEST: Final[tuple[Status, ...]] = ("lost", "left", "retired")


def status_of(revocations: Iterable[Revocation], unheeded: frozenset[str] = frozenset()) -> Status:
    """The gravest thing that stands wins, whoever brought it and in whatever order.

    `unheeded` are facts that the office flagged: their author had no right to say them.
    """
    words = {fact.what for fact in standing(f for f in revocations if f.id not in unheeded)}
    return next((status for status in _GRAVEST if status in words), "active")


def earlier(devices: Iterable[Device], person: Person) -> list[Device]:
    """What the person had paired before, the newest first: pairing again shows what of it the
    office was told and never got."""
    theirs = [device for device in devices if device.person == person.id]
    return sorted(theirs, key=lambda d: (d.paired is not None, d.paired, d.id), reverse=True)


# ---- verbs ----------------------------------------------------------------------------------


def take_out(desk: Desk, device: Device, what: Status, *, why: str = "") -> Revocation:
    """The device is out of use. Left: it may still send what it has. Lost: it is wiped."""
    there = desk.having(REVOCATION, "device", device.id)
    if what == "active" or status_of(there) == what:
        raise Refused(f"{device.name} is {what} already.", code="status")
    at = desk.now().replace(microsecond=0)
    return desk.add(Revocation(device=device.id, person=device.person, what=what, at=at, why=why))


def found_again(desk: Desk, device: Device) -> list[Revocation]:
    """It is in use again: what stands against it is taken back."""
    against = standing(desk.having(REVOCATION, "device", device.id))
    with desk.gesture():
        return [desk.add(_void_revocation(fact)) for fact in against]
