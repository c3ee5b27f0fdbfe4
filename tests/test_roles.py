"""The matrix as offices pin it to the wall, cell by cell; and what a show may change of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.buckets import Place
from data.errors import BadInput
from data.kinds import ALL
from data.matrix import ROLES, ROWS
from data.rights import Allowed, Thing, Verb, may
from data.roles import (
    DEFAULT,
    ROLE_NAMES,
    ROW_NAMES,
    Change,
    Held,
    Table,
    cell_text,
    clauses,
    next_change,
    read_cell,
    role,
    row,
    table_at,
)

# For every row and part: who reads (r) and writes (w) it, or only adds to it (c). Lower-case words
# after @ say of whose: mine, my department's, my unit's, the cast's; nothing: everybody's.
# In order:    upm  poc  apoc  travel  office_pa  ad  dept_head  crew  casting  accounts  medic
EXPECTED = {
    "contacts": "rw rw rw r r rw r r@unit r r r",
    "home.home": "r rw rw r - - - rw@mine r@cast - -",
    "home.emergency": "r rw rw r r r r@department rw@mine r@cast - r",
    "rates": "rw rw - - - - - r@mine rw@cast rw -",
    "ids.ids": "- - - - - - - rw@mine - rw -",
    "ids.mask": "r r - - - - - rw@mine - rw -",
    "copies.i9": "- - - - - - - rw@mine - rw -",
    "copies.passport": "- - - - - - - rw@mine - rw -",
    "copies.visa": "- - - - - - - rw@mine r rw -",
    "copies.flag": "- rw - - - - - r@mine - rw -",
    "diet.person": "r r r r - r - rw@mine r@cast - r",
    "diet.catering": "r r r r r r - rw@mine r@cast - r",
    "medical.detail": "- r - - - - - r@mine - - rw",
    "medical.summary": "r r - - - - - r@mine - - rw",
    "medical.witness": "- r - - - - r@department r@mine - - rw",
    "medical.claim": "- r - - - - - r@mine - r rw",
    "minors": "r r r r - rw - r@mine rw r -",
    "hotel.stay": "r r r rw - r - r@mine - - -",
    "hotel.task": "r r r rw r@mine r - r@mine - - -",
    "hotel.cost": "r r r rw - r - r@mine - r -",
    "script.script": "r rw rw - - rw r - - - -",
    "script.schedule": "r rw rw - - rw r - - - -",
    "script.sides": "r rw rw - - rw r - r - -",
    "script.distribution": "r rw rw - rw rw r - - - -",
    "costs": "rw rw rw rw@mine rw@mine - rw@department rw@mine rw@mine rw -",
    "applicants": "r rw r - - - rw@department - rw@cast - -",
    "incidents.report": "r r r - - c c c,r@mine - - rw",
    "incidents.claim": "r r r - - c c c,r@mine - r rw",
    # not in the table of the trade
    "show": "rw rw rw r r r r r r r r",
    "steps.audit": "w w w - - - - - - w -",
    "steps.approve": "w w - - - - - - - w -",
    "steps.post": "w - - - - - - - - w -",
    "times": "rw rw rw - rw rw rw@department r@mine r@cast r r",
    "roles.grant": "rw rw r r@mine r@mine r@mine r@mine r@mine r@mine r@mine r@mine",
    "roles.cell": "rw r r r@mine r@mine r@mine r@mine r@mine r@mine r@mine r@mine",
    "devices.device": "r r r r@mine r@mine r@mine r@mine r@mine r@mine r@mine r@mine",
    "devices.lending": "rc rc rc" + " rc@mine" * 8,
    "devices.lost": "rc rc rc" + " rc@mine" * 8,
    "devices.left": "rc rc rc" + " r@mine" * 8,
    "devices.retired": "rc rc rc" + " r@mine" * 8,
    "devices.void": "rc rc rc" + " r@mine" * 8,
    "pins": "rw@mine " * 11,
    "access": "r,c@mine r,c@mine" + " c@mine" * 9,
    "waiting": "r@mine " * 11,
}
NEAR = {
    "mine": Place(owner="me", department="SOUND", unit="2nd"),
    "department": Place(owner="x", department="grip ", unit="2nd"),
    "cast": Place(owner="x", department="Cast", unit="2nd"),
    "unit": Place(owner="x", department="SOUND", unit="MAIN"),
    "nobody's": Place(),
    "a stranger's": Place(owner="x", department="SOUND", unit="2nd"),
}
"""One record near the reader in one way only. Whose unit nothing says is every unit's."""
KIND = next(kind for kind in ALL if kind.name == "day")
VERBS: dict[str, tuple[Verb, ...]] = {"r": ("read",), "w": ("write", "add", "delete")}
SPOTS = [(row.name, part) for row in ROWS for part in row.parts]


