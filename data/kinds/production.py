"""The show itself: its name, its dates, and how it writes times and prints paper."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from data.desk import Desk
from data.errors import NotFound
from data.fields import Cash, Day, Label, Line, Prose, Words, one_of
from data.kind import Kind
from data.reach import Reach
from data.record import Record, RecordId, natural_id
from data.walltime import zone_of

GATE_WORDS: Final = (
    "I was told the safety rules of this set. What I see and hear here I keep to myself."
)


class Production(Record):
    title: Line
    company: Line = ""
    number: Annotated[Line, Label("Production no.")] = ""
    starts: Annotated[Day | None, Label("First shoot day")] = None
    ends: Annotated[Day | None, Label("Last shoot day")] = None
    zone: Annotated[Line, Label("Time zone", "as in America/Denver")] = "UTC"
    units: Annotated[Words, Label("Shooting units")] = frozenset({"Main"})
    paper: Annotated[str, one_of("letter", "a4"), Label("Paper")] = "letter"
    clock: Annotated[str, one_of("12", "24"), Label("Clock")] = "24"
    measures: Annotated[str, one_of("miles", "kilometres"), Label("Distances in")] = "miles"
    currency: Annotated[Line, Label("Currency")] = "USD"
    jurisdiction: Annotated[Line, Label("Law of", "as in US-CA or GB; empty: none is known")] = ""
    tier: Annotated[Line, Label("Budget tier", "as in theatrical, tv, low-budget")] = ""
    two_approve_above: Annotated[
        Cash | None, Label("Two people for an envelope over", "empty: over 2,500")
    ] = None
    gate_words: Annotated[Prose, Label("Signed at the gate")] = GATE_WORDS


PRODUCTION = Kind(
    name="production",
    model=Production,
    title="Production",
    plural="Productions",
    nature="shared",
    reach=Reach("show"),
    columns=("title", "company", "starts", "ends"),
    merge={"zone": "review", "currency": "review", "paper": "lww", "measures": "lww"},
)


def production_id(production: str) -> RecordId:
    """The id of the record that holds the show's settings."""
    return natural_id(production, "production")


def show_of(desk: Desk) -> Production:
    """The show's settings; NotFound on a copy that has not met its office yet."""
    for show in desk.all(PRODUCTION):
        return show
    raise NotFound("This copy has no production yet. Let it meet the office once.", code="empty")


def zone(desk: Desk) -> ZoneInfo:
    return zone_of(show_of(desk).zone)


def today(desk: Desk) -> date:
    """The date where the show is, by the clock this copy was handed."""
    return desk.now().astimezone(zone(desk)).date()


def create_production(desk: Desk, show: Production) -> Production:
    """Gives this copy its production: an id for life, and the settings."""
    if not desk.store.production:
        bits = desk.store.sources.rng.getrandbits(128)
        desk.store.set_meta(production=str(uuid.UUID(int=bits, version=4)))
    return desk.add(show, record_id=production_id(desk.store.production))
