"""Two ways to say who holds what must agree: the matrix asked directly, and buckets that meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.buckets import HERE, Place, buckets, gone, linked, moved, place_of, scope, scope_of_lent
from data.fields import Money
from data.kind import Kind
from data.kinds import ALL
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import CASH, issue_float
from data.kinds.people import PERSON
from data.kinds.private import ID_DOCUMENT
from data.kinds.receipts import RECEIPT, Receipt, log_receipt
from data.kinds.schedule import DAY, SCENE
from data.kinds.times import TIME
from data.matrix import ROWS
from data.rights import Allowed, Thing, may
from data.rights_book import buckets_of
from data.roles import DEFAULT, ROLE_NAMES, ROW_NAMES, Change, Held, Table, table_at
from tests.small_show import SmallShow

PEOPLE = ["", "ann", "ben"]
DEPARTMENTS = ["", "GRIP", "grip ", "CAST", "Hair/Make-up"]
UNITS = ["", "Main", "main", "2nd"]
CELLS = [
    "-", "R", "RW", "C", "RW own", "R department", "R unit", "R cast", "R listed", "R own expiring",
    "R own ; R department", "R off", "nonsense",
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A record's place, roles that somebody holds, and a table that speaks of these two."""

    place: Place
    held: list[Held]
    table: Table


@st.composite
def places(draw: st.DrawFn) -> Place:
    row = draw(st.sampled_from(ROWS))
    return Place(
        row.name,
        draw(st.sampled_from([*row.parts, "tattoo"])),
        draw(st.sampled_from(PEOPLE)),
        draw(st.sampled_from(DEPARTMENTS)),
        draw(st.sampled_from(UNITS)),
    )


def held(role: st.SearchStrategy[str]) -> st.SearchStrategy[Held]:
    return st.builds(
        Held,
        role,
        st.sampled_from(PEOPLE),
        st.sampled_from(DEPARTMENTS),
        st.sampled_from(UNITS),
        st.frozensets(st.sampled_from(ROW_NAMES), max_size=2),
        st.just(0),
        st.sampled_from([None, 100]),
    )


HELD = held(st.sampled_from(ROLE_NAMES))
ROLES_HELD = st.lists(HELD, max_size=3)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    place, roles = draw(places()), draw(st.lists(HELD, min_size=1, max_size=3))
    changes = [
        Change(place.row, one.role, draw(st.sampled_from(CELLS)), n)
        for n, one in enumerate(roles)
        if draw(st.booleans())
    ]
    return Case(place, roles, table_at(changes, 3))


def in_scope(place: Place, table: Table, held: list[Held]) -> bool:
    return bool(buckets(place) & scope(table, held))


def may_read(place: Place, table: Table, held: list[Held]) -> bool:
    return isinstance(may(table, held, "read", Thing(DAY, place, {})), Allowed)


# ---- laws -------------------------------------------------------------------------------------


@settings(max_examples=1500)
@given(cases())
def test_a_scope_by_buckets_is_the_scope_by_the_matrix(case: Case) -> None:
    assert may_read(case.place, case.table, case.held) == in_scope(
        case.place, case.table, case.held
    )


@pytest.mark.parametrize("role", ROLE_NAMES)
@settings(max_examples=60)
@given(place=places(), held=HELD)
def test_and_so_for_every_role_of_the_default_table(role: str, place: Place, held: Held) -> None:
    alone = [Held(role, held.person, held.department, held.unit, held.lists, 0, held.until)]

    assert may_read(place, DEFAULT, alone) == in_scope(place, DEFAULT, alone)


@given(places())
def test_a_record_lies_in_one_to_four_buckets(place: Place) -> None:
    assert 1 <= len(buckets(place)) <= 4


@given(places(), places())
def test_places_that_differ_in_what_somebody_may_see_share_no_whole_set(a: Place, b: Place) -> None:
    if (a.row, a.part, a.owner) != (b.row, b.part, b.owner):
        assert buckets(a) != buckets(b)


