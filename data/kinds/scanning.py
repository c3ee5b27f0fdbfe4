"""The answer to a badge that was read at the gate: who it is, what happened, what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from data.desk import Desk
from data.errors import OfficeError
from data.kinds.attendance import check_in, check_out, row_of
from data.kinds.badges import badge_of
from data.kinds.people import PERSON, Person
from data.kinds.production import show_of, zone
from data.kinds.schedule import ShootDay
from data.kinds.times import TimeEvent
from data.walltime import clock_text, wall_minutes

Tone = Literal["new", "already", "no"]
Way = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What fills the screen. `new`: written just now; `already`: it was so before, nothing was
    written; `no`: nothing was written, and `words` say what to do."""

    tone: Tone
    head: str
    words: str
    person: Person | None = None
    event: TimeEvent | None = None
    asks: bool = False
    """Whether they may be let in all the same, though they are not called."""


def scanned(desk: Desk, day: ShootDay, text: str, way: Way = "in") -> Answer:
    """What a badge does at the gate of this day. It never refuses: each no is an answer."""
    try:
        badge = badge_of(desk, text)
    except OfficeError as error:
        return Answer("no", "Not let through", error.sentence)
    person = desk.find(PERSON, badge.person)
    if person is None:
        words = f"Whoever wears badge {badge.number} is not on this device. Ask the office."
        return Answer("no", f"Badge {badge.number}", words)
    return _WAYS[way](desk, day, person)


def let_in(desk: Desk, day: ShootDay, person: Person, *, how: str = "badge") -> Answer:
    """In, called or not."""
    row = row_of(desk, day, person)
    if row.arrived is not None:
        left = f", out {_at(desk, day, row.left)}" if row.left is not None else ""
        words = f"In already, since {_at(desk, day, row.arrived)}{left}."
        return Answer("already", person.name, words, person)
    return _written(desk, day, person, "In", lambda: check_in(desk, day, person, how=how))


def _coming(desk: Desk, day: ShootDay, person: Person) -> Answer:
    row = row_of(desk, day, person)
    if row.in_event is None and not row.call.called:
        why = f": {row.call.why}" if row.call.why else ""
        words = f"Not called today{why}. Ask the assistant director, or let them in."
        return Answer("no", person.name, words, person, asks=True)
    return let_in(desk, day, person)


def _leaving(desk: Desk, day: ShootDay, person: Person) -> Answer:
    row = row_of(desk, day, person)
    if row.left is not None:
        words = f"Out already, since {_at(desk, day, row.left)}."
        return Answer("already", person.name, words, person)
    return _written(desk, day, person, "Out", lambda: check_out(desk, day, person, how="badge"))


def _written(
    desk: Desk, day: ShootDay, person: Person, said: str, tap: Callable[[], TimeEvent]
) -> Answer:
    try:
        event = tap()
    except OfficeError as error:
        return Answer("no", person.name, error.sentence, person)
    return Answer("new", person.name, f"{said} {_at(desk, day, event.at)}", person, event)


_WAYS: Final[dict[Way, Callable[[Desk, ShootDay, Person], Answer]]] = {
    "in": _coming,
    "out": _leaving,
}


def _at(desk: Desk, day: ShootDay, moment: datetime) -> str:
    return clock_text(wall_minutes(day.date, moment, zone(desk)), show_of(desk).clock)
