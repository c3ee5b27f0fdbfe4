"""How well and how fast the office reads real slips: `right`, per field, of a folder with truth.

`CALLBOARD_RECEIPTS` names the folder: photos, and beside each a JSON file with `company`, `date`
(day first) and `total`. Without it the few slips of the tests are read.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from data.reading.days import days_in
from data.reading.eyes import Eyes
from data.reading.slip import Reading, read_slip
from tests.bench.rows import Row, seconds

OURS = Path(__file__).resolve().parents[1] / "data" / "receipts"
GOALS = {"total": 0.85, "date": 0.85, "vendor": 0.70}
SECONDS_A_SLIP = 3.0


@dataclass(frozen=True, slots=True)
class Read:
    """One slip: what is printed on it, what was read, and how long that took."""

    file: str
    truth: dict[str, Any]
    reading: Reading
    took: float


def folder() -> Path:
    return Path(os.environ.get("CALLBOARD_RECEIPTS", OURS))


def read_all(where: Path) -> list[Read]:
    eyes = Eyes()
    done: list[Read] = []
    for photo in sorted(where.glob("*.jpg")):
        content, readings = photo.read_bytes(), list[Reading]()

        def read(content: bytes = content, into: list[Reading] = readings) -> None:
            into.append(read_slip(eyes.see(content), latest=date.today()))

        took = seconds(read)
        truth = json.loads(photo.with_suffix(".json").read_text(encoding="utf-8"))
        done.append(Read(photo.name, truth, readings[0], took))
    return done


def right(read: Read) -> dict[str, bool]:
    """By field, of those whose truth is known."""
    truth, reading = read.truth, read.reading
    printed = next(days_in(truth["date"], month_first=False), None)
    amount = truth["total"].lstrip("$")
    told = {
        "total": amount and reading.total is not None and reading.total.value == Decimal(amount),
        "date": printed and reading.date is not None and reading.date.value == printed,
        "vendor": reading.vendor is not None
        and plain(reading.vendor.value) == plain(truth["company"]),
    }
    known = {"total": bool(amount), "date": printed is not None, "vendor": True}
    return {name: bool(told[name]) for name in told if known[name]}


def plain(name: str) -> str:
    """Letters and digits alone, small: how a vendor is compared."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())


def rows() -> list[Row]:
    """Shares that are wrong, against the share that may be; and the slowest slip but one in ten."""
    done = read_all(folder())
    told = [right(read) for read in done]
    shares = []
    for name, goal in GOALS.items():
        known = [slip[name] for slip in told if name in slip]
        wrong = 100 * (1 - sum(known) / len(known))
        label = f"{name} wrong, of {len(known)} slips / may be wrong"
        shares.append(Row(label, wrong, 100 * (1 - goal), 1.0, "%"))
    times = sorted(read.took for read in done)
    slow = times[min(len(times) - 1, len(times) * 9 // 10)]
    return [*shares, Row("nine slips in ten read within / budget", slow, SECONDS_A_SLIP, 1.0, "s")]
