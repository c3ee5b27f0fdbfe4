"""Generations: making the next one changes nothing that anybody can see, wherever it is broken off.

The law: a copy that made new generations, was killed, opened again, ran out of disk and was read by
others meanwhile knows what a twin knows that did the same work and never made one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinydb import TinyDB, where

from data.disk import open_db
from data.edit import Write
from data.errors import Damaged, OfficeError
from data.files import Folder, MemoryFolder
from data.packing import loads
from data.stamp import Sources
from data.storage import JournalStorage
from data.store import Store
from tests.backends import FullAt, InMemory, MakePlace, Place, Watched, every_backend
from tests.copies import copy_in, known, push, sources

INDEXES: dict[str, list[str | tuple[str, ...]]] = {"scene": ["pages", ("set", "name")]}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that meets damage looks again after a moment: a writer may have been at work."""
    monkeypatch.setattr("data.generations.time.sleep", lambda _seconds: None)


def begin(storage: JournalStorage) -> None:
    """The next generation, of which nothing is written yet."""
    if storage.slow is None:
        storage.slow = storage._files.next(storage.tables, storage._books)


def step(storage: JournalStorage) -> bool:
    """One step of it; whether there are more."""
    if storage.slow is not None:
        storage._step()
    return storage.slow is not None


def say(store: Store, record_id: str = "r", **values: Any) -> None:
    store.commit([Write("scene", record_id, values)], user="Amara")


def refused(store: Store) -> str:
    """Why the next generation could not be made; empty if it was."""
    try:
        store.storage.compact()
    except OfficeError as error:
        return error.sentence
    return ""


def worked(folder: Folder, *, hub: bool = True) -> Store:
    """A copy with a bit of everything: kinds, sets, a deleted record, books."""
    store = copy_in(folder, hub=hub)
    store.set_meta(production="p", cursor="7")
    for n in range(3):
        say(store, f"r{n}", pages=n, set_name=f"Zoë's {n}")
    store.commit([Write("scene", "r0", add={"cast": ("1", "2")})], user="Ada")
    store.commit([Write("person", "p", {"name": "Zoë"}), Write("scene", "x", {})], user="Ada")
    store.commit([Write("scene", "x", delete=True)], user="Ada")
    say(store, "r1", pages=None)
    return store


def reopened(place: Place, *, hub: bool = True) -> dict[str, Any]:
    """What a reader of the folder knows."""
    reader = copy_in(place.folder, hub=hub, reader=True)
    assert reader.sums == reader.counted()
    told = known(reader)
    reader.close()
    return told


# ---- the law ----------------------------------------------------------------------------------


class Copy:
    """A copy and its twin: both do the same work with the same chance, and only the first ever
    makes a generation, crashes or is opened again."""

    def __init__(self, place: Place, *, hub: bool, seed: int) -> None:
        self.place, self.hub = place, hub
        self.full = FullAt()
        self._chance: Sources = sources(seed)
        self.store = self._opened()
        self.twin = copy_in(MemoryFolder(), hub=hub, source=sources(seed))
        self.readers: list[tuple[Store, dict[str, Any]]] = []

    @property
    def both(self) -> tuple[Store, Store]:
        return self.store, self.twin

    def close(self) -> None:
        self.store.close()

    def reopen(self) -> None:
        self.store.close()
        self._again()

    def crash(self) -> None:
        """Another machine finds the folder as it is at this moment."""
        left = self.place.copy()
        with suppress(OfficeError):
            self.store.close()
        self.place = left
        self._again()

    def read(self) -> None:
        """Somebody opens it to read, and keeps it open."""
        reader = copy_in(self.place.folder, hub=self.hub, reader=True)
        self.readers.append((reader, known(self.twin)))

    def check(self) -> None:
        assert known(self.twin) == known(self.store)
        assert self.store.sums == self.store.counted()
        assert known(self.twin) == reopened(self.place, hub=self.hub)
        for reader, told in self.readers:
            assert told == known(reader)
            reader.close()
        self.readers.clear()

    def _opened(self) -> Store:
        self.full.arm(-1)
        folder = Watched(self.place.folder, self.full)
        store = copy_in(folder, hub=self.hub, source=self._chance)
        for table, paths in INDEXES.items():
            store.storage.declare(table, paths)
        return store

    def _again(self) -> None:
        self.store = self._opened()
        self.twin.new_run()


