"""Shooting schedules: the days and their scenes, in the order they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.desk import Desk
from data.errors import NotFound, Refused
from data.imports.report import Difference, Fill, Plan, Problem, by_row, compare
from data.imports.schedule_rows import Line, Reading, read_schedule
from data.imports.sheets import read_sheets
from data.kinds.people import CAST
from data.kinds.production import show_of
from data.kinds.schedule import DAY, SCENE, Scene, ShootDay, day_id, scene_id
from data.record import Record
from data.tables import eighths_text


@dataclass(slots=True)
class _Planned:
    """What the plan comes to, record by record."""

    new: list[Record] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    differs: list[Difference] = field(default_factory=list)
    unchanged: int = 0


def plan_schedule(desk: Desk, name: str, content: bytes) -> Plan:
    """What importing the schedule would do. Nothing is written; BadInput if it is no schedule."""
    if not desk.store.production:
        raise Refused("This copy has no production yet. Let it meet the office once.", code="empty")
    reading = read_schedule(name, read_sheets(name, content), month_first=_month_first(desk))
    planned = _Planned()
    days = _days(desk, reading, planned)
    _scenes(desk, reading, days, planned)
    problems = [*reading.problems, *_unnamed_cast(desk, reading)]
    return Plan(
        file=name,
        things=((ShootDay, "shoot day", "shoot days"), (Scene, "scene", "scenes")),
        rows=reading.rows,
        columns=reading.columns,
        read_as=tuple(reading.read_as),
        groups=tuple(
            (f"{unit} day {number}", sum(bool(line.scene) for line in lines))
            for (unit, number), lines in reading.by_day().items()
        ),
        new=tuple(planned.new),
        fills=tuple(planned.fills),
        unchanged=planned.unchanged,
        differs=tuple(planned.differs),
        problems=by_row(problems, planned.differs),
    )


def _month_first(desk: Desk) -> bool:
    try:
        return show_of(desk).paper == "letter"
    except NotFound:
        return True


# ---- days -----------------------------------------------------------------------------------


def _days(desk: Desk, reading: Reading, planned: _Planned) -> dict[tuple[str, int], str]:
    """The id of each day of the list, those that are here already first."""
    here = {(day.unit.casefold(), day.number): day for day in desk.all(DAY) if day.number}
    by_date = {(day.unit.casefold(), day.date): day for day in desk.all(DAY) if not day.number}
    ids: dict[tuple[str, int], str] = {}
    dates = {day: _date(reading, lines) for day, lines in reading.by_day().items()}
    _same_date(reading, dates)
    for (unit, number), lines in reading.by_day().items():
        first, when = lines[0], dates[unit, number]
        known = here.get((unit.casefold(), number))
        if known is None and when is not None:
            known = by_date.get((unit.casefold(), when))
        if known is None and when is None:
            reason = "this day has no date that can be read; its scenes stand without a day."
            reading.say(first.row, "day", str(number), reason, "error")
            continue
        record_id = known.id if known else day_id(desk.store.production, unit, number)
        ids[unit, number] = record_id
        values: dict[str, Any] = {
            "date": when,
            "number": number,
            "background": _background(lines),
        }
        if known is None:
            planned.new.append(ShootDay(id=record_id, unit=unit, **values))
        else:
            _compare(reading, planned, known, f"{unit} day {number}", values, first.row)
    return ids


def _background(lines: list[Line]) -> int:
    """The most that any scene of the day wants, not the sum.

    The same extras cross from scene to scene, so the largest scene is how many people are called,
    fed and parked; a sum would count most of them several times.
    """
    return max(int(line.values.get("background", 0)) for line in lines)


def _date(reading: Reading, lines: list[Line]) -> date | None:
    """The date most of the day's rows say; the others are listed."""
    dates = Counter(line.date for line in lines if line.date)
    if not dates:
        return None
    day = max(dates, key=lambda d: dates[d])
    for line in lines:
        if line.date and line.date != day:
            reason = f"day {line.day[1]} has two dates; {day} is taken, as most of its rows say."
            reading.say(line.row, "date", str(line.date), reason, "error")
    return day


def _same_date(reading: Reading, dates: Mapping[tuple[str, int], date | None]) -> None:
    seen: dict[tuple[str, date], int] = {}
    for (unit, number), when in dates.items():
        if when and (other := seen.setdefault((unit, when), number)) != number:
            row = reading.by_day()[unit, number][0].row
            reason = f"day {other} and day {number} have one date; both are taken."
            reading.say(row, "date", str(when), reason, "doubt")


# ---- scenes ---------------------------------------------------------------------------------


def _scenes(
    desk: Desk, reading: Reading, days: Mapping[tuple[str, int], str], planned: _Planned
) -> None:
    here = {scene.number.casefold(): scene for scene in desk.all(SCENE)}
    seen: dict[str, Line] = {}
    order: Counter[tuple[str, int]] = Counter()
    for line in reading.lines:
        if not line.scene:
            continue
        key = line.scene.casefold()
        if key in seen:
            reason = f"listed twice, first in row {seen[key].row}; only the first is taken."
            reading.say(line.row, "scene", line.scene, reason, "doubt")
            continue
        seen[key] = line
        order[line.day] += 1
        day = days.get(line.day)
        values = {**line.values, "day": day, "position": order[line.day] if day else 0}
        known = here.get(key)
        if known is None:
            record_id = scene_id(desk.store.production, line.scene)
            planned.new.append(Scene(id=record_id, number=line.scene, **values))
        else:
            _compare(reading, planned, known, f"scene {line.scene}", values, line.row, days)


def _compare(
    reading: Reading,
    planned: _Planned,
    known: Scene | ShootDay,
    who: str,
    values: Mapping[str, Any],
    row: int,
    days: Mapping[tuple[str, int], str] | None = None,
) -> None:
    names = {record_id: f"day {number}" for (_, number), record_id in (days or {}).items()}
    fills, differs = compare(
        SCENE if isinstance(known, Scene) else DAY,
        known,
        values,
        who=who,
        file=reading.file,
        row=row,
        key=_key,
        words=lambda name, value: (
            names.get(value, "another day") if name == "day" else _words(name, value)
        ),
    )
    planned.fills += fills
    planned.differs += differs
    planned.unchanged += not fills


def _key(_: str, value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _words(name: str, value: Any) -> str:
    if name == "pages":
        return eighths_text(value)
    return " ".join(sorted(value, key=_cast_order)) if isinstance(value, frozenset) else str(value)


# ---- cast numbers ---------------------------------------------------------------------------


def _unnamed_cast(desk: Desk, reading: Reading) -> Iterator[Problem]:
    """The cast numbers that no cast list names yet, said once: a schedule has only numbers."""
    named = {str(member.number) for member in desk.all(CAST)}
    numbers = {n for line in reading.lines for n in line.values.get("cast", ())} - named
    if numbers:
        reason = "cast numbers without a name on the cast list."
        yield Problem(reading.file, 0, "cast", spans(numbers), reason, "note")


def spans(numbers: set[str]) -> str:
    """`1-4, 7, 9A`: runs are drawn together."""
    plain = sorted(int(n) for n in numbers if n.isdecimal())
    runs: list[list[int]] = []
    for n in plain:
        if runs and runs[-1][1] == n - 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    said = [str(a) if a == b else f"{a}-{b}" for a, b in runs]
    return ", ".join([*said, *sorted(n for n in numbers if not n.isdecimal())])


def _cast_order(number: str) -> tuple[int, str]:
    return (int(number) if number.isdecimal() else 10**9, number)
