"""Facts are taken and flagged; and on a lent tablet everybody writes with their own name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from data.fields import Money
from data.judge import judge_all
from data.kinds.attendance import check_in, take_back
from data.kinds.devices import DEVICE, Revocation, take_out
from data.kinds.floats import issue_float
from data.kinds.grants import give_role, ms
from data.kinds.lending import give_back, hand_to, sign_in
from data.rights import Allowed, Refusal
from tests.company import Company, code

DOLLARS = Money(amount=Decimal("620"), currency="USD")


# ---- facts ------------------------------------------------------------------------------------


def test_a_fact_is_always_taken_and_flagged_where_there_was_no_right(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Cam"], "crew")
    give_role(company.desk, show["Ada"], "ad")
    for name in ("Cam", "Ada"):
        check_in(company.phone(name), show.day, show["Gus"])

    assert company.codes("Cam") == ["flagged"]
    assert company.codes("Ada") == ["ok"]


def test_of_nobody_too(company: Company) -> None:
    phone = company.phone("Gus")
    take_back(phone, check_in(phone, company.show.day, company.show["Gus"]))

    assert company.codes("Gus") == ["flagged", "flagged"]


def test_one_reports_the_own_phone_lost_and_only_the_office_takes_it_back(
    company: Company,
) -> None:
    show = company.show
    for name in ("Gus", "Cam"):
        give_role(company.desk, show[name], "crew")
    phone = company.phone("Gus")
    device = next(d for d in phone.all(DEVICE) if d.person == show["Gus"].id)
    lost = take_out(phone, device, "lost")
    void = lost.model_copy(update={"id": "", "what": "void", "voids": lost.id})
    phone.add(void)
    other = company.phone("Cam")
    other.add(Revocation(device=device.id, what="lost", at=company.wall.at))

    assert company.codes("Gus") == ["ok", "flagged"]
    assert company.codes("Cam") == ["flagged"]


# ---- lent tablets -----------------------------------------------------------------------------


def test_a_tablet_passed_between_two_people_carries_each_one_s_name(company: Company) -> None:
    show = company.show
    tablet, device = company.tablet("ad")
    sign_in(tablet, device, show["Gus"])
    tablet.edit(show.day, note="Gus was here")
    company.wall.shows(9)
    sign_in(tablet, device, show["Cam"])
    tablet.edit(show.day, note="now Cam")
    tablet.user = show["Gus"].id
    tablet.edit(show.day, note="Gus again, he says")

    assert company.codes("tablet") == ["ok", "ok", "ok", "ok", "not-yours"]
    assert [show["Gus"].id] * 2 + [show["Cam"].id] * 2 == [
        edit.mark.user for edit, _ in company.judge("tablet")[:4]
    ]


def test_who_had_a_tablet_is_told_by_its_own_clock_however_wrong(company: Company) -> None:
    """Three days ahead: the office gives all of it one order time, which tells no order."""
    show, arrived = company.show, ms(company.wall.at)
    tablet, device = company.tablet("ad")
    company.wall.at += timedelta(days=3)
    sign_in(tablet, device, show["Gus"])
    tablet.edit(show.day, note="Gus was here")
    company.wall.at += timedelta(hours=1)
    sign_in(tablet, device, show["Cam"])
    tablet.user = show["Gus"].id
    tablet.edit(show.day, note="Gus again, he says")
    here, sent = company.desk.store.state(show.day.id), tablet.store.state(show.day.id)
    assert here is not None
    assert sent is not None
    mine = [
        edit._replace(mark=edit.mark._replace(ot=arrived))
        for edit in company.owed("tablet")
        if edit.record == show.day.id
    ]
    answers = judge_all(mine, here, replace(sent, marks={}), company.book("tablet"))

    assert [code(answers[edit.dot]) for edit in mine] == ["ok", "not-yours"]


def test_a_tablet_that_nobody_took_writes_nothing(company: Company) -> None:
    show = company.show
    tablet, device = company.tablet("ad")
    tablet.user = show["Gus"].id
    tablet.edit(show.day, note="before")
    hand_to(company.desk, device, show["Gus"])
    company.wall.shows(9)
    give_back(company.desk, device)
    company.wall.shows(10)
    tablet.edit(show.day, note="after")

    assert company.codes("tablet") == ["not-yours", "not-yours"]


def test_the_role_of_a_tablet_is_its_holder_s_and_what_they_own_is_theirs(
    company: Company,
) -> None:
    show = company.show
    tablet, device = company.tablet("office_pa")
    envelope = issue_float(company.desk, show["Gus"], DOLLARS)
    company.update("tablet")
    sign_in(tablet, device, show["Gus"])
    tablet.edit(envelope, explained="rounding")
    tablet.edit(show.day, note="not a PA's to write")
    sign_in(tablet, device, show["Cam"])
    tablet.edit(envelope, explained="not Cam's")

    told = {
        edit.values.get("explained", edit.values.get("note")): answer
        for edit, answer in company.judge("tablet")
    }
    assert told["rounding"] == Allowed()
    assert isinstance(told["not a PA's to write"], Refusal)
    assert isinstance(told["not Cam's"], Refusal)


def test_another_phone_cannot_say_who_has_the_tablet(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Cam"], "crew")
    tablet, device = company.tablet("ad")
    sign_in(tablet, device, show["Gus"])
    company.wall.shows(9)
    hand_to(company.phone("Cam"), device, show["Cam"])
    company.sync("Cam")
    company.wall.shows(10)
    tablet.edit(show.day, note="still Gus")

    assert company.codes("tablet") == ["ok", "ok"]
