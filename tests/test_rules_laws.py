"""Laws of the rules, on made-up days: more delay never costs less, order never matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from data.rules.day import person_day
from data.rules.events import WHAT, Event
from data.rules.library import SHIPPED, Stack, pack, stack_for
from data.rules.minors import worked_of
from data.rules.minutes import At, minute
from data.rules.overtime import day_hours
from data.rules.pack import RulePack
from data.rules.pay import by_the_hour
from data.rules.prices import next_rise, price
from data.rules.radar import radar, watch
from data.rules.rest import forced_call, rest_from
from data.rules.stack import reckon
from tests.rules_days import DAY, ZONE, at

PACKS = [pack(name) for name in SHIPPED]
PRICED = [
    each for each in PACKS if each.meals and (each.meals.schedule or each.meals.premium_hours)
]
RESTS = [each for each in PACKS if each.rest]
HOURS = [each for each in PACKS if each.hours]
RATE = by_the_hour(Decimal(40))
MORNING = at("05:00")

laws = settings(max_examples=60, deadline=None)
times = st.integers(0, 26 * 60).map(lambda m: MORNING + timedelta(minutes=m))


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Any taps at all, some amending or taking back others."""
    kinds = st.sampled_from(WHAT)
    made: list[Event] = []
    for place in range(draw(st.integers(0, 9))):
        earlier = st.sampled_from([e.id for e in made]) if made else st.none()
        replaces = draw(st.one_of(st.none(), st.none(), earlier))
        made.append(Event(draw(kinds), draw(times), f"{place}", replaces, draw(st.booleans())))
    return made


@st.composite
def plain_days(draw: st.DrawFn) -> list[Event]:
    """In, perhaps a breakfast, up to two meals, out: each after the one before."""
    clock, made = MORNING, []
    steps = ["in", "ndb", "meal", "meal", "out"]
    for n, what in enumerate(steps):
        clock += timedelta(minutes=draw(st.integers(1, 400)))
        if what in ("in", "out"):
            made.append(Event(what, clock, f"{n}"))
        elif draw(st.booleans()):
            made.append(Event(f"{what}_out", clock, f"{n}a"))
            clock += timedelta(minutes=draw(st.integers(1, 90)))
            made.append(Event(f"{what}_in", clock, f"{n}b"))
    return made


packs = st.sampled_from


@laws
@given(packs(PRICED), st.integers(0, 600), st.integers(0, 120), st.integers(0, 30))
def test_more_delay_never_costs_less(rules: RulePack, late: int, more: int, earlier: int) -> None:
    assert rules.meals is not None
    sooner, later = (price(rules.meals, each, earlier) for each in (late, late + more))

    assert sooner.fixed <= later.fixed
    assert sooner.rate_hours <= later.rate_hours
    assert sooner.count <= later.count


@laws
@given(packs(PRICED), st.integers(0, 600), st.integers(0, 30))
def test_the_bill_stands_still_until_its_next_rise(
    rules: RulePack, late: int, earlier: int
) -> None:
    assert rules.meals is not None
    rise = next_rise(rules.meals, late, earlier)
    now = price(rules.meals, late, earlier).money

    if rise is not None:
        assert now == price(rules.meals, rise - 1, earlier).money
        assert now != price(rules.meals, rise, earlier).money
    else:
        assert now == price(rules.meals, late + 1000, earlier).money


@laws
@given(
    packs(RESTS), times, st.integers(0, 3000), st.integers(0, 3000), st.sampled_from([None, 5, 6])
)
def test_a_later_call_never_shortens_rest_and_never_costs_more(
    rules: RulePack, released: datetime, call: int, later: int, days: int | None
) -> None:
    rest = rest_from(minute(released), rules, zone=ZONE, worked_days=days)
    first, second = (
        forced_call(rest, At(rest.released + each), rules, rate=RATE, top_multiple=Decimal(2))
        for each in (call, call + later)
    )

    assert second.short <= first.short
    assert second.rate_hours <= first.rate_hours
    assert (second.amount or 0) <= (first.amount or 0)
    assert rest.earliest >= rest.released


@laws
@given(packs(RESTS), times, st.integers(0, 600), st.sampled_from([None, 5, 6]))
def test_who_leaves_later_never_may_be_called_earlier(
    rules: RulePack, released: datetime, later: int, days: int | None
) -> None:
    when_ = ["54-hour exception"]
    first, second = (
        rest_from(At(minute(released) + more), rules, zone=ZONE, worked_days=days,
                  circumstances=when_)
        for more in (0, later)
    )  # fmt: skip

    assert first.earliest <= second.earliest


