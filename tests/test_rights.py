"""May this edit stand? Judged by what its author held when it was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from data.buckets import Place
from data.edit import Write, apply
from data.fields import Money
from data.judge import as_error, judge_all, judged
from data.kinds.deals import DEAL, Deal, approve
from data.kinds.devices import DEVICE, Device
from data.kinds.floats import issue_float
from data.kinds.grants import RoleCell, RoleGrant, change_cell, end_role, give_role, ms
from data.kinds.people import Person
from data.kinds.private import HOME, PersonHome, companion_id
from data.kinds.receipts import RECEIPT, Receipt, log_receipt
from data.rights import Allowed, Refusal, Thing, may
from data.rights_book import book_of
from data.roles import DEFAULT, Held
from data.state import Dot, Mark, State
from tests.company import OFFICE, Company

DOLLARS = Money(amount=Decimal("620"), currency="USD")


# ---- whose edit it is -------------------------------------------------------------------------


def test_who_holds_no_role_writes_nothing(company: Company) -> None:
    phone = company.phone("Gus")
    phone.edit(company.show.day, location="Stage 3")

    assert company.codes("Gus") == ["no-role"]


def test_an_edit_in_another_person_s_name_is_not_taken(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Ada"], "poc")
    give_role(company.desk, show["Gus"], "crew")
    phone = company.phone("Gus")
    phone.user = show["Ada"].id
    phone.edit(show.day, location="Stage 3")

    assert company.codes("Gus") == ["not-yours"]


def test_nor_one_in_the_name_of_the_office(company: Company) -> None:
    give_role(company.desk, company.show["Gus"], "poc")
    phone = company.phone("Gus")
    phone.user = company.desk.user
    phone.edit(company.show.day, location="Stage 3")

    assert company.codes("Gus") == ["not-yours"]


def test_an_edit_of_a_replica_that_nobody_knows_is_nobody_s(company: Company) -> None:
    give_role(company.desk, company.show["Gus"], "poc")
    before = company.desk.store.state(company.show.day.id)
    assert before is not None
    mark = Mark(ms(company.desk.now()), None, company.show["Gus"].id)
    write = Write("day", before.id, {"location": "Mars"})
    after, edit = apply(before, write, Dot("f" * 16, 1), mark, "g")
    answer = judged(edit, before, after, book_of(company.desk, lambda _: None))

    assert isinstance(answer, Refusal)
    assert answer.code == "not-yours"


def test_what_the_office_itself_wrote_stands(company: Company) -> None:
    before = company.desk.store.state(company.show.day.id)
    company.desk.edit(company.show.day, location="Stage 3")
    after = company.desk.store.state(company.show.day.id)
    assert before is not None
    assert after is not None
    edit = company.desk.store.history(company.show.day.id)[-1]
    book = book_of(company.desk, lambda _: OFFICE, mine=OFFICE)

    assert judged(edit, before, after, book) == Allowed()


# ---- by the role of its time ------------------------------------------------------------------


def test_what_was_written_before_a_role_ended_stands_though_it_comes_after(
    company: Company,
) -> None:
    show, wall = company.show, company.wall
    grant = give_role(company.desk, show["Ada"], "ad")
    phone = company.phone("Ada")
    phone.edit(show.day, location="Stage 3")
    wall.shows(9)
    end_role(company.desk, grant)
    wall.shows(10)
    phone.edit(show.day, location="Stage 4")

    assert company.codes("Ada") == ["ok", "no-role"]


def test_a_role_given_later_does_not_reach_back(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Gus"], "crew")
    phone = company.phone("Gus")
    phone.edit(show.day, location="Stage 3")
    company.wall.shows(9)
    give_role(company.desk, show["Gus"], "ad")
    phone.edit(show.day, location="Stage 4")

    assert company.codes("Gus") == ["no-right", "ok"]


def test_of_two_roles_at_once_either_is_enough(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Ada"], "crew")
    give_role(company.desk, show["Ada"], "ad", until=company.wall.at + timedelta(hours=1))
    phone = company.phone("Ada")
    phone.edit(show.day, location="Stage 3")
    company.wall.shows(12)
    phone.edit(show.day, location="Stage 4")

    assert company.codes("Ada") == ["ok", "no-right"]


def test_the_office_s_order_time_counts_where_it_gave_one(company: Company) -> None:
    show = company.show
    grant = give_role(company.desk, show["Ada"], "ad")
    phone = company.phone("Ada")
    phone.edit(show.day, location="Stage 3")
    company.wall.shows(9)
    end_role(company.desk, grant)
    (edit, answer) = company.judge("Ada")[0]
    late = edit._replace(mark=edit.mark._replace(ot=ms(company.wall.at)))
    here = company.desk.store.state(show.day.id)
    sent = phone.store.state(show.day.id)
    assert here is not None
    assert sent is not None
    after = replace(sent, marks={**sent.marks, edit.dot: late.mark})
    book = company.book("Ada")

    assert answer == Allowed()
    assert isinstance(judge_all([edit], here, after, book)[edit.dot], Refusal)


def test_a_stamp_set_back_does_not_reach_behind_an_earlier_edit(company: Company) -> None:
    """The clock of a phone is its owner's to set; that its stamps rise is known at the office."""
    show = company.show
    grant = give_role(company.desk, show["Ada"], "ad")
    company.wall.shows(9)
    end_role(company.desk, grant)
    company.wall.shows(10)
    phone = company.phone("Ada")
    phone.edit(show.day, location="Stage 3")
    edit, _ = company.judge("Ada")[0]
    before = ms(company.wall.at) - 3 * 3600 * 1000
    forged = edit._replace(mark=edit.mark._replace(stamp=before))
    here = company.desk.store.state(show.day.id)
    assert here is not None
    heard = replace(company.book("Ada"), heard=lambda _replica, _n: ms(company.wall.at))

    assert judged(forged, here, here, company.book("Ada")) == Allowed()
    assert isinstance(judged(forged, here, here, heard), Refusal)


