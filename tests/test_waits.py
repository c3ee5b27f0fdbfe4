"""What the office did not let stand: it is decided there, and its author is told the outcome."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.blobs import Blobs
from data.desk import Desk
from data.edit import Edit, Write
from data.errors import OfficeError, Refused
from data.kinds import ALL
from data.kinds.attendance import check_in
from data.kinds.people import PERSON
from data.kinds.schedule import DAY
from data.kinds.times import TIME
from data.kinds.waiting import WAITING, Waiting, decline, release
from data.notices import mark_seen, notices
from data.state import State
from data.store import Store
from data.waits import to_decide, to_know
from sync.blobs import OwnPhotos
from sync.device import Device
from sync.exchange import Office
from sync.front import Front
from sync.session import Session, converse
from tests.small_show import SmallShow, at
from views import told_waits

Meet = Callable[[], None]

WHY = "Only the office moves a call."


def only_the_office(edit: Edit, before: State | None) -> OfficeError | None:
    """Bea may not move a call, write a phone number or delete; nor add a person."""
    if edit.mark.user != "Bea":
        return None
    moves = edit.values.keys() & {"general_call", "phone"} or edit.delete or edit.add or edit.remove
    return Refused(WHY, code="right") if moves or before is None else None


@pytest.fixture
def bea(device: Store) -> Desk:
    return Desk(device, ALL, user="Bea")


@pytest.fixture
def meet(show: SmallShow, bea: Desk) -> Meet:
    """Bea's device meets Amara's office, by their real machines; they have met once already."""
    office = Office(show.desk.store, judge=only_the_office)
    front = Front(office, show.desk.blobs)
    photos = OwnPhotos(bea.store, Blobs(bea.store.home / "photos"))
    session = Session(Device(bea.store), photos)

    def met() -> None:
        converse(session.whole(), front.answer)

    met()
    return met


@pytest.fixture
def time(show: SmallShow, bea: Desk, meet: Meet) -> str:
    """A time that Amara tapped at 06:30 and that Bea's app wrote over with 07:30."""
    event = check_in(show.desk, show.day, show["Gus"])
    meet()
    bea.write(
        Write(
            TIME.name, event.id, {"at": TIME.cell("at", event.model_copy(update={"at": at(7, 30)}))}
        )
    )
    meet()
    return event.id


def one(found: list[Waiting]) -> Waiting:
    (waiting,) = found
    return waiting


# ---- at the office ----------------------------------------------------------------------------


def test_the_office_reads_who_wanted_what_and_why_it_is_not_counted(
    show: SmallShow, time: str
) -> None:
    waiting = one(to_decide(show.desk))

    assert (waiting.author, waiting.record) == ("Bea", time)
    assert told_waits.lines(show.desk, waiting) == ["Time: Tue 9 Jun, 06:30 → Tue 9 Jun, 07:30"]
    assert "a fact is written once" in waiting.sentence


def test_released_it_counts_leaves_the_list_and_its_author_is_told_once(
    show: SmallShow, bea: Desk, meet: Meet, time: str
) -> None:
    release(show.desk, one(to_decide(show.desk)))
    meet()

    assert to_decide(show.desk) == to_know(show.desk) == []
    assert at(7, 30) == bea.get(TIME, time).at == show.desk.get(TIME, time).at
    waiting = one(to_know(bea))
    assert told_waits.standing(bea, waiting) == (
        "Released by Amara, Tue 9 Jun, 06:30: your Time Tue 9 Jun, 07:30 counts."
    )
    mark_seen(bea, f"{waiting.id} released")
    assert to_know(bea) == []


def test_a_released_time_is_taken_back_by_undo_and_asked_about_again(
    show: SmallShow, time: str
) -> None:
    release(show.desk, one(to_decide(show.desk)))
    assert show.desk.last is not None
    assert show.desk.undo(show.desk.last).back == 2

    assert show.desk.get(TIME, time).at == at(6, 30)
    assert [event.what for event in show.desk.all(TIME)] == ["in"]
    assert one(to_decide(show.desk)).by == ""


