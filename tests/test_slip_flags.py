"""Every flag has a slip that trips it and one that does not; none of them stops anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from data.fields import Money
from data.kinds.envelopes import ENVELOPE, Envelope
from data.kinds.floats import issue_float
from data.kinds.receipts import Receipt, log_receipt, void_receipt
from data.kinds.slip_flags import Shot, flags_of
from data.kinds.slip_sums import does_not_add_up, in_show_currency, tax_lines
from data.reading.looks import look_of, small
from data.reading.sight import Sight
from data.rules.petty_cash import LIMITS
from tests.small_show import TODAY, SmallShow

SLIPS = Path(__file__).parent / "data" / "receipts"


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


@pytest.fixture
def envelope(show: SmallShow) -> Envelope:
    return issue_float(show.desk, show["Gus"], usd("500"))


def slip(envelope: Envelope, **said: Any) -> Receipt:
    plain = {"date": TODAY, "vendor": "Comet Hardware", "money": usd("12.50")}
    return Receipt(**{**plain, "envelope": envelope.id, **said})


def codes(show: SmallShow, receipt: Receipt, shot: Shot | None = None) -> set[str]:
    return {flag.code for flag in flags_of(show.desk, receipt, shot)}


def test_a_plain_slip_has_no_flag(show: SmallShow, envelope: Envelope) -> None:
    assert flags_of(show.desk, slip(envelope)) == []


TRIPPED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("date", {"date": TODAY - timedelta(days=1)}, {"date": TODAY}),
    ("future", {"date": TODAY + timedelta(days=1)}, {"date": TODAY}),
    ("po", {"money": usd("500.01"), "paid_by": "card"}, {"money": usd("500"), "paid_by": "card"}),
    ("po", {"money": usd("900")}, {"money": usd("900"), "po": "PO-17"}),
    ("names", {"category": "meal"}, {"category": "meal", "attendees": {"Gus", "Cam"}}),
    ("plate", {"category": "fuel"}, {"category": "fuel", "plate": "ABC 123"}),
    ("float", {"money": usd("450.01")}, {"money": usd("450")}),
    ("float", {"money": usd("499")}, {"money": usd("499"), "paid_by": "own money"}),
    ("rate", {"money": Money(amount=Decimal(9), currency="MXN")}, {}),
    (
        "sum",
        {"subtotal": usd("12"), "taxes": "GST 0.60"},
        {"subtotal": usd("12"), "tip": usd(".5")},
    ),
]


@pytest.mark.parametrize(("code", "trips", "passes"), TRIPPED)
def test_a_flag_is_raised_by_one_slip_and_not_by_the_other(
    show: SmallShow, envelope: Envelope, code: str, trips: dict[str, Any], passes: dict[str, Any]
) -> None:
    assert code in codes(show, slip(envelope, **trips))
    assert code not in codes(show, slip(envelope, **passes))


def test_an_envelopes_own_limit_counts_before_the_offices(
    show: SmallShow, envelope: Envelope
) -> None:
    show.desk.edit(envelope, limit=usd("10"))

    assert "po" in codes(show, slip(envelope))
    assert "po" not in codes(show, slip(envelope, money=usd("10")))


def test_a_date_after_the_envelope_was_closed_is_outside_it(
    show: SmallShow, envelope: Envelope
) -> None:
    show.desk.edit(envelope, closed=TODAY)
    show.wall.shows(30)

    assert codes(show, slip(envelope, date=TODAY + timedelta(days=1))) == {"date"}
    assert codes(show, slip(envelope)) == set()


def test_a_kept_slip_is_not_counted_twice_against_the_float(
    show: SmallShow, envelope: Envelope
) -> None:
    kept = log_receipt(show.desk, slip(envelope, money=usd("450"), po="PO-1"))
    assert codes(show, kept) == set()

    log_receipt(show.desk, slip(envelope, money=usd("0.01")))
    assert codes(show, kept) == {"float"}


def test_a_slip_logged_twice_is_flagged_though_the_shop_is_spelt_otherwise(
    show: SmallShow, envelope: Envelope
) -> None:
    first = log_receipt(show.desk, slip(envelope, vendor="The Home Depot"))
    again = slip(envelope, vendor="Home Depot #4411")

    assert [(flag.code, flag.other) for flag in flags_of(show.desk, again)] == [
        ("duplicate", first.id)
    ]
    assert codes(show, slip(envelope, vendor="Home Depot #4411", money=usd("12.51"))) == set()
    assert codes(show, slip(envelope, vendor="Office Depot")) == set()
    pesos = Money(amount=Decimal("12.50"), currency="MXN")
    assert "duplicate" not in codes(show, slip(envelope, vendor="Home Depot", money=pesos))
    day_before = slip(envelope, vendor="Home Depot", date=TODAY - timedelta(days=1))
    assert "duplicate" not in codes(show, day_before)
    assert codes(show, first) == set()
    void_receipt(show.desk, first, "logged twice")
    assert codes(show, again) == set()


def test_the_same_photo_and_a_look_alike_are_flagged(show: SmallShow, envelope: Envelope) -> None:
    one, other = ((SLIPS / name).read_bytes() for name in ("029.jpg", "042.jpg"))
    look = look_of(small(one))
    kept = log_receipt(show.desk, slip(envelope, money=usd("21.20")), photo=one, look=look)
    (name,) = kept.photos
    new = slip(envelope, vendor="Another")

    assert codes(show, new, Shot(name=name)) == {"same-photo"}
    assert codes(show, new, Shot(name="f" * 64, small=small(one))) == {"look-alike"}
    assert codes(show, new, Shot(name="f" * 64, small=small(other))) == set()
    long_ago = slip(envelope, vendor="Another", date=TODAY - timedelta(days=LIMITS.look_days + 1))
    assert "look-alike" not in codes(show, long_ago, Shot(small=small(one)))


def test_what_is_known_of_other_slips_keeps_up_with_them(
    show: SmallShow, envelope: Envelope
) -> None:
    desk, photo = show.desk, "a" * 64
    first = log_receipt(desk, slip(envelope, photos={photo}))
    again, pictured = slip(envelope), slip(envelope, vendor="Another", photos={photo})
    assert (codes(show, again), codes(show, pictured)) == ({"duplicate"}, {"same-photo"})

    first = desk.edit(first, date=TODAY - timedelta(days=1), photos=set())
    assert (codes(show, again), codes(show, pictured)) == (set(), set())
    first = desk.edit(first, date=TODAY, photos={photo})
    assert (codes(show, again), codes(show, pictured)) == ({"duplicate"}, {"same-photo"})
    desk.delete(first)
    assert (codes(show, again), codes(show, pictured)) == (set(), set())
    assert desk.last is not None
    desk.undo(desk.last)
    assert (codes(show, again), codes(show, pictured)) == ({"duplicate"}, {"same-photo"})


def test_another_slip_is_told_once_for_the_plainest_reason(
    show: SmallShow, envelope: Envelope
) -> None:
    photo = (SLIPS / "029.jpg").read_bytes()
    first = log_receipt(show.desk, slip(envelope), photo=photo, look=look_of(small(photo)))
    (name,) = first.photos
    shot = Shot(name=name, small=small(photo))

    assert codes(show, slip(envelope), shot) == {"same-photo"}
    assert codes(show, slip(envelope), Shot(small=shot.small)) == {"duplicate"}


def test_a_photo_that_cannot_be_read_is_flagged(show: SmallShow, envelope: Envelope) -> None:
    good = Sight(paper=250, sharp=0.8)

    assert codes(show, slip(envelope), Shot(sight=good)) == set()
    assert codes(show, slip(envelope), Shot(sight=good._replace(paper=60))) == {"dark"}
    assert codes(show, slip(envelope), Shot(sight=good._replace(sharp=0.1))) == {"blurred"}


def test_flags_stop_nobody_and_the_limits_are_the_offices_own(
    show: SmallShow, envelope: Envelope
) -> None:
    dear = slip(envelope, money=usd("900"), category="meal")

    assert codes(show, dear) == {"po", "names", "float"}
    assert log_receipt(show.desk, dear).number == "1"
    freer = replace(LIMITS, po_above=Decimal(1000))
    assert "po" not in {flag.code for flag in flags_of(show.desk, dear, limits=freer)}


# ---- sums -------------------------------------------------------------------------------------


def test_sums_that_do_not_come_out_are_shown_and_stay_as_they_are(
    show: SmallShow, envelope: Envelope
) -> None:
    wrong = slip(envelope, subtotal=usd("11.00"), taxes="GST 0.55, PST 0.77", tip=usd("1"))

    kept = log_receipt(show.desk, wrong)

    assert does_not_add_up(kept) == ("The total is 0.82 less than subtotal, tax and tip (13.32).")
    assert (kept.money, kept.subtotal, kept.taxes) == (usd("12.50"), usd("11.00"), wrong.taxes)
    right = slip(
        envelope, money=usd("13.32"), subtotal=usd("11.00"), taxes=wrong.taxes, tip=usd("1")
    )
    assert does_not_add_up(right) == ""


def test_tax_lines_are_read_as_they_are_typed() -> None:
    assert [(t.name, str(t.amount)) for t in tax_lines("GST 1.25, PST 8% 2.10; 0.40")] == [
        ("GST", "1.25"),
        ("PST 8%", "2.10"),
        ("Tax", "0.40"),
    ]
    unread = Receipt(date=TODAY, vendor="X", money=usd("1"), subtotal=usd("1"), taxes="GST")
    assert "is no tax line" in does_not_add_up(unread)


def test_a_foreign_amount_is_changed_at_the_rate_that_is_written(envelope: Envelope) -> None:
    pesos = slip(envelope, money=Money(amount=Decimal(900), currency="MXN"), rate="0.0541")

    assert in_show_currency(pesos, "USD") == usd("48.69")
    assert in_show_currency(pesos.model_copy(update={"rate": ""}), "USD") is None


def test_records_from_before_these_fields_are_read(show: SmallShow) -> None:
    old = show.desk.kinds["envelope"].read("e", {"number": "GZ01", "custodian": "g"})

    assert (old.status, old.sent_back, old.limit) == ("open", "", None)
    assert isinstance(old, Envelope)
    assert ENVELOPE.flows == ("status",)
