"""Who holds which role from when to when, and what a show changes in the matrix: dated records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from data.desk import Desk
from data.errors import BadInput, Refused
from data.fields import Label, Line, Moment, Words, one_of
from data.kind import Kind
from data.kinds.people import PERSON, Person, PersonId
from data.matrix import ROLES
from data.reach import Reach
from data.record import Record, RecordId, natural_id
from data.roles import ROLE_NAMES, ROW_NAMES, Change, Held, read_cell, role, row

RoleName = Annotated[str, one_of(*ROLE_NAMES)]


class RoleGrant(Record):
    """A role that one person holds. Roles overlap: who holds two may do what either may."""

    person: PersonId
    role: Annotated[RoleName, Label("Role")]
    since: Annotated[Moment, Label("From")]
    until: Annotated[Moment | None, Label("Until", "empty: until it is ended")] = None
    department: Annotated[Line, Label("Department", "empty: as on the crew list")] = ""
    unit: Annotated[Line, Label("Unit", "empty: as on the crew list")] = ""
    lists: Annotated[Words, Label("On the lists of")] = frozenset()
    why: Line = ""


class RoleCell(Record):
    """What this show says of one cell of the matrix, from a moment on."""

    row: Annotated[str, one_of(*ROW_NAMES), Label("Data")]
    role: Annotated[RoleName, Label("Role")]
    allows: Annotated[Line, Label("Allows", "as in RW own, R:emergency, -")]
    since: Annotated[Moment, Label("From")]
    why: Line = ""


ROLE_GRANT = Kind(
    name="role_grant",
    model=RoleGrant,
    title="Role",
    plural="Roles",
    nature="shared",
    columns=("person", "role", "department", "unit", "since", "until"),
    indexed=("person",),
    confidentiality="amber",
    reach=Reach("roles", part="grant", owner=("person",), department=("department",)),
)
ROLE_CELL = Kind(
    name="role_cell",
    model=RoleCell,
    title="Change of the matrix",
    plural="Changes of the matrix",
    nature="shared",
    columns=("row", "role", "allows", "since", "why"),
    confidentiality="amber",
    reach=Reach("roles", part="cell"),
)


def held(grant: RoleGrant, person: Person | None) -> Held:
    """The grant as rights and scopes read it; department and unit as on the crew list where the
    grant names none."""
    return Held(
        grant.role,
        grant.person,
        grant.department or (person.department if person else ""),
        grant.unit or (person.unit if person else ""),
        grant.lists,
        ms(grant.since),
        None if grant.until is None else ms(grant.until),
    )


def roles_of(desk: Desk, person_id: str) -> list[Held]:
    """Every role the person ever held here."""
    person = desk.find(PERSON, person_id)
    return [held(grant, person) for grant in desk.having(ROLE_GRANT, "person", person_id)]


def changes_of(cells: Iterable[RoleCell]) -> list[Change]:
    """What the show's records change in the matrix."""
    return [Change(c.row, c.role, c.allows, ms(c.since), c.id) for c in cells]


def ms(moment: datetime) -> int:
    """Milliseconds since 1970, as edits are stamped."""
    return int(moment.timestamp() * 1000)


# ---- verbs ----------------------------------------------------------------------------------


def give_role(
    desk: Desk,
    person: Person,
    name: str,
    *,
    until: datetime | None = None,
    department: str = "",
    unit: str = "",
    why: str = "",
) -> RoleGrant:
    """From now on the person holds the role. A head's department is written down, so that a later
    change of the crew list does not move what they were allowed."""
    now = desk.now().replace(microsecond=0)
    role(name)
    if until is not None and until <= now:
        raise BadInput("The role would end before it begins. Choose a later end.", field="until")
    if name == "dept_head" and not (department or person.department):
        raise BadInput("Whose head? Name the department.", field="department")
    return desk.add(
        RoleGrant(
            person=person.id,
            role=name,
            since=now,
            until=until,
            department=department or (person.department if name == "dept_head" else ""),
            unit=unit,
            why=why,
        )
    )


def end_role(desk: Desk, grant: RoleGrant, *, at: datetime | None = None) -> RoleGrant:
    """The role ends now, or at `at`. What was written while it was held still counts."""
    end = (at or desk.now()).replace(microsecond=0)
    if grant.until is not None and grant.until <= end:
        raise Refused("This role has ended already.", code="ended")
    if end < grant.since:
        raise BadInput("The role would end before it began. Choose a later end.", field="until")
    return desk.edit(grant, until=end)


def change_cell(desk: Desk, of: str, name: str, allows: str, *, why: str = "") -> RoleCell:
    """From now on this show allows a role something else than the table does."""
    read_cell(allows, row(of))
    role(name)
    now = desk.now().replace(microsecond=0)
    record_id = natural_id(desk.store.production, ROLE_CELL.name, of, name, ms(now))
    return desk.put(
        RecordId(record_id), RoleCell(row=of, role=name, allows=allows, since=now, why=why)
    )


def role_title(name: str) -> str:
    """A role as people say it; a newer app's as it stands."""
    return next((r.title for r in ROLES if r.name == name), name.replace("_", " "))
