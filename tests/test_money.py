"""Petty cash: what should be left, by currency; slips keep their numbers, void or not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput, NotAPhoto, Refused
from data.fields import Money
from data.kinds.amounts import read_amount
from data.kinds.envelopes import ENVELOPE, Envelope, count_cash
from data.kinds.floats import (
    CASH,
    balance,
    cash_left,
    float_of,
    hand_back,
    issue_float,
    movements_of,
    over_short,
    top_up,
    totals,
)
from data.kinds.numbers import slip_order
from data.kinds.receipts import (
    RECEIPT,
    Receipt,
    in_pages,
    log_receipt,
    pages_of,
    receipts_of,
    void_receipt,
)
from tests.small_show import TODAY, SmallShow
from views.forms.envelope import facts

SLIP = Path(__file__).parent / "data" / "receipts" / "029.jpg"


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def slip(show: SmallShow, envelope: Envelope, amount: str, currency: str = "USD") -> Receipt:
    money = Money(amount=Decimal(amount), currency=currency)
    receipt = Receipt(date=TODAY, vendor="Comet Hardware", money=money, envelope=envelope.id)
    return log_receipt(show.desk, receipt)


@pytest.fixture
def envelope(show: SmallShow) -> Envelope:
    return issue_float(show.desk, show["Gus"], usd("500"))


# ---- what should be left ----------------------------------------------------------------------


def test_a_float_opens_the_next_envelope_in_one_gesture(show: SmallShow) -> None:
    person = show.desk.edit(show["Gus"], name="Gus van der Zee")
    first, second = (issue_float(show.desk, person, usd("500")) for _ in range(2))

    assert (first.number, second.number) == ("GZ01", "GZ02")
    assert (first.department, first.opened) == ("GRIP", TODAY)
    assert show.desk.last is not None
    assert [edit.kind for edit in show.desk.last.edits] == ["envelope", "cash"]


def test_left_is_the_float_less_the_slips(show: SmallShow, envelope: Envelope) -> None:
    slip(show, envelope, "12.50")
    slip(show, envelope, "7.25")
    top_up(show.desk, envelope, usd("100"))
    hand_back(show.desk, envelope, usd("30"))

    assert float_of(show.desk, envelope) == {"USD": Decimal("570")}
    assert balance(show.desk, envelope) == {"USD": Decimal("550.25")}


def test_currencies_are_never_added(show: SmallShow, envelope: Envelope) -> None:
    slip(show, envelope, "12.50")
    slip(show, envelope, "900", "MXN")

    assert balance(show.desk, envelope) == {"USD": Decimal("487.50"), "MXN": Decimal("-900")}
    money = [r.money for r in receipts_of(show.desk, envelope)]
    assert totals(money) == {"USD": Decimal("12.50"), "MXN": Decimal("900")}


def test_sums_are_exact(show: SmallShow, envelope: Envelope) -> None:
    for _ in range(10):
        slip(show, envelope, "0.10")

    assert balance(show.desk, envelope) == {"USD": Decimal("499.00")}


def test_cash_handed_back_after_the_count_is_not_short(show: SmallShow, envelope: Envelope) -> None:
    slip(show, envelope, "12.50")
    count_cash(show.desk, envelope, usd("487.00"), "Parking meter")

    hand_back(show.desk, envelope, usd("487.00"))

    counted = show.desk.get(ENVELOPE, envelope.id)
    assert (counted.counted, cash_left(show.desk, counted)) == (usd("487.00"), usd("0.00"))
    assert over_short(show.desk, counted) == Decimal("-0.50")


@pytest.mark.parametrize(
    ("counted", "difference"), [("487.50", "0"), ("487", "-0.5"), ("490", "2.5")]
)
def test_over_or_short_is_what_was_counted_less_what_should_be_left(
    show: SmallShow, envelope: Envelope, counted: str, difference: str
) -> None:
    slip(show, envelope, "12.50")
    assert over_short(show.desk, envelope) is None

    done = count_cash(show.desk, envelope, usd(counted), "parking meter")
    assert over_short(show.desk, done) == Decimal(difference)
    assert show.desk.get(ENVELOPE, envelope.id).explained == "parking meter"


def test_other_peoples_slips_do_not_count_here(show: SmallShow, envelope: Envelope) -> None:
    other = issue_float(show.desk, show["Ada"], usd("100"))
    slip(show, other, "50")

    assert balance(show.desk, envelope) == {"USD": Decimal("500")}


# ---- slips ------------------------------------------------------------------------------------


def test_slips_are_numbered_in_their_envelope(show: SmallShow, envelope: Envelope) -> None:
    other = issue_float(show.desk, show["Ada"], usd("100"))
    numbers = [slip(show, envelope, "1").number for _ in range(3)]

    assert (numbers, slip(show, other, "1").number) == (["1", "2", "3"], "1")


def test_a_slip_number_is_never_given_again(show: SmallShow, envelope: Envelope) -> None:
    slip(show, envelope, "1")
    void_receipt(show.desk, slip(show, envelope, "2"), "twice")

    assert slip(show, envelope, "3").number == "3"


def test_slips_sort_as_numbers() -> None:
    assert sorted(["12B", "x", "10", "12", "2"], key=slip_order) == ["2", "10", "12", "12B", "x"]


def test_a_slip_without_an_envelope_has_no_number(show: SmallShow) -> None:
    receipt = log_receipt(show.desk, Receipt(date=TODAY, vendor="Comet", money=usd("1")))

    assert (receipt.number, receipt.taken) == ("", show.wall())


def test_a_void_slip_stays_and_counts_for_nothing(show: SmallShow, envelope: Envelope) -> None:
    receipt = slip(show, envelope, "12.50")
    void_receipt(show.desk, receipt, "duplicate slip")

    assert balance(show.desk, envelope) == {"USD": Decimal("500")}
    kept = show.desk.get(RECEIPT, receipt.id)
    assert (kept.number, kept.void, kept.void_reason) == ("1", True, "duplicate slip")
    with pytest.raises(Refused, match="void already"):
        void_receipt(show.desk, kept, "again")


def test_a_void_wants_a_reason(show: SmallShow, envelope: Envelope) -> None:
    receipt = slip(show, envelope, "12.50")

    with pytest.raises(BadInput) as refused:
        void_receipt(show.desk, receipt, "  ")
    assert refused.value.field == "void_reason"
    assert not show.desk.get(RECEIPT, receipt.id).void


def test_a_closed_envelope_takes_nothing_more(show: SmallShow, envelope: Envelope) -> None:
    closed = show.desk.edit(envelope, closed=date(2026, 6, 12))

    with pytest.raises(Refused, match="closed"):
        slip(show, closed, "1")
    with pytest.raises(Refused, match="closed"):
        top_up(show.desk, closed, usd("100"))


def test_the_photo_is_kept_before_the_slip_and_a_bad_one_writes_nothing(
    show: SmallShow, envelope: Envelope
) -> None:
    receipt = Receipt(date=TODAY, vendor="Comet", money=usd("21.20"), envelope=envelope.id)
    kept = log_receipt(show.desk, receipt, photo=SLIP.read_bytes())
    (name,) = kept.photos
    assert show.desk.blobs.read(name)[:2] == b"\xff\xd8"

    with pytest.raises(NotAPhoto):
        log_receipt(show.desk, receipt, photo=b"%PDF-1.7")
    assert len(receipts_of(show.desk, envelope)) == 1


# ---- cash is a fact ---------------------------------------------------------------------------


def test_a_float_issued_by_mistake_is_taken_back_and_forth(
    show: SmallShow, envelope: Envelope
) -> None:
    top_up(show.desk, envelope, usd("100"))
    for expected in ("500", "600", "500"):
        assert show.desk.last is not None
        show.desk.undo(show.desk.last)
        assert float_of(show.desk, envelope) == {"USD": Decimal(expected)}
    assert len(movements_of(show.desk, envelope)) == 1
    assert len(show.desk.all(CASH)) == 5


# ---- amounts as people type them --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12.5", "12.5"),
        ("12,50", "12.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234", "1234"),
        ("1 234,5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("$12", "12"),
        (" € 3 ", "3"),
        (".75", "0.75"),
    ],
)
def test_an_amount_is_read_as_it_is_written(text: str, amount: str) -> None:
    assert Decimal(amount) == read_amount(text)


@pytest.mark.parametrize("text", ["", "x", "-5", "0", "0.00", ".", "1,2,3", "12.5.0", "1e3", "NaN"])
def test_what_is_no_amount_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_amount(text, field="counted")

    assert refused.value.field == "counted"


@given(st.decimals(min_value="0.01", max_value="99999999", places=2))
def test_an_amount_written_either_way_is_the_same_amount(amount: Decimal) -> None:
    american, european = f"{amount:,.2f}", f"{amount:.2f}".replace(".", ",")

    assert amount == read_amount(american) == read_amount(european)


def test_the_pages_of_a_long_slip_keep_their_order_also_on_paper(show: SmallShow) -> None:
    names = sorted((show.desk.blobs.keep(page) for page in (b"1", b"2", b"3")), reverse=True)
    envelope = show.desk.add(Envelope(number="GG01", custodian=show["Gus"].id))
    slip = Receipt(date=TODAY, vendor="Comet", money=usd("1"), envelope=envelope.id)
    told = {"photos": frozenset(names[:2]), "pages": in_pages(names[:2])}
    slip = log_receipt(show.desk, slip.model_copy(update=told))
    assert pages_of(slip) == names[:2]

    more = in_pages([*pages_of(slip), names[2]])
    slip = show.desk.edit(slip, photos=slip.photos | {names[2]}, pages=more)
    assert pages_of(slip) == names
    (printed,) = facts(show.desk, envelope.id).receipts
    assert [read() for read in printed.photos if read] == list(map(show.desk.blobs.read, names))

    slip = show.desk.edit(slip, pages=in_pages(names[:2]))  # as another copy wrote it meanwhile
    assert pages_of(slip) == names, "what nobody put in order comes last"
    assert in_pages(names[:1]) == ""
