"""Receipts: a tap's cost, a long list, an envelope's paper, a photo made fit, slips read.

Every row is a ratio to the same work done plainly on this machine, or a figure beside its budget.
`CALLBOARD_RECEIPTS`: the folder of slips that are read (tests/bench/reading.py).
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from data.desk import Desk
from data.fields import Money
from data.kinds import ALL
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import issue_float
from data.kinds.people import Person
from data.kinds.production import Production, create_production
from data.kinds.receipt_list import Asked, looked_through
from data.kinds.receipts import RECEIPT, Receipt, log_receipt
from data.kinds.slip_flags import flags_of
from data.packing import dumps
from data.photos import fit
from data.stamp import Sources
from data.store import Store
from tests.bench import reading
from tests.bench.peers import Raw
from tests.bench.rows import Row, interleaved, timed
from views.forms.envelope import EnvelopeFacts, EnvelopeReceipt, draw
from views.forms.head import Head, Show

MANY: Final = 12_000
PHOTOS: Final = 60
PAGES: Final = 400
ROOT: Final = Path(__file__).resolve().parents[2]


def rows(many: int = MANY, photos: int = PHOTOS, pages: int = PAGES) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="callboard-bench-") as folder:
        desk = _office(Path(folder, "office"))
        told = [_tap(desk, Path(folder, "raw")), _list(desk, many), _key(desk, many)]
        desk.store.close()
    return [*told, _paper(photos), _book(pages), _photo(), *reading.rows()]


def _office(home: Path) -> Desk:
    desk = Desk(Store(home, sources=Sources(), hub=True), ALL, user="office")
    create_production(desk, Production(title="Night Ferry", zone="America/Denver"))
    return desk


def slip(n: int) -> Receipt:
    money = Money(amount=Decimal(100 + n * 37 % 90_000).scaleb(-2), currency="USD")
    return Receipt(
        date=date(2026, 1, 1) + timedelta(days=n % 200),
        vendor=f"{('Comet', 'Sandia', 'Rio Verde', 'Zia')[n % 4]} Hardware {n % 97}",
        money=money,
        what_for="gaffer tape, 2 rolls",
        code="" if n % 3 else "3220",
    )


def _tap(desk: Desk, raw_file: Path) -> Row:
    """The whole verb, into an envelope that holds a few slips, against bytes and an fsync."""
    gus = desk.add(Person(name="Gus Grip", department="GRIP"))
    envelope = issue_float(desk, gus, Money(amount=Decimal(500), currency="USD"))
    raw, numbers = Raw(raw_file), count()
    line = dumps(slip(0).model_dump(mode="json"))
    costs = interleaved(
        lambda: log_receipt(desk, slip(next(numbers)).model_copy(update={"envelope": envelope.id})),
        lambda: raw.append(line),
        times=40,
    )
    raw.close()
    return timed("log_receipt verb / raw append+fsync", costs, 6.0, "us")


def _list(desk: Desk, many: int) -> Row:
    with desk.gesture():
        for n in range(many - len(desk.all(RECEIPT))):
            desk.add(slip(n))
    desk.all(RECEIPT)  # what the screen has read when somebody types
    asked = Asked(text="hardware 1", since=date(2026, 1, 15), uncoded=True)
    ours, _ = interleaved(
        lambda: looked_through(desk.all(RECEIPT), asked, order="amount"), lambda: None, times=9
    )
    return Row(f"filter and sort {many:,} receipts / budget", ours * 1e3, 200.0, 1.0, "ms")


def _key(desk: Desk, many: int) -> Row:
    """Everything that is said beside the form at a key, in an envelope that holds some slips."""
    (envelope,) = desk.all(ENVELOPE)
    typed = slip(many // 2).model_copy(update={"envelope": envelope.id})
    flags_of(desk, typed)  # as when the form was opened
    ours, _ = interleaved(lambda: flags_of(desk, typed), lambda: None, times=40)
    return Row(f"a key in the form beside {many:,} receipts / budget", ours * 1e3, 10.0, 1.0, "ms")


def _real() -> list[bytes]:
    return [path.read_bytes() for path in sorted(reading.OURS.glob("*.jpg"))]


def _apart(photo: bytes, n: int) -> bytes:
    """The same picture as other bytes: a comment behind its first mark."""
    words = f"slip {n}".encode()
    return photo[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + photo[2:]


def envelope_of(photos: int) -> EnvelopeFacts:
    real = _real()
    slips = tuple(
        EnvelopeReceipt(
            str(n + 1),
            date(2026, 6, n % 28 + 1),
            "Comet Hardware",
            Decimal("12.50"),
            "USD",
            photos=(partial(_apart, real[n % len(real)], n),),
        )
        for n in range(photos)
    )
    return EnvelopeFacts(Show("Night Ferry"), Head(), "GG01", "Gus Grip", receipts=slips)


def _paper(photos: int) -> Row:
    facts = envelope_of(photos)
    pictures = [photo() for slip in facts.receipts for photo in slip.photos if photo]

    def saved_again() -> None:
        from PIL import Image

        for picture in pictures:
            Image.open(io.BytesIO(picture)).save(io.BytesIO(), "JPEG")

    costs = interleaved(lambda: draw(facts), saved_again, times=3)
    name = f"envelope of {photos} photos / Pillow re-saving the same photos"
    return timed(name, costs, 1.5, "ms")


_BOOK: Final = """
import json, resource, sys
from tests.bench.receipts import envelope_of
from views.forms.envelope import draw
draw(envelope_of(1))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
made = draw(envelope_of(int(sys.argv[1])))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([before / 1024, after / 1024, len(made) / 2**20]))
"""


def _book(pages: int) -> Row:
    """The most memory a process held that drew it, its photos and the finished PDF among it."""
    told = subprocess.run(
        [sys.executable, "-c", _BOOK, str(4 * (pages - 1))],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    _, most, _ = json.loads(told.stdout)
    return Row(f"book of {pages} pages, memory / budget", most, 300.0, 1.0, "MB")


def _photo() -> Row:
    from PIL import Image, ImageOps

    width, height = 3024, 4032
    image = Image.new("RGB", (width, height), "white")
    real = [Image.open(io.BytesIO(photo)) for photo in _real()]
    for n in range(60):  # as sharp as a phone's, not blown up
        image.paste(real[n % len(real)], (n % 8 * 400, n // 8 * 600))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(out, "JPEG", quality=92, exif=exif)
    shot = out.getvalue()

    def usual() -> None:
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(shot)))
        assert upright is not None
        upright.thumbnail((2000, 2000))
        upright.save(io.BytesIO(), "JPEG", quality=70)

    costs = interleaved(lambda: fit(shot), usual, times=5)
    return timed("photo 12 MP to stored / usual Pillow code", costs, 0.35, "ms")
