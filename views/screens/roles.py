"""Roles: view as. What a role has on its device, and why: the matrix in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import flet as ft

from data.desk import Desk
from data.kind import Kind
from data.kinds.grants import ROLE_GRANT, held, role_title
from data.kinds.people import PERSON
from data.matrix import ROWS, Row
from data.rights_book import tables
from data.roles import ROLE_NAMES, Clause, Held, Table, clauses
from views.context import go, use_desk, use_records, use_state
from views.inputs import choose
from views.parts import card, note, sub_view
from views.safe import screen
from views.theme import LATE, QUIET, SMALL, TO_DO
from views.words import count

WHOSE = {
    "all": "",
    "own": "only their own",
    "department": "only their department's",
    "unit": "only their unit's",
    "cast": "only the cast's",
    "listed": "only if they are on its list",
}
MARKS = {
    "draft": "while it is a draft",
    "expiring": "for a limited time",
    "limited": "up to an amount",
    "custody": "in custody, not to change",
    "off": "not until the show says so",
}
PARTS = {
    "home": "the home",
    "emergency": "the emergency contact",
    "ids": "the numbers",
    "mask": "their last digits",
    "i9": "the I-9",
    "flag": "whether they were seen",
    "claim": "what a claim needs",
}
"""Parts whose names are not words yet."""
INK = {"red": LATE, "amber": TO_DO, "green": QUIET}


@screen
def Roles() -> ft.View:
    desk = use_desk()
    use_records("role_cell", "role_grant", "person")
    name, set_name = use_state("crew")
    now = desk.store.sources.wall_ms()
    table = tables(desk)(now)
    people = {
        grant.person
        for grant in desk.all(ROLE_GRANT)
        if grant.role == name and held(grant, None).at(now)
    }
    who = sorted(person.name for i in people if (person := desk.find(PERSON, i)))
    told = f"{count(len(who), 'person', 'people')}: {', '.join(who)}" if who else "Nobody holds it."
    return sub_view(
        "Roles",
        lambda: go("/lists"),
        [
            choose("View as", [(r, role_title(r)) for r in ROLE_NAMES], name, set_name),
            note(told, icon=ft.Icons.GROUPS_OUTLINED),
            *sees(desk, table, [Held(name)]),
        ],
    )


def sees(desk: Desk, table: Table, roles: Iterable[Held]) -> list[ft.Control]:
    """What lies on a device of these roles, row by row of the matrix, and what does not."""
    roles = list(roles)
    kinds: dict[str, list[Kind[Any]]] = {}
    for kind in desk.kinds.values():
        kinds.setdefault(kind.reach.row, []).append(kind)
    has, lacks = list[ft.Control](), list[str]()
    for row in ROWS:
        found = [_as_listed(c, h) for h in roles for c in clauses(table, h, row.name)]
        if not found:
            lacks.append(row.title)
            continue
        has.append(_line(row, dict.fromkeys(found), kinds.get(row.name, [])))
    never = [note(f"{', '.join(lacks)}.", icon=ft.Icons.BLOCK)] if lacks else []
    return [
        card(*has, title="On its device, and why"),
        *([card(*never, title="Never on its device")] if never else []),
    ]


def _line(row: Row, found: Mapping[str, None], kinds: Iterable[Kind[Any]]) -> ft.Control:
    names = ", ".join(kind.plural for kind in kinds)
    sign = ft.Icon(ft.Icons.CIRCLE, size=12, color=INK[row.confidentiality])
    text = ft.Column(
        [
            ft.Text(row.title),
            ft.Text("; ".join(found), theme_style=SMALL, color=QUIET),
            *([ft.Text(names, theme_style=SMALL, color=QUIET, italic=True)] if names else []),
        ],
        spacing=0,
        expand=True,
    )
    return ft.Row([sign, text], vertical_alignment=ft.CrossAxisAlignment.START)


def _as_listed(clause: Clause, held: Held) -> str:
    """`sees and changes, only their own, while it is a draft`."""
    verbs = set(clause.verbs)
    what = "sees and changes" if {"R", "W"} <= verbs else "sees" if "R" in verbs else "adds"
    parts = f" {', '.join(PARTS.get(p, p) for p in sorted(clause.parts))}" if clause.parts else ""
    whose = WHOSE[clause.whose]
    if clause.whose == "unit" and not held.unit:
        whose = "every unit's, or their own unit's if they have one"
    marks = [MARKS[mark] for mark in sorted(clause.marks)]
    return ", ".join(filter(None, [what + parts, whose, *marks]))
