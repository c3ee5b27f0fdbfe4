"""The sync screen in words: what is in the way, what was put aside or came back, what next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data.blobs import Blobs
from data.desk import Desk
from data.kinds.attendance import check_in
from data.store import Store
from sync.exchange import Office
from sync.link import Link, LinkState
from tests.copies import sources
from tests.small_show import SmallShow
from views.screens.sync_aside import OTHERWISE, step
from views.screens.sync_office import came_back, office_badge
from views.screens.sync_trouble import IN_THE_WAY, OLDER, Trouble, troubles

WELL = LinkState(met=True, reached=True, verified=True)


def titles(desk: Desk, state: LinkState) -> list[str]:
    return [trouble.title for trouble in troubles(desk, state)]


def test_an_office_that_only_cannot_be_reached_is_no_trouble(desk: Desk) -> None:
    assert titles(desk, WELL) == titles(desk, replace(WELL, reached=False, records=3)) == []


def test_an_office_that_is_an_older_copy_is_said_once_with_whom_to_ask(desk: Desk) -> None:
    state = replace(WELL, older=True, trouble="This office is an older copy than ...")

    assert troubles(desk, state) == [OLDER]
    assert "Ask which laptop" in OLDER.step


def test_every_trouble_has_its_own_next_step(show: SmallShow) -> None:
    show.desk.store.sources.told(185 * 60_000)
    state = replace(WELL, trouble="This photo is larger than 30 MB.", update="Too old.")
    found = troubles(show.desk, state)

    assert [trouble.title for trouble in found] == [
        "Not everything gets through",
        "This app is too old",
        "This device's clock is wrong",
    ]
    assert len({trouble.step for trouble in found}) == 3


def test_a_clock_is_wrong_from_two_minutes_on_and_the_way_it_is_wrong(show: SmallShow) -> None:
    clock = show.desk.store.sources
    clock.told(119_000)
    assert titles(show.desk, WELL) == []

    clock.told(185 * 60_000)
    (behind,) = troubles(show.desk, WELL)
    assert behind.says == "The clock of this device was 3 h 5 min behind."
    clock.told(-3 * 24 * 3_600_000)
    (ahead,) = troubles(show.desk, WELL)
    assert ahead.says == "The clock of this device was 3 days ahead."


def test_a_device_that_was_started_again_without_its_office_has_still_met_it(
    show: SmallShow, tmp_path: Path
) -> None:
    for met in (False, True):
        store = Store(tmp_path / "phone", sources=sources(7), hub=False)
        link = Link(store, Blobs(tmp_path / "photos"), "http://127.0.0.1:9")
        assert link.state.met is met
        assert ("has not met" in link.state.stands()) is not met
        store.set_meta(production=show.desk.store.production, epoch="1.aa")
        store.close()


def test_what_was_put_aside_says_what_to_do() -> None:
    assert "Shorten" in step("too-large")
    assert "folder" in step("replica-cloned")
    assert step("never heard of") == OTHERWISE


def test_what_came_back_is_counted_by_kind(show: SmallShow) -> None:
    event = check_in(show.desk, show.day, show["Gus"])
    records = [event.id, show["Gus"].id, show["Cam"].id, "a record of a newer app"]

    assert came_back(show.desk, records) == "2 crew, 1 time event, 1 other record"


def test_an_office_says_that_devices_know_a_newer_one_until_it_is_the_only_one(
    show: SmallShow,
) -> None:
    office = Office(show.desk.store)
    assert office_badge(office)[1] == "The office copy"
    office.epochs.told_of_newer(4)
    assert office_badge(office)[1] == "The office copy; devices know a newer office"

    office.new_epoch()
    assert office_badge(office)[1] == "The office copy"
    assert office.epochs.here.counter == 5


@pytest.mark.parametrize("why", sorted(IN_THE_WAY))
def test_what_keeps_a_device_from_its_office_has_its_own_words_and_next_step(
    why: str, desk: Desk
) -> None:
    state = replace(WELL, reached=False, trouble="as the office said it", why=why)
    (found,) = troubles(desk, state)
    others = [trouble for code, trouble in IN_THE_WAY.items() if code != why]

    assert found == IN_THE_WAY[why]
    assert {found.title, found.says}.isdisjoint(o for other in others for o in _said(other))
    assert found.step


def _said(trouble: Trouble) -> tuple[str, str]:
    return trouble.title, trouble.says


def test_a_certificate_that_has_ended_is_what_may_be_in_the_way(show: SmallShow) -> None:
    lost = replace(WELL, reached=False)
    now = show.desk.store.sources.wall_ms()
    show.desk.store.set_meta(office_until=now + 60_000)
    assert troubles(show.desk, lost) == []

    show.desk.store.set_meta(office_until=now - 60_000)
    assert titles(show.desk, lost) == ["The office's certificate has ended"]
    assert troubles(show.desk, WELL) == []
