"""Pair a device: whose it is and in which role, then a code and its picture, then yes or no."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import flet as ft

from data.codes import Invitation, code_text, qr_text
from data.desk import Desk
from data.kinds.grants import role_title
from data.kinds.people import PERSON
from data.roles import ROLE_NAMES
from views import told
from views.context import Place, go, use_desk, use_pairings, use_place, use_state
from views.inputs import choose
from views.parts import card, empty, main_button, note, side_button, sub_view
from views.safe import act, part, screen
from views.theme import BIG, GAP, HEAD
from views.words import count

if TYPE_CHECKING:
    from sync.pairing import Meant, Pairings, Shown  # a device has no use for them

APP = "/phone/"
LENT = "lent"
COMPARED = 8
"""Characters of the fingerprint that a person compares, as the plain page shows them."""


@screen
def PairDevice() -> ft.View:
    pairings = use_pairings()
    offer_id, set_offer = use_state("")
    if pairings is None:
        words = "Devices are paired at the office. Ask there for a code."
        return sub_view("Pair a device", lambda: go("/lists"), [empty(words)])
    shown = pairings.shown.get(offer_id)
    body = Whom(pairings, set_offer) if shown is None else Code(pairings, shown, set_offer)
    return sub_view("Pair a device", lambda: go("/devices"), [body])


@part
def Whom(pairings: Pairings, set_offer: Callable[[str], None]) -> ft.Control:
    """The form: nobody types a role on a phone, the office says it here."""
    desk = use_desk()
    person, set_person = use_state("")
    name, set_name = use_state("")
    held, set_role = use_state("crew")
    people = sorted(desk.all(PERSON), key=lambda p: p.name.casefold())
    options = [
        (LENT, "Nobody: it is lent out"),
        *((p.id, _person(p.name, p.position)) for p in people),
    ]
    owner = next((p for p in people if p.id == person), None)
    called = name or (f"{owner.name}'s phone" if owner else "")

    def show() -> None:
        set_offer(pairings.show(called, held, person=owner.id if owner else "").id)

    return ft.Column(
        [
            choose("Whose device is it?", options, person, set_person),
            choose("Role", [(r, role_title(r)) for r in ROLE_NAMES], held, set_role),
            ft.TextField(
                label="Name of the device",
                value=name,
                hint_text=called or "Gate tablet",
                on_change=act(lambda e: set_name(e.control.value)),
            ),
            note(
                "A lent device asks who has it: name and PIN. Whoever has it works in this role."
                if owner is None
                else f"{owner.name} gets this role from now on, if they do not hold it already."
            ),
            ft.Row([main_button("Show the code", show, icon=ft.Icons.QR_CODE_2)]),
        ],
        spacing=GAP * 2,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@part
def Code(pairings: Pairings, shown: Shown, set_offer: Callable[[str], None]) -> ft.Control:
    """The code until it is said; then who says it; then that it is done."""
    place = use_place()
    first, set_first = use_state(False)
    found, device = pairings.offer(shown.id), pairings.device(shown.id)
    again = side_button("Another device", lambda: set_offer(""), icon=ft.Icons.ADD)
    to_devices = side_button("To the devices", lambda: go("/devices"))
    meant = _meant(place.desk, shown.meant)
    if found is not None and found.outcome == "declined":
        return card(ft.Text("Declined. It got nothing."), ft.Row([again], wrap=True))
    if device is not None or found is None:
        words = "Confirmed. It is fetching the show." if found else "Paired, and at work."
        done = [ft.Text(f"{shown.meant.called}: {words}"), ft.Row([to_devices, again], wrap=True)]
        return card(*done, title=meant)
    if found.asked is not None:
        return _asked(pairings, shown, found.asked.name, found.asked.source, meant)
    if not pairings.open(shown.id):
        words = "This code is not good any more: it is too old, or too many wrong ones were tried."
        return card(ft.Text(words), ft.Row([again], wrap=True))
    begins = place.phones.begins() if place.phones else ()
    pinned = place.phones.fingerprint() if place.phones else ""
    if first and begins:
        return _certificate_first(begins, pinned[:COMPARED], lambda: set_first(False), meant)
    invitation = Invitation(
        f"{_address(place)}{APP}", place.desk.store.production, pinned, shown.code
    )
    code = ft.Semantics(
        label=f"The code: {' '.join(shown.code)}",
        container=True,
        content=ft.Text(code_text(shown.code), theme_style=BIG, selectable=True),
    )
    return card(
        ft.Row([code], alignment=ft.MainAxisAlignment.CENTER),
        ft.Row(
            [_picture(qr_text(invitation), fine=bool(pinned))],
            alignment=ft.MainAxisAlignment.CENTER,
        ),
        *_how(invitation, lambda: set_first(True)),
        note("It is good for ten minutes, once. You are asked before anything is handed over."),
        ft.Row([again], wrap=True),
        title=meant,
    )


def _address(place: Place) -> str:
    """Where the picture leads: to the door for phones, or, while it is shut, to this laptop."""
    origin = place.phones.origin() if place.phones else ""
    return origin or next(iter(place.addresses), "")


def _certificate_first(
    begins: tuple[str, ...], mark: str, then: Callable[[], object], meant: str
) -> ft.Control:
    """A phone cannot open the app before it trusts the show; that is got from a page of its own."""
    return card(
        ft.Text("First the show's certificate", theme_style=HEAD),
        ft.Row([_picture(begins[0], fine=False)], alignment=ft.MainAxisAlignment.CENTER),
        ft.Text(" or ".join(begins)),
        ft.Text(f"The certificate's mark, which the phone must show too: {mark}"),
        note(
            "Point the phone's camera at the picture, on the office's Wi-Fi, and do what its page "
            "says. Once for each phone of the show."
        ),
        ft.Row([main_button("Now the code", then, icon=ft.Icons.QR_CODE_2)]),
        title=meant,
    )


def _how(invitation: Invitation, first: Callable[[], object]) -> list[ft.Control]:
    """What the person with the device does."""
    phone = "On a phone: point its camera at the picture."
    if not invitation.fingerprint:
        return [note(f"{phone} On a laptop: open Callboard as a device and type the code.")]
    command = f'callboard device --hub "{qr_text(invitation)}"'
    return [
        note(f"{phone} A phone that is new to this show needs its certificate first."),
        ft.Row([side_button("First the certificate", first, icon=ft.Icons.VERIFIED_USER)]),
        note("On a laptop, in a terminal:"),
        ft.Semantics(label=command, container=True, content=ft.Text(command, selectable=True)),
    ]


def _asked(pairings: Pairings, shown: Shown, name: str, source: str, meant: str) -> ft.Control:
    """Somebody said the code: is it who was meant?"""
    desk = pairings.desk
    person = desk.find(PERSON, shown.meant.person)

    def yes() -> None:
        pairings.confirm(shown.id)

    def no() -> None:
        pairings.decline(shown.id)

    lines: list[ft.Control] = []
    for known in pairings.before(person) if person else ():
        unsent = [*known.unsent, 0, 0]
        if any(unsent):
            owed = f"{count(unsent[0], 'edit')} and {count(unsent[1], 'photo')}"
            lines.append(
                note(
                    f"{known.called}, last heard of {told.at(desk, known.contact)}, had {owed} "
                    "that never came. Look for it before it is given away.",
                    icon=ft.Icons.WARNING_AMBER,
                )
            )
    return card(
        ft.Text(f"“{name or 'A device'}” says the code.", theme_style=HEAD),
        ft.Text(f"It calls from {source or 'this laptop'}. Do you see it before you?"),
        *lines,
        ft.Row(
            [
                main_button("Yes, pair it", yes, icon=ft.Icons.CHECK),
                side_button("No", no, icon=ft.Icons.CLOSE),
            ],
            spacing=GAP,
        ),
        title=meant,
    )


def _meant(desk: Desk, meant: Meant) -> str:
    person = desk.find(PERSON, meant.person)
    who = person.name if person else "lent"
    return f"{meant.called}: {who}, {role_title(meant.role)}"


def _person(name: str, position: str) -> str:
    return ", ".join(filter(None, [name, position]))


def _picture(text: str, *, fine: bool) -> ft.Control:
    """Black on white, also on a dark screen: cameras read nothing else. `fine`: it says more, in
    smaller squares."""
    side = 320 if fine else 232
    made = io.BytesIO()
    import segno  # only the office shows codes; phones do without

    segno.make(text, error="m").save(made, kind="png", scale=6, border=3)
    return ft.Image(
        src=made.getvalue(), width=side, height=side, semantics_label="The code as a picture"
    )
