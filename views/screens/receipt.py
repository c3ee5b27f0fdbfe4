"""One slip that is kept: looked at, corrected, declared lost, voided with a reason."""

from __future__ import annotations

import flet as ft

from data.desk import Desk
from data.kinds.envelope_life import declare_missing, reject
from data.kinds.envelopes import ENVELOPE
from data.kinds.people import called
from data.kinds.receipts import (
    RECEIPT,
    Receipt,
    correct,
    in_pages,
    pages_of,
    receipts_of,
    void_receipt,
)
from data.kinds.slip_flags import flags_of
from views.context import go, use_desk, use_place, use_records, use_state
from views.drafts import use_draft
from views.parts import (
    card,
    heading,
    history_button,
    icon_button,
    main_button,
    note,
    side_button,
    sub_view,
)
from views.safe import say, screen
from views.screens.inbox_waits import waits_on
from views.screens.reason import use_reason
from views.screens.receipt_choices import category_chips, envelope_choice
from views.screens.receipt_fields import FIELDS, more_fields
from views.screens.receipt_flags import flag_lines
from views.screens.receipt_photos import Photo, PhotoTile, beside
from views.screens.receipts import NO_VENDOR, use_way_back, with_way
from views.shots import Taken
from views.show import shown
from views.theme import BIG, GAP, QUIET, SMALL

SAID_ELSEWHERE = frozenset(
    {"money", "vendor", "photos", "pages", "looks", "void", "void_reason", "rejected"}
)
FACTS = tuple(name for name in RECEIPT.meanings if name not in SAID_ELSEWHERE)
UNSAID = (False, "other")


@screen
def ReceiptEdit() -> ft.View:
    """Corrects what was typed; what the person saw is what their edit writes over."""
    desk = use_desk()
    slip = desk.get(RECEIPT, ft.use_route_params()["id"])
    draft = use_draft(desk, RECEIPT, FIELDS, slip)
    more, set_more = use_state(True)
    back = with_way(f"/receipt/{slip.id}", use_way_back())

    async def save() -> None:
        correct(desk, slip, shown=draft.seen, **draft.values())
        draft.done()
        await go(back)

    return sub_view(
        "Correct the receipt",
        lambda: go(back),
        [
            *draft.controls(("money", "vendor")),
            *category_chips(desk, draft),
            envelope_choice(desk, draft),
            *more_fields(draft, more, lambda: set_more(not more)),
        ],
        foot=ft.Row([main_button("Save", save, icon=ft.Icons.CHECK)]),
    )


@screen
def ReceiptDetail() -> ft.View:
    desk = use_desk()
    use_records("receipt", "envelope", "cash", "waiting")
    slip = desk.get(RECEIPT, ft.use_route_params()["id"])
    back = use_way_back()

    def void(reason: str) -> None:
        void_receipt(desk, slip, reason)
        _said(desk, "The receipt is void.")

    def lost(reason: str) -> None:
        declare_missing(desk, slip, reason)
        _said(desk, "The slip is declared lost.")

    def refuse(reason: str) -> None:
        reject(desk, slip, reason)
        _said(desk, "The slip is not accepted.")

    def took(taken: Taken) -> None:
        looks = slip.looks | ({taken.look} if taken.look else frozenset())
        pages = in_pages([*pages_of(slip), taken.name])
        desk.edit(slip, photos=slip.photos | {taken.name}, pages=pages, looks=looks)
        say("Photo saved.")

    ask_void = use_reason(
        "void", void, title="Void this receipt?", label="Void because", button="Void"
    )
    ask_lost = use_reason(
        *("lost", lost),
        title="The slip is lost?",
        label="Slip is missing because",
        button="Declare it lost",
        keep="I will look again",
    )
    ask_refuse = use_reason(
        *("refused", refuse),
        title="Not accept this slip?",
        label="Not accepted because",
        button="Do not accept",
    )
    facts = [
        (RECEIPT.label(name), shown(desk, RECEIPT, name, slip))
        for name in FACTS
        if getattr(slip, name) not in UNSAID
    ]
    under_audit = _step(desk, slip) == "submitted" and not slip.rejected
    edit = with_way(f"/receipt/{slip.id}/edit", back)
    buttons = [
        side_button("Correct", lambda: go(edit), icon=ft.Icons.EDIT_OUTLINED),
        side_button("Void", ask_void, icon=ft.Icons.BLOCK),
        *([] if slip.photos or slip.missing else [side_button("The slip is lost", ask_lost)]),
        *([side_button("Not accepted", ask_refuse)] if under_audit else []),
    ]
    said = [
        *_standing(slip),
        ft.Text(str(slip.money), theme_style=BIG),
        ft.Text(slip.vendor or NO_VENDOR, theme_style=ft.TextThemeStyle.TITLE_LARGE),
        *([] if slip.void else _look_again(desk, slip)),
        *([] if slip.money.tax is None else [_fact("Tax in it", f"{slip.money.tax:,.2f}")]),
        *[_fact(label, text) for label, text in facts if text],
        *waits_on(desk, slip.id, f"/receipt/{slip.id}"),
        note(f"Written by {called(desk, desk.author(slip.id))}.", icon=ft.Icons.PERSON_OUTLINE),
        *([] if slip.void else [ft.Row(buttons, wrap=True, spacing=GAP, run_spacing=GAP)]),
        history_button("receipt", slip.id),
    ]
    seen = [
        heading("Photos"),
        *_read_it(slip, back),
        *[Photo(name, key=name) for name in pages_of(slip)],
        *([] if slip.void else [PhotoTile(_photo_words(slip), took)]),
    ]
    return sub_view(
        _title(desk, slip),
        lambda: go(back),
        beside(said, seen),
        actions=_neighbours(desk, slip, back),
    )


