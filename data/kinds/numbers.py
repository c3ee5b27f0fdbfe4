"""Numbers that stand on paper: given once, never changed, and never twice, whoever is offline.

An envelope lies on one copy of the show, which numbers its slips plainly: 1, 2, 3. Every other copy
ends its numbers with its own letter: 12B. The plain numbers stay with the copy that the envelope
was laid on for as long as there is paper, also when the office takes it over: nobody can know how
many slips that copy has numbered since it was last heard of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from data.desk import Desk
from data.document import GONE
from data.packing import loads

OFFICE: Final = "DESK"
"""Ends the office's numbers where it does not number plainly. A device's letters are three at
most, so that this is no device's."""
_NUMBER: Final = re.compile(r"(\d+)([A-Z]*)")


def this_copy(desk: Desk) -> str | None:
    """What an envelope that lies here names as its holder: the device; None: the office. An office
    that was put back does not know what it numbered since, and is another copy from then on."""
    if not desk.store.hub:
        return str(desk.store.meta.get("device", ""))
    again = times_put_back(desk)
    return f"office-{again + 1}" if again else None


def at_office(holder: str | None) -> bool:
    """Whether that holder is the office, put back since or not."""
    return holder is None or holder.startswith("office-")


def own_letter(desk: Desk) -> str:
    """Ends the numbers that this copy gives to what lies elsewhere; empty: it has none yet."""
    if desk.store.hub:
        return OFFICE + "B" * times_put_back(desk)
    return str(desk.store.meta.get("letter", ""))


def next_number(desk: Desk, holder: str | None, given: Iterable[str]) -> str:
    """The next number here, after those this copy gave; empty where it can give none: what it has
    no letter for is numbered by whoever closes it."""
    letter = "" if holder == this_copy(desk) else own_letter(desk)
    if not letter and holder != this_copy(desk):
        return ""
    mine = [n for n, end in map(parts, given) if end == letter]
    return f"{max(mine, default=0) + 1}{letter}"


def parts(number: str) -> tuple[int, str]:
    """12B as 12 and B; what is no number of ours is 0 and itself."""
    found = _NUMBER.fullmatch(number)
    return (int(found[1]), found[2]) if found else (0, number)


def slip_order(number: str) -> tuple[int, str]:
    """Sorts 2 before 10, and 12 before 12B; what is no number comes last."""
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 10**9, number)


def gaps(numbers: Iterable[str], last: int = 0) -> list[str]:
    """Numbers left out between the first and the last of each letter: 2 of 1, 3; 1B of 2B. `last`:
    how far the plain ones went, as the copy that gave them said."""
    by_letter: dict[str, set[int]] = {"": set()}
    for n, letter in map(parts, numbers):
        if n:
            by_letter.setdefault(letter, set()).add(n)
    missing = [
        f"{n}{letter}"
        for letter, there in by_letter.items()
        for n in range(1, max(there | ({last} if not letter else set()), default=0) + 1)
        if n not in there
    ]
    return sorted(missing, key=slip_order)


def deleted(desk: Desk, kind: str, name: str, text: str) -> list[dict[str, Any]]:
    """The deleted records of a kind whose field `name` is `text`."""
    marked = text.encode()
    lines = (loads(line) for _, line in desk.store.lines(GONE) if marked in line)
    return [doc for doc in lines if doc["_m"]["t"] == kind and doc.get(name) == text]


def times_put_back(desk: Desk) -> int:
    """How often this office was put back to an earlier copy of itself."""
    counter = str(desk.store.meta.get("epoch", "1")).partition(".")[0]
    return max(0, int(counter) - 1) if counter.isdecimal() else 0
