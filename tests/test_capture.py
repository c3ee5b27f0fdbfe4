"""A slip logged on a stage, every gesture counted: three taps and the amount, then the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import flet as ft
import pytest
from PIL import Image

from data.desk import Desk
from data.fields import Money
from data.kinds.envelopes import Envelope
from data.kinds.floats import balance, issue_float
from data.kinds.receipts import RECEIPT, Receipt, log_receipt, receipts_of
from data.photos import fit
from data.reading.looks import Compared, small
from tests.small_show import TODAY, SmallShow
from tests.stage import Window
from tests.test_gestures import Counted
from tests.test_jotted import play
from views import parts
from views.screens.amount_pad import BACK, keyed

PHOTOS = Path(__file__).parent / "data" / "receipts"


@lru_cache
def photo(name: str, width: int = 600) -> bytes:
    """A real slip, small enough to be quick."""
    with Image.open(PHOTOS / name) as image:
        out = BytesIO()
        height = round(image.height * width / image.width)
        image.convert("RGB").resize((width, height)).save(out, "JPEG", quality=80)
    return out.getvalue()


def scene(desk: Desk, route: str, played: Callable[[Counted], Awaitable[None]]) -> None:
    async def run() -> None:
        window = Counted(desk, route)
        await window.settle()
        await played(window)

    asyncio.run(run())


async def shutter(window: Window, *contents: bytes) -> None:
    """The camera hands its file over; whoever holds it makes one gesture."""
    if isinstance(window, Counted):
        window.gestures += 1
    (tile,) = (b for b in window.controls(ft.FilledTonalButton) if b.action is not None)
    await handed(window, tile, *contents)


async def handed(window: Window, tile: Any, *contents: bytes) -> None:
    """To the picker that a button opens."""
    files = [
        {"id": n, "name": f"{n}.jpg", "size": len(content), "path": None, "bytes": content}
        for n, content in enumerate(contents)
    ]
    await window.fire(tile.action.file_picker, "result", {"files": files})


def dark(name: str) -> bytes:
    """The same slip in a cellar."""
    with Image.open(BytesIO(photo(name))) as image:
        out = BytesIO()
        image.point(lambda light: light // 8).save(out, "JPEG", quality=80)
    return out.getvalue()


async def key_in(window: Counted, amount: str) -> None:
    for key in amount:
        await window.press(key)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody taps twice by mistake here, and a pile is saved faster than a thumb can."""
    monkeypatch.setattr(parts, "PAUSE_S", 0.0)


@pytest.fixture
def envelope(show: SmallShow) -> Envelope:
    show.desk.user = show["Gus"].id
    return issue_float(show.desk, show["Gus"], usd("100"))


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def test_a_slip_is_photo_amount_save(show: SmallShow, envelope: Envelope) -> None:
    async def played(window: Counted) -> None:
        await shutter(window, photo("009.jpg"))
        await key_in(window, "12.50")
        await window.press("Save receipt")
        assert window.gestures == 2 + len("12.50")

    scene(show.desk, "/receipt/new", played)
    (slip,) = receipts_of(show.desk, envelope)
    (name,) = slip.photos
    assert (slip.money, slip.number, slip.date) == (usd("12.50"), "1", TODAY)
    assert show.desk.blobs.read(name) == fit(photo("009.jpg"))
    assert any(map(Compared(small(photo("009.jpg"))).same_as, slip.looks))


def test_a_pile_is_logged_without_leaving_the_screen(show: SmallShow, envelope: Envelope) -> None:
    async def played(window: Counted) -> None:
        for n in range(20):
            await key_in(window, f"1.{n:02}")
            await window.press("Save, another slip")
        assert window.gestures == 20 * 5
        assert window.typed("Amount") == ""
        assert [t for t in window.texts() if t.startswith("20 slips saved here.")]

    scene(show.desk, "/receipt/new", played)
    slips = receipts_of(show.desk, envelope)
    assert [str(n) for n in range(1, 21)] == [slip.number for slip in slips]
    assert balance(show.desk, envelope) == {"USD": Decimal("78.10")}


def test_the_last_slip_of_a_pile_is_taken_back(show: SmallShow, envelope: Envelope) -> None:
    async def played(window: Counted) -> None:
        for amount in ("5", "6"):
            await key_in(window, amount)
            await window.press("Save, another slip")
        assert "2 slips saved here. Write 2 on the last one, 6.00 USD." in window.texts()
        await window.tap("Take the last slip back")
        assert "1 slip saved here. Write 1 on the last one, 5.00 USD." in window.texts()

    scene(show.desk, "/receipt/new", played)
    assert balance(show.desk, envelope) == {"USD": Decimal("95.00")}


