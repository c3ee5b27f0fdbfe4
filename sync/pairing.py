"""At the office: codes on its screen, devices that answer them, and whose token is whose.

The rules of a code are in data/pairing.py. Here it meets the wire and the records: who confirms
makes a device and, where the person has none yet, their role. Of a token only its hash is kept.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from data.codes import is_token, new_code, new_token, token_hash
from data.desk import Desk
from data.errors import BadInput, NoOffice, OfficeError, Refused
from data.kinds.access import noted
from data.kinds.devices import DEVICE, DOORS, REVOCATION, Device, Status, earlier, status_of
from data.kinds.envelopes import lease_envelopes
from data.kinds.floats import lay_on
from data.kinds.grants import give_role, roles_of
from data.kinds.people import PERSON, Person
from data.pairing import GOOD_MS, Ask, Offer, Pairing, attempt, collect, collected, decide, offer
from data.rights import may_all
from data.rights_book import tables
from data.roles import Held, role
from sync.courier import taken_in
from sync.exchange import Office
from sync.paired import Pair, Paired
from sync.scopes import COMMANDS
from sync.sealing import whole_letters
from sync.wire import Known

MOST_PAIR: Final = 4096
"""Bytes of a message of somebody whom nobody has let in yet."""
PUSHING: Final = frozenset({"hello", "push", "blobs"})
"""What a device that may not read any more is still heard with; photos too."""
UNPAIRED: Final = (
    "This device is not paired with this office. Ask the office for a code and type it in."
)
NOT_YOURS: Final = "This message speaks of another device than the one whose token came with it."
NOT_OURS: Final = (
    "No device that is paired with this office made this file. Pair that device, and have it hand "
    "over anew."
)
SHOWN_AGAIN: Final = 10


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a code is for: a person in a role, or a device that is lent to a role."""

    called: str
    role: str
    person: str = ""
    department: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A code as the office's screen shows it, until (ms) it is too old."""

    id: str
    code: str
    until: int
    meant: Meant


