"""Signatures made with a finger: the strokes as they were drawn, and what they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from data.desk import Desk
from data.errors import BadInput
from data.fields import Label, Line, Moment, Prose, link_to, one_of
from data.kind import Kind
from data.kinds.envelopes import EnvelopeId
from data.kinds.people import Person, PersonId
from data.kinds.voiding import standing, taken_back
from data.reach import Reach
from data.record import Record, RecordId

Stroke = Sequence[tuple[int, int]]
"""Points of one line without lifting the finger."""

GRID: Final = 1000
"""The pad is so many steps wide; a third of it high."""
MOST: Final = 4000
"""Points: the longest name does with a few hundred."""

_STROKE: Final = re.compile(r"\d{1,4},\d{1,4}(?: \d{1,4},\d{1,4})*")


SIGNED: Final = ("walk_on", "time", "voucher", "float", "envelope")
"""What people sign."""
OF_CASH: Final = frozenset({"float", "envelope"})


class Signature(Record):
    """A fact. `strokes` are points `x,y` on a grid, lines parted by semicolons.

    It concerns whom the record concerns that it stands under: of cash, the envelope's people.
    """

    person: PersonId
    about: Annotated[Line, Label("Stands under")] = ""
    envelope: EnvelopeId | None = None
    what: Annotated[str, one_of(*SIGNED, "void"), Label("What")] = "walk_on"
    words: Annotated[Prose, Label("What was signed")] = ""
    strokes: Prose = ""
    at: Moment
    voids: Annotated[str | None, link_to("signature"), Label("Takes back")] = None


def _void(signature: Signature) -> Signature:
    update = {"id": RecordId(""), "what": "void", "voids": signature.id, "strokes": ""}
    return signature.model_copy(update=update)


SIGNATURE = Kind(
    name="signature",
    model=Signature,
    title="Signature",
    plural="Signatures",
    named_by="what",
    nature="fact",
    columns=("at", "person", "what", "words"),
    indexed=("person",),
    reach=Reach(
        "times",
        rows={"envelope": "costs"},
        owner=("envelope.custodian", "person"),
        department=("envelope.department",),
        veiled=("strokes",),
    ),
    confidentiality="amber",
    take_back=_void,
    taken_back=taken_back,
)


def sign(
    desk: Desk,
    person: Person,
    strokes: Iterable[Stroke],
    *,
    words: str,
    what: str = "walk_on",
    about: str = "",
) -> Signature:
    """`person` has signed these words on the screen, under the record `about`."""
    drawn = drawn_as(strokes)
    if not drawn:
        raise BadInput("Nobody has signed yet. Sign with a finger on the line.", field="signature")
    at = desk.now().replace(microsecond=0)
    return desk.add(
        Signature(
            person=person.id,
            about=about,
            envelope=about if what in OF_CASH and about else None,
            what=what,
            words=words,
            strokes=drawn,
            at=at,
        )
    )


def signed_under(desk: Desk, about: str, what: str) -> Signature | None:
    """The latest signature under a record that was not taken back."""
    under = [s for s in standing(desk.all(SIGNATURE)) if s.about == about and s.what == what]
    return max(under, key=lambda s: s.at, default=None)


def drawn_as(strokes: Iterable[Stroke]) -> str:
    """Strokes as they are kept; dots and slips of fewer than two points are none."""
    lines = [[(_on(x, GRID), _on(y, GRID // 3)) for x, y in stroke] for stroke in strokes]
    lines = [line for line in lines if len(line) > 1]
    if sum(map(len, lines)) > MOST:
        raise BadInput("That is too much for a signature. Clear it and sign again.")
    return ";".join(" ".join(f"{x},{y}" for x, y in line) for line in lines)


def strokes_of(drawn: str) -> list[list[tuple[int, int]]]:
    """The strokes back; what is no stroke is passed over."""
    return [
        [(int(x), int(y)) for x, _, y in (point.partition(",") for point in line.split())]
        for line in drawn.split(";")
        if _STROKE.fullmatch(line)
    ]


def _on(step: int, most: int) -> int:
    return min(max(step, 0), most)
