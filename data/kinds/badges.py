"""Badges: a number and eight signed characters as a QR code, and nothing about the person.

What is printed is `CB1`, the number, and eight characters of an HMAC-SHA-256 (RFC 2104) over the
show and the number. The key is the show's own, so a badge of another show, or one that somebody
made up, is told from a badge that this tablet has not heard of yet. Only letters and digits that
a keyboard-wedge scanner types alike on QWERTY, QWERTZ and AZERTY hosts are signed with.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from typing import Annotated, Final

from data.desk import Desk
from data.errors import BadInput, NotFound, Refused
from data.fields import Flag, Label, Line, Moment
from data.kind import Kind
from data.kinds.numbers import own_letter
from data.kinds.people import PERSON, Person, PersonId
from data.reach import Reach
from data.record import Record, natural_id

PREFIX: Final = "CB1"
SIGNS: Final = "2345678BCDEFGHJKLNPRSTUVX"
SIGNED: Final = 8
"""Characters: 37 bits, of which an online guess at a gate tries few."""

_READ: Final = re.compile(rf"{PREFIX}(\d{{1,6}}[A-Z]?)([{SIGNS}]{{{SIGNED}}})")


class Badge(Record):
    """A badge for life: the number is never somebody else's, also when it was lost."""

    number: Annotated[Line, Label("Badge no.")]
    person: PersonId
    lost: Flag = False


class BadgeKey(Record):
    """What the show signs its badges with; made with the first of them."""

    made: Moment
    secret: Line


BADGE = Kind(
    name="badge",
    model=Badge,
    title="Badge",
    plural="Badges",
    named_by="number",
    nature="shared",
    columns=("number", "person", "lost"),
    indexed=("number", "person"),
    natural=lambda production, badge: badge_id(production, badge.number),
    reach=Reach("times", owner=("person",)),
    confidentiality="amber",
)
BADGE_KEY = Kind(
    name="badge_key",
    model=BadgeKey,
    title="Badge key",
    plural="Badge keys",
    nature="shared",
    columns=("made",),
    reach=Reach("times", veiled=("secret",)),
    confidentiality="amber",
)


def badge_id(production: str, number: str) -> str:
    return natural_id(production, "badge", number)


def text_of(desk: Desk, badge: Badge) -> str:
    """What the badge's picture says. NotFound on a copy without the show's key."""
    return f"{PREFIX}{badge.number}{_signed(desk, badge.number)}"


def badge_of(desk: Desk, text: str) -> Badge:
    """The badge that a scanner read, or BadInput and NotFound with what to do at the gate."""
    read = _READ.fullmatch("".join(text.split()).upper())
    if read is None:
        raise BadInput("That is not one of our badges. Look for the name instead.", code="strange")
    number, signed = read.groups()
    if not desk.all(BADGE_KEY):
        raise NotFound(
            "This device cannot tell our badges yet. Look for the name instead.", code="no-key"
        )
    if not hmac.compare_digest(signed, _signed(desk, number)):
        raise BadInput(
            "This badge is of another show, or it was made up. Look for the name instead.",
            code="not-ours",
        )
    badge = desk.find(BADGE, badge_id(desk.store.production, number))
    if badge is None:
        raise NotFound(
            f"Badge {number} is ours, but this device has not heard whose it is. Look for the name"
            " instead, and sync when you can.",
            code="unknown",
        )
    if badge.lost:
        raise Refused(
            f"Badge {number} was reported lost. Keep it, and look for the name instead.",
            code="lost",
        )
    return badge


def badge_for(desk: Desk, person: Person) -> Badge | None:
    """The badge they wear now."""
    mine = [badge for badge in desk.having(BADGE, "person", person.id) if not badge.lost]
    return max(mine, key=lambda badge: _order(badge.number), default=None)


def give_badges(desk: Desk, people: Iterable[Person]) -> list[Badge]:
    """A badge for each of them who has none, in one gesture; all of their badges in that order.

    A device that is not the office ends its numbers with its own letter, so that two copies never
    give one number to two people.
    """
    last = max((_order(badge.number)[0] for badge in desk.all(BADGE)), default=0)
    worn: list[Badge] = []
    with desk.gesture():
        _need_key(desk)
        for person in people:
            badge = badge_for(desk, person)
            if badge is None:
                last += 1
                badge = _new(desk, last, person)
            worn.append(badge)
    return worn


def lost_badge(desk: Desk, badge: Badge) -> Badge:
    """It opens nothing any more; the new one has another number."""
    last = max(_order(other.number)[0] for other in desk.all(BADGE))
    person = desk.get(PERSON, badge.person)
    with desk.gesture():
        desk.edit(badge, lost=True)
        return _new(desk, last + 1, person)


def _new(desk: Desk, place: int, person: Person) -> Badge:
    number = f"{place}{_letter(desk)}"
    badge = Badge(number=number, person=person.id)
    return desk.add(badge, record_id=badge_id(desk.store.production, number))


def _letter(desk: Desk) -> str:
    if desk.store.hub:
        return ""
    letter = own_letter(desk)
    if not letter:
        raise Refused("Badges are given at the office, or on a device that it has given a letter.")
    return letter


def _order(number: str) -> tuple[int, str]:
    digits = number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdigit() else 0, number


def _need_key(desk: Desk) -> None:
    if not desk.all(BADGE_KEY):
        if not desk.store.hub:
            raise Refused("The show's first badges are given at the office.", code="office")
        secret = f"{desk.store.sources.rng.getrandbits(256):064x}"
        key_id = natural_id(desk.store.production, BADGE_KEY.name)
        desk.add(BadgeKey(made=desk.now(), secret=secret), record_id=key_id)


def _signed(desk: Desk, number: str) -> str:
    keys = desk.all(BADGE_KEY)
    if not keys:
        raise NotFound("The show has no badges yet. Give them out at the office.", code="no-key")
    told = f"{desk.store.production}\n{number}".encode()
    bits = int.from_bytes(hmac.new(keys[0].secret.encode(), told, "sha256").digest(), "big")
    signed = ""
    for _ in range(SIGNED):
        bits, place = divmod(bits, len(SIGNS))
        signed += SIGNS[place]
    return signed