def test_the_newest_is_asked_about_first(show: SmallShow, bea: Desk, meet: Meet) -> None:
    for minute, number in ((31, 1), (32, 3), (33, 2)):
        show.wall.shows(6, minute)
        bea.edit(bea.get(DAY, show.days[number].id), general_call=400)
        meet()

    assert [waiting.record for waiting in to_decide(show.desk)] == [
        show.days[number].id for number in (2, 3, 1)
    ]


# ---- on its author's copy ---------------------------------------------------------------------


@pytest.mark.usefixtures("time")
def test_its_author_sees_that_it_waits_and_nobody_else_does(show: SmallShow, bea: Desk) -> None:
    waiting = one(to_know(bea))

    assert to_decide(bea) == []
    assert to_know(Desk(bea.store, ALL, user="Cem")) == to_know(show.desk) == []
    assert told_waits.standing(bea, waiting).startswith(
        "Waiting at the office: your Time Tue 9 Jun, 07:30 is not counted yet. Why: This was"
    )


def test_declined_it_stays_as_it_was_and_its_author_reads_by_whom(
    show: SmallShow, bea: Desk, meet: Meet
) -> None:
    bea.edit(bea.get(DAY, show.day.id), general_call=450)
    meet()
    assert told_waits.lines(bea, one(to_know(bea))) == ["General call: 07:00 → 07:30"]
    decline(show.desk, one(to_decide(show.desk)))
    meet()

    assert to_decide(show.desk) == []
    assert bea.get(DAY, show.day.id).general_call == 420
    assert told_waits.standing(bea, one(to_know(bea))) == (
        f"Declined by Amara, Tue 9 Jun, 06:30: your General call 07:30 is not counted. Why: {WHY}"
    )


# ---- in words ---------------------------------------------------------------------------------


def test_a_delete_is_told_as_one(show: SmallShow, bea: Desk, meet: Meet) -> None:
    bea.delete(bea.get(PERSON, show["Gus"].id))
    meet()
    waiting = one(to_decide(show.desk))

    assert told_waits.lines(show.desk, waiting) == ["Delete it"]
    assert "your deleting is not counted yet" in told_waits.standing(bea, one(to_know(bea)))


def test_what_is_told_of_the_waiting_one_is_not_told_again_as_another_notice(
    show: SmallShow, bea: Desk, meet: Meet
) -> None:
    bea.delete(bea.get(PERSON, show["Gus"].id))
    bea.edit(bea.get(DAY, show.day.id), general_call=450)
    notices(bea)
    meet()

    assert len(to_know(bea)) == 2
    assert notices(bea) == notices(show.desk) == []
    decline(show.desk, to_decide(show.desk)[0])
    release(show.desk, to_decide(show.desk)[0])
    meet()
    assert notices(bea) == notices(show.desk) == []


def test_a_new_record_is_told_as_one_with_what_it_says(
    show: SmallShow, bea: Desk, meet: Meet
) -> None:
    bea.add(PERSON.model(name="Zoë", department="GRIP", phone="1"))
    meet()
    waiting = one(to_decide(show.desk))

    assert told_waits.lines(show.desk, waiting) == [
        "A new record",
        "Name: Zoë",
        "Department: GRIP",
        "Phone: 1",
    ]
    assert told_waits.brief(show.desk, waiting) == "Name Zoë and Department GRIP and more"


def test_what_a_newer_app_wrote_is_told_without_its_words(show: SmallShow) -> None:
    desk = show.desk
    odd = desk.add(Waiting(record="x", record_kind="drone", values='{"f": {"height": 3}}'))
    known = desk.add(Waiting(record=show.day.id, record_kind="day", values='{"f": {"drones": 3}}'))

    assert told_waits.lines(desk, odd) == ["A record that this version does not know"]
    assert told_waits.lines(desk, known) == ["drones: a field that this version does not know"]
    assert [waiting.outcome for waiting in desk.all(WAITING)] == ["open", "open"]
    assert len(to_decide(desk)) == 2
