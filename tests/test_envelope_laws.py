"""An envelope's steps are judged when they arrive, whatever the app that wrote them let through."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from data.desk import Desk
from data.edit import Write
from data.errors import Refused
from data.fields import Money
from data.kind import Kind
from data.kinds import ALL
from data.kinds.envelope_life import approve, audit, post, reject, send_back, submit
from data.kinds.envelopes import ENVELOPE, STEPS, Envelope, count_cash
from data.kinds.floats import issue_float
from data.kinds.grants import ROLE_GRANT, change_cell, give_role
from data.kinds.production import PRODUCTION
from data.kinds.receipts import RECEIPT, Receipt, log_receipt, receipts_of, void_receipt
from data.kinds.waiting import WAITING
from data.waits import to_decide, to_know
from tests.company import Company
from tests.scoped import Phone, ScopedShow
from tests.small_show import TODAY, SmallShow

ROLES = {"Gus": "crew", "Grete": "dept_head", "Ada": "accounts", "Lou": "poc", "Cam": "apoc"}
"""Gus is the custodian."""
Case: TypeAlias = tuple[str, str, dict[str, Any], str]
"""Who writes what in an envelope that has come to that step, and the office's answer."""


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def cell(amount: str) -> dict[str, str]:
    return {"a": amount, "c": "USD"}


def at_step(desk: Desk, show: SmallShow, step: str, spent: str = "100") -> Envelope:
    """Gus's envelope at the office, with one slip, gone as far as that step."""
    if not desk.all(ROLE_GRANT):
        for name, role in ROLES.items():
            give_role(desk, show[name], role)
    envelope = issue_float(desk, show["Gus"], usd("5000"))
    slip = Receipt(date=TODAY, vendor="Comet", money=usd(spent), envelope=envelope.id)
    log_receipt(desk, slip)
    count_cash(desk, envelope, usd(str(5000 - int(spent))))
    by: dict[str, Any] = {
        "submitted": ("Gus", submit),
        "audited": ("Ada", audit),
        "approved": ("Lou", approve),
        "posted": ("Ada", lambda d, e: post(d, e, "JE-1")),
    }
    for name, verb in (by[each] for each in STEPS[1 : STEPS.index(step) + 1]):
        verb(Desk(desk.store, ALL, user=show[name].id), envelope)
    return desk.get(ENVELOPE, envelope.id)


def forged(company: Company, name: str, envelope: Envelope, values: dict[str, Any]) -> list[str]:
    """What the office says when that person's device writes this, whatever its app thinks of it;
    "me" is their own name."""
    phone = company.phone(name)
    told = {n: phone.user if value == "me" else value for n, value in values.items()}
    phone.write(Write(ENVELOPE.name, envelope.id, told))
    return company.codes(name)


def judged(company: Company, cases: list[Case], kind: Kind[Any]) -> list[Case]:
    """The cases as the office answers them; each is about an envelope of its own, or its slip."""
    found = [at_step(company.desk, company.show, step) for _, step, _, _ in cases]
    if kind is RECEIPT:
        slips = {slip.envelope: slip for slip in company.desk.all(RECEIPT)}
        written = [slips[envelope.id].id for envelope in found]
    else:
        written = [envelope.id for envelope in found]
    company.wall.shows(9)
    for (name, _, values, _), record in zip(cases, written, strict=True):
        phone = company.phone(name)
        told = {n: phone.user if value == "me" else value for n, value in values.items()}
        phone.write(Write(kind.name, record, told))
    answers = {name: iter(company.codes(name)) for name in company.phones}
    return [(name, step, values, next(answers[name])) for name, step, values, _ in cases]


# ---- steps ------------------------------------------------------------------------------------

HANDED_IN = {"status": "submitted", "submitted_by": "me"}
AUDITED = {"status": "audited", "audited_by": "me"}
APPROVED = {"status": "approved", "approved_by": "me"}
POSTED = {"status": "posted", "transaction": "JE-1", "posted": TODAY.isoformat()}
BACK = {"status": "open", "sent_back": "slip 1 is torn", "closed": None, "audited_by": ""}


