"""The device that this copy runs on: whose it is, who has it now, and their PIN."""

from __future__ import annotations

from data.desk import Desk
from data.errors import BadInput, Refused
from data.kinds.devices import DEVICE, Device
from data.kinds.lending import holder, sign_in, taps_of
from data.kinds.people import PERSON, Person
from data.kinds.pins import PIN, knows_pin
from data.pin import Tries, tried, wait_ms
from data.record import RecordId


def own_device(desk: Desk) -> Device | None:
    """This device, as it was paired; None: it was not. Its record may lie outside its own scope."""
    told = desk.store.meta.get("paired")
    if not told:
        return None
    record_id = str(desk.store.meta.get("device", ""))
    return desk.find(DEVICE, record_id) or Device(
        id=RecordId(record_id),
        name=told["called"],
        person=told["person"] or None,
        lent_to=told["lent_to"],
        department=told["department"],
        unit=told["unit"],
    )


def writer(desk: Desk) -> str:
    """The person whose name stands under what is written here; empty: nobody has the device."""
    device = own_device(desk)
    if device is None:
        return ""
    return holder(taps_of(desk, device)) if device.lent_to else device.person or ""


def asks_who(desk: Desk) -> bool:
    """A lent device in nobody's hands: before anything is tapped it asks who has it."""
    device = own_device(desk)
    return device is not None and bool(device.lent_to) and not writer(desk)


def may_take(desk: Desk) -> list[Person]:
    """Who can take a lent device: everybody whose PIN is here, by name."""
    people = (desk.find(PERSON, pin.person) for pin in desk.all(PIN) if pin.sealed)
    return sorted((p for p in people if p is not None), key=lambda p: p.name.casefold())


def take(desk: Desk, person: Person, digits: str) -> None:
    """The person has this lent device from now on, if they know their PIN. BadInput: it is not
    theirs. Refused: too many wrong ones; how long to wait."""
    device = own_device(desk)
    if device is None:
        raise Refused("This device is not paired. Pair it first.", code="unpaired")
    prove(desk, person, digits)
    sign_in(desk, device, person)


def prove(desk: Desk, person: Person, digits: str) -> None:
    """Nothing, if they know their PIN. BadInput: it is not theirs. Refused: they have none here, or
    too many wrong ones; how long to wait."""
    now = desk.store.sources.wall_ms()
    kept = desk.store.meta.get("pin_tries", {})
    tries = Tries(*kept.get(person.id, ()))
    wait = -(-wait_ms(tries, now) // 1000)
    if wait:
        raise Refused(f"Too many wrong PINs. Wait {wait} seconds.", code="wait")
    ok = knows_pin(desk, person, digits)
    if ok is None:
        raise Refused(f"{person.name} has no PIN here yet. Ask the office for one.", code="no-pin")
    after = tried(tries, ok, now)
    if after != tries:  # on the disk before it is told: a restart must not give new tries
        desk.store.set_meta(pin_tries={**kept, person.id: list(after)})
    if not ok:
        raise BadInput("That is not the PIN. Try again.", field="pin")
