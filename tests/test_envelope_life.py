"""Handed in, audited, approved, posted; sums are the same on every copy, whatever met when."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.desk import Desk
from data.errors import BadInput, Refused
from data.fields import Money
from data.files import MemoryFolder
from data.kinds import ALL
from data.kinds.envelope_life import (
    accepted,
    approve,
    audit,
    declare_missing,
    post,
    reject,
    send_back,
    submit,
)
from data.kinds.envelopes import ENVELOPE, Envelope, count_cash
from data.kinds.floats import (
    CashMovement,
    balance,
    cash_left,
    float_of,
    hand_back,
    issue_float,
    movements_of,
    out_of_the_float,
    over_short,
    top_up,
    totals,
)
from data.kinds.numbers import gaps
from data.kinds.people import Person
from data.kinds.petty_cash import (
    card_queue,
    exposure,
    gaps_in,
    oldest_outstanding,
    owed_back,
    petty_cash_log,
    said_by_the_custodian,
    without_a_slip,
)
from data.kinds.production import Production, create_production
from data.kinds.receipts import Receipt, correct, log_receipt, receipts_of, void_receipt
from data.kinds.vendors import alike, likeness, same_vendor
from data.store import Store
from tests.copies import push, sources
from tests.small_show import TODAY, SmallShow
from views.forms.envelope import facts
from views.forms.envelope_count import reconciled

PAID_BY = ["card", "own money", "PO"]


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def slip(desk: Desk, envelope: Envelope, amount: str, **said: object) -> Receipt:
    receipt = Receipt(date=TODAY, vendor="Comet", money=usd(amount), envelope=envelope.id)
    return log_receipt(desk, receipt.model_copy(update=said))


def of(desk: Desk, user: str) -> Desk:
    return Desk(desk.store, ALL, user=user, blobs=desk.blobs)


@pytest.fixture
def counted(show: SmallShow) -> Envelope:
    """Gus's: 500 handed out, 120 spent, all the rest counted."""
    envelope = issue_float(show.desk, show["Gus"], usd("500"))
    slip(show.desk, envelope, "100")
    slip(show.desk, envelope, "20")
    return count_cash(show.desk, envelope, usd("380"))


def test_an_envelope_goes_from_its_custodian_to_the_ledger(
    show: SmallShow, counted: Envelope
) -> None:
    gus, ada, lou = (of(show.desk, show[name].id) for name in ("Gus", "Ada", "Lou"))

    submit(gus, counted)
    audit(ada, counted)
    approve(lou, counted)
    done = post(ada, counted, "JE-0417")

    assert (done.status, done.transaction, done.posted) == ("posted", "JE-0417", TODAY)
    assert (done.submitted_by, done.audited_by, done.approved_by) == (gus.user, ada.user, lou.user)
    assert accepted(show.desk, done) == {"USD": Decimal(120)}


def test_steps_are_taken_in_order_and_a_refusal_says_where_it_is(
    show: SmallShow, counted: Envelope
) -> None:
    ada = of(show.desk, show["Ada"].id)
    with pytest.raises(Refused, match="is not handed in yet"):
        audit(ada, counted)
    submit(show.desk, counted)
    with pytest.raises(Refused, match="waits for its audit"):
        approve(ada, counted)
    with pytest.raises(Refused, match="waits for its audit"):
        post(ada, counted, "1")
    with pytest.raises(Refused, match="is closed"):
        slip(show.desk, show.desk.get(ENVELOPE, counted.id), "1")


def test_nobody_audits_or_approves_their_own(show: SmallShow, counted: Envelope) -> None:
    gus, ada = of(show.desk, show["Gus"].id), of(show.desk, show["Ada"].id)
    submit(show.desk, counted)
    with pytest.raises(Refused, match="audit an envelope of their own"):
        audit(gus, counted)
    audit(ada, counted)

    with pytest.raises(Refused, match="approve an envelope of their own"):
        approve(gus, counted)


def test_above_the_limit_two_people_look(show: SmallShow) -> None:
    envelope = issue_float(show.desk, show["Gus"], usd("3000"))
    slip(show.desk, envelope, "2600")
    count_cash(show.desk, envelope, usd("400"))
    ada, lou = of(show.desk, show["Ada"].id), of(show.desk, show["Lou"].id)
    submit(show.desk, envelope)
    audit(ada, envelope)

    with pytest.raises(Refused, match="Somebody other than who audited it"):
        approve(ada, envelope)
    assert approve(lou, envelope).status == "approved"


