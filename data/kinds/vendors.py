"""Vendors that are likely one: "Home Depot #4411" and "The Home Depot". Nothing is merged unasked.

Names are compared by their telling words: without the legal form, the number of the branch, and
the words that half of all shops have. Pure Python, since the phone asks too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

ALIKE: Final = 0.86
_EMPTY: Final = (
    "the a an and of und der die das le la les el los il de du des store stores shop shops inc llc "
    "ltd limited co corp company gmbh ag kg sa sas sarl srl spa bv nv ab as oy pty pte plc sdn bhd "
    "no nr num number branch filiale unit"
)
_EMPTY_WORDS: Final = frozenset(_EMPTY.split())


@lru_cache(maxsize=20_000)
def telling(name: str) -> tuple[str, ...]:
    """The words that tell a vendor, small, without accents; all of them where none is telling."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’.")
    words = re.findall(r"[^\W_]+", re.sub(r"#\s*\w+", " ", plain))
    kept = tuple(w for w in words if w not in _EMPTY_WORDS and not w.isdigit())
    return kept or tuple(words)


def likeness(one: str, other: str) -> float:
    """0 to 1. All the words of one in the other is as good as the same."""
    a, b = telling(one), telling(other)
    if not a or not b:
        return 0.0
    if a == b or (len(a) > 1 and len(b) > 1 and (set(a) <= set(b) or set(b) <= set(a))):
        return 1.0
    return SequenceMatcher(None, "".join(a), "".join(b), autojunk=False).ratio()


def same_vendor(one: str, other: str) -> bool:
    return likeness(one, other) >= ALIKE


def alike(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Known vendors this may be, the likeliest first and the oftener used before the rarer; what
    is spelt just so is left out. A person says whether one of them is meant."""
    often = Counter(vendor for vendor in known if vendor and vendor != name)
    close = [(likeness(name, vendor), n, vendor) for vendor, n in often.items()]
    close = [entry for entry in close if entry[0] >= ALIKE]
    return [vendor for _, _, vendor in sorted(close, key=lambda e: (-e[0], -e[1], e[2]))[:most]]
