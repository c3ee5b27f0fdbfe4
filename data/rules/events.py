"""What was tapped of a person on a day, as the rules read it, and the day that comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from data.rules.minutes import At

WHAT: Final = (
    "in", "out",
    "ndb_out", "ndb_in",
    "meal_out", "line", "meal_in",
    "travel_out", "travel_in",
    "school_out", "school_in",
    "rest_out", "rest_in",
    "told_to_work", "sick", "absent", "void",
)  # fmt: skip
"""`X_out` leaves work for a breakfast, meal, class or rest and `X_in` is back. `line`: the last
person is through the line. `travel_out` sets off, `travel_in` has arrived."""


@dataclass(frozen=True, slots=True)
class Event:
    """One tap. `replaces` names the event that it amends, or takes back where `what` is void.

    `doubtful`: it was timed by a clock that was more than two minutes wrong.
    """

    what: str
    at: datetime
    id: str = ""
    replaces: str | None = None
    walking: bool = False
    unit: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """Time away from work between two taps; `back` is None while it lasts.

    A meal's length counts `since` the last person was through the line, if that was tapped.
    """

    out: At
    back: At | None = None
    since: At | None = None
    walking: bool = False
    events: tuple[str, ...] = ()

    def length(self) -> int | None:
        return None if self.back is None else self.back - (self.since or self.out)


@dataclass(frozen=True, slots=True)
class Ask:
    """What only a person can say; until they do, the day is a marked estimate or stays open."""

    code: str
    sentence: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One person's work day from their standing events.

    `came` is the arrival as it was said, `began` is what counts: the call for those who came early
    and were not told to work. `left` is None while they are at work; `estimated` says that nobody
    tapped it. `home` and `back_home` are the ends of the day's travel, where it was tapped.
    """

    day: date
    zone: tzinfo
    call: At | None = None
    general_call: At | None = None
    came: At | None = None
    began: At | None = None
    left: At | None = None
    estimated: bool = False
    ndb: Break | None = None
    meals: tuple[Break, ...] = ()
    school: tuple[Break, ...] = ()
    rests: tuple[Break, ...] = ()
    home: At | None = None
    back_home: At | None = None
    absence: str = ""
    french_hours: bool = False
    asks: tuple[Ask, ...] = ()
    in_id: str = ""
    out_id: str = ""
    """The events that said `came` and `left`."""


def standing(events: Iterable[Event]) -> list[Event]:
    """The events nobody amended or took back, in order of time. Any order in, one order out.

    An amendment of an amendment goes on replacing what the first replaced; an amendment taken back
    lets it count again, and a taking back can itself be taken back.
    """
    events = sorted(events, key=lambda e: (e.at.timestamp(), e.id, e.what))
    replacers: dict[str, list[Event]] = {}
    for event in events:
        if event.replaces:
            replacers.setdefault(event.replaces, []).append(event)
    if not replacers:
        return [event for event in events if event.what != "void"]
    known: dict[str, bool] = {}

    def in_force(event: Event) -> bool:
        if event.id not in known:
            known[event.id] = True  # what a ring meets of itself
            over = [each for each in replacers.get(event.id, ()) if in_force(each)]
            known[event.id] = not over or any(each.what != "void" for each in over)
        return known[event.id]

    return [
        event
        for event in events
        if event.what != "void" and not any(map(in_force, replacers.get(event.id, ())))
    ]
