"""A float handed out: who takes it, how much, and their signature that they have it."""

from __future__ import annotations

import flet as ft

from data.kinds.floats import issue_float, show_currency
from data.kinds.people import PERSON
from data.kinds.signatures import sign
from views.context import go, use_desk, use_first, use_records
from views.drafts import use_jotted
from views.inputs import choose, read_money
from views.parts import main_button, sub_view
from views.safe import act, say, screen
from views.screens.sign_pad import SignPad, Strokes


@screen
def FloatNew() -> ft.View:
    """Cash to somebody; their next envelope opens for it."""
    desk = use_desk()
    use_records("person")
    typed = use_jotted("float", custodian="", amount="", note="")
    custodian, amount = typed["custodian"], typed["amount"]
    currency = show_currency(desk)
    strokes, set_strokes = use_first(lambda: no_strokes())

    async def issue() -> None:
        person = desk.get(PERSON, custodian)
        cash = read_money(amount, currency)
        with desk.gesture():
            envelope = issue_float(desk, person, cash, note=typed["note"])
            if strokes:
                words = f"Received a float of {cash} in envelope {envelope.number}."
                sign(desk, person, strokes, words=words, what="float", about=envelope.id)
        gesture = desk.last
        typed.done()
        await go(f"/envelope/{envelope.id}")
        say(
            f"{amount} issued to {person.name}, envelope {envelope.number}.",
            undo=lambda: desk.undo(gesture) if gesture else None,
        )

    people = sorted((p.id, f"{p.name}, {p.position}") for p in desk.all(PERSON))
    people.sort(key=lambda pair: pair[1])
    return sub_view(
        "Issue a float",
        lambda: go("/receipts"),
        [
            *typed.waiting(),
            choose("Custodian", list(people), custodian, lambda i: typed.put("custodian", i)),
            ft.TextField(
                label=f"Amount in {currency}",
                value=amount,
                keyboard_type=ft.KeyboardType.NUMBER,
                on_change=act(lambda e: typed.put("amount", e.control.value)),
            ),
            ft.TextField(
                label="Note",
                value=typed["note"],
                on_change=act(lambda e: typed.put("note", e.control.value)),
            ),
            SignPad("Who takes the cash signs here, or on paper.", strokes, set_strokes),
            ft.Row([main_button("Issue", issue, icon=ft.Icons.PAYMENTS, disabled=not custodian)]),
        ],
    )


def no_strokes() -> Strokes:
    return ()
