"""A show with rights: people with roles, whose devices these are, and what each of them must hold.

What changes who may see what is written like any other edit, mostly at the office: a role is given
or ended, a cell of the matrix changed, somebody's department, whose envelope it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from data.desk import Desk
from data.edit import Write
from data.kinds import ALL
from data.kinds.devices import DEVICE, Device
from data.kinds.grants import ROLE_CELL, ROLE_GRANT, RoleCell, RoleGrant
from data.kinds.people import PERSON, Person
from data.rights_book import buckets_of, scope_of
from data.store import Store

if TYPE_CHECKING:
    from tests.simulator.copies import Copy

ROLES = ("upm", "poc", "office_pa", "dept_head", "crew", "accounts", "ad", "medic")
DEPARTMENTS = ("GRIP", "CAMERA")
ENVELOPES = ("env-1", "env-2")
CELLS = {
    "costs": ("-", "R", "RW own", "RW department", "RW limited:50"),
    "times": ("-", "R own", "RW"),
    "contacts": ("-", "R"),
    "waiting": ("-", "R own"),
}
SETTINGS = frozenset({"waiting", "person", "device", "role_grant", "role_cell"})
"""Kinds that are not written by chance."""


def beginning(copy: Copy, users: tuple[str, ...], whose: Mapping[str, str]) -> list[Write]:
    """What the office has before the first device comes. `whose`: the person, by device."""
    before = copy.tells() - timedelta(days=40)
    writes = []
    for n, user in enumerate(users):
        person = Person(name=user, department=DEPARTMENTS[n % 2])
        writes.append(Write("person", user, PERSON.cells(person)))
        grant = RoleGrant(
            person=user, role=ROLES[n % len(ROLES)], since=before, department=DEPARTMENTS[n % 2]
        )
        writes.append(Write("role_grant", f"role-{user}", ROLE_GRANT.cells(grant)))
    for device, user in whose.items():
        cells = DEVICE.cells(Device(name=device, person=user, paired=before))
        writes.append(Write("device", device, cells))
    for n, envelope in enumerate(ENVELOPES):
        writes.append(Write("envelope", envelope, {"custodian": users[n], "number": str(n)}))
    return writes


class Personnel:
    """Who changes what people may do. Each answers with what is written, if there is anything."""

    def __init__(self, rng: Random, users: tuple[str, ...]) -> None:
        self._rng, self._users = rng, users
        self._made = 0

    def give(self, copy: Copy) -> list[Write]:
        self._made += 1
        grant = RoleGrant(
            person=self._rng.choice(self._users),
            role=self._rng.choice(ROLES),
            since=copy.tells().replace(microsecond=0),
            department=self._rng.choice(DEPARTMENTS),
        )
        return [Write("role_grant", f"role-{self._made}", ROLE_GRANT.cells(grant))]

    def end(self, copy: Copy) -> list[Write]:
        grant = self._one(copy, "role_grant")
        until = copy.tells().replace(microsecond=0)
        ended = ROLE_GRANT.cells(RoleGrant(person="", role="crew", since=until, until=until))
        return [Write("role_grant", grant, {"until": ended["until"]})] if grant else []

    def change_cell(self, copy: Copy) -> list[Write]:
        rng = self._rng
        row = rng.choice(tuple(CELLS))
        cell = RoleCell(
            row=row,
            role=rng.choice(ROLES),
            allows=rng.choice(CELLS[row]),
            since=copy.tells().replace(microsecond=0),
        )
        self._made += 1
        return [Write("role_cell", f"cell-{self._made}", ROLE_CELL.cells(cell))]

    def move(self, copy: Copy) -> list[Write]:
        """Somebody changes their department, or an envelope its hands."""
        rng = self._rng
        if rng.random() < 0.5:
            person = self._one(copy, "person")
            change = {"department": rng.choice(DEPARTMENTS)}
            return [Write("person", person, change)] if person else []
        envelope = self._one(copy, "envelope")
        custodian = {"custodian": rng.choice((None, *self._users))}
        return [Write("envelope", envelope, custodian)] if envelope else []

    def _one(self, copy: Copy, kind: str) -> str:
        known = [i for i in sorted(copy.held) if copy.model.kinds.get(i) == kind]
        return self._rng.choice(known) if known else ""


def within(office: Store, device: str) -> set[str]:
    """Every record in the device's scope, told straight from the rights."""
    desk = Desk(office, ALL, user="")
    record = desk.find(DEVICE, device)
    if record is None:
        return set()
    scope = scope_of(desk, record, office.sources.wall_ms())
    return {i for i in office.ids() if buckets_of(desk, i) & scope}
