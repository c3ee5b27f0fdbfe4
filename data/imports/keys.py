"""When two spellings are the same: what names, departments and words are compared by."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": ""}
)


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """Without case, accents and apostrophes; every other mark is a space, spaces are single."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN).replace("'", "")
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]|_", " ", letters).split())


def squashed(text: str) -> str:
    """Folded, and in one piece: `E-Mail` and `e mail` are one header."""
    return folded(text).replace(" ", "")


def name_key(name: str) -> str:
    """A person's name as it is compared, without what is in brackets: pronouns, a nickname."""
    return folded(re.sub(r"\(.*?\)", " ", name)) or name.strip().casefold()


def department_key(name: str) -> str:
    """`Art Dept.` and `ART DEPARTMENT`, `Hair & Makeup` and `HAIR AND MAKE-UP` are one."""
    words = folded(name.replace("&", " and ")).split()
    kept = [w for w in words if w not in ("department", "dept", "and")] or words
    return "".join(w[:-1] if len(w) > 3 and w.endswith("s") else w for w in kept)
