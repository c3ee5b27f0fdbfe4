"""Petty-cash envelopes: each lies on its custodian's device, and is closed by handing it in."""

from __future__ import annotations

import re
from typing import Annotated

from data.desk import Desk
from data.document import GONE
from data.errors import BadInput, Refused
from data.fields import Cash, Count, Day, Flag, Label, Line, Money, Prose, flow_of, link_to
from data.kind import Kind
from data.kinds.blocks import blocks_of, lease, next_in_series
from data.kinds.devices import DEVICE, REVOCATION, Device, earlier, status_of
from data.kinds.numbers import own_letter, parts, this_copy
from data.kinds.people import Person, PersonId
from data.packing import loads
from data.reach import Reach
from data.record import Record

EnvelopeId = Annotated[str, link_to("envelope")]
STEPS = ("open", "submitted", "audited", "approved", "posted")


class Envelope(Record):
    """A custodian's petty cash from the float to the count; its number is on the paper one."""

    number: Annotated[Line, Label("Envelope no.")]
    custodian: PersonId
    department: Line = ""
    opened: Day | None = None
    closed: Day | None = None
    counted: Annotated[Cash | None, Label("Cash counted")] = None
    count: Annotated[Line, Label("Which count")] = ""
    """Named anew each time the cash is counted; a movement of cash names the one it came after."""
    explained: Annotated[Prose, Label("Over or short because")] = ""
    status: Annotated[str, flow_of(*STEPS), Label("Where it is")] = "open"
    submitted_by: Annotated[Line, Label("Handed in by")] = ""
    audited_by: Line = ""
    approved_by: Line = ""
    sent_back: Annotated[Line, Label("Sent back because")] = ""
    posted: Annotated[Day | None, Label("Date posted")] = None
    transaction: Annotated[Line, Label("Transaction no.")] = ""
    returnable: Annotated[Day | None, Label("Float due back")] = None
    limit: Annotated[Cash | None, Label("Most a slip may be without a PO")] = None
    holder: Annotated[str | None, link_to("device"), Label("Lies on", "empty: at the office")] = (
        None
    )
    """The copy that numbers its slips plainly, for good (numbers.py)."""
    taken_over: Annotated[Flag, Label("The office has taken it over")] = False
    last_slip: Annotated[Count | None, Label("Its slips go up to")] = None


ENVELOPE = Kind(
    name="envelope",
    model=Envelope,
    title="Envelope",
    plural="Envelopes",
    nature="paper",
    reach=Reach("costs", owner=("custodian",), department=("department",)),
    columns=("number", "custodian", "department", "opened", "counted"),
    confidentiality="amber",
)


def is_open(envelope: Envelope) -> bool:
    """Whether it takes slips: not handed in, and not closed by a version that knew no steps."""
    return envelope.status == "open" and envelope.closed is None


def still_open(envelope: Envelope) -> None:
    if not is_open(envelope):
        raise Refused(
            f"Envelope {envelope.number} is closed. Choose an open one.", code="envelope-closed"
        )


def amounts_stand(number: str, step: str) -> Refused | None:
    """What is approved is paid, and what is posted is in the books."""
    if step not in ("approved", "posted"):
        return None
    then = "Send it back first" if step == "approved" else "Write it into the next envelope"
    words = f"Envelope {number} is {step}; its sums stand. {then}."
    return Refused(words, code="envelope-closed")


def envelope_named(desk: Desk, number: str) -> Envelope:
    """The envelope with this number, or BadInput with the numbers there are."""
    envelopes = {envelope.number: envelope for envelope in desk.all(ENVELOPE)}
    if number not in envelopes:
        there = ", ".join(sorted(envelopes)) or "there are none yet"
        raise BadInput(f"Name an envelope by its number: {there}.")
    return envelopes[number]


def count_cash(desk: Desk, envelope: Envelope, counted: Money, explained: str = "") -> Envelope:
    """The cash that was counted; what is over or short wants an explanation."""
    which = desk.store.sources.new_token()
    return desk.edit(envelope, counted=counted, count=which, explained=explained)


def lies_on(desk: Desk, custodian: Person) -> str | None:
    """Where a new envelope of theirs is to lie: on their own device that was paired last and is in
    use, as far as this copy knows; else at the office."""
    for device in earlier(desk.all(DEVICE), custodian):
        if status_of(desk.having(REVOCATION, "device", device.id)) == "active":
            return device.id
    return this_copy(desk) if desk.store.hub else None


def take_over(desk: Desk, envelope: Envelope) -> Envelope:
    """The office has the paper now, and closes it. Slips that it adds carry its own letters; what
    the device still sends keeps its numbers."""
    if not desk.store.hub:
        raise Refused("An envelope is taken over at the office. Ask there.", code="at-the-office")
    if envelope.holder == this_copy(desk) or envelope.taken_over:
        raise Refused(f"Envelope {envelope.number} lies at the office.", code="at-the-office")
    return desk.edit(envelope, taken_over=True)


def next_envelope(desk: Desk, custodian: Person) -> str:
    """Their initials and the next number that is this copy's to give; a device without a block of
    numbers goes on by itself, and adds its letter."""
    words = [word for word in custodian.name.split() if word[0].isalpha()]
    initials = "".join(word[0] for word in (words[0], words[-1])).upper() if words else "PC"
    taken = [parts(number.removeprefix(initials)) for number in numbers_of_all(desk)]
    n = next_in_series(desk, ENVELOPE.name, (n for n, letter in taken if not letter))
    if n is not None:
        return f"{initials}{n:02d}"
    letter = own_letter(desk)
    last = max([n for n, end in taken if end == letter], default=0)
    return f"{initials}{last + 1:02d}{letter}"


def lease_envelopes(desk: Desk, device: Device) -> None:
    """At the office: a device of somebody who may issue floats has numbers for its envelopes."""
    if not any(block.device == device.id for block in blocks_of(desk, ENVELOPE.name)):
        lease(desk, device.id, ENVELOPE.name, map(_count, numbers_of_all(desk)))


def numbers_of_all(desk: Desk) -> list[str]:
    """The numbers of all envelopes, those taken back too."""
    gone = (loads(line) for _, line in desk.store.lines(GONE))
    old = [str(doc.get("number", "")) for doc in gone if doc["_m"]["t"] == ENVELOPE.name]
    return [envelope.number for envelope in desk.all(ENVELOPE)] + old


def _count(number: str) -> int:
    digits = re.search(r"(\d+)[A-Z]*$", number)
    return int(digits[1]) if digits else 0
