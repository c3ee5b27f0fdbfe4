"""What the simulator and the machine of scopes found, each as the shortest story of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from data.edit import Write
from data.errors import NoOffice
from data.fields import Money
from data.kinds.grants import end_role, give_role
from data.kinds.lending import holder, sign_in, taps_of
from data.kinds.own import own_device
from data.kinds.people import PERSON, Person
from data.kinds.private import HOME, PersonHome, companion_id
from data.kinds.receipts import Receipt
from data.kinds.waiting import WAITING
from data.rights_book import buckets_of
from sync.calls import Answer, Call
from sync.paired import Paired, keep
from sync.session import converse
from tests.scoped import Phone, ScopedShow

DOLLARS = Money(amount=Decimal(12), currency="USD")


@pytest.fixture
def show(tmp_path: Path) -> Iterator[ScopedShow]:
    made = ScopedShow(tmp_path)
    yield made
    made.close()


def test_a_record_that_left_and_is_written_anew_spares_what_was_written_before(
    show: ScopedShow,
) -> None:
    """The new edit, of the same replica, counted those before it as seen, and had none of them."""
    rosa = show.show["Rosa"]
    give_role(show.desk, show.show["Gus"], "crew")
    grant = give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    home = companion_id(phone.desk, HOME, rosa)
    phone.desk.put(home, PersonHome(person=rosa.id, address="7 Secret Lane", phone="555 0100"))
    phone.sync()

    end_role(show.desk, grant)
    show.wall.at += timedelta(seconds=2)
    phone.sync()
    assert home not in phone.ids
    give_role(show.desk, show.show["Gus"], "poc")
    phone.store.commit([Write(HOME.name, home, {"phone": "555 0199"})], user=show.show["Gus"].id)
    phone.sync()

    assert show.desk.get(HOME, home).address == "7 Secret Lane"
    assert phone.desk.get(HOME, home).address == "7 Secret Lane"


def test_what_a_form_showed_before_it_left_is_not_said_to_be_written_over(
    show: ScopedShow,
) -> None:
    """The history said so, and the record did not."""
    store = show.phone("Gus").store
    (edit,) = store.commit([Write("receipt", "r1", {"vendor": "Own"})], user="gus").edits
    shown = {"vendor": (edit.dot,), "code": (edit.dot,)}
    (over,) = store.commit(
        [Write("receipt", "r2", {"vendor": "Other"}, over=shown)], user="gus"
    ).edits

    assert over.over == {}


def test_what_lies_in_no_bucket_is_offered_to_an_office_that_was_put_back(
    show: ScopedShow, tmp_path: Path
) -> None:
    """It is in no sum, so that no comparison found it; then it left as if it had been sent."""
    give_role(show.desk, show.show["Gus"], "office_pa")
    phone = show.phone("Gus")
    phone.sync()
    show.store.close()
    shutil.copytree(tmp_path / "office", tmp_path / "backup")
    show.restart()
    phone.sync()
    rosa = companion_id(phone.desk, HOME, show.show["Rosa"])
    phone.desk.put(rosa, PersonHome(person=show.show["Rosa"].id, address="7 Secret Lane"))
    _until_pushed(phone)
    assert phone.device.holding.leaving == [rosa]
    assert not phone.store.bases

    show.store.close()
    shutil.rmtree(tmp_path / "office")
    shutil.copytree(tmp_path / "backup", tmp_path / "office")
    show.restart()
    phone.sync()
    assert show.store.state(rosa) is not None
    assert rosa not in phone.ids


def test_a_receipt_out_of_somebody_s_own_pocket_moves_with_its_author(show: ScopedShow) -> None:
    gus = show.show["Gus"]
    give_role(show.desk, gus, "crew")
    phone = show.phone("Gus")
    phone.sync()
    slip = phone.desk.add(Receipt(date=show.show.day.date, vendor="Own", money=DOLLARS))
    phone.sync()
    show.desk.edit(show.desk.get(PERSON, gus.id), department="CAMERA")

    lies = show.store.books.holdings.of(slip.id)
    assert lies == buckets_of(show.desk, slip.id)
    assert any("camera" in bucket for bucket in lies)


def test_a_question_for_news_waits_until_the_scope_is_taken_up(show: ScopedShow) -> None:
    """Its page is of the new scope, and moved the cursor past what the old one still lacked."""
    give_role(show.desk, show.show["Gus"], "crew")
    phone = show.phone("Gus")
    phone.sync()
    give_role(show.desk, show.show["Gus"], "poc")
    phone.desk.add(Receipt(date=show.show.day.date, vendor="Own", money=DOLLARS))
    before = phone.store.meta["cursor"]
    with pytest.raises(NoOffice):
        converse(phone.session.whole(), _cut_after(phone, 1))

    with pytest.raises(NoOffice) as refused:
        converse(phone.session.listen(1.0), phone.ask)
    assert refused.value.code == "say-hello"
    assert before == phone.store.meta["cursor"]


def test_a_lent_tablet_knows_who_has_it_also_when_everything_is_sent(show: ScopedShow) -> None:
    tablet = show.phone("Gate tablet", lent_to="ad")
    record = tablet.record
    told = Paired(outcome="paired", device=record.id, called=record.name, lent_to="ad")
    keep(tablet.store, told)
    tablet.sync()
    device = own_device(tablet.desk)
    assert device is not None
    sign_in(tablet.desk, device, show.show["Gus"])
    tablet.sync()

    assert not tablet.store.bases
    assert holder(taps_of(tablet.desk, device)) == show.show["Gus"].id


def test_a_refused_edit_takes_no_colleague_s_record_with_it_that_the_office_has_forgotten(
    show: ScopedShow, tmp_path: Path
) -> None:
    """The record looked new, since the office was put back, and was deleted whole."""
    for name, role in (("Gus", "crew"), ("Cam", "upm")):
        give_role(show.desk, show.show[name], role)
    gus, cam = show.phone("Gus"), show.phone("Cam")
    show.store.close()
    shutil.copytree(tmp_path / "office", tmp_path / "backup")
    show.restart()
    cam.sync()
    lou = cam.desk.add(Person(name="Lou's brother", department="GRIP"))
    cam.sync()
    gus.sync()
    gus.desk.edit(gus.desk.get(PERSON, lou.id), phone="555 0100")

    show.store.close()
    shutil.rmtree(tmp_path / "office")
    shutil.copytree(tmp_path / "backup", tmp_path / "office")
    show.restart()
    gus.sync()
    found = show.desk.get(PERSON, lou.id)
    assert (found.name, found.phone) == ("Lou's brother", "")
    assert [w.author for w in show.desk.all(WAITING)] == [show.show["Gus"].id]


def _until_pushed(phone: Phone) -> None:
    with pytest.raises(NoOffice):
        converse(phone.session.whole(), _cut_after(phone, 2))


def _cut_after(phone: Phone, calls: int) -> Callable[[Call], Answer]:
    """The line is lost after so many calls."""
    left = calls

    def ask(call: Call) -> Answer:
        nonlocal left
        if not left:
            raise NoOffice("The office cannot be reached.", code="unreachable")
        left -= 1
        return phone.ask(call)

    return ask
