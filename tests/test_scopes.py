"""A device holds what its people may see, and nothing else: told, kept, narrowed, widened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from errno import ENOSPC
from hashlib import blake2b
from pathlib import Path

import pytest

from data.canonical import canonical_bytes, decode
from data.desk import Desk
from data.edit import Write
from data.errors import NoOffice, NotSaved
from data.fields import Money
from data.files import DiskFile
from data.kind import Kind, R
from data.kinds import ALL
from data.kinds.deals import DEAL, Deal
from data.kinds.envelopes import ENVELOPE, Envelope
from data.kinds.grants import change_cell, end_role, give_role
from data.kinds.lending import give_back, hand_to, holder, sign_in, taps_of
from data.kinds.people import PERSON
from data.kinds.private import HOME, PersonHome, companion_id
from data.kinds.receipts import RECEIPT, Receipt
from data.kinds.waiting import WAITING
from data.leaving import purge
from data.rights_book import SCOPED_BY
from data.store import Store
from sync.calls import Answer, Call
from sync.scopes import BucketSums, Scope, Scopes
from sync.session import converse
from sync.wire import Fill, Page
from tests.scoped import Phone, ScopedShow, found_in

DOLLARS = Money(amount=Decimal("620"), currency="USD")


@pytest.fixture
def show(tmp_path: Path) -> Iterator[ScopedShow]:
    made = ScopedShow(tmp_path)
    yield made
    made.close()


def rosas_home(show: ScopedShow) -> str:
    rosa = show.show["Rosa"]
    home = PersonHome(person=rosa.id, address="7 Secret Lane, Taos")
    return show.desk.put(companion_id(show.desk, HOME, rosa), home).id


# ---- the sums by bucket -----------------------------------------------------------------------


def test_what_commits_count_is_what_is_counted_anew(
    show: ScopedShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes = show.front.office.scopes
    assert scopes is not None
    scopes.sums.tend(60)
    home, gus = rosas_home(show), show.show["Gus"]
    show.desk.edit(show.show["Rosa"], name="Rosa R.")
    deal = show.desk.add(Deal(person=gus.id, rate=DOLLARS))
    with monkeypatch.context() as disk:
        disk.setattr(DiskFile, "append", _full)
        with pytest.raises(NotSaved):
            show.desk.edit(deal, rate=Money(amount=Decimal("1"), currency="USD"))
    show.desk.edit(gus, department="CAMERA")  # which moves his deal, and does not change it
    purge(show.store, show.front.blobs, [home])
    every = Scope("all", frozenset(n for i in show.store.ids() for n in _buckets(show, i)))

    anew = BucketSums(show.store).over(every)
    assert anew == scopes.sums.over(every)
    assert anew.root() == scopes.sums.root(every) == scopes.sums.over(every).root()


def test_neither_a_push_nor_a_hello_waits_until_all_is_counted(
    show: ScopedShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    asked: list[list[str]] = []
    monkeypatch.setattr(BucketSums, "tend", lambda *_: True)  # there is always more to count
    for n in range(4):
        if n == 2:
            monkeypatch.undo()
        phone.desk.edit(phone.desk.get(PERSON, show.show["Gus"].id), diet=f"no {n}")
        for _ in range(2):
            phone.calls.clear()
            phone.sync()
            asked.append([call.path.split("?")[0].split("/")[2] for call in phone.calls])

    assert asked[2:4] == [["hello", "push", "changes"], ["hello", "changes"]]
    assert asked[6:8] == [["hello", "push"], ["hello"]]
    assert phone.device.verified


def _full(*_: object) -> None:
    raise OSError(ENOSPC, "No space left on device")


def _buckets(show: ScopedShow, record_id: str) -> frozenset[str]:
    return show.store.books.holdings.of(record_id)


# ---- what a device is given -------------------------------------------------------------------


def test_a_device_is_given_what_its_person_may_see_and_nothing_else(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Gus"], "crew")
    deal = show.desk.add(Deal(person=show.show["Gus"].id, rate=DOLLARS))
    other = show.desk.add(Deal(person=show.show["Cam"].id, rate=DOLLARS))
    phone = show.phone("Gus")
    phone.sync()

    assert phone.ids == show.within(phone)
    assert deal.id in phone.ids
    assert other.id not in phone.ids
    assert phone.device.verified


def test_scopes_are_told_from_no_other_kinds_than_those_that_make_them_stale(
    show: ScopedShow,
) -> None:
    asked: set[str] = set()

    class Noting(Desk):
        def all(self, kind: Kind[R]) -> list[R]:
            asked.add(kind.name)
            return super().all(kind)

        def having(self, kind: Kind[R], name: str, text: str) -> list[R]:
            asked.add(kind.name)
            return super().having(kind, name, text)

        def get(self, kind: Kind[R], record_id: str) -> R:
            asked.add(kind.name)
            return super().get(kind, record_id)

    change_cell(show.desk, "times", "crew", "R all")
    give_role(show.desk, show.show["Gus"], "crew")
    phone = show.phone("Gus")
    scopes = Scopes(show.store, strangers=False)
    scopes.desk = Noting(show.store, ALL, user="office")
    assert scopes.of(phone.record.id).buckets
    assert asked == SCOPED_BY
    asked.clear()
    show.desk.add(Deal(person=show.show["Gus"].id, rate=DOLLARS))
    assert scopes.of(phone.record.id).buckets
    assert asked == set()
    show.desk.edit(show.show["Gus"], department="CAMERA")
    assert scopes.of(phone.record.id).buckets
    assert asked == SCOPED_BY


def test_a_person_without_a_role_is_given_nothing(show: ScopedShow) -> None:
    phone = show.phone("Gus")
    phone.sync()

    assert phone.ids == set()
    assert phone.device.verified


def test_a_device_that_was_never_paired_is_the_office_s_own(show: ScopedShow) -> None:
    phone = show.phone("Gus")
    show.desk.delete(show.desk.get(show.desk.kinds["device"], phone.record.id))
    phone.sync()
    assert phone.ids == set()  # one that was paired once never is

    phone.device.store.set_meta(device="a laptop of the office")
    phone.sync()
    assert phone.ids == set(show.store.ids())
    assert phone.device.verified


def test_where_everybody_has_to_pair_a_stranger_is_given_nothing(show: ScopedShow) -> None:
    show.front.office.scopes.strangers = False  # type: ignore[union-attr]
    phone = show.phone("Gus")
    phone.device.store.set_meta(device="a stranger")
    phone.sync()

    assert phone.ids == set()


def test_two_roles_hold_both(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Gus"], "crew")
    give_role(show.desk, show.show["Gus"], "medic")
    home = rosas_home(show)
    phone = show.phone("Gus")
    phone.sync()
    assert phone.ids == show.within(phone)

    give_role(show.desk, show.show["Gus"], "poc")
    phone.sync()
    assert home in phone.ids
    assert phone.ids == show.within(phone)


@pytest.mark.parametrize("edited", [False, True])
def test_what_somebody_else_brought_back_to_an_office_is_its_author_s_still(
    show: ScopedShow, tmp_path: Path, edited: bool
) -> None:
    for name, role in (("Gus", "crew"), ("Cam", "poc")):
        give_role(show.desk, show.show[name], role)
    gus, cam = show.phone("Gus"), show.phone("Cam")
    show.store.close()
    shutil.copytree(tmp_path / "office", tmp_path / "backup")
    show.restart()
    gus.sync()
    slip = gus.desk.add(Receipt(date=show.show.day.date, vendor="Own pocket", money=DOLLARS))
    gus.sync()
    cam.sync()
    if edited:  # then the first edit that the office hears of is not the author's
        cam.desk.edit(cam.desk.get(RECEIPT, slip.id), vendor="His own pocket")

    show.store.close()
    shutil.rmtree(tmp_path / "office")
    shutil.copytree(tmp_path / "backup", tmp_path / "office")
    show.restart()
    cam.sync()
    assert slip.id in show.store.ids()
    for phone in (gus, cam):
        phone.sync()
        assert slip.id in phone.ids
        assert phone.ids == show.within(phone)
        assert phone.device.verified


def test_a_lent_tablet_holds_what_says_who_has_it(
    show: ScopedShow,
) -> None:
    gus, ada = show.show["Gus"], show.show["Ada"]
    tablet = show.phone("Gate", lent_to="ad")
    tablet.sync()
    for person in (gus, ada):
        tablet.desk.user = person.id
        sign_in(tablet.desk, tablet.record, person)
        tablet.sync()

        assert person.id == holder(taps_of(tablet.desk, tablet.record))
        assert tablet.ids == show.within(tablet)
        assert tablet.device.verified

    give_back(show.desk, tablet.record)
    tablet.sync()
    assert holder(taps_of(tablet.desk, tablet.record)) == ""
    hand_to(show.desk, tablet.record, gus)
    tablet.sync()
    assert gus.id == holder(taps_of(tablet.desk, tablet.record))


# ---- narrowed and widened ---------------------------------------------------------------------


def test_a_role_that_ends_takes_its_records_out_of_every_file(show: ScopedShow) -> None:
    home = rosas_home(show)
    give_role(show.desk, show.show["Gus"], "crew")
    grant = give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    assert found_in(phone.folder, "7 Secret Lane")

    end_role(show.desk, grant)
    show.wall.at += timedelta(seconds=2)
    phone.sync()
    assert home not in phone.ids
    assert phone.ids == show.within(phone)
    assert found_in(phone.folder, "7 Secret Lane") == []
    assert phone.device.verified


def test_a_role_ends_by_itself_when_its_time_is_over(show: ScopedShow) -> None:
    until = show.wall.at + timedelta(hours=1)
    give_role(show.desk, show.show["Gus"], "poc", until=until)
    phone = show.phone("Gus")
    phone.sync()
    assert phone.ids == show.within(phone) != set()

    show.wall.at += timedelta(hours=2)
    phone.sync()
    assert phone.ids == show.within(phone) == set()


def test_a_changed_matrix_changes_what_devices_hold(show: ScopedShow) -> None:
    home = rosas_home(show)
    give_role(show.desk, show.show["Gus"], "office_pa")
    phone = show.phone("Gus")
    phone.sync()
    assert home not in phone.ids

    change_cell(show.desk, "home", "office_pa", "R")
    show.wall.at += timedelta(seconds=2)
    phone.sync()
    assert home in phone.ids
    assert phone.ids == show.within(phone)


def test_what_is_unsent_is_sent_before_it_goes(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Gus"], "crew")
    grant = give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    cam = show.show["Cam"]
    phone.desk.put(
        companion_id(phone.desk, HOME, cam), PersonHome(person=cam.id, address="9 Quiet St")
    )
    show.wall.at += timedelta(minutes=5)
    end_role(show.desk, grant)
    show.wall.at += timedelta(minutes=5)
    phone.sync()

    kept = show.desk.get(HOME, companion_id(show.desk, HOME, cam))
    assert kept.address == "9 Quiet St"  # written while the role was held
    assert kept.id not in phone.ids
    assert found_in(phone.folder, "9 Quiet St") == []


def test_a_role_given_back_fills_again_and_can_be_cut_off_at_any_call(show: ScopedShow) -> None:
    for n in range(40):
        show.desk.add(Deal(person=show.show["Cam"].id, position=f"Operator {n}"))
    give_role(show.desk, show.show["Gus"], "crew")
    phone = show.phone("Gus")
    phone.sync()
    give_role(show.desk, show.show["Gus"], "accounts")
    for cut in range(1, 8):
        phone.calls.clear()
        _cut_off(phone, cut)
        phone.restart()
    phone.sync()

    assert phone.ids == show.within(phone)
    assert len(phone.desk.all(DEAL)) == 40
    assert phone.device.verified


def _cut_off(phone: Phone, cut: int) -> None:

    calls = 0

    def ask(call: Call) -> Answer:
        nonlocal calls
        calls += 1
        answer = phone.ask(call._replace(path=call.path.replace("limit=500", "limit=7")))
        if calls == cut:
            raise NoOffice("The office cannot be reached.", code="unreachable")
        return answer

    with suppress(NoOffice):
        converse(phone.session.whole(), ask)


# ---- records that move ------------------------------------------------------------------------


def test_an_envelope_that_changes_hands_moves_with_its_receipts(show: ScopedShow) -> None:
    gus, cam = show.show["Gus"], show.show["Cam"]
    for person in (gus, cam):
        give_role(show.desk, person, "crew")
    envelope = show.desk.add(Envelope(number="7", custodian=gus.id))
    receipt = show.desk.add(
        Receipt(date=show.show.day.date, vendor="Hardware", money=DOLLARS, envelope=envelope.id)
    )
    first, second = show.phone("Gus"), show.phone("Cam")
    first.sync()
    second.sync()
    assert {envelope.id, receipt.id} <= first.ids
    assert not {envelope.id, receipt.id} & second.ids

    show.desk.edit(show.desk.get(ENVELOPE, envelope.id), custodian=cam.id)
    first.sync()
    second.sync()
    assert not {envelope.id, receipt.id} & first.ids
    assert {envelope.id, receipt.id} <= second.ids
    assert found_in(first.folder, "Hardware") == []
    assert first.device.verified
    assert second.device.verified


def test_somebody_who_changes_department_leaves_the_head_s_device(show: ScopedShow) -> None:
    gus, grete = show.show["Gus"], show.show["Grete"]
    give_role(show.desk, gus, "dept_head")
    envelope = show.desk.add(Envelope(number="7", custodian=grete.id))
    phone = show.phone("Gus")
    phone.sync()
    assert envelope.id in phone.ids

    show.desk.edit(show.desk.get(PERSON, grete.id), department="CAMERA")
    phone.sync()
    assert envelope.id not in phone.ids
    assert phone.ids == show.within(phone)


def test_what_moved_while_no_office_ran_is_placed_when_one_begins(
    show: ScopedShow, tmp_path: Path
) -> None:
    gus, grete = show.show["Gus"], show.show["Grete"]
    give_role(show.desk, gus, "dept_head")
    envelope = show.desk.add(Envelope(number="7", custodian=grete.id))
    phone = show.phone("Gus")
    phone.sync()
    show.store.close()
    alone = Store(tmp_path / "office", sources=show.sources(), hub=True)
    person = alone.state(grete.id)
    assert person is not None

    alone.commit([Write("person", grete.id, {"department": "CAMERA"})], user="office")
    alone.close()
    show.restart()
    phone.sync()

    assert envelope.id not in phone.ids
    assert phone.ids == show.within(phone)


def test_where_records_lie_survives_a_new_generation_and_a_start(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Gus"], "crew")
    before = {i: show.store.books.holdings.of(i) for i in show.store.ids()}
    show.store.storage.compact()
    show.restart()

    assert {i: show.store.books.holdings.of(i) for i in show.store.ids()} == before
    assert all(before.values())


# ---- what may be written ----------------------------------------------------------------------


def test_who_may_not_write_has_it_wait_and_sees_it(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Gus"], "crew")
    phone = show.phone("Gus")
    phone.sync()
    phone.desk.edit(phone.desk.get(PERSON, show.show["Cam"].id), phone="555-0199")
    phone.sync()

    (waiting,) = show.desk.all(WAITING)
    assert waiting.code == "no-right"
    assert show.desk.get(PERSON, show.show["Cam"].id).phone == ""
    assert phone.desk.get(PERSON, show.show["Cam"].id).phone == ""
    assert waiting.id in phone.ids
    assert phone.device.verified


def test_a_forged_name_does_not_stand(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Ada"], "poc")
    give_role(show.desk, show.show["Gus"], "crew")
    phone = show.phone("Gus")
    phone.sync()
    phone.desk.user = show.show["Ada"].id
    phone.desk.edit(phone.desk.get(PERSON, show.show["Cam"].id), phone="555-0199")
    phone.sync()

    assert [waiting.code for waiting in show.desk.all(WAITING)] == ["not-yours"]
    assert show.desk.get(PERSON, show.show["Cam"].id).phone == ""


def test_a_clock_set_back_does_not_bring_an_ended_role_back(show: ScopedShow) -> None:
    grant = give_role(show.desk, show.show["Ada"], "poc")
    give_role(show.desk, show.show["Ada"], "crew")
    phone = show.phone("Ada")
    phone.sync()
    show.wall.at += timedelta(hours=1)
    end_role(show.desk, grant)
    show.wall.at += timedelta(hours=1)
    phone.sync()
    home = PersonHome(person=show.show["Ada"].id, address="Mine")
    phone.desk.put(companion_id(phone.desk, HOME, show.show["Ada"]), home)
    phone.sync()  # so an edit of this run is known to be of two hours later
    show.wall.at -= timedelta(minutes=119)
    phone.store.sources.offset = 0
    phone.desk.edit(phone.desk.get(PERSON, show.show["Cam"].id), phone="555-0199")
    show.wall.at += timedelta(minutes=119)
    phone.sync()

    assert [waiting.code for waiting in show.desk.all(WAITING)] == ["no-right"]


def test_what_a_role_may_write_and_not_read_goes_when_it_is_sent(show: ScopedShow) -> None:
    """An office PA adds a receipt to another's envelope: it is taken to be judged, and gone."""
    give_role(show.desk, show.show["Gus"], "office_pa")
    envelope = show.desk.add(Envelope(number="7", custodian=show.show["Cam"].id))
    phone = show.phone("Gus")
    phone.sync()
    receipt = phone.desk.add(
        Receipt(date=show.show.day.date, vendor="Tape", money=DOLLARS, envelope=envelope.id)
    )
    phone.sync()

    assert receipt.id not in phone.ids
    assert [waiting.record for waiting in show.desk.all(WAITING)] == [receipt.id]


