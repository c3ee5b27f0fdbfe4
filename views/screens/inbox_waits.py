"""What the office did not let stand: a card to release or decline it, and one for its author."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.desk import Desk
from data.kinds.people import called
from data.kinds.waiting import WAITING, Waiting, decline, release, wanted
from data.notices import mark_seen
from data.waits import refused, seen_as, to_decide, to_know
from views import told, told_waits
from views.context import go, use_desk
from views.parts import card, main_button, note, side_button
from views.safe import act, part, say
from views.screens.inbox_cards import record_line
from views.theme import QUIET, SMALL


@part
def DecideCard(
    waiting: Waiting, ask: Callable[[str], None], ready: Callable[[], bool]
) -> ft.Control:
    """Who wanted what, why it is not counted, and the two answers. `ask`: it deletes, so it is
    asked once more; `ready`: whether a tap is meant for this card."""
    desk, deletes = use_desk(), wanted(waiting).delete

    def released() -> None:
        if not ready():
            return
        if deletes:
            ask(waiting.id)
        else:
            let_stand(desk, waiting.id)

    def declined() -> None:
        if ready():
            decline(desk, waiting)
            _say(desk, f"Declined. It stays as it is, and {called(desk, waiting.author)} is told.")

    yes = "Release: delete it" if deletes else f"Release what {called(desk, waiting.author)} wrote"
    return card(
        _about(desk, waiting),
        *[_line(text) for text in told_waits.lines(desk, waiting)],
        ft.Text(
            f"Not counted since {told.at(desk, refused(desk, waiting).stamp)}. {waiting.sentence}",
            theme_style=SMALL,
            color=QUIET,
        ),
        ft.Row([main_button(yes, released)]),
        ft.Row([side_button("Decline: leave it as it is", declined)]),
        title=f"From {called(desk, waiting.author)}",
    )


@part
def MineCard(waiting: Waiting, noted: Callable[[], None]) -> ft.Control:
    """What became of something that this person wrote: it waits, or it was settled."""
    desk = use_desk()

    def seen() -> None:
        mark_seen(desk, seen_as(waiting))
        noted()

    still = note("The office decides; you read here what became of it.")
    answer = ft.Row([side_button("Seen", seen, icon=ft.Icons.CHECK)])
    return card(
        _about(desk, waiting),
        ft.Text(f"Your {told_waits.counts(desk, waiting)}"),
        still if waiting.outcome == "open" else answer,
        title=told_waits.outcome(desk, waiting),
    )


def deleting(desk: Desk, waiting_id: str, close: Callable[[], None]) -> ft.AlertDialog:
    """Asked once before a release deletes a record."""
    waiting = desk.get(WAITING, waiting_id)

    def delete() -> None:
        close()
        let_stand(desk, waiting_id)

    return ft.AlertDialog(
        title=ft.Text(f"Delete {told.name_of(desk, waiting.record)}?"),
        content=ft.Text("It leaves every list on every copy. Undo brings it back."),
        actions=[
            ft.TextButton("Keep it", on_click=act(close)),
            ft.FilledButton("Delete", on_click=act(delete)),
        ],
        on_dismiss=act(close),
    )


def let_stand(desk: Desk, waiting_id: str) -> None:
    waiting = desk.get(WAITING, waiting_id)
    release(desk, waiting)
    _say(desk, f"Released: it counts, and {called(desk, waiting.author)} is told.")


def waits_on(desk: Desk, record_id: str, back: str) -> list[ft.Control]:
    """On a record's own screen: what was written there and does not count; at the office a way to
    decide it. Whoever shows it draws again with the kind `waiting`."""
    to_open = [each for each in to_decide(desk) if each.record == record_id]
    path = f"/inbox?record={record_id}&from={back}"
    buttons = [
        ft.Row(
            [side_button(_question(desk, each), lambda: go(path), icon=ft.Icons.PAN_TOOL_OUTLINED)],
            wrap=True,
        )
        for each in to_open
    ]
    return [*buttons, *waits_told(desk, record_id)]


def waits_told(desk: Desk, record_id: str) -> list[ft.Control]:
    """What this person wrote to a record and does not count, or what became of it."""
    mine = [each for each in to_know(desk) if each.record == record_id]
    return [note(told_waits.standing(desk, each)) for each in mine]


def _about(desk: Desk, waiting: Waiting) -> ft.Control:
    """The record, to be opened where it can be."""
    state = desk.store.state(waiting.record)
    if state is None or not state.alive:
        return ft.Text(told.name_of(desk, waiting.record))
    return record_line(desk, waiting.record_kind, waiting.record)


def _question(desk: Desk, waiting: Waiting) -> str:
    return f"{called(desk, waiting.author)} wrote {told_waits.brief(desk, waiting)}: does it count?"


def _line(text: str) -> ft.Control:
    return ft.Text(text, weight=ft.FontWeight.W_600)


def _say(desk: Desk, words: str) -> None:
    gesture = desk.last
    say(words, undo=lambda: desk.undo(gesture) if gesture else None)
