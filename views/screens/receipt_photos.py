"""Photos of slips: the tile that takes them, those just taken, and those that are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import flet as ft

from data.desk import Desk
from data.errors import BadInput, NotFound
from views.context import use_picker, use_place, use_state
from views.parts import icon_button, note, side_button
from views.safe import act, part
from views.shots import Taken, take
from views.theme import GAP, TARGET

TAKEN_WIDE, TAKEN_HIGH = 52, 96
IN_SIGHT = 150
"""How wide those taken are at most, beside the tile; more than one is scrolled."""


@part
def PhotoTile(
    words: str, took: Callable[[Taken], object], *, several: bool = False, plain: bool = False
) -> ft.Control:
    """The big tile that opens the camera; each photo is kept at once. `plain`: a word in a line.

    Where the browser shows a camera in the page, assets/web/slip.js answers the picker.
    """
    place = use_place()

    async def picked(event: ft.FilePickerResultEvent) -> None:
        for file in event.files or ():
            if not file.bytes:
                raise BadInput("That file is empty. Take the photo again.", field="photos")
            took(await take(place, file.bytes))

    picker = use_picker(act(picked))
    open_camera = ft.PickFiles(
        picker,
        with_data=True,
        allow_multiple=several,
        file_type=ft.FilePickerFileType.IMAGE,
    )
    if plain:
        return ft.TextButton(words, height=TARGET, action=open_camera)
    return ft.Row(
        [
            ft.FilledTonalButton(
                words, icon=ft.Icons.PHOTO_CAMERA, height=56, expand=True, action=open_camera
            )
        ]
    )


def taken_photos(desk: Desk, names: Iterable[str], remove: Callable[[str], None]) -> ft.Control:
    """Those that go with the slip that is being logged, and a way to leave one out."""
    shown: list[ft.Control] = []
    for n, name in enumerate(names, 1):
        image = ft.Image(
            src=desk.blobs.read(name),
            width=TAKEN_WIDE,
            height=TAKEN_HIGH,
            fit=ft.BoxFit.CONTAIN,
            semantics_label="Photo of the receipt" if n == 1 else f"Photo {n} of the receipt",
        )
        out = icon_button(ft.Icons.CLOSE, f"Leave out photo {n}", _bound(remove, name))
        shown.append(ft.Row([image, out], key=name, spacing=0, tight=True))
    row = ft.Row(shown, spacing=GAP, scroll=ft.ScrollMode.AUTO if len(shown) > 1 else None)
    return ft.Container(row, width=IN_SIGHT if len(shown) > 1 else None)


@part
def Photo(name: str) -> ft.Control:
    """A kept photo; one that is still at the office or on another device is fetched, or said so."""
    place = use_place()
    desk = place.desk
    _, set_fetched = use_state(0)

    async def fetch() -> None:
        if place.link is None:
            raise NotFound("The photo is still on the device that took it.")
        await place.link.photo(name)
        set_fetched(lambda n: n + 1)

    if not desk.blobs.has(name):
        words = "This photo is not on this copy."
        button = side_button("Get it from the office", fetch) if place.link else ft.Container()
        return ft.Column([note(words, icon=ft.Icons.CLOUD_DOWNLOAD_OUTLINED), button])
    return ft.Image(
        src=desk.blobs.read(name),
        fit=ft.BoxFit.CONTAIN,
        height=480,
        semantics_label="Photo of the receipt",
    )


def beside(said: list[ft.Control], seen: list[ft.Control]) -> list[ft.Control]:
    """What is written of a slip and its photo: side by side where there is room to compare them."""
    if use_place().width.name == "phone":
        return [*said, *seen]
    halves: list[ft.Control] = [ft.Column(h, expand=True, spacing=GAP + 4) for h in (said, seen)]
    return [ft.Row(halves, spacing=GAP * 3, vertical_alignment=ft.CrossAxisAlignment.START)]


def _bound(remove: Callable[[str], None], name: str) -> Callable[[], Awaitable[None] | None]:
    return lambda: remove(name)
