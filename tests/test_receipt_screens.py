"""Receipts looked through, petty cash as a whole, files for the books, a slip that is read."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import flet as ft
import pytest

from data.errors import Refused
from data.fields import Money
from data.kinds.envelopes import Envelope
from data.kinds.floats import issue_float
from data.kinds.receipts import RECEIPT, Receipt, log_receipt
from data.reading.lines import Box
from data.reading.slip import Found, Reading
from tests.small_show import TODAY, SmallShow
from tests.test_capture import photo, scene, usd
from tests.test_gestures import Counted
from views import parts
from views.screens import read_slip as reading_screen
from views.screens.receipt_exports import BOOK


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PAUSE_S", 0.0)


@pytest.fixture
def envelope(show: SmallShow) -> Envelope:
    return issue_float(show.desk, show["Gus"], usd("100"))


def log(show: SmallShow, vendor: str, amount: str, **said: Any) -> Receipt:
    return log_receipt(
        show.desk, Receipt(**{"date": TODAY, "vendor": vendor, "money": usd(amount), **said})
    )


async def choose(window: Counted, label: str, value: str) -> None:
    (choice,) = (c for c in window.controls(ft.Dropdown) if c.label == label)
    window.session.apply_patch(choice._i, {"value": value})
    await window.fire(choice, "select", value)


def listed(window: Counted) -> list[str]:
    return [line.title.value for line in window.controls(ft.ListTile)]


# ---- the list ------------------------------------------------------------------------------------


def test_receipts_are_filtered_and_sorted_as_they_are_asked_for(show: SmallShow) -> None:
    log(show, "Depot", "12", code="3220")
    show.wall.shows(8)
    log(show, "Zia", "80", category="meal", paid_by="card")
    show.wall.shows(9)
    log(show, "Comet", "9", date=TODAY - timedelta(days=9))

    async def played(window: Counted) -> None:
        assert listed(window) == ["Comet", "Zia", "Depot"], "the latest logged first"
        assert "3 receipts, 101.00 USD" in window.texts()
        await window.tap("Filter and sort")
        await choose(window, "Sort by", "amount down")
        assert listed(window) == ["Zia", "Depot", "Comet"]
        await window.type("From", TODAY.isoformat())
        assert listed(window) == ["Zia", "Depot"]
        await window.pick("No code")
        assert listed(window) == ["Zia"]
        await choose(window, "Category", "fuel")
        assert listed(window) == []
        assert "No receipts here yet." in window.texts()

    scene(show.desk, "/receipts", played)


def test_a_slip_without_a_vendor_is_not_a_blank_line(show: SmallShow) -> None:
    log(show, "", "12")

    async def played(window: Counted) -> None:
        assert listed(window) == ["Vendor not written yet"]

    scene(show.desk, "/receipts", played)


# ---- petty cash ----------------------------------------------------------------------------------


def test_who_answers_for_how_much_and_whose_slips_are_missing(
    show: SmallShow, envelope: Envelope
) -> None:
    issue_float(show.desk, show["Gus"], usd("50"))
    issue_float(show.desk, show["Ada"], usd("20"))
    log(show, "Comet", "12", envelope=envelope.id)
    log(show, "Depot", "7", paid_by="card")
    log(show, "Zia", "8", paid_by="card", missing="in the wash")
    log(show, "Fuel Stop", "9", paid_by="own money", holder=show["Cam"].id)
    show.desk.edit(envelope, number="GG04")

    async def played(window: Counted) -> None:
        texts = window.texts()
        assert "Nobody said whose card" in texts
        assert texts.index("Paid with own money") < texts.index("Cam") < texts.index("9.00 USD")
        assert "Not on this copy: envelope GG01, GG03. On a device still, or lost." in texts
        assert texts.index("150.00 USD") < texts.index("20.00 USD"), "the one with the most first"
        assert [t for t in texts if t.startswith("Outstanding longest: AA01, since")]
        assert "Purchasing card, slip missing: 1 slip" in texts
        assert listed(window) == ["Depot", "AA01 Ada", "GG02 Gus", "GG04 Gus"]

    scene(show.desk, "/petty-cash", played)


# ---- for the books -------------------------------------------------------------------------------


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What a browser would keep as files."""
    files: dict[str, bytes] = {}

    async def save_file(_picker: Any, *, file_name: str, src_bytes: bytes) -> None:
        files[file_name] = src_bytes

    monkeypatch.setattr(ft.FilePicker, "save_file", save_file)
    return files


