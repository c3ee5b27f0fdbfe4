"""The slips by envelope: what was spent, what cash is left, one big button for the next slip."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.desk import Desk
from data.kinds.envelopes import ENVELOPE, Envelope
from data.kinds.floats import balance
from data.kinds.people import PERSON
from data.kinds.receipts import RECEIPT, Receipt
from views.context import go, here, use_desk, use_records, use_state
from views.inputs import choose
from views.parts import centred, empty, heading, side_button
from views.safe import act, part
from views.theme import BODY, GAP, PAD, QUIET, SMALL
from views.words import count, money, short_day

WINDOW = 60


@part
def Receipts() -> ft.Control:
    """All slips or one envelope's, newest first, by words of vendor, purpose or number."""
    desk = use_desk()
    use_records("receipt", "envelope", "cash")
    looking, set_looking = use_state("")
    chosen, set_chosen = use_state(here().get("envelope", ""))
    window, set_window = use_state(WINDOW)
    envelopes = sorted(desk.all(ENVELOPE), key=lambda e: (e.closed is not None, e.number))
    slips = [r for r in desk.all(RECEIPT) if not chosen or r.envelope == chosen]
    slips = [r for r in slips if _matches(r, looking)]
    slips.sort(key=_newest, reverse=True)
    envelope = desk.find(ENVELOPE, chosen)
    return centred(
        ft.Column(
            [
                ft.Container(
                    ft.Column(
                        [
                            ft.Row(
                                [
                                    ft.FilledButton(
                                        "Log receipt",
                                        icon=ft.Icons.PHOTO_CAMERA,
                                        height=56,
                                        expand=True,
                                        on_click=act(lambda: go(f"/receipt/new?envelope={chosen}")),
                                    )
                                ]
                            ),
                            choose(
                                "Envelope",
                                [
                                    ("", "All envelopes"),
                                    *[(e.id, _named(desk, e)) for e in envelopes],
                                ],
                                chosen,
                                set_chosen,
                            ),
                            *_envelope_line(desk, envelope),
                            ft.TextField(
                                label="Find a receipt",
                                value=looking,
                                dense=True,
                                prefix_icon=ft.Icons.SEARCH,
                                on_change=act(lambda e: set_looking(e.control.value)),
                            ),
                        ],
                        spacing=GAP,
                        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                    ),
                    padding=ft.Padding.only(left=PAD, right=PAD, top=GAP),
                ),
                ft.ListView(
                    [
                        heading(count(len(slips), "receipt").capitalize()),
                        *[SlipRow(desk, slip, key=slip.id) for slip in slips[:window]],
                        *_more(len(slips) - window, lambda: set_window(window + WINDOW)),
                    ]
                    if slips
                    else [empty("No receipts here yet.")],
                    expand=True,
                    padding=ft.Padding.only(left=PAD, right=PAD, bottom=PAD),
                ),
            ],
            expand=True,
            spacing=GAP,
        )
    )


@part
def SlipRow(desk: Desk, slip: Receipt) -> ft.Control:
    """One slip; a void one says so and is struck through."""
    envelope = desk.find(ENVELOPE, slip.envelope)
    struck = ft.TextStyle(decoration=ft.TextDecoration.LINE_THROUGH) if slip.void else None
    number = f"{envelope.number}-{slip.number}" if envelope else "no envelope"
    under = [number, short_day(slip.date), slip.what_for]
    if slip.void:
        under.append(f"void: {slip.void_reason}")
    return ft.ListTile(
        leading=ft.Icon(
            ft.Icons.PHOTO_OUTLINED if slip.photos else ft.Icons.RECEIPT_OUTLINED,
            semantics_label="has a photo" if slip.photos else "no photo",
        ),
        title=ft.Text(slip.vendor, theme_style=BODY, style=struck, max_lines=1),
        subtitle=ft.Text(
            " · ".join(filter(None, under)), theme_style=SMALL, color=QUIET, max_lines=2
        ),
        trailing=ft.Text(str(slip.money), theme_style=BODY, style=struck),
        content_padding=ft.Padding.symmetric(horizontal=0, vertical=2),
        on_click=act(lambda: go(f"/receipt/{slip.id}")),
    )


def _envelope_line(desk: Desk, envelope: Envelope | None) -> list[ft.Control]:
    if envelope is None:
        return [
            ft.Row(
                [side_button("Issue a float", lambda: go("/envelope/new"), icon=ft.Icons.PAYMENTS)]
            )
        ]
    return [
        ft.Row(
            [
                ft.Text(f"{money(balance(desk, envelope))} left", theme_style=BODY, expand=True),
                side_button("Open the envelope", lambda: go(f"/envelope/{envelope.id}")),
            ]
        )
    ]


def _named(desk: Desk, envelope: Envelope) -> str:
    custodian = desk.find(PERSON, envelope.custodian)
    closed = " (closed)" if envelope.closed else ""
    return f"{envelope.number} {custodian.name if custodian else ''}{closed}"


def _newest(slip: Receipt) -> tuple[str, str]:
    """By when it was logged; one that came without that moment, by its date."""
    return (str(slip.taken or slip.date), slip.number)


def _matches(slip: Receipt, looking: str) -> bool:
    text = f"{slip.vendor} {slip.what_for} {slip.number} {slip.code} {slip.money.amount}".casefold()
    return all(word in text for word in looking.casefold().split())


def _more(left: int, show: Callable[[], None]) -> list[ft.Control]:
    if left <= 0:
        return []
    return [ft.Row([side_button(f"Show more ({left})", show)])]
