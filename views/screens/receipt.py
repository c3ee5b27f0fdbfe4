"""One slip: logged in a few seconds, looked at, corrected, voided with a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import flet as ft

from data.desk import Desk
from data.errors import BadInput, NotFound
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import balance
from data.kinds.people import PERSON, called
from data.kinds.production import today
from data.kinds.receipts import RECEIPT, Receipt, log_receipt, void_receipt
from data.photos import fit
from views.context import (
    go,
    here,
    use_desk,
    use_first,
    use_picker,
    use_place,
    use_records,
    use_state,
)
from views.drafts import Draft, use_draft, use_jotted
from views.inputs import choose
from views.parts import card, heading, history_button, main_button, note, side_button, sub_view
from views.safe import act, part, say, screen
from views.screens.inbox_waits import waits_on
from views.show import shown
from views.theme import BIG, GAP, QUIET, SMALL
from views.words import money

TYPED = ("money", "vendor", "what_for", "code", "scene", "date")


@screen
def ReceiptNew() -> ft.View:
    """Photo, amount, vendor, save; envelope and date stand ready."""
    place = use_place()
    desk = place.desk
    use_records("envelope", "cash", "receipt")
    draft = use_draft(desk, RECEIPT, (*TYPED, "envelope"), _next_receipt(desk))
    photo, set_photo = use_first(lambda: desk.blobs.read(draft.photo) if draft.photo else None)

    def took(content: bytes) -> None:
        if place.face == "device":  # safe at the shutter, not only when all is typed
            draft.attach(desk.blobs.keep(fit(content)))
        set_photo(content)

    async def save() -> None:
        kept = log_receipt(desk, Receipt(**draft.values()), photo=photo)
        gesture = desk.last
        draft.done()
        await go("/receipts")
        say(_kept(desk, kept), undo=lambda: desk.undo(gesture) if gesture else None)

    def start_over() -> Awaitable[None]:
        draft.done()
        return go("/receipts")

    return sub_view(
        "Log a receipt",
        lambda: go("/receipts"),
        [
            *draft.waiting(start_over),
            PhotoTile(photo, took),
            *draft.controls(TYPED[:2]),
            _vendors(desk, lambda vendor: draft.put("vendor", vendor)),
            _envelopes(desk, draft),
            *draft.controls(TYPED[2:]),
            ft.Row([main_button("Save receipt", save, icon=ft.Icons.CHECK)]),
        ],
    )


@screen
def ReceiptEdit() -> ft.View:
    """Corrects what was typed; what the person saw is what their edit writes over."""
    desk = use_desk()
    slip = desk.get(RECEIPT, ft.use_route_params()["id"])
    draft = use_draft(desk, RECEIPT, (*TYPED, "envelope"), slip)

    async def save() -> None:
        desk.edit(slip, shown=draft.seen, **draft.values())
        draft.done()
        await go(f"/receipt/{slip.id}")

    return sub_view(
        "Correct the receipt",
        lambda: go(f"/receipt/{slip.id}"),
        [
            *draft.controls(TYPED),
            _envelopes(desk, draft),
            ft.Row([main_button("Save", save, icon=ft.Icons.CHECK)]),
        ],
    )


@screen
def ReceiptDetail() -> ft.View:
    desk = use_desk()
    use_records("receipt", "waiting")
    slip = desk.get(RECEIPT, ft.use_route_params()["id"])
    asking, set_asking = use_state(False)
    typed = use_jotted("void", reason="")
    wrong, set_wrong = use_state("")

    def void() -> None:
        try:
            void_receipt(desk, slip, typed["reason"])
        except BadInput as error:
            set_wrong(error.sentence)  # a line at the foot would lie behind the dialog
            return
        gesture = desk.last
        typed.done()
        set_asking(False)
        say("The receipt is void.", undo=lambda: desk.undo(gesture) if gesture else None)

    def took(content: bytes) -> None:
        desk.edit(slip, photos=slip.photos | {desk.blobs.keep(fit(content))})
        say("Photo saved.")

    question = ft.AlertDialog(
        title=ft.Text("Void this receipt?"),
        content=ft.TextField(
            label="Void because",
            value=typed["reason"],
            error=wrong or None,
            on_change=act(lambda e: typed.put("reason", e.control.value)),
        ),
        actions=[
            ft.TextButton("Keep it", on_click=act(lambda: set_asking(False))),
            ft.FilledButton("Void", on_click=act(void)),
        ],
        on_dismiss=act(lambda: set_asking(False)),
    )
    ft.use_dialog(question if asking else None)
    facts = [
        (RECEIPT.label(name), shown(desk, RECEIPT, name, slip))
        for name in ("what_for", "code", "scene", "date", "envelope", "number", "taken")
    ]
    controls: list[ft.Control] = [
        ft.Text(str(slip.money), theme_style=BIG),
        ft.Text(slip.vendor, theme_style=ft.TextThemeStyle.TITLE_LARGE),
        *[_fact(label, text) for label, text in facts if text],
        *waits_on(desk, slip.id, f"/receipt/{slip.id}"),
        note(f"Written by {called(desk, desk.author(slip.id))}.", icon=ft.Icons.PERSON_OUTLINE),
    ]
    if slip.void:
        controls.insert(0, card(note(f"Void: {slip.void_reason}", icon=ft.Icons.BLOCK)))
    else:
        edit = f"/receipt/{slip.id}/edit"
        controls.append(
            ft.Row(
                [
                    side_button("Correct", lambda: go(edit), icon=ft.Icons.EDIT_OUTLINED),
                    side_button("Void", lambda: set_asking(True), icon=ft.Icons.BLOCK),
                ],
                wrap=True,
            )
        )
    controls.append(history_button("receipt", slip.id))
    controls.append(heading("Photos"))
    controls += [Photo(name, key=name) for name in sorted(slip.photos)]
    if not slip.void:
        controls.append(PhotoTile(None, took))
    return sub_view("Receipt", lambda: go("/receipts"), controls)


@part
def PhotoTile(photo: bytes | None, took: Callable[[bytes], Any]) -> ft.Control:
    """The big tile that opens the camera or the photo library, and shows what was taken."""

    browser = use_place().browser

    async def picked(event: ft.FilePickerResultEvent) -> None:
        for file in event.files or ():
            if not file.bytes:
                raise BadInput("That file is empty. Take the photo again.", field="photos")
            took(await browser.shrunk(file.bytes) if browser else file.bytes)

    picker = use_picker(act(picked))
    take = ft.PickFiles(picker, with_data=True, file_type=ft.FilePickerFileType.IMAGE)
    words = "Take another photo" if photo else "Photo of the receipt"
    controls: list[ft.Control] = []
    if photo:
        controls.append(
            ft.Image(
                src=photo, height=220, fit=ft.BoxFit.CONTAIN, semantics_label="Photo of the receipt"
            )
        )
    controls.append(
        ft.Row(
            [
                ft.FilledTonalButton(
                    words, icon=ft.Icons.PHOTO_CAMERA, height=56, expand=True, action=take
                )
            ]
        )
    )
    return ft.Column(controls, horizontal_alignment=ft.CrossAxisAlignment.CENTER)


@part
def Photo(name: str) -> ft.Control:
    """A kept photo; one that is still at the office or on another device is fetched, or said so."""
    place = use_place()
    desk = place.desk
    _, set_fetched = use_state(0)

    async def fetch() -> None:
        if place.link is None:
            raise NotFound("The photo is still on the device that took it.")
        await place.link.photo(name)
        set_fetched(lambda n: n + 1)

    if not desk.blobs.has(name):
        words = "This photo is not on this copy."
        button = side_button("Get it from the office", fetch) if place.link else ft.Container()
        return ft.Column([note(words, icon=ft.Icons.CLOUD_DOWNLOAD_OUTLINED), button])
    return ft.Image(
        src=desk.blobs.read(name),
        fit=ft.BoxFit.CONTAIN,
        height=480,
        semantics_label="Photo of the receipt",
    )


def _next_receipt(desk: Desk) -> Receipt:
    """Today's, in the envelope asked for, or the one this device logged into last."""
    open_ones = [e.id for e in desk.all(ENVELOPE) if e.closed is None]
    mine = [r for r in desk.all(RECEIPT) if r.envelope and desk.author(r.id) == desk.user]
    last = max(mine, key=lambda r: str(r.taken), default=None)
    envelope = here().get("envelope") or (last.envelope if last else None)
    if envelope not in open_ones:
        envelope = open_ones[0] if len(open_ones) == 1 else None
    return Receipt.model_construct(date=today(desk), envelope=envelope, money=None, vendor="")


