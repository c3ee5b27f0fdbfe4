"""What is nobody's business but a few people's, each kind in buckets of its own.

A record travels whole, so what a role may not see must not stand in a record that it holds: home
and emergency contact (amber), the numbers themselves (red), a mask of them for those who only need
to know that they are there, and copies of papers beside the flag that they were seen.
"""

from __future__ import annotations

from typing import Annotated, Any

from data.desk import Desk
from data.errors import BadInput
from data.fields import Day, Email, Flag, Label, Line, Phone, Photos, Prose, one_of
from data.kind import Kind
from data.kinds.people import Person, PersonId
from data.reach import Reach
from data.record import Record, RecordId, natural_id

PAPERS = ("i9", "passport", "visa")
LAST = 4
"""How much of a number its mask shows."""


class PersonHome(Record):
    """Where a person lives and how to reach them there; the office's copy of the crew list."""

    person: PersonId
    address: Prose = ""
    phone: Annotated[Phone, Label("Personal phone")] = ""
    email: Annotated[Email, Label("Personal e-mail")] = ""


class EmergencyContact(Record):
    """Whom to phone when something happens to them."""

    person: PersonId
    name: Line = ""
    relation: Line = ""
    phone: Phone = ""
    second_name: Annotated[Line, Label("Second contact")] = ""
    second_phone: Annotated[Phone, Label("Second phone")] = ""


class PersonPrivate(Record):
    """The numbers and dates that start paperwork asks for. Named individuals only."""

    person: PersonId
    legal_name: Annotated[Line, Label("Legal name")] = ""
    born: Annotated[Day | None, Label("Date of birth")] = None
    citizenship: Line = ""
    tax_id: Annotated[Line, Label("Tax id", "as in SSN, SIN, UTR")] = ""
    account_holder: Annotated[Line, Label("Account holder")] = ""
    bank: Line = ""
    routing: Annotated[Line, Label("Routing / sort code / BIC")] = ""
    account: Annotated[Line, Label("Account no. / IBAN")] = ""
    loan_out: Annotated[Line, Label("Loan-out company")] = ""
    loan_out_tax_id: Annotated[Line, Label("Loan-out tax id")] = ""
    loan_out_state: Annotated[Line, Label("Loan-out state")] = ""


class IdMask(Record):
    """That the numbers are there, and their last digits: what a coordinator chases, no more."""

    person: PersonId
    tax_id: Annotated[Line, Label("Tax id")] = ""
    account: Annotated[Line, Label("Account")] = ""


class IdDocument(Record):
    """A copy of one paper that says who somebody is, or that they may work."""

    person: PersonId
    what: Annotated[str, one_of(*PAPERS), Label("Paper")]
    number: Annotated[Line, Label("No.")] = ""
    country: Line = ""
    expires: Day | None = None
    copies: Photos = frozenset()


class IdCheck(Record):
    """That somebody has seen the paper: the flag without the copy."""

    person: PersonId
    what: Annotated[str, one_of(*PAPERS), Label("Paper")]
    verified: Flag = False
    on: Annotated[Day | None, Label("Seen on")] = None
    by: Annotated[Line, Label("Seen by")] = ""
    expires: Day | None = None


HOME = Kind(
    name="person_home",
    model=PersonHome,
    title="Home",
    plural="Homes",
    nature="shared",
    columns=("person", "address", "phone", "email"),
    confidentiality="amber",
    natural=lambda production, home: natural_id(production, "person_home", home.person),
    reach=Reach("home", part="home", owner=("person",), one_each=True),
)
EMERGENCY = Kind(
    name="emergency_contact",
    model=EmergencyContact,
    title="Emergency contact",
    plural="Emergency contacts",
    nature="shared",
    columns=("person", "name", "relation", "phone"),
    confidentiality="amber",
    natural=lambda production, who: natural_id(production, "emergency_contact", who.person),
    reach=Reach("home", part="emergency", owner=("person",), one_each=True),
)
PERSON_PRIVATE = Kind(
    name="person_private",
    model=PersonPrivate,
    title="Tax and bank details",
    plural="Tax and bank details",
    nature="shared",
    columns=("person", "legal_name", "citizenship", "loan_out"),
    confidentiality="red",
    search=("legal_name", "loan_out"),
    natural=lambda production, ids: natural_id(production, "person_private", ids.person),
    reach=Reach(
        "ids",
        part="ids",
        owner=("person",),
        one_each=True,
        veiled=("born", "tax_id", "routing", "account", "loan_out_tax_id"),
    ),
)
ID_MASK = Kind(
    name="id_mask",
    model=IdMask,
    title="Numbers on file",
    plural="Numbers on file",
    nature="shared",
    columns=("person", "tax_id", "account"),
    confidentiality="amber",
    natural=lambda production, mask: natural_id(production, "id_mask", mask.person),
    reach=Reach("ids", part="mask", owner=("person",), one_each=True),
)
ID_DOCUMENT = Kind(
    name="id_document",
    model=IdDocument,
    title="Copy of a paper",
    plural="Copies of papers",
    nature="shared",
    columns=("person", "what", "country", "expires"),
    indexed=("person",),
    confidentiality="red",
    search=("what", "country"),
    reach=Reach("copies", part_field="what", owner=("person",), veiled=("number", "copies")),
)
ID_CHECK = Kind(
    name="id_check",
    model=IdCheck,
    title="Paper seen",
    plural="Papers seen",
    nature="shared",
    columns=("person", "what", "verified", "on", "by", "expires"),
    indexed=("person",),
    confidentiality="amber",
    reach=Reach("copies", part="flag", owner=("person",)),
)


def put_numbers(desk: Desk, private: PersonPrivate) -> PersonPrivate:
    """The numbers and their mask, in one gesture: the one is never without the other."""
    if not private.person:
        raise BadInput("Whose numbers? Choose the person.", field="person")
    mask = mask_of(private)
    production = desk.store.production
    with desk.gesture():
        desk.put(natural_id(production, ID_MASK.name, private.person), mask)
        return desk.put(natural_id(production, PERSON_PRIVATE.name, private.person), private)


def mask_of(private: PersonPrivate) -> IdMask:
    return IdMask(
        person=private.person, tax_id=masked(private.tax_id), account=masked(private.account)
    )


def masked(number: str) -> str:
    """The last four of a number, and not one of a number so short that they would be most of it."""
    plain = "".join(letter for letter in number if letter.isalnum())
    if not plain:
        return ""
    return "•••• " + plain[-LAST:] if len(plain) >= 2 * LAST else "••••"


def companion_id(desk: Desk, kind: Kind[Any], person: Person) -> RecordId:
    """Where a person's one record of such a kind lies."""
    return natural_id(desk.store.production, kind.name, person.id)
