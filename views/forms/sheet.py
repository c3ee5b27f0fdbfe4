"""A form is noted page by page and written to PDF at the end, when it is known how many there are.

fpdf is imported here and only inside functions: it costs the first form 0.4 s, the start nothing.
It keeps the fonts and writes the file; text and rules go straight into its content streams, which
is some fifty times faster than its tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from data.jpeg import TORN, no_photo
from data.photos import for_print
from views.forms.canvas import LABEL_GREY, THIN, Canvas, PlacedPhoto
from views.forms.faces import FILES, Face, FaceName
from views.forms.head import FOOT_HEIGHT, HEAD_HEIGHT, Head, Show, day_of_days, draw_foot, draw_head
from views.forms.jpeg import Jpeg, read_jpeg

if TYPE_CHECKING:
    from views.forms.written import Document

__all__ = ["Head", "Sheet", "Show"]

POINTS = {"letter": (612.0, 792.0), "a4": (595.28, 841.89)}
MARGIN = 26.0
GAP = 8.0

DOTS = 200 / 72
"""Of a photo on paper, to a point: more than that no office printer shows of a slip."""

Photo = Callable[[], bytes]
"""Reads a JPEG. A sheet asks for it when it is placed, and once more when it is written."""

NOT_HERE = "Photo not on this device"
NOT_PRINTABLE = "This file is not a JPEG photo and cannot be printed"


@dataclass(slots=True)
class _Shown:
    """A photo of the document, and the largest place it is shown at, in points."""

    read: Photo
    width: float
    height: float

    def printed(self) -> Jpeg:
        data = self.read()
        jpeg = read_jpeg(for_print(data, self.width * DOTS, self.height * DOTS))
        if jpeg is None:
            raise no_photo(TORN)  # since it was placed
        return jpeg


class Sheet:
    """One document being filled from the top: `y` is where the next thing goes.

    `corner` stands at the top right over the date; without it, the day of how many days.
    """

    def __init__(
        self,
        title: str,
        show: Show,
        head: Head,
        *,
        orientation: Literal["portrait", "landscape"] = "portrait",
        corner: str | None = None,
    ) -> None:
        from views.forms.written import Document

        narrow, tall = POINTS[show.paper]
        self.width, self.height = (narrow, tall) if orientation == "portrait" else (tall, narrow)
        self._pdf = Document(self.width, self.height)
        self.faces: dict[FaceName, Face] = {name: Face.load(self._pdf, name) for name in FILES}
        self.title, self.show, self.head = title, show, head
        self.corner = day_of_days(head) if corner is None else corner
        self.left, self.right = MARGIN, self.width - MARGIN
        self.top = MARGIN + HEAD_HEIGHT + GAP
        self.bottom = self.height - MARGIN - FOOT_HEIGHT
        self.pages: list[Canvas] = []
        self._photos: dict[str, _Shown] = {}
        self.y = self.top
        self.turn()

    @property
    def page(self) -> Canvas:
        return self.pages[-1]

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.right - self.left

    def turn(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append(Canvas(self.width, self.height, self.faces))
        self.y = self.top
        draw_head(self.page, self.show, self.head, self.title, self.corner, MARGIN)

    def fits(self, height: float) -> bool:
        return self.y + height <= self.bottom + 0.01

    def need(self, height: float) -> None:
        """Turn the page unless this much room is left; what is taller than a page starts one."""
        if not self.fits(height) and self.y > self.top:
            self.turn()

    def photo(self, photo: Photo | None, x: float, y: float, width: float, height: float) -> None:
        """The photo, whole and centred in its box; or a box that says why there is none."""
        self.page.box(x, y, width, height, THIN)
        jpeg = None if photo is None else read_jpeg(photo())
        if photo is None or jpeg is None:
            self._no_photo(NOT_HERE if photo is None else NOT_PRINTABLE, x, y, width, height)
            return
        name = sha256(jpeg.data).hexdigest()
        scale = min((width - 4) / jpeg.width, (height - 4) / jpeg.height)
        wide, tall = jpeg.width * scale, jpeg.height * scale
        shown = self._photos.setdefault(name, _Shown(photo, wide, tall))
        shown.width, shown.height = max(shown.width, wide), max(shown.height, tall)
        self.page.photos.append(
            PlacedPhoto(name, x + (width - wide) / 2, y + (height - tall) / 2, wide, tall)
        )

    def _no_photo(self, why: str, x: float, y: float, width: float, height: float) -> None:
        self.page.fill(x, y, width, height, grey=0.95)
        self.page.fitted(
            x + width / 2, y + height / 2, why, width - 8, size=9, align="centre", grey=LABEL_GREY
        )

    def finish(self) -> bytes:
        """The PDF. The same facts with the same `generated_at` give the same bytes."""
        pdf = self._pdf
        pdf.set_title(_plain(f"{self.show.title}: {self.title}"))
        pdf.set_author(_plain(self.show.company))
        pdf.set_creator("Callboard")
        pdf.set_lang(self.show.language)
        if self.head.generated_at is not None:
            pdf.set_creation_date(self.head.generated_at.astimezone(UTC))
        pdf.set_auto_page_break(False)
        for name, shown in self._photos.items():
            pdf.hold(name, shown.printed)
        for place, page in enumerate(self.pages, 1):
            draw_foot(page, self.show, self.head, MARGIN, place, len(self.pages))
            self._write(pdf, page)
        return pdf.written()

    def _write(self, pdf: Document, page: Canvas) -> None:
        pdf.add_page()
        for name in self.faces:
            # An empty text makes the font one of this page's resources.
            pdf.set_font(name, size=8)
            pdf.text(0, 0, "")
        for photo in page.photos:
            pdf.image(photo.name, photo.x, photo.y, photo.width, photo.height)
        pdf._out(page.content())


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
