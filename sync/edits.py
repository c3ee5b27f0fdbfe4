"""An edit that came over the wire, read with suspicion."""

from __future__ import annotations

import unicodedata
from typing import Any

from data.canonical import DEEPEST, LARGEST
from data.edit import Edit
from data.errors import Malformed
from data.packing import dumps_exact
from sync.wire import MOST_RECORD


def read_edit(raw: Any) -> Edit:
    """The edit that a JSON object says, or Malformed; everything in it obeys a state's rules."""
    try:
        (replica, n), (stamp, ot, user) = raw["dot"], raw["mark"]
        texts = (replica, raw["id"], raw["t"], raw["g"])
        fine = (
            all(type(text) is str and 0 < len(text) <= 64 for text in texts)
            and type(user) is str
            and 0 < len(user) <= 128
            and type(n) is type(stamp) is int
            and n >= 1
            and (ot is None or type(ot) is int)
            and type(raw.get("h", False)) is type(raw.get("del", False)) is bool
            and not any(name.startswith("_") or not name for name in (raw["t"], *raw.get("f", ())))
        )
        edit = Edit.from_json(raw)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Malformed(f"this is not an edit: {error}.") from error
    if not fine:
        raise Malformed("this is not an edit: a part of it is missing or of another sort.")
    _check_plain(raw)
    if len(dumps_exact(raw)) > MOST_RECORD:
        raise Malformed(f"An edit is larger than {MOST_RECORD} bytes.", code="too-large")
    return edit


def _check_plain(value: Any, depth: int = 0) -> None:
    """As a state's values: no floats, no half characters, Unicode form C, not nested too deep."""
    sort = type(value)
    if sort is str:
        if not value.isascii() and (
            not unicodedata.is_normalized("NFC", value)
            or any("\ud800" <= c <= "\udfff" for c in value)
        ):
            raise Malformed("a text of an edit is not in Unicode form C.")
    elif sort is int:
        if not -LARGEST < value < LARGEST:
            raise Malformed("a number of an edit is too large.")
    elif sort in (dict, list):
        if depth > DEEPEST + 2:
            raise Malformed("a value of an edit is nested too deep.")
        for one in (*value, *value.values()) if sort is dict else value:
            if type(one) is not str or not one.isascii():  # most are; a call costs more than it
                _check_plain(one, depth + 1)
    elif value is not None and sort is not bool:
        raise Malformed("a value of an edit has no canonical form.")
