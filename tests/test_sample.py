"""The made-up show: the size it says, full up to now and empty after it, the same for one seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data.canonical import decode, encode
from data.desk import Desk
from data.edit import values_from
from data.errors import BadInput, Refused
from data.kinds import ALL
from data.kinds.attendance import board, missing
from data.kinds.calls import called, day_now, scenes_of, shoot_days
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import CASH, balance, over_short
from data.kinds.people import CAST, PERSON
from data.kinds.production import show_of, today
from data.kinds.receipts import RECEIPT, receipts_of
from data.kinds.schedule import DAY, DEPARTMENT_CALL, PERSONAL_CALL, SCENE, ShootDay
from data.kinds.times import TIME
from data.sample import lay_out
from data.sample.plan import shoot_dates
from data.stamp import Clock, Sources
from data.store import Store
from data.walltime import instant, zone_of
from views.forms.envelope import facts

ZONE = zone_of("America/Denver")
TUESDAY = date(2026, 7, 28)


@dataclass
class Laid:
    desk: Desk
    now: datetime


def laid(home: Path, day: date, minutes: int, *, size: str = "A", seed: int = 1) -> Laid:
    """The show as it stands at this time of this day in Denver."""
    now = instant(day, minutes, ZONE)
    sources = Sources(clock=Clock(lambda: now), rng=random.Random(9))
    store = Store(home, sources=sources, hub=True)
    lay_out(store, size=size, seed=seed)
    return Laid(Desk(store, ALL, user="Amara"), now)


@pytest.fixture(scope="module")
def noon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laid]:
    """Laid out once for all tests that only read it: Tuesday, half past eleven."""
    show = laid(tmp_path_factory.mktemp("noon"), TUESDAY, 11 * 60 + 30, size="B")
    yield show
    show.desk.store.close()


# ---- how much there is ------------------------------------------------------------------------


def day_of(noon: Laid, date_: date) -> ShootDay:
    return next(day for day in shoot_days(noon.desk) if day.date == date_)


def past(noon: Laid) -> list[ShootDay]:
    return [day for day in shoot_days(noon.desk) if day.date < TUESDAY]


def test_the_show_is_of_size_b(noon: Laid) -> None:
    departments = Counter(person.department == "CAST" for person in noon.desk.all(PERSON))

    assert (departments[False], departments[True], len(noon.desk.all(CAST))) == (120, 22, 22)
    assert (len(noon.desk.all(DAY)), len(noon.desk.all(SCENE))) == (22, 92)
    assert all(3 <= len(scenes_of(noon.desk, day)) <= 5 for day in noon.desk.all(DAY))


def test_about_forty_five_of_the_crew_are_called_besides_the_cast(noon: Laid) -> None:
    for day in noon.desk.all(DAY):
        cast = Counter(call.person.department == "CAST" for call in called(noon.desk, day))
        assert 38 <= cast[False] <= 58
        assert 2 <= cast[True] <= 14


def test_today_is_about_the_twelfth_day_of_five_day_weeks(noon: Laid) -> None:
    days = shoot_days(noon.desk)

    assert day_now(noon.desk, "Main").day == days[11]
    assert all(day.date.weekday() < 5 for day in days)
    assert [day.number for day in days] == list(range(1, 23))
    assert today(noon.desk) == TUESDAY
    assert (show_of(noon.desk).starts, show_of(noon.desk).ends) == (days[0].date, days[-1].date)


@pytest.mark.parametrize("offset", range(14))
@pytest.mark.parametrize(("days", "target"), [(22, 12), (100, 55)])
def test_today_is_a_work_day_whatever_day_it_is(offset: int, days: int, target: int) -> None:
    day = TUESDAY + timedelta(days=offset)
    dates = shoot_dates(day, days, target)

    assert day in dates
    assert len(set(dates)) == days
    assert abs(dates.index(day) + 1 - target) <= 4
    if day.weekday() < 5:
        assert all(other.weekday() < 5 for other in dates)


def test_names_are_in_all_letters_and_nobodys(noon: Laid) -> None:
    people = noon.desk.all(PERSON)
    text = " ".join(person.name for person in people)

    assert len({person.name for person in people}) == len(people)
    assert all(name in text for name in ("Łukasz", "Nguyễn", "Zoë", "Siobhán"))
    assert all(person.email.endswith("@example.com") for person in people if person.email)
    assert all(" 555 01" in person.phone for person in people if person.phone)


def test_some_come_earlier_some_at_their_own_time_and_some_are_off(noon: Laid) -> None:
    own = noon.desk.all(PERSONAL_CALL)

    assert len(noon.desk.all(DEPARTMENT_CALL)) == 22 * 6
    assert sum(line.off for line in own) == today_number(noon) == 12
    assert sum(line.call is not None for line in own) > 24


def today_number(noon: Laid) -> int:
    return day_of(noon, TUESDAY).number


# ---- the board --------------------------------------------------------------------------------


def test_past_days_are_complete(noon: Laid) -> None:
    events = Counter(event.day for event in noon.desk.all(TIME))
    for day in past(noon):
        rows = [row for row in board(noon.desk, day) if row.in_event]
        assert day.wrapped is not None
        assert len(rows) >= 0.9 * len(called(noon.desk, day))
        assert all(row.left is not None and row.meals for row in rows)
        assert 250 <= events[day.id] <= 420
        assert any(row.early for row in rows)


def test_one_night_was_wrapped_past_midnight(noon: Laid) -> None:
    ends = [day.wrapped.astimezone(ZONE).date() > day.date for day in past(noon) if day.wrapped]

    assert sum(ends) == 1


def test_today_two_thirds_are_in_and_some_are_missing(noon: Laid) -> None:
    day = day_of(noon, TUESDAY)
    rows = board(noon.desk, day)
    came = [row for row in rows if row.in_event is not None]
    count = len(called(noon.desk, day))

    assert 0.6 * count <= len(came) <= 0.7 * count
    assert len(missing(noon.desk, day, rows)) >= 3
    assert any(row.early for row in came)
    assert day.wrapped is None


@pytest.mark.parametrize(
    ("hour", "least", "most"), [(5, 0.0, 0.0), (6, 0.0, 0.2), (9, 0.6, 0.7), (22, 0.6, 0.7)]
)
def test_today_is_as_far_as_the_clock(tmp_path: Path, hour: int, least: float, most: float) -> None:
    show = laid(tmp_path, TUESDAY, hour * 60, size="B")
    day = day_of(show, TUESDAY)
    rows = board(show.desk, day)
    came = sum(row.in_event is not None for row in rows)
    count = len(called(show.desk, day))

    assert least * count <= came <= most * count
    assert any(row.out_event for row in rows) == (hour == 22)
    show.desk.store.close()


# ---- money ------------------------------------------------------------------------------------


def test_money_is_as_far_as_the_show(noon: Laid) -> None:
    envelopes = noon.desk.all(ENVELOPE)
    opened = [envelope for envelope in envelopes if envelope.closed is None]
    slips = noon.desk.all(RECEIPT)

    assert len(opened) == 8
    steps = {envelope.status for envelope in envelopes}
    assert steps == {"open", "submitted", "audited", "approved", "posted"}
    assert all(e.approved_by != e.audited_by for e in envelopes if e.approved_by)
    assert 45 <= len(envelopes) <= 75
    assert 600 <= len(slips) <= 900
    assert len({slip.vendor for slip in slips}) > 80
    assert 0 < sum(slip.void for slip in slips) < 30
    assert {1} <= {len(slip.photos) for slip in slips} <= {0, 1}
    assert all(noon.desk.blobs.has(name) for slip in slips for name in slip.photos)
    assert any(not slip.code for slip in slips)


def test_closed_envelopes_are_counted_and_slips_numbered_without_gaps(noon: Laid) -> None:
    for envelope in noon.desk.all(ENVELOPE):
        numbers = [int(slip.number) for slip in receipts_of(noon.desk, envelope)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert balance(noon.desk, envelope)["USD"] >= 0
        if envelope.closed is not None:
            off = over_short(noon.desk, envelope)
            assert off is not None
            assert abs(off) <= 2
            assert bool(off) == bool(envelope.explained)


def test_the_paper_of_a_posted_envelope_says_who_audited_it_and_its_number(noon: Laid) -> None:
    posted = next(e for e in noon.desk.all(ENVELOPE) if e.status == "posted")

    audited, day, number = facts(noon.desk, posted.id).books

    assert (audited, number) == (posted.audited_by, posted.transaction)
    assert str(posted.posted and posted.posted.day) in day


# ---- time and sameness ------------------------------------------------------------------------


def test_nothing_comes_from_the_future(noon: Laid) -> None:
    store, now_ms = noon.desk.store, int(noon.now.timestamp() * 1000)
    stamps = [edit.mark.stamp for i in store.ids() for edit in store.history(i)]

    assert max(stamps) <= now_ms
    assert all(event.at <= noon.now for event in noon.desk.all(TIME))
    assert all(slip.taken and slip.taken <= noon.now for slip in noon.desk.all(RECEIPT))
    assert all(movement.on <= TUESDAY for movement in noon.desk.all(CASH))


def test_edits_are_stamped_when_they_would_have_been_made(noon: Laid) -> None:
    store = noon.desk.store
    late = [
        edit.mark.stamp / 1000 - event.at.timestamp()
        for event in noon.desk.all(TIME)
        for edit in store.history(event.id)
        if event.what in ("in", "out", "meal_out", "meal_in")
    ]

    assert min(late) > -1
    assert max(late) <= 65 * 60


def test_every_record_is_a_state_that_may_travel(noon: Laid) -> None:
    store = noon.desk.store
    for record_id in store.ids():
        state = store.state(record_id)
        assert state is not None
        assert state == decode(encode(state))
        cells = {name: dict(live) for name, live in state.cells.items()}
        assert cells == values_from(store.history(record_id))


def journal(show: Laid) -> bytes:
    show.desk.store.close()
    return (show.desk.store.home / "journal.1").read_bytes()


def test_the_same_seed_date_and_clock_make_the_same_bytes(tmp_path: Path) -> None:
    one, two, other = (
        journal(laid(tmp_path / name, TUESDAY, 700, seed=seed))
        for name, seed in (("one", 1), ("two", 1), ("other", 2))
    )

    assert one == two
    assert one != other


def test_hours_later_it_has_only_gone_on(tmp_path: Path) -> None:
    morning, evening = (journal(laid(tmp_path / str(m), TUESDAY, m)) for m in (450, 1300))

    assert evening.startswith(morning)
    assert len(evening) > len(morning)


def test_what_people_write_afterwards_has_a_clock_chance_and_name_of_its_own(
    tmp_path: Path,
) -> None:
    show = laid(tmp_path, date(2026, 7, 13), 480)
    store = show.desk.store
    used = {dot.replica for i in store.ids() if (state := store.state(i)) for dot in state.marks}
    show.desk.edit(show_of(show.desk), company="Ten Mile Pictures")
    assert show.desk.last is not None
    edit = show.desk.last.edits[0]

    assert edit.dot.replica not in used
    assert edit.mark.stamp == int(show.now.timestamp() * 1000)
    assert show.desk.now().astimezone(UTC) == show.now
    store.close()


def test_it_goes_into_an_empty_production_only(noon: Laid, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="empty production"):
        lay_out(noon.desk)
    store = Store(tmp_path, sources=Sources(), hub=True)
    with pytest.raises(BadInput, match="choose one of A, B, C"):
        lay_out(store, size="Z")
    store.close()