def me(name: str) -> Held:
    return Held(name, "me", "GRIP", "Main")


def expected(cell: str) -> set[tuple[str, str]]:
    """(letter, near) pairs that a cell of EXPECTED allows."""
    allowed = set()
    for part in cell.replace("-", "").split(","):
        letters, _, whose = part.partition("@")
        near = {"unit": {"unit", "nobody's"}, "": set(NEAR)}.get(whose, {whose})
        for letter in letters:
            allowed |= {(each, n) for n in near for each in ("wc" if letter == "w" else letter)}
    return allowed


def found(table: Table, name: str, row_name: str, part: str) -> set[tuple[str, str]]:
    """(letter, near) pairs that the table allows a holder of the role."""
    asked: dict[str, Verb] = {"r": "read", "w": "write", "c": "add"}
    return {
        (letter, near)
        for letter, verb in asked.items()
        for near, p in NEAR.items()
        for thing in [Thing(KIND, Place(row_name, part, p.owner, p.department, p.unit), {})]
        if isinstance(may(table, [me(name)], verb, thing), Allowed)
    }


@pytest.mark.parametrize(("row_name", "part"), SPOTS, ids=lambda x: str(x))
def test_every_row_allows_each_role_what_the_office_says(row_name: str, part: str) -> None:
    cells = EXPECTED[f"{row_name}.{part}" if part else row_name].split()
    assert len(cells) == len(ROLES)

    for name, cell in zip(ROLE_NAMES, cells, strict=True):
        assert found(DEFAULT, name, row_name, part) == expected(cell), name


def test_eleven_roles_in_the_order_of_the_wall() -> None:
    wall = "upm poc apoc travel office_pa ad dept_head crew casting accounts medic"

    assert wall == " ".join(ROLE_NAMES)
    assert set(DEFAULT) == {(r, name) for r in ROW_NAMES for name in ROLE_NAMES}


def test_who_deletes_is_who_writes() -> None:
    thing = Thing(KIND, Place("contacts"), {})
    for name in ROLE_NAMES:
        answers = {v: isinstance(may(DEFAULT, [me(name)], v, thing), Allowed) for v in VERBS["w"]}
        assert len(set(answers.values())) == 1, name


# ---- conditions -------------------------------------------------------------------------------


def reads(held: Held, row_name: str, part: str = "", table: Table = DEFAULT) -> bool:
    thing = Thing(KIND, Place(row_name, part, "x"), {})
    return isinstance(may(table, [held], "read", thing), Allowed)


def test_travel_sees_passports_only_for_a_limited_time() -> None:
    assert not reads(Held("travel", "me"), "copies", "passport")
    assert reads(Held("travel", "me", until=10), "copies", "passport")
    assert not reads(Held("travel", "me", until=10), "copies", "i9")


def test_crew_read_the_script_if_they_are_on_its_list() -> None:
    assert not reads(Held("crew", "me"), "script", "script")
    assert not reads(Held("crew", "me", lists=frozenset({"hotel"})), "script", "script")
    assert reads(Held("crew", "me", lists=frozenset({"script"})), "script", "script")


def test_heads_see_rates_of_their_department_where_the_show_says_so() -> None:
    turned_on = table_at([Change("rates", "dept_head", "R department", 5)], at=5)

    assert found(DEFAULT, "dept_head", "rates", "") == set()
    assert found(turned_on, "dept_head", "rates", "") == {("r", "department")}


def test_who_works_on_every_unit_reads_every_unit() -> None:
    thing = Thing(KIND, Place("contacts", unit="2nd"), {})

    assert isinstance(may(DEFAULT, [Held("crew", "me")], "read", thing), Allowed)


