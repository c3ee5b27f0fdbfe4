"""The slips by envelope: what was spent, what cash is left, one big button for the next slip."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import flet as ft

from data.desk import Desk
from data.kinds.envelopes import ENVELOPE, Envelope, is_open
from data.kinds.floats import balance, totals
from data.kinds.people import PERSON
from data.kinds.receipt_list import Asked
from data.kinds.receipts import RECEIPT, Receipt, pages_of
from views.context import go, here, use_desk, use_records, use_state
from views.inputs import choose
from views.parts import centred, empty, heading, icon_button, main_button, side_button
from views.safe import act, part
from views.screens.receipt_filters import filters, in_order, use_asked
from views.screens.small_photo import SmallPhoto
from views.theme import BODY, GAP, PAD, QUIET, SMALL, TARGET
from views.words import count, money, short_day

NO_VENDOR = "Vendor not written yet"
WINDOW = 60


@part
def Receipts() -> ft.Control:
    """All slips or one envelope's, the latest logged first or as somebody asks for them."""
    desk = use_desk()
    use_records("receipt", "envelope", "cash")
    asked, order, set_asked, set_order = use_asked(here().get("envelope"))
    open_, set_open = use_state(False)
    window, set_window = use_state(WINDOW)
    slips = in_order(desk.all(RECEIPT), asked, order)
    log = f"/receipt/new?envelope={asked.envelope}"

    def ask(**changes: Any) -> None:
        set_asked(lambda now: replace(now, **changes))

    def show_all() -> None:
        set_asked(Asked(envelope=asked.envelope))
        set_open(False)

    top = [
        ft.Row([main_button("Log receipt", lambda: go(log), icon=ft.Icons.PHOTO_CAMERA)]),
        choose("Envelope", _envelopes(desk), asked.envelope, lambda e: ask(envelope=e)),
        *_envelope_line(desk, desk.find(ENVELOPE, asked.envelope or None)),
        ft.Row(
            [
                ft.TextField(
                    label="Find a receipt",
                    value=asked.text,
                    dense=True,
                    expand=True,
                    prefix_icon=ft.Icons.SEARCH,
                    on_change=act(lambda e: ask(text=e.control.value)),
                ),
                icon_button(ft.Icons.TUNE, "Filter and sort", lambda: set_open(not open_)),
            ]
        ),
        *(filters(asked, ask, order, set_order) if open_ else ()),
        *([] if asked == Asked(envelope=asked.envelope) else [_narrowed(show_all)]),
    ]
    return centred(
        ft.ListView(
            [
                *top,
                heading(_total(slips)),
                *[SlipRow(desk, slip, key=slip.id) for slip in slips[:window]],
                *_more(len(slips) - window, lambda: set_window(window + WINDOW)),
                *([] if slips else [empty("No receipts here yet.")]),
            ],
            expand=True,
            spacing=GAP,
            padding=PAD,
        )
    )


@part
def SlipRow(desk: Desk, slip: Receipt) -> ft.Control:
    """One slip; a void one says so and is struck through."""
    envelope = desk.find(ENVELOPE, slip.envelope)
    struck = ft.TextStyle(decoration=ft.TextDecoration.LINE_THROUGH) if slip.void else None
    number = f"{envelope.number}-{slip.number}" if envelope else "no envelope"
    under = [number, short_day(slip.date), slip.what_for]
    if slip.missing:
        under.append("slip lost")
    if slip.void:
        under.append(f"void: {slip.void_reason}")
    return ft.ListTile(
        leading=SmallPhoto((first := pages_of(slip)[0]), key=first)
        if slip.photos
        else ft.Icon(ft.Icons.RECEIPT_OUTLINED, semantics_label="no photo"),
        title=ft.Text(slip.vendor or NO_VENDOR, theme_style=BODY, style=struck, max_lines=1),
        subtitle=ft.Text(
            " · ".join(filter(None, under)), theme_style=SMALL, color=QUIET, max_lines=2
        ),
        trailing=ft.Text(str(slip.money), theme_style=BODY, style=struck),
        content_padding=ft.Padding.symmetric(horizontal=0, vertical=2),
        on_click=act(lambda: open_slip(slip.id)),
    )


def open_slip(slip_id: str) -> Awaitable[None]:
    """Opens a slip's screen, from which the way leads back to this one."""
    return go(with_way(f"/receipt/{slip_id}", ft.context.page.route))


def use_way_back(otherwise: str = "/receipts") -> str:
    """Where a screen was come to from, or `otherwise` where nobody said it."""
    came = here().get("from", "")
    return came if came.startswith("/") else otherwise


def with_way(path: str, back: str) -> str:
    """The path of a screen of a slip or an envelope, from which the way leads `back`."""
    return f"{path}?from={quote(back, safe='/')}"


def _envelope_line(desk: Desk, envelope: Envelope | None) -> list[ft.Control]:
    if envelope is None:
        float_ = side_button("Issue a float", lambda: go("/envelope/new"), icon=ft.Icons.PAYMENTS)
        whole = side_button("Petty cash", lambda: go("/petty-cash"), icon=ft.Icons.SAVINGS_OUTLINED)
        return [ft.Row([float_, whole], wrap=True, spacing=GAP, run_spacing=GAP)]
    return [
        ft.Row(
            [
                ft.Text(f"{money(balance(desk, envelope))} left", theme_style=BODY, expand=True),
                side_button("Open the envelope", lambda: go(f"/envelope/{envelope.id}")),
            ]
        )
    ]


def _narrowed(show_all: Callable[[], None]) -> ft.Control:
    """That not all are shown: what was asked for stays while slips are opened one by one."""
    return ft.Row(
        [
            ft.Text("Not all are shown.", theme_style=SMALL, color=QUIET, expand=True),
            ft.TextButton("Show all", height=TARGET, on_click=act(show_all)),
        ]
    )


def _envelopes(desk: Desk) -> list[tuple[str, str]]:
    envelopes = sorted(desk.all(ENVELOPE), key=lambda e: (not is_open(e), e.number))
    return [("", "All envelopes"), *[(e.id, _named(desk, e)) for e in envelopes]]


def _named(desk: Desk, envelope: Envelope) -> str:
    custodian = desk.find(PERSON, envelope.custodian)
    step = "" if is_open(envelope) else f" ({_step(envelope)})"
    return f"{envelope.number} {custodian.name if custodian else ''}{step}"


def _step(envelope: Envelope) -> str:
    return "closed" if envelope.status == "open" else envelope.status


def _total(slips: list[Receipt]) -> str:
    """How many, and what those that count come to."""
    counted = money(totals(slip.money for slip in slips if not slip.void))
    return f"{count(len(slips), 'receipt').capitalize()}{f', {counted}' if slips else ''}"


def _more(left: int, show: Callable[[], None]) -> list[ft.Control]:
    if left <= 0:
        return []
    return [ft.Row([side_button(f"Show more ({left})", show)])]
