"""A petty-cash envelope: what it should hold, what it holds, and where it is on its way."""

from __future__ import annotations

from collections.abc import Awaitable

import flet as ft

from data.kinds.envelopes import ENVELOPE, Envelope, count_cash, is_open
from data.kinds.floats import cash_left, hand_back, movements_of, show_currency, top_up
from data.kinds.receipts import receipts_of
from views.context import go, use_desk, use_records
from views.drafts import use_jotted
from views.forms import ENVELOPE_FORM
from views.inputs import read_money
from views.parts import card, history_button, note, side_button, sub_view
from views.safe import act, part, say, screen
from views.screens.envelope_sums import line, sums_card
from views.screens.envelope_way import EnvelopeWay
from views.screens.inbox_waits import waits_on
from views.screens.paper import use_printer
from views.screens.receipts import SlipRow
from views.theme import GAP
from views.words import short_day


@screen
def EnvelopeDetail() -> ft.View:
    desk = use_desk()
    use_records("envelope", "cash", "receipt", "person", "waiting")
    envelope = desk.get(ENVELOPE, ft.use_route_params()["id"])
    printer = use_printer()
    open_ = is_open(envelope)
    log = f"/receipt/new?envelope={envelope.id}"

    def back() -> Awaitable[None]:
        return go(f"/receipts?envelope={envelope.id}")

    return sub_view(
        f"Envelope {envelope.number}",
        back,
        [
            sums_card(desk, envelope),
            ft.Row(
                [
                    *(
                        [side_button("Log receipt", lambda: go(log), icon=ft.Icons.PHOTO_CAMERA)]
                        if open_
                        else []
                    ),
                    side_button(
                        "Print", printer(ENVELOPE_FORM, envelope.id), icon=ft.Icons.PRINT_OUTLINED
                    ),
                ],
                wrap=True,
                spacing=GAP,
                run_spacing=GAP,
            ),
            *([CashCount(envelope, key="count")] if open_ else []),
            EnvelopeWay(envelope, key="way"),
            Float(envelope, key="float"),
            *[SlipRow(desk, slip, key=slip.id) for slip in reversed(receipts_of(desk, envelope))],
            *waits_on(desk, envelope.id, f"/envelope/{envelope.id}"),
            history_button("envelope", envelope.id),
        ],
    )


@part
def CashCount(envelope: Envelope) -> ft.Control:
    """The cash that is in it now, and why that is not what should be."""
    desk = use_desk()
    cash = cash_left(desk, envelope)
    before = f"{cash.amount:.2f}" if cash else ""
    counted = use_jotted("count", cash=before, explained=envelope.explained)

    def keep_count() -> None:
        cash = read_money(counted["cash"], show_currency(desk))
        count_cash(desk, envelope, cash, counted["explained"])
        counted.saved()
        say("The count is saved.")

    return card(
        *counted.waiting(),
        ft.TextField(
            label="Cash counted",
            value=counted["cash"],
            keyboard_type=ft.KeyboardType.NUMBER,
            on_change=act(lambda e: counted.put("cash", e.control.value)),
        ),
        ft.TextField(
            label="Over or short because",
            value=counted["explained"],
            on_change=act(lambda e: counted.put("explained", e.control.value)),
        ),
        side_button("Save the count", keep_count),
        title="Count the cash",
    )


@part
def Float(envelope: Envelope) -> ft.Control:
    """Cash in and out beside the slips. More goes into an open envelope only."""
    desk = use_desk()
    moved = use_jotted("moved", amount="")

    def more() -> None:
        top_up(desk, envelope, read_money(moved["amount"], show_currency(desk)))
        moved.done()

    def less() -> None:
        hand_back(desk, envelope, read_money(moved["amount"], show_currency(desk)))
        moved.done()

    movements = [
        line(f"{short_day(m.on)}  {m.what}{'  ' + m.note if m.note else ''}", str(m.money))
        for m in movements_of(desk, envelope)
    ]
    return card(
        *(movements or [note("No cash was issued on this envelope.")]),
        *moved.waiting(),
        ft.TextField(
            label="Amount",
            value=moved["amount"],
            keyboard_type=ft.KeyboardType.NUMBER,
            on_change=act(lambda e: moved.put("amount", e.control.value)),
        ),
        ft.Row(
            [
                *([side_button("Issue more", more)] if is_open(envelope) else []),
                side_button("Handed back", less),
            ],
            wrap=True,
        ),
        title="Float",
    )
