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
            and not any(name[:1] in ("", "_") for name in (raw["t"], *raw.get("f", ())))
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


def _check_plain(raw: Any) -> None:
    """As a state's values: no floats, no half characters, Unicode form C, not nested too deep."""
    level, depth = [raw], 0
    while level:
        below: list[Any] = []
        for value in level:
            sort = type(value)
            if sort is str:
                if not value.isascii():
                    _check_text(value)
            elif sort is int:
                if not -LARGEST < value < LARGEST:
                    raise Malformed("a number of an edit is too large.")
            elif sort is dict or sort is list:
                if depth > DEEPEST + 2:
                    raise Malformed("a value of an edit is nested too deep.")
                below += value
                below += value.values() if sort is dict else ()
            elif value is not None and sort is not bool:
                raise Malformed("a value of an edit has no canonical form.")
        level, depth = below, depth + 1


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("a text of an edit holds half a character.") from error
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed("a text of an edit is not in Unicode form C.")
