"""A person's PIN, as a lent tablet must know it: salted and slow to try, and worth little.

Four digits can be tried through by whoever holds the record. So only devices that are lent out hold
it, and all it opens is the list "who has this tablet" on a device that was paired by the office.
"""

from __future__ import annotations

from typing import Annotated

from data.desk import Desk
from data.fields import Count, Label, Line
from data.kind import Kind
from data.kinds.people import Person, PersonId
from data.pin import Sealed, right, seal
from data.reach import Reach
from data.record import Record, natural_id


class Pin(Record):
    person: PersonId
    salt: Line = ""
    rounds: Count = 0
    sealed: Annotated[Line, Label("Sealed")] = ""


PIN = Kind(
    name="pin",
    model=Pin,
    title="PIN",
    plural="PINs",
    nature="shared",
    columns=("person",),
    confidentiality="amber",
    natural=lambda production, pin: natural_id(production, "pin", pin.person),
    reach=Reach("pins", owner=("person",), one_each=True, veiled=("salt", "rounds", "sealed")),
)


def set_pin(desk: Desk, person: Person, digits: str) -> Pin:
    """The person's PIN from now on; BadInput if it is no PIN, or one that anybody would try."""
    made = seal(digits, desk.store.sources.rng.getrandbits(128).to_bytes(16, "big"))
    record = Pin(person=person.id, salt=made.salt, rounds=made.rounds, sealed=made.sealed)
    return desk.put(natural_id(desk.store.production, PIN.name, person.id), record)


def knows_pin(desk: Desk, person: Person, digits: str) -> bool | None:
    """Whether it is their PIN, told from this copy alone; None: they have none here."""
    pin = _pin_of(desk, person)
    return None if pin is None else right(digits, Sealed(pin.salt, pin.rounds, pin.sealed))


def has_pin(desk: Desk, person: Person) -> bool:
    """Whether this copy can tell their PIN."""
    return _pin_of(desk, person) is not None


def _pin_of(desk: Desk, person: Person) -> Pin | None:
    pin = desk.find(PIN, natural_id(desk.store.production, PIN.name, person.id))
    return pin if pin is not None and pin.sealed else None