STEPPED: list[Case] = [
    ("Gus", "open", HANDED_IN, "ok"),
    ("Gus", "open", {"status": "submitted", "submitted_by": "somebody"}, "envelope-step"),
    ("Lou", "submitted", AUDITED, "ok"),
    ("Cam", "submitted", AUDITED, "ok"),
    ("Grete", "submitted", AUDITED, "no-right"),
    ("Gus", "submitted", AUDITED, "own-envelope"),
    ("Lou", "submitted", {"status": "audited", "audited_by": "somebody"}, "envelope-step"),
    ("Lou", "submitted", {"audited_by": "me"}, "envelope-step"),
    ("Lou", "submitted", {"status": "audited"}, "envelope-step"),
    ("Lou", "open", AUDITED, "envelope-step"),
    ("Lou", "submitted", APPROVED, "envelope-step"),
    ("Lou", "open", {**APPROVED, **AUDITED}, "envelope-step"),
    ("Lou", "audited", APPROVED, "ok"),
    ("Ada", "audited", APPROVED, "ok"),
    ("Cam", "audited", APPROVED, "no-right"),
    ("Grete", "audited", APPROVED, "no-right"),
    ("Gus", "audited", APPROVED, "own-envelope"),
    ("Ada", "approved", POSTED, "ok"),
    ("Lou", "approved", POSTED, "no-right"),
    ("Gus", "approved", POSTED, "no-right"),
    ("Ada", "approved", {"status": "posted"}, "envelope-step"),
    ("Ada", "audited", POSTED, "envelope-step"),
    ("Ada", "submitted", {"status": "paid"}, "envelope-step"),
]


def test_a_step_is_taken_in_its_order_and_by_who_may(company: Company) -> None:
    assert judged(company, STEPPED, ENVELOPE) == STEPPED


GONE_BACK: list[Case] = [
    ("Ada", "submitted", BACK, "ok"),
    ("Lou", "approved", {**BACK, "approved_by": ""}, "ok"),
    ("Ada", "audited", {**BACK, "sent_back": " "}, "envelope-step"),
    ("Grete", "submitted", BACK, "no-right"),
    ("Gus", "audited", BACK, "no-right"),
    ("Ada", "posted", BACK, "envelope-step"),
    ("Ada", "posted", {**APPROVED, "transaction": ""}, "envelope-step"),
    # Who took a step may take it back for as long as nobody has gone on from there.
    ("Gus", "submitted", {"status": "open", "submitted_by": "", "closed": None}, "ok"),
    ("Grete", "submitted", {"status": "open", "submitted_by": ""}, "envelope-step"),
    ("Ada", "audited", {"status": "submitted", "audited_by": ""}, "ok"),
    ("Lou", "audited", {"status": "submitted", "audited_by": ""}, "envelope-step"),
    ("Ada", "audited", {"audited_by": ""}, "envelope-step"),
]


def test_it_goes_back_with_a_reason_and_what_is_posted_stays(company: Company) -> None:
    assert judged(company, GONE_BACK, ENVELOPE) == GONE_BACK


def test_above_the_limit_the_auditor_does_not_approve_and_the_limit_is_the_shows(
    company: Company,
) -> None:
    envelope = at_step(company.desk, company.show, "audited", spent="2600")
    assert forged(company, "Ada", envelope, APPROVED) == ["second-person"]
    assert forged(company, "Lou", envelope, APPROVED) == ["ok"]

    (show,) = company.desk.all(PRODUCTION)
    company.desk.edit(show, two_approve_above=usd("3000"))
    assert company.codes("Ada") == ["ok"]
    assert approve(Desk(company.desk.store, ALL, user=company.show["Ada"].id), envelope)


def test_foreign_slips_count_against_the_limit_at_the_rate_that_was_used(
    company: Company,
) -> None:
    envelope = at_step(company.desk, company.show, "submitted", spent="2000")
    pesos = Money(amount=Decimal(10_000), currency="MXN")
    slip = Receipt(date=TODAY, vendor="Zia", money=pesos, rate="0.0501", envelope=envelope.id)
    company.desk.add(slip)
    audit(Desk(company.desk.store, ALL, user=company.show["Ada"].id), envelope)

    assert forged(company, "Ada", envelope, APPROVED) == ["second-person"]


def test_a_role_approves_up_to_the_amount_that_the_show_gives_it(company: Company) -> None:
    change_cell(company.desk, "steps", "apoc", "W:audit ; W:approve limited:200")
    small, large = (at_step(company.desk, company.show, "audited", x) for x in ("150", "201"))

    assert forged(company, "Cam", small, APPROVED) == ["ok"]
    assert forged(company, "Cam", large, APPROVED) == ["ok", "over-limit"]


