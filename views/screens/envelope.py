"""A petty-cash envelope from the float to the counted cash, and the float that opens one."""

from __future__ import annotations

from collections.abc import Awaitable

import flet as ft

from data.kinds.envelopes import ENVELOPE, count_cash
from data.kinds.floats import (
    balance,
    float_of,
    hand_back,
    issue_float,
    movements_of,
    over_short,
    show_currency,
    top_up,
    totals,
)
from data.kinds.people import PERSON
from data.kinds.receipts import receipts_of
from views.context import go, use_desk, use_records
from views.drafts import use_jotted
from views.forms import ENVELOPE_FORM
from views.inputs import choose, read_money
from views.parts import card, history_button, main_button, note, side_button, sub_view
from views.safe import act, say, screen
from views.screens.inbox_waits import waits_on
from views.screens.paper import use_printer
from views.screens.receipts import SlipRow
from views.theme import GAP, QUIET, SMALL
from views.words import count, money, short_day


@screen
def FloatNew() -> ft.View:
    """Cash to somebody; their next envelope opens for it."""
    desk = use_desk()
    use_records("person")
    typed = use_jotted("float", custodian="", amount="", note="")
    custodian, amount = typed["custodian"], typed["amount"]
    currency = show_currency(desk)

    async def issue() -> None:
        person = desk.get(PERSON, custodian)
        envelope = issue_float(desk, person, read_money(amount, currency), note=typed["note"])
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
            ft.Row([main_button("Issue", issue, icon=ft.Icons.PAYMENTS, disabled=not custodian)]),
        ],
    )


@screen
def EnvelopeDetail() -> ft.View:
    desk = use_desk()
    use_records("envelope", "cash", "receipt", "person", "waiting")
    envelope = desk.get(ENVELOPE, ft.use_route_params()["id"])
    before = f"{envelope.counted.amount:.2f}" if envelope.counted else ""
    counted = use_jotted("count", cash=before, explained=envelope.explained)
    moved = use_jotted("moved", amount="")
    custodian = desk.find(PERSON, envelope.custodian)
    printer = use_printer()
    slips = receipts_of(desk, envelope)
    spent = totals(slip.money for slip in slips if not slip.void)
    difference = over_short(desk, envelope)

    def keep_count() -> None:
        cash = read_money(counted["cash"], show_currency(desk))
        count_cash(desk, envelope, cash, counted["explained"])
        counted.saved()
        say("The count is saved.")

    def more() -> None:
        top_up(desk, envelope, read_money(moved["amount"], show_currency(desk)))
        moved.done()

    def less() -> None:
        hand_back(desk, envelope, read_money(moved["amount"], show_currency(desk)))
        moved.done()

    def back() -> Awaitable[None]:
        return go(f"/receipts?envelope={envelope.id}")

    movements = [
        _line(f"{short_day(m.on)}  {m.what}{'  ' + m.note if m.note else ''}", str(m.money))
        for m in movements_of(desk, envelope)
    ]
    return sub_view(
        f"Envelope {envelope.number}",
        back,
        [
            card(
                _line("Custodian", custodian.name if custodian else "not on this copy"),
                _line("Float", money(float_of(desk, envelope))),
                _line(count(sum(not s.void for s in slips), "receipt").capitalize(), money(spent)),
                _line("Should be left", money(balance(desk, envelope))),
                *([_line("Counted", str(envelope.counted))] if envelope.counted else []),
                *(
                    [_line("Over" if difference > 0 else "Short", f"{abs(difference):,.2f}")]
                    if difference
                    else []
                ),
            ),
            ft.Row(
                [
                    side_button(
                        "Log receipt",
                        lambda: go(f"/receipt/new?envelope={envelope.id}"),
                        icon=ft.Icons.PHOTO_CAMERA,
                    ),
                    side_button(
                        "Print", printer(ENVELOPE_FORM, envelope.id), icon=ft.Icons.PRINT_OUTLINED
                    ),
                ],
                wrap=True,
                spacing=GAP,
                run_spacing=GAP,
            ),
            card(
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
            ),
            card(
                *(movements or [note("No cash was issued on this envelope.")]),
                *moved.waiting(),
                ft.TextField(
                    label="Amount",
                    value=moved["amount"],
                    keyboard_type=ft.KeyboardType.NUMBER,
                    on_change=act(lambda e: moved.put("amount", e.control.value)),
                ),
                ft.Row(
                    [side_button("Issue more", more), side_button("Handed back", less)],
                    wrap=True,
                ),
                title="Float",
            ),
            *[SlipRow(desk, slip, key=slip.id) for slip in reversed(slips)],
            *waits_on(desk, envelope.id, f"/envelope/{envelope.id}"),
            history_button("envelope", envelope.id),
        ],
    )


def _line(label: str, text: str) -> ft.Control:
    return ft.Row([ft.Text(label, theme_style=SMALL, color=QUIET, expand=True), ft.Text(text)])
