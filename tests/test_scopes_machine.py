"""Whatever happens to roles, records, machines and lines: after a sync a device holds nothing that
its people may not see, unless it is not at the office yet, and no edit is lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from data.edit import dot_of
from data.errors import NoOffice, OfficeError
from data.fields import Money
from data.kinds.deals import DEAL, Deal
from data.kinds.grants import ROLE_GRANT, change_cell, end_role, give_role
from data.kinds.money import ENVELOPE, Envelope, Receipt
from data.kinds.people import PERSON
from data.kinds.private import HOME, PersonHome, companion_id
from data.leaving import purge
from data.state import Dot
from sync.calls import Answer, Call
from sync.session import converse
from tests.scoped import Phone, ScopedShow, found_in

NAMES = ("Gus", "Cam", "Ada")
ROLES = ("upm", "poc", "office_pa", "dept_head", "crew", "accounts", "medic", "ad")
DEPARTMENTS = ("GRIP", "CAMERA")
names, any_role = st.sampled_from(NAMES), st.sampled_from(ROLES)


class Holders(RuleBasedStateMachine):
    """Three phones, an office, and a backup of it."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.it = ScopedShow(self.folder)
        self.written: dict[Dot, str] = {}
        self.purged: set[str] = set()
        self.backup = False
        self.n = 0
        self.secrets: dict[str, str] = {}
        for name in NAMES:
            give_role(self.it.desk, self.it.show[name], "crew")
            self.it.phone(name)
            person = self.it.show[name]
            home = PersonHome(person=person.id, address=f"{name} lives here")
            record = self.it.desk.put(companion_id(self.it.desk, HOME, person), home)
            self.secrets[f"{name} lives here"] = record.id
        for name in NAMES:
            self.sync(name)

    def teardown(self) -> None:
        if hasattr(self, "it"):
            for _ in range(3):
                for name in NAMES:
                    self.sync(name)
            self.nothing_is_lost()
            self.it.close()
            shutil.rmtree(self.folder)

    # ---- roles ------------------------------------------------------------------------------

    @rule(name=names, role=any_role)
    def gives(self, name: str, role: str) -> None:
        self.passes()
        give_role(self.it.desk, self.it.show[name], role)

    @rule(name=names)
    def ends(self, name: str) -> None:
        self.passes()
        for grant in self.it.desk.having(ROLE_GRANT, "person", self.it.show[name].id)[-1:]:
            if grant.until is None:
                end_role(self.it.desk, grant)

    @rule(role=any_role, allows=st.sampled_from(("R", "-", "RW own")))
    def changes_the_matrix(self, role: str, allows: str) -> None:
        self.passes()
        change_cell(self.it.desk, "home", role, allows)

    # ---- records ----------------------------------------------------------------------------

    @rule(name=names, department=st.sampled_from(DEPARTMENTS))
    def moves_to(self, name: str, department: str) -> None:
        desk = self.it.desk
        desk.edit(desk.get(PERSON, self.it.show[name].id), department=department)

    @rule(name=names)
    def hands_envelopes_to(self, name: str) -> None:
        desk, person = self.it.desk, self.it.show[name].id
        for envelope in desk.all(ENVELOPE):
            desk.edit(envelope, custodian=person)
        self.n += 1
        date, money = self.it.show.day.date, Money(amount=Decimal(self.n), currency="USD")
        new = desk.add(Envelope(number=str(self.n), custodian=person))
        desk.add(Receipt(date=date, vendor=f"stall {self.n}", money=money, envelope=new.id))

    @rule(name=names)
    def writes_a_deal(self, name: str) -> None:
        rate = Money(amount=Decimal(600), currency="USD")
        self.it.desk.add(Deal(person=self.it.show[name].id, rate=rate))

    @rule(name=names, whose=names)
    def writes_on_a_phone(self, name: str, whose: str) -> None:
        desk, person = self.it.phone(name).desk, self.it.show[whose]
        self.n += 1
        home = companion_id(desk, HOME, person)
        if desk.find(HOME, home) is not None:
            desk.edit(desk.get(HOME, home), phone=f"+1 575 555 {self.n:04}")
        for deal in desk.all(DEAL)[:1]:
            desk.edit(deal, terms=f"terms {self.n}")
        envelope = next(iter(desk.all(ENVELOPE)), None)
        date, money = self.it.show.day.date, Money(amount=Decimal(self.n), currency="USD")
        where = envelope.id if envelope else None
        desk.add(Receipt(date=date, vendor=f"shop {self.n}", money=money, envelope=where))
        self.note(name)

    @rule(name=names)
    def purges_a_home(self, name: str) -> None:
        home = companion_id(self.it.desk, HOME, self.it.show[name])
        if self.it.store.storage.where(home) is not None and home not in self.purged:
            purge(self.it.store, self.it.desk.blobs, [home])
            self.purged.add(home)

    # ---- machines ---------------------------------------------------------------------------

    @rule(name=names)
    def sync(self, name: str) -> None:
        self.passes()
        phone = self.it.phone(name)
        self.talks(phone, phone.ask)
        self.holds_its_own(phone)

    @rule(name=names, whose=names, at=st.integers(1, 6))
    def writes_while_it_syncs(self, name: str, whose: str, at: int) -> None:
        self.passes()
        phone, calls = self.it.phone(name), 0

        def ask(call: Call) -> Answer:
            nonlocal calls
            calls += 1
            answer = phone.ask(call)
            if calls == at:
                self.writes_on_a_phone(name, whose)
            return answer

        self.talks(phone, ask)
        self.holds_its_own(phone)

    def talks(self, phone: Phone, ask: Callable[[Call], Answer]) -> None:
        """A whole session. Unless the office was put back, nothing has to be repaired in it."""
        before = phone.store.meta.get("epoch")
        phone.calls.clear()
        converse(phone.session.whole(), ask)
        if phone.device.older:  # it was put back to before an epoch that it had begun
            self.it.office.new_epoch()  # a person says that this is the office now
            converse(phone.session.whole(), ask)
        if before == phone.store.meta["epoch"]:
            assert not [call for call in phone.calls if call.path == "/v1/digest"]

    @rule(name=names, cut=st.integers(1, 9), arrives=st.booleans(), few=st.booleans())
    def syncs_in_part(self, name: str, cut: int, arrives: bool, few: bool) -> None:
        self.passes()
        phone, calls = self.it.phone(name), 0

        def ask(call: Call) -> Answer:
            nonlocal calls
            calls += 1
            if calls == cut and not arrives:
                raise NoOffice("The office cannot be reached.", code="unreachable")
            path = call.path.replace("limit=500", "limit=3") if few else call.path
            answer = phone.ask(call._replace(path=path))
            if calls == cut:
                raise NoOffice("The office cannot be reached.", code="unreachable")
            return answer

        with suppress(NoOffice):
            converse(phone.session.whole(), ask)

    @rule(name=names)
    def phone_restarts(self, name: str) -> None:
        self.it.phone(name).restart()

    @rule()
    def office_restarts(self) -> None:
        self.it.restart()

    @rule()
    def makes_generations(self) -> None:
        for store in (self.it.store, *(phone.store for phone in self.it.phones.values())):
            store.storage.compact()

    @rule()
    def backs_up(self) -> None:
        self.it.store.close()
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        shutil.copytree(self.folder / "office", self.folder / "backup")
        self.backup = True
        self.it.restart()

    @precondition(lambda self: self.backup)
    @rule()
    def is_put_back(self) -> None:
        self.it.store.close()
        shutil.rmtree(self.folder / "office")
        shutil.copytree(self.folder / "backup", self.folder / "office")
        self.it.restart()
        left = set(self.dots_at_the_office())
        for phone in self.it.phones.values():
            left |= {dot_of(raw) for raw in phone.store.books.history.recent()}
        self.written = {dot: i for dot, i in self.written.items() if dot in left}
        self.purged = {i for i in self.purged if self.it.store.is_purged(i)}

    # ---- what must hold ---------------------------------------------------------------------

    def passes(self) -> None:
        self.it.wall.at += timedelta(seconds=2)

    def note(self, name: str) -> None:
        for raw in self.it.phone(name).store.unacked.values():
            self.written[dot_of(raw)] = raw["id"]

    def holds_its_own(self, phone: Phone) -> None:
        within = {i for i in self.it.within(phone) if not self.it.store.is_purged(i)}
        unsent = {*phone.store.bases, *(raw["id"] for raw in phone.store.unacked.values())}
        assert phone.ids - within <= unsent
        assert within <= phone.ids
        assert set(phone.device.holding.leaving) <= unsent
        for text, record in self.secrets.items():
            if record not in phone.ids:
                assert found_in(phone.folder, text) == []
        if not unsent:
            assert phone.device.verified
        assert phone.store.sums == phone.store.counted()

    def dots_at_the_office(self) -> set[Dot]:
        history = self.it.store.books.history
        return {dot for dot in self.written if dot in history.dots}

    def nothing_is_lost(self) -> None:
        there = self.dots_at_the_office()
        for dot, record in self.written.items():
            assert dot in there or record in self.purged, (dot, record)
        for phone in self.it.phones.values():
            assert not phone.store.unacked
            assert not phone.store.bases
        assert self.it.store.sums == self.it.store.counted()
        for record in self.it.store.ids():
            assert record in self.it.store.books.holdings or self.it.store.is_purged(record)


