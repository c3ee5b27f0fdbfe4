"""A device that follows what the office tells of scopes and buckets holds its scope and no more."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from data.buckets import Place, buckets, gone, moved, scope
from data.roles import DEFAULT, ROLE_NAMES, Change, Held, table_at

RECORDS = [f"r{n}" for n in range(6)]
PLACES = st.builds(
    Place,
    st.sampled_from(["contacts", "costs", "home"]),
    st.just(""),
    st.sampled_from(["", "me", "x"]),
    st.sampled_from(["", "GRIP", "CAST"]),
    st.sampled_from(["", "Main", "2nd"]),
).map(lambda p: Place(p.row, "emergency" if p.row == "home" else "", p.owner, p.department, p.unit))
ROLES_HELD = st.lists(
    st.builds(
        Held,
        st.sampled_from(ROLE_NAMES),
        st.just("me"),
        st.sampled_from(["", "GRIP"]),
        st.sampled_from(["", "Main"]),
    ),
    max_size=2,
)
CELLS = st.sampled_from(["-", "R", "R own", "R department", "R unit", "R cast"])


class OneDevice(RuleBasedStateMachine):
    """What the office will do: tell of each change by sets; what a device will do: obey."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, Place] = {}
        self.table, self.held = DEFAULT, list[Held]()
        self.scope: frozenset[str] = frozenset()
        self.holds: set[str] = set()

    @rule(name=st.sampled_from(RECORDS), place=PLACES)
    def a_record_comes_or_moves(self, name: str, place: Place) -> None:
        before = buckets(self.places[name]) if name in self.places else frozenset()
        after = buckets(place)
        self.places[name] = place
        if after & self.scope:
            self.holds.add(name)
        elif before & self.scope:  # a bucket that the device reads was left: it is told `gone`
            self.holds.discard(name)

    @rule(held=ROLES_HELD)
    def roles_change(self, held: list[Held]) -> None:
        self.held = held
        self._tell()

    @rule(
        row=st.sampled_from(["contacts", "costs", "home"]),
        role=st.sampled_from(ROLE_NAMES),
        cell=CELLS,
    )
    def the_show_changes_a_cell(self, row: str, role: str, cell: str) -> None:
        changed = table_at([Change(row, role, cell, 0)], 0)
        self.table = {**self.table, (row, role): changed[row, role]}
        self._tell()

    def _tell(self) -> None:
        now = scope(self.table, self.held)
        change = moved(self.scope, now)
        for name, place in self.places.items():
            if gone(buckets(place), self.scope, now):
                self.holds.discard(name)
            if buckets(place) & change.gained:  # the snapshot of the buckets that came
                self.holds.add(name)
        self.scope = now

    @invariant()
    def the_device_holds_its_scope_and_no_more(self) -> None:
        assert self.holds == {n for n, p in self.places.items() if buckets(p) & self.scope}


TestOneDevice = OneDevice.TestCase
TestOneDevice.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
