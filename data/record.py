"""What every record is: a frozen reading of a document, with the id it is known by."""

from __future__ import annotations

import uuid
from typing import NewType

from pydantic import BaseModel, ConfigDict

RecordId = NewType("RecordId", str)


class Record(BaseModel):
    """A record as this version of the app reads it. Values never change: edits do the changing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: RecordId = RecordId("")
    """Empty until the record is added. Not a field: it is never written as a cell."""


def natural_id(production: str, *key: object) -> RecordId:
    """The id of a thing that is naturally one ("the call of this person on this day").

    Two copies that make it apart make the same record (UUIDv5 of RFC 9562).
    """
    return RecordId(str(uuid.uuid5(uuid.UUID(production), "/".join(str(part) for part in key))))
