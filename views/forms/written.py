"""The finished PDF, written once: a photo is read when its turn comes, and let go again.

fpdf keeps every picture to the end, and then the whole file twice. A show's slips are hundreds of
megabytes, so here only the file itself grows, with one photo at a time beside it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Self, cast

from fpdf import FPDF
from fpdf.image_datastructures import RasterImageInfo
from fpdf.output import OutputProducer, PDFXObject
from fpdf.syntax import Name

if TYPE_CHECKING:
    from fpdf.encryption import StandardSecurityHandler

    from views.forms.jpeg import Jpeg


class Document(FPDF):
    """A PDF whose photos are read one by one while it is written."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(unit="pt", format=(width, height))
        self.file = _File()

    def hold(self, name: str, photo: Callable[[], Jpeg]) -> None:
        """Makes a photo known to `image` under this name."""
        images = self.image_cache.images
        # fpdf asks for Pillow to read a picture; one that is already in its cache it just places.
        images[name] = RasterImageInfo(photo=photo, w=1, h=1, i=len(images) + 1, usages=0)

    def written(self) -> bytes:
        """The file. Nothing can be added afterwards."""
        self.output(output_producer_class=_Producer)
        return self.file.getvalue()

    def file_id(self) -> str:
        """Told by what the file says, as fpdf does, without reading all of it again."""
        name = self.file.digest()
        return f"<{name}><{name}>"


class _File(io.BytesIO):
    """What fpdf appends to. Unlike fpdf's own buffer it is handed over without a copy."""

    def __init__(self) -> None:
        super().__init__()
        self._sum = hashlib.sha256()

    def __iadd__(self, more: bytes) -> Self:
        self._sum.update(more)
        self.write(more)
        return self

    def __len__(self) -> int:
        return self.tell()

    def digest(self) -> str:
        return self._sum.hexdigest()[:32].upper()


class _Producer(OutputProducer):
    def __init__(self, fpdf: FPDF) -> None:
        super().__init__(fpdf)
        self.buffer = cast(Document, fpdf).file  # type: ignore[assignment]  # only ever appended to

    def _add_image(self, info: dict[str, object]) -> PDFXObject:
        image = _Photo(cast("Callable[[], Jpeg]", info["photo"]))
        info["obj_id"] = self._add_pdf_obj(image, "images")
        return image


class _Photo(PDFXObject):
    def __init__(self, photo: Callable[[], Jpeg]) -> None:
        super().__init__(
            contents=b"",
            subtype="Image",
            width=0,
            height=0,
            color_space=None,
            bits_per_component=8,
            img_filter="DCTDecode",
        )
        self._photo = photo

    def serialize(
        self,
        obj_dict: dict[str, object] | None = None,
        _security_handler: StandardSecurityHandler | None = None,
    ) -> str:
        jpeg = self._photo()
        self.width, self.height, self.color_space = jpeg.width, jpeg.height, Name(jpeg.colours)
        self._contents, self.length = jpeg.data, len(jpeg.data)
        try:
            return super().serialize(obj_dict, _security_handler)
        finally:
            self._contents = b""
