"""PINs: the same bytes with and without the library, and a wait that grows."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from data.kinds.pins import knows_pin, set_pin
from data.pin import FREE, WAITS_S, Sealed, Tries, by_hand, right, seal, tried, wait_ms
from tests.small_show import SmallShow

SALT = bytes(range(16))
QUICK = settings(max_examples=20)
PINS = st.from_regex(r"[0-9]{4}", fullmatch=True)


def may_be_chosen(digits: str) -> bool:
    try:
        seal(digits, SALT)
    except BadInput:
        return False
    return True


# ---- the seal ---------------------------------------------------------------------------------


def test_the_rounds_turned_by_hand_are_those_of_the_standard() -> None:
    """The first test vector of RFC 7914, section 11: its first 32 bytes."""
    told = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"

    assert told == by_hand(b"passwd", b"salt", 1).hex()


@QUICK
@given(st.binary(max_size=80), st.binary(max_size=40), st.integers(1, 30))
def test_by_hand_and_by_the_library_are_one(password: bytes, salt: bytes, rounds: int) -> None:
    expected = hashlib.pbkdf2_hmac("sha256", password, salt, rounds)

    assert expected == by_hand(password, salt, rounds)


def test_a_seal_made_on_the_laptop_opens_where_the_library_has_no_rounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sealed = seal("4071", SALT)
    monkeypatch.delattr(hashlib, "pbkdf2_hmac")

    assert right("4071", sealed)
    assert not right("4072", sealed)
    assert sealed == seal("4071", SALT)


@QUICK
@given(PINS, PINS)
def test_only_the_pin_that_was_sealed_opens(one: str, other: str) -> None:
    if may_be_chosen(one):
        assert right(other, seal(one, SALT)) == (one == other)


def test_the_same_pin_is_sealed_differently_for_two_people() -> None:
    assert seal("4071", SALT).sealed != seal("4071", SALT[::-1]).sealed


@pytest.mark.parametrize("digits", ["", "123", "12345", "12a4", "١٢٣٥", "1 34", "-123"])
def test_a_pin_is_four_digits(digits: str) -> None:
    with pytest.raises(BadInput, match="4 digits"):
        seal(digits, SALT)


@pytest.mark.parametrize("digits", ["0000", "7777", "1234", "6789", "9876", "3210"])
def test_what_anybody_would_try_first_is_not_taken(digits: str) -> None:
    with pytest.raises(BadInput, match="Choose another"):
        seal(digits, SALT)


@pytest.mark.parametrize(
    "sealed",
    [
        Sealed("", 0, ""),
        Sealed("zz", 10, "00"),
        Sealed("00", 10, ""),
        Sealed("00", -1, "00"),
        Sealed("00", 10**9, "00"),
    ],
)
def test_what_is_no_seal_opens_for_nobody_and_costs_nothing(sealed: Sealed) -> None:
    assert not right("4071", sealed)


# ---- the wait ---------------------------------------------------------------------------------


def test_three_slips_are_free_and_then_the_wait_grows_to_a_quarter_of_an_hour() -> None:
    tries, waits = Tries(), []
    for n in range(9):
        tries = tried(tries, ok=False, now=n)
        waits.append(wait_ms(tries, n) // 1000)

    assert waits == [0] * (FREE - 1) + [30, 60, 300, 900, 900, 900, 900]


def test_the_right_pin_ends_the_wait() -> None:
    assert Tries() == tried(Tries(7, 5), ok=True, now=9)
    assert wait_ms(Tries(), 9) == 0


@given(st.integers(FREE, 50), st.integers(0, 10**13), st.integers(-(10**9), 10**9))
def test_the_wait_runs_down_and_a_clock_set_back_starts_it_anew(
    wrong: int, last: int, passed: int
) -> None:
    whole = 1000 * WAITS_S[min(wrong - FREE, len(WAITS_S) - 1)]
    expected = whole if passed < 0 else max(0, whole - passed)

    assert expected == wait_ms(Tries(wrong, last), last + passed)


def test_an_hour_of_guessing_tries_no_more_than_a_handful() -> None:
    tries, now, looked_at = Tries(), 0, 0
    while now < 3_600_000:
        if wait_ms(tries, now) == 0:
            tries, looked_at = tried(tries, ok=False, now=now), looked_at + 1
        now += 1000

    assert looked_at == 9


# ---- of a person ------------------------------------------------------------------------------


def test_a_person_s_pin_is_checked_from_the_copy_alone(show: SmallShow) -> None:
    desk, gus = show.desk, show["Gus"]
    assert knows_pin(desk, gus, "4071") is None
    made = set_pin(desk, gus, "4071")
    changed = set_pin(desk, gus, "9033")

    assert made.id == changed.id
    assert [knows_pin(desk, gus, digits) for digits in ("4071", "9033")] == [False, True]
    assert knows_pin(desk, show["Cam"], "9033") is None
    assert "9033" not in str(desk.store.document(made.id))
