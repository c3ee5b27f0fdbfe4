"""Pairing: what a code forgives, what it never does, and how often anybody may guess."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from data.codes import (
    ALPHABET,
    LENGTH,
    Invitation,
    code_text,
    invited_by,
    is_token,
    new_code,
    new_token,
    qr_text,
    read_code,
    read_qr,
    token_hash,
)
from data.errors import BadInput, OfficeError, Refused
from data.pairing import (
    A_MINUTE,
    A_MINUTE_FROM_ONE,
    GOOD_MS,
    MINUTE_MS,
    TRIES,
    Ask,
    Offer,
    Pairing,
    attempt,
    collect,
    collected,
    decide,
    offer,
)

CODES = st.integers(0, 2**32).map(lambda seed: new_code(Random(seed)))
ASK = Ask("Gus's phone", "10.0.0.7")
TICKET = "t" * 64


def say(
    pairing: Pairing, code: str, now: int, source: str = "10.0.0.7"
) -> tuple[Pairing, Offer | OfficeError]:
    return attempt(pairing, code, Ask("a phone", source), TICKET, now)


def refused(answer: Offer | OfficeError) -> str:
    return answer.code if isinstance(answer, OfficeError) else "taken"


def wrong(n: int) -> str:
    """A code that is well written and was never offered."""
    return new_code(Random(f"wrong {n}"))


def spaced(n: int) -> int:
    """A time for the n-th try at which nobody is told to wait."""
    return n * MINUTE_MS // (A_MINUTE_FROM_ONE - 1)


# ---- codes ------------------------------------------------------------------------------------


def test_a_code_has_no_character_that_looks_like_another() -> None:
    assert set("01OIL") & set(ALPHABET) == set()
    assert len(set(ALPHABET)) == len(ALPHABET) == 31


@given(CODES, st.data())
def test_a_code_is_read_however_it_is_typed(code: str, data: st.DataObject) -> None:
    typed = "".join(
        letter + data.draw(st.sampled_from(["", " ", "-", "\t"]))
        for letter in (code.lower() if data.draw(st.booleans()) else code)
    )

    assert code == read_code(typed) == read_code(code_text(code))
    assert len(code) == LENGTH


@given(CODES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(code: str, place: int, letter: str) -> None:
    slip = code[:place] + letter + code[place + 1 :]
    if slip != code:
        with pytest.raises(BadInput, match="slip"):
            read_code(slip)


@given(CODES, st.integers(0, LENGTH - 2), st.integers(1, LENGTH - 1))
def test_two_characters_that_changed_places_are_found(code: str, one: int, step: int) -> None:
    other = min(one + step, LENGTH - 1)
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    if (slip := "".join(letters)) != code:
        with pytest.raises(BadInput, match="slip"):
            read_code(slip)


@pytest.mark.parametrize(
    ("typed", "why"),
    [("", "10 characters"), ("ABCDE", "these are 5"), ("O0ABCDEFGH", "no 0 or O"), ("é", "no É")],
)
def test_a_code_that_cannot_be_one_says_why(typed: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read_code(typed)


def test_codes_are_of_chance() -> None:
    rng = Random(7)

    assert len({new_code(rng) for _ in range(2000)}) == 2000


# ---- the QR code ------------------------------------------------------------------------------


@given(CODES, st.uuids(), st.from_regex(r"([0-9A-F]{2}:){7}[0-9A-F]{2}", fullmatch=True))
def test_what_is_scanned_is_what_was_shown(code: str, show: object, fingerprint: str) -> None:
    told = Invitation("https://callboard-abcdefgh.local:8443/", str(show), fingerprint, code)

    assert told == read_qr(qr_text(told))


def test_the_secret_stands_where_no_browser_sends_it() -> None:
    code = new_code(Random(1))
    text = qr_text(Invitation("https://callboard-abcdefgh.local:8443/", "p", "AA", code))

    assert code not in text.partition("#")[0]
    assert code in text.partition("#")[2]


@pytest.mark.parametrize(
    "text",
    ["", "hello", "https://example.org/", "javascript:alert(1)#pair=x&show=y", "http://[::1#pair=x",
     "https://a.local/#pair=ABCDEFGHJK&show=p&ca=x", "ftp://a.local/#pair=x&show=p"],
)  # fmt: skip
def test_what_is_no_invitation_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no invitation"):
        read_qr(text)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://a.local:8343/phone/#pair=7KQ2M9XHBD&show=p", "7KQ2M9XHBD"),
        ("https://a.local:8343/phone/?pair=7KQ2M9XHBD", "7KQ2M9XHBD"),
        ("https://a.local:8343/phone/inbox?from=/sync", ""),
    ],
)
def test_a_code_comes_by_the_picture_or_by_an_icon(address: str, code: str) -> None:
    assert invited_by(address) == code


# ---- tokens -----------------------------------------------------------------------------------


def test_a_token_is_256_bits_and_only_its_hash_is_kept() -> None:
    token = new_token(Random(1))
    kept = token_hash(token)

    assert len(bytes.fromhex(token)) == 32
    assert token not in kept
    assert is_token(token, kept)
    assert not is_token(token[:-1] + ("0" if token[-1] != "0" else "1"), kept)
    assert not is_token("", "")
    assert not is_token(kept, kept)


# ---- from the offer to the token --------------------------------------------------------------


def test_a_code_is_said_confirmed_and_collected() -> None:
    code = new_code(Random(1))
    pairing = offer(Pairing(), "o1", code, now=0)
    pairing, asked = attempt(pairing, code_text(code).lower(), ASK, TICKET, now=1000)
    assert isinstance(asked, Offer)
    assert asked.asked == ASK
    waiting = collect(pairing, TICKET, 1500)
    assert isinstance(waiting, Offer)
    assert waiting.outcome == ""
    pairing = decide(pairing, "o1", True, 2000)

    for now in (2500, 3000):  # the answer may be lost: it can be asked for again
        told = collect(pairing, TICKET, now)
        assert isinstance(told, Offer)
        assert told.outcome == "confirmed"
    assert refused(collect(collected(pairing, "o1"), TICKET, 3500)) == "code-old"


def test_nothing_that_is_kept_says_the_code_or_the_ticket() -> None:
    code = new_code(Random(1))
    pairing, _ = attempt(offer(Pairing(), "o1", code, 0), code, ASK, TICKET, 1)

    assert code not in repr(pairing)
    assert TICKET not in repr(pairing)


def test_a_code_is_used_up_by_the_first_who_says_it() -> None:
    code = new_code(Random(1))
    pairing, _ = say(offer(Pairing(), "o1", code, 0), code, 1)
    again, told = say(pairing, code, 2, "10.0.0.8")

    assert refused(told) == "code-used"
    assert again.offers[0].asked == Ask("a phone", "10.0.0.7")


@pytest.mark.parametrize(("now", "told"), [(GOOD_MS - 1, "taken"), (GOOD_MS, "code-old")])
def test_a_code_is_good_for_ten_minutes(now: int, told: str) -> None:
    code = new_code(Random(1))

    assert told == refused(say(offer(Pairing(), "o1", code, 0), code, now)[1])


def test_a_clock_set_back_does_not_make_a_code_young() -> None:
    code = new_code(Random(1))

    assert refused(say(offer(Pairing(), "o1", code, 1000), code, 999)[1]) == "code-old"


@pytest.mark.parametrize(("guesses", "told"), [(TRIES - 1, "taken"), (TRIES, "code-spent")])
def test_five_wrong_codes_end_every_open_offer(guesses: int, told: str) -> None:
    code = new_code(Random(1))
    pairing = offer(offer(Pairing(), "o1", code, 0), "o2", new_code(Random(2)), 0)
    for n in range(guesses):
        pairing, answer = say(pairing, wrong(n), spaced(n))
        assert refused(answer) == "code-wrong"

    assert told == refused(say(pairing, code, spaced(guesses))[1])


def test_a_slip_of_the_finger_is_no_wrong_code() -> None:
    code = new_code(Random(1))
    pairing = offer(Pairing(), "o1", code, 0)
    for n in range(TRIES + 2):
        pairing, answer = say(pairing, code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % 31], n)
        assert refused(answer) == "bad-input"

    assert refused(say(pairing, code, 100)[1]) == "taken"


def test_a_new_offer_after_five_wrong_codes_is_fresh() -> None:
    pairing = offer(Pairing(), "o1", new_code(Random(1)), 0)
    for n in range(TRIES):
        pairing, _ = say(pairing, wrong(n), spaced(n))
    code = new_code(Random(3))
    now = spaced(TRIES)

    assert refused(say(offer(pairing, "o2", code, now), code, now)[1]) == "taken"


# ---- the pace ---------------------------------------------------------------------------------


def test_one_address_is_heard_ten_times_a_minute_even_with_the_right_code() -> None:
    code = new_code(Random(1))
    pairing = Pairing()
    for n in range(A_MINUTE_FROM_ONE):
        pairing, _ = say(pairing, wrong(n), n)
    pairing = offer(pairing, "o1", code, 500)

    assert refused(say(pairing, code, 1000)[1]) == "too-many-tries"
    assert refused(say(pairing, code, 1000, "10.0.0.8")[1]) == "taken"
    assert refused(say(pairing, code, MINUTE_MS + 1)[1]) == "taken"


def test_all_addresses_together_are_heard_thirty_times_a_minute() -> None:
    pairing, answers = Pairing(), []
    for n in range(A_MINUTE + 5):
        pairing, answer = say(pairing, wrong(n), n, f"10.0.0.{n}")
        answers.append(refused(answer))

    assert answers == ["code-wrong"] * A_MINUTE + ["too-many-tries"] * 5
    assert len(pairing.tries) == A_MINUTE


# ---- what the office says ---------------------------------------------------------------------


def test_a_device_that_the_office_declines_gets_nothing() -> None:
    code = new_code(Random(1))
    pairing, _ = say(offer(Pairing(), "o1", code, 0), code, 1)
    pairing = decide(pairing, "o1", False, 2)

    assert refused(collect(pairing, TICKET, 3)) == "declined"
    with pytest.raises(Refused, match="decided already"):
        decide(pairing, "o1", True, 4)


@pytest.mark.parametrize("offer_id", ["o1", "o9"])
def test_there_is_nothing_to_decide_before_somebody_asked(offer_id: str) -> None:
    pairing = offer(Pairing(), "o1", new_code(Random(1)), 0)

    with pytest.raises(Refused, match="Show a new code"):
        decide(pairing, offer_id, True, 1)


def test_who_asked_and_was_not_answered_in_ten_minutes_asks_again() -> None:
    code = new_code(Random(1))
    pairing, _ = say(offer(Pairing(), "o1", code, 0), code, GOOD_MS - 1)

    assert not isinstance(collect(pairing, TICKET, GOOD_MS + 1), OfficeError)
    assert refused(collect(pairing, TICKET, 2 * GOOD_MS)) == "code-old"
    with pytest.raises(Refused, match="Nobody waits"):
        decide(pairing, "o1", True, 2 * GOOD_MS)


def test_another_ticket_collects_nothing() -> None:
    code = new_code(Random(1))
    pairing, _ = say(offer(Pairing(), "o1", code, 0), code, 1)
    pairing = decide(offer(pairing, "o2", new_code(Random(2)), 2), "o1", True, 3)

    assert refused(collect(pairing, "x" * 64, 4)) == "code-old"
    assert refused(collect(pairing, "", 4)) == "code-old"


# ---- in any order -----------------------------------------------------------------------------


class PairingInAnyOrder(RuleBasedStateMachine):
    """Whatever anybody says in whatever order: one code, one device, five guesses, ten minutes."""

    def __init__(self) -> None:
        super().__init__()
        self.pairing, self.now, self.made = Pairing(), 0, 0
        self.codes: dict[str, tuple[str, int]] = {}
        self.guesses = 0
        self.before: dict[str, int] = {}
        """By code: the guesses that were made before it was offered."""
        self.taken: dict[str, int] = {}

    @rule(wait=st.integers(0, GOOD_MS))
    def time_passes(self, wait: int) -> None:
        self.now += wait

    @rule()
    def the_office_offers(self) -> None:
        self.made += 1
        code = new_code(Random(self.made))
        self.codes[code] = (f"o{self.made}", self.now)
        self.before[code] = self.guesses
        self.pairing = offer(self.pairing, f"o{self.made}", code, self.now)

    @rule(n=st.integers(0, 10**6), source=st.sampled_from("abc"))
    def somebody_guesses(self, n: int, source: str) -> None:
        self.pairing, answer = say(self.pairing, wrong(n), self.now, source)
        assert isinstance(answer, OfficeError)
        if answer.code == "code-wrong":
            self.guesses += 1

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), source=st.sampled_from("abc"))
    def somebody_says_a_real_one(self, data: st.DataObject, source: str) -> None:
        code = data.draw(st.sampled_from(sorted(self.codes)))
        name, made = self.codes[code]
        before = self.taken.get(name, 0)
        self.pairing, answer = say(self.pairing, code, self.now, source)
        if isinstance(answer, Offer):
            self.taken[name] = before + 1
            assert self.now - made < GOOD_MS
            assert self.guesses - self.before[code] < TRIES

    @invariant()
    def no_code_is_taken_twice(self) -> None:
        assert all(times == 1 for times in self.taken.values())

    @invariant()
    def no_open_offer_has_seen_five_guesses(self) -> None:
        assert all(o.wrong < TRIES for o in self.pairing.offers if o.open(self.now))
        assert all(o.wrong <= TRIES for o in self.pairing.offers)


TestPairingInAnyOrder = PairingInAnyOrder.TestCase
