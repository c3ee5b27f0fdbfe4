"""What the office's judge asks of envelopes and slips besides rights, when they come from a device.

Handed in, audited, approved, posted; or back with a reason. Nobody audits or approves what is their
own. From the day an envelope is handed in only an audit changes what its slips say; once it is
approved, nobody does. Numbers stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from data.errors import Refused
from data.kind import Kind
from data.kinds.envelope_steps import limits_of, ones_own, out_of_order, paid_back, second_person
from data.kinds.envelopes import ENVELOPE, STEPS, amounts_stand
from data.kinds.production import PRODUCTION, Production, production_id
from data.kinds.receipts import AMOUNTS, RECEIPT, Receipt
from data.laws import Law, Said

ROW: Final = "steps"
"""Of the matrix: who audits, approves and posts."""
PARTS: Final = {"audited": "audit", "approved": "approve", "posted": "post"}
_SIGNED: Final = {
    "submitted_by": "submitted",
    "audited_by": "audited",
    "approved_by": "approved",
    "posted": "posted",
    "transaction": "posted",
}
"""By field: the step that it is written with, and with no other."""
_FORGED: Final = Refused(
    "A step is written with who took it, and by nobody else. Take it on the envelope's page.",
    code="envelope-step",
)
_NUMBERED: Final = Refused(
    "A number that stands on paper is not changed. Void this one and write a new one.",
    code="number-stands",
)


def envelope_law(said: Said) -> Refused | None:
    """A step in its order by who may take it; the rest only while that step allows it."""
    stood, number = said.before, str(said.before.get("number", ""))
    step = str(stood.get("status", "open"))
    if said.delete:
        return None if step == "open" else out_of_order(number, step)
    changed = _changed(said)
    to = str(changed.get("status", step))
    if number and "number" in changed:
        return _NUMBERED
    if (stood and "holder" in changed) or changed.get("taken_over"):
        return Refused(
            "Where an envelope lies is said at the office. Ask there.", code="at-the-office"
        )
    return _misdated(changed, step, to, said.user) or (
        _stepped(said, step, to) if to != step else _altered(said, step, changed)
    )


def receipt_law(said: Said) -> Refused | None:
    """A number stands, an audit is nobody's own, and sums change only while their envelope does."""
    stood, changed = said.before, _changed(said)
    if stood.get("number") and changed.keys() & {"number", "envelope"}:
        return _NUMBERED
    if stood and not said.delete and not changed.keys() & AMOUNTS:
        return None
    for envelope_id in {stood.get("envelope"), changed.get("envelope")} - {None, ""}:
        why = _closed_to(said, str(envelope_id))
        if why is not None:
            return why
    if "rejected" not in changed:
        return None
    return _audits(said, _envelope(said, {**stood, **changed}.get("envelope")))


LAWS: Final[Mapping[str, Law]] = {ENVELOPE.name: envelope_law, RECEIPT.name: receipt_law}


def _stepped(said: Said, step: str, to: str) -> Refused | None:
    now = {**said.before, **said.values}
    number = str(now.get("number", ""))
    if not said.before or to not in STEPS or step not in STEPS:
        return out_of_order(number, step)
    at, goes = STEPS.index(step), STEPS.index(to)
    if goes == at + 1:
        return _forward(said, to, now)
    if step == "posted" or goes > at:
        return out_of_order(number, step)
    if goes == at - 1 and said.before.get(f"{step}_by") == said.user:
        return None if step == "submitted" else said.may(ROW, PARTS[step], None)  # an undo
    if to != "open":
        return out_of_order(number, step)
    if not str(now.get("sent_back", "")).strip():
        return Refused(f"Say why envelope {number} goes back.", code="envelope-step")
    return said.may(ROW, "audit", None)


