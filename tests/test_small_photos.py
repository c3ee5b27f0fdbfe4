"""The list of slips shows small pictures; on a phone they come before, and without, the photos."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from data.desk import Desk
from data.fields import Money
from data.kinds.receipts import Receipt, log_receipt
from sync.link import Link
from tests.paired_office import PairedOffice, desk_of
from tests.small_show import TODAY, SmallShow
from tests.stage import Window
from tests.test_blobs_photos import picture
from views.adapt import Width
from views.context import Face, Place
from views.screens.small_photo import small_photo


@pytest.fixture
def door(show: SmallShow, tmp_path: Path) -> Iterator[PairedOffice]:
    door = PairedOffice(show, tmp_path)
    yield door
    door.close()


@pytest.fixture
def name(show: SmallShow) -> str:
    """The photo of the show's only slip."""
    money = Money(amount=Decimal(9), currency="USD")
    slip = Receipt(vendor="Home Depot", date=TODAY, money=money)
    (photo,) = log_receipt(show.desk, slip, photo=picture(1200, 900)).photos
    return photo


def seen(place: Place, name: str) -> bytes | None:
    return asyncio.run(small_photo(place, name))


def drawn(desk: Desk, face: Face, **more: Any) -> list[Any]:
    """What stands before the slip."""

    async def open_() -> list[Any]:
        window = Window(desk, "/receipts", face, **more)
        await window.settle()
        return [image.src for image in window.controls(ft.Image)]

    return asyncio.run(open_())


def place_of(link: Link) -> Place:
    return Place(desk_of(link), "device", Width(390), link=link)


def test_a_phone_shows_the_small_picture_and_fetches_no_photo(
    door: PairedOffice, name: str
) -> None:
    place = place_of(door.paired("Gus"))
    small = seen(place, name)
    assert small == door.desk.blobs.thumbnail(name)
    assert list(place.desk.blobs.names()) == []
    assert drawn(place.desk, "device", link=place.link) == [small]


def test_without_an_office_the_list_says_only_that_there_is_a_photo(
    door: PairedOffice, name: str
) -> None:
    place = place_of(door.paired("Gus"))
    door.app.router.routes.clear()

    assert seen(place, name) is None
    assert drawn(place.desk, "device", link=place.link) == []


def test_the_office_makes_its_own_small_pictures(show: SmallShow, name: str) -> None:
    small = seen(Place(show.desk, "office", Width(390)), name)

    assert small is not None
    assert drawn(show.desk, "office") == [small]


def test_a_photo_that_is_none_spoils_no_list(show: SmallShow) -> None:
    name = show.desk.blobs.keep(b"no picture at all")

    assert seen(Place(show.desk, "office", Width(390)), name) is None
