"""The housekeeping: when a backup is due, that nothing ends it, and that it leaves taps alone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from data import housekeeping, storage
from data.backup_choice import Choice, Made, choice, choose, note
from data.blobs import Scrubbed
from data.desk import Desk
from data.edit import Write
from data.errors import BadInput, NotSaved, OfficeError
from data.housekeeping import BREATH, QUIET, UPSET, Keeper, due
from data.kinds import ALL
from data.kinds.attendance import wrap_day
from data.kinds.people import Person
from data.restore import backups_at
from data.store import Store
from tests.small_show import SmallShow, Wall
from views.screens.backup import standing
from views.web import web_app

NOW = datetime(2026, 6, 9, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
STICK = Path("/media/amara/STICK")
MADE = Choice(STICK, since=NOW, made=Made(NOW, "1.ab:7", 3, 0, 0))
FAILED = replace(MADE, failed_at=NOW, why="STICK is not connected.")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "STICK").mkdir()
    return tmp_path / "STICK"


@pytest.fixture
def keeper(show: SmallShow) -> Keeper:
    return Keeper(show.desk, backups=True)


def turned(keeper: Keeper, times: int = 1) -> float:
    """Some rounds, and whatever backup they began; the seconds until the next."""

    async def turns() -> float:
        rest = 0.0
        for _ in range(times):
            rest = await keeper.turn()
            await keeper.settled()
        return rest

    return asyncio.run(turns())


def made(keeper: Keeper) -> Made:
    told = choice(keeper.store.home).made
    assert told is not None
    return told


def write(keeper: Keeper, name: str) -> None:
    keeper.desk.add(Person(name=name, department="GRIP"))


# ---- when -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "after", "changed", "is_due"),
    [
        (Choice(), 99 * HOUR, True, False),
        (Choice(STICK, since=NOW), 0 * HOUR, False, True),
        (MADE, 59 * MINUTE, True, False),
        (MADE, 60 * MINUTE, True, True),
        (MADE, 60 * MINUTE, False, False),
        (MADE, 12 * HOUR, False, True),
        (MADE, -2 * HOUR, True, True),
        (FAILED, MINUTE, False, True),
    ],
)
def test_a_backup_is_due(chosen: Choice, after: timedelta, changed: bool, is_due: bool) -> None:
    assert is_due is due(chosen, NOW + after, lambda: changed)


def test_after_a_refusal_it_is_tried_again_in_five_minutes() -> None:
    assert not due(FAILED, NOW + 4 * MINUTE, lambda: True, tried=NOW)
    assert due(FAILED, NOW + 5 * MINUTE, lambda: True, tried=NOW)


def test_two_minutes_after_wrap_it_is_due() -> None:
    wrapped = NOW + 10 * MINUTE

    assert not due(MADE, wrapped + MINUTE, lambda: True, wrapped=wrapped)
    assert due(MADE, wrapped + 2 * MINUTE, lambda: True, wrapped=wrapped)
    assert not due(MADE, wrapped + 2 * MINUTE, lambda: False, wrapped=wrapped)


# ---- the first screen's words -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "after", "words"),
    [
        (Choice(), 0 * HOUR, "No backup place chosen"),
        (Choice(STICK, since=NOW), 0 * HOUR, "No backup yet, STICK"),
        (MADE, timedelta(seconds=20), "Backup just now, STICK"),
        (MADE, 40 * MINUTE, "Backup 40 min ago, STICK"),
        (MADE, 30 * HOUR, "Backup 30 h ago, STICK"),
        (MADE, -5 * MINUTE, "Backup just now, STICK"),
        (replace(MADE, place=Path("/")), 3 * HOUR, "Backup 3 h ago, /"),
    ],
)
def test_the_age_of_the_last_backup_in_words(chosen: Choice, after: timedelta, words: str) -> None:
    assert words == standing(chosen, NOW + after)


# ---- backups that nobody starts ---------------------------------------------------------------


def test_without_a_place_nothing_is_made(keeper: Keeper, place: Path) -> None:
    turned(keeper)

    assert list(place.iterdir()) == []
    with pytest.raises(BadInput, match="Choose a place"):
        keeper.back_up_now()


def test_the_first_one_follows_the_choice(keeper: Keeper, place: Path) -> None:
    async def choosing() -> None:
        await keeper.choose(place)
        await keeper.turn()
        await keeper.settled()

    asyncio.run(choosing())

    assert made(keeper).at == NOW
    assert [m.records for m in keeper.shelves.last] == [made(keeper).records]


def test_it_is_made_every_hour_in_which_something_changed(
    keeper: Keeper, place: Path, wall: Wall
) -> None:
    choose(keeper.store.home, place, now=NOW)
    moments = []
    for minute in range(0, 300, 10):
        wall.at = NOW + minute * MINUTE
        if minute == 110:
            write(keeper, "Zoë Quist")
        turned(keeper)
        moments.append(made(keeper).at)

    assert sorted({(at - NOW) / MINUTE for at in moments}) == [0, 110]


def test_a_photo_that_came_later_than_its_record_is_a_change(
    keeper: Keeper, place: Path, wall: Wall
) -> None:
    choose(keeper.store.home, place, now=NOW)
    turned(keeper)
    keeper.desk.blobs.keep(b"slip")
    wall.at += HOUR
    turned(keeper)

    assert (made(keeper).at, made(keeper).photos) == (wall.at, 1)


def test_it_is_made_soon_after_wrap(
    keeper: Keeper, show: SmallShow, place: Path, wall: Wall
) -> None:
    choose(keeper.store.home, place, now=NOW)
    turned(keeper)
    stop = keeper.store.listen(keeper._touched)
    wall.at += 10 * MINUTE
    wrap_day(show.desk, show.day, wall.at)
    turned(keeper)
    assert made(keeper).at == NOW

    wall.at += 2 * MINUTE
    turned(keeper)
    assert made(keeper).at == wall.at

    wall.at += 20 * MINUTE
    show.desk.edit(show.days[1], note="not a wrap")
    turned(keeper)
    assert made(keeper).at == wall.at - 20 * MINUTE
    stop()


def test_a_stick_that_comes_back_is_found_without_anybodys_help(
    keeper: Keeper, place: Path, wall: Wall
) -> None:
    choose(keeper.store.home, place, now=NOW)
    turned(keeper)
    pocket = place.rename(place.with_name("pocket"))
    write(keeper, "Zoë Quist")
    wall.at += HOUR
    turned(keeper)
    assert keeper.choice.why.startswith("STICK is not connected")

    pocket.rename(place)
    wall.at += 5 * MINUTE
    turned(keeper)
    assert (made(keeper).at, keeper.choice.why) == (wall.at, "")


def test_a_rehearsed_day_makes_no_backup_older(keeper: Keeper, place: Path) -> None:
    choose(keeper.store.home, place, now=NOW)
    turned(keeper)
    keeper.store.sources.clock.shift = timedelta(days=40)

    assert not keeper.choice.late(keeper.now())


def test_a_choice_made_by_the_command_is_found(keeper: Keeper, place: Path, wall: Wall) -> None:
    turned(keeper)
    choose(keeper.store.home, place, now=NOW)
    wall.at += MINUTE
    turned(keeper)

    assert made(keeper).at == wall.at


def test_a_device_makes_none(show: SmallShow, place: Path) -> None:
    keeper = Keeper(show.desk, backups=False)
    choose(keeper.store.home, place, now=NOW)
    turned(keeper)

    assert choice(keeper.store.home).made is None


# ---- what screens are told --------------------------------------------------------------------


def test_screens_are_told_once_a_minute_and_as_a_backup_goes_on(
    keeper: Keeper, place: Path, wall: Wall
) -> None:
    told: list[float | None] = []
    stop = keeper.listen(lambda: told.append(keeper.share))
    turned(keeper, times=5)
    assert told == [None]

    choose(keeper.store.home, place, now=NOW)
    wall.at += MINUTE
    turned(keeper)
    assert told[-1] is None
    assert 0.0 in told[1:]
    assert any(share and 0 < share <= 1 for share in told)

    seen = len(told)
    stop()
    stop()
    wall.at += MINUTE
    turned(keeper)
    assert seen == len(told)


def test_a_place_that_cannot_be_looked_at_shows_no_backups(keeper: Keeper, place: Path) -> None:
    choose(keeper.store.home, place, now=NOW)
    turned(keeper)
    counts = [len(keeper.shelves.last)]
    place.rename(place.with_name("pocket"))
    asyncio.run(keeper.look())
    counts.append(len(keeper.shelves.last))

    assert counts == [1, 0]


# ---- the rest of the work ---------------------------------------------------------------------


def test_a_journal_that_grew_long_is_made_shorter_in_slices(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "SMALLEST", 1000)
    rests = [turned(keeper)]
    while rests[-1] == BREATH:
        rests.append(turned(keeper))

    assert rests[-1] == QUIET
    assert keeper.store.storage.journal_bytes < 1000


def test_while_somebody_writes_a_slice_is_taken_only_once_a_second(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "SMALLEST", 1000)
    clock = [100.0]
    monkeypatch.setattr(housekeeping, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(keeper.store, "tend", lambda: True)
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 4:
            raise Ended
        if len(rests) == 1:
            keeper.desk.add(Person(name="Nell Ortiz"))
        if len(rests) == 3:
            clock[0] += 2 * housekeeping.CALM

    monkeypatch.setattr(keeper, "_rest", rest)
    with contextlib.suppress(Ended):
        asyncio.run(keeper.run())

    assert rests[1:] == [QUIET, QUIET, BREATH]


def test_a_damaged_photo_is_put_aside_and_said(keeper: Keeper) -> None:
    name = keeper.desk.blobs.keep(b"slip")
    (keeper.store.home / "photos" / name[:2] / name).write_bytes(b"spoilt")
    turned(keeper)

    assert not keeper.desk.blobs.has(name)
    assert keeper.trouble.startswith("A photo was damaged on this disk and put aside.")


def test_a_damaged_photo_comes_back_from_the_backup(
    keeper: Keeper, place: Path, wall: Wall
) -> None:
    name = keeper.desk.blobs.keep(b"slip")
    choose(keeper.store.home, place, now=NOW)
    turned(keeper)
    (keeper.store.home / "photos" / name[:2] / name).write_bytes(b"spoilt")
    wall.at += timedelta(days=1)
    turned(keeper)

    assert keeper.desk.blobs.read(name) == b"slip"
    assert keeper.trouble == ""


def test_all_photos_are_read_once_a_day(
    keeper: Keeper, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(45):
        keeper.desk.blobs.keep(b"slip %d" % n)
    read: list[Scrubbed] = []
    scrub = keeper.desk.blobs.scrub

    def noted(**asked: Any) -> Scrubbed:
        read.append(scrub(**asked))
        return read[-1]

    monkeypatch.setattr(keeper.desk.blobs, "scrub", noted)
    turned(keeper, times=10)
    assert [slice_.whole for slice_ in read] == [20, 20, 5]

    wall.at += timedelta(days=1)
    turned(keeper)
    assert len(read) == 4


def days_pass(keeper: Keeper, wall: Wall, days: int) -> None:
    for _ in range(days):
        wall.at += timedelta(days=1)
        while turned(keeper) == BREATH:
            pass


def test_a_photo_that_nothing_names_goes_after_thirty_days(keeper: Keeper, wall: Wall) -> None:
    nobodys = keeper.desk.blobs.keep(b"taken and never saved")
    keeper.store.commit(
        [Write("receipt", "r", add={"photos": (keeper.desk.blobs.keep(b"slip"),)})], user="A"
    )
    slip = next(name for name in keeper.desk.blobs.names() if name != nobodys)
    days_pass(keeper, wall, 29)
    assert keeper.desk.blobs.has(nobodys)

    days_pass(keeper, wall, 3)
    assert not keeper.desk.blobs.has(nobodys)
    assert keeper.desk.blobs.has(slip)


def test_a_device_lets_no_photo_go(show: SmallShow, wall: Wall) -> None:
    keeper = Keeper(show.desk, backups=False)
    nobodys = keeper.desk.blobs.keep(b"taken and never saved")
    days_pass(keeper, wall, 40)

    assert keeper.desk.blobs.has(nobodys)


# ---- where it runs ----------------------------------------------------------------------------


def test_an_office_without_screens_keeps_house_too() -> None:
    begun, ended = [], []

    async def beside() -> None:
        begun.append(True)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def serving() -> None:
        app = web_app(None, routes=(), port=1, beside=beside)
        asked = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def receive() -> Any:
            while len(asked) == 1 and not begun:
                await asyncio.sleep(0)
            return asked.pop(0)

        async def send(_message: Any) -> None:
            return None

        await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)

    asyncio.run(serving())

    assert (begun, ended) == ([True], [True])


# ---- nothing ends it --------------------------------------------------------------------------


class Ended(BaseException):
    """The test has seen enough."""


def run_for(keeper: Keeper, rounds: int) -> list[float]:
    """The seconds it asked to rest, for so many times."""
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        await keeper.settled()
        if len(rests) == rounds:
            raise Ended

    keeper._rest = rest  # type: ignore[method-assign]
    with contextlib.suppress(Ended):
        asyncio.run(keeper.run())
    return rests


def test_it_begins_after_the_first_screens_and_then_looks_every_second(keeper: Keeper) -> None:
    assert run_for(keeper, 4) == [housekeeping.BEGINNING, QUIET, QUIET, QUIET]


@pytest.mark.parametrize(
    "error", [NotSaved("The disk is full."), OSError(5, "Input/output error"), RuntimeError("?")]
)
def test_no_surprise_ends_it(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def surprise() -> bool:
        raise error

    monkeypatch.setattr(keeper.store, "tend", surprise)

    assert run_for(keeper, 3) == [housekeeping.BEGINNING, UPSET, UPSET]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.ERROR):
        yield caplog


def test_a_surprise_in_a_backup_is_logged_and_the_next_one_is_made(
    keeper: Keeper,
    place: Path,
    wall: Wall,
    monkeypatch: pytest.MonkeyPatch,
    logged: pytest.LogCaptureFixture,
) -> None:
    choose(keeper.store.home, place, now=NOW)

    def surprise(*_args: object, **_more: object) -> Made:
        raise RuntimeError("?")

    with monkeypatch.context() as patched:
        patched.setattr(housekeeping, "back_up", surprise)
        turned(keeper)
    assert keeper.share is None
    assert "unexpected, in a backup" in logged.text

    wall.at += 5 * MINUTE
    turned(keeper)
    assert made(keeper).at == wall.at


def test_a_backup_that_is_asked_for_wakes_it(keeper: Keeper, place: Path) -> None:
    choose(keeper.store.home, place, now=NOW)
    keeper.choice = choice(keeper.store.home)

    async def asking() -> None:
        done = asyncio.Event()
        keeper.listen(lambda: done.set() if keeper.shelves.last else None)
        keeper.back_up_now()
        running = asyncio.create_task(keeper.run())
        await asyncio.wait_for(done.wait(), 30)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    asyncio.run(asking())

    assert made(keeper).at == NOW


def test_a_backup_ends_when_the_office_is_closed(keeper: Keeper, place: Path) -> None:
    choose(keeper.store.home, place, now=NOW)
    run_for(keeper, 1)

    with pytest.raises(OfficeError, match="was stopped"):
        keeper._progress(0.5)


def test_a_store_that_is_opened_again_goes_on_where_it_was(
    show: SmallShow, place: Path, wall: Wall
) -> None:
    store = show.desk.store
    choose(store.home, place, now=NOW)
    turned(Keeper(show.desk, backups=True))
    store.close()
    again = Store(store.home, sources=store.sources, hub=True)
    wall.at += HOUR
    keeper = Keeper(Desk(again, ALL, user="Amara"), backups=True)
    turned(keeper)
    again.close()

    assert made(keeper).at == NOW
    assert len(backups_at(place)) == 1


def test_a_note_that_another_callboard_wrote_is_read(keeper: Keeper) -> None:
    note(keeper.store.home, MADE)

    assert Keeper(keeper.desk, backups=True).choice == MADE
