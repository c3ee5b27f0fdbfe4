"""Every kind the office knows, in the order a person should see them."""

from __future__ import annotations

from typing import Any

from data.kind import Kind
from data.kinds.attendance import TIME
from data.kinds.money import CASH, ENVELOPE, RECEIPT
from data.kinds.people import CAST, PERSON
from data.kinds.production import PRODUCTION
from data.kinds.schedule import DAY, DEPARTMENT_CALL, PERSONAL_CALL, SCENE
from data.kinds.waiting import WAITING

ALL: tuple[Kind[Any], ...] = (
    PERSON,
    CAST,
    DAY,
    SCENE,
    DEPARTMENT_CALL,
    PERSONAL_CALL,
    TIME,
    RECEIPT,
    ENVELOPE,
    CASH,
    PRODUCTION,
    WAITING,
)
