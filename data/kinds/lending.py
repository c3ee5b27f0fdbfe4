"""Lent devices: who has one from when to when. Every edit made on it carries that person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, NamedTuple

from data.desk import Desk
from data.errors import OfficeError, Refused
from data.fields import Label, Moment, link_to, one_of
from data.judge import Hand
from data.kind import Kind
from data.kinds.devices import Device, DeviceId
from data.kinds.grants import ms
from data.kinds.people import Person, PersonId
from data.kinds.voiding import standing, taken_back
from data.reach import Reach
from data.record import Record, RecordId
from data.roles import Held
from data.state import State


class Lending(Record):
    """A lent device in somebody's hands from `at` on, until the next one says otherwise; a fact."""

    device: DeviceId
    person: PersonId
    what: Annotated[str, one_of("taken", "given_back", "void"), Label("What")]
    at: Moment
    voids: Annotated[str | None, link_to("lending"), Label("Takes back")] = None


def _void_lending(fact: Lending) -> Lending:
    return fact.model_copy(update={"id": RecordId(""), "what": "void", "voids": fact.id})


LENDING = Kind(
    name="lending",
    model=Lending,
    title="Lending",
    plural="Lendings",
    nature="fact",
    columns=("at", "device", "person", "what"),
    named_by="what",
    indexed=("device",),
    confidentiality="amber",
    take_back=_void_lending,
    taken_back=taken_back,
    reach=Reach("devices", part="lending", owner=("person",)),
)


# ---- folds ----------------------------------------------------------------------------------


class Tap(NamedTuple):
    """A lending as it was written: `ms` is its stamp, as of the edits around it (`at` is what the
    device's own clock said, which may be wrong), `replica` where it was written."""

    fact: Lending
    ms: int
    replica: str = ""


class Span(NamedTuple):
    """A lent device in one person's hands; without `until` it still is."""

    person: str
    since: int
    until: int | None


def spans(taps: Iterable[Tap]) -> list[Span]:
    """Who had the device from when to when, in order."""
    taps = list(taps)
    stand = {fact.id for fact in standing(tap.fact for tap in taps)}
    found: list[Span] = []
    for fact, at, _ in sorted(taps, key=lambda tap: (tap.ms, tap.fact.id)):
        if fact.id not in stand:
            continue
        if found and found[-1].until is None:
            found[-1] = found[-1]._replace(until=at)
        if fact.what == "taken":
            found.append(Span(fact.person, at, None))
    return found


def holder(taps: Iterable[Tap]) -> str:
    """Who has the device now: a person's id, or empty."""
    last = next(reversed(spans(taps)), None)
    return last.person if last is not None and last.until is None else ""


def hand_of(device: Device, taps: Iterable[Tap], at: int) -> Hand:
    """Who may write on the device at that moment, and the role it lends them. At the very moment
    of a hand-over both may."""
    if not device.lent_to:
        return Hand(frozenset({device.person or ""} - {""}))
    having = (s for s in spans(taps) if s.since <= at and (s.until is None or at <= s.until))
    return Hand(frozenset(span.person for span in having), lent=lent_role(device))


def lent_role(device: Device) -> Held:
    """The role that a lent device holds itself, whoever has it."""
    since = ms(device.paired) if device.paired else 0
    return Held(device.lent_to, "", device.department, device.unit, since=since)


def tap_of(state: State) -> Tap | None:
    """The lending that a state says, with its stamp; None: it is no lending, or nothing of it
    stands."""
    if state.kind != LENDING.name or not state.alive:
        return None
    values = {name: state.cells[name][state.ranked(name)[0]] for name in state.cells}
    dot = min(state.marks, key=lambda dot: (state.marks[dot].stamp, dot))
    return Tap(LENDING.read(state.id, values), state.marks[dot].stamp, dot.replica)


# ---- verbs ----------------------------------------------------------------------------------


def sign_in(desk: Desk, device: Device, person: Person) -> Lending:
    """On the lent device itself: the person has it from now on, and writes with their own name.
    That they know their PIN was asked before (data/kinds/pins.py)."""
    before, desk.user = desk.user, person.id
    try:
        return hand_to(desk, device, person)
    except OfficeError:
        desk.user = before
        raise


def hand_to(desk: Desk, device: Device, person: Person) -> Lending:
    """The person has the lent device from now on. At the office: somebody saw it change hands."""
    if not device.lent_to:
        raise Refused(f"{device.name} is not lent: it belongs to one person.", code="not-lent")
    if holder(taps_of(desk, device)) == person.id:
        raise Refused(f"{person.name} has {device.name} already.", code="has-it")
    return _lend(desk, device, person.id, "taken")


def give_back(desk: Desk, device: Device) -> Lending:
    """Nobody has the device any more; it asks who takes it."""
    who = holder(taps_of(desk, device))
    if not who:
        raise Refused(f"Nobody has {device.name}.", code="not-lent")
    return _lend(desk, device, who, "given_back")


def taps_of(desk: Desk, device: Device) -> list[Tap]:
    """The device's lendings on this copy, each with its stamp."""
    states = [desk.store.state(f.id) for f in desk.having(LENDING, "device", device.id)]
    return [tap for tap in (tap_of(s) for s in states if s is not None) if tap is not None]


def _lend(desk: Desk, device: Device, person: str, what: str) -> Lending:
    at = desk.now().replace(microsecond=0)
    return desk.add(Lending(device=device.id, person=person, what=what, at=at))