def run(examples: int, steps: int = 25, *, shrink: bool = True) -> None:
    run_state_machine_as_test(
        Holders,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_record_outlives_its_scope_and_no_edit_is_lost() -> None:
    run(20)


@pytest.mark.long
def test_nor_in_many_more_shows() -> None:
    run(300, 40)


def never(*_: Any, **__: Any) -> bool:
    return False


def nothing(*_: Any, **__: Any) -> None:
    return None


def _none_of_them(filling: Mapping[str, Any]) -> dict[str, str]:
    return {"only": "[]"} if "only" in filling else {}


WRONG: dict[str, tuple[str, Callable[..., Any]]] = {
    "the office tells nobody what is gone": ("sync.view.View._is_gone", never),
    "a new scope is taken up without the old one's records going": (
        "sync.holding.Holding._unsent",
        lambda holding: set(holding.store.ids()),
    ),
    "files are not written anew": ("data.leaving.rewrite", nothing),
    "nobody moves a record": ("data.placing.Placing._moved_by", lambda *_: iter(())),
    "new buckets are not filled": ("sync.session.only", _none_of_them),
    "what is unsent goes too": ("sync.holding.Holding._unsent", lambda _: set()),
    "what was purged is taken again": ("data.store.Store.is_purged", never),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_machine_finds_what_is_wrong(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*WRONG[wrong])
    with pytest.raises((AssertionError, OfficeError)):
        run(60, shrink=False)