@laws
@given(events(), st.randoms(use_true_random=False), times)
def test_any_order_of_the_same_taps_gives_the_same_day(
    taps: list[Event], rng: object, now: datetime
) -> None:
    shuffled = sorted(taps, key=lambda _: rng.random())  # type: ignore[attr-defined]

    one, other = (person_day(each, day=DAY, zone=ZONE, call=at("07:00"), now=now)
                  for each in (taps, shuffled))  # fmt: skip

    assert one == other
    assert reckoned(one) == reckoned(other)


def reckoned(day: object, stack: Stack | None = None) -> object:
    stack = stack or stack_for("IATSE 600", DAY, jurisdiction="US-CA", tier="tv")
    found = reckon(day, stack, now=minute(at("30:00")), rate=RATE)  # type: ignore[arg-type]
    meals, hours = found.meals, found.hours
    return meals and (meals.delays, meals.amount), hours and (hours.slices, hours.amount)


@laws
@given(events(), packs(HOURS), times)
def test_no_taps_make_a_total_negative(taps: list[Event], rules: RulePack, now: datetime) -> None:
    day = person_day(taps, day=DAY, zone=ZONE, call=at("07:00"), now=now)
    found = reckon(day, Stack((rules,)), now=minute(now), rate=RATE)
    seen = radar(watch(day, Stack((rules,)), rate=RATE), minute(now))

    if found.hours is not None:
        assert min(found.hours.worked, found.hours.paid, found.hours.elapsed) >= 0
        assert found.hours.amount is not None
        assert found.hours.amount >= 0
    if found.meals is not None:
        assert all(delay.late > 0 for delay in found.meals.delays)
        assert (found.meals.amount or 0) >= 0
    assert seen.worked >= 0
    if day.began is not None:
        assert worked_of(day, day.began, max(day.began, minute(now))) >= 0


@laws
@given(plain_days(), packs(HOURS), st.integers(1, 300))
def test_who_stays_longer_is_never_paid_less(
    taps: list[Event], rules: RulePack, longer: int
) -> None:
    *before, out = taps
    days = [
        person_day(
            [*before, Event("out", out.at + timedelta(minutes=more), "9")], day=DAY, zone=ZONE
        )
        for more in (0, longer)
    ]
    short, long = (day_hours(day, rules, rate=RATE) for day in days)

    assert short is not None
    assert long is not None
    assert short.amount is not None
    assert long.amount is not None
    assert short.worked <= long.worked
    assert short.amount <= long.amount


@laws
@given(plain_days(), packs(PACKS), st.integers(0, 500))
def test_the_hours_of_a_day_are_cut_without_a_gap(
    taps: list[Event], rules: RulePack, rate: int
) -> None:
    found = day_hours(person_day(taps, day=DAY, zone=ZONE), rules, rate=by_the_hour(Decimal(rate)))

    assert found is not None
    golden = 0 if not found.days else found.paid - sum(part.minutes for part in found.slices)
    assert sum(part.minutes for part in found.slices) + golden == found.paid
    multiples = [part.multiple for part in found.slices]
    assert multiples == sorted(multiples)
    assert found.pay_minutes >= sum(part.minutes for part in found.slices)


@laws
@given(plain_days(), st.sampled_from(["SAG", "IATSE 600", "Teamsters 399", ""]), times)
def test_the_radar_says_what_the_reckoning_says(
    taps: list[Event], union: str, now: datetime
) -> None:
    stack = stack_for(union, DAY, jurisdiction="US-CA", tier="tv")
    # What has been tapped by now, as a board knows it.
    day = person_day([e for e in taps if e.at <= now], day=DAY, zone=ZONE)
    told, found = (
        radar(watch(day, stack, rate=RATE), minute(now)),
        reckon(day, stack, now=minute(now), rate=RATE),
    )

    if found.hours is not None:
        assert told.worked == found.hours.worked
    if found.meals is not None:
        assert told.cost == found.meals.amount
        assert told.penalties == found.meals.count
        assert told.meal_in == (None if found.due is None else found.due - minute(now))


@laws
@given(plain_days(), times)
def test_adding_the_law_never_takes_anything_away(taps: list[Event], now: datetime) -> None:
    both = stack_for("IATSE 600", DAY, jurisdiction="US-CA", tier="tv")
    alone = Stack(both.packs[1:])
    day = person_day(taps, day=DAY, zone=ZONE)

    with_law, without = (reckon(day, each, now=minute(now), rate=RATE) for each in (both, alone))

    assert with_law.hours is not None
    assert without.hours is not None
    assert (with_law.hours.amount or 0) >= (without.hours.amount or 0)


@laws
@given(st.integers(0, 10**9))
def test_a_minute_and_its_moment_are_one(seconds: int) -> None:
    at_ = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert minute(minute(at_).moment) == minute(at_)
    assert Fraction((at_ - minute(at_).moment).seconds) < 60