def test_the_next_slip_of_a_pile_has_nothing_of_the_last_but_its_envelope_and_day(
    show: SmallShow, envelope: Envelope
) -> None:
    async def played(window: Counted) -> None:
        await shutter(window, photo("009.jpg"))
        await window.type("Vendor", "Comet")
        await key_in(window, "5")
        await window.pick("meal")
        await window.press("Save, another slip")
        await key_in(window, "6")
        await window.press("Save receipt")

    scene(show.desk, "/receipt/new", played)
    first, second = receipts_of(show.desk, envelope)
    assert (first.vendor, first.category, len(first.photos)) == ("Comet", "meal", 1)
    assert (second.vendor, second.category, len(second.photos)) == ("", "other", 0)
    assert first.date == second.date


def test_a_slip_of_several_pages_is_one_slip(show: SmallShow, envelope: Envelope) -> None:
    async def played(window: Counted) -> None:
        await shutter(window, photo("009.jpg"), photo("019.jpg"))
        await shutter(window, photo("009.jpg", 500))
        await window.tap("Leave out photo 3")
        await key_in(window, "9")
        await window.press("Save receipt")

    scene(show.desk, "/receipt/new", played)
    (slip,) = receipts_of(show.desk, envelope)
    assert len(slip.photos) == len(slip.looks) == 2


def test_a_dark_photo_is_said_at_once_and_taken_again_from_there(
    show: SmallShow, envelope: Envelope
) -> None:
    said = "The photo is dark. Take it again with more light."

    async def played(window: Counted) -> None:
        await shutter(window, photo("019.jpg"))
        await shutter(window, dark("009.jpg"))
        assert said in window.texts()
        (again,) = (b for b in window.controls(ft.TextButton) if b.content == "Again")
        await handed(window, again, photo("009.jpg"))
        assert said not in window.texts()
        await key_in(window, "9")
        await window.press("Save receipt")

    scene(show.desk, "/receipt/new", played)
    (slip,) = receipts_of(show.desk, envelope)
    assert {show.desk.blobs.read(name) for name in slip.photos} == {
        fit(photo("019.jpg")),
        fit(photo("009.jpg")),
    }


@pytest.mark.usefixtures("envelope")
def test_a_custodian_has_their_own_envelope_and_another_by_a_tap(show: SmallShow) -> None:
    other = issue_float(show.desk, show["Ada"], usd("20"))

    async def played(window: Counted) -> None:
        chosen = [c.label.value for c in window.controls(ft.Chip) if c.selected]
        assert chosen == ["GG01: 100.00 USD left"]
        await window.pick("AA01: 20.00 USD left")
        await key_in(window, "9")
        await window.press("Save receipt")

    scene(show.desk, "/receipt/new", played)
    assert [slip.money for slip in receipts_of(show.desk, other)] == [usd("9")]


def test_chips_write_the_vendor_and_the_category(show: SmallShow, envelope: Envelope) -> None:
    slip = Receipt(date=TODAY, vendor="Comet", money=usd("3"), envelope=envelope.id)
    log_receipt(show.desk, slip.model_copy(update={"category": "props"}))

    async def played(window: Counted) -> None:
        chips = [chip.label.value for chip in window.controls(ft.Chip)]
        assert chips[:2] == ["Comet", "props"], "what this custodian bought stands first"
        (comet,) = (c for c in window.controls(ft.Chip) if c.label.value == "Comet")
        await window.fire(comet, "click")
        await window.pick("fuel")
        await key_in(window, "7")
        await window.press("Save receipt")

    scene(show.desk, "/receipt/new", played)
    assert [(r.vendor, r.category) for r in receipts_of(show.desk, envelope)] == [
        ("Comet", "props"),
        ("Comet", "fuel"),
    ]


def test_a_shop_that_is_known_by_another_name_is_offered_and_never_taken_unasked(
    show: SmallShow,
) -> None:
    log_receipt(show.desk, Receipt(date=TODAY, vendor="The Home Depot", money=usd("3")))

    async def played(window: Counted) -> None:
        await window.type("Vendor", "Home Depot #4411")
        assert next(window.controls(ft.Chip)).label.value == "The Home Depot"
        assert window.typed("Vendor") == "Home Depot #4411"

    scene(show.desk, "/receipt/new", played)


