"""The recogniser: a photo in, lines of text with their corners out. It needs the extra [ocr].

RapidOCR brings its models along, so it reads without a network. Nothing else in the product knows
it, and it is loaded when the first slip is read.
"""

from __future__ import annotations

import io
from typing import Any, Final

from data.errors import Refused
from data.photos import fit
from data.reading.lines import Corners

Seen = list[tuple[Corners, str]]

ACROSS: Final = 1088
"""Pixels of the shorter edge that are looked at: print is legible, more only takes longer."""
SHORTEST_LINE: Final = 32
"""Pixels, 48 being a line's height. RapidOCR fills lines up to 320 and reads that too; but half of
what a slip says is an amount."""


class Eyes:
    """Loaded once, in about a second; then a slip takes one or two. Not for several threads."""

    def __init__(self) -> None:
        """Refused where the library is not installed."""
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise Refused(
                "Reading slips needs a library that is not installed here. Run: "
                "pip install 'callboard[ocr]'",
                code="no-ocr",
            ) from error
        self._recognise: Any = RapidOCR(
            params={"Global.log_level": "error", "Rec.rec_img_shape": [3, 48, SHORTEST_LINE]}
        )

    def see(self, photo: bytes) -> Seen:
        """What stands on a photo, by its pixels as it is kept. NotAPhoto as in `fit`."""
        from PIL import Image

        image = Image.open(io.BytesIO(fit(photo)))
        times = max(1.0, min(image.size) / ACROSS)
        size = round(image.width / times), round(image.height / times)
        told = self._recognise(image.resize(size, Image.Resampling.HAMMING))
        if told.boxes is None:
            return []
        corners = [[(float(x) * times, float(y) * times) for x, y in box] for box in told.boxes]
        return list(zip(corners, told.txts, strict=True))
