"""What holds of every crew list: twice changes nothing, and nothing filled is lost."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from data.imports.crew import plan_crew
from data.imports.report import Result, carry_out
from data.kinds.people import PERSON
from tests.office_lists import desk_in

NAMES = st.sampled_from(
    ["Ada Vargas", "ADA VARGAS", "Wen Li", "Renée Kim", "Renee  Kim", "Kai Olsen"]
)
CELLS = st.fixed_dictionaries(
    {
        "Name": NAMES,
        "Dept": st.sampled_from(["GRIP", "Grips", "SOUND", "CAMERA", "Art Dept", "ART"]),
        "Position": st.sampled_from(["", "Key", "PA"]),
        "Phone": st.sampled_from(["", "505-686-7143", "(505) 686-7144 cell", "686-7143"]),
        "E-mail": st.sampled_from(["", "a@example.com", "b@example.com", ".bad@example.com"]),
        "Start": st.sampled_from(["", "2026-07-13", "06/15/2026", "06/07/2026"]),
    }
)


def as_csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["Name", "Dept", "Position", "Phone", "E-mail", "Start"])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(CELLS, min_size=1, max_size=14), rng=st.randoms(use_true_random=False))
def test_a_list_imported_again_in_any_order_changes_nothing(
    rows: list[dict[str, str]], rng: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as home, desk_in(Path(home)) as desk:
        first = plan_crew(desk, "l.csv", as_csv(rows))
        carry_out(desk, first)
        people = desk.all(PERSON)
        rng.shuffle(rows)
        again = plan_crew(desk, "l.csv", as_csv(rows))

        assert not again.changes
        assert Result(0, 0, 0, None) == carry_out(desk, again)
        assert people == desk.all(PERSON)


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(CELLS, min_size=1, max_size=10), more=st.lists(CELLS, max_size=10))
def test_what_was_filled_stands_whatever_comes_after(
    rows: list[dict[str, str]], more: list[dict[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as home, desk_in(Path(home)) as desk:
        carry_out(desk, plan_crew(desk, "l.csv", as_csv(rows)))
        before = {person.id: person.model_dump() for person in desk.all(PERSON)}
        carry_out(desk, plan_crew(desk, "m.csv", as_csv([*more, *rows])))
        after = {person.id: person.model_dump() for person in desk.all(PERSON)}

        for record_id, values in before.items():
            filled = {name: value for name, value in values.items() if value}
            assert filled == {name: after[record_id][name] for name in filled}


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_no_bytes_make_a_plan_break(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as home, desk_in(Path(home)) as desk:
        for head in (b"", b"Name,Dept,Phone,Start,E-mail\n"):
            try:
                plan = plan_crew(desk, "l.csv", head + content)
            except BadInput:
                continue
            assert plan.summary().startswith("l.csv: ")
