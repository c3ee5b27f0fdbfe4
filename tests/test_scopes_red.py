"""What is private is on no device that may not hold it: every byte of every file is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from data.fields import Money
from data.kinds.deals import Deal
from data.kinds.grants import end_role, give_role
from data.kinds.people import Person
from data.kinds.private import (
    HOME,
    IdDocument,
    PersonHome,
    PersonPrivate,
    companion_id,
    put_numbers,
)
from data.roles import ROLE_NAMES
from data.store import Store
from sync.calls import Answer, Call
from tests.scoped import Phone, ScopedShow, found_in


class Seeds:
    """Texts that occur in one record each, by that record."""

    def __init__(self, show: ScopedShow) -> None:
        self.show = show
        self.texts: dict[str, str] = {}
        desk = show.desk
        self.photos: dict[str, str] = {}
        for n, (name, person) in enumerate(show.show.people.items(), 1):
            where = f"{n} Seeded Lane {name}"
            home = PersonHome(person=person.id, address=where)
            self.texts[where] = desk.put(companion_id(desk, HOME, person), home).id
            terms = f"seeded terms of {name}"
            rate = Money(amount=Decimal(500 + n), currency="USD")
            self.texts[terms] = desk.add(Deal(person=person.id, rate=rate, terms=terms)).id
            tax = f"07805{n:02}44"
            private = PersonPrivate(person=person.id, legal_name=f"Seeded {name}", tax_id=tax)
            self.texts[tax] = put_numbers(desk, private).id
            image = f"a seeded passport of {name}".encode()
            photo = desk.blobs.keep(image)
            paper = IdDocument(
                person=person.id, what="passport", number=f"P{n:02}77", copies=frozenset({photo})
            )
            self.texts[f"P{n:02}77"] = desk.add(paper).id
            self.photos[photo] = image.decode()

    def check(self, phone: Phone) -> None:
        """Every seed is on the device if its record is in scope, else in no file of it."""
        within = self.show.within(phone)
        assert phone.ids == within
        for text, record in self.texts.items():
            assert bool(found_in(phone.folder, text)) == (record in within), (text, phone.record)


@pytest.fixture
def show(tmp_path: Path) -> Iterator[ScopedShow]:
    made = ScopedShow(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_a_device_of_every_role_has_what_it_may_and_nothing_after_it(
    show: ScopedShow, role: str
) -> None:
    seeds = Seeds(show)
    gus = show.show["Gus"]
    grant = give_role(show.desk, gus, role, until=show.wall.at + timedelta(days=9))
    phone = show.phone("Gus")
    phone.sync()
    seeds.check(phone)

    for photo in seeds.photos:  # as somebody looks at what is theirs
        if any(photo in (phone.store.line(i) or b"").decode() for i in phone.ids):
            phone.desk.blobs.keep(seeds.photos[photo].encode())
            phone.desk.blobs.folder.joinpath("thumbs").mkdir(parents=True, exist_ok=True)
            phone.desk.blobs.folder.joinpath("thumbs", photo).write_bytes(b"small seeded passport")
    phone.store.storage.compact()
    end_role(show.desk, grant)
    show.wall.at += timedelta(seconds=2)
    phone.sync()
    assert phone.ids == set()
    for text in (*seeds.texts, "seeded passport", "Seeded"):
        assert found_in(phone.folder, text) == [], text


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_so_has_a_tablet_that_is_lent_to_the_role(show: ScopedShow, role: str) -> None:
    seeds = Seeds(show)
    tablet = show.phone("Gate", lent_to=role)
    tablet.sync()

    seeds.check(tablet)


def test_what_was_written_over_or_torn_goes_as_well(show: ScopedShow) -> None:
    seeds = Seeds(show)
    grant = give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    home = phone.desk.get(HOME, companion_id(phone.desk, HOME, show.show["Cam"]))
    home = phone.desk.edit(home, address="overwritten seed")
    phone.sync()
    phone.desk.edit(home, address="last seed")
    phone.sync()
    phone.folder.joinpath("journal.cut-20260609T123000").write_bytes(b"a torn overwritten seed")
    end_role(show.desk, grant)
    show.wall.at += timedelta(seconds=2)
    phone.sync()

    for text in (*seeds.texts, "overwritten seed", "last seed"):
        assert found_in(phone.folder, text) == [], text


def test_a_photo_goes_only_when_the_office_has_it(show: ScopedShow) -> None:
    gus = show.show["Gus"]
    grant = give_role(show.desk, gus, "accounts")
    phone = show.phone("Gus")
    phone.sync()
    photo = phone.desk.blobs.keep(b"a passport that only this phone has")
    paper = IdDocument(person=show.show["Cam"].id, what="passport", copies=frozenset({photo}))
    record = phone.desk.add(paper).id
    show.wall.at += timedelta(seconds=2)
    end_role(show.desk, grant)
    show.wall.at += timedelta(seconds=2)
    phone.sync()

    assert record not in phone.ids
    assert show.desk.blobs.read(photo) == b"a passport that only this phone has"
    assert found_in(phone.folder, "only this phone") == []
    assert record in set(show.store.ids())


def test_a_phone_stopped_while_it_lets_go_ends_that_before_it_speaks(
    show: ScopedShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = Seeds(show)
    grant = give_role(show.desk, show.show["Gus"], "poc")
    phone = show.phone("Gus")
    phone.sync()
    end_role(show.desk, grant)
    show.wall.at += timedelta(seconds=2)

    def stops(_: Store) -> None:
        raise RuntimeError("the machine stopped")

    with monkeypatch.context() as broken:
        broken.setattr("data.leaving.rewrite", stops)
        with pytest.raises(RuntimeError):
            phone.sync()
    assert found_in(phone.folder, "Seeded Lane")
    assert phone.ids == set()

    phone.restart()
    phone.calls.clear()
    lane = next(iter(seeds.texts))

    answer = phone.ask

    def ask(call: Call) -> Answer:
        assert found_in(phone.folder, lane) == [], call
        return answer(call)

    monkeypatch.setattr(phone, "ask", ask)
    phone.sync()
    seeds.check(phone)
    assert phone.calls


def test_somebody_new_brings_nothing_private_along(show: ScopedShow) -> None:
    give_role(show.desk, show.show["Ada"], "ad")
    phone = show.phone("Ada")
    phone.sync()
    person = show.desk.add(Person(name="Pia", department="GRIP", start=date(2026, 6, 9)))
    home = PersonHome(person=person.id, address="13 Nowhere Road")
    show.desk.put(companion_id(show.desk, HOME, person), home)
    phone.sync()

    assert person.id in phone.ids
    assert found_in(phone.folder, "13 Nowhere Road") == []
