"""What the small show has besides: roles, devices, deals and private papers, each of them once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from data.fields import Money
from data.kinds.access import lifted
from data.kinds.badges import give_badges
from data.kinds.deals import Deal
from data.kinds.devices import Device, take_out
from data.kinds.envelopes import lease_envelopes
from data.kinds.grants import change_cell, give_role
from data.kinds.lending import hand_to
from data.kinds.minors import Minor
from data.kinds.pins import set_pin
from data.kinds.private import (
    EMERGENCY,
    HOME,
    EmergencyContact,
    IdCheck,
    IdDocument,
    PersonHome,
    PersonPrivate,
    companion_id,
    put_numbers,
)
from data.kinds.signatures import sign
from data.kinds.vouchers import give_voucher
from data.record import natural_id
from tests.small_show import SmallShow

PAIRED = datetime(2026, 6, 1, 9, tzinfo=UTC)


def more_kinds(show: SmallShow) -> None:
    """At least one record of every kind that is about people, devices and who may do what."""
    desk, gus = show.desk, show["Gus"]
    home = PersonHome(person=gus.id, address="1 Mesa St\nTaos", phone="+1 575 555 0100")
    desk.put(companion_id(desk, HOME, gus), home)
    whom = EmergencyContact(person=gus.id, name="Inés", relation="sister", phone="+1 575 555 0101")
    desk.put(companion_id(desk, EMERGENCY, gus), whom)
    dollars = Money(amount=Decimal("620.00"), currency="USD")
    desk.add(Deal(person=gus.id, position="Key grip", rate=dollars, guaranteed_hours=12))
    private = put_numbers(
        desk,
        PersonPrivate(
            person=gus.id, legal_name="Gustavo", born=date(1980, 2, 3), tax_id="078-05-1120"
        ),
    )
    lifted(desk, private, "tax_id", what_for="payroll")
    desk.add(IdDocument(person=gus.id, what="passport", country="MX", expires=date(2030, 1, 2)))
    desk.add(IdCheck(person=gus.id, what="passport", verified=True, on=show.day.date, by="Ada"))
    give_role(desk, gus, "dept_head", until=datetime(2027, 1, 1, tzinfo=UTC), why="key grip")
    change_cell(desk, "hotel", "medic", "R", why="the medic stays there too")
    phone = desk.add(Device(name="Gus's phone", letter="B", person=gus.id, paired=PAIRED))
    lease_envelopes(desk, phone)
    take_out(desk, phone, "lost", why="left on the bus")
    tablet = desk.add(Device(name="Gate tablet", lent_to="ad", unit="Main", paired=PAIRED))
    hand_to(desk, tablet, gus)
    set_pin(desk, gus, "4071")
    give_badges(desk, [gus])
    born, summer = date(2018, 5, 4), (date(2026, 6, 20), date(2026, 8, 10))
    desk.add(
        Minor(
            person=show["Rosa"].id,
            born=born,
            holidays_from=summer[0],
            holidays_to=summer[1],
            permit_until=summer[1],
            guardian="Inés",
        ),
        record_id=natural_id(desk.store.production, "minor", show["Rosa"].id),
    )
    give_voucher(desk, show.day, "101", name="Wanda")
    sign(desk, gus, [[(10, 20), (300, 200), (700, 90)]], words="I have read the safety notes.")
