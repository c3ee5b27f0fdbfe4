"""Phone numbers and e-mail addresses as they are typed into lists, and what they compare by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
_EXTENSION = re.compile(r"(?:\bext(?:ension)?|\bx|(?<=\d)x)\.?\s*(\d{1,6})\W*$", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+[.:]?|[:#*]")
_DIGITS = re.compile(r"[\d\s().+/·–‑-]+")


@dataclass(frozen=True, slots=True)
class Contact:
    """One number or address: `text` is what is kept, `key` what it is compared by."""

    text: str
    key: str
    good: bool


@lru_cache(maxsize=16_384)
def read_phone(text: str, region: str) -> Contact:
    """`505-686-7143 cell` is kept as `+1 505-686-7143`; what cannot be read, as it was written."""
    import phonenumbers

    kept = " ".join(text.split())
    extension = _EXTENSION.search(kept)
    bare = _WORDS.sub(" ", kept[: extension.start()] if extension else kept).strip()
    if _DIGITS.fullmatch(bare):
        try:
            number = phonenumbers.parse(bare, region)
        except phonenumbers.NumberParseException:
            return Contact(kept, phone_key(kept), False)
        if phonenumbers.is_valid_number(number):
            if extension:
                number.extension = extension[1]
            style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
            shown = phonenumbers.format_number(number, style)
            return Contact(shown, phone_key(shown), True)
    return Contact(kept, phone_key(kept), False)


def phone_key(text: str) -> str:
    """The digits; the text itself where there are none."""
    return re.sub(r"\D", "", text) or text.casefold()


def split_phones(text: str) -> list[str]:
    """Two numbers in one cell are two; a slash inside one number does not cut it."""
    parts = [part for part in re.split(r"[\n;,/|]| or | and ", text) if part.strip()]
    if len(parts) > 1 and all(len(re.sub(r"\D", "", part)) >= 7 for part in parts):
        return [part.strip() for part in parts]
    return [text.strip()] if text.strip() else []


def region_of(texts: Iterable[str], default: str) -> str:
    """The country that numbers written without one belong to: that of most which name theirs."""
    import phonenumbers

    texts = sorted(set(texts))
    named = [t for t in texts if t.lstrip().startswith("+")][:200]
    bare = [t for t in texts if not t.lstrip().startswith("+")][:200]
    regions: Counter[str] = Counter()
    for text in named:
        try:
            region = phonenumbers.region_code_for_number(phonenumbers.parse(text, None))
        except phonenumbers.NumberParseException:
            continue
        if region:
            regions[region] += 1
    if not regions:
        return default
    guess = max(sorted(regions), key=lambda region: regions[region])

    def fits(region: str) -> int:
        return sum(read_phone(text, region).good for text in bare)

    return guess if fits(guess) >= fits(default) else default


def read_email(text: str) -> Contact:
    """The address without `mailto:`, a name beside it or brackets; a bad one as it was written."""
    kept = re.sub(r"^mailto:", "", " ".join(text.split()), flags=re.IGNORECASE)
    if found := re.search(r"<([^<>\s]+@[^<>\s]+)>", kept):
        kept = found[1]
    return Contact(kept, kept.casefold(), bool(_ADDRESS.fullmatch(kept)))


def split_emails(text: str) -> list[str]:
    parts = [part for part in re.split(r"[\s;,/|]+", text) if "@" in part]
    return parts if len(parts) > 1 and "<" not in text else [text.strip()] if text.strip() else []
