"""The receipts that the benchmark of a sync is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from data.edit import Write
from data.store import Store

PHOTO: Final = {
    "photos": ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",),
    "tags": ("fuel",),
}


def id_of(n: int) -> str:
    return f"0198a7c0-0000-7000-8000-{n:012x}"


def slip(n: int) -> dict[str, Any]:
    return {
        "no": n,
        "vendor": "Prairie Hardware",
        "day": "2026-06-09",
        "money": {"a": f"{n % 900}.50", "c": "EUR"},
        "what": "gaffer tape, 2 rolls",
        "code": "4310",
        "envelope": "0198a7c0-0000-7000-8000-00000000ffff",
        "status": "submitted",
    }


def laid_out(store: Store, numbers: Iterable[int]) -> None:
    """New receipts, in one commit."""
    store.commit([Write("receipt", id_of(n), slip(n), add=PHOTO) for n in numbers], user="u17")
