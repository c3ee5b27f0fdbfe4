"""Roles as dated records: given, ended, limited in time, and read for scopes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.desk import Desk
from data.errors import BadInput, Refused
from data.kinds.devices import Device
from data.kinds.grants import (
    ROLE_CELL,
    ROLE_GRANT,
    change_cell,
    end_role,
    give_role,
    ms,
    role_title,
    roles_of,
)
from data.kinds.people import PERSON
from data.kinds.private import EMERGENCY, HOME, EmergencyContact, companion_id
from data.rights_book import buckets_of, scope_of, tables
from data.roles import Held
from tests.private_show import PAIRED
from tests.small_show import SmallShow, at


def phone_of(show: SmallShow, name: str) -> Device:
    return show.desk.add(Device(name=f"{name}'s", person=show[name].id, paired=PAIRED))


def holds(desk: Desk, device: Device, record_id: str) -> bool:
    return bool(buckets_of(desk, record_id) & scope_of(desk, device, ms(desk.now())))


def test_a_role_is_read_with_department_and_unit_of_the_crew_list(show: SmallShow) -> None:
    desk, gus = show.desk, show.desk.edit(show["Gus"], unit="2nd")
    grant = give_role(desk, gus, "crew")

    assert [Held("crew", gus.id, "GRIP", "2nd", frozenset(), ms(grant.since), None)] == roles_of(
        desk, gus.id
    )


def test_a_head_keeps_the_department_they_were_given(show: SmallShow) -> None:
    desk, gus = show.desk, show["Gus"]
    give_role(desk, gus, "dept_head")
    desk.edit(gus, department="CAMERA")

    assert [held.department for held in roles_of(desk, gus.id)] == ["GRIP"]


def test_a_head_of_nothing_is_not_appointed(show: SmallShow) -> None:
    nobody = show.desk.add(show["Gus"].model_copy(update={"department": ""}))

    with pytest.raises(BadInput, match="Whose head"):
        give_role(show.desk, nobody, "dept_head")


def test_a_role_does_not_end_before_it_begins(show: SmallShow) -> None:
    with pytest.raises(BadInput, match="later end"):
        give_role(show.desk, show["Gus"], "ad", until=show.wall.at)
    grant = give_role(show.desk, show["Gus"], "ad")
    with pytest.raises(BadInput, match="later end"):
        end_role(show.desk, grant, at=show.wall.at - timedelta(days=1))
    assert [grant] == show.desk.all(ROLE_GRANT)


def test_a_role_ends_once(show: SmallShow) -> None:
    ended = end_role(show.desk, give_role(show.desk, show["Gus"], "ad"))

    with pytest.raises(Refused, match="ended already"):
        end_role(show.desk, ended)


def test_a_role_given_until_friday_may_end_on_thursday(show: SmallShow) -> None:
    desk = show.desk
    grant = give_role(desk, show["Gus"], "ad", until=show.wall.at + timedelta(days=4))
    ended = end_role(desk, grant, at=show.wall.at + timedelta(days=3))

    assert ended.until == show.wall.at + timedelta(days=3)


def test_there_are_no_other_roles_than_the_matrix_has(show: SmallShow) -> None:
    with pytest.raises(BadInput, match="Choose: upm, poc"):
        give_role(show.desk, show["Gus"], "caterer")
    with pytest.raises(BadInput, match="Choose: contacts"):
        change_cell(show.desk, "dreams", "upm", "R")
    with pytest.raises(BadInput, match="no cell"):
        change_cell(show.desk, "hotel", "medic", "everything")
    assert show.desk.all(ROLE_CELL) == []


def test_roles_have_titles_and_a_newer_app_s_is_shown_as_it_stands() -> None:
    assert [role_title("apoc"), role_title("drone_pilot")] == [
        "Assistant coordinator",
        "drone pilot",
    ]


# ---- what a phone holds -----------------------------------------------------------------------


def test_a_phone_without_a_role_holds_nothing(show: SmallShow) -> None:
    assert frozenset() == scope_of(show.desk, phone_of(show, "Gus"), ms(show.desk.now()))


def test_what_a_phone_holds_ends_with_the_role(show: SmallShow) -> None:
    desk, phone = show.desk, phone_of(show, "Gus")
    give_role(desk, show["Gus"], "ad", until=at(12))
    home = companion_id(desk, HOME, show["Cam"])
    whom = companion_id(desk, EMERGENCY, show["Cam"])
    desk.put(whom, EmergencyContact(person=show["Cam"].id, phone="911"))
    assert holds(desk, phone, whom)
    assert not holds(desk, phone, home)
    show.wall.shows(12)

    assert not holds(desk, phone, whom)


def test_a_head_loses_the_contacts_of_who_leaves_the_department(show: SmallShow) -> None:
    desk, phone = show.desk, phone_of(show, "Gus")
    give_role(desk, show["Gus"], "dept_head")
    whom = companion_id(desk, EMERGENCY, show["Grete"])
    desk.put(whom, EmergencyContact(person=show["Grete"].id))
    assert holds(desk, phone, whom)
    desk.edit(show["Grete"], department="ELECTRIC")

    assert not holds(desk, phone, whom)


def test_a_change_of_the_matrix_changes_what_phones_hold_from_then_on(show: SmallShow) -> None:
    desk, phone = show.desk, phone_of(show, "Gus")
    give_role(desk, show["Gus"], "medic")
    slip = desk.all(PERSON)[0].id
    before = tables(desk)(ms(desk.now()))
    show.wall.shows(9)
    change_cell(desk, "contacts", "medic", "-", why="an agency's medic")
    now = ms(desk.now())

    assert not holds(desk, phone, slip)
    assert tables(desk)(now - 1) == before
    assert tables(desk)(now)["contacts", "medic"] == ()


def test_the_last_word_of_one_moment_is_one_record(show: SmallShow) -> None:
    """A person taps twice: one cell has one answer."""
    change_cell(show.desk, "hotel", "medic", "R")
    change_cell(show.desk, "hotel", "medic", "-")

    assert [cell.allows for cell in show.desk.all(ROLE_CELL)] == ["-"]
