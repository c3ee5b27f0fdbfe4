"""Where an envelope is, what comes next and who may do it: the verbs refuse in words."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from data.desk import Desk
from data.kinds.devices import DEVICE
from data.kinds.envelope_life import accepted, approve, audit, post, send_back, submit
from data.kinds.envelope_steps import DONE
from data.kinds.envelopes import Envelope, take_over
from data.kinds.floats import cash_left, float_of, out_of_the_float, totals
from data.kinds.numbers import this_copy
from data.kinds.people import PERSON, called
from data.kinds.receipts import receipts_of
from data.kinds.signatures import sign, signed_under
from views.context import use_desk, use_first, use_records, use_state
from views.drafts import use_jotted
from views.parts import card, main_button, note, side_button
from views.safe import act, part, say
from views.screens.envelope_sums import line
from views.screens.reason import use_reason
from views.screens.sign_pad import SignPad, Strokes, signed
from views.words import clock_of, money, short_day


@part
def EnvelopeWay(envelope: Envelope) -> ft.Control:
    """The one step that is next, and the way back with a reason."""
    desk = use_desk()
    use_records("envelope", "signature")

    def back(reason: str) -> None:
        send_back(desk, envelope, reason)
        _said(desk, "The envelope is open again, for its custodian.")

    ask_back = use_reason(
        *("sent_back", back),
        title="Send the envelope back?",
        label="Sent back because",
        button="Send back",
    )
    under_way = envelope.status in ("submitted", "audited", "approved")
    return card(
        note(f"Envelope {envelope.number} {DONE[envelope.status]}.", icon=ft.Icons.ROUTE),
        *_sent_back(envelope),
        *_lies(desk, envelope),
        *_signed(desk, envelope),
        *_who(desk, envelope),
        *_next_step(desk, envelope),
        *([ft.Row([side_button("Send it back", ask_back)])] if under_way else []),
        title="Its way",
    )


def _next_step(desk: Desk, envelope: Envelope) -> list[ft.Control]:
    def step(verb: Callable[[Desk, Envelope], Envelope], words: str) -> Callable[[], None]:
        def take() -> None:
            verb(desk, envelope)
            _said(desk, words)

        return take

    if envelope.status == "open" and envelope.closed is None:
        return [HandIn(envelope, key="hand-in")]
    if envelope.status == "submitted":
        done = step(audit, "Audited.")
        return [
            note("A slip that is not in order is opened below and not accepted, with a reason."),
            ft.Row([main_button("Audited, every slip", done)]),
        ]
    if envelope.status == "audited":
        paid = money(accepted(desk, envelope))
        return [
            line("To be paid back", paid),
            ft.Row([main_button("Approve", step(approve, "Approved."))]),
        ]
    return [Post(envelope, key="post")] if envelope.status == "approved" else []


@part
def HandIn(envelope: Envelope) -> ft.Control:
    """The custodian signs that slips and cash are the float, and hands the envelope in."""
    desk = use_desk()
    strokes, set_strokes = use_first(lambda: no_strokes())
    on_paper, set_on_paper = use_state(False)
    custodian = desk.find(PERSON, envelope.custodian)
    words = statement(desk, envelope)

    def hand_in() -> None:
        with desk.gesture():
            if custodian is not None and not on_paper:
                sign(*(desk, custodian, strokes), words=words, what="envelope", about=envelope.id)
            submit(desk, envelope)
        _said(desk, f"Envelope {envelope.number} is handed in.")

    whole = envelope.counted is not None
    return ft.Column(
        [
            *([] if whole else [note("Count the cash first; then it is signed and handed in.")]),
            *([SignPad(words, strokes, set_strokes)] if whole and not on_paper else []),
            ft.Switch(
                label="Signed on the paper envelope",
                value=on_paper,
                on_change=act(lambda e: set_on_paper(e.control.value)),
            ),
            ft.Row([main_button("Hand in", hand_in, icon=ft.Icons.OUTBOX_OUTLINED)]),
        ],
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@part
def Post(envelope: Envelope) -> ft.Control:
    desk = use_desk()
    typed = use_jotted("post", transaction="")

    def posted() -> None:
        post(desk, envelope, typed["transaction"])
        typed.done()
        _said(desk, "Posted.")

    return ft.Column(
        [
            ft.TextField(
                label="Transaction no. in the ledger",
                value=typed["transaction"],
                on_change=act(lambda e: typed.put("transaction", e.control.value)),
            ),
            ft.Row([main_button("Post", posted)]),
        ],
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def statement(desk: Desk, envelope: Envelope) -> str:
    """What the custodian signs: slips and cash beside the float."""
    spent = totals(r.money for r in receipts_of(desk, envelope) if out_of_the_float(r))
    cash = str(cash_left(desk, envelope) or "no cash")
    had = money(float_of(desk, envelope))
    return f"Receipts {money(spent)} and cash {cash}, of a float of {had}."


def no_strokes() -> Strokes:
    return ()


def _sent_back(envelope: Envelope) -> list[ft.Control]:
    if not envelope.sent_back or envelope.status != "open":
        return []
    return [note(f"Sent back: {envelope.sent_back}", icon=ft.Icons.UNDO)]


def _lies(desk: Desk, envelope: Envelope) -> list[ft.Control]:
    """Where the paper is, if not here: its slips are numbered there, and it is handed in there. The
    office may have it instead, as when that phone is lost."""
    if envelope.status != "open" or envelope.holder in (None, this_copy(desk)):
        return []
    if envelope.taken_over:
        return [note("The office has taken it over, and hands it in.")]
    device = desk.find(DEVICE, envelope.holder)
    where = note(f"It lies on {device.name if device else 'another device'}.")

    def take() -> None:
        take_over(desk, envelope)
        _said(desk, "The office has taken it over.")

    return [where, *([ft.Row([side_button("Take it over", take)])] if desk.store.hub else [])]


def _signed(desk: Desk, envelope: Envelope) -> list[ft.Control]:
    found = signed_under(desk, envelope.id, "envelope")
    if found is None or envelope.status == "open":
        return []
    who = desk.find(PERSON, found.person)
    words = f"Signed by {who.name if who else 'the custodian'}, {clock_of(desk, found.at)}: "
    return [signed(found, words + found.words)]


def _who(desk: Desk, envelope: Envelope) -> list[ft.Control]:
    """Who took each step."""
    steps = (
        ("Handed in by", envelope.submitted_by),
        ("Audited by", envelope.audited_by),
        ("Approved by", envelope.approved_by),
    )
    told = [line(label, called(desk, user)) for label, user in steps if user]
    if envelope.status == "open":
        return []
    if envelope.posted is not None:
        told.append(line("Posted", f"{short_day(envelope.posted)}, no. {envelope.transaction}"))
    return told


def _said(desk: Desk, words: str) -> None:
    gesture = desk.last
    say(words, undo=lambda: desk.undo(gesture) if gesture else None)
