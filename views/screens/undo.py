"""What was done lately, the newest first, each to be put back as one, also after a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import flet as ft

from data.desk import Desk
from data.edit import Edit
from data.store import Gesture
from data.undo import Undone
from views import told
from views.asking import Told, use_told
from views.context import go, here, use_desk, use_records, use_state
from views.parts import empty, note, side_button, sub_view, tile
from views.safe import act, say, screen
from views.words import count

WINDOW = 30


@screen
def Undo() -> ft.View:
    desk = use_desk()
    use_records(*desk.kinds)
    before = here().get("from", "/")
    window, set_window = use_state(WINDOW)
    chosen, set_chosen = use_state("")
    gestures = desk.gestures(window + 1)
    one = next((g for g in gestures if g.id == chosen), None)
    asked = use_told(desk.would_undo(one).unknown if one else ())
    ft.use_dialog(_question(desk, one, asked, lambda: set_chosen("")) if one else None)
    rows: list[ft.Control] = [
        tile(
            told.gesture(desk, gesture.edits),
            told.by_and_when(desk, gesture.edits[0].mark),
            icon=ft.Icons.UNDO,
            on_click=_choose(gesture, set_chosen),
            key=gesture.id,
        )
        for gesture in gestures[:window]
    ]
    if len(gestures) > window:
        rows.append(side_button("Show more", lambda: set_window(window + WINDOW)))
    return sub_view(
        "What was done",
        lambda: go(f"/sync?from={before}"),
        [
            note("Tap what should be put back. You see first what that does."),
            *(rows or [empty("Nothing was done on this copy yet.")]),
        ],
    )


def _choose(gesture: Gesture, choose: Callable[[str], None]) -> Callable[[], None]:
    return lambda: choose(gesture.id)


def _question(
    desk: Desk, gesture: Gesture, asked: Told, close: Callable[[], None]
) -> ft.AlertDialog:
    """What putting it back would do, before it is done."""
    known: Iterable[Edit] = [edit for edits in asked.edits.values() for edit in edits]
    would = desk.would_undo(gesture, told=known)

    def put_back() -> None:
        close()
        done = desk.undo(gesture, told=known)
        again = desk.last
        say(_done(done), undo=lambda: desk.undo(again) if again and done.back else None)

    actions: list[ft.Control] = [ft.TextButton("Leave it", on_click=act(close))]
    if would.back:
        actions.append(ft.FilledButton(f"Put back {would.back}", on_click=act(put_back)))
    return ft.AlertDialog(
        title=ft.Text(told.gesture(desk, gesture.edits)),
        content=ft.Column(
            [ft.Text(line) for line in _would(desk, gesture, would, asked)], tight=True
        ),
        actions=actions,
        on_dismiss=act(close),
    )


def _would(desk: Desk, gesture: Gesture, would: Undone, asked: Told) -> list[str]:
    lines = [f"{count(would.back, 'record')} will be put back as before."] if would.back else []
    if lines and any(map(told.settles, gesture.edits)):
        lines.append("This was a choice: what was shown before it stands again.")
    if would.changed_since:
        changed = told.names_of(desk, would.changed_since)
        lines.append(f"{len(would.changed_since)} changed since, and left as they are: {changed}.")
    if would.unknown:
        names = told.names_of(desk, would.unknown)
        why = asked.words or "What stood there before came from another copy and is not known here."
        lines.append(f"{len(would.unknown)} cannot be put back here: {names}. {why}")
    return lines if would.back else ["Nothing is left to put back.", *lines]


def _done(done: Undone) -> str:
    parts = [f"{done.back} put back"]
    parts += [f"{len(done.changed_since)} changed since"] if done.changed_since else []
    parts += [f"{len(done.unknown)} not known here"] if done.unknown else []
    return ", ".join(parts) + "."