WORK = st.one_of(
    st.tuples(st.just("say"), st.sampled_from("abcd"), st.integers(0, 3)),
    st.tuples(st.just("say"), st.sampled_from("abcd"), st.integers(0, 3)),
    st.tuples(st.just("delete"), st.sampled_from("abcd")),
    st.tuples(st.just("note"), st.integers(0, 5)),
    st.tuples(st.just("meet")),
    st.tuples(st.just("forget")),
)
CARE = st.one_of(
    st.tuples(st.just("begin")),
    st.tuples(st.just("steps"), st.integers(1, 12)),
    st.tuples(st.just("generation")),
    st.tuples(st.just("fill"), st.integers(0, 12)),
    st.tuples(st.just("reopen")),
    st.tuples(st.just("crash")),
    st.tuples(st.just("read")),
    st.tuples(st.just("check")),
)
PLANS = st.lists(st.tuples(st.booleans(), WORK | CARE), min_size=10, max_size=40)


def do(office: Copy, phone: Copy, at_office: bool, what: tuple[Any, ...]) -> None:
    copy = office if at_office else phone
    match what:
        case ("say", record, pages):
            for store in copy.both:
                say(store, record, pages=pages, set={"name": f"SET {pages}"})
        case ("delete", record):
            for store in copy.both:
                if store.document(record) is not None:
                    store.commit([Write("scene", record, delete=True)], user="Ada")
        case ("note", cursor):
            for store in copy.both:
                store.set_meta(cursor=cursor)
        case ("meet",):
            for device, hub in zip(phone.both, office.both, strict=True):
                push(device, hub)
        case ("forget",):
            for store in phone.both:
                store.forget_bases(epoch="2")
        case ("begin",):
            begin(copy.store.storage)
        case ("steps", count):
            for _ in range(count):
                step(copy.store.storage)
        case ("generation",):
            copy.store.storage.compact()
        case ("fill", calls):  # the next writing calls of the generation find the disk full
            begin(copy.store.storage)
            copy.full.arm(calls)
            while not copy.full.struck and step(copy.store.storage):
                pass
            copy.full.arm(-1)
        case ("reopen",):
            copy.reopen()
        case ("crash",):
            copy.crash()
        case ("read",):
            copy.read()
        case ("check",):
            copy.check()


def lived(office: Copy, phone: Copy, plan: list[Any]) -> None:
    for at_office, what in plan:
        do(office, phone, at_office, what)
    for copy in (office, phone):
        copy.check()
        copy.reopen()
        copy.check()
        copy.close()


@given(PLANS)
@settings(max_examples=150)
def test_a_copy_that_made_generations_knows_what_its_twin_knows(plan: list[Any]) -> None:
    lived(Copy(InMemory(), hub=True, seed=1), Copy(InMemory(), hub=False, seed=2), plan)