def test_flags_are_said_before_and_after_and_hold_nothing_up(
    show: SmallShow, envelope: Envelope
) -> None:
    other = Receipt(date=TODAY, vendor="Comet", money=usd("95"), envelope=envelope.id)
    log_receipt(show.desk, other, photo=photo("009.jpg"))
    said = "slip 1 (Comet, 95.00 USD)"

    async def played(window: Counted) -> None:
        await shutter(window, photo("009.jpg"))
        assert f"This photo is on {said} already." in window.texts()
        await key_in(window, "20")
        assert [t for t in window.texts() if t.startswith("The float is nearly spent: 15.00 USD")]
        await window.pick("fuel")
        assert "And 1 more to look at below." in window.texts()
        assert "Fuel needs the vehicle's plate." in window.texts()
        await window.press("Save receipt")
        assert [t for t in window.texts() if f"Look again: This photo is on {said}" in t]

    async def afterwards(window: Counted) -> None:
        assert {"Look again", "Fuel needs the vehicle's plate."} <= set(window.texts())

    scene(show.desk, "/receipt/new", played)
    slip = receipts_of(show.desk, envelope)[-1]
    assert slip.number == "2"
    scene(show.desk, f"/receipt/{slip.id}", afterwards)


def test_nothing_is_said_of_a_slip_that_is_in_order(show: SmallShow, envelope: Envelope) -> None:
    async def played(window: Counted) -> None:
        await key_in(window, "20")
        await window.press("Save receipt")
        assert "Receipt 1 saved. 80.00 USD left in GG01." in window.texts()

    scene(show.desk, f"/receipt/new?envelope={envelope.id}", played)


def test_a_lost_slip_is_declared_with_the_word_of_who_lost_it(
    show: SmallShow, envelope: Envelope
) -> None:
    async def played(window: Counted) -> None:
        await key_in(window, "8")
        await window.press("More: date, code, card, tax, slip lost")
        await window.type("Slip is missing because", "blown off the pier")
        await window.press("Save receipt")

    scene(show.desk, "/receipt/new", played)
    assert receipts_of(show.desk, envelope)[0].missing == "blown off the pier"


def test_a_kept_slip_is_declared_lost_in_a_question_that_wants_the_reason(show: SmallShow) -> None:
    slip = log_receipt(show.desk, Receipt(date=TODAY, vendor="Comet", money=usd("3")))

    async def played(window: Counted) -> None:
        await window.press("The slip is lost")
        await window.press("Declare it lost")
        assert show.desk.get(RECEIPT, slip.id).missing == ""
        await window.type("Slip is missing because", "in the wash")
        await window.press("Declare it lost")

    scene(show.desk, f"/receipt/{slip.id}", played)
    assert show.desk.get(RECEIPT, slip.id).missing == "in the wash"


def test_photos_and_figures_wait_on_a_device_until_they_are_saved(
    show: SmallShow, envelope: Envelope
) -> None:
    async def typing(window: Window) -> None:
        await shutter(window, photo("009.jpg"), photo("019.jpg"))
        for key in "12":
            await _key(window, key)

    async def later(window: Window) -> None:
        assert window.typed("Amount") == "12"
        await _key(window, "5")
        window.session.page.push_route = window.go
        (save,) = (b for b in window.controls(ft.FilledButton) if b.content == "Save receipt")
        await window.fire(save, "click")

    for played in (typing, later):
        play(show.desk, "/receipt/new", played)
    (slip,) = receipts_of(show.desk, envelope)
    assert (slip.money, len(slip.photos), len(slip.looks)) == (usd("125"), 2, 2)


async def _key(window: Window, key: str) -> None:
    (button,) = (b for b in window.controls(ft.OutlinedButton) if b.content == key)
    await window.fire(button, "click")


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["1", "2", ".", "5", "0"], "12.50"),
        ([".", "5"], "0.5"),
        (["1", ".", ".", "5"], "1.5"),
        (["1", "2", BACK, "3"], "13"),
        ([BACK], ""),
    ],
)
def test_keys_write_an_amount(keys: list[Any], text: str) -> None:
    written = ""
    for key in keys:
        written = keyed(written, key)
    assert text == written


def test_a_key_leaves_the_currency_behind_the_amount() -> None:
    assert keyed("12 EUR", "5") == "125 EUR"
