"""The small picture of a slip in a list: made here or asked of the office. The photo itself stays
where it is until somebody opens it."""

from __future__ import annotations

import asyncio

import flet as ft

from data.errors import BadInput, Damaged, NoOffice, Refused
from views.context import Place, use_first, use_place
from views.safe import part

EDGE = 40
A_PHOTO = "has a photo"


@part
def SmallPhoto(name: str) -> ft.Control:
    """Until it is here, and where there is none: that the slip has a photo."""
    place = use_place()
    small, set_small = use_first(lambda: place.desk.blobs.small(name))

    async def look() -> None:
        set_small(await small_photo(place, name))

    ft.use_effect(look, [name])
    if small is None:
        return ft.Icon(ft.Icons.PHOTO_OUTLINED, semantics_label=A_PHOTO)
    return ft.Image(
        src=small, width=EDGE, height=EDGE, fit=ft.BoxFit.COVER, semantics_label=A_PHOTO
    )


async def small_photo(place: Place, name: str) -> bytes | None:
    """The small picture; None where it cannot be had now: the list is no worse for it."""
    blobs = place.desk.blobs
    small = blobs.small(name)
    try:
        if small is None and place.browser is None and blobs.has(name):
            return await asyncio.to_thread(blobs.thumbnail, name)  # 100 ms of a large photo
        if small is None and place.link is not None:
            return await place.link.small_photo(name)
    except (NoOffice, Refused, BadInput, Damaged):
        return None
    return small
