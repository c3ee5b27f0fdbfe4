"""A photo of a slip as it comes from the camera: made fit, kept, and looked at.

It is durable before anything is said of it: a photo is taken only once.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.kinds.slip_flags import Shot
from data.photos import fit
from data.reading.looks import EDGE, Small, look_of, small
from data.reading.sight import SHARP_EDGE, sight_of
from views.context import Place


@dataclass(frozen=True)
class Taken:
    """A photo that is kept, and what it is known again by; empty where nothing can draw it."""

    shot: Shot
    look: str = ""

    @property
    def name(self) -> str:
        return self.shot.name


async def take(place: Place, content: bytes) -> Taken:
    """Keeps the photo. NotAPhoto or NotSaved: it is not kept, and the sentence says why."""
    if place.browser is not None:
        content = await place.browser.shrunk(content)
    content = fit(content)
    name = place.desk.blobs.keep(content)
    grey = await _grey(place, content, EDGE)
    sharp = await _grey(place, content, SHARP_EDGE)
    return Taken(
        Shot(name, grey, None if sharp is None else sight_of(sharp)),
        "" if grey is None else look_of(grey),
    )


async def _grey(place: Place, photo: bytes, edge: int) -> Small | None:
    return await place.browser.grey(photo, edge) if place.browser else small(photo, edge)
