"""The recogniser: a photo in, lines of text with their corners out. It needs the extra [ocr].

RapidOCR brings its models along, so it reads without a network. Nothing else in the product knows
it, and it is loaded when the first slip is read.
"""

from __future__ import annotations

from typing import Any

from data.errors import Refused
from data.photos import fit
from data.reading.lines import Corners

Seen = list[tuple[Corners, str]]


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
        self._recognise: Any = RapidOCR(params={"Global.log_level": "error"})

    def see(self, photo: bytes) -> Seen:
        """What stands on a photo, as it is kept. NotAPhoto as in `fit`."""
        told = self._recognise(fit(photo))
        if told.boxes is None:
            return []
        corners = [[(float(x), float(y)) for x, y in box] for box in told.boxes]
        return list(zip(corners, told.txts, strict=True))
