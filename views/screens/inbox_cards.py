"""One question of the inbox: the values that stand apart, and a button that keeps each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from data.conflicts import Item, Known, Side
from data.desk import Desk
from data.edit import Edit
from data.inbox import before, keep, write_another
from data.kind import Kind
from views import told
from views.context import go, use_desk, use_first, use_state
from views.differing import differing
from views.inputs import field, read, typed
from views.parts import card, main_button, side_button, tile
from views.records.edit import UNTYPED
from views.safe import part, say
from views.theme import GAP, QUIET, SMALL, TITLE

SIDES = 4
LONG = 40
"""Characters after which a value does not fit a button."""


@part
def QuestionCard(
    item: Item, office: Sequence[Edit], put_off: Callable[[str], None], ready: Callable[[], bool]
) -> ft.Control:
    """Each value with who wrote it and when, and a button that keeps it. `office`: edits of the
    record that it told; `ready`: whether a tap is meant for this card."""
    desk, kind = use_desk(), use_desk().kinds[item.kind]
    editing, set_editing = use_state(False)
    known = before(desk, item, office)
    label = kind.label(item.field)
    every, set_every = use_state(False)
    shown = item.sides if every else item.sides[:SIDES]
    sides = [_side(desk, kind, item, side, known, ready) for side in shown]
    if len(shown) < len(item.sides):
        more = f"Show {len(item.sides) - len(shown)} more values"
        sides.append(ft.Row([side_button(more, lambda: set_every(True))]))
    controls: list[ft.Control] = [
        record_line(desk, item.kind, item.record),
        ft.Text(_before(desk, kind, item, known), theme_style=SMALL, color=QUIET),
        *sides,
    ]
    if editing:
        controls.append(Another(item, lambda: set_editing(False)))
    else:
        edit = (
            [side_button("Edit", lambda: set_editing(True), icon=ft.Icons.EDIT_OUTLINED)]
            if kind.meanings[item.field].name not in UNTYPED
            else []
        )
        later = side_button("Later", lambda: put_off(item.id), icon=ft.Icons.SCHEDULE)
        controls.append(ft.Row([*edit, later], spacing=GAP))
    return card(*controls, title=f"Which {label[0].lower()}{label[1:]} is right?")


def _side(
    desk: Desk,
    kind: Kind[Any],
    item: Item,
    side: Side,
    known: Known | None,
    ready: Callable[[], bool],
) -> ft.Control:
    text = told.value(desk, kind, item.field, side.value)
    long = len(text) > LONG or "\n" in text
    people = " and ".join(side.users)

    def chosen() -> None:
        if ready():
            keep(desk, item, side)
            say_settled(desk, f"What {people} wrote is kept." if long else f"{text} is kept.")

    meanwhile = [ft.Text("shown meanwhile", theme_style=SMALL)] if side is item.sides[0] else []
    face: ft.Control = ft.Text(text, theme_style=TITLE, weight=ft.FontWeight.W_600)
    if long:
        was = None if known is None else told.value(desk, kind, item.field, known.value)
        face = differing(was, text)
    return ft.Container(
        ft.Column(
            [
                face,
                *[
                    ft.Text(told.by(desk, mark), theme_style=SMALL, color=QUIET)
                    for mark in side.marks[:3]
                ],
                *meanwhile,
                ft.Row(
                    [
                        main_button(
                            f"Keep what {people} wrote" if long else f"Keep {text} from {people}",
                            chosen,
                        )
                    ]
                ),
            ],
            spacing=4,
        ),
        key=repr(side.dots),
        bgcolor=ft.Colors.SURFACE,
        border_radius=8,
        padding=12,
    )


def say_settled(desk: Desk, words: str) -> None:
    """What was chosen, with its undo. A question that was answered is not asked again by that: the
    value that was shown before stands, and the others are in the history."""
    gesture = desk.last

    def undo() -> None:
        if gesture is not None:
            desk.undo(gesture)
            say("What was shown before stands again. The other values are in the history.")

    say(words, undo=undo)


def _before(desk: Desk, kind: Kind[Any], item: Item, known: Known | None) -> str:
    if known is None:
        return "What stood there before is at the office."
    text = told.value(desk, kind, item.field, known.value)
    return f"Before: {text}" if text != told.NOTHING else "Nothing stood there before."


@part
def Another(item: Item, close: Callable[[], None]) -> ft.Control:
    """Another value than those, typed as in the record's own form."""
    desk = use_desk()
    kind = desk.kinds[item.kind]
    text, set_text = use_first(lambda: typed(desk, kind, item.field, desk.get(kind, item.record)))

    def save() -> None:
        write_another(desk, item, read(desk, kind, item.field, text))
        say_settled(desk, "Saved.")
        close()

    return ft.Column(
        [
            field(desk, kind, item.field, text, set_text),
            ft.Row(
                [main_button("Save", save, icon=ft.Icons.CHECK), side_button("Cancel", close)],
                spacing=GAP,
            ),
        ],
        spacing=GAP,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def record_line(desk: Desk, kind: str, record_id: str) -> ft.Control:
    """The record's name; a tap opens it."""
    # Merged, or the whole card would be heard as one button.
    return ft.MergeSemantics(
        tile(
            told.name_of(desk, record_id),
            on_click=lambda: go(told.path_of(kind, record_id)),
            trailing=ft.Icon(ft.Icons.CHEVRON_RIGHT, size=20, color=QUIET),
        ),
        key=record_id,
    )