@given(cases(), ROLES_HELD)
def test_a_change_of_scope_tells_what_comes_and_what_goes(case: Case, after: list[Held]) -> None:
    table, before, place = case.table, case.held, case.place
    was, now, record = scope(table, before), scope(table, after), buckets(place)
    change = moved(was, now)

    assert now == (was - change.lost) | change.gained
    assert not change.lost & change.gained
    assert gone(record, was, now) == (
        may_read(place, table, before) and not may_read(place, table, after)
    )
    if not record & was and record & now:
        assert record & change.gained


@given(cases(), ROLES_HELD)
def test_two_people_s_roles_read_what_each_of_them_reads(case: Case, other: list[Held]) -> None:
    table, one = case.table, case.held
    assert scope(table, [*one, *other]) == scope(table, one) | scope(table, other)


# ---- every kind -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_every_kind_says_whom_it_concerns(kind: Kind[Any]) -> None:
    reach = kind.reach
    row = next((row for row in ROWS if row.name == reach.row), None)
    assert row is not None

    if reach.part_field:
        words = getattr(kind.meanings[reach.part_field], "words", ())
        assert set(words) <= set(row.parts)
    else:
        assert reach.part in row.parts
    named = (*reach.veiled, *filter(None, (reach.part_field, reach.draft, reach.amount)))
    assert set(named) <= kind.meanings.keys()


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_every_path_to_whose_it_is_leads_somewhere(kind: Kind[Any]) -> None:
    by_name = {other.name: other for other in ALL}
    reach = kind.reach
    for path in (*reach.owner, *reach.department, *reach.unit):
        name, _, behind = path.partition(".")
        if behind:
            meaning: Any = kind.meanings[name]
            assert behind in by_name[meaning.kind].meanings
        else:
            assert name in ("@id", "@author") or name in kind.meanings


@pytest.mark.parametrize(
    "kind", [k for k in ALL if k.confidentiality == "red"], ids=lambda k: k.name
)
def test_what_is_red_lies_in_a_red_row_and_covers_something(kind: Kind[Any]) -> None:
    row = next(row for row in ROWS if row.name == kind.reach.row)

    assert row.confidentiality == "red"
    assert kind.reach.veiled
    assert not set(kind.reach.veiled) & {*kind.columns, *kind.search}


@pytest.mark.parametrize("role", ["apoc", "office_pa", "ad", "medic"])
def test_no_red_record_of_others_ever_reaches_these_roles(role: str) -> None:
    reads = scope(DEFAULT, [Held(role, "ann", "GRIP", "Main", frozenset(ROW_NAMES), 0, 100)])
    red = {"rates", "ids", "copies"}

    assert not {name for name in reads if name.partition("/")[0].partition(".")[0] in red}


# ---- whose a record is ------------------------------------------------------------------------

WORLD: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("person", "ann"): {"department": "GRIP", "unit": "2nd"},
    ("envelope", "e"): {"custodian": "ann", "department": "ART"},
    ("day", "d"): {"unit": "Main"},
}


def place(kind: Kind[Any], values: Mapping[str, Any], author: str = "") -> Place:
    return place_of(kind, "r", values, lambda *key: WORLD.get(key), lambda: author)


def test_a_person_is_their_own_by_department_and_unit() -> None:
    values = {"department": "ART", "unit": "Main"}

    assert Place("contacts", "", "r", "ART", "Main") == place(PERSON, values)


def test_what_names_a_person_has_their_department_and_unit_where_it_names_none() -> None:
    assert Place("times", "", "ann", "GRIP", "2nd") == place(TIME, {"person": "ann"})
    assert Place("times", "", "ann", "GRIP", "Main") == place(
        TIME, {"person": "ann", "unit": "Main"}
    )
    assert Place("costs", "", "ann", "ART", "2nd") == place(
        ENVELOPE, {"custodian": "ann", "department": "ART"}
    )


def test_cash_and_receipts_are_the_custodian_s_of_their_envelope() -> None:
    assert Place("costs", "", "ann", "ART", "2nd") == place(CASH, {"envelope": "e"})
    assert Place("costs", "", "ann", "ART", "2nd") == place(RECEIPT, {"envelope": "e"}, "ben")


