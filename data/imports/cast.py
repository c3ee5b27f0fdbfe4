"""Cast lists: who plays which number."""

from __future__ import annotations

import re
from typing import Any

from data.desk import Desk
from data.errors import BadInput, Refused
from data.imports.columns import Layout, lay_out
from data.imports.keys import folded, name_key
from data.imports.report import Difference, Fill, Plan, Problem, by_row, compare
from data.imports.sheets import Row, read_sheets
from data.kinds.people import CAST, CastMember
from data.record import natural_id

HEADERS = {
    "number": ("no", "cast no", "number", "cast number", "cast id", "id", "nr", "cast #", "cast"),
    "character": ("character", "role", "part", "character name"),
    "performer": ("performer", "actor", "artist", "talent", "name", "cast member", "played by",
                  "actor name", "artist name", "player"),
}  # fmt: skip
NAMES = {"number": "cast no.", "character": "character", "performer": "performer"}


def plan_cast(desk: Desk, name: str, content: bytes) -> Plan:
    """What importing the cast list would do. Nothing is written; BadInput if it is no cast list."""
    if not desk.store.production:
        raise Refused("This copy has no production yet. Let it meet the office once.", code="empty")
    layout, read_as = _layout(name, content)
    here = {str(member.number): member for member in desk.all(CAST)}
    seen: dict[str, int] = {}
    new: list[CastMember] = []
    fills: list[Fill] = []
    differs: list[Difference] = []
    problems: list[Problem] = []
    unchanged = 0
    for row in layout.body:
        number, values = layout.text(row, "number").strip(".#() "), _values(layout, row)
        if reason := _reason(number, values, seen):
            what = " / ".join(row.filled())[:80]
            problems.append(Problem(name, row.number, "cast no.", what, reason, "doubt"))
            continue
        number = str(int(number))
        seen[number] = row.number
        known = here.get(number)
        if known is None:
            record_id = natural_id(desk.store.production, "cast", number)
            new.append(CastMember(id=record_id, number=int(number), **values))
            continue
        who = f"no. {number}"
        found, other = compare(
            CAST, known, values, who=who, file=name, row=row.number, key=_key, words=_said
        )
        fills += found
        differs += other
        unchanged += not found
    return Plan(
        file=name,
        things=((CastMember, "cast member", "cast members"),),
        rows=len(layout.body),
        columns=layout.understood(NAMES),
        read_as=(read_as,),
        new=tuple(new),
        fills=tuple(fills),
        unchanged=unchanged,
        differs=tuple(differs),
        problems=by_row(problems, differs),
    )


def _layout(name: str, content: bytes) -> tuple[Layout, str]:
    for sheet in read_sheets(name, content):
        layout = lay_out(sheet.rows, HEADERS)
        if layout is not None and "number" in layout.columns:
            return layout, sheet.read_as
    raise BadInput(
        f"No column of cast numbers was found in {name}. Give the list a row of headers, as in "
        "No., Character, Performer."
    )


def _values(layout: Layout, row: Row) -> dict[str, str]:
    texts = {
        field: " ".join(layout.text(row, field).split()) for field in ("character", "performer")
    }
    return {field: "" if folded(text) in ("tbd", "tba", "tbc") else text
            for field, text in texts.items()}  # fmt: skip


def _reason(number: str, values: dict[str, str], seen: dict[str, int]) -> str:
    """Why the row is not taken; "" if it is."""
    if not re.fullmatch(r"[0-9]{1,5}", number):
        return "no cast number in this row; not imported."
    if (before := seen.get(str(int(number)))) is not None:
        return f"this number is given twice, first in row {before}; only the first is taken."
    return "" if any(values.values()) else "nobody is named; not imported."


def _key(_: str, value: Any) -> str:
    return name_key(value)


def _said(_: str, value: Any) -> str:
    return str(value)