def test_what_is_over_or_short_is_explained_first(show: SmallShow, counted: Envelope) -> None:
    with pytest.raises(Refused, match="Count the cash"):
        submit(show.desk, issue_float(show.desk, show["Cam"], usd("10")))
    short = count_cash(show.desk, counted, usd("379.25"))
    with pytest.raises(BadInput, match=r"0\.75 short"):
        submit(show.desk, short)
    count_cash(show.desk, counted, usd("379.25"), "parking meter, no slip")

    assert submit(show.desk, counted).status == "submitted"


def test_an_envelope_goes_back_with_its_reason_and_takes_slips_again(
    show: SmallShow, counted: Envelope
) -> None:
    ada = of(show.desk, show["Ada"].id)
    submit(show.desk, counted)
    audit(ada, counted)
    with pytest.raises(BadInput, match="Say why"):
        send_back(ada, counted, " ")

    back = send_back(ada, counted, "slip 2 is for another show")

    assert (back.status, back.sent_back, back.closed) == (
        "open",
        "slip 2 is for another show",
        None,
    )
    assert slip(show.desk, back, "1").number == "3"
    with pytest.raises(Refused, match="is not handed in yet"):
        send_back(ada, counted, "again")


def test_a_slip_not_accepted_is_not_paid_back(show: SmallShow, counted: Envelope) -> None:
    first, _ = receipts_of(show.desk, counted)

    reject(show.desk, first, "alcohol")

    assert accepted(show.desk, counted) == {"USD": Decimal(20)}
    assert balance(show.desk, counted) == {"USD": Decimal(380)}


# ---- the log ----------------------------------------------------------------------------------


def test_the_log_says_what_each_custodian_still_answers_for(
    show: SmallShow, counted: Envelope
) -> None:
    issue_float(show.desk, show["Cam"], usd("200"))
    assert exposure(show.desk) == {
        show["Gus"].id: {"USD": Decimal(500)},
        show["Cam"].id: {"USD": Decimal(200)},
    }

    submit(show.desk, counted)
    ada, lou = of(show.desk, show["Ada"].id), of(show.desk, show["Lou"].id)
    audit(ada, counted)
    approve(lou, counted)
    hand_back(show.desk, counted, usd("380"))
    post(ada, counted, "JE-1")

    assert exposure(show.desk) == {show["Cam"].id: {"USD": Decimal(200)}}
    (line,) = (x for x in petty_cash_log(show.desk) if x.envelope.id == counted.id)
    assert (line.issued, line.spent) == (TODAY, {"USD": Decimal(120)})
    oldest = oldest_outstanding(show.desk)
    assert oldest is not None
    assert oldest.envelope.custodian == show["Cam"].id


def test_a_card_slip_without_paper_waits_for_a_photo_or_a_declaration(
    show: SmallShow, counted: Envelope
) -> None:
    bought = slip(show.desk, counted, "80", paid_by="card", card="4411")

    assert without_a_slip(show.desk) == [bought]
    assert balance(show.desk, counted) == {"USD": Decimal(380)}
    with pytest.raises(BadInput, match="how the slip was lost"):
        declare_missing(show.desk, bought, "")
    declare_missing(show.desk, bought, "blew away on the pier")
    assert without_a_slip(show.desk) == []


def test_cash_that_only_its_custodian_says_was_handed_back_is_told(
    show: SmallShow, counted: Envelope
) -> None:
    hand_back(show.desk, counted, usd("1"))
    his = hand_back(of(show.desk, show["Gus"].id), counted, usd("300"))

    assert said_by_the_custodian(show.desk, counted) == [his]


def test_whom_to_ask_for_which_card_slips_and_whom_to_pay_back(
    show: SmallShow, counted: Envelope
) -> None:
    cam, gus = show["Cam"].id, show["Gus"].id
    card = {"paid_by": "card", "card": "4411"}
    hers = [slip(show.desk, counted, x, holder=cam, **card) for x in ("80", "5")]
    whose = slip(show.desk, counted, "7", paid_by="card")
    for said in ({"rejected": "alcohol"}, {"void": True}, {"holder": cam}, {"holder": None}):
        slip(show.desk, counted, "11", paid_by="own money", **said)
    loose = Receipt(date=TODAY, vendor="x", money=usd("3"), paid_by="own money")
    log_receipt(show.desk, loose)

    told = [(q.holder, q.card, q.slips, q.missing) for q in card_queue(show.desk)]
    assert told == [
        (cam, "4411", tuple(hers), {"USD": Decimal(85)}),
        (gus, "", (whose,), {"USD": Decimal(7)}),
    ]
    eleven = {"USD": Decimal(11)}
    assert owed_back(show.desk) == {cam: eleven, gus: eleven, "": {"USD": Decimal(3)}}
    show.desk.edit(counted, status="posted")
    assert owed_back(show.desk) == {"": {"USD": Decimal(3)}}