@every_backend
def test_so_it_is_on_every_backend(
    backend: MakePlace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @given(PLANS)
    @settings(max_examples=15)
    def law(plan: list[Any]) -> None:
        path = tmp_path_factory.mktemp("law")
        office, phone = backend(path), backend(path)
        lived(Copy(office, hub=True, seed=1), Copy(phone, hub=False, seed=2), plan)

    law()


# ---- and for a plain database -----------------------------------------------------------------

TABLES = st.sampled_from(["scene", "crew"])
PLAIN = st.one_of(
    st.tuples(st.just("insert"), TABLES, st.integers(1, 3)),
    st.tuples(st.just("insert"), TABLES, st.integers(1, 3)),
    st.tuples(st.just("update"), TABLES, st.integers(0, 5)),
    st.tuples(st.just("remove"), TABLES, st.integers(0, 5)),
    st.tuples(st.just("truncate"), TABLES),
    st.tuples(st.just("drop"), TABLES),
    st.tuples(st.just("drop all")),
)


def write(db: TinyDB, what: tuple[Any, ...]) -> None:
    match what:
        case ("insert", table, count):
            db.table(table).insert_multiple({"pages": n, "set": {"name": n}} for n in range(count))
        case ("update", table, pages):
            db.table(table).update({"pages": pages, "big": 2**70 + 1}, where("pages") >= pages)
        case ("remove", table, pages):
            db.table(table).remove(where("pages") == pages)
        case ("truncate", table):
            db.table(table).truncate()
        case ("drop", table):
            db.drop_table(table)
        case ("drop all",):
            db.drop_tables()


def told(db: TinyDB) -> dict[str, Any]:
    """Every table, what it holds by id and by index, and the last number it gave."""
    storage = db.storage
    assert isinstance(storage, JournalStorage)
    return {
        name: [
            [(doc.doc_id, dict(doc)) for doc in db.table(name)],
            {doc.doc_id for doc in db.table(name).search(where("pages") > 0)},
            storage.tables[name].last,
        ]
        for name in db.tables()
    }


@given(st.lists(PLAIN | CARE, min_size=10, max_size=40))
@settings(max_examples=150)
def test_a_database_that_made_generations_is_as_its_twin(plan: list[Any]) -> None:
    place, full = InMemory(), FullAt()
    db = open_db(Watched(place.folder, full), indexes=INDEXES)
    twin = open_db(MemoryFolder(), indexes=INDEXES)
    for what in plan:
        storage = db.storage
        assert isinstance(storage, JournalStorage)
        match what:
            case ("begin",):
                begin(storage)
            case ("steps", count):
                for _ in range(count):
                    step(storage)
            case ("generation",):
                storage.compact()
            case ("fill", calls):
                begin(storage)
                full.arm(calls)
                while not full.struck and step(storage):
                    pass
                full.arm(-1)
            case ("reopen",) | ("crash",):
                if what == ("crash",):
                    place = place.copy()
                else:
                    db.close()
                db = open_db(Watched(place.folder, full), indexes=INDEXES)
            case ("read",) | ("check",):
                reader = open_db(place.copy().folder, indexes=INDEXES, access_mode="r")
                assert told(twin) == told(reader)
            case _:
                write(db, what)
                write(twin, what)

    assert told(twin) == told(db)
    db.close()
    assert told(twin) == told(open_db(place.folder, indexes=INDEXES))


# ---- commits meanwhile ------------------------------------------------------------------------


@every_backend
@pytest.mark.parametrize("hub", [True, False], ids=["office", "phone"])
def test_commits_between_all_steps_are_there_after_it(
    hub: bool, backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    store = worked(place.folder, hub=hub)
    for turn in range(3):
        begin(store.storage)
        n = 0
        while step(store.storage):
            n += 1
            say(store, f"r{n % 5}", pages=100 * turn + n)
            store.set_meta(cursor=str(n))
            if n % 3 == 0:
                store.commit([Write("scene", f"r{(n + 1) % 3}", delete=True)], user="Ada")
        assert n > 5
        assert known(store) == reopened(place, hub=hub)
    store.close()

    assert known(store) == reopened(place, hub=hub)


@every_backend
@pytest.mark.parametrize("hub", [True, False], ids=["office", "phone"])
def test_a_copy_whose_power_goes_at_any_moment_of_it_has_lost_nothing(
    hub: bool, backend: MakePlace, tmp_path: Path
) -> None:
    """Before every single call to the disk, and after half of what was to be written."""
    place = backend(tmp_path)
    before: list[tuple[str, Place, dict[str, Any]]] = []
    store: list[Store] = []

    def stop(call: str, name: str, data: bytes) -> bytes:
        if store and store[0].storage.slow is not None:
            before.append((f"{call} {name}", place.copy(), known(store[0])))
            if len(data) > 1:
                half = place.copy()
                file = half.folder.open(name, write=True)
                file.append(data[: len(data) // 2])
                file.close()
                before.append((f"half of {call} {name}", half, known(store[0])))
        return data

    store.append(worked(Watched(place.folder, stop), hub=hub))
    for turn in range(2):
        begin(store[0].storage)
        while step(store[0].storage):
            pass
        say(store[0], "r1", pages=50 + turn)
    store[0].close()

    assert len(before) > 30
    for call, left, told in before:
        assert told == reopened(left, hub=hub), call
        again = copy_in(left.folder, hub=hub)
        say(again, "r2", pages=99)
        again.storage.compact()
        told = known(again)
        again.close()
        assert told == reopened(left, hub=hub), call


@every_backend
@pytest.mark.parametrize("hub", [True, False], ids=["office", "phone"])
def test_a_disk_that_is_full_at_any_call_leaves_all_as_it_was(
    hub: bool, backend: MakePlace, tmp_path: Path
) -> None:
    full, calls = FullAt(), 0
    whole = backend(tmp_path)
    worked(whole.folder, hub=hub).close()
    while True:
        place = whole.copy()
        store = copy_in(Watched(place.folder, full), hub=hub)
        before, size = known(store), store.storage.journal_bytes
        full.arm(calls)
        refusal = refused(store)
        finished = not full.struck
        full.arm(-1)

        assert before == known(store)
        assert before == reopened(place, hub=hub)
        assert ("disk is full" in refusal) == bool(refusal) == bool(store.storage.trouble)
        if refusal and store.storage.journal_bytes > size:  # it does not count
            assert set(place.files()) <= {"journal.1", "journal.2"}, "nothing takes up room"
        say(store, "r1", pages=77)
        say(store, "new", pages=78)
        before = known(store)
        assert before == reopened(place.copy(), hub=hub)
        store.storage.compact()
        assert before == known(store)
        store.close()
        assert before == reopened(place, hub=hub)
        if finished:
            break
        calls += 1

    assert calls > 10


def test_it_says_why_it_was_given_up_and_tries_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("data.storage.SMALLEST", 500)
    full = FullAt()
    store = worked(Watched(MemoryFolder(), full))
    assert store.storage.journal_bytes > 500
    full.arm(3)
    while store.tend():
        pass
    assert "could not be made shorter" in store.storage.trouble
    assert not store.tend(), "not again at once: the disk is as full as it was"

    full.arm(-1)
    for n in range(60):
        say(store, pages=n)
    while store.tend():
        pass
    assert store.storage.trouble == ""
    assert store.storage.journal_bytes < 500
    store.close()


# ---- a disk that writes something else --------------------------------------------------------


@every_backend
@pytest.mark.parametrize("what", ["snapshot", "history"])
def test_the_older_generation_goes_only_when_the_new_one_was_read_back(
    what: str, backend: MakePlace, tmp_path: Path
) -> None:
    """A disk that changes one bit of what is written, anywhere in the new generation."""
    whole = backend(tmp_path)
    worked(whole.folder).close()
    place = whole.copy()
    written: list[int] = []

    def count(call: str, name: str, data: bytes) -> bytes:
        if call == "append" and name.startswith(what):
            written.append(len(data))
        return data

    store = copy_in(Watched(place.folder, count), hub=True)
    store.storage.compact()
    store.close()
    size = sum(written)

    assert size > 500
    for at in range(0, size, 37):
        place, passed = whole.copy(), [0]

        def wrong(
            call: str, name: str, data: bytes, at: int = at, passed: list[int] = passed
        ) -> bytes:
            if call == "append" and name.startswith(what):
                here = at - passed[0]
                passed[0] += len(data)
                if 0 <= here < len(data):
                    return data[:here] + bytes([data[here] ^ 4]) + data[here + 1 :]
            return data

        store = copy_in(Watched(place.folder, wrong), hub=True)
        before = known(store)
        with pytest.raises(OfficeError, match=rf"{what}\.2"):
            store.storage.compact()
        assert set(place.files()) == {"journal.1", "journal.2"}, at
        say(store, "r1", pages=5)
        after = known(store)
        assert after == reopened(place), at
        store.close()
        assert after == reopened(place), at
        assert before != after


@every_backend
def test_a_new_generation_damaged_before_it_was_read_back_does_not_count(
    backend: MakePlace, tmp_path: Path
) -> None:
    """The power goes when it is sealed, and a bit of it was not written as it was meant."""
    place = backend(tmp_path)
    sealed: list[Place] = []

    def stop(call: str, _name: str, data: bytes) -> bytes:
        if call == "remove" and not sealed:
            sealed.append(place.copy())
        return data

    store = worked(Watched(place.folder, stop))
    store.storage.compact()
    told = known(store)
    store.close()

    left = sealed[0]
    assert {"journal.1", "journal.2", "snapshot.2", "history.2"} <= set(left.files())
    for name in ("snapshot.2", "history.2"):
        for at in range(0, len(left.files()[name]), 5):
            left.flip(name, at, 3)
            assert told == reopened(left), (name, at)
            left.flip(name, at, 3)
        left.flip(name, 60, 3)
        again = copy_in(left.copy().folder, hub=True)
        say(again, "r1", pages=5)
        again.storage.compact()
        assert len(known(again)["edits"]["r1"]) == len(told["edits"]["r1"]) + 1
        again.close()
        left.flip(name, 60, 3)


# ---- what is missing --------------------------------------------------------------------------


def harmed(place: Place, *names: str) -> Iterator[Place]:
    """Copies in which these files are missing, cut, or began with something else."""
    harms: list[Callable[[Place, str], object]] = [
        lambda left, name: left.folder.remove(name),
        lambda left, name: left.write(name, left.files()[name][:-1]),
        lambda left, name: left.write(name, b""),
        lambda left, name: left.write(name, b"x" + left.files()[name][1:]),
    ]
    for harm in harms:
        left = place.copy()
        for name in names:
            harm(left, name)
        yield left


@every_backend
def test_a_snapshot_that_is_lost_is_damage_and_never_an_empty_production(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    store = worked(place.folder)
    store.storage.compact()
    say(store, pages=9)
    store.close()
    assert set(place.files()) == {"snapshot.2", "journal.2", "history.2"}

    for left in harmed(place, "snapshot.2"):
        before = left.files()
        for reader in (True, False):
            with pytest.raises(Damaged, match="Restore the last backup"):
                copy_in(left.folder, hub=True, reader=reader)
        assert before == left.files()


@pytest.mark.parametrize("lost", [("journal.2",), ("snapshot.2", "journal.2")], ids=" and ".join)
@every_backend
def test_a_journal_that_is_gone_is_damage_too(
    lost: tuple[str, ...], backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    store = worked(place.folder)
    store.storage.compact()
    store.close()
    left = place.copy()
    for name in lost:
        left.folder.remove(name)
    before = left.files()

    for reader in (True, False):
        with pytest.raises(Damaged, match="missing or damaged"):
            copy_in(left.folder, hub=True, reader=reader)
    assert before == left.files()


@every_backend
def test_a_journal_in_the_middle_that_is_gone_is_damage(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    store = worked(place.folder)
    for n in range(2):
        begin(store.storage)
        step(store.storage)  # a new journal is begun, and nothing else
        say(store, pages=n)
        store.storage.slow = None
    told = known(store)
    store.close()
    assert set(place.files()) == {"journal.1", "journal.2", "journal.3"}
    assert told == reopened(place)

    for number in (1, 2):
        left = place.copy()
        left.folder.remove(f"journal.{number}")
        with pytest.raises(Damaged, match=f"journal.{number} "):
            copy_in(left.folder, hub=True, reader=True)


# ---- readers ----------------------------------------------------------------------------------


@every_backend
def test_a_reader_sees_one_moment_whatever_the_writer_does_while_it_opens(
    backend: MakePlace, tmp_path: Path
) -> None:
    """The writer commits, and makes a whole generation, between any two calls of the reader."""
    calls = 0
    while True:
        place = backend(tmp_path)
        writer = worked(place.folder)
        moments = [known(writer)]
        folder = Interrupted(place.folder)
        folder.left = calls

        def work(writer: Store = writer, moments: list[Any] = moments) -> None:
            say(writer, "r1", pages=6)
            moments.append(known(writer))
            writer.storage.compact()
            say(writer, "r2", pages=7)
            moments.append(known(writer))

        folder.work = work
        reader = copy_in(folder, hub=True, reader=True)
        assert known(reader) in moments, calls
        assert reader.sums == reader.counted()
        reader.close()
        writer.close()
        if folder.left >= 0:
            break
        calls += 1

    assert calls > 3


class Interrupted(Watched):
    """After so many calls of a reader, somebody else works."""

    left = 0
    work: Callable[[], None]

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder, lambda _call, _name, data: data)

    def names(self) -> list[str]:
        names = super().names()
        self._called()
        return names

    def open(self, name: str, *, write: bool = False, ahead: int = 0) -> Any:
        file = super().open(name, write=write, ahead=ahead)
        self._called()
        return file

    def read(self, _name: str) -> None:
        self._called()

    def _called(self) -> None:
        self.left -= 1
        if self.left == -1:
            self.work()


@every_backend
def test_a_reader_that_stays_open_sees_its_own_moment(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    writer = worked(place.folder)
    writer.storage.compact()
    reader, told = copy_in(place.folder, hub=True, reader=True), known(writer)
    for n in range(3):
        say(writer, pages=n)
        writer.storage.compact()

    assert told == known(reader)
    assert told != known(writer)
    reader.close()
    writer.close()


# ---- what a snapshot says ---------------------------------------------------------------------


@every_backend
def test_a_declared_path_has_a_column_and_another_has_none(
    backend: MakePlace, tmp_path: Path
) -> None:
    place = backend(tmp_path)
    storage = JournalStorage(place.made(), indexes=INDEXES)
    storage.write({"scene": {"1": {"pages": 3}, "2": {"set": {"name": "KITCHEN"}}}, "crew": {}})
    storage.compact()
    storage.close()
    again = JournalStorage(place.made(), access_mode="r", indexes={"scene": ["pages", "day"]})
    rows = again.tables["scene"]

    assert set(rows._columns) == {("pages",), ("set", "name")}
    assert [loads(rows.line(i) or b"") for i in rows.index(("pages",)).equal(3)] == [{"pages": 3}]  # type: ignore[union-attr]
    assert list(rows.index(("day",)).equal(3)) == []  # type: ignore[union-attr]
    assert rows.index(("set", "name")) is None, "it is not declared any more"
    again.close()


@every_backend
def test_an_empty_production_has_generations_too(backend: MakePlace, tmp_path: Path) -> None:
    place = backend(tmp_path)
    for _ in range(3):
        store = copy_in(place.folder, hub=True)
        before = known(store)
        store.storage.compact()
        store.close()
        assert before == reopened(place)

    assert set(place.files()) == {"snapshot.4", "journal.4"}
