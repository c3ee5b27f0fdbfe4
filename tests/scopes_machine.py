"""A show to which anything may happen, as a machine for Hypothesis: roles, records, machines.

Who has which device, and what becomes of those, is in scopes_pairings.py. `holds_its_own` and
`nothing_is_lost` say what must be true.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from data.edit import dot_of
from data.errors import NoOffice
from data.fields import Money
from data.kinds.deals import DEAL, Deal
from data.kinds.envelopes import ENVELOPE, Envelope
from data.kinds.grants import ROLE_GRANT, change_cell, end_role, give_role
from data.kinds.people import PERSON
from data.kinds.pins import set_pin
from data.kinds.private import HOME, PersonHome, companion_id
from data.kinds.receipts import Receipt
from data.leaving import purge
from data.state import Dot
from sync.calls import Answer, Call
from tests.scoped import found_in
from tests.scoped_pairing import Ask, Installation, PairedShow

NAMES = ("Gus", "Cam", "Ada")
TABLET = "tablet"
ROLES = ("upm", "poc", "office_pa", "dept_head", "crew", "accounts", "medic", "ad")
DEPARTMENTS = ("GRIP", "CAMERA")
names, any_role = st.sampled_from(NAMES), st.sampled_from(ROLES)
machines = st.runner().flatmap(lambda run: st.sampled_from(sorted(run.it.phones)))


class Holders(RuleBasedStateMachine):
    """Three phones and a tablet, an office, and a backup of it."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.it = PairedShow(self.folder)
        self.written: dict[Dot, str] = {}
        self.by: dict[Dot, Installation] = {}
        self.purged: set[str] = set()
        self.backup = False
        self.n = 0
        self.secrets: dict[str, str] = {}
        for name in NAMES:
            person = self.it.show[name]
            home = PersonHome(person=person.id, address=f"{name} lives here")
            record = self.it.desk.put(companion_id(self.it.desk, HOME, person), home)
            self.secrets[f"{name} lives here"] = record.id
            set_pin(self.it.desk, person, "4071")
            self.gets_a_device(name)
        self.gets_a_device(TABLET)
        for name in sorted(self.it.phones):
            self.talks(name)

    def teardown(self) -> None:
        if hasattr(self, "it"):
            self.ends_well()
            self.it.close()
            shutil.rmtree(self.folder)

    def ends_well(self) -> None:
        for _ in range(3):
            for name in sorted(self.it.phones):
                self.talks(name)
        self.nothing_is_lost()

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

    @rule(name=machines, whose=names)
    def writes_on_a_phone(self, name: str, whose: str) -> None:
        phone = self.it.phones[name]
        self.n += 1
        # A fresh one has no screens before it has the show; a tablet asks first who has it.
        if phone.store.production and phone.desk.user:
            self.writes(phone, whose)

    def writes(self, phone: Installation, whose: str) -> None:
        desk, home = phone.desk, companion_id(phone.desk, HOME, self.it.show[whose])
        if desk.find(HOME, home) is not None:
            desk.edit(desk.get(HOME, home), phone=f"+1 575 555 {self.n:04}")
        for deal in desk.all(DEAL)[:1]:
            desk.edit(deal, terms=f"terms {self.n}")
        envelope = next(iter(desk.all(ENVELOPE)), None)
        date, money = self.it.show.day.date, Money(amount=Decimal(self.n), currency="USD")
        where = envelope.id if envelope else None
        desk.add(Receipt(date=date, vendor=f"shop {self.n}", money=money, envelope=where))
        self.note(phone)

    @rule(name=names)
    def purges_a_home(self, name: str) -> None:
        home = companion_id(self.it.desk, HOME, self.it.show[name])
        if self.it.store.storage.where(home) is not None and home not in self.purged:
            purge(self.it.store, self.it.desk.blobs, [home])
            self.purged.add(home)

    # ---- machines ---------------------------------------------------------------------------

    @rule(name=machines)
    def sync(self, name: str) -> None:
        self.passes()
        self.talks(name)

    @rule(name=machines, whose=names, at=st.integers(1, 6))
    def writes_while_it_syncs(self, name: str, whose: str, at: int) -> None:
        self.passes()
        phone, calls = self.it.phones[name], 0

        def ask(call: Call) -> Answer:
            nonlocal calls
            calls += 1
            answer = phone.ask(call)
            if calls == at:
                self.writes_on_a_phone(name, whose)
            return answer

        self.talks(name, ask)

    def talks(self, name: str, ask: Ask | None = None) -> None:
        """A whole session. Unless the office was put back, nothing has to be repaired in it."""
        phone = self.it.phones[name]
        before = phone.store.meta.get("epoch")
        phone.calls.clear()
        refused = phone.speak(ask)
        if not refused and phone.device.older:  # it was put back to before an epoch it had begun
            self.it.office.new_epoch()  # a person says that this is the office now
            refused = phone.speak()
        if refused:
            self.stays_outside(name, refused)
            return
        if before == phone.store.meta["epoch"]:
            assert not [call for call in phone.calls if call.path == "/v1/digest"]
        self.holds_its_own(phone)

    def stays_outside(self, name: str, refused: str) -> None:
        """The office did not let it in."""
        raise AssertionError(f"{name}: {refused}")

    @rule(name=machines, cut=st.integers(1, 9), arrives=st.booleans(), few=st.booleans())
    def syncs_in_part(self, name: str, cut: int, arrives: bool, few: bool) -> None:
        self.passes()
        phone, calls = self.it.phones[name], 0

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
            refused = phone.speak(ask)
            if refused:
                self.stays_outside(name, refused)

    @rule(name=machines)
    def phone_restarts(self, name: str) -> None:
        self.it.phones[name].restart()

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
        self.lose_what_nobody_has()
        self.purged = {i for i in self.purged if self.it.store.is_purged(i)}

    # ---- what must hold ---------------------------------------------------------------------

    def passes(self) -> None:
        self.it.wall.at += timedelta(seconds=2)

    def gets_a_device(self, name: str) -> Installation:
        """A fresh one; it is paired to the person of that name, or it is the tablet."""
        self.n += 1
        phone = self.it.install(name, f"{name} {self.n}")
        self.pairs(name)
        return phone

    def pairs(self, name: str, *, breaks: bool = False) -> None:
        phone, person = self.it.phones[name], name.partition(" ")[0]
        self.it.wall.at += timedelta(seconds=10)  # nobody types more than six codes a minute
        if person == TABLET:
            phone.pair("ad", breaks=breaks)
        else:
            phone.pair("crew", person=self.it.show[person].id, breaks=breaks)

    def note(self, phone: Installation) -> None:
        for raw in phone.store.unacked.values():
            self.written[dot_of(raw)] = raw["id"]
            self.by.setdefault(dot_of(raw), phone)

    def lose_what_nobody_has(self) -> None:
        """After a disk was put back or emptied: what lay there and nowhere else is not asked for
        any more."""
        left = set(self.dots_at_the_office())
        for phone in self.it.phones.values():
            left |= {dot_of(raw) for raw in phone.store.books.history.recent()}
        self.written = {dot: i for dot, i in self.written.items() if dot in left}

    def holds_its_own(self, phone: Installation) -> None:
        within = {i for i in self.it.within(phone) if not self.it.store.is_purged(i)}
        unsent = phone.unsent
        assert phone.ids - within <= unsent
        assert within <= phone.ids
        assert set(phone.device.holding.leaving) <= unsent
        gone = [text for text, record in self.secrets.items() if record not in phone.ids]
        assert found_in(phone.folder, *gone) == []
        if not unsent:
            assert phone.device.verified
        assert phone.store.sums == phone.store.counted()

    def dots_at_the_office(self) -> set[Dot]:
        """Those that are in the office's history and in the record itself."""
        history, found = self.it.store.books.history, set()
        for dot, record in self.written.items():
            state = self.it.store.state(record)
            if dot in history.dots and state is not None and state.vv.get(dot.replica, 0) >= dot.n:
                found.add(dot)
        return found

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
