"""One record of any kind: every field that says something, who wrote it, how to change it."""

from __future__ import annotations

from typing import Any

import flet as ft

from data.conflicts import Item
from data.inbox import inbox
from data.kind import Kind
from data.kinds.people import called
from views.context import go, use_desk, use_records, use_state
from views.parts import history_button, note, side_button, sub_view
from views.records.listing import ADDED
from views.safe import act, say, screen
from views.screens.inbox_waits import waits_on
from views.screens.person_sheet import phone_button
from views.show import shown, title_of
from views.theme import GAP, QUIET, SMALL


@screen
def Detail() -> ft.View:
    desk = use_desk()
    params = ft.use_route_params()
    kind = desk.kind_named(params["kind"])
    use_records(kind.name, "waiting")
    record = desk.get(kind, params["id"])
    asking, set_asking = use_state(False)

    async def delete() -> None:
        desk.delete(record)
        gesture = desk.last
        set_asking(False)
        await go(f"/list/{kind.name}")
        say("Deleted.", undo=lambda: desk.undo(gesture) if gesture else None)

    question = ft.AlertDialog(
        title=ft.Text(f"Delete {title_of(desk, kind, record)}?"),
        content=ft.Text("It leaves every list. Undo brings it back."),
        actions=[
            ft.TextButton("Keep it", on_click=act(lambda: set_asking(False))),
            ft.FilledButton("Delete", on_click=act(delete)),
        ],
        on_dismiss=act(lambda: set_asking(False)),
    )
    ft.use_dialog(question if asking else None)
    facts = [(kind.label(name), shown(desk, kind, name, record)) for name in kind.meanings]
    controls: list[ft.Control] = [
        ft.Column(
            [ft.Text(label, theme_style=SMALL, color=QUIET), ft.Text(text, selectable=True)],
            spacing=0,
        )
        for label, text in facts
        if text
    ]
    phone = getattr(record, "phone", "")
    if phone:
        controls.append(ft.Row([phone_button(phone, title_of(desk, kind, record))]))
    controls += [_apart(kind, item) for item in inbox(desk) if item.record == record.id]
    controls += waits_on(desk, record.id, f"/list/{kind.name}/{record.id}")
    controls.append(note(f"Last written by {called(desk, desk.author(record.id))}."))
    controls.append(history_button(kind.name, record.id))
    if kind in ADDED:
        edit = f"/day/{record.id}" if kind.name == "day" else f"/list/{kind.name}/{record.id}/edit"
        controls.append(
            ft.Row(
                [
                    side_button("Edit", lambda: go(edit), icon=ft.Icons.EDIT_OUTLINED),
                    side_button("Delete", lambda: set_asking(True), icon=ft.Icons.DELETE_OUTLINE),
                ],
                spacing=GAP,
            )
        )
    if kind.name == "envelope":
        controls.append(side_button("Open the envelope", lambda: go(f"/envelope/{record.id}")))
    return sub_view(title_of(desk, kind, record), lambda: go(f"/list/{kind.name}"), controls)


def _apart(kind: Kind[Any], item: Item) -> ft.Control:
    """Two people wrote the field apart: what is shown is not settled."""
    label = kind.label(item.field)
    words = f"{label}: {len(item.sides)} values stand apart. Choose one"
    path = f"/inbox?record={item.record}&from=/list/{kind.name}/{item.record}"
    return ft.Row([side_button(words, lambda: go(path), icon=ft.Icons.CALL_SPLIT)], wrap=True)
