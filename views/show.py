"""How each meaning looks on a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from data.desk import Desk
from data.errors import OfficeError
from data.fields import Choice, Link, Meaning
from data.kind import Kind
from data.kinds.production import zone
from data.record import Record
from data.tables import eighths_text
from views import words


def shown(desk: Desk, kind: Kind[Any], name: str, record: Record) -> str:
    """One field as text, empty for nothing."""
    value = getattr(record, name)
    if value is None or value == "":
        return ""
    meaning = kind.meanings[name]
    return TEXTS[meaning.name](desk, meaning, value)


def title_of(desk: Desk, kind: Kind[Any], record: Record) -> str:
    """The record in two or three words."""
    return shown(desk, kind, kind.named_by, record) or kind.title


def _link(desk: Desk, meaning: Meaning, value: Any) -> str:
    assert isinstance(meaning, Link)
    kind = desk.kinds[meaning.kind]
    try:
        return title_of(desk, kind, desk.get(kind, value))
    except OfficeError:
        return "deleted, or not on this copy"


def _choice(_desk: Desk, meaning: Meaning, value: Any) -> str:
    assert isinstance(meaning, Choice)
    return str(value).replace("_", " ")


def _moment(desk: Desk, _meaning: Meaning, value: Any) -> str:
    local = value.astimezone(zone(desk))
    return f"{words.short_day(local.date())}, {words.wall(desk, local.hour * 60 + local.minute)}"


TEXTS: Mapping[str, Callable[[Desk, Meaning, Any], str]] = {
    "line": lambda _d, _m, v: str(v),
    "prose": lambda _d, _m, v: str(v),
    "phone": lambda _d, _m, v: str(v),
    "email": lambda _d, _m, v: str(v),
    "count": lambda _d, _m, v: str(v),
    "minutes": lambda _d, _m, v: words.offset(v),
    "walltime": lambda d, _m, v: words.wall(d, v),
    "eighths": lambda _d, _m, v: eighths_text(v),
    "flag": lambda _d, _m, v: "yes" if v else "",
    "day": lambda _d, _m, v: words.short_day(v),
    "moment": _moment,
    "photos": lambda _d, _m, v: words.count(len(v), "photo") if v else "",
    "words": lambda _d, _m, v: ", ".join(sorted(v, key=_natural)),
    "looks": lambda _d, _m, _v: "",
    "pages": lambda _d, _m, _v: "",
    "money": lambda _d, _m, v: str(v),
    "meal": lambda d, _m, v: f"{words.wall(d, v.out)} to {words.wall(d, v.back)}",
    "choice": _choice,
    "link": _link,
}


def _natural(word: str) -> tuple[int, str]:
    return (int(word) if word.isdigit() else 10**9, word)
