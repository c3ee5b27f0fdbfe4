"""The made-up petty cash: floats, slips day by day, counts, and what accounting does with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from data.fields import Money
from data.kinds.envelope_life import approve, audit, post
from data.kinds.envelopes import ENVELOPE, Envelope, count_cash
from data.kinds.floats import balance, issue_float, top_up
from data.kinds.people import PERSON, Person
from data.kinds.receipts import Receipt, log_receipt, receipts_of, void_receipt
from data.sample.plan import ZONE, Plan, Stage

PHOTOS = Path(__file__).resolve().parents[2] / "assets" / "sample" / "receipts"

CUSTODIANS = (
    "Prop Master",
    "Set Decorator",
    "Costume Designer",
    "Location Manager",
    "Transportation Captain",
    "Craft Service",
    "Production Secretary",
    "Best Boy Grip",
)
TOWNS = "Sandia|Rio Verde|Blue Mesa|Old Town|Comet|Railroad|Nine Mile|Juniper|Cottonwood|Zia"
TRADES: tuple[tuple[str, str, str, str], ...] = (
    ("Hardware", "3220", "screws and brackets|paint|extension cords|casters", "029"),
    ("Fabric & Trim", "3410", "8 yards muslin|thread and snaps|dye", ""),
    ("Antiques", "3310", "wall clock|radio, 1950s|picture frames", ""),
    ("Grocery", "2980", "craft service|water and ice|fruit", ""),
    ("Fuel Stop", "3510", "fuel, stake bed|fuel, camera truck|propane", "019"),
    ("Diner", "2985", "breakfast, scout|working lunch, 4 people", "020"),
    ("Burger", "2985", "second meal, late crew|crew meal, splinter unit", "009"),
    ("Office Supply", "2110", "toner|binders and tabs|labels", ""),
    ("Saloon", "3330", "bar dressing, Sc. 42|hero bottles, empty", "043"),
)
VENDORS = tuple(
    (f"{town} {trade}", code, tuple(what.split("|")), photo)
    for town in TOWNS.split("|")
    for trade, code, what, photo in TRADES
)
FULL = 12
"""Slips after which an envelope is handed in, give or take two."""
VOIDS = ("duplicate slip", "personal, paid back", "returned to the shop")


@dataclass(slots=True)
class Custodian:
    """Who spends, from which envelope, and after how many slips they hand it in."""

    person: Person
    envelope: Envelope
    full: int


def plan_money(plan: Plan, stage: Stage) -> None:
    """From the first day of prep to now every custodian has one float open and spends from it."""
    custodians: list[Custodian] = []
    plan.at(_work_days(stage)[0], 8 * 60 + 30, partial(_first_floats, stage, custodians))
    every = stage.size.prep + stage.size.shoot_days + stage.size.wrap
    a_day = stage.size.slips / stage.size.floats / every
    for day in _work_days(stage):
        plan.at(day, 8 * 60 + 45, partial(_code_slips, stage, custodians))
        for hour in range(4):
            act = partial(_slips, stage, custodians, day, a_day / 4)
            plan.at(day, 10 * 60 + 130 * hour, act)
        plan.at(day, 9 * 60 + 30, partial(_to_the_books, stage, day))
        plan.at(day, 18 * 60 + 30, partial(_hand_in, stage, custodians))


def _work_days(stage: Stage) -> list[date]:
    span = (stage.today - stage.before(34)).days
    days = [stage.before(34) + timedelta(days=i) for i in range(span + 1)]
    return [day for day in days if day in stage.dates or (day < stage.dates[0] and _weekday(day))]


def _weekday(day: date) -> bool:
    return day.weekday() < 5


def _first_floats(stage: Stage, custodians: list[Custodian]) -> None:
    people = [p for p in stage.books.all(PERSON) if p.position in CUSTODIANS]
    spare = [p for p in stage.books.all(PERSON) if p not in people]
    for person in (people + spare)[: stage.size.floats]:
        custodians.append(_float(stage, person))


def _float(stage: Stage, person: Person) -> Custodian:
    amount = stage.rng.choice((800, 1000, 1000, 1500))
    envelope = issue_float(stage.books, person, _dollars(amount), note="cash")
    return Custodian(person, envelope, FULL + stage.rng.randrange(-2, 3))


def _slips(stage: Stage, custodians: list[Custodian], day: date, chance: float) -> None:
    """One round: at most one slip of each custodian, so that each finds its next number."""
    with stage.books.gesture():
        for custodian in custodians:
            if stage.rng.random() < chance:
                left = balance(stage.books, custodian.envelope)["USD"]
                if left > 20:
                    slip = _slip(stage, day, custodian.envelope, most=left)
                    log_receipt(stage.books, slip)


def _slip(stage: Stage, day: date, envelope: Envelope, *, most: Decimal) -> Receipt:
    rng = stage.rng
    vendor, code, what, photo = rng.choice(VENDORS)
    cents = max(199, int(100 * rng.lognormvariate(3.7, 0.8)))
    amount = min(Decimal(cents).scaleb(-2), most)
    photos = frozenset({_photo(stage, photo)}) if photo and rng.random() < 0.4 else frozenset[str]()
    return Receipt(
        date=day,
        vendor=vendor,
        money=_dollars(amount, tax=(amount * Decimal("0.0709")).quantize(Decimal("0.01"))),
        what_for=rng.choice(what),
        # Half is coded when it is logged, the rest by accounting the next morning.
        code=code if rng.random() < 0.5 else "",
        envelope=envelope.id,
        photos=photos,
    )


def _photo(stage: Stage, name: str) -> str:
    return stage.books.blobs.keep((PHOTOS / f"{name}.jpg").read_bytes())


def _code_slips(stage: Stage, custodians: list[Custodian]) -> None:
    """What is not coded yet gets its code; now and then a slip of an open envelope is void."""
    codes = {vendor: code for vendor, code, _, _ in VENDORS}
    desk = stage.books
    slips = [r for c in custodians for r in receipts_of(desk, c.envelope) if not r.void]
    with desk.gesture():
        for slip in slips:
            if not slip.code:
                desk.edit(slip, code=codes[slip.vendor])
            elif stage.rng.random() < 0.006:
                void_receipt(desk, slip, stage.rng.choice(VOIDS))


def _hand_in(stage: Stage, custodians: list[Custodian]) -> None:
    """Full envelopes are counted and closed, the next float is issued; low ones are topped up."""
    desk = stage.books
    for i, custodian in enumerate(custodians):
        left = balance(desk, custodian.envelope)["USD"]
        if len(receipts_of(desk, custodian.envelope)) >= custodian.full:
            off = stage.rng.choice((0, 0, 0, 0, 0, -1, 2)) * Decimal("0.75")
            why = "parking meter, no slip" if off else ""
            with desk.gesture():
                desk.edit(
                    count_cash(desk, custodian.envelope, _dollars(left + off), why),
                    closed=desk.now().astimezone(ZONE).date(),
                    status="submitted",
                    submitted_by=custodian.person.id,
                )
            custodians[i] = _float(stage, custodian.person)
        elif left < 150:
            top_up(desk, custodian.envelope, _dollars(500), note="cash")


def _to_the_books(stage: Stage, day: date) -> None:
    """An envelope is audited after three days, approved after six, posted after eight."""
    for envelope in stage.books.all(ENVELOPE):
        waited = (day - envelope.closed).days if envelope.closed is not None else 0
        if envelope.status == "submitted" and waited >= 3:
            audit(stage.books, envelope)
        elif envelope.status == "audited" and waited >= 6:
            approve(stage.manager, envelope)
        elif envelope.status == "approved" and waited >= 8:
            post(stage.books, envelope, f"PC-{day:%m%d}-{envelope.number}")


def _dollars(amount: Decimal | int, *, tax: Decimal | None = None) -> Money:
    return Money(amount=Decimal(amount), currency="USD", tax=tax)