def test_a_producer_does_not_approve_an_envelope_of_their_own(company: Company) -> None:
    envelope = at_step(company.desk, company.show, "audited")
    give_role(company.desk, company.show["Gus"], "upm")

    assert forged(company, "Gus", envelope, APPROVED) == ["own-envelope"]


def test_an_envelope_is_not_born_approved(company: Company) -> None:
    at_step(company.desk, company.show, "open")
    ada = company.phone("Ada")
    ada.add(Envelope(number="X1", custodian=company.show["Gus"].id, status="approved"))
    ada.add(Envelope(number="X2", custodian=company.show["Gus"].id, audited_by=ada.user))
    ada.add(Envelope(number="X3", custodian=company.show["Gus"].id))

    assert company.codes("Ada") == ["envelope-step", "envelope-step", "ok"]


def test_steps_taken_apart_are_held_against_the_one_that_allows_least(company: Company) -> None:
    """Sent back at the office, audited on a tablet: it is open, so that nobody approves it."""
    envelope = at_step(company.desk, company.show, "submitted")
    lou = company.phone("Lou")
    send_back(Desk(company.desk.store, ALL, user=company.show["Ada"].id), envelope, "torn")
    audit(lou, envelope)
    company.sync("Lou")
    assert company.desk.get(ENVELOPE, envelope.id).status == "open"

    lou.write(Write(ENVELOPE.name, envelope.id, {"approved_by": lou.user, "status": "approved"}))
    assert company.codes("Lou") == ["envelope-step"]


# ---- what is beside the steps -----------------------------------------------------------------


BESIDE: list[Case] = [
    ("Gus", "open", {"counted": cell("1")}, "ok"),
    ("Gus", "submitted", {"counted": cell("1")}, "own-envelope"),
    ("Ada", "submitted", {"counted": cell("1")}, "ok"),
    ("Ada", "approved", {"counted": cell("1")}, "ok"),  # cash that was handed back
    ("Ada", "posted", {"counted": cell("1")}, "envelope-closed"),
    ("Ada", "posted", {"explained": "rounding"}, "envelope-closed"),
    ("Ada", "open", {"number": "GG99"}, "number-stands"),
    ("Ada", "open", {"holder": "her phone"}, "at-the-office"),
    ("Ada", "open", {"taken_over": True}, "at-the-office"),
    ("Grete", "submitted", {"explained": "rounding"}, "no-right"),
]


def test_what_a_step_closes_is_changed_by_an_audit_alone_and_then_by_nobody(
    company: Company,
) -> None:
    assert judged(company, BESIDE, ENVELOPE) == BESIDE


def test_an_envelope_that_is_handed_in_is_not_deleted(company: Company) -> None:
    envelope = at_step(company.desk, company.show, "submitted")
    company.phone("Ada").delete(envelope)

    assert company.codes("Ada") == ["envelope-step"]


# ---- its slips --------------------------------------------------------------------------------


SLIPS: list[Case] = [
    ("Gus", "open", {"money": cell("90")}, "ok"),
    ("Gus", "submitted", {"money": cell("90")}, "own-envelope"),
    ("Grete", "submitted", {"money": cell("90")}, "no-right"),
    ("Ada", "submitted", {"money": cell("90")}, "ok"),
    ("Ada", "audited", {"void": True, "void_reason": "twice"}, "ok"),
    ("Ada", "approved", {"money": cell("90")}, "envelope-closed"),
    ("Ada", "posted", {"money": cell("90")}, "envelope-closed"),
    ("Ada", "posted", {"paid_by": "card"}, "envelope-closed"),
    ("Ada", "posted", {"code": "3220", "what_for": "screws"}, "ok"),
    ("Ada", "submitted", {"rejected": "alcohol"}, "ok"),
    ("Grete", "submitted", {"rejected": "alcohol"}, "no-right"),
    ("Grete", "open", {"rejected": "alcohol"}, "no-right"),
    ("Ada", "posted", {"rejected": "alcohol"}, "envelope-closed"),
    ("Ada", "open", {"number": "7"}, "number-stands"),
    ("Ada", "open", {"envelope": "another"}, "number-stands"),
]


def test_a_slips_sums_change_only_while_its_envelope_allows_it(company: Company) -> None:
    assert judged(company, SLIPS, RECEIPT) == SLIPS


