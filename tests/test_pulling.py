"""The next page is asked for before this one is taken; that costs a repetition at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from data.blobs import Blobs
from data.errors import NoOffice, NotSaved
from data.kinds.grants import give_role
from data.kinds.people import Person
from data.kinds.private import HOME, PersonHome, companion_id
from data.leaving import purge
from sync.blobs import OwnPhotos
from sync.calls import Answer, Call, Send
from sync.front import Front
from sync.link import Link
from sync.place import Place
from sync.session import Session, converse
from tests.scoped import ScopedShow, found_in
from tests.test_sync_exchange import Copy, contents, hello, sync

DELETED = (2, 5, 8, 9)
NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
UNREACHABLE = NoOffice("The office cannot be reached.", code="unreachable")


@pytest.fixture
def office(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "office", hub=True)


@pytest.fixture
def gate(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "gate")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.session.MOST_STATES", 3)
    monkeypatch.setattr("sync.exchange.GLANCE", 0)  # what comes with a welcome


def ten_more(office: Copy, begin: int = 0) -> None:
    for n in range(begin, begin + 10):
        office.write(f"p{n:03}", name=f"Walk-on {n}")


Happens = Callable[[int], object]
"""What happens at a question for a page or a part of a fill, by which it is, from 1; it may
raise."""


def nothing(_question: int) -> None:
    """All goes well."""


class Listening:
    """One session of a device."""

    def __init__(
        self,
        device: Copy,
        office: Copy,
        *,
        before: Happens = nothing,
        answered: Happens = nothing,
        at_once: bool = True,
    ) -> None:
        """`answered`: what happens when the office has answered and the device has not gone on yet.
        `at_once`: it does what it can as soon as a call has gone out, as a link does."""
        self.asked: list[dict[str, str]] = []
        self.here: list[int] = []
        """How many records were here when each question was asked."""
        self._device, self._office = device, office
        self._before, self._answered, self._at_once = before, answered, at_once
        session = Session(device.device, OwnPhotos(device.store, Blobs(device.home / "photos")))
        converse(session.whole(), self._ask)

    def _ask(self, call: Call) -> Answer:
        parts = urlsplit(call.path)
        counts = parts.path in ("/v1/changes", "/v1/snapshot")
        if counts:
            told = parse_qs(parts.query, keep_blank_values=True)
            self.asked.append({name: values[-1] for name, values in told.items()})
            self.here.append(len(list(self._device.store.ids())))
            self._before(len(self.asked))
        answer = Front(self._office.office, Blobs(self._office.home / "photos")).answer(call)
        if counts:
            self._answered(len(self.asked))
        if self._at_once and call.meanwhile is not None:
            call.meanwhile()
        return answer


@pytest.mark.parametrize("at_once", [True, False])
def test_a_page_is_taken_after_the_next_one_was_asked_for(
    office: Copy, gate: Copy, at_once: bool
) -> None:
    sync(gate, office)
    ten_more(office)
    heard = Listening(gate, office, at_once=at_once)

    assert heard.here == [0, 0, 3, 6]
    assert ["after" in ask for ask in heard.asked] == [False, True, True, True]
    assert contents(office) == contents(gate)
    assert gate.device.verified


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_a_page_that_was_asked_for_ahead_and_lost_costs_a_repetition(
    office: Copy, gate: Copy, lost: int
) -> None:
    sync(gate, office)
    ten_more(office)

    def breaks(n: int) -> None:
        if n == lost:
            raise UNREACHABLE

    with pytest.raises(NoOffice):
        Listening(gate, office, answered=breaks)
    here = len(contents(gate))
    gate.restart()
    heard = Listening(gate, office)

    assert here == 3 * (lost - 1), "what had come before the line broke is taken"
    assert heard.here[0] == here
    assert contents(office) == contents(gate)
    assert gate.device.verified


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_a_first_fill_goes_on_where_it_was_taken_up_to(office: Copy, gate: Copy, lost: int) -> None:
    ten_more(office)

    def breaks(n: int) -> None:
        if n == lost:
            raise UNREACHABLE

    with pytest.raises(NoOffice):
        Listening(gate, office, answered=breaks)
    here = len(contents(gate))
    gate.restart()
    heard = Listening(gate, office)

    assert here == 3 * (lost - 1)
    assert len(heard.asked) == 6 - lost
    assert contents(office) == contents(gate)
    assert gate.device.verified


@pytest.mark.parametrize("at", [2, 3, 4])
def test_an_office_that_was_started_again_meanwhile_costs_a_hello(
    office: Copy, gate: Copy, at: int
) -> None:
    sync(gate, office)
    ten_more(office)

    def started_again(n: int) -> None:
        if n == at:
            office.restart()
            ten_more(office, 10)

    heard = Listening(gate, office, before=started_again)

    assert heard.asked[at]["run"] != heard.asked[at - 1]["run"]
    assert "after" not in heard.asked[at]
    assert contents(office) == contents(gate)
    assert gate.device.verified


def test_a_page_that_cannot_be_saved_is_not_passed_over(
    office: Copy, gate: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(gate, office)
    ten_more(office)

    def full(*_commit: object) -> None:
        raise NotSaved("Not saved: the disk is full. Free some space, then do it again.")

    def fills_up(n: int) -> None:
        if n == 3:
            monkeypatch.setattr(gate.store.storage, "commit", full)

    with pytest.raises(NotSaved):
        Listening(gate, office, before=fills_up)
    here = len(contents(gate))
    monkeypatch.undo()
    gate.restart()
    sync(gate, office)

    assert here == 3, "neither the page that found no room nor the one behind it"
    assert contents(office) == contents(gate)
    assert gate.device.verified


def test_the_office_counts_only_what_is_on_the_devices_disk(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    ten_more(office)
    device = gate.store.meta["device"]
    told = list[tuple[int, int]]()

    def both(_n: int) -> None:
        cursor = Place.read(gate.store.meta["cursor"]).hseq
        told.append((office.office.register.has(device), cursor))

    Listening(gate, office, answered=both)

    assert len(told) == 4
    assert all(counted <= cursor for counted, cursor in told)


def test_nothing_is_buried_that_a_device_was_told_ahead_and_has_not_taken(
    office: Copy, gate: Copy
) -> None:
    clock = [NOON]
    for copy in (office, gate):
        copy.store.sources.clock.now_utc = lambda: clock[0]
    ten_more(office)
    sync(gate, office)
    for n in DELETED:
        office.delete(f"p{n:03}")
    ten_more(office, 10)
    clock[0] += DAY
    office.office.bury()
    clock[0] += 31 * DAY
    buried = list[int]()

    def dies(n: int) -> None:
        if n == 2:  # it was told of both pages that name the deleted, and has taken neither
            clock[0] += 2 * DAY
            buried.append(office.office.bury())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Listening(gate, office, answered=dies)
    clock[0] += 2 * DAY
    buried.append(office.office.bury())
    deleted = {n: office.store.state(f"p{n:03}") for n in DELETED}

    assert buried == [0, 0]
    assert all(state is not None and state.vv for state in deleted.values())


def test_the_deleted_are_buried_once_the_pages_told_ahead_were_taken(
    office: Copy, gate: Copy
) -> None:
    clock = [NOON]
    for copy in (office, gate):
        copy.store.sources.clock.now_utc = lambda: clock[0]
    ten_more(office)
    office.delete("p002")
    ten_more(office, 10)
    office.office.bury()
    for _ in range(2):
        sync(gate, office)
    clock[0] = NOON + 32 * DAY

    assert office.office.bury() == 1


def test_the_place_to_go_on_from_is_never_behind_the_cursor(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    ten_more(office)
    hello(gate, office)
    run = office.office.run
    first = office.office.changes(run, "", 4)
    second = office.office.changes(run, "", 4, after=first.next)
    again = office.office.changes(run, second.next, 4, after=first.next)

    assert [raw["id"] for raw in second.states] == [f"p{n:03}" for n in (4, 5, 6, 7)]
    assert [raw["id"] for raw in again.states] == ["p008", "p009"]


def test_a_place_to_go_on_from_that_the_office_does_not_know_wants_a_hello(
    office: Copy, gate: Copy
) -> None:
    hello(gate, office)
    elsewhere = str(Place(office.store.meta["epoch"], "another", 1))

    with pytest.raises(NoOffice) as refused:
        office.office.changes(office.office.run, "", after=elsewhere)
    assert refused.value.code == "say-hello"


def test_an_office_that_knows_no_look_ahead_is_understood(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    ten_more(office)
    front = Front(office.office, Blobs(office.home / "photos"))

    def older(call: Call) -> Answer:
        path, _, asked = call.path.partition("?")
        known = "&".join(word for word in asked.split("&") if not word.startswith("after="))
        return front.answer(call._replace(path=f"{path}?{known}") if "changes" in path else call)

    session = Session(gate.device, OwnPhotos(gate.store, Blobs(gate.home / "photos")))
    converse(session.whole(), older)

    assert contents(office) == contents(gate)
    assert gate.device.verified


def test_what_is_gone_is_out_of_every_file_before_a_question_says_that_it_was_taken(
    tmp_path: Path,
) -> None:
    show = ScopedShow(tmp_path)
    rosa = show.show["Rosa"]
    home = PersonHome(person=rosa.id, address="7 Secret Lane, Taos")
    record_id = show.desk.put(companion_id(show.desk, HOME, rosa), home).id
    give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    show.desk.edit(show.show["Gus"], phone="+1 575 555 0142")
    purge(show.store, show.desk.blobs, [record_id])
    gone = show.store.order.top
    for n in range(8):
        show.desk.add(Person(name=f"Walk-on {n}"))
    left = list[tuple[bool, list[str]]]()

    def ask(call: Call) -> Answer:
        parts = urlsplit(call.path)
        if parts.path == "/v1/changes":
            cursor = Place.read(parse_qs(parts.query)["cursor"][0]).hseq
            left.append((cursor >= gone, found_in(phone.folder, "7 Secret Lane")))
        answer = show.front.answer(call)
        if call.meanwhile is not None:
            call.meanwhile()
        return answer

    converse(phone.session.whole(), ask)
    show.close()

    assert [taken for taken, _ in left][:3] == [False, False, True]
    assert all(not found for taken, found in left if taken)
    assert left[0][1], "it was on the phone when the session began"


def test_a_link_takes_a_page_while_the_next_one_is_on_its_way(office: Copy, gate: Copy) -> None:
    sync(gate, office)
    ten_more(office)
    front, ahead = Front(office.office, Blobs(office.home / "photos")), list[str]()

    async def send(call: Call) -> Answer:
        answer = front.answer(call)
        if "after=" in call.path:
            taken = asyncio.Event()
            stop = gate.store.listen(lambda _touched: taken.set())
            assert call.sent is not None
            call.sent()
            async with asyncio.timeout(10):
                await taken.wait()
            stop()
            ahead.append(call.path)
        return answer

    @asynccontextmanager
    async def connect() -> AsyncIterator[Send]:
        yield send

    link = Link(gate.store, Blobs(gate.home / "photos"), "", connect=connect)
    asyncio.run(link.sync_once())

    assert len(ahead) == 3
    assert contents(office) == contents(gate)
    assert link.state.verified