class Pairings:
    """Who is let in at one office. `local`: the token that this laptop's own commands show."""

    def __init__(self, desk: Desk, office: Office, *, local: str = "") -> None:
        self.desk = desk
        self.office = office
        self.shown: dict[str, Shown] = {}
        """By offer; forgotten when the office closes, like every code."""
        self._local = local
        self._pairing = Pairing()
        self._devices: dict[str, str] = {}
        """By offer: the device that was made when it was confirmed."""
        self._claims: dict[str, str] = {}
        """By offer: the id that the asking device goes by and may keep."""
        self._listeners: list[Callable[[], None]] = []
        self._by_hash: dict[str, str] = {}

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Told when somebody says a code, and what became of it, until the returned function."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # ---- the office's screen ------------------------------------------------------------------

    def show(
        self, called: str, role_name: str, *, person: str = "", department: str = "", unit: str = ""
    ) -> Shown:
        """A new code for that person or, without one, for a device to be lent to that role."""
        meant = Meant(called, role_name, person, department, unit)
        if not called.strip():
            raise BadInput("What is the device called? Write a name on it.", field="called")
        role(role_name)
        if person:
            self.desk.get(PERSON, person)
        rng, now = self.desk.store.sources.rng, self._now()
        offer_id, code = f"{rng.getrandbits(64):016x}", new_code(rng)
        self._pairing = offer(self._pairing, offer_id, code, now)
        shown = Shown(offer_id, code, now + GOOD_MS, meant)
        kept = {o.id for o in self._pairing.offers}
        self.shown = {i: s for i, s in self.shown.items() if i in kept} | {offer_id: shown}
        return shown

    def offer(self, offer_id: str) -> Offer | None:
        """What became of a code; None: it is forgotten, or its device is at work already."""
        return next((o for o in self._pairing.offers if o.id == offer_id), None)

    def open(self, offer_id: str) -> bool:
        """Whether the code can still be typed in."""
        found = self.offer(offer_id)
        return found is not None and found.open(self._now())

    def device(self, offer_id: str) -> Device | None:
        return self.desk.find(DEVICE, self._devices.get(offer_id))

    def confirm(self, offer_id: str) -> Device:
        """Yes, that is the device that was meant."""
        shown, desk = self.shown.get(offer_id), self.desk
        self._decide(offer_id, yes=True)
        assert shown is not None  # `decide` knows no other offers
        meant, at = shown.meant, desk.now().replace(microsecond=0)
        record = Device(
            name=meant.called.strip(),
            person=meant.person or None,
            lent_to="" if meant.person else meant.role,
            department=meant.department,
            unit=meant.unit,
            paired=at,
        )
        with desk.gesture():
            if self._claims[offer_id] and desk.find(DEVICE, self._claims[offer_id]):
                device = desk.put(self._claims[offer_id], record)
            else:
                device = desk.add(record, record_id=self._claims[offer_id] or None)
            self._give_role(meant)
            lay_on(desk, device)
            self._lease(meant, device)
            noted(desk, "paired", device)
        self._devices[offer_id] = device.id
        self._tell()
        return device

    def decline(self, offer_id: str) -> None:
        self._decide(offer_id, yes=False)
        self._tell()

    def before(self, person: Person, but: str = "") -> tuple[Known, ...]:
        """The person's earlier devices as they last told of themselves, the newest first."""
        known = {device.id: device for device in self.office.register.known()}
        theirs = earlier(self.desk.all(DEVICE), person)
        return tuple(known[d.id] for d in theirs if d.id in known and d.id != but)[:SHOWN_AGAIN]

    # ---- the wire -----------------------------------------------------------------------------

    def pair(self, said: Pair, source: str, token: str = "") -> Paired:
        """A device says its code, or asks again. Its first answer may get lost on the way: with
        its ticket it is told anew, and given a new token, of which only the last one counts."""
        production = self.desk.store.production
        if not production:
            raise NoOffice("This office has no production yet. Make one first.", code="empty")
        if said.production not in ("", production):
            raise NoOffice(
                "This device holds another production. Give the new one a folder of its own.",
                code="other-production",
            )
        found = collect(self._pairing, said.ticket, self._now())
        if isinstance(found, OfficeError) and found.code == "code-old" and said.code:
            ask = Ask(said.called, source)
            self._pairing, found = attempt(self._pairing, said.code, ask, said.ticket, self._now())
            if isinstance(found, Offer):
                meant = self.shown[found.id].meant
                self._claims[found.id] = self._may_keep(said.device, token, meant)
            self._tell()
        if isinstance(found, OfficeError):
            raise found
        device = self.device(found.id)
        return Paired(outcome="waiting") if device is None else self._hand_over(device)

    def has_news(self, said: Pair) -> bool:
        """Whether the device would be told more than to wait."""
        found = collect(self._pairing, said.ticket, self._now())
        return isinstance(found, OfficeError) or bool(found.outcome)

    def let_in(self, token: str, *, pushes: bool) -> str:
        """The device whose token this is. Refused: nobody's, or of a device that must not do that
        any more."""
        if self._local and hmac.compare_digest(self._local.encode(), token.encode()):
            return COMMANDS
        device = self._whose(token)
        status = self.status(device)
        door = DOORS[status]
        if not (door.push if pushes else door.pull):
            raise Refused(door.sentence, code=f"device-{status}")
        self._at_work(device)
        return device

    def secret_of(self, device: str) -> tuple[str, bool]:
        """By what a letter of the device is opened, and whether it may hear what is new. Refused:
        it is none of this office's, or must not even bring what it has."""
        status, kept = self.status(device), self._kept(device)
        if not kept:
            raise Refused(NOT_OURS, code="unpaired")
        if not DOORS[status].push:
            raise Refused(DOORS[status].sentence, code=f"device-{status}")
        return kept, DOORS[status].pull

    def take_file(self, content: bytes) -> tuple[bytes, int]:
        """Letters of devices that somebody brought: the answers to them, and how many were taken.
        One that cannot be opened stops none; it is refused if there is no other."""
        answers, why = list[bytes](), None
        for letter in whole_letters(content):
            try:
                secret, tells = self.secret_of(letter.device)
                answers.append(taken_in(self.office, self.desk.blobs, letter, secret, tells=tells))
            except OfficeError as error:
                why = error
        if why is not None and not answers:
            raise why
        return b"".join(answers), len(answers)

    def status(self, device: str) -> Status:
        """Whether it is in use; a fact that was flagged, its author having no right to it, is not
        heeded."""
        facts = self.desk.having(REVOCATION, "device", device)
        return status_of(facts, frozenset(self.office.flagged) if facts else frozenset())

    # ---- inside -------------------------------------------------------------------------------

    def _whose(self, token: str) -> str:
        if not token:
            raise Refused(UNPAIRED, code="unpaired")
        secret = token_hash(token)
        device = self._by_hash.get(secret) or self._read().get(secret, "")
        if not device or not is_token(token, self._kept(device)):
            raise Refused(UNPAIRED, code="unpaired")
        return device

    def _read(self) -> Mapping[str, str]:
        meta = self.desk.store.meta
        self._by_hash = {
            str(meta[key]): key.removeprefix("token/") for key in meta if key.startswith("token/")
        }
        return self._by_hash

    def _kept(self, device: str) -> str:
        return str(self.desk.store.meta.get(f"token/{device}", ""))

    def _may_keep(self, device: str, token: str, meant: Meant) -> str:
        """The id a device gave itself, unless it is somebody else's: it stays with who can show
        its token, and with whom it belonged to. An office that was put back knows an older token
        than the device has, or none. Whoever keeps an id keeps the replicas that were named under
        it; under another one what it has not sent would wait for ever."""
        if not device:
            return ""
        kept, record = self._kept(device), self.desk.find(DEVICE, device)
        if record is not None and _is_meant(record, meant):
            return device
        if kept:
            return device if is_token(token, kept) else ""
        return device if self.desk.store.line(device) is None else ""

    def _hand_over(self, device: Device) -> Paired:
        store = self.desk.store
        token = new_token(store.sources.rng)
        store.set_meta(**{f"token/{device.id}": token_hash(token)})
        person = self.desk.find(PERSON, device.person)
        return Paired(
            outcome="paired",
            device=device.id,
            token=token,
            production=store.production,
            called=device.name,
            person=device.person or "",
            lent_to=device.lent_to,
            department=device.department,
            unit=device.unit,
            before=self.before(person, but=device.id) if person else (),
        )

    def _at_work(self, device: str) -> None:
        """A device that shows its token has it: its code has done its work."""
        for offer_id in [i for i, made in self._devices.items() if made == device]:
            self._pairing = collected(self._pairing, offer_id)
            del self._devices[offer_id]
            self._tell()

    def _give_role(self, meant: Meant) -> None:
        if not meant.person:
            return
        now = self._now()
        holds = {h.role for h in roles_of(self.desk, meant.person) if h.at(now)}
        if meant.role not in holds:
            person = self.desk.get(PERSON, meant.person)
            give_role(self.desk, person, meant.role, unit=meant.unit, why=f"paired {meant.called}")

    def _lease(self, meant: Meant, device: Device) -> None:
        """Who may issue floats to anybody has numbers for the envelopes."""
        role = Held(meant.role, meant.person)
        if meant.person and may_all(tables(self.desk)(self._now()), [role], "add", "costs"):
            lease_envelopes(self.desk, device)

    def _decide(self, offer_id: str, *, yes: bool) -> None:
        self._pairing = decide(self._pairing, offer_id, yes, self._now())

    def _now(self) -> int:
        return self.desk.store.sources.wall_ms()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _is_meant(device: Device, meant: Meant) -> bool:
    """Whether the code was shown for whom the device belongs to already."""
    if meant.person or device.person:
        return device.person == meant.person
    lent = (device.lent_to, device.department, device.unit)
    return lent == (meant.role, meant.department, meant.unit)