def test_a_custodian_does_not_take_back_what_the_audit_said_of_a_slip(company: Company) -> None:
    envelope = at_step(company.desk, company.show, "submitted")
    ada = Desk(company.desk.store, ALL, user=company.show["Ada"].id)
    (slip,) = receipts_of(company.desk, envelope)
    reject(ada, slip, "alcohol")
    send_back(ada, envelope, "slip 1")
    gus = company.phone("Gus")
    gus.edit(gus.get(RECEIPT, slip.id), rejected="")

    assert company.codes("Gus") == ["own-envelope"]


@pytest.mark.parametrize(
    ("step", "code"), [("open", "ok"), ("submitted", "ok"), ("audited", "envelope-step")]
)
def test_a_slip_that_comes_late_is_taken_until_the_audit(
    company: Company, step: str, code: str
) -> None:
    envelope = at_step(company.desk, company.show, step)
    gus = company.phone("Gus")
    gus.add(Receipt(date=TODAY, vendor="Late", money=usd("3"), envelope=envelope.id, number="9"))

    assert company.codes("Gus") == [code]


def test_what_was_written_before_the_hand_in_and_comes_after_it_stands(company: Company) -> None:
    envelope = at_step(company.desk, company.show, "open")
    (slip,) = receipts_of(company.desk, envelope)
    gus = company.phone("Gus")
    gus.edit(slip, money=usd("99"))
    company.wall.shows(9)
    submit(Desk(company.desk.store, ALL, user=company.show["Ada"].id), envelope)
    assert company.codes("Gus") == ["ok"]

    company.wall.shows(10)
    gus.edit(gus.get(RECEIPT, slip.id), money=usd("98"))
    assert company.codes("Gus") == ["ok", "own-envelope"]


def test_at_the_office_too_what_is_in_the_books_stands(show: SmallShow) -> None:
    (slip,) = receipts_of(show.desk, at_step(show.desk, show, "posted"))

    for verb in (void_receipt, reject):
        with pytest.raises(Refused, match="is posted; its sums stand") as refused:
            verb(show.desk, slip, "twice")
        assert refused.value.code == "envelope-closed"


# ---- through the door -------------------------------------------------------------------------


@pytest.fixture
def scoped(tmp_path: Path) -> Iterator[ScopedShow]:
    made = ScopedShow(tmp_path)
    yield made
    made.close()


def pushed(scoped: ScopedShow, name: str, kind: str, record: str, values: Any) -> Phone:
    """That person's phone, after it has sent what its app would never have written."""
    phone = scoped.phone(name)
    phone.sync()
    phone.store.commit([Write(kind, record, values)], user=phone.user)
    phone.sync()
    return phone


def test_a_forged_approval_is_written_over_and_its_author_is_told_in_a_sentence(
    scoped: ScopedShow,
) -> None:
    envelope = at_step(scoped.desk, scoped.show, "audited")
    grete = scoped.show["Grete"].id
    values = {"status": "approved", "approved_by": grete}

    phone = pushed(scoped, "Grete", ENVELOPE.name, envelope.id, values)

    for desk in (scoped.desk, phone.desk):
        assert (desk.get(ENVELOPE, envelope.id).status) == "audited"
        assert (desk.get(ENVELOPE, envelope.id).approved_by) == ""
    (told,) = to_know(phone.desk)
    assert (told.author, told.code) == (grete, "no-right")
    assert "Audit, approval and posting of petty cash" in told.sentence
    assert [w.id for w in to_decide(scoped.desk)] == [told.id]


def test_the_custodians_own_approval_and_a_changed_sum_wait_at_the_office(
    scoped: ScopedShow,
) -> None:
    envelope = at_step(scoped.desk, scoped.show, "submitted")
    (slip,) = receipts_of(scoped.desk, envelope)
    scoped.wall.shows(9)
    gus = scoped.show["Gus"].id

    pushed(scoped, "Gus", ENVELOPE.name, envelope.id, {"status": "audited", "audited_by": gus})
    phone = pushed(scoped, "Gus", RECEIPT.name, slip.id, {"money": cell("1")})

    assert scoped.desk.get(ENVELOPE, envelope.id).status == "submitted"
    assert scoped.desk.get(RECEIPT, slip.id).money == slip.money
    assert phone.desk.get(RECEIPT, slip.id).money == slip.money
    told = {(w.record, w.code) for w in scoped.desk.all(WAITING)}
    assert told == {(envelope.id, "own-envelope"), (slip.id, "own-envelope")}
    assert {w.sentence for w in to_know(phone.desk)} == {
        "Nobody may audit an envelope of their own."
    }


