"""Background by the voucher: a number of the day, maybe a name, when they came and when they left.

Background stands on no crew list and is counted against what was ordered. A voucher is one thing by
its number, so two tables that hand out one number twice have written two things into one record,
and are asked which.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from data.desk import Desk
from data.errors import BadInput, Refused
from data.fields import Flag, Label, Line, Moment
from data.kind import Kind
from data.kinds.production import show_of, zone
from data.kinds.schedule import DayId, ShootDay
from data.reach import Reach
from data.record import Record, natural_id
from data.walltime import clock_text, wall_minutes


class Voucher(Record):
    day: DayId
    unit: Line = "Main"
    number: Annotated[Line, Label("Voucher no.")]
    name: Line = ""
    came: Moment | None = None
    left: Moment | None = None
    void: Flag = False


VOUCHER = Kind(
    name="voucher",
    model=Voucher,
    title="Voucher",
    plural="Vouchers",
    named_by="number",
    nature="shared",
    columns=("day", "number", "name", "came", "left", "void"),
    indexed=("day",),
    search=("number", "name"),
    natural=lambda production, voucher: voucher_id(production, voucher.day, voucher.number),
    reach=Reach("times", unit=("unit",)),
    confidentiality="amber",
    merge={"came": "review", "void": "flow"},
)


def voucher_id(production: str, day: str, number: str) -> str:
    return natural_id(production, "voucher", day, number.casefold())


def vouchers_of(desk: Desk, day: ShootDay) -> list[Voucher]:
    """The day's vouchers that are good, by number."""
    given = (voucher for voucher in desk.having(VOUCHER, "day", day.id) if not voucher.void)
    return sorted(given, key=lambda voucher: _order(voucher.number))


def next_number(given: list[Voucher]) -> str:
    """The number after the highest one."""
    return str(1 + max((_order(voucher.number)[0] for voucher in given), default=0))


def give_voucher(desk: Desk, day: ShootDay, number: str, *, name: str = "") -> Voucher:
    """The voucher is handed out and its bearer is in. Refused if that number is in already."""
    if not number.strip():
        raise BadInput("There is no voucher number. Write the one on the voucher.", field="number")
    record_id = voucher_id(desk.store.production, day.id, number.strip())
    there = desk.find(VOUCHER, record_id)
    if there is not None and there.came is not None and not there.void:
        since = _clock(desk, day, there.came)
        raise Refused(f"Voucher {there.number} is in already, since {since}.", code="already-in")
    came = desk.now().replace(microsecond=0)
    voucher = Voucher(day=day.id, unit=day.unit, number=number.strip(), name=name, came=came)
    return desk.put(record_id, voucher)


def voucher_out(desk: Desk, day: ShootDay, voucher: Voucher) -> Voucher:
    """Its bearer is out."""
    if voucher.left is not None:
        left = _clock(desk, day, voucher.left)
        raise Refused(f"Voucher {voucher.number} is out already, since {left}.", code="already-out")
    return desk.edit(voucher, left=desk.now().replace(microsecond=0))


def wrap_background(desk: Desk, day: ShootDay, at: datetime) -> list[Voucher]:
    """Everybody who holds a voucher and is in goes out at `at`, as one gesture."""
    with desk.gesture():
        return [
            desk.edit(voucher, left=max(at, voucher.came))
            for voucher in vouchers_of(desk, day)
            if voucher.came is not None and voucher.left is None
        ]


def _order(number: str) -> tuple[int, str]:
    digits = "".join(letter for letter in number if letter.isdecimal())
    return int(digits) if digits else 0, number


def _clock(desk: Desk, day: ShootDay, moment: datetime) -> str:
    return clock_text(wall_minutes(day.date, moment, zone(desk)), show_of(desk).clock)
