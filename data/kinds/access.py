"""Who saw, printed or exported what is private: facts beside the edits, for the audit.

An edit says who wrote. That somebody only looked leaves no edit, so it is written down here; it is
never taken back, for it was so.
"""

from __future__ import annotations

from typing import Annotated

from data.desk import Desk
from data.fields import Count, Label, Line, Moment, one_of
from data.kind import Kind
from data.reach import Reach
from data.record import Record

DONE = ("saw", "printed", "exported", "paired", "revoked")


class Access(Record):
    """One look, print or export. Who it was is the author of the fact."""

    what: Annotated[str, one_of(*DONE), Label("What")]
    kind: Annotated[Line, Label("Of the kind")] = ""
    record: Annotated[Line, Label("Record", "its id; empty: many")] = ""
    fields: Annotated[Line, Label("Which fields")] = ""
    many: Annotated[Count, Label("How many records")] = 1
    what_for: Annotated[Line, Label("What for")] = ""
    at: Moment


ACCESS = Kind(
    name="access",
    model=Access,
    title="Access",
    plural="Accesses",
    nature="fact",
    columns=("at", "what", "kind", "record", "what_for"),
    named_by="what",
    confidentiality="amber",
    reach=Reach("access", owner=("@author",)),
)


def lifted(desk: Desk, record: Record, *fields: str, what_for: str = "") -> Access:
    """Somebody uncovered fields of a record on the screen."""
    return _note(desk, "saw", desk.kind_of(record).name, record.id, fields, 1, what_for)


def left_the_app(
    desk: Desk, what: str, kind: str, records: list[str], *, what_for: str = ""
) -> Access | None:
    """Red records went onto paper or into a file (`printed`, `exported`); None: they are not red,
    and nobody counts those."""
    if desk.kind_named(kind).confidentiality != "red" or not records:
        return None
    one = records[0] if len(records) == 1 else ""
    return _note(desk, what, kind, one, (), len(records), what_for)


def noted(desk: Desk, what: str, record: Record, *, what_for: str = "") -> Access:
    """A device was paired, or taken out of use."""
    return _note(desk, what, desk.kind_of(record).name, record.id, (), 1, what_for)


def _note(
    desk: Desk,
    what: str,
    kind: str,
    record: str,
    fields: tuple[str, ...],
    many: int,
    what_for: str,
) -> Access:
    return desk.add(
        Access(
            what=what,
            kind=kind,
            record=record,
            fields=", ".join(sorted(fields)),
            many=many,
            what_for=what_for,
            at=desk.now().replace(microsecond=0),
        )
    )
