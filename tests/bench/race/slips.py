"""The receipts that every side of the race carries: ten fields, some 290 bytes, no two alike.

Ids are as a device makes them (UUIDv7) and photos have names of their own, so nothing compresses
better than it does in life.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

_VENDORS: Final = (
    *("Prairie Hardware", "Blue Mesa Fuel", "Kwik Print", "Łódź Market", "Ferry Diner"),
    *("Northside Rentals", "Adobe Lumber", "The Paint Pot", "Zoë's Kitchen", "Halle 7 Getränke"),
)
_THINGS: Final = (
    *("gaffer tape", "van fuel", "batteries AA", "coffee", "photocopies", "rope 30 m"),
    *("plywood", "parking", "paint", "gloves", "ice", "printer paper"),
)
_FIRST_MS: Final = 1781073000000


def receipts(count: int, seed: int) -> list[dict[str, Any]]:
    """The same for the same seed. `id` is the record's; the rest are its fields."""
    chance = random.Random(seed)
    envelopes = [_id(chance, n) for n in range(40)]
    return [_receipt(chance, n, envelopes) for n in range(count)]


def written(path: Path, count: int, seed: int) -> Path:
    """The receipts as a file that a side of any language reads."""
    path.write_text(json.dumps(receipts(count, seed), ensure_ascii=False), encoding="utf-8")
    return path


def photos(count: int, size: int) -> Iterator[bytes]:
    """Bytes that nothing compresses, as a camera's."""
    return (random.Random(n).randbytes(size) for n in range(count))


def _receipt(chance: random.Random, n: int, envelopes: list[str]) -> dict[str, Any]:
    return {
        "id": _id(chance, n),
        "date": (date(2026, 6, 1) + timedelta(chance.randrange(60))).isoformat(),
        "vendor": chance.choice(_VENDORS),
        "money": {"a": f"{chance.randrange(1, 900)}.{chance.randrange(100):02d}", "c": "USD"},
        "what_for": f"{chance.choice(_THINGS)}, {chance.randrange(1, 20)}",
        "code": f"{chance.randrange(2000, 5000)}",
        "scene": f"{chance.randrange(1, 120)}{chance.choice('ABC')}",
        "envelope": chance.choice(envelopes),
        "number": str(n + 1),
        "paid_by": "petty cash",
        "photos": [f"{chance.getrandbits(256):064x}"],
    }


def _id(chance: random.Random, n: int) -> str:
    bits = (_FIRST_MS + 900 * n) << 80 | 7 << 76 | chance.getrandbits(12) << 64
    return str(UUID(int=bits | 2 << 62 | chance.getrandbits(62)))
