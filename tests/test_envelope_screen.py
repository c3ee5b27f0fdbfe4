"""An envelope's way on a stage: each step by who may take it, refused in words by who may not."""

from __future__ import annotations

from decimal import Decimal

import flet as ft
import pytest

from data.fields import Money
from data.kinds.devices import Device
from data.kinds.envelope_life import submit
from data.kinds.envelopes import ENVELOPE, Envelope, count_cash
from data.kinds.floats import issue_float, top_up
from data.kinds.receipts import RECEIPT, Receipt, log_receipt
from data.kinds.signatures import SIGNATURE, signed_under
from tests.small_show import TODAY, SmallShow
from tests.test_capture import scene
from tests.test_gestures import Counted, drawn, one
from views import parts


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PAUSE_S", 0.0)


@pytest.fixture
def envelope(show: SmallShow) -> Envelope:
    """Gus has 100 USD and spent 60 of them."""
    show.desk.user = show["Gus"].id
    envelope = issue_float(show.desk, show["Gus"], usd("100"))
    slip = Receipt(date=TODAY, vendor="Comet", money=usd("60"), envelope=envelope.id)
    log_receipt(show.desk, slip)
    return envelope


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def now(show: SmallShow, envelope: Envelope) -> Envelope:
    return show.desk.get(ENVELOPE, envelope.id)


async def count(window: Counted, cash: str, because: str = "") -> None:
    await window.type("Cash counted", cash)
    await window.type("Over or short because", because)
    await window.press("Save the count")


async def signs(window: Counted) -> None:
    await drawn(window, one(list(window.controls(ft.GestureDetector)), "pad"))


def test_the_custodian_counts_signs_and_hands_in(show: SmallShow, envelope: Envelope) -> None:
    async def played(window: Counted) -> None:
        assert "Count the cash first; then it is signed and handed in." in window.texts()
        await count(window, "40")
        assert "It adds up." in window.texts()
        await window.press("Hand in")
        assert "Nobody has signed yet. Sign with a finger on the line." in window.texts()
        await signs(window)
        await window.press("Hand in")
        assert "Envelope GG01 is handed in and waits for its audit." in window.texts()

    scene(show.desk, f"/envelope/{envelope.id}", played)
    signature = signed_under(show.desk, envelope.id, "envelope")
    assert signature is not None
    assert signature.person == show["Gus"].id
    assert signature.words == ("Receipts 60.00 USD and cash 40.00 USD, of a float of 100.00 USD.")
    assert now(show, envelope).status == "submitted"


def test_what_is_short_is_explained_before_it_is_handed_in_and_nothing_is_signed_until_then(
    show: SmallShow, envelope: Envelope
) -> None:
    async def played(window: Counted) -> None:
        await count(window, "39.50")
        await signs(window)
        await window.press("Hand in")
        assert "The cash is 0.50 short. Say why, then hand it in." in window.texts()
        assert show.desk.all(SIGNATURE) == []
        await count(window, "39.50", "parking meter")
        await window.press("Hand in")

    scene(show.desk, f"/envelope/{envelope.id}", played)
    assert now(show, envelope).status == "submitted"


def test_a_paper_signature_does(show: SmallShow, envelope: Envelope) -> None:
    count_cash(show.desk, envelope, usd("40"))

    async def played(window: Counted) -> None:
        (switch,) = window.controls(ft.Switch)
        window.session.apply_patch(switch._i, {"value": True})
        await window.fire(switch, "change", True)
        await window.press("Hand in")

    scene(show.desk, f"/envelope/{envelope.id}", played)
    assert now(show, envelope).status == "submitted"
    assert show.desk.all(SIGNATURE) == []


def test_the_office_takes_over_what_lies_on_a_phone(show: SmallShow) -> None:
    show.desk.add(Device(name="Gus's phone", person=show["Gus"].id), record_id="his")
    envelope = issue_float(show.desk, show["Gus"], usd("100"))

    async def played(window: Counted) -> None:
        assert "It lies on Gus's phone." in window.texts()
        await window.press("Take it over")
        assert "The office has taken it over, and hands it in." in window.texts()

    scene(show.desk, f"/envelope/{envelope.id}", played)
    assert (now(show, envelope).holder, now(show, envelope).taken_over) == ("his", True)


def test_nobody_audits_their_own_and_the_refusal_is_said(
    show: SmallShow, envelope: Envelope
) -> None:
    submit(show.desk, count_cash(show.desk, envelope, usd("40")))

    async def played(window: Counted) -> None:
        await window.press("Audited, every slip")
        assert "Nobody may audit an envelope of their own." in window.texts()

    scene(show.desk, f"/envelope/{envelope.id}", played)
    assert now(show, envelope).status == "submitted"


