"""A signature concerns whom the paper concerns that it stands under: cash its envelope's people."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import product

import pytest

from data.desk import Desk
from data.fields import Money
from data.kinds.envelopes import Envelope
from data.kinds.floats import issue_float
from data.kinds.grants import end_role, give_role
from data.kinds.signatures import SIGNATURE, SIGNED, sign
from data.rights_book import buckets_of
from data.roles import ROLE_NAMES
from tests.company import Company

DOLLARS = Money(amount=Decimal(300), currency="USD")
STROKES = [[(1, 1), (50, 50)]]
OF_CASH = {"upm", "poc", "apoc", "accounts", "dept_head"}
"""Who may sign under anybody's envelope (a head: their department's)."""
OF_TIMES = {"upm", "poc", "apoc", "office_pa", "ad", "dept_head"}
"""Likewise under times, at the gate, and under vouchers."""
WITH_CASH = OF_CASH | {"crew", "travel", "office_pa", "casting"}
"""Who may have petty cash, and signs for it."""


def signed(desk: Desk, company: Company, what: str, about: str, name: str = "Gus") -> str:
    return sign(desk, company.show[name], STROKES, words="Mine.", what=what, about=about).id


@pytest.fixture
def envelope(company: Company) -> Envelope:
    return issue_float(company.desk, company.show["Gus"], DOLLARS)


def as_each_role(
    company: Company, name: str, papers: Sequence[tuple[str, str]]
) -> dict[str, set[str]]:
    """By paper: the roles in which that person's signature under it is not flagged. Every role is
    held for an hour, one after another."""
    phone, show = company.phone(name), company.show
    for hour, role in enumerate(ROLE_NAMES, start=8):
        company.wall.shows(hour)
        grant = give_role(company.desk, show[name], role)
        for what, about in papers:
            signed(phone, company, what, about, name)
        company.wall.shows(hour, 30)
        end_role(company.desk, grant)
    told = zip(product(ROLE_NAMES, papers), company.codes(name), strict=True)
    taken: dict[str, set[str]] = {what: set() for what, _ in papers}
    for (role, (what, _)), code in told:
        assert code in ("ok", "flagged")  # a fact is never refused
        if code == "ok":
            taken[what].add(role)
    return taken


def test_each_role_signs_what_its_rights_are_about(company: Company, envelope: Envelope) -> None:
    """Under the envelope of somebody else in her department."""
    cash = [("float", envelope.id), ("envelope", envelope.id)]
    times = [("time", "t"), ("walk_on", ""), ("voucher", "v")]
    taken = as_each_role(company, "Grete", [*cash, *times])

    assert taken.keys() == set(SIGNED)
    assert [taken[what] for what, _ in cash] == [OF_CASH] * 2
    assert [taken[what] for what, _ in times] == [OF_TIMES] * 3


def test_a_custodian_signs_for_their_own_cash(company: Company, envelope: Envelope) -> None:
    papers = [("float", envelope.id), ("envelope", envelope.id)]

    assert list(as_each_role(company, "Gus", papers).values()) == [WITH_CASH] * 2


def test_a_float_that_is_issued_and_signed_without_the_office_is_taken(company: Company) -> None:
    give_role(company.desk, company.show["Lou"], "poc")
    lou = company.phone("Lou")
    issued = issue_float(lou, company.show["Gus"], DOLLARS)
    signed(lou, company, "float", issued.id)

    assert company.codes("Lou") == ["ok", "ok", "ok"]


def test_it_lies_with_its_envelope_and_goes_where_that_goes(
    company: Company, envelope: Envelope
) -> None:
    """Also the accountant's, which the custodian and the head of the department are to see."""
    show, desk = company.show, company.desk
    under = signed(desk, company, "envelope", envelope.id, "Ada")
    gate = signed(desk, company, "walk_on", "")

    assert buckets_of(desk, under) == buckets_of(desk, envelope.id)
    assert f"costs/own:{show['Gus'].id}" in buckets_of(desk, under)
    assert {name.partition("/")[0] for name in buckets_of(desk, gate)} == {"times"}
    desk.edit(envelope, custodian=show["Cam"].id, department="CAMERA")
    assert buckets_of(desk, under) == buckets_of(desk, envelope.id)


def test_taking_it_back_concerns_the_same_people(company: Company, envelope: Envelope) -> None:
    give_role(company.desk, company.show["Gus"], "crew")
    under = signed(company.desk, company, "envelope", envelope.id)
    gus = company.phone("Gus")
    back = SIGNATURE.take_back
    assert back is not None
    void = gus.add(back(gus.get(SIGNATURE, under)))

    assert company.codes("Gus") == ["ok"]
    company.sync("Gus")
    assert buckets_of(company.desk, void.id) == buckets_of(company.desk, under)