# ---- questions outside the scope --------------------------------------------------------------


def test_history_and_photos_outside_the_scope_are_not_there(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Gus"], "crew")
    home = rosas_home(show)
    photo = show.desk.blobs.keep(b"a slip of Cam's")
    envelope = show.desk.add(Envelope(number="7", custodian=show.show["Cam"].id))
    slip = Receipt(
        date=show.show.day.date,
        vendor="Tape",
        money=DOLLARS,
        envelope=envelope.id,
        photos=frozenset({photo}),
    )
    receipt = show.desk.add(slip)
    phone = show.phone("Gus")
    phone.sync()
    run, who = phone.device.run, phone.record.id

    def status(path: str) -> int:
        return show.front.answer(Call("GET", path)).status

    assert status(f"/v1/history/{home}?run={run}&device={who}") == 404
    assert status(f"/v1/history/{receipt.id}?run={run}&device={who}") == 404
    assert status(f"/v1/history/{show.show.day.id}?run={run}&device={who}") == 200
    assert status(f"/v1/blobs/{photo}?device={who}") == 404
    show.desk.edit(show.desk.get(ENVELOPE, envelope.id), custodian=show.show["Gus"].id)
    assert status(f"/v1/blobs/{photo}?device={who}") == 200
    show.desk.edit(show.desk.get(ENVELOPE, envelope.id), custodian=show.show["Cam"].id)
    assert status(f"/v1/blobs/{photo}?device={who}") == 404
    assert status(f"/v1/blobs/{photo}?device={who}&small=1") == 404
    assert show.desk.get(RECEIPT, receipt.id).photos == {photo}


def test_a_device_that_names_another_scope_has_to_say_hello(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Gus"], "crew")
    phone = show.phone("Gus")
    phone.sync()

    ask = f"run={phone.device.run}&device={phone.record.id}&scope=0123456789abcdef"
    for call in (
        Call("GET", f"/v1/changes?{ask}&cursor="),
        Call("GET", f"/v1/snapshot?{ask}&after="),
        Call("GET", f"/v1/snapshot?{ask.partition('&scope')[0]}&after="),
    ):
        answer = show.front.answer(call)
        assert (answer.status, b"say-hello" in answer.content) == (409, True)


# ---- purge ------------------------------------------------------------------------------------


def test_a_purge_leaves_nothing_but_the_id_anywhere(show: ScopedShow) -> None:
    home = rosas_home(show)
    show.desk.edit(show.desk.get(HOME, home), phone="+1 575 555 0142")
    show.store.storage.compact()  # so a segment of the history holds it too
    give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    open_one = show.phone("Cam")
    open_one.store.set_meta(device="a laptop of the office")
    open_one.sync()
    purge(show.store, show.desk.blobs, [home])

    assert found_in(show.folder / "office", "7 Secret Lane") == []
    assert found_in(show.folder / "office", "555 0142") == []
    for copy in (phone, open_one):
        copy.sync()
        assert home not in copy.ids
        assert found_in(copy.folder, "7 Secret Lane") == []
        assert copy.device.verified
    assert show.store.sums == show.store.counted()
    show.restart()
    phone.sync()
    assert show.store.sums == show.store.counted()
    assert phone.device.verified


def test_what_was_purged_does_not_come_back_by_a_phone_that_was_away(show: ScopedShow) -> None:
    home = rosas_home(show)
    give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    phone.desk.edit(phone.desk.get(HOME, home), phone="+1 575 555 0142")
    purge(show.store, show.desk.blobs, [home])
    phone.sync()

    assert home not in phone.ids
    assert show.store.history(home) == []
    assert found_in(show.folder / "office", "555 0142") == []
    assert found_in(phone.folder, "555 0142") == []
    assert found_in(phone.folder, "7 Secret Lane") == []


def test_a_purge_that_was_broken_off_ends_with_the_next_start(
    show: ScopedShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = rosas_home(show)

    def stops(*_: object) -> None:
        raise RuntimeError("the machine stopped")

    with monkeypatch.context() as broken:
        broken.setattr("data.leaving.rewrite", stops)
        with pytest.raises(RuntimeError):
            purge(show.store, show.desk.blobs, [home])
    assert found_in(show.folder / "office", "7 Secret Lane")

    show.restart()
    assert found_in(show.folder / "office", "7 Secret Lane") == []


# ---- the proof --------------------------------------------------------------------------------


def test_the_sums_of_a_scope_are_told_from_what_was_sent_as_the_protocol_says(
    show: ScopedShow,
) -> None:
    for role in ("crew", "poc"):
        give_role(show.desk, show.show["Gus"], role)
    home = PersonHome(person=show.show["Gus"].id, address="1 Mesa St")
    show.desk.put(companion_id(show.desk, HOME, show.show["Gus"]), home)
    phone = show.phone("Gus")
    pages: list[Page] = []
    fills: list[Fill] = []

    def ask(call: Call) -> Answer:
        answer = phone.ask(call)
        if call.path.startswith("/v1/snapshot"):
            fills.append(Fill.from_bytes(answer.content))
        if call.path.startswith("/v1/changes"):
            pages.append(Page.from_bytes(answer.content))
        return answer

    converse(phone.session.whole(), ask)
    told_of: list[Fill | Page] = [*fills, *pages]
    lying = {str(told[0]): told[1] for answer in told_of for told in answer.buckets}
    count, total = 0, 0
    for raw in (raw for answer in told_of for raw in answer.states):
        told = canonical_bytes(decode(raw))
        value = int.from_bytes(blake2b(told, digest_size=16).digest(), "big")
        for name in lying[raw["id"]]:
            factor = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") | 1
            count, total = count + 1, (total + value * factor) % 2**128

    assert pages[-1].roots == [count, f"{total:x}"]
    assert count > len(lying) > 0
