"""What a device pushed does not come back to it; whatever else was put, does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.edit import Write
from data.errors import Malformed, NoOffice
from data.fields import Money
from data.kinds.grants import give_role
from data.kinds.receipts import RECEIPT, Receipt
from sync.calls import Answer, Call
from sync.echo import MOST_SPANS, Own
from sync.session import converse
from sync.wire import Page, Pushed, Welcome
from tests.scoped import Phone, ScopedShow

SLIP = Receipt(
    date=date(2026, 6, 9),
    vendor="Prairie Hardware",
    money=Money(amount=Decimal("12.50"), currency="USD"),
)


@pytest.fixture
def show(tmp_path: Path) -> Iterator[ScopedShow]:
    made = ScopedShow(tmp_path)
    yield made
    made.close()


@pytest.fixture
def phone(show: ScopedShow) -> Phone:
    """Of somebody who writes receipts, and has met the office."""
    give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    return phone


class Heard:
    """What the office answers to one session. `between`: what happens after the push."""

    def __init__(self, phone: Phone, between: Callable[[], object] = lambda: None) -> None:
        self.told: set[str] = set()
        self.pushed: list[Pushed] = []
        self._phone, self._between = phone, between
        converse(phone.session.whole(), self._ask)

    def _ask(self, call: Call) -> Answer:
        answer = self._phone.show.front.answer(call)
        if call.path == "/v1/push":
            self.pushed.append(Pushed.from_bytes(answer.content))
            self._between()
        elif call.path.startswith("/v1/changes"):
            self._hear(Page.from_bytes(answer.content))
        elif call.path == "/v1/hello":
            self._hear(Welcome.from_bytes(answer.content).page)
        return answer

    def _hear(self, page: Page | None) -> None:
        self.told |= {state["id"] for state in page.states} if page else set()


def test_what_a_device_pushed_does_not_come_back(phone: Phone) -> None:
    slips = {phone.desk.add(SLIP).id for _ in range(3)}
    heard = Heard(phone)

    assert not heard.told & slips
    assert phone.device.verified
    assert slips <= phone.show.within(phone)
    assert phone.ids == phone.show.within(phone)


def test_it_lies_in_the_buckets_that_the_office_says(phone: Phone) -> None:
    slip = phone.desk.add(SLIP)
    phone.sync()

    scope = phone.show.front.office.scope_of(phone.record.id)
    there = phone.show.store.books.holdings.of(slip.id)
    assert scope.told(there) == phone.store.books.holdings.of(slip.id)
    assert scope.told(there)


def test_what_somebody_wrote_over_it_meanwhile_does_come(phone: Phone) -> None:
    slips = [phone.desk.add(SLIP) for _ in range(3)]
    write = Write("receipt", slips[1].id, {"vendor": "Blue Mesa Fuel"})
    Heard(phone, lambda: phone.show.store.commit([write], user="office"))
    heard = Heard(phone)

    assert {slips[1].id} == heard.told & {slip.id for slip in slips}
    assert phone.desk.get(RECEIPT, slips[1].id).vendor == "Blue Mesa Fuel"
    assert phone.device.verified


def test_after_an_answer_that_was_lost_all_is_equal(phone: Phone) -> None:
    slip = phone.desk.add(SLIP)

    def lost() -> None:
        raise NoOffice("The office cannot be reached.", code="unreachable")

    with pytest.raises(NoOffice):
        Heard(phone, lost)
    phone.sync()

    assert phone.device.verified
    assert not phone.device.owes
    assert slip.id in phone.show.within(phone)


def test_a_session_that_begins_anew_hears_it(phone: Phone) -> None:
    slip = phone.desk.add(SLIP)

    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Heard(phone, killed)
    phone.restart()

    assert slip.id in Heard(phone).told
    assert phone.device.verified


def test_where_the_office_put_more_than_the_verdicts_tell_no_number_is_said(
    show: ScopedShow,
) -> None:
    give_role(show.desk, show.show["Cam"], "crew")
    phone = show.phone("Cam")
    phone.sync()
    boss = show.show["Rosa"].id
    phone.store.commit([Write("person", boss, {"name": "Nobody"})], user=phone.user)
    heard = Heard(phone)

    assert [pushed.put for pushed in heard.pushed if pushed.verdicts] == [[]]
    assert phone.device.verified


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=8))
def test_its_numbers_are_those_that_were_added_behind_one_another(
    spans: list[tuple[int, int]],
) -> None:
    own, numbers, behind = Own(), set[int](), -1
    for first, more in spans:
        own.add(first, first + more)
        if first > behind:
            numbers |= set(range(first, first + more + 1))
            behind = first + more

    again = Own(str(own))
    assert numbers == {n for n in range(70) if n in own} == {n for n in range(70) if n in again}


def test_only_so_many_spans_are_named() -> None:
    own = Own()
    for n in range(MOST_SPANS + 5):
        own.add(10 * n, 10 * n)

    assert len(str(own).split(".")) == MOST_SPANS
    assert 10 * (MOST_SPANS - 1) in own
    assert 10 * MOST_SPANS not in own


@pytest.mark.parametrize("text", ["x", "1", "1-", "-1", "1-2-3", "1-2.", "1-²", "9" * 40 + "-1"])
def test_what_are_no_spans_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Own(text)