def _title(desk: Desk, slip: Receipt) -> str:
    envelope = desk.find(ENVELOPE, slip.envelope)
    return f"Receipt {envelope.number}-{slip.number}" if envelope else "Receipt"


def _neighbours(desk: Desk, slip: Receipt, back: str) -> list[ft.Control]:
    """The slips before and after it in its envelope: an audit looks at one after the other."""
    envelope = desk.find(ENVELOPE, slip.envelope)
    if envelope is None:
        return []
    slips = [one.id for one in receipts_of(desk, envelope)]
    if slip.id not in slips:
        return []
    at = slips.index(slip.id)
    before, after = slips[at - 1 : at] if at else [], slips[at + 1 : at + 2]
    return [
        *[_neighbour(ft.Icons.CHEVRON_LEFT, "Slip before", one, back) for one in before],
        *[_neighbour(ft.Icons.CHEVRON_RIGHT, "Next slip", one, back) for one in after],
    ]


def _neighbour(icon: ft.IconData, words: str, slip_id: str, back: str) -> ft.Control:
    path = with_way(f"/receipt/{slip_id}", back)
    return icon_button(icon, words, lambda: go(path))


def _standing(slip: Receipt) -> list[ft.Control]:
    """What keeps the slip from counting, before anything else is read."""
    told = []
    if slip.void:
        told.append(card(note(f"Void: {slip.void_reason}", icon=ft.Icons.BLOCK)))
    if slip.rejected:
        told.append(card(note(f"Not accepted: {slip.rejected}", icon=ft.Icons.BLOCK)))
    return told


def _look_again(desk: Desk, slip: Receipt) -> list[ft.Control]:
    found = flags_of(desk, slip)
    return [card(*flag_lines(found), title="Look again")] if found else []


def _read_it(slip: Receipt, back: str) -> list[ft.Control]:
    """At the office the photo can be read, which suggests what to write."""
    if use_place().face != "office" or slip.void or not slip.photos:
        return []
    read = with_way(f"/receipt/{slip.id}/read", back)
    return [
        ft.Row([side_button("Read the slip", lambda: go(read), icon=ft.Icons.DOCUMENT_SCANNER)])
    ]


def _photo_words(slip: Receipt) -> str:
    return "Add a photo, or the next page" if slip.photos else "Photo of the receipt"


def _step(desk: Desk, slip: Receipt) -> str:
    envelope = desk.find(ENVELOPE, slip.envelope)
    return envelope.status if envelope else ""


def _said(desk: Desk, words: str) -> None:
    gesture = desk.last
    say(words, undo=lambda: desk.undo(gesture) if gesture else None)


def _fact(label: str, text: str) -> ft.Control:
    return ft.Row(
        [
            ft.Text(label, theme_style=SMALL, color=QUIET, width=120),
            ft.Text(text, expand=True),
        ]
    )