def _forward(said: Said, to: str, now: Mapping[str, Any]) -> Refused | None:
    number, stood = str(now.get("number", "")), said.before
    if to == "submitted":
        if now.get("counted") is None:
            return Refused(f"Count the cash of envelope {number} first.", code="not-counted")
        return None if now.get("submitted_by") == said.user else _FORGED
    if to == "posted":
        if not str(now.get("transaction", "")).strip():
            return Refused(f"Write the transaction of envelope {number}.", code="envelope-step")
        return said.may(ROW, "post", None)
    if now.get(f"{to}_by") != said.user:
        return _FORGED
    custodian, submitted_by = (str(stood.get(n, "")) for n in ("custodian", "submitted_by"))
    why = ones_own(PARTS[to], said.user, custodian, submitted_by)
    if why is not None or to == "audited":
        return why or said.may(ROW, "audit", None)
    show = _show(said)
    spent = paid_back(_slips(said), show.currency)
    return second_person(
        number, said.user, str(stood.get("audited_by", "")), spent, limits_of(show)
    ) or said.may(ROW, "approve", spent)


def _misdated(changed: Mapping[str, Any], step: str, to: str, user: str) -> Refused | None:
    """Who took a step is written with it, in one's own name, and taken away only by going back."""
    back = to != step and to in STEPS and step in STEPS and STEPS.index(to) < STEPS.index(step)
    for name, of in _SIGNED.items():
        if name not in changed:
            continue
        if changed[name] in ("", None):
            if not back:
                return _FORGED
        elif to == step or to != of or (name.endswith("_by") and changed[name] != user):
            return _FORGED
    return None


def _altered(said: Said, step: str, changed: Mapping[str, Any]) -> Refused | None:
    """What is written beside a step: freely while it is open, then by an audit, then not at all."""
    if step == "open" or not changed:
        return None
    if step == "posted":
        return amounts_stand(str(said.before.get("number", "")), step)
    return _audits(said, said.before)


def _closed_to(said: Said, envelope_id: str) -> Refused | None:
    envelope = _envelope(said, envelope_id)
    step = str(envelope.get("status", "open"))
    if step == "open":
        return None
    stands = amounts_stand(str(envelope.get("number", "")), step)
    if stands is not None:
        return stands
    if step == "submitted" and (
        not said.before or said.at <= said.since(ENVELOPE.name, envelope_id, "status")
    ):
        return None  # it was written before, or elsewhere, and comes only now
    if not said.before:
        return out_of_order(str(envelope.get("number", "")), step)
    return _audits(said, envelope)


def _audits(said: Said, envelope: Mapping[str, Any]) -> Refused | None:
    custodian, submitted_by = (str(envelope.get(n, "")) for n in ("custodian", "submitted_by"))
    return ones_own("audit", said.user, custodian, submitted_by) or said.may(ROW, "audit", None)


def _envelope(said: Said, envelope_id: Any) -> Mapping[str, Any]:
    found = said.look(ENVELOPE.name, str(envelope_id)) if envelope_id else None
    if found is None:
        return {}
    apart = found["_m"]["c"].get("status") if "_m" in found else None
    if isinstance(apart, list):
        return {**found, "status": ENVELOPE.least("status", [value for _, value in apart])}
    return found


def _slips(said: Said) -> Iterable[Receipt]:
    found = said.having(RECEIPT.name, "envelope", said.record)
    return [RECEIPT.read(str(n), values) for n, values in enumerate(found)]


def _show(said: Said) -> Production:
    found = said.look(PRODUCTION.name, production_id(said.production)) or {"title": ""}
    return PRODUCTION.read("", found)


def _changed(said: Said) -> dict[str, Any]:
    stood, blank = said.before, _unwritten(said.kind)
    return {n: v for n, v in said.values.items() if v != stood.get(n, blank.get(n))}


@cache
def _unwritten(kind: str) -> Mapping[str, Any]:
    of: Kind[Any] = ENVELOPE if kind == ENVELOPE.name else RECEIPT
    return {name: of.unwritten(name) for name in of.meanings}
