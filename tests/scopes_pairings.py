"""The machine of scopes_machine.py, with what becomes of devices: a new phone for somebody, codes
and tokens, who left the crew, what was lost and found, and a tablet that passes from hand to hand.
"""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import rule

from data.errors import BadInput, Refused
from data.kinds.devices import REVOCATION, found_again, status_of, take_out
from data.kinds.lending import give_back, hand_to, holder, taps_of
from data.kinds.own import own_device, take, writer
from data.wipe import NOTE
from tests.scoped import found_in
from tests.scoped_pairing import Installation
from tests.scopes_machine import NAMES, TABLET, Holders, machines, names

OUT = ("lost", "left", "retired")


class Devices(Holders):
    """Everybody's phone may be another one tomorrow."""

    # ---- codes ------------------------------------------------------------------------------

    @rule(name=st.sampled_from((*NAMES, TABLET)), again=st.booleans())
    def has_a_new_device(self, name: str, again: bool) -> None:
        """The old one keeps what it had not sent, and may speak once more, with its old token."""
        self.passes()
        old = f"{name} before"
        if name in self.it.phones and old not in self.it.phones:
            self.it.phones[old] = self.it.phones.pop(name)
        if name not in self.it.phones:
            self.gets_a_device(name)
            if again:
                self.talks(name)

    @rule(name=machines, breaks=st.booleans(), writes=st.booleans(), whose=names)
    def is_paired_again(self, name: str, breaks: bool, writes: bool, whose: str) -> None:
        """With its token. If it breaks off, what the office gave it last never came. It may have
        written more than it has sent."""
        self.passes()
        if writes:
            self.writes_on_a_phone(name, whose)
            self.talks(name)
            if name not in self.it.phones:
                return
            self.writes_on_a_phone(name, whose)
        before = self.it.phones[name].unsent
        self.pairs(name, breaks=breaks)
        assert before <= self.it.phones[name].unsent

    # ---- out of use ---------------------------------------------------------------------------

    @rule(name=machines, what=st.sampled_from(OUT), speaks=st.booleans())
    def is_taken_out(self, name: str, what: str, speaks: bool) -> None:
        device = self.it.record(self.it.phones[name])
        if device is not None:
            with suppress(Refused):  # it is already
                take_out(self.it.desk, device, what)  # type: ignore[arg-type]
        if speaks:
            self.talks(name)

    @rule(name=machines)
    def is_found_again(self, name: str) -> None:
        device = self.it.record(self.it.phones[name])
        if device is not None:
            found_again(self.it.desk, device)

    def stays_outside(self, name: str, refused: str) -> None:
        phone = self.it.phones[name]
        if refused == "unpaired":
            assert not phone.link.state.wiped
            assert self.has_all_it_wrote(phone)
            return
        assert refused == f"device-{self.it.status(phone)}"
        if refused == "device-lost":
            self.is_wiped(name)
            self.lose_what_nobody_has()
        elif refused == "device-left" and phone.link.state.wiped:
            self.is_wiped(name)
            self.has_brought_everything(phone)
        elif refused == "device-left":
            assert phone.unsent or phone.device.aside

    def holds_its_own(self, phone: Installation) -> None:
        """It was let in: then nothing stands against it. Whoever has it goes on writing."""
        against = self.it.desk.having(REVOCATION, "device", phone.id)
        assert status_of(against) == "active"
        super().holds_its_own(phone)
        phone.desk.user = writer(phone.desk)

    def is_wiped(self, name: str) -> None:
        phone = self.it.phones.pop(name)
        assert phone.link.state.wiped
        assert [path.name for path in phone.folder.iterdir()] == [NOTE]
        assert found_in(phone.folder, *self.secrets) == []
        if not self.it.phones:  # somebody has to go on working
            self.gets_a_device(name)

    def has_brought_everything(self, phone: Installation) -> None:
        """Nothing that was on a device which was emptied on purpose is missing at the office."""
        there = self.dots_at_the_office()
        for dot, record in self.written.items():
            if self.by[dot] is phone:
                assert dot in there or record in self.purged, (dot, record)

    def has_all_it_wrote(self, phone: Installation) -> bool:
        """What it had not sent is here still."""
        here = phone.store.books.history.dots
        there = self.dots_at_the_office()
        return all(
            dot in here or dot in there or record in self.purged
            for dot, record in self.written.items()
            if self.by[dot] is phone
        )

    # ---- a lent tablet --------------------------------------------------------------------------

    @rule(name=names, digits=st.sampled_from(("4071", "4071", "1357")))
    def takes_the_tablet(self, name: str, digits: str) -> None:
        self.passes()
        phone = self.it.phones.get(TABLET)
        if phone is None or not phone.store.production:
            return  # a fresh one has no screens before it has the show
        if phone.desk.user == self.it.show[name].id:
            return
        with suppress(BadInput, Refused):  # the PIN is wrong, or not here
            take(phone.desk, self.it.show[name], digits)
            self.note(phone)
        assert phone.desk.user == writer(phone.desk)

    @rule()
    def is_given_back(self) -> None:
        self.passes()
        phone = self.it.phones.get(TABLET)
        device = None if phone is None else own_device(phone.desk)
        if phone is not None and device is not None and writer(phone.desk):
            phone.desk.user = writer(phone.desk)
            give_back(phone.desk, device)
            self.note(phone)
            phone.desk.user = ""

    @rule(name=names)
    def is_seen_with(self, name: str) -> None:
        """Somebody at the office saw who has the tablet."""
        self.passes()
        phone = self.it.phones.get(TABLET)
        device = None if phone is None else self.it.record(phone)
        if device is not None:
            with suppress(Refused):  # they have it already
                hand_to(self.it.desk, device, self.it.show[name])

    # ---- the end --------------------------------------------------------------------------------

    def ends_well(self) -> None:
        """Whoever stands outside is let in again, or goes; a retired device may work on."""
        for _ in range(2):
            for name in sorted(self.it.phones):
                phone = self.it.phones[name]
                if self.it.status(phone) == "retired":
                    self.is_found_again(name)
                self.talks(name)
                if phone.link.state.door == "unpaired":
                    self.pairs(name)
        super().ends_well()
        for name, phone in self.it.phones.items():
            assert phone.link.state.equal, name
            self.lies_in_its_hand(phone)

    def lies_in_its_hand(self, phone: Installation) -> None:
        """Everybody's name stands under what they wrote: on both sides the same has the tablet."""
        device, here = self.it.record(phone), own_device(phone.desk)
        assert device is not None
        assert here is not None
        assert device.person == here.person
        if device.lent_to:
            assert holder(taps_of(phone.desk, here)) == holder(taps_of(self.it.desk, device))
