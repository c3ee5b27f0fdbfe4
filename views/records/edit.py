"""The edit screen of any kind, and the same screen for a new record."""

from __future__ import annotations

from collections.abc import Awaitable

import flet as ft

from views.context import go, use_desk
from views.drafts import use_draft
from views.parts import main_button, sub_view
from views.safe import screen
from views.show import title_of

UNTYPED = ("photos", "moment", "looks", "pages")
"""Meanings that are not typed into a form."""


@screen
def Edit() -> ft.View:
    desk = use_desk()
    params = ft.use_route_params()
    kind = desk.kind_named(params["kind"])
    there = desk.get(kind, params["id"]) if "id" in params else None
    record = there or kind.read("", {})
    names = [name for name, meaning in kind.meanings.items() if meaning.name not in UNTYPED]
    draft = use_draft(desk, kind, names, record)

    async def save() -> None:
        values = draft.values()
        if there is None:
            new = desk.add_new(kind.model(**values))
            draft.done()
            await go(f"/list/{kind.name}/{new.id}")
        else:
            desk.edit(there, shown=draft.seen, **values)
            draft.done()
            await go(f"/list/{kind.name}/{there.id}")

    def back() -> Awaitable[None]:
        return go(f"/list/{kind.name}" + (f"/{there.id}" if there else ""))

    def start_over() -> Awaitable[None]:
        draft.done()
        return back()

    return sub_view(
        title_of(desk, kind, there) if there else f"New: {kind.title.lower()}",
        back,
        [
            *draft.waiting(start_over),
            *draft.controls(names),
            ft.Row([main_button("Save", save, icon=ft.Icons.CHECK)]),
        ],
    )
