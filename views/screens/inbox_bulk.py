"""Many questions at once: everything from one person, of one day or of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import flet as ft

from data.conflicts import Item
from data.desk import Desk
from data.inbox import keep_all
from data.kinds.production import zone
from views.context import use_desk, use_state
from views.inputs import choose
from views.parts import card, note, side_button
from views.safe import part
from views.screens.inbox_cards import say_settled
from views.words import count, short_day

ALL_DAYS = ""


@part
def Bulk(items: Sequence[Item]) -> ft.Control:
    """For when a device comes back with a day's work: trust one person, look at the rest."""
    desk = use_desk()
    opened, set_opened = use_state(False)
    day, set_day = use_state(ALL_DAYS)
    if not opened:
        label = f"Settle several of the {len(items)} at once"
        return ft.Row([side_button(label, lambda: set_opened(True), icon=ft.Icons.DONE_ALL)])
    days = Counter(day_of(desk, item) for item in items)
    options = [(ALL_DAYS, f"All days ({len(items)})")]
    options += [(d.isoformat(), f"{short_day(d)} ({n})") for d, n in sorted(days.items())]
    chosen = [i for i in items if day in (ALL_DAYS, day_of(desk, i).isoformat())]
    people = Counter(user for i in chosen for user in {u for s in i.sides for u in s.users})
    return card(
        choose("Written on", options, day, set_day),
        *[
            ft.Row(
                [side_button(f"Keep all from {user} ({n})", _settle(desk, chosen, user))], key=user
            )
            for user, n in people.most_common()
        ],
        note("The other values stay in the history of each record. Undo is offered afterwards."),
        ft.Row([side_button("Close", lambda: set_opened(False))]),
        title="Settle several at once",
    )


def _settle(desk: Desk, items: Sequence[Item], user: str) -> Callable[[], None]:
    def settle() -> None:
        n = keep_all(desk, items, user)
        say_settled(desk, f"{count(n, 'question')} settled: what {user} wrote is kept.")

    return settle


def day_of(desk: Desk, item: Item) -> date:
    """The date, where the show is, on which the latest of the values was written."""
    return datetime.fromtimestamp(item.at / 1000, UTC).astimezone(zone(desk)).date()