def test_an_envelope_is_audited_approved_and_posted_by_others(
    show: SmallShow, envelope: Envelope
) -> None:
    submit(show.desk, count_cash(show.desk, envelope, usd("40")))
    show.desk.user = show["Ada"].id

    async def played(window: Counted) -> None:
        await window.press("Audited, every slip")
        assert {"Audited by", "Ada", "60.00 USD"} <= set(window.texts())
        await window.press("Approve")
        await window.press("Post")
        assert "Write the transaction's number in the ledger." in window.texts()
        await window.type("Transaction no. in the ledger", "JE 4411")
        await window.press("Post")
        assert "Envelope GG01 is posted." in window.texts()

    scene(show.desk, f"/envelope/{envelope.id}", played)
    assert now(show, envelope).transaction == "JE 4411"


def test_over_the_limit_a_second_person_approves(show: SmallShow, envelope: Envelope) -> None:
    top_up(show.desk, envelope, usd("3000"))
    slip = Receipt(date=TODAY, vendor="Depot", money=usd("2900"), envelope=envelope.id)
    log_receipt(show.desk, slip)
    submit(show.desk, count_cash(show.desk, now(show, envelope), usd("140")))
    show.desk.user = show["Ada"].id

    async def played(window: Counted) -> None:
        await window.press("Audited, every slip")
        await window.press("Approve")
        assert [t for t in window.texts() if "Somebody other than who audited it" in t]

    scene(show.desk, f"/envelope/{envelope.id}", played)
    assert now(show, envelope).status == "audited"


def test_it_goes_back_with_a_reason_that_its_custodian_reads(
    show: SmallShow, envelope: Envelope
) -> None:
    submit(show.desk, count_cash(show.desk, envelope, usd("40")))
    show.desk.user = show["Ada"].id

    async def played(window: Counted) -> None:
        await window.press("Send it back")
        await window.press("Send back")
        assert now(show, envelope).status == "submitted", "not without a reason"
        await window.type("Sent back because", "slip 1 is cut off")
        await window.press("Send back")
        assert "Sent back: slip 1 is cut off" in window.texts()

    scene(show.desk, f"/envelope/{envelope.id}", played)
    assert now(show, envelope).status == "open"


def test_a_slip_is_not_accepted_with_a_reason_while_its_envelope_is_audited(
    show: SmallShow, envelope: Envelope
) -> None:
    submit(show.desk, count_cash(show.desk, envelope, usd("40")))
    (slip,) = show.desk.all(RECEIPT)

    async def played(window: Counted) -> None:
        await window.press("Not accepted")
        await window.type("Not accepted because", "not for the show")
        await window.press("Do not accept")
        assert "Not accepted: not for the show" in window.texts()

    scene(show.desk, f"/receipt/{slip.id}", played)


def test_what_an_audit_would_ask_is_said(show: SmallShow, envelope: Envelope) -> None:
    def slip(amount: str, **said: object) -> None:
        more = {"date": TODAY, "vendor": "Comet", "envelope": envelope.id, "money": usd(amount)}
        show.desk.add(Receipt.model_validate({**more, **said}))

    slip("5", number="3", missing="in the wash")
    slip("9", number="4", subtotal=usd("7"), paid_by="card")

    async def played(window: Counted) -> None:
        assert {
            "Not on this copy: slip 2. On a device still, or lost.",
            "Slip 4: The total is 2.00 more than subtotal, tax and tip (7.00).",
            "Without a photo: slip 1, 4.",
            "Declared lost: slip 3.",
            "Not paid from the float: slip 4.",
        } <= set(window.texts())

    scene(show.desk, f"/envelope/{envelope.id}", played)


def test_who_takes_a_float_signs_for_it(show: SmallShow) -> None:
    async def played(window: Counted) -> None:
        (choice,) = window.controls(ft.Dropdown)
        window.session.apply_patch(choice._i, {"value": show["Gus"].id})
        await window.fire(choice, "select", show["Gus"].id)
        await window.type("Amount in USD", "200")
        await signs(window)
        await window.press("Issue")

    scene(show.desk, "/envelope/new", played)
    (envelope,) = show.desk.all(ENVELOPE)
    signature = signed_under(show.desk, envelope.id, "float")
    assert signature is not None
    assert signature.words == "Received a float of 200.00 USD in envelope GG01."
