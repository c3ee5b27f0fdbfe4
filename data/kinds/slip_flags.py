"""What is said of a slip while it is logged. A flag warns; it never stops anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from data.desk import Desk
from data.kinds.envelopes import ENVELOPE, Envelope
from data.kinds.floats import balance, float_of, out_of_the_float
from data.kinds.known_slips import KnownSlips, known_slips
from data.kinds.production import show_of, today
from data.kinds.receipts import Receipt
from data.kinds.slip_sums import does_not_add_up, in_show_currency
from data.kinds.vendors import same_vendor
from data.reading.looks import Compared, Small
from data.reading.sight import Sight
from data.rules.petty_cash import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Flag:
    """`code` for programs, a sentence for people, the slip it may be the same as."""

    code: str
    sentence: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo as it was just taken: its name, its small grey copy, and how well it is seen."""

    name: str = ""
    small: Small | None = None
    sight: Sight | None = None


_SAME_PHOTO = Flag("same-photo", "This photo is on {} already.")
_SAME_PURCHASE = Flag("duplicate", "{} has this vendor, date and total.")
_LOOKS_ALIKE = Flag("look-alike", "The photo looks like that of {}.")


def flags_of(
    desk: Desk, receipt: Receipt, shot: Shot | None = None, *, limits: Limits = LIMITS
) -> list[Flag]:
    """Everything worth a second look before `receipt`, new or kept, is saved."""
    envelope = desk.find(ENVELOPE, receipt.envelope)
    shot = shot or Shot()
    found = [
        *_dates(desk, receipt, envelope),
        *_twice(desk, receipt, shot, limits),
        *_money(desk, receipt, envelope, limits),
        *_left_out(receipt),
        *_seen(shot, limits),
    ]
    return list({flag.code: flag for flag in reversed(found)}.values())[::-1]


def _dates(desk: Desk, receipt: Receipt, envelope: Envelope | None) -> Iterator[Flag]:
    if receipt.date > today(desk):
        yield Flag("future", "The date is still to come. Check the year.")
    elif envelope is not None:
        early = envelope.opened is not None and receipt.date < envelope.opened
        late = envelope.closed is not None and receipt.date > envelope.closed
        if early or late:
            yield Flag("date", f"The date is outside envelope {envelope.number}.")


def _twice(desk: Desk, receipt: Receipt, shot: Shot, limits: Limits) -> Iterator[Flag]:
    """The other slips that this one may be; of each, the plainest reason."""
    known, told = known_slips(desk), {receipt.id}
    for why, others in (
        (_SAME_PHOTO, known.showing(receipt.photos | ({shot.name} if shot.name else set()))),
        (_SAME_PURCHASE, (o for o in known.on(receipt.date) if _same_purchase(receipt, o))),
        (_LOOKS_ALIKE, _looking_alike(known, receipt, shot.small, limits)),
    ):
        for other in others:
            if other.id not in told:
                told.add(other.id)
                yield Flag(why.code, why.sentence.format(_named(other)), other.id)


def _looking_alike(
    known: KnownSlips, receipt: Receipt, photo: Small | None, limits: Limits
) -> Iterator[Receipt]:
    if photo is None:
        return
    compared = Compared(photo)
    for other in known.around(receipt.date, limits.look_days):
        if any(compared.same_as(look) for look in other.looks):
            yield other


def _same_purchase(one: Receipt, other: Receipt) -> bool:
    same_sum = one.date == other.date and one.money.amount == other.money.amount
    return (
        same_sum
        and one.money.currency == other.money.currency
        and same_vendor(one.vendor, other.vendor)
    )


def _money(
    desk: Desk, receipt: Receipt, envelope: Envelope | None, limits: Limits
) -> Iterator[Flag]:
    if words := does_not_add_up(receipt):
        yield Flag("sum", words)
    currency = show_of(desk).currency
    here = in_show_currency(receipt, currency)
    limit = limits.po_above
    if envelope is not None and envelope.limit is not None and envelope.limit.currency == currency:
        limit = envelope.limit.amount
    if here is not None and here.amount > limit and not receipt.po:
        yield Flag("po", f"A slip over {limit:,.2f} {currency} needs a PO number.")
    if here is None:
        yield Flag("rate", f"Write the rate into {currency} that was used.")
    if envelope is not None and out_of_the_float(receipt):
        yield from _spent(desk, receipt, envelope, limits)


def _spent(desk: Desk, receipt: Receipt, envelope: Envelope, limits: Limits) -> Iterator[Flag]:
    currency = receipt.money.currency
    had = float_of(desk, envelope).get(currency, Decimal(0))
    left = balance(desk, envelope).get(currency, Decimal(0))
    if not receipt.id:  # not among those that are counted yet
        left -= receipt.money.amount
    if left < had * limits.nearly_spent:
        words = f"{left:,.2f} {currency} left" if left >= 0 else f"{-left:,.2f} {currency} too much"
        yield Flag("float", f"The float is nearly spent: {words}. Ask for a top-up.")


def _left_out(receipt: Receipt) -> Iterator[Flag]:
    if receipt.category == "meal" and not receipt.attendees:
        yield Flag("names", "A meal needs the names of who ate.")
    if receipt.category == "fuel" and not receipt.plate:
        yield Flag("plate", "Fuel needs the vehicle's plate.")


def _seen(shot: Shot, limits: Limits) -> Iterator[Flag]:
    if shot.sight is None:
        return
    if shot.sight.paper < limits.dark_below:
        yield Flag("dark", "The photo is dark. Take it again with more light.")
    elif shot.sight.sharp < limits.sharp_above:
        yield Flag("blurred", "The photo is blurred. Hold still and take it again.")


def _named(other: Receipt) -> str:
    number = f"slip {other.number}" if other.number else "a slip"
    return f"{number} ({other.vendor}, {other.money})"
