"""The judge is a function of an edit's moment: laws, over whatever roles were held when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from data.edit import Edit, Write, apply
from data.judge import Book, Hand, judge_all, judged
from data.kinds import ALL
from data.rights import Allowed, Refusal
from data.roles import DEFAULT, Held
from data.state import Dot, Mark, State
from tests.small_show import PRODUCTION

DAY_KIND = next(kind for kind in ALL if kind.name == "day")
HERE = State("d", "day", {"b" * 16: 1})
"""A day that the office has."""
GRANTS = st.lists(
    st.builds(
        Held,
        st.sampled_from(["ad", "crew", "poc", "medic"]),
        st.sampled_from(["me", "x"]),
        since=st.integers(0, 20),
        until=st.none() | st.integers(0, 20),
    ),
    max_size=5,
)


def told(held: list[Held]) -> Book:
    """A book of one kind, and of one phone, which is mine."""
    return Book(
        kinds={"day": DAY_KIND},
        production=PRODUCTION,
        look=lambda *_: None,
        table=lambda _: DEFAULT,
        held=lambda person: [h for h in held if h.person == person],
        hand=lambda *_: Hand(frozenset({"me"})),
        author=lambda _: "",
    )


def edits(stamps: list[int], user: str = "me") -> tuple[State, list[Edit]]:
    """A day that the office had, after one edit at each of these times."""
    made, state = list[Edit](), HERE
    for n, stamp in enumerate(stamps, start=1):
        write = Write("day", "d", {"note": str(n)})
        state, edit = apply(state, write, Dot("a" * 16, n), Mark(stamp, None, user), "g")
        made.append(edit)
    return state, made


@given(GRANTS, st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_each_edit_is_judged_by_exactly_the_roles_of_its_moment(
    held: list[Held], stamps: list[int]
) -> None:
    after, made = edits(stamps)
    before = HERE
    answers = judge_all(made, before, after, told(held))

    for edit, stamp in zip(made, stamps, strict=True):
        theirs = [h for h in held if h.person == "me" and h.since <= stamp]
        in_force = {h.role for h in theirs if h.until is None or stamp < h.until}
        assert isinstance(answers[edit.dot], Allowed) == bool(in_force & {"ad", "poc"})


@given(GRANTS, st.permutations(range(4)))
def test_in_what_order_roles_were_given_and_when_edits_came_says_nothing(
    held: list[Held], order: list[int]
) -> None:
    after, made = edits([3, 8, 12, 17])
    before = HERE
    expected = judge_all(made, before, after, told(held))

    shuffled = [made[n] for n in order]
    assert expected == judge_all(shuffled, before, after, told(held[::-1]))
    for edit in made:
        assert expected[edit.dot] == judged(edit, before, after, told(held))


@given(GRANTS, st.sampled_from(["me", "x", "", "office"]))
def test_only_who_had_the_device_writes_on_it(held: list[Held], user: str) -> None:
    after, made = edits([5], user)
    answer = judged(made[0], HERE, after, told(held))

    assert (isinstance(answer, Refusal) and answer.code == "not-yours") == (user != "me")