def test_a_receipt_without_an_envelope_is_its_author_s() -> None:
    assert Place("costs", "", "ann", "GRIP", "2nd") == place(RECEIPT, {}, "ann")
    assert Place("costs", "", "ben") == place(RECEIPT, {"envelope": "lost"}, "ben")


def test_a_scene_is_of_the_unit_of_its_day() -> None:
    assert Place("script", "schedule", unit="Main") == place(SCENE, {"day": "d"})


def test_the_part_of_a_paper_is_what_it_is() -> None:
    assert place(ID_DOCUMENT, {"person": "ann", "what": "passport"}).part == "passport"
    strange = place(ID_DOCUMENT, {"person": "ann", "what": "tattoo"})
    assert not in_scope(strange, DEFAULT, [Held("accounts", "ben")])


def test_what_this_version_does_not_know_stays_at_the_office() -> None:
    unknown = place_of(None, "r", {"person": "ann"}, lambda *_: None)

    assert {HERE} == buckets(unknown)
    assert not any(in_scope(unknown, DEFAULT, [Held(role, "ann")]) for role in ROLE_NAMES)


def test_the_records_that_may_move_another_are_named() -> None:
    look = lambda *key: WORLD.get(key)  # noqa: E731

    def named(kind: Kind[Any], values: dict[str, Any]) -> frozenset[str]:
        return linked(kind, values, place_of(kind, "r", values, look))

    assert {"e", "ann"} == named(RECEIPT, {"envelope": "e"})
    assert {"ann"} == named(TIME, {"person": "ann"})
    assert set() == named(DAY, {"unit": "Main"})


# ---- lent devices -----------------------------------------------------------------------------


def test_a_lent_tablet_reads_its_role_and_the_pins_of_its_unit() -> None:
    tablet = scope_of_lent(DEFAULT, Held("ad", unit="Main"))
    pin = Place("pins", "", "ann", "GRIP", "Main")

    assert buckets(pin) & tablet
    assert buckets(Place("pins", "", "ben", "GRIP", "")) & tablet
    assert not buckets(Place("pins", "", "ben", "GRIP", "2nd")) & tablet
    assert scope(DEFAULT, [Held("ad", unit="Main")]) < tablet
    assert buckets(Place("devices", "lending", "ann", "GRIP", "Main")) & tablet
    assert not buckets(Place("devices", "lending", "ann", "GRIP", "2nd")) & tablet


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_no_phone_of_a_person_reads_anybody_else_s_pin(role: str) -> None:
    pins = buckets(Place("pins", "", "ann", "GRIP", "Main"))

    assert not pins & scope(DEFAULT, [Held(role, "ben", "GRIP", "Main")])
    assert pins & scope(DEFAULT, [Held(role, "ann", "GRIP", "Main")])


# ---- at the office ----------------------------------------------------------------------------


def test_the_office_tells_buckets_from_its_own_records(show: SmallShow) -> None:
    desk, gus = show.desk, show["Gus"]
    envelope = issue_float(desk, gus, Money(amount=Decimal(500), currency="USD"))
    desk.user = show["Ada"].id
    slip = Receipt(
        date=show.day.date, vendor="Depot", money=Money(amount=Decimal(9), currency="USD")
    )
    inside = log_receipt(desk, slip.model_copy(update={"envelope": envelope.id}))
    loose = log_receipt(desk, slip)

    base = {"costs", "costs/unit:"}
    assert base | {f"costs/own:{gus.id}", "costs/department:grip"} == buckets_of(desk, inside.id)
    ada = {f"costs/own:{show['Ada'].id}", "costs/department:assistant directors"}
    assert base | ada == buckets_of(desk, loose.id)
    assert frozenset() == buckets_of(desk, "never here")


def test_who_changes_department_takes_their_records_along(show: SmallShow) -> None:
    desk, gus = show.desk, show["Gus"]
    envelope = issue_float(desk, gus, Money(amount=Decimal(500), currency="USD"))
    cash = desk.all(CASH)[0]
    before = buckets_of(desk, cash.id)
    desk.edit(envelope, department="ART")

    change = moved(before, buckets_of(desk, cash.id))
    assert (change.gained, change.lost) == (
        frozenset({"costs/department:art"}),
        frozenset({"costs/department:grip"}),
    )