def test_on_paper_a_card_slip_keeps_its_number_and_the_cash_comes_out(
    show: SmallShow, counted: Envelope
) -> None:
    slip(show.desk, counted, "80", paid_by="card")

    told = facts(show.desk, counted.id)

    assert [(r.number, r.void, r.void_reason) for r in told.receipts] == [
        ("1", False, ""),
        ("2", False, ""),
        ("3", True, "paid by card"),
    ]
    assert [line.difference for line in reconciled(told.cash, told.receipts)] == [Decimal(0)]


def test_gaps_are_told_by_letter(show: SmallShow, counted: Envelope) -> None:
    assert gaps(["1", "4", "2B", "3B", "10"]) == ["1B", "2", "3", "5", "6", "7", "8", "9"]
    assert gaps([]) == []
    assert gaps_in(show.desk, counted) == []


# ---- copies -----------------------------------------------------------------------------------


Sums = dict[str, Decimal]
FIGURES: dict[str, Callable[[Desk, Envelope], object]] = {
    "float": float_of,
    "movements": movements_of,
    "slips in order": receipts_of,
    "what should be left": balance,
    "cash since the count": cash_left,
    "over or short": over_short,
    "to be paid back": accepted,
    "gaps": gaps_in,
    "step": lambda _, envelope: (envelope.status, envelope.submitted_by, envelope.audited_by),
    "exposure": lambda desk, _: exposure(desk),
    "log": lambda desk, _: petty_cash_log(desk),
    "oldest": lambda desk, _: oldest_outstanding(desk),
    "cards": lambda desk, _: (without_a_slip(desk), card_queue(desk)),
    "own money": lambda desk, _: owed_back(desk),
    "paper": lambda desk, envelope: reconciled(*_on_paper(desk, envelope)),
}
"""Every figure of an envelope and of petty cash as a whole."""


def _on_paper(desk: Desk, envelope: Envelope) -> tuple[Any, Any]:
    told = facts(desk, envelope.id)
    return told.cash, told.receipts


@settings(max_examples=15)
@given(st.randoms(use_true_random=False))
def test_totals_agree_on_every_copy_after_meetings_in_any_order(chance: random.Random) -> None:
    desks, envelope = _three_copies()
    hub, *devices = (desk.store for desk in desks)
    moved: Sums = {"USD": Decimal(500)}
    for _ in range(14):
        with suppress(Refused):  # a step out of its order
            _something(chance, chance.choice(desks), envelope, moved)
        if chance.random() < 0.4:
            push(chance.choice(devices), hub)
    for device in devices * 2:
        push(device, hub)

    envelopes = [desk.get(ENVELOPE, envelope.id) for desk in desks]
    for name, figure in FIGURES.items():
        told = [figure(desk, now) for desk, now in zip(desks, envelopes, strict=True)]
        assert told[0] == told[1] == told[2], name
    _adds_up(desks[0], envelopes[0], moved)


def _adds_up(desk: Desk, envelope: Envelope, moved: Sums) -> None:
    """Receipts and cash are the float and what is over, by currency; no movement was lost."""
    had, left = float_of(desk, envelope), balance(desk, envelope)
    spent = totals(r.money for r in receipts_of(desk, envelope) if out_of_the_float(r))
    assert {k: v for k, v in had.items() if v} == {k: v for k, v in moved.items() if v}
    for currency in {*had, *spent}:
        assert had.get(currency, 0) == spent.get(currency, 0) + left[currency]
    cash, off = cash_left(desk, envelope), over_short(desk, envelope)
    assert (cash is None) == (off is None)
    if cash is not None and off is not None:
        assert spent.get(cash.currency, 0) + cash.amount == had.get(cash.currency, 0) + off
    numbers = [r.number for r in receipts_of(desk, envelope)]
    assert len(numbers) == len(set(numbers))