def test_receipts_go_out_by_the_columns_that_an_office_wrote(
    show: SmallShow, handed_over: dict[str, bytes]
) -> None:
    log(show, "Comet", "12", code="3220")

    async def played(window: Counted) -> None:
        await window.press("Change the columns")
        await window.type("Columns, as JSON", '[{"title": "Konto", "field": "kode"}]')
        await window.press("Save the columns")
        assert [t for t in window.texts() if "there is no field 'kode'" in t]
        await window.type("Columns, as JSON", '[{"title": "Konto", "field": "code"}]')
        await window.press("Save the columns")

    async def later(window: Counted) -> None:
        for button in ("CSV", "Spreadsheet", "hledger", "Beancount"):
            await window.press(button)

    scene(show.desk, "/receipt-exports", played)
    assert "Konto" in show.desk.store.meta[BOOK]
    scene(show.desk, "/receipt-exports", later)
    assert handed_over["receipts.csv"].decode("utf-8-sig").split() == ["Konto", "3220"]
    assert "Expenses:3220" in handed_over["receipts.beancount"].decode()
    assert "* Comet" in handed_over["receipts.journal"].decode()
    assert handed_over["receipts.xlsx"][:2] == b"PK"


# ---- a slip that is read -------------------------------------------------------------------------


class Glasses:
    """Sees what a recogniser saw once, so that no library is needed to press the buttons."""

    def see(self, _photo: bytes) -> list[Any]:
        def at(y: float) -> list[tuple[float, float]]:
            return [(50, y), (300, y), (300, y + 20), (50, y + 20)]

        words = ("ZIA DINER", "05/06/2026 12:40", "COFFEE 18.90", "TOTAL 18.90")
        return [(at(40.0 + 60 * n), text) for n, text in enumerate(words)]


async def read(window: Counted) -> None:
    await window.press("Read the slip")
    reading_screen.ONE.submit(int).result()  # the one thread is through with what came before
    await window.settle()
    await window.settle()


def test_each_value_that_was_read_is_taken_over_by_a_tap_of_its_own(
    show: SmallShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = log(show, "", "1", photos=frozenset({show.desk.blobs.keep(photo("009.jpg"))}))
    monkeypatch.setattr(reading_screen, "_eyes", Glasses)

    async def played(window: Counted) -> None:
        await read(window)
        assert show.desk.get(RECEIPT, slip.id) == slip, "read, and nothing written"
        await window.press("Take the amount")
        assert show.desk.get(RECEIPT, slip.id).money == usd("18.90")
        assert show.desk.get(RECEIPT, slip.id).vendor == ""
        await window.press("Take the vendor")
        await window.press("Take the date")
        assert window.texts().count("as written") == 3

    scene(show.desk, f"/receipt/{slip.id}/read", played)
    kept = show.desk.get(RECEIPT, slip.id)
    assert (kept.vendor.casefold(), kept.date) == ("zia diner", date(2026, 6, 5))


def test_without_the_library_a_sentence_says_what_to_install(
    show: SmallShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = log(show, "", "1", photos=frozenset({show.desk.blobs.keep(photo("009.jpg"))}))

    def none() -> None:
        raise Refused("Reading slips needs a library that is not installed here.")

    monkeypatch.setattr(reading_screen, "_eyes", none)

    async def played(window: Counted) -> None:
        await read(window)
        assert "Reading slips needs a library that is not installed here." in window.texts()
        assert window.gestures == 1
        await window.press("Read the slip")

    scene(show.desk, f"/receipt/{slip.id}/read", played)


def test_a_place_is_marked_where_it_stands_on_the_photo() -> None:
    box = Box(100, 200, 300, 240)
    stack = reading_screen.marked(photo("009.jpg", 680), [box])
    assert isinstance(stack, ft.Stack)
    frame: Any = stack.controls[1]

    assert (frame.left, frame.top, frame.width) == (50 - 3, 100 - 3, 100 + 6)


def test_a_foreign_slip_keeps_its_currency_when_its_total_is_read(show: SmallShow) -> None:
    foreign = Money(amount=Decimal(1), currency="EUR")
    slip = Receipt(date=TODAY, vendor="", money=foreign)
    total = Found(Decimal("18.90"), Box(0, 0, 1, 1))
    (offer,) = reading_screen.offers_of(show.desk, slip, Reading(total=total))

    assert str(offer.value) == "18.90 EUR"