def test_the_table_of_its_day_counts_too(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Gus"], "crew")
    phone = company.phone("Gus")
    phone.edit(show.day, note="rain")
    company.wall.shows(9)
    change_cell(company.desk, "contacts", "crew", "RW unit")
    phone.edit(show.day, note="sun")

    assert company.codes("Gus") == ["no-right", "ok"]


# ---- whose the record is ----------------------------------------------------------------------


def test_everybody_writes_their_own_address_and_nobody_else_s(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Gus"], "crew")
    phone = company.phone("Gus")
    mine, theirs = (companion_id(phone, HOME, show[name]) for name in ("Gus", "Cam"))
    phone.put(mine, PersonHome(person=show["Gus"].id, address="1 Mesa St"))
    phone.put(theirs, PersonHome(person=show["Cam"].id, address="2 Mesa St"))

    assert company.codes("Gus") == ["ok", "no-right"]


def test_nobody_takes_the_place_of_somebody_else_s_record(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Gus"], "crew")
    phone = company.phone("Gus")
    phone.put(companion_id(phone, HOME, show["Cam"]), PersonHome(person=show["Gus"].id))
    phone.add(PersonHome(person=show["Gus"].id))

    assert company.codes("Gus") == ["misplaced", "misplaced"]


def test_nobody_hands_over_what_is_theirs_nor_takes_what_is_not(company: Company) -> None:
    show = company.show
    for name in ("Gus", "Cam"):
        give_role(company.desk, show[name], "crew")
    envelope = issue_float(company.desk, show["Gus"], DOLLARS)
    company.phone("Gus").edit(envelope, custodian=show["Cam"].id)
    company.phone("Cam").edit(envelope, custodian=show["Cam"].id)

    assert company.codes("Gus") == ["no-right"]
    assert company.codes("Cam") == ["no-right"]


def test_a_new_record_is_judged_by_what_it_says_it_is(company: Company) -> None:
    """The edits after the first one name no owner; what they belong to is known from the first."""
    show = company.show
    give_role(company.desk, show["Gus"], "crew")
    phone = company.phone("Gus")
    slip = log_receipt(phone, Receipt(date=show.day.date, vendor="Depot", money=DOLLARS))
    phone.edit(slip, what_for="screws")
    phone.edit(slip, code="3220")

    assert company.codes("Gus") == ["ok", "ok", "ok"]


def test_a_head_writes_the_costs_of_the_own_department(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Gus"], "dept_head")
    envelopes = [issue_float(company.desk, show[name], DOLLARS) for name in ("Grete", "Cam")]
    phone = company.phone("Gus")
    for envelope in envelopes:
        phone.edit(envelope, explained="rounding")
    phone.edit(envelopes[0], department="CAMERA")

    assert company.codes("Gus") == ["ok", "no-right", "no-right"]


def test_who_may_only_add_does_not_go_on_with_it_later(company: Company) -> None:
    show = company.show
    change_cell(company.desk, "costs", "ad", "C")
    give_role(company.desk, show["Ada"], "ad")
    phone = company.phone("Ada")
    slip = log_receipt(phone, Receipt(date=show.day.date, vendor="Depot", money=DOLLARS))
    phone.edit(slip, what_for="screws")
    assert company.codes("Ada") == ["ok", "ok"]
    company.sync("Ada")
    phone.edit(slip, what_for="nails")
    phone.delete(slip)

    assert company.codes("Ada") == ["no-right", "no-right"]


def test_a_delete_wants_the_right_to_write(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Gus"], "crew")
    give_role(company.desk, show["Ada"], "ad")
    for name in ("Gus", "Ada"):
        company.phone(name).delete(show["Newt"])

    assert (company.codes("Gus"), company.codes("Ada")) == (["no-right"], ["ok"])


def test_a_delete_of_what_the_office_never_had_is_judged_as_well(company: Company) -> None:
    phone = company.phone("Gus")
    phone.delete(phone.add(Person(name="Nobody")))

    assert company.codes("Gus") == ["no-role", "no-role"]


# ---- conditions -------------------------------------------------------------------------------


def test_a_coordinator_drafts_a_deal_and_the_producer_approves_it(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Ada"], "poc")
    give_role(company.desk, show["Cam"], "upm")
    coordinator, producer = company.phone("Ada"), company.phone("Cam")
    draft = coordinator.add(Deal(person=show["Gus"].id, rate=DOLLARS))
    assert company.codes("Ada") == ["ok"]
    company.sync("Ada")
    approve(coordinator, draft)
    assert company.codes("Ada") == ["not-a-draft"]

    company.update("Cam")
    approve(producer, draft)
    assert company.codes("Cam") == ["ok"]


def test_what_is_approved_is_set_back_by_the_producer_alone(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Ada"], "poc")
    deal = company.desk.add(Deal(person=show["Gus"].id, rate=DOLLARS, status="approved"))
    coordinator = company.phone("Ada")
    coordinator.edit(deal, status="draft")
    coordinator.edit(coordinator.get(DEAL, deal.id), notice="none")
    coordinator.delete(deal)

    assert company.codes("Ada") == ["not-a-draft"] * 3


def test_a_deal_that_begins_approved_is_no_draft_either(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Ada"], "poc")
    coordinator = company.phone("Ada")
    approve(coordinator, coordinator.add(Deal(person=show["Gus"].id)))
    coordinator.add(Deal(person=show["Gus"].id, status="approved"))

    assert company.codes("Ada") == ["ok", "not-a-draft", "not-a-draft"]


def test_a_later_edit_is_judged_by_what_the_earlier_one_made_of_the_record(
    company: Company,
) -> None:
    """She approved while she was producer; as a coordinator she writes drafts only."""
    show = company.show
    give_role(company.desk, show["Ada"], "poc")
    give_role(company.desk, show["Ada"], "upm", until=company.wall.at + timedelta(hours=1))
    deal = company.desk.add(Deal(person=show["Gus"].id, rate=DOLLARS))
    phone = company.phone("Ada")
    phone.edit(deal, notice="two weeks")
    approve(phone, deal)
    company.wall.shows(12)
    phone.edit(phone.get(DEAL, deal.id), notice="none")

    assert company.codes("Ada") == ["ok", "ok", "not-a-draft"]


def test_an_assistant_writes_amounts_up_to_the_limit_of_the_show(company: Company) -> None:
    show = company.show
    change_cell(company.desk, "costs", "apoc", "RW limited:500")
    give_role(company.desk, show["Ada"], "apoc")
    phone = company.phone("Ada")
    for amount in ("500.00", "500.01"):
        money = Money(amount=Decimal(amount), currency="USD")
        log_receipt(phone, Receipt(date=show.day.date, vendor="Depot", money=money))

    assert company.codes("Ada") == ["ok", "over-limit"]


def test_an_amount_that_is_none_is_over_every_limit() -> None:
    thing = Thing(RECEIPT, Place("costs"), {})
    table = {("costs", "apoc"): DEFAULT["costs", "apoc"]}
    limited = {("costs", "apoc"): (table["costs", "apoc"][0]._replace(limit=5),)}

    for value in ({"a": "1e9"}, {"a": "x"}, "7", ["a"], {"a": "NaN"}):
        answer = may(limited, [Held("apoc", "me")], "write", thing, "money", value)
        assert isinstance(answer, Refusal), value


# ---- roles are not one's own to give ----------------------------------------------------------


def test_nobody_gives_themselves_a_role_nor_widens_the_table_for_it(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Ada"], "upm")
    phone = company.phone("Ada")
    now = company.wall.at
    phone.add(RoleGrant(person=show["Ada"].id, role="accounts", since=now))
    phone.add(RoleGrant(person=show["Gus"].id, role="accounts", since=now))
    phone.add(RoleCell(row="ids", role="upm", allows="RW", since=now))
    phone.add(RoleCell(row="hotel", role="medic", allows="R", since=now))

    assert company.codes("Ada") == ["own-role", "ok", "own-role", "ok"]


def test_a_device_record_is_only_the_office_s_to_write(company: Company) -> None:
    """It says whose edits its replicas are: who could write it could be anybody."""
    show = company.show
    give_role(company.desk, show["Ada"], "upm")
    phone = company.phone("Ada")
    phone.edit(phone.all(DEVICE)[0], person=show["Cam"].id)
    phone.add(Device(name="another", person=show["Cam"].id))

    assert company.codes("Ada") == ["no-right", "no-right"]


# ---- what this version does not know ----------------------------------------------------------


def test_a_kind_of_a_newer_app_is_kept(company: Company) -> None:
    show = company.show
    give_role(company.desk, show["Gus"], "crew")
    phone = company.phone("Gus")
    phone.edit(show.day, note="to have written")
    replica = company.judge("Gus")[0][0].dot.replica
    mark = Mark(ms(company.wall.at), None, show["Gus"].id)
    after, edit = apply(
        State("new", "hologram"), Write("hologram", "new", {"x": 1}), Dot(replica, 99), mark, "g"
    )

    assert judged(edit, None, after, company.book("Gus")) == Allowed()


def test_a_refusal_is_told_as_an_error_with_its_code_and_what_to_do() -> None:
    error = as_error(Refusal("no-right", "Ask the office."))

    assert error is not None
    assert (error.code, error.sentence) == ("no-right", "Ask the office.")
    assert as_error(Allowed(flag=Refusal("no-role", "..."))) is None
