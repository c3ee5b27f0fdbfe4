"""Every kind the office knows, in the order a person should see them."""

from __future__ import annotations

from typing import Any

from data.kind import Kind
from data.kinds.access import ACCESS
from data.kinds.badges import BADGE, BADGE_KEY
from data.kinds.blocks import BLOCK
from data.kinds.deals import DEAL
from data.kinds.devices import DEVICE, REVOCATION
from data.kinds.envelopes import ENVELOPE
from data.kinds.floats import CASH
from data.kinds.grants import ROLE_CELL, ROLE_GRANT
from data.kinds.lending import LENDING
from data.kinds.minors import MINOR
from data.kinds.people import CAST, PERSON
from data.kinds.pins import PIN
from data.kinds.private import EMERGENCY, HOME, ID_CHECK, ID_DOCUMENT, ID_MASK, PERSON_PRIVATE
from data.kinds.production import PRODUCTION
from data.kinds.receipts import RECEIPT
from data.kinds.schedule import DAY, DEPARTMENT_CALL, PERSONAL_CALL, SCENE
from data.kinds.signatures import SIGNATURE
from data.kinds.times import TIME
from data.kinds.vouchers import VOUCHER
from data.kinds.waiting import WAITING

ALL: tuple[Kind[Any], ...] = (
    PERSON,
    CAST,
    DAY,
    SCENE,
    DEPARTMENT_CALL,
    PERSONAL_CALL,
    TIME,
    VOUCHER,
    BADGE,
    SIGNATURE,
    RECEIPT,
    ENVELOPE,
    CASH,
    HOME,
    EMERGENCY,
    DEAL,
    MINOR,
    PERSON_PRIVATE,
    ID_MASK,
    ID_DOCUMENT,
    ID_CHECK,
    ROLE_GRANT,
    ROLE_CELL,
    DEVICE,
    LENDING,
    REVOCATION,
    BLOCK,
    PIN,
    BADGE_KEY,
    ACCESS,
    PRODUCTION,
    WAITING,
)
