"""What is nobody's business: companions, masks, covers on the screen, and who looked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.buckets import Place
from data.errors import BadInput
from data.kind import Kind
from data.kinds import ALL
from data.kinds.access import ACCESS, left_the_app, lifted
from data.kinds.deals import DEAL, Deal
from data.kinds.people import PERSON
from data.kinds.private import (
    ID_CHECK,
    ID_DOCUMENT,
    ID_MASK,
    PERSON_PRIVATE,
    PersonPrivate,
    companion_id,
    mask_of,
    masked,
    put_numbers,
)
from data.kinds.production import PRODUCTION
from data.kinds.times import TIME
from data.masks import initials, shown_as
from data.matrix import ROWS
from data.rights import Thing
from data.roles import DEFAULT, ROLE_NAMES, Held
from tests.private_show import more_kinds
from tests.small_show import SmallShow

NUMBERS = st.text("0123456789- ", max_size=24)


def thing(kind: Kind[Any], part: str | None = None, owner: str = "x") -> Thing:
    where = kind.reach.part if part is None else part
    return Thing(kind, Place(kind.reach.row, where, owner), {})


# ---- masks ------------------------------------------------------------------------------------


@given(NUMBERS)
def test_a_mask_never_shows_more_than_four_nor_half_of_a_number(number: str) -> None:
    plain = "".join(letter for letter in number if letter.isalnum())
    shown = "".join(letter for letter in masked(number) if letter.isalnum())

    assert plain.endswith(shown)
    assert len(shown) <= min(4, len(plain) / 2)
    assert bool(masked(number)) == bool(plain)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("078-05-1120", "•••• 1120"), ("", ""), ("1234567", "••••"), ("DE89 3704 0044", "•••• 0044")],
)
def test_numbers_as_their_masks(number: str, shown: str) -> None:
    assert shown == masked(number)


def test_numbers_and_their_mask_are_one_gesture(show: SmallShow) -> None:
    desk, gus = show.desk, show["Gus"]
    put_numbers(desk, PersonPrivate(person=gus.id, tax_id="078-05-1120"))
    assert desk.last is not None
    assert {edit.kind for edit in desk.last.edits} == {"person_private", "id_mask"}
    changed = put_numbers(desk, PersonPrivate(person=gus.id, tax_id="999-99-3333"))

    assert desk.all(PERSON_PRIVATE) == [changed]
    assert desk.get(ID_MASK, companion_id(desk, ID_MASK, gus)).tax_id == "•••• 3333"


def test_numbers_of_nobody_are_refused(show: SmallShow) -> None:
    with pytest.raises(BadInput, match="Whose numbers"):
        put_numbers(show.desk, PersonPrivate(person="", tax_id="078-05-1120"))
    assert show.desk.all(PERSON_PRIVATE) == []


def test_a_mask_names_no_number() -> None:
    private = PersonPrivate(person="gus", tax_id="078-05-1120", account="DE89370400440532013000")

    assert "078" not in str(mask_of(private))
    assert "3704" not in str(mask_of(private))


# ---- on the screen ----------------------------------------------------------------------------


def test_who_may_read_a_number_lifts_a_cover_first() -> None:
    accounts = [Held("accounts", "me")]

    assert shown_as(DEFAULT, accounts, thing(PERSON_PRIVATE), "tax_id") == "veiled"
    assert shown_as(DEFAULT, accounts, thing(PERSON_PRIVATE), "legal_name") == "plain"
    assert shown_as(DEFAULT, [Held("upm", "me")], thing(DEAL), "rate") == "veiled"


@pytest.mark.parametrize("role", ["upm", "poc"])
def test_where_the_matrix_says_masked_there_is_a_mask(role: str) -> None:
    held = [Held(role, "me")]

    assert shown_as(DEFAULT, held, thing(PERSON_PRIVATE), "tax_id") == "masked"
    assert shown_as(DEFAULT, held, thing(ID_MASK), "tax_id") == "plain"


def test_a_coordinator_sees_of_a_passport_that_it_was_seen() -> None:
    held = [Held("poc", "me")]

    assert shown_as(DEFAULT, held, thing(ID_DOCUMENT, "passport"), "number") == "masked"
    assert shown_as(DEFAULT, held, thing(ID_CHECK), "verified") == "plain"


@pytest.mark.parametrize("role", ["apoc", "travel", "office_pa", "ad", "dept_head", "medic"])
def test_the_others_see_nothing_of_anybody_s_numbers(role: str) -> None:
    held = [Held(role, "me", "GRIP")]
    for kind in (PERSON_PRIVATE, ID_MASK, DEAL):
        assert {shown_as(DEFAULT, held, thing(kind), name) for name in kind.meanings} == {"nothing"}


def test_everybody_sees_their_own() -> None:
    held = [Held("crew", "me")]

    assert shown_as(DEFAULT, held, thing(PERSON_PRIVATE, owner="me"), "tax_id") == "veiled"
    assert shown_as(DEFAULT, held, thing(DEAL, owner="me"), "position") == "plain"


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_a_kiosk_shows_initials_and_nothing_to_call_whatever_the_role(role: str) -> None:
    held = [Held(role, "me")]
    shown = {
        name: shown_as(DEFAULT, held, thing(PERSON), name, kiosk=True) for name in PERSON.meanings
    }

    assert shown.pop("name") == "initials"
    assert {name for name, how in shown.items() if how != "nothing"} == {"department", "unit"}
    assert shown_as(DEFAULT, held, thing(PRODUCTION), "title", kiosk=True) == "plain"
    for kind in ALL:
        if kind.confidentiality != "green" and kind is not PERSON:
            assert shown_as(DEFAULT, held, thing(kind), kind.columns[0], kiosk=True) == "nothing"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Zoë van der Berg", "Z. B."),
        ("Renée O’Brien", "R. O."),
        ("Prince", "P."),
        ("bell hooks", "B. H."),
        ("", ""),
        ("  ", ""),
        ("李 小龙", "李. 小."),
        ("Anna Amos", "A. A."),
    ],
)
def test_initials(name: str, said: str) -> None:
    assert said == initials(name)


# ---- who looked -------------------------------------------------------------------------------


def test_who_lifts_a_cover_is_noted_with_what_it_covered(show: SmallShow) -> None:
    desk = show.desk
    deal = desk.add(Deal(person=show["Gus"].id))
    desk.user = show["Ada"].id
    fact = lifted(desk, deal, "rate", "kit", what_for="budget")

    assert (fact.what, fact.kind, fact.record, fact.fields) == ("saw", "deal", deal.id, "kit, rate")
    assert desk.author(fact.id) == show["Ada"].id
    assert fact.at == show.wall.at


def test_a_print_or_export_of_red_is_noted_and_of_the_rest_is_not(show: SmallShow) -> None:
    desk = show.desk
    many = left_the_app(desk, "exported", "deal", ["a", "b"], what_for="payroll")
    one = left_the_app(desk, "printed", "deal", ["a"])

    assert many is not None
    assert one is not None
    assert [(many.many, many.record), (one.many, one.record)] == [(2, ""), (1, "a")]
    assert left_the_app(desk, "exported", "person", ["a"]) is None
    assert left_the_app(desk, "printed", "deal", []) is None
    assert desk.all(ACCESS) == [many, one]


def test_that_somebody_looked_is_not_undone(show: SmallShow) -> None:
    desk = show.desk
    lifted(desk, desk.add(Deal(person=show["Gus"].id)), "rate")
    assert desk.last is not None

    assert desk.undo(desk.last).back == 0
    assert len(desk.all(ACCESS)) == 1


# ---- where the values are ---------------------------------------------------------------------


def test_no_value_of_a_red_record_stands_in_a_record_of_another_class(show: SmallShow) -> None:
    more_kinds(show)
    store = show.desk.store
    found = {
        str(store.document(record_id)["_m"]["t"])  # type: ignore[index]
        for record_id in store.ids()
        if any(word in str(store.document(record_id)) for word in ("078-05-1120", "620.00"))
    }

    assert found == {"person_private", "deal"}


def test_red_rows_hold_red_kinds_and_masks_of_them() -> None:
    red = {row.name for row in ROWS if row.confidentiality == "red"}
    kinds = {kind.name: kind.confidentiality for kind in ALL if kind.reach.row in red}

    assert {name for name, how in kinds.items() if how != "red"} == {"id_mask", "id_check"}
    assert TIME.confidentiality == "amber"