def test_who_may_goes_the_whole_way_from_three_phones(scoped: ScopedShow) -> None:
    envelope = at_step(scoped.desk, scoped.show, "open")
    steps: list[tuple[str, Any]] = [("Gus", submit), ("Lou", audit), ("Ada", approve)]
    for name, verb in steps:
        phone = scoped.phone(name)
        phone.sync()
        verb(phone.desk, phone.desk.get(ENVELOPE, envelope.id))
        phone.sync()
    ada = scoped.phone("Ada")
    post(ada.desk, envelope, "JE-9")
    ada.sync()

    done = scoped.desk.get(ENVELOPE, envelope.id)
    assert (done.status, done.transaction) == ("posted", "JE-9")
    assert scoped.desk.all(WAITING) == []


# ---- whatever is forged -----------------------------------------------------------------------

WORDS = ("status", "submitted_by", "audited_by", "approved_by", "transaction", "sent_back")


def _anything(chance: random.Random, show: SmallShow, me: str) -> dict[str, Any]:
    """A step as an app would take it, or any words of one."""
    whole: list[dict[str, Any]] = [
        HANDED_IN,
        AUDITED,
        APPROVED,
        POSTED,
        {**BACK, "approved_by": ""},
    ]
    if chance.random() < 0.6:
        values = chance.choice(whole)
        return {n: me if value == "me" else value for n, value in values.items()}
    who = chance.choice([me, me, show["Gus"].id, show["Ada"].id, ""])
    words = dict.fromkeys(chance.sample(WORDS, 2), who)
    return words | {"status": chance.choice(STEPS)} if chance.random() < 0.7 else words


def _forge(chance: random.Random, phone: Phone, scoped: ScopedShow, paper: tuple[str, str]) -> None:
    envelope, slip = paper
    values: dict[str, Any] = {"money": cell(str(chance.randrange(1, 4000)))}
    write = Write(RECEIPT.name, slip, chance.choice([values, {"void": True}, {"number": "7"}]))
    if chance.random() < 0.7:
        write = Write(ENVELOPE.name, envelope, _anything(chance, scoped.show, phone.user))
    phone.store.commit([write], user=phone.user)


@pytest.mark.parametrize("seed", range(1))
def test_no_forgery_has_an_envelope_approved_by_its_own_or_changes_what_is_approved(
    scoped: ScopedShow, seed: int
) -> None:
    _forged_for_an_hour(random.Random(seed), scoped)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 5))
def test_nor_do_many(scoped: ScopedShow, seed: int) -> None:
    _forged_for_an_hour(random.Random(seed), scoped)


def _forged_for_an_hour(chance: random.Random, scoped: ScopedShow) -> None:
    envelope = at_step(scoped.desk, scoped.show, "open")
    (slip,) = receipts_of(scoped.desk, envelope)
    people: dict[str, str] = {scoped.show[name].id: name for name in ROLES}
    reached, stood = set[str](), (0, slip.money)
    for minute in range(60):
        scoped.wall.shows(9, minute)
        phone = scoped.phone(chance.choice([*ROLES]))
        if chance.random() < 0.8:  # else it writes beside what others have written since
            phone.sync()
        for _ in range(chance.randrange(1, 4)):
            _forge(chance, phone, scoped, (envelope.id, slip.id))
        phone.sync()
        stood = _is_right(scoped, envelope, slip, people, stood)
        reached.add(STEPS[stood[0]])
    assert len(reached) > 1, "nothing was ever let through"


def _is_right(
    scoped: ScopedShow,
    envelope: Envelope,
    slip: Receipt,
    people: Mapping[str, str],
    stood: tuple[int, Money],
) -> tuple[int, Money]:
    now, paper = scoped.desk.get(ENVELOPE, envelope.id), scoped.desk.get(RECEIPT, slip.id)
    at, approved = STEPS.index(now.status), STEPS.index("approved")
    if at >= STEPS.index("audited"):
        assert people[now.audited_by] in ("Ada", "Lou", "Cam")
        assert now.audited_by != now.submitted_by
    if at >= approved:
        assert people[now.approved_by] in ("Ada", "Lou")
        assert now.approved_by != now.submitted_by
    if stood[0] >= approved and at >= approved:
        assert paper.money == stood[1]
    if stood[0] == STEPS.index("posted"):
        assert (at, people.get(now.transaction)) == (stood[0], None)
    assert (now.number, paper.number) == (envelope.number, slip.number)
    return at, paper.money