def test_a_head_of_no_department_heads_nothing() -> None:
    thing = Thing(KIND, Place("costs"), {})

    assert not isinstance(may(DEFAULT, [Held("dept_head", "me")], "read", thing), Allowed)


def test_a_role_without_a_person_owns_nothing() -> None:
    thing = Thing(KIND, Place("costs"), {})

    assert not isinstance(may(DEFAULT, [Held("crew")], "read", thing), Allowed)


# ---- what a show changes ----------------------------------------------------------------------


def test_a_change_counts_from_its_date_and_the_newest_one_wins() -> None:
    changes = [Change("hotel", "medic", "R", 10), Change("hotel", "medic", "-", 20)]

    seen = [
        reads(Held("medic", "me"), "hotel", "stay", table_at(changes, at)) for at in (9, 10, 20)
    ]
    assert seen == [False, True, False]
    assert table_at(reversed(changes), 30) == table_at(changes, 30)


def test_a_cell_that_this_version_cannot_read_allows_nothing() -> None:
    table = table_at([Change("contacts", "upm", "R by-moonlight", 0)], at=1)

    assert table["contacts", "upm"] == ()


def test_a_change_of_an_unknown_row_or_role_changes_nothing() -> None:
    changes = [Change("dreams", "upm", "R", 0), Change("contacts", "caterer", "R", 0)]

    assert table_at(changes, 1) == DEFAULT


@pytest.mark.parametrize(
    "text", ["", "X", "R nobody", "R:knees", "R ;", "RW limited:ten", "W draft:1", "- -", "R:"]
)
def test_a_cell_that_says_nothing_is_refused_with_how_it_is_written(text: str) -> None:
    with pytest.raises(BadInput, match="Write - or R, RW, C"):
        read_cell(text, row("home"))


def test_every_cell_of_the_table_is_read_back_as_it_is_said() -> None:
    for (row_name, _), cell in DEFAULT.items():
        assert read_cell(cell_text(cell), row(row_name)) == cell


def test_unknown_roles_and_rows_are_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="office_pa"):
        role("caterer")
    with pytest.raises(BadInput, match="applicants"):
        row("dreams")


# ---- who holds a role when --------------------------------------------------------------------


def test_a_role_is_held_from_its_first_moment_to_before_its_last() -> None:
    held = Held("ad", "me", since=10, until=20)

    assert [held.at(ms) for ms in (9, 10, 19, 20)] == [False, True, True, False]
    assert Held("ad", "me", since=10).at(10**15)


def test_the_next_change_is_the_next_moment_that_anything_begins_or_ends() -> None:
    held = [Held("ad", "me", since=10, until=40), Held("poc", "me", since=25)]
    changes = [Change("hotel", "medic", "R", 30)]

    assert [next_change(held, changes, at) for at in (0, 10, 25, 30, 40)] == [10, 25, 30, 40, None]


ROLES_HELD = st.builds(
    Held,
    st.sampled_from(ROLE_NAMES),
    st.sampled_from(["", "me", "x"]),
    st.sampled_from(["", "GRIP", "CAST"]),
    st.sampled_from(["", "Main", "2nd"]),
    st.frozensets(st.sampled_from(ROW_NAMES)),
    st.just(0),
    st.sampled_from([None, 10]),
)


@given(
    st.lists(ROLES_HELD, max_size=3),
    ROLES_HELD,
    st.sampled_from(SPOTS),
    st.sampled_from(list(NEAR.values())),
    st.sampled_from(["read", "add", "write", "delete"]),
)
def test_one_more_role_never_takes_anything_away(
    held: list[Held], more: Held, spot: tuple[str, str], near: Place, verb: Verb
) -> None:
    thing = Thing(KIND, Place(*spot, near.owner, near.department, near.unit), {})

    if isinstance(may(DEFAULT, held, verb, thing), Allowed):
        assert isinstance(may(DEFAULT, [*held, more], verb, thing), Allowed)


@given(ROLES_HELD, st.sampled_from(ROW_NAMES))
def test_no_clause_that_is_off_ever_counts(held: Held, row_name: str) -> None:
    assert all("off" not in clause.marks for clause in clauses(DEFAULT, held, row_name))