def _vendors(desk: Desk, choose_vendor: Callable[[str], None]) -> ft.Control:
    """The last five vendors, so that the same shop is written the same way."""
    latest: list[str] = []
    for slip in sorted(desk.all(RECEIPT), key=lambda r: str(r.taken), reverse=True):
        if slip.vendor not in latest:
            latest.append(slip.vendor)
        if len(latest) == 5:
            break

    def chip(vendor: str) -> ft.Chip:
        return ft.Chip(label=ft.Text(vendor), on_click=act(lambda: choose_vendor(vendor)))

    return ft.Row([chip(vendor) for vendor in latest], spacing=GAP, scroll=ft.ScrollMode.HIDDEN)


def _envelopes(desk: Desk, draft: Draft) -> ft.Control:
    value = draft.texts["envelope"]
    names: dict[str, str] = {person.id: person.name for person in desk.all(PERSON)}
    named = sorted(
        (f"{e.number} {names.get(e.custodian, '')}, {money(balance(desk, e))} left", e.id)
        for e in desk.all(ENVELOPE)
        if e.closed is None or e.id == value
    )
    options = [("", "No envelope"), *[(record_id, words) for words, record_id in named]]
    return choose("Envelope", options, value, lambda chosen: draft.put("envelope", chosen))


def _fact(label: str, text: str) -> ft.Control:
    return ft.Row(
        [
            ft.Text(label, theme_style=SMALL, color=QUIET, width=120),
            ft.Text(text, expand=True),
        ]
    )


def _kept(desk: Desk, slip: Receipt) -> str:
    envelope = desk.find(ENVELOPE, slip.envelope)
    if envelope is None:
        return "Receipt saved, in no envelope."
    return (
        f"Receipt {slip.number} saved. {money(balance(desk, envelope))} left in {envelope.number}."
    )
