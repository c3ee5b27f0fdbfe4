"""The envelope: float = receipts + cash, each currency for itself, voids shown and not counted."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from PIL import Image
from pypdf import PdfReader

from views.forms.envelope import CashCount, EnvelopeFacts, EnvelopeReceipt, blank, draw
from views.forms.envelope_count import account_totals, reconciled
from views.forms.head import Head, Show
from views.forms.sheet import NOT_HERE

SHOW = Show("Copper Mountain", zone="America/Denver")
HEAD = Head(status="Submitted", generated_at=datetime(2026, 6, 10, 4, tzinfo=UTC))
LONG_VENDOR = "Home Depot #1528 Lakewood Wadsworth Blvd"


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    return " ".join(" ".join(texts(pdf)).split())


def jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 60).save(out, "JPEG")
    return out.getvalue()


def receipt(number: int, total: str, code: str = "3310", currency: str = "USD") -> EnvelopeReceipt:
    return EnvelopeReceipt(
        str(number),
        date(2026, 6, number % 28 + 1),
        LONG_VENDOR,
        Decimal(total),
        currency,
        code=code,
    )


def facts(*receipts: EnvelopeReceipt, counted: str | None = "20.00") -> EnvelopeFacts:
    cash = CashCount("USD", Decimal(100), None if counted is None else Decimal(counted))
    return EnvelopeFacts(
        SHOW, HEAD, "ZI07", "Zoë Ibrahim", "Locations", cash=(cash,), receipts=receipts
    )


def difference(envelope: EnvelopeFacts) -> Decimal | None:
    return reconciled(envelope.cash, envelope.receipts)[0].difference


def test_the_float_is_receipts_and_cash() -> None:
    assert difference(facts(receipt(1, "50.10"), receipt(2, "29.90"))) == 0


@pytest.mark.parametrize(
    ("counted", "figure", "printed"),
    [
        ("25.00", "5", "5.00 over"),
        ("15.55", "-4.45", "(4.45) short"),
        ("20.00", "0", "0.00 balanced"),
    ],
)
def test_over_and_short_are_told_apart(counted: str, figure: str, printed: str) -> None:
    envelope = facts(receipt(1, "80"), counted=counted)

    assert difference(envelope) == Decimal(figure)
    assert printed in words(draw(envelope))


def test_cash_nobody_counted_has_no_difference() -> None:
    assert difference(facts(receipt(1, "80"), counted=None)) is None


def test_a_difference_must_be_explained_until_it_is() -> None:
    short = facts(receipt(1, "80"), counted="10")
    explained = replace(short, explanation="Taxi without a slip")

    assert "MUST BE FILLED IN" in words(draw(short))
    assert "MUST BE FILLED IN" not in words(draw(explained))
    assert "Taxi without a slip" in words(draw(explained))


def test_a_voided_receipt_is_listed_with_its_reason_and_counts_nowhere() -> None:
    void = replace(receipt(2, "999.99"), void=True, void_reason="duplicate of no. 1")
    envelope = facts(receipt(1, "80"), void)
    text = words(draw(envelope))

    assert difference(envelope) == 0
    assert account_totals(envelope.receipts) == {("USD", "3310"): (1, Decimal(80))}
    assert "999.99" in text
    assert "VOID: duplicate of no. 1. Not counted." in text
    assert "2 receipts, 1 of them void" in text


def test_a_void_without_a_reason_says_so() -> None:
    assert "VOID: no reason given" in words(draw(facts(replace(receipt(1, "80"), void=True))))


def test_two_currencies_are_never_added_together() -> None:
    envelope = facts(receipt(1, "50"), receipt(2, "30", currency="EUR"), receipt(3, "30"))
    lines = reconciled(envelope.cash, envelope.receipts)
    text = words(draw(envelope))

    assert [(line.currency, line.receipts) for line in lines] == [
        ("USD", Decimal(80)),
        ("EUR", Decimal(30)),
    ]
    assert [line.difference for line in lines] == [0, None]
    assert "All EUR 1 30.00" in text
    assert "All USD 2 80.00" in text
    assert "110.00" not in text


def test_account_totals_add_up_to_the_envelope() -> None:
    receipts = [receipt(n, f"{n}.10", code=("3310", "4120", "")[n % 3]) for n in range(1, 20)]
    sums = account_totals(receipts)

    assert sum(much for _, much in sums.values()) == sum(each.total for each in receipts)
    assert ("USD", "not coded") in sums


def test_every_line_of_the_top_sheet_can_be_read_back() -> None:
    slip = replace(
        receipt(1, "12.34"),
        vendor="Żabka",
        what_for="Tape, two rolls",
        scene="104 / 12A",
        subtotal=Decimal("11.00"),
        tax=Decimal("1.34"),
    )
    text = words(draw(facts(slip, receipt(2, "67.66"))))

    for wanted in ("Żabka", "Tape, two rolls", "104 / 12A", "3310", "11.00", "1.34", "12.34"):
        assert wanted in text
    for wanted in (LONG_VENDOR, "ZI07", "Zoë Ibrahim", "Locations", "USD 100.00"):
        assert wanted in text
    for wanted in ("Custodian", "UPM / line producer", "Production accountant", "Audited by"):
        assert wanted in text
    assert "Transaction no." in text


def test_photos_come_four_to_a_page_in_order_and_byte_for_byte() -> None:
    photos = [jpeg(60 + n, 90) for n in range(5)]
    kept = [partial(bytes, photo) for photo in photos]
    slips = [replace(receipt(n + 1, "10"), photos=(photo,)) for n, photo in enumerate(kept)]
    pdf = draw(facts(*slips))
    top, first, second = texts(pdf)
    places = [first.index(f"No. {n}") for n in (1, 2, 3, 4)]

    assert all(photo in pdf for photo in photos)
    assert places == sorted(places)
    assert "No. 5" in second
    assert LONG_VENDOR in second
    assert "USD 10.00" in second
    assert "No. 1" not in top


def test_a_photo_on_another_device_keeps_its_place() -> None:
    text = texts(draw(facts(replace(receipt(1, "80"), photos=(partial(jpeg, 9, 9), None)))))[1]

    assert "No. 1 (1 of 2)" in text
    assert "No. 1 (2 of 2)" in text
    assert NOT_HERE in text


def test_receipts_without_a_photo_are_named() -> None:
    bare = [receipt(1, "10"), replace(receipt(2, "10"), photos=(None,)), receipt(3, "10")]

    assert "no photo of nos. 1, 3." in words(draw(facts(*bare)))


def test_a_long_envelope_lists_everything_once() -> None:
    slips = [
        replace(receipt(n, "1.00", code=f"{4000 + n}"), vendor=f"Vendor {n}.") for n in range(1, 90)
    ]
    text = words(draw(facts(*slips)))

    assert all(text.count(f"Vendor {n}.") == 1 for n in range(1, 90))
    assert all(text.count(str(4000 + n)) == 2 for n in range(1, 90))


def test_an_envelope_without_receipts_says_so() -> None:
    assert "No receipts" in words(draw(facts(counted="100")))


def test_a_blank_envelope_is_one_page_without_figures() -> None:
    [page] = texts(blank(SHOW, currency="USD"))

    assert "Envelope ________" in page
    assert "Cash counted" in page
    assert "0.00" not in page
    assert "No receipts" not in page


def test_the_same_facts_give_the_same_bytes() -> None:
    slip = jpeg(1600, 1200)
    once = facts(replace(receipt(1, "80"), photos=(partial(bytes, slip),)))

    assert draw(once) == draw(once)


def test_a_large_photo_is_printed_at_what_paper_shows_of_it() -> None:
    taken = jpeg(1500, 2000)
    pdf = draw(facts(replace(receipt(1, "80"), photos=(partial(bytes, taken),))))
    [printed] = PdfReader(io.BytesIO(pdf)).pages[1].images
    height = 304 / 72  # inches

    assert printed.image is not None
    assert 170 < printed.image.height / height < 260
    assert printed.image.width / printed.image.height == pytest.approx(0.75, abs=0.01)
    assert len(pdf) < len(taken)


def test_a_book_never_holds_more_than_one_photo() -> None:
    """Each is let go before the next is read; only the file grows."""
    read = [partial(Held, jpeg(60 + n, 90)) for n in range(9)]
    draw(facts(*(replace(receipt(n, "10"), photos=(read[n],)) for n in range(9))))

    assert Held.read == 18  # placed, then written
    assert Held.most == 1


class Held(bytes):
    """A photo that counts how often one was read, and how many there were at once."""

    read = alive = most = 0

    def __init__(self, _photo: bytes) -> None:
        Held.read += 1
        Held.alive += 1
        Held.most = max(Held.most, Held.alive)

    def __del__(self) -> None:
        Held.alive -= 1
