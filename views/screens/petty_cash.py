"""Petty cash as a whole: who answers for how much, whose slips are missing, every envelope."""

from __future__ import annotations

import flet as ft

from data.desk import Desk
from data.kinds.envelope_steps import DONE
from data.kinds.people import called
from data.kinds.petty_cash import (
    CardQueue,
    Logged,
    card_queue,
    envelopes_missing,
    exposure,
    owed_back,
    petty_cash_log,
)
from views.context import go, use_desk, use_place, use_records, use_state
from views.parts import card, empty, note, side_button, sub_view, tile
from views.safe import screen
from views.screens.envelope_sums import line
from views.screens.receipts import SlipRow
from views.theme import BODY
from views.words import count, money, short_day

WINDOW = 60


@screen
def PettyCash() -> ft.View:
    """Folded from the records at every look; nothing of it is kept."""
    desk = use_desk()
    use_records("envelope", "cash", "receipt", "person")
    window, set_window = use_state(WINDOW)
    log = petty_cash_log(desk)
    more = len(log) - window
    return sub_view(
        "Petty cash",
        lambda: go("/receipts"),
        [
            *_books(),
            _held(desk, log),
            *_cards(desk),
            *_own_money(desk),
            card(
                *_gaps(desk),
                *[_logged(desk, entry) for entry in log[:window]],
                *([side_button(f"Show more ({more})", lambda: set_window(window + WINDOW))])
                * (more > 0),
                *([] if log else [empty("No float was issued yet.")]),
                title="Petty cash log",
            ),
        ],
    )


def _books() -> list[ft.Control]:
    """At the office the receipts go on to the accounting program."""
    if use_place().face != "office":
        return []
    go_on = side_button(
        "Receipts for the books", lambda: go("/receipt-exports"), icon=ft.Icons.IOS_SHARE
    )
    return [ft.Row([go_on])]


def _held(desk: Desk, log: list[Logged]) -> ft.Control:
    """By person, the one with the most first; and where the oldest cash is."""
    held = sorted(exposure(desk).items(), key=lambda entry: -max(entry[1].values()))
    oldest = next((entry for entry in log if any(entry.outstanding.values())), None)
    told = [line(called(desk, person), money(sums)) for person, sums in held]
    if oldest is not None and oldest.issued is not None:
        since = f"Outstanding longest: {oldest.envelope.number}, since {short_day(oldest.issued)}."
        told.append(note(since))
    return card(*(told or [note("Nobody holds cash.")]), title="Who answers for how much")


def _cards(desk: Desk) -> list[ft.Control]:
    """Card payments that have neither a photo nor anybody's word, and whom to ask for them."""
    queues = card_queue(desk)
    bare = sum(len(queue.slips) for queue in queues)
    if not bare:
        return []
    rows, left = list[ft.Control](), WINDOW
    for queue in queues:
        rows.append(line(_whose(desk, queue), money(queue.missing)))
        rows += [SlipRow(desk, slip, key=slip.id) for slip in queue.slips[:left]]
        left = max(0, left - len(queue.slips))
    return [card(*rows, title=f"Purchasing card, slip missing: {count(bare, 'slip')}")]


def _whose(desk: Desk, queue: CardQueue) -> str:
    whose = called(desk, queue.holder) if queue.holder else "Nobody said whose card"
    return f"{whose}{', card ' + queue.card if queue.card else ''}"


def _own_money(desk: Desk) -> list[ft.Control]:
    """What people paid themselves and are to be paid back."""
    owed = [
        line(called(desk, person) if person else "Nobody said whose", money(sums))
        for person, sums in owed_back(desk).items()
    ]
    return [card(*owed, title="Paid with own money")] if owed else []


def _gaps(desk: Desk) -> list[ft.Control]:
    missing = envelopes_missing(desk)
    if not missing:
        return []
    words = f"Not on this copy: envelope {', '.join(missing)}. On a device still, or lost."
    return [note(words, icon=ft.Icons.WARNING_AMBER)]


def _logged(desk: Desk, entry: Logged) -> ft.Control:
    envelope = entry.envelope
    since = f"{short_day(entry.issued)}: " if entry.issued else ""
    step = "is open" if envelope.status == "open" else DONE[envelope.status]
    said = f"{since}cash {money(entry.cash)}, slips {money(entry.spent)}; {step}"
    return tile(
        f"{envelope.number} {called(desk, envelope.custodian)}",
        said,
        on_click=lambda: go(f"/envelope/{envelope.id}"),
        trailing=ft.Text(money(entry.outstanding), theme_style=BODY),
        key=envelope.id,
    )
