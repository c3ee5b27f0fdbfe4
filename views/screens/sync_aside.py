"""What the office could not take: it stays on this device, with the reason and what to do."""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from data.desk import Desk
from views import told
from views.context import go
from views.parts import card, side_button
from views.theme import GAP, QUIET, SMALL

SHOWN = 10

STEPS: Mapping[str, str] = {
    "too-large": "Shorten what is written in it, or take photos out. It is sent again by itself.",
    "replica-cloned": (
        "This app was started from a copy of its folder. Close the other one, start this one "
        "again, and write it anew."
    ),
}
OTHERWISE = "Change it, and it is sent again. If that does not help, read it to the office."


def put_aside(desk: Desk) -> Mapping[str, Mapping[str, str]]:
    """By record id, or by the name of an edit: `code` and `reason`."""
    return dict(desk.store.meta.get("aside", {}))


def step(code: str) -> str:
    """What to do about something that was put aside."""
    return STEPS.get(code, OTHERWISE)


def aside(desk: Desk) -> list[ft.Control]:
    found = put_aside(desk)
    if not found:
        return []
    lines = [_one(desk, name, why) for name, why in list(found.items())[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(ft.Text(f"and {len(found) - SHOWN} more"))
    return [card(*lines, title="Put aside by the office; it stays here")]


def _one(desk: Desk, name: str, why: Mapping[str, str]) -> ft.Control:
    document = desk.store.document(name)
    lines: list[ft.Control] = [
        ft.Text(told.name_of(desk, name) if document else "An edit made on this device"),
        ft.Text(why.get("reason", ""), theme_style=SMALL, color=QUIET),
        ft.Text(step(why.get("code", "")), theme_style=SMALL),
    ]
    if document and document["_m"]["l"] and document["_m"]["t"] in desk.kinds:
        path = told.path_of(str(document["_m"]["t"]), name)
        lines.append(ft.Row([side_button("Open it", lambda: go(path))]))
    return ft.Column(lines, key=name, spacing=GAP // 2)
