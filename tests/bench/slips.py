"""What the benchmark of a sync is made of: receipts, and coordinators with a device each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from data.desk import Desk
from data.edit import Write
from data.kinds import ALL
from data.kinds.devices import Device
from data.kinds.grants import give_role
from data.kinds.people import Person
from data.kinds.production import Production, create_production
from data.store import Store
from sync.exchange import Office

PHOTO: Final = {
    "photos": ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",),
    "tags": ("fuel",),
}


def id_of(n: int) -> str:
    return f"0198a7c0-0000-7000-8000-{n:012x}"


def slip(n: int) -> dict[str, Any]:
    return {
        "no": n,
        "vendor": "Prairie Hardware",
        "day": "2026-06-09",
        "money": {"a": f"{n % 900}.50", "c": "EUR"},
        "what": "gaffer tape, 2 rolls",
        "code": "4310",
        "envelope": "0198a7c0-0000-7000-8000-00000000ffff",
        "status": "submitted",
    }


def laid_out(store: Store, numbers: Iterable[int], user: str = "office") -> None:
    """New receipts, in one commit."""
    store.commit([Write("receipt", id_of(n), slip(n), add=PHOTO) for n in numbers], user=user)


def device_id(n: int) -> str:
    return f"0198a7c0-0001-7000-8000-{n:012x}"


def person_id(n: int) -> str:
    return f"0198a7c0-0002-7000-8000-{n:012x}"


def begun(store: Store, devices: int) -> Office:
    """An office with a production, and coordinators with a paired device each."""
    desk = Desk(store, ALL, user="office")
    create_production(desk, Production(title="Night Ferry", zone="America/Denver"))
    for n in range(devices):
        person = desk.add(Person(name=f"Coordinator {n}"), record_id=person_id(n))
        give_role(desk, person, "poc")
        device = Device(name=f"TAB-{n:02d}", person=person.id, paired=desk.now())
        desk.add(device, record_id=device_id(n))
    return office_of(store)


def office_of(store: Store) -> Office:
    """The office as `callboard` opens it: everybody has to be paired, and has rights by role."""
    return Office(store, rights=True, strangers=False)