def _three_copies() -> tuple[list[Desk], Envelope]:
    """An office that issued Gus 500, and two devices that have met it."""
    hub, *devices = (_copy(n, hub=n == 0) for n in range(3))
    office = Desk(hub, ALL, user="office")
    create_production(office, Production(title="Night Ferry", zone="America/Denver"))
    gus = office.add(Person(name="Gus Grip", department="GRIP"))
    envelope = issue_float(office, gus, usd("500"))
    for n, device in enumerate(devices):
        push(device, hub)
        device.set_meta(device=f"d{n}", letter="AB"[n])
    return [office, *(Desk(d, ALL, user=f"u{n}") for n, d in enumerate(devices))], envelope


def _copy(n: int, *, hub: bool) -> Store:
    return Store(Path(f"copy{n}"), sources=sources(n + 7), hub=hub, folder=MemoryFolder())


def _something(chance: random.Random, desk: Desk, envelope: Envelope, moved: Sums) -> None:
    now, there = desk.get(ENVELOPE, envelope.id), receipts_of(desk, envelope)
    what = chance.choice(
        [*["slip"] * 4, *("top up", "back", "void", "reject", "amount", "count", "step", "not yet")]
    )
    money = Money(
        amount=Decimal(chance.randrange(1, 9000)) / 100,
        currency=chance.choice(["USD"] * 3 + ["MXN"]),
    )
    one = chance.choice(there) if there else None
    if what == "top up":
        _moved(moved, top_up(desk, now, money))
    elif what == "back":
        _moved(moved, hand_back(desk, now, money))
    elif what == "void" and one is not None and not one.void:
        void_receipt(desk, one, "twice")
    elif what == "reject" and one is not None:
        reject(desk, one, "alcohol")
    elif what == "amount" and one is not None:
        correct(desk, one, money=money)
    elif what == "count":
        count_cash(desk, now, usd(str(money.amount)), "as it was")
    elif what == "step" and now.counted is not None:
        step = {"open": submit, "submitted": audit, "audited": approve}
        step.get(now.status, lambda d, e: post(d, e, "JE"))(desk, now)
    elif what == "not yet" and now.status != "open":
        send_back(desk, now, "not yet")
    else:
        slip(desk, now, "1", money=money, paid_by=chance.choice(["petty cash"] * 3 + PAID_BY))


def _moved(moved: Sums, movement: CashMovement) -> None:
    sign = -1 if movement.what == "returned" else 1
    currency = movement.money.currency
    moved[currency] = moved.get(currency, Decimal(0)) + sign * movement.money.amount


def test_cash_handed_back_on_two_copies_after_the_count_is_short_on_neither() -> None:
    (office, one, other), envelope = _three_copies()
    slip(office, envelope, "120")
    count_cash(office, office.get(ENVELOPE, envelope.id), usd("380"))
    for desk in (one, other):
        push(desk.store, office.store)
    hand_back(one, envelope, usd("100"))
    hand_back(other, envelope, usd("30"))
    for desk in (one, other, one):
        push(desk.store, office.store)

    for desk in (office, one, other):
        now = desk.get(ENVELOPE, envelope.id)
        assert (cash_left(desk, now), over_short(desk, now)) == (usd("250"), Decimal(0))
    count_cash(one, one.get(ENVELOPE, envelope.id), usd("249"))
    assert over_short(one, one.get(ENVELOPE, envelope.id)) == Decimal(-1)


# ---- vendors ----------------------------------------------------------------------------------

SAME = [
    ("Home Depot #4411", "The Home Depot"),
    ("Comet Hardware", "COMET HARDWARE INC."),
    ("Café Zoë", "Cafe Zoe"),
    ("McDonald's", "McDonalds 328"),
    ("Sanchez & Sons", "Sanchez and Sons LLC"),
    ("Walgreens", "Wallgreens"),
]
OTHERS = [
    ("Home Depot", "Office Depot"),
    ("Comet Hardware", "Comet Diner"),
    ("Shell", "Shelly's Salon"),
    ("Rio Verde Grocery", "Rio Verde Saloon"),
    ("7-Eleven", "76"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_shop_spelt_two_ways_meets(one: str, other: str) -> None:
    assert same_vendor(one, other)
    assert likeness(one, other) == likeness(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_shops_stay_two(one: str, other: str) -> None:
    assert not same_vendor(one, other)


def test_known_spellings_are_offered_the_oftener_used_first() -> None:
    known = ["Home Depot", "The Home Depot", "The Home Depot", "Office Depot", ""]

    assert alike("Home Depot #4411", known) == ["The Home Depot", "Home Depot"]
    assert alike("Home Depot", ["Home Depot"]) == []
